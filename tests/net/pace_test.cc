// What servers ask for in their headers, in every form seen, and what heed does when they say nothing.
#include "src/net/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "tests/fakes/fake_clock.h"

namespace heed {
namespace {

const Instant kNow = FakeClock{"2026-11-22 13:50"}.Now();

HttpResponse Response(int status, std::vector<std::pair<std::string, std::string>> headers, std::string body = "") {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

struct WaitCase {
  const char* what;
  int status;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<seconds> wait;
};

TEST(Pace, ReadsEveryFormOfAskedWait) {
  const std::vector<WaitCase> cases = {
      {"nothing asked", 200, {}, std::nullopt},
      {"nothing asked by a 429 either", 429, {}, std::nullopt},
      {"Retry-After in seconds", 429, {{"retry-after", "30"}}, seconds{30}},
      {"Retry-After as a date", 503, {{"retry-after", "Sun, 22 Nov 2026 13:52:00 GMT"}}, seconds{120}},
      {"Retry-After in the past", 503, {{"retry-after", "Sun, 22 Nov 2026 13:00:00 GMT"}}, seconds{0}},
      {"Retry-After by the server's clock", 503, {{"date", "Sun, 22 Nov 2026 12:00:00 GMT"}, {"retry-after", "Sun, 22 Nov 2026 12:01:00 GMT"}}, seconds{60}},
      {"Retry-After that is rubbish", 503, {{"retry-after", "soon"}}, std::nullopt},
      {"Retry-After below zero", 503, {{"retry-after", "-5"}}, std::nullopt},
      {"Retry-After of a year", 503, {{"retry-after", "31536000"}}, kLongestWait},
      {"Retry-After too long for a number", 503, {{"retry-after", std::string(500, '9').c_str()}}, std::nullopt},
      {"Bluesky, epoch seconds", 429, {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "1795355542"}}, seconds{142}},
      {"Bluesky with requests left", 200, {{"ratelimit-remaining", "2999"}, {"ratelimit-reset", "1795355542"}}, std::nullopt},
      {"Bluesky used up by a good answer", 200, {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "1795355542"}}, seconds{142}},
      {"Mastodon, ISO 8601", 429, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "2026-11-22T13:55:00.500Z"}}, seconds{301}},
      {"Reddit, seconds left, a float", 200, {{"x-ratelimit-remaining", "0.0"}, {"x-ratelimit-reset", "285"}}, seconds{285}},
      {"Reddit with requests left", 200, {{"x-ratelimit-remaining", "598.0"}, {"x-ratelimit-reset", "285"}}, std::nullopt},
      {"X, epoch seconds", 429, {{"x-rate-limit-remaining", "0"}, {"x-rate-limit-reset", "1795355542"}}, seconds{142}},
      {"X with requests left", 200, {{"x-rate-limit-remaining", "449"}, {"x-rate-limit-reset", "1795355542"}}, std::nullopt},
      {"epoch milliseconds", 429, {{"x-ratelimit-reset", "1795355410000"}}, seconds{10}},
      {"a 429 with a reset and no count", 429, {{"x-ratelimit-reset", "60"}}, seconds{60}},
      {"a 200 with a reset and no count", 200, {{"x-ratelimit-reset", "60"}}, std::nullopt},
      {"a reset that is over", 429, {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "1795355000"}}, seconds{0}},
      {"Retry-After beats the reset", 429, {{"retry-after", "5"}, {"ratelimit-remaining", "0"}, {"ratelimit-reset", "1795355542"}}, seconds{5}},
      {"rubbish", 429, {{"ratelimit-remaining", "none"}, {"ratelimit-reset", "never"}}, std::nullopt},
      {"not a number", 429, {{"ratelimit-reset", "nan"}}, std::nullopt},
  };
  for (const auto& one : cases) EXPECT_EQ(AskedWait(Response(one.status, one.headers), kNow), one.wait) << one.what;
}

