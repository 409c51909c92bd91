// What is recorded of an exchange, and what never is.
#include "src/net/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/net/http.h"
#include "tests/fakes/http_server.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Recording, KeepsBothHeadsAndTheBodyWhileSomebodyListens) {
  HttpServer server;
  server.Route("/a", Answer::Json("{\"id\":1}").With("x-more", "yes").With("set-cookie", "session=sesame"));
  HttpClient http(HttpClient::Options{});
  ASSERT_TRUE(http.Send({.url = server.Url("/a")}));  // nobody listens
  HttpRecording recording;
  ASSERT_TRUE(http.Send({.url = server.Url("/a?q=Oakmoor&access_token=sesame"), .headers = {{"Authorization", "Bearer sesame"}, {"X-Own", "own"}}}));
  ASSERT_EQ(recording.exchanges().size(), 1u);
  const HttpExchange& exchange = recording.exchanges()[0];
  EXPECT_THAT(exchange.request_head, HasSubstr("GET /a?q=Oakmoor&access_token=(withheld) HTTP/1.1\r\n"));
  EXPECT_THAT(exchange.request_head, HasSubstr("X-Own: own\r\n"));
  EXPECT_THAT(exchange.response_head, HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(exchange.response_head, HasSubstr("x-more: yes\r\n"));
  EXPECT_TRUE(exchange.response_head.ends_with("\r\n\r\n"));
  EXPECT_EQ(exchange.body, "{\"id\":1}");
  EXPECT_EQ(exchange.ip, "127.0.0.1");
  for (const auto& kept : {exchange.url, exchange.request_head, exchange.response_head}) EXPECT_THAT(kept, Not(HasSubstr("sesame")));
}

TEST(Recording, KeepsEveryHopOfARedirectAndNoneOfAFailure) {
  HttpServer server;
  server.Route("/from", Answer::Redirect(302, server.Url("/to")));
  server.Route("/to", Answer::Json("{}"));
  HttpClient http(HttpClient::Options{});
  HttpRecording recording;
  ASSERT_TRUE(http.Send({.url = server.Url("/from")}));
  EXPECT_EQ(recording.exchanges().size(), 2u);
  server.Next(Answer::Of("text/plain", std::string(200, 'x')).CutAfter(150));
  EXPECT_FALSE(http.Send({.url = server.Url("/to")}));
  EXPECT_EQ(recording.exchanges().size(), 2u);
}

TEST(Recording, WithholdsSecretsWhereverTheyStand) {
  EXPECT_EQ(WithoutKeys("https://x.example/a?key=1&q=monkey&ApiKey=2&flag"), "https://x.example/a?key=(withheld)&q=monkey&ApiKey=(withheld)&flag");
  EXPECT_EQ(WithoutKeys("https://x.example/a"), "https://x.example/a");
  EXPECT_EQ(WithoutSecrets("POST /x?token=1 HTTP/2\r\nCookie: a=b\r\nX-Api-Key-Id: 3\r\nAccept: */*\r\n\r\n"),
            "POST /x?token=(withheld) HTTP/2\r\nCookie: (withheld)\r\nX-Api-Key-Id: (withheld)\r\nAccept: */*\r\n\r\n");
}

}  // namespace
}  // namespace heed
