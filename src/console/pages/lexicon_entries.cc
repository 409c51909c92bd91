// One entry of the lexicons: its record, and its life.  Somebody proposes it as a draft (propose_entry.cc); in shadow it is counted without flagging anything; a
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

std::string PathOf(std::string_view id) { return "/lexicon/entries/" + http::PercentEncode(id); }

std::vector<Slots> AsList(const std::vector<std::string>& texts) {
  std::vector<Slots> list;
  for (const auto& text : texts) list.push_back(Slots().Set("text", Visible(text)));
  return list;
}

// "person.staff (a word group), or “on the take”"
std::vector<Slots> PartSlots(const EntryView& entry) {
  std::vector<Slots> parts;
  for (const auto& part : entry.parts) {
    std::vector<std::string> words;
    for (const auto& one : part) words.push_back(one.starts_with('=') ? "“" + Visible(one.substr(1)) + "”" : "[" + Visible(one) + "]");
    parts.push_back(Slots().Set("text", Join(words, " or ")));
  }
  return parts;
}

// "negator:before:4" -> "[negator] before it, at most 4 words away"
std::vector<Slots> UnlessSlots(const EntryView& entry) {
  std::vector<Slots> list;
  for (const auto& unless : entry.unless) {
    const auto parts = Split(unless, ':');
    const std::string_view where = parts.size() > 1 ? parts[1] : std::string_view("sentence");
    const std::string far = parts.size() > 2 ? ", at most " + std::string(parts[2]) + (parts[2] == "1" ? " word away" : " words away") : "";
    std::string words = "[" + std::string(parts[0]) + "]";
    if (unless == "quoted") words = "It stands inside quotation marks";
    else if (where == "before") words += " before it" + far;
    else if (where == "after") words += " after it" + far;
    else if (where == "near") words += " beside or inside it" + far;
    else if (where == "over") words += " on the very words";
    else if (where == "around") words += " around it, where it is quoted";
    else if (where == "post") words += " anywhere in the post";
    else words += " anywhere in the same sentence";
    list.push_back(Slots().Set("text", Visible(words)));
  }
  return list;
}

// How a rule's parts must stand.
std::string HowWords(const EntryView& entry) {
  std::string how = entry.parts.size() < 2 ? "One part" : entry.ordered ? "In this order" : "In any order";
  const std::string distance = "at most " + std::to_string(entry.within.value_or(4)) + " other words between one and the next";
  if (entry.scope == "post") return how + ", anywhere in the post" + (entry.within ? ", " + distance : "") + ".";
  if (entry.parts.size() > 1) how += ", " + distance;
  return how + (entry.scope == "next" ? ", in one sentence or carried into the next by “he”, “she”, “they”." : ", in one sentence.");
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
  view.Set("has_phrases", !entry->phrases.empty()).Set("phrases", AsList(entry->phrases)).Set("has_parts", !entry->parts.empty()).Set("parts", PartSlots(*entry));
  if (entry->is_rule) view.Set("how", HowWords(*entry));
  view.Set("has_unless", !entry->unless.empty()).Set("unless", UnlessSlots(*entry));
  view.Set("matches", AsList(entry->matches)).Set("has_ignores", !entry->ignores.empty()).Set("ignores", AsList(entry->ignores));
  view.Set("one", record.fired == 1).Set("fired", record.fired).Set("silent", record.silent).Set("upheld", record.upheld).Set("dismissed", record.dismissed).Set("share", ToString(ShareRight(record)));
  view.Set("reads_cases", (visit.person().Anywhere() & kReadsCases) != 0);
  std::vector<Slots> steps;
  for (const auto& step : kSteps)
    if (edits && step.from == entry->line.status) steps.push_back(Slots().Set("to", step.to).Set("button", step.button).Set("class", step.colour));
  view.Set("has_steps", !steps.empty()).Set("steps", std::move(steps)).Set("why", visit.form.Get("why"));
  view.Set("can_test", edits && entry->line.status != "live").Set("can_copy", edits && !entry->has_more).Set("copy", std::string("/lexicon/propose") + (entry->is_rule ? "/rule" : "") + "?from=" + http::PercentEncode(entry->line.id));
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

Done NoteChange(Visit& visit, std::string_view action, const std::string& id, std::string details) {
  AuditRow row;
  row.actor = visit.person().id;
  row.action = action;
  row.subject = "rule " + id;
  row.details = std::move(details);
  return visit.parts.gate.Note(std::move(row));
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
};

}  // namespace

std::span<const WebPage> EntryWordsPages() { return kPages; }

}  // namespace heed
