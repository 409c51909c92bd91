// Reports in a browser: the platform's own reasons, the form by hand step by step, what comes of it, notices and helplines; and that no page
// leads from a post to something that leaves without a second person.
#include "src/casework/acts.h"
#include "src/casework/report.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ReportsTest : public OneCaseTest {
 protected:
  void SetUp() override {
    OneCaseTest::SetUp();
    Build([this](ConsoleParts& parts) {
      parts.reports.offer = [this](const Case&, ResponseKind kind) { return kind == ResponseKind::kHide ? hide_ : offer_; };
      parts.reports.by_itself = [this](const Case&, const Response& response) {
        const auto choice = ParseReportChoice(response.options);
        return LeavesByInterface(response.kind) && response.to == platform_ && !(response.kind == ResponseKind::kHide ? hide_ : offer_).accounts.empty() && choice && choice->notice.empty();
      };
      parts.reports.why_held = [](const Case&, const Response& response) { return response.state == ResponseState::kHeld ? std::string("may be cancelled") : std::string(); };
      parts.reports.can_look = [this](const Case&) { return can_look_; };
      parts.reports.look = [this](const Case& c) -> std::optional<Result<std::string>> {
        ++looks_;
        EXPECT_TRUE(store_->Record(*Checked(c, "heed", "gone_by_platform", "GET -> 404", clock_.Now())));
        return Result<std::string>("gone_by_platform");
      };
    });
    Decide_({});
  }
  void Decide_(std::optional<Category> category, Finding finding = Finding::kBreach) {
    if (Now().decision) ASSERT_TRUE(store_->Record(*Undo(Now(), "amina", "again", clock_.Now())));
    NewDecision decision;
    decision.finding = finding;
    decision.category = category.value_or(Category::kAbuse);
    decision.severity = 2;
    decision.why = "insults all staff";
    ASSERT_TRUE(store_->Record(*Decide(Now(), "amina", decision, clock_.Now())));
  }
  void ByInterface() {
    offer_.accounts = {{"social", true}};
    ReportForm form;
    form.reasons = {{"harassment", "Targeted <harassment>", "aimed at a person"}, {"hate", "Hate speech", "", false}};
    form.suggested = "harassment";
    form.max_text = 60;
    form.offers_forward = true;
    form.notes = {"moderators judge their own rules"};
    offer_.form = form;
    offer_.read_at = clock_.Now();
  }
  // Every step ticked, and its number written down.
  void CarryOut(Browser& browser) {
    Form form = {{"outcome", "done"}, {"reference", "FB-77"}};
    for (int i = 0; i < 8; ++i) form.emplace_back("step", std::to_string(i));
    ASSERT_EQ(Submit(browser, Path("/responses/1/by-hand"), Path("/responses/1/by-hand"), form).status, 303);
  }

  std::string platform_ = "mastodon";
  ReportOffer offer_, hide_;
  bool can_look_ = false;
  int looks_ = 0;
};

