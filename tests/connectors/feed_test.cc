// Feeds as they are found: documents into posts, and what the connector remembers between readings.
#include "connectors/feed/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "src/base/check.h"
#include "src/base/utf8.h"
#include "tests/connectors/conformance.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"

namespace heed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kUrl = "https://news.example/feeds/all.xml";

ParsedFeed Parse(std::string_view bytes, std::string_view content_type = "application/xml") {
  auto feed = ParseFeed(bytes, content_type, kUrl, kUrl);
  if (!feed) {
    ADD_FAILURE() << feed.error().message();
    return {};
  }
  return *std::move(feed);
}

std::string Rss(const std::string& items, const std::string& channel = "") {
  return "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" "
         "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>Brackwell News</title>" +
         channel + items + "</channel></rss>";
}

std::string Atom(const std::string& entries) {
  return "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:thr=\"http://purl.org/syndication/thread/1.0\" xml:lang=\"en\"><title>Forum</title><author><name>The team</name></author>" +
         entries + "</feed>";
}

std::string At(std::optional<Instant> at) { return at ? FormatRfc3339(*at) : "none"; }

TEST(Feed, ReadsRss) {
  const auto feed = Parse(Rss(R"(<item><guid isPermaLink="false">n-1</guid><title>Gate &amp;amp; bus</title><link>https://news.example/a</link>
      <pubDate>Sun, 01 Nov 2026 09:00:00 +0000</pubDate><description>&lt;p&gt;short&lt;/p&gt;</description>
      <content:encoded><![CDATA[<p>Oakmoor School</p><p>was <b>shut</b></p>]]></content:encoded><dc:creator>Sam</dc:creator>
      <enclosure url="https://news.example/a.mp3" type="audio/mpeg" length="1"/></item>)",
                              "<language>en-gb</language><ttl>30</ttl>"));
  EXPECT_EQ(feed.title, "Brackwell News");
  EXPECT_EQ(feed.ttl, minutes{30});
  ASSERT_EQ(feed.posts.size(), 1u);
  const Post& post = feed.posts[0];
  EXPECT_EQ(post.platform, "feed");
  EXPECT_EQ(post.instance, "news.example");
  EXPECT_EQ(post.native_id, "n-1");
  EXPECT_THAT(post.global_id, testing::AllOf(testing::StartsWith("feed:"), testing::EndsWith("#n-1")));
  EXPECT_EQ(post.permalink, "https://news.example/a");
  EXPECT_EQ(post.title, "Gate & bus");
  EXPECT_EQ(post.text, "Oakmoor School\n\nwas shut");
  EXPECT_EQ(post.raw, "<p>Oakmoor School</p><p>was <b>shut</b></p>");
  EXPECT_EQ(post.raw_format, TextFormat::kHtml);
  EXPECT_EQ(post.author.display_name, "Sam");
  EXPECT_EQ(post.language, "en-gb");
  EXPECT_EQ(At(post.created_at), "2026-11-01T09:00:00Z");
  EXPECT_EQ(post.edited_at, std::nullopt);
  EXPECT_THAT(post.media, IsEmpty());
  EXPECT_THAT(feed.notes, IsEmpty());
}

