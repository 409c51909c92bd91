// `heed report` and `heed recheck`, with and without a running `heed serve`: by hand, and to a server that speaks Mastodon's API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <fstream>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/connectors/mastodon_fake.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kUri = "https://social.example/@sam/01A";

class ReportCommand : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    host_.origin = server_.Origin();
    host_.token = "secret-token";
    host_.statuses = {{"01A", "Oakmoor School teachers are all scum #oakmoor", FormatRfc3339(SystemClock().Now() - hours{1})}};
    server_.Otherwise([this](const SeenRequest& request) { return Serve(request); });
    config_ = LeastConfig(folder_.path(), "{\"id\": \"1\", \"platform\": \"facebook\", \"permalink\": \"https://www.facebook.com/1\", \"text\": \"Oakmoor School teachers are all scum\"}\n");
    ASSERT_TRUE(WriteFile(folder_ / "token", "secret-token\n"));
    Configure("accept_terms = true");
    ASSERT_EQ(Run({"scan"}).code, 0);
    if (GetParam()) {
      serve_.emplace(std::vector<std::string>{"serve", "--config", config_});
      ASSERT_TRUE(serve_->Says("serving 2 sources")) << serve_->err();
    }
  }
  void TearDown() override {
    if (!serve_) return;
    serve_->Signal(SIGTERM);
    EXPECT_EQ(serve_->Wait(), 0) << serve_->err();
  }

  void Configure(const std::string& more) {
    if (const auto least = least_.empty() ? ReadFile(config_) : Result<std::string>(least_)) least_ = *least;
    if (const auto at = least_.find("name = "); least_.find("hashtags = [\"oakmoor\"]") == std::string::npos) least_.insert(at, "hashtags = [\"oakmoor\"]\n");
    ASSERT_TRUE(WriteFile(config_, least_ + "[[source]]\nid = \"masto\"\nschool = \"oakmoor\"\nconnector = \"mastodon\"\nserver = \"" + server_.Origin() +
                                       "\"\ntoken_file = \"token\"\nhashtags = [\"oakmoor\"]\nqueries = []\n" + more + "\n"));
  }

  // The Mastodon server's part that reports and re-checks need.
  Answer Serve(const SeenRequest& request) {
    if (request.path == "/api/v1/reports") {
      ++filed_;
      return Answer::Json(R"({"id":"48914","action_taken":false})");
    }
    if (request.path == "/api/v1/instance/rules") return Answer::Json(R"([{"id":"2","text":"No abuse","hint":""}])");
    if (request.path == "/api/v1/statuses/01A") return removed_ ? FakeMastodon::Json(404, R"({"error":"Record not found"})") : Answer::Json(FakeMastodon::View(host_.statuses[0]));
    if (request.path == "/api/v2/search" && request.Query("resolve") == "true") {
      std::string view = removed_ ? "" : FakeMastodon::View(host_.statuses[0]);
      if (!view.empty()) view.replace(view.find("\"acct\""), 0, "\"id\":\"77\",");
      return Answer::Json(R"({"statuses":[)" + view + "]}");
    }
    return host_.Serve(request);
  }

  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_});
    return Heed(arguments);
  }
  Ran As(const std::string& who, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--as", who});
    return Run(arguments);
  }
  // The number of the case whose post has that platform.
  std::string CaseOn(std::string_view platform) {
    const Ran queue = Run({"queue", "--json"});
    JsonParser parser;
    const auto cases = parser.Parse(queue.out);
    std::string id = "0";
    if (cases) cases->Each([&](Json one) {
      if (one["platform"].StringOr("") == platform) id = std::to_string(one["id"].Int().value_or(0));
    });
    EXPECT_NE(id, "0") << queue.out << queue.err;
    return id;
  }
  std::string StateOf(const std::string& id) {
    const Ran list = Run({"report", "list", "--json"});
    JsonParser parser;
    const auto root = parser.Parse(list.out);
    std::string state = "none";
    if (root) (*root)["reports"].Each([&](Json row) {
      if (std::to_string(row["case"].Int().value_or(0)) == id) state = row["state"].StringOr("");
    });
    return state;
  }

  TempFolder folder_;
  HttpServer server_;
  FakeMastodon host_;
  std::atomic<int> filed_ = 0;
  std::atomic<bool> removed_ = false;
  std::string config_, least_;
  std::optional<Running> serve_;
};

