// Several cases at once: chosen, previewed, done, taken back; what is left out is named; nobody overwrites anybody.
#include <regex>

#include "src/casework/acts.h"
#include "src/casework/details.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BulkPages : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    signed_words_ = true;
    AddPerson("amina", {{Role::kTriage, "oakmoor"}});
    AddPerson("ben", {{Role::kTriage, "oakmoor"}});
    AddPerson("ash", {{Role::kTriage, "ashford"}});
    for (int i = 1; i <= 4; ++i) Keep("oakmoor", APost(std::to_string(i), "Oakmoor School is run by clowns and everybody knows it"), {{"abuse.clown", Category::kAbuse, 2, 25, 31, View::kPlain, "Calls somebody a clown."}});
    Keep("ashford", APost("5", "secret of ashford"));
  }
  // Every hidden or ticked field of that name on a page.
  static Form Fields(const std::string& body, const std::string& name) {
    Form form;
    const std::regex field("name=\"" + name + "\"[^>]*value=\"([^\"]*)\"");
    for (std::sregex_iterator it(body.begin(), body.end(), field), end; it != end; ++it) form.emplace_back(name, (*it)[1]);
    return form;
  }
  static Form With(Form form, const Form& more) {
    form.insert(form.end(), more.begin(), more.end());
    return form;
  }
  http::Response PreviewOf(Browser& browser, const std::string& target, const Form& act) {
    const auto chosen = browser.Get(target);
    EXPECT_EQ(chosen.status, 200) << chosen.body;
    return browser.Post("/queue/bulk/preview", With(Fields(chosen.body, "item"), act));
  }
  http::Response Confirm(Browser& browser, const std::string& preview, const Form& act) { return browser.Post("/queue/bulk", With(Fields(preview, "item"), act)); }
  const Form kJoke = {{"verb", "decide"}, {"finding", "criticism"}, {"why", "the same joke"}};
};

TEST_F(BulkPages, ABurstIsDecidedAndTakenBackAsOne) {
  auto amina = SignedIn("amina");
  const auto preview = PreviewOf(amina, "/queue/bulk?burst=1", kJoke);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("This would happen to 4 cases"), HasSubstr("Would be decided as criticism, and closed"), HasSubstr("c•••••"), Not(HasSubstr("clowns")), HasSubstr("the same joke")));
  EXPECT_EQ(store_->FindCase(1)->state, CaseState::kQueued) << "a preview does nothing";
  const auto done = Confirm(amina, preview.body, kJoke);
  ASSERT_EQ(done.status, 303) << done.body;
  const std::string page(done.Header("Location"));
  EXPECT_THAT(page, HasSubstr("/queue/batches/"));
  EXPECT_THAT(amina.Get(page).body, AllOf(HasSubstr("4 cases decided as criticism"), HasSubstr("Take all 4 back")));
  for (CaseId id = 1; id <= 4; ++id) EXPECT_EQ(store_->FindCase(id)->state, CaseState::kClosed);
  EXPECT_THAT(amina.Get("/cases/2").body, HasSubstr("together with other cases"));

  amina.Get(page);
  const auto undone = amina.Post(page + "/undo");
  ASSERT_EQ(undone.status, 303) << undone.body;
  for (CaseId id = 1; id <= 4; ++id) {
    EXPECT_EQ(store_->FindCase(id)->state, CaseState::kQueued);
    EXPECT_EQ(store_->History(id)->back().kind, EventKind::kUndone) << "each has its own event";
  }
  EXPECT_THAT(amina.Get(std::string(undone.Header("Location"))).body, AllOf(HasSubstr("4 cases taken back"), Not(HasSubstr("back</button>"))));
  EXPECT_THAT(amina.Get(page).body, AllOf(HasSubstr("It was taken back"), Not(HasSubstr("Take all 4 back"))));
  EXPECT_EQ(amina.Post(page + "/undo").status, 409) << "once";
  EXPECT_FALSE(store_->VerifyChain()->broken);
}

