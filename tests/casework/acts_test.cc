// What staff may do to a case, in which order, and who may not.
#include "src/casework/acts.h"

#include <gmock/gmock.h>

#include <random>

#include "src/casework/observe.h"
#include "tests/casework/open_case.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

NewDecision ABreach(std::vector<Proposal> proposals = {}) {
  NewDecision decision;
  decision.finding = Finding::kBreach;
  decision.category = Category::kThreat;
  decision.severity = 3;
  decision.clause = "threats";
  decision.why = "says he will wait at the gate";
  decision.proposals = std::move(proposals);
  return decision;
}

NewDecision AFinding(Finding finding) {
  NewDecision decision;
  decision.finding = finding;
  decision.why = "as told";
  return decision;
}

Proposal AReport() { return {ResponseKind::kReport, "mastodon", "This post threatens a member of staff.", R"({"reason":"violence"})"}; }

Case After(const Result<Change>& change) {
  EXPECT_TRUE(change) << (change ? "" : change.error().message());
  return change ? change->after : Case{};
}

#define EXPECT_REFUSED(expression, kind, words)                    \
  do {                                                             \
    const auto refused = (expression);                             \
    ASSERT_FALSE(refused);                                         \
    EXPECT_EQ(refused.error().fault(), kind);                      \
    EXPECT_THAT(refused.error().message(), HasSubstr(words));      \
  } while (false)

TEST(Take, WhateverAPersonDoesTakesACaseOutOfTheBacklog) {
  Case old = AnOpenCase();
  old.state = CaseState::kBacklog;
  EXPECT_EQ(After(Take(old, "ada", kNow)).state, CaseState::kQueued);
  EXPECT_EQ(After(Claim(old, "ada", kNow)).state, CaseState::kQueued);
  EXPECT_EQ(After(Assign(old, "ada", "ben", "", kNow)).state, CaseState::kQueued);
  EXPECT_EQ(After(Decide(old, "ada", AFinding(Finding::kCriticism), kNow)).state, CaseState::kClosed);
  EXPECT_REFUSED(Take(AnOpenCase(), "ada", kNow), Fault::kInvalid, "not in the backlog");
}

TEST(Claim, IsALeaseThatOthersSeeAndThatRunsOutByItself) {
  const Case held = After(Claim(AnOpenCase(), "ada", kNow, minutes{30}));
  EXPECT_EQ(HolderAt(held, kNow + minutes{29}), "ada");
  EXPECT_EQ(held.state, CaseState::kQueued) << "a claimed case stays in the queue";
  EXPECT_REFUSED(Claim(held, "ben", kNow + minutes{29}), Fault::kBusy, "worked on by ada until");
  EXPECT_REFUSED(Decide(held, "ben", AFinding(Finding::kCriticism), kNow + minutes{1}), Fault::kBusy, "ada");
  EXPECT_EQ(HolderAt(After(Claim(held, "ada", kNow + minutes{20}, minutes{30})), kNow + minutes{45}), "ada") << "renewed";
  EXPECT_EQ(HolderAt(held, kNow + minutes{30}), "");
  EXPECT_EQ(HolderAt(After(Claim(held, "ben", kNow + minutes{30})), kNow + minutes{31}), "ben");
  EXPECT_REFUSED(Release(held, "ben", kNow), Fault::kBusy, "ada");
  EXPECT_EQ(HolderAt(After(Release(held, "ada", kNow)), kNow), "");
}

TEST(Assign, HandsOverWithANoteAndEndsTheLease) {
  const Case given = After(Assign(After(Claim(AnOpenCase(), "ada", kNow)), "ben", "cat", "you know the family", kNow));
  EXPECT_EQ(given.assigned_to, "cat");
  EXPECT_EQ(HolderAt(given, kNow), "");
}

TEST(Snooze, EndsAtItsTimeOrWhenThePostChanges) {
  const Case asleep = After(Snooze(AnOpenCase(), "ada", kNow + hours{20}, "waits for the mentor", kNow));
  EXPECT_EQ(asleep.snoozed_until, kNow + hours{20});
  EXPECT_REFUSED(Snooze(AnOpenCase(), "ada", kNow, "", kNow), Fault::kInvalid, "ahead");
  Post edited;
  edited.global_id = asleep.global_id;
  edited.version_id = "2";
  const auto seen = Observe(&asleep, {edited, {}, "oakmoor", "masto", kNow + hours{1}, 2, false});
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->after.snoozed_until);
}

