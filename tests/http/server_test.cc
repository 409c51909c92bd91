// The server as a client, and as somebody who is up to no good, sees it.
#include "src/http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "src/base/file.h"
#include "src/http/rate.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::string_view_literals;

class Wire {
 public:
  explicit Wire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Wire() { ::close(fd_); }
  bool connected() const { return connected_; }
  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  void NoMore() { ::shutdown(fd_, SHUT_WR); }
  std::string Until(std::string_view words) {
    std::string all;
    char buffer[4096];
    while (all.find(words) == std::string::npos) {
      const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string Rest() { return Until("\xff never"); }

 private:
  int fd_;
  bool connected_ = false;
};

class ServerTest : public ::testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    options.port = 0;
    auto started = Server::Start(
        std::move(options),
        [this](const Request& request) {
          ++answered_;
          Response response;
          response.With("Content-Type", "text/plain");
          response.body = request.method + " " + request.path + " " + request.query + " [" + request.body + "] " + request.peer;
          if (request.path.starts_with("/file")) {
            response.body.clear();
            response.file = folder_ / request.path.substr(1);
          }
          if (request.path == "/throw") throw std::runtime_error("on purpose");
          return response;
        },
        [](int status) {
          Response response;
          response.status = status;
          response.body = "refused " + std::to_string(status);
          return response;
        });
    ASSERT_TRUE(started) << started.error().message();
    server_ = *std::move(started);
  }
  std::string Talk(std::string_view bytes) {
    Wire wire(server_->port());
    wire.Send(bytes);
    wire.NoMore();
    return wire.Rest();
  }
  TempFolder folder_;
  std::unique_ptr<Server> server_;
  std::atomic<int> answered_{0};
};

