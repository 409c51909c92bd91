// What the console asks of evidence while heed runs, and the chain that is anchored meanwhile.
#include "src/app/evidence_desk.h"
#include "src/app/head_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "src/app/anchors.h"
#include "src/app/health.h"
#include "src/app/originals.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/evidence/verify.h"
#include "tests/app/numpty_judge.h"
#include "tests/fakes/authority.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/shell.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class EvidenceDeskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    config_.schools = live_.Now().judge.schools();
    store_ = Store::Open(folder_.path()).value();
    ASSERT_TRUE(store_->Commit(NumptyPage("post-1", clock_.Now()), Observe));
    tips_ = std::make_unique<TipDesk>(config_, live_, *store_, http_, clock_, folder_.path(), TipTools{[](std::string_view) -> Result<PictureWords> { return PictureWords{"what numpties", 83}; }, {}});
    Fresh();
  }
  void Fresh() {
    desk_.reset();
    desk_ = std::make_unique<EvidenceDesk>(config_, *store_, *tips_, clock_, folder_.path());
    door_ = desk_->Door();
  }
  Result<PackTold> Pack(const PackAsked& asked) {
    const auto id = door_.pack(asked);
    if (!id) return Fail(id.error());
    desk_->Finish();  // it works on threads of its own
    return door_.find_pack(*id);
  }
  TempFolder folder_;
  FakeClock clock_{"2026-11-02 08:00"};
  Config config_;
  LiveJudge live_{NumptyJudge({NamedSchool("oakmoor", "Oakmoor School")})};
  HttpClient http_{HttpClient::Options{}};
  std::unique_ptr<Store> store_;
  std::unique_ptr<TipDesk> tips_;
  std::unique_ptr<EvidenceDesk> desk_;
  EvidenceDoor door_;
};

TEST_F(EvidenceDeskTest, ATipIsReadBesideThePagesAndItsOriginalCanBeTaken) {
  const std::string shot = "\x89PNG\r\n\x1a\n a screenshot";
  const auto id = door_.hand_in({.school = "oakmoor", .by = "ada", .from = "a parent, by mail", .note = "", .files = {{"shot.png", shot}}, .texts = {}, .links = {}});
  ASSERT_TRUE(id) << id.error().message();
  desk_->Finish();
  const auto told = door_.tip(*id);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->state, JobState::kDone) << told->message;
  EXPECT_EQ(told->opened, 1u);
  ASSERT_THAT(told->lines, SizeIs(1));
  EXPECT_TRUE(told->lines[0].original_kept);
  ASSERT_THAT(told->lines[0].cases, SizeIs(1));
  const Case c = store_->FindCase(told->lines[0].cases[0]).value();
  const auto files = door_.files(c);
  ASSERT_TRUE(files) << files.error().message();
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ(files->front().what, "original");
  EXPECT_TRUE(files->front().picture);
  EXPECT_EQ(files->front().media_type, "image/png");
  EXPECT_EQ(door_.file(c, files->front().key)->bytes, shot);
  EXPECT_EQ(door_.file(c, "original-" + std::string(64, '0')).error().fault(), Fault::kNotFound);
  // What lacks something is refused before anything is put down.
  EXPECT_EQ(door_.hand_in({.school = "oakmoor", .by = "ada", .from = " ", .note = "", .files = {}, .texts = {"x"}, .links = {}}).error().fault(), Fault::kInvalid);
  EXPECT_EQ(door_.tip("0123").error().fault(), Fault::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tips"));
}

TEST_F(EvidenceDeskTest, WhatBecameOfATipIsToldForAWeekAfterARestartToo) {
  const auto id = door_.hand_in({.school = "oakmoor", .by = "ada", .from = "a parent, by mail", .note = "", .files = {{"film.mp4", std::string("\0\0\0\x18" "ftypmp42", 12)}}, .texts = {"they are numpties"}, .links = {}});
  ASSERT_TRUE(id) << id.error().message();
  desk_->Finish();
  const auto before = door_.tip(*id).value();
  Fresh();
  const auto after = door_.tip(*id);
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ(after->state, JobState::kDone);
  EXPECT_EQ(after->school, "oakmoor");
  EXPECT_EQ(after->by, "ada");
  ASSERT_THAT(after->lines, SizeIs(1));
  EXPECT_EQ(after->lines[0].cases, before.lines[0].cases);
  EXPECT_EQ(after->not_read, before.not_read);
  EXPECT_THAT(after->not_read, SizeIs(1));
  clock_.Advance(kTipTold);
  EXPECT_EQ(door_.tip(*id).error().fault(), Fault::kNotFound);
  ASSERT_TRUE(desk_->Tidy(SystemClock{}.Now() + kTipTold));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tips-told"));
}

