// `heed alarm`, and `heed serve` telling somebody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "src/base/file.h"
#include "tests/cli/run.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/smtp_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class AlarmCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    config_ = LeastConfig(folder_.path(), "");
    ASSERT_TRUE(WriteFile(folder_ / "secret", "a secret\n", 0600));
    server_.Route("/feed", Answer::Status(403, "go away"));
    server_.Route("/hook", Answer::Status(204));
    std::ofstream(config_, std::ios::app) << "[[source]]\nid = \"news\"\nschool = \"oakmoor\"\nconnector = \"feed\"\nurl = \"" << server_.Url("/feed") << "\"\n"
                                          << "[alarm]\nmail_to = [\"it@oakmoor.example\"]\nmail_from = \"heed@oakmoor.example\"\nsmtp = \"" << smtp_.Url() << "\"\nsmtp_plain = true\n"
                                          << "webhook = \"" << server_.Url("/hook") << "\"\nwebhook_secret_file = \"secret\"\n";
  }
  TempFolder folder_;
  std::string config_;
  SmtpServer smtp_;
  HttpServer server_;
};

TEST_F(AlarmCommand, SendsATest) {
  const Ran ran = Heed({"alarm", "test", "--config", config_});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("it@oakmoor.example"));
  EXPECT_THAT(smtp_.mails(), SizeIs(1));
  smtp_.RefuseNext(550);
  EXPECT_EQ(Heed({"alarm", "test", "--config", config_}).code, 1);
  EXPECT_EQ(Heed({"alarm", "tset", "--config", config_}).code, 2);
}

TEST_F(AlarmCommand, ServeTellsOfASourceThatNeedsAPersonOnceOverARestart) {
  for (int start = 0; start < 2; ++start) {
    Running serve({"serve", "--config", config_});
    ASSERT_TRUE(serve.Says("source news: ")) << serve.err();
    if (start == 0) {
      for (int i = 0; i < 300 && smtp_.mails().empty(); ++i) ::usleep(100'000);  // at most half a minute; it looks every ten seconds
      ASSERT_THAT(smtp_.mails(), SizeIs(1)) << serve.err();
      EXPECT_THAT(smtp_.mails()[0].data, HasSubstr("Source news"));
      const Ran list = Heed({"alarm", "list", "--config", config_});
      EXPECT_THAT(list.out, HasSubstr("told by mail"));
    }
    serve.Signal(SIGTERM);
    EXPECT_EQ(serve.Wait(), 0);
  }
  EXPECT_THAT(smtp_.mails(), SizeIs(1));
  const Ran sources = Heed({"sources", "--config", config_});
  EXPECT_THAT(sources.out, HasSubstr("What to do:"));
}

}  // namespace
}  // namespace heed