TEST(Decide, NeedsAReasonAndOfABreachItsCategoryAndSeverity) {
  NewDecision decision = AFinding(Finding::kBreach);
  EXPECT_REFUSED(Decide(AnOpenCase(), "ada", decision, kNow), Fault::kInvalid, "category and its severity");
  decision = ABreach();
  decision.why = "  ";
  EXPECT_REFUSED(Decide(AnOpenCase(), "ada", decision, kNow), Fault::kInvalid, "reason");
  EXPECT_REFUSED(Decide(AnOpenCase(), "", ABreach(), kNow), Fault::kInvalid, "name");
  EXPECT_REFUSED(Decide(After(Decide(AnOpenCase(), "ada", ABreach(), kNow)), "ben", ABreach(), kNow), Fault::kInvalid, "decided by ada already");
}

TEST(Decide, CriticismClosesTheCaseAndABreachLeavesItWithWhoResponds) {
  const Case criticism = After(Decide(AnOpenCase(), "ada", AFinding(Finding::kCriticism), kNow));
  EXPECT_EQ(criticism.state, CaseState::kClosed);
  EXPECT_EQ(criticism.closed_at, kNow);
  EXPECT_EQ(RulingOf(criticism), Ruling::kDismissed);
  const Case breach = After(Decide(AnOpenCase(), "ada", ABreach(), kNow));
  EXPECT_EQ(breach.state, CaseState::kResponding);
  EXPECT_EQ(RulingOf(breach), Ruling::kUpheld);
  EXPECT_EQ(After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow)).state, CaseState::kApproval);
  EXPECT_EQ(RulingOf(After(Decide(AnOpenCase(), "ada", AFinding(Finding::kNotOurs), kNow))), Ruling::kNone) << "says nothing about the words";
}

TEST(Decide, LocksWhatAFindingLocks) {
  const Proposal police{ResponseKind::kPolice, "police", "Called 999 at 8:01, log 17.", ""};
  struct {
    Finding finding;
    ResponseKind kind;
    bool allowed;
  } const cases[] = {
      {Finding::kSafeguarding, ResponseKind::kReport, false}, {Finding::kSafeguarding, ResponseKind::kLegal, true},
      {Finding::kChildImage, ResponseKind::kReport, false},   {Finding::kChildImage, ResponseKind::kPolice, true},
      {Finding::kCriticism, ResponseKind::kReport, false},    {Finding::kCriticism, ResponseKind::kLetter, false},
      {Finding::kCriticism, ResponseKind::kComplaints, true}, {Finding::kNotOurs, ResponseKind::kReport, false},
      {Finding::kBreach, ResponseKind::kReport, true},        {Finding::kDanger, ResponseKind::kPolice, true},
  };
  for (const auto& each : cases) {
    NewDecision decision = each.finding == Finding::kBreach ? ABreach() : AFinding(each.finding);
    decision.proposals = {{each.kind, "somebody", "some words", ""}};
    EXPECT_EQ(Decide(AnOpenCase(), "ada", decision, kNow).has_value(), each.allowed) << ToString(each.finding) << " " << ToString(each.kind);
  }
  NewDecision danger = AFinding(Finding::kDanger);
  danger.proposals = {police};
  const Case called = After(Decide(AnOpenCase(), "ada", danger, kNow));
  EXPECT_EQ(called.responses[0].state, ResponseState::kDone) << "nobody waits for an approval to ring 999";
}

