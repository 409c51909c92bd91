// Reading a Mastodon server: what it is, going forward and back, and what each kind of server makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "connectors/mastodon/mastodon.h"
#include "tests/connectors/bluesky_and_mastodon.h"
#include "tests/connectors/mastodon_fake.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"

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

class MastodonTest : public testing::Test {
 protected:
  using Settings = std::map<std::string, SettingValue, std::less<>>;

  Result<std::unique_ptr<Connector>> TryMake(Settings settings) {
    SourceSpec spec{"mastodon", "oakmoor", "mastodon", std::move(settings)};
    spec.settings.try_emplace("server", server_.Origin());
    return kMastodonCard.make(spec, Oakmoor(), {http_, clock_});
  }
  std::unique_ptr<Connector> Make(Settings settings = {}) {
    auto made = TryMake(std::move(settings));
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  // Only what `settings` names, signed in.
  static Settings Only(Settings settings) {
    settings.try_emplace("token", std::string("secret\n"));
    settings.try_emplace("hashtags", std::vector<std::string>{});
    settings.try_emplace("queries", std::vector<std::string>{});
    return settings;
  }
  // Requests for posts, path and query.
  std::vector<std::string> Asked() const {
    std::vector<std::string> all;
    for (const auto& request : server_.requests())
      if (request.path.find("/instance") == request.path.npos) all.push_back(request.target);
    return all;
  }
  // `count` posts, a minute apart, newest first, newest at `newest`.  Ids as GoToSocial's: no numbers.
  void Fill(int count, std::string_view newest = "2026-11-20T08:00:00Z") {
    const auto at = *ParseRfc3339(newest);
    for (int i = 0; i < count; ++i) Add(host_.statuses.size(), "number " + std::to_string(i), at - minutes{i});
  }
  void Add(std::size_t position, std::string text, Instant at) {
    host_.statuses.insert(host_.statuses.begin() + static_cast<std::ptrdiff_t>(position), {"01ID" + std::to_string(++ids_), "oakmoor school " + text, FormatRfc3339(at)});
  }
  static std::set<std::string> Distinct(const WholeRun& run) {
    std::set<std::string> all;
    for (const auto& post : run.posts) all.insert(post.text);
    return all;
  }

  HttpServer server_;
  FakeMastodon host_{server_};
  HttpClient http_{{}};
  FakeClock clock_{"2026-11-20 09:00"};
  int ids_ = 0;
};

TEST_F(MastodonTest, ReadsAHashtagBackToItsLowerBound) {
  Fill(5);
  Add(5, "from last year", *ParseRfc3339("2025-11-20T09:00:00Z"));
  Add(6, "from last year too", *ParseRfc3339("2025-11-20T08:00:00Z"));
  Add(7, "and before", *ParseRfc3339("2024-11-20T08:00:00Z"));
  Add(8, "and before that", *ParseRfc3339("2024-11-20T08:00:00Z"));
  const auto run = ReadRun(*Make({{"page_size", 2}}));
  EXPECT_THAT(run.posts, SizeIs(5));
  EXPECT_THAT(run.Texts(), Each(HasSubstr("number")));
  EXPECT_EQ(run.posts[0].first_seen_at, clock_.Now());
  EXPECT_EQ(run.posts[0].author.handle, "sam@social.example");
  EXPECT_THAT(run.gaps, IsEmpty());
  EXPECT_EQ(run.pages, 4);  // the fourth held nothing young enough
}

TEST_F(MastodonTest, AnswersEveryFetchWithOnePageOnceItKnowsTheServer) {
  Fill(5);
  const auto connector = Make({{"page_size", 2}});
  Cursor cursor;
  for (std::size_t i = 1; i <= 3; ++i) {
    auto page = connector->Fetch(cursor);
    ASSERT_TRUE(page);
    cursor = page->next;
    EXPECT_THAT(Asked(), SizeIs(i));
  }
}

TEST_F(MastodonTest, GoesForwardFromTheNewestPostItKnows) {
  Fill(1);
  const auto connector = Make({{"page_size", 2}});
  const auto first = ReadRun(*connector);
  clock_.Advance(days{20});  // far more than the overlap
  for (int i = 0; i < 5; ++i) Add(0, "later " + std::to_string(i), clock_.Now() - days{15} + minutes{i});
  const auto before = Asked().size();
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_THAT(Asked()[before], HasSubstr("min_id=01ID1"));
  for (int i = 0; i < 5; ++i) EXPECT_THAT(second.Texts(), Contains("oakmoor school later " + std::to_string(i)));
}

TEST_F(MastodonTest, GoesOnForwardInTheNextRunWhereTheCapStoppedIt) {
  Fill(1);
  const auto connector = Make({{"page_size", 2}, {"max_pages", 2}});
  const auto first = ReadRun(*connector);
  for (int i = 0; i < 9; ++i) Add(0, "later " + std::to_string(i), clock_.Now() - minutes{9 - i});
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_TRUE(Mentions(second.notes, "the next run goes on from there"));
  auto seen = Distinct(second);
  const auto third = ReadRun(*connector, second.cursor);
  for (const auto& text : Distinct(third)) seen.insert(text);
  const auto fourth = ReadRun(*connector, third.cursor);
  for (const auto& text : Distinct(fourth)) seen.insert(text);
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(seen.contains("oakmoor school later " + std::to_string(i))) << i;
}

// A post that reached the server late sorts among older ones, behind the newest id known.
TEST_F(MastodonTest, FindsAPostThatArrivedLate) {
  Fill(3);
  const auto connector = Make({{"page_size", 2}});
  const auto first = ReadRun(*connector);
  Add(2, "that came late", *ParseRfc3339("2026-11-20T07:58:30Z"));
  EXPECT_THAT(ReadRun(*connector, first.cursor).Texts(), Contains("oakmoor school that came late"));
}

TEST_F(MastodonTest, SeesAnEditAsAnotherVersion) {
  Fill(1);
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  host_.statuses[0].text = "oakmoor school, now worse";
  host_.statuses[0].edited = "2026-11-20T08:30:00Z";
  const auto second = ReadRun(*connector, first.cursor);
  ASSERT_THAT(second.posts, SizeIs(1));
  EXPECT_EQ(second.posts[0].global_id, first.posts[0].global_id);
  EXPECT_NE(ContentVersion(second.posts[0]), ContentVersion(first.posts[0]));
}

TEST_F(MastodonTest, KeepsNothingThatIsNotPublic) {
  Fill(1);
  for (const std::string visibility : {"unlisted", "private", "direct", "local"}) host_.statuses.push_back({"x" + visibility, visibility, "2026-11-20T08:00:00Z", "", visibility});
  EXPECT_THAT(ReadRun(*Make()).posts, SizeIs(1));
  EXPECT_THAT(ReadRun(*Make({{"unlisted", true}})).Texts(), ElementsAre("oakmoor school number 0", "unlisted"));
}

TEST_F(MastodonTest, GoesOnWhereACrashLeftIt) {
  Fill(5);
  auto page = Make({{"page_size", 2}})->Fetch({});
  ASSERT_TRUE(page);
  EXPECT_THAT(ReadRun(*Make({{"page_size", 2}}), page->next).Texts(), ElementsAre("oakmoor school number 2", "oakmoor school number 3", "oakmoor school number 4"));
}

TEST_F(MastodonTest, FollowsAnInterruptedRunWithAFreshOne) {
  Fill(5);
  const auto connector = Make({{"page_size", 2}});
  auto page = connector->Fetch({});
  ASSERT_TRUE(page);
  clock_.Advance(days{3});
  Add(0, "on monday", *ParseRfc3339("2026-11-23T08:00:00Z"));
  EXPECT_THAT(ReadRun(*connector, page->next).Texts(), Contains("oakmoor school on monday"));
}

TEST_F(MastodonTest, RecordsAGapAtTheCapOfPages) {
  Fill(9);
  const auto run = ReadRun(*Make({{"page_size", 2}, {"max_pages", 2}}));
  ASSERT_THAT(run.gaps, SizeIs(1));
  EXPECT_EQ(run.gaps[0].from, ParseRfc3339("2026-10-21T09:00:00Z"));
  EXPECT_EQ(run.gaps[0].until, ParseRfc3339("2026-11-20T07:58:00Z"));  // the newest of the last page read
  EXPECT_THAT(run.gaps[0].why, HasSubstr("cap of 2 pages for #oakmoor"));
}

// Servers found in the wild: without Link headers, with links that lead elsewhere, without min_id.
struct Manner {
  const char* name;
  FakeMastodon::Links links;
  FakeMastodon::Paging paging;
};

class MastodonManners : public MastodonTest, public testing::WithParamInterface<Manner> {};

TEST_P(MastodonManners, LoseNoPost) {
  host_.links = GetParam().links;
  host_.paging = GetParam().paging;
  Fill(5);
  const auto connector = Make({{"page_size", 2}});
  const auto first = ReadRun(*connector);
  EXPECT_EQ(Distinct(first).size(), 5u);
  for (int i = 0; i < 5; ++i) Add(0, "later " + std::to_string(i), *ParseRfc3339("2026-11-20T08:10:00Z") + minutes{i});
  EXPECT_EQ(Distinct(ReadRun(*connector, first.cursor)).size(), 10u);
}

INSTANTIATE_TEST_SUITE_P(Known, MastodonManners,
                         testing::Values(Manner{"links", FakeMastodon::Links::kOwn, FakeMastodon::Paging::kMastodon},
                                         Manner{"no_links", FakeMastodon::Links::kNone, FakeMastodon::Paging::kMastodon},
                                         Manner{"links_elsewhere", FakeMastodon::Links::kElsewhere, FakeMastodon::Paging::kMastodon},
                                         Manner{"no_min_id", FakeMastodon::Links::kOwn, FakeMastodon::Paging::kIgnoresMinId},
                                         Manner{"no_min_id_no_links", FakeMastodon::Links::kNone, FakeMastodon::Paging::kIgnoresMinId}),
                         [](const auto& made) { return std::string(made.param.name); });

TEST_F(MastodonTest, DoesNotGoRoundInCirclesWhereTheServerKnowsNoPages) {
  host_.paging = FakeMastodon::Paging::kIgnoresEverything;
  Fill(9);
  for (const auto& settings : {Settings{{"page_size", 2}}, Only({{"page_size", 2}, {"queries", std::vector<std::string>{"Oakmoor School"}}})}) {
    const auto run = ReadRun(*Make(settings));
    ASSERT_THAT(run.gaps, SizeIs(1));
    EXPECT_THAT(run.gaps[0].why, HasSubstr("again and again"));
    EXPECT_LE(run.pages, 3);
  }
}

class MastodonUnknownId : public MastodonTest, public testing::WithParamInterface<int> {};

TEST_P(MastodonUnknownId, StartsFromTheNewestWhereTheServerForgotItsIds) {
  Fill(2);
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  host_.statuses.clear();
  host_.unknown_id = GetParam();
  Fill(2, "2026-11-20T08:30:00Z");
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_FALSE(second.error);
  EXPECT_THAT(second.posts, SizeIs(2));
  EXPECT_TRUE(Mentions(second.notes, "no longer knows"));
}

INSTANTIATE_TEST_SUITE_P(Status, MastodonUnknownId, testing::Values(400, 404, 422));

TEST_F(MastodonTest, SendsItsTokenToThisServerOnly) {
  host_.token = "secret";
  host_.links = FakeMastodon::Links::kElsewhere;
  Fill(3);
  const auto run = ReadRun(*Make(Only({{"page_size", 2}, {"hashtags", std::vector<std::string>{"#oakmoor"}}})));
  EXPECT_THAT(run.posts, SizeIs(3));
  EXPECT_THAT(run.cursor.value, Not(HasSubstr("secret")));
}

TEST_F(MastodonTest, SearchesForTheSchoolWithAToken) {
  host_.token = "secret";
  Fill(5);
  host_.statuses.push_back({"other", "another school", "2026-11-20T07:00:00Z"});
  const auto run = ReadRun(*Make(Only({{"page_size", 2}, {"queries", std::vector<std::string>{"Oakmoor School"}}})));
  EXPECT_THAT(run.posts, SizeIs(5));
  EXPECT_THAT(Asked()[0], HasSubstr("q=%22Oakmoor%20School%22"));  // a phrase, where the server knows phrases
  EXPECT_THAT(Asked()[0], HasSubstr("type=statuses"));
  EXPECT_THAT(Asked()[1], HasSubstr("offset=2"));
}

TEST_F(MastodonTest, SearchesForTheSchoolsNamesWhenATokenIsThere) {
  host_.token = "secret";
  host_.extra = "";
  ReadRun(*Make({{"token", std::string("secret")}}));
  const auto asked = Asked();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_THAT(asked[0], HasSubstr("/timelines/tag/oakmoor"));
  EXPECT_THAT(asked[1], HasSubstr("q=Oakmoor%20School&"));
}

TEST_F(MastodonTest, ReadsMentionsOfTheSchoolsAccount) {
  host_.token = "secret";
  Fill(3);
  host_.statuses[1].visibility = "direct";
  const auto connector = Make(Only({{"mentions", true}, {"page_size", 2}}));
  const auto run = ReadRun(*connector);
  EXPECT_THAT(run.Texts(), ElementsAre("oakmoor school number 0", "oakmoor school number 2"));
  EXPECT_THAT(Asked()[0], HasSubstr("types%5B%5D=mention"));
  Add(0, "you there", *ParseRfc3339("2026-11-20T08:30:00Z"));
  EXPECT_THAT(ReadRun(*connector, run.cursor).Texts(), Contains("oakmoor school you there"));
}

TEST_F(MastodonTest, SaysWhereAServerCannotSearch) {
  host_.has_search = false;
  const auto run = ReadRun(*Make(Only({{"queries", std::vector<std::string>{"Oakmoor School"}}})));
  ASSERT_THAT(run.gaps, SizeIs(1));
  EXPECT_THAT(run.gaps[0].why, HasSubstr("cannot search posts"));
}

// Since Mastodon 4.5 a hashtag timeline that is switched off answers with an empty list.
TEST_F(MastodonTest, DoesNotTakeASwitchedOffTimelineForNoMentions) {
  host_.access = R"({"local":"disabled","remote":"disabled"})";
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kDenied);
  EXPECT_THAT(run.error->message(), HasSubstr("switched hashtag timelines off"));
  EXPECT_THAT(Asked(), IsEmpty());
  EXPECT_FALSE(ReadRun(*Make(Only({{"mentions", true}}))).error);  // the rest can still be read
}

