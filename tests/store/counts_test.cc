// The counts of open cases are moved along with every batch: they are at any time what a walk of the queue would count.
#include <gmock/gmock.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/store/kit.h"

namespace heed {
namespace {

class CountsTest : public ::testing::Test {
 protected:
  void SetUp() override { store_ = Store::Open(folder_.path()).value(); }
  void Record(const Result<Change>& change) {
    if (change) ASSERT_TRUE(store_->Record(*change));  // what is not allowed at this moment is not done
  }
  // A few posts, new and known, alike and not, for one of two schools.
  void Commit(std::mt19937_64& dice, Instant at) {
    PageCommit page = APage(dice() % 3 ? "oakmoor" : "brackwell", {}, "c", at);
    for (auto posts = 1 + dice() % 4; posts > 0; --posts) {
      KeptPost kept;
      kept.school = dice() % 8 ? page.source.substr(4) : "ashford";
      const auto id = dice() % 20;
      kept.post = APost(std::to_string(id), std::to_string(dice() % 3));
      kept.post.platform = id % 3 == 0 ? "" : id % 3 == 1 ? "mastodon" : "feed";
      kept.assessment = Bad(static_cast<std::uint8_t>(1 + dice() % 4), dice() % 2 ? std::vector{Category::kAbuse} : std::vector{Category::kThreat, Category::kAbuse});
      if (dice() % 5 == 0) kept.assessment.could_not_judge = "too long";
      kept.backlog = dice() % 6 == 0;
      page.posts.push_back(kept);
    }
    ASSERT_TRUE(store_->Commit(page, Observe));
  }
  Result<Change> Act(std::mt19937_64& dice, const Case& c, Instant at) {
    NewDecision decision;
    decision.why = "a test", decision.category = Category::kAbuse, decision.severity = 2;
    decision.finding = dice() % 2 ? Finding::kBreach : Finding::kCriticism;
    switch (dice() % 6) {
      case 0: return Decide(c, "ben", decision, at);
      case 1: return Undo(c, "ben", "", at);
      case 2: return Close(c, "ben", "", at);
      case 3: return Snooze(c, "ben", at + days{1}, "", at);
      case 4: return Propose(c, "ben", {ResponseKind::kLetter, "the author", "Please take it down.", ""}, at);
      default: return Claim(c, "ben", at);
    }
  }
  const TempFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(CountsTest, AreThoseOfAWalkWhateverWasWritten) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 dice(seed);
    for (int step = 0; step < 60; ++step) {
      SCOPED_TRACE(step);
      const Instant at = kStart + hours{60 * seed + step};
      Commit(dice, at);
      const CaseId id = 1 + dice() % 25;
      if (const auto c = store_->FindCase(id)) Record(Act(dice, *c, at));
      if (step == 40) ASSERT_TRUE(store_->Expire(at + days{3}, {.unflagged = days{1}, .closed = days{2}, .gone = days{1}, .decide_within = days{1}}));
      ExpectCountsOfItsQueue(*store_);
    }
  }
  EXPECT_EQ(store_->Count({"nobody"}).value(), QueueCounts{});
  const QueueCounts all = store_->Count({}).value(), some = store_->Count({"oakmoor", "ashford"}).value(), other = store_->Count({"brackwell", "brackwell"}).value();
  EXPECT_GT(other.open, 0u);
  EXPECT_EQ(all.open, some.open + other.open);
}

// Somebody counts for the first time in the middle of a scan: neither twice nor not at all.
TEST_F(CountsTest, ACountBegunWhileOthersWriteMissesNothing) {
  for (int round = 0; round < 20; ++round) {
    store_.reset();
    store_ = Store::Open(folder_.path()).value();
    std::atomic<bool> done = false;
    std::thread counting([&] {
      while (!done) EXPECT_TRUE(store_->Count({}));
    });
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(store_->Commit(APage("oakmoor", {{APost(std::to_string(round * 10 + i)), Bad(2)}}), Observe));
    done = true;
    counting.join();
    EXPECT_EQ(store_->Count({})->open, static_cast<std::uint64_t>(round * 10 + 10));
  }
}

}  // namespace
}  // namespace heed