// Promise 1: nothing leaves the school without a named person's approval.
TEST(Approve, IsForASecondPersonAndNobodyElse) {
  const Case proposed = After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow));
  EXPECT_REFUSED(Approve(proposed, "ada", 1, minutes{5}, kNow), Fault::kDenied, "somebody else must approve");
  EXPECT_REFUSED(Approve(proposed, "heed", 1, minutes{5}, kNow), Fault::kDenied, "only a person");
  EXPECT_REFUSED(Approve(proposed, "", 1, minutes{5}, kNow), Fault::kInvalid, "name");
  EXPECT_REFUSED(Approve(proposed, "head", 2, minutes{5}, kNow), Fault::kNotFound, "no response 2");
  EXPECT_REFUSED(StartSending(proposed, "heed", 1, kNow), Fault::kInvalid, "cannot be sent");
  const Case held = After(Approve(proposed, "head", 1, minutes{5}, kNow));
  EXPECT_EQ(held.responses[0].state, ResponseState::kHeld);
  EXPECT_EQ(held.responses[0].decided_by, "head");
  EXPECT_EQ(held.state, CaseState::kResponding);
  EXPECT_REFUSED(Approve(held, "head", 1, minutes{5}, kNow), Fault::kInvalid, "is held");
}

TEST(Hold, LetsAnybodyCancelUntilItIsOver) {
  const Case held = After(Approve(After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow)), "head", 1, minutes{5}, kNow));
  EXPECT_REFUSED(StartSending(held, "heed", 1, kNow + minutes{5} - seconds{1}), Fault::kInvalid, "may be cancelled until");
  EXPECT_REFUSED(FinishSending(held, "ada", 1, {}, kNow + minutes{1}), Fault::kInvalid, "may be cancelled until");
  EXPECT_EQ(After(Cancel(held, "ada", 1, "wrong post", kNow + minutes{4})).responses[0].state, ResponseState::kCancelled);
  const Case sending = After(StartSending(held, "heed", 1, kNow + minutes{5}));
  EXPECT_REFUSED(Cancel(sending, "ada", 1, "", kNow + minutes{5}), Fault::kInvalid, "is sending");
  EXPECT_REFUSED(StartSending(sending, "heed", 1, kNow + minutes{6}), Fault::kInvalid, "is sending");
}

TEST(Sending, EndsDoneRefusedOrUncertainAndUncertainIsForAPerson) {
  const Case held = After(Approve(After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow)), "head", 1, seconds{0}, kNow));
  const Case sending = After(StartSending(held, "heed", 1, kNow));
  const Case done = After(FinishSending(sending, "heed", 1, {ResponseState::kDone, "report-77", "thank you"}, kNow));
  EXPECT_EQ(done.responses[0].reference, "report-77");
  EXPECT_EQ(done.responses[0].note, "thank you");
  EXPECT_EQ(done.responses[0].done_at, kNow);
  EXPECT_REFUSED(FinishSending(done, "heed", 1, {}, kNow), Fault::kInvalid, "is done");
  const Case uncertain = After(FinishSending(sending, "heed", 1, {ResponseState::kUncertain, "", "the connection broke"}, kNow));
  EXPECT_REFUSED(StartSending(uncertain, "heed", 1, kNow), Fault::kInvalid, "is uncertain");  // never sent twice
  EXPECT_REFUSED(Close(uncertain, "ada", "done with", kNow), Fault::kInvalid, "uncertain");
  EXPECT_EQ(After(FinishSending(uncertain, "ada", 1, {ResponseState::kRefused, "", "not there"}, kNow)).responses[0].state, ResponseState::kRefused);
  EXPECT_REFUSED(FinishSending(sending, "heed", 1, {ResponseState::kHeld, "", ""}, kNow), Fault::kInvalid, "done, refused or uncertain");
  const Case refused = After(FinishSending(uncertain, "ada", 1, {ResponseState::kRefused, "", "not there", kNow + days{14}}, kNow));
  EXPECT_EQ(refused.responses[0].appeal_by, kNow + days{14});
  EXPECT_FALSE(refused.responses[0].leaves_at) << "what was refused waits for nothing";
  EXPECT_FALSE(done.responses[0].appeal_by);
}

TEST(SendBack, NeedsWordsAndTheProposerTriesAgain) {
  const Case proposed = After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow));
  EXPECT_REFUSED(SendBack(proposed, "head", 1, "", kNow), Fault::kInvalid, "what should be different");
  const Case back = After(SendBack(proposed, "head", 1, "say which clause", kNow));
  EXPECT_EQ(back.responses[0].state, ResponseState::kSentBack);
  const Case again = After(Propose(back, "ada", AReport(), kNow));
  EXPECT_EQ(again.responses[1].number, 2u);
  EXPECT_EQ(again.state, CaseState::kApproval);
  EXPECT_EQ(After(Decline(again, "head", 2, "a talk will do", kNow)).state, CaseState::kResponding);
}