struct Closed {
  const char *local, *remote;
  bool token;
  std::optional<Fault> fault;
  const char* note;
};

TEST_F(MastodonTest, KnowsWhatAServerShowsToWhom) {
  const Closed cases[] = {
      {"public", "public", false, std::nullopt, ""},
      {"authenticated", "authenticated", false, Fault::kSignIn, ""},
      {"authenticated", "disabled", false, Fault::kSignIn, ""},
      {"authenticated", "authenticated", true, std::nullopt, ""},
      {"public", "authenticated", false, std::nullopt, "only its own members' posts"},
      {"public", "disabled", true, std::nullopt, "only its own members' posts"},
      {"disabled", "public", true, std::nullopt, "does not show its own members' posts"},
  };
  for (const auto& one : cases) {
    host_.access = std::string(R"({"local":")") + one.local + R"(","remote":")" + one.remote + "\"}";
    auto settings = Only({{"hashtags", std::vector<std::string>{"oakmoor"}}});
    if (!one.token) settings.erase("token");
    const auto run = ReadRun(*Make(settings));
    const auto label = std::string(one.local) + ", " + one.remote;
    EXPECT_EQ(run.error ? std::optional(run.error->fault()) : std::nullopt, one.fault) << label;
    EXPECT_EQ(run.notes.empty(), std::string_view(one.note).empty()) << label;
    EXPECT_TRUE(run.notes.empty() || Mentions(run.notes, one.note)) << label;
  }
}

