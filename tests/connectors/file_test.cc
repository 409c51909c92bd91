// Files of JSON Lines: what a line may be, and files that grow, shrink, are replaced and are half written.
#include "connectors/file/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "connectors/file/line.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "tests/connectors/conformance.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- Lines ---

Post Read(std::string_view line) {
  JsonParser parser;
  auto post = ParsePostLine(line, parser);
  if (!post || !*post) {
    ADD_FAILURE() << line << ": " << (post ? "not public" : post.error().message());
    return {};
  }
  return **std::move(post);
}

TEST(PostLine, ReadsEveryField) {
  const Post post = Read(R"({"platform":"mastodon","instance":"social.example","native_id":"114","global_id":"https://social.example/1","version_id":"v2",
    "permalink":"https://social.example/@jo/1","author":{"id":"9","handle":"@jo@social.example","display_name":"Jo \"J\" \u00e9\ud83d\ude00"},"text":"a\nb","text_format":"plain",
    "title":"t","warning":"w","lang":"en","created_at":"2026-11-01T09:00:00Z","edited_at":"2026-11-01T10:00:00+01:00","in_reply_to":"p","thread_root":"r",
    "media":[{"kind":"image","url":"https://x.example/i","description":"the gate"}],"counts":{"reply":1,"repost":2,"like":3,"quote":4},"visibility":"public","something":{"else":[1]}})");
  EXPECT_EQ(post.platform, "mastodon");
  EXPECT_EQ(post.instance, "social.example");
  EXPECT_EQ(post.native_id, "114");
  EXPECT_EQ(post.global_id, "https://social.example/1");
  EXPECT_EQ(post.version_id, "v2");
  EXPECT_EQ(post.permalink, "https://social.example/@jo/1");
  EXPECT_EQ(post.author.id, "9");
  EXPECT_EQ(post.author.handle, "jo@social.example");
  EXPECT_EQ(post.author.display_name, "Jo \"J\" \u00e9\U0001F600");
  EXPECT_EQ(post.text, "a\nb");
  EXPECT_EQ(post.title, "t");
  EXPECT_EQ(post.warning, "w");
  EXPECT_EQ(post.language, "en");
  EXPECT_EQ(FormatRfc3339(post.created_at.value()), "2026-11-01T09:00:00Z");
  EXPECT_EQ(FormatRfc3339(post.edited_at.value()), "2026-11-01T09:00:00Z");
  EXPECT_EQ(post.in_reply_to, "p");
  EXPECT_EQ(post.thread_root, "r");
  ASSERT_EQ(post.media.size(), 1u);
  EXPECT_EQ(post.media[0].description, "the gate");
  EXPECT_EQ(post.counts.quotes, 4u);
}

