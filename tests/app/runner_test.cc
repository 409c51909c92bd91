// The runner: pages of a scripted connector, judged, and kept together with how far the source was read.
#include "src/app/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <deque>

#include "src/app/desk.h"
#include "src/base/log.h"
#include "tests/app/numpty_judge.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What the connector under test answers, in turn, and the cursors it was asked with.
struct Script {
  std::deque<Result<Page>> answers;
  std::vector<std::string> asked;
};
Script* script = nullptr;  // a card's make() is a plain function

class Scripted : public Connector {
 public:
  Result<Page> Fetch(const Cursor& cursor) override {
    script->asked.push_back(cursor.value);
    if (script->answers.empty()) return Fail(Fault::kIo, "the script is over");
    auto answer = std::move(script->answers.front());
    script->answers.pop_front();
    return answer;
  }
};

const ConnectorCard kCard{.name = "scripted", .summary = "", .terms = "", .terms_must_be_accepted = false, .settings = {}, .collects = true, .reports = false,
                          .rechecks = false,
                          .make = [](const SourceSpec&, const School&, ConnectorTools) -> Result<std::unique_ptr<Connector>> { return std::make_unique<Scripted>(); }};

Post APost(std::string id, std::string text) {
  Post post;
  post.platform = "test";
  post.global_id = post.native_id = std::move(id);
  post.text = std::move(text);
  return post;
}

// A page after which the source is up to date.
Page APage(std::string next, std::vector<Post> posts, bool more = false) {
  Page page;
  page.posts = std::move(posts);
  page.next.value = std::move(next);
  page.more = more;
  return page;
}

constexpr const char* kBad = "Oakmoor School is run by numpties";

const Judge& TheJudge() {
  static const Judge judge = NumptyJudge({NamedSchool("oakmoor", "Oakmoor School"), NamedSchool("tarnside", "Tarnside Academy")});
  return judge;
}

class RunnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    script = &script_;
    config_.schools = TheJudge().schools();
    for (std::size_t school = 0; school < 2; ++school) {
      SourceEntry entry{.spec = {}, .card = &kCard, .school = school, .schedule = *Schedule::Every("15m"), .place = {}};
      entry.spec.id = "source-" + config_.schools[school].id;
      entry.spec.school = config_.schools[school].id;
      entry.spec.connector = "scripted";
      config_.sources.push_back(entry);
    }
    Restart();
  }
  // As heed does: everything in memory is gone.
  void Restart() {
    runner_.reset();
    store_.reset();
    auto opened = Store::Open(folder_.path());
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = *std::move(opened);
    runner_ = std::make_unique<Runner>(config_, live_, *store_, http_, clock_);
  }
  SourceRun Run(std::size_t source = 0) { return runner_->Run(config_.sources[source], nullptr); }
  SourceRun Run(Result<Page> answer) {
    script_.answers.push_back(std::move(answer));
    return Run();
  }
  SourceState State(std::size_t source = 0) { return *store_->Source(config_.sources[source].spec.id); }
  std::optional<Instant> Due() { return NextDue(config_.sources[0], State(), clock_.Now()); }
  std::vector<Case> Queue() { return *store_->Queue({}); }

  TempFolder folder_;
  FakeClock clock_{"2026-11-02 08:00"};
  HttpClient http_{{.user_agent = "heed-test", .ca_file = {}}};
  Config config_;
  Script script_;
  std::unique_ptr<Store> store_;
  LiveJudge live_{TheJudge()};
  std::unique_ptr<Runner> runner_;
};

TEST_F(RunnerTest, KeepsWhatWasLeftAtTheSchoolsOwnPlaceThoughItDoesNotNameIt) {
  Page page = APage("1", {APost("a", "run by numpties, all of them"), APost("b", "lovely people")});
  page.about_school = true;
  const auto run = Run(std::move(page));
  EXPECT_EQ(run.mentioning, 2u);
  EXPECT_EQ(run.opened, 1u);
  const auto queue = ReadQueue(*store_, "", 10);
  ASSERT_TRUE(queue);
  ASSERT_EQ(queue->size(), 1u);
  const auto view = ReadCase(*store_, queue->front().c.id);
  ASSERT_TRUE(view) << view.error().message();
  ASSERT_EQ(view->versions.size(), 1u);
  EXPECT_THAT(view->versions[0].assessment.mention.evidence.front().what, HasSubstr("left where people write to or about the school"));
  EXPECT_EQ(Run(APage("2", {APost("c", "run by numpties, elsewhere")})).mentioning, 0u);
}

