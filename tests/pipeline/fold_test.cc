// Folding and squeezing: what a reader sees is what is compared, and every word knows where it came from.
#include <gtest/gtest.h>

#include <random>

#include "pipeline/fold.h"
#include "pipeline/squeeze.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

struct FoldCase {
  const char* name;
  std::string text, folded;
};

class FoldText : public testing::TestWithParam<FoldCase> {};

TEST_P(FoldText, ReadsAs) { EXPECT_EQ(Fold(GetParam().text).text, GetParam().folded); }

INSTANTIATE_TEST_SUITE_P(
    Texts, FoldText,
    testing::Values(
        FoldCase{"Empty", "", " "}, FoldCase{"OnlySpace", " \t\r\n ", " "}, FoldCase{"Case", "You DARE", " you dare "},
        FoldCase{"Marks", "Stop!!! Now, please... ok?!", " stop ! now , please , ok ? ! "},
        FoldCase{"Contractions", "Don't you're TEACHER'S o'clock pupils' 'quoted'", " don't you 're teacher 's o'clock pupils quoted "},
        FoldCase{"CurlyApostrophe", "don\u2019t he\u2019s", " don't he 's "}, FoldCase{"Hyphen", "two-faced - liar -- him", " two faced , liar , him "},
        FoldCase{"Titles", "Mr. Smith. Mrs. Jones", " mr smith . mrs jones "}, FoldCase{"Address", "see https://www.oakmoor.example/news", " see https , www . oakmoor . example news "},
        FoldCase{"Handle", "@oakmoor @Oak_moor a@b.example", " @ oakmoor @ oak moor a @ b . example "},
        FoldCase{"Hashtag", "#OakmoorSchool #year9", " oakmoorschool oakmoor school year9 year 9 "}, FoldCase{"CamelCase", "YouTube McDonald BBCNews", " youtube you tube mcdonald bbcnews bbc news "},
        FoldCase{"Lines", "one\n\ntwo.\nthree", " one . two . three "}, FoldCase{"Emoji", "you \U0001F412\U0001F3FD!", " you \U0001F412 ! "},
        FoldCase{"JoinedEmoji", "\U0001F469\u200D\U0001F3EB", " \U0001F469 \U0001F3EB "}, FoldCase{"Wide", "ｋｉｌｌ　𝐲𝐨𝐮", " kill you "},
        FoldCase{"Accents", "Caf\u00E9 cafe\u0301 STRASSE stra\u00DFe", " caf\u00E9 caf\u00E9 strasse strasse "}, FoldCase{"Polish", "\u0141\u00D3D\u0179", " \u0142\u00F3d\u017A "},
        FoldCase{"Turkish", "\u0130", " i\u0307 "}, FoldCase{"SoftHyphen", "tea\u00ADcher", " teacher "}, FoldCase{"ZeroWidthSpace", "ki\u200Bll", " ki ll "},
        FoldCase{"NoBreakSpace", "a\u00A0b", " a b "}, FoldCase{"Dashes", "him \u2014 her", " him , her "}, FoldCase{"Ellipsis", "he is\u2026 a", " he is , a "},
        FoldCase{"Nul", std::string("a\0b", 3), " a b "}, FoldCase{"BadBytes", "a\xFF\xC3(b\xE2\x82", " a b "}, FoldCase{"Direction", "\u202Eabc\u202C", " abc "},
        FoldCase{"Chinese", "\u4F60\u597D\u3002\u597D", " \u4F60\u597D . \u597D "}, FoldCase{"Fraction", "\u00BD", " 1 2 "}, FoldCase{"TradeMark", "Oakmoor\u2122", " oakmoor "}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Fold, EndsSentencesWhereAReaderWould) {
  const Folded folded = Fold("Mr. Smith paid 3.5 pounds, e.g. at oakmoor.example. He left!\nWe too");
  int sentences = 0;
  for (const Word& word : folded.words) sentences += word.ends_sentence;
  EXPECT_EQ(sentences, 2) << folded.text;  // "left!" and its line end are one
}

TEST(Fold, MapsWordsToTheBytesTheyCameFrom) {
  const std::string text = "\U0001F412 Sm\u00ECth\u2019s THIEF";
  const Folded folded = Fold(text);
  std::vector<std::string> sources;
  for (const Word& word : folded.words) sources.push_back(text.substr(word.begin, word.end - word.begin));
  EXPECT_EQ(sources, (std::vector<std::string>{"\U0001F412", "Sm\u00ECth", "\u2019s", "THIEF"}));
}

// Pieces that have made trouble, or might.
std::string Noise(std::mt19937& random, std::size_t pieces) {
  static const std::vector<std::string> kPieces = {
      "kill", "You", "'", "\u2019", "s", "re", ".", "..", "!", "?", ",", "-", " ", "  ", "\n", "#", "@", "&", "*", "$", "1", "99", "\u0301", "\u0301\u0327", "\u00E9", "\u1100\u1161\u11A8", "\u200B",
      "\u200D", "\uFE0F", "\u202E", "\U0001F412", "\U0001F3FD", "\U0001F1EC\U0001F1E7", "\uFDFA", "\u0130", "\u00DF", "\uFB03", "\xFF", "\xC3", "\xE2\x82", "\xF0\x9F", "\xED\xA0\x80", std::string(1, '\0'),
      "\u0430", "\u03BF", "OakmoorSchool", "ABc", "e\u0301", "\u0E01\u0E33", "\u0915\u094D\u0937", "\U0001D504", "\u2460", "\u00BD", "\u3000", "\u2028", "_", "/", "(", "\""};
  std::string out;
  for (std::size_t i = 0; i < pieces; ++i) {
    if (random() % 12 == 0) out += static_cast<char>(random() % 256);
    else out += kPieces[random() % kPieces.size()];
  }
  return out;
}

std::vector<bool> Boundaries(std::string_view text) {
  std::vector<bool> at(text.size() + 1, false);
  for (std::size_t i = 0; i < text.size();) {
    at[i] = true;
    NextChar(text, i);
  }
  at[text.size()] = true;
  return at;
}

void ExpectWellFormed(std::string_view text, const Folded& folded) {
  ASSERT_GE(folded.text.size(), 1u);
  ASSERT_EQ(folded.text.front(), ' ');
  ASSERT_EQ(folded.text.back(), ' ');
  ASSERT_EQ(folded.text.find("  "), std::string::npos) << folded.text;
  ASSERT_TRUE(IsUtf8(folded.text));
  const auto boundary = Boundaries(text);
  std::string joined = " ";
  std::uint32_t earlier = 0;
  for (const Word& word : folded.words) {
    ASSERT_EQ(word.at, joined.size());
    joined.append(folded.of(word)).push_back(' ');
    ASSERT_LT(word.begin, word.end);
    ASSERT_LE(word.end, text.size());
    ASSERT_TRUE(boundary[word.begin] && boundary[word.end]) << word.begin << ".." << word.end;
    ASSERT_LE(earlier, word.begin);
    earlier = word.begin;
  }
  ASSERT_EQ(joined, folded.text);
}

TEST(Fold, KeepsItsPromisesOnNoise) {
  std::mt19937 random(20261101);
  FoldBuffer buffer;
  Folded folded;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = Noise(random, 1 + random() % 24);
    Fold(text, folded);
    ExpectWellFormed(text, folded);
    if (testing::Test::HasFatalFailure()) FAIL() << "round " << i << ": " << testing::PrintToString(text);
    // Both ways of folding write the same bytes, wherever in a buffer they land.
    if (random() % 4 == 0) buffer.Clear();
    const std::size_t before = buffer.size();
    const bool odd = buffer.Add(text);
    ASSERT_EQ(buffer.text().substr(before), folded.text);
    ASSERT_EQ(odd, folded.odd);
  }
}

