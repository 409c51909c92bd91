// What sightings and people do to cases, and that history gives the same row again.
#include "src/casework/acts.h"
#include "src/casework/observe.h"

#include <gtest/gtest.h>

#include <random>

#include "src/casework/details.h"

namespace heed {
namespace {

const Instant kNow = *ParseRfc3339("2026-11-02T08:00:00Z");

Post APost(std::string version) {
  Post post;
  post.platform = "mastodon";
  post.global_id = "https://social.example/1";
  post.version_id = std::move(version);
  post.text = "about Oakmoor School";
  post.created_at = kNow - hours{2};
  post.first_seen_at = kNow;
  return post;
}

Assessment Harmless() {
  Assessment assessment;
  assessment.mention = {true, 6, {{"name \"Oakmoor School\"", 6, 6, 20}}};
  return assessment;
}

Assessment Bad(std::uint8_t severity, std::uint32_t priority = 500) {
  Assessment assessment = Harmless();
  assessment.flag = true;
  assessment.severity = severity;
  assessment.priority = priority;
  assessment.categories = {Category::kThreat, Category::kAbuse};
  assessment.characteristics = {Characteristic::kRace};
  assessment.hits = {{"threat.kill-you", Category::kThreat, severity, 0, 5, View::kSqueezed, "a threat to \"kill\""}};
  return assessment;
}

struct Seen {
  Post post;
  Assessment assessment;
  std::uint32_t versions = 1;
  bool known = false;
};

std::optional<Change> Look(const Case* before, const Seen& seen, Instant at = kNow) {
  return Observe(before, {seen.post, seen.assessment, "oakmoor", "masto", at, seen.versions, seen.known});
}

Case Opened(const Seen& seen) {
  Case c = Look(nullptr, seen)->after;
  c.id = 12;
  return c;
}

TEST(Observe, AFlaggedPostOpensACase) {
  const auto change = Look(nullptr, {APost("1"), Bad(3)});
  ASSERT_TRUE(change);
  ASSERT_EQ(change->events.size(), 1u);
  EXPECT_EQ(change->events[0].kind, EventKind::kOpened);
  EXPECT_EQ(change->events[0].actor, "heed");
  const Case& c = change->after;
  EXPECT_EQ(c.state, CaseState::kQueued);
  EXPECT_EQ(c.school, "oakmoor");
  EXPECT_EQ(c.source, "masto");
  EXPECT_EQ(c.global_id, "https://social.example/1");
  EXPECT_EQ(c.version, "1");
  EXPECT_EQ(c.worst, "1");
  EXPECT_EQ(c.assessment, Bad(3));
  EXPECT_EQ(c.posted_at, kNow - hours{2});
  EXPECT_EQ(c.opened_at, kNow);
  EXPECT_EQ(c.events, 1u);
}

TEST(Observe, AnOldFindOfAFirstReadingWaitsInTheBacklogUntilItsAuthorChangesIt) {
  const Seen seen{APost("1"), Bad(2)};
  const auto change = Observe(nullptr, {seen.post, seen.assessment, "oakmoor", "masto", kNow, 1, false, true});
  ASSERT_TRUE(change);
  Case c = change->after;
  EXPECT_EQ(c.state, CaseState::kBacklog);
  c.id = 12;
  Event opened = change->events.front();
  opened.case_id = 12;
  EXPECT_EQ(*Fold(Case{}, opened), c);
  const auto edited = Look(&c, {APost("2"), Bad(1), 2});
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->after.state, CaseState::kQueued);
}

TEST(Observe, AHarmlessPostOpensNothing) { EXPECT_FALSE(Look(nullptr, {APost("1"), Harmless()})); }

TEST(Observe, APostThatCouldNotBeJudgedGoesToAPerson) {
  Assessment unjudged;
  unjudged.could_not_judge = "too long";
  const auto change = Look(nullptr, {APost("1"), unjudged});
  ASSERT_TRUE(change);
  EXPECT_EQ(QueueRank(change->after.assessment), 2);
}

TEST(Observe, TheSameVersionAgainChangesNothing) {
  const Case c = Opened({APost("1"), Bad(3)});
  EXPECT_FALSE(Look(&c, {APost("1"), Bad(3)}));
  EXPECT_FALSE(Look(&c, {APost("1"), Harmless()}));
}

TEST(Observe, AnEditToHarmlessWordsStaysQueuedAndShowsTheWorstVersion) {
  const Case c = Opened({APost("1"), Bad(3)});
  const auto change = Look(&c, {APost("2"), Harmless(), 2});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->events[0].kind, EventKind::kEdited);
  EXPECT_EQ(change->after.state, CaseState::kQueued);
  EXPECT_EQ(change->after.version, "2");
  EXPECT_EQ(change->after.worst, "1");
  EXPECT_EQ(change->after.assessment, Bad(3));
  EXPECT_EQ(change->after.versions, 2u);
}