TEST(PostLine, NeedsTextAndOneId) {
  EXPECT_EQ(Read(R"({"text":"x","native_id":"7"})").global_id, "file:7");
  EXPECT_EQ(Read(R"({"text":"x","platform":"forum","id":7})").global_id, "forum:7");
  EXPECT_EQ(Read(R"({"text":"x","permalink":"https://x.example/1"})").global_id, "https://x.example/1");
  EXPECT_EQ(Read(R"({"text":"x","global_id":"g","author":"@sam"})").author.handle, "sam");
  JsonParser parser;
  for (const auto& [line, words] : std::vector<std::pair<const char*, const char*>>{{R"({"text":"x"})", "no id"},
                                                                                   {R"({"id":"1"})", "no \"text\""},
                                                                                   {R"({"id":"1","text":7})", "no \"text\""},
                                                                                   {R"({"id":"1","text":"x","text_format":"rtf"})", "\"rtf\""},
                                                                                   {"[]", "not an object"},
                                                                                   {"{\"id\":\"1\",\"text\":\"\xff\"}", "not JSON at byte"},
                                                                                   {R"({"id":"1","text":"x"} {})", "not JSON at byte"},
                                                                                   {R"({"id":"1","text":"x)", "not JSON at byte"}}) {
    const auto post = ParsePostLine(line, parser);
    ASSERT_FALSE(post) << line;
    EXPECT_EQ(post.error().fault(), Fault::kMalformed) << line;
    EXPECT_THAT(post.error().message(), HasSubstr(words)) << line;
  }
}

TEST(PostLine, KeepsPublicPostsOnly) {
  JsonParser parser;
  EXPECT_TRUE(ParsePostLine(R"({"id":"1","text":"x","visibility":"public"})", parser).value());
  for (const auto* visibility : {"private", "unlisted", "direct", "Public", ""}) {
    EXPECT_FALSE(ParsePostLine(R"({"id":"1","text":"x","visibility":")" + std::string(visibility) + "\"}", parser).value()) << visibility;
  }
}

TEST(PostLine, TurnsMarkupIntoText) {
  const Post html = Read(R"({"id":"1","text":"<p>a</p><p>b</p>","text_format":"html"})");
  EXPECT_EQ(html.text, "a\n\nb");
  EXPECT_EQ(html.raw, "<p>a</p><p>b</p>");
  EXPECT_EQ(html.raw_format, TextFormat::kHtml);
  EXPECT_EQ(Read(R"~({"id":"1","text":"**a** [b](c)","text_format":"markdown"})~").text, "a b");
  const Post plain = Read(R"({"id":"1","text":"<p>a &amp; b"})");
  EXPECT_EQ(plain.text, "<p>a &amp; b");
  EXPECT_EQ(plain.raw, "");
}

TEST(PostLine, HalfASurrogatePairIsRepaired) {
  EXPECT_TRUE(IsUtf8(Read(R"({"id":"1","text":"a \udc00 b"})").text));
}

std::string Describe(const Result<std::optional<Post>>& result) {
  if (!result) return "fault " + std::string(ToString(result.error().fault())) + ": " + result.error().message();
  if (!*result) return "not public";
  const Post& post = **result;
  std::string out;
  for (const auto* part : {&post.platform, &post.instance, &post.native_id, &post.global_id, &post.version_id, &post.permalink, &post.author.id, &post.author.handle,
                           &post.author.display_name, &post.title, &post.warning, &post.text, &post.raw, &post.language, &post.in_reply_to, &post.thread_root}) {
    out += *part + "|";
  }
  out += post.created_at ? FormatRfc3339(*post.created_at) : "-";
  out += post.edited_at ? FormatRfc3339(*post.edited_at) : "-";
  for (const auto& media : post.media) out += media.kind + "," + media.url + "," + media.description + ";";
  for (const auto& count : {post.counts.replies, post.counts.reposts, post.counts.likes, post.counts.quotes}) out += count ? std::to_string(*count) + " " : "- ";
  return out;
}

// The fast way and the obvious way, run on noise: lines put together from the right pieces in the wrong order,
// then damaged byte by byte.
TEST(PostLine, TheFastWayAgreesWithTheParser) {
  const std::vector<std::string> keys = {"platform", "instance", "native_id", "global_id", "version_id", "permalink", "author", "text", "text_format", "title", "warning",
                                         "lang", "created_at", "edited_at", "in_reply_to", "thread_root", "media", "counts", "visibility", "id", "other", "", "te\\u0078t", "textual"};
  const std::vector<std::string> values = {R"("x")", R"("")", R"("a\"b\\c\/d\b\f\n\r\t")", R"("\u00e9\ud83d\ude00\u0000")", R"("\ud800")", R"("\udc00x")", R"("\ud83dx")", R"("\x")", R"("\u12")",
                                           "\"caf\u00e9 \U0001F600\"", "\"bad\xff\"", "\"ctl\x01\"", "\"tab\t\"", "null", "true", "false", "nul", "0", "7", "-7", "07", "1.5", "1e3", "123456789012345678",
                                           "1234567890123456789", "99999999999999999999", "{}", "[]", "[1]", R"({"a":{"b":[1,2]}})", R"("public")", R"("private")", R"("html")", R"("markdown")", R"("plain")",
                                           R"("2026-11-01T09:00:00Z")", R"("yesterday")", R"({"id":"1","handle":"@jo","display_name":"Jo","x":"y"})", R"({"id":1,"handle":null})", R"({"handle":7})",
                                           R"([{"kind":"image","url":"u","description":"d"}])", R"([{"kind":null},{}])", R"([{"kind":7}])", R"(["x"])", R"({"reply":1,"repost":0,"like":null,"quote":12})",
                                           R"({"reply":-1})", R"({"reply":1.0})", R"({"reply":"1"})", R"({"id":"1",})", R"([{},])"};
  const std::vector<std::string> gaps = {"", " ", "\t", " \r"};
  std::mt19937 dice(7);
  const auto pick = [&](const auto& list) -> const auto& { return list[dice() % list.size()]; };
  JsonParser parser;
  int good = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string line = "{";
    const int members = static_cast<int>(dice() % 7);
    for (int i = 0; i < members; ++i) {
      if (i > 0) line += pick(gaps) + ",";
      line += pick(gaps) + "\"" + pick(keys) + "\"" + pick(gaps) + ":" + pick(gaps) + pick(values);
    }
    if (dice() % 2) line += std::string(members ? "," : "") + R"("id":"1","text":"hello")";
    line += pick(gaps) + "}" + pick(gaps);
    if (dice() % 3 == 0) line[dice() % line.size()] = static_cast<char>(dice());
    if (dice() % 8 == 0) line.resize(dice() % line.size());
    const auto fast = ParsePostLine(line, parser);
    const auto plain = ParsePostLinePlainly(line, parser);
    ASSERT_EQ(Describe(fast), Describe(plain)) << line;
    good += plain && *plain;
  }
  EXPECT_GT(good, 2'000) << "the noise must hold whole posts too";
}

// --- Files ---

class Files : public testing::Test {
 protected:
  TempFolder folder;
  FakeClock clock{"2031-03-02 08:00"};
  HttpClient http{HttpClient::Options{}};

  std::unique_ptr<Connector> Make(const std::string& path) {
    auto made = kFileCard.make({"import", "oakmoor", "file", {{"path", path}}}, {}, {http, clock});
    HEED_CHECK(made.has_value());
    return *std::move(made);
  }
  static std::string Line(int number) { return R"({"id":")" + std::to_string(number) + R"(","text":"post )" + std::to_string(number) + "\"}\n"; }
  static std::string Lines(int first, int last) {
    std::string lines;
    for (int i = first; i <= last; ++i) lines += Line(i);
    return lines;
  }
  void Write(std::string_view name, std::string_view content) { ASSERT_TRUE(WriteFile(folder / name, content)); }
  void Append(std::string_view name, std::string_view content) {
    std::FILE* file = std::fopen((folder / name).c_str(), "ab");
    ASSERT_NE(file, nullptr);
    std::fwrite(content.data(), 1, content.size(), file);
    std::fclose(file);
  }
  Reading ReadOn(const std::string& path, const Cursor& cursor = {}) {
    auto reading = ReadAll(*Make(path), cursor, 10'000);
    EXPECT_FALSE(reading.error) << reading.error->message();
    return reading;
  }
  static std::vector<std::string> Ids(const Reading& reading) {
    std::vector<std::string> ids;
    for (const auto& post : reading.posts) ids.push_back(post.native_id);
    return ids;
  }
};

TEST_F(Files, PicksUpLinesAppendedLater) {
  Write("a.jsonl", Lines(1, 3));
  const auto first = ReadOn(folder / "a.jsonl");
  EXPECT_THAT(Ids(first), ElementsAre("1", "2", "3"));
  EXPECT_EQ(first.posts[0].first_seen_at, clock.Now());
  const auto none = ReadOn(folder / "a.jsonl", first.cursor);
  EXPECT_THAT(none.posts, IsEmpty());
  Append("a.jsonl", Lines(4, 5));
  EXPECT_THAT(Ids(ReadOn(folder / "a.jsonl", none.cursor)), ElementsAre("4", "5"));
}

TEST_F(Files, WaitsForALineThatIsHalfWritten) {
  const std::string line = Line(2);
  for (std::size_t cut = 1; cut < line.size(); ++cut) {
    Write("a.jsonl", Line(1) + line.substr(0, cut));
    const auto first = ReadOn(folder / "a.jsonl");
    EXPECT_THAT(first.notes, IsEmpty());
    EXPECT_THAT(first.gaps, IsEmpty());
    Append("a.jsonl", line.substr(cut) + Line(3));
    const auto second = ReadOn(folder / "a.jsonl", first.cursor);
    auto ids = Ids(first);
    for (auto& id : Ids(second)) ids.push_back(std::move(id));
    EXPECT_THAT(ids, ElementsAre("1", "2", "3")) << "cut after " << line.substr(0, cut);
  }
}

TEST_F(Files, TakesALastLineWithoutItsEndWhenItIsWhole) {
  Write("a.jsonl", Line(1) + R"({"id":"2","text":"x"})");
  EXPECT_THAT(Ids(ReadOn(folder / "a.jsonl")), ElementsAre("1", "2"));
}

TEST_F(Files, ReadsAReplacedFileFromItsStart) {
  struct Case {
    const char* what;
    std::string content;
  };
  for (const auto& [what, content] : std::vector<Case>{{"shorter", Lines(7, 7)},
                                                      {"other lines of the same length", Lines(4, 6)},
                                                      {"longer and other", Lines(5, 9)},
                                                      {"empty", ""}}) {
    Write("a.jsonl", Lines(1, 3));
    const auto first = ReadOn(folder / "a.jsonl");
    Write("a.jsonl", content);
    const auto second = ReadOn(folder / "a.jsonl", first.cursor);
    EXPECT_EQ(second.posts.size(), Split(content, '\n').size() - 1) << what;
    EXPECT_THAT(second.notes, ElementsAre(HasSubstr("not the file it was"))) << what;
  }
}

// The same file by name and number, its bytes changed in place.
TEST_F(Files, NoticesAFileRewrittenInPlace) {
  Write("a.jsonl", Lines(1, 3));
  const auto first = ReadOn(folder / "a.jsonl");
  std::FILE* file = std::fopen((folder / "a.jsonl").c_str(), "r+b");
  const std::string other = Lines(4, 8);
  std::fwrite(other.data(), 1, other.size(), file);
  std::fclose(file);
  EXPECT_THAT(Ids(ReadOn(folder / "a.jsonl", first.cursor)), ElementsAre("4", "5", "6", "7", "8"));
}

TEST_F(Files, AnUnreadableLineStopsNothingAndIsSaid) {
  Write("a.jsonl", Line(1) + "not json\n\n  \n" + Line(2) + "{\"id\":\"x\",\"text\":\"\xff\"}\n" + R"({"text":"no id"})" + "\r\n" + Line(3));
  const auto reading = ReadOn(folder / "a.jsonl");
  EXPECT_THAT(Ids(reading), ElementsAre("1", "2", "3"));
  EXPECT_THAT(reading.notes, ElementsAre(HasSubstr("a.jsonl:2: not JSON"), HasSubstr("a.jsonl:6: "), HasSubstr("a.jsonl:7: no id")));
  ASSERT_EQ(reading.gaps.size(), 1u);
  EXPECT_THAT(reading.gaps[0].why, HasSubstr("3 lines were unreadable, the first at " + (folder / "a.jsonl") + ":2: not JSON"));
}

TEST_F(Files, ManyUnreadableLinesAreCountedAndNotListed) {
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "rubbish\n";
  Write("a.jsonl", lines + Line(1));
  const auto reading = ReadOn(folder / "a.jsonl");
  EXPECT_THAT(Ids(reading), ElementsAre("1"));
  EXPECT_EQ(reading.notes.size(), 11u);
  EXPECT_EQ(reading.notes.back(), "490 more unreadable lines skipped");
  EXPECT_THAT(reading.gaps[0].why, HasSubstr("500 lines"));
}

TEST_F(Files, SkipsALineLongerThanAnyPost) {
  const std::string long_line = R"({"id":"long","text":")" + std::string(3 << 20, 'x') + "\"}\n";
  Write("a.jsonl", Line(1) + long_line + Line(2));
  const auto reading = ReadOn(folder / "a.jsonl");
  EXPECT_THAT(Ids(reading), ElementsAre("1", "2"));
  EXPECT_THAT(reading.notes, ElementsAre(HasSubstr("a.jsonl:2: longer than 1048576 bytes")));
  // A line that just fits is read, one of no end is waited for.
  const std::string fits = R"({"id":"fits","text":")" + std::string((1 << 20) - 30, 'x') + "\"}\n";
  Write("b.jsonl", Line(1) + fits + std::string(2 << 20, 'y'));
  const auto second = ReadOn(folder / "b.jsonl");
  EXPECT_THAT(Ids(second), ElementsAre("1", "fits"));
  EXPECT_THAT(second.notes, IsEmpty());
  Append("b.jsonl", "\n" + Line(3));
  EXPECT_THAT(Ids(ReadOn(folder / "b.jsonl", second.cursor)), ElementsAre("3"));
}

