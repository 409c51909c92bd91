// YouTube: what it finds, what it follows, what that costs, and its answers as posts.
#include "connectors/youtube/youtube.h"

#include "src/base/json.h"
#include "src/base/text.h"
#include "tests/connectors/lists.h"
#include "tests/connectors/youtube_fake.h"

namespace heed {
namespace {

using namespace lists;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* kChannel = "UCoakmoorSchoolAAAAAAAAA";
constexpr const char* kPaper = "UCtheTownPaperAAAAAAAAAA";

class YouTubeTest : public testing::Test {
 protected:
  YouTubeTest() {
    spec.settings["server"] = server.Origin();
    spec.settings["key"] = std::string("key");
    spec.settings["queries"] = std::vector<std::string>{"Oakmoor School"};
  }
  std::unique_ptr<Connector> Make() {
    auto made = kYouTubeCard.make(spec, Oakmoor(), {http, clock});
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  Error Refusal() {
    auto made = kYouTubeCard.make(spec, Oakmoor(), {http, clock});
    EXPECT_FALSE(made);
    return made ? Error{Fault::kIo, ""} : made.error();
  }
  std::size_t Asked(std::string_view method) const {
    std::size_t count = 0;
    for (const auto& request : server.requests()) count += request.path.ends_with(method);
    return count;
  }

  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  FakeYouTube host{server};
  HttpClient http{{}};
  SourceSpec spec{"youtube", "oakmoor", "youtube", {}};
};

TEST_F(YouTubeTest, ReadsVideosThatNameTheSchoolThenTheCommentsAndRepliesBelow) {
  host.videos = {{"v1", "Oakmoor School fire drill", "", "2031-03-01T08:00:00Z"}, {"v2", "News", "All about Oakmoor School.", "2031-02-20T08:00:00Z"}};
  host.comments = {{"c1", "shame on them", "2031-03-01T09:00:00Z", "", "v1"},
                   {"c2", "second", "2031-03-01T08:30:00Z", "", "v1"},
                   {"r1", "a reply", "2031-03-01T09:30:00Z", "", "v1", "", "c1"},
                   {"r2", "another", "2031-03-01T09:40:00Z", "", "v1", "", "c1"},
                   {"c3", "below the other", "2031-02-21T08:00:00Z", "", "v2"}};
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  std::set<std::string> ids;
  for (const auto& post : run.posts) ids.insert(post.global_id);
  EXPECT_THAT(ids, UnorderedElementsAre("youtube:v1", "youtube:v2", "youtube:c1", "youtube:c2", "youtube:r1", "youtube:r2", "youtube:c3"));
  for (const auto& post : run.posts) {
    if (post.native_id == "r2") {
      EXPECT_EQ(post.in_reply_to, "youtube:c1");
      EXPECT_EQ(post.thread_root, "youtube:v1");
      EXPECT_EQ(post.permalink, "https://www.youtube.com/watch?v=v1&lc=r2");
    }
  }
  EXPECT_THAT(run.gaps, IsEmpty());
}

TEST_F(YouTubeTest, TakesCommentsAsAboutTheSchoolOnlyWhereTheTitleNamesItOrTheChannelIsTheSchools) {
  host.videos = {{"v1", "Oakmoor School fire drill", "", "2031-03-01T08:00:00Z"}, {"v2", "News", "All about Oakmoor School.", "2031-02-20T08:00:00Z"}};
  host.comments = {{"c1", "shame", "2031-03-01T09:00:00Z", "", "v1"}, {"c3", "other", "2031-02-21T08:00:00Z", "", "v2"},
                   {"c4", "on the channel", "2031-03-01T09:00:00Z", "", "v9", kChannel}, {"c5", "at the paper", "2031-03-01T09:00:00Z", "", "v8", kPaper}};
  spec.settings["channels"] = std::vector<std::string>{kChannel};
  spec.settings["other_channels"] = std::vector<std::string>{kPaper};
  const auto connector = Make();
  std::map<std::string, bool> about;
  Cursor cursor;
  for (bool more = true; more;) {
    auto page = connector->Fetch(cursor);
    ASSERT_TRUE(page) << page.error().message();
    for (const auto& post : page->posts) about[post.native_id] = about[post.native_id] || page->about_school;
    cursor = page->next;
    more = page->more;
  }
  EXPECT_EQ(about, (std::map<std::string, bool>{{"v1", false}, {"v2", false}, {"c1", true}, {"c3", false}, {"c4", true}, {"c5", false}}));
}

TEST_F(YouTubeTest, CommentsThatAreSwitchedOffAndVideosThatWentAreNoErrors) {
  host.videos = {{"v1", "Oakmoor School", "", "2031-03-01T08:00:00Z"}, {"v2", "Oakmoor School again", "", "2031-02-25T08:00:00Z"}};
  host.disabled = {"v1"};
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  ASSERT_FALSE(first.error) << first.error->message();
  EXPECT_EQ(first.posts.size(), 2u);
  host.videos.pop_back();
  clock.Advance(hours{1});
  const auto second = ReadRun(*connector, first.cursor);
  ASSERT_FALSE(second.error) << second.error->message();
  EXPECT_EQ(second.cursor.value.find("v2"), std::string::npos) << "a video that went is still followed";
}

TEST_F(YouTubeTest, AChannelThatIsNotThereIsAGapAndNotNothing) {
  spec.settings["channels"] = std::vector<std::string>{kChannel};
  host.unknown = {kChannel};
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  ASSERT_EQ(run.gaps.size(), 1u);
  EXPECT_THAT(run.gaps[0].why, HasSubstr("does not know the channel"));
}

TEST_F(YouTubeTest, SearchesNoMoreOftenThanToldToAndReadsCommentsInBetween) {
  host.videos = {{"v1", "Oakmoor School", "", "2031-03-01T08:00:00Z"}};
  const auto connector = Make();
  auto run = ReadRun(*connector);
  for (int i = 0; i < 11; ++i) {
    clock.Advance(minutes{30});
    run = ReadRun(*connector, run.cursor);
    ASSERT_FALSE(run.error) << run.error->message();
  }
  EXPECT_EQ(Asked("/search"), 1u);
  EXPECT_EQ(Asked("/commentThreads"), 12u);
  clock.Advance(hours{1});
  EXPECT_FALSE(ReadRun(*connector, run.cursor).error);
  EXPECT_EQ(Asked("/search"), 2u);
}

TEST_F(YouTubeTest, StopsFollowingAVideoWhenItsTimeIsOver) {
  host.videos = {{"v1", "Oakmoor School", "", "2031-03-01T08:00:00Z"}};
  spec.settings["follow"] = std::string("2d");
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  EXPECT_EQ(Asked("/commentThreads"), 1u);
  host.videos.clear();
  clock.Advance(hours{30});
  EXPECT_FALSE(ReadRun(*connector, first.cursor).error);
  EXPECT_EQ(Asked("/commentThreads"), 1u);
}

TEST_F(YouTubeTest, WhatWasReportedCountsInTheSameDaysQuota) {
  host.videos = {{"v1", "Oakmoor School", "", "2031-03-01T08:00:00Z"}};
  spec.settings["daily_units"] = std::int64_t{250};
  spec.settings["search_every"] = std::string("1s");
  clock.Set(*ParseRfc3339("2031-03-02T20:00:00Z"));
  std::vector<Instant> asked;
  Result<std::uint32_t> sent = std::uint32_t{2};
  const auto connector = [&] {
    return *kYouTubeCard.make(spec, Oakmoor(), {http, clock, [&](Instant since) {
                                                  asked.push_back(since);
                                                  return sent;
                                                }});
  };
  const auto first = ReadRun(*connector());
  ASSERT_FALSE(first.error) << first.error->message();
  EXPECT_EQ(first.quota, "202 of 250 units used today, 100 of them for 2 reports and hidden comments");
  EXPECT_EQ(asked.front(), *ParseRfc3339("2031-03-02T08:00:00Z")) << "midnight in California";
  const auto second = ReadRun(*connector(), first.cursor);
  ASSERT_TRUE(second.error);
  EXPECT_THAT(second.error->message(), HasSubstr("202 of 250 units are used and the next request costs 100"));
  sent = Fail(Fault::kIo, "disk on fire");
  const auto third = ReadRun(*connector(), first.cursor);
  ASSERT_TRUE(third.error) << "what could not be counted is not nothing";
  EXPECT_EQ(third.error->fault(), Fault::kIo);
}

TEST_F(YouTubeTest, CountsItsUnitsAndStopsBeforeTheCapUntilPacificMidnight) {
  host.videos = {{"v1", "Oakmoor School", "", "2031-03-01T08:00:00Z"}};
  spec.settings["daily_units"] = std::int64_t{250};
  spec.settings["search_every"] = std::string("1s");
  clock.Set(*ParseRfc3339("2031-03-02T20:00:00Z"));
  const auto first = ReadRun(*Make());
  ASSERT_FALSE(first.error);
  EXPECT_THAT(first.quota, HasSubstr("102 of 250 units used today"));  // search, videos, comments
  const auto second = ReadRun(*Make(), first.cursor);
  ASSERT_FALSE(second.error);
  EXPECT_THAT(second.quota, HasSubstr("204 of 250"));
  const auto requests = server.request_count();
  const auto third = ReadRun(*Make(), second.cursor);
  ASSERT_TRUE(third.error);
  EXPECT_EQ(third.error->fault(), Fault::kBusy);
  EXPECT_THAT(third.error->message(), HasSubstr("204 of 250 units are used and the next request costs 100"));
  EXPECT_EQ(third.error->retry_after(), hours{12});  // 08:00 UTC is midnight there
  EXPECT_EQ(server.request_count(), requests) << "it asked all the same";
  EXPECT_EQ(third.cursor, second.cursor);

  clock.Set(*ParseRfc3339("2031-03-03T08:00:00Z"));
  const auto tomorrow = ReadRun(*Make(), third.cursor);
  ASSERT_FALSE(tomorrow.error) << tomorrow.error->message();
  EXPECT_THAT(tomorrow.quota, HasSubstr("102 of 250"));
}

TEST_F(YouTubeTest, CountsRequestsThatFailedToo) {
  host.videos = {{"v1", "Oakmoor School", "", "2031-03-01T08:00:00Z"}};
  spec.settings["daily_units"] = std::int64_t{350};
  const auto connector = Make();
  for (int i = 0; i < 3; ++i) {
    server.Next(Answer::Status(500));
    EXPECT_EQ(ReadRun(*connector).error->fault(), Fault::kUnavailable);
  }
  EXPECT_EQ(ReadRun(*connector).error->fault(), Fault::kBusy);
  EXPECT_EQ(server.request_count(), 3u);
}

TEST(YouTubeQuota, DayTurnsAtMidnightInLosAngelesSummerAndWinter) {
  struct Case {
    const char *now, *day, *next;
  };
  const Case cases[] = {
      {"2026-11-26T07:59:59Z", "2026-11-25", "2026-11-26T08:00:00Z"}, {"2026-11-26T08:00:00Z", "2026-11-26", "2026-11-27T08:00:00Z"},
      {"2026-07-01T06:59:59Z", "2026-06-30", "2026-07-01T07:00:00Z"}, {"2026-07-01T07:00:00Z", "2026-07-01", "2026-07-02T07:00:00Z"},
      {"2026-03-08T07:59:00Z", "2026-03-07", "2026-03-08T08:00:00Z"}, {"2026-03-08T12:00:00Z", "2026-03-08", "2026-03-09T07:00:00Z"},  // an hour is left out
      {"2026-11-01T06:30:00Z", "2026-10-31", "2026-11-01T07:00:00Z"}, {"2026-11-01T12:00:00Z", "2026-11-01", "2026-11-02T08:00:00Z"},  // an hour is doubled
      {"2027-01-01T07:00:00Z", "2026-12-31", "2027-01-01T08:00:00Z"},
  };
  for (const auto& one : cases) {
    const auto now = *ParseRfc3339(one.now);
    EXPECT_EQ(PacificDay(now), one.day) << one.now;
    EXPECT_EQ(FormatRfc3339(NextPacificMidnight(now)), one.next) << one.now;
  }
}

struct RefusalCase {
  const char* reason;
  Fault fault;
  const char* says;
};

TEST_F(YouTubeTest, SaysWhatToDoWhenItIsRefused) {
  const RefusalCase cases[] = {
      {"quotaExceeded", Fault::kBusy, "daily quota"},
      {"rateLimitExceeded", Fault::kBusy, "too often"},
      {"keyInvalid", Fault::kSignIn, "make a new one"},
      {"accessNotConfigured", Fault::kDenied, "YouTube Data API v3"},
      {"ipRefererBlocked", Fault::kDenied, "restrictions"},
      {"processingFailure", Fault::kUnavailable, "trouble"},
      {"forbidden", Fault::kDenied, "403"},
  };
  for (const auto& one : cases) {
    host.refuse["search"] = R"({"error":{"code":403,"message":"no","errors":[{"reason":")" + std::string(one.reason) + R"("}]}})";
    const auto run = ReadRun(*Make());
    ASSERT_TRUE(run.error) << one.reason;
    EXPECT_EQ(run.error->fault(), one.fault) << one.reason;
    EXPECT_THAT(run.error->message(), HasSubstr(one.says));
  }
  host.refuse.clear();
  host.key = "another";
  EXPECT_EQ(ReadRun(*Make()).error->fault(), Fault::kSignIn);
}

TEST_F(YouTubeTest, TheKeyStandsInNoAddress) {
  host.key = "s3cret-key";
  spec.settings["key"] = std::string("s3cret-key");
  host.videos = {{"v1", "Oakmoor School", "", "2031-03-01T08:00:00Z"}};
  const auto run = ReadRun(*Make());
  for (const auto& request : server.requests()) EXPECT_EQ(request.target.find("s3cret"), std::string::npos);
  EXPECT_EQ(run.cursor.value.find("s3cret"), std::string::npos);
}

TEST_F(YouTubeTest, RefusesWhatItCannotDo) {
  spec.settings["queries"] = std::vector<std::string>{"Ms Adeyemi"};
  EXPECT_THAT(Refusal().message(), HasSubstr("does not name the school"));
  spec.settings["queries"] = std::vector<std::string>{};
  EXPECT_THAT(Refusal().message(), HasSubstr("nothing to read"));
  spec.settings["channels"] = std::vector<std::string>{"@oakmoor"};
  EXPECT_THAT(Refusal().message(), HasSubstr("Copy channel ID"));
  spec.settings["channels"] = std::vector<std::string>{kChannel};
  spec.settings["daily_units"] = std::int64_t{100};
  EXPECT_THAT(Refusal().message(), HasSubstr("daily_units"));
  spec.settings["daily_units"] = std::int64_t{1000};
  spec.settings["server"] = std::string("http://youtube.example");
  EXPECT_THAT(Refusal().message(), HasSubstr("https://"));
  spec.settings.erase("key");
  spec.settings["server"] = server.Origin();
  EXPECT_THAT(Refusal().message(), HasSubstr("key_file"));
}

// --- Pages ---

struct Golden {
  const char* name;
  YouTubeList list;
};
class YouTubePages : public testing::TestWithParam<Golden> {};

std::string Told(const YouTubePage& page) {
  std::string all;
  for (const auto& entry : page.entries) all += social::Dump(entry.post) + "\n";
  for (const auto& video : page.videos) all += "video " + video.id + (video.names_school ? " names the school" : "") + (video.titled ? " in its title" : "") + "\n";
  for (const auto& more : page.replies) all += "more replies to " + more.parent + " below " + more.video + "\n";
  for (const auto& note : page.notes) all += "note: " + note + "\n";
  return all + "given: " + std::to_string(page.given) + ", next: " + page.next + ", newest: " + (page.newest ? FormatRfc3339(*page.newest) : "-") + "\n";
}

TEST_P(YouTubePages, BecomeThesePosts) {
  const std::string name = std::string("youtube/") + GetParam().name;
  const auto page = ParseYouTubePage(GoldenInput(name + ".json"), GetParam().list, Oakmoor(), "vid0");
  ASSERT_TRUE(page) << page.error().message();
  ExpectGolden(name + ".posts", Told(*page));
}

TEST_P(YouTubePages, HoldWhateverHappensToTheirBytes) {
  Damage(GoldenInput(std::string("youtube/") + GetParam().name + ".json"), 1'500, [](const std::string& bytes) {
    (void)YouTubeReason(bytes);
    const auto page = ParseYouTubePage(bytes, GetParam().list, Oakmoor(), "vid0");
    if (!page) return;
    for (const auto& entry : page->entries) ExpectSound(entry.post);
  });
}

INSTANTIATE_TEST_SUITE_P(Golden, YouTubePages,
                         testing::Values(Golden{"search", YouTubeList::kFound}, Golden{"videos", YouTubeList::kVideos}, Golden{"uploads", YouTubeList::kUploads},
                                         Golden{"threads", YouTubeList::kThreads}, Golden{"replies", YouTubeList::kReplies}),
                         [](const auto& made) { return std::string(made.param.name); });

struct RecordedList {
  const char* file;
  YouTubeList list;
  std::size_t posts, videos, replies;
  bool more;
};
class RecordedYouTube : public testing::TestWithParam<RecordedList> {};

TEST_P(RecordedYouTube, BodyIsRead) {
  HEED_RECORDING(body, std::string("youtube/") + GetParam().file + ".json");
  const auto page = ParseYouTubePage(*body, GetParam().list, Oakmoor(), "vid0");
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->entries.size(), GetParam().posts);
  EXPECT_EQ(page->videos.size(), GetParam().videos);
  EXPECT_EQ(page->replies.size(), GetParam().replies);
  EXPECT_EQ(!page->next.empty(), GetParam().more);
  EXPECT_THAT(page->notes, IsEmpty());
  for (const auto& entry : page->entries) {
    ExpectSound(entry.post);
    EXPECT_TRUE(entry.post.created_at);
    EXPECT_EQ(entry.post.text.find("<br"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Shared, RecordedYouTube,
                         testing::Values(RecordedList{"search_by_keywords_p1", YouTubeList::kFound, 0, 25, 0, true}, RecordedList{"search_by_keywords_p2", YouTubeList::kFound, 0, 25, 0, true},
                                         RecordedList{"search_by_location", YouTubeList::kFound, 0, 5, 0, true}, RecordedList{"search_by_event", YouTubeList::kFound, 0, 25, 0, true},
                                         RecordedList{"comment_threads_by_video_paged_1", YouTubeList::kThreads, 5, 0, 1, true},
                                         RecordedList{"comment_threads_by_video_paged_2", YouTubeList::kThreads, 5, 0, 1, false},
                                         RecordedList{"comment_threads_with_search", YouTubeList::kThreads, 1, 0, 0, false}, RecordedList{"comment_thread_single", YouTubeList::kThreads, 1, 0, 0, false},
                                         RecordedList{"comments_by_parent_paged_1", YouTubeList::kReplies, 2, 0, 0, true}, RecordedList{"comments_by_parent_paged_2", YouTubeList::kReplies, 1, 0, 0, false}),
                         [](const auto& made) { return std::string(made.param.file); });

TEST(RecordedYouTubeErrors, GiveTheirReasons) {
  HEED_RECORDING(permission, "youtube/error_permission_resp.json");
  HEED_RECORDING(key, "youtube/error_response.json");
  EXPECT_EQ(YouTubeReason(*permission), "SERVICE_UNAVAILABLE");
  EXPECT_EQ(YouTubeReason(*key), "keyInvalid");
  EXPECT_FALSE(ParseYouTubePage(*key, YouTubeList::kThreads, Oakmoor()));
}

}  // namespace
}  // namespace heed