TEST(Pace, SaysWhatIsLeftOfTheAllowance) {
  const std::pair<std::vector<std::pair<std::string, std::string>>, const char*> cases[] = {
      {{}, ""},
      {{{"ratelimit-limit", "3000"}, {"ratelimit-remaining", "2999"}, {"ratelimit-reset", "1795355542"}}, "2,999 of 3,000 requests left, new ones in 2 min 22 s"},
      {{{"x-ratelimit-limit", "300"}, {"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "2026-11-22T13:55:00Z"}}, "0 of 300 requests left, new ones in 5 min"},
      {{{"x-ratelimit-remaining", "598.0"}, {"x-ratelimit-reset", "285"}}, "598 requests left, new ones in 4 min 45 s"},
      {{{"x-ratelimit-remaining", "1234567"}}, "1,234,567 requests left"},
      {{{"x-ratelimit-remaining", "1e300"}}, ""},
      {{{"x-ratelimit-remaining", "many"}, {"x-ratelimit-limit", "3"}}, ""},
      {{{"ratelimit-reset", "60"}}, ""},
  };
  for (const auto& [headers, says] : cases) EXPECT_EQ(AllowanceLeft(Response(200, headers), kNow), says);
}

TEST(Pace, BacksOffFrom30SecondsTo15Minutes) {
  EXPECT_EQ(BackOff(0, 0), seconds{0});
  EXPECT_EQ(BackOff(1, 0), seconds{30});
  EXPECT_EQ(BackOff(2, 0), seconds{60});
  EXPECT_EQ(BackOff(5, 0), seconds{480});
  EXPECT_EQ(BackOff(6, 0), minutes{15});
  EXPECT_EQ(BackOff(4'000'000'000u, 0), minutes{15});
  for (std::uint64_t dice = 0; dice < 5'000; ++dice) {
    EXPECT_GE(BackOff(1, dice * 7'919), seconds{30});
    EXPECT_LE(BackOff(1, dice * 7'919), seconds{37});
    EXPECT_LE(BackOff(9, dice * 7'919), seconds{1'125});
  }
  EXPECT_NE(BackOff(6, 1), BackOff(6, 2)) << "schools must not all come back at the same second";
}

TEST(Pace, TurnsAStatusIntoWhatTheCallerCanDo) {
  const std::vector<std::pair<int, Fault>> cases = {
      {301, Fault::kMalformed}, {400, Fault::kMalformed}, {401, Fault::kSignIn},      {403, Fault::kDenied},
      {404, Fault::kNotFound},  {408, Fault::kUnavailable}, {410, Fault::kGone},      {413, Fault::kTooLarge},
      {418, Fault::kMalformed}, {429, Fault::kBusy},      {500, Fault::kUnavailable}, {502, Fault::kUnavailable},
      {503, Fault::kUnavailable}, {599, Fault::kUnavailable}, {999, Fault::kMalformed}};
  for (const auto& [status, fault] : cases) {
    const auto error = StatusError(Response(status, {}), "searching", kNow);
    EXPECT_EQ(error.fault(), fault) << status;
    EXPECT_THAT(error.message(), testing::StartsWith("searching: status " + std::to_string(status)));
    EXPECT_EQ(error.retry_after(), std::nullopt);
  }
}

TEST(Pace, AnErrorCarriesTheWaitAndTheServersOwnWords) {
  const auto error = StatusError(
      Response(429, {{"retry-after", "90"}, {"content-type", "application/json"}}, R"({"error":"RateLimitExceeded","message":"Rate Limit\nExceeded"})"),
      "searching Bluesky for \"Oakmoor\"", kNow);
  EXPECT_EQ(error.retry_after(), seconds{90});
  EXPECT_THAT(error.message(), testing::HasSubstr("searching Bluesky for \"Oakmoor\": status 429"));
  EXPECT_THAT(error.message(), testing::HasSubstr("it says: Rate Limit Exceeded"));
}

TEST(Pace, AStrangersReasonIsClippedAndHarmless) {
  const std::string long_one = R"({"error":")" + std::string(10'000, 'x') + "\"}";
  EXPECT_LT(StatusError(Response(400, {{"content-type", "application/json"}}, long_one), "x", kNow).message().size(), 500u);
  const std::string escape = "{\"error\":\"\\u001b[2Jgone\"}";
  EXPECT_EQ(StatusError(Response(400, {{"content-type", "application/json"}}, escape), "x", kNow).message().find('\x1b'), std::string::npos);
}

// The real answers: every recorded 429 asks for a wait that can be read.
TEST(Pace, ReadsTheRecorded429s) {
  const std::string root = HEED_SOURCE_DIR "/../shared/recorded/";
  if (!Exists(root + "index.json")) GTEST_SKIP() << "no ../shared/recorded here: the real answers were not tried";
  int tried = 0;
  for (const auto* name : {"bluesky-live/38_rate_limited_429.json", "mastodon-live/21_rate_429.json"}) {
    const auto bytes = ReadFile(root + name);
    ASSERT_TRUE(bytes) << bytes.error().message();
    JsonParser parser;
    const auto json = parser.Parse(*bytes);
    ASSERT_TRUE(json);
    const Json recorded = (*json)["response"];
    HttpResponse response{.status = static_cast<int>(recorded["status"].Int().value_or(0))};
    recorded["headers"].EachMember([&](std::string_view key, Json value) { response.headers.emplace_back(LowerAscii(key), value.StringOr("")); });
    ASSERT_EQ(response.status, 429);
    const auto wait = AskedWait(response, kNow);
    ASSERT_TRUE(wait) << name;
    EXPECT_GT(*wait, seconds{0}) << name;
    EXPECT_LE(*wait, minutes{15}) << name;
    ++tried;
  }
  EXPECT_EQ(tried, 2);
}

}  // namespace
}  // namespace heed
