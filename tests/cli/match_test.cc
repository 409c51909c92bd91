// `heed match`: JSON Lines in, verdicts out, in the same order and in constant memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::size_t kLongest = 16u << 20;  // bytes of a line

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : Split(text, '\n')) lines.emplace_back(line);
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

Ran MatchAny(std::string input) { return Heed({"match", "--any"}, {.input = std::move(input)}); }

std::string Verdict(std::string_view id) {
  return "{\"id\":" + std::string(id) + ",\"flag\":false,\"priority\":0,\"categories\":[],\"protected\":[],\"hits\":[]}";
}

TEST(Match, KeepsTheOrderAndTheIdsAsTheyWere) {
  const Ran ran = MatchAny(
      "{\"id\": 7, \"text\": \"a fine day\"}\n"
      "{\"id\": \"seven\", \"text\": \"a fine day\"}\n"
      "{\"id\": null, \"text\": \"a fine day\"}\n"
      "{\"text\": \"a fine day\"}\n"
      "{\"text\": \"a fine day\", \"id\": \"say \\\"x\\\" \\u00e9\", \"more\": [1, {\"text\": \"no\"}]}\n");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(LinesOf(ran.out), (std::vector<std::string>{Verdict("7"), Verdict("\"seven\""), Verdict("null"), Verdict("null"), Verdict("\"say \\\"x\\\" é\"")}));
}

TEST(Match, GivesThousandsOfVerdictsInTheOrderOfTheirPosts) {
  std::string input;
  for (int i = 0; i < 5000; ++i)
    input += i % 7 == 3 ? "not json\n" : "{\"id\": " + std::to_string(i) + ", \"text\": \"" + (i % 3 ? "a fine day" : "I will kill you") + "\"}\n";
  const Ran ran = MatchAny(input);
  EXPECT_EQ(ran.code, 1);
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 5000u);
  JsonParser parser;
  for (int i = 0; i < 5000; ++i) {
    const auto verdict = parser.Parse(lines[static_cast<std::size_t>(i)]);
    ASSERT_TRUE(verdict);
    if (i % 7 == 3) {
      ASSERT_EQ((*verdict)["line"].Int(), i + 1);
      ASSERT_TRUE((*verdict)["error"].String());
    } else {
      ASSERT_EQ((*verdict)["id"].Int(), i);
      ASSERT_EQ((*verdict)["flag"].Bool(), i % 3 == 0);
    }
  }
}

TEST(Match, SaysTheSameOnManyThreadsInTheSameOrder) {
  std::string input;
  for (int i = 0; i < 30'000; ++i) {
    if (i % 97 == 0) input += "\n";
    input += i % 701 == 3 ? "not json\n" : "{\"id\": " + std::to_string(i) + ", \"text\": \"" + std::string(static_cast<std::size_t>(i % 90), 'x') + (i % 3 ? " a fine day" : " I will kill you") + "\"}\n";
  }
  input += "{\"id\": \"long\", \"text\": \"" + std::string(kLongest, 'a') + "\"}\n{\"id\": \"last\", \"text\": \"a fine day\"}";
  const Ran one = MatchAny(input);
  for (const char* threads : {"2", "5"}) {
    const Ran many = Heed({"match", "--any", "--threads", threads}, {.input = input});
    EXPECT_EQ(many.code, one.code) << many.err;
    EXPECT_TRUE(many.out == one.out) << threads;  // megabytes: not to be printed
  }
  EXPECT_EQ(Heed({"match", "--any", "--threads", "0"}, {.input = input}).code, 2);
}

TEST(Match, CountsOffsetsInBytesOfTheTextAsGiven) {
  const std::string before = "😀 naïve: ", words = "I will kill you";
  const Ran ran = MatchAny("{\"id\": 1, \"text\": \"\\ud83d\\ude00 na\\u00efve: " + words + "\"}\n");
  JsonParser parser;
  const auto verdict = parser.Parse(ran.out);
  ASSERT_TRUE(verdict) << ran.out;
  EXPECT_EQ((*verdict)["flag"].Bool(), true);
  EXPECT_GT((*verdict)["priority"].Int().value_or(0), 0);
  EXPECT_EQ((*verdict)["categories"][0].StringOr(""), "threat");
  const Json hit = (*verdict)["hits"][0];
  ASSERT_TRUE(hit) << ran.out;
  const auto start = hit["start"].Int().value_or(-1), end = hit["end"].Int().value_or(-1);
  EXPECT_EQ(end, static_cast<std::int64_t>(before.size() + words.size()));
  EXPECT_GE(start, static_cast<std::int64_t>(before.size()));
  EXPECT_EQ((before + words).substr(static_cast<std::size_t>(end) - 8), "kill you");
  for (const char* name : {"rule", "why"}) EXPECT_FALSE(hit[name].StringOr("").empty()) << name;
}

struct Bad {
  const char* what;
  std::string line, error;
};

