// Reading the forums: how each is asked, what each refuses in its own way, and the settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/bluesky_and_mastodon.h"
#include "tests/connectors/forum_fakes.h"

namespace heed {
namespace {

using namespace social;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using List = std::vector<std::string>;

template <typename Fake>
class ForumTest : public testing::Test {
 protected:
  ForumTest() {
    server_.Otherwise([this](const SeenRequest& request) { return fake_.Serve(request); });
  }
  Result<std::unique_ptr<Connector>> TryMake(typename Fake::Settings settings = {}, int max_pages = 20) {
    fake_.settings = std::move(settings);
    return fake_.Make(Oakmoor(), server_, max_pages, {http_, clock_});
  }
  std::unique_ptr<Connector> Make(typename Fake::Settings settings = {}, int max_pages = 20) {
    auto made = TryMake(std::move(settings), max_pages);
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  // `count` posts, a minute apart, the last at `newest`.
  void Fill(int count, std::string_view newest = "2026-11-20T08:00:00Z") {
    std::vector<InventedPost> posts;
    for (int i = 1; i <= count; ++i)
      posts.push_back({.number = i, .text = "oakmoor school number " + std::to_string(i), .at = *ParseRfc3339(newest) - minutes{count - i}});
    fake_.Hold(posts);
  }
  List Asked() const {
    List all;
    for (const auto& request : server_.requests()) all.push_back(request.target);
    return all;
  }
  void ExpectInvalid(typename Fake::Settings settings, std::string_view says) {
    const auto made = TryMake(std::move(settings));
    ASSERT_FALSE(made) << says;
    EXPECT_EQ(made.error().fault(), Fault::kInvalid);
    EXPECT_THAT(made.error().message(), HasSubstr(std::string(says)));
  }
  void ExpectNoCircles(typename Fake::Settings settings = {}) {
    fake_.ignores_pages = true;
    Fill(12);
    const auto run = ReadRun(*Make(std::move(settings)));
    ASSERT_FALSE(run.error) << run.error->message();
    ASSERT_THAT(run.gaps, Not(IsEmpty()));
    EXPECT_THAT(run.gaps[0].why, HasSubstr("again and again"));
    EXPECT_LE(run.pages, 12);
  }

  HttpServer server_;
  Fake fake_;
  HttpClient http_{{}};
  FakeClock clock_{"2026-11-20 09:00"};
};

using LemmyTest = ForumTest<FakeLemmy>;
using DiscourseTest = ForumTest<FakeDiscourse>;
using NodebbTest = ForumTest<FakeNodebb>;
using RedditTest = ForumTest<FakeReddit>;
using TelegramTest = ForumTest<FakeTelegram>;

// --- Lemmy ---

TEST_F(LemmyTest, SearchesPostsAndCommentsApartNewestFirst) {
  Fill(4);
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(4));
  EXPECT_THAT(Asked(), Each(HasSubstr("q=Oakmoor%20School&listing_type=All&sort=New&limit=3&type_=")));
  EXPECT_THAT(Asked(), Contains(HasSubstr("type_=Comments&page=1")));
  EXPECT_EQ(run.posts[0].author.handle, "sam@lemmy.example");
}

TEST_F(LemmyTest, EndsWherePostsAreOlderThanAskedFor) {
  Fill(9, "2026-11-01T08:00:00Z");  // look_back is 7 days
  const auto run = ReadRun(*Make());
  EXPECT_THAT(run.posts, IsEmpty());
  EXPECT_THAT(run.gaps, IsEmpty());
  EXPECT_EQ(run.pages, 2);  // one of posts, one of comments
}

TEST_F(LemmyTest, ReadsOnlyTheOverlapAgain) {
  Fill(9);
  const auto connector = Make({{"overlap", std::string("2m")}});
  const auto first = ReadRun(*connector);
  clock_.Advance(minutes{30});
  Fill(9, "2026-11-20T08:59:30Z");
  EXPECT_THAT(ReadRun(*connector, first.cursor).posts, SizeIs(2));  // of 08:58:30 and 08:59:30
}

TEST_F(LemmyTest, SaysWhichCommunityTheServerDoesNotKnowAndReadsTheRest) {
  Fill(4);
  const auto run = ReadRun(*Make({{"queries", List{}}, {"communities", List{"elsewhere", "brackwell"}}}));
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(4));
  ASSERT_THAT(run.gaps, SizeIs(2));
  EXPECT_THAT(run.gaps[0].why, HasSubstr("does not know posts of !elsewhere"));
}

TEST_F(LemmyTest, GoesByTheServersOwnNamesOfPages) {
  server_.Next(Answer::Json(R"({"posts":[{"post":{"id":1,"name":"x","ap_id":"https://l.example/post/1","published":"2026-11-20T08:00:00Z"},"creator":{"name":"sam"}}],"next_page":"P1a"})"));
  server_.Next(Answer::Json(R"({"posts":[]})"));
  ReadRun(*Make({{"queries", List{}}, {"communities", List{"brackwell"}}}));
  EXPECT_THAT(Asked()[1], HasSubstr("&page_cursor=P1a"));
}

// Servers before 0.19 say "too often" with status 400.
TEST_F(LemmyTest, KnowsItsOwnRefusals) {
  const std::pair<const char*, Fault> cases[] = {{"rate_limit_error", Fault::kBusy}, {"instance_is_private", Fault::kDenied}, {"unknown", Fault::kMalformed}};
  for (const auto& [name, fault] : cases) {
    server_.Next([&] {
      auto answer = Answer::Json(std::string(R"({"error":")") + name + "\"}");
      answer.status = 400;
      return answer;
    }());
    const auto run = ReadRun(*Make());
    ASSERT_TRUE(run.error) << name;
    EXPECT_EQ(run.error->fault(), fault) << name;
  }
}

TEST_F(LemmyTest, DoesNotGoRoundInCircles) { ExpectNoCircles(); }

TEST_F(LemmyTest, NamesWhatIsWrongWithItsSettings) {
  ExpectInvalid({{"server", std::string("http://lemmy.example")}}, "https://");
  ExpectInvalid({{"server", std::string()}}, "`server` is missing");
  ExpectInvalid({{"queries", List{"Ms Adeyemi"}}}, "does not name the school");
  ExpectInvalid({{"queries", List{}}}, "nothing to read");
  ExpectInvalid({{"communities", List{"a b"}}}, "communities holds");
  ExpectInvalid({{"page_size", std::int64_t{51}}}, "page_size must be 2 to 50");
  ExpectInvalid({{"max_pages", std::int64_t{0}}}, "max_pages must be");
  ExpectInvalid({{"look_back", std::string("ages")}}, "look_back");
}

// --- Discourse ---

TEST_F(DiscourseTest, AsksForTheWholePostsThatASearchFound) {
  Fill(4);
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.Texts(), testing::UnorderedElementsAre("oakmoor school number 1", "oakmoor school number 2", "oakmoor school number 3", "oakmoor school number 4"));
  EXPECT_THAT(Asked()[0], HasSubstr("/search.json?q=%22Oakmoor%20School%22%20after%3A2026-11-13%20order%3Alatest&page=1"));
  EXPECT_THAT(Asked()[1], testing::StartsWith("/t/1/posts.json?post_ids%5B%5D="));
  EXPECT_EQ(run.posts[0].permalink.substr(0, 8), "https://");
  EXPECT_THAT(run.gaps, IsEmpty());
}

TEST_F(DiscourseTest, PutsTheTopicsTitleBeforeItsFirstPostOnly) {
  Fill(3);  // numbers 1 and 2 are posts 2 and 3 of topic 1; number 3 opens topic 2
  for (const auto& post : ReadRun(*Make()).posts) EXPECT_TRUE(post.title.empty()) << post.native_id;
  server_.Route("/t/1/posts.json", Answer::Json(R"({"post_stream":{"posts":[{"id":20,"topic_id":1,"post_number":1,"username":"sam","cooked":"<p>x</p>","created_at":"2026-11-20T08:00:00Z"}]}})"));
  std::vector<std::string> titles;
  for (const auto& post : ReadRun(*Make()).posts) titles.push_back(post.title);
  EXPECT_THAT(titles, Contains("Schools & other matters"));
}

TEST_F(DiscourseTest, AsksForManyPostsOfATopicInSeveralRequests) {
  std::string found = R"({"posts":[)";
  for (int i = 1; i <= 45; ++i) found += (i > 1 ? "," : "") + std::string(R"({"id":)") + std::to_string(i) + R"(,"topic_id":8,"created_at":"2026-11-20T08:00:00Z"})";
  server_.Route("/search.json", Answer::Json(found + R"(],"grouped_search_result":{}})"));
  server_.Route("/t/8/posts.json", Answer::Json(R"({"post_stream":{"posts":[]}})"));
  ReadRun(*Make());
  EXPECT_THAT(Asked(), SizeIs(1 + 3));
}

TEST_F(DiscourseTest, SaysWhenATopicIsGoneAndGoesOn) {
  Fill(6);
  server_.Route("/t/2/posts.json", [] {
    auto answer = Answer::Json(R"({"errors":["gone"],"error_type":"not_found"})");
    answer.status = 404;
    return answer;
  }());
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_TRUE(Mentions(run.notes, "topic 2 is gone"));
  EXPECT_THAT(run.posts, SizeIs(3));
}

TEST_F(DiscourseTest, TakesAForumForMembersForWhatItIs) {
  fake_.needs_login = true;
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kDenied);
  EXPECT_THAT(run.error->message(), HasSubstr("not public"));
}

// Recorded by hand: 429 names the wait in its body, and not always in a header.
TEST_F(DiscourseTest, WaitsAsLongAsTheBodySays) {
  auto busy = Answer::Json(R"({"errors":["You've performed this action too many times."],"error_type":"rate_limit","extras":{"wait_seconds":17}})");
  busy.status = 429;
  server_.Next(busy);
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kBusy);
  EXPECT_EQ(run.error->retry_after(), seconds{17});
}

TEST_F(DiscourseTest, ReadsAllNewPostsPastHolesInTheirNumbers) {
  fake_.Hold({{.number = 1, .text = "oakmoor school long ago", .at = *ParseRfc3339("2026-11-19T08:00:00Z")}, {.number = 40, .text = "oakmoor school", .at = *ParseRfc3339("2026-11-20T08:00:00Z")}});
  const auto run = ReadRun(*Make({{"queries", List{}}, {"latest", true}}));
  EXPECT_THAT(run.posts, SizeIs(2));
  EXPECT_THAT(run.gaps, IsEmpty());
}

TEST_F(DiscourseTest, DoesNotGoRoundInCircles) {
  ExpectNoCircles({{"queries", List{}}, {"latest", true}});
}

TEST_F(DiscourseTest, NamesWhatIsWrongWithItsSettings) {
  ExpectInvalid({{"queries", List{"Oakmoor School @jo"}}}, "asks a Discourse forum for one account");
  ExpectInvalid({{"queries", List{"Oakmoor School #staff"}}}, "names a category");
  ExpectInvalid({{"queries", List{}}}, "nothing to read");
}

// --- NodeBB ---

TEST_F(NodebbTest, ReadsAForumBelowItsHostsRoot) {
  Fill(4);
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(4));
  EXPECT_THAT(Asked()[0], testing::StartsWith("/forum/api/search?term=Oakmoor%20School&in=titlesposts&matchWords=all&timeFilter=newer&timeRange=604860"));
  EXPECT_THAT(run.posts[0].permalink, testing::EndsWith("/forum/post/4"));
  EXPECT_THAT(Asked(), SizeIs(2));  // it says that there are two pages
}

