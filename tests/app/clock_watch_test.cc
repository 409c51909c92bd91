// A computer's clock that is set: what is noticed, while heed runs and when it comes back, and what the chain says of it.
#include "src/app/clock_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/anchors.h"
#include "src/app/health.h"
#include "src/base/file.h"
#include "src/casework/observe.h"
#include "tests/app/numpty_judge.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ClockWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = Store::Open(folder_.path()).value();
    Restart();
  }
  void Restart() {
    watch_ = std::make_unique<ClockWatch>(*store_, folder_.path(), [this] { return hands_; });
  }
  void RestartTheComputer() {
    hands_.start = "start 2";
    hands_.since_start = seconds{40};
    Restart();
  }
  void Pass(microseconds time) {
    hands_.wall += time;
    hands_.since_start += time;
  }
  // Something happens: an event by the clock as it stands.
  void Happen() {
    ASSERT_TRUE(store_->Commit(NumptyPage("post-" + std::to_string(++posts_), hands_.wall), Observe));
  }
  std::optional<ClockStep> Look() {
    const auto found = watch_->Look();
    EXPECT_TRUE(found) << found.error().message();
    if (!found || !*found) return std::nullopt;
    EXPECT_EQ((*found)->at, hands_.wall);
    return ReadClockStep((*found)->details).value();
  }
  ClockFindings Check() { return CheckClockOf(*store_, {}).value(); }

  TempFolder folder_;
  std::unique_ptr<Store> store_;
  ClockHands hands_{*ParseRfc3339("2026-11-02T08:00:00Z"), hours{5}, "start 1"};
  std::unique_ptr<ClockWatch> watch_;
  int posts_ = 0;
};

TEST_F(ClockWatchTest, ThatRunsOnIsNothingToTell) {
  EXPECT_FALSE(Look());
  for (int i = 0; i < 5; ++i) {
    Pass(hours{9});
    Happen();
    EXPECT_FALSE(Look());
  }
  hands_.wall += seconds{20};  // as time services do
  EXPECT_FALSE(Look());
  Restart();
  EXPECT_FALSE(Look());
  RestartTheComputer();
  EXPECT_FALSE(Look());
  EXPECT_THAT(*ClockSteps(*store_, Instant{}), IsEmpty());
}

TEST_F(ClockWatchTest, SetBackWhileHeedRunsIsWrittenDownOnceAndExplainsTheChain) {
  Look();
  Happen();
  Pass(minutes{5});
  hands_.wall -= hours{3};
  const auto step = Look();
  ASSERT_TRUE(step);
  EXPECT_EQ(step->by, -hours{3});
  EXPECT_FALSE(step->at_least);
  EXPECT_THAT(step->seen, HasSubstr("while heed ran"));
  EXPECT_EQ(step->computer_start, "start 1");
  EXPECT_FALSE(Look());
  Pass(minutes{5});
  Happen();
  EXPECT_FALSE(Look());
  EXPECT_THAT(Check().flaws, IsEmpty());
  EXPECT_THAT(Check().notes, ElementsAre(HasSubstr("set back by 3 h")));
  EXPECT_FALSE(store_->VerifyChain()->broken);
}

TEST_F(ClockWatchTest, SetBackInManySmallStepsIsSeenBeforeTheChainSuffers) {
  Look();
  int told = 0;
  for (int i = 0; i < 60; ++i) {
    Pass(seconds{10});
    hands_.wall -= seconds{30};
    Happen();
    told += Look().has_value();
  }
  EXPECT_GE(told, 10);
  EXPECT_THAT(Check().flaws, IsEmpty());
}

TEST_F(ClockWatchTest, SetWhileHeedWasStoppedIsSeenWhenItComesBack) {
  Look();
  Happen();
  Pass(days{1});
  hands_.wall += hours{2};
  Restart();
  const auto forward = Look();
  ASSERT_TRUE(forward);
  EXPECT_EQ(forward->by, hours{2});
  EXPECT_THAT(forward->seen, HasSubstr("held still"));
  hands_.wall -= days{4};
  Restart();
  const auto back = Look();
  ASSERT_TRUE(back);
  EXPECT_EQ(back->by, -days{4});
  EXPECT_FALSE(back->at_least);
  Happen();
  EXPECT_THAT(Check().flaws, IsEmpty());
}

TEST_F(ClockWatchTest, BehindTheLastEventAfterTheComputerWasStartedAnewWasSetBackByAtLeastThatMuch) {
  Look();
  Happen();
  Pass(days{1});
  hands_.wall -= days{3};
  RestartTheComputer();
  const auto step = Look();
  ASSERT_TRUE(step);
  EXPECT_EQ(step->by, -days{2});
  EXPECT_TRUE(step->at_least);
  EXPECT_FALSE(Look());
  Restart();
  EXPECT_FALSE(Look());
  Pass(hours{1});
  Happen();
  EXPECT_THAT(Check().flaws, IsEmpty());
  EXPECT_THAT(Check().notes, ElementsAre(HasSubstr("set back by at least 2 d")));
}

TEST_F(ClockWatchTest, ThatASystemCannotNameItsStartIsNoObstacleWhileHeedRuns) {
  hands_.start.clear();
  EXPECT_FALSE(Look());
  hands_.wall -= hours{1};
  EXPECT_TRUE(Look());
  EXPECT_FALSE(Look());
  Restart();
  EXPECT_FALSE(Look());
}

TEST_F(ClockWatchTest, AStepIsTheSameStepWhereHeedWasKilledBeforeItCouldRememberIt) {
  Look();
  Happen();
  const auto before = ReadFile(folder_ / "clock.json").value();
  hands_.wall -= hours{3};
  ASSERT_TRUE(Look());
  ASSERT_TRUE(WriteFile(folder_ / "clock.json", before));
  Restart();
  EXPECT_FALSE(Look());
  EXPECT_THAT(*ClockSteps(*store_, Instant{}), SizeIs(1));
  // ... and a file that is rubbish is as good as none.
  ASSERT_TRUE(WriteFile(folder_ / "clock.json", "}{"));
  Restart();
  EXPECT_FALSE(Look());
}

TEST_F(ClockWatchTest, SetIsTroubleForThreeDays) {
  Look();
  hands_.wall -= hours{3};
  Look();
  const Config config;
  const auto troubles = [&](Instant at) { return FindTroubles(config, *store_, folder_.path(), at).value(); };
  EXPECT_THAT(troubles(hands_.wall + hours{1}), Contains(AllOf(Field(&Trouble::key, "clock/1"), Field(&Trouble::words, HasSubstr("was set back by 3 h")), Field(&Trouble::todo, HasSubstr("timedatectl")))));
  EXPECT_THAT(troubles(hands_.wall + days{4}), ::testing::Not(Contains(Field(&Trouble::key, HasSubstr("clock/")))));
}

}  // namespace
}  // namespace heed
