// What words weigh together.
#include "pipeline/wording.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/pipeline/judge_fixture.h"

namespace heed {
namespace {

using testing_pipeline::Assess;
using testing_pipeline::HitsOf;
using testing_pipeline::MakeJudge;
using testing_pipeline::MakeWorker;

constexpr std::string_view kWeighed = R"(
[[wording]]
from = 20
below = -5

[[weigh]]
points = 12
category = "threat"
words = ["petrol", "got till"]

[[weigh]]
points = 9
category = "abuse"
words = ["muppet", "!"]

[[weigh]]
points = -8
words = ["please", "thank you"]

[[rule]]
id = "threat.by-wording"
sequence = [["wording.threat"]]
category = "threat"
severity = 2
why = "Its words together."
matches = ["petrol got till"]
ignores = ["petrol"]

[[rule]]
id = "abuse.by-wording"
sequence = [["wording.abuse"]]
category = "abuse"
severity = 2
why = "Its words together."
matches = ["muppet ! petrol"]
ignores = ["muppet"]

[[term]]
id = "abuse.numpty"
phrases = ["numpty"]
category = "abuse"
severity = 2
why = "An insult."
unless = ["wording.innocent:post"]
matches = ["numpty"]
ignores = ["please numpty"]
)";

// The same judge, read from the compiled cache of another.
Judge FromItsCache(std::string_view toml) {
  const std::string image = MakeJudge(toml).CacheImage();
  JudgeOptions options;
  options.cached = image;
  Judge judge = MakeJudge(toml, options);
  EXPECT_TRUE(judge.from_cache());
  return judge;
}

std::string Hits(std::string_view text) { return HitsOf(Assess(MakeJudge(kWeighed), text), text); }

TEST(Wording, APostOfManyPointsReadsAsWhatMostOfThemSpeakOf) {
  EXPECT_EQ(Hits("Petrol. He got till Friday"), "threat.by-wording[Petrol] threat.by-wording[got till]");
  EXPECT_EQ(Hits("Petrol, muppet!"), "abuse.by-wording[muppet] abuse.by-wording[!]");
}

TEST(Wording, OneHeavyWordIsNotEnoughAndCountsOnce) {
  EXPECT_EQ(Hits("petrol"), "");
  EXPECT_EQ(Hits("petrol petrol petrol"), "");
}

TEST(Wording, PoliteWordsOutweighHeavyOnes) { EXPECT_EQ(Hits("Petrol! Please, thank you"), ""); }

TEST(Wording, APairIsTwoWordsSideBySideWhateverMarkStandsBetween) {
  EXPECT_EQ(Hits("got, till petrol"), "threat.by-wording[got, till] threat.by-wording[petrol]");
  EXPECT_EQ(Hits("got them till petrol"), "");
}

TEST(Wording, AnInnocentPostTakesHitsAwayThatAskForIt) {
  EXPECT_EQ(Hits("numpty"), "abuse.numpty[numpty]");
  EXPECT_EQ(Hits("please numpty"), "");
}

TEST(Wording, APostOfUnknownWordsIsNotInnocent) { EXPECT_EQ(Hits("please dziekuje bardzo za wszystko numpty"), "abuse.numpty[numpty]"); }

TEST(Wording, OnlyPostsAboutItsMatterAreWeighed) {
  std::string toml(kWeighed);
  toml.replace(toml.find("from = 20"), 0, "about = [\"school\", \"petrol\"]\n");
  const Judge judge = MakeJudge(toml);
  const auto hits = [&](std::string_view text) { return HitsOf(Assess(judge, text), text); };
  EXPECT_EQ(hits("got till petrol"), "threat.by-wording[got till] threat.by-wording[petrol]");
  EXPECT_EQ(hits("got till muppet!"), "");
  EXPECT_EQ(hits("got till muppet! school"), "abuse.by-wording[muppet] abuse.by-wording[!]");
  EXPECT_EQ(hits("please numpty"), "abuse.numpty[numpty]");
  EXPECT_EQ(hits("please please numpty school"), "");
}

TEST(Wording, ManyPostsAtOnceAreWeighedApart) {
  const Judge judge = MakeJudge(kWeighed);
  auto worker = MakeWorker(judge);
  const std::vector<std::string_view> texts = {"petrol", "got till", "petrol got till", "petrol"};
  std::vector<Assessment> out;
  worker.Assess(0, texts, MentionPolicy::kAny, out);
  ASSERT_EQ(out.size(), 4u);
  EXPECT_FALSE(out[0].flag || out[1].flag || out[3].flag);
  EXPECT_TRUE(out[2].flag);
}

TEST(Wording, IsKeptInTheCompiledCache) {
  EXPECT_EQ(HitsOf(Assess(FromItsCache(kWeighed), "petrol got till"), "petrol got till"), "threat.by-wording[petrol] threat.by-wording[got till]");
}

TEST(Wording, IsExplainedWordByWord) {
  const Judge judge = MakeJudge(kWeighed);
  auto worker = MakeWorker(judge);
  const Explanation e = worker.Explain(kAnySchool, "Petrol! Please");
  EXPECT_EQ(e.wording_sum, 13);
  EXPECT_EQ(e.wording_from, 20);
  EXPECT_EQ(e.wording_reads, "");
  ASSERT_EQ(e.weighed.size(), 3u);
  EXPECT_EQ(e.weighed[0].words, "Petrol");
  EXPECT_EQ(e.weighed[0].points, 12);
  EXPECT_EQ(e.weighed[0].category, Category::kThreat);
  EXPECT_EQ(e.weighed[2].words, "Please");
  EXPECT_EQ(e.weighed[2].points, -8);
  EXPECT_NE(ToJson(e).find("\"sum\":13"), std::string::npos) << ToJson(e);
}

// Points for concepts: what was learned of one insult goes for another.
constexpr std::string_view kConcepts = R"(
[[wording]]
from = 10
sure = 16
below = -4
calm = -12
elsewhere = -6
about = ["school", "class"]

[[concept]]
id = "insult.mild"
phrases = ["plank", "right muppet", "absolute waste of space"]
expand = "noun"

[[concept]]
id = "thanks"
phrases = ["thank you", "cheers"]

[[weigh]]
points = 8
category = "abuse"
concepts = ["insult.mild"]

[[weigh]]
points = 4
category = "abuse"
concepts = ["insult"]
words = ["gormless"]

[[weigh]]
points = -6
concepts = ["thanks"]
words = ["reading"]

[[rule]]
id = "abuse.by-wording"
sequence = [["wording.abuse"]]
category = "abuse"
severity = 2
why = "Its words together."
matches = ["school planks"]
ignores = ["planks"]

[[rule]]
id = "abuse.by-words"
sequence = [["wording.abuse.sure"]]
category = "abuse"
severity = 2
why = "Its words together, beyond doubt."
matches = ["gormless school planks"]
ignores = ["school planks"]

[[term]]
id = "abuse.numpty"
phrases = ["numpty"]
category = "abuse"
severity = 2
why = "An insult."
unless = ["wording.innocent:post", "wording.elsewhere:post"]
matches = ["numpty"]
ignores = ["cheers numpty"]
)";

