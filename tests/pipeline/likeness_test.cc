// Signatures of texts: what counts as nearly the same.
#include "pipeline/likeness.h"

#include <gtest/gtest.h>

#include <random>

namespace heed {
namespace {

double Between(std::string_view a, std::string_view b) { return Overlap(LikenessOf(a).value(), LikenessOf(b).value()); }

constexpr const char* kPost = "Oakmoor School lets the same three boys do what they like and nobody in that office lifts a finger, shame on all of them";

TEST(Likeness, SpellingThatFoldsAwayMakesNoDifference) {
  for (const char* other : {"OAKMOOR SCHOOL lets the same three boys do what they like, and nobody in that office lifts a finger! Shame on all of them!!!",
                            "Oak\u00ADmoor School lets the same three boys do what they like\u200B and nobody in that office lifts a finger; shame on all of them."})
    EXPECT_EQ(Between(kPost, other), 1.0) << other;
}

TEST(Likeness, AChangedWordOrAFewAddedOnesAreNearlyTheSame) {
  for (const char* other : {"Oakmoor School lets the same four boys do what they like and nobody in that office lifts a finger, shame on all of them",
                            "So true: Oakmoor School lets the same three boys do what they like and nobody in that office lifts a finger, shame on all of them",
                            "Oakmoor School lets the same three boys do what they like and nobody in that office lifts a finger, shame on all of them lol"})
    EXPECT_GE(Between(kPost, other), kNearlyTheSame) << other;
}

TEST(Likeness, TheSameSubjectIsNotTheSameText) {
  for (const char* other : {"Oakmoor School does nothing about bullies, the office should be ashamed", "Three boys at Oakmoor School were rude to my son and the office did not answer",
                            "Lovely concert at Oakmoor School last night, well done all of them"})
    EXPECT_LT(Between(kPost, other), kNearlyTheSame) << other;
}

TEST(Likeness, TooFewWordsSayTooLittle) {
  for (const char* text : {"", "Oakmoor", "Oakmoor School", "?!", "Oakmoor!!! School..."}) EXPECT_FALSE(LikenessOf(text)) << text;
  EXPECT_TRUE(LikenessOf("Oakmoor School stinks"));
}

// Kept on disk: if this fails, what is kept no longer fits what is made.
TEST(Likeness, IsTheSameOnEveryMachine) {
  const Likeness likeness = LikenessOf("Oakmoor School stinks").value();
  EXPECT_EQ(likeness, LikenessOf("oakmoor school STINKS!").value());
  std::uint64_t all = 0;
  for (const auto place : likeness.least) all = all * 1'000'003 + place;
  EXPECT_EQ(all, 17776625680607067021u);
}

TEST(Likeness, TakesAnyBytes) {
  std::mt19937 random(5);
  for (int i = 0; i < 500; ++i) {
    std::string text(random() % 200, '\0');
    for (auto& c : text) c = static_cast<char>(random() % 2 ? random() : ' ');
    (void)LikenessOf(text);
  }
  EXPECT_TRUE(LikenessOf(std::string(1'000'000, 'w') + " a b"));
}

}  // namespace
}  // namespace heed
