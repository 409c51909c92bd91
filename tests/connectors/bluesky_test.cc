// Reading Bluesky: sign-in, paging, what is read again, and what each kind of server makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "connectors/bluesky/bluesky.h"
#include "tests/connectors/bluesky_and_mastodon.h"
#include "tests/connectors/bluesky_fake.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"

namespace heed {
namespace {

using namespace social;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class BlueskyTest : public testing::Test {
 protected:
  std::unique_ptr<Connector> Make(std::map<std::string, SettingValue, std::less<>> settings = {}) {
    auto made = TryMake(std::move(settings));
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  Result<std::unique_ptr<Connector>> TryMake(std::map<std::string, SettingValue, std::less<>> settings) {
    SourceSpec spec{"bluesky", "oakmoor", "bluesky", std::move(settings)};
    spec.settings.try_emplace("appview", server_.Origin());
    spec.settings.try_emplace("service", server_.Origin());
    spec.settings.try_emplace("queries", std::vector<std::string>{"Oakmoor School"});
    return kBlueskyCard.make(spec, Oakmoor(), {http_, clock_});
  }
  std::map<std::string, SettingValue, std::less<>> SignedIn() const {
    return {{"handle", std::string("@school.example")}, {"password", std::string("app-pass-word\n")}};
  }
  // What was asked of the search, one per request.
  std::vector<std::string> Asked(std::string_view parameter) const {
    std::vector<std::string> values;
    for (const auto& request : server_.requests())
      if (request.path == "/xrpc/app.bsky.feed.searchPosts") values.push_back(request.Query(parameter));
    return values;
  }
  // `count` posts, a minute apart, newest first, newest at `newest`.
  void Fill(int count, std::string_view newest = "2026-11-20T08:00:00Z") {
    const auto at = *ParseRfc3339(newest);
    for (int i = 0; i < count; ++i)
      network_.posts.push_back({"k" + std::to_string(i), "oakmoor school number " + std::to_string(i), FormatRfc3339(at - minutes{i})});
  }

  HttpServer server_;
  FakeBluesky network_{server_};
  HttpClient http_{{}};
  FakeClock clock_{"2026-11-20 09:00"};
};

TEST_F(BlueskyTest, ReadsEveryPageOfASearchNewestFirst) {
  Fill(5);
  const auto run = ReadRun(*Make({{"page_size", 2}}));
  EXPECT_THAT(run.posts, SizeIs(5));
  EXPECT_EQ(run.posts[0].first_seen_at, clock_.Now());
  EXPECT_THAT(run.gaps, IsEmpty());
  EXPECT_THAT(Asked("sort"), testing::Each("latest"));
  EXPECT_EQ(Asked("since")[0], "2026-10-21T09:00:00Z");  // the first reading looks back thirty days
}

TEST_F(BlueskyTest, AnswersEveryFetchWithOneSearch) {
  Fill(5);
  const auto connector = Make({{"page_size", 2}});
  Cursor cursor;
  for (std::size_t i = 1; i <= 3; ++i) {
    auto page = connector->Fetch(cursor);
    ASSERT_TRUE(page);
    cursor = page->next;
    EXPECT_EQ(server_.request_count(), i);
  }
}

TEST_F(BlueskyTest, ReadsTheOverlapAgainTheNextTime) {
  Fill(1);
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  clock_.Advance(hours{1});
  const auto before = server_.request_count();
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_THAT(second.posts, SizeIs(1));
  EXPECT_EQ(Asked("since").at(before), "2026-11-18T09:00:00Z");  // 48 hours before the reading before began
}

TEST_F(BlueskyTest, ReadsAgainWhileTheClockStandsStill) {
  Fill(1);
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  network_.posts.insert(network_.posts.begin(), {"knew", "oakmoor school, just now", "2026-11-20T08:59:59Z"});
  EXPECT_THAT(ReadRun(*connector, first.cursor).posts, SizeIs(2));
}

TEST_F(BlueskyTest, DoesNotAskForTheFutureAfterAWrongClock) {
  clock_.Set(*ParseRfc3339("2040-01-01T00:00:00Z"));
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  clock_.Set(*ParseRfc3339("2026-11-20T09:00:00Z"));
  const auto before = server_.request_count();
  ReadRun(*connector, first.cursor);
  EXPECT_EQ(Asked("since").at(before), "2026-11-18T09:00:00Z");
}

TEST_F(BlueskyTest, GoesOnWhereACrashLeftIt) {
  Fill(5);
  auto page = Make({{"page_size", 2}})->Fetch({});
  ASSERT_TRUE(page);
  const auto rest = ReadRun(*Make({{"page_size", 2}}), page->next);
  EXPECT_THAT(rest.Texts(), ElementsAre("oakmoor school number 2", "oakmoor school number 3", "oakmoor school number 4"));
}

// A laptop closed on Friday in the middle of a run: on Monday the rest of Friday's run is not "up to date".
TEST_F(BlueskyTest, FollowsAnInterruptedRunWithAFreshOne) {
  Fill(4);
  const auto connector = Make({{"page_size", 2}});
  auto page = connector->Fetch({});
  ASSERT_TRUE(page);
  clock_.Advance(days{3});
  network_.posts.insert(network_.posts.begin(), {"kmonday", "oakmoor school on monday", "2026-11-23T08:00:00Z"});
  const auto rest = ReadRun(*connector, page->next);
  EXPECT_THAT(rest.Texts(), testing::Contains("oakmoor school on monday"));
}

TEST_F(BlueskyTest, FailsWithoutLosingItsPlace) {
  Fill(3);
  const auto connector = Make({{"page_size", 2}});
  auto page = connector->Fetch({});
  ASSERT_TRUE(page);
  server_.Next(Answer::Status(503));
  const auto failed = connector->Fetch(page->next);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault(), Fault::kUnavailable);
  EXPECT_THAT(ReadRun(*connector, page->next).Texts(), ElementsAre("oakmoor school number 2"));
}

TEST_F(BlueskyTest, RecordsAGapAtTheCapOfPages) {
  Fill(9);
  const auto connector = Make({{"page_size", 2}, {"max_pages", 2}});
  const auto run = ReadRun(*connector);
  ASSERT_FALSE(run.gaps.empty());
  EXPECT_EQ(run.gaps[0].from, ParseRfc3339("2026-10-21T09:00:00Z"));
  EXPECT_EQ(run.gaps[0].until, ParseRfc3339("2026-11-20T07:57:00Z"));  // the fourth post
  EXPECT_THAT(run.gaps[0].why, HasSubstr("cap of 2 pages for \"Oakmoor School\""));
}

// ../shared/recorded: the local AppView searches case-sensitively and ignores since and until.
TEST_F(BlueskyTest, StopsAtItsOwnLowerBoundWhereTheServerIgnoresDates) {
  network_.ignores_dates = true;
  Fill(3);
  for (int i = 0; i < 9; ++i) network_.posts.push_back({"old" + std::to_string(i), "oakmoor school long ago", "2025-01-01T00:00:00Z"});
  const auto run = ReadRun(*Make({{"page_size", 2}}));
  EXPECT_THAT(run.Texts(), testing::Each(HasSubstr("number")));
  EXPECT_THAT(run.posts, SizeIs(3));
  EXPECT_THAT(run.gaps, IsEmpty());
  EXPECT_LE(server_.request_count(), 7u);  // it did not read all of last year
}

TEST_F(BlueskyTest, IsNotEndedByOneOddDateInAPage) {
  network_.ignores_dates = true;
  network_.posts.push_back({"kodd", "oakmoor school, says 1999", "2026-11-20T08:30:00Z", "1999-01-01T00:00:00Z"});
  Fill(4);
  EXPECT_THAT(ReadRun(*Make({{"page_size", 2}})).posts, SizeIs(5));
}

TEST_F(BlueskyTest, AsksInOtherCapitalsUntilTheServerShowsItIgnoresThem) {
  network_.posts.push_back({"k1", "OAKMOOR SCHOOL is shut", "2026-11-20T08:00:00Z"});
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  EXPECT_THAT(Asked("q"), ElementsAre("Oakmoor School"));  // the first answer showed it
  ReadRun(*connector, first.cursor);
  EXPECT_THAT(Asked("q"), ElementsAre("Oakmoor School", "Oakmoor School"));
}

TEST_F(BlueskyTest, FindsEveryUsualSpellingWhereTheServerMindsCapitals) {
  network_.minds_capitals = true;
  network_.posts = {{"k1", "Oakmoor School", "2026-11-20T08:04:00Z"}, {"k2", "oakmoor school", "2026-11-20T08:03:00Z"},
                    {"k3", "OAKMOOR SCHOOL", "2026-11-20T08:02:00Z"}, {"k4", "Oakmoor school", "2026-11-20T08:01:00Z"}};
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  EXPECT_THAT(first.posts, SizeIs(4));
  EXPECT_THAT(ReadRun(*connector, first.cursor).posts, SizeIs(4));
}

TEST_F(BlueskyTest, ContinuesByDateWhereDeepPagingStops) {
  network_.deepest = 4;
  Fill(9);
  const auto run = ReadRun(*Make({{"page_size", 2}}));
  std::set<std::string> ids;
  for (const auto& post : run.posts) ids.insert(post.global_id);
  EXPECT_EQ(ids.size(), 9u);
  EXPECT_THAT(run.gaps, IsEmpty());
  EXPECT_THAT(Asked("until"), testing::Contains("2026-11-20T07:57:00.001Z"));
}

TEST_F(BlueskyTest, RecordsAGapWhereDeepPagingStopsAndDatesAreIgnored) {
  network_.deepest = 4;
  network_.ignores_dates = true;
  Fill(9);
  const auto run = ReadRun(*Make({{"page_size", 2}}));
  ASSERT_THAT(run.gaps, SizeIs(1));
  EXPECT_THAT(run.gaps[0].why, HasSubstr("goes no deeper"));
  EXPECT_EQ(run.gaps[0].until, ParseRfc3339("2026-11-20T07:57:00.001Z"));
}

// Recorded: a bad cursor answers 502 at the PDS and 500 at the AppView; elsewhere 400.
class BlueskyLostCursor : public BlueskyTest, public testing::WithParamInterface<int> {};

TEST_P(BlueskyLostCursor, GoesOnByDateWhereTheServerLosesItsPlace) {
  Fill(5);
  const auto connector = Make({{"page_size", 4}});
  auto page = connector->Fetch({});
  ASSERT_TRUE(page);
  network_.lost_cursor = GetParam();
  const auto rest = ReadRun(*connector, page->next);
  EXPECT_FALSE(rest.error) << rest.error->message();
  EXPECT_THAT(rest.Texts(), testing::Contains("oakmoor school number 4"));
  EXPECT_TRUE(Mentions(rest.notes, "lost its place"));
}

INSTANTIATE_TEST_SUITE_P(Status, BlueskyLostCursor, testing::Values(400, 500, 502));

TEST_F(BlueskyTest, SignsInOnceAndSearchesAtTheAccountsOwnServer) {
  network_.needs_sign_in = true;
  Fill(5);
  HttpServer entryway;
  FakeBluesky front(entryway);
  front.did_doc = R"([{"id":"#other","serviceEndpoint":"http://127.0.0.1:1"},{"id":"did:plc:x#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":")" + server_.Origin() + "\"}]";
  auto settings = SignedIn();
  settings["service"] = entryway.Origin();
  settings["page_size"] = 2;
  const auto connector = Make(std::move(settings));
  const auto first = ReadRun(*connector);
  EXPECT_THAT(first.posts, SizeIs(5));
  ReadRun(*connector, first.cursor);
  EXPECT_EQ(front.sign_ins, 1);
  EXPECT_EQ(entryway.request_count(), 1u);
  EXPECT_THAT(entryway.requests()[0].body, HasSubstr("\"school.example\""));
}

TEST_F(BlueskyTest, RenewsASessionThatRanOut) {
  network_.needs_sign_in = true;
  Fill(1);
  const auto connector = Make(SignedIn());
  const auto first = ReadRun(*connector);
  network_.access = "another";  // the first token is no longer good
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_FALSE(second.error);
  EXPECT_EQ(network_.refreshes, 1);
  EXPECT_EQ(network_.sign_ins, 1);
}

TEST_F(BlueskyTest, SignsInAgainWhereTheRenewalIsRefused) {
  network_.needs_sign_in = true;
  Fill(1);
  const auto connector = Make(SignedIn());
  const auto first = ReadRun(*connector);
  network_.access = "another";
  network_.refresh_refused = true;
  EXPECT_FALSE(ReadRun(*connector, first.cursor).error);
  EXPECT_EQ(network_.sign_ins, 2);
}

TEST_F(BlueskyTest, AsksForAPersonWhereThePasswordIsRefused) {
  auto settings = SignedIn();
  settings["password"] = std::string("old");
  const auto run = ReadRun(*Make(std::move(settings)));
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kSignIn);
  EXPECT_THAT(run.error->message(), HasSubstr("app password"));
  EXPECT_EQ(server_.request_count(), 1u);  // no second try: sign-ins are few
}

TEST_F(BlueskyTest, NeverSignsInInALoop) {
  network_.needs_sign_in = true;
  const auto connector = Make(SignedIn());
  ReadRun(*connector);
  server_.Route("/xrpc/app.bsky.feed.searchPosts", [](const SeenRequest&) { return Answer::Status(401, FakeBluesky::Error("AuthMissing", "no")); });
  const auto before = server_.request_count();
  const auto page = connector->Fetch({});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault(), Fault::kSignIn);
  EXPECT_LE(server_.request_count() - before, 3u);
}

