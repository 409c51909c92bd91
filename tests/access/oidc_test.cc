// Signing in with a school account, through a sign-in service that signs for real and forges on demand.
#include "src/access/oidc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "src/access/gate.h"
#include "src/base/secret.h"
#include "src/base/utf8.h"
#include "src/net/http.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/sign_in_service.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

class OidcTest : public ::testing::Test {
 protected:
  OidcTest() {
    settings_.issuer = service_.issuer();
    settings_.client_id = "heed-client";
    settings_.client_secret = "a secret: &?%";
    settings_.redirect_uri = "https://heed.oakmoor.example/sign-in/school/back";
    service_.now = clock_.Now();
    Build();
  }
  void Build() { client_ = std::make_unique<OidcClient>(settings_, FetchThrough(http_)); }

  // What the browser brings back after signing in there.
  OidcClient::Return Back(const OidcClient::Start& start) {
    const std::string where = service_.Approve(start.address);
    EXPECT_TRUE(where.starts_with(settings_.redirect_uri + "?")) << where << service_.refused;
    OidcClient::Return back;
    back.cookie = start.token;
    const auto value = [&](const std::string& name) {
      const auto at = where.find(name + "=");
      return at == std::string::npos ? std::string() : where.substr(at + name.size() + 1, where.find('&', at) - at - name.size() - 1);
    };
    back.code = value("code");
    back.state = value("state");
    back.issuer = value("iss");
    back.has_issuer = !back.issuer.empty();
    return back;
  }
  Result<OidcClient::Arrival> SignIn() {
    const auto start = client_->Begin("/queue", clock_.Now());
    if (!start) return Fail(start.error());
    return client_->Finish(Back(*start), clock_.Now());
  }
  void Advance(microseconds by) {
    clock_.Advance(by);
    service_.now = clock_.Now();
  }

  FakeClock clock_{"2031-03-02 08:00"};
  SignInService service_{"heed-client", "a secret: &?%"};
  HttpClient http_{{.user_agent = {}, .ca_file = {}}};
  OidcSettings settings_;
  std::unique_ptr<OidcClient> client_;
};

TEST_F(OidcTest, SaysWhoSomebodyIsWhateverTheSignature) {
  for (const auto how : {SignedWith::kRs256, SignedWith::kPs256, SignedWith::kEs256}) {
    service_.signed_with = how;
    const auto arrival = SignIn();
    ASSERT_TRUE(arrival) << arrival.error().message();
    EXPECT_EQ(arrival->account.key, service_.issuer() + " 1234");
    EXPECT_EQ(arrival->account.subject, "1234");
    EXPECT_EQ(arrival->account.mail, "amina@oakmoor.example");
    EXPECT_FALSE(arrival->account.second_factor);
    EXPECT_EQ(arrival->next, "/queue");
  }
  EXPECT_EQ(service_.key_fetches(), 1u);
}

struct ForgedCase {
  Forgery forge;
  const char* name;
};
class Forged : public OidcTest, public ::testing::WithParamInterface<ForgedCase> {};

TEST_P(Forged, IsRefused) {
  for (const auto how : {SignedWith::kRs256, SignedWith::kPs256, SignedWith::kEs256}) {
    // Without a name the one key of its kind is meant, and that is right.
    if (GetParam().forge == Forgery::kNoName && how == SignedWith::kEs256) continue;
    service_.signed_with = how;
    service_.forge = GetParam().forge;
    const auto arrival = SignIn();
    ASSERT_FALSE(arrival);
    EXPECT_TRUE(arrival.error().fault() == Fault::kDenied || arrival.error().fault() == Fault::kMalformed) << arrival.error().message();
    service_.forge = Forgery::kNone;
    EXPECT_TRUE(SignIn()) << "the next honest one is taken";
  }
}

