// Every page against every role, at the school itself and at another one.  The table of pages is the console's own, so a page that is
// added is tried too; what a page is for stands in `kWho` here a second time, so that a slip of the pen in its row shows.
#include "src/casework/acts.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

constexpr Roles kCases = Only(Role::kTriage, Role::kHead, Role::kLegal), kAdmin = Only(Role::kAdministrator), kAll = 0xff, kWorks = Only(Role::kTriage, Role::kHead),
                kRules = Only(Role::kTriage, Role::kHead, Role::kLexicon);

struct Who {
  const char* page;
  Roles roles;      // who may
  bool everywhere;  // only those who hold the role for every school
};
// Pages not named here are public or for everybody who is signed in (or about to be).
constexpr Who kWho[] = {
    {"GET /queue", kCases, false},
    {"GET /queue/bursts/{case}", kCases, false},
    {"GET /queue/bulk", kWorks, false},
    {"POST /queue/bulk/preview", kWorks, false},
    {"POST /queue/bulk", kWorks, false},
    {"GET /queue/batches/{batch}", kWorks, false},
    {"POST /queue/batches/{batch}/undo", kWorks, false},
    {"GET /queue/views", kCases, false},
    {"POST /queue/views", kCases, false},
    {"POST /queue/views/rename", kCases, false},
    {"POST /queue/views/delete", kCases, false},
    {"GET /cases/{case}", kCases, false},
    {"POST /cases/{case}/author", kCases, false},
    {"GET /cases/{case}/open", kCases, false},
    {"POST /cases/{case}/claim", kWorks, false},
    {"POST /cases/{case}/release", kWorks, false},
    {"POST /cases/{case}/assign", kWorks, false},
    {"POST /cases/{case}/snooze", kWorks, false},
    {"POST /cases/{case}/note", kWorks, false},
    {"POST /cases/{case}/undo", kWorks, false},
    {"POST /cases/{case}/close", kWorks, false},
    {"GET /cases/{case}/decide", kWorks, false},
    {"POST /cases/{case}/decide", kWorks, false},
    {"GET /cases/{case}/respond", kWorks, false},
    {"GET /cases/{case}/respond/{kind}", kWorks, false},
    {"POST /cases/{case}/respond/{kind}", kWorks, false},
    {"GET /cases/{case}/responses/{number}", kCases, false},
    {"POST /cases/{case}/responses/{number}/approve", Only(Role::kHead), false},
    {"POST /cases/{case}/responses/{number}/send-back", Only(Role::kHead), false},
    {"POST /cases/{case}/responses/{number}/decline", Only(Role::kHead), false},
    {"POST /cases/{case}/responses/{number}/cancel", kWorks, false},
    {"POST /cases/{case}/responses/{number}/finish", kWorks, false},
    {"GET /approvals", Only(Role::kHead), false},
    {"GET /lexicon", kRules, false},
    {"POST /lexicon/resume", Only(Role::kLexicon), true},
    {"GET /lexicon/try", kRules, false},
    {"POST /lexicon/try", kRules, false},
    {"GET /insights", kCases, false},
    {"GET /sources", Only(Role::kTriage, Role::kHead, Role::kAdministrator), false},
    {"GET /people", kAdmin, true},
    {"GET /people/new", kAdmin, true},
    {"POST /people/new", kAdmin, true},
    {"GET /people/{person}", kAdmin, true},
    {"POST /people/{person}/roles", kAdmin, true},
    {"POST /people/{person}/link", kAdmin, true},
    {"POST /people/{person}/reset", kAdmin, true},
    {"POST /people/{person}/lock", kAdmin, true},
    {"POST /people/{person}/unlock", kAdmin, true},
    {"GET /audit", Only(Role::kAuditor), false},
};

class AccessMatrix : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    AddPerson("victim", {{Role::kTriage, "oakmoor"}});
    case_ = Keep("oakmoor", APost("1", "a post about Oakmoor School"));
    ASSERT_NE(case_, 0u);
    NewDecision decision;
    decision.finding = Finding::kBreach;
    decision.category = Category::kAbuse;
    decision.severity = 2;
    decision.why = "insults";
    decision.proposals = {{ResponseKind::kLetter, "the author", "Please stop.", ""}};
    ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(case_), "victim", decision, clock_.Now())));
  }
  std::string Target(const WebPage& page) const {
    std::string path(page.path);
    const auto put = [&](std::string_view name, const std::string& value) {
      if (const auto at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
    };
    put("{case}", std::to_string(case_));
    put("{person}", "victim");
    put("{kind}", "letter");
    put("{number}", "1");
    put("{batch}", "0123456789abcdef");
    put("{token}", "victim.nothing");
    EXPECT_EQ(path.find('{'), std::string::npos) << "a new name in a path: teach Target() what to put there";
    return path;
  }
  static std::string NameOf(const WebPage& page) { return std::string(page.method) + " " + std::string(page.path); }
  static const Who* WhoMay(const WebPage& page) {
    for (const auto& who : kWho)
      if (NameOf(page) == who.page) return &who;
    return nullptr;
  }
  http::Response Try(Browser& browser, const WebPage& page) {
    if (page.method == "GET") return browser.Get(Target(page));
    browser.Get("/settings");  // any page with the session's form token
    return browser.Post(Target(page));
  }
  CaseId case_ = 0;
};