TEST_F(NodebbTest, ReadsUntilAPageIsEmptyWhereNumbersAreNotTold) {
  fake_.tells_pages = false;
  Fill(4);
  EXPECT_THAT(ReadRun(*Make()).posts, SizeIs(4));
  EXPECT_THAT(Asked(), SizeIs(3));
}

TEST_F(NodebbTest, SaysWhatToDoWithoutASearch) {
  fake_.has_search = false;
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_THAT(run.error->message(), HasSubstr("latest = true"));
}

TEST_F(NodebbTest, DoesNotGoRoundInCircles) { ExpectNoCircles(); }

TEST_F(NodebbTest, NamesWhatIsWrongWithItsSettings) {
  ExpectInvalid({{"queries", List{"everybody"}}}, "does not name the school");
  ExpectInvalid({{"queries", List{}}}, "nothing to read");
}

// --- Reddit ---

TEST_F(RedditTest, SignsInOnceAndSaysWhoItIs) {
  Fill(7);
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(7));
  EXPECT_EQ(fake_.tokens_made, 1);
  for (const auto& request : server_.requests()) EXPECT_EQ(request.Header("user-agent"), "linux:heed:" HEED_VERSION " (by /u/oakmoor_school)");
  EXPECT_EQ(server_.requests()[0].body, "grant_type=client_credentials");
  EXPECT_THAT(Asked()[1], HasSubstr("/search?q=%22Oakmoor%20School%22&sort=new&type=link&raw_json=1&limit=3&t=week"));
  EXPECT_THAT(run.cursor.value, Not(HasSubstr("token-1")));
}

