// A clock that was wrong is named: in a chain by itself, and by what authorities stamped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/evidence/capture.h"
#include "src/evidence/clock.h"
#include "src/evidence/verify.h"
#include "tests/evidence/kit.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> FlawsOf(const std::vector<EventTime>& events, const std::vector<StampTime>& stamps) { return CheckClock(events, stamps).flaws; }
EventTime Step(std::uint64_t sequence, Instant at, seconds by, bool at_least = false) { return {sequence, at, ClockStep{.by = by, .at_least = at_least, .seen = "seen by a test"}}; }

Instant At(std::string_view time) { return *ParseRfc3339("2026-11-02T" + std::string(time) + ":00Z"); }

TEST(Clock, ThatRunsForwardIsFineAndSoAreActsThatTookMinutes) {
  const std::vector<EventTime> events = {{1, At("08:00")}, {2, At("08:00")}, {3, At("09:00")}, {4, At("08:51")}, {5, At("12:00")}};
  EXPECT_THAT(FlawsOf(events, {}), IsEmpty());
  EXPECT_THAT(FlawsOf(events, std::vector<StampTime>{{4, At("09:05"), "A"}, {5, At("12:00"), "A"}}), IsEmpty());
  EXPECT_THAT(FlawsOf({}, std::vector<StampTime>{{0, At("09:05"), "A"}}), IsEmpty());
}

TEST(Clock, SetBackIsNamedOnceHoweverManyEventsFollow) {
  const std::vector<EventTime> events = {{7, At("12:00")}, {8, At("09:00")}, {9, At("09:01")}, {10, At("12:30")}, {11, At("11:00")}};
  const auto flaws = FlawsOf(events, {});
  EXPECT_THAT(flaws, ElementsAre(HasSubstr("event 8 says 2026-11-02T09:00:00Z, but event 7 says 2026-11-02T12:00:00Z"), HasSubstr("event 11 says")));
}

TEST(Clock, SetBackInSmallStepsIsNamedToo) {
  const std::vector<EventTime> events = {{1, At("12:00")}, {2, At("11:54")}, {3, At("11:48")}, {4, At("11:42")}};
  EXPECT_THAT(FlawsOf(events, {}), ElementsAre(HasSubstr("event 3 says")));
}

TEST(Clock, IsHeldAgainstWhatAuthoritiesStamped) {
  const std::vector<EventTime> events = {{1, At("08:00")}, {2, At("08:30")}, {3, At("09:00")}};
  EXPECT_THAT(FlawsOf(events, std::vector<StampTime>{{2, At("15:00"), "Authority"}}), ElementsAre(HasSubstr("event 3 says 2026-11-02T09:00:00Z, but event 2 was time-stamped by Authority at 2026-11-02T15:00:00Z")))
      << "an event written into the past after its forerunner was stamped";
  EXPECT_THAT(FlawsOf(events, std::vector<StampTime>{{3, At("08:15"), "Authority"}}), ElementsAre(HasSubstr("the clock was ahead")));
}

TEST(Clock, ThatRanAheadAndIsCorrectedIsANoteWithTheRecordedStep) {
  const std::vector<EventTime> events = {{1, At("11:00")}, {2, At("11:30")}, Step(3, At("09:35"), -hours{2}), {4, At("09:40")}};
  const auto found = CheckClock(events, {});
  EXPECT_THAT(found.flaws, IsEmpty());
  EXPECT_THAT(found.notes, ElementsAre(AllOf(HasSubstr("event 3 records at 2026-11-02T09:35:00Z that the computer's clock was set back by 2 h"), HasSubstr("seen by a test"), HasSubstr("does not say which of both was right"))));
  // What was stamped by the right time while the clock ran ahead is explained too.
  EXPECT_THAT(FlawsOf(events, {{2, At("09:31"), "Authority"}}), IsEmpty());
}

TEST(Clock, ThatWasRightAndIsSetBackIsContradictedByTheStampBeforeIt) {
  const std::vector<EventTime> events = {{1, At("11:00")}, {2, At("11:30")}, Step(3, At("09:35"), -hours{2}), {4, At("09:40")}};
  EXPECT_THAT(FlawsOf(events, {{2, At("11:31"), "Authority"}}), ElementsAre(AllOf(HasSubstr("event 3 says"), HasSubstr("the clock was behind"), HasSubstr("do not explain it"))));
}