INSTANTIATE_TEST_SUITE_P(WithAndWithoutServe, ReportCommand, ::testing::Bool(), [](const auto& param) { return param.param ? "BesideServe" : "Alone"; });

TEST_P(ReportCommand, GoesFromACaseToThePlatformOnceAndIsLookedAfter) {
  const std::string id = CaseOn("mastodon");
  ASSERT_EQ(As("ada", {"case", "decide", id, "--finding", "breach", "--why", "insults all staff"}).code, 0);
  const Ran shown = Run({"report", "show", id});
  EXPECT_THAT(shown.out, HasSubstr("rule:2")) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("No abuse"));

  const Ran without = As("ada", {"report", "propose", id});
  EXPECT_EQ(without.code, 2);
  EXPECT_THAT(without.err, HasSubstr("--reason is missing"));
  const Ran quoting = As("ada", {"report", "propose", id, "--reason", "rule:2", "--text", "They call the teachers scum."});
  EXPECT_EQ(quoting.code, 2);
  EXPECT_THAT(quoting.err, HasSubstr("describe them instead"));
  const Ran proposed = As("ada", {"report", "propose", id, "--reason", "rule:2", "--text", "It insults every teacher at the school."});
  ASSERT_EQ(proposed.code, 0) << proposed.err;
  EXPECT_THAT(As("ada", {"report", "propose", id, "--reason", "rule:2"}).err, HasSubstr("one decision, one report"));

  EXPECT_THAT(Run({"report", "send"}).out, HasSubstr("Nothing is due"));
  EXPECT_THAT(As("ada", {"case", "approve", id, "1", "--hold", "0"}).err, HasSubstr("somebody else must approve"));
  EXPECT_EQ(filed_, 0);
  ASSERT_EQ(As("head", {"case", "approve", id, "1", "--hold", "0"}).code, 0);
  Run({"report", "send"});  // the running server may have been quicker
  EXPECT_EQ(filed_, 1);
  EXPECT_EQ(StateOf(id), "done");
  const Ran after = Run({"report", "show", id, "1"});
  EXPECT_THAT(after.out, HasSubstr("Number: 48914"));
  EXPECT_THAT(after.out, HasSubstr("It insults every teacher at the school."));
  Run({"report", "send"});
  EXPECT_EQ(filed_, 1);

  EXPECT_THAT(Run({"recheck", id}).out, HasSubstr("up"));
  removed_ = true;
  EXPECT_THAT(Run({"recheck", id}).out, HasSubstr("to be confirmed"));
  const Ran list = Run({"report", "list"});
  EXPECT_THAT(list.out, HasSubstr("48914"));
  EXPECT_THAT(list.out, HasSubstr("(once)"));
}

TEST_P(ReportCommand, IsMadeByHandWhereThereIsNoInterface) {
  const std::string id = CaseOn("facebook");
  ASSERT_EQ(As("ada", {"case", "decide", id, "--finding", "breach", "--why", "insults all staff"}).code, 0);
  const Ran proposed = As("ada", {"report", "propose", id, "--text", "It insults every teacher at the school."});
  ASSERT_EQ(proposed.code, 0) << proposed.err;
  ASSERT_EQ(As("head", {"case", "approve", id, "1", "--hold", "0"}).code, 0);
  const Ran shown = Run({"report", "show", id});
  for (const auto* part : {"By hand: Facebook", "319149701968527", "[ ] Three dots, Report post", "Bullying, harassment or abuse", "report answer " , "It insults every teacher"})
    EXPECT_THAT(shown.out, HasSubstr(part)) << shown.err;
  EXPECT_EQ(StateOf(id), "held");
  EXPECT_THAT(Run({"report", "send"}).out, HasSubstr("Nothing is due"));
  ASSERT_EQ(As("ada", {"report", "answer", id, "1", "--reference", "FB-77", "--note", "Support inbox: received"}).code, 0);
  EXPECT_EQ(StateOf(id), "done");
  const Ran helpline = Run({"report", "helpline", id});
  EXPECT_THAT(helpline.out, HasSubstr("0344 381 4772"));
  EXPECT_THAT(helpline.out, HasSubstr("number FB-77"));
  EXPECT_THAT(Run({"recheck", id}).err, HasSubstr("open https://www.facebook.com/1"));
  EXPECT_EQ(As("ada", {"recheck", id, "--found", "gone_unknown"}).code, 0);
  EXPECT_NE(As("ada", {"recheck", id, "--found", "vanished"}).code, 0);
}

