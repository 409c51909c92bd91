// `heed case` and what a decision does to the rules' record, with and without a running `heed serve`; reloading.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CaseCommand : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    std::string posts;
    for (int i = 0; i < 6; ++i) posts += "{\"id\": \"" + std::to_string(i) + "\", \"text\": \"Oakmoor School teachers are all scum\"}\n";
    config_ = LeastConfig(folder_.path(), posts);
    ASSERT_EQ(Run({"scan"}).code, 0);
    if (GetParam()) {
      serve_.emplace(std::vector<std::string>{"serve", "--config", config_});
      ASSERT_TRUE(serve_->Says("serving 1 sources")) << serve_->err();
    }
  }
  void TearDown() override {
    if (!serve_) return;
    serve_->Signal(SIGTERM);
    EXPECT_EQ(serve_->Wait(), 0) << serve_->err();
  }
  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_});
    return Heed(arguments);
  }
  Ran Do(std::vector<std::string> arguments, const std::string& who = "ada") {
    arguments.insert(arguments.begin(), "case");
    arguments.insert(arguments.end(), {"--as", who});
    return Run(arguments);
  }

  TempFolder folder_;
  std::string config_;
  std::optional<Running> serve_;
};

INSTANTIATE_TEST_SUITE_P(WithAndWithoutServe, CaseCommand, ::testing::Bool(), [](const auto& param) { return param.param ? "BesideServe" : "Alone"; });

// Promise 4: every flag says which rules made it, and how often they have been right.
TEST_P(CaseCommand, IsDecidedAndTheRulesRecordFollows) {
  const Ran breach = Do({"decide", "1", "--finding", "breach", "--why", "insults all staff"});
  EXPECT_EQ(breach.code, 0) << breach.err;
  EXPECT_THAT(breach.out, HasSubstr("Case 1 is responding now"));
  EXPECT_EQ(Do({"decide", "2", "--finding", "criticism", "--why", "an opinion of a policy"}).code, 0);
  const Ran shown = Run({"show", "3"});
  EXPECT_THAT(shown.out, HasSubstr("right in 1 of 2 decided cases (9 % to 91 %)")) << shown.out;
  const Ran record = Run({"lexicon", "record", "--json"});
  JsonParser parser;
  const auto root = parser.Parse(record.out);
  ASSERT_TRUE(root) << record.out << record.err;
  EXPECT_EQ((*root)["rules"][0]["fired"].Int(), 6);
  EXPECT_EQ((*root)["rules"][0]["upheld"].Int(), 1);
  EXPECT_EQ((*root)["rules"][0]["dismissed"].Int(), 1);
  EXPECT_EQ((*root)["rules"][0]["status"].StringOr(""), "live");
  EXPECT_THAT(Run({"lexicon", "record"}).out, HasSubstr("right in 1 of 2"));
  EXPECT_EQ(Do({"undo", "2", "--why", "read it again"}).code, 0);
  EXPECT_THAT(Run({"lexicon", "record"}).out, HasSubstr("right in 1 of 1 decided case"));
}

TEST_P(CaseCommand, NeedsASecondPersonBeforeAnythingLeaves) {
  EXPECT_EQ(Do({"decide", "1", "--finding", "breach", "--why", "insults all staff"}).code, 0);
  EXPECT_THAT(Do({"propose", "1", "--kind", "letter", "--to", "the author", "--text", "Please remove your post."}).out, HasSubstr("is approval now"));
  const Ran own = Do({"approve", "1", "1"});
  EXPECT_NE(own.code, 0);
  EXPECT_THAT(own.err, HasSubstr("somebody else must approve"));
  EXPECT_EQ(Do({"approve", "1", "1", "--hold", "1h"}, "head").code, 0);
  EXPECT_THAT(Do({"done", "1", "1"}).err, HasSubstr("may be cancelled until"));
  EXPECT_EQ(Do({"cancel", "1", "1", "--why", "we met instead"}).code, 0);
  EXPECT_EQ(Do({"close", "1", "--why", "settled in a talk"}).code, 0);
  const Ran shown = Run({"show", "1"});
  EXPECT_THAT(shown.out, HasSubstr("Response 1, letter to the author: cancelled"));
  EXPECT_THAT(shown.out, HasSubstr("closed: settled in a talk, by ada"));
}