TEST(Wording, AConceptWeighsOnceByWhicheverOfItsPhrasesStands) {
  const Judge judge = MakeJudge(kConcepts);
  const auto hits = [&](std::string_view text) { return HitsOf(Assess(judge, text), text); };
  EXPECT_EQ(hits("that school is run by planks"), "abuse.by-wording[planks]");
  EXPECT_EQ(hits("school absolute waste of space"), "abuse.by-wording[absolute waste of space]");
  EXPECT_EQ(hits("school plank, right muppet, planks"), "abuse.by-wording[plank]") << "12 points and not 36";
  EXPECT_EQ(hits("school plank, thank you, cheers"), "") << "6 points and not none";
}

TEST(Wording, BeyondDoubtIsAConceptOfItsOwnAndTheFirstAsWell) {
  const Judge judge = MakeJudge(kConcepts);
  const std::string_view text = "a gormless school of planks";
  EXPECT_EQ(HitsOf(Assess(judge, text), text), "abuse.by-wording[gormless] abuse.by-words[gormless] abuse.by-wording[planks] abuse.by-words[planks]");
}

TEST(Wording, OfAPostAboutSomethingElseOnlyInnocenceIsAsked) {
  const Judge judge = MakeJudge(kConcepts);
  const auto hits = [&](std::string_view text) { return HitsOf(Assess(judge, text), text); };
  EXPECT_EQ(hits("gormless planks"), "");
  EXPECT_EQ(hits("reading numpty"), "");
  EXPECT_EQ(hits("reading a very long and unknown text, numpty"), "");
  EXPECT_EQ(hits("reading, cheers, gormless numpty"), "");
  EXPECT_EQ(hits("reading, gormless numpty"), "abuse.numpty[numpty]") << "-2 points";
}

TEST(Wording, FarBelowAPostIsInnocentHoweverFewOfItsWordsAreKnown) {
  const Judge judge = MakeJudge(kConcepts);
  const auto hits = [&](std::string_view text) { return HitsOf(Assess(judge, text), text); };
  EXPECT_EQ(hits("school of a very long and unknown text, reading numpty"), "abuse.numpty[numpty]");
  EXPECT_EQ(hits("school of a very long and unknown text, reading numpty, cheers"), "");
}