TEST_F(ReportsTest, ThePlatformsOwnReasonsAreOfferedAndAPersonChooses) {
  ByInterface();
  auto amina = SignedIn("amina"), head = SignedIn("head");
  EXPECT_EQ(amina.Get(Path("/respond/report")).Header("Location"), Path("/report"));
  const auto page = amina.Get(Path("/report")).body;
  EXPECT_THAT(page, AllOf(HasSubstr("Targeted &lt;harassment&gt;"), HasSubstr("heed suggests"), HasSubstr("60 characters at most"), HasSubstr("Moderators judge their own rules."), HasSubstr("Send it on to the author")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr(" checked")), Not(HasSubstr("clowns")), HasSubstr("Takes no words of yours"))) << "nothing is ticked beforehand";
  const auto none = Submit(amina, Path("/report"), Path("/report"), {{"text", "It insults a member of staff."}});
  EXPECT_EQ(none.status, 422);
  EXPECT_THAT(none.body, AllOf(HasSubstr("Choose one of the platform"), HasSubstr("It insults a member of staff.")));
  EXPECT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"reason", "made-up"}, {"text", "It insults."}}).status, 422);
  EXPECT_THAT(Submit(amina, Path("/report"), Path("/report"), {{"reason", "harassment"}, {"text", std::string(61, 'x')}}).body, HasSubstr("the platform takes 60"));
  EXPECT_THAT(Submit(amina, Path("/report"), Path("/report"), {{"reason", "harassment"}, {"text", "He says clowns."}}).body, HasSubstr("repeats words of the post"));
  EXPECT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"reason", "harassment"}, {"text", "It insults."}, {"channel", "another"}}).status, 422);
  EXPECT_TRUE(Now().responses.empty());

  const auto done = Submit(amina, Path("/report"), Path("/report"), {{"reason", "harassment"}, {"text", "It insults a member of staff."}, {"forward", "yes"}});
  ASSERT_EQ(done.status, 303) << done.body;
  const Response response = Now().responses.at(0);
  EXPECT_EQ(response.to, "mastodon");
  EXPECT_EQ(response.text, "It insults a member of staff.");
  const auto choice = *ParseReportChoice(response.options);
  EXPECT_EQ(choice.reason, "harassment");
  EXPECT_TRUE(choice.forward);
  EXPECT_THAT(head.Get(Path("/responses/1")).body, AllOf(HasSubstr("Targeted &lt;harassment&gt;"), HasSubstr("heed sends it by itself"), HasSubstr("Exactly this leaves the school")));
}

TEST_F(ReportsTest, WhatIsProposedAndApprovedHereIsAdmittedToLeave) {
  ByInterface();
  auto amina = SignedIn("amina"), head = SignedIn("head");
  ASSERT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"reason", "harassment"}, {"text", "It insults a member of staff."}}).status, 303);
  ASSERT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 303);
  clock_.Advance(minutes{6});
  const Case c = *store_->Record(*StartSending(Now(), "heed", 1, clock_.Now(), "social"));
  const auto post = store_->PostOf(c)->Version(c.worst).post;
  const auto admitted = AdmitReport(c, *store_->History(id_), 1, post, clock_.Now());
  ASSERT_TRUE(admitted) << admitted.error().message();
  EXPECT_EQ(admitted->choice().reason, "harassment");
  EXPECT_EQ(admitted->text(), "It insults a member of staff.");
}

TEST_F(ReportsTest, WhatHeedSendsNobodyElseSettlesMeanwhile) {
  ByInterface();
  auto amina = SignedIn("amina"), head = SignedIn("head");
  ASSERT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"reason", "harassment"}, {"text", "It insults a member of staff."}}).status, 303);
  ASSERT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 303);
  clock_.Advance(minutes{6});
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, AllOf(Not(HasSubstr("/finish\"")), HasSubstr("Cancel it")));
  EXPECT_EQ(Submit(amina, Path("/responses/1"), Path("/responses/1/finish"), {{"outcome", "done"}}).status, 422);
  EXPECT_EQ(amina.Get(Path("/responses/1/by-hand")).status, 409);
  EXPECT_EQ(Submit(amina, Path("/responses/1"), Path("/responses/1/cancel"), {}).status, 303);
  EXPECT_EQ(Now().responses[0].state, ResponseState::kCancelled);
}

TEST_F(ReportsTest, AReasonThatTakesNoWordsSaysSoToWhoeverApproves) {
  ByInterface();
  auto amina = SignedIn("amina"), head = SignedIn("head");
  ASSERT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"reason", "hate"}, {"text", std::string(200, 'x')}}).status, 303) << "what does not leave has no limit";
  EXPECT_THAT(head.Get(Path("/responses/1")).body, AllOf(HasSubstr("no words leave the school"), Not(HasSubstr("Exactly this leaves"))));
}

