// Promise 6: a crash, a full disk or a failing one loses nothing and does nothing twice.
//
// One workload is run uninterrupted; then again and again, interrupted at chosen instants and continued the way
// heed continues (from the store's own cursor), and must end in the same rows.
#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>

#include <random>

#include "src/base/log.h"
#include "tests/store/faulty_disk.h"
#include "tests/store/kit.h"
#include "tests/store/kill_worker.h"

extern char** environ;

namespace heed {
namespace {

using ::testing::HasSubstr;

bool Soak() { return std::getenv("HEED_SOAK") != nullptr; }

struct Undisturbed {
  std::string story;
  std::uint64_t steps;  // of the disk
};

// The end every interrupted run must reach.
const Undisturbed& TheEnd() {
  static const Undisturbed end = [] {
    const TempFolder folder;
    FaultyDisk disk;
    {
      const auto store = Store::Open(folder.path(), {.env = disk.env()});
      EXPECT_TRUE(store) << store.error().message();
      const auto done = Workload::Run(**store);
      EXPECT_TRUE(done) << done.error().message();
    }
    return Undisturbed{Story(folder.path()), disk.steps()};
  }();
  return end;
}

void ExpectTheEnd(const std::string& folder) {
  const std::string story = Story(folder);
  // The first row that differs, as it is and as it should be.
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(story, TheEnd().story).in1 - story.begin());
  const auto row = [](const std::string& all, std::size_t where) {
    const auto begin = where == 0 ? std::string::npos : all.rfind('\n', where - 1);
    const auto from = begin == std::string::npos ? 0 : begin + 1;
    return all.substr(from, all.find('\n', std::min(where, all.size())) - from);
  };
  EXPECT_TRUE(story == TheEnd().story) << "rows: " << std::ranges::count(story, '\n') << " instead of " << std::ranges::count(TheEnd().story, '\n') << "\n"
                                       << row(story, at) << "\n" << row(TheEnd().story, at);
  const auto chain = (*Store::Open(folder, {.read_only = true}))->VerifyChain();
  ASSERT_TRUE(chain) << chain.error().message();
  EXPECT_FALSE(chain->broken) << *chain->broken;
}

TEST(Crash, TheWorkloadIsWorthInterrupting) {
  const TempFolder folder;
  const auto store = *Store::Open(folder.path());
  ASSERT_TRUE(Workload::Run(*store));
  const auto queue = store->Queue({});
  EXPECT_GT(queue->size(), 5u);
  EXPECT_EQ(store->FindCase(2).error().fault(), Fault::kGone);
  EXPECT_EQ(store->Source("src-oakmoor")->posts_read, 10u * Workload::kSteps);
  EXPECT_EQ(store->Source("broken")->failures, 3u);
  EXPECT_GT(TheEnd().steps, 100u);
}

// 8 shards, so that they run side by side.
class Seeds : public ::testing::TestWithParam<unsigned> {
 protected:
  static constexpr unsigned kShards = 8;
  template <typename F>
  void Each(unsigned total, F&& run) {
    for (unsigned seed = GetParam(); seed < (Soak() ? total * 50 : total) && !HasFailure(); seed += kShards) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      run(seed);
    }
  }
  void SetUp() override { SetLogLevel(LogLevel::kQuiet); }
};
INSTANTIATE_TEST_SUITE_P(Crash, Seeds, ::testing::Range(0u, 8u));

TEST_P(Seeds, APowerCutAtAnyWriteLosesNothingAndDoublesNothing) {
  Each(400, [](unsigned seed) {
    std::mt19937_64 dice(seed);
    const TempFolder folder;
    FaultyDisk disk;
    int acknowledged = 0;
    // Up to three cuts, the later ones perhaps while the store recovers from the one before.
    for (auto cuts = 1 + dice() % 3; cuts > 0; --cuts) {
      disk.Plan(FaultyDisk::Fault::kPowerCut, 1 + dice() % (dice() % 4 == 0 ? 30 : TheEnd().steps));
      {
        auto store = Store::Open(folder.path(), {.env = disk.env()});
        if (store) {
          EXPECT_GE(Workload::Kept(**store), acknowledged);
          (void)Workload::Run(**store, &acknowledged);
        }
      }
      if (disk.fault_met()) disk.LoseUnsynced(seed);
    }
    {
      disk.Repair();
      const auto store = Store::Open(folder.path(), {.env = disk.env()});
      ASSERT_TRUE(store) << store.error().message();
      EXPECT_GE(Workload::Kept(**store), acknowledged) << "what was acknowledged is lost";
      const auto done = Workload::Run(**store);
      ASSERT_TRUE(done) << done.error().message();
    }
    ExpectTheEnd(folder.path());
  });
}