TEST(Feed, ReadsRdf) {
  const auto feed = Parse(R"(<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="https://news.example/"><title>Old news</title></channel>
    <item rdf:about="https://news.example/1"><title>One</title><link>https://news.example/1</link><dc:date>2026-11-01T09:00:00Z</dc:date><dc:creator>Jo</dc:creator></item></rdf:RDF>)");
  ASSERT_EQ(feed.posts.size(), 1u);
  EXPECT_EQ(feed.posts[0].global_id, "feed:https://news.example/1");
  EXPECT_EQ(feed.posts[0].title, "One");
  EXPECT_EQ(feed.posts[0].author.display_name, "Jo");
  EXPECT_EQ(At(feed.posts[0].created_at), "2026-11-01T09:00:00Z");
}

TEST(Feed, ReadsAtom) {
  const auto feed = Parse(Atom(R"(<entry><id>tag:forum.example,2026:1</id><title type="html">Re: &lt;i&gt;gate&lt;/i&gt;</title><published>2026-11-01T09:00:00Z</published><updated>2026-11-01T10:00:00Z</updated>
      <link rel="edit" href="https://forum.example/edit/1"/><link href="/t/1"/><author><name>Sam</name><uri>https://forum.example/u/sam</uri></author><thr:in-reply-to ref="tag:forum.example,2026:0"/>
      <summary>short</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>one</p><p>two<br/>three &amp; four</p></div></content></entry>
      <entry><id>https://forum.example/t/2</id><title>a &lt; b</title><updated>2026-11-02T09:00:00+01:00</updated><content type="text">x &lt;b&gt; y</content></entry>
      <entry><id>urn:uuid:3</id><title/><updated>yesterday</updated><link href="https://forum.example/t/3"/><content type="image/png">AAAA</content><summary type="html">only &lt;b&gt;this&lt;/b&gt;</summary></entry>)"));
  ASSERT_EQ(feed.posts.size(), 3u);
  const Post& post = feed.posts[0];
  EXPECT_EQ(post.global_id, "feed:tag:forum.example,2026:1");
  EXPECT_EQ(post.permalink, "https://news.example/t/1");
  EXPECT_EQ(post.title, "Re: gate");
  EXPECT_EQ(post.text, "one\n\ntwo\nthree & four");
  EXPECT_EQ(post.author.display_name, "Sam");
  EXPECT_EQ(post.author.id, "https://forum.example/u/sam");
  EXPECT_EQ(post.in_reply_to, "feed:tag:forum.example,2026:0");
  EXPECT_EQ(At(post.created_at), "2026-11-01T09:00:00Z");
  EXPECT_EQ(At(post.edited_at), "2026-11-01T10:00:00Z");
  EXPECT_EQ(post.language, "en");
  EXPECT_EQ(feed.posts[1].title, "a < b");
  EXPECT_EQ(feed.posts[1].text, "x <b> y") << "text is text";
  EXPECT_EQ(feed.posts[1].permalink, "https://forum.example/t/2");
  EXPECT_EQ(feed.posts[1].author.display_name, "The team");
  EXPECT_EQ(At(feed.posts[1].created_at), "2026-11-02T08:00:00Z");
  EXPECT_EQ(feed.posts[2].text, "only this");
  EXPECT_EQ(feed.posts[2].created_at, std::nullopt) << "a date that cannot be read is absent";
}

TEST(Feed, ReadsJsonFeed) {
  const auto feed = Parse("\xEF\xBB\xBF" R"({"version":"https://jsonfeed.org/version/1.1","title":"Blog","language":"en","authors":[{"name":"The team"}],"next_url":"/feed?page=2","items":[
      {"id":1,"url":"https://blog.example/1","title":"One","content_html":"<p>a</p><p>b</p>","date_published":"2026-11-01T09:00:00Z","date_modified":"2026-11-01T10:00:00Z","authors":[{"name":"Sam","url":"https://blog.example/sam"}],"language":"cy"},
      {"id":"https://blog.example/2","external_url":"https://other.example/x","content_text":"plain <b>"}, {"id":"3","summary":"in short"}, {"id":"4"}, 17]})",
                          "application/feed+json");
  ASSERT_EQ(feed.posts.size(), 3u);
  EXPECT_EQ(feed.posts[0].native_id, "1");
  EXPECT_EQ(feed.posts[0].text, "a\n\nb");
  EXPECT_EQ(feed.posts[0].author.display_name, "Sam");
  EXPECT_EQ(feed.posts[0].language, "cy");
  EXPECT_EQ(At(feed.posts[0].edited_at), "2026-11-01T10:00:00Z");
  EXPECT_EQ(feed.posts[1].global_id, "feed:https://blog.example/2");
  EXPECT_EQ(feed.posts[1].permalink, "https://other.example/x");
  EXPECT_EQ(feed.posts[1].text, "plain <b>");
  EXPECT_EQ(feed.posts[1].author.display_name, "The team");
  EXPECT_EQ(feed.posts[2].text, "in short");
  EXPECT_EQ(feed.next_url, "https://news.example/feed?page=2");
  EXPECT_THAT(feed.notes, ElementsAre("1 items skipped: not objects", "1 items skipped: neither title nor text"));
}

