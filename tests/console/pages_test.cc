// What visitors see: signing in, the queue, a case, people, and what every answer carries.
#include <regex>

#include "src/access/totp.h"
#include "src/casework/acts.h"
#include "src/console/embedded.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Pages : public ConsoleTest {};

TEST_F(Pages, FromInvitationToQueueAsStaffDoIt) {
  AddPerson("amina", {{Role::kTriage, "oakmoor"}});
  Keep("oakmoor", APost("1", "Oakmoor School is run by clowns"), {{"abuse.clown", Category::kAbuse, 2, 25, 31, View::kPlain, "Calls somebody a clown."}});
  const std::string link = "/link/" + gate_->MakeLink("amina", LinkKind::kInvitation, "heed").value();
  auto browser = Anybody();
  EXPECT_THAT(browser.Get(link).body, HasSubstr("Welcome, amina"));
  EXPECT_EQ(browser.Post(link).Header("Location"), "/password");
  EXPECT_THAT(browser.Get("/password").body, HasSubstr("Choose a password"));
  EXPECT_THAT(browser.Post("/password", {{"password", "otter lantern gravel"}, {"again", "otter lantern"}}).body, HasSubstr("not the same"));
  EXPECT_EQ(browser.Post("/password", {{"password", "otter lantern gravel"}, {"again", "otter lantern gravel"}}).Header("Location"), "/second-factor");
  EXPECT_THAT(browser.Get("/second-factor").body, HasSubstr("Set up your second factor"));
  EXPECT_EQ(browser.Get("/second-factor/picture").Header("Content-Type"), "image/svg+xml");
  const std::string key = store_->FindPerson("amina")->second_factor_draft;
  browser.Get("/second-factor");
  EXPECT_EQ(browser.Post("/second-factor", {{"code", "000000"}}).status, 422);
  const auto enrolled = browser.Post("/second-factor", {{"code", TotpCode(key, TotpStep(clock_.Now()))}});
  EXPECT_EQ(enrolled.status, 200);
  EXPECT_THAT(enrolled.body, HasSubstr("recovery codes"));
  EXPECT_THAT(browser.Get("/").body, HasSubstr("Hello, amina"));

  // Out, and in again with password and code.
  browser.Get("/settings");
  EXPECT_EQ(browser.Post("/sign-out").Header("Location"), "/sign-in");
  EXPECT_EQ(browser.Get("/queue").Header("Location"), "/sign-in?next=%2Fqueue");
  browser.Get("/sign-in?next=%2Fqueue");
  EXPECT_EQ(browser.Post("/sign-in", {{"name", "amina"}, {"password", "wrong"}, {"next", "/queue"}}).status, 422);
  EXPECT_EQ(browser.Post("/sign-in", {{"name", "amina"}, {"password", "otter lantern gravel"}, {"next", "/queue"}}).Header("Location"), "/sign-in/code?next=%2Fqueue");
  clock_.Advance(seconds{30});
  browser.Get("/sign-in/code?next=%2Fqueue");
  EXPECT_EQ(browser.Post("/sign-in/code", {{"code", TotpCode(key, TotpStep(clock_.Now()))}, {"next", "/queue"}}).Header("Location"), "/queue");
  const auto queue = browser.Get("/queue");
  EXPECT_THAT(queue.body, HasSubstr("Case 1"));
  EXPECT_THAT(queue.body, HasSubstr("c•••••"));
}