TEST_F(MastodonTest, LooksAtTheServerAtTheStartOfEveryRun) {
  Fill(1);
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  host_.access = R"({"local":"disabled","remote":"disabled"})";
  EXPECT_TRUE(ReadRun(*connector, first.cursor).error);
}

TEST_F(MastodonTest, KnowsOlderServersByTheirFirstVersionOfTheDescription) {
  host_.has_v2 = false;
  Fill(2);
  EXPECT_THAT(ReadRun(*Make()).posts, SizeIs(2));
}

TEST_F(MastodonTest, SaysWhenTheAddressIsNoSuchServer) {
  host_.has_v2 = host_.has_v1 = false;
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kInvalid);
  EXPECT_THAT(run.error->message(), HasSubstr("does not speak Mastodon's API"));
}

TEST_F(MastodonTest, TellsAStrangerToBringATokenWhereOneIsNeeded) {
  host_.token = "secret";
  const auto stranger = ReadRun(*Make());
  ASSERT_TRUE(stranger.error);
  EXPECT_EQ(stranger.error->fault(), Fault::kSignIn);
  EXPECT_THAT(stranger.error->message(), HasSubstr("this server shows hashtags to signed-in members only: add token_file"));
  const auto expired = ReadRun(*Make(Only({{"token", std::string("old")}, {"mentions", true}})));
  ASSERT_TRUE(expired.error);
  EXPECT_EQ(expired.error->fault(), Fault::kSignIn);
  EXPECT_THAT(expired.error->message(), HasSubstr("make a new one"));
}