TEST(Feed, HalfASurrogatePairIsRepaired) {
  const auto feed = Parse(R"({"version":"https://jsonfeed.org/version/1.1","items":[{"id":"\udc00","title":"a \udc00","content_text":"b \udc00"}]})", "application/json");
  std::string scratch;
  EXPECT_TRUE(IsUtf8(JudgedText(feed.posts.at(0), scratch)));
  EXPECT_TRUE(IsUtf8(feed.posts[0].global_id));
}

TEST(Feed, UnwrapsGoogleAlerts) {
  const auto feed = Parse(R"(<feed xmlns="http://www.w3.org/2005/Atom" xmlns:idx="urn:atom-extension:indexing"><id>tag:google.com,2005:reader/user/1/state/com.google/alerts/2</id><title>Google Alert - Oakmoor School</title>
      <entry><id>tag:google.com,2013:googlealerts/feed:123</id><title type="html">Anger at &lt;b&gt;Oakmoor School&lt;/b&gt;</title>
      <link href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://news.example/a%3Fb%3D1%26c&amp;ct=ga&amp;cd=x"/><published>2026-11-01T09:00:00Z</published><updated>2026-11-01T09:00:00Z</updated>
      <content type="html">Parents say &lt;b&gt;Oakmoor&lt;/b&gt; &amp;nbsp;...</content></entry></feed>)");
  ASSERT_EQ(feed.posts.size(), 1u);
  EXPECT_EQ(feed.posts[0].permalink, "https://news.example/a?b=1&c");
  EXPECT_EQ(feed.posts[0].title, "Anger at Oakmoor School");
  EXPECT_EQ(feed.posts[0].text, "Parents say Oakmoor \u00a0...");
  EXPECT_EQ(feed.posts[0].edited_at, std::nullopt);
}

TEST(Feed, GivesEveryItemAnIdentity) {
  const auto guid_of = [](const std::string& item) { return Parse(Rss("<item>" + item + "</item>")).posts.at(0); };
  EXPECT_EQ(guid_of("<guid>https://news.example/1</guid><title>t</title>").permalink, "https://news.example/1");
  EXPECT_EQ(guid_of("<guid>https://news.example/1</guid><link>https://news.example/2</link><title>t</title>").permalink, "https://news.example/2");
  EXPECT_EQ(guid_of("<guid isPermaLink=\"false\">https://news.example/1</guid><title>t</title>").permalink, kUrl);
  EXPECT_EQ(guid_of("<link>/b</link><title>t</title>").global_id, "feed:https://news.example/b");
  const Post bare = guid_of("<title>t</title><pubDate>1 Nov 2026</pubDate>");
  EXPECT_THAT(bare.native_id, testing::StartsWith("sha256:"));
  EXPECT_EQ(bare.native_id, guid_of("<pubDate>1 Nov 2026</pubDate><title>t</title>").native_id);
  EXPECT_NE(bare.native_id, guid_of("<title>u</title><pubDate>1 Nov 2026</pubDate>").native_id);
  EXPECT_EQ(guid_of("<link>javascript:alert(1)</link><title>t</title>").permalink, kUrl);
  // The same short guid in two feeds is two items.
  const auto other = ParseFeed(Rss("<item><guid>n-1</guid><title>t</title></item>"), "", "https://other.example/feed", "https://other.example/feed");
  ASSERT_TRUE(other);
  EXPECT_NE(other->posts[0].global_id, guid_of("<guid>n-1</guid><title>t</title>").global_id);
}

TEST(Feed, AGuidSharedByDifferentItemsIsNoIdentity) {
  const auto feed = Parse(Rss("<item><guid>https://news.example/</guid><link>https://news.example/1</link><title>one</title></item>"
                              "<item><guid>https://news.example/</guid><link>https://news.example/2</link><title>two</title></item>"
                              "<item><guid>https://news.example/</guid><title>three</title></item>"));
  ASSERT_EQ(feed.posts.size(), 3u);
  EXPECT_EQ(feed.posts[0].native_id, "https://news.example/1");
  EXPECT_EQ(feed.posts[1].native_id, "https://news.example/2");
  std::set<std::string> ids;
  for (const auto& post : feed.posts) ids.insert(post.global_id);
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_THAT(feed.notes, ElementsAre(HasSubstr("share the id")));
}

TEST(Feed, ResolvesLinksAgainstXmlBase) {
  const auto feed = Parse(R"(<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/b/"><title>t</title>
      <entry xml:base="c/"><id>urn:1</id><title>x</title><link href="d"/></entry><entry><id>urn:2</id><title>y</title><link href="../e"/></entry></feed>)");
  EXPECT_EQ(feed.posts.at(0).permalink, "https://a.example/b/c/d");
  EXPECT_EQ(feed.posts.at(1).permalink, "https://a.example/e");
}

TEST(Feed, ReadsOtherCharsetsAndSaysWhatItRepaired) {
  const std::string item = "<item><guid>1</guid><title>caf\xe9</title></item>";
  const auto declared = ParseFeed("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss><channel>" + item + "</channel></rss>", "text/xml", kUrl, kUrl);
  ASSERT_TRUE(declared);
  EXPECT_EQ(declared->posts.at(0).title, "caf\u00e9");
  EXPECT_THAT(declared->notes, IsEmpty());
  const auto header = ParseFeed("<rss><channel>" + item + "</channel></rss>", "text/xml; charset=\"windows-1252\"", kUrl, kUrl);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->posts.at(0).title, "caf\u00e9");
  const auto wrong = ParseFeed("<rss><channel>" + item + "</channel></rss>", "text/xml; charset=utf-8", kUrl, kUrl);
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->posts.at(0).title, "caf\u00e9");
  EXPECT_THAT(wrong->notes, ElementsAre(HasSubstr("windows-1252")));
}

