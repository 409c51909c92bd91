// The queue as staff use it: bursts, the clock, own lists, what stands around a case, words that show by pointing.
#include <regex>

#include "src/casework/acts.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<Hit> kClown = {{"abuse.clown", Category::kAbuse, 2, 25, 31, View::kPlain, "Calls somebody a clown."}};

class QueuePages : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    signed_words_ = true;
    AddPerson("amina", {{Role::kTriage, "oakmoor"}});
    AddPerson("legal", {{Role::kLegal, "oakmoor"}});
  }
  // So many posts that say the same.
  void Flood(int posts) {
    for (int i = 0; i < posts; ++i) Keep("oakmoor", APost("f" + std::to_string(i), "Oakmoor School is run by clowns and everybody knows it"), kClown);
  }
};

TEST_F(QueuePages, ABurstIsOneLineWithActOnAll) {
  Flood(12);
  Keep("oakmoor", APost("x", "something else about Oakmoor School altogether"));
  auto amina = SignedIn("amina");
  const std::string queue = amina.Get("/queue").body;
  EXPECT_THAT(queue, AllOf(HasSubstr("<strong>11 more like it</strong>"), HasSubstr("nearly the same words"), HasSubstr("href=\"/queue/bulk?burst=1\""), HasSubstr("Act on all 12"), HasSubstr("13 cases here of 13 open"), HasSubstr("Case 13")));
  EXPECT_THAT(queue, AllOf(Not(HasSubstr(">Case 2<")), HasSubstr("severity 3: 12")));
  const std::string burst = amina.Get("/queue/bursts/1").body;
  for (int i = 1; i <= 12; ++i) EXPECT_THAT(burst, HasSubstr(">Case " + std::to_string(i) + "<"));
  EXPECT_THAT(burst, AllOf(HasSubstr("It came first"), HasSubstr("Nearly the same words"), HasSubstr("c•••••"), Not(HasSubstr("clowns"))));
  EXPECT_THAT(SignedIn("legal").Get("/queue").body, AllOf(HasSubstr("11 more like it"), Not(HasSubstr("Act on all")), Not(HasSubstr("type=\"checkbox\"")))) << "who only reads is offered nothing to do";
}

TEST_F(QueuePages, AThreatInABurstOfMildOnesIsItsFaceAndCounted) {
  Flood(3);
  EXPECT_THAT(SignedIn("amina").Get("/queue").body, HasSubstr("severity 3: 3"));
}

TEST_F(QueuePages, RowsSayWhenTheyAreDueAndAFilterKeepsThem) {
  clock_.Advance(hours{24});  // a Monday
  Keep("oakmoor", APost("old", "old words about Oakmoor School"));
  clock_.Advance(hours{24});
  Keep("oakmoor", APost("new", "quite new things about Oakmoor School"));
  clock_.Advance(hours{1});
  auto amina = SignedIn("amina");
  EXPECT_THAT(amina.Get("/queue").body, AllOf(HasSubstr("Due tomorrow"), HasSubstr("Due on Thursday")));
  clock_.Advance(hours{48});
  auto later = SignedIn("amina");
  EXPECT_THAT(later.Get("/queue").body, AllOf(HasSubstr("Overdue by 1 working day"), HasSubstr("<strong class=\"heed-overdue\">Overdue</strong>")));
  EXPECT_THAT(later.Get("/queue?due=overdue").body, HasSubstr("2 cases here"));
  EXPECT_THAT(later.Get("/queue?due=later").body, HasSubstr("No case is like that"));
  EXPECT_EQ(later.Get("/queue?due=never").status, 400);
  EXPECT_EQ(later.Get("/queue?severity=9").status, 400);
}

