#include "src/app/live_judge.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "pipeline/likeness.h"
#include "src/app/installation.h"
#include "src/base/file.h"
#include "src/casework/observe.h"

namespace heed {
namespace {

constexpr std::size_t kRejudgedAtOnce = 100;  // others can write in between

}  // namespace

LiveJudge::View LiveJudge::Now() const {
  const std::lock_guard lock(mutex_);
  return {judge_, paused_, generation_};
}

std::uint64_t LiveJudge::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void LiveJudge::Replace(Judge judge) {
  const std::lock_guard lock(mutex_);
  std::swap(judge_, judge);  // the old one is freed after the lock, by whoever used it last
  ++generation_;
}

void LiveJudge::SetPaused(std::vector<std::string> rules) {
  const std::lock_guard lock(mutex_);
  paused_ = std::move(rules);
  ++generation_;
}

Result<Judge::Worker*> LiveWorker::Now() {
  if (!worker_ || generation_ != live_.generation()) {
    const LiveJudge::View view = live_.Now();
    Judge::Worker worker = HEED_TRY(view.judge.NewWorker());
    worker.Pause(view.paused);
    worker_ = std::move(worker);
    generation_ = view.generation;
  }
  return &*worker_;
}

Reloader::Reloader(LiveJudge& live, std::string lexicons, std::string cache_folder) : live_(live), lexicons_(std::move(lexicons)), cache_folder_(std::move(cache_folder)) {
  tried_ = Stamp();
  const Judge judge = live_.Now().judge;
  state_.version = judge.Version();
  state_.entries = judge.lexicon().entries.size();
  state_.loaded_at = SystemClock().Now();
}

std::string Reloader::Stamp() const {
  const auto files = ListFiles(lexicons_, ".toml");
  if (!files) return "unreadable";
  std::string stamp;
  for (const auto& file : *files) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) continue;
    stamp += file + " " + std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) + " " + std::to_string(info.st_ino) + "\n";
  }
  return stamp;
}

Reloader::State Reloader::Look() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Reloader::Changed() const {
  const std::string stamp = Stamp();
  const std::lock_guard lock(mutex_);
  return stamp != tried_;
}

Done Reloader::Reload(Instant now) {
  std::string stamp = Stamp();  // taken first: what is written while it compiles is tried again
  auto judge = OpenJudge(lexicons_, live_.Now().judge.schools(), cache_folder_);
  const std::lock_guard lock(mutex_);
  tried_ = std::move(stamp);
  if (!judge) {
    state_.failed_at = now;
    state_.error = judge.error().message();
    return Fail(judge.error());
  }
  state_ = {now, judge->Version(), judge->lexicon().entries.size(), {}, {}};
  live_.Replace(*std::move(judge));
  return {};
}

std::optional<Likeness> WordsOf(std::string_view text, const Assessment& assessment) {
  return assessment.flag || !assessment.could_not_judge.empty() ? LikenessOf(text) : std::nullopt;
}

Result<std::vector<std::string>> PausedIds(const Store& store) {
  std::vector<std::string> ids;
  const auto paused = HEED_TRY(store.PausedRules());
  for (const auto& one : paused) ids.push_back(one.rule);
  return ids;
}

Result<std::uint64_t> ResumeRule(Store& store, LiveJudge& live, std::string_view rule, Instant now) {
  HEED_TRY(store.ResumeRule(rule));
  live.SetPaused(HEED_TRY(PausedIds(store)));
  LiveWorker workers(live);
  Judge::Worker& worker = *HEED_TRY(workers.Now());
  std::uint64_t opened = 0;
  const auto schools = live.Now().judge.schools();
  for (std::size_t school = 0; school < schools.size(); ++school) {
    std::vector<KeptPost> silenced;
    HEED_TRY(store.EachPost(schools[school].id, [&](const StoredPost& post) {
      const StoredVersion& newest = post.versions[post.newest];
      const auto& silent = newest.assessment.silent;
      if (!post.case_id && std::find(silent.begin(), silent.end(), rule) != silent.end()) silenced.push_back({schools[school].id, newest.post, {}});
    }));
    std::string scratch;
    std::vector<Assessment> verdicts;
    for (auto& kept : silenced) {
      const std::string_view text = JudgedText(kept.post, scratch);
      worker.Assess(school, {&text, 1}, MentionPolicy::kRequired, verdicts);
      kept.assessment = std::move(verdicts.front());
      kept.words = WordsOf(text, kept.assessment);
    }
    for (std::size_t from = 0; from < silenced.size(); from += kRejudgedAtOnce) {
      const auto until = std::min(silenced.size(), from + kRejudgedAtOnce);
      const std::vector<KeptPost> some(silenced.begin() + static_cast<std::ptrdiff_t>(from), silenced.begin() + static_cast<std::ptrdiff_t>(until));
      opened += HEED_TRY(store.Rejudge(some, now, Observe)).opened;
    }
  }
  return opened;
}

}  // namespace heed