TEST_F(Pages, HurtfulWordsAreCoveredUntilAsked) {
  AddPerson("amina", {{Role::kTriage, "oakmoor"}});
  Keep("oakmoor", APost("1", "Oakmoor School is run by clowns"), {{"abuse.clown", Category::kAbuse, 2, 25, 31, View::kPlain, "Calls somebody a clown."}});
  auto browser = SignedIn("amina");
  for (const char* page : {"/queue", "/cases/1"}) EXPECT_THAT(browser.Get(page).body, ::testing::AllOf(HasSubstr("c•••••"), Not(HasSubstr("clowns")))) << page;
  EXPECT_THAT(browser.Get("/cases/1").body, HasSubstr("Calls somebody a clown."));
  EXPECT_THAT(browser.Get("/cases/1?words=shown").body, HasSubstr("<mark class=\"heed-hit\">clowns<"));
  browser.Get("/settings");
  EXPECT_EQ(browser.Post("/settings/words", {{"words", "shown"}}).Header("Location"), "/settings");
  EXPECT_THAT(browser.Get("/settings").body, HasSubstr("Hurtful words will be shown")) << "said once";
  EXPECT_THAT(browser.Get("/settings").body, Not(HasSubstr("Hurtful words will be shown")));
  EXPECT_THAT(browser.Get("/queue").body, HasSubstr("clowns"));
  EXPECT_THAT(browser.Get("/cases/1?words=covered").body, Not(HasSubstr("clowns")));
}

TEST_F(Pages, TheAccountIsShownOnAskingAndThatIsWrittenDown) {
  AddPerson("amina", {{Role::kTriage, "oakmoor"}});
  AddPerson("audrey", {{Role::kAuditor, "oakmoor"}});
  AddPerson("other", {{Role::kAuditor, "ashford"}});
  Keep("oakmoor", APost("1", "Oakmoor School"));
  auto browser = SignedIn("amina");
  for (const char* page : {"/queue", "/cases/1", "/cases/1/open", "/"}) EXPECT_THAT(browser.Get(page).body, Not(HasSubstr("Some Body"))) << page;
  browser.Get("/cases/1");
  EXPECT_THAT(browser.Post("/cases/1/author").body, HasSubstr("Some Body (@somebody)"));
  EXPECT_THAT(SignedIn("audrey").Get("/audit").body, ::testing::AllOf(HasSubstr("Author viewed"), HasSubstr("amina"), HasSubstr("case 1"), HasSubstr("The trail is whole")));
  EXPECT_THAT(SignedIn("other").Get("/audit").body, Not(HasSubstr("Author viewed"))) << "another school's";
}

// An address leads to the account as surely as its name does.
TEST_F(Pages, WhateverLeadsToTheAccountIsWrittenDownBeforeItIsShown) {
  AddPerson("amina", {{Role::kTriage, "oakmoor"}});
  auto post = APost("1", "Oakmoor School");
  post.permalink = "https://social.example/@somebody/1";
  Keep("oakmoor", post);
  NewDecision breach;
  breach.finding = Finding::kBreach, breach.category = Category::kAbuse, breach.severity = 2, breach.why = "insults";
  ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(1), "amina", breach, clock_.Now())));
  ASSERT_TRUE(store_->Record(*Propose(*store_->FindCase(1), "amina", {ResponseKind::kReport, "mastodon", "Please look at https://social.example/@somebody/1", ""}, clock_.Now())));
  auto browser = SignedIn("amina");
  const auto noted = [&] {
    std::vector<std::string> details;
    const auto trail = store_->AuditTrail({}).value();
    for (const auto& row : trail)
      if (row.action == "author-viewed") details.push_back(row.subject + ": " + row.details);
    return details;
  };
  for (const char* page : {"/queue", "/cases/1", "/cases/1?words=shown", "/cases/1/respond", "/cases/1/evidence"}) {
    EXPECT_THAT(browser.Get(page).body, Not(HasSubstr("@somebody"))) << page;
    EXPECT_TRUE(noted().empty()) << page;
  }
  std::size_t times = 0;
  for (const char* page : {"/cases/1/open", "/cases/1/responses/1", "/cases/1/report?by=hand", "/cases/1/section-5", "/cases/1/illegal-content", "/cases/1/helpline"}) {
    EXPECT_THAT(browser.Get(page).body, HasSubstr("@somebody")) << page;
    EXPECT_EQ(noted().size(), ++times) << page;
  }
  const auto all = noted();
  EXPECT_EQ(all.back(), "case 1: the post's address");
}

