// Mistakes in a person's file are all reported, each with its place and what was meant.
#include "src/base/toml.h"

#include <gtest/gtest.h>

#include <random>

namespace heed {
namespace {

TEST(Toml, ReadsWhatPeopleWrite) {
  std::vector<Mistake> mistakes;
  auto root = ParseToml("a = \"x\"\nn = 3\nyes = true\nday = 2026-09-01\nday2 = \"2026-09-02\"\nlist = [\"p\", \"q\"]\none = \"p\"\nmix = [\"a\", [\"b\", \"c\"]]\n[t]\nk = 1.5\n[[item]]\ni = 1\n[[item]]\ni = 2\n",
                        "heed.toml", mistakes);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->String("a"), "x");
  EXPECT_EQ(root->Int("n"), 3);
  EXPECT_EQ(root->Bool("yes"), true);
  EXPECT_EQ(root->Date("day"), "2026-09-01");
  EXPECT_EQ(root->Date("day2"), "2026-09-02");
  EXPECT_EQ(root->Strings("list"), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(root->Strings("one"), (std::vector<std::string>{"p"}));
  EXPECT_EQ(root->StringLists("mix"), (std::vector<std::vector<std::string>>{{"a"}, {"b", "c"}}));
  EXPECT_EQ(root->Table("t")->Number("k"), 1.5);
  EXPECT_EQ(root->Tables("item").size(), 2u);
  EXPECT_EQ(root->Tables("item")[1].place().line, 13u);
  root->Done();
  EXPECT_TRUE(mistakes.empty()) << ToString(mistakes);
}

TEST(Toml, NamesEveryMistakeWithItsPlace) {
  std::vector<Mistake> mistakes;
  auto root = ParseToml("severity = \"high\"\nsevrity = 2\nlist = [1]\n[day]\n", "words.toml", mistakes);
  ASSERT_TRUE(root);
  root->Int("severity");
  root->Strings("list");
  root->Date("day");
  root->Required("name");
  root->Done();
  ASSERT_EQ(mistakes.size(), 5u) << ToString(mistakes);
  EXPECT_EQ(mistakes[0].ToString(), "words.toml:1:12: \"severity\" is text; it should be a whole number");
  EXPECT_EQ(mistakes[1].where.line, 3u);
  EXPECT_EQ(mistakes[3].what, "\"name\" is missing");
  EXPECT_EQ(mistakes[4].ToString(), "words.toml:2:1: unknown key \"sevrity\"");
}

TEST(Toml, SuggestsTheKeyThatWasMeant) {
  std::vector<Mistake> mistakes;
  auto root = ParseToml("sevrity = 2\n", "words.toml", mistakes);
  root->Int("severity");
  root->Done();
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_EQ(mistakes[0].ToString(), "words.toml:1:1: unknown key \"sevrity\" (did you mean \"severity\"?)");
}

TEST(Toml, ABrokenFileIsOneMistakeWithItsLine) {
  std::vector<Mistake> mistakes;
  EXPECT_FALSE(ParseToml("a = 1\nb = = 2\n", "x.toml", mistakes));
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_EQ(mistakes[0].where.line, 2u);
}

// People's files are half-written, cut off and mangled by editors: each reading ends with a table or with one mistake.
TEST(Toml, NoMangledFileCrashesOrGoesUnnamed) {
  const std::string sample =
      "# words\na = \"x\\u00e9\"\nraw = 'c:\\x'\nn = -3\nhex = 0xff\nf = 1.5e3\ninf = inf\nyes = true\nday = 2026-09-01\nwhen = 2026-09-01T08:00:00.5+01:00\n"
      "at = 07:30:00\nlist = [\"p\", \"q\", [1, 2], {k = 1}]\nlong = \"\"\"\ntwo\\\n  lines\"\"\"\nlong2 = '''\nraw'''\ninline = {x = 1, y.z = 2}\n"
      "[t.u]\nk = 1\n\"quoted key\".b = 2\n[[item]]\ni = 1\n[[item]]\ni = 2\n[[item.deep]]\nj = \"\xC3\xA9\"\n";
  std::vector<Mistake> mistakes;
  ASSERT_TRUE(ParseToml(sample, "x.toml", mistakes)) << ToString(mistakes);
  int refused = 0;
  const auto read = [&](const std::string& text) {
    mistakes.clear();
    const bool good = ParseToml(text, "x.toml", mistakes).has_value();
    refused += !good;
    EXPECT_EQ(mistakes.size(), good ? 0u : 1u) << text;
  };
  for (std::size_t length = 0; length <= sample.size(); ++length) {
    read(sample.substr(0, length));
    read(sample.substr(length));
  }
  static constexpr char kTelling[] = "\0\n\r\t \"'\\[]{}=.,#_-+:eExXoTZ0919\x7f\x80\xC3\xE2\xED\xFF";
  std::mt19937 random(41);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = sample;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      const char c = random() % 2 ? kTelling[random() % (sizeof kTelling - 1)] : static_cast<char>(random());
      if (random() % 3 == 0) text.insert(at, 1, c);
      else if (random() % 3 == 0) text.erase(at, 1 + random() % 8);
      else text[at] = c;
    }
    read(text);
  }
  for (const char* text : {"[:[", "[ :]", "[[:]]", "[a.:]", "a.: = 1", "a.", "[", "= 1", ": = 1", "\uFEBF", "a\uFEBA = 1", "\uFEFFa = 1"}) read(text);
  for (const char* piece : {"[", "{", "[[", "a = [", "a = {b = ", "a.", "\"\"\"", "x = [{"}) {  // nested without end
    std::string deep;
    for (int i = 0; i < 5'000; ++i) deep += piece;
    read(deep);
  }
  EXPECT_GT(refused, 5'000);
}

}  // namespace
}  // namespace heed
