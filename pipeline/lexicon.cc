// Reading lexicon files: every mistake named, nothing half read.
#include "pipeline/lexicon.h"

#include <algorithm>
#include <map>
#include <set>

#include "pipeline/find.h"
#include "pipeline/fold.h"
#include "pipeline/weigh.h"
#include "pipeline/wording.h"
#include "src/base/hash.h"
#include "src/base/text.h"

namespace heed {

std::string_view ToString(Expand expand) {
  switch (expand) {
    case Expand::kNone: return "none";
    case Expand::kVerb: return "verb";
    case Expand::kNoun: return "noun";
  }
  return "";
}

std::string_view ToString(EntryStatus status) {
  switch (status) {
    case EntryStatus::kDraft: return "draft";
    case EntryStatus::kShadow: return "shadow";
    case EntryStatus::kLive: return "live";
    case EntryStatus::kRetired: return "retired";
  }
  return "";
}

std::string_view ToString(RuleScope scope) {
  switch (scope) {
    case RuleScope::kSentence: return "sentence";
    case RuleScope::kNext: return "next";
    case RuleScope::kPost: return "post";
  }
  return "";
}

std::string_view ToString(Stand stand) {
  switch (stand) {
    case Stand::kAnywhere: return "anywhere";
    case Stand::kStart: return "start";
    case Stand::kEnd: return "end";
    case Stand::kAlone: return "alone";
    case Stand::kWhole: return "whole";
  }
  return "";
}

std::string_view ToString(Where where) {
  switch (where) {
    case Where::kSentence: return "sentence";
    case Where::kBefore: return "before";
    case Where::kAfter: return "after";
    case Where::kNear: return "near";
    case Where::kOver: return "over";
    case Where::kAround: return "around";
    case Where::kPost: return "post";
    case Where::kQuoted: return "quoted";
  }
  return "";
}

std::string Unless::ToString() const {
  if (where == Where::kQuoted) return "quoted";
  if (where == Where::kSentence) return concept_id;
  std::string out = concept_id + ":" + std::string(heed::ToString(where));
  if (words > 0) out += ":" + std::to_string(words);
  return out;
}

const Entry* Lexicon::Find(std::string_view id) const {
  const auto at = std::lower_bound(entries.begin(), entries.end(), id, [](const Entry& entry, std::string_view wanted) { return entry.id < wanted; });
  return at != entries.end() && at->id == id ? &*at : nullptr;
}

namespace {

constexpr std::size_t kLongestPhrase = 200;  // bytes, folded
constexpr std::uint32_t kWidest = 60;        // words

constexpr std::string_view kReserved[] = {kConceptSchoolName, kConceptStaffRole, kConceptStaffName, kConceptPlace};

bool IsWording(std::string_view id) {
  for (std::size_t which = 0; which < kWordingConcepts; ++which)
    if (id == WordingConcept(which)) return true;
  return false;
}

bool IsReserved(std::string_view id) {
  return std::find(std::begin(kReserved), std::end(kReserved), id) != std::end(kReserved);
}

bool IsId(std::string_view id) {
  if (id.empty() || id.size() > 80 || id.front() == '.' || id.back() == '.') return false;
  return std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'; });
}

template <typename T>
std::string Choices(std::initializer_list<T> values) {
  std::string out;
  for (const T value : values) out += (out.empty() ? "\"" : ", \"") + std::string(ToString(value)) + "\"";
  return out;
}

// A key whose value is one of a few words.
template <typename T>
T Choice(TomlTable& table, std::string_view key, T otherwise, std::initializer_list<T> values) {
  const auto text = table.String(key);
  if (!text) return otherwise;
  std::vector<std::string_view> names;
  for (const T value : values) {
    if (ToString(value) == *text) return value;
    names.push_back(ToString(value));
  }
  table.Complain(key, "unknown " + std::string(key) + " \"" + *text + "\"" + DidYouMean(*text, names) + "; it is one of " + Choices(values));
  return otherwise;
}

// What is read of one file before names are looked up over all of them.
class Reader {
 public:
  explicit Reader(std::vector<Mistake>& mistakes) : mistakes_(mistakes) {}

