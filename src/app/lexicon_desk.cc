#include "src/app/lexicon_desk.h"

#include <algorithm>
#include <set>

#include "src/app/check.h"
#include "src/app/installation.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/base/toml.h"

namespace heed {
namespace {

Result<Lexicon> Read(const std::vector<LexiconFile>& files) {
  auto lexicon = LoadLexicon(files);
  if (!lexicon) return Fail(Fault::kInvalid, ToString(lexicon.error()));
  return *std::move(lexicon);
}

// The table's lines, each with its key.
std::vector<std::pair<std::string, std::string>> Lines(const NewEntry& entry) {
  std::vector<std::pair<std::string, std::string>> lines;
  const auto field = [&lines](std::string_view key, const std::string& value) {
    if (!value.empty()) lines.emplace_back(key, std::string(key) + " = " + value);
  };
  const auto text = [&field](std::string_view key, const std::string& value) {
    if (!value.empty()) field(key, TomlText(value));
  };
  text("id", entry.id);
  if (entry.parts.empty()) {
    field("phrases", TomlList(entry.phrases));
  } else {
    std::string parts;
    for (const auto& part : entry.parts) parts += (parts.empty() ? "[" : ", ") + (part.size() == 1 ? TomlText(part.front()) : TomlList(part));
    field(entry.ordered ? "sequence" : "together", parts + "]");
    if (entry.within) field("within", std::to_string(*entry.within));
    text("scope", entry.scope);
  }
  if (!entry.unless.empty()) field("unless", TomlList(entry.unless));
  text("category", entry.category);
  field("severity", std::to_string(entry.severity));
  text("why", entry.why);
  field("matches", TomlList(entry.matches));
  field("ignores", TomlList(entry.ignores));
  text("status", entry.status);
  text("author", entry.author);
  text("added", entry.added);
  text("rationale", entry.rationale);
  text("source", entry.source);
  return lines;
}

// Replaces file `name` among `files` (or adds it), checks the whole and writes it.  Returns the mistakes, with which nothing is written.
Result<std::vector<Mistake>> TrySave(std::vector<LexiconFile> files, const std::string& name, std::string text) {
  auto at = std::find_if(files.begin(), files.end(), [&](const LexiconFile& file) { return file.name == name; });
  if (at == files.end()) at = files.insert(files.end(), LexiconFile{name, ""});
  at->text = std::move(text);
  if (auto report = HEED_TRY(CheckLexicon(files)); !report.mistakes.empty()) return std::move(report.mistakes);
  HEED_TRY(MakeFolder(FolderOf(name)));
  HEED_TRY(WriteFile(name, at->text));
  return std::vector<Mistake>{};
}

Done Save(std::vector<LexiconFile> files, const std::string& name, std::string text) {
  if (const auto mistakes = HEED_TRY(TrySave(std::move(files), name, std::move(text))); !mistakes.empty()) return Fail(Fault::kInvalid, ToString(mistakes));
  return {};
}

std::string ListOf(const std::set<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "\"" : ", \"") + item + "\"";
  return out;
}

void Compare(std::vector<std::string>& what, std::string_view name, const std::string& before, const std::string& after) {
  if (before != after) what.push_back(std::string(name) + (before.empty() ? " added: " : " \"" + before + "\" -> ") + (after.empty() ? "none" : "\"" + after + "\""));
}

void CompareSets(std::vector<std::string>& what, std::string_view name, const std::set<std::string>& before, const std::set<std::string>& after) {
  std::set<std::string> added, removed;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::inserter(added, added.end()));
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::inserter(removed, removed.end()));
  if (!added.empty()) what.push_back(std::string(name) + " added: " + ListOf(added));
  if (!removed.empty()) what.push_back(std::string(name) + " removed: " + ListOf(removed));
}

std::set<std::string> SetOf(const std::vector<std::string>& items) { return {items.begin(), items.end()}; }

std::set<std::string> SetOf(const std::vector<Unless>& items) {
  std::set<std::string> out;
  for (const Unless& item : items) out.insert(item.ToString());
  return out;
}

std::string ElementsOf(const Entry& e) {
  std::string out;
  for (const auto& element : e.elements) out += (out.empty() ? "" : " + ") + Join(element, " | ");
  return out.empty() ? out : (e.ordered ? "in order: " : "together: ") + out;
}

