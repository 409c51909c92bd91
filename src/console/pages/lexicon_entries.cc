// One entry of the lexicons: its record, and its life.  Somebody proposes it as a draft; in shadow it is counted without flagging anything; a
// back-test says what it would have flagged among the kept posts; then it is published or retired.
//
// An entry is for every school, so whoever changes one edits for all.  Its examples, and everybody else's, must hold: the lexicons are never
// left wrong.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"
#include "src/model/rule_record.h"

namespace heed {
namespace {

constexpr Roles kReadsRules = Only(Role::kTriage, Role::kHead, Role::kLexicon), kEditsRules = Only(Role::kLexicon);
constexpr Roles kReadsCases = Only(Role::kTriage, Role::kHead, Role::kLegal);
constexpr std::size_t kMostLines = 200, kLongestField = 20'000;

std::string PathOf(std::string_view id) { return "/lexicon/entries/" + http::PercentEncode(id); }

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : Split(text, '\n'))
    if (const auto trimmed = Trim(line); !trimmed.empty()) lines.emplace_back(trimmed);
  return lines;
}

std::vector<Slots> AsList(const std::vector<std::string>& texts) {
  std::vector<Slots> list;
  for (const auto& text : texts) list.push_back(Slots().Set("text", Visible(text)));
  return list;
}

// What may become of an entry from where it is.  A draft is published by way of the shadow, so that what it costs is known first.
struct Step {
  std::string_view from, to, button, colour;
};
constexpr Step kSteps[] = {
    {"draft", "shadow", "Run it in shadow", ""},
    {"shadow", "live", "Publish it", ""},
    {"live", "shadow", "Back to shadow", "govuk-button--secondary"},
    {"retired", "draft", "Take it up again as a draft", "govuk-button--secondary"},
    {"shadow", "draft", "Back to a draft", "govuk-button--secondary"},
    {"draft", "retired", "Retire it", "govuk-button--warning"},
    {"shadow", "retired", "Retire it", "govuk-button--warning"},
    {"live", "retired", "Retire it", "govuk-button--warning"},
};

http::Response ShowEntry(Visit& visit, const std::optional<BacktestView>& tested) {
  const auto entry = visit.parts.lexicon.entry(visit.path.Get("entry"));
  if (!entry && entry.error().fault() == Fault::kNotFound) return visit.Say(404, "There is no such entry", {Capital(entry.error().message()) + "."}, "/lexicon", "Words and rules");
  if (!entry) return visit.SayError(entry.error());
  const auto records = visit.parts.store.RuleRecords(visit.schools);
  if (!records) return visit.SayError(records.error());
  const auto found = records->find(entry->line.id);
  const RuleRecord record = found == records->end() ? RuleRecord{} : found->second;
  const bool edits = (visit.person().At("") & kEditsRules) != 0;
  Slots view;
  std::vector<Slots> rows;
  const auto row = [&](std::string_view key, std::string value) {
    if (!value.empty()) rows.push_back(Slots().Set("key", key).Set("value", Visible(value)));
  };
  row("What it is about", entry->line.why);
  row("Category", Capital(entry->line.category) + ", severity " + std::to_string(entry->line.severity) + " of 4");
  row("Language", entry->line.language);
  row("Why it is here", entry->rationale);
  row("Source", entry->source);
  row("Added", entry->added + (entry->author.empty() ? "" : " by " + entry->author));
  row("Written in", entry->place);
  view.Set("id", entry->line.id).Set("path", PathOf(entry->line.id)).Set("status", entry->line.status).Set("colour", entry->line.status == "live" ? "green" : entry->line.status == "shadow" ? "blue" : "grey");
  view.Set("not_yet", !entry->in_use).Set("rows", std::move(rows));
  view.Set("has_phrases", !entry->phrases.empty()).Set("phrases", AsList(entry->phrases)).Set("elements", Visible(entry->elements));
  view.Set("has_unless", !entry->unless.empty()).Set("unless", AsList(entry->unless));
  view.Set("matches", AsList(entry->matches)).Set("has_ignores", !entry->ignores.empty()).Set("ignores", AsList(entry->ignores));
  view.Set("fired", record.fired).Set("silent", record.silent).Set("upheld", record.upheld).Set("dismissed", record.dismissed).Set("share", ToString(ShareRight(record)));
  view.Set("reads_cases", (visit.person().Anywhere() & kReadsCases) != 0);
  std::vector<Slots> steps;
  for (const auto& step : kSteps)
    if (edits && step.from == entry->line.status) steps.push_back(Slots().Set("to", step.to).Set("button", step.button).Set("class", step.colour));
  view.Set("has_steps", !steps.empty()).Set("steps", std::move(steps)).Set("why", visit.form.Get("why"));
  view.Set("can_test", edits && entry->line.status != "live").Set("can_copy", edits && !entry->is_rule);
  if (tested) {
    const Words how = visit.person().mask_words ? Words::kCovered : Words::kShown;
    std::vector<Slots> newly;
    for (const auto& line : tested->newly) {
      Slots one;
      std::vector<std::string> words;
      for (const auto& word : line.words) words.push_back(OneLine(word, {}, Words::kShown, 80));
      const std::string joined = Join(words, " … ");
      one.Set("school", visit.SchoolName(line.school)).Set("words", how == Words::kCovered ? Cover(joined) : joined);
      // The post itself is for those who read the school's cases.
      if (line.case_id && (visit.person().At(line.school) & kReadsCases)) one.Set("case", *line.case_id);
      newly.push_back(std::move(one));
    }
    view.Set("tested", true).Set("posts", tested->posts).Set("before", tested->flagged_before).Set("after", tested->flagged_after).Set("test_fired", tested->fired);
    view.Set("all_newly", tested->all_newly).Set("has_newly", !newly.empty()).Set("newly", std::move(newly)).Set("masked", how == Words::kCovered);
  }
  return visit.Show(entry->line.id, "entry", std::move(view));
}

