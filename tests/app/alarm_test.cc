// Health and alarms: what is the matter in plain words, told once, and again when it is over.
#include "src/app/alarm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "connectors/catalogue.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/smtp_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class AlarmTest : public ::testing::Test {
 protected:
  void SetUp() override {
    School school;
    school.id = "oakmoor", school.name = "Oakmoor School";
    config_.schools = {school};
    for (const auto id : {"social", "news"}) {
      SourceEntry entry{.spec = {}, .card = FindConnector("feed"), .school = 0, .schedule = *Schedule::Every("15m"), .place = {}};
      entry.spec.id = id, entry.spec.school = "oakmoor", entry.spec.connector = "feed";
      config_.sources.push_back(entry);
      Save(id, Fine());
    }
    config_.alarm.everything.mail_to = {"it@oakmoor.example"};
    config_.alarm.mail_from = "heed@oakmoor.example";
    config_.alarm.smtp = smtp_.Url();
    config_.alarm.smtp_plain = true;
    config_.alarm.everything.webhook = server_.Url("/hook");
    config_.alarm.everything.webhook_secret = "a secret";
    server_.Otherwise([](const SeenRequest&) { return Answer::Status(204); });
    Restart();
  }
  void Restart() {
    alarms_.reset();
    store_.reset();
    auto opened = Store::Open(folder_.path());
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = *std::move(opened);
    alarms_ = std::make_unique<Alarms>(config_, *store_, http_, clock_, folder_.path());
  }
  SourceState Fine() const {
    SourceState state;
    state.last_attempt = state.last_success = clock_.Now();
    return state;
  }
  SourceState Failed(Fault fault, std::uint32_t times) const {
    SourceState state = Fine();
    state.fault = fault;
    state.failures = times;
    state.message = "no answer from feeds.example";
    return state;
  }
  void Save(std::string_view id, const SourceState& state) {
    if (!store_) store_ = *Store::Open(folder_.path());
    ASSERT_TRUE(store_->SaveSource(id, state));
  }
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    const auto troubles = FindTroubles(config_, *store_, folder_.path(), clock_.Now());
    EXPECT_TRUE(troubles);
    for (const auto& trouble : troubles.value()) keys.push_back(trouble.key);
    return keys;
  }
  void Look() {
    const auto looked = alarms_->Look();
    EXPECT_TRUE(looked) << looked.error().message();
  }

  TempFolder folder_;
  FakeClock clock_{"2026-11-02 08:00"};  // a Monday
  SmtpServer smtp_;
  HttpServer server_;
  HttpClient http_{{.user_agent = "heed-test", .ca_file = {}}};
  Config config_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Alarms> alarms_;
};

TEST_F(AlarmTest, TellsOfATroubleOnceAndWhenItIsOver) {
  Look();
  EXPECT_THAT(smtp_.mails(), IsEmpty());
  Save("social", Failed(Fault::kUnavailable, 2));
  Look();
  EXPECT_THAT(smtp_.mails(), IsEmpty()) << "twice may be an accident";
  Save("social", Failed(Fault::kUnavailable, 3));
  Look();
  ASSERT_THAT(smtp_.mails(), SizeIs(1));
  EXPECT_THAT(smtp_.mails()[0].to, ElementsAre("it@oakmoor.example"));
  EXPECT_THAT(smtp_.mails()[0].data, HasSubstr("no answer from feeds.example"));
  EXPECT_THAT(smtp_.mails()[0].data, HasSubstr("What to do"));
  ASSERT_EQ(server_.request_count(), 1u);
  for (int i = 4; i < 8; ++i) {
    clock_.Advance(hours{1});
    Save("social", Failed(Fault::kUnavailable, static_cast<std::uint32_t>(i)));
    Look();
  }
  EXPECT_THAT(smtp_.mails(), SizeIs(1)) << "once is enough";
  Save("social", Fine());
  Look();
  ASSERT_THAT(smtp_.mails(), SizeIs(2));
  EXPECT_THAT(smtp_.mails()[1].data, HasSubstr("over"));
  EXPECT_EQ(server_.request_count(), 2u);
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(2));
  EXPECT_THAT(store_->AllTold().value(), IsEmpty());
}