TEST_F(RunnerTest, OldFindsOfAFirstReadingArriveAsABacklog) {
  static const ConnectorCard looks_back = [] {
    ConnectorCard card = kCard;
    card.settings = {{"look_back", SettingKind::kDuration, false, "7d", "how far the first reading goes back"}};
    return card;
  }();
  config_.sources[0].card = &looks_back;
  const auto written = [&](std::string id, seconds ago) {
    Post post = APost(std::move(id), kBad);
    post.created_at = clock_.Now() - ago;
    return post;
  };
  auto edited = written("edited", days{5});
  edited.edited_at = clock_.Now();
  script_.answers.push_back(APage("one", {written("new", hours{47}), written("old", hours{49})}, true));
  const auto first = Run(APage("two", {written("older", days{6}), edited, APost("undated", kBad)}));
  EXPECT_EQ(first.opened, 5u);
  EXPECT_EQ(first.backlog, 2u);
  EXPECT_EQ(ParseSourceRun(ToJson(first))->backlog, 2u);
  EXPECT_EQ(store_->Count({})->backlog, 2u);
  EXPECT_EQ(ReadQueue(*store_, "", 10)->size(), 3u);
  EXPECT_EQ(ReadQueue(*store_, "", 10, true)->size(), 2u);
  clock_.Advance(minutes{15});
  EXPECT_EQ(Run(APage("three", {written("late", days{4})})).backlog, 0u) << "what a later reading brings is new, however old";
}

TEST_F(RunnerTest, ASignInThatEndsIsRememberedUntilItNoLongerDoes) {
  Page page = APage("1", {});
  page.sign_in_ends = clock_.Now() + days{3};
  page.quota = "5 of 10 requests left";
  Run(page);
  EXPECT_EQ(State().sign_in_ends, page.sign_in_ends);
  EXPECT_EQ(State().quota, "5 of 10 requests left");
  Run(APage("2", {}));
  EXPECT_EQ(State().sign_in_ends, page.sign_in_ends) << "not told is not never";
  page = APage("3", {});
  page.sign_in_ends = Instant::max();
  Run(page);
  EXPECT_EQ(State().sign_in_ends, std::nullopt);
}

TEST_F(RunnerTest, ReadsPageAfterPageUntilItIsUpToDate) {
  script_.answers.push_back(APage("one", {APost("1", kBad), APost("2", "a fine day")}, true));
  script_.answers.push_back(APage("two", {APost("3", "Oakmoor School was open"), APost("4", kBad)}));
  const SourceRun run = Run();
  EXPECT_TRUE(run.complete()) << run.message;
  EXPECT_EQ(run.read, 4u);
  EXPECT_EQ(run.mentioning, 3u);
  EXPECT_EQ(run.opened, 2u);
  EXPECT_THAT(script_.asked, ElementsAre("", "one"));
  EXPECT_EQ(State().cursor.value, "two");
  EXPECT_EQ(State().last_success, clock_.Now());
  EXPECT_EQ(Queue().size(), 2u);
  EXPECT_EQ(store_->FindPost("oakmoor", "2").error().fault(), Fault::kNotFound) << "it does not mention the school";
}

TEST_F(RunnerTest, AFailedCommitLeavesTheCursorWhereItWas) {
  ASSERT_TRUE(Run(APage("one", {APost("1", kBad)})).complete());
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  SetLogLevel(LogLevel::kQuiet);
  const rlimit full{0, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &full);  // no file may grow: the disk is full
  const SourceRun failed = Run(APage("two", {APost("2", kBad)}));
  ::setrlimit(RLIMIT_FSIZE, &before);
  SetLogLevel(LogLevel::kInfo);
  EXPECT_EQ(failed.fault, Fault::kIo);
  EXPECT_EQ(failed.opened, 0u);
  Restart();
  EXPECT_EQ(State().cursor.value, "one");
  EXPECT_EQ(Queue().size(), 1u);
  clock_.Advance(hours{24});
  EXPECT_TRUE(Run(APage("two", {APost("2", kBad)})).complete());
  EXPECT_THAT(script_.asked, ElementsAre("", "one", "one"));
  EXPECT_EQ(Queue().size(), 2u);
}

TEST_F(RunnerTest, AnEditThatTakesTheSchoolsNameOutIsKeptWithoutItsWords) {
  Run(APage("one", {APost("1", kBad)}));
  const SourceRun run = Run(APage("two", {APost("1", "I was wrong about them")}));
  EXPECT_EQ(run.edited, 1u);
  const auto post = store_->FindPost("oakmoor", "1");
  ASSERT_TRUE(post);
  ASSERT_EQ(post->versions.size(), 2u);
  EXPECT_EQ(post->versions[0].post.text, kBad);
  EXPECT_EQ(post->versions[1].post.text, "");
  ASSERT_EQ(Queue().size(), 1u) << "what was written was written";
  EXPECT_EQ(Queue()[0].versions, 2u);
}