TEST_F(ReportsTest, APlatformThatCannotBeAskedIsNotGuessedAt) {
  offer_.accounts = {{"social", false}};
  offer_.asking = true;
  auto amina = SignedIn("amina");
  EXPECT_THAT(amina.Get(Path("/report")).body, AllOf(HasSubstr("Look again in a moment"), HasSubstr("?by=hand"), Not(HasSubstr("<textarea"))));
  offer_.asking = false;
  offer_.trouble = "the <server> does not answer";
  EXPECT_THAT(amina.Get(Path("/report")).body, AllOf(HasSubstr("the &lt;server&gt; does not answer"), HasSubstr("Ask again")));
  EXPECT_EQ(amina.Post(Path("/report"), {{"moment", std::to_string(Now().events)}, {"reason", "x"}, {"text", "It insults."}}).status, 422);
  // By hand it goes on without the account.
  EXPECT_THAT(amina.Get(Path("/report?by=hand")).body, HasSubstr("heed sends nothing"));
  ASSERT_EQ(Submit(amina, Path("/report?by=hand"), Path("/report"), {{"by", "hand"}, {"text", "It insults a member of staff."}}).status, 303);
  EXPECT_EQ(Now().responses[0].to, "mastodon, by hand");
}

TEST_F(ReportsTest, ByHandStepByStepWithTicksThatAreKept) {
  auto amina = SignedIn("amina"), head = SignedIn("head");
  EXPECT_THAT(amina.Get(Path("/report")).body, AllOf(HasSubstr("heed cannot report to"), HasSubstr("Reason to pick")));
  ASSERT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"text", "It insults a member of staff."}}).status, 303);
  EXPECT_EQ(amina.Get(Path("/responses/1/by-hand")).status, 409) << "nobody has approved it";
  ASSERT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 303);
  EXPECT_EQ(amina.Get(Path("/responses/1/by-hand")).status, 409) << "it can still be cancelled";
  clock_.Advance(minutes{6});
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, HasSubstr("Carry it out, step by step"));
  const auto page = amina.Get(Path("/responses/1/by-hand")).body;
  EXPECT_THAT(page, AllOf(HasSubstr("It insults a member of staff."), HasSubstr("id=\"step-1\""), HasSubstr("To attach"), Not(HasSubstr(" checked"))));
  ASSERT_EQ(Submit(amina, Path("/responses/1/by-hand"), Path("/responses/1/by-hand"), {{"outcome", "later"}, {"step", "0"}, {"step", "1"}, {"step", "99"}}).status, 303);
  EXPECT_THAT(head.Get(Path("/responses/1/by-hand")).body, HasSubstr("value=\"1\" checked")) << "a colleague sees how far it is";
  EXPECT_EQ(Now().responses[0].state, ResponseState::kHeld);
  const auto early = Submit(amina, Path("/responses/1/by-hand"), Path("/responses/1/by-hand"), {{"outcome", "done"}, {"step", "0"}, {"reference", "FB-77"}});
  EXPECT_EQ(early.status, 422);
  EXPECT_THAT(early.body, AllOf(HasSubstr("Tick each step"), HasSubstr("FB-77")));
  Form all = {{"outcome", "done"}, {"reference", "FB-77"}, {"why", "Thank you, we look into it"}};
  for (int i = 0; i < 8; ++i) all.emplace_back("step", std::to_string(i));
  ASSERT_EQ(Submit(amina, Path("/responses/1/by-hand"), Path("/responses/1/by-hand"), all).status, 303);
  EXPECT_EQ(Now().responses[0].state, ResponseState::kDone);
  EXPECT_EQ(Now().responses[0].reference, "FB-77");
  EXPECT_THAT(amina.Get("/reports").body, AllOf(HasSubstr("Number FB-77"), HasSubstr("Thank you, we look into it")));
}

TEST_F(ReportsTest, ARefusalWithATimeForAnAppealIsRemembered) {
  auto amina = SignedIn("amina"), head = SignedIn("head");
  ASSERT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"text", "It insults a member of staff."}}).status, 303);
  ASSERT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 303);
  clock_.Advance(minutes{6});
  EXPECT_EQ(Submit(amina, Path("/responses/1/by-hand"), Path("/responses/1/by-hand"), {{"outcome", "refused"}, {"appeal", "soon"}}).status, 422);
  ASSERT_EQ(Submit(amina, Path("/responses/1/by-hand"), Path("/responses/1/by-hand"), {{"outcome", "refused"}, {"why", "no breach"}, {"appeal", "2031-03-20"}}).status, 303);
  EXPECT_THAT(amina.Get(Path()).body, AllOf(HasSubstr("can be appealed until"), HasSubstr("the platform did not take it: no breach")));
  EXPECT_THAT(amina.Get("/reports").body, HasSubstr("can be appealed until"));
  clock_.Advance(days{20});
  auto later = SignedIn("amina");
  EXPECT_THAT(later.Get("/reports").body, Not(HasSubstr("can be appealed until")));
}

