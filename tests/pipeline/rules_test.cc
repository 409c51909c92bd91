// Rules: what each scope reaches, what each `unless` takes away, and a slow, obvious matcher that must agree.
#include <algorithm>
#include <random>
#include <set>

#include "pipeline/fold.h"
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

// The slow, obvious matcher: every choice of words for every element, tried in turn.
struct Slow {
  Folded folded;
  std::vector<std::uint32_t> rank, sentence;
  struct Seen { std::uint32_t first, last; };

  explicit Slow(std::string_view text) : folded(Fold(text)) {
    std::uint32_t r = 0, s = 0;
    for (const Word& word : folded.words) {
      rank.push_back(r);
      sentence.push_back(s);
      r += word.kind == WordKind::kWord;
      s += word.ends_sentence;
    }
    rank.push_back(r);
    sentence.push_back(s);
  }
  std::vector<Seen> Find(const std::vector<std::string>& phrases) const {
    std::vector<Seen> out;
    for (const std::string& phrase : phrases) {
      const Folded p = Fold(phrase);
      for (std::uint32_t i = 0; i + p.words.size() <= folded.words.size(); ++i) {
        bool same = true;
        for (std::size_t k = 0; k < p.words.size(); ++k) same = same && folded.of(folded.words[i + k]) == p.of(p.words[k]);
        if (same) out.push_back({i, i + static_cast<std::uint32_t>(p.words.size())});
      }
    }
    return out;
  }
};

struct RandomRule {
  std::vector<std::size_t> elements;  // concept numbers
  bool ordered;
  std::uint32_t within;
  RuleScope scope;
};

bool SlowHolds(const Slow& slow, const std::vector<std::vector<std::string>>& concepts, const RandomRule& rule, std::vector<std::size_t> order, std::vector<Slow::Seen> chosen = {}) {
  if (chosen.size() == order.size()) return true;
  for (const Slow::Seen& next : slow.Find(concepts[order[chosen.size()]])) {
    bool ok = true;
    if (!chosen.empty()) {
      const Slow::Seen& last = chosen.back();
      ok = next.first >= last.last;
      const bool near = ok && slow.rank[next.first] - slow.rank[last.last] <= rule.within;
      const auto from = ok ? slow.sentence[last.last - 1] : 0, to = slow.sentence[next.first];
      if (ok && rule.scope == RuleScope::kSentence) ok = near && from == to;
      if (ok && rule.scope == RuleScope::kPost) ok = near;
      if (ok && rule.scope == RuleScope::kNext && !(near && from == to)) {
        bool carried = false;
        if (to - from <= 1) {
          for (const Slow::Seen& p : slow.Find({"he"})) {
            carried = carried || (p.first >= last.last && p.last <= next.first && slow.sentence[p.first] == to && slow.rank[next.first] - slow.rank[p.last] <= rule.within);
          }
        }
        ok = carried;
      }
    }
    if (!ok) continue;
    auto longer = chosen;
    longer.push_back(next);
    if (SlowHolds(slow, concepts, rule, order, longer)) return true;
  }
  return false;
}

TEST(Rules, AgreeWithASlowObviousMatcherOnNoise) {
  std::mt19937 random(99);
  const std::vector<std::string> words = {"alpha", "bravo", "carol", "delta", "echo", "foxes", "golfs", "he", ".", ",", "!", "\n", "hotel", "\U0001F412"};
  std::size_t held = 0, tried = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<std::vector<std::string>> concepts;
    std::string toml = "[[concept]]\nid = \"pronoun\"\nphrases = [\"he\"]\n";
    for (int c = 0; c < 4; ++c) {
      std::vector<std::string> phrases;
      for (unsigned p = 0; p < 1 + random() % 3; ++p) {
        std::string phrase = words[random() % 7];
        if (random() % 3 == 0) phrase += " " + words[random() % 7];
        phrases.push_back(phrase);
      }
      toml += "[[concept]]\nid = \"c" + std::to_string(c) + "\"\nphrases = [";
      for (const std::string& phrase : phrases) toml += "\"" + phrase + "\", ";
      toml += "]\n";
      concepts.push_back(std::move(phrases));
    }
    std::vector<RandomRule> rules;
    for (int r = 0; r < 8; ++r) {
      RandomRule rule;
      for (unsigned k = 0; k < 1 + random() % 3; ++k) rule.elements.push_back(random() % 4);
      rule.ordered = rule.elements.size() < 2 || random() % 2;
      rule.within = random() % 4;
      rule.scope = static_cast<RuleScope>(random() % 3);
      toml += "[[rule]]\nid = \"r" + std::to_string(r) + "\"\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"x\"]\nignores = [\"y\"]\nwithin = " + std::to_string(rule.within);
      toml += "\nscope = \"" + std::string(ToString(rule.scope)) + "\"\n" + (rule.ordered ? "sequence" : "together") + " = [";
      for (const std::size_t e : rule.elements) toml += "\"c" + std::to_string(e) + "\", ";
      toml += "]\n";
      rules.push_back(std::move(rule));
    }
    const Judge judge = MakeJudge(toml);
    auto worker = MakeWorker(judge);
    std::vector<std::string> texts;
    for (int t = 0; t < 60; ++t) {
      std::string text;
      for (unsigned w = 0; w < random() % 18; ++w) text += words[random() % words.size()] + " ";
      texts.push_back(std::move(text));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    std::vector<Assessment> out;
    worker.Assess(0, views, MentionPolicy::kAny, out);
    for (std::size_t t = 0; t < texts.size(); ++t) {
      std::set<std::string> fast, obvious;
      for (const Hit& hit : out[t].hits) fast.insert(hit.rule);
      const Slow slow(texts[t]);
      for (std::size_t r = 0; r < rules.size(); ++r) {
        auto order = rules[r].elements;
        bool holds = false;
        if (rules[r].ordered) {
          holds = SlowHolds(slow, concepts, rules[r], order);
        } else {
          std::sort(order.begin(), order.end());
          do holds = holds || SlowHolds(slow, concepts, rules[r], order);
          while (std::next_permutation(order.begin(), order.end()));
        }
        if (holds) obvious.insert("r" + std::to_string(r));
      }
      ASSERT_EQ(fast, obvious) << texts[t] << "\n" << toml;
      held += obvious.size();
      tried += rules.size();
    }
  }
  EXPECT_GT(held, tried / 20);  // the noise is not all misses
}

}  // namespace
}  // namespace heed