INSTANTIATE_TEST_SUITE_P(Tokens, Forged,
                         ::testing::Values(ForgedCase{Forgery::kNoAlgorithm, "NoAlgorithm"}, ForgedCase{Forgery::kNoAlgorithmSigned, "NoAlgorithmButSigned"}, ForgedCase{Forgery::kSharedSecret, "HmacWithThePublicKey"},
                                           ForgedCase{Forgery::kSharedModulus, "HmacWithTheModulus"}, ForgedCase{Forgery::kUnknownKey, "UnknownKey"}, ForgedCase{Forgery::kStolenName, "AnotherKeyUnderItsName"},
                                           ForgedCase{Forgery::kOtherKind, "AKeyOfAnotherKind"}, ForgedCase{Forgery::kNoName, "NoNameForSeveralKeys"}, ForgedCase{Forgery::kBrokenSignature, "BrokenSignature"},
                                           ForgedCase{Forgery::kChangedClaims, "ChangedClaims"}, ForgedCase{Forgery::kOtherIssuer, "AnotherIssuer"}, ForgedCase{Forgery::kOtherClient, "AnotherClient"},
                                           ForgedCase{Forgery::kManyClients, "ManyClients"}, ForgedCase{Forgery::kOtherParty, "AnotherParty"}, ForgedCase{Forgery::kExpired, "Expired"},
                                           ForgedCase{Forgery::kNoExpiry, "NoExpiry"}, ForgedCase{Forgery::kFromTheFuture, "FromTheFuture"}, ForgedCase{Forgery::kNotYet, "NotYet"}, ForgedCase{Forgery::kTooOld, "TooOld"},
                                           ForgedCase{Forgery::kOtherNonce, "AnotherNonce"}, ForgedCase{Forgery::kNoNonce, "NoNonce"}, ForgedCase{Forgery::kNoSubject, "NoSubject"},
                                           ForgedCase{Forgery::kDoubledClaim, "ADoubledClaim"}, ForgedCase{Forgery::kCritical, "ACriticalHeader"}, ForgedCase{Forgery::kEmbeddedKey, "AKeyInTheHeader"}),
                         [](const auto& param) { return param.param.name; });

TEST_F(OidcTest, ACodeIsGoodOnce) {
  const auto start = client_->Begin("/", clock_.Now()).value();
  const auto back = Back(start);
  ASSERT_TRUE(client_->Finish(back, clock_.Now()));
  const auto again = client_->Finish(back, clock_.Now());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault(), Fault::kGone);
  // In another attempt of the same browser the service itself refuses it, and its verifier would not fit.
  const auto second = client_->Begin("/", clock_.Now()).value();
  auto mixed = Back(second);
  mixed.code = back.code;
  const auto replayed = client_->Finish(mixed, clock_.Now());
  ASSERT_FALSE(replayed);
  EXPECT_EQ(replayed.error().fault(), Fault::kDenied);
}

TEST_F(OidcTest, ACodeOfSomebodyElsesAttemptIsOfNoUse) {
  const auto theirs = client_->Begin("/", clock_.Now()).value(), mine = client_->Begin("/", clock_.Now()).value();
  auto injected = Back(mine);
  injected.code = Back(theirs).code;
  const auto refused = client_->Finish(injected, clock_.Now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(service_.refused, "the verifier does not fit the challenge");
}

TEST_F(OidcTest, AnAnswerBelongsToOneBrowserAndOneAttempt) {
  struct Slip {
    const char* name;
    void (*change)(OidcClient::Return&);
  };
  const Slip slips[] = {
      {"another state", [](OidcClient::Return& back) { back.state = NewToken(); }}, {"no state", [](OidcClient::Return& back) { back.state.clear(); }},
      {"another browser", [](OidcClient::Return& back) { back.cookie = NewToken(); }}, {"no cookie", [](OidcClient::Return& back) { back.cookie.clear(); }},
      {"no code", [](OidcClient::Return& back) { back.code.clear(); }},
  };
  for (const auto& slip : slips) {
    SCOPED_TRACE(slip.name);
    const auto start = client_->Begin("/", clock_.Now()).value();
    const auto right = Back(start);
    auto back = right;
    slip.change(back);
    const auto refused = client_->Finish(back, clock_.Now());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault(), Fault::kGone);
    // A wrong state uses the attempt up: nobody tries states one after the other.
    if (back.cookie == right.cookie) EXPECT_FALSE(client_->Finish(right, clock_.Now()));
  }
}