TEST_F(RedditTest, SignsInAsAScriptWithAPassword) {
  ReadRun(*Make({{"password", std::string("p&ss\n")}}));
  EXPECT_EQ(server_.requests()[0].body, "grant_type=password&username=oakmoor_school&password=p%26ss");
}

TEST_F(RedditTest, MakesANewTokenBeforeTheOldOneEndsAndWhenItIsRefused) {
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  clock_.Advance(minutes{59});
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_EQ(fake_.tokens_made, 2);
  fake_.token = "token-2";  // the old one was revoked
  const auto third = ReadRun(*connector, second.cursor);
  EXPECT_FALSE(third.error);
  EXPECT_EQ(fake_.tokens_made, 3);
}

TEST_F(RedditTest, SaysWhenItsCredentialsAreRefused) {
  const auto run = ReadRun(*Make({{"client_secret", std::string("old")}}));
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kSignIn);
  server_.Next(Answer::Json(R"({"error":"invalid_grant"})"));  // with status 200
  const auto wrong = ReadRun(*Make({{"password", std::string("old")}}));
  ASSERT_TRUE(wrong.error);
  EXPECT_EQ(wrong.error->fault(), Fault::kSignIn);
  EXPECT_THAT(wrong.error->message(), HasSubstr("invalid_grant"));
}