TEST(Observe, TheWorstVersionIsBySeverityThenPriorityThenTheNewer) {
  Assessment unjudged = Harmless();
  unjudged.could_not_judge = "scan failed";
  struct {
    const char* what;
    Assessment earlier, later;
    const char* shown;
  } const cases[] = {
      {"worse", Bad(2), Bad(4), "2"},
      {"milder", Bad(4), Bad(2), "1"},
      {"as severe and more urgent", Bad(3, 100), Bad(3, 101), "2"},
      {"as severe and less urgent", Bad(3, 101), Bad(3, 100), "1"},
      {"as bad: the newer", Bad(3), Bad(3), "2"},
      {"unjudged counts as severity 2", Bad(1), unjudged, "2"},
      {"unjudged is below severity 3", Bad(3), unjudged, "1"},
      {"protected words are not worse for their hits", Bad(1), Harmless(), "1"},
  };
  for (const auto& each : cases) {
    const Case c = Opened({APost("1"), each.earlier});
    const auto change = Look(&c, {APost("2"), each.later, 2});
    ASSERT_TRUE(change) << each.what;
    EXPECT_EQ(change->after.worst, each.shown) << each.what;
    EXPECT_EQ(change->after.assessment, each.shown == std::string("1") ? each.earlier : each.later) << each.what;
  }
}

TEST(Observe, AnEarlierVersionSeenAgainWhileQueuedIsAStaleCopyAndNothing) {
  const Case c = Opened({APost("1"), Bad(3)});
  const Case edited = Look(&c, {APost("2"), Bad(2), 2})->after;
  EXPECT_FALSE(Look(&edited, {APost("1"), Bad(3), 2, true}));
}

TEST(Observe, AClosedCaseIsReopenedByAFlaggedVersionOnly) {
  const Case open = Opened({APost("1"), Bad(3)});
  const Case edited = Look(&open, {APost("2"), Harmless(), 2})->after;
  const Case closed = Close(edited, "head.oakmoor", "the author took it back", kNow + hours{1})->after;
  EXPECT_EQ(closed.state, CaseState::kClosed);
  EXPECT_EQ(closed.closed_at, kNow + hours{1});

  EXPECT_FALSE(Look(&closed, {APost("2"), Harmless(), 2}));
  EXPECT_FALSE(Look(&closed, {APost("3"), Harmless(), 3}));
  for (const bool earlier : {false, true}) {
    const auto change = Look(&closed, {APost(earlier ? "1" : "3"), Bad(1), 3, earlier}, kNow + hours{2});
    ASSERT_TRUE(change) << earlier;
    EXPECT_EQ(change->events[0].kind, EventKind::kReopened);
    EXPECT_EQ(change->after.state, CaseState::kQueued);
    EXPECT_EQ(change->after.assessment, Bad(1)) << "what was decided before is not shown again";
    EXPECT_EQ(change->after.opened_at, kNow + hours{2});
    EXPECT_FALSE(change->after.closed_at);
    EXPECT_EQ(change->after.id, 12u);
  }
}

TEST(Observe, ADateInTheFutureDoesNotSendAPostToTheEndOfTheQueue) {
  struct {
    std::optional<Instant> created;
    Instant seen, posted;
  } const cases[] = {
      {kNow - hours{5}, kNow, kNow - hours{5}},
      {kNow + days{90'000}, kNow, kNow},
      {std::nullopt, kNow - hours{1}, kNow - hours{1}},
      {std::nullopt, Instant{}, kNow},
      {Instant{} - days{900}, kNow, Instant{}},
  };
  for (const auto& each : cases) {
    Post post = APost("1");
    post.created_at = each.created;
    post.first_seen_at = each.seen;
    EXPECT_EQ(Opened({post, Bad(1)}).posted_at, each.posted);
  }
}

TEST(Close, NeedsAReasonAndAnOpenCase) {
  const Case c = Opened({APost("1"), Bad(3)});
  EXPECT_EQ(Close(c, "head", " ", kNow).error().fault(), Fault::kInvalid);
  const Case closed = Close(c, "head", "criticism", kNow)->after;
  EXPECT_EQ(Close(closed, "head", "criticism", kNow).error().message(), "case 12 is closed already");
}

TEST(Details, AreCanonicalJson) {
  const auto change = Look(nullptr, {APost("1"), Bad(3)});
  EXPECT_EQ(change->events[0].details,
            R"({"assessment":{"categories":["threat","abuse"],"characteristics":["race"],"could_not_judge":"","flag":true,)"
            R"("hits":[{"begin":0,"category":"threat","end":5,"rule":"threat.kill-you","severity":3,"view":"squeezed","why":"a threat to \"kill\""}],)"
            R"("mention":{"evidence":[{"begin":6,"end":20,"weight":6,"what":"name \"Oakmoor School\""}],"mentions":true,"score":6},)"
            R"("priority":500,"severity":3},"global_id":"https://social.example/1","posted_at":"2026-11-02T06:00:00Z",)"
            R"("school":"oakmoor","source":"masto","version":"1","versions":1})");
}

