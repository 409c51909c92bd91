// Words and rules: what is in use, how it has done, trying a sentence; and what became of the cases.
#include <algorithm>
#include <array>
#include <tuple>

#include "src/base/text.h"
#include "src/casework/deadline.h"
#include "src/console/asked.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"
#include "src/model/rule_record.h"

namespace heed {
namespace {

constexpr Roles kReadsRules = Only(Role::kTriage, Role::kHead, Role::kLexicon);
constexpr Roles kReadsInsights = Only(Role::kTriage, Role::kHead, Role::kLegal);
constexpr std::size_t kMostEntries = 200, kLongestTry = 5000;
constexpr int kWeeks = 12;
constexpr std::size_t kMostRules = 15;

http::Response Lexicon(Visit& visit) {
  const auto records = visit.parts.store.RuleRecords(visit.schools);
  if (!records) return visit.SayError(records.error());
  const auto paused = visit.parts.store.PausedRules();
  if (!paused) return visit.SayError(paused.error());
  const std::string text(Trim(visit.query.Get("text")));
  const std::string needle = LowerAscii(text), &status = visit.query.Get("status");
  struct Row {
    EntryLine entry;
    RuleRecord record;
    bool is_paused = false;
  };
  std::vector<Row> found;
  for (auto& entry : visit.parts.lexicon.entries()) {
    const bool is_paused = std::ranges::any_of(*paused, [&](const PausedRule& one) { return one.rule == entry.id; });
    if (!status.empty() && (status == "paused" ? !is_paused : entry.status != status)) continue;
    if (!needle.empty() && LowerAscii(entry.id).find(needle) == std::string::npos && LowerAscii(entry.why).find(needle) == std::string::npos) continue;
    const auto record = records->find(entry.id);
    found.push_back({std::move(entry), record == records->end() ? RuleRecord{} : record->second, is_paused});
  }
  // Those people disagree with most come first, then those that fire most.
  std::ranges::stable_sort(found, [](const Row& a, const Row& b) {
    return std::tuple(a.is_paused, a.record.dismissed, a.record.fired + a.record.silent) > std::tuple(b.is_paused, b.record.dismissed, b.record.fired + b.record.silent);
  });
  const std::size_t all = found.size();
  if (found.size() > kMostEntries) found.resize(kMostEntries);
  const bool may_resume = (visit.person().At("") & Only(Role::kLexicon)) != 0;
  std::vector<Slots> rows;
  for (const auto& row : found) {
    Slots one;
    one.Set("id", row.entry.id).Set("why", row.entry.why).Set("category", Capital(row.entry.category)).Set("severity", row.entry.severity).Set("language", row.entry.language);
    one.Set("status", row.is_paused ? "paused" : row.entry.status).Set("colour", row.is_paused ? "red" : row.entry.status == "live" ? "green" : "grey");
    if (row.record.silent > 0) one.Set("silent", row.record.silent);
    one.Set("fired", row.record.fired).Set("upheld", row.record.upheld).Set("dismissed", row.record.dismissed).Set("share", ToString(ShareRight(row.record)));
    one.Set("can_resume", row.is_paused && may_resume);
    rows.push_back(std::move(one));
  }
  std::vector<Slots> statuses;
  for (const char* each : {"live", "shadow", "draft", "retired", "paused"}) statuses.push_back(Slots().Set("value", each).Set("name", Capital(each)).Set("selected", status == each));
  Slots view;
  view.Set("text", text).Set("statuses", std::move(statuses)).Set("has_rows", !rows.empty()).Set("rows", std::move(rows));
  view.Set("summary", all > kMostEntries ? "The first " + std::to_string(kMostEntries) + " of " + std::to_string(all) + " entries." : std::to_string(all) + (all == 1 ? " entry." : " entries."));
  view.Set("edits", may_resume);
  view.Set("trouble", Visible(visit.parts.lexicon.trouble()));
  return visit.Show("Words and rules", "lexicon", std::move(view));
}

http::Response Resume(Visit& visit) {
  const auto opened = visit.parts.lexicon.resume(visit.form.Get("rule"));
  if (!opened && opened.error().fault() == Fault::kNotFound) return visit.Say(404, "It is not paused", {Capital(opened.error().message()) + "."}, "/lexicon", "Words and rules");
  if (!opened) return visit.SayError(opened.error());
  AuditRow row;
  row.actor = visit.person().id;
  row.action = "rule-resumed";
  row.subject = "rule " + visit.form.Get("rule");
  if (const auto noted = visit.parts.gate.Note(std::move(row)); !noted) return visit.SayError(noted.error());
  return visit.Go("/lexicon", "The rule counts again. " + std::to_string(*opened) + (*opened == 1 ? " post" : " posts") + " it would have queued meanwhile are in the queue now.");
}

http::Response TryOut(Visit& visit) {
  Slots view;
  const std::string& text = visit.form.Get("text");
  view.Set("text", text);
  if (visit.request.method == "POST") {
    if (Trim(text).empty()) visit.Complain("text", "Type or paste a sentence");
    else if (text.size() > kLongestTry) visit.Complain("text", "Keep it under " + std::to_string(kLongestTry) + " characters");
  }
  if (visit.request.method != "POST" || !visit.problems.empty()) return visit.Show("Try a sentence", "try", std::move(view));
  const auto explained = visit.parts.lexicon.explain(text);
  if (!explained) return visit.SayError(explained.error());
  const Assessment& a = explained->assessment;
  view.Set("judged", true).Set("flagged", a.flag).Set("could_not", Visible(a.could_not_judge)).Set("severity", static_cast<int>(a.severity)).Set("priority", a.priority);
  std::vector<std::string> categories;
  for (const auto category : a.categories) categories.emplace_back(ToString(category));
  view.Set("categories", Join(categories, ", ")).Set("mentions", a.mention.mentions);
  std::vector<Slots> rules;
  for (const auto& rule : explained->rules) {
    std::string says = "counts";
    if (!rule.blocked_by.empty()) says = "taken away by " + rule.blocked_by + " “" + rule.blocked_words + "”";
    else if (!rule.lacks.empty()) says = "does not count without " + rule.lacks;
    else if (!rule.counts()) says = "fires in silence";
    rules.push_back(Slots().Set("id", rule.rule).Set("words", Visible(Join(rule.elements, " + "))).Set("says", Visible(says)));
  }
  view.Set("has_rules", !rules.empty()).Set("rules", std::move(rules));
  std::vector<Slots> steps;
  for (const auto& step : explained->arithmetic) steps.push_back(Slots().Set("text", Visible(step)));
  view.Set("steps", std::move(steps));
  return visit.Show("Try a sentence", "try", std::move(view));
}

// One chart with its table: bars from the left, so that it reads the same at any width.
Slots Chart(std::string_view id, std::string_view title, std::string_view what, const std::vector<std::pair<std::string, std::uint64_t>>& values, std::string_view unit = "Cases", std::string_view note = "") {
  constexpr std::uint64_t kWidth = 360, kRow = 42, kValue = 60;  // each name above its bar, so that it can be read on a telephone
  std::uint64_t most = 1;
  for (const auto& [name, value] : values) most = std::max(most, value);
  std::vector<Slots> bars;
  std::uint64_t y = 0;
  for (const auto& [name, value] : values) {
    bars.push_back(Slots().Set("name", name).Set("label", name.size() > 46 ? name.substr(0, 44) + "…" : name).Set("value", value).Set("y", y + 20).Set("name_y", y + 14).Set("value_y", y + 33).Set("width", value * (kWidth - kValue) / most).Set("value_x", 6 + value * (kWidth - kValue) / most));
    y += kRow;
  }
  return Slots().Set("id", id).Set("title", title).Set("what", what).Set("unit", unit).Set("note", note).Set("height", std::max<std::uint64_t>(y, 1)).Set("bars", std::move(bars));
}

http::Response Insights(Visit& visit) {
  const auto week_of = [&](Instant at) { return static_cast<int>((visit.now - at) / days{7}); };
  std::array<std::uint64_t, kWeeks> by_week{};
  std::map<Category, std::uint64_t> by_category;
  std::map<Finding, std::uint64_t> by_finding;
  std::map<std::string, std::uint64_t> by_source;
  std::uint64_t all = 0, open = 0, decided = 0, in_time = 0, gone = 0, checked = 0;
  std::vector<std::int64_t> waits;  // hours from opening to decision
  const auto walked = visit.parts.store.EachCase(visit.schools, [&](const Case& c) {
    ++all;
    open += c.state != CaseState::kClosed;
    const int week = week_of(c.opened_at);
    if (week >= 0 && week < kWeeks) ++by_week[static_cast<std::size_t>(week)];
    for (const auto category : c.assessment.categories) ++by_category[category];
    ++by_source[c.source];
    if (!c.presence.empty()) ++checked, gone += c.presence.starts_with("gone") || c.presence == "account_gone";
    if (!c.decision) return;
    ++decided;
    ++by_finding[c.decision->finding];
    const auto wait = std::chrono::floor<hours>(c.decision->at - c.opened_at).count();
    waits.push_back(wait);
    in_time += c.decision->at <= DueBy(c.opened_at, TermsOf(visit, c.school));
  });
  if (!walked) return visit.SayError(walked.error());
  std::ranges::sort(waits);
  Slots view;
  view.Set("all", all).Set("open", open).Set("decided", decided);
  view.Set("median", waits.empty() ? "none" : std::to_string(waits[waits.size() / 2]) + " h").Set("within", decided == 0 ? "none" : std::to_string(in_time * 100 / decided) + " %");
  view.Set("gone", checked == 0 ? "none" : std::to_string(gone) + " of " + std::to_string(checked));
  std::vector<Slots> charts;
  std::vector<std::pair<std::string, std::uint64_t>> values;
  for (int week = kWeeks - 1; week >= 0; --week) values.emplace_back(week == 0 ? "this week" : week == 1 ? "last week" : std::to_string(week) + " weeks ago", by_week[static_cast<std::size_t>(week)]);
  charts.push_back(Chart("weeks", "New cases a week", "Week", values));
  values.clear();
  for (const auto category : kCategories) values.emplace_back(Capital(ToString(category)), by_category[category]);
  charts.push_back(Chart("categories", "What they may be", "Category", values));
  values.clear();
  for (const auto finding : kFindings) values.emplace_back(Capital(FindingWords(finding)), by_finding[finding]);
  charts.push_back(Chart("findings", "What they were found to be", "Finding", values));
  constexpr std::array<std::pair<std::int64_t, const char*>, 5> kWaits = {{{4, "under 4 hours"}, {24, "4 to 24 hours"}, {48, "1 to 2 days"}, {7 * 24, "2 to 7 days"}, {1'000'000, "over a week"}}};
  values.clear();
  std::int64_t from = 0;
  for (const auto& [until, name] : kWaits) {
    values.emplace_back(name, static_cast<std::uint64_t>(std::ranges::count_if(waits, [&](std::int64_t wait) { return wait >= from && wait < until; })));
    from = until;
  }
  charts.push_back(Chart("waits", "How long from found to decided", "Time", values));
  const auto records = visit.parts.store.RuleRecords(visit.schools);
  if (!records) return visit.SayError(records.error());
  std::vector<std::pair<std::string, RuleRecord>> judged;
  for (const auto& [rule, record] : *records)
    if (record.upheld + record.dismissed > 0) judged.emplace_back(rule, record);
  std::ranges::stable_sort(judged, [](const auto& a, const auto& b) { return a.second.upheld + a.second.dismissed > b.second.upheld + b.second.dismissed; });
  if (judged.size() > kMostRules) judged.resize(kMostRules);
  values.clear();
  for (const auto& [rule, record] : judged) values.emplace_back(rule, record.upheld * 100 / (record.upheld + record.dismissed));
  if (!values.empty()) charts.push_back(Chart("rules", "How often each rule was right", "Rule", values, "Right, in per cent", "The " + std::to_string(values.size()) + " rules that were decided on most. Few decisions say little: the list of words and rules shows how sure each figure is."));
  values.assign(by_source.begin(), by_source.end());
  charts.push_back(Chart("sources", "Where they were found", "Source", values));
  view.Set("charts", std::move(charts)).Set("schools", visit.schools.size() == visit.parts.schools.size() ? "" : "Only your schools are counted.");
  return visit.Show("Insights", "insights", std::move(view));
}

constexpr std::array kPages = {
    WebPage{"GET", "/lexicon", Reach::kSomeSchool, kReadsRules, &Lexicon},
    WebPage{"POST", "/lexicon/resume", Reach::kEverywhere, Only(Role::kLexicon), &Resume},
    WebPage{"GET", "/lexicon/try", Reach::kSomeSchool, kReadsRules, &TryOut},
    WebPage{"POST", "/lexicon/try", Reach::kSomeSchool, kReadsRules, &TryOut},
    WebPage{"GET", "/insights", Reach::kSomeSchool, kReadsInsights, &Insights},
};

}  // namespace

std::span<const WebPage> LexiconPages() { return kPages; }

}  // namespace heed