std::string NumberOf(const std::optional<std::uint32_t>& number) { return number ? std::to_string(*number) : ""; }

EntryChange CompareEntries(const Entry& a, const Entry& b) {
  EntryChange change{a.id, {}};
  auto& what = change.what;
  Compare(what, "status", std::string(ToString(a.status)), std::string(ToString(b.status)));
  Compare(what, "category", std::string(ToString(a.category)), std::string(ToString(b.category)));
  Compare(what, "severity", std::to_string(a.severity), std::to_string(b.severity));
  Compare(what, "weight", std::to_string(a.weight), std::to_string(b.weight));
  Compare(what, "characteristic", a.characteristic ? std::string(ToString(*a.characteristic)) : "", b.characteristic ? std::string(ToString(*b.characteristic)) : "");
  Compare(what, "language", a.language, b.language);
  Compare(what, "why", a.why, b.why);
  Compare(what, "expand", std::string(ToString(a.expand)), std::string(ToString(b.expand)));
  Compare(what, "misspellings", a.misspellings ? "true" : "false", b.misspellings ? "true" : "false");
  Compare(what, "elements", ElementsOf(a), ElementsOf(b));
  Compare(what, "within", NumberOf(a.within), NumberOf(b.within));
  Compare(what, "scope", std::string(ToString(a.scope)), std::string(ToString(b.scope)));
  Compare(what, "at", std::string(ToString(a.at)), std::string(ToString(b.at)));
  CompareSets(what, "phrases", SetOf(a.phrases), SetOf(b.phrases));
  CompareSets(what, "unless", SetOf(a.unless), SetOf(b.unless));
  CompareSets(what, "with", SetOf(a.with), SetOf(b.with));
  CompareSets(what, "except", SetOf(a.except), SetOf(b.except));
  CompareSets(what, "concepts", SetOf(a.concepts), SetOf(b.concepts));
  return change;
}

// Where, in a file's text, line `number` (from 1) begins.
std::size_t LineAt(std::string_view text, std::uint32_t number) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < number; ++line) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return text.size();
    ++at;
  }
  return at;
}

}  // namespace

Result<Lexicon> ReadLexicon(const std::string& folder) { return Read(HEED_TRY(ReadLexiconFiles(folder))); }

Result<LexiconStats> CountLexicon(const std::string& folder) {
  const auto files = HEED_TRY(ReadLexiconFiles(folder));
  LexiconStats stats;
  stats.files = files.size();
  auto lexicon = HEED_TRY(Read(files));
  for (const Concept& c : lexicon.concepts) stats.phrases += c.phrases.size(), stats.patterns += c.patterns.size();
  std::set<std::string_view> ids;
  for (const Concept& c : lexicon.concepts) ids.insert(c.id);
  stats.concepts = ids.size();
  for (const Entry& e : lexicon.entries) {
    ++stats.entries;
    ++(e.is_rule ? stats.rules : stats.terms);
    stats.phrases += e.phrases.size();
    stats.examples += e.matches.size() + e.ignores.size();
    ++stats.by_language[e.language];
    ++stats.by_category[std::string(ToString(e.category))];
    ++stats.by_status[std::string(ToString(e.status))];
  }
  JudgeOptions options;
  options.dictionary = ReadDictionary();
  const auto judge = HEED_TRY(Judge::Make(std::make_shared<const Lexicon>(std::move(lexicon)), {}, std::move(options)));
  stats.literals = judge.literals();
  return stats;
}

