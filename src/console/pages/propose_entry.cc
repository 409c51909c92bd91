// Proposing an entry of the lexicons: words that count by themselves, or a rule of things that stand together; and the word groups a rule is made of.
//
// It becomes a draft.  The lexicons are changed only if all of them, with it, still read and pass every example; what is wrong is said beside
// the field it is about.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kReadsRules = Only(Role::kTriage, Role::kHead, Role::kLexicon), kEditsRules = Only(Role::kLexicon);
constexpr std::size_t kMostLines = 200, kLongestField = 20'000, kMostGroups = 200;
constexpr std::size_t kParts = 4, kUnless = 3, kMostUnless = 40;
constexpr int kWidest = 100;  // words between two parts, as the lexicons take it
constexpr std::size_t kMostProblems = 10;

constexpr std::pair<std::string_view, std::string_view> kWheres[] = {
    {"", "Anywhere in the same sentence"}, {"before:4", "Before it, at most 4 words away"}, {"before:8", "Before it, at most 8 words away"}, {"after:4", "After it, at most 4 words away"},
    {"after:8", "After it, at most 8 words away"}, {"near:3", "Beside or inside it, at most 3 words away"}, {"over", "On the very words it finds"}, {"around", "Around it, where it is quoted"}, {"post", "Anywhere in the post"},
};
constexpr std::pair<std::string_view, std::string_view> kScopes[] = {
    {"sentence", "In one sentence"}, {"next", "In one sentence, or carried into the next by “he”, “she”, “they”"}, {"post", "Anywhere in the post"},
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : Split(text, '\n'))
    if (const auto trimmed = Trim(line); !trimmed.empty()) lines.emplace_back(trimmed);
  return lines;
}

std::string Key(std::string_view name, std::size_t number) { return std::string(name) + std::to_string(number); }

std::string ProblemAt(const Visit& visit, std::string_view field) {
  for (const auto& problem : visit.problems)
    if (problem.field == field) return problem.message;
  return {};
}

// The fields as they stand in a form, of an entry that is to be changed.
std::map<std::string, std::string> FieldsOf(const EntryView& entry) {
  std::map<std::string, std::string> fields = {
      {"id", entry.line.id + "-2"}, {"category", entry.line.category}, {"severity", std::to_string(entry.line.severity)}, {"why", entry.line.why}, {"language", entry.line.language},
      {"phrases", Join(entry.phrases, "\n")}, {"matches", Join(entry.matches, "\n")}, {"ignores", Join(entry.ignores, "\n")}, {"rationale", "instead of " + entry.line.id},
      {"order", entry.ordered ? "given" : "any"}, {"scope", entry.scope}};
  if (entry.within) fields["within"] = std::to_string(*entry.within);
  for (std::size_t i = 0; i < entry.parts.size(); ++i)
    for (const auto& one : entry.parts[i]) fields[Key("part", i + 1)] += (one.starts_with('=') ? one.substr(1) : "[" + one + "]") + "\n";
  std::size_t number = 0;
  for (const auto& unless : entry.unless) {
    if (unless == "quoted") {
      fields["quoted"] = "yes";
      continue;
    }
    const auto colon = unless.find(':');
    fields[Key("unless", ++number)] = unless.substr(0, colon);
    if (colon != unless.npos) fields[Key("where", number)] = unless.substr(colon + 1);
  }
  return fields;
}