// The same edit was passed over where it came on the page that brought the post: tests/cli/kill_test.cc saw that the
// queue depended on where pages end.
TEST_F(RunnerTest, WherePagesEndMakesNoDifferenceToEdits) {
  const std::vector<Post> story = {APost("1", kBad), APost("1", "I was wrong about them"), APost("1", "Oakmoor School is run by numpties, all of them")};
  Run(APage("one", story));
  const auto whole = Queue();
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_EQ(whole[0].versions, 3u);
  script_.answers.push_back(APage("a", {APost("2", story[0].text)}, true));
  script_.answers.push_back(APage("b", {APost("2", story[1].text)}, true));
  script_.answers.push_back(APage("c", {APost("2", story[2].text)}));
  Run();
  const auto parts = Queue();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].versions, parts[1].versions);
  EXPECT_EQ(parts[0].version, parts[1].version);
  EXPECT_EQ(parts[0].worst, parts[1].worst);
}

TEST_F(RunnerTest, FailuresAreWaitedOutLongerAndLongerAndARestartForgetsNone) {
  const auto down = [] { return Fail(Fault::kUnavailable, "no connection"); };
  EXPECT_EQ(Run(down()).fault, Fault::kUnavailable);
  ASSERT_TRUE(State().not_before);
  const auto first = *State().not_before - clock_.Now();
  EXPECT_GT(first, seconds{0});
  EXPECT_EQ(State().failures, 1u);
  Restart();
  const SourceRun early = Run();
  EXPECT_THAT(early.skipped, HasSubstr("left alone until"));
  EXPECT_THAT(early.skipped, HasSubstr("no connection"));
  EXPECT_EQ(script_.asked.size(), 1u) << "nobody asks earlier";
  for (std::uint32_t failures = 2; failures <= 6; ++failures) {
    clock_.Set(*State().not_before);
    Run(down());
    EXPECT_EQ(State().failures, failures);
  }
  EXPECT_GT(*State().not_before - clock_.Now(), first);
  EXPECT_GE(*Due(), *State().not_before);
  clock_.Set(*State().not_before);
  EXPECT_TRUE(Run(APage("one", {})).complete());
  EXPECT_EQ(State().failures, 0u);
  EXPECT_EQ(State().fault, std::nullopt);
  EXPECT_EQ(State().not_before, std::nullopt);
}

TEST_F(RunnerTest, ThePlatformsRetryAfterIsObeyedByTheNextRun) {
  Run(Fail(Error{Fault::kBusy, "asked too often (429)"}.RetryAfter(hours{2})));
  EXPECT_EQ(State().not_before, clock_.Now() + hours{2});
  EXPECT_EQ(Due(), clock_.Now() + hours{2});
  clock_.Advance(hours{2} - seconds{1});
  Restart();
  EXPECT_THAT(Run().skipped, HasSubstr("left alone until"));
  clock_.Advance(seconds{1});
  EXPECT_TRUE(Run(APage("one", {})).complete());
}

TEST_F(RunnerTest, WhatNeedsAPersonIsNotTriedAgainBySchedule) {
  for (const Fault fault : {Fault::kSignIn, Fault::kDenied, Fault::kGone, Fault::kInvalid, Fault::kUnsupported}) {
    SCOPED_TRACE(ToString(fault));
    EXPECT_EQ(Run(Fail(fault, "a person must look")).fault, fault);
    EXPECT_EQ(Due(), std::nullopt);
    clock_.Advance(days{30});
    EXPECT_EQ(Due(), std::nullopt);
    // A person may say `heed scan` at any time.
    EXPECT_TRUE(Run(APage("one", {})).complete());
    EXPECT_TRUE(Due());
  }
}

TEST_F(RunnerTest, WhatAPageKeptBeforeAFailureIsKept) {
  script_.answers.push_back(APage("one", {APost("1", kBad)}, true));
  script_.answers.push_back(Fail(Fault::kMalformed, "half an answer"));
  const SourceRun run = Run();
  EXPECT_EQ(run.fault, Fault::kMalformed);
  EXPECT_EQ(run.opened, 1u);
  EXPECT_EQ(State().cursor.value, "one");
  EXPECT_EQ(Queue().size(), 1u);
}

TEST_F(RunnerTest, GapsAreKeptAndTheOldestBecomeOneWhenThereAreTooMany) {
  const Instant start = clock_.Now();
  for (std::size_t i = 0; i < SourceState::kMaxGaps + 10; ++i) {
    Page page = APage("c" + std::to_string(i), {});
    page.gap = Gap{start + hours{i}, start + hours{i + 1}, "stopped at the cap"};
    const SourceRun run = Run(std::move(page));
    EXPECT_EQ(run.gaps.size(), 1u);
    EXPECT_TRUE(run.complete());
  }
  const auto gaps = State().gaps;
  ASSERT_EQ(gaps.size(), SourceState::kMaxGaps);
  EXPECT_EQ(gaps.front(), (Gap{start, start + hours{11}, "stopped at the cap"})) << "eleven in one";
  EXPECT_EQ(gaps.back(), (Gap{start + hours{59}, start + hours{60}, "stopped at the cap"}));
}

