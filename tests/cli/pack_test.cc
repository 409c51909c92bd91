// `heed pack`, `verify`, `open` and `audit` as a person types them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/authority.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/shell.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Packed : public ::testing::Test {
 protected:
  void SetUp() override {
    config_ = LeastConfig(folder_.path(),
                          "{\"id\": \"1\", \"text\": \"Oakmoor School teachers are all scum\", \"author\": \"crow\", \"permalink\": \"https://social.example/1\"}\n"
                          "{\"id\": \"2\", \"text\": \"the staff of Oakmoor School are vermin\", \"author\": \"rook\"}\n");
    const Ran scan = Run({"scan"});
    ASSERT_EQ(scan.code, 0) << scan.err;
  }
  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_});
    return Heed(arguments);
  }
  Ran Pack(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"pack", "--no-pdf"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  TempFolder folder_;
  std::string config_;
};

TEST_F(Packed, IsMadeAndCheckedElsewhere) {
  const Ran made = Pack({"1", "2", "--output", folder_ / "pack.zip", "--purpose", "advice of a solicitor"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("2 items"));
  EXPECT_THAT(made.out, HasSubstr("not time-stamped yet"));
  const Ran good = Heed({"verify", folder_ / "pack.zip"});  // no configuration, no store
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("All of it holds"));
  const Ran json = Heed({"verify", folder_ / "pack.zip", "--json"});
  JsonParser parser;
  const auto report = parser.Parse(json.out);
  ASSERT_TRUE(report) << json.out;
  EXPECT_EQ((*report)["ok"].Bool(), true);
  EXPECT_EQ((*report)["cases"].size(), 2u);
  // That it was made is an event of its own, and does not change the next pack.
  EXPECT_THAT(Run({"show", "1"}).out, HasSubstr("exported"));
  ASSERT_EQ(Pack({"1", "2", "--output", folder_ / "again.zip"}).code, 0);
  EXPECT_EQ(ReadFile(folder_ / "pack.zip").value(), ReadFile(folder_ / "again.zip").value());
}

TEST_F(Packed, ThatWasTamperedWithIsNamed) {
  ASSERT_EQ(Pack({"1", "--output", folder_ / "pack.zip"}).code, 0);
  std::string bytes = ReadFile(folder_ / "pack.zip").value();
  bytes.insert(100, "x");
  ASSERT_TRUE(WriteFile(folder_ / "pack.zip", bytes));
  const Ran bad = Heed({"verify", folder_ / "pack.zip"});
  EXPECT_NE(bad.code, 0);
  EXPECT_THAT(bad.err + bad.out, HasSubstr("pack.zip"));
}

TEST_F(Packed, WorkingCopiesAreMasked) {
  ASSERT_EQ(Pack({"1", "--working", "--output", folder_ / "pack.zip"}).code, 0);
  const Ran good = Heed({"verify", folder_ / "pack.zip"});
  EXPECT_EQ(good.code, 0) << good.out;
  EXPECT_THAT(good.out, HasSubstr("working"));
}

