// Mistakes in a person's file are all reported, each with its place and what was meant.
#include "src/base/toml.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace heed