TEST_P(Seeds, AWriteThatFailsIsInvisibleAndTheStoreComesBack) {
  Each(200, [](unsigned seed) {
    std::mt19937_64 dice(seed);
    const TempFolder folder;
    FaultyDisk disk;
    disk.Plan(FaultyDisk::Fault::kOnce, 1 + dice() % TheEnd().steps);
    auto store = Store::Open(folder.path(), {.env = disk.env()});
    if (!store) store = Store::Open(folder.path(), {.env = disk.env()});
    ASSERT_TRUE(store) << store.error().message();
    for (int tries = 0; tries < 3; ++tries) {
      const auto done = Workload::Run(**store);
      if (done) break;
      // kExists: what failed had reached the disk after all, and reopening showed it.
      ASSERT_TRUE(done.error().fault() == Fault::kIo || done.error().fault() == Fault::kExists) << done.error().message();
      // Whatever is visible now is whole: chain, queue and cases agree.
      const auto chain = (*store)->VerifyChain();
      ASSERT_TRUE(chain) << chain.error().message();
      EXPECT_FALSE(chain->broken) << *chain->broken;
      EXPECT_TRUE((*store)->Queue({}));
      ExpectCountsOfItsQueue(**store);
    }
    ASSERT_TRUE(Workload::Run(**store));
    ExpectCountsOfItsQueue(**store);
    store->reset();
    ExpectTheEnd(folder.path());
  });
}

TEST_P(Seeds, AFullDiskStopsWritesNotReadsAndEndsWhenThereIsSpace) {
  Each(120, [](unsigned seed) {
    std::mt19937_64 dice(seed);
    const TempFolder folder;
    FaultyDisk disk;
    const std::string full = "disk is full";
    disk.Plan(FaultyDisk::Fault::kFull, 1 + dice() % TheEnd().steps);
    auto store = Store::Open(folder.path(), {.env = disk.env()});
    if (!store) {
      EXPECT_THAT(store.error().message(), HasSubstr(full));
      disk.Repair();
      store = Store::Open(folder.path(), {.env = disk.env()});
    }
    ASSERT_TRUE(store) << store.error().message();
    for (int tries = 0; tries < 3; ++tries) {
      const auto done = Workload::Run(**store);
      if (done) break;
      EXPECT_EQ(done.error().fault(), Fault::kIo);
      EXPECT_THAT(done.error().message(), HasSubstr(full));
      const auto queue = (*store)->Queue({});
      EXPECT_TRUE(queue) << queue.error().message();
    }
    disk.Repair();
    const auto done = Workload::Run(**store);
    ASSERT_TRUE(done) << done.error().message();
    store->reset();
    ExpectTheEnd(folder.path());
  });
}

TEST(Crash, AFailedCommitShowsNothingOfItself) {
  SetLogLevel(LogLevel::kQuiet);
  const TempFolder folder;
  FaultyDisk disk;
  const auto store = *Store::Open(folder.path(), {.env = disk.env()});
  ASSERT_TRUE(store->Commit(APage("oakmoor", {{APost("a"), Bad(2)}}, "one"), Observe));
  disk.Plan(FaultyDisk::Fault::kFull, 1);
  const auto failed = store->Commit(APage("oakmoor", {{APost("a", "2"), Bad(4)}, {APost("b"), Bad(4)}}, "two"), Observe);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), folder.path() + ": disk is full; free some space, heed goes on by itself");
  EXPECT_EQ(store->Source("src-oakmoor")->cursor.value, "one");
  EXPECT_EQ(store->Queue({})->size(), 1u);
  EXPECT_EQ(store->FindCase(1)->version, "1");
  EXPECT_EQ(store->FindPost("oakmoor", APost("b").global_id).error().fault(), Fault::kNotFound);
  EXPECT_EQ(store->VerifyChain()->events, 1u);

  const auto refused = store->SaveSource("other", {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("the store does not take writes: "));
  disk.Repair();
  const auto done = store->Commit(APage("oakmoor", {{APost("a", "2"), Bad(4)}, {APost("b"), Bad(4)}}, "two"), Observe);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(store->Queue({})->size(), 2u);
  EXPECT_EQ(store->VerifyChain()->events, 3u);
}

// A process killed outright, at instants nobody chose.
TEST(Crash, KillingTheProcessAtRandomInstantsLosesNothingAndDoublesNothing) {
  const int kills_wanted = Soak() ? 5000 : 200;
  std::mt19937_64 dice(kills_wanted);
  std::uint64_t longest_us = 20'000;
  int kills = 0, finished = 0;
  while (kills < kills_wanted && !::testing::Test::HasFailure()) {
    const TempFolder folder;
    for (;;) {
      const std::string delay = std::to_string(kills < kills_wanted ? 1 + dice() % longest_us : 0);
      const std::string path = folder.path();
      const char* arguments[] = {"store_test", kKillWorkerFlag, path.c_str(), delay.c_str(), nullptr};
      pid_t child = 0;
      ASSERT_EQ(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, const_cast<char**>(arguments), environ), 0);
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      if (WIFSIGNALED(status)) {
        ASSERT_EQ(WTERMSIG(status), SIGKILL);
        ++kills;
        // Later instants, little by little, so that every part of the work is met.
        longest_us += longest_us / 100;
        continue;
      }
      ASSERT_EQ(WEXITSTATUS(status), 0);
      ++finished;
      longest_us = 20'000;
      break;
    }
    ExpectTheEnd(folder.path());
  }
  RecordProperty("kills", kills);
  RecordProperty("workloads finished", finished);
}

}  // namespace
}  // namespace heed
