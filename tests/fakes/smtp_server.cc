#include "tests/fakes/smtp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "src/base/check.h"
#include "src/base/text.h"

namespace heed {
namespace {

std::string FromBase64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t value = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (value == std::string_view::npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if ((held += 6) >= 8) out += static_cast<char>(bits >> (held -= 8) & 0xFF);
  }
  return out;
}

std::string InAngles(std::string_view line) {
  const std::size_t open = line.find('<'), close = line.find('>');
  return open == line.npos || close == line.npos ? std::string() : std::string(line.substr(open + 1, close - open - 1));
}

}  // namespace

struct SmtpServer::Impl {
  int listening = -1;
  std::uint16_t port = 0;
  std::atomic<bool> stop = false;
  std::thread thread;
  mutable std::mutex mutex;  // guards what follows
  std::vector<SeenMail> mails;
  std::string user, password;
  int refuse = 0;
  bool hang_up = false;

  bool Readable(int fd) const {
    while (!stop) {
      pollfd watched{fd, POLLIN, 0};
      if (::poll(&watched, 1, 20) > 0) return true;
    }
    return false;
  }

  void Serve() {
    while (Readable(listening)) {
      const int fd = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      bool close_now = false;
      {
        const std::lock_guard lock(mutex);
        std::swap(close_now, hang_up);
      }
      if (!close_now) Talk(fd);
      ::close(fd);
    }
  }

  void Talk(int fd) {
    std::string pending;
    const auto say = [&](const std::string& line) { return ::send(fd, (line + "\r\n").data(), line.size() + 2, MSG_NOSIGNAL) > 0; };
    const auto hear = [&](std::string& line) {
      for (;;) {
        if (const auto end = pending.find("\r\n"); end != std::string::npos) {
          line = pending.substr(0, end);
          pending.erase(0, end + 2);
          return true;
        }
        std::array<char, 4096> buffer;
        if (!Readable(fd)) return false;
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) return false;
        pending.append(buffer.data(), static_cast<std::size_t>(got));
      }
    };
    say("220 fake.example");
    SeenMail mail;
    bool signed_in = false;
    for (std::string line; hear(line);) {
      const std::string word = LowerAscii(line.substr(0, 4));
      if (word == "ehlo" || word == "helo") {
        say("250-fake.example");
        say("250 AUTH PLAIN");
      } else if (word == "auth") {
        std::string token = line.size() > 11 ? line.substr(11) : "";
        if (token.empty()) {
          say("334 ");
          if (!hear(token)) return;
        }
        const std::string plain = FromBase64(token);
        const auto parts = Split(plain, '\0');
        const std::lock_guard lock(mutex);
        signed_in = parts.size() == 3 && parts[1] == user && parts[2] == password;
        if (signed_in) mail.user = parts[1];
        say(signed_in ? "235 welcome" : "535 no");
      } else if (word == "mail") {
        bool wanted = false;
        {
          const std::lock_guard lock(mutex);
          wanted = !user.empty();
        }
        if (wanted && !signed_in) {
          say("530 sign in first");
          continue;
        }
        mail.from = InAngles(line);
        say("250 fine");
      } else if (word == "rcpt") {
        mail.to.push_back(InAngles(line));
        say("250 fine");
      } else if (word == "data") {
        say("354 go on");
        for (std::string text; hear(text) && text != ".";) mail.data += (text.starts_with("..") ? text.substr(1) : text) + "\n";
        const std::lock_guard lock(mutex);
        if (refuse != 0) {
          say(std::to_string(std::exchange(refuse, 0)) + " not now");
        } else {
          mails.push_back(mail);
          say("250 taken");
        }
        const std::string who = mail.user;
        mail = {};
        mail.user = who;
      } else if (word == "quit") {
        say("221 bye");
        return;
      } else {
        say("250 fine");
      }
    }
  }
};

SmtpServer::SmtpServer() : impl_(std::make_unique<Impl>()) {
  impl_->listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  HEED_CHECK(::bind(impl_->listening, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(impl_->listening, 8) == 0);
  HEED_CHECK(::getsockname(impl_->listening, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  impl_->port = ntohs(address.sin_port);
  impl_->thread = std::thread([this] { impl_->Serve(); });
}

SmtpServer::~SmtpServer() {
  impl_->stop = true;
  impl_->thread.join();
  ::close(impl_->listening);
}

std::string SmtpServer::Url() const { return "smtp://127.0.0.1:" + std::to_string(impl_->port); }

void SmtpServer::WantPassword(std::string user, std::string password) {
  const std::lock_guard lock(impl_->mutex);
  impl_->user = std::move(user);
  impl_->password = std::move(password);
}

void SmtpServer::RefuseNext(int code) {
  const std::lock_guard lock(impl_->mutex);
  impl_->refuse = code;
}

void SmtpServer::HangUpNext() {
  const std::lock_guard lock(impl_->mutex);
  impl_->hang_up = true;
}

std::vector<SeenMail> SmtpServer::mails() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->mails;
}

}  // namespace heed
