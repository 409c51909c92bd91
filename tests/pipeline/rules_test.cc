// Rules: what each scope reaches, what each `unless` takes away.  agree_test.cc holds them against a slow, obvious matcher.
#include "tests/pipeline/judge_fixture.h"

namespace heed {
namespace {

using namespace testing_pipeline;

constexpr const char* kLexicon = R"(
[[concept]]
id = "person.staff"
phrases = ["teacher", "bursar", "head"]
includes = ["school.staff_role", "school.staff_name"]
expand = "noun"
[[concept]]
id = "insult"
phrases = ["thief", "idiot", "useless"]
[[concept]]
id = "pronoun"
phrases = ["he", "she", "they"]
[[concept]]
id = "negator"
phrases = ["not", "isn't", "never"]
[[concept]]
id = "quote.report"
phrases = ["shouted", "wrote"]
[[concept]]
id = "sport"
phrases = ["match", "goal"]
[[concept]]
id = "figure"
phrases = ["thief of time"]
[[concept]]
id = "group.race"
phrases = ["martians"]
characteristic = "race"
[[concept]]
id = "group.age"
phrases = ["pensioners"]
characteristic = "age"
[[concept]]
id = "vermin"
phrases = ["rats"]
)";

std::string Rule(const std::string& body) {
  return std::string(kLexicon) + "[[rule]]\nid = \"r\"\ncategory = \"abuse\"\nseverity = 2\nwhy = \"w\"\nmatches = [\"x\"]\nignores = [\"y\"]\n" + body;
}

struct RuleCase {
  const char* name;
  const char* rule;
  const char* text;
  const char* hits;
};
class RuleTable : public testing::TestWithParam<RuleCase> {};

TEST_P(RuleTable, Holds) { EXPECT_EQ(HitsOf(Assess(MakeJudge(Rule(GetParam().rule)), GetParam().text), GetParam().text), GetParam().hits); }

constexpr const char* kStaffInsult = "sequence = [\"person.staff\", \"insult\"]\nwithin = 3\n";
constexpr const char* kNext = "sequence = [\"person.staff\", \"insult\"]\nwithin = 3\nscope = \"next\"\n";
constexpr const char* kPost = "sequence = [\"person.staff\", \"insult\"]\nscope = \"post\"\n";
constexpr const char* kTogether = "together = [\"person\", \"insult\"]\nwithin = 3\n";
// What the additions of these rules need; only their own cases use it.
constexpr const char* kMore = R"(
[[concept]]
id = "opening"
phrases = ["honestly", "and"]
[[concept]]
id = "closing"
phrases = ["lol", "mate"]
[[concept]]
id = "role"
phrases = ["head"]
except = ["=head back", "journey"]
[[concept]]
id = "journey"
phrases = ["to head home"]
[[concept]]
id = "number"
patterns = ["07[0-9]{9}", "[a-z]{1,2}[0-9]{1,2} [0-9][a-z]{2}"]
[[concept]]
id = "strong"
phrases = ["moron"]
misspellings = true
)";
#define MORE_RULE(body) "[[rule]]\nid = \"m\"\ncategory = \"abuse\"\nseverity = 2\nwhy = \"w\"\nmatches = [\"x\"]\nignores = [\"y\"]\n" body
#define AT(where) MORE_RULE("sequence = [\"insult\"]\nat = \"" where "\"\n")