TEST(Undo, PutsTheCaseBackUnlessSomethingWasApproved) {
  const Case proposed = After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow));
  const Case undone = After(Undo(proposed, "ada", "wrong case", kNow));
  EXPECT_EQ(undone.state, CaseState::kQueued);
  EXPECT_FALSE(undone.decision);
  EXPECT_EQ(undone.responses[0].state, ResponseState::kCancelled);
  const Case closed = After(Decide(AnOpenCase(), "ada", AFinding(Finding::kCriticism), kNow));
  EXPECT_EQ(After(Undo(closed, "ada", "read it again", kNow)).state, CaseState::kQueued);
  EXPECT_FALSE(After(Undo(closed, "ada", "read it again", kNow)).closed_at);
  EXPECT_REFUSED(Undo(After(Approve(proposed, "head", 1, minutes{5}, kNow)), "ada", "oh", kNow), Fault::kInvalid, "cancel it first");
  EXPECT_REFUSED(Undo(AnOpenCase(), "ada", "oh", kNow), Fault::kInvalid, "no decision");
}

TEST(Checked, TellsWhetherThePostIsStillUp) {
  const Case gone = After(Checked(After(Decide(AnOpenCase(), "ada", ABreach(), kNow)), "heed", "gone_by_author", "404", kNow + hours{1}));
  EXPECT_EQ(gone.presence, "gone_by_author");
  EXPECT_EQ(gone.checked_at, kNow + hours{1});
}

TEST(Checked, GoneCountsWhenItIsSaidTwiceMinutesApart) {
  const Case decided = After(Decide(AnOpenCase(), "ada", ABreach(), kNow));
  const auto then = [](const Case& c, std::string_view presence, minutes later) { return After(Checked(c, "heed", presence, "raw", kNow + later)); };
  const Case once = then(decided, "gone_unknown", minutes{0});
  EXPECT_FALSE(once.presence_confirmed);
  EXPECT_FALSE(then(once, "gone_unknown", minutes{1}).presence_confirmed) << "too soon after";
  EXPECT_TRUE(then(once, "gone_by_author", minutes{10}).presence_confirmed) << "who removed it may be learned later";
  EXPECT_FALSE(then(then(once, "unknown", minutes{10}), "gone_unknown", minutes{20}).presence_confirmed) << "could not look in between";
  EXPECT_FALSE(then(then(once, "gone_unknown", minutes{10}), "up", minutes{20}).presence_confirmed);
  EXPECT_TRUE(then(then(once, "gone_unknown", minutes{10}), "gone_unknown", minutes{11}).presence_confirmed);
  EXPECT_REFUSED(Checked(decided, "heed", "vanished", "", kNow), Fault::kInvalid, "there are: up, up_edited");
}

TEST(Report, IsOnePerDecisionUnlessItCameToNothing) {
  const Case proposed = After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow));
  EXPECT_REFUSED(Propose(proposed, "ada", AReport(), kNow), Fault::kInvalid, "one decision, one report");
  Proposal elsewhere = AReport();
  elsewhere.to = "section-5";
  EXPECT_TRUE(Propose(proposed, "ada", elsewhere, kNow));
  EXPECT_TRUE(Propose(After(Decline(proposed, "head", 1, "too harsh", kNow)), "ada", AReport(), kNow));
  const Case sending = After(StartSending(After(Approve(proposed, "head", 1, minutes{5}, kNow)), "heed", 1, kNow + minutes{5}, "masto"));
  EXPECT_REFUSED(Propose(sending, "ada", AReport(), kNow + minutes{6}), Fault::kInvalid, "is sending");
  for (const auto& [outcome, again] : {std::pair(ResponseState::kDone, false), std::pair(ResponseState::kUncertain, false), std::pair(ResponseState::kRefused, true)})
    EXPECT_EQ(static_cast<bool>(Propose(After(FinishSending(sending, "heed", 1, {outcome, "", ""}, kNow + minutes{6})), "ada", AReport(), kNow + minutes{7})), again) << ToString(outcome);
}

