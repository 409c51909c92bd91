// What leaves, when, how often, and what is written down about it.
#include "src/report/outbox.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "src/casework/report.h"
#include "tests/report/crashing_clock.h"
#include "tests/report/kit.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

TEST_F(OutboxTest, SendsAfterTheHoldAndKeepsTheAnswer) {
  const CaseId id = Approved("a");
  const auto outbox = Fresh();
  EXPECT_TRUE(outbox->Run().steps.empty()) << "it may still be cancelled";
  EXPECT_THAT(outbox->WhyHeld(Look(id), Report(id)), HasSubstr("may be cancelled"));
  clock.Advance(minutes{5});
  const auto round = outbox->Run();
  ASSERT_EQ(round.steps.size(), 1u);
  EXPECT_FALSE(round.trouble);
  EXPECT_EQ(Report(id).state, ResponseState::kDone);
  EXPECT_EQ(Report(id).reference, "ref-1");
  EXPECT_THAT(Report(id).note, HasSubstr("{\"id\":\"ref-1\"}"));
  EXPECT_EQ(Seen(id), 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Fresh()->Run().steps.empty());
  EXPECT_EQ(Seen(id), 1);
}

TEST_F(OutboxTest, SendsNothingThatWasCancelled) {
  const CaseId id = Approved("a");
  Act(Cancel(Look(id), "ada", 1, "spoke to them", clock.Now()));
  clock.Advance(days{1});
  EXPECT_TRUE(Fresh()->Run().steps.empty());
  EXPECT_EQ(Seen(id), 0);
}

TEST_F(OutboxTest, WritesDownThatItSendsBeforeItSends) {
  const CaseId id = Approved("a");
  clock.Advance(minutes{5});
  platform.submit = [&](const ApprovedReport& report) {
    EXPECT_EQ(Report(id).state, ResponseState::kSending);
    return platform.File(report);
  };
  Fresh()->Run();
  EXPECT_EQ(Seen(id), 1);
}

TEST_F(OutboxTest, WhatIsNotSentIsHeldAgainForAsLongAsThePlatformAsks) {
  const CaseId id = Approved("a"), other = Approved("b");
  clock.Advance(minutes{5});
  platform.submit = [&](const ApprovedReport&) {
    ReportOutcome busy;
    busy.fate = Fate::kNotSent;
    busy.message = "asked too often";
    busy.wait = minutes{10};
    return busy;
  };
  const auto outbox = Fresh();
  EXPECT_EQ(outbox->Run().steps.size(), 1u) << "the second is not even tried: the platform asked for a pause";
  EXPECT_EQ(Report(id).state, ResponseState::kHeld);
  EXPECT_EQ(Report(id).leaves_at, clock.Now() + minutes{10});
  EXPECT_THAT(outbox->WhyHeld(Look(id), Report(id)), HasSubstr("asked too often; tried again at"));
  EXPECT_THAT(outbox->WhyHeld(Look(other), Report(other)), HasSubstr("left alone until"));
  platform.submit = nullptr;
  clock.Advance(minutes{9});
  EXPECT_TRUE(Fresh()->Run(nullptr, id).steps.empty());
  clock.Advance(minutes{1});
  outbox->Run();
  EXPECT_EQ(Seen(id), 1);
  EXPECT_EQ(Seen(other), 1);
}

TEST_F(OutboxTest, BacksOffAndHandsItToAPersonAfterAWeek) {
  const CaseId id = Approved("a");
  platform.submit = [](const ApprovedReport&) {
    ReportOutcome down;
    down.fate = Fate::kNotSent;
    down.message = "no connection";
    return down;
  };
  clock.Advance(minutes{5});
  std::vector<seconds> waits;
  for (int i = 0; i < 8; ++i) {
    Fresh()->Run();
    ASSERT_EQ(Report(id).state, ResponseState::kHeld);
    waits.push_back(std::chrono::floor<seconds>(*Report(id).leaves_at - clock.Now()));
    clock.Set(*Report(id).leaves_at);
  }
  EXPECT_LT(waits[0], seconds{40});
  EXPECT_GE(waits[7], minutes{15});
  clock.Advance(days{8});
  Fresh()->Run();
  EXPECT_EQ(Report(id).state, ResponseState::kRefused);
  EXPECT_THAT(Report(id).note, HasSubstr("could not be delivered for 7 d"));
  EXPECT_EQ(Seen(id), 0);
}