TEST(Details, ThatAreNotWhatTheEventNeedsAreMalformedAndNameTheKey) {
  const std::string good = Look(nullptr, {APost("1"), Bad(3)})->events[0].details;
  struct {
    std::string from, to, names;
  } const cases[] = {
      {R"("versions":1)", R"("versions":-1)", "versions"},
      {R"("versions":1)", R"("other":1)", "versions"},
      {R"("category":"threat")", R"("category":"weather")", "category"},
      {R"("categories":["threat","abuse"])", R"("categories":"threat")", "categories"},
      {R"("view":"squeezed")", R"("view":7)", "view"},
      {R"("posted_at":"2026)", R"("posted_at":"then)", "posted_at"},
      {R"("weight":6)", R"("weight":99999999999)", "weight"},
      {R"("flag":true)", R"("flag":1)", "flag"},
  };
  for (const auto& each : cases) {
    std::string details = good;
    const auto at = details.find(each.from);
    ASSERT_NE(at, details.npos) << each.from;
    details.replace(at, each.from.size(), each.to);
    const auto read = ReadFacts(EventKind::kOpened, details);
    ASSERT_FALSE(read) << each.to;
    EXPECT_EQ(read.error().fault(), Fault::kMalformed);
    EXPECT_NE(read.error().message().find(each.names), std::string::npos) << read.error().message();
  }
  for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(ReadFacts(EventKind::kOpened, good.substr(0, cut)));
}

TEST(Fold, RefusesEventsThatCannotFollow) {
  const auto change = Look(nullptr, {APost("1"), Bad(3)});
  const Case open = Opened({APost("1"), Bad(3)});
  Event event = change->events[0];
  EXPECT_EQ(Fold(open, event).error().fault(), Fault::kInvalid) << "opened twice";
  event.kind = EventKind::kReopened;
  EXPECT_EQ(Fold(open, event).error().fault(), Fault::kInvalid) << "reopened while open";
  EXPECT_EQ(Fold(Case{}, event).error().fault(), Fault::kInvalid) << "reopened before it was opened";
  event.kind = EventKind::kOpened;
  event.erased = true;
  EXPECT_EQ(Fold(Case{}, event).error().fault(), Fault::kGone);
}

// Whatever happens to a post, in any order: the row kept is the row folded from its events.
TEST(Fold, OfTheEventsIsTheKeptRow) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 dice(seed);
    const auto roll = [&](unsigned n) { return static_cast<unsigned>(dice() % n); };
    std::optional<Case> kept;
    std::vector<Event> events;
    for (unsigned step = 0; step < 30; ++step) {
      const Instant at = kNow + minutes{step};
      std::optional<Change> change;
      if (kept && roll(4) == 0) {
        if (auto closed = Close(*kept, "dsl", "reason \"\\ \xc3\xa9\n", at)) change = *closed;
      } else {
        Assessment assessment = roll(2) ? Harmless() : Bad(static_cast<std::uint8_t>(1 + roll(4)), roll(1001));
        if (roll(5) == 0) assessment.could_not_judge = "scan failed";
        if (roll(3) == 0) assessment.hits.push_back(assessment.hits.empty() ? Hit{} : assessment.hits[0]);
        Post post = APost(std::to_string(roll(5)));
        if (roll(2)) post.created_at = kNow + microseconds{static_cast<std::int64_t>(dice()) - 2'000'000'000};
        change = Look(kept ? &*kept : nullptr, {post, assessment, 1 + roll(5), roll(2) == 0}, at);
      }
      if (!change) continue;
      if (!kept) change->after.id = change->events[0].case_id = 12;
      kept = change->after;
      for (auto& event : change->events) events.push_back(event);
    }
    if (!kept) continue;
    Case folded;
    for (const auto& event : events) {
      auto next = Fold(folded, event);
      ASSERT_TRUE(next) << next.error().message();
      folded = *next;
    }
    ASSERT_EQ(folded, *kept) << "seed " << seed;
  }
}

}  // namespace
}  // namespace heed