TEST_F(ServerTest, SendsAFileOfAnySizeAndKeepsTheConnection) {
  std::string large;
  for (int i = 0; large.size() < (3u << 20); ++i) large += std::to_string(i) + "\n";
  ASSERT_TRUE(WriteFile(folder_ / "file", large));
  ASSERT_TRUE(WriteFile(folder_ / "file-empty", ""));
  Start();
  const std::string got = Talk("GET /file HTTP/1.1\r\nHost: x\r\n\r\nHEAD /file HTTP/1.1\r\nHost: x\r\n\r\nGET /file-empty HTTP/1.1\r\nHost: x\r\n\r\nGET /last HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = got.find("\r\n\r\n");
  ASSERT_NE(head, std::string::npos);
  EXPECT_THAT(got.substr(0, head), HasSubstr("Content-Length: " + std::to_string(large.size())));
  EXPECT_EQ(got.substr(head + 4, large.size()), large);
  const std::string rest = got.substr(head + 4 + large.size());
  EXPECT_THAT(rest, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(rest, HasSubstr("Content-Length: 0"));
  EXPECT_THAT(rest, HasSubstr("GET /last"));
  EXPECT_LT(rest.size(), 2000u) << "a HEAD has no body";
}

TEST_F(ServerTest, AFileThatIsGoneIsAFailureOfOurs) {
  Start();
  EXPECT_THAT(Talk("GET /file-gone HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("refused 500"));
}

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  Start();
  Wire wire(server_->port());
  wire.Send("GET /a%20b?q=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(wire.Until("127.0.0.1"), ::testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("GET /a b q=1 [] 127.0.0.1")));
  wire.Send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na=bGET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string rest = wire.Rest();
  EXPECT_THAT(rest, HasSubstr("POST /form  [a=b]"));
  EXPECT_THAT(rest, HasSubstr("GET /next"));
  EXPECT_EQ(answered_, 3);
}

TEST_F(ServerTest, AHeadHasNoBodyAndItsLength) {
  Start();
  const std::string answer = Talk("HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 21"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(ServerTest, ReadsChunksAndSaysGoOn) {
  Start();
  EXPECT_THAT(Talk("POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), HasSubstr("[abcde]"));
  Wire wire(server_->port());
  wire.Send("POST /c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(wire.Until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  wire.Send("ok");
  EXPECT_THAT(wire.Until("127.0.0.1"), HasSubstr("[ok]"));
}

// Each of these a proxy in front may read in another way; the second request must never be answered.
TEST_F(ServerTest, RefusesWhatCouldEndInTwoPlaces) {
  Start();
  const std::string second = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string cases[] = {
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
      "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
      "GET / HTTP/1.1\nHost: x\n\n",
      "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
      "GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
      std::string("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"sv),
  };
  for (const auto& bytes : cases) {
    const int before = answered_;
    const std::string answer = Talk(bytes + second);
    EXPECT_EQ(answered_, before) << bytes << "\n-> " << answer;
    EXPECT_THAT(answer, Not(HasSubstr("HTTP/1.1 200"))) << bytes;
    EXPECT_THAT(answer, Not(HasSubstr("smuggled"))) << bytes;
  }
}

TEST_F(ServerTest, KeepsToItsLimits) {
  ServerOptions options;
  options.limits.header = 2048;
  options.limits.body = 1000;
  options.body_limit = [](const Request& head) -> std::uint64_t { return head.path == "/upload" ? 5000 : 1000; };
  Start(std::move(options));
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(3000, 'a') + "\r\n\r\n"), HasSubstr("refused 431"));
  EXPECT_THAT(Talk("GET /" + std::string(3000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("refused 431"));
  const std::string body(2000, 'b');
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + body), HasSubstr("refused 413"));
  EXPECT_THAT(Talk("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + body), HasSubstr("[" + body + "]"));
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + body + "\r\n0\r\n\r\n"), HasSubstr("refused 413"));
  EXPECT_EQ(answered_, 1);
}

TEST_F(ServerTest, AnExceptionIsAnErrorPageAndNotTheEnd) {
  Start();
  EXPECT_THAT(Talk("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("refused 500"));
  EXPECT_THAT(Talk("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("GET /ok"));
}

TEST_F(ServerTest, StopsWithOpenConnectionsAtOnce) {
  Start();
  Wire idle(server_->port()), half(server_->port());
  half.Send("GET / HTTP/1.1\r\nHost:");
  Wire used(server_->port());
  used.Send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  used.Until("GET /a");
  const auto before = std::chrono::steady_clock::now();
  server_->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds{4});
  EXPECT_EQ(idle.Rest(), "");
}

TEST_F(ServerTest, ATakenPortIsSaid) {
  Start();
  ServerOptions options;
  options.port = server_->port();
  const auto second = Server::Start(std::move(options), nullptr, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault(), Fault::kBusy);
  EXPECT_THAT(second.error().message(), HasSubstr("in use"));
}

TEST_F(ServerTest, ManyAtOnceAreAllAnswered) {
  Start();
  std::vector<std::thread> clients;
  std::atomic<int> fine{0};
  for (int i = 0; i < 16; ++i)
    clients.emplace_back([&] {
      for (int n = 0; n < 20; ++n) fine += Talk("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").find("GET /x") != std::string::npos;
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(fine, 320);
}

TEST(Rate, LetsABurstThroughAndThenOneAtATime) {
  RateLimit limit(3, seconds{10});
  FakeClock clock{"2031-03-02 08:00"};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.Take("a", clock.Now()));
  EXPECT_EQ(limit.Take("a", clock.Now()), seconds{10});
  EXPECT_FALSE(limit.Take("b", clock.Now())) << "somebody else";
  clock.Advance(seconds{4});
  EXPECT_EQ(limit.Take("a", clock.Now()), seconds{6});
  clock.Advance(seconds{6});
  EXPECT_FALSE(limit.Take("a", clock.Now()));
  EXPECT_TRUE(limit.Take("a", clock.Now()));
  clock.Advance(hours{1});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.Take("a", clock.Now())) << "never more than a burst";
  EXPECT_TRUE(limit.Take("a", clock.Now()));
}

TEST(Rate, RemembersOnlySoManyAndLetsTheRestThrough) {
  RateLimit limit(1, seconds{10}, 100);
  FakeClock clock{"2031-03-02 08:00"};
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limit.Take(std::to_string(i), clock.Now()));
  EXPECT_TRUE(limit.Take("5", clock.Now()));
}

}  // namespace
}  // namespace heed::http
