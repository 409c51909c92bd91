// The fuzz targets of feed, file, markup, pictures and the forums, run on a small corpus and on damaged copies of it, so that builds
// without libFuzzer exercise them too.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "src/base/file.h"
#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzMarkup
#include "tests/fuzz/connectors_markup.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzFeed
#include "tests/fuzz/connectors_feed.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzFileLine
#include "tests/fuzz/connectors_file_line.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzStream
#include "tests/fuzz/connectors_stream.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzForums
#include "tests/fuzz/connectors_forums.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzPicture
#include "tests/fuzz/connectors_picture.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

TEST(FuzzTargets, MarkupHolds) {
  Hammer(&FuzzMarkup, {"<p>Oakmoor <b>School</b>&amp; &#x41;&eacute;</p><br><!-- c --><script>x</script><img alt='a b'><pre> x\n y</pre><td>z",
                    "# T\n> q\n- **a** _b_ [c](d) ![e](f) `g` \\* f*ck ~~h~~\n1. x\n---", "a\xff\xc3\xa9\xe5\xad\xa6"});
}

TEST(FuzzTargets, FeedHolds) {
  Hammer(&FuzzFeed,
      {std::string(1, '\0') + "<?xml version=\"1.0\"?><rss xmlns:c=\"http://purl.org/rss/1.0/modules/content/\"><channel><ttl>5</ttl><item><guid>1</guid><title>t &amp; u</title><link>/a?b=1&c</link>"
       "<pubDate>Sun, 01 Nov 2026 09:00:00 GMT</pubDate><c:encoded><![CDATA[<p>x</p>]]></c:encoded></item></channel></rss>",
       std::string(1, '\0') + "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"/b/\"><entry><id>urn:1</id><title type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">a<br/>b</div></title><link href=\"c\"/>"
                              "<updated>2026-11-01T09:00:00Z</updated></entry></feed>",
       std::string(1, '\0') + "<!DOCTYPE l [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><rss><channel><item><title>&b;</title></item></channel></rss>",
       std::string(1, '\2') + "{\"version\":\"https://jsonfeed.org/version/1.1\",\"next_url\":\"/n\",\"items\":[{\"id\":1,\"content_html\":\"<p>x</p>\",\"date_published\":\"2026-11-01T09:00:00Z\"}]}",
       std::string("\3\xff\xfe<\0r\0s\0s\0/\0>\0", 15)});
}

TEST(FuzzTargets, FileLineHolds) {
  Hammer(&FuzzFileLine, {"{\"id\":\"1\",\"text\":\"a \\u00e9\\ud83d\\ude00 b\\n\",\"author\":{\"id\":\"1\",\"handle\":\"@jo\"},\"created_at\":\"2026-11-01T09:00:00Z\",\"media\":[{\"kind\":\"image\",\"description\":\"d\"}],"
                      "\"counts\":{\"like\":3,\"reply\":null},\"visibility\":\"public\",\"other\":[1,{\"a\":true}]}",
                      "{\"permalink\":\"https://x.example/1\",\"text\":\"<p>a</p>\",\"text_format\":\"html\",\"author\":\"sam\"}"});
}

TEST(FuzzTargets, StreamHolds) {
  const auto frame = ReadFile(std::string(HEED_SOURCE_DIR) + "/tests/golden/connectors/bluesky/frame.json");
  ASSERT_TRUE(frame) << frame.error().message();
  Hammer(&FuzzStream, {*frame, R"({"time_us":1,"did":"did:plc:a","kind":"commit","commit":{"operation":"update"}} OS)"});
}

TEST(FuzzTargets, PictureHolds) {
  Hammer(&FuzzPicture, {"level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.5\tone\n5\t1\t1\t1\t2\t1\t0\t0\t9\t9\tnan\ttwo",
                       "at://did:plc:exampleaaaa1111/app.bsky.feed.post/3kexample"});
}

// The corpus: the pages of the golden tests.
TEST(FuzzTargets, ForumsHold) {
  const std::pair<char, const char*> pages[] = {{0, "lemmy/posts.json"},     {0, "lemmy/v4.json"},       {0, "lemmy/troubles.json"}, {1, "lemmy/comments.json"},
                                                {2, "discourse/latest.json"}, {3, "discourse/topic.json"}, {4, "nodebb/search.json"},  {4, "nodebb/recent.json"},
                                                {5, "reddit/posts.json"},     {5, "reddit/comments.json"}, {6, "telegram/channel.html"}};
  std::vector<std::string> corpus;
  for (const auto& [which, name] : pages) {
    const auto text = ReadFile(std::string(HEED_SOURCE_DIR) + "/tests/golden/connectors/" + name);
    ASSERT_TRUE(text) << text.error().message();
    corpus.push_back(std::string(1, which) + *text);
  }
  corpus.push_back(std::string(1, '\6') + "<html><div class=\"tgme_channel_info\"><div data-post=\"a/1\"><div class=tgme_widget_message_text>x<div>y</div><time datetime='2026-11-01T09:00:00Z'></html>");
  Hammer(&FuzzForums, corpus);
}

}  // namespace
}  // namespace heed
