// The lexicon format: every mistake is named where it stands, with what was meant.
#include <gtest/gtest.h>

#include <set>

#include "pipeline/inflect.h"
#include "pipeline/lexicon.h"

namespace heed {
namespace {

constexpr const char* kGood = "language = \"en\"\n[[concept]]\nid = \"negator\"\nphrases = [\"not\"]\n[[term]]\nid = \"t.one\"\nphrases = [\"idiot\"]\ncategory = \"abuse\"\nseverity = 2\n"
                              "why = \"An insult.\"\nmatches = [\"idiot\"]\nignores = [\"idiom\"]\n";

tl::expected<Lexicon, std::vector<Mistake>> Load(const std::string& text) {
  const LexiconFile file{"en/x.toml", text};
  return LoadLexicon({&file, 1});
}

TEST(LexiconFormat, ReadsAGoodFile) {
  const auto lexicon = Load(kGood);
  ASSERT_TRUE(lexicon) << ToString(lexicon.error());
  const Entry* entry = lexicon->Find("t.one");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->weight, 50);
  EXPECT_EQ(entry->status, EntryStatus::kLive);
  EXPECT_EQ(entry->place.ToString().substr(0, 12), "en/x.toml:5:");
  EXPECT_EQ(lexicon->Find("t.two"), nullptr);
}

struct WrongCase {
  const char* name;
  const char* from;  // replaced in kGood ("" = appended)
  const char* to;
  const char* line;  // how the mistake starts
  const char* says;
};
class WrongLexicon : public testing::TestWithParam<WrongCase> {};

TEST_P(WrongLexicon, IsNamed) {
  std::string text = kGood;
  const std::string from = GetParam().from;
  if (from.empty()) text += GetParam().to;
  else text.replace(text.find(from), from.size(), GetParam().to);
  const auto lexicon = Load(text);
  ASSERT_FALSE(lexicon);
  const std::string first = lexicon.error().front().ToString();
  EXPECT_EQ(first.rfind(GetParam().line, 0), 0u) << first;
  EXPECT_NE(first.find(GetParam().says), std::string::npos) << first;
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, WrongLexicon,
    testing::Values(
        WrongCase{"Syntax", "why = \"An insult.\"", "why = An insult.", "en/x.toml:10", ""}, WrongCase{"UnknownKey", "severity = 2", "severity = 2\nwieght = 30", "en/x.toml:10", "did you mean \"weight\""},
        WrongCase{"NoLanguage", "language = \"en\"\n", "", "en/x.toml", "language"}, WrongCase{"Category", "\"abuse\"", "\"abusive\"", "en/x.toml:8", "did you mean \"abuse\""},
        WrongCase{"Severity", "severity = 2", "severity = 5", "en/x.toml:9", "between 1 and 4"}, WrongCase{"SeverityText", "severity = 2", "severity = \"high\"", "en/x.toml:9", "whole number"},
        WrongCase{"NoSeverity", "severity = 2\n", "", "en/x.toml:5", "severity"}, WrongCase{"NoWhy", "why = \"An insult.\"\n", "", "en/x.toml:5", "why"},
        WrongCase{"NoMatches", "matches = [\"idiot\"]\n", "", "en/x.toml:5", "must find"}, WrongCase{"NoIgnores", "ignores = [\"idiom\"]\n", "", "en/x.toml:5", "near miss"},
        WrongCase{"EmptyPhrase", "phrases = [\"idiot\"]", "phrases = [\"  \"]", "en/x.toml:7", "no word"}, WrongCase{"Stars", "phrases = [\"idiot\"]", "phrases = [\"id**t\"]", "en/x.toml:7", "masked"},
        WrongCase{"SameId", "", "[[term]]\nid = \"t.one\"\nphrases = [\"a\"]\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"a\"]\nignores = [\"b\"]\n", "en/x.toml:14", "taken: en/x.toml:5"},
        WrongCase{"BadId", "id = \"t.one\"", "id = \"T one\"", "en/x.toml:6", "small letters"}, WrongCase{"Reserved", "id = \"negator\"", "id = \"school.name\"", "en/x.toml:3", "configuration"},
        WrongCase{"UnlessConcept", "severity = 2", "severity = 2\nunless = [\"negater\"]", "en/x.toml:10", "did you mean \"negator\""},
        WrongCase{"UnlessWhere", "severity = 2", "severity = 2\nunless = [\"negator:befor\"]", "en/x.toml:10", "did you mean \"before\""},
        WrongCase{"UnlessWords", "severity = 2", "severity = 2\nunless = [\"negator:over:3\"]", "en/x.toml:10", "concept:before:WORDS"},
        WrongCase{"UnlessContext", "severity = 2", "severity = 2\nunless = [\"@nowhere\"]", "en/x.toml:10", "no context"},
        WrongCase{"DespiteWhat", "severity = 2", "severity = 2\ndespite = [\"nothing\"]", "en/x.toml:10", "no context \"nothing\" with \"for\""},
        WrongCase{"ContextForWhat", "", "[[context]]\nid = \"wide\"\nunless = [\"negator\"]\nfor = [\"abus\"]\n", "en/x.toml", "did you mean \"abuse\""},
        WrongCase{"ContextUpToWhat", "", "[[context]]\nid = \"wide\"\nunless = [\"negator\"]\nup_to = 2\n", "en/x.toml", "goes with \"for\""},
        WrongCase{"ContextLoop", "", "[[context]]\nid = \"loop\"\nunless = [\"@loop\"]\n[[term]]\nid = \"t.two\"\nphrases = [\"a\"]\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"a\"]\nignores = [\"b\"]\nunless = [\"@loop\"]\n", "en/x.toml:15", "holds itself"},
        WrongCase{"Status", "severity = 2", "severity = 2\nstatus = \"lve\"", "en/x.toml:10", "did you mean \"live\""}, WrongCase{"Weight", "severity = 2", "severity = 2\nweight = 0", "en/x.toml:10", "weight"},
        WrongCase{"RuleConcept", "", "[[rule]]\nid = \"r\"\nsequence = [\"negtor\"]\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"a\"]\nignores = [\"b\"]\n", "en/x.toml:15", "did you mean \"negator\""},
        WrongCase{"RuleEmpty", "", "[[rule]]\nid = \"r\"\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"a\"]\nignores = [\"b\"]\n", "en/x.toml:13", "sequence"},
        WrongCase{"At", "severity = 2", "severity = 2\nat = \"stat\"", "en/x.toml:10", "did you mean \"start\""},
        WrongCase{"ExceptConcept", "severity = 2", "severity = 2\nexcept = [\"negater\"]", "en/x.toml:10", "did you mean \"negator\""},
        WrongCase{"WithConcept", "severity = 2", "severity = 2\nwith = [\"negater:post\"]", "en/x.toml:10", "with: there is no concept"},
        WrongCase{"PatternSyntax", "phrases = [\"not\"]", "patterns = [\"07[0-9\"]", "en/x.toml:4", "Hyperscan refuses it"},
        WrongCase{"PatternEndless", "phrases = [\"not\"]", "patterns = [\"a+\"]", "en/x.toml:4", "say how many"},
        WrongCase{"PatternPathological", "phrases = [\"not\"]", "patterns = [\"((a|b)?(c|d){0,30}){0,100}x\"]", "en/x.toml:4", "say how many"},
        WrongCase{"PatternOfNothing", "phrases = [\"not\"]", "patterns = [\"x?\"]", "en/x.toml:4", "nothing at all"},
        WrongCase{"PatternBackReference", "phrases = [\"not\"]", "patterns = [\"(a|b)\\\\1\"]", "en/x.toml:4", "Hyperscan refuses it"},
        WrongCase{"PatternsOnly", "", "[[concept]]\nid = \"number.phone\"\npatterns = [\"07[0-9]{9}\"]\n[[rule]]\nid = \"r\"\nsequence = [\"number\"]\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"a\"]\nignores = [\"b\"]\n", "en/x.toml:16", "phrases only"},
        WrongCase{"NoPronoun", "", "[[rule]]\nid = \"r\"\nsequence = [\"negator\"]\nscope = \"next\"\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"a\"]\nignores = [\"b\"]\n", "en/x.toml:16", "pronoun"}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(LexiconFormat, TakesWhatAFileSaysOfAllItsEntries) {
  std::string text = kGood;
  text.insert(text.find("[[concept]]"), "author = \"A. Reader\"\nadded = 2026-11-26\nsource = \"heard in assemblies\"\n");
  const auto lexicon = Load(text + "[[term]]\nid = \"t.two\"\nphrases = [\"b\"]\nauthor = \"Somebody else\"\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"b\"]\nignores = [\"c\"]\n");
  ASSERT_TRUE(lexicon) << ToString(lexicon.error());
  EXPECT_EQ(lexicon->Find("t.one")->author, "A. Reader");
  EXPECT_EQ(lexicon->Find("t.one")->added, "2026-11-26");
  EXPECT_EQ(lexicon->Find("t.two")->author, "Somebody else");
  EXPECT_EQ(lexicon->Find("t.two")->source, "heard in assemblies");
}

TEST(LexiconFormat, ReportsEverythingInOneGo) {
  const auto lexicon = Load("language = \"english\"\n[[term]]\nid = \"a\"\n[[rule]]\nid = \"b\"\n[[concpt]]\nid = \"c\"\n");
  ASSERT_FALSE(lexicon);
  EXPECT_GT(lexicon.error().size(), 8u);
}

TEST(LexiconFormat, SaysSoWhereItAsksForMoreThanCanBeToldApart) {
  std::string toml = "language = \"en\"\n";
  for (int i = 0; i < 60'001; ++i) toml += "[[term]]\nid = \"abuse.t" + std::to_string(i) + "\"\nphrases = [\"numpty\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"w\"\nmatches = [\"numpty\"]\nignores = [\"x\"]\n";
  const LexiconFile file{"t.toml", toml};
  const auto lexicon = LoadLexicon({&file, 1});
  ASSERT_FALSE(lexicon);
  EXPECT_NE(ToString(lexicon.error()).find("different things"), std::string::npos) << ToString(lexicon.error());
}

TEST(LexiconFormat, HasADigestThatDoesNotDependOnTheOrderOfFiles) {
  const LexiconFile a{"a.toml", kGood}, b{"b.toml", "language = \"cy\"\n[[concept]]\nid = \"c\"\n"};
  const LexiconFile forwards[] = {a, b}, backwards[] = {b, a};
  EXPECT_EQ(LoadLexicon(forwards)->digest, LoadLexicon(backwards)->digest);
  EXPECT_NE(LoadLexicon(forwards)->digest, Load(kGood)->digest);
}

TEST(Inflect, BendsVerbs) {
  const struct { const char* verb; std::vector<std::string> forms; } cases[] = {
      {"kill", {"kills", "killing", "killin", "killed"}}, {"stab", {"stabs", "stabbing", "stabbin", "stabbed"}}, {"bully", {"bullies", "bullying", "bullyin", "bullied"}},
      {"hate", {"hates", "hating", "hatin", "hated"}}, {"smash", {"smashes", "smashing", "smashin", "smashed"}}, {"die", {"dies", "dying", "dyin", "died"}}, {"free", {"frees", "freeing", "freein", "freed"}},
      {"travel", {"travels", "travelling", "travellin", "travelled"}}, {"beat", {"beats", "beating", "beatin", "beated"}}, {"destroy", {"destroys", "destroying", "destroyin", "destroyed"}}, {"box", {"boxes", "boxing", "boxin", "boxed"}}};
  for (const auto& c : cases) EXPECT_EQ(VerbForms(c.verb), c.forms);
}

TEST(Inflect, BendsTheWordThatIsMarked) {
  EXPECT_EQ(ExpandPhrase("beat up", Expand::kVerb), (std::vector<std::string>{"beat up", "beats up", "beating up", "beatin up", "beated up"}));
  EXPECT_EQ(ExpandPhrase("waste+ of space", Expand::kNoun), (std::vector<std::string>{"waste of space", "wastes of space"}));
  EXPECT_EQ(ExpandPhrase("dirty rat", Expand::kNoun), (std::vector<std::string>{"dirty rat", "dirty rats"}));
  EXPECT_EQ(ExpandPhrase("lazy+", Expand::kNone), (std::vector<std::string>{"lazy"}));
}

TEST(Inflect, MakesMisspellingsButNoWords) {
  const Dictionary dictionary("stupid\nstupids\nstaple\ntherapist\nid\niot\n");
  const auto slips = Misspellings(" stupid ", dictionary);
  const std::set<std::string> set(slips.begin(), slips.end());
  for (const char* slip : {" stupd ", " stuppid ", " stupdi ", " stopid ", " stup id "}) EXPECT_TRUE(set.count(slip)) << slip;
  EXPECT_FALSE(set.count(" stupid "));
  EXPECT_TRUE(Misspellings(" rat ", dictionary).empty());
  EXPECT_TRUE(Misspellings(" stupid ", Dictionary()).empty());
  EXPECT_EQ(WrittenAsOne(" kill yourself ", dictionary), " killyourself ");
  EXPECT_EQ(WrittenAsOne(" the rapist ", dictionary), "");
  EXPECT_EQ(WithoutApostrophes(" you 're daft "), " youre daft ");
}

TEST(Inflect, DropsAccents) {
  const struct { const char *folded, *plain; } cases[] = {
      {" zabiję cię ", " zabije cie "}, {" zażółć gęślą jaźń ", " zazolc gesla jazn "}, {" zabije cie ", ""}, {" don 't ", ""}, {" ", ""},
      {" café ", " cafe "}, {" scheiße ", " scheisse "}, {" søn đak œuvre ", " son dak oeuvre "}, {" q\xCC\x87 ", " q "},  // a mark no letter is made with
      {" 👊 być ", " 👊 byc "}, {" мой ", ""}, {" ώρα ", ""}};
  for (const auto& c : cases) EXPECT_EQ(WithoutAccents(c.folded), c.plain) << c.folded;
}

}  // namespace
}  // namespace heed