TEST_F(OutboxTest, ARefusalAndADoubtGoToAPersonAndAreNeverSentAgain) {
  for (const auto& [fate, state] : {std::pair(Fate::kRefused, ResponseState::kRefused), std::pair(Fate::kUncertain, ResponseState::kUncertain)}) {
    const CaseId id = Approved(std::string(ToString(fate)));
    clock.Advance(minutes{5});
    platform.submit = [&, fate = fate](const ApprovedReport& report) {
      auto outcome = platform.File(report);
      outcome.fate = fate;
      outcome.message = "because";
      return outcome;
    };
    Fresh()->Run();
    EXPECT_EQ(Report(id).state, state);
    EXPECT_THAT(Report(id).note, HasSubstr("because"));
    platform.submit = nullptr;
    clock.Advance(days{2});
    Fresh()->Run();
    EXPECT_EQ(Seen(id), 1);
  }
}

TEST_F(OutboxTest, APlatformWhoseTermsAreNotAcceptedGetsNothing) {
  const CaseId id = Approved("a");
  clock.Advance(minutes{5});
  auto channel = AChannel();
  channel.terms_accepted = false;
  const auto outbox = Fresh({channel});
  EXPECT_TRUE(outbox->Run().steps.empty());
  EXPECT_THAT(outbox->WhyHeld(Look(id), Report(id)), HasSubstr("accept_terms = true"));
  channel.enabled = false;
  EXPECT_TRUE(Fresh({channel})->Run().steps.empty());
  EXPECT_TRUE(Fresh({AChannel("src", "northfield")})->Run().steps.empty()) << "another school's account";
  EXPECT_EQ(Seen(id), 0);
  EXPECT_EQ(platform.made, 0) << "not even a connector was made";
}

TEST_F(OutboxTest, WhatLeftIsCountedByAccountAndTime) {
  const auto left = [&](Instant since) {
    const auto all = LeftSince(*store, since);
    EXPECT_TRUE(all);
    return all ? *all : std::map<std::string, std::uint32_t>{};
  };
  const Instant morning = clock.Now();
  Approved("a"), Approved("b");
  EXPECT_TRUE(left(morning).empty()) << "approved is not sent";
  clock.Advance(minutes{5});
  Fresh()->Run();
  const auto both = left(morning);
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(both.at("src"), 2u);
  clock.Advance(seconds{1});
  EXPECT_TRUE(left(clock.Now()).empty());
}

TEST_F(OutboxTest, APostThatItsPlatformDoesNotShowAgainIsAPersonsToLookAt) {
  static constexpr auto kNone = +[](const Post&) { return false; };
  auto card = kPlatformCard;
  card.rechecks_post = kNone;
  auto channel = AChannel();
  channel.card = &card;
  const auto id = Approved("p");
  const auto outbox = Fresh({channel});
  clock.Advance(minutes{5});
  outbox->Run();
  ASSERT_EQ(Report(id).state, ResponseState::kDone);
  clock.Advance(hours{2});
  outbox->Run();
  EXPECT_EQ(platform.looks, 0);
  EXPECT_EQ(outbox->WatcherOf(Look(id)), nullptr);
  const auto look = outbox->Look(id);
  ASSERT_FALSE(look);
  EXPECT_EQ(look.error().fault(), Fault::kUnsupported);
  EXPECT_THAT(look.error().message(), HasSubstr("record what you see"));
}

