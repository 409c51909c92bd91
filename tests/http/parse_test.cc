// Targets, forms, cookies and hosts as strangers write them.
#include "src/http/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace heed::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Target, IsAPathOfOursOrNothing) {
  const struct {
    const char* sent;
    const char* path;  // nullptr: refused
    const char* query;
  } cases[] = {
      {"/", "/", ""},
      {"/queue?school=oakmoor&x=%20", "/queue", "school=oakmoor&x=%20"},
      {"/a%20b", "/a b", ""},
      {"/a+b", "/a+b", ""},
      {"/caf%C3%A9", "/caf\xC3\xA9", ""},
      {"/a?b?c", "/a", "b?c"},
      {"", nullptr, ""},
      {"*", nullptr, ""},
      {"queue", nullptr, ""},
      {"http://127.0.0.1/", nullptr, ""},
      {"//evil.example/x", nullptr, ""},
      {"/%2Fevil.example", nullptr, ""},
      {"/../etc", nullptr, ""},
      {"/a/%2e%2e/b", nullptr, ""},
      {"/a/./b", nullptr, ""},
      {"/a%00", nullptr, ""},
      {"/a%0d%0aSet-Cookie:x", nullptr, ""},
      {"/a\\b", nullptr, ""},
      {"/a%zz", nullptr, ""},
      {"/a%4", nullptr, ""},
      {"/a%ff", nullptr, ""},
      {"/a#b", nullptr, ""},
  };
  for (const auto& each : cases) {
    const auto target = ParseTarget(each.sent);
    ASSERT_EQ(target.has_value(), each.path != nullptr) << each.sent;
    if (!target) continue;
    EXPECT_EQ(target->path, each.path);
    EXPECT_EQ(target->query, each.query);
  }
}

TEST(UrlEncoded, ReadsWhatBrowsersSend) {
  const auto form = ParseUrlEncoded("name=Amina+Khan&grant=head&grant=triage+oakmoor&empty=&bare&%C3%A9=%F0%9F%98%80&&");
  ASSERT_TRUE(form);
  EXPECT_THAT(form->all(), ElementsAre(Pair("name", "Amina Khan"), Pair("grant", "head"), Pair("grant", "triage oakmoor"), Pair("empty", ""), Pair("bare", ""),
                                       Pair("\xC3\xA9", "\xF0\x9F\x98\x80")));
  EXPECT_THAT(form->All("grant"), ElementsAre("head", "triage oakmoor"));
  EXPECT_EQ(form->Get("none"), "");
  EXPECT_TRUE(form->Has("bare"));
  EXPECT_EQ(ParseUrlEncoded("a=%ff")->Get("a"), "\xEF\xBF\xBD") << "what is not UTF-8 is repaired";
  EXPECT_EQ(ParseUrlEncoded("a=%f").error().fault(), Fault::kMalformed);
  std::string many;
  for (std::size_t i = 0; i <= kMaxFields; ++i) many += "a=b&";
  EXPECT_EQ(ParseUrlEncoded(many).error().fault(), Fault::kTooLarge);
}

TEST(Multipart, ReadsFieldsAndFiles) {
  const std::string body =
      "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nline one\r\nline two\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"shot\"; filename=\"C:\\fakepath\\a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--X not it\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--XX--\r\n";
  const auto form = ParseMultipart(body, "XX");
  ASSERT_TRUE(form) << form.error().message();
  EXPECT_THAT(form->fields.all(), ElementsAre(Pair("note", "line one\r\nline two"), Pair("empty", "")));
  ASSERT_EQ(form->uploads.size(), 1u);
  EXPECT_EQ(form->uploads[0].field, "shot");
  EXPECT_EQ(form->uploads[0].filename, "a.png") << "folders are nobody's business";
  EXPECT_EQ(form->uploads[0].type, "image/png");
  EXPECT_EQ(form->uploads[0].content, "\x89PNG\r\n--X not it");
}