TEST_F(Packed, SealedForSomebodyOpensWithThePassphraseOnly) {
  ASSERT_TRUE(WriteFile(folder_ / "passphrase", "a long enough passphrase\n"));
  ASSERT_TRUE(WriteFile(folder_ / "other", "another long passphrase\n"));
  const Ran made = Pack({"1", "--output", folder_ / "sealed", "--seal-for", "A. Solicitor", "--passphrase-file", folder_ / "passphrase"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("Sealed for A. Solicitor"));
  EXPECT_THAT(ReadFile(folder_ / "sealed").value(), Not(HasSubstr("report.html")));
  EXPECT_NE(Heed({"verify", folder_ / "sealed"}).code, 0);
  EXPECT_NE(Heed({"verify", folder_ / "sealed", "--passphrase-file", folder_ / "other"}).code, 0);
  const Ran good = Heed({"verify", folder_ / "sealed", "--passphrase-file", folder_ / "passphrase"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("A. Solicitor"));
  const Ran opened = Heed({"open", folder_ / "sealed", "--output", folder_ / "opened.zip", "--passphrase-file", folder_ / "passphrase"});
  EXPECT_EQ(opened.code, 0) << opened.err;
  EXPECT_EQ(Heed({"verify", folder_ / "opened.zip"}).code, 0);
}

TEST_F(Packed, SealedIsStampedLaterAndStaysSealedForTheSamePerson) {
  if (!Have("openssl")) GTEST_SKIP() << "openssl is not installed: there is no time-stamp authority to ask";
  const Authority authority;
  HttpServer server;
  server.Route("/tsa", [&](const SeenRequest& request) { return Answer::Of("application/timestamp-reply", authority.Reply(request.body)); });
  ASSERT_TRUE(WriteFile(folder_ / "passphrase", "a long enough passphrase\n"));
  ASSERT_TRUE(WriteFile(folder_ / "other", "another long passphrase\n"));
  ASSERT_EQ(Pack({"1", "--output", folder_ / "sealed", "--seal-for", "A. Solicitor", "--passphrase-file", folder_ / "passphrase"}).code, 0);
  ASSERT_TRUE(WriteFile(config_, ReadFile(config_).value() + "\n[evidence]\nauthorities = [\"" + server.Url("/tsa") + "\"]\ncertificates = \"" + authority.certificates() + "\"\n"));
  EXPECT_THAT(Run({"stamp", folder_ / "sealed", "--output", folder_ / "stamped"}).err, HasSubstr("--passphrase-file"));
  EXPECT_NE(Run({"stamp", folder_ / "sealed", "--output", folder_ / "stamped", "--passphrase-file", folder_ / "other"}).code, 0);
  EXPECT_FALSE(Exists(folder_ / "stamped"));
  const Ran stamped = Run({"stamp", folder_ / "sealed", "--output", folder_ / "stamped", "--passphrase-file", folder_ / "passphrase"});
  ASSERT_EQ(stamped.code, 0) << stamped.err;
  EXPECT_THAT(stamped.out, HasSubstr("1 time stamp added"));
  EXPECT_NE(Heed({"verify", folder_ / "stamped"}).code, 0) << "it is sealed still";
  const Ran good = Heed({"verify", folder_ / "stamped", "--passphrase-file", folder_ / "passphrase", "--certificates", authority.certificates()});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, AllOf(HasSubstr("A. Solicitor"), HasSubstr("Oakmoor Test Authority"), HasSubstr("which is trusted here")));
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "data")) EXPECT_THAT(entry.path().string(), Not(HasSubstr(".zip"))) << "nothing opened is left behind";
}

TEST_F(Packed, MistakesSayWhatIsWrong) {
  EXPECT_EQ(Pack({"1"}).code, 2);                                            // no --output
  EXPECT_EQ(Pack({"--output", folder_ / "x.zip"}).code, 2);                  // no case
  EXPECT_EQ(Pack({"7", "--output", folder_ / "x.zip"}).code, 5);             // no such case
  EXPECT_EQ(Pack({"1", "--working", "--evidence", "--output", "x"}).code, 2);
  EXPECT_EQ(Pack({"1", "--seal-for", "A", "--output", "x"}).code, 2);
  EXPECT_EQ(Pack({"1", "--mask", "Jake", "--output", "x"}).code, 2);
  EXPECT_EQ(Heed({"verify", folder_ / "nothing.zip"}).code, 5);
}

TEST_F(Packed, TheChainIsCheckedAndItsHeadTold) {
  const Ran audit = Run({"audit", "verify"});
  EXPECT_EQ(audit.code, 0) << audit.err;
  EXPECT_THAT(audit.out, HasSubstr("The chain holds: 2 events"));
}

}  // namespace
}  // namespace heed