TEST_F(Pages, AnotherSchoolsCasesAreNowhere) {
  AddPerson("amina", {{Role::kTriage, "ashford"}});
  Keep("oakmoor", APost("1", "secret of oakmoor"));
  Keep("ashford", APost("2", "matter of ashford"));
  auto browser = SignedIn("amina");
  EXPECT_THAT(browser.Get("/queue").body, ::testing::AllOf(HasSubstr("matter of ashford"), Not(HasSubstr("secret"))));
  EXPECT_EQ(browser.Get("/queue?school=oakmoor").status, 404);
  EXPECT_THAT(browser.Get("/").body, HasSubstr("<span class=\"heed-figure__number\">1</span> open cases"));
  for (const char* path : {"/cases/1", "/cases/99", "/cases/x", "/cases/-1", "/cases/1x", "/cases/99999999999999999999", "/cases/0"}) EXPECT_EQ(browser.Get(path).status, 404) << path;
}

TEST_F(Pages, AnAdministratorAddsPeopleAndTheLinkIsShownOnce) {
  AddPerson("boss", {{Role::kAdministrator, ""}});
  auto browser = SignedIn("boss");
  browser.Get("/people/new");
  EXPECT_THAT(browser.Post("/people/new", {{"name", ""}, {"grant", "triage oakmoor"}}).body, HasSubstr("Enter a name"));
  EXPECT_THAT(browser.Post("/people/new", {{"name", "Ben Ode"}}).body, HasSubstr("Choose at least one role"));
  EXPECT_EQ(browser.Post("/people/new", {{"name", "Ben Ode"}, {"grant", "king"}}).status, 400);
  EXPECT_EQ(browser.Post("/people/new", {{"name", "Ben Ode"}, {"grant", "triage nowhere"}}).status, 400);
  const auto added = browser.Post("/people/new", {{"name", "Ben Ode"}, {"grant", "triage oakmoor"}, {"grant", "head"}});
  EXPECT_THAT(added.body, HasSubstr("http://127.0.0.1:8420/link/ben-ode."));
  EXPECT_THAT(browser.Get("/people/ben-ode").body, Not(HasSubstr("/link/ben-ode.")));
  EXPECT_EQ(store_->FindPerson("ben-ode")->grants, (std::vector<Grant>{{Role::kTriage, "oakmoor"}, {Role::kHead, ""}}));
  browser.Get("/people/ben-ode");
  EXPECT_EQ(browser.Post("/people/ben-ode/roles", {{"grant", "triage oakmoor"}, {"grant", "head"}, {"add_role", "legal"}, {"add_school", "ashford"}}).status, 303);
  EXPECT_EQ(store_->FindPerson("ben-ode")->grants.back(), (Grant{Role::kLegal, "ashford"}));
  EXPECT_EQ(browser.Post("/people/ben-ode/roles", {{"grant", "triage oakmoor"}, {"grant", "head"}, {"add_role", "legal"}, {"add_school", ""}}).status, 303) << "half a choice adds nothing";
  EXPECT_THAT(browser.Get("/people").body, HasSubstr("Triage, Oakmoor School; Headteacher, every school"));
  browser.Get("/people/ben-ode");
  EXPECT_EQ(browser.Post("/people/ben-ode/lock").status, 303);
  EXPECT_TRUE(store_->FindPerson("ben-ode")->locked);
  EXPECT_THAT(browser.Post("/people/boss/lock").body, HasSubstr("Nobody else could administer"));
  EXPECT_EQ(browser.Get("/people/nobody").status, 404);
}

TEST_F(Pages, TooManyTriesAreSlowedDown) {
  auto browser = Anybody();
  int refused = 0;
  for (int i = 0; i < 40; ++i) refused += browser.PostFrom("/sign-in", "/sign-in", {{"name", "u" + std::to_string(i)}, {"password", "x"}}).status == 429;
  EXPECT_GE(refused, 15) << "by address, whoever they say they are";
  auto other = Anybody();
  other.peer = "192.0.2.2";
  EXPECT_EQ(other.PostFrom("/sign-in", "/sign-in", {{"name", "a"}, {"password", "x"}}).status, 422);
}

TEST_F(Pages, RequestsAreLimitedByAddress) {
  Build([](ConsoleParts& parts) { parts.requests_per_second = 1; });
  auto browser = Anybody();
  int fine = 0;
  for (int i = 0; i < 50; ++i) fine += browser.Get("/notice").status == 200;
  EXPECT_EQ(fine, 10);
  EXPECT_EQ(browser.Get("/notice").Header("Retry-After"), "1");
}