TEST_F(ReportsTest, LooksOnRequestAndTakesAPersonsWord) {
  auto amina = SignedIn("amina"), head = SignedIn("head");
  ASSERT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"text", "It insults a member of staff."}}).status, 303);
  ASSERT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 303);
  clock_.Advance(minutes{6});
  CarryOut(amina);
  EXPECT_THAT(amina.Get(Path()).body, AllOf(HasSubstr("heed cannot look at this platform"), Not(HasSubstr("Look now"))));
  EXPECT_EQ(amina.Post(Path("/look")).status, 422);
  EXPECT_EQ(looks_, 0);
  ASSERT_EQ(Submit(amina, Path(), Path("/found"), {{"presence", "up"}, {"note", "opened it"}}).status, 303);
  EXPECT_EQ(Now().presence, "up");
  EXPECT_EQ(Submit(amina, Path(), Path("/found"), {{"presence", "vanished"}}).status, 422);
  can_look_ = true;
  EXPECT_THAT(amina.Get("/reports").body, HasSubstr("Look now"));
  EXPECT_EQ(amina.Post(Path("/look"), {{"next", "/reports"}}).Header("Location"), "/reports");
  EXPECT_EQ(looks_, 1);
  EXPECT_THAT(amina.Get("/reports").body, AllOf(HasSubstr("the platform took it down"), HasSubstr("once it is said twice"))) << "one look is no removal";
  clock_.Advance(minutes{5});
  amina.Get("/reports");
  ASSERT_EQ(amina.Post(Path("/look")).status, 303);
  EXPECT_THAT(amina.Get(Path()).body, HasSubstr("the platform took it down, said twice"));
}

TEST_F(ReportsTest, HidingIsOfferedWhereTheSchoolOwnsThePlace) {
  auto amina = SignedIn("amina"), head = SignedIn("head");
  EXPECT_THAT(amina.Get(Path("/respond")).body, Not(HasSubstr("/respond/hide")));
  EXPECT_EQ(amina.Get(Path("/hide")).status, 409);
  hide_.accounts = {{"channel", true}};
  ReportForm form;
  form.reasons = {{"heldForReview", "Hold it for review", "", false}};
  form.suggested = "heldForReview";
  hide_.form = form;
  EXPECT_THAT(amina.Get(Path("/respond")).body, HasSubstr("/respond/hide"));
  ASSERT_EQ(Submit(amina, Path("/hide"), Path("/hide"), {{"reason", "heldForReview"}, {"text", "It breaks the code of conduct."}}).status, 303);
  EXPECT_EQ(Now().responses[0].kind, ResponseKind::kHide);
  EXPECT_EQ(Now().state, CaseState::kApproval);
  EXPECT_THAT(head.Get(Path("/responses/1")).body, AllOf(HasSubstr("heed hides it by itself"), HasSubstr("no words leave the school"), HasSubstr("Approve")));
  EXPECT_THAT(head.Get("/approvals").body, HasSubstr("Hide it at the school"));
}

