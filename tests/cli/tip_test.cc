// `heed tip`, as staff's IT would type it: alone, beside a running server, and with things it cannot read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class TipCommand : public ::testing::Test {
 protected:
  void SetUp() override { config_ = LeastConfig(folder_.path(), ""); }
  Ran Run(std::vector<std::string> arguments, RunOptions options = {}) {
    arguments.insert(arguments.end(), {"--config", config_});
    return Heed(arguments, std::move(options));
  }
  std::string Sample(std::string_view name) const { return std::string(HEED_SOURCE_DIR) + "/tests/golden/connectors/tip/" + std::string(name); }

  TempFolder folder_;
  std::string config_;
};

TEST_F(TipCommand, PastedWordsBecomeACaseThatSaysWhereItCameFrom) {
  const Ran tip = Run({"tip", "--from", "a parent, by mail", "--by", "a.adeyemi", "--text", "-"}, {.input = "the teachers at Oakmoor School are all scum"});
  EXPECT_EQ(tip.code, 0) << tip.err;
  EXPECT_THAT(tip.out, HasSubstr("1 new case"));
  const Ran show = Run({"show", "1"});
  EXPECT_THAT(show.out, HasSubstr("Handed in by a.adeyemi"));
  EXPECT_THAT(show.out, HasSubstr("a parent, by mail"));
  EXPECT_THAT(show.out, HasSubstr("handed in by staff"));
  EXPECT_THAT(show.out, Not(HasSubstr("scum"))) << "hurtful words are hidden";
}

TEST_F(TipCommand, FilesAreReadByWhatTheyAre) {
  ASSERT_TRUE(WriteFile(folder_ / "no-ending", ReadFile(Sample("whatsapp_ios.txt")).value()));
  const Ran tip = Run({"tip", folder_ / "no-ending", Sample("plain.eml"), "--from", "the office", "--json"});
  EXPECT_EQ(tip.code, 0) << tip.err;
  JsonParser parser;
  const auto root = parser.Parse(tip.out);
  ASSERT_TRUE(root) << tip.out;
  EXPECT_EQ((*root)["items"][0]["kind"].StringOr(""), "WhatsApp chat export");
  EXPECT_EQ((*root)["items"][0]["messages"].Int(), 5);
  EXPECT_EQ((*root)["items"][1]["kind"].StringOr(""), "mail");
  EXPECT_EQ((*root)["items"][1]["cases"].size(), 1u);
}

TEST_F(TipCommand, WhatItCannotReadIsSaidAndChangesTheExitCode) {
  ASSERT_TRUE(WriteFile(folder_ / "film.mp4", std::string("\0\0\0\x18" "ftypmp42", 12)));
  const Ran tip = Run({"tip", folder_ / "film.mp4", "--from", "the office"});
  EXPECT_EQ(tip.code, 1);
  EXPECT_THAT(tip.out, HasSubstr("NOT READ: film.mp4"));
  EXPECT_EQ(Run({"tip", folder_ / "absent", "--from", "the office"}).code, 5);
  EXPECT_EQ(Run({"tip", "--from", "the office"}).code, 2);
  EXPECT_EQ(Run({"tip", "--text", "words"}).code, 2);
  const Ran inside = Run({"tip", "--link", "http://127.0.0.1/", "--from", "the office"});
  EXPECT_EQ(inside.code, 1);
  EXPECT_THAT(inside.out, HasSubstr("this machine"));
}

TEST_F(TipCommand, BesideARunningServerItIsTheServerThatKeepsIt) {
  Running serve({"serve", "--config", config_});
  ASSERT_TRUE(serve.Says("serving 1 sources")) << serve.err();
  const Ran tip = Run({"tip", "--from", "a parent", "--text", "the teachers at Oakmoor School are all scum"});
  EXPECT_EQ(tip.code, 0) << tip.err;
  EXPECT_THAT(tip.out, HasSubstr("1 new case"));
  EXPECT_EQ(Run({"tip", "--from", "a parent", "--text", "words", "--school", "nowhere"}).code, 2);
  serve.Signal(SIGTERM);
  EXPECT_EQ(serve.Wait(), 0);
  EXPECT_THAT(Run({"queue"}).out, HasSubstr("abuse"));
}

}  // namespace
}  // namespace heed