TEST_F(OutboxTest, NoMoreLeaveInADayThanTheConfigurationAllows) {
  std::vector<CaseId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Approved("p" + std::to_string(i)));
  clock.Advance(minutes{5});
  auto channel = AChannel();
  channel.per_day = 2;
  const auto total = [&] { return static_cast<int>(platform.keys.size()); };
  Fresh({channel})->Run();
  EXPECT_EQ(total(), 2);
  Fresh({channel})->Run();
  EXPECT_EQ(total(), 2) << "a new start of heed does not count afresh";
  EXPECT_THAT(Fresh({channel})->WhyHeld(Look(ids[4]), Report(ids[4])), HasSubstr("as many as reports_per_day allows"));
  clock.Advance(hours{24} + seconds{1});
  Fresh({channel})->Run();
  EXPECT_EQ(total(), 4);
  // Those that came back unsent do not count.
  clock.Advance(hours{25});
  platform.submit = [](const ApprovedReport&) {
    ReportOutcome busy;
    busy.fate = Fate::kNotSent;
    busy.message = "busy";
    return busy;
  };
  for (int i = 0; i < 4; ++i) {
    Fresh({channel})->Run();
    clock.Advance(hours{1});
  }
  platform.submit = nullptr;
  Fresh({channel})->Run();
  EXPECT_EQ(platform.seen.size(), 5u);
}

TEST_F(OutboxTest, ATextThatRepeatsThePostsWordsDoesNotLeave) {
  const CaseId id = Approved("a", "He calls them scumballs.");
  clock.Advance(minutes{5});
  Fresh()->Run();
  EXPECT_EQ(Report(id).state, ResponseState::kRefused);
  EXPECT_THAT(Report(id).note, HasSubstr("repeats words of the post (\"s...\")"));
  EXPECT_TRUE(platform.keys.empty());
}

TEST_F(OutboxTest, WhatNobodyCanSendWaitsForAPersonByHand) {
  const CaseId id = Approved("a", "It insults staff.", "by-hand");
  clock.Advance(minutes{5});
  const auto outbox = Fresh();
  EXPECT_TRUE(outbox->Run().steps.empty());
  EXPECT_THAT(outbox->WhyHeld(Look(id), Report(id)), HasSubstr("heed report show 1 1"));
  Act(FinishSending(Look(id), "ada", 1, {ResponseState::kDone, "FB-1", "support inbox says received"}, clock.Now()));
  EXPECT_EQ(Report(id).state, ResponseState::kDone);
}

TEST_F(OutboxTest, ADecisionThatWasLockedMeanwhileKeepsItsReportInTheSchool) {
  const CaseId id = Approved("a");
  // As if events had come otherwise than the acts allow: the outbox asks once more.
  Change change;
  change.after = Look(id);
  change.after.decision->finding = Finding::kSafeguarding;
  change.events = {Event{.case_id = id, .kind = EventKind::kNoted, .at = clock.Now(), .actor = "dsl", .details = "{\"why\":\"may be genuine\"}"}};
  ++change.after.events;
  ASSERT_TRUE(store->Record(change));
  clock.Advance(minutes{5});
  Fresh()->Run();
  EXPECT_EQ(Seen(id), 0);
  EXPECT_EQ(Report(id).state, ResponseState::kRefused);
}

TEST_F(OutboxTest, AfterACrashWhatWasBeingSentIsUncertain) {
  const CaseId id = Approved("a");
  clock.Advance(minutes{5});
  Act(StartSending(Look(id), "heed", 1, clock.Now(), "src"));
  const auto outbox = Fresh();
  EXPECT_TRUE(outbox->Run().steps.empty()) << "only Recover() touches what is being sent";
  const auto steps = outbox->Recover();
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 1u);
  EXPECT_TRUE(steps->front().problem);
  EXPECT_EQ(Report(id).state, ResponseState::kUncertain);
  EXPECT_TRUE(Fresh()->Recover()->empty());
  outbox->Run();
  EXPECT_EQ(Seen(id), 0);
  Act(FinishSending(Look(id), "ada", 1, {ResponseState::kDone, "found it", ""}, clock.Now()));
}

