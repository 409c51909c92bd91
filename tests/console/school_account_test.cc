// Signing in with a school account, as a browser does it: out to a sign-in service, and back.
#include "src/access/oidc.h"
#include "src/net/http.h"
#include "tests/console/fixture.h"
#include "tests/fakes/sign_in_service.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class SchoolAccounts : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    service_.now = clock_.Now();
    settings_.issuer = service_.issuer();
    settings_.client_id = "heed-client";
    settings_.client_secret = "secret";
    settings_.redirect_uri = "http://127.0.0.1:8420/sign-in/school/back";
    settings_.second_factor = {"mfa"};
    service_.person["amr"] = "[\"mfa\"]";
    Connect();
    AddPerson("amina", {{Role::kTriage, "oakmoor"}});
    ASSERT_TRUE(gate_->SetSchoolAccount("amina", "amina@oakmoor.example", "", "boss"));
  }
  void Connect() {
    client_ = std::make_unique<OidcClient>(settings_, FetchThrough(http_));
    Build([this](ConsoleParts& parts) { parts.school_accounts = client_.get(); });
  }
  // Out and back: the address (path and query) the service sends the browser to.
  std::string OutAndBack(Browser& browser, const std::string& from = "/sign-in/school") {
    const auto out = browser.Get(from);
    EXPECT_EQ(out.status, 303) << out.body;
    const std::string where = service_.Approve(out.Header("Location"));
    EXPECT_THAT(where, StartsWith(settings_.redirect_uri));
    return where.substr(where.find("/sign-in"));
  }
  SignInService service_{"heed-client", "secret"};
  HttpClient http_{{.user_agent = {}, .ca_file = {}}};
  OidcSettings settings_;
  std::unique_ptr<OidcClient> client_;
};

TEST_F(SchoolAccounts, BringSomebodyInAndToWhereTheyWanted) {
  auto browser = Anybody();
  EXPECT_THAT(browser.Get("/sign-in?next=%2Fqueue").body, AllOf(HasSubstr("Sign in with your school account"), HasSubstr("/sign-in/school?next=%2Fqueue")));
  const auto back = browser.Get(OutAndBack(browser, "/sign-in/school?next=%2Fqueue"));
  EXPECT_EQ(back.status, 303) << back.body;
  EXPECT_EQ(back.Header("Location"), "/queue");
  EXPECT_EQ(browser.Get("/queue").status, 200);
  EXPECT_FALSE(browser.cookies.contains("heed-school")) << "the attempt's cookie is gone";
}

TEST_F(SchoolAccounts, LeadNowhereElse) {
  for (const std::string bad : {"https://evil.example", "//evil.example", "/\\evil.example", "/a%0d%0aX:y"}) {
    auto browser = Anybody();
    const auto back = browser.Get(OutAndBack(browser, "/sign-in/school?next=" + http::PercentEncode(bad)));
    EXPECT_EQ(back.Header("Location"), "/") << bad;
  }
  // Where people come back to is the configuration's, whatever name they came by.
  auto browser = Anybody();
  browser.host = "localhost:8420";
  EXPECT_EQ(browser.Get("/sign-in/school?next=%2Fqueue").Header("Location"), "http://127.0.0.1:8420/sign-in/school?next=%2Fqueue");
}

TEST_F(SchoolAccounts, AnAnswerWithoutItsCookieIsRefused) {
  auto browser = Anybody(), victim = Anybody();
  const std::string answer = OutAndBack(browser);
  const auto refused = victim.Get(answer);  // somebody is made to open another's answer
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(victim.Get("/queue").status, 303);
  EXPECT_EQ(browser.Get(answer).status, 303);
  EXPECT_EQ(browser.Get(answer).status, 400) << "once";
}

TEST_F(SchoolAccounts, AnAnswerThatSaysSomethingTwiceIsRefused) {
  auto browser = Anybody();
  EXPECT_EQ(browser.Get(OutAndBack(browser) + "&state=other").status, 400);
  EXPECT_EQ(browser.Get("/sign-in/school/back").status, 400);
  EXPECT_EQ(browser.Get("/sign-in/school/back?error=access_denied&state=x").status, 400);
}

TEST_F(SchoolAccounts, AForgedTokenLetsNobodyIn) {
  for (const auto forge : {Forgery::kNoAlgorithm, Forgery::kSharedSecret, Forgery::kStolenName, Forgery::kOtherNonce, Forgery::kOtherClient}) {
    service_.forge = forge;
    auto browser = Anybody();
    const auto refused = browser.Get(OutAndBack(browser));
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(refused.body, HasSubstr("does not hold"));
    EXPECT_EQ(browser.Get("/queue").status, 303);
  }
}

