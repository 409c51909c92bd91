// The custody chain anchored by an authority of the test's own, and a store taken back to an earlier day.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "src/base/file.h"
#include "tests/cli/run.h"
#include "tests/fakes/authority.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/shell.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Audited : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Have("openssl")) GTEST_SKIP() << "openssl is not installed: there is no time-stamp authority to ask";
    authority_ = std::make_unique<Authority>();
    server_.Route("/tsa", [this](const SeenRequest& request) { return Answer::Of("application/timestamp-reply", authority_->Reply(request.body)); });
    config_ = LeastConfig(folder_.path(), "{\"id\": \"1\", \"text\": \"Oakmoor School teachers are all scum\"}\n");
    const std::string before = ReadFile(config_).value();
    ASSERT_TRUE(WriteFile(config_, before + "\n[evidence]\nauthorities = [\"" + server_.Url("/tsa") + "\"]\ncertificates = \"" + authority_->certificates() + "\"\n"));
    ASSERT_EQ(Run({"scan"}).code, 0);
  }
  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_, "--data", folder_ / "data"});
    return Heed(arguments);
  }
  TempFolder folder_;
  HttpServer server_;
  std::unique_ptr<Authority> authority_;
  std::string config_;
};

TEST_F(Audited, TheHeadIsStampedAndAStoreTakenBackIsFound) {
  fs::copy(folder_ / "data", folder_ / "earlier", fs::copy_options::recursive);
  ASSERT_TRUE(WriteFile(folder_ / "shot.txt", "what I saw"));
  ASSERT_EQ(Run({"capture", "add", "1", folder_ / "shot.txt", "--how", "typed off my telephone"}).code, 0);
  const Ran anchored = Run({"audit", "anchor"});
  ASSERT_EQ(anchored.code, 0) << anchored.out << anchored.err;
  EXPECT_THAT(anchored.out, HasSubstr("Event 2 time-stamped"));
  const Ran good = Run({"audit", "verify"});
  EXPECT_EQ(good.code, 0) << good.out;
  EXPECT_THAT(good.out, HasSubstr("Oakmoor Test Authority"));
  EXPECT_THAT(good.out, HasSubstr("The audit trail holds: 0 entries"));
  // The pack holds the anchor, and openssl agrees with it.
  ASSERT_EQ(Run({"pack", "1", "--no-pdf", "--output", folder_ / "pack.zip"}).code, 0);
  const Ran verify = Heed({"verify", folder_ / "pack.zip", "--certificates", authority_->certificates()});
  EXPECT_EQ(verify.code, 0) << verify.out;
  EXPECT_THAT(verify.out, HasSubstr("The chain was time-stamped"));
  EXPECT_THAT(verify.out, HasSubstr("Time-stamped"));
  const Shell openssl = InShell("unzip -q pack.zip && cd heed-pack-* && openssl ts -verify -digest $(tail -1 data/chain/events.jsonl | sed 's/.*\"hash\":\"\\([0-9a-f]*\\)\".*/\\1/')"
                                " -in data/chain/anchors/2-1.tsr -CAfile " + authority_->certificates(),
                                folder_.path());
  EXPECT_EQ(openssl.code, 0) << openssl.out;
  const std::string event = InShell("tail -1 heed-pack-*/data/chain/events.jsonl", folder_.path()).out;
  const std::string head = "2:" + event.substr(event.find("\"hash\":\"") + 8, 64);
  EXPECT_THAT(Run({"audit", "verify", "--head", head}).out, HasSubstr("It leads to the head that was written down"));
  EXPECT_EQ(Run({"audit", "verify", "--head", "2"}).code, 2);
  // Taken back: the store of before, the anchors of now.
  fs::remove_all(folder_ / "data/store");
  fs::copy(folder_ / "earlier/store", folder_ / "data/store", fs::copy_options::recursive);
  const Ran back = Run({"audit", "verify"});
  EXPECT_EQ(back.code, 1);
  EXPECT_THAT(back.out, HasSubstr("the chain no longer has it"));
  EXPECT_THAT(Run({"audit", "verify", "--head", head}).out, HasSubstr("THE CHAIN IS ANOTHER: event 2 was written down"));
  // ... and written on differently.
  ASSERT_TRUE(WriteFile(folder_ / "shot.txt", "something else"));
  ASSERT_EQ(Run({"capture", "add", "1", folder_ / "shot.txt", "--how", "made up"}).code, 0);
  const Ran anew = Run({"audit", "verify"});
  EXPECT_EQ(anew.code, 1);
  EXPECT_THAT(anew.out, HasSubstr("is not the one that was time-stamped"));
  EXPECT_THAT(Run({"audit", "verify", "--head", head}).out, HasSubstr("is not the one that was written down"));
}