TEST(Feed, NamesWhatIsNoFeed) {
  struct Case {
    const char *bytes, *words;
  };
  for (const auto& [bytes, words] : std::vector<Case>{
           {"<!DOCTYPE html><html><body>news</body></html>", "this address answers a web page, not a feed; look for the page's RSS link"},
           {"  <HTML><body>", "web page"},
           {"<!-- x --><html>", "web page"},
           {"<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\"><html xmlns=\"http://www.w3.org/1999/xhtml\"/>", "web page"},
           {"<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"/>", "begins with <urlset>"},
           {"<rss version=\"2.0\"/>", "without a channel"},
           {"{\"error\":\"not found\"}", "it says: not found"},
           {"{\"items\":[]}", "no feed"},
           {"[]", "neither XML nor JSON"},
           {"hello", "neither XML nor JSON"},
           {"", "empty"},
           {"<rss><channel><item></channel></rss>", "not well-formed"}}) {
    const auto feed = ParseFeed(bytes, "application/xml", kUrl, kUrl);
    ASSERT_FALSE(feed) << bytes;
    EXPECT_EQ(feed.error().fault(), Fault::kMalformed) << bytes;
    EXPECT_THAT(feed.error().message(), HasSubstr(words)) << bytes;
  }
}

// --- The connector ---

class FeedConnector : public testing::Test {
 protected:
  HttpServer server;
  HttpClient http{HttpClient::Options{}};
  FakeClock clock{"2031-03-02 08:00"};

  std::unique_ptr<Connector> Make(std::map<std::string, SettingValue, std::less<>> settings = {}) {
    settings.try_emplace("url", server.Url("/feed"));
    auto made = kFeedCard.make({"news", "oakmoor", "feed", std::move(settings)}, {}, {http, clock});
    HEED_CHECK(made.has_value());
    return *std::move(made);
  }
  Answer Items(std::vector<int> numbers, const std::string& channel = "") {
    std::string items;
    for (const int n : numbers) {
      items += "<item><guid>" + std::to_string(n) + "</guid><title>item " + std::to_string(n) + "</title><pubDate>" +
               FormatRfc3339(FakeClock{"2031-03-01 08:00"}.Now() + hours{n}) + "</pubDate></item>";
    }
    return Answer::Of("application/rss+xml", Rss(items, channel));
  }
};

TEST_F(FeedConnector, AsksOnlyForWhatChangedInTheServersOwnWords) {
  server.Next(Items({1}).With("ETag", "W/\"odd, etag\"").With("Last-Modified", "Sun, 02 Mar 2031 07:00:00 GMT"));
  const auto first = Make()->Fetch({});
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(first->posts.size(), 1u);
  server.Next(Answer::Status(304).With("Cache-Control", "public, max-age=1800"));
  const auto second = Make()->Fetch(first->next);
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_THAT(second->posts, IsEmpty());
  EXPECT_FALSE(second->more);
  EXPECT_EQ(second->wait, minutes{30});
  EXPECT_EQ(server.requests()[0].Header("if-none-match"), "");
  EXPECT_EQ(server.requests()[1].Header("if-none-match"), "W/\"odd, etag\"");
  EXPECT_EQ(server.requests()[1].Header("if-modified-since"), "Sun, 02 Mar 2031 07:00:00 GMT");
  // And it still knows them after a 304.
  server.Next(Answer::Status(304));
  ASSERT_TRUE(Make()->Fetch(second->next));
  EXPECT_EQ(server.requests()[2].Header("if-none-match"), "W/\"odd, etag\"");
}

TEST_F(FeedConnector, A304NobodyAskedForIsNoAnswer) {
  server.Next(Answer::Status(304));
  const auto page = Make()->Fetch({});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault(), Fault::kMalformed);
}