TEST_F(BulkPages, WhatChangedMeanwhileIsLeftOutAndNamed) {
  auto amina = SignedIn("amina");
  const auto preview = PreviewOf(amina, "/queue/bulk?case=1&case=2&case=3", kJoke);
  ASSERT_TRUE(store_->Record(*AddNote(*store_->FindCase(2), "ben", "I know the family", clock_.Now())));
  const auto done = Confirm(amina, preview.body, kJoke);
  const std::string page = amina.Get(std::string(done.Header("Location"))).body;
  EXPECT_THAT(page, AllOf(HasSubstr("2 cases decided as criticism"), HasSubstr(">Case 2</a> was changed meanwhile")));
  EXPECT_EQ(store_->FindCase(2)->state, CaseState::kQueued);
  // And taking back leaves what somebody has touched since.
  ASSERT_TRUE(store_->Record(*Undo(*store_->FindCase(3), "ben", "read it again", clock_.Now())));
  amina.Get(std::string(done.Header("Location")));
  const auto undone = amina.Post(std::string(done.Header("Location")) + "/undo");
  EXPECT_THAT(amina.Get(std::string(undone.Header("Location"))).body, AllOf(HasSubstr("1 case taken back"), HasSubstr(">Case 3</a> was changed since")));
}

TEST_F(BulkPages, ThePreviewNamesWhatCannotBeDone) {
  ASSERT_TRUE(store_->Record(*Claim(*store_->FindCase(2), "ben", clock_.Now())));
  NewDecision decision;
  decision.finding = Finding::kSafeguarding;
  decision.why = "an allegation";
  ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(3), "ben", decision, clock_.Now())));
  auto amina = SignedIn("amina");
  const auto preview = PreviewOf(amina, "/queue/bulk?case=1&case=2&case=3", kJoke);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("This would happen to 1 case"), HasSubstr("Is being worked on by ben"), HasSubstr("Was decided by ben")));
  EXPECT_EQ(Fields(preview.body, "item").size(), 1u);
  // Even a form that names them all the same.
  Form all = kJoke;
  for (CaseId id = 1; id <= 3; ++id) all.emplace_back("item", std::to_string(id) + ":" + std::to_string(store_->FindCase(id)->events));
  ASSERT_EQ(amina.Post("/queue/bulk", all).status, 303);
  EXPECT_EQ(store_->FindCase(3)->decision->finding, Finding::kSafeguarding) << "what is locked stays locked";
  EXPECT_FALSE(store_->FindCase(2)->decision);
}

TEST_F(BulkPages, WhatLocksOrLeavesTheSchoolIsNotForBulk) {
  auto amina = SignedIn("amina");
  for (const char* finding : {"danger", "child-image", "safeguarding", "anonymity", "weather", ""}) {
    const auto refused = PreviewOf(amina, "/queue/bulk?case=1", {{"verb", "decide"}, {"finding", finding}, {"why", "x"}});
    EXPECT_EQ(refused.status, 422) << finding;
    EXPECT_THAT(refused.body, HasSubstr("Choose what they are"));
    EXPECT_EQ(amina.Post("/queue/bulk", {{"item", "1:1"}, {"verb", "decide"}, {"finding", finding}, {"why", "x"}}).status, 422);
  }
  for (const char* verb : {"undo", "approve", "propose", "close", ""}) EXPECT_EQ(PreviewOf(amina, "/queue/bulk?case=1", {{"verb", verb}}).status, 422) << verb;
  EXPECT_FALSE(store_->FindCase(1)->decision);
}

TEST_F(BulkPages, ClaimHandOverAndLeaveForLaterAreTakenBackToWhatWas) {
  auto amina = SignedIn("amina");
  ASSERT_TRUE(store_->Record(*Assign(*store_->FindCase(1), "ben", "ben", "", clock_.Now())));
  const Form acts[] = {{{"verb", "claim"}}, {{"verb", "assign"}, {"to", "amina"}, {"note", "yours"}}, {{"verb", "snooze"}, {"for", "1d"}}};
  for (const auto& act : acts) {
    SCOPED_TRACE(act[0].second);
    const Case before = *store_->FindCase(1);
    const auto preview = PreviewOf(amina, "/queue/bulk?case=1&case=2", act);
    const auto done = Confirm(amina, preview.body, act);
    ASSERT_EQ(done.status, 303) << done.body;
    const Case after = *store_->FindCase(1);
    EXPECT_TRUE(after.holder == "amina" || after.assigned_to == "amina" || after.snoozed_until);
    amina.Get(std::string(done.Header("Location")));
    ASSERT_EQ(amina.Post(std::string(done.Header("Location")) + "/undo").status, 303);
    const Case again = *store_->FindCase(1);
    EXPECT_EQ(again.assigned_to, "ben");
    EXPECT_EQ(again.holder, before.holder);
    EXPECT_EQ(again.snoozed_until, before.snoozed_until);
  }
  EXPECT_EQ(PreviewOf(amina, "/queue/bulk?case=1", {{"verb", "assign"}, {"to", "nobody-here"}}).status, 422);
  EXPECT_THAT(PreviewOf(amina, "/queue/bulk?case=1", {{"verb", "assign"}, {"to", "ash"}}).body, HasSubstr("Belongs to a school where ash does not work"));
  EXPECT_EQ(PreviewOf(amina, "/queue/bulk?case=1", {{"verb", "snooze"}, {"for", "99d"}}).status, 422);
}

