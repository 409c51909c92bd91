// `heed serve`: keeps the schedules, answers `heed scan`, lets others read, and ends when told to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

class Serve : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string posts;
    for (int i = 0; i < 40; ++i)
      posts += "{\"id\": \"" + std::to_string(i) + "\", \"text\": \"" + (i % 10 ? "a fine day" : "Oakmoor School teachers are all scum") + "\"}\n";
    config_ = LeastConfig(folder_.path(), posts);
  }
  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_});
    return Heed(arguments);
  }
  // How many posts the source has read since the store was made, and how many cases wait.
  std::int64_t PostsRead() {
    const Ran sources = Run({"sources", "--json"});
    JsonParser parser;
    const auto told = parser.Parse(sources.out);
    return told ? (*told)["sources"][0]["posts_read"].Int().value_or(-1) : -1;
  }
  std::size_t Waiting() {
    const Ran queue = Run({"queue", "--json"});
    JsonParser parser;
    const auto cases = parser.Parse(queue.out);
    return cases ? cases->size() : 999;
  }
  void Append(std::string_view line) { std::ofstream(folder_ / "posts.jsonl", std::ios::app) << line << "\n"; }

  TempFolder folder_;
  std::string config_;
};

TEST_F(Serve, ScansWhatIsDueAtTheStartAndEndsCleanlyWhenTold) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Running serve({"serve", "--config", config_});
    ASSERT_TRUE(serve.Says(signal == SIGTERM ? "source import: 40 read" : "serving 1 sources")) << serve.err();
    serve.Signal(signal);
    EXPECT_EQ(serve.Wait(), 0) << serve.err();
    EXPECT_THAT(serve.err(), HasSubstr("stopping"));
    EXPECT_FALSE(Exists(folder_ / "data/heed.sock"));
    EXPECT_EQ(Waiting(), 4u);
    EXPECT_EQ(PostsRead(), 40) << "something was read twice";
  }
}

TEST_F(Serve, ScanBesideItAsksItAndReports) {
  Running serve({"serve", "--config", config_});
  ASSERT_TRUE(serve.Says("source import: 40 read")) << serve.err();
  Append("{\"id\": \"new\", \"text\": \"Oakmoor School, I will kill you\"}");
  const Ran scan = Run({"scan", "--json"});
  EXPECT_EQ(scan.code, 0) << scan.err;
  JsonParser parser;
  const auto report = parser.Parse(scan.out);
  ASSERT_TRUE(report) << scan.out;
  EXPECT_EQ((*report)["runs"].size(), 1u);
  EXPECT_EQ((*report)["runs"][0]["source"].StringOr(""), "import");
  EXPECT_EQ((*report)["runs"][0]["read"].Int(), 1);
  EXPECT_EQ((*report)["runs"][0]["opened"].Int(), 1);
  EXPECT_EQ((*report)["queue"]["open"].Int(), 5);
  EXPECT_EQ(Waiting(), 5u) << "the queue is read beside it";
  EXPECT_EQ(PostsRead(), 41);
  serve.Signal(SIGTERM);
  EXPECT_EQ(serve.Wait(), 0);
  EXPECT_EQ(Waiting(), 5u);
}

TEST_F(Serve, ASecondOneIsRefusedAndTheFirstGoesOn) {
  Running serve({"serve", "--config", config_});
  ASSERT_TRUE(serve.Says("source import: 40 read")) << serve.err();
  const Ran second = Run({"serve"});
  EXPECT_EQ(second.code, 4);
  EXPECT_THAT(second.err, HasSubstr("another heed"));
  EXPECT_EQ(Run({"scan"}).code, 0) << "its socket is still there";
  serve.Signal(SIGTERM);
  EXPECT_EQ(serve.Wait(), 0);
}

TEST_F(Serve, OneThatWasKilledLeavesNothingInTheWay) {
  {
    Running serve({"serve", "--config", config_});
    ASSERT_TRUE(serve.Says("source import: 40 read")) << serve.err();
    serve.Signal(SIGKILL);
    EXPECT_EQ(serve.Wait(), -SIGKILL);
  }
  EXPECT_TRUE(Exists(folder_ / "data/heed.sock"));
  EXPECT_EQ(Run({"scan"}).code, 0);
  Running again({"serve", "--config", config_});
  ASSERT_TRUE(again.Says("serving 1 sources")) << again.err();
  EXPECT_EQ(Run({"scan"}).code, 0);
  again.Signal(SIGTERM);
  EXPECT_EQ(again.Wait(), 0);
  EXPECT_EQ(Waiting(), 4u);
  EXPECT_EQ(PostsRead(), 40);
}

}  // namespace
}  // namespace heed