  void File(const LexiconFile& file) {
    if (file.text.size() > kLargestFile) {
      mistakes_.push_back({{file.name, 0, 0}, "the file is larger than 16 MiB; split it by topic"});
      return;
    }
    auto root = ParseToml(file.text, file.name, mistakes_);
    if (!root) return;
    const std::string language = root->Required("language");
    if (!language.empty() && (language.size() > 3 || language.size() < 2 || LowerAscii(language) != language)) {
      root->Complain("language", "\"" + language + "\" is no language; write two or three small letters, as \"en\"");
    }
    const Defaults defaults{language, root->String("source").value_or(""), root->String("author").value_or(""), root->Date("added").value_or("")};
    for (TomlTable& table : root->Tables("context")) ReadContext(table, language);
    for (TomlTable& table : root->Tables("wording")) ReadWording(table);
    for (TomlTable& table : root->Tables("weigh")) ReadWeigh(table);
    for (TomlTable& table : root->Tables("concept")) ReadConcept(table, language);
    for (TomlTable& table : root->Tables("term")) ReadEntry(table, defaults, false);
    for (TomlTable& table : root->Tables("rule")) ReadEntry(table, defaults, true);
    root->Done();
  }

  void Finish() {
    CollectConcepts();
    for (const auto& [from, where, what] : references_) CheckConcept(from, where, what);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Resolve(entries_[i].unless, unless_[i], 0);
      Resolve(entries_[i].with, with_[i], 0);
      ResolveWide(entries_[i], despite_[i]);
    }
    CheckPatternRules();
    CheckSize();
    if (!wording_.empty() && !wording_place_) {
      mistakes_.push_back({weigh_place_, "[[weigh]] gives points, and no file has the [[wording]] that says how many are too many: from = 20, below = -5"});
    }
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });
  }

  std::vector<Concept> concepts_;
  std::vector<Entry> entries_;
  Wording wording_;

 private:
  static constexpr std::size_t kLargestFile = 16u << 20;
  static constexpr int kDeepestContext = 8;
  static constexpr std::int64_t kMostSum = 1'000'000;

  // What a file says of all its entries.
  struct Defaults {
    std::string language, source, author, added;
  };
  // A context that entries do not ask for: it goes for all of these categories, up to a severity, in its file's language.
  struct Wide {
    std::string id, language;
    std::vector<Category> categories;
    std::uint8_t up_to;
  };

  // Items of `unless` or `with` as written, and where.
  struct Written {
    std::vector<std::string> items;
    Place where;
    std::string_view key;
  };

  std::string ReadId(TomlTable& table, std::string_view what) {
    std::string id = table.Required("id");
    if (!id.empty() && !IsId(id)) {
      table.Complain("id", "\"" + id + "\" cannot name a " + std::string(what) + ": use small letters, digits, '.', '-' and '_'");
    }
    return id;
  }

  std::vector<std::string> ReadPhrases(TomlTable& table, std::string_view key) {
    std::vector<std::string> phrases = table.Strings(key);
    for (const std::string& phrase : phrases) CheckPhrase(table, key, phrase);
    return phrases;
  }

  static void CheckPhrase(TomlTable& table, std::string_view key, const std::string& phrase) {
    const Folded folded = Fold(phrase);
    if (folded.words.empty()) table.Complain(key, "the phrase \"" + phrase + "\" holds no word that can be looked for");
    else if (folded.text.size() > kLongestPhrase) table.Complain(key, "a phrase of " + std::to_string(phrase.size()) + " bytes is too long to be one; keep it under 200");
    else if (phrase.find('*') != std::string::npos) table.Complain(key, "write \"" + phrase + "\" with its letters: heed finds the masked form itself");
  }

  std::optional<Characteristic> ReadCharacteristic(TomlTable& table) {
    const auto text = table.String("characteristic");
    if (!text) return std::nullopt;
    const auto found = ParseCharacteristic(*text);
    if (!found) {
      std::vector<std::string_view> names;
      for (const Characteristic c : kCharacteristics) names.push_back(ToString(c));
      table.Complain("characteristic", "unknown characteristic \"" + *text + "\"" + DidYouMean(*text, names));
    }
    return found;
  }

  std::vector<std::string> ReadExcept(TomlTable& table) {
    std::vector<std::string> except = table.Strings("except");
    for (const std::string& item : except) {
      if (item.starts_with('=')) CheckPhrase(table, "except", item.substr(1));
      else references_.push_back({item, table.PlaceOf("except"), "except"});
    }
    return except;
  }

  void ReadContext(TomlTable& table, const std::string& language) {
    const std::string id = ReadId(table, "context");
    const auto items = table.Strings("unless");
    if (items.empty()) table.Complain("a context lists what blocks: unless = [...]");
    if (!contexts_.emplace(id, std::make_pair(items, table.PlaceOf("unless"))).second) {
      table.Complain("id", "there is another context \"" + id + "\"");
    }
    Wide wide{id, language, {}, 4};
    for (const std::string& name : table.Strings("for")) {
      if (const auto category = ReadCategory(table, "for", name)) wide.categories.push_back(*category);
    }
    if (const auto up_to = table.Int("up_to")) {
      if (*up_to < 1 || *up_to > 4) table.Complain("up_to", "severity " + std::to_string(*up_to) + " is not between 1 and 4");
      if (wide.categories.empty()) table.Complain("up_to", "\"up_to\" goes with \"for\": for = [\"abuse\"]");
      wide.up_to = static_cast<std::uint8_t>(std::clamp<std::int64_t>(*up_to, 1, 4));
    }
    if (!wide.categories.empty()) wide_.push_back(std::move(wide));
    table.Done();
  }

  void ReadWording(TomlTable& table) {
    if (wording_place_) table.Complain("there is one [[wording]] for all files: " + wording_place_->ToString());
    wording_place_ = table.place();
    const auto read = [&](std::string_view key) {
      const auto points = table.Int(key);
      if (!points) table.Complain("a wording says from how many points on, and below how many: from = 20, below = -5");
      return static_cast<std::int32_t>(std::clamp<std::int64_t>(points.value_or(0), -kMostSum, kMostSum));
    };
    wording_.from = read("from");
    wording_.below = read("below");
    const auto may = [&](std::string_view key) -> std::optional<std::int32_t> {
      const auto points = table.Int(key);
      if (!points) return std::nullopt;
      return static_cast<std::int32_t>(std::clamp<std::int64_t>(*points, -kMostSum, kMostSum));
    };
    wording_.sure = may("sure");
    wording_.calm = may("calm");
    wording_.elsewhere = may("elsewhere");
    if (wording_.sure && *wording_.sure < wording_.from) table.Complain("sure", "\"sure\" must not be less than \"from\"");
    for (const auto& [key, points] : {std::pair("calm", wording_.calm), std::pair("elsewhere", wording_.elsewhere)})
      if (points && *points > wording_.below) table.Complain(key, "\"" + std::string(key) + "\" must not be more than \"below\"");
    if (auto insists = table.Table("insists")) {
      for (std::size_t severity = 1; severity <= Wording::kSeverities; ++severity)
        if (const auto points = insists->Int(std::to_string(severity))) wording_.insists[severity - 1] = static_cast<std::int32_t>(std::clamp<std::int64_t>(*points, -kMostSum, kMostSum));
      insists->Done();
    }
    wording_.about = table.Strings("about");
    for (const std::string& word : wording_.about)
      if (word.empty() || word.find(' ') != std::string::npos || LowerAscii(word) != word) table.Complain("about", "\"" + word + "\" is not one word with small letters");
    if (wording_.below >= wording_.from) table.Complain("below", "\"below\" must be less than \"from\"");
    table.Done();
  }

  void ReadWeigh(TomlTable& table) {
    if (weigh_place_.line == 0) weigh_place_ = table.place();
    const std::int64_t points = table.Int("points").value_or(0);
    if (points == 0 || points > Wording::kMostPoints || points < -Wording::kMostPoints) {
      table.Complain("points", "points are a whole number, not 0, between -" + std::to_string(Wording::kMostPoints) + " and " + std::to_string(Wording::kMostPoints));
    }
    std::optional<Category> category;
    if (const auto name = table.String("category")) category = ReadCategory(table, "category", *name);
    if ((points > 0) != category.has_value()) {
      table.Complain(points > 0 ? "points above zero speak of a breach: category = \"threat\"" : "points below zero speak of none, so there is no category");
    }
    for (std::string& words : table.Strings("words")) {
      const auto parts = Split(words, ' ');
      const bool folded = LowerAscii(words) == words && std::none_of(parts.begin(), parts.end(), [](std::string_view part) { return part.empty(); });
      if (!folded || parts.size() > 2) table.Complain("words", "\"" + words + "\" is not one word or two, with small letters and one space, as `heed explain` shows them");
      else if (const auto [at, fresh] = weighed_.emplace(words, table.place()); !fresh) table.Complain("words", "\"" + words + "\" has points already: " + at->second.ToString());
      wording_.words.push_back({std::move(words), static_cast<std::int32_t>(points), category});
    }
    for (std::string& id : table.Strings("concepts")) {
      if (id.starts_with("wording.")) table.Complain("concepts", "\"" + id + "\" is what the points come to, and has none itself");
      else if (const auto [at, fresh] = weighed_.emplace("concept " + id, table.place()); !fresh) table.Complain("concepts", "\"" + id + "\" has points already: " + at->second.ToString());
      else references_.push_back({id, table.PlaceOf("concepts"), "concepts"});
      wording_.concepts.push_back({std::move(id), static_cast<std::int32_t>(points), category});
    }
    table.Done();
  }

  void ReadConcept(TomlTable& table, const std::string& language) {
    Concept c;
    c.id = ReadId(table, "concept");
    if (IsWording(c.id)) table.Complain("id", "\"" + c.id + "\" is what [[weigh]] comes to, and cannot be defined here");
    if (IsReserved(c.id)) table.Complain("id", "\"" + c.id + "\" is filled from the school's configuration and cannot be defined here");
    c.place = table.place();
    c.language = language;
    c.phrases = ReadPhrases(table, "phrases");
    c.patterns = table.Strings("patterns");
    for (const std::string& pattern : c.patterns) {
      if (const auto fine = CheckPattern(pattern); !fine) table.Complain("patterns", "the pattern \"" + pattern + "\" cannot be used: " + fine.error().message());
    }
    c.expand = Choice(table, "expand", Expand::kNone, {Expand::kNone, Expand::kVerb, Expand::kNoun});
    c.except = ReadExcept(table);
    c.includes = table.Strings("includes");
    for (const std::string& id : c.includes) references_.push_back({id, table.PlaceOf("includes"), "includes"});
    c.characteristic = ReadCharacteristic(table);
    c.masked = table.Bool("masked").value_or(false);
    c.misspellings = table.Bool("misspellings").value_or(false);
    table.String("note");
    table.Done();
    concepts_.push_back(std::move(c));
  }

  static std::optional<Category> ReadCategory(TomlTable& table, std::string_view key, const std::string& category) {
    const auto found = ParseCategory(category);
    if (!found) {
      std::vector<std::string_view> names;
      for (const Category c : kCategories) names.push_back(ToString(c));
      table.Complain(key, "unknown category \"" + category + "\"" + DidYouMean(category, names));
    }
    return found;
  }

  void ReadEntry(TomlTable& table, const Defaults& defaults, bool is_rule) {
    Entry e;
    e.is_rule = is_rule;
    e.language = defaults.language;
    e.place = table.place();
    e.id = ReadId(table, is_rule ? "rule" : "term");
    if (!e.id.empty()) {
      const auto [at, fresh] = ids_.emplace(e.id, e.place);
      if (!fresh) table.Complain("id", "\"" + e.id + "\" is taken: " + at->second.ToString());
    }
    if (is_rule) ReadRule(table, e);
    else ReadTerm(table, e);

    const std::string category = table.Required("category");
    if (!category.empty()) e.category = ReadCategory(table, "category", category).value_or(e.category);
    if (!table.Has("severity")) table.Complain("\"severity\" is missing: 1 unkind or weak, 2 a clear breach, 3 serious, 4 grave");
    const auto severity = table.Int("severity").value_or(1);
    if (severity < 1 || severity > 4) table.Complain("severity", "severity " + std::to_string(severity) + " is not between 1 and 4");
    e.severity = static_cast<std::uint8_t>(std::clamp<std::int64_t>(severity, 1, 4));
    const auto weight = table.Int("weight").value_or(DefaultWeight(e.severity));
    if (weight < 1 || weight > kMaxWeight) table.Complain("weight", "weight " + std::to_string(weight) + " is not between 1 and " + std::to_string(kMaxWeight));
    e.weight = static_cast<std::int32_t>(std::clamp<std::int64_t>(weight, 1, kMaxWeight));
    e.characteristic = ReadCharacteristic(table);
    e.why = table.Required("why");
    e.status = Choice(table, "status", EntryStatus::kLive, {EntryStatus::kDraft, EntryStatus::kShadow, EntryStatus::kLive, EntryStatus::kRetired});
    e.matches = table.Strings("matches");
    e.ignores = table.Strings("ignores");
    e.matches_place = table.PlaceOf("matches");
    e.ignores_place = table.PlaceOf("ignores");
    if (e.status == EntryStatus::kLive || e.status == EntryStatus::kShadow) {
      if (e.matches.empty()) table.Complain("give at least one text that \"" + e.id + "\" must find: matches = [\"...\"]");
      if (e.ignores.empty()) table.Complain("give at least one near miss that \"" + e.id + "\" must not find: ignores = [\"...\"]");
    }
    e.rationale = table.String("rationale").value_or("");
    e.source = table.String("source").value_or(defaults.source);
    e.author = table.String("author").value_or(defaults.author);
    e.added = table.Date("added").value_or(defaults.added);
    e.at = Choice(table, "at", Stand::kAnywhere, {Stand::kAnywhere, Stand::kStart, Stand::kEnd, Stand::kAlone, Stand::kWhole});
    unless_.push_back({table.Strings("unless"), table.PlaceOf("unless"), "unless"});
    with_.push_back({table.Strings("with"), table.PlaceOf("with"), "with"});
    despite_.push_back({table.Strings("despite"), table.PlaceOf("despite"), "despite"});
    table.Done();
    entries_.push_back(std::move(e));
  }

  void ReadTerm(TomlTable& table, Entry& e) {
    e.phrases = ReadPhrases(table, "phrases");
    if (e.phrases.empty()) table.Complain("a term needs phrases = [\"...\"]");
    e.expand = Choice(table, "expand", Expand::kNone, {Expand::kNone, Expand::kVerb, Expand::kNoun});
    e.misspellings = table.Bool("misspellings").value_or(false);
    e.except = ReadExcept(table);
    e.concepts = table.Strings("concepts");
    for (const std::string& id : e.concepts) {
      if (IsReserved(id)) table.Complain("concepts", "\"" + id + "\" is filled from the school's configuration");
      else if (!IsId(id)) table.Complain("concepts", "\"" + id + "\" cannot name a concept: use small letters, digits, '.', '-' and '_'");
    }
  }

  void ReadRule(TomlTable& table, Entry& e) {
    const bool sequence = table.Has("sequence"), together = table.Has("together");
    e.ordered = !together;
    const std::string_view key = together ? "together" : "sequence";
    e.elements = table.StringLists(key);
    if (sequence && together) {
      table.StringLists("sequence");
      table.Complain("together", "a rule has either a sequence or a together, not both");
    }
    const std::size_t most = together ? 4 : 8;
    if (e.elements.empty()) table.Complain("a rule needs sequence = [...] or together = [...]");
    else if (e.elements.size() > most) table.Complain(key, "at most " + std::to_string(most) + " elements make a " + std::string(key));
    else if (together && e.elements.size() < 2) table.Complain(key, "together takes two elements or more");
    for (const auto& element : e.elements) {
      if (element.empty()) table.Complain(key, "an element without alternatives can never be found");
      for (const std::string& item : element) {
        if (item.starts_with('=')) CheckPhrase(table, key, item.substr(1));
        else references_.push_back({item, table.PlaceOf(key), std::string(key)});
      }
    }
    e.scope = Choice(table, "scope", RuleScope::kSentence, {RuleScope::kSentence, RuleScope::kNext, RuleScope::kPost});
    if (e.scope == RuleScope::kNext) references_.push_back({std::string(kConceptPronoun), table.PlaceOf("scope"), "scope"});
    if (const auto within = table.Int("within")) {
      if (*within < 0 || *within > kWidest) table.Complain("within", "within is a number of words, 0 to " + std::to_string(kWidest));
      e.within = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*within, 0, kWidest));
    }
  }

  // Every id that can be referred to: those defined, and what their dotted names start with.
  void CollectConcepts() {
    const auto add = [this](std::string_view id) {
      known_.emplace(id);
      for (std::size_t dot = id.rfind('.'); dot != std::string_view::npos; dot = id.rfind('.')) known_.emplace(id = id.substr(0, dot));
    };
    for (const std::string_view id : kReserved) add(id);
    for (std::size_t which = 0; wording_place_ && which < kWordingConcepts; ++which) known_.emplace(WordingConcept(which));
    for (const Concept& c : concepts_) add(c.id);
    for (const Entry& e : entries_)
      for (const std::string& id : e.concepts) add(id);
  }

  // What rules and contexts can ask of a post is numbered with 16 bits (Senses::kMostTopics).  Counted on the safe side.
  void CheckSize() {
    constexpr std::size_t kMost = 60'000;
    std::size_t asked = known_.size();
    for (const Concept& c : concepts_) asked += c.except.size();
    for (const Entry& e : entries_) asked += std::max<std::size_t>(1, e.elements.size()) + e.except.size() + (e.with.empty() ? 0 : 1);
    if (asked > kMost)
      mistakes_.push_back({entries_.empty() ? Place{} : entries_.back().place, "the lexicons ask for " + std::to_string(asked) + " different things, and heed can tell " + std::to_string(kMost) + " apart: put phrases of one kind together in one entry, or retire entries and remove them"});
  }

  bool CheckConcept(const std::string& id, const Place& where, std::string_view what) {
    if (known_.count(id)) return true;
    std::vector<std::string_view> names(known_.begin(), known_.end());
    mistakes_.push_back({where, std::string(what) + ": there is no concept \"" + id + "\"" + DidYouMean(id, names)});
    return false;
  }

  void Resolve(std::vector<Unless>& out, const Written& written, int depth) {
    for (const std::string& item : written.items) {
      if (item.starts_with('@')) {
        const auto context = contexts_.find(item.substr(1));
        if (context == contexts_.end()) {
          std::vector<std::string_view> names;
          for (const auto& [id, unused] : contexts_) names.push_back(id);
          mistakes_.push_back({written.where, std::string(written.key) + ": there is no context \"" + item.substr(1) + "\"" + DidYouMean(item.substr(1), names)});
        } else if (depth >= kDeepestContext) {
          mistakes_.push_back({context->second.second, "the context \"" + item.substr(1) + "\" holds itself"});
        } else {
          Resolve(out, {context->second.first, context->second.second, written.key}, depth + 1);
        }
        continue;
      }
      auto parsed = ParseUnless(item, written.where, written.key);
      // Contexts overlap; once is enough.
      if (parsed && std::find(out.begin(), out.end(), *parsed) == out.end()) out.push_back(std::move(*parsed));
    }
  }

  // Contexts that go for entries of this kind, but for those the entry stands in spite of.
  void ResolveWide(Entry& e, const Written& despite) {
    for (const std::string& id : despite.items) {
      if (std::any_of(wide_.begin(), wide_.end(), [&](const Wide& wide) { return wide.id == id; })) continue;
      std::vector<std::string_view> names;
      for (const Wide& wide : wide_) names.push_back(wide.id);
      mistakes_.push_back({despite.where, "despite: there is no context \"" + id + "\" with \"for\"" + DidYouMean(id, names)});
    }
    for (const Wide& wide : wide_) {
      if (wide.language != e.language || e.severity > wide.up_to || std::find(despite.items.begin(), despite.items.end(), wide.id) != despite.items.end()) continue;
      if (std::find(wide.categories.begin(), wide.categories.end(), e.category) == wide.categories.end()) continue;
      const std::size_t own = e.unless.size();
      Resolve(e.unless, {{"@" + wide.id}, despite.where, "for"}, 0);
      for (std::size_t i = own; i < e.unless.size(); ++i) e.unless[i].wide = true;
    }
  }

  std::optional<Unless> ParseUnless(const std::string& item, const Place& where, std::string_view key) {
    const std::string name(key);
    Unless unless;
    if (item == "quoted") {
      unless.where = Where::kQuoted;
      return unless;
    }
    const auto parts = Split(item, ':');
    unless.concept_id = std::string(parts[0]);
    if (!CheckConcept(unless.concept_id, where, key)) return std::nullopt;
    if (parts.size() > 1) {
      static constexpr Where kPlaces[] = {Where::kSentence, Where::kBefore, Where::kAfter, Where::kNear, Where::kOver, Where::kAround, Where::kPost};
      std::vector<std::string_view> names;
      bool found = false;
      for (const Where place : kPlaces) {
        names.push_back(ToString(place));
        if (parts[1] == ToString(place)) unless.where = place, found = true;
      }
      if (!found) {
        mistakes_.push_back({where, name + ": \"" + item + "\" does not say where" + DidYouMean(parts[1], names) +
                                        "; it is one of sentence, before, after, near, over, around, post"});
        return std::nullopt;
      }
    }
    const bool counts = unless.where == Where::kBefore || unless.where == Where::kAfter || unless.where == Where::kNear;
    if (counts) unless.words = unless.where == Where::kNear ? 3 : 4;
    if (parts.size() > 2) {
      const std::string_view digits = parts[2];
      const bool number = !digits.empty() && digits.size() <= 2 && digits.find_first_not_of("0123456789") == std::string_view::npos;
      if ((!counts && unless.where != Where::kPost) || !number || parts.size() > 3) {
        mistakes_.push_back({where, name + ": \"" + item + "\" should read concept:before:WORDS, with after or near instead of before if meant, and at most 99 words; or concept:post:PLACES"});
        return std::nullopt;
      }
      unless.words = 0;
      for (const char c : digits) unless.words = unless.words * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return unless;
  }

  // A rule is only looked at where one of its phrases is found, so it needs an element that is phrases only.
  void CheckPatternRules() {
    std::set<std::string, std::less<>> patterned;
    const auto add = [&](std::string_view id) {
      bool fresh = false;
      for (;;) {
        fresh = patterned.emplace(id).second || fresh;
        const std::size_t dot = id.rfind('.');
        if (dot == std::string_view::npos) return fresh;
        id = id.substr(0, dot);
      }
    };
    for (const Concept& c : concepts_)
      if (!c.patterns.empty()) add(c.id);
    for (bool more = !patterned.empty(); more;) {
      more = false;
      for (const Concept& c : concepts_)
        if (std::any_of(c.includes.begin(), c.includes.end(), [&](const std::string& id) { return patterned.contains(id); })) more = add(c.id) || more;
    }
    for (const Entry& e : entries_) {
      if (!e.is_rule || e.elements.empty()) continue;
      const bool all = std::all_of(e.elements.begin(), e.elements.end(), [&](const std::vector<std::string>& element) {
        return std::any_of(element.begin(), element.end(), [&](const std::string& item) { return patterned.contains(item); });
      });
      if (all) mistakes_.push_back({e.place, "a rule needs an element made of phrases only: those of \"" + e.id + "\" all hold patterns"});
    }
  }

  struct Reference {
    std::string id;
    Place where;
    std::string what;
  };
  std::vector<Mistake>& mistakes_;
  std::map<std::string, std::pair<std::vector<std::string>, Place>, std::less<>> contexts_;
  std::map<std::string, Place, std::less<>> ids_;
  std::set<std::string, std::less<>> known_;
  std::map<std::string, Place, std::less<>> weighed_;  // as folded
  std::optional<Place> wording_place_;
  Place weigh_place_;
  std::vector<Reference> references_;
  std::vector<Wide> wide_;
  std::vector<Written> unless_, with_, despite_;  // beside entries_
};

}  // namespace

std::string LexiconDigest(std::span<const LexiconFile> files) {
  std::vector<std::string> digests;
  for (const LexiconFile& file : files) digests.push_back(Hex(Blake2b(file.text)));
  // In an order that does not depend on how the folder was listed.
  std::sort(digests.begin(), digests.end());
  return Hex(Blake2b(Join(digests, "\n")));
}

tl::expected<Lexicon, std::vector<Mistake>> LoadLexicon(std::span<const LexiconFile> files) {
  std::vector<Mistake> mistakes;
  Reader reader(mistakes);
  for (const LexiconFile& file : files) reader.File(file);
  reader.Finish();
  if (!mistakes.empty()) {
    std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) {
      return std::tie(a.where.file, a.where.line, a.where.column) < std::tie(b.where.file, b.where.line, b.where.column);
    });
    return tl::unexpected(std::move(mistakes));
  }
  Lexicon lexicon;
  lexicon.concepts = std::move(reader.concepts_);
  lexicon.entries = std::move(reader.entries_);
  lexicon.wording = std::move(reader.wording_);
  lexicon.digest = LexiconDigest(files);
  return lexicon;
}

}  // namespace heed
