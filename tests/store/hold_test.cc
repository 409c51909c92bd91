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

// platforms.md's two stores: the working copy obeys the platform, the evidence copy is a decision.
TEST_F(HeldCases, KeepWhatIsGoneFromItsPlatformAndOthersDoNot) {
  const auto gone = [&](CaseId id) {
    Change captured;
    captured.after = Look(id);
    for (const char* actor : {"heed", "ada"}) {
      Event& event = captured.events.emplace_back();
      event.case_id = id;
      event.kind = EventKind::kCaptured;
      event.at = kStart;
      event.actor = actor;
      event.details = "{\"by\":\"" + std::string(actor) + "\"}";
      event.attachment = "captured by " + std::string(actor);
      ++captured.after.events;
    }
    ASSERT_TRUE(store_->Record(captured));
    Act(Checked(Look(id), "heed", "gone_by_platform", "", kStart));
    Act(Checked(Look(id), "heed", "gone_by_platform", "", kStart + hours{1}));
  };
  gone(1), gone(2);
  Act(PlaceHold(Look(1), "ada", "a claim", kStart + days{90}, kStart + hours{2}));
  EXPECT_EQ(store_->Expire(kStart + days{14}, {})->withdrawn, 0u) << "time to decide";
  EXPECT_EQ(store_->Expire(kStart + days{16}, {})->withdrawn, 1u);
  EXPECT_EQ(store_->Expire(kStart + days{17}, {})->withdrawn, 0u);
  EXPECT_FALSE(Look(1).withdrawn_at);
  EXPECT_NE(store_->PostOf(Look(1))->versions[0].post.text, "");
  const Case withdrawn = Look(2);
  EXPECT_EQ(withdrawn.withdrawn_at, kStart + days{16});
  const auto post = store_->PostOf(withdrawn);
  ASSERT_TRUE(post);
  EXPECT_EQ(post->versions[0].post.text, "");
  EXPECT_EQ(post->versions[0].post.author, Author{});
  EXPECT_EQ(&post->Version(withdrawn.worst), &post->versions[0]);
  const auto history = store_->History(2).value();
  EXPECT_EQ(history.back().kind, EventKind::kWithdrawn) << "a tombstone, not a hole";
  for (const auto& event : history) {
    if (event.kind != EventKind::kCaptured) continue;
    EXPECT_EQ(event.erased, event.actor == "heed") << "what a person captured from the public page stays";
    EXPECT_EQ(store_->Attachment(2, event.sequence).has_value(), event.actor == "ada");
  }
  EXPECT_EQ(store_->VerifyChain()->broken, std::nullopt);
  // The row is still what its events make of it.
  Case folded;
  for (const auto& event : history) folded = Fold(folded, event).value();
  EXPECT_EQ(folded, withdrawn);
  // Released, the first goes the same way.
  Act(ReleaseHold(Look(1), "head", "settled", kStart + days{20}));
  EXPECT_EQ(store_->Expire(kStart + days{20}, {})->withdrawn, 1u);
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