TEST_F(EvidenceDeskTest, ATipThatAnEarlierHeedLeftIsWaitingUntilItIsTakenUp) {
  const auto id = PutDownTip(folder_.path(), {.school = "oakmoor", .by = "ada", .from = "a parent", .note = "", .files = {}, .texts = {"they are numpties"}, .links = {}});
  ASSERT_TRUE(id);
  EXPECT_EQ(door_.tip(*id)->state, JobState::kWaiting);
  EXPECT_EQ(tips_->HandInLeftOver(), 1u);
  EXPECT_EQ(door_.tip(*id)->state, JobState::kDone);
  EXPECT_EQ(door_.tip(*id)->opened, 1u);
}

TEST_F(EvidenceDeskTest, APackIsMadeIsInTheChainAndLiesReadyAfterARestart) {
  const auto made = Pack({.cases = {1}, .schools = {"oakmoor"}, .by = "ada", .whole = false, .names_to_mask = {"Jake"}, .recipient = "", .passphrase = "", .purpose = "for governors"});
  ASSERT_TRUE(made) << made.error().message();
  ASSERT_EQ(made->state, JobState::kDone) << made->message;
  const std::string file = door_.pack_file(made->id);
  ASSERT_NE(file, "");
  const auto report = VerifyPack(file, {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->id, made->pack);
  const Event last = store_->History(1)->back();
  EXPECT_EQ(last.kind, EventKind::kExported);
  EXPECT_EQ(last.actor, "ada");
  EXPECT_THAT(last.details, HasSubstr(made->manifest));
  Fresh();
  EXPECT_THAT(door_.packs(), SizeIs(1));
  EXPECT_EQ(door_.find_pack(made->id)->purpose, "for governors");
  EXPECT_EQ(door_.pack_file("../" + made->id), "");
  // It goes when it has lain long enough.
  clock_.Advance(kPackLies);
  EXPECT_THAT(door_.packs(), IsEmpty());
  ASSERT_TRUE(desk_->Tidy(SystemClock{}.Now() + kPackLies + hours{1}));
  EXPECT_FALSE(Exists(file));
}

TEST_F(EvidenceDeskTest, ASealedPackLeavesItsPassphraseNowhere) {
  const std::string passphrase = "correct horse battery staple";
  const auto made = Pack({.cases = {1}, .schools = {"oakmoor"}, .by = "ada", .whole = true, .names_to_mask = {}, .recipient = "A. Solicitor", .passphrase = passphrase, .purpose = "advice"});
  ASSERT_TRUE(made) << made.error().message();
  ASSERT_EQ(made->state, JobState::kDone) << made->message;
  CheckOrder order;
  order.path = door_.pack_file(made->id);
  EXPECT_FALSE(CheckPack(order)) << "it is sealed";
  order.passphrase = passphrase;
  const auto report = CheckPack(order);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->recipient, "A. Solicitor");
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "packs")) {
    EXPECT_EQ(entry.status().permissions() & (std::filesystem::perms::group_all | std::filesystem::perms::others_all), std::filesystem::perms::none) << entry.path();
    EXPECT_THAT(ReadFile(entry.path().string()).value(), Not(HasSubstr(passphrase))) << entry.path();
  }
  EXPECT_THAT(store_->History(1)->back().details, Not(HasSubstr(passphrase)));
}

