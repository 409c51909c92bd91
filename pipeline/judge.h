// The judge: a lexicon and some schools, compiled, and what it thinks of posts.  The pipeline's door.
//
// A Judge exists only compiled, never changes, and is shared freely between threads; copying one is copying a
// pointer.  Each thread makes itself a Worker, which holds the buffers and Hyperscan's scratch.  Neither touches disk,
// network or clock: files are read, and the cache is kept, by the caller.
//
// A post that cannot be judged (too long, a failed scan) is flagged and says so.  It is never "no match".
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/lexicon.h"
#include "src/base/result.h"
#include "src/model/assessment.h"
#include "src/model/school.h"

namespace heed {

// For Assess() and Explain(): whichever of the judge's schools the post mentions most.  The first one where the mention
// question is not asked; having no school at all is fine then.
inline constexpr std::size_t kAnySchool = std::numeric_limits<std::size_t>::max();

enum class MentionPolicy : std::uint8_t {
  kRequired,  // posts that do not mention the school are not searched further: no hits, no flag
  kAny,       // the mention question is not asked; Assessment::mention stays empty
};

struct JudgeOptions {
  // Words one a line (Debian's /usr/share/dict/british-english): misspellings and phrases written as one word are
  // made only when it is given, because "therapist" is a word.
  std::string dictionary;
  // What an earlier CacheImage() returned.  Used when it is whole and of exactly this lexicon, dictionary, schools, heed, Hyperscan
  // and processor; on any doubt it is ignored and everything compiled afresh.  Read only while the judge is made.
  std::string_view cached;
  // Names the running program beyond heed's version; a cache that another one wrote is not used.
  std::string program;
  // Texts longer than this many bytes could not be judged.
  std::size_t max_text = 1u << 20;
  // Drafts are searched for as if they were live: back-tests and `heed check`.
  bool drafts = false;
};

// Every intermediate value of judging one text.
struct Explanation {
  struct ShownWord {
    std::string word;
    std::uint32_t begin = 0, end = 0;  // bytes of the text, half open
    std::uint32_t sentence = 0;        // from 0
    bool quoted = false;
  };
  struct ShownConcept {
    std::string concept_id;  // or a term's id
    std::string words;       // of the text as written
    std::uint32_t begin = 0, end = 0;
    View view = View::kPlain;
    bool misspelt = false;
  };
  // A rule (or term) all of whose elements were found near enough.
  struct ShownRule {
    std::string rule;
    EntryStatus status = EntryStatus::kLive;
    std::uint32_t begin = 0, end = 0;
    View view = View::kPlain;
    std::vector<std::string> elements;  // words of the text, one per element
    std::string blocked_by;             // the `unless` that took it away; empty = it counts
    std::string blocked_words;          // where that was seen
    std::string lacks;                  // what `with` asks for and is not there; empty = nothing is missing

    bool silent = false;                // a shadow, or paused
    bool counts() const { return !silent && blocked_by.empty() && lacks.empty(); }
  };
  // The words that have points: pipeline/wording.h.
  struct ShownWeight {
    std::string words;  // of the text as written
    std::uint32_t begin = 0, end = 0;
    std::int32_t points = 0;
    std::optional<Category> category;
    std::string concept_id;  // whose points they are, by these words among others; empty: the words' own
  };
  std::string school;            // School::id, "" for none
  std::string folded, squeezed;  // squeezed is empty when there was nothing to undo
  std::vector<ShownWord> words, squeezed_words;
  std::vector<ShownConcept> concepts;
  std::vector<ShownRule> rules;
  std::vector<ShownWeight> weighed;    // those that bear most first; empty where the lexicon weighs no words
  std::int32_t wording_sum = 0, wording_from = 0, wording_below = 0;
  std::string wording_reads;           // the concept it comes to, "" for none
  std::vector<int> wording_insists;    // severities whose hits stand against contexts that go for whole kinds of entries
  std::vector<std::string> arithmetic;
  Assessment assessment;         // as Assess() with kAny would say, with the mention scored too
  std::string lexicon_version;
};
std::string ToJson(const Explanation& explanation);

class Judge {
 public:
  struct Impl;
  class Worker;

  // kInvalid names what cannot be compiled with file and line; kUnsupported: this processor cannot run Hyperscan;
  // kIo: Hyperscan failed.
  static Result<Judge> Make(std::shared_ptr<const Lexicon> lexicon, std::vector<School> schools, JudgeOptions options);

  // From options.cached alone, without reading or compiling anything: nullopt on any doubt.  `digest` is LexiconDigest() of the
  // files; `read` reads and checks them, should somebody ask for lexicon(), and cannot fail since it did not when the cache was made.
  static std::optional<Judge> FromCache(const std::string& digest, std::function<std::shared_ptr<const Lexicon>()> read, std::vector<School> schools, const JudgeOptions& options);

  // kIo when there is no memory for a scratch.  The worker keeps what it needs of the judge alive.
  Result<Worker> NewWorker() const;

  const Lexicon& lexicon() const;
  const std::vector<School>& schools() const;
  const Entry* FindEntry(std::string_view rule) const { return lexicon().Find(rule); }
  // Whether this judge searches for the entry: live, shadow, or a draft when made with drafts.
  bool Runs(const Entry& entry) const;

  // Hex digest of the lexicon's files and the schools' concepts: two judges of one version judge alike.
  const std::string& Version() const;

  // Bytes for JudgeOptions::cached of the next start.
  std::string CacheImage() const;
  bool from_cache() const;
  std::size_t literals() const;  // phrases in all their forms

 private:
  explicit Judge(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

// One per thread.
class Judge::Worker {
 public:
  struct Impl;
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;
  ~Worker();

  // One assessment per text, in order; `out` is resized.  school: an index into Judge::schools(), or kAnySchool.
  void Assess(std::size_t school, std::span<const std::string_view> texts, MentionPolicy policy, std::vector<Assessment>& out);

  Explanation Explain(std::size_t school, std::string_view text);

  // These entries stop making hits and are told of in Assessment::silent, as shadow entries are.  Replaces what was said before;
  // ids that no entry has are of no account.
  void Pause(std::span<const std::string> rules);

  // How often each entry has fired since the worker was made, in the order of Lexicon::entries, once a post; shadow
  // entries included.
  std::span<const std::uint64_t> fired() const;

 private:
  friend class Judge;
  explicit Worker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The school that lexicon examples are written about: see lexicons/README.md.
School ExampleSchool();

// Runs every entry's `matches` and `ignores` (drafts too, when the judge was made with them).  `judge` should have been
// made with ExampleSchool() as its only school.  One mistake per example that is wrong, at the list's place.
std::vector<Mistake> CheckExamples(const Judge& judge);

}  // namespace heed