TEST_F(AccessMatrix, EveryRoleAtEverySchoolGetsWhatItShouldAndNoMore) {
  for (const auto role : kRoles) {
    for (const std::string school : {"", "oakmoor", "ashford"}) {
      const std::string id = std::string(ToString(role)) + "-" + (school.empty() ? "all" : school);
      AddPerson(id, {{role, school}});
      auto browser = SignedIn(id);
      for (const auto& page : AllPages()) {
        if (page.reach == Reach::kPublic || page.reach == Reach::kEntering || page.reach == Reach::kSignedIn) continue;
        SCOPED_TRACE(id + " " + NameOf(page));
        const Who* who = WhoMay(page);
        ASSERT_TRUE(who) << "say in kWho who may see this page";
        const bool has_role = Holds(who->roles, role);
        const bool in_scope = who->everywhere ? school.empty() : page.reach == Reach::kCase ? school != "ashford" : true;
        const auto response = Try(browser, page);
        if (has_role && in_scope) EXPECT_TRUE(response.status == 200 || response.status == 303 || response.status == 409 || response.status == 422 || ((page.path == "/lexicon/resume" || page.path.find("{batch}") != page.path.npos) && response.status == 404)) << response.status;
        else if (has_role && page.reach == Reach::kCase) EXPECT_EQ(response.status, 404) << "another school's case is not there";
        else EXPECT_EQ(response.status, 403);
        if (!(has_role && in_scope)) EXPECT_EQ(response.body.find("a post about"), std::string::npos);
      }
    }
  }
}

TEST_F(AccessMatrix, NobodySignedInIsSentToSignInAndFormsDoNothing) {
  for (const auto& page : AllPages()) {
    SCOPED_TRACE(NameOf(page));
    auto browser = Anybody();
    browser.Get("/sign-in");
    const auto response = page.method == "GET" ? browser.Get(Target(page)) : browser.Post(Target(page));
    if (page.reach == Reach::kPublic) {
      EXPECT_NE(response.status, 403);
      continue;
    }
    EXPECT_EQ(response.status, page.method == "GET" ? 303 : 403);
    if (page.method == "GET") EXPECT_THAT(response.Header("Location"), ::testing::StartsWith("/sign-in"));
    EXPECT_EQ(response.body.find("a post about"), std::string::npos);
  }
}

TEST_F(AccessMatrix, HalfSignedInIsNotSignedIn) {
  const auto link = gate_->MakeLink("victim", LinkKind::kInvitation, "heed").value();
  auto browser = Anybody();
  ASSERT_EQ(browser.PostFrom("/link/" + link, "/link/" + link).status, 303);
  for (const auto& page : AllPages()) {
    if (page.reach == Reach::kPublic || page.reach == Reach::kEntering) continue;
    SCOPED_TRACE(NameOf(page));
    browser.Get("/password");
    const auto response = page.method == "GET" ? browser.Get(Target(page)) : browser.Post(Target(page));
    EXPECT_EQ(response.status, page.method == "GET" ? 303 : 403);
    if (page.method == "GET") EXPECT_EQ(response.Header("Location"), "/password");
  }
}

TEST_F(AccessMatrix, NoFormIsTakenWithoutItsToken) {
  AddPerson("everything", {{Role::kTriage, ""}, {Role::kHead, ""}, {Role::kLegal, ""}, {Role::kAdministrator, ""}, {Role::kAuditor, ""}, {Role::kLexicon, ""}});
  auto browser = SignedIn("everything");
  browser.Get("/settings");
  const std::string good = browser.csrf;
  for (const auto& page : AllPages()) {
    if (page.method != "POST" || page.path == "/sign-out") continue;
    SCOPED_TRACE(NameOf(page));
    for (const std::string& token : {std::string(), std::string("x"), std::string(43, 'A'), good.substr(1) + "A"}) {
      const auto response = browser.Post(Target(page), {{"csrf", token}});
      EXPECT_EQ(response.status, 403) << token;
      EXPECT_THAT(response.body, ::testing::HasSubstr("Nothing was changed"));
    }
    for (const std::pair<std::string, std::string> from : {std::pair{"origin", "https://evil.example"}, {"origin", "null"}, {"sec-fetch-site", "cross-site"}, {"sec-fetch-site", "same-site"}}) {
      browser.extra = {from};
      EXPECT_EQ(browser.Post(Target(page), {{"csrf", good}}).status, 403) << from.first << " " << from.second;
      browser.extra.clear();
    }
  }
  EXPECT_EQ(store_->FindPerson("victim")->locked, false);
}

TEST_F(AccessMatrix, OtherMethodsAreRefused) {
  AddPerson("head", {{Role::kHead, ""}});
  auto browser = SignedIn("head");
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", ""}) {
    const auto response = browser.Send(method, "/queue");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.Header("Allow"), "GET, HEAD") << method;
  }
}

}  // namespace
}  // namespace heed