TEST_F(EvidenceDeskTest, APackOfNoCaseSaysWhy) {
  const auto made = Pack({.cases = {7}, .schools = {"oakmoor"}, .by = "ada", .whole = false, .names_to_mask = {}, .recipient = "", .passphrase = "", .purpose = "x"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->state, JobState::kFailed);
  EXPECT_THAT(made->message, HasSubstr("7"));
}

TEST_F(EvidenceDeskTest, ACaptureIsAnEventOfTheChainAndNoneOfAChildsImageIsTaken) {
  const auto kept = door_.capture({.case_id = 1, .by = "ada", .how = "on the office PC", .address = "https://social.example/1", .taken_at = {}, .file = {"shot.txt", "what I saw"}});
  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_EQ(store_->History(1)->back().actor, "ada");
  const Case c = store_->FindCase(1).value();
  const auto files = door_.files(c);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ(door_.file(c, files->front().key)->bytes, "what I saw");
  EXPECT_EQ(door_.capture({.case_id = 1, .by = "ada", .how = "", .address = "", .taken_at = {}, .file = {"a.txt", "x"}}).error().fault(), Fault::kInvalid);
  NewDecision decision;
  decision.finding = Finding::kChildImage;
  decision.why = "the police have it";
  ASSERT_TRUE(store_->Record(*Decide(c, "ada", decision, clock_.Now())));
  EXPECT_EQ(door_.capture({.case_id = 1, .by = "ada", .how = "so", .address = "", .taken_at = {}, .file = {"a.txt", "x"}}).error().fault(), Fault::kDenied);
  EXPECT_EQ(door_.file(store_->FindCase(1).value(), files->front().key).error().fault(), Fault::kDenied);
}

TEST_F(EvidenceDeskTest, AHoldThatWasToBeLookedAtIsATroublePeopleAreToldOf) {
  ASSERT_TRUE(store_->Record(*PlaceHold(store_->FindCase(1).value(), "ada", "a claim", clock_.Now() + days{30}, clock_.Now())));
  const auto told = [&](Instant at) {
    const auto troubles = FindTroubles(config_, *store_, folder_.path(), at);
    EXPECT_TRUE(troubles);
    return std::ranges::count_if(*troubles, [](const Trouble& trouble) { return trouble.key == "holds/oakmoor"; });
  };
  EXPECT_EQ(told(clock_.Now() + days{29}), 0);
  EXPECT_EQ(told(clock_.Now() + days{31}), 1);
}

// --- the head, mailed to somebody outside

class HeadMailTest : public EvidenceDeskTest {
 protected:
  void SetUp() override {
    EvidenceDeskTest::SetUp();
    config_.evidence.heads_to = {"governor@oakmoor.example"};
    config_.alarm.smtp = "smtps://smtp.example:465";
    config_.alarm.mail_from = "heed@oakmoor.example";
  }
  void Note(std::string_view text) { ASSERT_TRUE(store_->Record(*AddNote(store_->FindCase(1).value(), "ada", text, clock_.Now()))); }
  HeadMail Mailer() {
    return HeadMail(config_, folder_.path(), *store_, clock_, [this](const MailServer&, const Mail& mail) -> Done {
      if (!up_) return Fail(Fault::kUnavailable, "smtp.example cannot be reached");
      sent_.push_back(mail);
      return {};
    });
  }
  std::vector<Mail> sent_;
  bool up_ = true;
};

TEST_F(HeadMailTest, GoesOnceAPeriodAndOnlyWhereSomethingHappened) {
  HeadMail mailer = Mailer();
  EXPECT_EQ(mailer.Look().value(), 1u);
  EXPECT_EQ(mailer.Look().value(), 0u);
  clock_.Advance(days{1});
  EXPECT_EQ(mailer.Look().value(), 0u) << "nothing happened since";
  Note("looked at it");
  EXPECT_EQ(mailer.Look().value(), 2u);
  ASSERT_THAT(sent_, SizeIs(2));
  EXPECT_EQ(sent_[1].to, std::vector<std::string>{"governor@oakmoor.example"});
  EXPECT_NE(sent_[0].id, sent_[1].id);
  const Event last = store_->History(1)->back();
  EXPECT_THAT(sent_[1].text, HasSubstr("heed audit verify --head 2:" + Hex(last.hash)));
  EXPECT_THAT(sent_[1].text, Not(HasSubstr("looked at it")));
}

TEST_F(HeadMailTest, IsNotRepeatedByARestart) {
  EXPECT_EQ(Mailer().Look().value(), 1u);
  Note("and on");
  EXPECT_EQ(Mailer().Look().value(), 0u) << "a day has not passed";
  clock_.Advance(days{1});
  EXPECT_EQ(Mailer().Look().value(), 2u);
}

TEST_F(HeadMailTest, IsTriedAgainLaterWhereTheServerIsAway) {
  HeadMail mailer = Mailer();
  up_ = false;
  EXPECT_EQ(mailer.Look().error().fault(), Fault::kUnavailable);
  up_ = true;
  EXPECT_EQ(mailer.Look().value(), 0u) << "not at once";
  clock_.Advance(minutes{30});
  EXPECT_EQ(mailer.Look().value(), 1u);
}

TEST_F(HeadMailTest, IsSentToNobodyUnlessAsked) {
  config_.evidence.heads_to.clear();
  EXPECT_EQ(Mailer().Look().value(), 0u);
  EXPECT_THAT(sent_, IsEmpty());
}

TEST(WrittenHeads, AreReadAsTheyWereMailedAndNothingElseIs) {
  const std::string written = "17:" + std::string(62, 'a') + "0f";
  ASSERT_TRUE(ParseHead(written));
  EXPECT_EQ(ToString(*ParseHead(written)), written);
  for (const std::string& wrong : {std::string(), std::string("17"), ":" + std::string(64, 'a'), "x:" + std::string(64, 'a'), "17:" + std::string(63, 'a'), "17:" + std::string(64, 'g'), std::string(30, '9') + written.substr(2)})
    EXPECT_FALSE(ParseHead(wrong)) << wrong;
}

// --- anchoring

class AnchorsTest : public EvidenceDeskTest {
 protected:
  void SetUp() override {
    if (!Have("openssl")) GTEST_SKIP() << "openssl is not installed: there is no time-stamp authority to ask";
    EvidenceDeskTest::SetUp();
    server_.Route("/one", [this](const SeenRequest& request) { return ++asked_[0], up_[0] ? Answer::Of("application/timestamp-reply", authority_.Reply(request.body)) : Answer::Status(503); });
    server_.Route("/two", [this](const SeenRequest& request) { return ++asked_[1], up_[1] ? Answer::Of("application/timestamp-reply", authority_.Reply(request.body)) : Answer::Status(503); });
    config_.evidence.authorities = {server_.Url("/one"), server_.Url("/two")};
    config_.evidence.certificates = authority_.certificates();
    config_.evidence.anchor_every = days{1};
  }
  void Note(std::string_view text) { ASSERT_TRUE(store_->Record(*AddNote(store_->FindCase(1).value(), "ada", text, clock_.Now()))); }
  Authority authority_;
  HttpServer server_;
  std::atomic<int> asked_[2] = {0, 0};
  std::atomic<bool> up_[2] = {true, true};
};

TEST_F(AnchorsTest, EveryAuthorityStampsTheHeadOnceAPeriodAndOnlyWhenSomethingHappened) {
  AnchorKeeper keeper(config_, folder_.path(), *store_, http_, clock_);
  EXPECT_THAT(keeper.Look().made, SizeIs(2));
  EXPECT_THAT(keeper.Look().made, IsEmpty());
  clock_.Advance(days{1});
  EXPECT_THAT(keeper.Look().made, IsEmpty()) << "nothing happened since";
  Note("looked at it");
  EXPECT_THAT(keeper.Look().made, SizeIs(2));
  EXPECT_EQ(asked_[0], 2);
  const auto anchors = CheckAnchors(AnchorFolder(folder_.path()), *store_, config_.evidence.certificates);
  ASSERT_TRUE(anchors);
  EXPECT_THAT(*anchors, SizeIs(4));
  for (const auto& anchor : *anchors) EXPECT_TRUE(anchor.stamp) << anchor.flaw;
}

TEST_F(AnchorsTest, AnAuthorityThatIsAwayIsAskedAgainLaterAndTheOtherIsLeftAlone) {
  up_[1] = false;
  AnchorKeeper keeper(config_, folder_.path(), *store_, http_, clock_);
  const Anchoring first = keeper.Look();
  EXPECT_THAT(first.made, SizeIs(1));
  ASSERT_THAT(first.failed, SizeIs(1));
  EXPECT_EQ(first.failed[0].first, server_.Url("/two"));
  const int tries = asked_[1];
  EXPECT_THAT(keeper.Look().failed, IsEmpty()) << "not at once";
  EXPECT_EQ(asked_[1], tries);
  up_[1] = true;
  clock_.Advance(minutes{30});
  EXPECT_THAT(keeper.Look().made, SizeIs(1));
  EXPECT_EQ(asked_[0], 1);
}

TEST_F(AnchorsTest, ARestartAsksNoSoonerAndNeverMeansNever) {
  AnchorKeeper(config_, folder_.path(), *store_, http_, clock_).Look();
  Note("and on");
  FakeClock now{"2026-11-02 08:00"};
  now.Set(SystemClock{}.Now());  // files are as old as the disk says
  AnchorKeeper again(config_, folder_.path(), *store_, http_, now);
  EXPECT_THAT(again.Look().made, IsEmpty());
  now.Advance(days{1});
  EXPECT_THAT(again.Look().made, SizeIs(2));
  config_.evidence.anchor_every.reset();
  AnchorKeeper never(config_, folder_.path(), *store_, http_, now);
  Note("and on");
  now.Advance(days{9});
  EXPECT_THAT(never.Look().made, IsEmpty());
}

}  // namespace
}  // namespace heed