TEST(Clock, SetBackForAWhileAndForwardAgainIsTwoNotes) {
  const std::vector<EventTime> events = {{1, At("11:00")}, Step(2, At("09:10"), -hours{2}), {3, At("09:20")}, Step(4, At("11:30"), hours{2}), {5, At("11:40")}};
  const auto found = CheckClock(events, std::vector<StampTime>{{1, At("11:01"), "Authority"}, {5, At("11:45"), "Authority"}});
  EXPECT_THAT(found.flaws, IsEmpty()) << "put right by the second step, what lies between was written after the stamp";
  EXPECT_THAT(found.notes, SizeIs(2));
  EXPECT_THAT(found.notes[1], HasSubstr("set forward by 2 h"));
}

TEST(Clock, RecordedAsSetBackByLessThanItWasIsStillAFault) {
  const std::vector<EventTime> events = {{1, At("15:00")}, Step(2, At("09:35"), -hours{2}), {3, At("09:40")}};
  EXPECT_THAT(FlawsOf(events, {}), ElementsAre(HasSubstr("event 2 says")));
}

TEST(Clock, SetBackBeforeAStepThatWasRecordedIsStillAFault) {
  const std::vector<EventTime> events = {{1, At("15:00")}, {2, At("11:00")}, Step(3, At("09:05"), -hours{2}), {4, At("09:10")}};
  EXPECT_THAT(FlawsOf(events, {}), ElementsAre(AllOf(HasSubstr("event 2 says"), HasSubstr("the steps of the clock that are recorded in the chain do not explain it"))));
}

TEST(Clock, SetBackWhileNobodyLookedMayHaveBeenSetBackByMore) {
  // It ran five hours ahead, was down for three and came back right: two are seen.
  const std::vector<EventTime> events = {{1, At("14:00")}, Step(2, At("12:00"), -hours{2}, true), {3, At("12:10")}};
  const auto found = CheckClock(events, std::vector<StampTime>{{1, At("09:01"), "Authority"}});
  EXPECT_THAT(found.flaws, IsEmpty());
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("set back by at least 2 h")));
}

TEST(Clock, AStepIsWrittenAndReadBack) {
  const ClockStep step{.by = -hours{2}, .at_least = true, .seen = "by a test", .clock = "system clock", .computer_start = "abc", .since_start = hours{30}};
  const auto back = ReadClockStep(WriteClockStep(step));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->by, step.by);
  EXPECT_TRUE(back->at_least);
  EXPECT_EQ(back->computer_start, "abc");
  EXPECT_EQ(back->since_start, step.since_start);
  for (const char* wrong : {"", "{}", "{\"by_seconds\":0}", "{\"by_seconds\":99999999999999}", "{\"by_seconds\":\"7\"}", "[7]"}) EXPECT_FALSE(ReadClockStep(wrong)) << wrong;
}

TEST(Clock, CorrectedAndRecordedIsANoteOfThePackAndNoFault) {
  for (const auto kind : {PackKind::kEvidence, PackKind::kWorking}) {
    Kit kit(2);
    const Instant wrong = kStart + days{3};
    kit.Attach(1, *CaptureFile("shot.txt", "what I saw", "typed", "", std::nullopt), "ada", wrong);
    Event set;
    set.kind = EventKind::kClockSet;
    set.at = kStart + hours{3};
    set.actor = "heed";
    set.details = WriteClockStep({.by = std::chrono::floor<seconds>(set.at - wrong), .seen = "seen by a test"});
    ASSERT_TRUE(kit.store().RecordOfInstallation(set));
    kit.Attach(2, *CaptureFile("other.txt", "what I saw", "typed", "", std::nullopt), "ada", kStart + hours{4});
    // Case 1 ends before the clock was put right; its pack reaches to where that is told.
    auto request = kit.Request({1});
    request.kind = kind;
    kit.Make(request);
    const auto report = VerifyPack(kit / "pack.zip", {});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->ok()) << report->faults[0].what;
    EXPECT_THAT(report->notes, Contains(HasSubstr("the computer's clock was set back by 2 d 21 h")));
    const std::string folder = kit.Unpack("pack.zip", "out");
    EXPECT_THAT(ReadTree(folder).at("data/report.html"), HasSubstr("clock was set back by 2 d 21 h"));
    EXPECT_TRUE(kit.store().VerifyChain()->broken == std::nullopt);
  }
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
