// What editors of a lexicon do: look at it, try it, compare it, add to it, retire from it.
//
// Nothing is changed unless the whole lexicon, changed, still reads and passes every example; then one file is
// replaced at once.  Everything else in that file stays byte for byte.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/judge.h"
#include "src/base/result.h"
#include "src/store/store.h"

namespace heed {

Result<Lexicon> ReadLexicon(const std::string& folder);

struct LexiconStats {
  std::uint64_t files = 0, concepts = 0, entries = 0, terms = 0, rules = 0;
  std::uint64_t phrases = 0;   // as people wrote them, of concepts and terms
  std::uint64_t patterns = 0;
  std::uint64_t literals = 0;  // in all their forms, as searched for
  std::uint64_t examples = 0;
  std::map<std::string, std::uint64_t> by_language, by_category, by_status;  // entries
};
Result<LexiconStats> CountLexicon(const std::string& folder);

// An entry as `heed lexicon add` and the console take it: a term, or where it has parts a rule.
struct NewEntry {
  std::string id, category, why, language = "en", status = "draft", author, added, rationale, source;
  std::int64_t severity = 2;
  std::vector<std::string> phrases, matches, ignores;
  // A rule's, as a lexicon writes them (lexicons/README.md): each part a list of concepts, or "=" and words; unless "negator:before:4".
  std::vector<std::vector<std::string>> parts;
  bool ordered = true;
  std::optional<std::int64_t> within;
  std::string scope;  // "" = in one sentence
  std::vector<std::string> unless;
};

// What is wrong with an entry that was to be added: the key of its table ("sequence", "matches"), "" where it is not in its own lines.
struct EntryMistake {
  std::string key, what;
};

// Writes it to <folder>/<language>/added.toml, made when there is none.  Returns that file's path.  kInvalid holds every
// mistake the lexicon would have with it, by place; `mistakes`, where asked for, the same by key.
Result<std::string> AddEntry(const std::string& folder, const NewEntry& entry, std::vector<EntryMistake>* mistakes = nullptr);

// Sets an entry's status to "retired" and notes why and when.  Returns the path of the file changed.  kNotFound: no such
// entry; kExists: retired already; kInvalid: the lexicon would not be right any more (something else refers to it).
Result<std::string> RetireEntry(const std::string& folder, std::string_view id, std::string_view why, std::string_view date);
// The same with any status: a draft that is to run in shadow, one from there that is to be live.  kExists: it has that status.
Result<std::string> SetEntryStatus(const std::string& folder, std::string_view id, EntryStatus to, std::string_view why, std::string_view date);

struct EntryChange {
  std::string id;
  std::vector<std::string> what;  // "severity 2 -> 3", "phrase added: ..."
};
struct LexiconDiff {
  std::vector<std::string> added, removed;  // ids of entries
  std::vector<EntryChange> changed;
  std::vector<EntryChange> concepts;        // phrases that came and went
};
LexiconDiff DiffLexicons(const Lexicon& before, const Lexicon& after);

// One kept post that two judges see differently.
struct BacktestItem {
  std::string school, global_id, text;  // the judged text
  std::optional<CaseId> case_id;
  Assessment before, after;
};
struct BacktestReport {
  std::uint64_t posts = 0, flagged_before = 0, flagged_after = 0;
  std::vector<BacktestItem> newly, no_longer, otherwise;  // flagged; flagged no more; another category or severity
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> rules;  // fired before, after; only where they differ
};
// Judges the newest version of every kept post with both.  Each school's posts are judged as that school's.
Result<BacktestReport> Backtest(const Store& store, const Judge& before, const Judge& after, const std::vector<std::string>& only = {});  // only: these schools
// The lexicon of the folder with one entry live, whatever its status, compiled for the schools.  kNotFound: there is no such entry.
Result<Judge> JudgeWithEntry(const std::string& folder, std::string_view id, std::vector<School> schools);

}  // namespace heed
