// How fast cases are kept and listed.  Aims: 10,000 queued cases/s in synced pages of 1,000 posts; the first page of a
// queue of 100,000 open cases in less than 10 ms.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/store/store.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

constexpr int kPageSize = 1000;
const Instant kNow = *ParseRfc3339("2026-11-02T08:00:00Z");

// A store in a folder that goes away with it.
class Scratch {
 public:
  Store& store() { return *store_; }

 private:
  TempFolder folder_;
  std::unique_ptr<Store> store_ = *Store::Open(folder_.path());  // last: closed before its folder goes
};

PageCommit APage(int page, bool flagged) {
  PageCommit commit;
  commit.source = "bench";
  commit.state.cursor.value = std::to_string(page);
  commit.at = kNow;
  for (int i = 0; i < kPageSize; ++i) {
    const std::string id = std::to_string(page * kPageSize + i);
    KeptPost kept;
    kept.school = i % 2 ? "oakmoor" : "brackwell";
    kept.post.platform = "mastodon";
    kept.post.native_id = id;
    kept.post.global_id = "https://social.example/users/someone/statuses/" + id;
    kept.post.permalink = kept.post.global_id;
    kept.post.author = {"https://social.example/users/someone", "someone@social.example", "Some One"};
    kept.post.text = "Oakmoor School has once more done what nobody asked it to do, and number " + id + " will be the last of them, they say";
    kept.post.created_at = kNow - seconds{(page * 7919 + i * 104729) % 1'000'000};
    kept.post.first_seen_at = kNow;
    kept.assessment.mention = {true, 6, {{"name \"Oakmoor School\"", 6, 0, 14}}};
    if (flagged) {
      kept.assessment.flag = true;
      kept.assessment.severity = static_cast<std::uint8_t>(1 + i % 4);
      kept.assessment.priority = static_cast<std::uint32_t>(i);
      kept.assessment.categories = {Category::kAbuse};
      kept.assessment.hits = {{"abuse.word", Category::kAbuse, kept.assessment.severity, 30, 40, View::kPlain, "an insult"}};
    }
    commit.posts.push_back(std::move(kept));
  }
  return commit;
}

void KeepPages(benchmark::State& state, bool flagged) {
  Scratch scratch;
  int page = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const PageCommit commit = APage(page++, flagged);
    state.ResumeTiming();
    if (!scratch.store().Commit(commit, Observe)) state.SkipWithError("the commit failed");
  }
  state.SetItemsProcessed(state.iterations() * kPageSize);
}
BENCHMARK_CAPTURE(KeepPages, flagged, true)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(KeepPages, harmless, false)->Unit(benchmark::kMillisecond)->UseRealTime();

// The overlap of every fetch: posts that are all known.
void SeeAgain(benchmark::State& state) {
  Scratch scratch;
  const PageCommit commit = APage(0, true);
  (void)scratch.store().Commit(commit, Observe);
  for (auto _ : state)
    if (!scratch.store().Commit(commit, Observe)) state.SkipWithError("the commit failed");
  state.SetItemsProcessed(state.iterations() * kPageSize);
}
BENCHMARK(SeeAgain)->Unit(benchmark::kMillisecond)->UseRealTime();

Scratch& HundredThousandOpen() {
  static Scratch scratch;
  static const bool filled = [] {
    for (int page = 0; page < 100; ++page) (void)scratch.store().Commit(APage(page, true), Observe);
    return true;
  }();
  (void)filled;
  return scratch;
}

void FirstPageOfTheQueue(benchmark::State& state) {
  Store& store = HundredThousandOpen().store();
  for (auto _ : state) benchmark::DoNotOptimize(store.Queue({{}, 50}));
}
BENCHMARK(FirstPageOfTheQueue)->Unit(benchmark::kMillisecond);

void CountTheQueue(benchmark::State& state) {
  Store& store = HundredThousandOpen().store();
  for (auto _ : state) benchmark::DoNotOptimize(store.Count({}));
}
BENCHMARK(CountTheQueue)->Unit(benchmark::kMillisecond);

void VerifyTheChain(benchmark::State& state) {
  Store& store = HundredThousandOpen().store();
  for (auto _ : state) benchmark::DoNotOptimize(store.VerifyChain());
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(VerifyTheChain)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heed