TEST_F(AlarmTest, ARestartRepeatsNothing) {
  Save("social", Failed(Fault::kSignIn, 1));
  Look();
  ASSERT_THAT(smtp_.mails(), SizeIs(1)) << "what needs a person is told at once";
  Restart();
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(1));
  Save("social", Fine());
  Restart();
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(2));
  Restart();
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(2));
  EXPECT_EQ(server_.request_count(), 2u);
}

TEST_F(AlarmTest, AChannelThatFailsIsTriedAgainAndTheOtherIsNotTroubled) {
  Save("social", Failed(Fault::kSignIn, 1));
  smtp_.RefuseNext(451);
  const auto looked = alarms_->Look();
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().message(), HasSubstr("mail"));
  EXPECT_EQ(server_.request_count(), 1u);
  EXPECT_THAT(smtp_.mails(), IsEmpty());
  Look();
  EXPECT_THAT(smtp_.mails(), IsEmpty()) << "not at once";
  clock_.Advance(hours{1});
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(1));
  EXPECT_EQ(server_.request_count(), 1u);
}

TEST_F(AlarmTest, WhoWasNeverToldIsNotToldThatItIsOver) {
  server_.Otherwise([](const SeenRequest&) { return Answer::Status(500); });
  Save("social", Failed(Fault::kSignIn, 1));
  EXPECT_FALSE(alarms_->Look());
  ASSERT_THAT(smtp_.mails(), SizeIs(1));
  server_.Otherwise([](const SeenRequest&) { return Answer::Status(204); });
  const auto asked = server_.request_count();
  Save("social", Fine());
  clock_.Advance(hours{1});
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(2));
  EXPECT_EQ(server_.request_count(), asked) << "the webhook knew of nothing";
  EXPECT_THAT(store_->AllTold().value(), IsEmpty());
}

TEST_F(AlarmTest, ATroubleThatComesBackIsToldAgain) {
  for (int i = 1; i <= 3; ++i) {
    Save("social", Failed(Fault::kSignIn, 1));
    Look();
    clock_.Advance(hours{2});
    Save("social", Fine());
    Look();
    clock_.Advance(hours{2});
    Save("news", Fine()), Save("social", Fine());
    EXPECT_THAT(smtp_.mails(), SizeIs(2 * i));
  }
}

TEST_F(AlarmTest, SeveralTroublesAreOneMail) {
  Save("social", Failed(Fault::kSignIn, 1));
  Save("news", Failed(Fault::kDenied, 1));
  Look();
  ASSERT_THAT(smtp_.mails(), SizeIs(1));
  EXPECT_THAT(smtp_.mails()[0].data, HasSubstr("2 things need somebody"));
}

TEST_F(AlarmTest, ASchoolsPeopleAreToldOfTheirOwnSchoolAlone) {
  School ashdown;
  ashdown.id = "ashdown", ashdown.name = "Ashdown School";
  config_.schools.push_back(ashdown);
  config_.sources[1].spec.school = "ashdown";  // "news"
  config_.alarm.everything.webhook.clear();
  config_.alarm.for_schools.push_back({.schools = {"ashdown"}, .mail_to = {"office@ashdown.example"}, .webhook = server_.Url("/ashdown"), .webhook_secret = "theirs"});
  Restart();
  const auto got = [&] {
    std::vector<std::string> all;
    for (const auto& mail : smtp_.mails()) all.push_back(mail.to[0] + ": " + (mail.data.find("Source social") != std::string::npos ? "social" : "") + (mail.data.find("Source news") != std::string::npos ? "news" : ""));
    return all;
  };
  Save("social", Failed(Fault::kSignIn, 1));
  Look();
  EXPECT_THAT(got(), ElementsAre("it@oakmoor.example: social")) << "the other school is not its business";
  EXPECT_EQ(server_.request_count(), 0u);
  Save("news", Failed(Fault::kSignIn, 1));
  Look();
  EXPECT_THAT(got(), UnorderedElementsAre("it@oakmoor.example: social", "it@oakmoor.example: news", "office@ashdown.example: news"));
  ASSERT_EQ(server_.request_count(), 1u);
  EXPECT_EQ(server_.requests()[0].path, "/ashdown");
  Restart();
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(3)) << "a restart repeats nothing";
  Save("social", Fine());
  Look();
  EXPECT_THAT(got(), UnorderedElementsAre("it@oakmoor.example: social", "it@oakmoor.example: news", "office@ashdown.example: news", "it@oakmoor.example: social"));
  Save("news", Fine());
  Look();
  EXPECT_THAT(smtp_.mails(), SizeIs(6)) << "both hear that it is over";
  EXPECT_EQ(server_.request_count(), 2u);
  const auto told = store_->AllTold();
  ASSERT_TRUE(told);
  EXPECT_THAT(*told, IsEmpty());
}