TEST_F(RedditTest, ReadsThePostsAndTheCommentsOfASubreddit) {
  Fill(7);
  const auto run = ReadRun(*Make({{"queries", List{}}, {"subreddits", List{"r/brackwell"}}}));
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(7));
  EXPECT_THAT(Asked(), Contains(testing::StartsWith("/r/brackwell/comments?raw_json=1")));
}

TEST_F(RedditTest, OneClosedSubredditKeepsNoOtherFromBeingRead) {
  Fill(4);
  const auto run = ReadRun(*Make({{"queries", List{}}, {"subreddits", List{"closed", "nowhere", "brackwell"}}}));
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(4));
  ASSERT_THAT(run.gaps, SizeIs(4));
  EXPECT_THAT(run.gaps[0].why, HasSubstr("posts in r/closed cannot be read (private)"));
  EXPECT_THAT(run.gaps[2].why, HasSubstr("no such subreddit"));
}

TEST_F(RedditTest, SaysWhereAListingEndsTooEarly) {
  fake_.depth = 950;
  Fill(2'000);
  const auto run = ReadRun(*Make({{"page_size", std::int64_t{100}}}));
  ASSERT_THAT(run.gaps, SizeIs(1));
  EXPECT_THAT(run.gaps[0].why, HasSubstr("no more than about 1,000"));
  EXPECT_THAT(run.posts, SizeIs(1'000));
}

// Recorded: x-ratelimit-remaining is a float, reset counts seconds.
TEST_F(RedditTest, WaitsWhenTheQuotaIsUsedUp) {
  const auto connector = Make();
  server_.Route("/search", Answer::Json(R"({"kind":"Listing","data":{"children":[],"after":null}})").With("x-ratelimit-remaining", "0.0").With("x-ratelimit-reset", "53"));
  const auto run = ReadRun(*connector);
  EXPECT_THAT(run.waits, ElementsAre(seconds{53}));
}

TEST_F(RedditTest, DoesNotGoRoundInCircles) { ExpectNoCircles(); }

TEST_F(RedditTest, NamesWhatIsWrongWithItsSettings) {
  ExpectInvalid({{"client_id", std::string()}}, "client_id");
  ExpectInvalid({{"username", std::string()}}, "`username` is missing");
  ExpectInvalid({{"queries", List{"Oakmoor School author:jo"}}}, "asks for one account");
  ExpectInvalid({{"queries", List{}}}, "nothing to read");
  ExpectInvalid({{"subreddits", List{"u_jo"}}}, "a person's page is not read");
  ExpectInvalid({{"subreddits", List{"a+b"}}}, "subreddits holds");
}

// --- Telegram ---

TEST_F(TelegramTest, ReadsAChannelBackwards) {
  Fill(7);
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(7));
  EXPECT_THAT(Asked(), ElementsAre("/s/brackwellnews", "/s/brackwellnews?before=5", "/s/brackwellnews?before=2"));
  EXPECT_EQ(run.posts[0].permalink, "https://t.me/BrackwellNews/5");
}

TEST_F(TelegramTest, OneChannelWithoutAPreviewKeepsNoOtherFromBeingRead) {
  Fill(2);
  const auto run = ReadRun(*Make({{"channels", List{"brackwell_private", "https://t.me/s/BrackwellNews/"}}}));
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.posts, SizeIs(2));
  ASSERT_THAT(run.gaps, SizeIs(1));
  EXPECT_THAT(run.gaps[0].why, HasSubstr("no public preview"));
}

TEST_F(TelegramTest, DoesNotGoRoundInCircles) { ExpectNoCircles(); }

TEST_F(TelegramTest, NamesWhatIsWrongWithItsSettings) {
  ExpectInvalid({{"channels", List{}}}, "nothing to read");
  ExpectInvalid({{"channels", List{"https://t.me/+AbCdEf123"}}}, "invitations are not followed");
}

}  // namespace
}  // namespace heed
