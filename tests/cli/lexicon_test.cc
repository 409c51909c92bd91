// `heed lexicon` and `heed eval`, run as people run them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kLexicon =
    "language = \"en\"\n\n[[concept]]\nid = \"not\"\nphrases = [\"not\"]\n\n# Keep this comment.\n[[term]]\nid = \"abuse.numpty\"\nphrases = [\"numpty\"]\ncategory = \"abuse\"\nseverity = 2\n"
    "why = \"An insult.\"\nunless = [\"not:before\"]\nmatches = [\"what a numpty\"]\nignores = [\"not a numpty\"]\n\n[[term]]\nid = \"abuse.wazzock\"\nphrases = [\"wazzock\"]\ncategory = \"abuse\"\n"
    "severity = 2\nwhy = \"An insult.\"\nstatus = \"live\"\nmatches = [\"you wazzock\"]\nignores = [\"hammock\"]\n";

// A folder with one small lexicon.
class LexiconCommand : public ::testing::Test {
 protected:
  LexiconCommand() {
    EXPECT_TRUE(MakeFolder(folder_.path() + "/lex/en"));
    EXPECT_TRUE(WriteFile(file(), kLexicon));
  }
  std::string lex() const { return folder_.path() + "/lex"; }
  std::string file() const { return lex() + "/en/small.toml"; }
  std::string Text(const std::string& path) const { return ReadFile(path).value_or(""); }
  std::string Write(const std::string& name, std::string_view text) const {
    EXPECT_TRUE(WriteFile(folder_.path() + "/" + name, text));
    return folder_.path() + "/" + name;
  }
  Ran Lexicon(std::vector<std::string> words) const {
    words.insert(words.begin(), "lexicon");
    words.insert(words.end(), {"--lexicons", lex()});
    return Heed(words, {.folder = folder_.path()});
  }
  Ran Add(std::string_view id, std::string_view matches, std::string_view status = "draft") const {
    return Lexicon({"add", "--id", std::string(id), "--phrase", "pillock", "--phrase", "prize pillock", "--category", "abuse", "--why", "An insult \"in\" quotes.", "--matches", std::string(matches), "--ignores",
                    "pillow", "--status", std::string(status), "--author", "A. Reader"});
  }
  TempFolder folder_;
};