TEST_F(Audited, AClockThatWasSetBackIsWrittenDownAndExplainedToWhoeverChecks) {
  const std::string file = folder_ / "data/clock.json";
  if (!fs::exists(file)) GTEST_SKIP() << "this system does not tell one start of the computer from another, so nothing can be compared after a restart of heed";
  // As it would stand there had the clock been two hours ahead when heed was last run.
  const std::string kept = ReadFile(file).value();
  const auto at = kept.find(':') + 1;
  const auto apart = std::stoll(kept.substr(at)) + 7'200'000'000;
  ASSERT_TRUE(WriteFile(file, kept.substr(0, at) + std::to_string(apart) + kept.substr(kept.find(',', at))));
  ASSERT_TRUE(WriteFile(folder_ / "shot.txt", "what I saw"));
  const Ran added = Run({"capture", "add", "1", folder_ / "shot.txt", "--how", "typed off my telephone"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr("The clock of this computer was set back by 2 h"));
  const Ran verified = Run({"audit", "verify"});
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("Note: event 2 records"));
  EXPECT_THAT(Run({"audit", "verify", "--json"}).out, HasSubstr("\"clock\":[],\"clock_set\":[\"event 2 records"));
  EXPECT_THAT(Run({"sources", "--json"}).out, HasSubstr("was set back by 2 h"));
  ASSERT_EQ(Run({"pack", "1", "--no-pdf", "--output", folder_ / "pack.zip"}).code, 0);
  const Ran pack = Heed({"verify", folder_ / "pack.zip"});
  EXPECT_EQ(pack.code, 0) << pack.out;
  EXPECT_THAT(pack.out, HasSubstr("was set back by 2 h"));
  // Told once.
  EXPECT_EQ(Run({"scan"}).code, 0);
  EXPECT_THAT(Run({"audit", "verify", "--json"}).out, ::testing::Not(HasSubstr("event 4 records")));
}

TEST_F(Audited, AnAuthorityThatDoesNotAnswerIsNamedAndTriedAgainLater) {
  server_.Next(Answer::Status(503));
  const Ran failed = Run({"audit", "anchor"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.out, HasSubstr("run this again later"));
  EXPECT_EQ(Run({"audit", "anchor"}).code, 0);
}

TEST_F(Audited, ACaptureNeedsACaseAndAKindThatIsKnown) {
  ASSERT_TRUE(WriteFile(folder_ / "a.exe", std::string("MZ\x90\x00\xff\xfe", 6)));
  EXPECT_EQ(Run({"capture", "add", "1", folder_ / "a.exe", "--how", "x"}).code, 3);
  ASSERT_TRUE(WriteFile(folder_ / "a.txt", "words"));
  EXPECT_EQ(Run({"capture", "add", "9", folder_ / "a.txt", "--how", "x"}).code, 5);
  EXPECT_EQ(Run({"capture", "add", "1", folder_ / "nothing", "--how", "x"}).code, 5);
  EXPECT_EQ(Run({"capture", "add", "1", folder_ / "a.txt"}).code, 2) << "without --how";
}

}  // namespace
}  // namespace heed
