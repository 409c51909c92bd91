// The forums' pages as posts: invented pages beside what they became, and recorded ones where they are at hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/discourse/discourse.h"
#include "connectors/lemmy/lemmy.h"
#include "connectors/nodebb/nodebb.h"
#include "connectors/reddit/reddit.h"
#include "connectors/telegram/telegram.h"
#include "tests/connectors/bluesky_and_mastodon.h"

namespace heed {
namespace {

using namespace social;

using Parse = Result<ListAnswer> (*)(std::string_view body);

struct Golden {
  const char* name;    // folder/file
  const char* ending;  // of the page
  Parse parse;
};

Result<ListAnswer> LemmyPosts(std::string_view body) { return ParseLemmyPage(body, LemmyList::kPosts, "lemmy.example"); }
Result<ListAnswer> LemmyComments(std::string_view body) { return ParseLemmyPage(body, LemmyList::kComments, "lemmy.example"); }
Result<ListAnswer> DiscourseLatest(std::string_view body) { return ParseDiscoursePosts(body, DiscourseList::kLatest, "forum.example"); }
Result<ListAnswer> DiscourseTopic(std::string_view body) { return ParseDiscoursePosts(body, DiscourseList::kTopic, "forum.example", "The search's title"); }
Result<ListAnswer> Nodebb(std::string_view body) { return ParseNodebbPage(body, "https://forum.example/community"); }
Result<ListAnswer> Reddit(std::string_view body) { return ParseRedditListing(body); }

class ForumPages : public testing::TestWithParam<Golden> {};

TEST_P(ForumPages, BecomeThesePosts) {
  const std::string name = GetParam().name;
  const auto page = GetParam().parse(GoldenInput(name + GetParam().ending));
  ASSERT_TRUE(page) << page.error().message();
  std::string all;
  for (const auto& entry : page->entries) {
    all += Dump(entry.post) + "\n";
    EXPECT_EQ(entry.at, std::max(entry.post.created_at, entry.post.edited_at)) << entry.post.global_id;
  }
  for (const auto& note : page->notes) all += "note: " + note + "\n";
  all += "given: " + std::to_string(page->given) + ", next: " + page->next + ", mark: " + page->last_id + ", newest: " + (page->newest ? FormatRfc3339(*page->newest) : "?") + "\n";
  ExpectGolden(name + ".posts", all);
}

INSTANTIATE_TEST_SUITE_P(Golden, ForumPages,
                         testing::Values(Golden{"lemmy/posts", ".json", &LemmyPosts}, Golden{"lemmy/comments", ".json", &LemmyComments}, Golden{"lemmy/v4", ".json", &LemmyPosts},
                                         Golden{"lemmy/troubles", ".json", &LemmyPosts}, Golden{"discourse/latest", ".json", &DiscourseLatest},
                                         Golden{"discourse/topic", ".json", &DiscourseTopic}, Golden{"nodebb/search", ".json", &Nodebb}, Golden{"nodebb/recent", ".json", &Nodebb},
                                         Golden{"reddit/posts", ".json", &Reddit}, Golden{"reddit/comments", ".json", &Reddit}, Golden{"telegram/channel", ".html", &ParseTelegramPage}),
                         [](const auto& made) {
                           std::string name = made.param.name;
                           std::ranges::replace(name, '/', '_');
                           return name;
                         });

class ForumParsers : public testing::TestWithParam<Golden> {};

TEST_P(ForumParsers, RefuseWhatIsNotAPage) {
  const std::string deep(100'000, '[');
  for (const std::string& body : {std::string(), std::string("<html>"), std::string("<html></html>"), std::string("{}"), std::string(R"({"error":"x"})"), std::string("null"), std::string("[{"), deep,
                                  std::string("[\"\xff\"]"), std::string(R"({"posts":{},"comments":7,"data":{"children":"x"},"latest_posts":null,"post_stream":[]})")}) {
    const auto page = GetParam().parse(body);
    ASSERT_FALSE(page) << body.substr(0, 40);
    EXPECT_EQ(page.error().fault(), Fault::kMalformed);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ForumParsers,
                         testing::Values(Golden{"lemmy_posts", "", &LemmyPosts}, Golden{"lemmy_comments", "", &LemmyComments}, Golden{"discourse_latest", "", &DiscourseLatest},
                                         Golden{"discourse_topic", "", &DiscourseTopic}, Golden{"nodebb", "", &Nodebb}, Golden{"reddit", "", &Reddit}, Golden{"telegram", "", &ParseTelegramPage}),
                         [](const auto& made) { return std::string(made.param.name); });

TEST(DiscourseSearch, NamesThePostsToAskFor) {
  const auto finds = ParseDiscourseSearch(R"({"posts":[{"id":9,"topic_id":3,"created_at":"2026-11-02T09:00:00Z"},{"id":4,"topic_id":2,"created_at":"2026-11-01T09:00:00Z"},
      {"id":7,"topic_id":3,"created_at":"2026-11-01T08:00:00Z"},{"id":-1,"topic_id":3,"created_at":"2026-11-01T08:00:00Z"}],"topics":[{"id":3,"title":"Oakmoor"}],
      "grouped_search_result":{"more_full_page_results":true}})");
  ASSERT_TRUE(finds);
  EXPECT_EQ(finds->given, 4u);
  EXPECT_TRUE(finds->more);
  EXPECT_EQ(finds->newest, ParseRfc3339("2026-11-02T09:00:00Z"));
  ASSERT_EQ(finds->topics.size(), 2u);
  EXPECT_THAT(finds->topics.at(3).posts, testing::ElementsAre(9, 7));
  EXPECT_EQ(finds->topics.at(3).title, "Oakmoor");
}

TEST(DiscourseSearch, FindingNothingIsAnAnswerAndAnErrorIsNot) {
  const auto nothing = ParseDiscourseSearch(R"({"grouped_search_result":{"more_posts":null,"term":"x"}})");
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->topics.empty());
  for (const auto* body : {"{}", "[]", "<html>", R"({"errors":["x"]})", R"({"posts":{}})"}) {
    const auto refused = ParseDiscourseSearch(body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().fault(), Fault::kMalformed);
  }
  EXPECT_EQ(ParseDiscourseSearch(R"({"posts":[],"grouped_search_result":{"error":"Try again later"}})").error().fault(), Fault::kUnavailable);
}

TEST(TelegramPage, SaysWhereThereIsNoPreview) {
  const auto page = ParseTelegramPage(R"(<!DOCTYPE html><html><body><div class="tgme_page_wrap"><div class="tgme_page"><a class="tgme_action_button_new" href="tg://resolve?domain=x">View in Telegram</a></div></div></body></html>)");
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault(), Fault::kNotFound);
}

TEST(TelegramPage, TakesNothingFromACommentOrAScript) {
  const auto page = ParseTelegramPage("<html><div class=\"tgme_channel_info\"></div><!-- <div data-post=\"a_b_c/1\"> --><script>'<div data-post=\"a_b_c/2\">'</script></html>");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->given, 0u);
}

// --- ../shared/recorded ---

struct Recording {
  const char* file;
  Parse parse;
  std::size_t given, kept;
};

class RecordedForums : public testing::TestWithParam<Recording> {};

TEST_P(RecordedForums, PageIsRead) {
  const auto text = Recorded(GetParam().file);
  if (!text) GTEST_SKIP() << "../shared/recorded is not on this machine";
  const auto page = GetParam().parse(*text);
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->given, GetParam().given);
  EXPECT_EQ(page->entries.size(), GetParam().kept);
  for (const auto& note : page->notes) ADD_FAILURE() << note;
  for (const auto& entry : page->entries) {
    const auto& post = entry.post;
    EXPECT_FALSE(post.global_id.empty() || post.permalink.empty() || post.author.handle.empty());
    EXPECT_TRUE(entry.at && post.created_at);
    EXPECT_FALSE(post.text.empty() && post.title.empty() && post.media.empty()) << post.permalink;
    EXPECT_EQ(post.text.find("<p>"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Shared, RecordedForums,
                         testing::Values(Recording{"reddit/search_1.json", &Reddit, 6, 6}, Recording{"reddit/subreddit_comments_1.json", &Reddit, 100, 100},
                                         Recording{"reddit/stream_comments_1.json", &Reddit, 100, 100}, Recording{"reddit/stream_comments_2.json", &Reddit, 0, 0},
                                         Recording{"reddit/listing_empty_1.json", &Reddit, 0, 0}, Recording{"reddit/listing_paged_1.json", &Reddit, 100, 100},
                                         Recording{"discourse/posts_latest.json", &DiscourseLatest, 4, 4}, Recording{"discourse/posts_before.json", &DiscourseLatest, 3, 3},
                                         Recording{"discourse/topic_posts.json", &DiscourseTopic, 1, 1}, Recording{"discourse/topic.json", &DiscourseTopic, 4, 4}),
                         [](const auto& made) {
                           std::string name = made.param.file;
                           name = name.substr(0, name.find('.'));
                           std::ranges::replace(name, '/', '_');
                           return name;
                         });

TEST(RecordedReddit, AnErrorIsNoEmptyListing) {
  for (const std::string file : {"reddit/auth_invalid_token_0.json", "reddit/report_comment_1.json", "reddit/mod_ignore_reports_1.json", "reddit/submission_1.json"}) {
    const auto text = Recorded(file);
    if (!text) GTEST_SKIP() << "../shared/recorded is not on this machine";
    EXPECT_FALSE(ParseRedditListing(*text)) << file;
  }
}

}  // namespace
}  // namespace heed