TEST_F(FeedConnector, RemembersWhereAFeedMovedForGood) {
  server.Route("/new", Items({1}));
  server.Route("/feed", Answer::Redirect(301, "/new"));
  const auto first = Make()->Fetch({});
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_THAT(first->notes, ElementsAre(HasSubstr("moved for good to " + server.Url("/new"))));
  const auto second = Make()->Fetch(first->next);
  ASSERT_TRUE(second);
  EXPECT_EQ(server.requests().back().path, "/new");
  EXPECT_EQ(server.request_count(), 3u);
  EXPECT_THAT(second->notes, IsEmpty()) << "said once";
  EXPECT_EQ(first->posts[0].global_id, second->posts[0].global_id);
  // A new address in the configuration counts from then on.
  server.Route("/other", Items({1}));
  ASSERT_TRUE(Make({{"url", server.Url("/other")}})->Fetch(second->next));
  EXPECT_EQ(server.requests().back().path, "/other");
}

TEST_F(FeedConnector, DoesNotRememberWhereAFeedIsForNow) {
  for (const int status : {302, 307}) {
    server.Forget();
    server.Route("/new", Items({1}));
    server.Route("/feed", Answer::Redirect(status, "/new"));
    const auto first = Make()->Fetch({});
    ASSERT_TRUE(first);
    EXPECT_THAT(first->notes, IsEmpty());
    ASSERT_TRUE(Make()->Fetch(first->next));
    EXPECT_EQ(server.requests()[2].path, "/feed");
  }
}

TEST_F(FeedConnector, LeavesTheServerAloneAsLongAsItAsks) {
  struct Case {
    const char *channel, *cache_control;
    std::optional<seconds> wait;
  };
  for (const auto& [channel, cache_control, wait] : std::vector<Case>{{"", "", std::nullopt},
                                                                     {"<ttl>60</ttl>", "", hours{1}},
                                                                     {"", "max-age=900", minutes{15}},
                                                                     {"", "private, MAX-AGE=900", minutes{15}},
                                                                     {"<ttl>60</ttl>", "max-age=900", hours{1}},
                                                                     {"", "max-age=0", std::nullopt},
                                                                     {"", "no-cache, max-age=900", std::nullopt},
                                                                     {"", "max-age=99999999999999999999", hours{24}},
                                                                     {"<ttl>999999</ttl>", "", hours{24}},
                                                                     {"<ttl>often</ttl>", "max-age=soon", std::nullopt}}) {
    server.Next(Items({1}, channel).With("Cache-Control", cache_control));
    const auto page = Make()->Fetch({});
    ASSERT_TRUE(page);
    EXPECT_EQ(page->wait, wait) << channel << " " << cache_control;
  }
}

TEST_F(FeedConnector, GoneForGoodIsSaid) {
  server.Next(Answer::Status(410));
  EXPECT_EQ(Make()->Fetch({}).error().fault(), Fault::kGone);
}