http::Response ShowForm(Visit& visit, bool rule) {
  const bool posted = visit.request.method == "POST";
  std::map<std::string, std::string> filled = {{"order", "given"}, {"scope", "sentence"}};
  if (const std::string& from = visit.query.Get("from"); !posted && !from.empty()) {
    const auto entry = visit.parts.lexicon.entry(from);
    if (!entry && entry.error().fault() != Fault::kNotFound) return visit.SayError(entry.error());
    if (entry && entry->is_rule == rule && !entry->has_more) filled = FieldsOf(*entry);
  }
  const auto value = [&](const std::string& key) { return posted ? visit.form.Get(key) : filled[key]; };
  Slots view;
  for (const char* key : {"id", "why", "phrases", "matches", "ignores", "rationale", "source", "within"}) view.Set(key, value(key));
  view.Set("language", value("language").empty() ? "en" : value("language"));
  std::vector<Slots> categories, severities;
  for (const auto category : kCategories) categories.push_back(Slots().Set("value", ToString(category)).Set("name", Capital(ToString(category))).Set("selected", value("category") == ToString(category)));
  static constexpr const char* kSeverities[] = {"1: unkind", "2: a clear breach", "3: serious", "4: grave"};
  const std::string severity = value("severity").empty() ? "2" : value("severity");
  for (int i = 1; i <= 4; ++i) severities.push_back(Slots().Set("value", i).Set("name", kSeverities[i - 1]).Set("selected", severity == std::to_string(i)));
  view.Set("categories", std::move(categories)).Set("severities", std::move(severities));
  if (!rule) return visit.Show("Propose words", "entry-propose", std::move(view));

  static constexpr const char* kLabels[] = {"First part", "Second part", "Third part (optional)", "Fourth part (optional)"};
  std::vector<Slots> parts;
  for (std::size_t i = 1; i <= kParts; ++i) parts.push_back(Slots().Set("key", Key("part", i)).Set("label", kLabels[i - 1]).Set("rows", i < 3 ? 3 : 2).Set("value", value(Key("part", i))).Set("error", ProblemAt(visit, Key("part", i))));
  view.Set("parts", std::move(parts)).Set("given", value("order") == "given").Set("any", value("order") == "any").Set("quoted", value("quoted") == "yes");
  std::vector<Slots> scopes;
  for (const auto& [scope, name] : kScopes) scopes.push_back(Slots().Set("value", scope).Set("name", name).Set("selected", value("scope") == scope));
  view.Set("scopes", std::move(scopes));
  // Three, or one more than there are.
  std::size_t rows = kUnless;
  for (std::size_t i = 1; i <= kMostUnless; ++i)
    if (!value(Key("unless", i)).empty()) rows = std::max(rows, std::min(i + 1, kMostUnless));
  std::vector<Slots> unlesses;
  for (std::size_t i = 1; i <= rows; ++i) {
    const std::string where = value(Key("where", i));
    std::vector<Slots> wheres;
    for (const auto& [each, name] : kWheres) wheres.push_back(Slots().Set("value", each).Set("name", name).Set("selected", where == each));
    if (!where.empty() && std::ranges::none_of(kWheres, [&](const auto& each) { return each.first == where; })) wheres.push_back(Slots().Set("value", where).Set("name", Visible(where)).Set("selected", true));
    unlesses.push_back(Slots().Set("key", Key("unless", i)).Set("where_key", Key("where", i)).Set("number", i).Set("value", value(Key("unless", i))).Set("wheres", std::move(wheres)).Set("error", ProblemAt(visit, Key("unless", i))));
  }
  view.Set("unlesses", std::move(unlesses));
  std::vector<Slots> groups;
  for (const auto& group : visit.parts.lexicon.groups()) groups.push_back(Slots().Set("id", group.id));
  view.Set("groups", std::move(groups));
  return visit.Show("Propose a rule", "rule-propose", std::move(view));
}

EntryDraft ReadCommon(Visit& visit) {
  EntryDraft draft;
  draft.id = Trim(visit.form.Get("id"));
  draft.category = visit.form.Get("category");
  draft.why = Trim(visit.form.Get("why"));
  draft.language = Trim(visit.form.Get("language"));
  draft.rationale = Trim(visit.form.Get("rationale"));
  draft.source = Trim(visit.form.Get("source"));
  const std::string& severity = visit.form.Get("severity");
  draft.severity = severity.size() == 1 && severity[0] >= '1' && severity[0] <= '4' ? severity[0] - '0' : 0;
  draft.matches = Lines(visit.form.Get("matches"));
  draft.ignores = Lines(visit.form.Get("ignores"));
  for (const auto* list : {"phrases", "matches", "ignores", "why", "rationale", "source"})
    if (visit.form.Get(list).size() > kLongestField) visit.Complain(list, "That is far too long");
  if (draft.why.empty()) visit.Complain("why", "Say in one sentence what it is about: it is shown beside every flag");
  if (!ParseCategory(draft.category)) visit.Complain("category", "Choose a category");
  if (draft.severity == 0) visit.Complain("severity", "Choose a severity from 1 to 4");
  if (draft.matches.empty()) visit.Complain("matches", "Enter at least one sentence it must find");
  if (draft.ignores.empty()) visit.Complain("ignores", "Enter at least one sentence that looks alike and must be left alone");
  if (draft.matches.size() > kMostLines) visit.Complain("matches", "At most 200 lines");
  if (draft.ignores.size() > kMostLines) visit.Complain("ignores", "At most 200 lines");
  if (draft.id.empty() || draft.id.size() > 80 || !std::ranges::all_of(draft.id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }))
    visit.Complain("id", "Enter a name of small letters, digits, dots and hyphens, as threat.wait-outside");
  return draft;
}