TEST(Postpone, HoldsAgainWhatDidNotLeave) {
  const Case held = After(Approve(After(Decide(AnOpenCase(), "ada", ABreach({AReport()}), kNow)), "head", 1, minutes{5}, kNow));
  EXPECT_REFUSED(Postpone(held, "heed", 1, kNow + hours{1}, "", kNow), Fault::kInvalid, "is held");
  const Case sending = After(StartSending(held, "heed", 1, kNow + minutes{5}, "masto"));
  const Case again = After(Postpone(sending, "heed", 1, kNow + hours{1}, "asked too often", kNow + minutes{6}));
  EXPECT_EQ(again.responses[0].state, ResponseState::kHeld);
  EXPECT_EQ(again.responses[0].leaves_at, kNow + hours{1});
  EXPECT_EQ(again.responses[0].note, "asked too often");
  EXPECT_REFUSED(StartSending(again, "heed", 1, kNow + minutes{59}), Fault::kInvalid, "nothing leaves before that");
  EXPECT_TRUE(Cancel(again, "ada", 1, "thought better of it", kNow + minutes{10}));
}

// Whatever people try, in any order: the row kept is the row folded from its events, what was approved was approved by somebody
// else than its proposer, and what left was approved and past its hold.
TEST(Acts, FoldToTheKeptRowAndNeverLetAnythingOutUnapproved) {
  const std::vector<std::string> people = {"ada", "ben", "head"};
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 dice(seed);
    const auto roll = [&](unsigned n) { return static_cast<unsigned>(dice() % n); };
    Case kept = AnOpenCase();
    std::vector<Event> events;
    Case folded = kept;
    Instant at = kNow;
    for (unsigned step = 0; step < 40; ++step) {
      at += minutes{roll(10)};
      const std::string& who = people[roll(3)];
      const std::uint32_t number = 1 + roll(3);
      NewDecision decision = roll(2) ? ABreach({AReport()}) : AFinding(kFindings[roll(kFindings.size())]);
      Result<Change> change = Fail(Fault::kInvalid, "");
      switch (roll(15)) {
        case 0: change = Claim(kept, who, at); break;
        case 1: change = Release(kept, who, at); break;
        case 2: change = Assign(kept, who, people[roll(3)], "n", at); break;
        case 3: change = Snooze(kept, who, at + hours{1}, "", at); break;
        case 4: change = AddNote(kept, who, "n \"\\ \xc3\xa9", at); break;
        case 5: change = Decide(kept, who, decision, at); break;
        case 6: change = Undo(kept, who, "w", at); break;
        case 7: change = Propose(kept, who, AReport(), at); break;
        case 8: change = Approve(kept, who, number, minutes{5}, at); break;
        case 9: change = roll(2) ? SendBack(kept, who, number, "w", at) : Decline(kept, who, number, "w", at); break;
        case 10: change = Cancel(kept, who, number, "w", at); break;
        case 11: change = StartSending(kept, "heed", number, at); break;
        case 12: change = FinishSending(kept, "heed", number, {kResponseStates[roll(kResponseStates.size())], "r", "a"}, at); break;
        case 13: change = Postpone(kept, "heed", number, at + minutes{roll(20)}, "w", at); break;
        default: change = roll(3) ? Checked(kept, "heed", "up", "", at) : Close(kept, who, "w", at); break;
      }
      if (!change) continue;
      kept = change->after;
      for (const auto& event : change->events) {
        auto next = Fold(folded, event);
        ASSERT_TRUE(next) << next.error().message();
        folded = *next;
      }
      ASSERT_EQ(folded, kept) << "seed " << seed;
      for (const auto& response : kept.responses) {
        const bool left = response.state == ResponseState::kSending || response.state == ResponseState::kDone || response.state == ResponseState::kUncertain || response.state == ResponseState::kRefused;
        if (!left) continue;
        ASSERT_FALSE(response.decided_by.empty());
        ASSERT_NE(response.decided_by, response.proposed_by);
        ASSERT_TRUE(response.leaves_at && *response.leaves_at <= at);
      }
    }
  }
}

}  // namespace
}  // namespace heed
