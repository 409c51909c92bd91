// Adding a source: nothing is written unless reading worked, and secrets never stand in the configuration.
#include "src/app/source_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "src/base/file.h"
#include "src/base/text.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kConfig = "# our own words\n[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nhashtags = [\"oakmoor\"]\nplaces = [\"Brackwell\"]\n";

class SourceDesk : public ::testing::Test {
 protected:
  SourceDesk() {
    config_ = folder_ / "heed.toml";
    EXPECT_TRUE(WriteFile(config_, kConfig, 0640));
    server_.Route("/api/v2/instance", Answer::Json(R"({"domain":"social.example","version":"4.6.4"})"));
    server_.Route("/api/v1/timelines/tag/oakmoor", [this](const SeenRequest& request) {
      return request.Header("authorization") == "Bearer t0ken" ? Answer::Json(timeline_) : Answer::Status(401, R"({"error":"The access token is invalid"})");
    });
    asked_.connector = "mastodon";
    asked_.settings = {{"server", server_.Origin()}, {"token", "t0ken"}, {"hashtags", "oakmoor"}, {"queries", ""}, {"look_back", "14d"}};
  }
  Result<AddedSource> Add() { return AddSource(config_, asked_, http_, clock_, [this](const std::string& name) { return name == "HEED_T" ? std::optional<std::string>(variable_) : std::nullopt; }); }
  std::string Config() const { return *ReadFile(config_); }
  static unsigned ModeOf(const std::string& path) {
    struct stat is {};
    return ::stat(path.c_str(), &is) == 0 ? is.st_mode & 0777u : 0u;
  }

  TempFolder folder_;
  std::string config_, variable_ = "t0ken";
  std::string timeline_ = R"([{"id":"1","uri":"https://social.example/1","url":"https://social.example/1","created_at":"2031-03-01T08:00:00Z","visibility":"public","content":"<p>#oakmoor</p>","account":{"acct":"sam"}}])";
  FakeClock clock_{"2031-03-02 08:00"};
  HttpServer server_;
  HttpClient http_{{}};
  NewSource asked_;
};

TEST_F(SourceDesk, WritesTheBlockAndTheSecretOnceReadingWorked) {
  const auto added = Add();
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_EQ(added->id, "mastodon");
  EXPECT_EQ(added->posts, 1u);
  EXPECT_EQ(Config(), std::string(kConfig) + added->block) << "what was there stays as it was";
  EXPECT_EQ(added->block, "\n[[source]]\nid = \"mastodon\"\nschool = \"oakmoor\"\nconnector = \"mastodon\"\nserver = \"" + server_.Origin() +
                              "\"\ntoken_file = \"secrets/mastodon-token\"\nhashtags = [\"oakmoor\"]\nqueries = []\nlook_back = \"14d\"\n");
  EXPECT_THAT(Config(), Not(HasSubstr("t0ken\"")));
  EXPECT_EQ(*ReadFile(folder_ / "secrets/mastodon-token"), "t0ken\n");
  EXPECT_EQ(ModeOf(folder_ / "secrets/mastodon-token"), 0600u);
  EXPECT_EQ(ModeOf(folder_ / "secrets"), 0700u);
  EXPECT_EQ(ModeOf(config_), 0640u) << "the configuration keeps its rights";
  const auto reading = LoadConfig(config_);
  ASSERT_TRUE(reading);
  ASSERT_TRUE(reading->config);
  EXPECT_EQ(reading->config->sources.at(0).spec.String("token"), "t0ken");

  // A second one of the kind gets a name of its own.
  const auto second = Add();
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(second->id, "mastodon-2");
  EXPECT_EQ(LoadConfig(config_)->config->sources.size(), 2u);
}

TEST_F(SourceDesk, LeavesEverythingAsItWasWhenReadingDoesNotWork) {
  asked_.settings["token"] = "another";
  const auto added = Add();
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().fault(), Fault::kSignIn);
  EXPECT_THAT(added.error().message(), HasSubstr("the test did not work, so nothing was written"));
  EXPECT_THAT(added.error().message(), HasSubstr("make a new one"));
  EXPECT_EQ(Config(), kConfig);
  EXPECT_FALSE(Exists(folder_ / "secrets"));
}

