// Captures, packs and holds while `heed serve` holds the store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "src/base/file.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BesideServe : public ::testing::Test {
 protected:
  void SetUp() override {
    config_ = LeastConfig(folder_.path(), "{\"id\": \"1\", \"text\": \"Oakmoor School teachers are all scum\", \"author\": \"crow\"}\n");
    ASSERT_TRUE(WriteFile(folder_ / "shot.txt", "what I saw"));
    serve_ = std::make_unique<Running>(std::vector<std::string>{"serve", "--config", config_});
    ASSERT_TRUE(serve_->Says("source import: 1 read")) << serve_->err();
  }
  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_});
    return Heed(arguments);
  }
  TempFolder folder_;
  std::string config_;
  std::unique_ptr<Running> serve_;
};

TEST_F(BesideServe, ACaptureIsKeptByTheServerAndTheChainHasIt) {
  const Ran added = Run({"capture", "add", "1", folder_ / "shot.txt", "--how", "typed off my telephone", "--as", "ada"});
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("shot.txt"));
  EXPECT_THAT(Run({"show", "1"}).out, AllOf(HasSubstr("captured"), HasSubstr("ada")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "data/captures")) << "what was put down is gone again";
  EXPECT_EQ(Run({"audit", "verify"}).code, 0);
  // What cannot be is told by the server, in the same words.
  const Ran missing = Run({"capture", "add", "77", folder_ / "shot.txt", "--how", "so"});
  EXPECT_EQ(missing.code, 5) << missing.err;
  serve_->Signal(SIGTERM);
  EXPECT_EQ(serve_->Wait(), 0) << serve_->err();
}

TEST_F(BesideServe, APackIsWrittenDownInTheChain) {
  const Ran made = Run({"pack", "1", "--no-pdf", "--output", folder_ / "pack.zip", "--purpose", "advice", "--as", "ada"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, Not(HasSubstr("written down")));
  EXPECT_EQ(Heed({"verify", folder_ / "pack.zip"}).code, 0);
  EXPECT_THAT(Run({"show", "1"}).out, HasSubstr("exported"));
}

TEST_F(BesideServe, ACaseIsHeldAndReleased) {
  const Ran held = Run({"case", "hold", "1", "--why", "claim in defamation", "--until", "90d", "--as", "head"});
  EXPECT_EQ(held.code, 0) << held.err;
  EXPECT_THAT(Run({"show", "1"}).out, AllOf(HasSubstr("hold-placed"), HasSubstr("head")));
  EXPECT_NE(Run({"case", "hold", "1", "--why", "claim", "--until", "400d"}).code, 0);
  EXPECT_EQ(Run({"case", "end-hold", "1", "--why", "settled", "--as", "head"}).code, 0);
  EXPECT_NE(Run({"case", "end-hold", "1", "--why", "settled"}).code, 0);
}

}  // namespace
}  // namespace heed
