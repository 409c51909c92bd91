// The one door to a submission, what people are reminded of, and the clocks of the law.
#include "src/casework/report.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <time.h>

#include <type_traits>

#include "tests/fakes/approved.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

const Instant kNow = *ParseRfc3339("2026-11-02T10:00:00Z");  // a Monday

Post ThePost() {
  Post post;
  post.platform = "mastodon";
  post.global_id = "https://social.example/1";
  post.version_id = "1";
  post.text = "about Oakmoor School";
  post.first_seen_at = kNow - hours{2};
  return post;
}

Sendable Ready() { return ASendableCase(ThePost(), "mastodon", {.reason = "rule:2"}, "It threatens a member of staff.", kNow); }

// Nobody can make one but AdmitReport().
static_assert(!std::is_default_constructible_v<ApprovedReport> && !std::is_aggregate_v<ApprovedReport>);
static_assert(!std::is_constructible_v<ApprovedReport, Post> && !std::is_constructible_v<ApprovedReport, Case> && !std::is_constructible_v<ApprovedReport, Response>);

TEST(AdmitReport, LetsThroughWhatASecondPersonApproved) {
  const auto ready = Ready();
  const auto report = AdmitReport(ready.c, ready.history, 1, ThePost(), kNow);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->text(), "It threatens a member of staff.");
  EXPECT_EQ(report->choice().reason, "rule:2");
  EXPECT_EQ(report->approved_by(), "head");
  EXPECT_EQ(report->post(), ThePost());
  EXPECT_EQ(report->key(), AdmitReport(ready.c, ready.history, 1, ThePost(), kNow + hours{1})->key());
}

TEST(AdmitReport, RefusesEverythingElse) {
  struct Row {
    std::string_view why;
    std::function<void(Sendable&, Post&, Instant&)> spoil;
  };
  const auto erase = [](EventKind kind) {
    return [kind](Sendable& made, Post&, Instant&) { std::erase_if(made.history, [&](const Event& event) { return event.kind == kind; }); };
  };
  const auto actor = [](EventKind kind, std::string who) {
    return [kind, who](Sendable& made, Post&, Instant&) {
      for (auto& event : made.history)
        if (event.kind == kind) event.actor = who;
    };
  };
  const std::vector<Row> rows = {
      {"no person has approved it", erase(EventKind::kApproved)},
      {"nobody proposed it", erase(EventKind::kProposed)},
      {"not that it is being sent", erase(EventKind::kSending)},
      {"whoever proposed it approved it", actor(EventKind::kApproved, "ada")},
      {"no person has approved it", actor(EventKind::kApproved, "heed")},
      {"no person has approved it", actor(EventKind::kApproved, "")},
      {"its hold is not over", [](Sendable&, Post&, Instant& now) { now = kNow - minutes{6}; }},
      {"not the one that people decided about", [](Sendable&, Post& post, Instant&) { post.version_id = "2"; }},
      {"not the one that people decided about", [](Sendable&, Post& post, Instant&) { post.global_id += "0"; }},
      {"another text", [](Sendable& made, Post&, Instant&) { made.c.responses[0].text += "!"; }},
      {"another text", [](Sendable& made, Post&, Instant&) { made.c.responses[0].options = R"({"reason":"spam"})"; }},
      {"another text", [](Sendable& made, Post&, Instant&) { made.c.responses[0].to = "bluesky"; }},
      {"it is held", [](Sendable& made, Post&, Instant&) { made.c.responses[0].state = ResponseState::kHeld; }},
      {"it is uncertain", [](Sendable& made, Post&, Instant&) { made.c.responses[0].state = ResponseState::kUncertain; }},
      {"it is no report", [](Sendable& made, Post&, Instant&) { made.c.responses[0].kind = ResponseKind::kLetter; }},
      {"decision does not allow", [](Sendable& made, Post&, Instant&) { made.c.decision->finding = Finding::kSafeguarding; }},
      {"decision does not allow", [](Sendable& made, Post&, Instant&) { made.c.decision.reset(); }},
      {"history is not whole", [](Sendable& made, Post&, Instant&) { made.history[0].case_id = 7; }},
      {"its last event", [](Sendable& made, Post&, Instant&) {
         auto done = made.history.back();
         done.kind = EventKind::kSent;
         done.details = R"({"outcome":"done","response":1})";
         made.history.push_back(done);
       }},
  };
  for (const auto& row : rows) {
    auto made = Ready();
    auto post = ThePost();
    auto now = kNow;
    row.spoil(made, post, now);
    const auto report = AdmitReport(made.c, made.history, 1, post, now);
    ASSERT_FALSE(report) << row.why;
    EXPECT_THAT(report.error().message(), HasSubstr(std::string(row.why)));
  }
  const auto made = Ready();
  EXPECT_FALSE(AdmitReport(made.c, made.history, 2, ThePost(), kNow));
}

