// When a source is due: intervals, cron expressions, sleep, clocks that change.
#include "src/app/schedule.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace heed {
namespace {

Instant At(const char* text) { return *ParseRfc3339(text); }

// Cron is read in the process's time zone.  ctest runs each test in a process of its own.
void InLondon() {
  ::setenv("TZ", "Europe/London", 1);
  ::tzset();
}

TEST(Schedule, ANeverRunSourceIsDueAtOnce) {
  EXPECT_EQ(Schedule::Every("15m")->Next(std::nullopt, At("2026-11-01T09:00:00Z")), At("2026-11-01T09:00:00Z"));
}

TEST(Schedule, AnIntervalCountsFromTheLastStart) {
  const auto every = *Schedule::Every("15m");
  EXPECT_EQ(every.Next(At("2026-11-01T09:00:00Z"), At("2026-11-01T09:05:00Z")), At("2026-11-01T09:15:00Z"));
}

TEST(Schedule, AfterSleepItIsDueOnceAndAtOnce) {
  const auto every = *Schedule::Every("15m");
  const Instant now = At("2026-11-03T09:00:00Z");
  EXPECT_EQ(every.Next(At("2026-11-01T09:00:00Z"), now), now);
  EXPECT_EQ(every.Next(now, now), now + minutes{15});
  InLondon();
  const auto cron = *Schedule::Cron("30 7 * * *");
  EXPECT_EQ(cron.Next(At("2026-11-01T07:30:00Z"), now), now);
  EXPECT_EQ(cron.Next(now, now), At("2026-11-04T07:30:00Z"));
}

TEST(Schedule, AClockSetBackDoesNotStopIt) {
  const auto every = *Schedule::Every("15m");
  EXPECT_EQ(every.Next(At("2027-01-01T00:00:00Z"), At("2026-11-01T09:00:00Z")), At("2026-11-01T09:15:00Z"));
}

struct CronCase {
  const char* expression;
  const char* after;
  const char* next;
};

TEST(Schedule, CronMeansWhatCrontabSays) {
  InLondon();
  const CronCase cases[] = {
      {"*/15 * * * *", "2026-11-01T09:00:00Z", "2026-11-01T09:15:00Z"},
      {"0 8-17 * * mon-fri", "2026-11-01T09:00:00Z", "2026-11-02T08:00:00Z"},  // 1 November 2026 is a Sunday
      {"5,35 9 * * *", "2026-11-01T09:05:00Z", "2026-11-01T09:35:00Z"},
      {"0 0 1 jan *", "2026-11-01T09:00:00Z", "2027-01-01T00:00:00Z"},
      {"0 0 29 2 *", "2026-11-01T09:00:00Z", "2028-02-29T00:00:00Z"},
      {"0 0 13 * 5", "2026-11-01T09:00:00Z", "2026-11-06T00:00:00Z"},  // either day will do
      {"0 0 * * 7", "2026-11-02T09:00:00Z", "2026-11-08T00:00:00Z"},
      {"@hourly", "2026-11-01T09:00:30Z", "2026-11-01T10:00:00Z"},
      {"30 7 * * *", "2026-07-01T09:00:00Z", "2026-07-02T06:30:00Z"},   // summer time
      {"30 1 * * *", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z"},   // skipped by the clocks: at the first minute after
      {"0/20 6 * * *", "2026-11-01T06:20:00Z", "2026-11-01T06:40:00Z"},
  };
  for (const auto& [expression, after, next] : cases) {
    const auto schedule = Schedule::Cron(expression);
    ASSERT_TRUE(schedule) << expression << ": " << schedule.error().message();
    EXPECT_EQ(FormatRfc3339(schedule->Next(At(after), At(after))), FormatRfc3339(At(next))) << expression;
  }
}

TEST(Schedule, MistakesNameTheFieldAndWhatWouldBeRight) {
  const std::pair<const char*, const char*> cases[] = {
      {"* * * *", "five are meant"},        {"61 * * * *", "minute"},          {"* 24 * * *", "hour"},
      {"* * 0 * *", "day of month"},        {"* * * smarch *", "month"},       {"* * * * 8", "day of week"},
      {"*/0 * * * *", "minute"},            {"5-1 * * * *", "minute"},         {"0 0 30 2 *", "never happens"},
      {"", "five are meant"},               {"a b c d e", "minute"},           {"*/99999 * * * *", "minute"},
  };
  for (const auto& [expression, says] : cases) {
    const auto schedule = Schedule::Cron(expression);
    ASSERT_FALSE(schedule) << expression;
    EXPECT_NE(schedule.error().message().find(says), std::string::npos) << schedule.error().message();
  }
  EXPECT_FALSE(Schedule::Every("10s"));
  EXPECT_FALSE(Schedule::Every("often"));
}

// The obvious way: look at every minute.
TEST(Schedule, AgreesWithLookingAtEveryMinute) {
  InLondon();
  const char* expressions[] = {"*/7 3-5 * * *", "0 0 1,15 * 3", "59 23 31 * *", "10 6 * 11 1-5"};
  for (const char* expression : expressions) {
    const auto schedule = *Schedule::Cron(expression);
    Instant at = At("2026-10-20T00:00:00Z");
    for (int i = 0; i < 20; ++i) {
      const Instant next = schedule.Next(at, at);
      ASSERT_GT(next, at) << expression;
      // Nothing due in between: asking from just before `next` gives `next` again.
      EXPECT_EQ(schedule.Next(next - minutes{1}, next - minutes{1}), next) << expression;
      EXPECT_EQ(schedule.Next(at + (next - at) / 2, at + (next - at) / 2), next) << expression;
      at = next;
    }
  }
}

TEST(Schedule, JitterIsFixedPerSourceAndNeverMoreThanATenth) {
  const auto every = *Schedule::Every("5m");
  for (std::uint64_t seed = 0; seed < 500; ++seed) EXPECT_LE(every.Jitter(seed), seconds{30});
  EXPECT_EQ(every.Jitter(17), every.Jitter(17));
}

TEST(Schedule, IsSaidInWordsWhereItIsSimple) {
  const std::pair<const char*, const char*> words[] = {{"30 7 * * *", "daily at 07:30"}, {"0 16 * * 1-5", "Monday to Friday at 16:00"}, {"5 0 * * sun,wed", "Wednesday, Sunday at 00:05"}, {"@daily", "daily at 00:00"},
                                                       {"30 7,19 * * *", "cron 30 7,19 * * *"}, {"30 7 1 * *", "cron 30 7 1 * *"}, {"30 7 * 11 *", "cron 30 7 * 11 *"}, {"*/7 3 * * *", "cron */7 3 * * *"}};
  for (const auto& [cron, says] : words) EXPECT_EQ(Schedule::Cron(cron)->Words(), says);
  EXPECT_EQ(Schedule::Every("15m")->Words(), "every 15 min");
}

}  // namespace
}  // namespace heed
