// Legal holds: a case kept beyond its time by a decision with purpose, person and a day it is looked at again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "tests/casework/open_case.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

TEST(Hold, HasAPurposeAPersonAndADayItIsLookedAtAgain) {
  const Case open = AnOpenCase();
  const auto held = PlaceHold(open, "ada", "  claim in defamation, letter of 2 November ", kNow + days{90}, kNow);
  ASSERT_TRUE(held) << held.error().message();
  EXPECT_EQ(held->after.hold, (LegalHold{"claim in defamation, letter of 2 November", "ada", kNow, kNow + days{90}}));
  EXPECT_EQ(held->after.state, CaseState::kQueued) << "it does nothing else to the case";
  EXPECT_EQ(*Fold(open, held->events.front()), held->after);
  // Said again, it moves the review on.
  const auto again = PlaceHold(held->after, "ben", "the claim goes on", kNow + days{200}, kNow + days{80});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->after.hold, (LegalHold{"the claim goes on", "ben", kNow, kNow + days{200}}));
  const auto released = ReleaseHold(again->after, "head", "settled", kNow + days{90});
  ASSERT_TRUE(released);
  EXPECT_FALSE(released->after.hold);
  EXPECT_EQ(*Fold(again->after, released->events.front()), released->after);
}

TEST(Hold, OfAClosedCaseStaysWhenItIsReopened) {
  NewDecision decision;
  decision.finding = Finding::kCriticism;
  decision.why = "an opinion";
  const Case closed = Decide(AnOpenCase(), "ada", decision, kNow)->after;
  ASSERT_EQ(closed.state, CaseState::kClosed);
  const auto held = PlaceHold(closed, "ada", "a claim", kNow + days{30}, kNow);
  ASSERT_TRUE(held) << held.error().message();
  EXPECT_EQ(held->after.state, CaseState::kClosed);
  Post post;
  post.global_id = closed.global_id;
  post.version_id = "2";
  post.text = "worse, about Oakmoor School";
  Assessment assessment;
  assessment.mention.mentions = assessment.flag = true;
  assessment.severity = 3;
  const auto reopened = Observe(&held->after, {post, assessment, "oakmoor", "masto", kNow + days{1}, 2, false});
  ASSERT_TRUE(reopened);
  EXPECT_EQ(reopened->after.state, CaseState::kQueued);
  EXPECT_TRUE(reopened->after.hold);
}

TEST(Hold, WithoutPurposeOrWithAReviewTooFarAwayIsNone) {
  const Case open = AnOpenCase();
  EXPECT_THAT(PlaceHold(open, "ada", " ", kNow + days{90}, kNow).error().message(), HasSubstr("needs its purpose"));
  EXPECT_THAT(PlaceHold(open, "ada", "a claim", kNow, kNow).error().message(), HasSubstr("still to come"));
  EXPECT_THAT(PlaceHold(open, "ada", "a claim", kNow + kLongestHold + seconds{1}, kNow).error().message(), HasSubstr("183 days"));
  EXPECT_THAT(ReleaseHold(open, "ada", "over", kNow).error().message(), HasSubstr("under no hold"));
  const Case held = PlaceHold(open, "ada", "a claim", kNow + days{1}, kNow)->after;
  EXPECT_THAT(ReleaseHold(held, "ada", "", kNow).error().message(), HasSubstr("needs a reason"));
  NewDecision decision;
  decision.finding = Finding::kChildImage;
  decision.why = "the police have it";
  const Case image = Decide(open, "ada", decision, kNow)->after;
  EXPECT_THAT(PlaceHold(image, "ada", "a claim", kNow + days{1}, kNow).error().message(), HasSubstr("the police hold the evidence"));
}

}  // namespace
}  // namespace heed
