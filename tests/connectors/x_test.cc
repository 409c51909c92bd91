// X: what it asks, what that costs and never more, and its answers as posts.
#include "connectors/x/x.h"

#include "tests/connectors/lists.h"
#include "tests/connectors/x_fake.h"

namespace heed {
namespace {

using namespace lists;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class XTest : public testing::Test {
 protected:
  XTest() {
    spec.settings["server"] = server.Origin();
    spec.settings["token"] = std::string("token");
    spec.settings["confirmed_by"] = std::string("J. Example, 2026-11-02");
  }
  std::unique_ptr<Connector> Make() {
    auto made = kXCard.make(spec, Oakmoor(), {http, clock});
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  Error Refusal() {
    auto made = kXCard.make(spec, Oakmoor(), {http, clock});
    EXPECT_FALSE(made);
    return made ? Error{Fault::kIo, ""} : made.error();
  }
  // `count` posts of now, with ids above those there are.
  void Write(int count) {
    for (int i = 0; i < count; ++i) host.posts.push_back({static_cast<std::int64_t>(host.posts.size()) + 1, "about Oakmoor School", FormatRfc3339(clock.Now() - minutes{1})});
  }

  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  FakeX host{server};
  HttpClient http{{}};
  SourceSpec spec{"x", "oakmoor", "x", {}};
};

TEST_F(XTest, AsksForAllTheSchoolsNamesAtOnce) {
  ReadRun(*Make());
  EXPECT_EQ(server.requests()[0].Query("query"), "(\"Oakmoor School\" OR #OakmoorSchool OR url:\"oakmoor.example\" OR @oakmoorschool) -is:retweet");
  EXPECT_EQ(server.requests()[0].Query("start_time"), "2031-02-23T09:00:00Z");
}

TEST_F(XTest, SplitsQueriesAtXsLimitAndEachStillNamesTheSchool) {
  auto school = Oakmoor();
  for (int i = 0; i < 60; ++i) school.names.push_back("Oakmoor School of Number " + std::to_string(i));
  const auto queries = XQueries(school);
  EXPECT_GT(queries.size(), 3u);
  for (const auto& query : queries) {
    EXPECT_LE(query.size(), 512u);
    EXPECT_TRUE(CheckQuery(query, school)) << query;
  }
  school.handles = {"oakmoor@social.example", "waytoolongforahandle"};
  for (const auto& query : XQueries(school)) EXPECT_EQ(query.find('@'), std::string::npos);
}

TEST_F(XTest, GoesOnFromTheNewestPostSeen) {
  Write(3);
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  EXPECT_EQ(first.posts.size(), 3u);
  Write(1);
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_EQ(second.posts.size(), 1u);
  const auto third = ReadRun(*connector, second.cursor);
  EXPECT_THAT(third.posts, IsEmpty());
  EXPECT_EQ(server.requests().back().Query("since_id"), "4") << "nothing new keeps the old mark";
  EXPECT_EQ(host.sent, 4u) << "nothing was paid for twice";
}

TEST_F(XTest, SearchesByDateWhereXHasForgottenTheLastPost) {
  Write(1);
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  clock.Advance(days{9});
  host.oldest_known = 100;
  Write(1);
  const auto second = ReadRun(*connector, first.cursor);
  ASSERT_FALSE(second.error) << second.error->message();
  EXPECT_EQ(second.posts.size(), 1u);
  EXPECT_TRUE(Mentions(second.notes, "searched again by date"));
}

TEST_F(XTest, SaysWhatItCouldNotSeeAfterMoreThanAWeek) {
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  clock.Advance(days{9});
  const auto second = ReadRun(*connector, first.cursor);
  ASSERT_EQ(second.gaps.size(), 1u);
  EXPECT_THAT(second.gaps[0].why, HasSubstr("last seven days"));
  EXPECT_EQ(second.gaps[0].until, clock.Now() - days{7} + hours{1});
}

TEST_F(XTest, AReadingThatWasInterruptedForHoursAsksForNoTimeThatXHasForgotten) {
  spec.settings["page_size"] = std::int64_t{10};
  Write(25);
  const auto page = Make()->Fetch({});
  ASSERT_TRUE(page);
  ASSERT_TRUE(page->more);
  clock.Advance(hours{3} + minutes{20});
  const auto rest = ReadRun(*Make(), page->next);
  ASSERT_FALSE(rest.error) << rest.error->message();
  EXPECT_EQ(page->posts.size() + rest.posts.size(), 25u);
  EXPECT_EQ(server.requests()[1].Query("start_time"), "2031-02-23T12:00:00Z");
  EXPECT_EQ(server.requests()[2].Query("start_time"), "2031-02-23T12:00:00Z");
}

TEST_F(XTest, LeavesRetweetsOutOfEveryAlternative) {
  spec.settings["queries"] = std::vector<std::string>{"\"Oakmoor School\" OR #OakmoorSchool"};
  ReadRun(*Make());
  EXPECT_EQ(server.requests()[0].Query("query"), "(\"Oakmoor School\" OR #OakmoorSchool) -is:retweet");
}

TEST_F(XTest, NeverAsksForMoreThanTheCapPaysFor) {
  spec.settings["monthly_cap"] = std::int64_t{1};
  spec.settings["post_price"] = std::int64_t{10'000};  // 100 posts
  spec.settings["page_size"] = std::int64_t{30};
  Write(300);
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kBusy);
  EXPECT_THAT(run.error->message(), HasSubstr("$1.00 of $1.00 are used"));
  EXPECT_EQ(run.error->retry_after(), hours{24});
  EXPECT_EQ(host.sent, 100u);
  std::vector<std::string> sizes;
  for (const auto& request : server.requests()) sizes.push_back(request.Query("max_results"));
  EXPECT_THAT(sizes, ElementsAre("30", "30", "30", "10"));

  // After a restart, and with other settings, what was spent stays spent; the next month is another.
  const auto again = ReadRun(*Make(), run.cursor);
  EXPECT_EQ(again.error->fault(), Fault::kBusy);
  spec.settings["server"] = "http://localhost:" + std::to_string(server.port());
  EXPECT_EQ(ReadRun(*Make(), run.cursor).error->fault(), Fault::kBusy);
  EXPECT_EQ(host.sent, 100u);
  spec.settings["server"] = server.Origin();
  clock.Set(*ParseRfc3339("2031-04-01T00:00:00Z"));
  host.posts.clear();
  const auto april = ReadRun(*Make(), run.cursor);
  ASSERT_FALSE(april.error) << april.error->message();
  EXPECT_THAT(april.quota, HasSubstr("$0.00 of $1.00"));
}

TEST_F(XTest, CountsAnswersThatWereLostOnTheWay) {
  spec.settings["monthly_cap"] = std::int64_t{1};
  spec.settings["post_price"] = std::int64_t{10'000};
  spec.settings["page_size"] = std::int64_t{50};
  const auto connector = Make();
  for (int i = 0; i < 2; ++i) {
    server.Next(Answer::Json("{\"data\":[").CutAfter(80));
    EXPECT_EQ(ReadRun(*connector).error->fault(), Fault::kUnavailable);
  }
  EXPECT_EQ(ReadRun(*connector).error->fault(), Fault::kBusy);
  EXPECT_EQ(server.request_count(), 2u);
}

TEST_F(XTest, AuthorsNamesAreAskedForOnlyWhenTheyArePaidFor) {
  Write(1);
  auto run = ReadRun(*Make());
  EXPECT_EQ(run.posts[0].permalink, "https://x.com/i/web/status/1");
  EXPECT_THAT(run.quota, HasSubstr("$0.01 of $10.00"));  // half a cent
  spec.settings["authors"] = true;
  run = ReadRun(*Make());
  EXPECT_EQ(run.posts[0].permalink, "https://x.com/sam/status/1");
  EXPECT_THAT(run.quota, HasSubstr("$0.02 of $10.00"));
}

TEST_F(XTest, SaysWhatToDoWhenItIsRefused) {
  struct Case {
    int status;
    const char* title;
    Fault fault;
    const char* says;
  };
  const Case cases[] = {
      {401, "Unauthorized", Fault::kSignIn, "make a new Bearer token"},
      {402, "CreditsDepleted", Fault::kDenied, "no credit left"},
      {403, "Client Forbidden", Fault::kDenied, "developer console"},
      {429, "UsageCapExceeded", Fault::kBusy, "monthly limit"},
      {400, "Invalid Request", Fault::kInvalid, "does not take the query"},
      {503, "Service Unavailable", Fault::kUnavailable, "503"},
  };
  for (const auto& one : cases) {
    server.Next(FakeX::Problem(one.status, one.title, "in its own words"));
    const auto run = ReadRun(*Make());
    ASSERT_TRUE(run.error) << one.status;
    EXPECT_EQ(run.error->fault(), one.fault) << one.status;
    EXPECT_THAT(run.error->message(), HasSubstr(one.says));
    EXPECT_THAT(run.error->message(), HasSubstr("in its own words"));
  }
  server.Next(Answer::Status(429).With("x-rate-limit-remaining", "0").With("x-rate-limit-reset", "1930205100"));  // 08:05
  EXPECT_EQ(ReadRun(*Make()).error->retry_after(), minutes{5});
}

TEST_F(XTest, StaysOffWithoutLeave) {
  EXPECT_TRUE(kXCard.terms_must_be_accepted);
  EXPECT_THAT(std::string(kXCard.terms), HasSubstr("GOVERNMENT USE"));
  spec.settings.erase("confirmed_by");
  EXPECT_THAT(Refusal().message(), HasSubstr("without that leave X off"));
}

TEST_F(XTest, RefusesWhatItCannotDo) {
  spec.settings["queries"] = std::vector<std::string>{"from:ms_adeyemi \"Oakmoor School\""};
  EXPECT_THAT(Refusal().message(), HasSubstr("never for a person"));
  spec.settings["queries"] = std::vector<std::string>{"Oakmoor School " + std::string(600, 'x')};
  EXPECT_THAT(Refusal().message(), HasSubstr("512"));
  spec.settings["queries"] = std::vector<std::string>{"Oakmoor School"};
  spec.settings["look_back"] = std::string("30d");
  EXPECT_THAT(Refusal().message(), HasSubstr("seven days"));
}

TEST(XPages, BecomeThesePosts) {
  const auto page = ParseXPage(GoldenInput("x/search.json"));
  ASSERT_TRUE(page) << page.error().message();
  std::string all;
  for (const auto& entry : page->entries) all += social::Dump(entry.post) + "\n";
  for (const auto& note : page->notes) all += "note: " + note + "\n";
  ExpectGolden("x/search.posts", all + "billed: " + std::to_string(page->posts) + " posts, " + std::to_string(page->users) + " users; next: " + page->next + ", newest: " + page->newest + "\n");
}

TEST(XPages, HoldWhateverHappensToTheirBytes) {
  Damage(GoldenInput("x/search.json"), 2'000, [](const std::string& bytes) {
    if (const auto page = ParseXPage(bytes))
      for (const auto& entry : page->entries) ExpectSound(entry.post);
  });
}

TEST(XPages, NoResultsAreAnEmptyPageAndAnythingElseIsNone) {
  EXPECT_TRUE(ParseXPage(R"({"meta":{"result_count":0}})"));
  for (const auto* body : {"{}", "[]", "null", R"({"errors":[{"detail":"x"}]})", R"({"meta":{"result_count":3}})", R"({"data":{}})"}) EXPECT_FALSE(ParseXPage(body)) << body;
}

struct RecordedSearch {
  const char* file;
  bool more;
};
class RecordedX : public testing::TestWithParam<RecordedSearch> {};

TEST_P(RecordedX, BodyIsRead) {
  HEED_RECORDING(body, std::string("x/") + GetParam().file + ".json");
  const auto page = ParseXPage(*body);
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->entries.size(), page->posts);
  EXPECT_GT(page->posts, 0u);
  EXPECT_EQ(!page->next.empty(), GetParam().more);
  EXPECT_THAT(page->notes, IsEmpty());
  for (const auto& entry : page->entries) ExpectSound(entry.post);
}

INSTANTIATE_TEST_SUITE_P(Shared, RecordedX, testing::Values(RecordedSearch{"search_recent_0", true}, RecordedSearch{"search_all_0", true}, RecordedSearch{"users_mentions_0", true}, RecordedSearch{"tweets_0", false}),
                         [](const auto& made) { return std::string(made.param.file); });

}  // namespace
}  // namespace heed