TEST_F(Pages, NextGoesToPagesOfOursOnly) {
  AddPerson("amina", {{Role::kTriage, ""}});
  auto browser = SignedIn("amina");
  for (const std::string bad : {"https://evil.example", "//evil.example", "/%2fevil.example", "/\\evil.example", "javascript:alert(1)", "/a%0d%0aX:y"})
    EXPECT_EQ(browser.Get("/sign-in?next=" + http::PercentEncode(bad)).Header("Location"), "/") << bad;
  EXPECT_EQ(browser.Get("/sign-in?next=%2Fqueue%3Fschool%3Doakmoor").Header("Location"), "/queue?school=oakmoor");
}

TEST_F(Pages, EveryAnswerIsGuarded) {
  AddPerson("amina", {{Role::kTriage, ""}});
  Keep("oakmoor", APost("1", "Oakmoor School"));
  auto browser = SignedIn("amina");
  for (const char* page : {"/", "/queue", "/cases/1", "/cases/77", "/nothing", "/people", "/sign-out", "/assets/heed.css", "/assets/none", "/notice", "/health"}) {
    SCOPED_TRACE(page);
    const auto response = browser.Get(page);
    const std::string policy(response.Header("Content-Security-Policy"));
    EXPECT_THAT(policy, ::testing::AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self'"), HasSubstr("frame-ancestors 'none'"), HasSubstr("form-action 'self'"), Not(HasSubstr("unsafe"))));
    EXPECT_EQ(response.Header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(response.Header("Referrer-Policy"), "same-origin");
    if (!std::string_view(page).starts_with("/assets/heed")) EXPECT_EQ(response.Header("Cache-Control"), "no-store");
  }
  EXPECT_EQ(console_->Refuse(413).Header("X-Content-Type-Options"), "nosniff");
}

TEST_F(Pages, CookiesAreGuardedAndSecureWhereTheAddressIs) {
  AddPerson("amina", {{Role::kTriage, ""}});
  const auto cookie_of = [&](Browser browser) {
    const std::string link = "/link/" + gate_->MakeLink("amina", LinkKind::kSignIn, "heed").value();
    browser.Get(link);
    return std::string(browser.Post(link).Header("Set-Cookie"));
  };
  EXPECT_THAT(cookie_of(Anybody()), ::testing::MatchesRegex("heed=.{43}; Path=/; HttpOnly; SameSite=Lax"));
  Build([](ConsoleParts& parts) { parts.url = "https://heed.vale.example"; });
  auto browser = Anybody();
  browser.host = "heed.vale.example";
  EXPECT_THAT(cookie_of(browser), ::testing::MatchesRegex("__Host-heed=.{43}; Path=/; HttpOnly; SameSite=Lax; Secure"));
  EXPECT_THAT(std::string(browser.Get("/notice").Header("Strict-Transport-Security")), HasSubstr("max-age"));
}

TEST_F(Pages, AForeignHostNameIsRefused) {
  AddPerson("amina", {{Role::kTriage, ""}});
  auto browser = SignedIn("amina");
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8420", "", "127.0.0.1@evil.example"}) {
    browser.host = host;
    EXPECT_EQ(browser.Get("/queue").status, 421) << host;
  }
  for (const char* host : {"localhost:8420", "127.0.0.1", "[::1]:8420", "LOCALHOST"}) {
    browser.host = host;
    EXPECT_EQ(browser.Get("/queue").status, 200) << host;
  }
}

TEST_F(Pages, AssetsAreKeptByBrowsersUntilTheyChange) {
  auto browser = Anybody();
  const auto first = browser.Get("/assets/heed.css");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.Header("Content-Type"), "text/css; charset=utf-8");
  const std::string tag(first.Header("ETag"));
  browser.extra = {{"if-none-match", tag}};
  const auto again = browser.Get("/assets/heed.css");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  browser.extra = {{"if-none-match", "\"other\""}};
  EXPECT_EQ(browser.Get("/assets/heed.css").status, 200);
  EXPECT_EQ(browser.Get("/assets/templates/queue.mustache").status, 404);
  EXPECT_EQ(browser.Get("/templates/queue.mustache").status, 404);
  EXPECT_EQ(browser.Send("POST", "/assets/heed.css").status, 405);
}