Case Reported(Instant at) {
  const auto made = Ready();
  return FinishSending(made.c, "heed", 1, {ResponseState::kDone, "9", ""}, at)->after;
}

TEST(NextCheck, FallsOffFromAnHourToAMonthAndStops) {
  Case c = Reported(kNow);
  for (const auto after : {seconds{hours{1}}, seconds{days{1}}, seconds{days{3}}, seconds{days{7}}, seconds{days{30}}}) {
    ASSERT_EQ(NextCheck(c), kNow + after);
    c = Checked(c, "heed", "up", "", kNow + after + minutes{1})->after;
  }
  EXPECT_EQ(NextCheck(c), std::nullopt);
}

TEST(NextCheck, LooksAgainSoonAfterAFirstGoneAndNeverAfterASecond) {
  Case c = Checked(Reported(kNow), "heed", "gone_unknown", "", kNow + hours{1})->after;
  EXPECT_EQ(NextCheck(c), kNow + hours{1} + minutes{10});
  c = Checked(c, "heed", "gone_unknown", "", kNow + hours{1} + minutes{10})->after;
  EXPECT_EQ(NextCheck(c), std::nullopt);
}

TEST(NextCheck, AFailedLookIsRepeatedAndNotForEver) {
  Case c = Checked(Reported(kNow), "heed", "unknown", "", kNow + hours{1})->after;
  EXPECT_EQ(NextCheck(c), kNow + hours{2});
  c = Checked(c, "heed", "unknown", "", kNow + days{30} + hours{23})->after;
  EXPECT_EQ(NextCheck(c), kNow + days{31});
  c = Checked(c, "heed", "unknown", "", kNow + days{31})->after;
  EXPECT_EQ(NextCheck(c), std::nullopt);
}

TEST(NextCheck, OnlyAfterSomebodyAskedForRemoval) { EXPECT_EQ(NextCheck(Ready().c), std::nullopt); }

std::vector<ReminderKind> Kinds(const Case& c, Instant now, bool can_look = true) {
  std::vector<ReminderKind> kinds;
  for (const auto& reminder : Reminders(c, now, can_look)) kinds.push_back(reminder.kind);
  return kinds;
}

TEST(Reminders, OfferTheHelplineWhenAPlatformHasBeenSilentForTwoDays) {
  const Case c = Reported(kNow);
  EXPECT_TRUE(Kinds(c, kNow + hours{47}).empty());
  EXPECT_EQ(Kinds(c, kNow + hours{48}), std::vector{ReminderKind::kHelpline});
  Case gone = Checked(c, "heed", "gone_unknown", "", kNow + hours{1})->after;
  gone = Checked(gone, "heed", "gone_unknown", "", kNow + hours{2})->after;
  EXPECT_TRUE(Kinds(gone, kNow + hours{48}).empty());
  const Case handed = Propose(c, "ada", {ResponseKind::kHelpline, "POSH", "please help", ""}, kNow + hours{49})->after;
  EXPECT_TRUE(Kinds(handed, kNow + hours{50}).empty());
}

TEST(Reminders, TellWhatAPersonMustFindOutOrDecide) {
  EXPECT_EQ(Kinds(FinishSending(Ready().c, "heed", 1, {ResponseState::kUncertain, "", ""}, kNow)->after, kNow), std::vector{ReminderKind::kFindOut});
  const Case refused = FinishSending(Ready().c, "heed", 1, {ResponseState::kRefused, "", "no such rule"}, kNow)->after;
  const auto due = Reminders(refused, kNow, true);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_THAT(due[0].words, HasSubstr("no such rule"));
  EXPECT_EQ(Kinds(Reported(kNow), kNow + hours{1}, false), std::vector{ReminderKind::kLookByHand}) << "where heed cannot look, a person does";
}