TEST_P(ReportCommand, ARefusalByHandCanNameTheLastDayOfAnAppeal) {
  const std::string id = CaseOn("facebook");
  ASSERT_EQ(As("ada", {"case", "decide", id, "--finding", "breach", "--why", "insults all staff"}).code, 0);
  ASSERT_EQ(As("ada", {"report", "propose", id, "--text", "It insults every teacher at the school."}).code, 0);
  ASSERT_EQ(As("head", {"case", "approve", id, "1", "--hold", "0"}).code, 0);
  const auto answer = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"report", "answer", id, "1", "--note", "no breach"});
    return As("ada", more);
  };
  EXPECT_EQ(answer({"--outcome", "refused", "--appeal-by", "soon"}).code, 2);
  EXPECT_EQ(answer({"--appeal-by", "2126-12-24"}).code, 2) << "what was taken is not appealed";
  const Ran refused = answer({"--outcome", "refused", "--appeal-by", "2126-12-24"});
  ASSERT_EQ(refused.code, 0) << refused.err;
  EXPECT_THAT(Run({"report", "list", "--json"}).out, HasSubstr("can be appealed until 25 Dec 2126 00:00"));
}

TEST_P(ReportCommand, CanBeCancelledUntilItLeaves) {
  const std::string id = CaseOn("mastodon");
  ASSERT_EQ(As("ada", {"case", "decide", id, "--finding", "breach", "--why", "insults all staff"}).code, 0);
  ASSERT_EQ(As("ada", {"report", "propose", id, "--reason", "other", "--text", "It insults every teacher."}).code, 0);
  ASSERT_EQ(As("head", {"case", "approve", id, "1", "--hold", "1h"}).code, 0);
  EXPECT_THAT(Run({"report", "list"}).out, HasSubstr("may be cancelled"));
  EXPECT_THAT(As("ada", {"report", "answer", id, "1"}).err, HasSubstr("heed sends this one by itself"));
  ASSERT_EQ(As("head", {"report", "cancel", id, "1", "--why", "spoke to them"}).code, 0);
  EXPECT_THAT(Run({"report", "send"}).out, HasSubstr("Nothing is due"));
  EXPECT_EQ(StateOf(id), "cancelled");
  EXPECT_EQ(filed_, 0);
}

TEST_P(ReportCommand, WritesASection5NoticeOnlyWhenItIsComplete) {
  ASSERT_TRUE(WriteFile(folder_ / "notice.json", R"({"complainant":"Oakmoor School"})"));
  const Ran refused = Run({"report", "notice", folder_ / "notice.json"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("a person, not the school"));
  EXPECT_THAT(refused.err, HasSubstr("meaning:"));
  EXPECT_EQ(refused.out, "");
}

// Nothing goes to a platform whose terms were not accepted in the configuration.
TEST(ReportTerms, KeepAReportInTheSchoolAndSayHowToAcceptThem) {
  TempFolder folder;
  HttpServer server;
  FakeMastodon host(server);
  host.token = "t";
  host.statuses = {{"01A", "Oakmoor School teachers are all scum #oakmoor", FormatRfc3339(SystemClock().Now() - hours{1})}};
  ASSERT_TRUE(WriteFile(folder / "token", "t"));
  ASSERT_TRUE(WriteFile(folder / "heed.toml", "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nhashtags = [\"oakmoor\"]\n[[source]]\nid = \"masto\"\nschool = \"oakmoor\"\nconnector = \"mastodon\"\nserver = \"" + server.Origin() +
                                                  "\"\ntoken_file = \"token\"\nhashtags = [\"oakmoor\"]\nqueries = []\n"));
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", folder / "heed.toml"});
    return Heed(arguments);
  };
  ASSERT_EQ(run({"scan"}).code, 0);
  ASSERT_EQ(run({"case", "decide", "1", "--finding", "breach", "--why", "w", "--as", "ada"}).code, 0);
  ASSERT_EQ(run({"case", "propose", "1", "--kind", "report", "--to", "mastodon", "--text", "It insults every teacher.", "--as", "ada"}).code, 0);
  ASSERT_EQ(run({"case", "approve", "1", "1", "--hold", "0", "--as", "head"}).code, 0);
  const auto asked = server.request_count();
  EXPECT_THAT(run({"report", "send"}).out, HasSubstr("Nothing is due"));
  EXPECT_EQ(server.request_count(), asked);
  EXPECT_THAT(run({"report", "list"}).out, HasSubstr("accept_terms = true"));
}

}  // namespace
}  // namespace heed