TEST_F(LexiconCommand, ChecksTheExamples) {
  EXPECT_THAT(Lexicon({"check"}).out, HasSubstr("All is well: 2 entries"));
  Write("lex/en/bad.toml", "language = \"en\"\n[[term]]\nid = \"a\"\nphrases = [\"b\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"w\"\nmatches = [\"nothing of it\"]\nignores = [\"c\"]\n");
  const Ran ran = Lexicon({"check"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.out, HasSubstr("bad.toml:8"));
}

TEST_F(LexiconCommand, ChecksForPrograms) {
  EXPECT_THAT(Lexicon({"check", "--json"}).out, HasSubstr("{\"ok\":true,\"schools\":0,\"sources\":0,\"entries\":2,\"mistakes\":[]"));
}

TEST_F(LexiconCommand, AnswersProgramsInJson) {
  const std::string texts = Write("texts.jsonl", "{\"text\": \"what a numpty\", \"flag\": true}\n{\"text\": \"a hammock\", \"flag\": true}\nplain words\n");
  const auto parsed = [](JsonParser& parser, const Ran& ran) {
    EXPECT_EQ(ran.code, 0) << ran.err;
    const auto root = parser.Parse(ran.out);
    EXPECT_TRUE(root) << ran.out;
    return root.value_or(Json{});
  };
  JsonParser parser;
  const Json tested = parsed(parser, Lexicon({"test", texts, "--json"}));
  EXPECT_EQ(tested["texts"].size(), 3u);
  EXPECT_EQ(tested["flagged"].Int(), 1);
  EXPECT_EQ(tested["labelled"].Int(), 2);
  EXPECT_EQ(tested["right"].Int(), 1);
  EXPECT_EQ(tested["texts"][0]["rules"][0].StringOr(""), "abuse.numpty");
  const std::string other = folder_.path() + "/other";
  ASSERT_TRUE(MakeFolder(other));
  ASSERT_TRUE(WriteFile(other + "/small.toml", kLexicon));
  EXPECT_EQ(parsed(parser, Lexicon({"add", "--id", "abuse.pillock", "--phrase", "pillock", "--category", "abuse", "--why", "An insult.", "--matches", "a pillock", "--ignores", "pillow", "--status", "live", "--json"}))["id"].StringOr(""),
            "abuse.pillock");
  EXPECT_EQ(parsed(parser, Lexicon({"retire", "abuse.wazzock", "--why", "meant fondly", "--json"}))["status"].StringOr(""), "retired");
  const std::string more = Write("more.jsonl", "{\"id\": \"1\", \"text\": \"a pillock\"}\n{\"id\": \"2\", \"text\": \"a pillow\"}\n");
  const Json diff = parsed(parser, Heed({"lexicon", "diff", other, lex(), "--posts", more, "--json"}));
  EXPECT_EQ(diff["added"][0].StringOr(""), "abuse.pillock");
  EXPECT_EQ(diff["changed"][0]["id"].StringOr(""), "abuse.wazzock");
  EXPECT_EQ(diff["verdicts"].size(), 1u);
  EXPECT_EQ(diff["posts"].Int(), 2);
}

TEST_F(LexiconCommand, ListsWhatIsAskedFor) {
  const Ran all = Lexicon({"list"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("abuse.numpty"));
  EXPECT_THAT(Lexicon({"list", "wazz"}).out, Not(HasSubstr("abuse.numpty")));
  EXPECT_THAT(Lexicon({"list", "--status", "retired"}).out, HasSubstr("No entry"));
  EXPECT_THAT(Lexicon({"stats"}).out, HasSubstr("2 entries (2 terms, 0 rules) in 1 files"));
}

TEST_F(LexiconCommand, AddsADraftThatIsCheckedButNotUsed) {
  const Ran ran = Add("abuse.pillock", "what a pillock");
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::string added = Text(lex() + "/en/added.toml");
  EXPECT_THAT(added, HasSubstr("status = \"draft\""));
  EXPECT_THAT(added, HasSubstr("why = \"An insult \\\"in\\\" quotes.\""));
  EXPECT_THAT(added, HasSubstr("author = \"A. Reader\""));
  EXPECT_THAT(Lexicon({"check"}).out, HasSubstr("All is well: 3 entries"));
  EXPECT_THAT(Heed({"match", "--any", "--lexicons", lex()}, {.input = "{\"id\":1,\"text\":\"you pillock\"}\n", .folder = folder_.path()}).out, HasSubstr("\"flag\":false"));
}

TEST_F(LexiconCommand, AddsNothingThatWouldNotBeRight) {
  const Ran ran = Add("abuse.pillock", "nothing of the kind");
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("abuse.pillock should match"));
  EXPECT_FALSE(Exists(lex() + "/en/added.toml"));
  const Ran taken = Add("abuse.numpty", "what a pillock");
  EXPECT_EQ(taken.code, 3);
  EXPECT_THAT(taken.err, HasSubstr("is taken"));
}

TEST_F(LexiconCommand, AddsBesideWhatWasAddedBefore) {
  EXPECT_EQ(Add("abuse.one", "what a pillock").code, 0);
  EXPECT_EQ(Add("abuse.two", "you prize pillock", "shadow").code, 0);
  EXPECT_THAT(Lexicon({"check"}).out, HasSubstr("All is well: 4 entries"));
}

TEST_F(LexiconCommand, RetiresAnEntryAndLeavesTheRestOfItsFileAlone) {
  const Ran ran = Lexicon({"retire", "abuse.numpty", "--why", "too\nmild"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  std::string expected(kLexicon);
  const std::string id = "id = \"abuse.numpty\"\n";
  const std::string text = Text(file());
  const std::size_t at = text.find("# Retired ");
  ASSERT_NE(at, std::string::npos);
  const std::string note = text.substr(at, text.find("phrases = [\"numpty\"]") - at);
  EXPECT_THAT(note, HasSubstr("too mild\nstatus = \"retired\"\n"));
  expected.insert(expected.find(id) + id.size(), note);
  EXPECT_EQ(text, expected);
  EXPECT_EQ(Lexicon({"retire", "abuse.numpty", "--why", "again"}).code, 4);
}

TEST_F(LexiconCommand, RetiresAnEntryWhoseStatusIsWritten) {
  EXPECT_EQ(Lexicon({"retire", "abuse.wazzock", "--why", "unused"}).code, 0);
  EXPECT_THAT(Text(file()), Not(HasSubstr("status = \"live\"")));
  EXPECT_THAT(Lexicon({"list", "--status", "retired"}).out, HasSubstr("abuse.wazzock"));
  const Ran unknown = Lexicon({"retire", "abuse.numptey", "--why", "x"});
  EXPECT_EQ(unknown.code, 5);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean \"abuse.numpty\""));
}

TEST_F(LexiconCommand, SaysWhatDiffers) {
  std::string changed(kLexicon);
  changed.replace(changed.find("severity = 2"), 12, "severity = 3");
  changed.replace(changed.find("phrases = [\"not\"]"), 17, "phrases = [\"not\", \"never\"]");
  changed.replace(changed.find("abuse.wazzock"), 13, "abuse.wassock");
  ASSERT_TRUE(MakeFolder(folder_.path() + "/other/en"));
  Write("other/en/small.toml", changed);
  const std::string posts = Write("posts.jsonl", "{\"id\":\"a\",\"text\":\"never a numpty\"}\n{\"id\":\"b\",\"text\":\"numpty\"}\n");
  const Ran ran = Heed({"lexicon", "diff", lex(), folder_.path() + "/other", "--posts", posts}, {.folder = folder_.path()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("+ abuse.wassock\n- abuse.wazzock\n~ abuse.numpty\n    severity \"2\" -> \"3\""));
  EXPECT_THAT(ran.out, HasSubstr("~ concept not\n    phrases added: \"never\""));
  EXPECT_THAT(ran.out, HasSubstr("no longer flagged \"a\""));
  EXPECT_THAT(ran.out, HasSubstr("1 of 2 verdicts differ"));
}

TEST_F(LexiconCommand, TriesTheLinesOfAFile) {
  const std::string posts = Write("posts.txt", "you numpty\na fine day\n{\"text\": \"not a numpty\", \"flag\": true}\n");
  const Ran ran = Lexicon({"test", posts});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("FLAG\tabuse.numpty\tyou numpty"));
  EXPECT_THAT(ran.out, HasSubstr("- (missed)\t\tnot a numpty"));
  EXPECT_THAT(ran.out, HasSubstr("1 of 3 flagged; 0 of 1 as labelled"));
}

TEST_F(LexiconCommand, BacktestsADraftOverKeptPosts) {
  const std::string config = LeastConfig(folder_.path(), "{\"id\":\"1\",\"text\":\"Oakmoor School, what a numpty of a head\"}\n{\"id\":\"2\",\"text\":\"Oakmoor School is run by a pillock\"}\n{\"id\":\"3\",\"text\":\"Oakmoor School is lovely\"}\n");
  ASSERT_EQ(Heed({"scan", "--config", config, "--lexicons", lex()}).code, 0);
  const auto backtest = [&] { return Heed({"lexicon", "backtest", "--config", config, "--lexicons", lex()}); };
  EXPECT_THAT(backtest().out, HasSubstr("3 kept posts: 1 flagged now, 1 would be\nNo verdict would change."));
  ASSERT_EQ(Add("abuse.pillock", "what a pillock").code, 0);
  const Ran ran = backtest();
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("3 kept posts: 1 flagged now, 2 would be"));
  EXPECT_THAT(ran.out, HasSubstr("Newly flagged: 1\n  no case  abuse.pillock"));
  EXPECT_THAT(ran.out, Not(HasSubstr("pillock\n    Oakmoor School is run by a pillock"))) << "hurtful words are covered";
}

