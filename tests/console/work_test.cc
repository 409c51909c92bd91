// Working on cases in a browser: claim, decide, propose, approve; what is locked; and that nobody overwrites anybody.
#include <regex>
#include <thread>

#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/console/letters.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Work : public OneCaseTest {
 protected:
  void SetUp() override {
    OneCaseTest::SetUp();
    AddPerson("ben", {{Role::kTriage, "oakmoor"}});
  }
  void Decided(Browser& browser) {
    const auto decided = Submit(browser, Path("/decide"), Path("/decide"), {{"finding", "breach"}, {"category", "abuse"}, {"severity", "2"}, {"clause", "Swearing at people"}, {"why", "insults all staff"}});
    ASSERT_EQ(decided.status, 303) << decided.body;
    EXPECT_EQ(decided.Header("Location"), Path("/respond"));
  }
  void Proposed(Browser& browser) {
    Decided(browser);
    const auto proposed = Submit(browser, Path("/respond/letter"), Path("/respond/letter"), {{"to", "the author"}, {"text", "Please take it down."}});
    ASSERT_EQ(proposed.status, 303) << proposed.body;
  }
};

TEST_F(Work, FromTheQueueToALetterTheHeadApproves) {
  auto amina = SignedIn("amina"), head = SignedIn("head");
  EXPECT_EQ(Submit(amina, Path(), Path("/claim"), {}).Header("Location"), Path());
  EXPECT_THAT(amina.Get(Path()).body, HasSubstr("You are working on this until"));
  EXPECT_THAT(amina.Get("/queue").body, HasSubstr("Being worked on by you"));
  EXPECT_THAT(head.Get("/queue").body, HasSubstr("Being worked on by amina")) << "a claimed case is not hidden";
  const auto page = amina.Get(Path("/decide"));
  EXPECT_THAT(page.body, AllOf(HasSubstr("1. Is somebody in immediate danger?"), HasSubstr("Swearing at people"), HasSubstr("c•••••"), Not(HasSubstr("clowns"))));
  Decided(amina);
  EXPECT_THAT(amina.Get(Path("/respond")).body, HasSubstr("Letter asking that it stops"));
  const auto form = amina.Get(Path("/respond/letter"));
  EXPECT_THAT(form.body, AllOf(HasSubstr("Oakmoor School"), HasSubstr("It says: “Swearing at people”."), HasSubstr("[[telephone]]"), Not(HasSubstr("clown")))) << "a letter does not repeat what hurt";
  const auto open = Submit(amina, Path("/respond/letter"), Path("/respond/letter"), {{"to", "the author"}, {"text", "Ring [[telephone]]."}});
  EXPECT_EQ(open.status, 422);
  EXPECT_THAT(open.body, HasSubstr("Fill in [[telephone]]"));
  EXPECT_EQ(Submit(amina, Path("/respond/letter"), Path("/respond/letter"), {{"to", "the author"}, {"text", "Please take it down."}}).Header("Location"), Path());
  EXPECT_THAT(head.Get("/approvals").body, HasSubstr("Letter asking that it stops, case 1"));
  EXPECT_THAT(head.Get("/settings").body, HasSubstr(">Approvals (1)<")) << "seen from everywhere";
  EXPECT_THAT(head.Get(Path("/responses/1")).body, AllOf(HasSubstr("Please take it down."), HasSubstr("Approve"), HasSubstr("insults all staff")));
  EXPECT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/approve"), {}).Header("Location"), "/approvals");
  EXPECT_EQ(Now().responses[0].state, ResponseState::kHeld);
  EXPECT_THAT(head.Get("/approvals").body, AllOf(HasSubstr("can be cancelled until"), HasSubstr(">Approvals<")));
  EXPECT_EQ(Submit(amina, Path("/responses/1"), Path("/responses/1/finish"), {{"outcome", "done"}}).status, 422) << "not during the hold";
  clock_.Advance(minutes{6});
  EXPECT_EQ(Submit(amina, Path("/responses/1"), Path("/responses/1/finish"), {{"outcome", "done"}, {"reference", "posted 12"}}).status, 303);
  EXPECT_EQ(Now().responses[0].state, ResponseState::kDone);
  EXPECT_EQ(Submit(amina, Path(), Path("/close"), {{"why", "the post is gone"}}).Header("Location"), "/queue");
  EXPECT_EQ(Now().state, CaseState::kClosed);
  EXPECT_THAT(amina.Get(Path()).body, AllOf(HasSubstr("right in 1 of 1 decided case"), HasSubstr("posted 12")));
}

