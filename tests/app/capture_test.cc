// What is flagged is kept with the exchange that brought it; what is not, is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/live_judge.h"
#include "src/app/runner.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/evidence/capture.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string* address = nullptr;  // a card's make() is a plain function

// Reads [{"id", "text"}, ...] from one address.
class OverHttp : public Connector {
 public:
  explicit OverHttp(HttpClient& http) : http_(http) {}
  Result<Page> Fetch(const Cursor&) override {
    const auto response = HEED_TRY(http_.Send({.url = *address, .headers = {{"Authorization", "Bearer sesame"}}}));
    JsonParser parser;
    const Json root = HEED_TRY(parser.Parse(response.body));
    Page page;
    root.Each([&](Json post) {
      Post& read = page.posts.emplace_back();
      read.platform = "test";
      read.native_id = post["id"].StringOr("");
      read.global_id = "test:" + read.native_id;
      read.text = post["text"].StringOr("");
    });
    page.next.value = "end";
    return page;
  }

 private:
  HttpClient& http_;
};

const ConnectorCard kCard{.name = "over-http", .summary = "", .terms = "", .terms_must_be_accepted = false, .settings = {}, .collects = true, .reports = false, .rechecks = false,
                          .make = [](const SourceSpec&, const School&, ConnectorTools tools) -> Result<std::unique_ptr<Connector>> { return std::make_unique<OverHttp>(tools.http); }};

TEST(RunnerCaptures, WhatIsFlaggedWithItsExchangeAndNobodyElse) {
  const LexiconFile file{"test.toml",
                         "language = \"en\"\n[[term]]\nid = \"abuse.numpty\"\nphrases = [\"numpties\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"Calls people numpties.\"\n"
                         "matches = [\"a school of numpties\"]\nignores = [\"a school of numbers\"]\n"};
  auto lexicon = LoadLexicon({&file, 1});
  ASSERT_TRUE(lexicon);
  School school;
  school.id = "oakmoor", school.name = "Oakmoor School", school.names = {"Oakmoor School"};
  auto judge = Judge::Make(std::make_shared<const Lexicon>(*std::move(lexicon)), {school}, {});
  ASSERT_TRUE(judge);
  HttpServer server;
  std::string url = server.Url("/posts");
  address = &url;
  server.Route("/posts", Answer::Json(R"([{"id":"post-0001","text":"Oakmoor School is run by numpties"},{"id":"post-0002","text":"my dog is ill"},{"id":"post-0003","text":"Oakmoor School is open"}])"));
  const TempFolder folder;
  auto store = Store::Open(folder.path());
  ASSERT_TRUE(store);
  Config config;
  config.schools = {school};
  SourceEntry entry{.spec = {}, .card = &kCard, .schedule = *Schedule::Every("15m")};
  entry.spec.id = "src", entry.spec.school = "oakmoor", entry.spec.connector = "over-http";
  HttpClient http(HttpClient::Options{});
  FakeClock clock{"2026-11-02 08:00"};
  LiveJudge live(*std::move(judge));
  Runner runner(config, live, **store, http, clock);
  const SourceRun run = runner.Run(entry, nullptr);
  ASSERT_TRUE(run.complete()) << run.message;
  EXPECT_EQ(run.opened, 1u);

  const auto history = (*store)->History(1);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ((*history)[1].kind, EventKind::kCaptured);
  const auto capture = ReadCapture((*history)[1].details);
  ASSERT_TRUE(capture) << capture.error().message();
  const std::string warc = (*store)->Attachment(1, (*history)[1].sequence).value();
  EXPECT_EQ(Sha256Hex(warc), capture->sha256);
  EXPECT_THAT(warc, HasSubstr(R"({"id":"post-0001","text":"Oakmoor School is run by numpties"})"));
  for (const char* others : {"my dog is ill", "post-0002", "is open", "sesame"}) EXPECT_THAT(warc, Not(HasSubstr(others)));
  EXPECT_THAT(warc, HasSubstr("GET /posts HTTP/1.1"));
  // The case is folded from its events as before.
  EXPECT_EQ((*store)->FindCase(1)->events, 2u);
  // Read again, nothing new: nothing is added.
  ASSERT_TRUE(runner.Run(entry, nullptr).complete());
  EXPECT_EQ((*store)->History(1)->size(), 2u);
  // Edited until it is harmless: that exchange is evidence too.
  server.Route("/posts", Answer::Json(R"([{"id":"post-0001","text":"Oakmoor School is a fine place after all"},{"id":"post-0003","text":"Oakmoor School is closed"}])"));
  ASSERT_TRUE(runner.Run(entry, nullptr).complete());
  const auto edited = (*store)->History(1);
  ASSERT_EQ(edited->size(), 4u);
  EXPECT_EQ((*edited)[2].kind, EventKind::kEdited);
  ASSERT_EQ((*edited)[3].kind, EventKind::kCaptured);
  EXPECT_THAT((*store)->Attachment(1, (*edited)[3].sequence).value(), ::testing::AllOf(HasSubstr("a fine place after all"), Not(HasSubstr("is closed"))));
}

}  // namespace
}  // namespace heed
