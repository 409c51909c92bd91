// Mastodon's pages as posts: invented pages beside what they became, and recorded ones where they are at hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/mastodon/mastodon.h"
#include "tests/connectors/bluesky_and_mastodon.h"

namespace heed {
namespace {

using namespace social;

const MastodonReading kReading{"www.social.example", "social.example", false};

struct Golden {
  const char* name;
  MastodonList list;
};

class MastodonPages : public testing::TestWithParam<Golden> {};

TEST_P(MastodonPages, BecomeThesePosts) {
  const std::string name = std::string("mastodon/") + GetParam().name;
  const auto page = ParseMastodonPage(GoldenInput(name + ".json"), GetParam().list, kReading);
  ASSERT_TRUE(page) << page.error().message();
  std::string all;
  for (const auto& entry : page->entries) all += Dump(entry.post) + "\n";
  for (const auto& note : page->notes) all += "note: " + note + "\n";
  all += "ids:";
  for (const auto& id : page->ids) all += " " + id;
  ExpectGolden(name + ".posts", all + "\n");
}

INSTANTIATE_TEST_SUITE_P(Golden, MastodonPages,
                         testing::Values(Golden{"timeline", MastodonList::kStatuses}, Golden{"gotosocial", MastodonList::kStatuses},
                                         Golden{"search", MastodonList::kSearch}, Golden{"notifications", MastodonList::kNotifications},
                                         Golden{"troubles", MastodonList::kStatuses}),
                         [](const auto& made) { return std::string(made.param.name); });

TEST(MastodonPage, KeepsUnlistedPostsOnlyWhereThatWasDecided) {
  auto reading = kReading;
  const auto texts = [&] {
    std::vector<std::string> all;
    const auto page = ParseMastodonPage(GoldenInput("mastodon/timeline.json"), MastodonList::kStatuses, reading);
    for (const auto& entry : page.value().entries) all.push_back(entry.post.text);
    return all;
  };
  EXPECT_THAT(texts(), testing::Not(testing::Contains("quiet")));
  reading.unlisted = true;
  EXPECT_THAT(texts(), testing::Contains("quiet"));
  EXPECT_THAT(texts(), testing::Not(testing::Contains("for followers")));
  EXPECT_THAT(texts(), testing::Not(testing::Contains("to one")));
}

TEST(MastodonPage, NeverJoinsWordsOfTwoParagraphs) {
  const auto page = ParseMastodonPage(GoldenInput("mastodon/timeline.json"), MastodonList::kStatuses, kReading);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->entries[0].post.text.find("again.Thanks"), std::string::npos);
  EXPECT_NE(page->entries[0].post.text.find("#oakmoor"), std::string::npos);
}

TEST(MastodonPage, GivesAnEditedPostAnotherVersion) {
  const auto version = [](std::string edited) {
    const auto page = ParseMastodonPage(R"([{"id":"1","uri":"https://a.example/1","visibility":"public","content":"x","created_at":"2026-11-01T09:00:00.000Z","edited_at":)" +
                                            edited + R"(,"account":{"acct":"sam"}}])",
                                        MastodonList::kStatuses, kReading);
    return ContentVersion(page.value().entries.at(0).post);
  };
  EXPECT_NE(version("null"), version("\"2026-11-01T10:00:00.000Z\""));
  EXPECT_EQ(version("null"), "2026-11-01T09:00:00Z");
}

TEST(MastodonPage, RefusesWhatIsNotAPage) {
  const std::string deep(100'000, '[');
  for (const std::string& body : {std::string(), std::string("<html>"), std::string("{}"), std::string(R"({"error":"x"})"), std::string("[{"), deep, std::string("[\"\xff\"]")})
    for (const auto list : {MastodonList::kStatuses, MastodonList::kSearch, MastodonList::kNotifications}) {
      const auto page = ParseMastodonPage(body, list, kReading);
      ASSERT_FALSE(page) << body.substr(0, 40);
      EXPECT_EQ(page.error().fault(), Fault::kMalformed);
    }
}

TEST(MastodonInstance, ReadsBothVersionsOfTheDescription) {
  using Access = MastodonInstance::Access;
  const auto two = ParseMastodonInstance(
      R"({"domain":"Social.Example","version":"4.6.4","source_url":"https://github.com/mastodon/mastodon","configuration":{"timelines_access":{"hashtag_feeds":{"local":"authenticated","remote":"disabled"}}}})");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->domain, "social.example");
  EXPECT_EQ(two->local_hashtags, Access::kMembers);
  EXPECT_EQ(two->remote_hashtags, Access::kOff);
  EXPECT_TRUE(two->knows_phrases);
  const auto one = ParseMastodonInstance(R"j({"uri":"https://social.example/","version":"2.7.2 (compatible; Akkoma 3.10.4)"})j");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->domain, "social.example");
  EXPECT_EQ(one->remote_hashtags, Access::kPublic);
  EXPECT_FALSE(one->knows_phrases);
  for (const auto* body : {"{}", "[]", "<html>", R"({"domain":"x"})", R"({"error":"x"})"}) EXPECT_FALSE(ParseMastodonInstance(body)) << body;
}

TEST(LinkHeader, GivesTheTargetOfARelation) {
  struct Case {
    const char *header, *relation, *target;
  };
  const Case cases[] = {
      {R"(<https://a.example/x?max_id=1>; rel="next", <https://a.example/x?min_id=9>; rel="prev")", "next", "https://a.example/x?max_id=1"},
      {R"(<https://a.example/x?max_id=1>; rel="next", <https://a.example/x?min_id=9>; rel="prev")", "prev", "https://a.example/x?min_id=9"},
      {R"(<https://a.example/x?a=1,2;3>; title="n"; rel=next)", "next", "https://a.example/x?a=1,2;3"},
      {R"(</x>; rel="first next")", "next", "/x"},
      {R"(<https://a.example/x>; REL="Next")", "next", "https://a.example/x"},
      {R"(<https://a.example/x>; rel="prev")", "next", ""},
      {R"(<https://a.example/x)", "next", ""},
      {"", "next", ""},
  };
  for (const auto& one : cases) EXPECT_EQ(LinkTarget(one.header, one.relation), one.target) << one.header;
}

// ../shared/recorded/mastodon-live: GoToSocial's whole exchanges.
struct RecordedTimeline {
  const char* file;
  std::size_t posts;
  bool more;
};

class RecordedMastodonLive : public testing::TestWithParam<RecordedTimeline> {};

TEST_P(RecordedMastodonLive, HashtagTimelineIsRead) {
  const auto text = Recorded(std::string("mastodon-live/") + GetParam().file);
  if (!text) GTEST_SKIP() << "../shared/recorded is not on this machine";
  JsonParser parser;
  const auto exchange = parser.Parse(*text);
  ASSERT_TRUE(exchange);
  const auto body = (*exchange)["response"]["body"];
  const auto page = ParseMastodonPage(body.Dump(), MastodonList::kStatuses, {"localhost:8081", "localhost:8081", false});
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->entries.size(), GetParam().posts);
  EXPECT_TRUE(page->notes.empty());
  const auto link = (*exchange)["response"]["headers"]["Link"].StringOr("");
  EXPECT_EQ(!LinkTarget(link, "next").empty(), GetParam().more);
  for (std::size_t i = 0; i < page->entries.size(); ++i) {
    const auto& post = page->entries[i].post;
    EXPECT_EQ(post.global_id, body[i]["uri"].StringOr("-"));
    EXPECT_EQ(post.author.handle, "bob@localhost:8081");
    EXPECT_TRUE(post.version_id.empty());  // this server does not tell edits: the content does
    EXPECT_NE(post.text.find("#northfieldhigh"), std::string::npos);
    EXPECT_EQ(post.text.find('<'), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Shared, RecordedMastodonLive,
                         testing::Values(RecordedTimeline{"04_tag_timeline.json", 20, true}, RecordedTimeline{"05_tag_timeline.json", 20, true},
                                         RecordedTimeline{"06_tag_timeline.json", 6, true}, RecordedTimeline{"07_tag_timeline.json", 0, false}),
                         [](const auto& made) { return std::string(made.param.file, 2); });

// ../shared/recorded/mastodon: bodies of several years.
struct RecordedBody {
  const char* file;
  MastodonList list;
  std::size_t sent, kept;
};

class RecordedMastodon : public testing::TestWithParam<RecordedBody> {};

TEST_P(RecordedMastodon, BodyIsRead) {
  const auto text = Recorded(std::string("mastodon/") + GetParam().file);
  if (!text) GTEST_SKIP() << "../shared/recorded is not on this machine";
  const auto page = ParseMastodonPage(*text, GetParam().list, kReading);
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->ids.size(), GetParam().sent);
  EXPECT_EQ(page->entries.size(), GetParam().kept);
  EXPECT_TRUE(page->notes.empty()) << page->notes[0];
}

INSTANTIATE_TEST_SUITE_P(Shared, RecordedMastodon,
                         testing::Values(RecordedBody{"hashtag_2.json", MastodonList::kStatuses, 1, 1},
                                         RecordedBody{"timeline_disabled_2.json", MastodonList::kStatuses, 20, 20},
                                         RecordedBody{"notifications_1.json", MastodonList::kNotifications, 1, 1},
                                         RecordedBody{"search_0.json", MastodonList::kSearch, 0, 0}, RecordedBody{"search_2.json", MastodonList::kSearch, 0, 0}),
                         [](const auto& made) {
                           std::string name = made.param.file;
                           return name.substr(0, name.find('.'));
                         });

TEST(RecordedMastodonInstance, DescriptionsAreRead) {
  for (const std::string file : {"entity_search_0.json", "entity_search_1.json", "error_timeline_link_0.json", "timeline_disabled_0.json",
                                 "timeline_disabled_1.json", "timeline_disabled_3.json", "timeline_disabled_4.json"}) {
    const auto text = Recorded("mastodon/" + file);
    if (!text) GTEST_SKIP() << "../shared/recorded is not on this machine";
    const auto instance = ParseMastodonInstance(*text);
    ASSERT_TRUE(instance) << file << ": " << instance.error().message();
    EXPECT_TRUE(instance->domain == "mastodon.social" || instance->domain == "localhost:3000") << instance->domain;
    EXPECT_EQ(instance->remote_hashtags, MastodonInstance::Access::kPublic);
  }
}

}  // namespace
}  // namespace heed