TEST_F(QueuePages, FiltersForPlatformAgeColleagueAndWhatCouldNotBeJudged) {
  AddPerson("ben", {{Role::kTriage, "oakmoor"}});
  Keep("oakmoor", APost("1", "old words about Oakmoor School"));
  clock_.Advance(days{8});
  auto other = APost("2", "quite new things about Oakmoor School");
  other.platform = "reviews";
  Keep("oakmoor", other);
  ASSERT_TRUE(store_->Record(*Assign(*store_->FindCase(2), "amina", "ben", "yours", clock_.Now())));
  auto amina = SignedIn("amina");
  const auto shows = [&](const std::string& query) {
    const auto page = amina.Get("/queue?" + query);
    EXPECT_EQ(page.status, 200) << query;
    return std::string(page.body.find(">Case 1<") != std::string::npos ? "1" : "") + (page.body.find(">Case 2<") != std::string::npos ? "2" : "");
  };
  EXPECT_EQ(shows(""), "12");
  EXPECT_EQ(shows("platform=reviews"), "2");
  EXPECT_EQ(shows("platform=nowhere"), "");
  EXPECT_EQ(shows("age=1"), "1");
  EXPECT_EQ(shows("age=7"), "1");
  EXPECT_EQ(shows("age=30"), "");
  EXPECT_EQ(shows("whose=ben"), "2");
  EXPECT_EQ(shows("whose=nobody"), "1");
  EXPECT_EQ(shows("whose=mine"), "");
  EXPECT_EQ(shows("severity=unjudged"), "");
  EXPECT_EQ(shows("text=QUITE+new"), "2");
  EXPECT_EQ(shows("text=ew"), "2");
  EXPECT_EQ(shows("text=quite+old"), "");
  EXPECT_EQ(amina.Get("/queue?age=2").status, 400);
  EXPECT_EQ(amina.Get("/queue?whose=%3Cb%3E").status, 400);
  EXPECT_THAT(amina.Get("/queue").body, AllOf(HasSubstr("<option value=\"reviews\">reviews (1)</option>"), HasSubstr("<option value=\"ben\">ben</option>")));
  EXPECT_THAT(amina.Get("/queue/views?whose=ben&platform=reviews&age=7").body, HasSubstr("with ben, on reviews, here for 7 days or longer"));
}

TEST_F(QueuePages, NextLeadsFromCaseToCaseAndBackToTheQueue) {
  Flood(3);  // one burst: 1, 2 and 3
  Keep("oakmoor", APost("x", "something else about Oakmoor School altogether"));
  Keep("oakmoor", APost("y", "yet another matter at Oakmoor School entirely"));
  auto amina = SignedIn("amina");
  EXPECT_THAT(amina.Get("/cases/1").body, HasSubstr("href=\"/cases/1/next\" data-heed-key=\"n\""));
  EXPECT_EQ(amina.Get("/cases/1/next").Header("Location"), "/cases/4") << "the burst is one line of the queue";
  EXPECT_EQ(amina.Get("/cases/4/next").Header("Location"), "/cases/5");
  EXPECT_EQ(amina.Get("/cases/5/next").Header("Location"), "/queue");
  EXPECT_THAT(amina.Get("/queue").body, HasSubstr("That was the last case"));
  ASSERT_TRUE(store_->Record(*Close(*store_->FindCase(4), "amina", "done", clock_.Now())));
  EXPECT_EQ(amina.Get("/cases/4/next").Header("Location"), "/cases/1") << "a case that was dealt with stands nowhere: on to the front";
  ASSERT_TRUE(store_->Record(*Snooze(*store_->FindCase(5), "amina", clock_.Now() + days{1}, "", clock_.Now())));
  EXPECT_EQ(amina.Get("/cases/1/next").Header("Location"), "/queue") << "the other one sleeps";
}

TEST_F(QueuePages, TheStartLeadsToWhatIsLateAndWhatIsMine) {
  Keep("oakmoor", APost("1", "words about Oakmoor School"));
  Keep("oakmoor", APost("2", "quite other things about Oakmoor School"));
  auto amina = SignedIn("amina");
  EXPECT_THAT(amina.Get("/").body, AllOf(HasSubstr("href=\"/queue?category=abuse\"><span class=\"heed-figure__number\">2</span> abuse"), Not(HasSubstr("overdue")), Not(HasSubstr("with you"))));
  ASSERT_TRUE(store_->Record(*Claim(*store_->FindCase(2), "amina", clock_.Now())));
  EXPECT_THAT(amina.Get("/").body, HasSubstr("href=\"/queue?whose=mine\"><span class=\"heed-figure__number\">1</span> with you"));
  clock_.Advance(days{7});
  EXPECT_THAT(SignedIn("amina").Get("/").body, AllOf(HasSubstr("href=\"/queue?due=overdue\"><span class=\"heed-figure__number\">2</span> overdue"), Not(HasSubstr("with you")))) << "the claim has run out";
}