// GoToSocial answers 404 for a hashtag nobody it knows has used; the next one is read all the same.
TEST_F(MastodonTest, NotesAHashtagTheServerDoesNotKnow) {
  Fill(1);
  server_.Route("/api/v1/timelines/tag/oakmoor", FakeMastodon::Json(404, R"({"error":"Not Found"})"));
  const auto run = ReadRun(*Make({{"hashtags", std::vector<std::string>{"oakmoor", "Oakmoor"}}}));
  EXPECT_FALSE(run.error);
  EXPECT_THAT(run.posts, SizeIs(1));
  EXPECT_TRUE(Mentions(run.notes, "does not know #oakmoor yet"));
  server_.Route("/api/v1/timelines/tag/oakmoor", Answer::Status(404, "<html>gone fishing</html>"));
  EXPECT_TRUE(ReadRun(*Make()).error);  // some other server's 404
}

// Recorded: 429 has x-ratelimit-reset in ISO 8601 and no Retry-After.
TEST_F(MastodonTest, WaitsAsLongAsItIsAskedTo) {
  const auto limited = [](Answer answer) { return std::move(answer).With("x-ratelimit-remaining", "0").With("x-ratelimit-reset", "2026-11-20T09:05:00.000Z"); };
  const auto connector = Make();
  server_.Route("/api/v1/timelines/tag/oakmoor", limited(FakeMastodon::Json(429, R"({"error":"rate limit reached"})")));
  const auto busy = connector->Fetch({});
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().fault(), Fault::kBusy);
  EXPECT_EQ(busy.error().retry_after(), minutes{5});
  EXPECT_THAT(busy.error().message(), HasSubstr("rate limit reached"));
  server_.Route("/api/v1/timelines/tag/oakmoor", limited(Answer::Json("[]")));
  const auto last = connector->Fetch({});
  ASSERT_TRUE(last);
  EXPECT_EQ(last->wait, minutes{5});
}