TEST(Wording, APostThatNamesTheSchoolIsAboutIt) {
  const Judge judge = MakeJudge(kConcepts);
  for (const std::string_view text : {"oakies planks", "oms planks", "@oakmoor planks", "Oakmoor planks"})
    EXPECT_EQ(HitsOf(Assess(judge, text), text), "abuse.by-wording[planks]") << text;
  EXPECT_EQ(HitsOf(Assess(judge, "the planks"), "the planks"), "");
}

TEST(Wording, WhatWasUndoneOrIsASlipHasNoConceptsPoints) {
  const Judge judge = MakeJudge(kConcepts);
  const std::string_view text = "school pl4nk";
  EXPECT_EQ(HitsOf(Assess(judge, text), text), "");
}

TEST(Wording, ConceptsAreExplainedByName) {
  const Judge judge = MakeJudge(kConcepts);
  auto worker = MakeWorker(judge);
  const Explanation e = worker.Explain(kAnySchool, "Cheers, plank");
  EXPECT_EQ(e.wording_sum, 6);
  ASSERT_EQ(e.weighed.size(), 3u);
  EXPECT_EQ(e.weighed[0].words, "plank");
  EXPECT_EQ(e.weighed[0].concept_id, "insult.mild");
  EXPECT_NE(ToJson(e).find("\"concept\":\"insult.mild\""), std::string::npos) << ToJson(e);
}

// Where a post's words together outweigh what only looks at the whole of it.
constexpr std::string_view kInsists = R"(
[[wording]]
from = 20
below = -8
insists = {2 = 12, 3 = 4}
about = ["school"]

[[weigh]]
points = 6
category = "abuse"
words = ["gormless", "lanyard", "again"]

[[concept]]
id = "coursework"
phrases = ["homework"]

[[concept]]
id = "thanks"
phrases = ["cheers"]

[[context]]
id = "about.work"
unless = ["coursework:post", "thanks"]
for = ["abuse"]

[[term]]
id = "abuse.numpty"
phrases = ["numpty"]
category = "abuse"
severity = 2
why = "An insult."
unless = ["coursework:before:1", "thanks:post", "wording.abuse:post"]
matches = ["numpty"]
ignores = ["homework numpty"]

[[term]]
id = "abuse.vermin"
phrases = ["vermin"]
category = "abuse"
severity = 3
why = "An insult."
matches = ["vermin"]
ignores = ["homework vermin"]
)";

TEST(Wording, FromSomePointsOnAHitStandsAgainstContextsThatGoForAllOfItsKind) {
  const std::pair<const char*, const char*> cases[] = {
      {"school numpty and his homework", ""},
      {"school vermin and his homework", ""},
      {"gormless school numpty and his homework", ""},
      {"gormless school vermin and his homework", "abuse.vermin[vermin]"},           // 6 points
      {"gormless again, school numpty and his homework", "abuse.numpty[numpty]"},    // 12 points
      {"gormless again, vermin and his homework", ""},                               // of no school
      {"gormless again, school homework numpty", ""},                                // the entry's own context
      {"gormless again, school numpty. Cheers", ""},                                 // the same
      {"gormless school vermin, cheers", "abuse.vermin[vermin]"},
      {"gormless again, lanyard, gormless school numpty and homework", "abuse.numpty[numpty]"},
  };
  const Judge judge = MakeJudge(kInsists);
  const Judge cached = FromItsCache(kInsists);
  for (const auto& [text, hits] : cases) {
    EXPECT_EQ(HitsOf(Assess(judge, text), text), hits) << text;
    EXPECT_EQ(HitsOf(Assess(cached, text), text), hits) << text;
  }
  auto worker = MakeWorker(judge);
  EXPECT_EQ(worker.Explain(kAnySchool, cases[3].first).wording_insists, std::vector<int>({3}));
  EXPECT_NE(ToJson(worker.Explain(kAnySchool, cases[4].first)).find("\"insists\":[2,3]"), std::string::npos);
  EXPECT_EQ(worker.Explain(kAnySchool, cases[5].first).wording_insists, std::vector<int>());
}

TEST(Wording, WhatAPostReadsAsIsNotOutweighedByItself) {
  const Judge judge = MakeJudge(std::string(kInsists) + R"(
[[weigh]]
points = 9
category = "abuse"
words = ["shambles"]
)");
  const std::string_view text = "gormless again, a school shambles of a numpty";  // 21 points: it reads as abuse
  EXPECT_EQ(HitsOf(Assess(judge, text), text), "");
}