struct MoreCase {
  const char* name;
  const char* rule;
  const char* text;
  const char* hits;
};
class MoreRules : public testing::TestWithParam<MoreCase> {};
TEST_P(MoreRules, Holds) {
  const Judge judge = MakeJudge(std::string(kLexicon) + kMore + GetParam().rule, {.dictionary = "moron\nmorons\nidiot\n"});
  EXPECT_EQ(HitsOf(Assess(judge, GetParam().text), GetParam().text), GetParam().hits);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, MoreRules,
    testing::Values(
        MoreCase{"ExceptElsewhere", MORE_RULE("sequence = [\"role\", \"insult\"]\n"), "the head is useless", "m[head is useless]"},
        MoreCase{"ExceptPhrase", MORE_RULE("sequence = [\"role\", \"insult\"]\n"), "head back, useless", ""},
        MoreCase{"ExceptConcept", MORE_RULE("sequence = [\"role\", \"insult\"]\n"), "to head home: useless", ""},
        MoreCase{"ExceptOneOfTwo", MORE_RULE("sequence = [\"role\", \"insult\"]\n"), "head back, the head is useless", "m[head is useless]"},
        MoreCase{"ExceptOfATerm", "[[term]]\nid = \"m\"\nphrases = [\"cow\"]\nexcept = [\"=cash cow\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"w\"\nmatches = [\"x\"]\nignores = [\"y\"]\n",
                 "cash cow, cow", "m[cow]"},
        MoreCase{"AtStart", AT("start"), "Useless, the lot. Idiot that he is", "m[Useless] m[Idiot]"}, MoreCase{"AtStartNotInside", AT("start"), "it was useless", ""},
        MoreCase{"AtStartBehindAnOpening", AT("start"), "Honestly... useless service", "m[useless]"}, MoreCase{"AtStartBehindAHandle", AT("start"), "@somebody idiot of the week", "m[idiot]"},
        MoreCase{"AtEnd", AT("end"), "what an idiot! useless service", "m[idiot]"}, MoreCase{"AtEndBeforeAClosing", AT("end"), "you idiot mate lol", "m[idiot]"},
        MoreCase{"AtAlone", AT("alone"), "We waited. Useless!! lol", "m[Useless]"}, MoreCase{"AtAloneNot", AT("alone"), "Useless service", ""},
        MoreCase{"AtWhole", AT("whole"), "honestly, useless \U0001F602 lol. mate!", "m[useless]"}, MoreCase{"AtWholeNot", AT("whole"), "We waited. Useless!!", ""},
        MoreCase{"WithInThePost", MORE_RULE("sequence = [\"insult\"]\nwith = [\"person.staff:post\"]\n"), "I met the bursar. Useless.", "m[Useless]"},
        MoreCase{"WithNothing", MORE_RULE("sequence = [\"insult\"]\nwith = [\"person.staff:post\", \"vermin\"]\n"), "I met someone. Useless.", ""},
        MoreCase{"WithTheOther", MORE_RULE("sequence = [\"insult\"]\nwith = [\"person.staff:post\", \"vermin\"]\n"), "Useless rats", "m[Useless]"},
        MoreCase{"WithAndUnless", MORE_RULE("sequence = [\"insult\"]\nwith = [\"person.staff:post\"]\nunless = [\"negator:before\"]\n"), "The teacher is not useless", ""},
        MoreCase{"Pattern", MORE_RULE("sequence = [\"person.staff\", \"number\"]\n"), "ring the head on 07700900123, she", "m[head on 07700900123]"},
        MoreCase{"PatternOfTwoWords", MORE_RULE("sequence = [\"person.staff\", \"number\"]\n"), "the head: BK4 7QX", "m[head: BK4 7QX]"},
        MoreCase{"PatternIsWholeWords", MORE_RULE("sequence = [\"person.staff\", \"number\"]\n"), "the head 077009001234", ""},
        MoreCase{"SlipOfAConcept", MORE_RULE("sequence = [\"person.staff\", \"strong\"]\n"), "the head is a mroon", "m[head is a mroon]"}),
    [](const auto& param) { return std::string(param.param.name); });

