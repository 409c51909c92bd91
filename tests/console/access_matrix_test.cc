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
constexpr Who kWho[] = {
    {"GET /queue", kCases, false},
    {"GET /queue/bursts/{case}", kCases, false},
    {"GET /cases/{case}/next", kCases, false},
    {"GET /queue/bulk", kWorks, false},
    {"POST /queue/bulk/preview", kWorks, false},
    {"POST /queue/bulk", kWorks, false},
    {"GET /queue/batches/{batch}", kWorks, false},
    {"POST /queue/batches/{batch}/undo", kWorks, false},
    {"GET /queue/views", kCases, false},
    {"POST /queue/views", kCases, false},
    {"POST /queue/views/rename", kCases, false},
    {"POST /queue/views/delete", kCases, false},
    {"POST /queue/views/share", kWorks, false},
    {"POST /queue/views/unshare", kWorks, false},
    {"GET /cases/{case}", kCases, false},
    {"POST /cases/{case}/author", kCases, false},
    {"GET /cases/{case}/open", kCases, false},
    {"POST /cases/{case}/claim", kWorks, false},
    {"POST /cases/{case}/release", kWorks, false},
    {"POST /cases/{case}/assign", kWorks, false},
    {"POST /cases/{case}/snooze", kWorks, false},
    {"POST /cases/{case}/wake", kWorks, false},
    {"POST /cases/{case}/take", kWorks, false},
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
    {"GET /tips", kWorks, false},
    {"POST /tips", kWorks, false},
    {"GET /tips/{tip}", kWorks, false},
    {"GET /cases/{case}/evidence", kCases, false},
    {"GET /cases/{case}/files/{key}", kCases, false},
    {"POST /cases/{case}/captures", kWorks, false},
    {"POST /cases/{case}/hold", kWorks, false},
    {"POST /cases/{case}/hold/release", Only(Role::kHead), false},
    {"GET /packs", kCases, false},
    {"GET /packs/new", kWorks, false},
    {"POST /packs/new", kWorks, false},
    {"GET /packs/{pack}", kCases, false},
    {"POST /packs/{pack}/file", kCases, false},
    {"GET /approvals", Only(Role::kHead), false},
    {"GET /reports", kCases, false},
    {"GET /cases/{case}/report", kWorks, false},
    {"POST /cases/{case}/report", kWorks, false},
    {"GET /cases/{case}/hide", kWorks, false},
    {"POST /cases/{case}/hide", kWorks, false},
    {"GET /cases/{case}/responses/{number}/by-hand", kWorks, false},
    {"POST /cases/{case}/responses/{number}/by-hand", kWorks, false},
    {"POST /cases/{case}/look", kWorks, false},
    {"POST /cases/{case}/found", kWorks, false},
    {"GET /cases/{case}/section-5", kWorks, false},
    {"POST /cases/{case}/section-5", kWorks, false},
    {"GET /cases/{case}/illegal-content", kWorks, false},
    {"POST /cases/{case}/illegal-content", kWorks, false},
    {"GET /cases/{case}/helpline", kWorks, false},
    {"POST /cases/{case}/helpline", kWorks, false},
    {"GET /lexicon", kRules, false},
    {"POST /lexicon/resume", Only(Role::kLexicon), true},
    {"GET /lexicon/entries/{entry}", kRules, false},
    {"POST /lexicon/entries/{entry}/status", Only(Role::kLexicon), true},
    {"POST /lexicon/entries/{entry}/backtest", Only(Role::kLexicon), true},
    {"GET /lexicon/propose", Only(Role::kLexicon), true},
    {"POST /lexicon/propose", Only(Role::kLexicon), true},
    {"GET /lexicon/groups", kRules, false},
    {"GET /lexicon/propose/rule", Only(Role::kLexicon), true},
    {"POST /lexicon/propose/rule", Only(Role::kLexicon), true},
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
    {"POST /people/{person}/school-account", kAdmin, true},
    {"GET /audit", Only(Role::kAuditor), false},
    {"POST /audit/verify", Only(Role::kAuditor), false},
    {"GET /letters", kAdmin, false},
    {"GET /letters/{kind}", kAdmin, false},
    {"POST /letters/{kind}", kAdmin, false},
    {"POST /letters/{kind}/reset", kAdmin, false},
    {"GET /cases/{case}/responses/{number}/letter.pdf", kCases, false},
    {"GET /access-requests", kAdmin, false},
    {"POST /access-requests", kAdmin, false},
};