void ReadParts(Visit& visit, EntryDraft& draft) {
  std::set<std::string, std::less<>> known;
  std::vector<std::string_view> names;
  const auto groups = visit.parts.lexicon.groups();
  for (const auto& group : groups) {
    // The dots say so: "group" is there where "group.race" is.
    for (std::size_t end = group.id.find('.'); end != group.id.npos; end = group.id.find('.', end + 1)) known.insert(group.id.substr(0, end));
    known.insert(group.id);
  }
  for (const char* ours : {"school.name", "school.staff_role", "school.staff_name", "school.place"}) known.insert(ours);
  for (const auto& name : known) names.push_back(name);
  const auto no_such = [&](const std::string& name) { return "There is no word group “" + Visible(name) + "”" + DidYouMean(name, names); };
  for (std::size_t i = 1; i <= kParts; ++i) {
    const std::string key = Key("part", i), &typed = visit.form.Get(key);
    const auto lines = Lines(typed);
    if (typed.size() > kLongestField || lines.size() > kMostLines) visit.Complain(key, "That is far too long");
    if (lines.empty() && i == 1) visit.Complain(key, "Enter what must stand there");
    if (lines.empty() || typed.size() > kLongestField) continue;
    if (draft.parts.size() + 1 < i) visit.Complain(Key("part", i - 1), "This part is empty and the one below is not");
    auto& part = draft.parts.emplace_back();
    for (const auto& line : lines) {
      const bool bracketed = line.size() > 2 && line.front() == '[' && line.back() == ']';
      const std::string name(Trim(bracketed ? std::string_view(line).substr(1, line.size() - 2) : std::string_view(line)));
      if (bracketed && !known.contains(name)) visit.Complain(key, no_such(name));
      // A bare name of a group is meant as such where it looks like one.
      if (bracketed || (name.find('.') != name.npos && known.contains(name))) part.push_back(name);
      else part.push_back("=" + (name.starts_with('=') ? std::string(Trim(std::string_view(name).substr(1))) : name));
    }
  }
  const std::string &order = visit.form.Get("order"), &scope = visit.form.Get("scope");
  if (order != "given" && order != "any") visit.Complain("order", "Choose whether the order matters");
  draft.ordered = order != "any";
  if (!draft.ordered && draft.parts.size() == 1) visit.Complain("part2", "Things in any order are two at least: enter a second part");
  if (const std::string typed(Trim(visit.form.Get("within"))); !typed.empty()) {
    int words = -1;
    const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), words);
    if (error != std::errc() || end != typed.data() + typed.size() || words < 0 || words > kWidest) visit.Complain("within", "Enter a number of words from 0 to " + std::to_string(kWidest) + ", or nothing");
    else draft.within = words;
  }
  if (std::ranges::none_of(kScopes, [&](const auto& each) { return each.first == scope; })) visit.Complain("scope", "Choose where they stand");
  if (scope != "sentence") draft.scope = scope;
  for (std::size_t i = 1; i <= kMostUnless; ++i) {
    std::string name(Trim(visit.form.Get(Key("unless", i))));
    if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
    if (name.empty()) continue;
    if (!known.contains(name)) visit.Complain(Key("unless", i), no_such(name));
    const std::string& where = visit.form.Get(Key("where", i));
    draft.unless.push_back(name + (where.empty() ? "" : ":" + where));
  }
  if (visit.form.Get("quoted") == "yes") draft.unless.push_back("quoted");
}

// Which field of the form a mistake is about.
std::string FieldOf(const Visit& visit, const DraftMistake& mistake) {
  const auto holds = [&](const std::string& text) { return !text.empty() && mistake.what.find("\"" + text) != std::string::npos; };
  if (mistake.key == "sequence" || mistake.key == "together") {
    for (std::size_t i = 1; i <= kParts; ++i)
      for (const auto& line : Lines(visit.form.Get(Key("part", i))))
        if (holds(line) || holds("=" + line) || (line.front() == '[' && holds(line.substr(1, line.size() - 2)))) return Key("part", i);
    return "part1";
  }
  if (mistake.key == "unless") {
    for (std::size_t i = 1; i <= kMostUnless; ++i)
      if (holds(std::string(Trim(visit.form.Get(Key("unless", i)))))) return Key("unless", i);
    return "unless1";
  }
  for (const char* field : {"id", "phrases", "category", "severity", "why", "matches", "ignores", "within", "scope", "language", "rationale", "source"})
    if (mistake.key == field) return field;
  return {};
}

