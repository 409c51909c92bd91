// What may be done to several cases at once, and taking it back.
#include "src/casework/bulk.h"

#include <gmock/gmock.h>

#include "src/casework/details.h"
#include "src/casework/observe.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

const Instant kNow = *ParseRfc3339("2026-11-03T10:00:00Z");

Case ACase() {
  Case c;
  c.id = 7;
  c.school = "oakmoor";
  c.events = 1;
  c.assessment.flag = true;
  c.opened_at = c.posted_at = kNow - hours{3};
  return c;
}

BulkAct Deciding(Finding finding) {
  BulkAct act;
  act.verb = BulkVerb::kDecide;
  act.decision.finding = finding;
  act.decision.why = "the same joke forty times";
  if (finding == Finding::kBreach) act.decision.category = Category::kAbuse, act.decision.severity = 2;
  return act;
}

Batch Of(const BulkAct& act, const Case& before, const Case& after) {
  Batch batch;
  batch.id = "b";
  batch.verb = act.verb;
  batch.items = {{after.id, after.events, before.assigned_to, before.snoozed_until}};
  return batch;
}

TEST(Bulk, WhatLocksACaseIsDecidedOneAtATime) {
  for (const auto finding : kFindings) {
    const bool bulk = std::find(kBulkFindings.begin(), kBulkFindings.end(), finding) != kBulkFindings.end();
    EXPECT_EQ(DoInBulk(ACase(), Deciding(finding), "ben", kNow, "b").has_value(), bulk) << ToString(finding);
  }
}

TEST(Bulk, WhatIsDecidedHeldOrClosedIsLeftOut) {
  Case decided = ACase(), held = ACase(), closed = ACase();
  decided.decision = Decision{Finding::kSafeguarding, {}, 0, "", "an allegation", "amina", kNow};
  held.holder = "amina";
  held.held_until = kNow + minutes{5};
  closed.state = CaseState::kClosed;
  EXPECT_THAT(DoInBulk(decided, Deciding(Finding::kCriticism), "ben", kNow, "b").error().message(), HasSubstr("was decided by amina"));
  BulkAct claim, assign, snooze;
  assign.verb = BulkVerb::kAssign;
  snooze.verb = BulkVerb::kSnooze;
  snooze.until = kNow + hours{4};
  for (const auto& act : {claim, assign, snooze, Deciding(Finding::kCriticism)}) {
    EXPECT_THAT(DoInBulk(held, act, "ben", kNow, "b").error().message(), HasSubstr("is being worked on by amina"));
    EXPECT_THAT(DoInBulk(closed, act, "ben", kNow, "b").error().message(), HasSubstr("is closed"));
  }
  EXPECT_FALSE(DoInBulk(decided, snooze, "ben", kNow, "b"));
}

TEST(Bulk, EveryVerbIsDoneMarkedAndTakenBack) {
  Case assigned = ACase();
  assigned.assigned_to = "amina";
  Case sleeping = ACase();
  sleeping.snoozed_until = kNow + hours{1};
  Case mine = ACase();
  mine.holder = "ben";
  mine.held_until = kNow + minutes{10};
  BulkAct claim, release, assign, snooze;
  release.verb = BulkVerb::kRelease;
  assign.verb = BulkVerb::kAssign;
  assign.to = "cara";
  snooze.verb = BulkVerb::kSnooze;
  snooze.until = kNow + hours{4};
  const std::pair<Case, BulkAct> all[] = {{ACase(), claim}, {mine, release}, {assigned, assign}, {ACase(), snooze}, {sleeping, snooze}, {ACase(), Deciding(Finding::kCriticism)}, {ACase(), Deciding(Finding::kBreach)}};
  for (const auto& [before, act] : all) {
    SCOPED_TRACE(ToString(act.verb));
    EXPECT_FALSE(InWords(act, before).empty());
    const auto done = DoInBulk(before, act, "ben", kNow, "b");
    ASSERT_TRUE(done) << done.error().message();
    for (const auto& event : done->events) EXPECT_EQ(ReadAct(event.details)->batch, "b");
    const auto undone = UndoInBulk(done->after, Of(act, before, done->after), Of(act, before, done->after).items[0], "ben", kNow + minutes{1}, "u");
    ASSERT_TRUE(undone) << undone.error().message();
    EXPECT_EQ(undone->events.size(), 1u) << "an event of its own";
    const Case& after = undone->after;
    EXPECT_EQ(after.assigned_to, before.assigned_to);
    EXPECT_EQ(after.snoozed_until, before.snoozed_until);
    EXPECT_EQ(after.state, before.state);
    EXPECT_EQ(after.decision, before.decision);
    EXPECT_EQ(after.holder, before.holder);
  }
}

TEST(Bulk, WhatWasChangedSinceIsNotTakenBack) {
  const BulkAct act = Deciding(Finding::kBreach);
  const auto done = DoInBulk(ACase(), act, "ben", kNow, "b");
  const Batch batch = Of(act, ACase(), done->after);
  const auto noted = AddNote(done->after, "amina", "rang the mentor", kNow);
  EXPECT_THAT(UndoInBulk(noted->after, batch, batch.items[0], "ben", kNow, "u").error().message(), HasSubstr("was changed since"));
  BulkAct claim;
  const auto claimed = DoInBulk(ACase(), claim, "ben", kNow, "b");
  const Batch claims = Of(claim, ACase(), claimed->after);
  EXPECT_THAT(UndoInBulk(claimed->after, claims, claims.items[0], "ben", kNow + hours{1}, "u").error().message(), HasSubstr("held by nobody"));
}

TEST(Bulk, CriticismClosesAndABreachWaits) {
  EXPECT_EQ(DoInBulk(ACase(), Deciding(Finding::kCriticism), "ben", kNow, "b")->after.state, CaseState::kClosed);
  EXPECT_THAT(InWords(Deciding(Finding::kCriticism), ACase()), HasSubstr("and closed"));
  EXPECT_NE(DoInBulk(ACase(), Deciding(Finding::kBreach), "ben", kNow, "b")->after.state, CaseState::kClosed);
  EXPECT_THAT(InWords(Deciding(Finding::kBreach), ACase()), HasSubstr("wait for a response"));
}

}  // namespace
}  // namespace heed