TEST_P(CaseCommand, IsHeldByOnePersonAtATime) {
  EXPECT_EQ(Do({"claim", "1"}).code, 0);
  const Ran other = Do({"decide", "1", "--finding", "criticism", "--why", "x"}, "ben");
  EXPECT_NE(other.code, 0);
  EXPECT_THAT(other.err, HasSubstr("being worked on by ada"));
  EXPECT_THAT(Run({"show", "1"}).out, HasSubstr("Being worked on by ada"));
  EXPECT_EQ(Do({"release", "1"}).code, 0);
  EXPECT_EQ(Do({"snooze", "1", "--until", "2d"}, "ben").code, 0);
  EXPECT_THAT(Run({"show", "1"}).out, HasSubstr("Snoozed until"));
}

TEST_P(CaseCommand, SaysWhatIsWrongWithWhatWasTyped) {
  const Ran finding = Do({"decide", "1", "--finding", "criticsm", "--why", "x"});
  EXPECT_EQ(finding.code, 2);
  EXPECT_THAT(finding.err, HasSubstr("did you mean \"criticism\"?"));
  EXPECT_EQ(Do({"note", "99", "--why", "x"}).code, 5);
  EXPECT_EQ(Do({"snooze", "1", "--until", "soon"}).code, 2);
  EXPECT_EQ(Run({"case", "decide", "1"}).code, 2);
  EXPECT_EQ(Run({"lexicon", "resume", "abuse.never"}).code, 5);
}

class Reload : public ::testing::Test {
 protected:
  TempFolder folder_;
};

TEST_F(Reload, WhileServingUsesNewWordsAndKeepsTheOldOnesWhenTheNewAreWrong) {
  const std::string lexicons = folder_ / "lexicons";
  ASSERT_TRUE(MakeFolder(lexicons));
  const auto write = [&](const std::string& word, const std::string& more = "") {
    // As editors do: beside it, then in its place.
    std::ofstream(folder_ / "new.toml") << "language = \"en\"\n[[term]]\nid = \"abuse." << word << "\"\nphrases = [\"" << word
                                         << "\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"Calls somebody that.\"\nmatches = [\"a " << word << "\"]\nignores = [\"a number\"]\n" << more;
    std::filesystem::rename(folder_ / "new.toml", lexicons + "/words.toml");
  };
  write("numpty");
  const std::string config = LeastConfig(folder_.path(), "{\"id\": \"1\", \"text\": \"Oakmoor School is run by a numpty\"}\n");
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config, "--lexicons", lexicons});
    return Heed(arguments);
  };
  EXPECT_EQ(run({"lexicon", "reload"}).code, 5) << "nobody serves";
  Running serve({"serve", "--config", config, "--lexicons", lexicons});
  ASSERT_TRUE(serve.Says("source import: 1 read")) << serve.err();
  write("plonker");
  const Ran reload = run({"lexicon", "reload"});
  EXPECT_EQ(reload.code, 0) << reload.err;
  EXPECT_THAT(reload.out, HasSubstr("1 entries"));
  const auto post = [&](const std::string& id, const std::string& text) { std::ofstream(folder_ / "posts.jsonl", std::ios::app) << "{\"id\": \"" << id << "\", \"text\": \"" << text << "\"}\n"; };
  post("2", "Oakmoor School is run by a plonker");
  EXPECT_EQ(run({"scan"}).code, 0);
  EXPECT_THAT(run({"queue", "--reveal"}).out, HasSubstr("plonker"));

  write("wazzock", "rationle = \"x\"\n");
  const Ran wrong = run({"lexicon", "reload"});
  EXPECT_EQ(wrong.code, 3) << wrong.out;
  EXPECT_THAT(wrong.err, HasSubstr("words.toml:10"));
  EXPECT_THAT(wrong.err, HasSubstr("the lexicons in use stay"));
  post("3", "Oakmoor School has another plonker");
  EXPECT_EQ(run({"scan"}).code, 0);
  EXPECT_THAT(run({"queue", "--reveal"}).out, HasSubstr("another plonker"));

  // Nobody asks: the files are looked at, and SIGHUP is heard.
  write("wazzock");
  serve.Signal(SIGHUP);
  EXPECT_TRUE(serve.Says("the lexicons were read again", 2)) << serve.err();
  write("numpty");
  EXPECT_TRUE(serve.Says("the lexicons were read again", 3)) << serve.err();
  serve.Signal(SIGTERM);
  EXPECT_EQ(serve.Wait(), 0) << serve.err();
}

}  // namespace
}  // namespace heed