TEST_F(Work, NobodyApprovesTheirOwnAndTriageApprovesNothing) {
  auto head = SignedIn("head"), amina = SignedIn("amina");
  Proposed(head);
  EXPECT_THAT(head.Get(Path("/responses/1")).body, HasSubstr("You proposed this, so somebody else must approve it"));
  EXPECT_EQ(head.Post(Path("/responses/1/approve"), {{"moment", std::to_string(Now().events)}}).status, 403);
  EXPECT_EQ(Submit(amina, Path("/responses/1"), Path("/responses/1/approve"), {}).status, 403);
  EXPECT_EQ(Now().responses[0].state, ResponseState::kProposed);
}

TEST_F(Work, TwoPeopleNeverOverwriteEachOther) {
  auto amina = SignedIn("amina"), ben = SignedIn("ben");
  amina.Get(Path("/decide"));
  const std::string moment = std::to_string(Now().events);
  Decided(ben);
  const auto late = amina.Post(Path("/decide"), {{"moment", moment}, {"finding", "criticism"}, {"why", "an opinion"}});
  EXPECT_EQ(late.status, 409);
  EXPECT_THAT(late.body, HasSubstr("was changed while you looked at it"));
  EXPECT_EQ(Now().decision->by, "ben");
  for (const char* act : {"/claim", "/release", "/assign", "/snooze", "/undo", "/close", "/responses/1/cancel"}) EXPECT_NE(amina.Post(Path(act), {{"moment", moment}, {"why", "x"}}).status, 303) << act;
}

TEST_F(Work, OfEightWhoDecideAtOnceOneIsHeardAndTheOthersAreTold) {
  std::vector<Browser> reviewers;
  for (int i = 0; i < 8; ++i) {
    const std::string id = "reviewer-" + std::to_string(i);
    AddPerson(id, {{Role::kTriage, "oakmoor"}});
    reviewers.push_back(SignedIn(id));
    reviewers.back().Get(Path("/decide"));
  }
  const std::string moment = std::to_string(Now().events);
  std::vector<http::Response> answers(reviewers.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < reviewers.size(); ++i)
    threads.emplace_back([&, i] { answers[i] = reviewers[i].Post(Path("/decide"), {{"moment", moment}, {"finding", "breach"}, {"category", "abuse"}, {"severity", "2"}, {"why", "reviewer-" + std::to_string(i) + " said so"}}); });
  for (auto& thread : threads) thread.join();
  std::size_t heard = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].status == 303) {
      ++heard;
      EXPECT_EQ(Now().decision->by, "reviewer-" + std::to_string(i));
      EXPECT_EQ(Now().decision->why, "reviewer-" + std::to_string(i) + " said so");
      continue;
    }
    EXPECT_EQ(answers[i].status, 409);
    EXPECT_THAT(answers[i].body, AnyOf(HasSubstr("was changed while you looked at it"), HasSubstr("It is decided")));
  }
  EXPECT_EQ(heard, 1u);
}