TEST_F(BulkPages, ABreachTakesEachSchoolsOwnWords) {
  auto amina = SignedIn("amina");
  const Form breach = {{"verb", "decide"}, {"finding", "breach"}, {"category", "abuse"}, {"severity", "2"}, {"why", "insults all staff"}};
  const auto preview = PreviewOf(amina, "/queue/bulk?case=1&case=2", breach);
  EXPECT_THAT(preview.body, HasSubstr("Would be decided as breach (abuse, severity 2), and wait for a response"));
  ASSERT_EQ(Confirm(amina, preview.body, breach).status, 303);
  EXPECT_EQ(store_->FindCase(1)->decision->clause, "Swearing at people");
  EXPECT_EQ(PreviewOf(amina, "/queue/bulk?case=3", {{"verb", "decide"}, {"finding", "breach"}, {"category", "weather"}, {"severity", "9"}, {"why", ""}}).status, 422);
}

TEST_F(BulkPages, AnotherSchoolsCasesAreNotThereAndAnotherPersonsBatchNeither) {
  auto amina = SignedIn("amina"), ben = SignedIn("ben");
  EXPECT_EQ(amina.Get("/queue/bulk?case=5").status, 422);
  EXPECT_EQ(amina.Get("/queue/bulk?burst=5").status, 422);
  EXPECT_THAT(amina.Get("/queue/bulk?case=1&case=5").body, Not(HasSubstr("secret")));
  EXPECT_EQ(amina.Post("/queue/bulk", {{"item", "5:1"}, {"verb", "claim"}}).status, 422);
  EXPECT_TRUE(store_->FindCase(5)->holder.empty());
  amina.Get("/queue/bulk?case=1");
  const auto done = amina.Post("/queue/bulk", {{"item", "1:1"}, {"verb", "claim"}});
  const std::string page(done.Header("Location"));
  EXPECT_EQ(ben.Get(page).status, 404);
  ben.Get("/queue");
  EXPECT_EQ(ben.Post(page + "/undo").status, 404);
  EXPECT_EQ(store_->FindCase(1)->holder, "amina");
}

TEST_F(BulkPages, NothingChosenAndNonsenseAreSaid) {
  auto amina = SignedIn("amina");
  for (const char* target : {"/queue/bulk", "/queue/bulk?case=", "/queue/bulk?case=x&burst=-1", "/queue/bulk?case=999999999999999999999"}) EXPECT_EQ(amina.Get(target).status, 422) << target;
  for (const char* item : {"", "1", ":", "1:", ":1", "x:y", "1:1:1", "99:1"}) EXPECT_EQ(amina.Post("/queue/bulk", {{"item", item}, {"verb", "claim"}}).status, 422) << item;
  EXPECT_EQ(amina.Get("/queue/batches/nothing").status, 404);
  EXPECT_TRUE(store_->FindCase(1)->holder.empty());
  EXPECT_EQ(amina.Post("/queue/bulk", {{"item", "1:1"}, {"item", "1:1"}, {"verb", "claim"}}).status, 303) << "named twice is once";
}

TEST_F(BulkPages, NoMoreThanCanBeReadAtOnce) {
  for (int i = 0; i < 205; ++i) Keep("oakmoor", APost("m" + std::to_string(i), "matter " + std::to_string(i * 7919) + " of Oakmoor School " + std::to_string(i)), {});
  auto amina = SignedIn("amina");
  std::string target = "/queue/bulk?";
  for (int i = 0; i < 209; ++i) target += "case=" + std::to_string(i + 1) + "&";
  const auto page = amina.Get(target);
  EXPECT_THAT(page.body, AllOf(HasSubstr("these are the first 200"), HasSubstr("What to do with 199 cases"))) << "one of the first 200 is another school's";
}

}  // namespace
}  // namespace heed