Result<std::string> AddEntry(const std::string& folder, const NewEntry& entry, std::vector<EntryMistake>* mistakes) {
  if (entry.language.size() < 2 || entry.language.size() > 3 || !std::all_of(entry.language.begin(), entry.language.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    const std::string what = "\"" + entry.language + "\" is no language; write two or three small letters, as \"en\"";
    if (mistakes) mistakes->push_back({"language", what});
    return Fail(Fault::kInvalid, what);
  }
  auto files = HEED_TRY(ReadLexiconFiles(folder));
  const std::string name = folder + "/" + entry.language + "/added.toml";
  const auto at = std::find_if(files.begin(), files.end(), [&](const LexiconFile& file) { return file.name == name; });
  std::string text = at != files.end() ? at->text : "# Entries added with `heed lexicon add` or in the console.  Edit them here like any other.\nlanguage = " + TomlText(entry.language) + "\n";
  if (!text.ends_with('\n')) text += '\n';
  text += entry.parts.empty() ? "\n[[term]]\n" : "\n[[rule]]\n";
  const auto first = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n') + 1);  // the line of the first key
  const auto lines = Lines(entry);
  for (const auto& [key, line] : lines) text += line + "\n";
  const auto found = HEED_TRY(TrySave(std::move(files), name, std::move(text)));
  if (found.empty()) return name;
  for (const Mistake& mistake : found) {
    if (!mistakes) break;
    const bool own = mistake.where.file == name && mistake.where.line + 1 >= first;
    const std::size_t line = own && mistake.where.line >= first ? mistake.where.line - first : lines.size();
    if (own) mistakes->push_back({line < lines.size() ? lines[line].first : "", mistake.what});
    else mistakes->push_back({"", mistake.ToString()});
  }
  return Fail(Fault::kInvalid, ToString(found));
}

namespace {

struct Edited {
  std::size_t file = 0;  // index into the files
  std::string text;      // that file's, with the entry's status changed
};

// A status is written into the entry's own lines; `note` stands above it as a comment.  kNotFound, kExists as SetEntryStatus().
Result<Edited> WithStatus(const std::vector<LexiconFile>& files, std::string_view id, EntryStatus to, const std::string& note) {
  const auto lexicon = HEED_TRY(Read(files));
  const Entry* entry = lexicon.Find(id);
  if (!entry) {
    std::vector<std::string_view> names;
    for (const Entry& e : lexicon.entries) names.push_back(e.id);
    return Fail(Fault::kNotFound, "there is no entry \"" + std::string(id) + "\"" + DidYouMean(id, names));
  }
  if (entry->status == to) return Fail(Fault::kExists, "\"" + std::string(id) + "\" is " + std::string(ToString(to)) + " already (" + entry->place.ToString() + ")");
  const auto file = std::find_if(files.begin(), files.end(), [&](const LexiconFile& f) { return f.name == entry->place.file; });
  if (file == files.end() || entry->place.line == 0) return Fail(Fault::kIo, "where \"" + std::string(id) + "\" is written cannot be told");

  // The table's lines: from its heading to the next table's.  Only the line of `status` is replaced; where there is none it
  // is put below the id, and a comment says why.
  Edited edited{static_cast<std::size_t>(file - files.begin()), file->text};
  std::string& text = edited.text;
  const std::size_t begin = LineAt(text, entry->place.line);
  std::size_t end = text.find("\n[", begin);
  end = end == std::string::npos ? text.size() : end + 1;
  const std::string status = note + "status = \"" + std::string(ToString(to)) + "\"\n";
  std::size_t after_id = std::string::npos, own = std::string::npos, own_end = 0;
  for (std::size_t at = begin; at < end;) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view line = Trim(std::string_view(text).substr(at, line_end - at));
    const std::string_view key = Trim(line.substr(0, line.find('=')));
    if (key == "id" && after_id == std::string::npos) after_id = line_end;
    if (key == "status" && own == std::string::npos) own = at, own_end = line_end;
    at = line_end;
  }
  if (own != std::string::npos) text.replace(own, own_end - own, status);
  else if (after_id != std::string::npos) text.insert(after_id, status);
  else return Fail(Fault::kIo, entry->place.ToString() + ": the line of its id was not found; set status = \"" + std::string(ToString(to)) + "\" by hand");
  return edited;
}

}  // namespace

Result<std::string> SetEntryStatus(const std::string& folder, std::string_view id, EntryStatus to, std::string_view why, std::string_view date) {
  auto files = HEED_TRY(ReadLexiconFiles(folder));
  std::vector<std::string> words;
  const std::string plain = ForTerminal(why);
  for (const auto word : Split(plain, ' '))
    if (!word.empty()) words.emplace_back(word);
  std::string name(ToString(to));
  name[0] = static_cast<char>(name[0] - 32);
  auto edited = HEED_TRY(WithStatus(files, id, to, "# " + name + " " + std::string(date) + ": " + Join(words, " ") + "\n"));
  const std::string file = files[edited.file].name;
  HEED_TRY(Save(std::move(files), file, std::move(edited.text)));
  return file;
}