TEST_F(Files, ReadsAFolderInNameOrderAndRemembersEachFile) {
  Write("b.jsonl", Lines(3, 4));
  Write("a.jsonl", Lines(1, 2));
  Write("c.txt", Lines(9, 9));
  const auto first = ReadOn(folder.path());
  EXPECT_THAT(Ids(first), ElementsAre("1", "2", "3", "4"));
  Append("a.jsonl", Line(5));
  Write("aa.jsonl", Line(6));
  const auto second = ReadOn(folder.path(), first.cursor);
  EXPECT_THAT(Ids(second), ElementsAre("5", "6"));
  ASSERT_EQ(std::remove((folder / "a.jsonl").c_str()), 0);
  EXPECT_THAT(ReadOn(folder.path(), second.cursor).posts, IsEmpty());
}

TEST_F(Files, ReadsLargeFilesInPagesAndMayStopBetweenAnyTwo) {
  Write("a.jsonl", Lines(1, 2'345));
  Write("b.jsonl", "");
  Write("c.jsonl", Lines(2'346, 5'000));
  Cursor cursor;
  std::vector<int> seen(5'001);
  double progress = 0;
  for (bool more = true; more;) {
    const auto page = Make(folder.path())->Fetch(cursor);
    ASSERT_TRUE(page) << page.error().message();
    EXPECT_LE(page->posts.size(), 1'000u);
    for (const auto& post : page->posts) ++seen[static_cast<std::size_t>(std::stoi(post.native_id))];
    EXPECT_GE(page->progress.value(), progress);
    progress = page->progress.value();
    cursor = page->next;
    more = page->more;
  }
  EXPECT_EQ(progress, 1.0);
  for (int i = 1; i <= 5'000; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)], 1) << i;
  EXPECT_THAT(ReadOn(folder.path(), cursor).posts, IsEmpty());
}

TEST_F(Files, ReadsAcrossTheEdgesOfItsReads) {
  // Lines whose lengths walk the ends of lines over every position of a read's edge.
  std::string lines;
  int count = 0;
  while (lines.size() < (3u << 20)) {
    ++count;
    lines += R"({"id":")" + std::to_string(count) + R"(","text":")" + std::string(static_cast<std::size_t>(count * 37 % 9'001), 'x') + "\"}\n";
  }
  Write("a.jsonl", lines);
  const auto reading = ReadOn(folder / "a.jsonl");
  ASSERT_EQ(reading.posts.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) ASSERT_EQ(reading.posts[static_cast<std::size_t>(i)].native_id, std::to_string(i + 1));
  EXPECT_THAT(reading.notes, IsEmpty());
}

TEST_F(Files, SaysWhenPostsAreLeftOutOrThereIsNothing) {
  Write("a.jsonl", R"({"id":"1","text":"x","visibility":"private"})" "\n");
  const auto reading = ReadOn(folder / "a.jsonl");
  EXPECT_THAT(reading.posts, IsEmpty());
  EXPECT_THAT(reading.notes, ElementsAre("1 posts left out: not public"));
  const TempFolder empty;
  EXPECT_THAT(ReadOn(empty.path()).notes, ElementsAre(HasSubstr("holds no *.jsonl file")));
}

TEST_F(Files, WhatIsNotThereIsAnErrorAndNotNothing) {
  const auto missing = Make(folder / "missing.jsonl")->Fetch({});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().fault(), Fault::kNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("missing.jsonl"));
  EXPECT_FALSE(Make("/dev/zero")->Fetch({}));
  const auto nameless = kFileCard.make({"import", "oakmoor", "file", {}}, {}, {http, clock});
  ASSERT_FALSE(nameless);
  EXPECT_EQ(nameless.error().fault(), Fault::kInvalid);
}

TEST_F(Files, AByteOrderMarkIsNoPartOfTheFirstLine) {
  Write("a.jsonl", "\xEF\xBB\xBF" + Lines(1, 2));
  EXPECT_THAT(Ids(ReadOn(folder / "a.jsonl")), ElementsAre("1", "2"));
  Write("b.jsonl", "\xEF\xBB\xBF{\"id\":\"1\",\"text\":\"x\"}");
  EXPECT_THAT(Ids(ReadOn(folder / "b.jsonl")), ElementsAre("1"));
}

}  // namespace
}  // namespace heed