TEST_F(Work, ACaseSomebodyHoldsIsTheirs) {
  auto amina = SignedIn("amina"), ben = SignedIn("ben");
  Submit(amina, Path(), Path("/claim"), {});
  EXPECT_THAT(ben.Get(Path()).body, AllOf(HasSubstr("amina is working on this until"), Not(HasSubstr("/decide\""))));
  const auto refused = ben.Post(Path("/decide"), {{"moment", std::to_string(Now().events)}, {"finding", "criticism"}, {"why", "x"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("being worked on by amina"));
  clock_.Advance(minutes{31});
  auto later = SignedIn("ben");
  EXPECT_EQ(Submit(later, Path("/decide"), Path("/decide"), {{"finding", "criticism"}, {"why", "an opinion"}}).Header("Location"), "/queue") << "a lease ends by itself";
}

TEST_F(Work, ColleaguesAreCalledByTheirNames) {
  ASSERT_TRUE(store_->ChangePerson("ben", [](Person& person) { return person.name = "Ben Ode", Done{}; }, std::nullopt));
  auto amina = SignedIn("amina"), ben = SignedIn("ben");
  EXPECT_EQ(Submit(ben, Path(), Path("/claim"), {}).status, 303);
  EXPECT_THAT(amina.Get("/queue").body, HasSubstr("Being worked on by Ben Ode"));
  EXPECT_THAT(amina.Get(Path()).body, AllOf(HasSubstr("Ben Ode is working on this"), HasSubstr("Claimed by Ben Ode"), HasSubstr("Opened by heed")));
  // Two of one name are told apart.
  ASSERT_TRUE(store_->ChangePerson("head", [](Person& person) { return person.name = "Ben Ode", Done{}; }, std::nullopt));
  EXPECT_THAT(amina.Get(Path()).body, HasSubstr("Ben Ode (ben) is working on this"));
}

TEST_F(Work, CriticismClosesAndCanBeTakenBack) {
  auto amina = SignedIn("amina");
  EXPECT_EQ(Submit(amina, Path("/decide"), Path("/decide"), {{"finding", "criticism"}, {"why", "an opinion of the timetable"}}).Header("Location"), "/queue");
  EXPECT_EQ(Now().state, CaseState::kClosed);
  EXPECT_THAT(amina.Get("/queue").body, HasSubstr("Nothing waits for a person"));
  EXPECT_EQ(Submit(amina, Path(), Path("/undo"), {{"why", "read it again"}}).Header("Location"), Path());
  EXPECT_EQ(Now().state, CaseState::kQueued);
}

TEST_F(Work, AnImageOfAChildIsNotViewedAgainAndNotReported) {
  auto amina = SignedIn("amina");
  EXPECT_EQ(Submit(amina, Path("/decide"), Path("/decide"), {{"finding", "child-image"}, {"why", "seen at once"}}).status, 303);
  for (const std::string& page : {Path(), Path("?words=shown"), std::string("/queue"), Path("/open")}) EXPECT_THAT(amina.Get(page).body, AllOf(Not(HasSubstr("clowns")), Not(HasSubstr("c•••••")), Not(HasSubstr("social.example")))) << page;
  EXPECT_EQ(amina.Post(Path("/author")).body.find("Some Body"), std::string::npos);
  EXPECT_THAT(amina.Get(Path("/respond")).body, AllOf(HasSubstr("Police"), Not(HasSubstr("Report it to the platform"))));
  EXPECT_EQ(amina.Get(Path("/respond/report")).status, 404);
}

// What was proposed before the case was found to be that shows the post no more either.
TEST_F(Work, AnEarlierResponseOfSuchACaseDoesNotShowThePost) {
  auto amina = SignedIn("amina");
  Proposed(amina);
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, HasSubstr("c•••••"));
  EXPECT_EQ(Submit(amina, Path(), Path("/undo"), {{"why", "there is a picture"}}).status, 303);
  EXPECT_EQ(Submit(amina, Path("/decide"), Path("/decide"), {{"finding", "child-image"}, {"why", "seen at once"}}).status, 303);
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, AllOf(HasSubstr("(not to be viewed)"), Not(HasSubstr("c•••••")), Not(HasSubstr("run by"))));
}

