// Retention passes over cases under a legal hold, finds them again when they are released, and finds the holds to be looked at.
#include <gtest/gtest.h>

#include "src/casework/acts.h"
#include "tests/store/kit.h"

namespace heed {
namespace {

class HeldCases : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = Store::Open(folder_.path()).value();
    ASSERT_TRUE(store_->Commit(APage("oakmoor", {{APost("a"), Bad(3)}, {APost("b"), Bad(3)}}), Observe));
  }
  void Act(const Result<Change>& change) {
    ASSERT_TRUE(change) << change.error().message();
    const auto recorded = store_->Record(*change);
    ASSERT_TRUE(recorded) << recorded.error().message();
  }
  Case Look(CaseId id) { return store_->FindCase(id).value(); }
  void CloseIt(CaseId id) {
    NewDecision decision;
    decision.finding = Finding::kCriticism;
    decision.why = "an opinion";
    Act(Decide(Look(id), "ada", decision, kStart));
  }
  std::vector<CaseId> ToReview(Instant by) {
    std::vector<CaseId> ids;
    const auto due = store_->HoldsToReview(by);
    EXPECT_TRUE(due);
    for (const auto& c : *due) ids.push_back(c.id);
    return ids;
  }
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(HeldCases, AreKeptBeyondTheirTimeAndGoOnceReleased) {
  CloseIt(1), CloseIt(2);
  Act(PlaceHold(Look(1), "ada", "a claim", kStart + days{180}, kStart));
  EXPECT_EQ(store_->Expire(kStart + days{367}, {})->cases_erased, 1u) << "the other one";
  EXPECT_EQ(store_->Expire(kStart + days{3000}, {})->cases_erased, 0u);
  EXPECT_TRUE(store_->PostOf(Look(1)));
  Act(ReleaseHold(Look(1), "head", "settled", kStart + days{3000}));
  EXPECT_EQ(store_->Expire(kStart + days{3000}, {})->cases_erased, 1u);
  EXPECT_EQ(store_->FindCase(1).error().fault(), Fault::kGone);
  const auto chain = store_->VerifyChain();
  ASSERT_TRUE(chain);
  EXPECT_FALSE(chain->broken) << *chain->broken;
  // The hold itself stays in the chain as an event without its words.
  const auto history = store_->History(1);
  ASSERT_TRUE(history);
  EXPECT_EQ(history->back().kind, EventKind::kErased);
  EXPECT_TRUE((*history)[history->size() - 2].erased);
}

TEST_F(HeldCases, AreFoundWhenTheirReviewIsDueLongestFirst) {
  Act(PlaceHold(Look(2), "ada", "a report to the police", kStart + days{90}, kStart));
  Act(PlaceHold(Look(1), "ada", "a claim", kStart + days{30}, kStart));
  EXPECT_EQ(ToReview(kStart + days{29}), std::vector<CaseId>{});
  EXPECT_EQ(ToReview(kStart + days{30}), std::vector<CaseId>{1});
  EXPECT_EQ(ToReview(kStart + days{200}), (std::vector<CaseId>{1, 2}));
  Act(PlaceHold(Look(1), "ada", "a claim", kStart + days{150}, kStart + days{31}));
  EXPECT_EQ(ToReview(kStart + days{100}), std::vector<CaseId>{2}) << "looked at, and moved on";
  Act(ReleaseHold(Look(2), "head", "nothing came of it", kStart + days{95}));
  EXPECT_EQ(ToReview(kStart + days{200}), std::vector<CaseId>{1});
  // It is read back as it was written.
  const auto held = Look(1).hold;
  store_.reset();
  store_ = Store::Open(folder_.path()).value();
  EXPECT_EQ(Look(1).hold, held);
}

}  // namespace
}  // namespace heed
