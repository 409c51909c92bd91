// `heed sources add` at a prompt and without one, the catalogue, and how far back a first reading goes.
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

class SourcesAdd : public ::testing::Test {
 protected:
  SourcesAdd() {
    config_ = LeastConfig(folder_.path(), "{\"id\": \"1\", \"text\": \"Oakmoor School\"}\n");
    before_ = *ReadFile(config_);
    EXPECT_TRUE(WriteFile(folder_ / "more.jsonl", "{\"id\": \"2\", \"text\": \"Oakmoor School again\"}\n{\"id\": \"3\", \"text\": \"x\"}\n"));
  }
  Ran Add(std::vector<std::string> arguments, std::string input = "") {
    arguments.insert(arguments.begin(), {"sources", "add"});
    arguments.insert(arguments.end(), {"--config", config_});
    RunOptions options;
    options.input = std::move(input);
    return Heed(arguments, std::move(options));
  }
  TempFolder folder_;
  std::string config_, before_;
};

TEST_F(SourcesAdd, WithoutQuestionsWritesWhatWasSaid) {
  const Ran ran = Add({"file", "--id", "more", "--set", "path=more.jsonl", "--every", "2h"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("The test worked: 2 posts"));
  EXPECT_EQ(*ReadFile(config_), before_ + "\n[[source]]\nid = \"more\"\nschool = \"oakmoor\"\nconnector = \"file\"\nevery = \"2h\"\npath = \"more.jsonl\"\n");
  const Ran scan = Heed({"scan", "more", "--config", config_});
  EXPECT_EQ(scan.code, 0) << scan.err;
}

TEST_F(SourcesAdd, AsksForWhatIsMissingAndSaysWhereToFindIt) {
  const Ran ran = Add({"--ask"}, "fil\nfile\n\n\nno-such-file\nyes\nmore.jsonl\n");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("did you mean \"file\"?"));
  EXPECT_THAT(ran.err, HasSubstr("A short name for the source [file]"));
  EXPECT_THAT(ran.err, HasSubstr("nothing was given"));
  EXPECT_THAT(ran.err, HasSubstr("no such file or folder"));
  EXPECT_THAT(ran.err, HasSubstr("Try again with other answers"));
  EXPECT_THAT(*ReadFile(config_), HasSubstr("path = \"more.jsonl\""));
}

TEST_F(SourcesAdd, WritesNothingWhenTheAnswersEndOrTheTermsAreDeclined) {
  const Ran early = Add({"file", "--ask"}, "more\n");
  EXPECT_EQ(early.code, 2);
  EXPECT_THAT(early.err, HasSubstr("nothing was written"));
  const Ran declined = Add({"x", "--ask"}, "no\n");
  EXPECT_EQ(declined.code, 0);
  EXPECT_THAT(declined.err, HasSubstr("GOVERNMENT USE"));
  EXPECT_THAT(declined.err, HasSubstr("nothing is written"));
  EXPECT_EQ(*ReadFile(config_), before_);
}

TEST_F(SourcesAdd, MistakesAreExitCodesAndLeaveTheConfigurationAlone) {
  struct Case {
    std::vector<std::string> arguments;
    int code;
    const char* says;
  };
  const Case cases[] = {
      {{}, 2, "heed sources add CONNECTOR"},
      {{"file", "--set", "path"}, 2, "KEY=VALUE"},
      {{"file"}, 3, "\"path\" is missing"},
      {{"file", "--set", "path=gone.jsonl"}, 3, "no such file"},
      {{"youtube", "--set", "key=k"}, 3, "--accept-terms"},
      {{"file", "--colour", "red"}, 2, "--colour"},
  };
  for (const auto& one : cases) {
    const Ran ran = Add(one.arguments);
    EXPECT_EQ(ran.code, one.code) << one.says << "\n" << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(one.says));
    EXPECT_EQ(*ReadFile(config_), before_);
  }
}

TEST_F(SourcesAdd, TellsProgramsInJson) {
  const Ran ran = Add({"file", "--id", "more", "--set", "path=more.jsonl", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  JsonParser parser;
  const auto json = parser.Parse(ran.out);
  ASSERT_TRUE(json) << ran.out;
  EXPECT_EQ((*json)["id"].StringOr(""), "more");
  EXPECT_EQ((*json)["posts"].Int(), 2);
}

TEST(Sources, TheCatalogueIsTheCommittedPage) {
  const Ran ran = Heed({"sources", "--catalogue"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.out == *ReadFile(std::string(HEED_SOURCE_DIR) + "/connectors/README.md"));
}

TEST(Sources, CheckSaysHowFarBackAFirstReadingGoes) {
  const TempFolder folder;
  const std::string school = "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n[[source]]\nid = \"news\"\nschool = \"oakmoor\"\nconnector = \"feed\"\nurl = \"https://news.example/rss\"\n";
  ASSERT_TRUE(WriteFile(folder / "heed.toml", school));
  EXPECT_THAT(Heed({"check", "--config", folder / "heed.toml"}).out, HasSubstr("source \"news\": its first reading goes back 30 d (look_back)"));
  ASSERT_TRUE(WriteFile(folder / "heed.toml", school + "look_back = \"2d\"\n"));
  EXPECT_THAT(Heed({"check", "--config", folder / "heed.toml"}).out, HasSubstr("goes back 2 d"));
  ASSERT_TRUE(WriteFile(folder / "heed.toml", school + "look_back = \"10000d\"\n"));
  const Ran ran = Heed({"check", "--config", folder / "heed.toml"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.out, HasSubstr("further back than a year"));
}

}  // namespace
}  // namespace heed
