// Reviews at Google and Trustpilot: signing in, what is read, and their answers as posts.
#include "connectors/google/google.h"
#include "connectors/trustpilot/trustpilot.h"
#include "tests/connectors/lists.h"
#include "tests/connectors/reviews_fake.h"

namespace heed {
namespace {

using namespace lists;
using testing::HasSubstr;
using testing::IsEmpty;

class GoogleTest : public testing::Test {
 protected:
  GoogleTest() {
    spec.settings["server"] = spec.settings["auth_server"] = server.Origin();
    spec.settings["client_id"] = std::string("client");
    spec.settings["client_secret"] = std::string("s3cret");
    spec.settings["refresh_token"] = std::string("refresh");
    spec.settings["locations"] = std::vector<std::string>{"accounts/1/locations/2"};
    host.reviews = {{"r1", "rubbish", "2031-03-01T08:00:00Z"}};
  }
  std::unique_ptr<Connector> Make() {
    auto made = kGoogleCard.make(spec, Oakmoor(), {http, clock});
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }

  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  FakeGoogle host{server};
  HttpClient http{{}};
  SourceSpec spec{"google", "oakmoor", "google", {}};
};

TEST_F(GoogleTest, SignsInOnceAnHourAndAgainWhenTheTokenIsRefused) {
  const auto connector = Make();
  auto run = ReadRun(*connector);
  ASSERT_FALSE(run.error) << run.error->message();
  run = ReadRun(*connector, run.cursor);
  EXPECT_EQ(host.sign_ins, 1);
  clock.Advance(hours{1});
  run = ReadRun(*connector, run.cursor);
  EXPECT_EQ(host.sign_ins, 2);
  host.access = "another";
  run = ReadRun(*connector, run.cursor);
  EXPECT_FALSE(run.error);
  EXPECT_EQ(host.sign_ins, 3);
  for (const auto& request : server.requests()) EXPECT_EQ(request.target.find("s3cret"), std::string::npos);
  EXPECT_EQ(run.cursor.value.find("access"), std::string::npos);
}

TEST_F(GoogleTest, SaysWhatToDoWhenItMayNotSignIn) {
  host.token_error = "invalid_grant";
  auto run = ReadRun(*Make());
  EXPECT_EQ(run.error->fault(), Fault::kSignIn);
  EXPECT_THAT(run.error->message(), HasSubstr("sign in again as the owner"));
  host.token_error = "invalid_client";
  run = ReadRun(*Make());
  EXPECT_EQ(run.error->fault(), Fault::kSignIn);
  EXPECT_THAT(run.error->message(), HasSubstr("client_secret"));
}

TEST_F(GoogleTest, TellsWhenTheSignInEnds) {
  EXPECT_EQ(ReadRun(*Make()).sign_in_ends, Instant::max());
  host.token_extra = R"(,"refresh_token_expires_in":604799)";
  EXPECT_EQ(ReadRun(*Make()).sign_in_ends, clock.Now() + seconds{604'799});
}

TEST_F(GoogleTest, EverythingIsAboutTheSchool) {
  const auto page = Make()->Fetch({});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->about_school);
}

TEST_F(GoogleTest, SaysWhatToDoWhenItIsRefused) {
  const std::pair<int, const char*> cases[] = {{403, "own or manage this profile"}, {404, "check the names in `locations`"}, {429, "quota of 0"}};
  for (const auto& [status, says] : cases) {
    server.Next(Answer::Json(R"({"access_token":"access","expires_in":3599})"));
    server.Next(Answer::Status(status));
    const auto run = ReadRun(*Make());
    ASSERT_TRUE(run.error) << status;
    EXPECT_THAT(run.error->message(), HasSubstr(says));
  }
}

TEST_F(GoogleTest, RefusesPlacesThatAreNone) {
  for (const auto* place : {"accounts/1", "accounts/1/locations/", "accounts/1/locations/2/reviews", "../accounts/1/locations/2", "accounts/1/locations/2?x=1"}) {
    spec.settings["locations"] = std::vector<std::string>{place};
    const auto made = kGoogleCard.make(spec, Oakmoor(), {http, clock});
    ASSERT_FALSE(made) << place;
    EXPECT_EQ(made.error().fault(), Fault::kInvalid);
  }
}

TEST(GoogleReviews, AreReadAsWrittenAndNotAsTranslated) {
  const std::pair<const char*, const char*> cases[] = {
      {"Shocking place", "Shocking place"},
      {"(Translated by Google) Bad school\n\n(Original)\nZła szkoła", "Zła szkoła"},
      {"Zła szkoła\n\n(Translated by Google)\nBad school", "Zła szkoła"},
      {"(Translated by Google) Bad school", "Bad school"},
      {"", ""},
  };
  for (const auto& [comment, words] : cases) EXPECT_EQ(WithoutTranslation(comment), words);
}

class TrustpilotTest : public testing::Test {
 protected:
  TrustpilotTest() {
    spec.settings["server"] = server.Origin();
    spec.settings["key"] = std::string("key");
    host.reviews = {{"r1", "rubbish", "2031-03-01T08:00:00Z"}};
  }
  Result<std::unique_ptr<Connector>> Make() { return kTrustpilotCard.make(spec, Oakmoor(), {http, clock}); }

  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  FakeTrustpilot host{server};
  HttpClient http{{}};
  SourceSpec spec{"trustpilot", "oakmoor", "trustpilot", {}};
};

TEST_F(TrustpilotTest, FindsTheSchoolsEntryByItsDomainOnce) {
  const auto connector = *Make();
  auto run = ReadRun(*connector);
  ASSERT_FALSE(run.error) << run.error->message();
  ASSERT_EQ(run.posts.size(), 1u);
  run = ReadRun(*connector, run.cursor);
  EXPECT_EQ(server.requests()[0].Query("name"), "oakmoor.example");
  EXPECT_EQ(server.request_count(), 3u);
}

TEST_F(TrustpilotTest, SaysWhatToDo) {
  host.domain = "another.example";
  auto run = ReadRun(**Make());
  EXPECT_EQ(run.error->fault(), Fault::kInvalid);
  EXPECT_THAT(run.error->message(), HasSubstr("no entry for oakmoor.example"));
  host.key = "another";
  run = ReadRun(**Make());
  EXPECT_EQ(run.error->fault(), Fault::kSignIn);
  EXPECT_THAT(run.error->message(), HasSubstr("copy the app's API key"));
  spec.settings["domain"] = std::string("somebody.example");
  EXPECT_THAT(Make().error().message(), HasSubstr("does not name the school"));
}

// --- Pages ---

std::string Told(const std::vector<ListEntry>& entries, const std::vector<std::string>& notes, std::size_t given) {
  std::string all;
  for (const auto& entry : entries) all += social::Dump(entry.post) + "\n";
  for (const auto& note : notes) all += "note: " + note + "\n";
  return all + "given: " + std::to_string(given) + "\n";
}

TEST(ReviewPages, OfGoogleBecomeThesePosts) {
  const auto page = ParseGoogleReviews(GoldenInput("google/reviews.json"), "accounts/1/locations/2");
  ASSERT_TRUE(page) << page.error().message();
  ExpectGolden("google/reviews.posts", Told(page->entries, page->notes, page->given) + "next: " + page->next + "\n");
}

TEST(ReviewPages, OfTrustpilotBecomeThesePosts) {
  const auto page = ParseTrustpilotReviews(GoldenInput("trustpilot/reviews.json"));
  ASSERT_TRUE(page) << page.error().message();
  ExpectGolden("trustpilot/reviews.posts", Told(page->entries, page->notes, page->given));
}

TEST(ReviewPages, HoldWhateverHappensToTheirBytes) {
  Damage(GoldenInput("google/reviews.json"), 1'500, [](const std::string& bytes) {
    if (const auto page = ParseGoogleReviews(bytes, "accounts/1/locations/2"))
      for (const auto& entry : page->entries) ExpectSound(entry.post);
  });
  Damage(GoldenInput("trustpilot/reviews.json"), 1'500, [](const std::string& bytes) {
    if (const auto page = ParseTrustpilotReviews(bytes))
      for (const auto& entry : page->entries) ExpectSound(entry.post);
  });
}

TEST(ReviewPages, AnEmptyObjectIsNoReviewsAtGoogleAndAnythingElseIsNone) {
  const auto none = ParseGoogleReviews("{}", "accounts/1/locations/2");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->given, 0u);
  for (const auto* body : {"[]", "null", R"({"error":{"code":500}})", R"({"totalReviewCount":4})", R"({"nextPageToken":"x"})", R"({"reviews":{}})"})
    EXPECT_FALSE(ParseGoogleReviews(body, "accounts/1/locations/2")) << body;
  for (const auto* body : {"{}", "[]", "null", R"({"reviews":null})"}) EXPECT_FALSE(ParseTrustpilotReviews(body)) << body;
}

}  // namespace
}  // namespace heed