TEST_F(FeedConnector, AWindowWithoutOverlapIsAGap) {
  server.Next(Items({3, 2, 1}));
  const auto first = Make()->Fetch({});
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->gap);
  server.Next(Items({5, 4, 3}));
  clock.Advance(hours{1});
  const auto second = Make()->Fetch(first->next);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->gap);
  server.Next(Items({30, 29, 28}));
  clock.Advance(hours{24});
  const auto third = Make()->Fetch(second->next);
  ASSERT_TRUE(third);
  ASSERT_TRUE(third->gap);
  EXPECT_EQ(At(third->gap->from), "2031-03-02T09:00:00Z") << "when it was last whole";
  EXPECT_EQ(At(third->gap->until), "2031-03-02T12:00:00Z") << "the oldest item there is";
  EXPECT_THAT(third->gap->why, HasSubstr("may have been missed"));
  EXPECT_EQ(third->posts.size(), 3u);
  // An empty feed misses nothing, and what follows is compared with the last one that was not.
  server.Next(Items({}));
  const auto empty = Make()->Fetch(third->next);
  ASSERT_TRUE(empty);
  EXPECT_FALSE(empty->gap);
  server.Next(Items({31, 30}));
  EXPECT_FALSE(Make()->Fetch(empty->next)->gap);
}

TEST_F(FeedConnector, LooksBackAsFarAsItIsTold) {
  server.Otherwise([&](const SeenRequest&) { return Items({24, 20, 1}); });
  const auto page = Make({{"look_back", "6h"}})->Fetch({});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->posts.size(), 2u);
  clock.Advance(hours{48});
  EXPECT_EQ(Make({{"look_back", "6h"}})->Fetch(page->next)->posts.size(), 2u) << "counted from the first reading";
}

TEST_F(FeedConnector, ACapOnItemsIsAGap) {
  server.Next(Items({5, 4, 3, 2, 1}));
  const auto page = Make({{"max_items", std::int64_t{3}}})->Fetch({});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->posts.size(), 3u);
  ASSERT_TRUE(page->gap);
  EXPECT_THAT(page->gap->why, HasSubstr("holds 5 items, of which the first 3 were read"));
}

TEST_F(FeedConnector, StaysOnTheServerWhenItTurnsPages) {
  HttpServer other;
  server.Next(Answer::Json(R"({"version":"https://jsonfeed.org/version/1.1","next_url":")" + other.Url("/feed") + R"(","items":[{"id":"1","content_text":"x"}]})"));
  const auto page = Make()->Fetch({});
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->more);
  ASSERT_TRUE(page->gap);
  EXPECT_THAT(page->gap->why, HasSubstr("another server"));
  EXPECT_EQ(other.request_count(), 0u);
}

TEST_F(FeedConnector, PagesThatGoRoundInACircleEnd) {
  server.Otherwise([&](const SeenRequest&) {
    return Answer::Json(R"({"version":"https://jsonfeed.org/version/1.1","next_url":"/feed","items":[{"id":"1","content_text":"x"}]})");
  });
  const auto connector = Make();
  EXPECT_EQ(ReadAll(*connector, {}).pages, 2);
}

TEST_F(FeedConnector, ReadsAtomPages) {
  server.Route("/feed", Answer::Of("application/atom+xml", Atom("<link rel=\"next\" href=\"/older\"/><entry><id>urn:2</id><title>two</title></entry>")));
  server.Route("/older", Answer::Of("application/atom+xml", Atom("<entry><id>urn:1</id><title>one</title></entry>")));
  const auto connector = Make();
  const auto reading = ReadAll(*connector, {});
  EXPECT_EQ(reading.posts.size(), 2u);
  EXPECT_THAT(reading.gaps, IsEmpty());
}

TEST_F(FeedConnector, WantsAnAddress) {
  for (const auto* url : {"", "news.example", "file:///etc/passwd"}) {
    const auto made = kFeedCard.make({"news", "oakmoor", "feed", {{"url", url}}}, {}, {http, clock});
    ASSERT_FALSE(made) << url;
    EXPECT_EQ(made.error().fault(), Fault::kInvalid);
    EXPECT_THAT(made.error().message(), testing::StartsWith("url: "));
  }
}

}  // namespace
}  // namespace heed