// A context with `for` needs no naming by the entries it goes for.
#define ENTRY(id, word, category, severity, more) "[[term]]\nid = \"" id "\"\nphrases = [\"" word "\"]\ncategory = \"" category "\"\nseverity = " severity "\nwhy = \"w\"\nmatches = [\"x\"]\nignores = [\"y\"]\n" more
TEST(Rules, AContextGoesForCategoriesUpToASeverity) {
  const Judge judge = MakeJudge(std::string(kLexicon) + "[[context]]\nid = \"game\"\nunless = [\"sport:post\"]\nfor = [\"abuse\"]\nup_to = 2\n" ENTRY("weak", "dozy", "abuse", "2", "") ENTRY("grave", "vile", "abuse", "3", "")
                                    ENTRY("other", "hurt", "threat", "2", "") ENTRY("spared", "daft", "abuse", "2", "despite = [\"game\"]\n"));
  EXPECT_EQ(HitsOf(Assess(judge, "dozy, vile, hurt, daft"), "dozy, vile, hurt, daft"), "weak[dozy] grave[vile] other[hurt] spared[daft]");
  EXPECT_EQ(HitsOf(Assess(judge, "What a match. dozy, vile, hurt, daft"), "What a match. dozy, vile, hurt, daft"), "grave[vile] other[hurt] spared[daft]");
}

TEST(Rules, SayWhatTheyLack) {
  const Judge judge = MakeJudge(std::string(kLexicon) + MORE_RULE("sequence = [\"insult\"]\nwith = [\"person.staff:post\", \"vermin\"]\n"));
  const Explanation e = MakeWorker(judge).Explain(0, "quite useless");
  ASSERT_EQ(e.rules.size(), 1u);
  EXPECT_EQ(e.rules[0].lacks, "person.staff:post or vermin");
  EXPECT_FALSE(e.rules[0].counts());
  EXPECT_FALSE(e.assessment.flag);
}

#define UNLESS(item) "sequence = [\"person.staff\", \"insult\"]\nwithin = 3\nunless = [\"" item "\"]\n"
#define WORD_UNLESS(item) "sequence = [\"insult\"]\nunless = [\"" item "\"]\n"