// Pages that are no role's: each is named with how far one must have come, so that a new one does not pass unseen.
struct Open {
  const char* page;
  Reach reach;
};
constexpr Open kOpen[] = {
    {"GET /sign-in", Reach::kPublic},
    {"POST /sign-in", Reach::kPublic},
    {"GET /sign-in/school", Reach::kPublic},
    {"GET /sign-in/school/back", Reach::kPublic},
    {"GET /link/{token}", Reach::kPublic},
    {"POST /link/{token}", Reach::kPublic},
    {"GET /notice", Reach::kPublic},
    {"GET /health", Reach::kPublic},
    {"GET /sign-in/code", Reach::kEntering},
    {"POST /sign-in/code", Reach::kEntering},
    {"POST /sign-out", Reach::kEntering},
    {"GET /password", Reach::kEntering},
    {"POST /password", Reach::kEntering},
    {"GET /second-factor", Reach::kEntering},
    {"GET /second-factor/picture", Reach::kEntering},
    {"POST /second-factor", Reach::kEntering},
    {"GET /", Reach::kSignedIn},
    {"GET /settings", Reach::kSignedIn},
    {"POST /settings/words", Reach::kSignedIn},
    {"POST /settings/peek", Reach::kSignedIn},
    {"POST /settings/sign-out-elsewhere", Reach::kSignedIn},
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
    ASSERT_TRUE(store_->Record(*PlaceHold(*store_->FindCase(case_), "victim", "a claim", clock_.Now() + days{30}, clock_.Now())));
    tips_told_["tip-1"].school = "oakmoor";
    tips_told_["tip-1"].lines.push_back({.name = "a post about", .kind = "a picture", .place = {}, .cases = {case_}, .notes = {}, .unsure = {}});
    packs_told_["pack-1"] = {.id = "pack-1", .cases = {case_}, .schools = {"oakmoor"}, .by = "victim", .purpose = "a post about", .recipient = {}, .names_to_mask = {}, .state = JobState::kDone, .message = {}, .pack = {}, .manifest = {}, .fingerprint = {}, .notes = {}};
    files_.push_back({.about = {.key = "capture-1", .what = "capture", .name = "a post about", .media_type = {}, .whose = {}, .how = {}, .address = {}, .sha256 = {}, .by = {}, .at = {}, .gone = {}}, .bytes = "a post about"});
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
    put("{entry}", "abuse.clown");
    put("{tip}", "tip-1");
    put("{pack}", "pack-1");
    put("{key}", "capture-1");
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

// Both ways: a page without an entry fails, and an entry without its page.
TEST_F(AccessMatrix, EveryPageStandsInOneOfTheTables) {
  std::vector<std::string> pages;
  for (const auto& page : AllPages()) {
    const std::string name = NameOf(page);
    EXPECT_TRUE(std::ranges::find(pages, name) == pages.end()) << name << " stands in the table of pages twice";
    pages.push_back(name);
    const auto open = std::ranges::find_if(kOpen, [&](const Open& one) { return one.page == name; });
    const bool by_role = page.reach == Reach::kSomeSchool || page.reach == Reach::kCase || page.reach == Reach::kEverywhere;
    EXPECT_NE(by_role, open != std::end(kOpen)) << name << ": say in kWho or in kOpen, not in both, who may see this page";
    if (open != std::end(kOpen)) EXPECT_EQ(open->reach, page.reach) << name;
    if (by_role) {
      EXPECT_TRUE(WhoMay(page)) << "say in kWho who may see " << name;
      EXPECT_NE(page.who, 0) << name << " is for nobody";
    }
  }
  for (const auto& who : kWho) EXPECT_TRUE(std::ranges::find(pages, who.page) != pages.end()) << who.page << " is no page";
  for (const auto& open : kOpen) EXPECT_TRUE(std::ranges::find(pages, open.page) != pages.end()) << open.page << " is no page";
}

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
        // A tip or a pack of another school's is not there, though the page is.
        if (has_role && school == "ashford" && (page.path.find("{tip}") != page.path.npos || page.path.find("{pack}") != page.path.npos)) {
          EXPECT_EQ(response.status, 404);
          EXPECT_EQ(response.body.find("a post about"), std::string::npos);
          continue;
        }
        if (has_role && in_scope) EXPECT_TRUE(response.status == 200 || response.status == 303 || response.status == 409 || response.status == 422 || ((page.path == "/lexicon/resume" || page.path == "/people/{person}/school-account" || page.path.find("{batch}") != page.path.npos) && response.status == 404)) << response.status;
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
