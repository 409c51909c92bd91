// The console's server from hostile bytes, as they come out of a socket: requests one after the other, or what is none.  What it hands on is
// sound, and what it says is HTTP.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "src/base/check.h"
#include "src/base/utf8.h"
#include "src/http/parse.h"
#include "src/http/server.h"

namespace heed::http {
namespace {

Response Answer(const Request& request) {
  HEED_CHECK(!request.path.empty() && request.path.front() == '/' && IsUtf8(request.path) && request.path.find("/../") == std::string::npos);
  HEED_CHECK(request.CountOf("host") <= 1 && request.CountOf("content-length") + request.CountOf("transfer-encoding") <= 1);
  HEED_CHECK(request.body.size() <= 8192);
  for (const auto& [name, value] : request.headers) HEED_CHECK(!name.empty() && value.find_first_of("\r\n") == std::string::npos);
  (void)ParseUrlEncoded(request.query);
  return {.status = 200, .body = "seen"};
}

std::unique_ptr<Server> Start() {
  ServerOptions options;
  options.port = 0;
  options.threads = 1;
  options.limits.header = 4096;
  options.limits.body = 8192;
  auto started = Server::Start(options, &Answer, [](int status) { return Response{.status = status}; });
  HEED_CHECK(started.has_value());
  return *std::move(started);
}

}  // namespace
}  // namespace heed::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const heed::http::Server& server = *heed::http::Start().release();
  const int with = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  there.sin_port = htons(server.port());
  HEED_CHECK(with >= 0 && ::connect(with, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0);
  for (ssize_t put = 0; size > 0 && (put = ::send(with, data, size, MSG_NOSIGNAL)) > 0;) data += put, size -= static_cast<std::size_t>(put);
  ::shutdown(with, SHUT_WR);
  char buffer[4096];
  std::string answer;
  for (ssize_t got = 0; (got = ::recv(with, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
  HEED_CHECK(answer.empty() || answer.starts_with("HTTP/1.1 "));
  const linger at_once{1, 0};
  ::setsockopt(with, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(with);
  return 0;
}
