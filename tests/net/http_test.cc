// HttpClient against a server that misbehaves on purpose.
#include "src/net/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "src/base/text.h"
#include "src/net/guard.h"
#include "tests/fakes/http_server.h"
#include "tests/fuzz/stranger.h"

namespace heed {
namespace {

using testing::HasSubstr;

class Http : public testing::Test {
 protected:
  HttpServer server;
  HttpClient client{HttpClient::Options{}};

  HttpRequest Get(std::string_view path) const { return {.url = server.Url(path), .timeout = milliseconds{5'000}}; }
};

TEST_F(Http, ReadsStatusHeadersAndBody) {
  server.Route("/a", Answer::Of("text/plain", "hello").With("ETag", "\"v1\"").With("X-Two", "1").With("x-two", "2"));
  const auto response = client.Send(Get("/a"));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->Header("etag"), "\"v1\"");
  EXPECT_EQ(response->Header("x-two"), "1");
  EXPECT_EQ(response->Header("absent"), "");
  EXPECT_EQ(response->final_url, server.Url("/a"));
  EXPECT_FALSE(response->moved_permanently);
}

// libcurl sends a request again by itself, a POST too, where a kept connection dies before the first byte of an answer.
TEST_F(Http, SendsOnceWhatMustNotArriveTwiceAndSaysWhetherItBegan) {
  server.Route("/warm", Answer::Status(200));
  ASSERT_TRUE(client.Send(Get("/warm")));
  server.Route("/once", Answer::Hangup());
  bool begun = false;
  HttpRequest once{.method = "POST", .url = server.Url("/once"), .body = "x"};
  once.begun = &begun;
  EXPECT_FALSE(client.Send(once));
  EXPECT_TRUE(begun) << "it was read";
  EXPECT_EQ(server.request_count(), 2u);
  server.Route("/once", Answer::Status(200));
  EXPECT_TRUE(client.Send(once));
  EXPECT_TRUE(begun);

  HttpRequest nowhere{.method = "POST", .url = "http://127.0.0.1:1/once", .body = "x"};
  for (const std::string url : {"http://127.0.0.1:1/once", "http://name.invalid/once", "ftp://127.0.0.1/once"}) {
    nowhere.url = url;
    begun = true;
    nowhere.begun = &begun;
    EXPECT_FALSE(client.Send(nowhere));
    EXPECT_FALSE(begun) << url;
  }
  client.Stop();
  begun = true;
  EXPECT_FALSE(client.Send(once));
  EXPECT_FALSE(begun) << "stopped before anything was asked";
}

TEST_F(Http, SaysWhoAsks) {
  server.Route("/a", Answer::Status(200));
  ASSERT_TRUE(client.Send(Get("/a")));
  EXPECT_THAT(server.requests()[0].Header("user-agent"), testing::StartsWith("heed/"));
}

TEST_F(Http, AnErrorStatusIsAnAnswer) {
  server.Route("/a", Answer::Status(500, "oh no"));
  const auto response = client.Send(Get("/a"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500);
  EXPECT_EQ(response->body, "oh no");
}

TEST_F(Http, SendsMethodHeadersAndBody) {
  server.Route("/login", Answer::Json("{}"));
  const auto response = client.Send({.method = "POST",
                                     .url = server.Url("/login?x=1"),
                                     .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                                     .body = std::string("{\"a\":\"\0\"}", 9)});
  ASSERT_TRUE(response) << response.error().message();
  const auto seen = server.requests()[0];
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.Query("x"), "1");
  EXPECT_EQ(seen.Header("content-type"), "application/json");
  EXPECT_EQ(seen.body, std::string("{\"a\":\"\0\"}", 9));
  EXPECT_TRUE(std::any_of(seen.headers.begin(), seen.headers.end(), [](const auto& h) { return h.first == "x-empty"; }));
}

TEST_F(Http, RefusesHeadersThatWouldSmuggleOthers) {
  auto request = Get("/a");
  request.headers.emplace_back("If-None-Match", "\"v1\"\r\nX-Other: 1");
  const auto response = client.Send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault(), Fault::kInvalid);
  EXPECT_EQ(server.request_count(), 0u);
}

TEST_F(Http, UnpacksChunksAndGzip) {
  const std::string body(5'000, 'z');
  server.Route("/chunked", Answer::Of("text/plain", body).Chunked());
  server.Route("/gzip", Answer::Of("text/plain", body).Gzipped());
  server.Route("/both", Answer::Of("text/plain", body).Gzipped().Chunked());
  server.Route("/until-end", Answer::Of("text/plain", body).WithoutLength());
  server.Route("/dribble", Answer::Of("text/plain", body).Dribbled(500));
  for (const auto path : {"/chunked", "/gzip", "/both", "/until-end", "/dribble"}) {
    const auto response = client.Send(Get(path));
    ASSERT_TRUE(response) << path << ": " << response.error().message();
    EXPECT_EQ(response->body, body) << path;
  }
}

TEST_F(Http, KeepsConnections) {
  server.Route("/a", Answer::Status(200, "x"));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.Send(Get("/a")));
  EXPECT_EQ(server.request_count(), 5u);
  EXPECT_EQ(server.connection_count(), 1u);
}

TEST_F(Http, MayBeSharedBetweenThreads) {
  server.Otherwise([](const SeenRequest& request) { return Answer::Of("text/plain", request.target); });
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto response = client.Send(Get(path));
        if (response && response->body == path) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
}

// Found by fuzzing.
TEST_F(Http, AHeadersValueHoldsNoLineBreak) {
  server.Next(Answer::Of("text/plain", "ok").With("X-Odd", "a\rb"));
  const auto response = client.Send(Get("/"));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->Header("x-odd"), "a b");
}

// Found by fuzzing: libcurl takes "HTTP/200 OK" for a status line, of status 0.
TEST_F(Http, AnAnswerWithoutAStatusIsNone) {
  auto& stranger = *new Stranger(true);  // it lives as long as the process
  stranger.Say([](std::string_view) { return "HTTP/200 OK\r\nX: y\r\n\r\nT"; });
  const auto response = client.Send({.url = "http://127.0.0.1:" + std::to_string(stranger.port()) + "/"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault(), Fault::kMalformed) << response.error().message();
}

// Found by fuzzing.
TEST_F(Http, AHostNamedByAStrangerIsShownAsText) {
  const AddressGuard guard([](const std::string&) -> Result<std::vector<std::string>> { return std::vector<std::string>{"127.0.0.1"}; }, {server.Origin().substr(7)});
  for (const std::string host : {"elsewhere.exampl\xdc", "\xC2\x9B" "31m.example", "\xE2\x80\xAE" "a.example"}) {
    server.Next(Answer::Status(302).With("Location", "http://" + host + "/x"));
    auto request = Get("/a");
    request.guard = &guard;
    const auto response = client.Send(request);
    ASSERT_FALSE(response);
    const auto& message = response.error().message();
    EXPECT_EQ(message, ForTerminal(message));
  }
}

// Found by the server of these tests: libcurl 7.88 takes a cut inside the headers for a whole, empty answer.
TEST_F(Http, NoticesACutAtEveryByte) {
  const std::vector<std::pair<const char*, Answer>> answers = {
      {"sized", Answer::Of("text/plain", "0123456789")},
      {"chunked", Answer::Of("text/plain", "0123456789").Chunked()},
      {"gzip", Answer::Of("text/plain", "0123456789").Gzipped()},
  };
  for (const auto& [name, answer] : answers) {
    for (std::uint64_t at = 0; at < answer.WireSize(); ++at) {
      server.Next(Answer(answer).CutAfter(at));
      const auto response = client.Send(Get("/a"));
      if (response && response->body == "0123456789" && at + 4 > answer.WireSize()) continue;  // only the last line break is missing
      ASSERT_FALSE(response) << name << " cut after " << at << " bytes read as \"" << response->body << "\"";
      EXPECT_EQ(response.error().fault(), Fault::kUnavailable) << name << " " << at << ": " << response.error().message();
    }
    server.Next(Answer(answer).CutAfter(answer.WireSize()));
    EXPECT_TRUE(client.Send(Get("/a"))) << name << " is whole";
  }
}

struct Trouble {
  const char* name;
  Answer answer;
  Fault fault;
  const char* words;
};

TEST_F(Http, NamesEachTrouble) {
  const std::vector<Trouble> troubles = {
      {"hangs up", Answer::Hangup(), Fault::kUnavailable, "hung up"},
      {"resets at once", Answer::Status(200, "x").Reset(0), Fault::kUnavailable, "connection failed"},
      {"resets half way", Answer::Status(200, std::string(1'000, 'x')).Reset(200), Fault::kUnavailable, "connection failed"},
      {"claims more than it sends", Answer::Status(200, "12345").Claiming(10), Fault::kUnavailable, "broke off"},
      {"is silent", Answer::Silence(), Fault::kUnavailable, "200 ms"},
      {"is too large", Answer::Huge("text/plain", "0123456789", 100'000), Fault::kTooLarge, "over the limit of 65536 bytes"},
      {"is a bomb", Answer::Of("text/plain", GzipBomb('x', 50'000'000)).With("Content-Encoding", "gzip"), Fault::kTooLarge, "over the limit"},
      {"is no gzip", Answer::Of("text/plain", "not gzip at all").With("Content-Encoding", "gzip"), Fault::kMalformed, "unpacked"},
      {"has endless headers", Answer::Status(200).With("X-Long", std::string(90'000, 'h')).With("X-L2", std::string(90'000, 'h')).With("X-L3", std::string(90'000, 'h')), Fault::kTooLarge, "headers are too long"},
  };
  for (const auto& trouble : troubles) {
    server.Next(trouble.answer);
    auto request = Get("/a");
    request.max_body = 65'536;
    request.timeout = milliseconds{trouble.answer.silent ? 200 : 20'000};
    const auto response = client.Send(request);
    ASSERT_FALSE(response) << trouble.name;
    EXPECT_EQ(response.error().fault(), trouble.fault) << trouble.name << ": " << response.error().message();
    EXPECT_THAT(response.error().message(), HasSubstr(trouble.words)) << trouble.name;
    EXPECT_THAT(response.error().message(), HasSubstr("asking " + server.Url("/a"))) << trouble.name;
  }
}

TEST_F(Http, ABodyOfExactlyTheLimitIsFine) {
  server.Route("/a", Answer::Of("text/plain", std::string(1'000, 'x')));
  auto request = Get("/a");
  request.max_body = 1'000;
  EXPECT_TRUE(client.Send(request));
  request.max_body = 999;
  EXPECT_FALSE(client.Send(request));
}

TEST_F(Http, NobodyListeningIsUnavailable) {
  std::string url;
  {
    const HttpServer gone;
    url = gone.Url("/");
  }
  const auto response = client.Send({.url = url});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault(), Fault::kUnavailable);
  EXPECT_THAT(response.error().message(), HasSubstr("no connection"));
}

TEST_F(Http, RefusesAddressesOtherThanHttp) {
  for (const auto* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "http://", "https:///x", "javascript:alert(1)", "not an address"}) {
    const auto response = client.Send({.url = url});
    ASSERT_FALSE(response) << url;
    EXPECT_EQ(response.error().fault(), Fault::kInvalid) << url << ": " << response.error().message();
  }
}

TEST_F(Http, KeepsTheQueryOutOfMessages) {
  const auto response = client.Send({.url = server.Url("/a?token=hush"), .timeout = milliseconds{0}});
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message(), testing::Not(HasSubstr("hush")));
}

TEST_F(Http, FollowsRedirectsAndSaysWhetherTheyWereForGood) {
  struct Case {
    std::vector<int> statuses;
    bool permanent;
  };
  for (const auto& [statuses, permanent] : std::vector<Case>{{{301}, true}, {{308}, true}, {{301, 308}, true}, {{302}, false}, {{307}, false}, {{303}, false}, {{301, 302}, false}, {{302, 301}, false}}) {
    for (const int status : statuses) server.Next(Answer::Redirect(status, "/elsewhere"));
    server.Next(Answer::Of("text/plain", "here"));
    const auto response = client.Send(Get("/a"));
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "here");
    EXPECT_EQ(response->final_url, server.Url("/elsewhere"));
    EXPECT_EQ(response->moved_permanently, permanent) << statuses[0];
  }
}

TEST_F(Http, GivesUpOnACircle) {
  server.Otherwise([](const SeenRequest&) { return Answer::Redirect(302, "/again"); });
  const auto response = client.Send(Get("/a"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault(), Fault::kMalformed);
  EXPECT_THAT(response.error().message(), HasSubstr("circle"));
  EXPECT_EQ(server.request_count(), 6u);
}

TEST_F(Http, DoesNotFollowARedirectedPost) {
  server.Next(Answer::Redirect(307, "/elsewhere"));
  const auto response = client.Send({.method = "POST", .url = server.Url("/a"), .body = "secret"});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 307);
  EXPECT_EQ(server.request_count(), 1u);
}

TEST_F(Http, DoesNotFollowToAnythingButHttp) {
  for (const auto* location : {"file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)"}) {
    server.Next(Answer::Redirect(302, location));
    const auto response = client.Send(Get("/a"));
    ASSERT_FALSE(response) << location;
    EXPECT_EQ(response.error().fault(), Fault::kMalformed) << response.error().message();
  }
}

TEST_F(Http, CarriesCredentialsOnlyToTheSameServer) {
  HttpServer other;
  other.Route("/b", Answer::Redirect(302, server.Url("/home")));
  server.Route("/a", Answer::Redirect(302, other.Url("/b")));
  server.Route("/same", Answer::Redirect(302, "/home"));
  server.Route("/home", Answer::Status(200));
  auto request = Get("/same");
  request.headers = {{"Authorization", "Bearer hush"}, {"Cookie", "a=b"}, {"Accept", "text/x"}};
  ASSERT_TRUE(client.Send(request));
  EXPECT_EQ(server.requests().back().Header("authorization"), "Bearer hush");
  request.url = server.Url("/a");
  ASSERT_TRUE(client.Send(request));
  EXPECT_EQ(other.requests()[0].Header("authorization"), "");
  EXPECT_EQ(other.requests()[0].Header("cookie"), "");
  EXPECT_EQ(other.requests()[0].Header("accept"), "text/x");
  // Sent home by a stranger: the credentials do not come back.
  EXPECT_EQ(server.requests().back().path, "/home");
  EXPECT_EQ(server.requests().back().Header("authorization"), "");
}

TEST_F(Http, StopsARunningRequestFromAnotherThread) {
  server.Otherwise([&](const SeenRequest&) {
    client.Stop();
    return Answer::Silence();
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto response = client.Send({.url = server.Url("/a"), .timeout = milliseconds{60'000}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault(), Fault::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{5});
  const auto later = client.Send(Get("/b"));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().fault(), Fault::kCancelled);
}

TEST(Url, EncodesAllButUnreserved) {
  EXPECT_EQ(UrlEncode("Oakmoor School"), "Oakmoor%20School");
  EXPECT_EQ(UrlEncode("a-b.c_d~e"), "a-b.c_d~e");
  EXPECT_EQ(UrlEncode("#ö&=+/"), "%23%C3%B6%26%3D%2B%2F");
}

TEST(Url, DecodesWhatIsEncoded) {
  EXPECT_EQ(UrlDecode("Oakmoor%20School"), "Oakmoor School");
  EXPECT_EQ(UrlDecode("100%"), "100%");
  EXPECT_EQ(UrlDecode("%zz%4"), "%zz%4");
  EXPECT_EQ(UrlDecode("a+b"), "a+b");
  EXPECT_EQ(UrlDecode(UrlEncode("#ö&=+/\0x")), "#ö&=+/\0x");
}

TEST(Url, OriginIsSchemeHostAndUnusualPort) {
  EXPECT_EQ(UrlOrigin("https://Social.Example/@jo?x#y").value(), "https://social.example");
  EXPECT_EQ(UrlOrigin("https://social.example:443/").value(), "https://social.example");
  EXPECT_EQ(UrlOrigin("HTTP://social.example:8080").value(), "http://social.example:8080");
  EXPECT_EQ(UrlOrigin("http://user:pw@social.example/").value(), "http://social.example");
  EXPECT_FALSE(UrlOrigin("ftp://social.example"));
  EXPECT_FALSE(UrlOrigin("social example"));
}

TEST(Url, ResolvesReferences) {
  const std::string base = "https://news.example/feeds/school.xml?x=1";
  EXPECT_EQ(ResolveUrl(base, "/a").value(), "https://news.example/a");
  EXPECT_EQ(ResolveUrl(base, "a").value(), "https://news.example/feeds/a");
  EXPECT_EQ(ResolveUrl(base, "../b?c=d").value(), "https://news.example/b?c=d");
  EXPECT_EQ(ResolveUrl(base, "//other.example/x").value(), "https://other.example/x");
  EXPECT_EQ(ResolveUrl(base, "http://third.example/y").value(), "http://third.example/y");
  EXPECT_EQ(ResolveUrl(base, " /with space ").value(), "https://news.example/with%20space");
  EXPECT_FALSE(ResolveUrl("no base", "a"));
}

}  // namespace
}  // namespace heed
