// The runner: one run of one source, page by page, from the platform into the store.
//
//   connector -Page-> judge -Assessment-> store (one synced batch: posts, cases, events, queue rows, cursor)
//
// A page is stored before the next is asked for, so a crash anywhere repeats at most one page, and the store
// recognises what it has.  Each page is judged by the judge as it is when the page comes.  Posts that do not mention the school are
// dropped here, in memory.
//
// What a source that looks back finds in its first reading, and is older than two days, arrives as a backlog to be skimmed, so that it
// neither floods the queue nor hides what is new; the worst (severity 4) goes into the queue all the same.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/app/config.h"
#include "src/app/live_judge.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/net/http.h"
#include "src/store/store.h"

namespace heed {

// How a run is going, after each page.
struct RunProgress {
  std::string source;
  std::uint64_t read = 0, mentioning = 0, opened = 0;
  std::optional<double> fraction;  // 0..1 where the connector can know it
};

// What a run did.
struct SourceRun {
  std::string source;
  std::uint64_t read = 0, mentioning = 0;                // posts
  std::uint64_t opened = 0, edited = 0, reopened = 0;    // cases
  std::uint64_t backlog = 0;                             // of the opened, those that wait in the backlog
  std::uint64_t unjudged = 0;                            // posts that could not be judged; they are queued
  std::vector<std::string> paused;                       // rules that paused themselves on its posts
  std::vector<std::string> notes;                        // at most kMaxNotes
  std::vector<Gap> gaps;                                 // what could not be read
  std::optional<Fault> fault;                            // why it ended early; what was read until then is kept
  std::string message;
  std::string skipped;                                   // why it did not run at all
  static constexpr std::size_t kMaxNotes = 20;

  bool complete() const { return !fault && skipped.empty(); }
};

std::string ToJson(const SourceRun& run);
Result<SourceRun> ParseSourceRun(std::string_view json);

// Whether a failure needs a person before trying again makes sense.
bool NeedsPerson(Fault fault);

// Thread-safe, but one source runs once at a time: that is the caller's to see to.
class Runner {
 public:
  // All outlive the runner.
  // `data`: where what sources ask beside reading is counted (app/tally.h); "": nowhere.
  Runner(const Config& config, LiveJudge& judge, Store& store, HttpClient& http, const Clock& clock, std::string data = {});
  ~Runner();

  // Takes a version of a kept post in that was read by itself (Outbox::Taker): judged, and kept as an edit.  One that no longer names the school
  // leaves its words out, as on any page.
  Done Take(const SourceEntry& source, const Case& c, Post post);

  // Reads the source until it is up to date.  Never throws the run away on a failure: what was stored stays.
  SourceRun Run(const SourceEntry& source, const std::function<void(const RunProgress&)>& progress);

 private:
  Result<Connector*> ConnectorFor(const SourceEntry& source);

  const Config& config_;
  LiveJudge& judge_;
  Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  const std::string data_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, std::unique_ptr<Tally>> tallies_;
  std::map<std::string, std::unique_ptr<Connector>> connectors_;  // kept: they hold sign-ins, which are rationed
};

}  // namespace heed
