// The two-working-day clock, in Europe/London.
#include "src/casework/deadline.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace heed {
namespace {

Instant At(const char* text) { return *ParseRfc3339(text); }

class DeadlineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "Europe/London", 1);
    ::tzset();
  }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  const std::vector<Term> terms_ = {{"2026-09-02", "2026-10-23"}, {"2026-11-02", "2026-12-18"}};
};

TEST_F(DeadlineTest, TwoDaysThatCount) {
  const struct {
    const char *opened, *due, *why;
  } cases[] = {
      {"2026-11-03T10:00:00Z", "2026-11-05T10:00:00Z", "a Tuesday"},
      {"2026-11-05T10:00:00Z", "2026-11-09T10:00:00Z", "a Thursday: the weekend does not count"},
      {"2026-11-07T10:00:00Z", "2026-11-11T00:00:00Z", "a Saturday is as Monday morning"},
      {"2026-10-22T10:00:00+01:00", "2026-11-02T10:00:00Z", "before half-term: the week between two terms does not count"},
      {"2026-12-17T10:00:00Z", "2026-12-21T10:00:00Z", "after the last term nothing is known of holidays"},
      {"2026-12-24T10:00:00Z", "2026-12-30T10:00:00Z", "Christmas, and Boxing Day moved to Monday"},
  };
  for (const auto& each : cases) EXPECT_EQ(FormatRfc3339(DueBy(At(each.opened), terms_)), each.due) << each.why;
  EXPECT_EQ(FormatRfc3339(DueBy(At("2026-10-22T10:00:00+01:00"), {})), "2026-10-26T10:00:00Z") << "without terms";
}

TEST_F(DeadlineTest, IsSaidAsPeopleSayIt) {
  const struct {
    const char *opened, *now, *words;
  } cases[] = {
      {"2026-11-03T10:00:00Z", "2026-11-03T11:00:00Z", "due on Thursday"},
      {"2026-11-03T10:00:00Z", "2026-11-04T09:00:00Z", "due tomorrow"},
      {"2026-11-03T10:00:00Z", "2026-11-05T09:00:00Z", "due today by 10:00"},
      {"2026-11-03T10:00:00Z", "2026-11-05T10:00:00Z", "overdue"},
      {"2026-11-03T10:00:00Z", "2026-11-06T10:00:00Z", "overdue by 1 working day"},
      {"2026-11-03T10:00:00Z", "2026-11-08T10:00:00Z", "overdue by 1 working day"},
      {"2026-11-03T10:00:00Z", "2026-11-10T10:00:00Z", "overdue by 3 working days"},
      {"2026-11-07T10:00:00Z", "2026-11-09T10:00:00Z", "due tomorrow"},
      {"2026-11-07T10:00:00Z", "2026-11-10T10:00:00Z", "due today"},
      {"2026-10-22T10:00:00Z", "2026-10-23T10:00:00Z", "due on 2 November"},
      {"2025-01-07T10:00:00Z", "2026-11-10T10:00:00Z", "overdue by more than a year"},
      {"2026-01-07T10:00:00Z", "2026-11-10T10:00:00Z", "overdue by more than 30 working days"},
  };
  for (const auto& each : cases) EXPECT_EQ(DueWords(At(each.opened), At(each.now), terms_), each.words) << each.opened << " " << each.now;
}

TEST_F(DeadlineTest, TheSorterAgreesWithTheClockForEveryHour) {
  for (const char* text : {"2026-11-04T09:30:00Z", "2026-11-06T16:00:00Z", "2026-11-08T12:00:00Z", "2026-10-25T12:00:00Z", "2026-11-02T00:00:00Z"}) {
    const Instant now = At(text);
    const DueSorter sorter(now, terms_);
    for (Instant opened = now - days{20}; opened <= now; opened += hours{1}) {
      const Instant due = DueBy(opened, terms_);
      EXPECT_EQ(sorter.Sort(opened) == Due::kOverdue, due <= now) << FormatRfc3339(opened) << " at " << text;
      const std::string words = DueWords(opened, now, terms_);
      if (words.starts_with("due today") || words == "due tomorrow") EXPECT_EQ(sorter.Sort(opened), Due::kSoon) << FormatRfc3339(opened) << " at " << text;
    }
  }
  // On a Friday the next day that counts is Monday.
  const DueSorter friday(At("2026-11-06T16:00:00Z"), terms_);
  EXPECT_EQ(friday.Sort(At("2026-11-05T10:00:00Z")), Due::kSoon);
  EXPECT_EQ(friday.Sort(At("2026-11-06T10:00:00Z")), Due::kLater);
}

TEST_F(DeadlineTest, NamesAreReadBack) {
  for (const auto due : {Due::kOverdue, Due::kSoon, Due::kLater}) EXPECT_EQ(ParseDue(ToString(due)), due);
  EXPECT_FALSE(ParseDue("never"));
}

}  // namespace
}  // namespace heed
