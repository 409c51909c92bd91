// The judge that is in use, and how it is replaced while others judge.
//
// Whoever judges takes View() for one page and keeps it to the page's end: a judge never changes under a page, and a page never
// waits for one.  A new judge is built aside; if it will not build, the old one stays and State() says why.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/judge.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/store/store.h"

namespace heed {

// Thread-safe.
class LiveJudge {
 public:
  explicit LiveJudge(Judge judge, std::vector<std::string> paused = {}) : judge_(std::move(judge)), paused_(std::move(paused)) {}

  struct View {
    Judge judge;
    std::vector<std::string> paused;  // rules that count for nothing at the moment
    std::uint64_t generation = 0;     // of this view; another number, another judge or other pauses
  };
  View Now() const;
  std::uint64_t generation() const;
  void Replace(Judge judge);
  void SetPaused(std::vector<std::string> rules);

 private:
  mutable std::mutex mutex_;
  Judge judge_;
  std::vector<std::string> paused_;
  std::uint64_t generation_ = 1;
};

// A worker for each view in turn.  One per thread.
class LiveWorker {
 public:
  explicit LiveWorker(const LiveJudge& live) : live_(live) {}
  // For the judge as it is now.  kIo when there is no memory for another.
  Result<Judge::Worker*> Now();

 private:
  const LiveJudge& live_;
  std::uint64_t generation_ = 0;
  std::optional<Judge::Worker> worker_;
};

// Watches the lexicons' folder and builds new judges from it.
//
// Changed() is cheap and may be asked every second; Reload() compiles, for seconds, and belongs on a thread of its own.
class Reloader {
 public:
  // `live` outlives it.  cache_folder as in OpenJudge().
  Reloader(LiveJudge& live, std::string lexicons, std::string cache_folder);

  struct State {
    Instant loaded_at{};          // of the judge in use
    std::string version;          // Judge::Version() of it
    std::size_t entries = 0;
    std::optional<Instant> failed_at;  // the last try after that, when it did not work
    std::string error;                 // file, line and what is wrong
  };
  State Look() const;
  // Whether a file came, went or was written since the last try.
  bool Changed() const;
  // kInvalid holds every mistake by file and line; the judge in use stays.
  Done Reload(Instant now);

 private:
  std::string Stamp() const;  // names, sizes and times of the files

  LiveJudge& live_;
  const std::string lexicons_, cache_folder_;
  mutable std::mutex mutex_;
  std::string tried_;  // the stamp of the last try
  State state_;
};

// The signature by which a post's case is put with others that say nearly the same; only of what becomes a case.
std::optional<Likeness> WordsOf(std::string_view text, const Assessment& assessment);

// Lets a paused rule count again, here and in the store, and judges the kept posts afresh that only it would have flagged.  Returns how
// many cases that opened.  kNotFound: it is not paused.
Result<std::uint64_t> ResumeRule(Store& store, LiveJudge& live, std::string_view rule, Instant now);

// Ids of the rules that are paused.
Result<std::vector<std::string>> PausedIds(const Store& store);

}  // namespace heed
