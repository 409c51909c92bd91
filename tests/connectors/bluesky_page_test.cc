// Bluesky's pages as posts: invented pages beside what they became, and recorded ones where they are at hand.
#include <gtest/gtest.h>

#include "connectors/bluesky/bluesky.h"
#include "tests/connectors/bluesky_and_mastodon.h"

namespace heed {
namespace {

using namespace social;

class BlueskyPages : public testing::TestWithParam<const char*> {};

TEST_P(BlueskyPages, BecomeThesePosts) {
  const std::string name = std::string("bluesky/") + GetParam();
  const auto page = ParseBlueskyPage(GoldenInput(name + ".json"));
  ASSERT_TRUE(page) << page.error().message();
  std::string all;
  for (const auto& entry : page->entries) all += Dump(entry.post) + "\n";
  for (const auto& note : page->notes) all += "note: " + note + "\n";
  all += "given: " + std::to_string(page->given) + ", cursor: " + page->cursor + "\n";
  ExpectGolden(name + ".posts", all);
}

INSTANTIATE_TEST_SUITE_P(Golden, BlueskyPages, testing::Values("plain", "embeds", "facets", "troubles", "labels"),
                         [](const auto& made) { return std::string(made.param); });

TEST(BlueskyPage, KeepsAQuotedPostsWordsOutOfTheText) {
  const auto page = ParseBlueskyPage(GoldenInput("bluesky/embeds.json"));
  ASSERT_TRUE(page);
  std::string scratch;
  for (const auto& entry : page->entries) EXPECT_EQ(JudgedText(entry.post, scratch).find("somebody else"), std::string_view::npos);
}

TEST(BlueskyPage, JudgesDescriptionsOfPicturesToo) {
  const auto page = ParseBlueskyPage(GoldenInput("bluesky/embeds.json"));
  ASSERT_TRUE(page);
  std::string scratch;
  EXPECT_NE(JudgedText(page->entries.at(0).post, scratch).find("as a pig"), std::string_view::npos);
}

TEST(BlueskyPage, SortsByTheEarlierOfTheTwoDates) {
  const auto page = ParseBlueskyPage(GoldenInput("bluesky/plain.json"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->entries.at(0).SortAt(), ParseRfc3339("2026-11-01T09:00:00Z"));  // the author's
  EXPECT_EQ(page->entries.at(1).SortAt(), ParseRfc3339("2019-12-31T23:00:00Z"));  // dated back
  EXPECT_EQ(page->entries.at(2).SortAt(), ParseRfc3339("2026-11-01T09:00:02Z"));  // no date of the author's
}

TEST(BlueskyPage, NamesAtMostFiveOfManyPostsItCannotRead) {
  std::string body = R"({"posts":[)";
  for (int i = 0; i < 40; ++i) body += i ? ",{}" : "{}";
  const auto page = ParseBlueskyPage(body + "]}");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->notes.size(), 6u);
  EXPECT_EQ(page->notes.back(), "35 more posts of that page skipped");
}

TEST(BlueskyPage, RefusesWhatIsNotAPage) {
  const std::string deep(100'000, '[');
  for (const std::string& body : {std::string(), std::string("<html>sign in to the wifi</html>"), std::string("{}"), std::string("[]"),
                                  std::string(R"({"posts":{}})"), std::string(R"({"posts":[{"uri":"at)"), deep, std::string("{\"posts\":[\"\xff\"]}"),
                                  R"({"posts":[],"cursor":")" + std::string(5000, 'x') + "\"}"}) {
    const auto page = ParseBlueskyPage(body);
    ASSERT_FALSE(page) << body.substr(0, 40);
    EXPECT_EQ(page.error().fault(), Fault::kMalformed);
  }
}

TEST(BlueskyPage, SpellsAQueryAsAServerThatMindsCapitalsNeedsIt) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(CaseVariants("Oakmoor School"), (Words{"Oakmoor School", "oakmoor school", "OAKMOOR SCHOOL", "Oakmoor school"}));
  EXPECT_EQ(CaseVariants("#oakmoor"), (Words{"#oakmoor", "#OAKMOOR"}));
  EXPECT_EQ(CaseVariants("oakmoor.example"), (Words{"oakmoor.example"}));
  EXPECT_EQ(CaseVariants(""), (Words{""}));
}

// The recordings are whole exchanges; their bodies are read as the network sent them.
struct RecordedPage {
  const char* file;
  std::size_t posts;
  bool more;
};

class RecordedBluesky : public testing::TestWithParam<RecordedPage> {};

TEST_P(RecordedBluesky, SearchIsRead) {
  const auto text = Recorded(std::string("bluesky-live/") + GetParam().file);
  if (!text) GTEST_SKIP() << "../shared/recorded is not on this machine";
  JsonParser parser;
  const auto exchange = parser.Parse(*text);
  ASSERT_TRUE(exchange);
  const auto body = (*exchange)["response"]["body"];
  const auto page = ParseBlueskyPage(body.Dump());
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->entries.size(), GetParam().posts);
  EXPECT_EQ(!page->cursor.empty(), GetParam().more);
  EXPECT_TRUE(page->notes.empty()) << page->notes[0];
  for (std::size_t i = 0; i < page->entries.size(); ++i) {
    const auto& post = page->entries[i].post;
    const auto view = body["posts"][i];
    EXPECT_EQ(post.global_id, view["uri"].StringOr("-"));
    EXPECT_EQ(post.version_id, view["cid"].StringOr("-"));
    EXPECT_EQ(post.text, view["record"]["text"].StringOr("-"));
    EXPECT_EQ(post.author.id, view["author"]["did"].StringOr("-"));
    EXPECT_TRUE(post.created_at && page->entries[i].indexed_at);
  }
}

INSTANTIATE_TEST_SUITE_P(Shared, RecordedBluesky,
                         testing::Values(RecordedPage{"06_searchPosts_p0.json", 50, true}, RecordedPage{"07_searchPosts_p1.json", 50, true},
                                         RecordedPage{"08_searchPosts_p2.json", 30, true}, RecordedPage{"09_searchPosts_p3.json", 0, false},
                                         RecordedPage{"10_searchPosts_appview_anonymous.json", 5, true}, RecordedPage{"11_searchPosts_case.json", 0, false},
                                         RecordedPage{"12_searchPosts_since.json", 3, true}),
                         [](const auto& made) { return std::string(made.param.file, 2); });

// A post with a picture and a quotation, as it comes in a thread: the same postView.
TEST(RecordedBlueskyThread, HasAPostWithAPictureAndAQuotation) {
  const auto text = Recorded("bluesky/thread_view_post_with_embed_media.json");
  if (!text) GTEST_SKIP() << "../shared/recorded is not on this machine";
  JsonParser parser;
  const auto thread = parser.Parse(*text);
  ASSERT_TRUE(thread);
  const auto page = ParseBlueskyPage("{\"posts\":[" + (*thread)["thread"]["post"].Dump() + "]}");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 1u);
  EXPECT_EQ(page->entries[0].post.text, "");
  ASSERT_EQ(page->entries[0].post.media.size(), 1u);
  EXPECT_EQ(page->entries[0].post.media[0].kind, "image");
}

}  // namespace
}  // namespace heed