TEST_F(AlarmTest, TheWebhookIsSigned) {
  Save("social", Failed(Fault::kSignIn, 1));
  Look();
  const auto request = server_.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.Header("content-type"), "application/json");
  EXPECT_EQ(request.Header("heed-timestamp"), std::to_string(std::chrono::floor<seconds>(clock_.Now()).time_since_epoch().count()));
  EXPECT_EQ(request.Header("heed-signature"), SignWebhook("a secret", request.Header("heed-timestamp"), request.body));
  EXPECT_THAT(request.Header("heed-delivery"), SizeIs(32));
  JsonParser parser;
  const auto body = parser.Parse(request.body);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["raised"][0]["key"].StringOr(""), "source/social/failing");
  EXPECT_EQ((*body)["over"].size(), 0u);
  // RFC 4231, test case 2.
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_F(AlarmTest, KnowsWhatIsTheMatter) {
  EXPECT_THAT(Keys(), IsEmpty());
  SourceState state = Fine();
  state.sign_in_ends = clock_.Now() + days{10};
  Save("social", state);
  state = Fine();
  state.last_success = state.last_attempt = clock_.Now() - days{2};
  Save("news", state);
  EXPECT_THAT(Keys(), UnorderedElementsAre("source/social/sign-in", "source/news/late"));
  state = Fine();
  state.times_news = 9;
  state.longest_quiet = days{1};
  state.last_news = clock_.Now() - days{8};
  Save("news", state);
  Save("social", Fine());
  EXPECT_THAT(Keys(), UnorderedElementsAre("source/news/silent"));
  state.longest_quiet = days{3};
  Save("news", state);
  EXPECT_THAT(Keys(), IsEmpty()) << "it has been as quiet before";
  config_.sources[0].enabled = false;
  Save("social", Failed(Fault::kSignIn, 9));
  EXPECT_THAT(Keys(), IsEmpty()) << "switched off";
}

TEST_F(AlarmTest, CasesThatWaitTooLongAreTold) {
  PageCommit page{.source = "social", .state = Fine(), .posts = {}, .at = clock_.Now()};
  KeptPost kept{"oakmoor", {}, {}};
  kept.post.platform = "test", kept.post.global_id = kept.post.native_id = "1", kept.post.text = "words";
  kept.assessment.mention.mentions = kept.assessment.flag = true;
  kept.assessment.severity = 2;
  page.posts.push_back(kept);
  ASSERT_TRUE(store_->Commit(page, Observe));
  clock_.Advance(days{2});
  Save("social", Fine()), Save("news", Fine());
  EXPECT_THAT(Keys(), IsEmpty());
  clock_.Advance(hours{1});
  EXPECT_THAT(Keys(), ElementsAre("cases/oakmoor/overdue"));
  Look();
  EXPECT_THAT(smtp_.mails().at(0).data, HasSubstr("1 case of Oakmoor School"));
  EXPECT_THAT(smtp_.mails().at(0).data, Not(HasSubstr("words\n"))) << "nobody's posts";
}

TEST_F(AlarmTest, WhatIsDecidedOrWasFoundLateIsNotWaitedFor) {
  PageCommit page{.source = "social", .state = Fine(), .posts = {}, .at = clock_.Now()};
  for (const auto* id : {"1", "2", "3", "4"}) {
    KeptPost kept{"oakmoor", {}, {}};
    kept.post.platform = "test", kept.post.global_id = kept.post.native_id = id, kept.post.text = "words";
    kept.assessment.mention.mentions = kept.assessment.flag = true;
    kept.assessment.severity = 2;
    kept.backlog = *id == '4';
    page.posts.push_back(kept);
  }
  ASSERT_TRUE(store_->Commit(page, Observe));
  NewDecision breach;
  breach.finding = Finding::kBreach, breach.category = Category::kAbuse, breach.severity = 2, breach.why = "insults staff";
  for (const CaseId id : {1, 2}) {
    const auto decided = store_->Record(*Decide(*store_->FindCase(id), "ben", breach, clock_.Now()));
    ASSERT_TRUE(decided);
    // The second waits for the headteacher.
    if (id == 2) ASSERT_TRUE(store_->Record(*Propose(*decided, "ben", {ResponseKind::kLetter, "the author", "Please take it down.", ""}, clock_.Now())));
  }
  ASSERT_EQ(store_->FindCase(1)->state, CaseState::kResponding);
  ASSERT_EQ(store_->FindCase(2)->state, CaseState::kApproval);
  ASSERT_EQ(store_->FindCase(4)->state, CaseState::kBacklog);
  clock_.Advance(days{2} + hours{1});
  Save("social", Fine()), Save("news", Fine());
  EXPECT_THAT(Keys(), ElementsAre("cases/oakmoor/overdue"));
  Look();
  EXPECT_THAT(smtp_.mails().at(0).data, HasSubstr("2 cases of Oakmoor School"));
}