TEST(Wording, ConceptsPointsAreKeptInTheCompiledCache) {
  const Judge first = MakeJudge(kConcepts), second = FromItsCache(kConcepts);
  for (const std::string_view text : {"a gormless school of planks", "reading numpty"}) EXPECT_EQ(HitsOf(Assess(second, text), text), HitsOf(Assess(first, text), text));
}

std::string MistakesOf(std::string_view toml) {
  const LexiconFile file{"t.toml", "language = \"en\"\n" + std::string(toml)};
  const auto lexicon = LoadLexicon({&file, 1});
  return lexicon ? "" : ToString(lexicon.error());
}

TEST(Wording, SaysWhatIsWrongWithItsTables) {
  const std::pair<std::string, std::string> cases[] = {
      {"[[weigh]]\npoints = 3\ncategory = \"abuse\"\nwords = [\"muppet\"]", "no file has the [[wording]]"},
      {"[[wording]]\nfrom = 1\nbelow = 1", "must be less than"},
      {"[[wording]]\nfrom = 1", "from how many points on"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[wording]]\nfrom = 1\nbelow = 0", "there is one [[wording]]"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = 0\nwords = [\"x\"]", "not 0"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = 3\nwords = [\"x\"]", "speak of a breach"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = -3\ncategory = \"abuse\"\nwords = [\"x\"]", "speak of none"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = -3\nwords = [\"one two three\"]", "not one word or two"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = -3\nwords = [\"Big\"]", "small letters"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = -3\nwords = [\"x\", \"x\"]", "has points already"},
      {"[[wording]]\nfrom = 1\nbelow = 0\nabout = [\"Big Talk\"]", "is not one word"},
      {"[[wording]]\nfrom = 9\nbelow = 0\nsure = 8", "must not be less than"},
      {"[[wording]]\nfrom = 9\nbelow = 0\nelsewhere = 1", "\"elsewhere\" must not be more than"},
      {"[[wording]]\nfrom = 9\nbelow = 0\ninsists = {5 = 1}", "\"5\""},
      {"[[wording]]\nfrom = 9\nbelow = 0\ncalm = 1", "\"calm\" must not be more than"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = -3\nconcepts = [\"thnaks\"]", "there is no concept \"thnaks\""},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[weigh]]\npoints = -3\nconcepts = [\"wording.innocent\"]", "has none itself"},
      {"[[wording]]\nfrom = 1\nbelow = 0\n[[concept]]\nid = \"thanks\"\nphrases = [\"x\"]\n[[weigh]]\npoints = -3\nconcepts = [\"thanks\", \"thanks\"]", "has points already"},
      {"[[concept]]\nid = \"wording.threat\"\nphrases = [\"x\"]", "cannot be defined here"},
  };
  for (const auto& [toml, said] : cases) EXPECT_NE(MistakesOf(toml).find(said), std::string::npos) << toml << "\n" << MistakesOf(toml);
}

// PRODUCT.md: nobody is flagged for who they are.
TEST(Wording, WhoSomebodyIsWeighsNothingAgainstThem) {
  const auto lexicon = LoadLexicon(testing_pipeline::ShippedLexicons());
  ASSERT_TRUE(lexicon) << ToString(lexicon.error());
  ASSERT_FALSE(lexicon->wording.empty());
  const std::set<std::string> who = {"muslim", "muslims", "islam", "mosque", "hijab", "jew", "jews", "jewish", "christian", "catholic", "protestant", "hindu", "sikh", "gay", "lesbian", "bisexual", "trans",
                                     "transgender", "queer", "black", "white", "brown", "asian", "african", "polish", "pakistani", "indian", "irish", "traveller", "travellers", "roma", "gypsy", "immigrant", "immigrants",
                                     "migrants", "refugee", "refugees", "disabled", "autistic", "autism", "adhd", "deaf", "blind", "woman", "women", "girl", "girls", "boy", "boys", "female", "male", "head", "teacher", "senco", "mum", "dad"};
  for (const WeighedWords& weighed : lexicon->wording.words)
    if (weighed.points > 0) EXPECT_EQ(who.count(weighed.words), 0u) << weighed.words << " " << weighed.points;
  // Nor through a concept that holds such a word.
  const auto judge = Judge::Make(std::make_shared<const Lexicon>(*std::move(lexicon)), {}, {});
  ASSERT_TRUE(judge) << judge.error().message();
  auto worker = MakeWorker(*judge);
  for (const std::string& word : who)
    for (const auto& weighed : worker.Explain(kAnySchool, word).weighed) EXPECT_LE(weighed.points, 0) << word << " " << weighed.concept_id;
}

}  // namespace
}  // namespace heed