TEST_F(OidcTest, AnAttemptEndsAfterTenMinutes) {
  const auto start = client_->Begin("/", clock_.Now()).value();
  const auto back = Back(start);
  Advance(OidcClient::kAttempt + seconds{1});
  EXPECT_EQ(client_->Finish(back, clock_.Now()).error().fault(), Fault::kGone);
}

TEST_F(OidcTest, AttemptsNobodyFinishesAreForgotten) {
  const auto first = client_->Begin("/", clock_.Now()).value();
  const auto back = Back(first);
  clock_.Advance(seconds{1});
  for (std::size_t i = 0; i < OidcClient::kMostAttempts; ++i) ASSERT_TRUE(client_->Begin("/", clock_.Now()));
  EXPECT_EQ(client_->Finish(back, clock_.Now()).error().fault(), Fault::kGone);
  EXPECT_TRUE(SignIn());
}

TEST_F(OidcTest, AnAnswerOfAnotherIssuerIsRefused) {
  service_.answers_issuer = "https://login.elsewhere.example";
  EXPECT_THAT(SignIn().error().message(), HasSubstr("another sign-in service"));
  service_.answers_issuer = service_.issuer();
  EXPECT_TRUE(SignIn());
}

TEST_F(OidcTest, AnAnswerWithoutTheIssuerThatWasPromisedIsRefused) {
  service_.promises_issuer = true;
  EXPECT_EQ(SignIn().error().fault(), Fault::kDenied);
}

TEST_F(OidcTest, ADocumentOfAnotherIssuerIsRefused) {
  service_.says_issuer = "https://login.elsewhere.example";
  EXPECT_THAT(SignIn().error().message(), HasSubstr("calls itself \"https://login.elsewhere.example\""));
  service_.says_issuer = "\x1b[31m" + std::string(194, 'a') + "é";
  const auto refused = SignIn();
  EXPECT_TRUE(IsUtf8(refused.error().message()));
  EXPECT_EQ(refused.error().message().find('\x1b'), std::string::npos);
}

TEST_F(OidcTest, NewKeysAreFetchedOnceAMinuteAtMost) {
  ASSERT_TRUE(SignIn());
  EXPECT_EQ(service_.key_fetches(), 1u);
  Advance(hours{1});
  service_.RotateKeys();
  ASSERT_TRUE(SignIn()) << "an unknown key has them fetched again";
  EXPECT_EQ(service_.key_fetches(), 2u);
  service_.RotateKeys(false);
  for (int i = 0; i < 5; ++i) {
    Advance(seconds{10});
    EXPECT_FALSE(SignIn());
  }
  EXPECT_EQ(service_.key_fetches(), 2u) << "whoever sends unknown keys does not make heed ask and ask";
  Advance(seconds{11});
  EXPECT_FALSE(SignIn());
  EXPECT_EQ(service_.key_fetches(), 3u);
  service_.PublishKeys();
  Advance(seconds{61});
  EXPECT_TRUE(SignIn());
}

TEST_F(OidcTest, KeysThatCannotBeHadLetNobodyIn) {
  service_.server().Route("/keys", Answer::Status(503));
  EXPECT_EQ(SignIn().error().fault(), Fault::kUnavailable);
  EXPECT_EQ(SignIn().error().fault(), Fault::kUnavailable);
  EXPECT_EQ(service_.key_fetches(), 1u);
}

TEST_F(OidcTest, KnownKeysGoOnForADayWhileTheServiceHidesThem) {
  ASSERT_TRUE(SignIn());
  service_.server().Route("/keys", Answer::Status(503));
  Advance(hours{23});
  EXPECT_TRUE(SignIn());
  Advance(hours{2});
  EXPECT_EQ(SignIn().error().fault(), Fault::kUnavailable);
}