TEST_F(BlueskyTest, TellsAStrangerToSignInWhereTheSearchWantsIt) {
  network_.needs_sign_in = true;
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kSignIn);
  EXPECT_THAT(run.error->message(), HasSubstr("password_file"));
  server_.Route("/xrpc/app.bsky.feed.searchPosts", Answer::Status(403, "<html>Forbidden</html>"));
  const auto denied = ReadRun(*Make());
  ASSERT_TRUE(denied.error);
  EXPECT_EQ(denied.error->fault(), Fault::kDenied);
  EXPECT_THAT(denied.error->message(), HasSubstr("password_file"));
}

TEST_F(BlueskyTest, StaysWithTheServiceWhereNoUsableServerIsNamed) {
  network_.did_doc = R"([{"id":"#atproto_pds","serviceEndpoint":"ftp://127.0.0.1/"},7,{"id":5}])";
  network_.needs_sign_in = true;
  Fill(1);
  EXPECT_THAT(ReadRun(*Make(SignedIn())).posts, SizeIs(1));
}

// Recorded: 429 has ratelimit-reset in epoch seconds and no Retry-After.
TEST_F(BlueskyTest, WaitsAsLongAsItIsAskedTo) {
  const auto reset = std::to_string(std::chrono::duration_cast<seconds>(clock_.Now().time_since_epoch()).count() + 120);
  server_.Next(Answer::Status(429, FakeBluesky::Error("RateLimitExceeded", "Rate Limit Exceeded")).With("ratelimit-remaining", "0").With("ratelimit-reset", reset));
  const auto busy = Make()->Fetch({});
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().fault(), Fault::kBusy);
  EXPECT_EQ(busy.error().retry_after(), seconds{120});

  server_.Next(Answer::Json(R"({"posts":[]})").With("ratelimit-remaining", "0").With("ratelimit-reset", reset));
  const auto last = Make()->Fetch({});
  ASSERT_TRUE(last);
  EXPECT_EQ(last->wait, seconds{120});
}