TEST_F(ReportsTest, ASection5NoticeIsRefusedUntilNothingIsMissing) {
  Decide_(Category::kDefamation);
  auto amina = SignedIn("amina"), head = SignedIn("head");
  Form form = {{"to", "Brackwell Board, legal@board.example"}, {"complainant", "Jo Hart"}, {"complainant_agreed", "yes"}, {"email", "jo@oakmoor.example"}, {"statement", "Jo Hart takes the dinner money"},
               {"locations", "https://board.example/1\nhttps://board.example/2"}, {"why_defamatory", "It says she steals."}, {"meaning", "That she is a thief."}, {"inaccurate", "No money is missing."}, {"poster_unknown", "yes"},
               {"name_may_be_given", "no"}, {"email_may_be_given", "no"}};
  for (std::size_t i = 0; i < form.size(); ++i) {
    Form less = form;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    const auto refused = Submit(amina, Path("/section-5"), Path("/section-5"), less);
    EXPECT_EQ(refused.status, 422) << form[i].first;
    EXPECT_THAT(refused.body, HasSubstr("href=\"#" + form[i].first + "\"")) << form[i].first;
  }
  Form school = form;
  school[1].second = "Oakmoor School";
  EXPECT_THAT(Submit(amina, Path("/section-5"), Path("/section-5"), school).body, HasSubstr("A person, not the school"));
  EXPECT_TRUE(Now().responses.empty());
  ASSERT_EQ(Submit(amina, Path("/section-5"), Path("/section-5"), form).status, 303);
  EXPECT_THAT(Now().responses[0].text, AllOf(HasSubstr("NOTICE OF COMPLAINT"), HasSubstr("https://board.example/2"), HasSubstr("does not consent")));
  EXPECT_EQ(ParseReportChoice(Now().responses[0].options)->notice, "section-5");
  ASSERT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 303);
  clock_.Advance(minutes{6});
  Form done = {{"outcome", "done"}};
  for (int i = 0; i < 8; ++i) done.emplace_back("step", std::to_string(i));
  EXPECT_THAT(amina.Get(Path("/responses/1/by-hand")).body, HasSubstr("legal notices"));
  ASSERT_EQ(Submit(amina, Path("/responses/1/by-hand"), Path("/responses/1/by-hand"), done).status, 303);
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, HasSubstr("Without an answer the words are down by"));
  clock_.Advance(days{6});
  EXPECT_THAT(SignedIn("amina").Get("/reports").body, HasSubstr("to acknowledge the section 5 notice"));
  EXPECT_THAT(SignedIn("amina").Get("/").body, HasSubstr("about reports are due"));
  clock_.Advance(days{14});
  EXPECT_THAT(SignedIn("amina").Get("/reports").body, HasSubstr("has lost this defence"));
}

TEST_F(ReportsTest, ANoticeOfIllegalContentIsRefusedUntilNothingIsMissing) {
  Decide_(Category::kThreat);
  auto amina = SignedIn("amina");
  const Form form = {{"to", "A platform"}, {"law", "Online Safety Act 2023 s.181"}, {"facts", "He writes that he will wait at the gate."}, {"intent", "He names a day."}, {"no_defence", "It is no joke."},
                     {"locations", "https://social.example/1"}, {"affected", "a member of staff"}, {"notifier", "Jo Hart"}, {"email", "jo@oakmoor.example"}, {"good_faith", "yes"}};
  for (std::size_t i = 0; i < form.size(); ++i) {
    Form less = form;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    const auto refused = Submit(amina, Path("/illegal-content"), Path("/illegal-content"), less);
    EXPECT_EQ(refused.status, 422) << form[i].first;
    EXPECT_THAT(refused.body, HasSubstr("href=\"#" + form[i].first + "\"")) << form[i].first;
  }
  ASSERT_EQ(Submit(amina, Path("/illegal-content"), Path("/illegal-content"), form).status, 303);
  EXPECT_THAT(Now().responses[0].text, AllOf(HasSubstr("NOTICE OF ILLEGAL CONTENT"), HasSubstr("s.181"), HasSubstr("believes in good faith")));
}

TEST_F(ReportsTest, TheHelplineIsOfferedWhenItsTimeHasCome) {
  auto amina = SignedIn("amina"), head = SignedIn("head");
  EXPECT_EQ(amina.Get(Path("/respond/helpline")).Header("Location"), Path("/helpline"));
  EXPECT_THAT(amina.Get(Path("/helpline")).body, HasSubstr("has not been told yet"));
  ASSERT_EQ(Submit(amina, Path("/report"), Path("/report"), {{"text", "It insults a member of staff."}}).status, 303);
  ASSERT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 303);
  clock_.Advance(minutes{6});
  CarryOut(amina);
  EXPECT_THAT(amina.Get(Path("/helpline")).body, HasSubstr("is given 48 hours"));
  clock_.Advance(hours{49});
  auto later = SignedIn("amina");
  EXPECT_THAT(later.Get(Path()).body, HasSubstr(Path("/helpline")));
  EXPECT_THAT(later.Get(Path("/helpline")).body, AllOf(HasSubstr("Now is the time"), HasSubstr("0344 381 4772"), HasSubstr("number FB-77"), HasSubstr("https://social.example/1")));
  EXPECT_EQ(Submit(later, Path("/helpline"), Path("/helpline"), {{"text", "Please help."}}).status, 422);
  ASSERT_EQ(Submit(later, Path("/helpline"), Path("/helpline"), {{"line", "posh"}, {"text", "Please help."}}).status, 303);
  EXPECT_EQ(Now().responses.back().kind, ResponseKind::kHelpline);
}