TEST_F(OidcTest, AServiceThatMisbehavesLetsNobodyIn) {
  const std::string document = "/school/.well-known/openid-configuration";
  struct Trouble {
    const char* name;
    std::string path;
    Answer answer;
  };
  const Trouble troubles[] = {
      {"no document", document, Answer::Status(404)},
      {"a document that is none", document, Answer::Json("[1,2")},
      {"an endpoint without encryption", document,
       Answer::Json("{\"issuer\":\"" + service_.issuer() + "\",\"authorization_endpoint\":\"http://login.elsewhere.example/a\",\"token_endpoint\":\"" + service_.server().Url("/token") + "\",\"jwks_uri\":\"" + service_.server().Url("/keys") + "\"}")},
      {"a document that hangs up", document, Answer::Hangup()},
      {"a redirect", document, Answer::Redirect(302, "http://127.0.0.1:1/")},
      {"keys that are none", "/keys", Answer::Json("{\"keys\":7}")},
      {"no keys at all", "/keys", Answer::Json("{\"keys\":[]}")},
      {"weak keys", "/keys", Answer::Json("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"rsa-0\",\"n\":\"" + Base64Url(std::string(128, '\x81')) + "\",\"e\":\"AQAB\"}]}")},
      {"a key that is no key", "/keys", Answer::Json("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"rsa-0\",\"n\":\"" + Base64Url(std::string(256, '\x80')) + "\",\"e\":\"AQAB\"}]}")},
      {"a point off the curve", "/keys", Answer::Json("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"rsa-0\",\"x\":\"" + Base64Url(std::string(32, '\x01')) + "\",\"y\":\"" + Base64Url(std::string(32, '\x01')) + "\"}]}")},
      {"no token", "/token", Answer::Json("{}")},
      {"a token that is none", "/token", Answer::Json("{\"id_token\":\"a.b.c\"}")},
      {"an exchange that fails", "/token", Answer::Status(500)},
      {"an exchange that is refused", "/token", Answer::Status(400, "{\"error\":\"invalid_client\"}")},
  };
  for (const auto& trouble : troubles) {
    SCOPED_TRACE(trouble.name);
    SignInService fresh("heed-client", "a secret: &?%");
    fresh.now = clock_.Now();
    settings_.issuer = fresh.issuer();
    Answer answer = trouble.answer;
    for (auto at = answer.body.find(service_.server().Origin()); at != std::string::npos; at = answer.body.find(service_.server().Origin())) answer.body.replace(at, service_.server().Origin().size(), fresh.server().Origin());
    fresh.server().Route(trouble.path, answer);
    OidcClient client(settings_, FetchThrough(http_));
    const auto start = client.Begin("/", clock_.Now());
    if (!start) continue;
    const std::string where = fresh.Approve(start->address);
    OidcClient::Return back;
    back.cookie = start->token;
    back.code = where.substr(where.find("code=") + 5, 43);
    back.state = where.substr(where.find("state=") + 6, 43);
    EXPECT_FALSE(client.Finish(back, clock_.Now()));
  }
}

TEST_F(OidcTest, TakesTheSecretWhereTheServiceWantsIt) {
  service_.basic = false;
  EXPECT_TRUE(SignIn());
  settings_.client_secret = "wrong";
  Build();
  EXPECT_THAT(SignIn().error().message(), HasSubstr("client id and secret"));
}

TEST_F(OidcTest, ARefusalThereIsNoFault) {
  const auto start = client_->Begin("/", clock_.Now()).value();
  auto back = Back(start);
  back.code.clear();
  back.error = "access_denied";
  EXPECT_EQ(client_->Finish(back, clock_.Now()).error().fault(), Fault::kCancelled);
}

TEST_F(OidcTest, AnUnverifiedMailAddressSaysNothing) {
  struct Case {
    const char* verified;
    bool trusted;
    const char* mail;
  };
  for (const auto& one : {Case{"true", false, "amina@oakmoor.example"}, {"false", false, ""}, {"null", false, ""}, {"\"true\"", false, "amina@oakmoor.example"}, {"1", false, ""}, {"false", true, "amina@oakmoor.example"}}) {
    service_.person["email_verified"] = one.verified;
    settings_.trust_mail = one.trusted;
    Build();
    const auto arrival = SignIn();
    ASSERT_TRUE(arrival) << arrival.error().message();
    EXPECT_EQ(arrival->account.mail, one.mail) << one.verified;
  }
}

TEST_F(OidcTest, TheSecondFactorIsAskedOfTheServiceWhereConfigured) {
  settings_.second_factor = {"mfa", "urn:strong"};
  Build();
  EXPECT_EQ(SignIn().error().fault(), Fault::kSignIn);
  service_.person["amr"] = "[\"pwd\"]";
  EXPECT_FALSE(SignIn());
  service_.person["amr"] = "[\"pwd\",\"mfa\"]";
  EXPECT_TRUE(SignIn()->account.second_factor);
  service_.person["amr"] = "[\"pwd\"]";
  service_.person["acr"] = "\"urn:strong\"";
  EXPECT_TRUE(SignIn()->account.second_factor);
}