TEST(Multipart, SaysWhatIsBroken) {
  const struct {
    const char* body;
    const char* why;
  } cases[] = {
      {"", "does not begin"},
      {"--XY\r\n", "does not begin"},
      {"--XXjunk", "followed by something else"},
      {"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n", "no end of its headers"},
      {"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb", "without its boundary"},
      {"--XX\r\nContent-Type: text/plain\r\n\r\nb\r\n--XX--", "no name"},
      {"--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nb\r\n--XX--", "not form data"},
      {"--XX\r\nwhatever\r\n\r\nb\r\n--XX--", "without a name"},
  };
  for (const auto& each : cases) {
    const auto form = ParseMultipart(each.body, "XX");
    ASSERT_FALSE(form) << each.body;
    EXPECT_THAT(form.error().message(), HasSubstr(each.why));
  }
}

TEST(Multipart, TakesOnlyBoundariesThatAreOnes) {
  EXPECT_EQ(MultipartBoundary("multipart/form-data; boundary=----WebKitFormBoundaryabc"), "----WebKitFormBoundaryabc");
  EXPECT_EQ(MultipartBoundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""), "a b");
  for (const std::string bad : {"text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\r\nb\"", "multipart/form-dataX; boundary=a"})
    EXPECT_FALSE(MultipartBoundary(bad)) << bad;
  EXPECT_FALSE(MultipartBoundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

TEST(Cookies, OneThatIsSentTwiceIsNotThere) {
  EXPECT_EQ(Cookie("a=1; heed=token; b=2", "heed"), "token");
  EXPECT_EQ(Cookie("heed=a=b", "heed"), "a=b");
  EXPECT_EQ(Cookie("xheed=1; heedx=2", "heed"), std::nullopt);
  EXPECT_EQ(Cookie("heed=1; heed=2", "heed"), std::nullopt);
  EXPECT_EQ(Cookie("", "heed"), std::nullopt);
}

TEST(Host, IsANameAndPerhapsAPort) {
  EXPECT_EQ(HostName("LOCALHOST:8420"), "localhost");
  EXPECT_EQ(HostName("[::1]:8420"), "::1");
  EXPECT_EQ(HostName("heed.oakmoor.example"), "heed.oakmoor.example");
  for (const char* bad : {"", ":80", "a b", "evil/x", "a:b", "a@b", "[::1", "[zz]", "a:123456", "127.0.0.1:80:80"}) EXPECT_FALSE(HostName(bad)) << bad;
}

TEST(Path, NamesStandForOnePart) {
  EXPECT_EQ(MatchPath("/cases/{case}", "/cases/12")->Get("case"), "12");
  EXPECT_TRUE(MatchPath("/", "/"));
  for (const char* other : {"/cases", "/cases/", "/cases/1/2", "/cases/1/", "/Cases/1"}) EXPECT_FALSE(MatchPath("/cases/{case}", other)) << other;
}

TEST(Encoding, ComesBackAsItWas) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 20, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    EXPECT_EQ(PercentDecode(PercentEncode(text), Plus::kIsSpace), text);
  }
}

// Any bytes at all, and bytes that look right for a while.
TEST(Parsers, NeverCrash) {
  std::mt19937 random(11);
  const std::string seeds[] = {"/cases/1?x=%41", "a=b&c=%20", "--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nc\r\n--XX--", "a=b; heed=x",
                               "multipart/form-data; boundary=\"XX\"", "[::1]:80"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seeds[random() % std::size(seeds)];
    for (std::size_t n = random() % 4; n > 0; --n) {
      const std::size_t at = random() % (text.size() + 1);
      switch (random() % 3) {
        case 0: text.insert(at, 1, static_cast<char>(random())); break;
        case 1: text.erase(at, random() % 4); break;
        default: if (at < text.size()) text[at] = static_cast<char>(random());
      }
    }
    ParseTarget(text);
    (void)ParseUrlEncoded(text);
    (void)ParseMultipart(text, "XX");
    Cookie(text, "heed");
    HostName(text);
    MultipartBoundary(text);
    MatchPath("/cases/{case}", text);
  }
}

}  // namespace
}  // namespace heed::http