TEST_F(ReportsTest, NothingOfThisIsOfferedWhereReportingIsLocked) {
  ByInterface();
  hide_ = offer_;
  for (const auto finding : {Finding::kSafeguarding, Finding::kChildImage}) {
    Decide_({}, finding);
    auto amina = SignedIn("amina");
    for (const char* page : {"/report", "/report?by=hand", "/hide", "/section-5", "/illegal-content", "/helpline"}) {
      const auto response = amina.Get(Path(page));
      EXPECT_EQ(response.status, 409) << page;
      EXPECT_THAT(response.body, AllOf(Not(HasSubstr("clowns")), Not(HasSubstr("social.example")))) << page;
    }
    EXPECT_THAT(amina.Get(Path("/respond")).body, AllOf(Not(HasSubstr("/respond/report")), Not(HasSubstr("/respond/hide")), Not(HasSubstr("/section-5"))));
    const std::string moment = std::to_string(Now().events);
    for (const char* page : {"/report", "/hide", "/section-5", "/illegal-content", "/helpline"}) EXPECT_EQ(amina.Post(Path(page), {{"moment", moment}, {"reason", "harassment"}, {"text", "It insults."}, {"line", "posh"}}).status, 409) << page;
    EXPECT_EQ(Now().responses.size(), 0u);
  }
}

// Every form of the console, by somebody who may use it, in any order: whatever is proposed, nothing stands approved that its own proposer
// approved, and without the head's word nothing is ever ready to leave.
TEST_F(ReportsTest, NoFormLeadsFromAPostToWhatLeavesWithoutASecondPerson) {
  ByInterface();
  hide_ = offer_;
  AddPerson("both", {{Role::kHead, "oakmoor"}, {Role::kTriage, "oakmoor"}});
  auto both = SignedIn("both");
  int forms = 0;
  for (int round = 0; round < 3; ++round)
    for (const auto& page : AllPages()) {
      if (page.method != "POST" || page.reach != Reach::kCase) continue;
      if (page.path == "/cases/{case}/close" && round < 2) continue;  // from there nothing leads on
      for (const char* number : {"1", "2", "3"}) {
        std::string target(page.path);
        const auto put = [&](std::string_view name, const std::string& value) {
          if (const auto at = target.find(name); at != std::string::npos) target.replace(at, name.size(), value);
        };
        put("{case}", std::to_string(id_));
        put("{number}", number);
        put("{kind}", "report");
        both.Get("/settings");
        both.Post(target, {{"moment", std::to_string(Now().events)}, {"reason", "harassment"}, {"text", "It insults a member of staff."}, {"to", "mastodon"}, {"line", "posh"}, {"why", "because"}, {"outcome", "done"},
                           {"finding", "breach"}, {"category", "abuse"}, {"severity", "2"}, {"presence", "up"}, {"for", "1h"}, {"note", "n"}});
        ++forms;
        clock_.Advance(minutes{3});
        for (const auto& response : Now().responses) {
          const bool ready = response.state == ResponseState::kHeld || response.state == ResponseState::kSending || response.state == ResponseState::kDone || response.state == ResponseState::kUncertain;
          EXPECT_FALSE(ready && LeavesByInterface(response.kind)) << target << " made response " << response.number << " " << ToString(response.state);
          if (LeavesByInterface(response.kind)) EXPECT_FALSE(StartSending(Now(), "heed", response.number, clock_.Now()));
        }
      }
    }
  EXPECT_GT(forms, 50);
  EXPECT_FALSE(Now().responses.empty()) << "something was proposed on the way";
}

}  // namespace
}  // namespace heed