TEST_F(Pages, AReverseProxyMayVouchForPeopleOnlyFromItsAddress) {
  AddPerson("amina", {{Role::kTriage, ""}});
  AddPerson("ben", {{Role::kTriage, ""}});
  auto off = Anybody();
  off.extra = {{"x-remote-user", "amina"}};
  EXPECT_EQ(off.Get("/queue").status, 303) << "off unless it is configured";
  Build([](ConsoleParts& parts) {
    parts.sign_in_header = "x-remote-user";
    parts.trusted_proxies = {"10.0.0.5"};
  });
  auto proxied = Anybody();
  proxied.peer = "10.0.0.5";
  proxied.extra = {{"x-remote-user", "amina"}};
  EXPECT_EQ(proxied.Get("/queue").status, 200);
  EXPECT_THAT(proxied.Get("/").body, HasSubstr("Hello, amina"));
  proxied.extra = {{"x-remote-user", "ben"}};
  EXPECT_THAT(proxied.Get("/").body, HasSubstr("Hello, ben")) << "somebody else at the same browser";
  proxied.extra = {{"x-remote-user", "amina"}, {"x-remote-user", "ben"}};
  EXPECT_EQ(proxied.Get("/queue").status, 303) << "two names are none";
  proxied.extra = {{"x-remote-user", "nobody"}};
  EXPECT_EQ(proxied.Get("/queue").status, 403);
  auto direct = Anybody();
  direct.extra = {{"x-remote-user", "amina"}};
  EXPECT_EQ(direct.Get("/queue").status, 303) << "anybody can send a header";
}

TEST_F(Pages, TheNoticeIsForEverybodyAndSetsNoCookie) {
  auto browser = Anybody();
  const auto response = browser.Get("/notice");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, ::testing::AllOf(HasSubstr("Oakmoor School, Ashford School"), HasSubstr("Posts from a file"), HasSubstr("30 days"), HasSubstr("object")));
  EXPECT_TRUE(browser.cookies.empty());
}

TEST_F(Pages, ASourceInTroubleIsSaidOnTheStartAndTheQueue) {
  AddPerson("amina", {{Role::kTriage, "oakmoor"}});
  sources_[0].trouble = true;
  sources_[0].state = "sign-in";
  sources_[0].message = "The password was refused: renew it";
  auto browser = SignedIn("amina");
  EXPECT_THAT(browser.Get("/").body, HasSubstr("The password was refused"));
  EXPECT_THAT(browser.Get("/queue").body, ::testing::AllOf(HasSubstr("Nothing waits for a person"), HasSubstr("may not be everything")));
  EXPECT_THAT(browser.Get("/sources").body, HasSubstr("The password was refused"));
}

// What is put into a page unescaped is a page that has been filled already, and nothing else.
TEST(Templates, EscapeEverything) {
  for (const auto& file : AllEmbedded()) {
    if (!file.name.starts_with("templates/")) continue;
    std::size_t bare = 0;
    for (auto at = file.bytes.find("{{{"); at != std::string_view::npos; at = file.bytes.find("{{{", at + 3)) ++bare;
    EXPECT_EQ(bare, file.name == "templates/layout.mustache" ? 1u : 0u) << file.name;
    EXPECT_EQ(file.bytes.find("{{&"), std::string_view::npos) << file.name;
    for (const char* never : {"<style", " style=", "onclick", "onload", "javascript:", "<script>", "target="}) EXPECT_EQ(file.bytes.find(never), std::string_view::npos) << file.name << " " << never;
    // A value in an attribute stands in quotes, or escaping would not hold it.
    EXPECT_FALSE(std::regex_search(std::string(file.bytes), std::regex(R"(\s[a-z-]+=\{\{)"))) << file.name;
  }
}

}  // namespace
}  // namespace heed