TEST_F(BlueskyTest, StartsAgainFromACursorItCannotRead) {
  Fill(2);
  for (const std::string& bytes : {std::string("rubbish"), std::string(R"({"v":99})"), std::string(R"({"v":1,"server":7,"queries":[1]})"), std::string("\xff\xfe")}) {
    const auto run = ReadRun(*Make(), Cursor{bytes});
    EXPECT_THAT(run.posts, SizeIs(2)) << bytes;
  }
  EXPECT_TRUE(Mentions(ReadRun(*Make(), Cursor{"rubbish"}).notes, "could not be read"));
}

TEST_F(BlueskyTest, TakesACursorOfAnOlderConfiguration) {
  Fill(1);
  const auto first = ReadRun(*Make());
  clock_.Advance(hours{1});
  const auto before = server_.request_count();
  const auto second = ReadRun(*Make({{"queries", std::vector<std::string>{"Oakmoor School", "#oakmoor"}}}), first.cursor);
  const auto asked = Asked("q");
  const auto since = Asked("since");
  ASSERT_EQ(asked.size() - before, 2u);
  EXPECT_EQ(since[before], "2026-11-18T09:00:00Z");      // known: overlap only
  EXPECT_EQ(asked[before + 1], "#oakmoor");
  EXPECT_EQ(since[before + 1], "2026-10-21T10:00:00Z");  // new: looks back
  const auto third = ReadRun(*Make({{"queries", std::vector<std::string>{"#oakmoor"}}}), second.cursor);
  EXPECT_THAT(third.cursor.value, testing::Not(HasSubstr("Oakmoor School")));
}