constexpr std::string_view kLabels =
    "{\"id\":\"a\",\"text\":\"you numpty\",\"flag\":true,\"category\":\"abuse\",\"kind\":\"insult\"}\n{\"id\":\"b\",\"text\":\"you plank\",\"flag\":true,\"category\":\"abuse\",\"kind\":\"insult\"}\n"
    "{\"id\":\"c\",\"text\":\"a fine day\",\"flag\":false,\"category\":\"none\",\"kind\":\"weather\"}\n{\"id\":\"d\",\"text\":\"the wazzock brewery\",\"flag\":false,\"category\":\"none\",\"kind\":\"name\"}\n";

TEST_F(LexiconCommand, EvaluatesALabelledFileInOneCall) {
  const std::string labels = Write("labels.jsonl", kLabels);
  const Ran ran = Heed({"eval", labels, "--by", "kind", "--errors", "5", "--lexicons", lex()}, {.folder = folder_.path()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("4 texts: recall 50.0 %, false alarms 50.0 %, precision 50.0 %, balanced accuracy 50.0 %, AUC 50.0 %, right category of what is caught 100.0 %"));
  EXPECT_THAT(ran.out, HasSubstr("missed      \"b\" abuse | you plank"));
  EXPECT_THAT(ran.out, HasSubstr("false alarm \"d\" none abuse.wazzock | the wazzock brewery"));
}

TEST_F(LexiconCommand, EvaluatesPredictionsAgainstLabels) {
  const std::string labels = Write("labels.jsonl", kLabels);
  const auto predictions = [&](std::string_view last) {
    return Write("p.jsonl", "{\"id\":\"a\",\"flag\":true,\"priority\":250,\"categories\":[\"abuse\"],\"hits\":[]}\n{\"id\":\"b\",\"flag\":true,\"priority\":250,\"categories\":[\"threat\"],\"hits\":[]}\n"
                            "{\"id\":\"c\",\"flag\":false,\"priority\":0,\"categories\":[],\"hits\":[]}\n" + std::string(last));
  };
  const Ran ran = Heed({"eval", predictions("{\"id\":\"d\",\"flag\":false,\"priority\":20,\"categories\":[],\"hits\":[]}\n"), labels, "--json"}, {.folder = folder_.path()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\"recall\":100.0,\"false_alarm_rate\":0.0,\"precision\":100.0,\"balanced_accuracy\":100.0,\"auc\":100.0,\"right_category_of_caught\":50.0"));
  EXPECT_EQ(Heed({"eval", predictions(""), labels}, {.folder = folder_.path()}).code, 5) << "a label without a prediction";
  EXPECT_NE(Heed({"eval", predictions("{\"id\":\"a\",\"flag\":true}\n"), labels}, {.folder = folder_.path()}).code, 0) << "two predictions for one";
  EXPECT_NE(Heed({"eval", predictions("{\"line\":4,\"error\":\"unreadable\"}\n"), labels}, {.folder = folder_.path()}).code, 0) << "a line that was not judged";
}

}  // namespace
}  // namespace heed
