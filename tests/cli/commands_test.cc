// What each command answers, and with which exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDemo = std::string(HEED_SOURCE_DIR) + "/deploy/demo/heed.toml";

constexpr std::string_view kPosts =
    "{\"id\": \"1\", \"text\": \"Oakmoor School teachers are all scum\", \"author\": \"crow\", \"permalink\": \"https://social.example/1\"}\n"
    "{\"id\": \"2\", \"text\": \"Oakmoor School was open today\"}\n"
    "{\"id\": \"3\", \"text\": \"a fine day\"}\n";

// The least configuration, scanned.
class Scanned : public ::testing::Test {
 protected:
  void Scan(std::string_view posts) {
    config_ = LeastConfig(folder_.path(), posts);
    const Ran scan = Run({"scan"});
    ASSERT_EQ(scan.code, 0) << scan.err;
  }
  Ran Run(std::vector<std::string> arguments) {
    for (const char* more : {"--config", config_.c_str()}) arguments.emplace_back(more);
    return Heed(arguments);
  }
  TempFolder folder_;
  std::string config_;
};

struct Wrong {
  const char* what;
  std::vector<std::string> arguments;
  int code;
  std::string says;
};

TEST(Commands, AWrongCommandLineIsExitCodeTwoAndSaysWhatIsWrong) {
  const std::vector<Wrong> cases = {
      {"no command", {}, 2, "subcommand"},
      {"a command there is not", {"skan"}, 2, "no command \"skan\" (did you mean \"scan\"?)"},
      {"an option there is not", {"queue", "--sevrity", "3"}, 2, "--sevrity"},
      {"an option of another command", {"check", "--limit", "3"}, 2, "--limit"},
      {"a number that is none", {"queue", "--limit", "many"}, 2, "many"},
      {"a negative number", {"queue", "--limit", "-1"}, 2, "--limit"},
      {"no case number", {"show"}, 2, "CASE"},
      {"a case number that is none", {"show", "twelve"}, 2, "twelve"},
      {"an option without its value", {"queue", "--config"}, 2, "--config"},
  };
  for (const auto& wrong : cases) {
    SCOPED_TRACE(wrong.what);
    const Ran ran = Heed(wrong.arguments);
    EXPECT_EQ(ran.code, wrong.code);
    EXPECT_THAT(ran.err, HasSubstr(wrong.says));
    EXPECT_EQ(ran.out, "");
  }
}

TEST(Commands, HelpAndVersionAreNoMistakes) {
  const Ran help = Heed({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* name : {"scan", "serve", "queue", "show", "explain", "match", "check", "sources", "Exit status"}) EXPECT_THAT(help.out, HasSubstr(name));
  EXPECT_EQ(Heed({"queue", "--help"}).code, 0);
  const Ran version = Heed({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, HasSubstr("heed "));
}

TEST(Commands, EveryOneOfThemNamesTheMistakeInTheConfiguration) {
  const TempFolder folder;
  const std::string config = folder / "heed.toml";
  ASSERT_TRUE(WriteFile(config, "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nnicknams = [\"Oakmoor\"]\n"));
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"scan"}, {"serve"}, {"queue"}, {"show", "1"}, {"explain", "x"}, {"match"}, {"check"}, {"sources"}}) {
    SCOPED_TRACE(arguments[0]);
    auto all = arguments;
    all.insert(all.end(), {"--config", config});
    const Ran ran = Heed(all);
    EXPECT_EQ(ran.code, 3);
    EXPECT_THAT(ran.out + ran.err, HasSubstr(config + ":4:1: "));
    EXPECT_THAT(ran.out + ran.err, HasSubstr("did you mean \"nicknames\"?"));
  }
}

TEST(Commands, AConfigurationThatIsNotThereIsMissing) {
  for (const char* command : {"scan", "queue", "match", "check"}) {
    SCOPED_TRACE(command);
    const Ran ran = Heed({command, "--config", "/nonexistent/heed.toml"});
    EXPECT_EQ(ran.code, 5);
    EXPECT_THAT(ran.out + ran.err, HasSubstr("/nonexistent/heed.toml"));
  }
}

TEST(Commands, CheckSaysThatAllIsWell) {
  const Ran ran = Heed({"check", "--config", kDemo});
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("All is well: 1 school, 3 sources"));
  const Ran json = Heed({"check", "--json", "--config", kDemo});
  JsonParser parser;
  const auto report = parser.Parse(json.out);
  ASSERT_TRUE(report) << json.out;
  EXPECT_EQ((*report)["ok"].Bool(), true);
  EXPECT_EQ((*report)["mistakes"].size(), 0u);
}