TEST_F(SchoolAccounts, AStrangerIsToldWhatAnAdministratorNeedsToKnow) {
  service_.person["sub"] = "\"77<b>\"";
  service_.person["email"] = "\"other@oakmoor.example\"";
  auto browser = Anybody();
  const auto refused = browser.Get(OutAndBack(browser));
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("not known to heed"), HasSubstr("77&lt;b&gt;"), HasSubstr("other@oakmoor.example")));
  AddPerson("boss", {{Role::kAdministrator, ""}});
  AddPerson("ben", {{Role::kTriage, "oakmoor"}});
  auto boss = SignedIn("boss");
  EXPECT_EQ(boss.PostFrom("/people/ben", "/people/ben/school-account", {{"mail", ""}, {"subject", "77<b>"}}).status, 303);
  EXPECT_EQ(browser.Get(OutAndBack(browser)).status, 303);
  EXPECT_EQ(boss.PostFrom("/people/ben", "/people/ben/school-account", {{"mail", "amina@oakmoor.example"}, {"subject", ""}}).status, 422) << "that address is amina's";
}

TEST_F(SchoolAccounts, AskForTheCodeWhereTheServiceDoesNot) {
  settings_.second_factor.clear();
  Connect();
  auto browser = Anybody();
  EXPECT_EQ(browser.Get(OutAndBack(browser)).Header("Location"), "/second-factor");
  EXPECT_EQ(browser.Get("/queue").Header("Location"), "/second-factor");
}

TEST_F(SchoolAccounts, AServiceThatIsDownLeavesThePassword) {
  service_.server().Route("/school/.well-known/openid-configuration", Answer::Status(503));
  auto browser = Anybody();
  const auto out = browser.Get("/sign-in/school?next=%2Fqueue");
  EXPECT_EQ(out.status, 503);
  EXPECT_THAT(out.body, AllOf(HasSubstr("user name and password"), HasSubstr("/sign-in?next=%2Fqueue")));
}

TEST_F(SchoolAccounts, ChangeTheSessionAndEndTheOneBefore) {
  AddPerson("ben", {{Role::kTriage, "oakmoor"}});
  auto browser = SignedIn("ben");
  const std::string before = browser.cookies["heed"];
  // Signed in already, there is nothing to do.
  EXPECT_EQ(browser.Get("/sign-in/school").Header("Location"), "/");
  auto other = Anybody();
  const std::string answer = OutAndBack(other);
  browser.cookies["heed-school"] = other.cookies["heed-school"];
  EXPECT_EQ(browser.Get(answer).status, 303);
  EXPECT_NE(browser.cookies["heed"], before);
  EXPECT_THAT(browser.Get("/settings").body, HasSubstr("amina"));
  Browser old{*this};
  old.cookies["heed"] = before;
  EXPECT_EQ(old.Get("/queue").status, 303) << "ben's session in that browser is over";
}

TEST_F(SchoolAccounts, CookiesAreHttpOnlyLaxAndBoundToTheHost) {
  settings_.redirect_uri = "https://heed.oakmoor.example/sign-in/school/back";
  client_ = std::make_unique<OidcClient>(settings_, [this](const OidcRequest& asked) -> Result<OidcAnswer> {
    auto answer = HEED_TRY(http_.Send({.url = asked.url}));
    return OidcAnswer{answer.status, std::move(answer.body)};
  });
  Build([this](ConsoleParts& parts) {
    parts.school_accounts = client_.get();
    parts.url = "https://heed.oakmoor.example";
  });
  auto browser = Anybody();
  browser.host = "heed.oakmoor.example";
  const auto out = browser.Get("/sign-in/school");
  EXPECT_THAT(out.Header("Set-Cookie"), AllOf(StartsWith("__Host-heed-school="), HasSubstr("HttpOnly"), HasSubstr("SameSite=Lax"), HasSubstr("Secure"), HasSubstr("Max-Age=600")));
  EXPECT_THAT(out.Header("Location"), HasSubstr("redirect_uri=https%3A%2F%2Fheed.oakmoor.example%2Fsign-in%2Fschool%2Fback"));
}

TEST_F(SchoolAccounts, AreNotThereUnlessSetUp) {
  Build();
  auto browser = Anybody();
  EXPECT_THAT(browser.Get("/sign-in").body, Not(HasSubstr("school account")));
  EXPECT_EQ(browser.Get("/sign-in/school").status, 404);
  EXPECT_EQ(browser.Get("/sign-in/school/back?code=x&state=y").status, 404);
}

}  // namespace
}  // namespace heed