TEST_F(OutboxTest, LooksAtThePostOnAFallingScheduleAndTwiceBeforeItSaysRemoved) {
  const CaseId id = Approved("a");
  clock.Advance(minutes{5});
  const auto outbox = Fresh();
  outbox->Run();
  Act(Close(Look(id), "ada", "reported", clock.Now()));
  clock.Advance(minutes{59});
  outbox->Run();
  EXPECT_EQ(platform.looks, 0);
  clock.Advance(minutes{1});
  outbox->Run();
  outbox->Run();
  EXPECT_EQ(platform.looks, 1);
  EXPECT_EQ(Look(id).presence, "up");
  platform.look = [](const Post&) { return PresenceCheck{Presence::kUnknown, "503", std::nullopt}; };
  clock.Advance(days{1});
  outbox->Run();
  EXPECT_EQ(Look(id).presence, "unknown");
  platform.look = [](const Post&) { return PresenceCheck{Presence::kGoneByPlatform, "GET ... -> 200 {\"posts\":[]}", std::nullopt}; };
  clock.Advance(hours{1});
  outbox->Run();
  EXPECT_EQ(Look(id).presence, "gone_by_platform");
  EXPECT_FALSE(Look(id).presence_confirmed);
  clock.Advance(minutes{10});
  const auto round = outbox->Run();
  ASSERT_EQ(round.steps.size(), 1u);
  EXPECT_THAT(round.steps[0].what, HasSubstr("said twice"));
  EXPECT_TRUE(Look(id).presence_confirmed);
  const auto history = store->History(id);
  EXPECT_THAT(history->back().details, HasSubstr("{\\\"posts\\\":[]}")) << "the raw answer is kept";
  clock.Advance(days{60});
  outbox->Run();
  EXPECT_EQ(platform.looks, 4) << "and then it stops";
}

// What was answered to a look is evidence, and is kept in the same breath as what it found.
TEST_F(OutboxTest, KeepsWhatWasAnsweredToALookAndNothingOfASexualImageOfAChild) {
  platform.look = [](const Post& post) {
    HttpExchange exchange;
    exchange.url = "https://social.example/posts?uris=" + post.global_id;
    exchange.body = "{\"posts\":[]}";
    HttpRecording::Current()->Add(exchange);
    return PresenceCheck{Presence::kGoneByPlatform, "200", std::nullopt};
  };
  const auto keep = [](const Post& post, const std::vector<HttpExchange>& exchanges, std::string_view presence) -> std::optional<Event> {
    EXPECT_EQ(exchanges.size(), 1u);
    Event event;
    event.kind = EventKind::kCaptured;
    event.actor = "heed";
    event.details = "{\"of\":\"" + post.native_id + "\",\"presence\":\"" + std::string(presence) + "\"}";
    event.attachment = exchanges.front().body;
    return event;
  };
  const CaseId id = Approved("a"), image = APost("b");
  Outbox outbox(*store, http, clock, {AChannel()}, keep);
  ASSERT_TRUE(outbox.Look(id));
  const auto history = store->History(id);
  ASSERT_GE(history->size(), 2u);
  EXPECT_EQ((*history)[history->size() - 2].kind, EventKind::kChecked);
  EXPECT_EQ(history->back().kind, EventKind::kCaptured);
  EXPECT_EQ(history->back().at, clock.Now());
  EXPECT_EQ(history->back().details, "{\"of\":\"a\",\"presence\":\"gone_by_platform\"}");
  EXPECT_EQ(store->Attachment(id, history->back().sequence).value(), "{\"posts\":[]}");
  EXPECT_EQ(Look(id).events, history->size());
  Act(Decide(Look(image), "ada", {.finding = Finding::kChildImage, .why = "the police have it"}, clock.Now()));
  ASSERT_TRUE(outbox.Look(image));
  EXPECT_EQ(store->History(image)->back().kind, EventKind::kChecked);
}