TEST_F(Work, WhatWasSentBackIsChangedAndProposedAgain) {
  auto amina = SignedIn("amina"), head = SignedIn("head");
  Proposed(amina);
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, Not(HasSubstr("propose it again")));
  EXPECT_EQ(Submit(head, Path("/responses/1"), Path("/responses/1/send-back"), {{"why", "Name the clause."}}).status, 303);
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, HasSubstr("href=\"/cases/1/respond/letter?from=1\""));
  EXPECT_THAT(amina.Get(Path("/respond/letter?from=1")).body, AllOf(HasSubstr("Sent back by head: Name the clause."), HasSubstr("Please take it down.</textarea>")));
  EXPECT_THAT(amina.Get(Path("/respond/meeting?from=1")).body, Not(HasSubstr("Please take it down."))) << "of another kind";
  for (const char* other : {"?from=2", "?from=", "?from=x", "?from=99999999999"}) EXPECT_THAT(amina.Get(Path("/respond/letter") + other).body, AllOf(Not(HasSubstr("Sent back by")), Not(HasSubstr("Please take it down.")))) << other;
  EXPECT_EQ(Submit(amina, Path("/respond/letter?from=1"), Path("/respond/letter"), {{"to", "the author"}, {"text", "Please take it down: clause 2."}}).status, 303);
  EXPECT_THAT(amina.Get(Path("/responses/1")).body, Not(HasSubstr("propose it again"))) << "it has been";
  EXPECT_THAT(head.Get(Path("/responses/2")).body, HasSubstr("clause 2."));
}

TEST_F(Work, ACaseIsLeftUntilADayAndBroughtBackBefore) {
  auto amina = SignedIn("amina");
  for (const char* day : {"2031-03-01", "2031-03-02", "2031-05-02", "tomorrow", "2031-02-30", "0000-00-00"}) EXPECT_EQ(Submit(amina, Path(), Path("/snooze"), {{"for", "1d"}, {"until", day}}).status, 422) << day;
  EXPECT_EQ(Submit(amina, Path(), Path("/snooze"), {{"for", "1d"}, {"until", "2031-03-05"}}).status, 303);
  EXPECT_EQ(Now().snoozed_until, ParseRfc3339("2031-03-05T08:00:00Z"));
  EXPECT_THAT(amina.Get(Path()).body, AllOf(HasSubstr("Left until 5 Mar 2031 08:00"), HasSubstr("Bring it back now")));
  EXPECT_EQ(Submit(amina, Path(), Path("/wake"), {}).status, 303);
  EXPECT_FALSE(Now().snoozed_until);
  EXPECT_THAT(amina.Get(Path()).body, Not(HasSubstr("Bring it back now")));
  EXPECT_EQ(Submit(amina, Path(), Path("/wake"), {}).status, 422);
  EXPECT_EQ(amina.Post(Path("/wake"), {{"moment", "0"}}).status, 409);
}

TEST_F(Work, WhatWasFoundLateIsTakenIntoTheQueue) {
  KeptPost kept{"oakmoor", APost("old", "Oakmoor School is run by clowns, since ever"), {}};
  kept.assessment.mention.mentions = kept.assessment.flag = kept.backlog = true;
  kept.assessment.severity = 2;
  PageCommit page{.source = "social", .state = {}, .posts = {kept}, .at = clock_.Now()};
  ASSERT_TRUE(store_->Commit(page, &Observe));
  auto amina = SignedIn("amina");
  EXPECT_THAT(amina.Get("/cases/2").body, AllOf(HasSubstr("waits apart"), HasSubstr("Take it into the queue")));
  EXPECT_EQ(Submit(amina, "/cases/2", "/cases/2/take", {}).status, 303);
  EXPECT_EQ(store_->FindCase(2)->state, CaseState::kQueued);
  EXPECT_THAT(amina.Get("/cases/2").body, Not(HasSubstr("Take it into the queue")));
  EXPECT_EQ(Submit(amina, "/cases/2", "/cases/2/take", {}).status, 422);
}