http::Response EntryPage(Visit& visit) { return ShowEntry(visit, std::nullopt); }

http::Response ShowPropose(Visit& visit) {
  const bool posted = visit.request.method == "POST";
  std::map<std::string, std::string> filled;
  if (const std::string& from = visit.query.Get("from"); !posted && !from.empty()) {
    const auto entry = visit.parts.lexicon.entry(from);
    if (!entry && entry.error().fault() != Fault::kNotFound) return visit.SayError(entry.error());
    if (entry && !entry->is_rule) {
      filled = {{"id", entry->line.id + "-2"}, {"category", entry->line.category}, {"severity", std::to_string(entry->line.severity)}, {"why", entry->line.why}, {"language", entry->line.language},
                {"phrases", Join(entry->phrases, "\n")}, {"matches", Join(entry->matches, "\n")}, {"ignores", Join(entry->ignores, "\n")}, {"rationale", "instead of " + entry->line.id}};
    }
  }
  const auto value = [&](const std::string& key) { return posted ? visit.form.Get(key) : filled[key]; };
  Slots view;
  for (const char* key : {"id", "why", "phrases", "matches", "ignores", "rationale", "source"}) view.Set(key, value(key));
  view.Set("language", value("language").empty() ? "en" : value("language"));
  std::vector<Slots> categories, severities;
  for (const auto category : kCategories) categories.push_back(Slots().Set("value", ToString(category)).Set("name", Capital(ToString(category))).Set("selected", value("category") == ToString(category)));
  static constexpr const char* kSeverities[] = {"1: unkind", "2: a clear breach", "3: serious", "4: grave"};
  const std::string severity = value("severity").empty() ? "2" : value("severity");
  for (int i = 1; i <= 4; ++i) severities.push_back(Slots().Set("value", i).Set("name", kSeverities[i - 1]).Set("selected", severity == std::to_string(i)));
  view.Set("categories", std::move(categories)).Set("severities", std::move(severities));
  return visit.Show("Propose an entry", "entry-propose", std::move(view));
}

Done NoteChange(Visit& visit, std::string_view action, const std::string& id, std::string details) {
  AuditRow row;
  row.actor = visit.person().id;
  row.action = action;
  row.subject = "rule " + id;
  row.details = std::move(details);
  return visit.parts.gate.Note(std::move(row));
}