TEST(Commands, CheckGivesMistakesAsJsonWithTheirPlaces) {
  const TempFolder folder;
  const std::string config = folder / "heed.toml";
  ASSERT_TRUE(WriteFile(config, "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\n  plces = [\"Brackwell\"]\n"));
  const Ran ran = Heed({"check", "--json", "--config", config});
  EXPECT_EQ(ran.code, 3);
  JsonParser parser;
  const auto report = parser.Parse(ran.out);
  ASSERT_TRUE(report) << ran.out;
  EXPECT_EQ((*report)["ok"].Bool(), false);
  const Json mistake = (*report)["mistakes"][0];
  EXPECT_EQ(mistake["file"].StringOr(""), config);
  EXPECT_EQ(mistake["line"].Int(), 4);
  EXPECT_EQ(mistake["column"].Int(), 3);
  EXPECT_THAT(std::string(mistake["what"].StringOr("")), HasSubstr("did you mean \"places\"?"));
}

TEST(Commands, ExplainGivesEveryStep) {
  const Ran json = Heed({"explain", "--json", "--config", kDemo, "Oakmoor School, I will kill you"});
  EXPECT_EQ(json.code, 0) << json.err;
  JsonParser parser;
  const auto told = parser.Parse(json.out);
  ASSERT_TRUE(told) << json.out;
  for (const char* name : {"school", "folded", "words", "mention", "rules"}) EXPECT_TRUE((*told)[name]) << name;
  EXPECT_EQ((*told)["school"].StringOr(""), "oakmoor");
  EXPECT_THAT(std::string((*told)["folded"].StringOr("")), HasSubstr("i will kill you"));

  const Ran plain = Heed({"explain", "--config", kDemo}, {.input = "Oakmoor School, I will kill you\n"});
  EXPECT_EQ(plain.code, 0);
  for (const char* part : {"Folded:", "Mention of oakmoor: yes", "Rules:", "Arithmetic:", "Flagged: threat"}) EXPECT_THAT(plain.out, HasSubstr(part));
}

TEST_F(Scanned, TheLeastConfigurationWorks) {
  Scan(kPosts);
  const Ran queue = Run({"queue", "--json"});
  ASSERT_EQ(queue.code, 0) << queue.err;
  JsonParser parser;
  const auto cases = parser.Parse(queue.out);
  ASSERT_TRUE(cases);
  ASSERT_EQ(cases->size(), 1u);
  EXPECT_EQ((*cases)[0]["global_id"].StringOr(""), "file:1");
  EXPECT_EQ((*cases)[0]["permalink"].StringOr(""), "https://social.example/1");
  EXPECT_TRUE(Exists(folder_ / "data/store")) << "the data folder lies beside the configuration";
}

TEST_F(Scanned, EveryJsonParses) {
  Scan(kPosts);
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"scan", "--json"}, {"queue", "--json"}, {"show", "--json", "1"}, {"sources", "--json"}, {"check", "--json"}, {"explain", "--json", "x"}, {"--json", "queue"}}) {
    SCOPED_TRACE(arguments[0]);
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    JsonParser parser;
    EXPECT_TRUE(parser.Parse(ran.out)) << ran.out;
  }
}

// Promise 9: nobody reads hurtful words without asking for them.
TEST_F(Scanned, HurtfulWordsAreHiddenUnlessRevealed) {
  Scan(kPosts);
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"queue"}, {"show", "1"}, {"scan"}}) {
    SCOPED_TRACE(arguments[0]);
    const Ran hidden = Run(arguments);
    EXPECT_EQ(hidden.code, 0) << hidden.err;
    EXPECT_THAT(hidden.out, Not(HasSubstr("teachers")));
    EXPECT_THAT(hidden.out, HasSubstr("t•••••••"));
    auto with = arguments;
    with.emplace_back("--reveal");
    EXPECT_THAT(Run(with).out, HasSubstr("Oakmoor School teachers "));
  }
}

