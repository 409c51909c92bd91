// Who comes in, and who does not.
#include "src/access/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/access/totp.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPassword = "otter lantern gravel";

class GateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    rules_.effort = Effort::kLeast;
    store_ = Store::Open(folder_.path()).value();
    gate_ = std::make_unique<Gate>(*store_, clock_, rules_);
    ASSERT_TRUE(gate_->Add("Amina Khan", "", {{Role::kTriage, "oakmoor"}}, "heed"));
  }
  Visitor Know(const Admission& admission) {
    auto visitor = gate_->Recognise(admission.token);
    EXPECT_TRUE(visitor && *visitor);
    return **visitor;
  }
  bool Knows(const Admission& admission) { return gate_->Recognise(admission.token).value().has_value(); }
  // From the invitation to being in; leaves her with a password and a second factor.
  Admission Enrol(const std::string& id = "amina-khan") {
    const auto link = gate_->MakeLink(id, LinkKind::kInvitation, "heed").value();
    auto admission = gate_->UseLink(link, "here").value();
    EXPECT_EQ(admission.stage, Stage::kPassword);
    admission = gate_->ChoosePassword(Know(admission), kPassword).value();
    EXPECT_EQ(admission.stage, Stage::kEnrol);
    key_ = gate_->DraftSecondFactor(Know(admission)).value();
    auto enrolled = gate_->ConfirmSecondFactor(Know(admission), Code()).value();
    recovery_ = enrolled.recovery_codes;
    clock_.Advance(minutes{2});
    return enrolled.entry;
  }
  std::string Code() { return TotpCode(key_, TotpStep(clock_.Now())); }
  std::vector<std::string> Trail() {
    std::vector<std::string> actions;
    const auto trail = store_->AuditTrail({.limit = 1000}).value();
    for (const auto& row : trail) actions.insert(actions.begin(), row.action);
    return actions;
  }

  TempFolder folder_;
  FakeClock clock_{"2031-03-02 08:00"};
  GateRules rules_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Gate> gate_;
  std::string key_;
  std::vector<std::string> recovery_;
};

TEST_F(GateTest, AnInvitationLeadsThroughPasswordAndSecondFactor) {
  const auto in = Enrol();
  EXPECT_EQ(in.stage, Stage::kIn);
  EXPECT_EQ(Know(in).person.id, "amina-khan");
  auto first = gate_->SignIn("Amina-Khan ", kPassword, "here");
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(first->stage, Stage::kSecondFactor);
  const auto second = gate_->SecondFactor(Know(*first), Code(), "here");
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(second->stage, Stage::kIn);
  EXPECT_NE(second->token, first->token);
  EXPECT_FALSE(Knows(*first)) << "the session before is gone";
  EXPECT_TRUE(Knows(*second));
  EXPECT_THAT(Trail(), ::testing::ElementsAre("person-added", "invited", "link-used", "password-chosen", "second-factor-set-up", "signed-in"));
}

TEST_F(GateTest, NothingTellsAWrongPasswordFromNobody) {
  Enrol();
  const auto wrong = gate_->SignIn("amina-khan", "not it at all", "here"), nobody = gate_->SignIn("no-such-person", kPassword, "here"), empty = gate_->SignIn("", "", "here");
  ASSERT_TRUE(gate_->Lock("amina-khan", true, "heed"));
  const auto locked = gate_->SignIn("amina-khan", kPassword, "here");
  for (const auto* each : {&wrong, &nobody, &empty, &locked}) {
    ASSERT_FALSE(*each);
    EXPECT_EQ(each->error().fault(), Fault::kSignIn);
    EXPECT_EQ(each->error().message(), wrong.error().message());
  }
}

TEST_F(GateTest, WrongTriesMeanWaitingWhetherThePersonExistsOrNot) {
  Enrol();
  for (const std::string id : {"amina-khan", "no-such-person"}) {
    for (int i = 0; i < rules_.free_tries; ++i) EXPECT_EQ(gate_->SignIn(id, "wrong", "here").error().fault(), Fault::kSignIn);
    const auto waits = gate_->SignIn(id, kPassword, "here");
    ASSERT_FALSE(waits) << "the right password does not help now";
    EXPECT_EQ(waits.error().fault(), Fault::kBusy);
    EXPECT_EQ(waits.error().retry_after(), seconds{60});
    EXPECT_EQ(waits.error().message(), "Too many wrong tries. Try again in 1 minute");
  }
  clock_.Advance(minutes{1});
  EXPECT_EQ(gate_->SignIn("amina-khan", "wrong", "here").error().fault(), Fault::kSignIn);
  EXPECT_EQ(gate_->SignIn("amina-khan", kPassword, "here").error().retry_after(), seconds{120}) << "longer each time";
  clock_.Advance(minutes{2});
  EXPECT_TRUE(gate_->SignIn("amina-khan", kPassword, "here"));
  EXPECT_EQ(gate_->SignIn("amina-khan", "wrong", "here").error().fault(), Fault::kSignIn) << "and counts from the start again";
}

