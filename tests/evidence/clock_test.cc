// A clock that was wrong is named: in a chain by itself, and by what authorities stamped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/evidence/capture.h"
#include "src/evidence/clock.h"
#include "src/evidence/verify.h"
#include "tests/evidence/kit.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Instant At(std::string_view time) { return *ParseRfc3339("2026-11-02T" + std::string(time) + ":00Z"); }

TEST(Clock, ThatRunsForwardIsFineAndSoAreActsThatTookMinutes) {
  const std::vector<EventTime> events = {{1, At("08:00")}, {2, At("08:00")}, {3, At("09:00")}, {4, At("08:51")}, {5, At("12:00")}};
  EXPECT_THAT(ClockFlaws(events, {}), IsEmpty());
  EXPECT_THAT(ClockFlaws(events, std::vector<StampTime>{{4, At("09:05"), "A"}, {5, At("12:00"), "A"}}), IsEmpty());
  EXPECT_THAT(ClockFlaws({}, std::vector<StampTime>{{0, At("09:05"), "A"}}), IsEmpty());
}

TEST(Clock, SetBackIsNamedOnceHoweverManyEventsFollow) {
  const std::vector<EventTime> events = {{7, At("12:00")}, {8, At("09:00")}, {9, At("09:01")}, {10, At("12:30")}, {11, At("11:00")}};
  const auto flaws = ClockFlaws(events, {});
  EXPECT_THAT(flaws, ElementsAre(HasSubstr("event 8 says 2026-11-02T09:00:00Z, but event 7 says 2026-11-02T12:00:00Z"), HasSubstr("event 11 says")));
}

TEST(Clock, SetBackInSmallStepsIsNamedToo) {
  const std::vector<EventTime> events = {{1, At("12:00")}, {2, At("11:54")}, {3, At("11:48")}, {4, At("11:42")}};
  EXPECT_THAT(ClockFlaws(events, {}), ElementsAre(HasSubstr("event 3 says")));
}

TEST(Clock, IsHeldAgainstWhatAuthoritiesStamped) {
  const std::vector<EventTime> events = {{1, At("08:00")}, {2, At("08:30")}, {3, At("09:00")}};
  EXPECT_THAT(ClockFlaws(events, std::vector<StampTime>{{2, At("15:00"), "Authority"}}), ElementsAre(HasSubstr("event 3 says 2026-11-02T09:00:00Z, but event 2 was time-stamped by Authority at 2026-11-02T15:00:00Z")))
      << "an event written into the past after its forerunner was stamped";
  EXPECT_THAT(ClockFlaws(events, std::vector<StampTime>{{3, At("08:15"), "Authority"}}), ElementsAre(HasSubstr("the clock was ahead")));
}

TEST(Clock, SetBackShowsInAPack) {
  Kit kit(2);
  kit.Attach(1, *CaptureFile("shot.txt", "what I saw", "typed", "", std::nullopt), "ada", kStart - days{3});
  kit.Make(kit.Request({1, 2}));
  const auto report = VerifyPack(kit / "pack.zip", {});
  ASSERT_TRUE(report);
  ASSERT_FALSE(report->ok());
  EXPECT_EQ(report->faults[0].file, "data/chain/events.jsonl");
  EXPECT_THAT(report->faults[0].what, HasSubstr("the clock was set back"));
}

}  // namespace
}  // namespace heed