TEST_F(SourceDesk, OverwritesNoSecretThatIsThere) {
  ASSERT_TRUE(MakeFolder(folder_ / "secrets"));
  ASSERT_TRUE(WriteFile(folder_ / "secrets/mastodon-token", "precious"));
  const auto added = Add();
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().fault(), Fault::kExists);
  EXPECT_EQ(*ReadFile(folder_ / "secrets/mastodon-token"), "precious");
  EXPECT_EQ(Config(), kConfig);
}

TEST_F(SourceDesk, TakesSecretsThatLieSomewhereAlready) {
  asked_.settings.erase("token");
  ASSERT_TRUE(WriteFile(folder_ / "mine", "t0ken\n"));
  asked_.secret_files["token"] = "mine";
  auto added = Add();
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_THAT(added->block, HasSubstr("token_file = \"mine\"\n"));
  EXPECT_TRUE(added->secret_files.empty());
  asked_.secret_files.clear();
  asked_.secret_envs["token"] = "HEED_T";
  added = Add();
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_THAT(added->block, HasSubstr("token_env = \"HEED_T\"\n"));
}

struct WrongSource {
  const char* what;
  void (*spoil)(NewSource&);
  const char* says;
};

TEST_F(SourceDesk, NamesWhatIsWrongAndTouchesNothing) {
  const WrongSource cases[] = {
      {"no such connector", [](NewSource& s) { s.connector = "mastodn"; }, "did you mean \"mastodon\"?"},
      {"a setting it does not have", [](NewSource& s) { s.settings["sever"] = "x"; }, "did you mean \"server\"?"},
      {"a needed one missing", [](NewSource& s) { s.settings.erase("server"); }, "\"server\" is missing: the server to read"},
      {"a length of time that is none", [](NewSource& s) { s.settings["look_back"] = "ages"; }, "look_back: write a length of time"},
      {"further back than a year", [](NewSource& s) { s.settings["look_back"] = "500d"; }, "further back than a year"},
      {"a number that is none", [](NewSource& s) { s.settings["page_size"] = "many"; }, "page_size: write a whole number"},
      {"neither yes nor no", [](NewSource& s) { s.settings["mentions"] = "perhaps"; }, "mentions: write yes or no"},
      {"a file for what is no secret", [](NewSource& s) { s.secret_files["server"] = "x"; }, "\"server\" is no secret"},
      {"a query for a person", [](NewSource& s) { s.settings["queries"] = "Ms Adeyemi"; }, "does not name the school"},
      {"an id that is none", [](NewSource& s) { s.id = "My Source"; }, "cannot be an id"},
      {"a school that is none", [](NewSource& s) { s.school = "oakmor"; }, "did you mean \"oakmoor\"?"},
      {"a schedule that is none", [](NewSource& s) { s.every = "often"; }, "often"},
      {"two lines", [](NewSource& s) { s.settings["server"] = "https://a.example\n[[school]]"; }, "more than one line"},
      {"terms that are not accepted", [](NewSource& s) { s = {.connector = "youtube", .settings = {{"key", "k"}}, .secret_files = {}, .secret_envs = {}}; }, "--accept-terms"},
  };
  const auto good = asked_;
  for (const auto& one : cases) {
    asked_ = good;
    one.spoil(asked_);
    const auto added = Add();
    ASSERT_FALSE(added) << one.what;
    EXPECT_EQ(added.error().fault(), Fault::kInvalid) << one.what;
    EXPECT_THAT(added.error().message(), HasSubstr(one.says)) << one.what;
    EXPECT_EQ(Config(), kConfig) << one.what;
    EXPECT_FALSE(Exists(folder_ / "secrets")) << one.what;
  }
  EXPECT_EQ(server_.request_count(), 0u);
}

TEST_F(SourceDesk, QuotesWhateverIsTyped) {
  asked_.settings["server"] = server_.Origin();
  asked_.settings["hashtags"] = " oakmoor , #oakmoor,";
  auto added = Add();
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_THAT(added->block, HasSubstr("hashtags = [\"oakmoor\", \"#oakmoor\"]"));
  asked_.settings["server"] = "https://a\"]\\b.example";
  added = Add();
  ASSERT_FALSE(added);  // no address, but no broken file either
  EXPECT_TRUE(LoadConfig(config_)->config);
}

}  // namespace
}  // namespace heed