TEST_F(Work, ASafeguardingAllegationIsNotReportedToThePlatform) {
  auto amina = SignedIn("amina");
  EXPECT_EQ(Submit(amina, Path("/decide"), Path("/decide"), {{"finding", "safeguarding"}, {"why", "names what a member of staff did"}}).status, 303);
  EXPECT_THAT(amina.Get(Path("/respond")).body, Not(HasSubstr("/respond/report")));
  EXPECT_EQ(amina.Post(Path("/respond/report"), {{"moment", std::to_string(Now().events)}, {"to", "mastodon"}, {"text", "x"}}).status, 404);
}

TEST_F(Work, DecidingSaysWhatIsMissing) {
  auto amina = SignedIn("amina");
  const auto empty = Submit(amina, Path("/decide"), Path("/decide"), {{"severity", "9"}});
  EXPECT_EQ(empty.status, 422);
  EXPECT_THAT(empty.body, AllOf(HasSubstr("Answer the questions"), HasSubstr("Say why")));
  const auto severity = Submit(amina, Path("/decide"), Path("/decide"), {{"finding", "breach"}, {"category", "weather"}, {"severity", "9"}, {"why", "kept words"}});
  EXPECT_THAT(severity.body, AllOf(HasSubstr("Choose a category"), HasSubstr("Choose a severity"), HasSubstr("kept words"))) << "what was typed is not lost";
}

TEST_F(Work, HandingOverSnoozingAndNoting) {
  auto amina = SignedIn("amina");
  EXPECT_EQ(Submit(amina, Path(), Path("/assign"), {{"to", "ben"}, {"note", "you know the family"}}).status, 303);
  EXPECT_EQ(Submit(amina, Path(), Path("/assign"), {{"to", "nobody-here"}}).status, 422);
  EXPECT_THAT(SignedIn("ben").Get("/queue?whose=mine").body, HasSubstr("Case 1"));
  EXPECT_THAT(amina.Get("/queue?whose=mine").body, HasSubstr("No case is like that"));
  EXPECT_EQ(amina.Post(Path("/note"), {{"note", "rang the mentor"}}).status, 303);
  EXPECT_THAT(amina.Get(Path()).body, HasSubstr("rang the mentor"));
  EXPECT_EQ(Submit(amina, Path(), Path("/snooze"), {{"for", "1d"}}).Header("Location"), "/queue");
  EXPECT_THAT(amina.Get("/queue").body, HasSubstr("Nothing waits"));
  EXPECT_THAT(amina.Get("/queue?state=snoozed").body, HasSubstr("Case 1"));
  clock_.Advance(hours{25});
  EXPECT_THAT(SignedIn("amina").Get("/queue").body, HasSubstr("Case 1"));
  EXPECT_EQ(Submit(amina, Path(), Path("/snooze"), {{"for", "1d"}}).status, 403) << "signed out by now";
  auto again = SignedIn("amina");
  EXPECT_EQ(Submit(again, Path(), Path("/snooze"), {{"for", "99d"}}).status, 422);
}