TEST_F(GateTest, WaitingHasAnEnd) {
  for (int i = 0; i < 40; ++i) {
    (void)gate_->SignIn("amina-khan", "wrong", "here");
    clock_.Advance(hours{1});
  }
  (void)gate_->SignIn("amina-khan", "wrong", "here");
  EXPECT_LE(gate_->SignIn("amina-khan", "wrong", "here").error().retry_after(), seconds{3600});
}

TEST_F(GateTest, ACodeWorksOnceAndGuessingItMeansWaiting) {
  Enrol();
  const std::string code = Code();
  ASSERT_TRUE(gate_->SecondFactor(Know(*gate_->SignIn("amina-khan", kPassword, "here")), code, "here"));
  const auto again = gate_->SignIn("amina-khan", kPassword, "here");
  EXPECT_EQ(gate_->SecondFactor(Know(*again), code, "here").error().fault(), Fault::kInvalid) << "seen over a shoulder";
  for (int i = 1; i < rules_.free_tries; ++i) EXPECT_EQ(gate_->SecondFactor(Know(*again), "000000", "here").error().fault(), Fault::kInvalid);
  clock_.Advance(seconds{40});
  EXPECT_EQ(gate_->SecondFactor(Know(*again), Code(), "here").error().fault(), Fault::kBusy);
}

TEST_F(GateTest, ARecoveryCodeStandsInOnce) {
  Enrol();
  ASSERT_EQ(recovery_.size(), 10u);
  ASSERT_TRUE(gate_->SecondFactor(Know(*gate_->SignIn("amina-khan", kPassword, "here")), " " + recovery_[3] + " ", "here"));
  EXPECT_FALSE(gate_->SecondFactor(Know(*gate_->SignIn("amina-khan", kPassword, "here")), recovery_[3], "here"));
  EXPECT_EQ(store_->FindPerson("amina-khan")->recovery.size(), 9u);
  EXPECT_THAT(Trail(), ::testing::Contains("recovery-code-used"));
}

TEST_F(GateTest, ALinkWorksOnceForAWhileAndOnlyTheNewest) {
  const auto old = gate_->MakeLink("amina-khan", LinkKind::kInvitation, "heed").value(), link = gate_->MakeLink("amina-khan", LinkKind::kInvitation, "heed").value();
  EXPECT_EQ(gate_->UseLink(old, "here").error().fault(), Fault::kGone);
  EXPECT_TRUE(gate_->Whose(link)) << "looking does not use it up";
  EXPECT_TRUE(gate_->UseLink(link, "here"));
  EXPECT_EQ(gate_->UseLink(link, "here").error().fault(), Fault::kGone);
  const auto late = gate_->MakeLink("amina-khan", LinkKind::kSignIn, "heed").value();
  clock_.Advance(rules_.sign_in_link);
  EXPECT_EQ(gate_->UseLink(late, "here").error().fault(), Fault::kGone);
  for (const std::string wrong : {"", ".", "amina-khan", "amina-khan.", "nobody.abc", "../x.y"}) EXPECT_EQ(gate_->UseLink(wrong, "here").error().fault(), Fault::kGone);
}

TEST_F(GateTest, ASessionEndsByItselfAndByBeingUsedTooLong) {
  auto in = Enrol();
  ASSERT_TRUE(Knows(in));
  for (int i = 0; i < 20; ++i) {
    clock_.Advance(rules_.idle - seconds{1});
    ASSERT_TRUE(Knows(in)) << i;
  }
  clock_.Advance(rules_.idle + seconds{61});
  EXPECT_FALSE(Knows(in)) << "idle";
  auto again = gate_->SecondFactor(Know(*gate_->SignIn("amina-khan", kPassword, "here")), Code(), "here").value();
  for (auto gone = seconds{0}; gone <= rules_.absolute; gone += minutes{20}) {
    EXPECT_TRUE(Knows(again));
    clock_.Advance(minutes{20});
  }
  EXPECT_FALSE(Knows(again)) << "absolute";
  EXPECT_GE(gate_->Tidy().value(), 2u);
}