INSTANTIATE_TEST_SUITE_P(
    Rules, RuleTable,
    testing::Values(
        RuleCase{"Sentence", kStaffInsult, "the teacher is a thief", "r[teacher is a thief]"}, RuleCase{"Plural", kStaffInsult, "teachers: useless", "r[teachers: useless]"},
        RuleCase{"Possessive", kStaffInsult, "teacher's an idiot", "r[teacher's an idiot]"}, RuleCase{"TooFar", kStaffInsult, "the teacher who is a total thief", ""},
        RuleCase{"MarksDoNotCount", kStaffInsult, "the teacher, who, is, useless", "r[teacher, who, is, useless]"}, RuleCase{"WrongOrder", kStaffInsult, "a thief is the teacher", ""},
        RuleCase{"AnotherSentence", kStaffInsult, "I met the teacher. Thief stole it", ""}, RuleCase{"RoleFromConfiguration", kStaffInsult, "our head of year is useless", "r[head of year is useless]"},
        RuleCase{"NameFromConfiguration", kStaffInsult, "Ms. Adeyemi is useless", "r[Ms. Adeyemi is useless]"},
        RuleCase{"Twice", kStaffInsult, "the teacher is a thief and the bursar an idiot", "r[teacher is a thief] r[bursar an idiot]"},
        RuleCase{"Alternatives", "sequence = [[\"person\", \"=the lot of them\"], \"insult\"]\n", "the lot of them are useless", "r[the lot of them are useless]"},
        RuleCase{"Next", kNext, "I know the bursar well. She is a thief", "r[bursar well. She is a thief]"}, RuleCase{"NextWithoutPronoun", kNext, "I know the bursar. My cat is a thief", ""},
        RuleCase{"NextPronounTooFar", kNext, "I know the bursar. She said that somewhere there was a thief", ""}, RuleCase{"NextButOne", kNext, "I know the bursar. It rained. She is a thief", ""},
        RuleCase{"NextSameSentencePronoun", kNext, "the bursar, whom I have known for all my life, she is a thief", "r[bursar, whom I have known for all my life, she is a thief]"},
        RuleCase{"Post", kPost, "The teacher came. It rained for days and days. Useless", "r[teacher came. It rained for days and days. Useless]"},
        RuleCase{"Together", kTogether, "a thief, that teacher", "r[thief, that teacher]"}, RuleCase{"TogetherForwards", kTogether, "teacher and thief", "r[teacher and thief]"},
        RuleCase{"UnlessSentence", UNLESS("sport"), "the teacher is useless in this match", ""}, RuleCase{"UnlessSentenceElsewhere", UNLESS("sport"), "Good match. the teacher is useless", "r[teacher is useless]"},
        RuleCase{"UnlessBefore", WORD_UNLESS("negator:before"), "he is not a thief", ""}, RuleCase{"UnlessBeforeInside", UNLESS("negator:before"), "the teacher is not useless", ""},
        RuleCase{"UnlessBeforeTooFar", WORD_UNLESS("negator:before:1"), "not that he is a thief", "r[thief]"}, RuleCase{"UnlessBeforeIsNotAfter", WORD_UNLESS("negator:before"), "thief, not friend", "r[thief]"},
        RuleCase{"UnlessBeforeOtherSentence", WORD_UNLESS("negator:before"), "I did not. thief!", "r[thief]"}, RuleCase{"UnlessAfter", WORD_UNLESS("negator:after"), "a thief he is not", ""},
        RuleCase{"UnlessAfterTooFar", WORD_UNLESS("negator:after:1"), "a thief he is not", "r[thief]"}, RuleCase{"UnlessNear", WORD_UNLESS("sport:near"), "useless goal", ""},
        RuleCase{"UnlessNearTooFar", WORD_UNLESS("sport:near:1"), "useless in front of goal", "r[useless]"}, RuleCase{"UnlessOver", WORD_UNLESS("figure:over"), "procrastination is the thief of time", ""},
        RuleCase{"UnlessOverElsewhere", WORD_UNLESS("figure:over"), "a thief. the thief of time", "r[thief]"}, RuleCase{"UnlessPost", WORD_UNLESS("sport:post"), "What a thief. It rained. Nice goal", ""},
        RuleCase{"UnlessPostTwice", WORD_UNLESS("sport:post:2"), "What a thief. Nice goal, and a match to remember", ""}, RuleCase{"UnlessPostOnceOfTwice", WORD_UNLESS("sport:post:2"), "What a thief. Nice goal", "r[thief]"},
        RuleCase{"UnlessQuoted", WORD_UNLESS("quoted"), "the word \"thief\" is out, idiot", "r[idiot]"},
        RuleCase{"UnlessAround", WORD_UNLESS("quote.report:around"), "somebody shouted \u201Cthief\u201D at us", ""}, RuleCase{"UnlessAroundNoVerb", WORD_UNLESS("quote.report:around"), "a real \"thief\" at work", "r[thief]"},
        RuleCase{"UnlessAroundNoQuote", WORD_UNLESS("quote.report:around"), "somebody wrote that, thief", "r[thief]"}, RuleCase{"UnlessAroundNextSentence", WORD_UNLESS("quote.report:around"), "'You thief!' That is what he wrote.", ""},
        RuleCase{"UnlessAroundQuotedLine", WORD_UNLESS("quote.report:around"), "> what an idiot\nis what they wrote", ""}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Rules, TakeTheCharacteristicFromTheGroupThatWasMatched) {
  const Judge judge = MakeJudge(Rule("sequence = [\"group\", \"vermin\"]\n"));
  EXPECT_EQ(Assess(judge, "martians are rats").characteristics, std::vector{Characteristic::kRace});
  EXPECT_EQ(Assess(judge, "pensioners are rats").characteristics, std::vector{Characteristic::kAge});
}

TEST(Rules, KeepBlockedHitsForExplain) {
  const Judge judge = MakeJudge(Rule(UNLESS("negator:before")));
  auto worker = MakeWorker(judge);
  const Explanation e = worker.Explain(0, "the teacher is not useless");
  ASSERT_EQ(e.rules.size(), 1u);
  EXPECT_EQ(e.rules[0].blocked_by, "negator:before:4");
  EXPECT_EQ(e.rules[0].blocked_words, "not");
  EXPECT_EQ(e.rules[0].elements, (std::vector<std::string>{"teacher", "useless"}));
  EXPECT_FALSE(e.assessment.flag);
}

}  // namespace
}  // namespace heed