TEST_F(AlarmTest, WeekendsAreNobodysDelay) {
  ::setenv("TZ", "Europe/London", 1);
  ::tzset();
  const auto at = [](const char* text) { return *ParseRfc3339(text); };
  EXPECT_EQ(WorkingTime(at("2026-11-06T16:00:00Z"), at("2026-11-09T08:00:00Z")), hours{16});  // Friday to Monday
  EXPECT_EQ(WorkingTime(at("2026-11-07T00:00:00Z"), at("2026-11-08T23:59:59Z")), seconds{0});
  EXPECT_EQ(WorkingTime(at("2026-11-02T08:00:00Z"), at("2026-11-02T09:00:00Z")), hours{1});
  EXPECT_EQ(WorkingTime(at("2026-11-02T08:00:00Z"), at("2026-11-16T08:00:00Z")), hours{240});
  EXPECT_EQ(WorkingTime(at("2026-11-03T08:00:00Z"), at("2026-11-02T09:00:00Z")), seconds{0});
  EXPECT_EQ(WorkingTime(at("2026-10-23T22:00:00Z"), at("2026-10-26T01:00:00Z")), hours{2}) << "over the end of summer time";
  ::unsetenv("TZ");
  ::tzset();
}

TEST_F(AlarmTest, ATestGoesToEverybodyAndSaysWhatWentWrong) {
  auto wrong = Alarms::Test(config_, http_, clock_);
  ASSERT_TRUE(wrong);
  EXPECT_THAT(*wrong, IsEmpty());
  EXPECT_THAT(smtp_.mails(), SizeIs(1));
  EXPECT_EQ(server_.request_count(), 1u);
  server_.Otherwise([](const SeenRequest&) { return Answer::Status(403); });
  smtp_.RefuseNext(550);
  wrong = Alarms::Test(config_, http_, clock_);
  ASSERT_TRUE(wrong);
  EXPECT_THAT(*wrong, SizeIs(2));
  config_.alarm = {};
  EXPECT_EQ(Alarms::Test(config_, http_, clock_).error().fault(), Fault::kInvalid);
}

TEST_F(AlarmTest, HealthSaysWhatIsTheMatterAndWhatToDo) {
  const auto health = [&] { return ReadHealth(config_, store_.get(), clock_.Now()).value().at(0); };
  EXPECT_EQ(health().standing, Standing::kFine);
  EXPECT_EQ(health().lag, seconds{0});
  Save("social", Failed(Fault::kUnavailable, 1));
  EXPECT_EQ(health().standing, Standing::kWatch);
  EXPECT_THAT(health().says, HasSubstr("no answer from feeds.example"));
  Save("social", Failed(Fault::kUnavailable, 3));
  EXPECT_EQ(health().standing, Standing::kTrouble);
  Save("social", Failed(Fault::kSignIn, 1));
  EXPECT_THAT(health().todo, HasSubstr("renew the token"));
  Save("social", SourceState{});
  EXPECT_THAT(health().says, HasSubstr("never been read"));
  config_.sources[0].enabled = false;
  config_.sources[0].off_because = "switched off";
  EXPECT_EQ(health().standing, Standing::kOff);
  for (const Fault fault : {Fault::kInvalid, Fault::kNotFound, Fault::kSignIn, Fault::kDenied, Fault::kBusy, Fault::kUnavailable, Fault::kMalformed, Fault::kTooLarge, Fault::kGone, Fault::kUnsupported, Fault::kIo})
    EXPECT_FALSE(WhatToDo(fault).empty()) << ToString(fault);
}

}  // namespace
}  // namespace heed