TEST(Reminders, CountTheYearOfALibelClaimFromPublication) {
  Case c = Reported(kNow);
  c.decision->category = Category::kDefamation;
  c.posted_at = *ParseRfc3339("2026-01-15T12:00:00Z");
  EXPECT_TRUE(Kinds(c, *ParseRfc3339("2026-07-14T12:00:00Z")).empty());
  const auto due = Reminders(c, *ParseRfc3339("2026-07-16T12:00:00Z"), true);
  ASSERT_FALSE(due.empty());
  EXPECT_EQ(due.back().kind, ReminderKind::kLimitation);
  EXPECT_THAT(due.back().words, HasSubstr("6 months"));
  EXPECT_THAT(due.back().words, HasSubstr("15 Jan 2027"));
}

class Clocks : public ::testing::Test {
 protected:
  Clocks() {
    ::setenv("TZ", "Europe/London", 1);
    ::tzset();
  }
  ~Clocks() override {
    ::unsetenv("TZ");
    ::tzset();
  }
};

TEST_F(Clocks, FortyEightHoursSkipWeekendsAndBankHolidays) {
  struct Row {
    std::string_view from, to;
  };
  for (const auto& row : std::vector<Row>{
           {"2026-11-02T10:00:00Z", "2026-11-04T10:00:00Z"},  // Monday to Wednesday
           {"2026-11-06T10:00:00Z", "2026-11-10T10:00:00Z"},  // Friday to Tuesday
           {"2026-11-07T10:00:00Z", "2026-11-11T00:00:00Z"},  // Saturday: counts from Monday
           {"2026-12-24T09:00:00Z", "2026-12-30T09:00:00Z"},  // Christmas Friday, Boxing Day's substitute Monday
           {"2026-04-02T09:00:00Z", "2026-04-08T09:00:00Z"},  // Maundy Thursday: Good Friday and Easter Monday
           {"2026-05-01T09:00:00Z", "2026-05-06T09:00:00Z"},  // early May
           {"2027-12-31T09:00:00Z", "2028-01-05T09:00:00Z"},  // New Year's Day on a Saturday: Monday is its substitute
           {"2026-10-23T22:30:00Z", "2026-10-27T23:30:00Z"},  // Friday night 23:30 summer time; the clocks go back on Sunday
       })
    EXPECT_EQ(FormatRfc3339(AfterWorkingHours(*ParseRfc3339(row.from), hours{48})), row.to) << row.from;
}

TEST_F(Clocks, KnowTheBankHolidaysOfEnglandAndWales) {
  for (const auto* day : {"2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25", "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04",
                          "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27",
                          "2027-12-28", "2028-01-03", "2022-12-26", "2022-12-27", "2022-01-03"})
    EXPECT_TRUE(heed::IsSkipped(*ParseRfc3339(std::string(day) + "T12:00:00Z"))) << day;
  for (const auto* day : {"2026-04-07", "2026-12-24", "2026-12-29", "2027-01-04", "2026-05-11", "2027-12-29", "2025-12-24"}) EXPECT_FALSE(heed::IsSkipped(*ParseRfc3339(std::string(day) + "T12:00:00Z"))) << day;
}

TEST_F(Clocks, OfANoticeRunToThePostersSilence) {
  const auto clocks = ClocksOfNotice(*ParseRfc3339("2026-11-02T10:00:00Z"));
  EXPECT_EQ(FormatRfc3339(clocks.acknowledged_by), "2026-11-04T10:00:00Z");
  EXPECT_EQ(FormatRfc3339(clocks.poster_by), "2026-11-10T00:00:00Z") << "midnight at the end of the fifth day after";
  EXPECT_EQ(FormatRfc3339(clocks.removed_by), "2026-11-12T00:00:00Z");
}

TEST_F(Clocks, ALibelClaimHasAYear) {
  EXPECT_EQ(FormatRfc3339(LimitationEnds(*ParseRfc3339("2026-01-15T12:00:00Z"))), "2027-01-15T00:00:00Z");
  EXPECT_EQ(FormatRfc3339(LimitationEnds(*ParseRfc3339("2028-02-29T12:00:00Z"))), "2029-02-28T00:00:00Z");
}

}  // namespace
}  // namespace heed