TEST_F(OutboxTest, APersonCanAskForALookAtAnyTime) {
  const CaseId id = APost("a"), elsewhere = APost("b", "facebook");
  const auto step = Fresh()->Look(id);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->what, "up");
  const auto by_hand = Fresh()->Look(elsewhere);
  ASSERT_FALSE(by_hand);
  EXPECT_EQ(by_hand.error().fault(), Fault::kUnsupported);
}

TEST_F(OutboxTest, PrefersTheAccountThatWasChosenThenTheOneThatFoundThePost) {
  const CaseId id = Approved("a");
  const auto outbox = Fresh({AChannel("first"), AChannel("src"), AChannel("last")});
  EXPECT_EQ(outbox->ChannelFor(Look(id), Report(id))->spec.id, "src");
  Response chosen = Report(id);
  chosen.options = ToJson({.reason = "threat", .channel = "last"});
  EXPECT_EQ(outbox->ChannelFor(Look(id), chosen)->spec.id, "last");
  chosen.options = ToJson({.reason = "threat", .channel = "gone"});
  EXPECT_EQ(outbox->ChannelFor(Look(id), chosen), nullptr) << "never through another account than was approved";
}

TEST_F(OutboxTest, StopsBetweenTwoReportsWhenTold) {
  Approved("a"), Approved("b"), Approved("c");
  clock.Advance(minutes{5});
  Fresh()->Run([&] { return !platform.keys.empty(); });
  EXPECT_EQ(platform.keys.size(), 1u);
}

// --- hiding at the school's own place, and notices

TEST_F(OutboxTest, WhatIsToBeHiddenLeavesByTheSameDoorOnceAndIsWatched) {
  const CaseId id = APost("own");
  auto decision = ABreach("It breaks the code of conduct.");
  decision.proposals[0].kind = ResponseKind::kHide;
  decision.proposals[0].options = ToJson({.reason = "hide"});
  Act(Decide(Look(id), "ada", decision, clock.Now()));
  auto outbox = Fresh();
  outbox->Run();
  EXPECT_EQ(platform.hidden, 0) << "nobody has approved it";
  Act(Approve(Look(id), "head", 1, minutes{5}, clock.Now()));
  outbox->Run();
  EXPECT_EQ(platform.hidden, 0) << "it can still be cancelled";
  clock.Advance(minutes{5});
  outbox->Run();
  outbox->Run();
  EXPECT_EQ(platform.hidden, 1);
  EXPECT_EQ(Report(id).state, ResponseState::kDone);
  EXPECT_TRUE(NextCheck(Look(id)));
}

TEST_F(OutboxTest, AnAccountThatCannotHideIsNotUsedForIt) {
  static const ConnectorCard kReportsOnly = {"bluesky", "", "", false, {}, true, true, true, &MakePlatformConnector};
  auto channel = AChannel();
  channel.card = &kReportsOnly;
  auto outbox = Fresh({channel});
  const CaseId id = APost("elsewhere");
  EXPECT_TRUE(outbox->ChannelsFor(Look(id), ResponseKind::kHide).empty());
  EXPECT_EQ(outbox->ChannelsFor(Look(id), ResponseKind::kReport).size(), 1u);
  EXPECT_FALSE(outbox->Form(Look(id), ResponseKind::kHide));
}

TEST_F(OutboxTest, ANoticeIsAPersonsToSend) {
  const CaseId id = APost("notice");
  auto decision = ABreach("NOTICE OF COMPLAINT");
  decision.proposals[0].options = ToJson({.reason = "threat", .notice = "section-5"});
  Act(Decide(Look(id), "ada", decision, clock.Now()));
  Act(Approve(Look(id), "head", 1, minutes{0}, clock.Now()));
  auto outbox = Fresh();
  outbox->Run();
  EXPECT_EQ(platform.keys.size(), 0u);
  EXPECT_EQ(Report(id).state, ResponseState::kHeld);
  EXPECT_EQ(outbox->ChannelFor(Look(id), Report(id)), nullptr);
}

// --- crashes