TEST_F(Scanned, ACaseThatIsNotThereIsMissing) {
  Scan(kPosts);
  const Ran show = Run({"show", "999"});
  EXPECT_EQ(show.code, 5);
  EXPECT_THAT(show.err, HasSubstr("999"));
  const Ran source = Run({"scan", "imprt"});
  EXPECT_EQ(source.code, 5);
  EXPECT_THAT(source.err, HasSubstr("did you mean \"import\"?"));
  const Ran school = Run({"queue", "--school", "elsewhere"});
  EXPECT_EQ(school.code, 5);
  EXPECT_THAT(school.err, HasSubstr("elsewhere"));
}

TEST_F(Scanned, BeforeTheFirstScanTheQueueSaysWhatToDo) {
  config_ = LeastConfig(folder_.path(), kPosts);
  const Ran queue = Run({"queue"});
  EXPECT_EQ(queue.code, 5);
  EXPECT_THAT(queue.err, HasSubstr("heed scan"));
  const Ran sources = Run({"sources"});
  EXPECT_EQ(sources.code, 0);
  EXPECT_THAT(sources.out, HasSubstr("never run"));
}

TEST_F(Scanned, SourcesTellHowTheyAreDoing) {
  Scan(kPosts);
  const Ran json = Run({"sources", "--json"});
  JsonParser parser;
  const auto told = parser.Parse(json.out);
  ASSERT_TRUE(told) << json.out;
  const Json source = (*told)["sources"][0];
  EXPECT_EQ(source["id"].StringOr(""), "import");
  EXPECT_EQ(source["state"].StringOr(""), "ok");
  EXPECT_EQ(source["posts_read"].Int(), 3);
  EXPECT_EQ(source["posts_mentioning"].Int(), 2);
  EXPECT_TRUE(source["last_success"].String());
  EXPECT_TRUE(source["next"].String());
  EXPECT_TRUE(source["gaps"].IsArray());
  std::vector<std::string> names;
  (*told)["connectors"].Each([&](Json card) { names.emplace_back(card["name"].StringOr("")); });
  EXPECT_THAT(names, ::testing::IsSupersetOf({"bluesky", "mastodon", "feed", "file"}));
  const Ran plain = Run({"sources"});
  for (const char* part : {"import", "gaps", "What can be read"}) EXPECT_THAT(plain.out, HasSubstr(part));
}

// Promise 5: what could not be read is said, not passed over.
TEST_F(Scanned, WhatCouldNotBeReadIsToldAsAGapOfTheSource) {
  Scan(std::string(kPosts) + "nonsense\n");
  const Ran json = Run({"sources", "--json"});
  JsonParser parser;
  const auto told = parser.Parse(json.out);
  ASSERT_TRUE(told) << json.out;
  const Json source = (*told)["sources"][0];
  EXPECT_EQ(source["posts_read"].Int(), 3);
  ASSERT_EQ(source["gaps"].size(), 1u);
  EXPECT_THAT(std::string(source["gaps"][0]["why"].StringOr("")), HasSubstr("posts.jsonl:4"));
  EXPECT_THAT(Run({"sources"}).out, HasSubstr("import was not read"));
}

// A stranger's post must not reach the terminal's controls.
TEST_F(Scanned, EscapeSequencesOfAPostStayWords) {
  Scan(
      "{\"id\": \"1\", \"text\": \"Oakmoor School teachers are all scum \\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\r\\u202e\", \"author\": {\"handle\": \"cr\\u001b[31mow\"}, "
      "\"permalink\": \"https://social.example/\\u001b[5m\", \"platform\": \"so\\u001b[7mcial\"}\n");
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"scan"}, {"queue"}, {"queue", "--reveal"}, {"show", "1"}, {"show", "--reveal", "1"}, {"sources"}}) {
    SCOPED_TRACE(arguments[0]);
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    for (const std::string& control : {std::string("\x1b"), std::string("\x07"), std::string("\r"), std::string("\xC2\x9B"), std::string("\xE2\x80\xAE")}) {
      EXPECT_EQ(ran.out.find(control), std::string::npos);
      EXPECT_EQ(ran.err.find(control), std::string::npos);
    }
  }
}

TEST_F(Scanned, ADamagedStoreIsExitCodeFour) {
  Scan(kPosts);
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "data/store"))
    if (file.path().filename() == "CURRENT") ASSERT_TRUE(WriteFile(file.path().string(), "rubbish"));
  const Ran queue = Run({"queue"});
  EXPECT_EQ(queue.code, 4) << queue.err;
  EXPECT_THAT(queue.err, HasSubstr("data"));
}

}  // namespace
}  // namespace heed
