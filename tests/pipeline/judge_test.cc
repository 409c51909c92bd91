// The judge as a whole: batches, both views, the cache, hostile texts, what could not be judged.
#include <algorithm>
#include <random>

#include "src/base/json.h"
#include "src/base/utf8.h"
#include "tests/pipeline/judge_fixture.h"

namespace heed {
namespace {

using namespace testing_pipeline;

constexpr const char* kLexicon = R"(
[[concept]]
id = "negator"
phrases = ["not", "never", "won't"]
[[term]]
id = "threat.kill-you"
phrases = ["kill you", "kill u"]
expand = "verb"
category = "threat"
severity = 4
why = "A threat to kill."
unless = ["negator:before"]
misspellings = true
matches = ["I will kill you"]
ignores = ["skill yourself"]
[[term]]
id = "abuse.idiot"
phrases = ["idiot", "stupid"]
expand = "noun"
category = "abuse"
severity = 2
why = "An insult."
misspellings = true
matches = ["idiot"]
ignores = ["idiom"]
[[term]]
id = "abuse.daft"
phrases = ["daft"]
category = "abuse"
severity = 1
why = "Unkind."
matches = ["daft"]
ignores = ["draft"]
[[term]]
id = "shadow.slow"
phrases = ["slow"]
category = "abuse"
severity = 4
status = "shadow"
why = "Tried out."
matches = ["slow"]
ignores = ["slowly"]
[[term]]
id = "draft.grim"
phrases = ["grim"]
category = "abuse"
severity = 4
status = "draft"
why = "Not ready."
)";
constexpr const char* kDictionary = "idiot\nkill\nyou\nskill\nstupid\nstud\nkilling\n";

TEST(Judge, FindsWhatIsWrittenAndWhatIsHidden) {
  const Judge judge = MakeJudge(kLexicon, {.dictionary = kDictionary});
  auto worker = MakeWorker(judge);
  struct { const char* text; const char* hits; View view; } cases[] = {
      {"I WILL KILL YOU", "threat.kill-you[KILL YOU]", View::kPlain},
      {"killing you softly", "threat.kill-you[killing you]", View::kPlain},
      {"k1ll you", "threat.kill-you[k1ll you]", View::kSqueezed},
      {"k i l l you", "threat.kill-you[k i l l you]", View::kSqueezed},
      {"killyou", "", View::kPlain},  // seven letters: too short to be sure of
      {"you stuuupid man", "abuse.idiot[stuuupid]", View::kSqueezed},
      {"you stupdi man", "abuse.idiot[stupdi]", View::kPlain},
      {"#KillYou", "threat.kill-you[KillYou]", View::kPlain},
      {"\u0455tupid \U0001F412", "abuse.idiot[\u0455tupid]", View::kSqueezed},
      {"skill you", "", View::kPlain},
  };
  for (const auto& c : cases) {
    const Assessment a = Assess(worker, c.text);
    EXPECT_EQ(HitsOf(a, c.text), c.hits);
    if (!a.hits.empty()) {
      EXPECT_EQ(a.hits[0].view, c.view) << c.text;
      EXPECT_EQ(a.hits[0].why.find("slip past filters") != std::string::npos, c.view == View::kSqueezed) << a.hits[0].why;
    }
  }
  EXPECT_NE(Assess(worker, "stupdi").hits.at(0).why.find("Misspelt"), std::string::npos);
}

TEST(Judge, WeighsAndOrdersWhatItFound) {
  const Judge judge = MakeJudge(kLexicon);
  const Assessment a = Assess(judge, "you idiot, I kill you");
  EXPECT_TRUE(a.flag);
  EXPECT_EQ(a.severity, 4);
  EXPECT_EQ(a.categories, (std::vector{Category::kThreat, Category::kAbuse}));
  EXPECT_EQ(a.priority, 600u + 150 + 24);
  EXPECT_FALSE(Assess(judge, "daft").flag);
  EXPECT_EQ(Assess(judge, "daft").hits.size(), 1u);
  EXPECT_FALSE(Assess(judge, "I will never kill you").flag);
}

TEST(Judge, AsksTheMentionQuestionFirstWhenItMust) {
  const Judge judge = MakeJudge(kLexicon);
  auto worker = MakeWorker(judge);
  const Assessment about = Assess(worker, "Oakmoor School, you idiots", MentionPolicy::kRequired);
  EXPECT_TRUE(about.mention.mentions);
  EXPECT_TRUE(about.flag);
  const Assessment other = Assess(worker, "Some school, you idiots, I will kill you", MentionPolicy::kRequired);
  EXPECT_FALSE(other.mention.mentions);
  EXPECT_FALSE(other.flag);
  EXPECT_TRUE(other.hits.empty());
  EXPECT_TRUE(Assess(worker, "Oakmoor School has 2 new t@bles", MentionPolicy::kRequired).mention.mentions);
}

TEST(Judge, CountsShadowEntriesWithoutShowingThem) {
  const Judge judge = MakeJudge(kLexicon);
  auto worker = MakeWorker(judge);
  const Assessment a = Assess(worker, "slow slow");
  EXPECT_FALSE(a.flag);
  EXPECT_TRUE(a.hits.empty());
  const auto* entry = judge.FindEntry("shadow.slow");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(worker.fired()[static_cast<std::size_t>(entry - judge.lexicon().entries.data())], 1u);
  EXPECT_EQ(a.silent, std::vector<std::string>{"shadow.slow"});
}

TEST(Judge, TreatsAPausedEntryAsAShadowUntilItIsResumed) {
  const Judge judge = MakeJudge(kLexicon);
  auto worker = MakeWorker(judge);
  worker.Pause(std::vector<std::string>{"abuse.idiot", "no.such-entry"});
  const Assessment paused = Assess(worker, "you daft idiot, idiot");
  EXPECT_FALSE(paused.flag);
  ASSERT_EQ(paused.hits.size(), 1u);
  EXPECT_EQ(paused.hits[0].rule, "abuse.daft");
  EXPECT_EQ(paused.silent, std::vector<std::string>{"abuse.idiot"});
  const Explanation explained = worker.Explain(kAnySchool, "you daft idiot");
  EXPECT_EQ(explained.assessment.hits.size(), 1u);
  EXPECT_NE(explained.arithmetic[0].find("abuse.daft"), std::string::npos) << explained.arithmetic[0];
  worker.Pause({});
  const Assessment resumed = Assess(worker, "you daft idiot");
  EXPECT_TRUE(resumed.flag);
  EXPECT_TRUE(resumed.silent.empty());
}

TEST(Judge, UsesDraftsOnlyWhenAsked) {
  EXPECT_FALSE(Assess(MakeJudge(kLexicon), "grim").flag);
  EXPECT_TRUE(Assess(MakeJudge(kLexicon, {.drafts = true}), "grim").flag);
}

TEST(Judge, SaysTheSameOfABatchAsOfEachPost) {
  const Judge judge = MakeJudge(kLexicon, {.dictionary = kDictionary});
  auto worker = MakeWorker(judge), alone = MakeWorker(judge);
  std::mt19937 random(3);
  const std::vector<std::string> pieces = {"kill", "you", "idiot", "st\u00FCpid", "k1ll", "Oakmoor", "School", "not", ".", "\n", "\u200B", "daft", "s t u p i d", "\xFF", "trains", "", "@oakmoor"};
  for (const MentionPolicy policy : {MentionPolicy::kAny, MentionPolicy::kRequired}) {
    std::vector<std::string> texts;
    for (int i = 0; i < 4'000; ++i) {
      std::string text;
      for (unsigned w = 0; w < random() % 10; ++w) text += pieces[random() % pieces.size()] + (random() % 5 ? " " : "");
      texts.push_back(std::move(text));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    std::vector<Assessment> out(17);  // whatever was in it before
    worker.Assess(0, views, policy, out);
    ASSERT_EQ(out.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Assessment one = Assess(alone, texts[i], policy);
      ASSERT_EQ(HitsOf(out[i], texts[i]), HitsOf(one, texts[i])) << texts[i];
      ASSERT_EQ(out[i].priority, one.priority);
      ASSERT_EQ(out[i].flag, one.flag);
      ASSERT_EQ(out[i].mention.score, one.mention.score);
      // Explaining comes to the same conclusion.
      if (policy == MentionPolicy::kAny) {
        const Explanation e = alone.Explain(0, texts[i]);
        ASSERT_EQ(e.assessment.priority, one.priority) << texts[i];
        ASSERT_EQ(HitsOf(e.assessment, texts[i]), HitsOf(one, texts[i]));
      }
    }
  }
}

TEST(Judge, FindsEachPatternThatATextStandsFor) {
  const Judge judge = MakeJudge(R"toml(
[[concept]]
id = "a"
patterns = ["(?:old|grey) goats?"]
[[concept]]
id = "b"
patterns = ["old (?:goat|mule)", "old goat herders?"]
[[rule]]
id = "r.a"
category = "abuse"
severity = 2
why = "A."
sequence = [["you"], ["a"]]
matches = ["you old goat"]
ignores = ["a goat"]
[[rule]]
id = "r.b"
category = "abuse"
severity = 2
why = "B."
sequence = [["you"], ["b"]]
matches = ["you old goat"]
ignores = ["a goat"]
[[concept]]
id = "you"
phrases = ["you"]
)toml");
  struct { const char* text; const char* hits; } cases[] = {
      {"you old goat", "r.a[you old goat] r.b[you old goat]"},
      {"you grey goats", "r.a[you grey goats]"},
      {"you old mule", "r.b[you old mule]"},
      {"you old goat herder", "r.a[you old goat] r.b[you old goat]"},
      {"you grey mule", ""},
  };
  auto worker = MakeWorker(judge);
  for (const auto& c : cases) EXPECT_EQ(HitsOf(Assess(worker, c.text), c.text), c.hits);
}

// Posts without a digit are not asked for patterns that need one; those that only may have one are asked for everywhere.
TEST(Judge, FindsPatternsWithAndWithoutDigits) {
  const Judge judge = MakeJudge(R"toml(
[[concept]]
id = "lives"
phrases = ["lives"]
[[concept]]
id = "home"
patterns = ["flat [0-9]{1,3}[a-d]?", "st [a-z]{4,8}", "(?:no|nr) (?:[1-9]|x) road", "block [0-9]{0,2}[a-z]{1,4}"]
[[rule]]
id = "r.home"
category = "threat"
severity = 2
why = "Where somebody lives."
sequence = [["lives"], ["home"]]
matches = ["lives flat 12"]
ignores = ["a flat"]
)toml");
  struct { const char* text; const char* hits; } cases[] = {
      {"he lives flat 12b", "r.home[lives flat 12b]"}, {"he lives flat b", ""},
      {"he lives st cuthbert", "r.home[lives st cuthbert]"}, {"he lives st cuthbert 2", "r.home[lives st cuthbert]"},
      {"he lives no x road", "r.home[lives no x road]"}, {"he lives nr 3 road", "r.home[lives nr 3 road]"},
      {"he lives block east", "r.home[lives block east]"}, {"he lives block 4b", "r.home[lives block 4b]"},
  };
  auto worker = MakeWorker(judge);
  std::vector<std::string_view> texts;
  for (const auto& c : cases) texts.push_back(c.text);
  std::vector<Assessment> out;
  worker.Assess(0, texts, MentionPolicy::kAny, out);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(HitsOf(out[i], texts[i]), cases[i].hits);
}

TEST(Judge, FindsLongPhrasesThatBeginAlikeOrOverlap) {
  std::string toml;
  for (const char* phrase : {"go and drown", "go and drown yourself", "and drown yourself in it", "drown yourself", "go"}) {
    std::string id(phrase);
    std::replace(id.begin(), id.end(), ' ', '-');
    toml += "[[term]]\nid = \"t." + id + "\"\nphrases = [\"" + phrase + "\"]\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"" + phrase + "\"]\nignores = [\"x\"]\n";
  }
  const Judge judge = MakeJudge(toml);
  auto worker = MakeWorker(judge);
  struct { const char* text; const char* hits; } cases[] = {
      {"go and drown yourself in it", "t.go[go] t.go-and-drown[go and drown] t.go-and-drown-yourself[go and drown yourself] "
                                      "t.and-drown-yourself-in-it[and drown yourself in it] t.drown-yourself[drown yourself]"},
      {"go and drown", "t.go[go] t.go-and-drown[go and drown]"},
      {"and drown yourself in", "t.drown-yourself[drown yourself]"},
      {"go and go and drown", "t.go[go] t.go[go] t.go-and-drown[go and drown]"},
      {"go drown and yourself in it", "t.go[go]"},
      {"and drown", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(HitsOf(Assess(worker, c.text), c.text), c.hits);
}

// What is noted of one post is forgotten by a count of 8 bits.
TEST(Judge, ForgetsOnePostBeforeTheNextHoweverMany) {
  const Judge judge = MakeJudge(kLexicon);
  auto worker = MakeWorker(judge);
  for (int i = 0; i < 1'000; ++i) {
    const bool rude = i % 255 == 0 || i % 256 == 0;
    ASSERT_EQ(Assess(worker, rude ? "you idiot, I kill you" : "you and I").hits.size(), rude ? 2u : 0u) << i;
  }
}

TEST(Judge, FindsNothingAcrossTwoPosts) {
  const Judge judge = MakeJudge(kLexicon);
  auto worker = MakeWorker(judge);
  const std::vector<std::string_view> texts = {"kill", "you", "", "kill", "", "you"};
  std::vector<Assessment> out;
  worker.Assess(0, texts, MentionPolicy::kAny, out);
  for (const Assessment& a : out) EXPECT_TRUE(a.hits.empty());
}

TEST(Judge, SendsWhatItCannotJudgeToAPerson) {
  const Judge judge = MakeJudge(kLexicon, {.max_text = 100});
  auto worker = MakeWorker(judge);
  const std::string longest(100, 'a'), longer(101, 'a');
  EXPECT_FALSE(Assess(worker, longest).flag);
  for (const MentionPolicy policy : {MentionPolicy::kAny, MentionPolicy::kRequired}) {
    const Assessment a = Assess(worker, longer, policy);
    EXPECT_TRUE(a.flag);
    EXPECT_EQ(a.priority, 1000u);
    EXPECT_NE(a.could_not_judge.find("101 bytes"), std::string::npos);
  }
  EXPECT_FALSE(worker.Explain(0, longer).assessment.could_not_judge.empty());
}

TEST(Judge, SurvivesHostileTexts) {
  const Judge judge = MakeJudge(kLexicon, {.dictionary = kDictionary});
  auto worker = MakeWorker(judge);
  const auto many = [](std::string_view piece, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += piece;
    return out;
  };
  const std::size_t size = 900'000;
  const std::vector<std::string> texts = {
      many("\u0301", size) + " kill you", many("kill you ", size), many("not kill you ", size), many("k1ll ", size), many("k i l l ", size), many("f.", size), many("a ", size), many("\"kill you\" ", size),
      many("\xF0", size), std::string(size, '\0'), many("\u202E", size), many("\u200B", size), many("\uFDFA", size), many("#aB", size), many("A\u0301\u0327", size), many("*", size), many("a*", size),
      many("k1", size), many("@oakmoor ", size), many("Oakmoor School, Leeds ", size), many("\U0001F1EC", size), many("'", size), many("\n", size), many("111", size), std::string(size, 'k')};
  for (const std::string& text : texts) {
    for (const MentionPolicy policy : {MentionPolicy::kAny, MentionPolicy::kRequired}) {
      const Assessment a = Assess(worker, text, policy);
      for (const Hit& hit : a.hits) {
        EXPECT_LT(hit.begin, hit.end);
        EXPECT_LE(hit.end, text.size());
      }
    }
  }
  EXPECT_EQ(HitsOf(Assess(worker, texts[0]), texts[0]), "threat.kill-you[kill you]");
  // More of the lexicon than can be weighed is said, not swallowed.
  EXPECT_TRUE(Assess(worker, texts[1]).flag);
  EXPECT_FALSE(Assess(worker, texts[2]).could_not_judge.empty());
}

TEST(Judge, KeepsOffsetsOnCharactersOfTheOriginal) {
  const Judge judge = MakeJudge(kLexicon, {.dictionary = kDictionary});
  auto worker = MakeWorker(judge);
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {"kill", " ", "you", "\u00E9", "e\u0301", "\u200B", "\U0001F412", "\xFF", "idiot", "k\u0456ll", "\u0301", "\uFB03", "s.t.u.p.i.d", "1", "*", "\u1E9E", "\n"};
  std::size_t hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string text;
    for (unsigned w = 0; w < 1 + random() % 12; ++w) text += pieces[random() % pieces.size()];
    const Assessment a = Assess(worker, text);
    std::vector<bool> boundary(text.size() + 1);
    for (std::size_t at = 0; at < text.size();) boundary[at] = true, NextChar(text, at);
    boundary[text.size()] = true;
    std::uint32_t earlier = 0;
    for (const Hit& hit : a.hits) {
      ASSERT_TRUE(hit.begin < hit.end && hit.end <= text.size() && boundary[hit.begin] && boundary[hit.end]) << testing::PrintToString(text);
      ASSERT_LE(earlier, hit.begin);
      earlier = hit.begin;
      ++hits;
    }
  }
  EXPECT_GT(hits, 500u);
}

TEST(Cache, StartsFromItsImage) {
  const Judge first = MakeJudge(kLexicon);
  EXPECT_FALSE(first.from_cache());
  const Judge second = MakeJudge(kLexicon, {.cached = first.CacheImage()});
  EXPECT_TRUE(second.from_cache());
  EXPECT_EQ(first.Version(), second.Version());
  EXPECT_EQ(HitsOf(Assess(second, "idiot"), "idiot"), "abuse.idiot[idiot]");
}

TEST(Cache, IsRebuiltOnAnyDoubt) {
  const std::string image = MakeJudge(kLexicon).CacheImage();
  ASSERT_GT(image.size(), 1000u);
  std::vector<std::string> doubtful = {"", "x", image.substr(0, 7), image.substr(0, 40), image.substr(0, image.size() - 1), image.substr(0, image.size() / 2), image + "x", std::string(image.size(), '\0')};
  // A byte of each kind: magic, key, a size, a database, the checksum.
  for (const std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{39}, std::size_t{40}, std::size_t{47}, std::size_t{48}, image.size() / 2, image.size() - 33, image.size() - 32, image.size() - 1}) {
    for (const int bit : {0, 7}) {
      doubtful.push_back(image);
      doubtful.back()[at] = static_cast<char>(doubtful.back()[at] ^ (1 << bit));
    }
  }
  for (const std::string& bad : doubtful) {
    const Judge judge = MakeJudge(kLexicon, {.cached = bad});
    EXPECT_FALSE(judge.from_cache());
    EXPECT_TRUE(Assess(judge, "idiot").flag);
  }
  // Another lexicon's image, another school's, another dictionary's.
  EXPECT_FALSE(MakeJudge(std::string(kLexicon) + "[[concept]]\nid = \"more\"\nphrases = [\"more\"]\n", {.cached = image}).from_cache());
  School other = ExampleSchool();
  other.nicknames = {"Moories"};
  EXPECT_FALSE(MakeJudge(kLexicon, {.cached = image}, {other}).from_cache());
  EXPECT_FALSE(MakeJudge(kLexicon, {.dictionary = kDictionary, .cached = image}).from_cache());
}

TEST(Judge, NamesItsVersion) {
  const std::string version = MakeJudge(kLexicon).Version();
  EXPECT_EQ(version.size(), 64u);
  EXPECT_EQ(version, MakeJudge(kLexicon).Version());
  EXPECT_NE(version, MakeJudge(std::string(kLexicon) + "\n# a word more").Version());
  EXPECT_NE(version, MakeJudge(kLexicon, {}, {}).Version());
}

TEST(Judge, WorksWithoutSchoolsAndWithoutWords) {
  const Judge empty = MakeJudge("", {}, {});
  EXPECT_FALSE(Assess(empty, "anything", MentionPolicy::kAny, kAnySchool).flag);
  EXPECT_FALSE(Assess(empty, "anything", MentionPolicy::kRequired, kAnySchool).mention.mentions);
  EXPECT_TRUE(Assess(MakeJudge(kLexicon, {}, {}), "idiot", MentionPolicy::kAny, kAnySchool).flag);
}

TEST(Judge, KeepsOneSchoolsWordsFromAnother) {
  School other = ExampleSchool();
  other.id = "elm";
  other.name = "Elm Lodge School";
  other.names = {};
  other.staff_roles = {"matron"};
  other.staff = {};
  const std::string toml = std::string(kLexicon) + "[[rule]]\nid = \"role\"\nsequence = [\"school.staff_role\"]\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"site manager\"]\nignores = [\"site\"]\n";
  const Judge judge = MakeJudge(toml, {}, {ExampleSchool(), other});
  EXPECT_EQ(Assess(judge, "the matron", MentionPolicy::kAny, 1).hits.size(), 1u);
  EXPECT_EQ(Assess(judge, "the matron", MentionPolicy::kAny, 0).hits.size(), 0u);
  EXPECT_EQ(Assess(judge, "the site manager", MentionPolicy::kAny, 0).hits.size(), 1u);
}

TEST(Explain, ShowsEveryStepAsJson) {
  const Judge judge = MakeJudge(kLexicon);
  auto worker = MakeWorker(judge);
  const std::string json = ToJson(worker.Explain(kAnySchool, "Oakmoor School: I will never kill you, st\u00FCpid \xFF"));
  JsonParser parser;
  const auto parsed = parser.Parse(json);
  ASSERT_TRUE(parsed) << json;
  for (const char* key : {"school", "folded", "squeezed", "words", "mention", "concepts", "rules", "arithmetic", "flag", "priority", "hits", "lexicon_version"}) EXPECT_TRUE((*parsed)[key]) << key;
  EXPECT_EQ((*parsed)["school"].StringOr(""), "oakmoor");
  EXPECT_NE((*parsed)["squeezed"].StringOr("").find(" stupid "), std::string_view::npos);
  bool blocked = false;
  (*parsed)["rules"].Each([&](Json rule) { blocked = blocked || rule["blocked_by"].StringOr("") == "negator:before:4"; });
  EXPECT_TRUE(blocked) << json;
}

TEST(Examples, SayWhichOnesAreWrong) {
  const std::string wrong = "[[term]]\nid = \"t\"\nphrases = [\"idiot\"]\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"idiot\", \"idea\"]\nignores = [\"fine\", \"an idiot\"]\n";
  const auto mistakes = CheckExamples(MakeJudge(wrong));
  ASSERT_EQ(mistakes.size(), 2u);
  EXPECT_EQ(mistakes[0].ToString().substr(0, 12), "test.toml:8:");
  EXPECT_NE(mistakes[0].what.find("should match \"idea\""), std::string::npos);
  EXPECT_EQ(mistakes[1].where.line, 9u);
  EXPECT_TRUE(CheckExamples(MakeJudge(kLexicon, {.drafts = true})).empty());
}

}  // namespace
}  // namespace heed
