// The other end of a connection for fuzz targets that need a real one: it listens on 127.0.0.1, reads a request's head, says what it was
// given and hangs up.  One connection after the other, on a thread of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "src/base/check.h"

namespace heed {

class Stranger {
 public:
  // Makes what is said of the head that was read, "" where `listens` is false.
  using Words = std::function<std::string(std::string_view head)>;

  explicit Stranger(bool listens) : listens_(listens), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof here;
    HEED_CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0 && ::listen(socket_, 64) == 0);
    HEED_CHECK(::getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &length) == 0);
    port_ = ntohs(here.sin_port);
    std::thread([this] {
      for (;;) {
        const int with = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (with >= 0) Talk(with);
      }
    }).detach();  // as long as the process
  }

  int port() const { return port_; }
  void Say(Words words) {
    const std::lock_guard lock(mutex_);
    words_ = std::move(words);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

 private:
  void Talk(int with) {
    char buffer[4096];
    std::string head;
    ssize_t got = 1;
    while (listens_ && head.find("\r\n\r\n") == head.npos && (got = ::recv(with, buffer, sizeof buffer, 0)) > 0) head.append(buffer, static_cast<std::size_t>(got));
    std::string words;
    if (got > 0) {
      const std::lock_guard lock(mutex_);
      words = words_(head);
    }
    std::string_view rest = words;
    for (ssize_t put = 0; !rest.empty() && (put = ::send(with, rest.data(), rest.size(), MSG_NOSIGNAL)) > 0;) rest.remove_prefix(static_cast<std::size_t>(put));
    ::shutdown(with, SHUT_WR);
    while (::recv(with, buffer, sizeof buffer, 0) > 0) {
    }
    // Reset, so that thousands of connections a second leave nothing behind.
    const linger at_once{1, 0};
    ::setsockopt(with, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(with);
  }

  const bool listens_;
  const int socket_;
  int port_ = 0;
  std::mutex mutex_;
  Words words_;
};

}  // namespace heed