http::Response DoForm(Visit& visit, bool rule) {
  EntryDraft draft;
  if (rule) {
    EntryDraft parts;
    ReadParts(visit, parts);
    draft = ReadCommon(visit);
    draft.parts = std::move(parts.parts);
    draft.ordered = parts.ordered;
    draft.within = parts.within;
    draft.scope = std::move(parts.scope);
    draft.unless = std::move(parts.unless);
  } else {
    const auto phrases = Lines(visit.form.Get("phrases"));
    if (phrases.empty()) visit.Complain("phrases", "Enter at least one phrase");
    if (phrases.size() > kMostLines) visit.Complain("phrases", "At most 200 lines");
    draft = ReadCommon(visit);
    draft.phrases = phrases;
  }
  if (!visit.problems.empty()) return ShowForm(visit, rule);
  const auto mistakes = visit.parts.lexicon.propose(draft, visit.person().id);
  if (!mistakes) return visit.SayError(mistakes.error());
  for (const auto& mistake : *mistakes) {
    if (visit.problems.size() == kMostProblems) break;
    // "threat.x should match ..." says which entry; here there is but one.
    std::string what = mistake.what.starts_with(draft.id + " should ") ? "It" + mistake.what.substr(draft.id.size()) : mistake.what;
    visit.Complain(FieldOf(visit, mistake), Capital(Visible(what)));
  }
  if (!visit.problems.empty()) return ShowForm(visit, rule);
  AuditRow row;
  row.actor = visit.person().id;
  row.action = "entry-proposed";
  row.subject = "rule " + draft.id;
  row.details = "as a draft";
  if (const auto noted = visit.parts.gate.Note(std::move(row)); !noted) return visit.SayError(noted.error());
  return visit.Go("/lexicon/entries/" + http::PercentEncode(draft.id), "It is a draft now: it finds nothing yet. Try it in a back-test, then let it run in shadow.");
}

http::Response ShowPropose(Visit& visit) { return ShowForm(visit, false); }
http::Response DoPropose(Visit& visit) { return DoForm(visit, false); }
http::Response ShowProposeRule(Visit& visit) { return ShowForm(visit, true); }
http::Response DoProposeRule(Visit& visit) { return DoForm(visit, true); }

http::Response Groups(Visit& visit) {
  const std::string text(Trim(visit.query.Get("text"))), needle = LowerAscii(text);
  const bool masked = visit.person().mask_words;
  std::vector<Slots> rows;
  std::size_t all = 0;
  for (const auto& group : visit.parts.lexicon.groups()) {
    const std::string some = Join(group.some, ", ");
    if (!needle.empty() && LowerAscii(group.id).find(needle) == std::string::npos && LowerAscii(some).find(needle) == std::string::npos) continue;
    if (++all > kMostGroups) continue;
    const std::string shown = Visible(some) + (group.phrases > group.some.size() ? " …" : "");
    rows.push_back(Slots().Set("id", group.id).Set("language", group.language).Set("phrases", group.phrases).Set("some", masked ? Cover(shown) : shown));
  }
  Slots view;
  view.Set("text", text).Set("masked", masked).Set("has_rows", !rows.empty()).Set("rows", std::move(rows));
  view.Set("summary", all > kMostGroups ? "The first " + std::to_string(kMostGroups) + " of " + std::to_string(all) + " groups." : std::to_string(all) + (all == 1 ? " group." : " groups."));
  return visit.Show("Word groups", "groups", std::move(view));
}

constexpr std::array kPages = {
    WebPage{"GET", "/lexicon/groups", Reach::kSomeSchool, kReadsRules, &Groups},
    WebPage{"GET", "/lexicon/propose", Reach::kEverywhere, kEditsRules, &ShowPropose},
    WebPage{"POST", "/lexicon/propose", Reach::kEverywhere, kEditsRules, &DoPropose},
    WebPage{"GET", "/lexicon/propose/rule", Reach::kEverywhere, kEditsRules, &ShowProposeRule},
    WebPage{"POST", "/lexicon/propose/rule", Reach::kEverywhere, kEditsRules, &DoProposeRule},
};

}  // namespace

std::span<const WebPage> ProposePages() { return kPages; }

}  // namespace heed