// #5: the process is dropped at random points, the platform fails in every way it knows; it sees each report once or not at
// all, and the state says which.  `HEED_SOAK=1` (tests/run --soak) makes it 10,000 reports.
TEST_F(OutboxTest, OverManyCrashesEveryReportIsSeenOnceOrNotAtAllAndTheStateSaysWhich) {
  const int reports = std::getenv("HEED_SOAK") ? 10'000 : 240;
  std::map<ResponseState, int> ends;
  int crashes = 0;
  std::unique_ptr<TempFolder> place;
  for (int seed = 0; seed < reports; ++seed) {
    if (seed % 60 == 0) {
      store.reset();
      place = std::make_unique<TempFolder>();
      store = *Store::Open(place->path());
    }
    std::mt19937 dice(static_cast<unsigned>(seed));
    const auto roll = [&](unsigned n) { return static_cast<unsigned>(dice() % n); };
    const CaseId id = Approved("post-" + std::to_string(seed));
    clock.Advance(minutes{5});
    CrashingClock mortal(clock);
    platform.submit = [&](const ApprovedReport& report) -> ReportOutcome {
      if (roll(8) == 0) throw Crash();  // before a byte left
      ReportOutcome outcome;
      const unsigned way = roll(6);
      if (way >= 3) {
        outcome.fate = way == 3 ? Fate::kRefused : Fate::kNotSent;
        outcome.message = "not taken";
        if (way == 4) outcome.wait = seconds{30};
      } else if (way == 2 && roll(2) == 0) {
        outcome.fate = Fate::kUncertain;
        outcome.message = "silence";
      } else {
        outcome = platform.File(report);
        if (way == 2) outcome.fate = Fate::kUncertain, outcome.message = "cut";
      }
      if (roll(6) == 0) throw Crash();  // it has been read, and we never hear the answer
      return outcome;
    };
    bool settled = false;
    for (int life = 0; life < 60 && !settled; ++life) {
      mortal.left = roll(3) ? static_cast<int>(roll(24)) : -1;
      try {
        Outbox outbox(*store, http, mortal, {AChannel()});
        const auto recovered = outbox.Recover();
        ASSERT_TRUE(recovered) << recovered.error().message();
        for (int round = 0; round < 3; ++round) {
          const auto done = outbox.Run(nullptr, id);
          ASSERT_FALSE(done.trouble) << done.trouble->message();
          clock.Advance(minutes{roll(4)});
        }
      } catch (const Crash&) {
        ++crashes;
        if (roll(8) == 0) {
          store.reset();
          store = *Store::Open(place->path());
        }
      }
      clock.Advance(minutes{roll(20)});
      settled = Report(id).state != ResponseState::kHeld && Report(id).state != ResponseState::kSending;
      ASSERT_LE(Seen(id), 1) << "seed " << seed;
    }
    const auto state = Report(id).state;
    ++ends[state];
    switch (state) {
      case ResponseState::kDone: EXPECT_EQ(Seen(id), 1) << "seed " << seed; break;
      case ResponseState::kHeld:
      case ResponseState::kRefused: EXPECT_EQ(Seen(id), 0) << "seed " << seed; break;
      case ResponseState::kUncertain: break;
      default: ADD_FAILURE() << "seed " << seed << " ends " << ToString(state);
    }
    if (state == ResponseState::kUncertain) {
      // And nobody ever sends it again.
      platform.submit = nullptr;
      const int seen = Seen(id);
      clock.Advance(days{1});
      Outbox later(*store, http, clock, {AChannel()});
      ASSERT_TRUE(later.Recover());
      later.Run(nullptr, id);
      EXPECT_EQ(Seen(id), seen) << "seed " << seed;
    }
  }
  EXPECT_GT(crashes, reports / 2);
  EXPECT_GT(ends[ResponseState::kDone], reports / 20);
  EXPECT_GT(ends[ResponseState::kUncertain], reports / 20);
  std::cout << reports << " reports, " << crashes << " crashes:";
  for (const auto& [state, count] : ends) std::cout << " " << count << " " << ToString(state);
  std::cout << "\n";
}

}  // namespace
}  // namespace heed