TEST_F(OidcTest, PeopleAreKnownByTheConfiguredClaim) {
  settings_.subject_claim = "oid";
  Build();
  EXPECT_FALSE(SignIn());
  service_.person["oid"] = "\"0aa1-22\"";
  EXPECT_EQ(SignIn()->account.subject, "0aa1-22");
  for (const char* bad : {"\"\"", "7", "\"a b\"", "\"\\u0000\"", "[\"x\"]", "\"\\u00e9\""}) {
    service_.person["oid"] = bad;
    EXPECT_FALSE(SignIn()) << bad;
  }
}

TEST(OidcSettings, EachMistakeIsNamed) {
  struct Case {
    const char* issuer;
    const char* subject_claim;
    const char* key;
  };
  for (const auto& one : {Case{"http://login.oakmoor.example", "sub", "issuer"}, {"https://a@login.oakmoor.example", "sub", "issuer"}, {"ftp://x", "sub", "issuer"}, {"https://login.oakmoor.example/?x", "sub", "issuer"},
                          {"https://login.oakmoor.example/.well-known/openid-configuration", "sub", "issuer"}, {"https://login.microsoftonline.com/common/v2.0", "sub", "issuer"},
                          {"http://127.0.0.1.evil.example", "sub", "issuer"}, {"http://localhost:80@evil.example", "sub", "issuer"}, {"https://login.oakmoor.example", "email", "subject_claim"}, {"https://login.oakmoor.example", "", "subject_claim"}}) {
    OidcSettings settings;
    settings.issuer = one.issuer;
    settings.client_id = "heed";
    settings.subject_claim = one.subject_claim;
    const auto wrong = CheckOidcSettings(settings);
    ASSERT_FALSE(wrong.empty()) << one.issuer;
    EXPECT_EQ(wrong.front().first, one.key) << one.issuer;
  }
  OidcSettings right;
  right.issuer = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
  right.client_id = "heed";
  right.subject_claim = "oid";
  right.redirect_uri = "https://heed.oakmoor.example/sign-in/school/back";
  EXPECT_TRUE(CheckOidcSettings(right).empty());
}

// --- who may come in

class SchoolAccountTest : public ::testing::Test {
 protected:
  SchoolAccountTest() {
    rules_.effort = Effort::kLeast;
    store_ = Store::Open(folder_.path()).value();
    gate_ = std::make_unique<Gate>(*store_, clock_, rules_);
    EXPECT_TRUE(gate_->Add("Amina", "amina", {{Role::kTriage, "oakmoor"}}, "heed"));
    EXPECT_TRUE(gate_->Add("Ben", "ben", {{Role::kTriage, "oakmoor"}}, "heed"));
  }
  static SchoolAccount Account(std::string subject, std::string mail = "", bool second_factor = true) { return {"https://login.example " + subject, subject, std::move(mail), second_factor}; }
  Result<std::string> Comes(const SchoolAccount& account) {
    const auto entry = HEED_TRY(gate_->WithSchoolAccount(account, "192.0.2.7"));
    const auto visitor = HEED_TRY(gate_->Recognise(entry.token));
    return visitor ? visitor->person.id : "";
  }
  TempFolder folder_;
  FakeClock clock_{"2031-03-02 08:00"};
  GateRules rules_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Gate> gate_;
};

TEST_F(SchoolAccountTest, NobodyIsMadeBySigningIn) {
  EXPECT_EQ(Comes(Account("1", "stranger@oakmoor.example")).error().fault(), Fault::kSignIn);
  EXPECT_EQ(Comes(Account("1", "")).error().fault(), Fault::kSignIn) << "people without an address are not all the same person";
  EXPECT_EQ(store_->People()->size(), 2u);
}

