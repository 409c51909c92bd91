// The websocket client against a server of the tests' own: messages, endings, refusals and patience.
#include "src/net/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/websocket_server.h"

namespace heed {
namespace {

using testing::HasSubstr;

constexpr milliseconds kSoon{5'000};
const FakeClock kClock{"2026-11-20 09:00"};

Result<std::unique_ptr<WebSocket>> Connect(const WebSocketServer& server, WebSocketRequest request = {}) {
  request.url = server.Origin() + "/subscribe?cursor=7";
  return WebSocket::Connect(request, kClock.Now());
}

TEST(WebSocket, GivesEachMessageWholeAndInOrder) {
  const std::string large(300'000, 'x');
  WebSocketServer server([&](const std::string&) { return Talk{.texts = {"one", "", "gr\xc3\xbc\xc3\x9f", large}}; });
  auto line = Connect(server);
  ASSERT_TRUE(line) << line.error().message();
  EXPECT_EQ(server.targets().at(0), "/subscribe?cursor=7");
  for (const std::string& text : {std::string("one"), std::string(), std::string("gr\xc3\xbc\xc3\x9f"), large}) {
    auto message = (*line)->Receive(kSoon);
    ASSERT_TRUE(message) << message.error().message();
    ASSERT_TRUE(message->has_value());
    EXPECT_EQ(**message, text);
  }
}

TEST(WebSocket, SilenceIsNoMessageAndLosesNone) {
  WebSocketServer server([&](const std::string&) { return Talk{}; });
  auto line = Connect(server);
  ASSERT_TRUE(line);
  for (int i = 0; i < 3; ++i) {
    const auto message = (*line)->Receive(milliseconds{20});
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_FALSE(message->has_value());
  }
}

struct Ending {
  const char* name;
  Talk talk;
  Fault fault;
  const char* says;
};

class WebSocketEndings : public testing::TestWithParam<Ending> {};

TEST_P(WebSocketEndings, AreTold) {
  WebSocketServer server([&](const std::string&) { return GetParam().talk; });
  auto line = Connect(server, {.max_message = 1'000});
  ASSERT_TRUE(line) << line.error().message();
  for (int i = 0; i < 2; ++i) {  // the second time as the first
    const auto message = (*line)->Receive(kSoon);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().fault(), GetParam().fault) << message.error().message();
    EXPECT_THAT(message.error().message(), HasSubstr(GetParam().says));
    EXPECT_THAT(message.error().message(), HasSubstr("ws://127.0.0.1:"));
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, WebSocketEndings,
                         testing::Values(Ending{"close", {.end = Talk::End::kClose}, Fault::kUnavailable, "hung up (1001 bye)"}, Ending{"cut", {.end = Talk::End::kCut}, Fault::kUnavailable, ""},
                                         Ending{"too_large", {.texts = {std::string(1'001, 'x')}}, Fault::kTooLarge, "1000 bytes"}, Ending{"binary", {.texts = {"x"}, .binary = true}, Fault::kMalformed, "text"},
                                         Ending{"not_utf8", {.texts = {"\xff\xfe"}}, Fault::kMalformed, "protocol"}, Ending{"rubbish", {.raw = "HTTP/1.1 200 OK\r\n\r\n"}, Fault::kMalformed, "protocol"},
                                         Ending{"half_a_message", {.end = Talk::End::kCut, .raw = std::string("\x81\x05he", 4)}, Fault::kUnavailable, ""}),
                         [](const auto& made) { return std::string(made.param.name); });

struct Refusal {
  int status;
  const char* headers;
  Fault fault;
  std::optional<seconds> wait;
};

TEST(WebSocket, RefusalsAreThoseOfHttp) {
  const Refusal cases[] = {{429, "Retry-After: 30\r\n", Fault::kBusy, seconds{30}}, {503, "", Fault::kUnavailable, std::nullopt}, {401, "", Fault::kSignIn, std::nullopt},
                           {403, "", Fault::kDenied, std::nullopt},                 {404, "", Fault::kNotFound, std::nullopt},    {200, "", Fault::kMalformed, std::nullopt},
                           {400, "", Fault::kMalformed, std::nullopt}};
  for (const auto& one : cases) {
    WebSocketServer server([&](const std::string&) { return Talk{.status = one.status, .headers = one.headers}; });
    const auto line = Connect(server);
    ASSERT_FALSE(line) << one.status;
    EXPECT_EQ(line.error().fault(), one.fault) << line.error().message();
    EXPECT_EQ(line.error().retry_after(), one.wait) << one.status;
  }
}

TEST(WebSocket, NobodyThereIsUnavailable) {
  std::string origin;
  { origin = WebSocketServer([](const std::string&) { return Talk{}; }).Origin(); }
  const auto line = WebSocket::Connect({.url = origin + "/"}, kClock.Now());
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().fault(), Fault::kUnavailable);
}

// The server speaks no TLS: what it says is no certificate to be trusted.
TEST(WebSocket, DoesNotTalkWithoutTlsWhereItWasAskedFor) {
  WebSocketServer server([](const std::string&) { return Talk{}; });
  const auto line = WebSocket::Connect({.url = "wss" + server.Origin().substr(2), .connect_timeout = milliseconds{2'000}}, kClock.Now());
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().fault(), Fault::kUnavailable);
  EXPECT_THAT(server.targets(), testing::IsEmpty());
}

TEST(WebSocket, EndsWhenItIsStopped) {
  WebSocketServer server([](const std::string&) { return Talk{.texts = {"one"}}; });
  std::atomic<bool> stopped = false;
  auto line = Connect(server, {.stopped = [&] { return stopped.load(); }});
  ASSERT_TRUE(line);
  ASSERT_TRUE((*line)->Receive(kSoon));
  stopped = true;
  const auto message = (*line)->Receive(kSoon);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().fault(), Fault::kCancelled);
  EXPECT_EQ(Connect(server, {.stopped = [] { return true; }}).error().fault(), Fault::kCancelled);
}

TEST(WebSocket, NamesAnAddressThatIsNone) {
  for (const std::string url : {"", "https://a.example/", "wss://", "ws://a b/", "wss://a.example/x y"}) {
    const auto line = WebSocket::Connect({.url = url}, kClock.Now());
    ASSERT_FALSE(line) << url;
    EXPECT_EQ(line.error().fault(), Fault::kInvalid) << url;
  }
}

}  // namespace
}  // namespace heed