http::Response DoPropose(Visit& visit) {
  EntryDraft draft;
  draft.id = Trim(visit.form.Get("id"));
  draft.category = visit.form.Get("category");
  draft.why = Trim(visit.form.Get("why"));
  draft.language = Trim(visit.form.Get("language"));
  draft.rationale = Trim(visit.form.Get("rationale"));
  draft.source = Trim(visit.form.Get("source"));
  const std::string& severity = visit.form.Get("severity");
  draft.severity = severity.size() == 1 && severity[0] >= '1' && severity[0] <= '4' ? severity[0] - '0' : 0;
  draft.phrases = Lines(visit.form.Get("phrases"));
  draft.matches = Lines(visit.form.Get("matches"));
  draft.ignores = Lines(visit.form.Get("ignores"));
  for (const auto* list : {"phrases", "matches", "ignores", "why", "rationale", "source"})
    if (visit.form.Get(list).size() > kLongestField) visit.Complain(list, "That is far too long");
  if (draft.id.empty() || draft.id.size() > 80 || !std::ranges::all_of(draft.id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }))
    visit.Complain("id", "Enter a name of small letters, digits, dots and hyphens, as threat.wait-outside");
  if (!ParseCategory(draft.category)) visit.Complain("category", "Choose a category");
  if (draft.severity == 0) visit.Complain("severity", "Choose a severity from 1 to 4");
  if (draft.why.empty()) visit.Complain("why", "Say in one sentence what it is about: it is shown beside every flag");
  if (draft.phrases.empty()) visit.Complain("phrases", "Enter at least one phrase");
  if (draft.matches.empty()) visit.Complain("matches", "Enter at least one sentence it must find");
  if (draft.ignores.empty()) visit.Complain("ignores", "Enter at least one sentence that looks alike and must be left alone");
  if (draft.phrases.size() > kMostLines || draft.matches.size() > kMostLines || draft.ignores.size() > kMostLines) visit.Complain("phrases", "At most 200 lines each");
  if (!visit.problems.empty()) return ShowPropose(visit);
  const auto proposed = visit.parts.lexicon.propose(draft, visit.person().id);
  if (!proposed && proposed.error().fault() == Fault::kInvalid) {
    const std::string message = Visible(proposed.error().message());
    for (const auto line : Split(message, '\n'))
      if (!Trim(line).empty() && visit.problems.size() < 10) visit.Complain("", std::string(line));
    return ShowPropose(visit);
  }
  if (!proposed) return visit.SayError(proposed.error());
  if (const auto noted = NoteChange(visit, "entry-proposed", draft.id, "as a draft"); !noted) return visit.SayError(noted.error());
  return visit.Go(PathOf(draft.id), "It is a draft now: it finds nothing yet. Try it in a back-test, then let it run in shadow.");
}

http::Response SetStatus(Visit& visit) {
  const std::string &id = visit.path.Get("entry"), &to = visit.form.Get("to");
  const std::string why(Trim(visit.form.Get("why")));
  const auto entry = visit.parts.lexicon.entry(id);
  if (!entry && entry.error().fault() == Fault::kNotFound) return visit.Say(404, "There is no such entry", {Capital(entry.error().message()) + "."}, "/lexicon", "Words and rules");
  if (!entry) return visit.SayError(entry.error());
  const std::string from = entry->line.status;
  if (std::ranges::none_of(kSteps, [&](const Step& step) { return step.from == from && step.to == to; })) {
    visit.Complain("", "From " + from + " that is no step. A draft goes to the shadow first");
    return ShowEntry(visit, std::nullopt);
  }
  if (why.empty() || why.size() > 500) visit.Complain("why", "Say why, in a sentence: it is kept with the entry");
  if (!visit.problems.empty()) return ShowEntry(visit, std::nullopt);
  const auto set = visit.parts.lexicon.set_status(id, to, why);
  if (!set && (set.error().fault() == Fault::kInvalid || set.error().fault() == Fault::kExists)) {
    const std::string message = Visible(set.error().message());
    for (const auto line : Split(message, '\n'))
      if (!Trim(line).empty() && visit.problems.size() < 10) visit.Complain("", std::string(line));
    return ShowEntry(visit, std::nullopt);
  }
  if (!set) return visit.SayError(set.error());
  if (const auto noted = NoteChange(visit, to == "live" ? "entry-published" : to == "retired" ? "entry-retired" : "entry-status-changed", id, from + " to " + to + ": " + why); !noted) return visit.SayError(noted.error());
  return visit.Go(PathOf(id), "From " + from + " to " + to + ". It takes some seconds until posts are judged by it.");
}

http::Response RunBacktest(Visit& visit) {
  const std::string& id = visit.path.Get("entry");
  const auto tested = visit.parts.lexicon.backtest(id, visit.schools);
  if (!tested && tested.error().fault() == Fault::kNotFound) return visit.Say(404, "There is no such entry", {Capital(tested.error().message()) + "."}, "/lexicon", "Words and rules");
  if (!tested) return visit.SayError(tested.error());
  if (const auto noted = NoteChange(visit, "entry-back-tested", id, std::to_string(tested->all_newly) + " of " + std::to_string(tested->posts) + " kept posts would be flagged besides"); !noted) return visit.SayError(noted.error());
  return ShowEntry(visit, *tested);
}

constexpr std::array kPages = {
    WebPage{"GET", "/lexicon/entries/{entry}", Reach::kSomeSchool, kReadsRules, &EntryPage},
    WebPage{"POST", "/lexicon/entries/{entry}/status", Reach::kEverywhere, kEditsRules, &SetStatus},
    WebPage{"POST", "/lexicon/entries/{entry}/backtest", Reach::kEverywhere, kEditsRules, &RunBacktest},
    WebPage{"GET", "/lexicon/propose", Reach::kEverywhere, kEditsRules, &ShowPropose},
    WebPage{"POST", "/lexicon/propose", Reach::kEverywhere, kEditsRules, &DoPropose},
};

}  // namespace

std::span<const WebPage> EntryWordsPages() { return kPages; }

}  // namespace heed