Result<std::string> RetireEntry(const std::string& folder, std::string_view id, std::string_view why, std::string_view date) {
  return SetEntryStatus(folder, id, EntryStatus::kRetired, why, date);
}

Result<Judge> JudgeWithEntry(const std::string& folder, std::string_view id, std::vector<School> schools) {
  auto files = HEED_TRY(ReadLexiconFiles(folder));
  auto edited = WithStatus(files, id, EntryStatus::kLive, "");
  if (!edited && edited.error().fault() != Fault::kExists) return Fail(edited.error());
  if (edited) files[edited->file].text = std::move(edited->text);
  JudgeOptions options;
  options.dictionary = ReadDictionary();
  return Judge::Make(std::make_shared<const Lexicon>(HEED_TRY(Read(files))), std::move(schools), std::move(options));
}

LexiconDiff DiffLexicons(const Lexicon& before, const Lexicon& after) {
  LexiconDiff diff;
  for (const Entry& e : after.entries)
    if (!before.Find(e.id)) diff.added.push_back(e.id);
  for (const Entry& e : before.entries) {
    const Entry* other = after.Find(e.id);
    if (!other) diff.removed.push_back(e.id);
    else if (EntryChange change = CompareEntries(e, *other); !change.what.empty()) diff.changed.push_back(std::move(change));
  }
  const auto phrases = [](const Lexicon& lexicon) {
    std::map<std::string, std::set<std::string>> all;
    for (const Concept& c : lexicon.concepts) {
      auto& own = all[c.id];
      own.insert(c.phrases.begin(), c.phrases.end());
      for (const std::string& pattern : c.patterns) own.insert("/" + pattern + "/");
    }
    return all;
  };
  auto old_phrases = phrases(before), new_phrases = phrases(after);
  for (const auto& [id, unused] : new_phrases) old_phrases[id];
  for (const auto& [id, own] : old_phrases) {
    EntryChange change{id, {}};
    CompareSets(change.what, "phrases", own, new_phrases[id]);
    if (!change.what.empty()) diff.concepts.push_back(std::move(change));
  }
  return diff;
}

Result<BacktestReport> Backtest(const Store& store, const Judge& before, const Judge& after, const std::vector<std::string>& only) {
  auto old_worker = HEED_TRY(before.NewWorker());
  auto new_worker = HEED_TRY(after.NewWorker());
  BacktestReport report;
  std::string scratch;
  std::vector<Assessment> was, is;
  for (std::size_t s = 0; s < after.schools().size(); ++s) {
    const std::string& school = after.schools()[s].id;
    if (!only.empty() && std::find(only.begin(), only.end(), school) == only.end()) continue;
    const auto same = std::find_if(before.schools().begin(), before.schools().end(), [&](const School& other) { return other.id == school; });
    if (same == before.schools().end()) continue;
    const auto old_school = static_cast<std::size_t>(same - before.schools().begin());
    HEED_TRY(store.EachPost(school, [&](const StoredPost& stored) {
      const StoredVersion& version = stored.versions[stored.newest];
      const std::string_view text = JudgedText(version.post, scratch);
      old_worker.Assess(old_school, {&text, 1}, MentionPolicy::kAny, was);
      new_worker.Assess(s, {&text, 1}, MentionPolicy::kAny, is);
      const Assessment &a = was.front(), &b = is.front();
      ++report.posts;
      report.flagged_before += a.flag;
      report.flagged_after += b.flag;
      std::set<std::string> old_rules, new_rules;
      for (const Hit& hit : a.hits) old_rules.emplace(hit.rule);
      for (const Hit& hit : b.hits) new_rules.emplace(hit.rule);
      for (const std::string& rule : old_rules) ++report.rules[rule].first;
      for (const std::string& rule : new_rules) ++report.rules[rule].second;
      auto* list = !a.flag && b.flag ? &report.newly : a.flag && !b.flag ? &report.no_longer : a.flag && (a.categories != b.categories || a.severity != b.severity) ? &report.otherwise : nullptr;
      if (list) list->push_back({school, version.post.global_id, std::string(text), stored.case_id, a, b});
    }));
  }
  std::erase_if(report.rules, [](const auto& item) { return item.second.first == item.second.second; });
  return report;
}

}  // namespace heed