TEST_F(MastodonTest, StartsAgainFromACursorItCannotRead) {
  Fill(2);
  for (const std::string& bytes : {std::string("rubbish"), std::string(R"({"v":99})"), std::string("\xff\xfe"),
                                   R"({"v":1,"server":")" + server_.Origin() + R"(","run":1,"running":true,"began":"2026-11-20T08:59:00Z","streams":{"#oakmoor":{"sweep":{"from":"2026-10-21T09:00:00Z","started":"2026-11-20T08:59:00Z","next":"//elsewhere.example/"}}}})"}) {
    const auto run = ReadRun(*Make(), Cursor{bytes});
    EXPECT_FALSE(run.error);
    EXPECT_THAT(run.posts, SizeIs(2)) << bytes;
  }
}

TEST_F(MastodonTest, TakesACursorOfAnOlderConfiguration) {
  Fill(1);
  const auto first = ReadRun(*Make());
  const auto second = ReadRun(*Make({{"hashtags", std::vector<std::string>{"Oakmoor"}}}), first.cursor);
  EXPECT_THAT(second.posts, SizeIs(1));
  EXPECT_THAT(second.cursor.value, Not(HasSubstr("#oakmoor")));
}

TEST_F(MastodonTest, NamesWhatIsWrongWithItsSettings) {
  using List = std::vector<std::string>;
  struct Mistaken {
    Settings settings;
    const char* says;
  };
  const Mistaken cases[] = {
      {{{"server", std::string()}}, "`server` is missing"},
      {{{"server", std::string("http://social.example")}}, "https://"},
      {{{"server", std::string("social.example")}}, "social.example"},
      {{{"hashtags", List{"SackMsAdeyemi"}}}, "does not name the school"},
      {{{"hashtags", List{"#"}}}, "empty"},
      {{{"hashtags", List{}}}, "nothing to read"},
      {{{"queries", List{"Oakmoor School"}}}, "token_file"},
      {{{"queries", List{"Ms Adeyemi"}}, {"token", std::string("x")}}, "does not name the school"},
      {{{"mentions", true}}, "token_file"},
      {{{"look_back", std::string("ages")}}, "look_back"},
      {{{"page_size", 41}}, "page_size"},
  };
  for (const auto& one : cases) {
    const auto made = TryMake(one.settings);
    ASSERT_FALSE(made) << one.says;
    EXPECT_EQ(made.error().fault(), Fault::kInvalid);
    EXPECT_THAT(made.error().message(), HasSubstr(one.says));
  }
}

TEST_F(MastodonTest, CallsAPageThatIsNoneMalformed) {
  server_.Route("/api/v1/timelines/tag/oakmoor", Answer::Of("text/html", "<html>Please sign in to the wifi</html>"));
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kMalformed);
  EXPECT_THAT(run.error->message(), HasSubstr("#oakmoor"));
}

}  // namespace
}  // namespace heed