TEST_F(QueuePages, AListIsSavedCountedRenamedAndDeletedForOnePersonAlone) {
  Flood(3);
  auto amina = SignedIn("amina");
  EXPECT_THAT(amina.Get("/queue?whose=nobody&category=abuse").body, HasSubstr("href=\"/queue/views?category=abuse&amp;whose=nobody\""));
  EXPECT_THAT(amina.Get("/queue/views?category=abuse&whose=nobody").body, HasSubstr("It shows: abuse, nobody&apos;s"));
  const auto save = [&](const std::string& name, const std::string& query) { return amina.Post("/queue/views", {{"name", name}, {"query", query}}); };
  EXPECT_EQ(save("To <b>do</b>", "whose=nobody&category=abuse").Header("Location"), "/queue?category=abuse&whose=nobody");
  EXPECT_THAT(amina.Get("/queue").body, AllOf(HasSubstr("To &lt;b&gt;do&lt;/b&gt;</bdi></a> (3)"), Not(HasSubstr("<b>do"))));
  for (const char* bad : {"", "   ", "TO <B>DO</B>"}) EXPECT_EQ(save(bad, "whose=mine").status, 422) << bad;
  EXPECT_EQ(save(std::string(200, 'x'), "whose=mine").status, 422);
  EXPECT_EQ(save("All", "").status, 422) << "everything is no list";
  EXPECT_EQ(save("Theirs", "school=ashford").status, 422);
  EXPECT_EQ(save("Nonsense", "category=weather").status, 422);
  amina.Get("/queue/views");
  EXPECT_EQ(amina.Post("/queue/views/rename", {{"view", "To <b>do</b>"}, {"name", "Mine"}}).status, 303);
  EXPECT_EQ(amina.Post("/queue/views/rename", {{"view", "To <b>do</b>"}, {"name", "Other"}}).status, 409) << "it is called otherwise by now";
  EXPECT_EQ(amina.Post("/queue/views/rename", {{"view", "Mine"}, {"name", "mine"}}).status, 303);
  EXPECT_THAT(SignedIn("legal").Get("/queue").body, Not(HasSubstr("aria-label=\"Lists\"")));
  EXPECT_EQ(amina.Post("/queue/views/delete", {{"view", "mine"}}).status, 303);
  EXPECT_TRUE(store_->PreferencesOf("amina")->views.empty());
  for (std::size_t i = 0; i < Preferences::kMostViews; ++i) EXPECT_EQ(save("List " + std::to_string(i), "whose=mine").status, 303);
  EXPECT_THAT(save("One more", "whose=mine").body, HasSubstr("delete one first"));
}

TEST_F(QueuePages, AListIsSharedWithASchoolsStaffAndNobodyElse) {
  Flood(3);
  auto amina = SignedIn("amina");
  const auto save = [&](Browser& who, const std::string& name, const std::string& query, const std::string& school) { return who.Post("/queue/views", {{"name", name}, {"query", query}, {"share", school}}); };
  amina.Get("/queue/views?whose=nobody");
  EXPECT_EQ(save(amina, "Unclaimed", "whose=nobody", "oakmoor").status, 303);
  EXPECT_EQ(*store_->SharedViews("oakmoor"), (std::vector<SavedView>{{"Unclaimed", "school=oakmoor&whose=nobody", "amina"}})) << "of that school alone, whoever looks";
  EXPECT_TRUE(store_->PreferencesOf("amina")->views.empty());
  EXPECT_EQ(save(amina, "UNCLAIMED", "whose=nobody", "oakmoor").status, 422);
  for (const char* school : {"ashford", "nowhere", "\n"}) EXPECT_EQ(save(amina, "Theirs", "whose=nobody", school).status, 404) << school;
  // A legal adviser of the school sees and uses it, and shares nothing.
  auto legal = SignedIn("legal");
  EXPECT_THAT(legal.Get("/queue").body, HasSubstr("href=\"/queue?school=oakmoor&amp;whose=nobody\"><bdi>Unclaimed</bdi></a> (3)"));
  EXPECT_THAT(legal.Get("/queue/views?whose=mine").body, AllOf(HasSubstr("by amina"), Not(HasSubstr("Remove for everybody")), Not(HasSubstr("Who sees it"))));
  EXPECT_EQ(save(legal, "Mine", "whose=mine", "oakmoor").status, 404);
  EXPECT_EQ(legal.Post("/queue/views/unshare", {{"view", "Unclaimed"}, {"school", "oakmoor"}}).status, 403);
  // At another school it is not there, not even by its name.
  AddPerson("zoe", {{Role::kHead, "ashford"}});
  auto zoe = SignedIn("zoe");
  EXPECT_THAT(zoe.Get("/queue").body, Not(HasSubstr("Unclaimed")));
  EXPECT_THAT(zoe.Get("/queue/views").body, Not(HasSubstr("Unclaimed")));
  EXPECT_EQ(zoe.Post("/queue/views/unshare", {{"view", "Unclaimed"}, {"school", "oakmoor"}}).status, 404);
  EXPECT_EQ(zoe.Post("/queue/views/unshare", {{"view", "Unclaimed"}, {"school", ""}}).status, 409);
  // One's own becomes the school's.
  amina.Get("/queue/views");
  EXPECT_EQ(save(amina, "Abuse", "category=abuse", "").status, 303);
  EXPECT_EQ(amina.Post("/queue/views/share", {{"view", "Abuse"}, {"school", "ashford"}}).status, 404);
  EXPECT_EQ(amina.Post("/queue/views/share", {{"view", "Not there"}, {"school", "oakmoor"}}).status, 409);
  EXPECT_EQ(amina.Post("/queue/views/share", {{"view", "Abuse"}, {"school", "oakmoor"}}).status, 303);
  EXPECT_TRUE(store_->PreferencesOf("amina")->views.empty());
  EXPECT_EQ(store_->SharedViews("oakmoor")->size(), 2u);
  amina.Get("/queue/views");
  EXPECT_EQ(amina.Post("/queue/views/unshare", {{"view", "Unclaimed"}, {"school", "oakmoor"}}).status, 303);
  EXPECT_EQ(amina.Post("/queue/views/unshare", {{"view", "Unclaimed"}, {"school", "oakmoor"}}).status, 409);
  std::vector<std::string> noted;
  const auto trail = store_->AuditTrail({}).value();
  for (const auto& row : trail)
    if (row.action.starts_with("list-")) noted.push_back(row.action + " " + row.subject + " " + row.school + " " + row.actor);
  EXPECT_THAT(noted, testing::ElementsAre("list-removed list Unclaimed oakmoor amina", "list-shared list Abuse oakmoor amina", "list-shared list Unclaimed oakmoor amina"));
}