TEST_F(BlueskyTest, ForgetsItsPlaceWhenAnotherServerIsConfigured) {
  Fill(1);
  const auto first = ReadRun(*Make());
  HttpServer other;
  FakeBluesky elsewhere(other);
  ReadRun(*Make({{"appview", other.Origin()}}), first.cursor);
  EXPECT_EQ(other.requests().at(0).Query("since"), "2026-10-21T09:00:00Z");
}

TEST_F(BlueskyTest, KeepsNoSecretInItsCursor) {
  network_.needs_sign_in = true;
  Fill(3);
  auto settings = SignedIn();
  settings["page_size"] = 2;
  auto page = Make(std::move(settings))->Fetch({});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->next.value, testing::Not(HasSubstr("access-1")));
  EXPECT_THAT(page->next.value, testing::Not(HasSubstr("app-pass-word")));
}

struct Mistaken {
  const char* key;
  SettingValue value;
  const char* says;
};

TEST_F(BlueskyTest, NamesWhatIsWrongWithItsSettings) {
  const Mistaken cases[] = {
      {"queries", std::vector<std::string>{"Ms Adeyemi"}, "does not name the school"},
      {"queries", std::vector<std::string>{"Oakmoor School from:sam.example"}, "never for a person"},
      {"handle", std::string("school.example"), "password_file"},
      {"password", std::string("x"), "handle"},
      {"appview", std::string("http://public.api.example"), "https://"},
      {"appview", std::string("bsky"), "bsky"},
      {"overlap", std::string("soon"), "overlap"},
      {"page_size", 101, "page_size"},
      {"max_pages", 0, "max_pages"},
  };
  for (const auto& one : cases) {
    const auto made = TryMake({{one.key, one.value}});
    ASSERT_FALSE(made) << one.says;
    EXPECT_EQ(made.error().fault(), Fault::kInvalid);
    EXPECT_THAT(made.error().message(), HasSubstr(one.says));
  }
}

TEST_F(BlueskyTest, NotesAPostItCannotReadAndKeepsTheRest) {
  server_.Route("/xrpc/app.bsky.feed.searchPosts", Answer::Json(R"({"posts":[{"uri":"at://did:plc:x/app.bsky.feed.post/3kbad"},)" +
                                                                FakeBluesky::View({"kgood", "OAKMOOR SCHOOL", "2026-11-20T08:00:00Z"}) + "]}"));
  const auto run = ReadRun(*Make());
  EXPECT_THAT(run.posts, SizeIs(1));
  EXPECT_TRUE(Mentions(run.notes, "3kbad"));
}

TEST_F(BlueskyTest, CallsAPageThatIsNoneMalformed) {
  server_.Route("/xrpc/app.bsky.feed.searchPosts", Answer::Of("text/html", "<html>Please sign in to the wifi</html>"));
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kMalformed);
  EXPECT_THAT(run.error->message(), HasSubstr("Oakmoor School"));
}

}  // namespace
}  // namespace heed