TEST(Match, SaysInPlaceWhatItCannotRead) {
  const std::vector<Bad> cases = {
      {"not JSON", "nonsense", ""},
      {"half a line", "{\"id\": 1, \"text\": \"a", ""},
      {"an array", "[1, 2]", "not an object"},
      {"no text", "{\"id\": 1}", "\"text\""},
      {"a text that is none", "{\"id\": 1, \"text\": 7}", "\"text\""},
      {"bytes that are not UTF-8", "{\"id\": 1, \"text\": \"a\xFF\xC3\"}", ""},
      {"a NUL byte", std::string("{\"id\": 1, \"text\": \"a\0b\"}", 24), ""},
      {"nested beyond reason", "{\"id\": " + std::string(100'000, '[') + std::string(100'000, ']') + ", \"text\": \"a\"}", ""},
  };
  const std::string good = "{\"id\": \"good\", \"text\": \"a fine day\"}\n";
  for (const auto& bad : cases) {
    SCOPED_TRACE(bad.what);
    const Ran ran = MatchAny(good + bad.line + "\n" + good);
    EXPECT_EQ(ran.code, 1);
    const auto lines = LinesOf(ran.out);
    ASSERT_EQ(lines.size(), 3u) << ran.out;
    EXPECT_EQ(lines[0], Verdict("\"good\""));
    EXPECT_EQ(lines[2], Verdict("\"good\""));
    JsonParser parser;
    const auto told = parser.Parse(lines[1]);
    ASSERT_TRUE(told) << lines[1];
    EXPECT_EQ((*told)["line"].Int(), 2);
    EXPECT_THAT(std::string((*told)["error"].StringOr("")), HasSubstr(bad.error));
    EXPECT_EQ(told->size(), 2u);
  }
}

TEST(Match, ANulWrittenAsAnEscapeIsACharacterLikeAnother) {
  const Ran ran = MatchAny("{\"id\": 1, \"text\": \"\\u0000 I will kill you\"}\n");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("\"flag\":true"));
}

TEST(Match, BlankLinesGiveNothingAndStillCount) {
  const Ran ran = MatchAny("\n  \t\r\n{\"id\": 1, \"text\": \"a fine day\"}\r\n\nnonsense");
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2u) << ran.out;
  EXPECT_EQ(lines[0], Verdict("1"));
  EXPECT_THAT(lines[1], StartsWith("{\"line\":5,"));
}

TEST(Match, NothingGivesNothing) {
  const Ran ran = MatchAny("");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "");
}

TEST(Match, TheLastLineNeedsNoEnd) { EXPECT_EQ(MatchAny("{\"id\": 1, \"text\": \"a fine day\"}").out, Verdict("1") + "\n"); }

TEST(Match, ALineBeyondTheLimitIsUnreadableAndTheNextIsNot) {
  const Ran ran = MatchAny("{\"id\": 1, \"text\": \"" + std::string(kLongest, 'a') + "\"}\n{\"id\": 2, \"text\": \"a fine day\"}\n");
  EXPECT_EQ(ran.code, 1);
  const auto lines = LinesOf(ran.out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], StartsWith("{\"line\":1,\"error\":\"longer than"));
  EXPECT_EQ(lines[1], Verdict("2"));
}

// Promise 5: what could not be judged goes to a person and is never "nothing there".
TEST(Match, ATextTooLongToJudgeIsFlaggedAsSuch) {
  const Ran ran = MatchAny("{\"id\": 1, \"text\": \"" + std::string(kLongest / 8, 'a') + "\"}\n");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("\"flag\":true"));
  EXPECT_THAT(ran.out, HasSubstr("\"could_not_judge\":"));
}

TEST(Match, MemoryDoesNotGrowWithTheInput) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep what was freed: measured without them only";
#endif
  std::string chunk;
  while (chunk.size() < (1u << 20)) chunk += "{\"id\": \"a post\", \"text\": \"" + std::string(300, 'x') + " I will kill you, said the crow to the worm and nobody minded\"}\n";
  const auto peak = [&](int chunks) {
    std::size_t lines = 0;
    const Ran ran = Heed({"match", "--any"}, {.more_input = [&] { return chunks-- > 0 ? chunk : std::string(); },
                                             .output = [&](std::string_view out) { lines += static_cast<std::size_t>(std::ranges::count(out, '\n')); }});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_GT(lines, 1000u);
    return ran.peak_kib;
  };
  const long small = peak(4), large = peak(40);
  EXPECT_LT(large, 200 * 1024);
  EXPECT_LT(large, small + 32 * 1024);
  RecordProperty("peak_kib", static_cast<int>(large));
}

TEST(Match, AsksForTheSchoolUnlessToldNotTo) {
  const TempFolder folder;
  const std::string config = LeastConfig(folder.path(), "");
  const std::string input = "{\"id\": 1, \"text\": \"I will kill you\"}\n{\"id\": 2, \"text\": \"Oakmoor School, I will kill you\"}\n";
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"match", "--config", config}, {"--config", config, "match"}}) {
    const Ran ran = Heed(arguments, {.input = input});
    EXPECT_EQ(ran.code, 0) << ran.err;
    const auto lines = LinesOf(ran.out);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0], Verdict("1"));
    EXPECT_THAT(lines[1], HasSubstr("\"flag\":true"));
  }
  EXPECT_THAT(Heed({"match", "--any", "--config", config}, {.input = input}).out, StartsWith("{\"id\":1,\"flag\":true"));
}

TEST(Match, WithoutAConfigurationItSaysWhatToDo) {
  const TempFolder folder;  // holds no heed.toml
  if (Exists("/etc/heed/heed.toml")) GTEST_SKIP() << "this machine has a heed of its own configured";
  const Ran ran = Heed({"match"}, {.input = "{\"id\": 1, \"text\": \"a\"}\n", .folder = folder.path()});
  EXPECT_EQ(ran.code, 5);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("--config FILE"));
  EXPECT_THAT(ran.err, HasSubstr("--any"));
}

TEST(Match, LexiconsThatAreNotThereAreNamed) {
  const Ran ran = Heed({"match", "--any", "--lexicons", "/nonexistent/lexicons"}, {.input = "{\"id\": 1, \"text\": \"a\"}\n"});
  EXPECT_EQ(ran.code, 5) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("/nonexistent/lexicons"));
}

}  // namespace
}  // namespace heed