// Promise 5: what could not be judged goes to a person.
TEST_F(RunnerTest, APostTooLongToJudgeIsQueuedAsSuch) {
  const SourceRun run = Run(APage("one", {APost("1", std::string((1u << 20) + 1, 'a'))}));
  EXPECT_EQ(run.unjudged, 1u);
  ASSERT_EQ(Queue().size(), 1u);
  EXPECT_NE(Queue()[0].assessment.could_not_judge, "");
  EXPECT_EQ(store_->Count({})->unjudged, 1u);
}

TEST_F(RunnerTest, APauseThePlatformAsksForEndsTheRunAndTheNextGoesOn) {
  Page page = APage("one", {APost("1", kBad)}, true);
  page.wait = minutes{10};
  const SourceRun run = Run(std::move(page));
  EXPECT_EQ(run.fault, std::nullopt);
  EXPECT_EQ(run.opened, 1u);
  EXPECT_THAT(run.notes, ElementsAre(HasSubstr("10 min")));
  EXPECT_EQ(State().not_before, clock_.Now() + minutes{10});
  Restart();
  EXPECT_THAT(Run().skipped, HasSubstr("left alone until"));
  clock_.Advance(minutes{10});
  EXPECT_TRUE(Run(APage("two", {APost("2", kBad)})).complete());
  EXPECT_THAT(script_.asked, ElementsAre("", "one"));
}

TEST_F(RunnerTest, WhenHeedIsStoppedTheNextRunGoesOnAtOnce) {
  script_.answers.push_back(APage("one", {APost("1", kBad)}, true));
  SourceRun run = runner_->Run(config_.sources[0], [&](const RunProgress& progress) {
    EXPECT_EQ(progress.opened, 1u);
    http_.Stop();
  });
  EXPECT_EQ(run.fault, Fault::kCancelled);
  EXPECT_EQ(State().failures, 0u) << "stopping is nobody's failure";
  EXPECT_EQ(State().not_before, std::nullopt);
  EXPECT_EQ(State().cursor.value, "one");
}

TEST_F(RunnerTest, ASourceThatIsOffSaysWhyAndIsLeftAlone) {
  config_.sources[0].enabled = false;
  config_.sources[0].off_because = "its terms are not accepted";
  EXPECT_EQ(Run().skipped, "its terms are not accepted");
  EXPECT_TRUE(script_.asked.empty());
  EXPECT_EQ(Due(), std::nullopt);
}

TEST_F(RunnerTest, TwoSchoolsEachGetTheirOwn) {
  const auto posts = [] { return std::vector<Post>{APost("1", kBad), APost("2", "Tarnside Academy is run by numpties"), APost("3", "Oakmoor School and Tarnside Academy, numpties both")}; };
  script_.answers.push_back(APage("one", posts()));
  script_.answers.push_back(APage("two", posts()));
  EXPECT_EQ(Run(0).opened, 2u);
  EXPECT_EQ(Run(1).opened, 2u);
  EXPECT_EQ(State(0).cursor.value, "one");
  EXPECT_EQ(State(1).cursor.value, "two");
  std::vector<std::string> own;
  const auto queue = store_->Queue({.schools = {"tarnside"}});
  ASSERT_TRUE(queue);
  for (const auto& c : *queue) own.push_back(c.school + " " + c.global_id);
  EXPECT_THAT(own, ::testing::UnorderedElementsAre("tarnside 2", "tarnside 3"));
  EXPECT_EQ(Queue().size(), 4u);
}

TEST(SourceRunJson, ComesBackAsItWas) {
  SourceRun run;
  run.source = "forum";
  run.read = 7, run.mentioning = 6, run.opened = 5, run.edited = 4, run.reopened = 3, run.unjudged = 2;
  run.notes = {"a note", "say \"ü\"\n"};
  run.gaps = {{*ParseRfc3339("2026-11-01T09:00:00Z"), std::nullopt, "the cap"}, {std::nullopt, std::nullopt, ""}};
  run.fault = Fault::kBusy;
  run.message = "asked too often";
  run.skipped = "left alone";
  const auto back = ParseSourceRun(ToJson(run));
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(ToJson(*back), ToJson(run));
  EXPECT_EQ(back->gaps, run.gaps);
  EXPECT_EQ(back->notes, run.notes);
  EXPECT_EQ(back->fault, run.fault);
  EXPECT_FALSE(back->complete());
  EXPECT_TRUE(ParseSourceRun(ToJson(SourceRun{}))->complete());
  EXPECT_FALSE(ParseSourceRun("{\"source\":"));
}

}  // namespace
}  // namespace heed