TEST_F(Work, TheQueueIsNarrowedAndPaged) {
  for (int i = 0; i < 120; ++i) Keep("oakmoor", APost("p" + std::to_string(i), "Oakmoor School number " + std::to_string(i)), {});
  auto amina = SignedIn("amina");
  static const std::regex kCase("<a class=\"govuk-link\" href=\"/cases/([0-9]+)\">");
  std::set<std::string> seen;
  std::string next = "/queue";
  int pages = 0;
  while (!next.empty() && pages < 10) {
    const std::string body = amina.Get(next).body;
    ++pages;
    for (std::sregex_iterator it(body.begin(), body.end(), kCase), end; it != end; ++it) EXPECT_TRUE(seen.insert((*it)[1]).second) << "twice: " << (*it)[1];
    static const std::regex kNext("href=\"([^\"]+)\" rel=\"next\"");
    std::smatch match;
    next = std::regex_search(body, match, kNext) ? std::regex_replace(match[1].str(), std::regex("&amp;"), "&") : "";
  }
  EXPECT_EQ(seen.size(), 121u);
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(amina.Get("/queue?text=number+77").body, AllOf(HasSubstr("number 77"), HasSubstr("1 case here of 121 open"))) ;
  EXPECT_THAT(amina.Get("/queue?rule=abuse.clown").body, HasSubstr("1 case here"));
  EXPECT_THAT(amina.Get("/queue?severity=1").body, HasSubstr("No case is like that"));
  EXPECT_THAT(amina.Get("/queue?category=abuse").body, HasSubstr("50 cases here"));
  for (const char* bad : {"/queue?category=weather", "/queue?state=lost", "/queue?after=zz", "/queue?after=abc"}) EXPECT_EQ(amina.Get(bad).status, 400) << bad;
}

TEST_F(Work, WordsAndRulesShowTheirRecordAndTakeASentence) {
  AddPerson("lex", {{Role::kLexicon, ""}});
  auto amina = SignedIn("amina"), lex = SignedIn("lex");
  Submit(amina, Path("/decide"), Path("/decide"), {{"finding", "criticism"}, {"why", "a joke"}});
  EXPECT_THAT(lex.Get("/lexicon").body, AllOf(HasSubstr("abuse.clown"), HasSubstr("right in 0 of 1 decided case"), HasSubstr("2 entries")));
  EXPECT_THAT(lex.Get("/lexicon?status=retired").body, AllOf(HasSubstr("abuse.old"), Not(HasSubstr("abuse.clown"))));
  lex.Get("/lexicon/try");
  EXPECT_THAT(lex.Post("/lexicon/try", {{"text", "<b>a clown</b>"}}).body, AllOf(HasSubstr("It would be flagged"), Not(HasSubstr("<b>a clown"))));
  EXPECT_EQ(lex.Post("/lexicon/try", {{"text", " "}}).status, 422);
  EXPECT_EQ(lex.Post("/lexicon/resume", {{"rule", "abuse.clown"}}).status, 303);
  EXPECT_THAT(lex.Get("/lexicon").body, HasSubstr("3 posts it would have queued"));
  EXPECT_EQ(lex.Post("/lexicon/resume", {{"rule", "abuse.none"}}).status, 404);
}

TEST_F(Work, InsightsCountWhatIsKept) {
  auto amina = SignedIn("amina");
  clock_.Advance(hours{3});
  Keep("ashford", APost("9", "Ashford School"));
  auto again = SignedIn("amina");
  Submit(again, Path("/decide"), Path("/decide"), {{"finding", "criticism"}, {"why", "a joke"}});
  EXPECT_THAT(again.Get("/insights").body, AllOf(HasSubstr("<span class=\"heed-figure__number\">1</span> cases"), HasSubstr("3 h"), HasSubstr("Only your schools are counted"), HasSubstr("100 %")));
}

TEST(Letters, HaveOneForEachResponseAndNeverAnOpenPlaceUnseen) {
  Case c;
  c.school = "oakmoor";
  c.decision = Decision{};
  for (const auto kind : kResponseKinds) {
    const Letter& letter = LetterFor(kind);
    const std::string text = FillLetter(letter.text, c, nullptr, "mastodon");
    EXPECT_EQ(text.find('{'), std::string::npos) << text;
    EXPECT_FALSE(letter.title.empty());
  }
  EXPECT_EQ(OpenPlaces("a [[b]] c [[d"), (std::vector<std::string>{"[[b]]", "[[d"}));
  EXPECT_TRUE(OpenPlaces("a [b] c").empty());
}

}  // namespace
}  // namespace heed