TEST_F(QueuePages, ACaseShowsWhatIsLikeItAndItsThread) {
  auto first = APost("1", "Oakmoor School is run by clowns https://petition.example/sack");
  auto reply = APost("2", "Oakmoor School: sign it https://petition.example/sack");
  reply.thread_root = reply.in_reply_to = "1";
  Keep("oakmoor", first, kClown);
  Keep("oakmoor", reply);
  Keep("oakmoor", APost("3", "nothing to do with it, Oakmoor School"));
  auto amina = SignedIn("amina");
  const std::string one = amina.Get("/cases/1").body;
  EXPECT_THAT(one, AllOf(HasSubstr("The same link"), HasSubstr("href=\"/cases/2\">Case 2<"), HasSubstr("Answers this post"), HasSubstr("Only posts that mention the school are kept"), HasSubstr("2 cases of one burst wait")));
  EXPECT_THAT(amina.Get("/cases/2").body, AllOf(HasSubstr("Began the thread"), HasSubstr("c•••••"), Not(HasSubstr("clowns"))));
  EXPECT_THAT(amina.Get("/cases/3").body, AllOf(HasSubstr("keeps no other case of this school"), HasSubstr("heed knows of no thread")));
  auto orphan = APost("4", "Oakmoor School, as I said");
  orphan.in_reply_to = "never-kept";
  Keep("oakmoor", orphan);
  EXPECT_THAT(amina.Get("/cases/4").body, HasSubstr("heed keeps nothing else of that thread"));
}

TEST_F(QueuePages, AnImageOfAChildIsShownByNoNeighbour) {
  Flood(2);
  NewDecision decision;
  decision.finding = Finding::kChildImage;
  decision.why = "seen at once";
  ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(1), "amina", decision, clock_.Now())));
  auto amina = SignedIn("amina");
  const std::string other = amina.Get("/cases/2").body;
  EXPECT_THAT(other, AllOf(HasSubstr("href=\"/cases/1\">Case 1<"), HasSubstr("(not to be viewed)")));
  EXPECT_THAT(amina.Get("/cases/1").body, Not(HasSubstr("Cases like this one")));
}

TEST_F(QueuePages, WordsComeAlongCoveredOnlyForWhoChoseToPointAtThem) {
  Flood(2);
  auto amina = SignedIn("amina");
  for (const char* page : {"/queue", "/cases/1", "/queue/bursts/1"}) EXPECT_THAT(amina.Get(page).body, Not(HasSubstr("clowns"))) << page;
  EXPECT_THAT(amina.Get("/settings").body, HasSubstr("Covered words may show for a moment"));
  EXPECT_EQ(amina.Post("/settings/peek", {{"peek", "maybe"}}).status, 422);
  EXPECT_EQ(amina.Post("/settings/peek", {{"peek", "yes"}}).Header("Location"), "/settings");
  EXPECT_THAT(amina.Get("/cases/1").body, AllOf(HasSubstr("<mark class=\"heed-hit\" data-heed-bare=\"clowns\">c•••••<"), HasSubstr("?words=shown\""))) << "the button stays, for browsers without scripts";
  EXPECT_THAT(amina.Get("/queue").body, HasSubstr("data-heed-bare=\"Oakmoor School is run by clowns"));
  amina.Get("/settings");
  EXPECT_EQ(amina.Post("/settings/words", {{"words", "shown"}}).status, 303);
  EXPECT_THAT(amina.Get("/cases/1").body, Not(HasSubstr("data-heed-bare")));
}

}  // namespace
}  // namespace heed