TEST(Fold, IsTheSameTwice) {
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (int w = 0; w < 6; ++w) text += std::string(1, static_cast<char>('a' + random() % 26)) + (random() % 2 ? "ee " : " ");
    const std::string once = Fold(text).text;
    EXPECT_EQ(Fold(once).text, once);
  }
}

TEST(Fold, TakesMegabytesOfCombiningMarks) {
  std::string text = "kill";
  while (text.size() < (10u << 20)) text += "\u0301\u0316";
  text += " you";
  const Folded folded = Fold(text);
  EXPECT_LT(folded.text.size(), 1000u);
  EXPECT_EQ(folded.words.back().end, text.size());
}

struct SqueezeCase {
  const char* name;
  std::string text, squeezed;  // "" = nothing to undo
};

class SqueezeText : public testing::TestWithParam<SqueezeCase> {};

TEST_P(SqueezeText, Undoes) {
  Vocabulary vocabulary;
  for (const char* word : {"kill", "stupid", "idiot", "fuck", "fucking", "shit", "bitch", "faggot", "cunt", "ass", "moron"}) vocabulary.Add(word, Vocabulary::Mask::kAlone);
  vocabulary.Add("you", Vocabulary::Mask::kNever);
  const Folded plain = Fold(GetParam().text);
  Folded squeezed;
  const bool undone = plain.odd && Squeeze(GetParam().text, plain, vocabulary, squeezed);
  EXPECT_EQ(undone ? squeezed.text : "", GetParam().squeezed);
  if (undone) ExpectWellFormed(GetParam().text, squeezed);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, SqueezeText,
    testing::Values(
        SqueezeCase{"Leet", "I will k1ll y0u", " i will kill you "}, SqueezeCase{"Dollar", "you $tupid $hit", " you stupid shit "}, SqueezeCase{"Bang", "sh!t", " shit "},
        SqueezeCase{"Stars", "what a f**k and c*nt", " what a fuck and cunt "}, SqueezeCase{"LongStars", "f*****g hell", " fucking hell "}, SqueezeCase{"Repeats", "stuuuupid idiooooot", " stupid idiot "},
        SqueezeCase{"Spaced", "you s t u p i d man", " you stupid man "}, SqueezeCase{"Dotted", "f.u.c.k you", " fuck you "}, SqueezeCase{"Dashed", "k-i-l-l him", " kill him "},
        SqueezeCase{"Cyrillic", "\u0455tupid", " stupid "}, SqueezeCase{"CyrillicCapital", "\u0406DIOT", " idiot "}, SqueezeCase{"SmallCapitals", "\u1D0B\u026A\u029F\u029F", " kill "},
        SqueezeCase{"Squared", "\U0001F17A\U0001F178\U0001F17B\U0001F17B", " kill "}, SqueezeCase{"Hidden", "ki\u200Bll", " kill "}, SqueezeCase{"HiddenJoiner", "st\u200Cup\u200Did", " stupid "},
        SqueezeCase{"Accents", "st\u00FCp\u00EFd", " stupid "}, SqueezeCase{"At", "f@ggot", " faggot "}, SqueezeCase{"InTheMiddle", "a k1ll, b", " a kill , b "},
        SqueezeCase{"Road", "the A55 is shut", ""}, SqueezeCase{"Ordinary", "see you at 4pm in y9 m8", ""}, SqueezeCase{"Emphasis", "*kill* it", ""}, SqueezeCase{"Www", "www.oakmoor.example", ""},
        SqueezeCase{"HandleIsAName", "hi @ss", ""}, SqueezeCase{"Years", "2000 people", ""}, SqueezeCase{"Initials", "J. R. R. Tolkien", ""}, SqueezeCase{"Cafe", "caf\u00E9", ""}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Squeeze, TakesOffTheStarsOfWordsThatUsuallyWearThem) {
  Vocabulary vocabulary;
  for (const char* word : {"cunt", "chav", "fuck"}) vocabulary.Add(word, Vocabulary::Mask::kUsual);
  for (const char* word : {"cant", "cult", "trip", "trap"}) vocabulary.Add(word, Vocabulary::Mask::kAlone);
  EXPECT_EQ(vocabulary.Unmask("c*nt"), "cunt") << "before \"cant\", which nobody masks";
  EXPECT_EQ(vocabulary.Unmask("c***"), "cunt") << "the first that was added";
  EXPECT_EQ(vocabulary.Unmask("c**v"), "chav");
  EXPECT_EQ(vocabulary.Unmask("c*lt"), "cult");
  EXPECT_EQ(vocabulary.Unmask("tr*p"), "") << "either trip or trap";
  EXPECT_EQ(vocabulary.Unmask("t***"), "") << "one letter is too little for those";
  EXPECT_EQ(vocabulary.Unmask("****"), "");
}

TEST(Squeeze, KeepsItsPromisesOnNoise) {
  Vocabulary vocabulary;
  for (const char* word : {"kill", "you", "stupid", "abc", "school"}) vocabulary.Add(word, Vocabulary::Mask::kAlone);
  std::mt19937 random(42);
  Folded squeezed;
  int undone = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = Noise(random, 1 + random() % 16);
    text += random() % 3 ? " k1ll" : " s t u p i d";
    const Folded plain = Fold(text);
    if (!Squeeze(text, plain, vocabulary, squeezed)) continue;
    ++undone;
    ExpectWellFormed(text, squeezed);
    if (testing::Test::HasFatalFailure()) FAIL() << "round " << i << ": " << testing::PrintToString(text);
  }
  EXPECT_GT(undone, 1000);
}

}  // namespace
}  // namespace heed