TEST_F(GateTest, LockingSignsOutEverywhere) {
  const auto in = Enrol();
  ASSERT_TRUE(gate_->Lock("amina-khan", true, "heed"));
  EXPECT_FALSE(Knows(in));
  EXPECT_EQ(gate_->MakeLink("amina-khan", LinkKind::kSignIn, "heed").error().fault(), Fault::kInvalid);
  ASSERT_TRUE(gate_->Lock("amina-khan", false, "heed"));
  EXPECT_FALSE(Knows(in)) << "the session of before does not come back";
  EXPECT_TRUE(gate_->SignIn("amina-khan", kPassword, "here"));
}

TEST_F(GateTest, ANewPasswordEndsEveryOtherSession) {
  const auto first = Enrol();
  const auto second = gate_->SecondFactor(Know(*gate_->SignIn("amina-khan", kPassword, "here")), Code(), "here").value();
  const auto third = gate_->ChoosePassword(Know(second), "gravel otter lantern");
  ASSERT_TRUE(third);
  EXPECT_EQ(third->stage, Stage::kIn);
  EXPECT_FALSE(Knows(first));
  EXPECT_FALSE(Knows(second));
  EXPECT_TRUE(Knows(*third));
}

TEST_F(GateTest, PoorPasswordsAreRefusedWithAReason) {
  const auto admission = gate_->UseLink(gate_->MakeLink("amina-khan", LinkKind::kInvitation, "heed").value(), "here").value();
  for (const std::string poor : {"", "short", "aaaaaaaaaaaaaaaa", "password1234567", "xx amina-khan xx"}) {
    const auto refused = gate_->ChoosePassword(Know(admission), poor);
    ASSERT_FALSE(refused) << poor;
    EXPECT_EQ(refused.error().fault(), Fault::kInvalid);
  }
  EXPECT_FALSE(gate_->ChoosePassword(Know(admission), std::string(2000, 'a') + "b"));
  EXPECT_TRUE(gate_->ChoosePassword(Know(admission), "žluťoučký kůň")) << "any letters will do";
}

TEST_F(GateTest, TheLastAdministratorCannotGo) {
  ASSERT_TRUE(gate_->Add("Ben Ode", "", {{Role::kAdministrator, ""}}, "heed"));
  EXPECT_THAT(gate_->Lock("ben-ode", true, "ben-ode").error().message(), HasSubstr("Nobody else could administer"));
  EXPECT_FALSE(gate_->SetGrants("ben-ode", {{Role::kTriage, ""}}, "ben-ode"));
  ASSERT_TRUE(gate_->Add("Cara Lis", "", {{Role::kAdministrator, ""}}, "heed"));
  EXPECT_TRUE(gate_->Lock("ben-ode", true, "cara-lis"));
}

TEST_F(GateTest, PeopleHaveNamesRolesAndOneIdEach) {
  EXPECT_EQ(gate_->Add("Zoë O'Neill-Smythe", "", {{Role::kHead, ""}}, "heed")->id, "zo-o-neill-smythe");
  EXPECT_EQ(gate_->Add("Amina Khan", "", {{Role::kHead, ""}}, "heed").error().fault(), Fault::kExists);
  for (const std::string& bad : std::vector<std::string>{"Upper", "a b", "heed", std::string(41, 'a')}) EXPECT_EQ(gate_->Add("X", bad, {{Role::kHead, ""}}, "heed").error().fault(), Fault::kInvalid) << bad;
  EXPECT_FALSE(gate_->Add("", "x", {{Role::kHead, ""}}, "heed"));
  EXPECT_FALSE(gate_->Add("Dee", "", {}, "heed"));
}

TEST_F(GateTest, AProxyVouchesForPeopleWhoAreKnown) {
  EXPECT_EQ(gate_->Vouched("amina-khan", "here")->stage, Stage::kIn);
  EXPECT_EQ(gate_->Vouched("nobody", "here").error().fault(), Fault::kSignIn);
  ASSERT_TRUE(gate_->Lock("amina-khan", true, "heed"));
  EXPECT_EQ(gate_->Vouched("amina-khan", "here").error().fault(), Fault::kSignIn);
}

TEST_F(GateTest, EverythingIsThereAgainAfterAStart) {
  const auto in = Enrol();
  gate_.reset();
  store_.reset();
  store_ = Store::Open(folder_.path()).value();
  gate_ = std::make_unique<Gate>(*store_, clock_, rules_);
  EXPECT_TRUE(Knows(in));
  EXPECT_FALSE(store_->VerifyAudit()->broken);
}

}  // namespace
}  // namespace heed