TEST_F(SchoolAccountTest, TheFirstTimeByMailAndThenByTheAccountAlone) {
  ASSERT_TRUE(gate_->SetSchoolAccount("amina", " Amina@Oakmoor.example ", "", "boss"));
  EXPECT_EQ(*Comes(Account("1", "amina@oakmoor.example")), "amina");
  EXPECT_EQ(*Comes(Account("1", "")), "amina");
  // The address has passed to somebody else.
  EXPECT_EQ(Comes(Account("2", "amina@oakmoor.example")).error().fault(), Fault::kSignIn);
  // Until an administrator says that the new account is hers.
  ASSERT_TRUE(gate_->SetSchoolAccount("amina", "amina@oakmoor.example", "", "boss"));
  EXPECT_EQ(*Comes(Account("2", "amina@oakmoor.example")), "amina");
  EXPECT_EQ(Comes(Account("1", "")).error().fault(), Fault::kSignIn);
}

TEST_F(SchoolAccountTest, AConfiguredAccountNeedsNoMail) {
  ASSERT_TRUE(gate_->SetSchoolAccount("ben", "", "https://login.example 7", "boss"));
  EXPECT_EQ(*Comes(Account("7")), "ben");
  EXPECT_EQ(Comes({"https://elsewhere.example 7", "7", "", true}).error().fault(), Fault::kSignIn) << "the same name at another service is somebody else";
}

TEST_F(SchoolAccountTest, TwoPeopleNeverShareOne) {
  ASSERT_TRUE(gate_->SetSchoolAccount("ben", "b@oakmoor.example", "https://login.example 7", "boss"));
  EXPECT_EQ(gate_->SetSchoolAccount("amina", "", "https://login.example 7", "boss").error().fault(), Fault::kExists);
  EXPECT_EQ(gate_->SetSchoolAccount("amina", "B@oakmoor.example", "", "boss").error().fault(), Fault::kExists);
  for (const char* bad : {"nobody", "@x", "a@", "a@b@c", "a b@c"}) EXPECT_EQ(gate_->SetSchoolAccount("amina", bad, "", "boss").error().fault(), Fault::kInvalid) << bad;
}

TEST_F(SchoolAccountTest, WhoIsLockedStaysOut) {
  ASSERT_TRUE(gate_->SetSchoolAccount("ben", "b@oakmoor.example", "", "boss"));
  ASSERT_TRUE(gate_->Lock("ben", true, "boss"));
  EXPECT_EQ(Comes(Account("7", "b@oakmoor.example")).error().fault(), Fault::kSignIn);
}

TEST_F(SchoolAccountTest, TheCodeIsStillAskedUnlessTheServiceAskedForOne) {
  ASSERT_TRUE(gate_->SetSchoolAccount("ben", "b@oakmoor.example", "", "boss"));
  EXPECT_EQ(gate_->WithSchoolAccount(Account("7", "b@oakmoor.example", false), "here")->stage, Stage::kEnrol);
  ASSERT_TRUE(store_->ChangePerson("ben", [](Person& p) -> Done { p.second_factor = std::string(20, 'k'); return {}; }, std::nullopt));
  EXPECT_EQ(gate_->WithSchoolAccount(Account("7", "", false), "here")->stage, Stage::kSecondFactor);
  EXPECT_EQ(gate_->WithSchoolAccount(Account("7", "", true), "here")->stage, Stage::kIn);
  std::vector<std::string> actions;
  const auto trail = store_->AuditTrail({.limit = 100}).value();
  for (const auto& row : trail) actions.push_back(row.action);
  EXPECT_THAT(actions, ::testing::IsSupersetOf({"school-account-set", "school-account-linked", "school-account-shown", "signed-in"}));
}

TEST_F(SchoolAccountTest, SignsOutEverywhereElse) {
  const auto link = gate_->MakeLink("ben", LinkKind::kSignIn, "heed").value();
  const auto one = gate_->UseLink(link, "here").value();
  const auto other = gate_->UseLink(gate_->MakeLink("ben", LinkKind::kSignIn, "heed").value(), "there").value();
  EXPECT_EQ(*gate_->SignOutElsewhere(**gate_->Recognise(one.token)), 1u);
  EXPECT_TRUE(gate_->Recognise(one.token).value().has_value());
  EXPECT_FALSE(gate_->Recognise(other.token).value().has_value());
}

}  // namespace
}  // namespace heed
