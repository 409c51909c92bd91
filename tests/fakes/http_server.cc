// The scriptable HTTP server of the tests: plain sockets, a thread per connection.
#include "tests/fakes/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cctype>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "src/base/check.h"

namespace heed {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string_view Reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 410: return "Gone";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Whatever";
  }
}

bool HasHeader(const Answer& answer, std::string_view name) {
  return std::any_of(answer.headers.begin(), answer.headers.end(),
                     [&](const auto& header) { return Lower(header.first) == name; });
}

std::uint64_t BodySize(const Answer& answer) { return answer.body.size() + answer.filler.size() * answer.filler_times; }

bool BodyAllowed(int status) { return status >= 200 && status != 204 && status != 304; }

std::string Head(const Answer& answer) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " " + std::string(Reason(answer.status)) + "\r\n";
  for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
  if (answer.chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (answer.content_length) {
    head += "Content-Length: " + std::to_string(*answer.content_length) + "\r\n";
  } else if (!answer.no_length && BodyAllowed(answer.status) && !HasHeader(answer, "content-length")) {
    head += "Content-Length: " + std::to_string(BodySize(answer)) + "\r\n";
  }
  if (answer.no_length || answer.close || answer.cut_after) head += "Connection: close\r\n";
  return head + "\r\n";
}

std::string Chunks(std::string_view body) {
  constexpr std::size_t kChunk = 1000;
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += kChunk) {
    const std::string_view piece = body.substr(at, kChunk);
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    out += size;
    out += piece;
    out += "\r\n";
  }
  return out + "0\r\n\r\n";
}

std::uint32_t Crc32(std::string_view bytes, std::uint32_t crc = 0) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
      made[i] = c;
    }
    return made;
  }();
  crc = ~crc;
  for (const char b : bytes) crc = table[(crc ^ static_cast<std::uint8_t>(b)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

void AppendLittleEndian(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

constexpr std::string_view kGzipHeader{"\x1f\x8b\x08\0\0\0\0\0\0\xff", 10};

// RFC 1951 3.2.4: blocks kept as they are, 65,535 bytes at most.
std::string GzipStored(std::string_view body) {
  std::string out(kGzipHeader);
  std::string_view rest = body;
  do {
    const std::string_view block = rest.substr(0, 65535);
    rest.remove_prefix(block.size());
    out += rest.empty() ? '\1' : '\0';
    AppendLittleEndian(out, static_cast<std::uint32_t>(block.size()), 2);
    AppendLittleEndian(out, ~static_cast<std::uint32_t>(block.size()), 2);
    out += block;
  } while (!rest.empty());
  AppendLittleEndian(out, Crc32(body), 4);
  AppendLittleEndian(out, static_cast<std::uint32_t>(body.size()), 4);
  return out;
}

}  // namespace

std::string SeenRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

std::string SeenRequest::Query(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return "";
}

bool SeenRequest::HasQuery(std::string_view name) const {
  return std::any_of(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
}

Answer Answer::Of(std::string_view content_type, std::string body) {
  Answer answer;
  answer.headers.emplace_back("Content-Type", content_type);
  answer.body = std::move(body);
  return answer;
}

Answer Answer::Status(int status, std::string body) {
  Answer answer = Of("text/plain", std::move(body));
  answer.status = status;
  return answer;
}

Answer Answer::Redirect(int status, std::string location) {
  return Status(status).With("Location", location);
}

Answer Answer::Silence() {
  Answer answer;
  answer.silent = true;
  return answer;
}

Answer Answer::Hangup() { return Answer{}.CutAfter(0); }

Answer Answer::Huge(std::string_view content_type, std::string filler, std::uint64_t times) {
  Answer answer = Of(content_type, "");
  answer.filler = std::move(filler);
  answer.filler_times = times;
  return answer;
}

Answer Answer::With(std::string_view name, std::string_view value) && {
  headers.emplace_back(name, value);
  return std::move(*this);
}

Answer Answer::CutAfter(std::uint64_t bytes) && {
  cut_after = bytes;
  return std::move(*this);
}

Answer Answer::Reset(std::uint64_t after_bytes) && {
  cut_after = after_bytes;
  reset = true;
  return std::move(*this);
}

Answer Answer::Chunked() && {
  chunked = true;
  return std::move(*this);
}

Answer Answer::WithoutLength() && {
  no_length = true;
  return std::move(*this);
}

Answer Answer::Claiming(std::uint64_t claimed) && {
  content_length = claimed;
  close = true;
  return std::move(*this);
}

Answer Answer::Dribbled(std::size_t bytes_at_a_time) && {
  dribble = bytes_at_a_time;
  return std::move(*this);
}

Answer Answer::Gzipped() && {
  body = GzipStored(body);
  return std::move(*this).With("Content-Encoding", "gzip");
}

std::uint64_t Answer::WireSize() const {
  Answer whole = *this;  // the cut adds a header of its own: count with it, wherever it falls
  whole.cut_after = 0;
  const std::uint64_t head = Head(whole).size();
  if (!BodyAllowed(status)) return head;
  return head + (chunked ? Chunks(body).size() : BodySize(*this));
}

// One block of fixed Huffman codes (RFC 1951 3.2.6): the byte once, then "258 more of the byte before" again
// and again, 13 bits each.
std::string GzipBomb(char byte, std::uint64_t count) {
  std::string out(kGzipHeader);
  std::uint64_t bits = 0;
  int held = 0;
  const auto put = [&](std::uint32_t value, int length) {  // least significant bit first
    bits |= std::uint64_t{value} << held;
    for (held += length; held >= 8; held -= 8, bits >>= 8) out += static_cast<char>(bits & 0xFF);
  };
  const auto put_code = [&](std::uint32_t code, int length) {  // Huffman codes go most significant bit first
    std::uint32_t reversed = 0;
    for (int i = 0; i < length; ++i) reversed |= (code >> i & 1) << (length - 1 - i);
    put(reversed, length);
  };
  const auto literal = [&] {
    const auto value = static_cast<std::uint8_t>(byte);
    value < 144 ? put_code(0x30u + value, 8) : put_code(0x190u + value - 144, 9);
  };
  put(1, 1);
  put(1, 2);
  std::uint64_t left = count;
  if (left > 0) {
    literal();
    --left;
  }
  for (; left >= 258; left -= 258) {
    put_code(0xC5, 8);  // length 258 (code 285)
    put_code(0, 5);     // distance 1
  }
  for (; left > 0; --left) literal();
  put_code(0, 7);
  if (held > 0) put(0, 8 - held);
  const std::string block(1 << 16, byte);
  std::uint32_t crc = 0;
  for (std::uint64_t done = 0; done < count; done += block.size()) {
    crc = Crc32(std::string_view(block).substr(0, std::min<std::uint64_t>(block.size(), count - done)), crc);
  }
  AppendLittleEndian(out, crc, 4);
  AppendLittleEndian(out, static_cast<std::uint32_t>(count), 4);
  return out;
}

struct HttpServer::Impl {
  int listener = -1;
  int stop = -1;  // readable once the server ends: everything that waits also waits for this
  std::uint16_t port = 0;
  std::thread acceptor;

  mutable std::mutex mutex;
  std::condition_variable idle;
  std::size_t running = 0, accepted = 0;
  std::deque<Answer> queue;
  std::map<std::string, Handler> routes;
  Handler otherwise;
  std::vector<SeenRequest> seen;
  std::mutex handling;

  // Until `fd` is ready for `events`, or the server ends (false), or `wait` is over (true all the same).
  bool Wait(int fd, short events, int wait_ms = -1) const {
    std::array<pollfd, 2> polled{{{fd, events, 0}, {stop, POLLIN, 0}}};
    while (::poll(polled.data(), polled.size(), wait_ms) < 0 && errno == EINTR) {
    }
    return polled[1].revents == 0;
  }

  bool SendAll(int fd, std::string_view bytes) const {
    while (!bytes.empty()) {
      if (!Wait(fd, POLLOUT)) return false;
      const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) {
        if (errno == EAGAIN || errno == EINTR) continue;
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // More bytes into `buffer`; false at the end of the connection or of the server.
  bool Receive(int fd, std::string& buffer) const {
    std::array<char, 16384> block;
    for (;;) {
      if (!Wait(fd, POLLIN)) return false;
      const ssize_t got = ::recv(fd, block.data(), block.size(), MSG_DONTWAIT);
      if (got > 0) {
        buffer.append(block.data(), static_cast<std::size_t>(got));
        return true;
      }
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) return false;
    }
  }

  bool ReadRequest(int fd, std::string& buffer, SeenRequest& request) const {
    std::size_t end;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive(fd, buffer)) return false;
    }
    const std::string head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    std::size_t at = head.find("\r\n");
    const std::string_view first = std::string_view(head).substr(0, at);
    const std::size_t space = first.find(' '), last = first.rfind(' ');
    if (space == std::string::npos || last <= space) return false;
    request.method = first.substr(0, space);
    request.target = first.substr(space + 1, last - space - 1);
    const std::string_view target = request.target;
    const std::size_t mark = target.find('?');
    request.path = PercentDecode(target.substr(0, mark), false);
    if (mark != std::string_view::npos) {
      std::string_view rest = target.substr(mark + 1);
      while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        request.query.emplace_back(PercentDecode(pair.substr(0, equals), true),
                                   PercentDecode(pair.substr(std::min(pair.size(), equals + 1)), true));
      }
    }
    for (at += 2; at < head.size();) {
      const std::size_t line_end = head.find("\r\n", at);
      const std::string_view line = std::string_view(head).substr(at, line_end - at);
      at = line_end + 2;
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      request.headers.emplace_back(Lower(line.substr(0, colon)), TrimSpace(line.substr(colon + 1)));
    }
    if (Lower(request.Header("expect")) == "100-continue" && !SendAll(fd, "HTTP/1.1 100 Continue\r\n\r\n")) return false;
    const std::size_t length = std::strtoull(request.Header("content-length").c_str(), nullptr, 10);
    while (buffer.size() < length) {
      if (!Receive(fd, buffer)) return false;
    }
    request.body = buffer.substr(0, length);
    buffer.erase(0, length);
    return true;
  }

  Answer Choose(const SeenRequest& request) {
    Handler handler;
    {
      const std::lock_guard lock(mutex);
      seen.push_back(request);
      if (!queue.empty()) {
        Answer answer = std::move(queue.front());
        queue.pop_front();
        return answer;
      }
      const auto route = routes.find(request.path);
      handler = route != routes.end() ? route->second : otherwise;
    }
    if (!handler) return Answer::Status(404, "no such route in this test");
    const std::lock_guard lock(handling);
    return handler(request);
  }

  // Whether the connection may carry another request.
  bool Give(int fd, const SeenRequest& request, const Answer& answer) const {
    if (answer.silent) {
      std::string ignored;
      while (Receive(fd, ignored)) ignored.clear();
      return false;
    }
    const bool with_body = BodyAllowed(answer.status) && request.method != "HEAD";
    std::string wire = Head(answer);
    if (with_body) wire += answer.chunked ? Chunks(answer.body) : answer.body;
    std::uint64_t left = answer.cut_after.value_or(UINT64_MAX);
    const auto send = [&](std::string_view bytes) {
      bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left));
      left -= bytes.size();
      if (answer.dribble == 0) return SendAll(fd, bytes);
      for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), answer.dribble))) {
        if (!SendAll(fd, bytes.substr(0, answer.dribble)) || !Wait(stop, POLLIN, 1)) return false;
      }
      return true;
    };
    if (!send(wire)) return false;
    if (with_body && !answer.chunked && answer.filler_times > 0) {
      const std::uint64_t per_block = std::max<std::uint64_t>(1, 65536 / std::max<std::size_t>(1, answer.filler.size()));
      std::string block;
      for (std::uint64_t i = 0; i < per_block; ++i) block += answer.filler;
      for (std::uint64_t done = 0; done < answer.filler_times && left > 0; done += per_block) {
        const std::uint64_t now = std::min(per_block, answer.filler_times - done);
        if (!send(std::string_view(block).substr(0, now * answer.filler.size()))) return false;
      }
    }
    return !answer.cut_after && !answer.close && !answer.no_length;
  }

  void Serve(int fd) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    std::string buffer;
    bool reset = false;
    for (bool again = true; again;) {
      SeenRequest request;
      if (!ReadRequest(fd, buffer, request)) break;
      const Answer answer = Choose(request);
      again = Give(fd, request, answer);
      reset = answer.reset && !again;
    }
    if (reset) {
      const linger at_once{1, 0};  // close sends RST
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    } else {
      ::shutdown(fd, SHUT_WR);
    }
    ::close(fd);
    const std::lock_guard lock(mutex);
    --running;
    idle.notify_all();
  }

  void Accept() {
    while (Wait(listener, POLLIN)) {
      const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      {
        const std::lock_guard lock(mutex);
        ++running;
        ++accepted;
      }
      std::thread([this, fd] { Serve(fd); }).detach();  // the destructor waits until none is running
    }
  }
};

HttpServer::HttpServer() : impl_(std::make_unique<Impl>()) {
  impl_->stop = ::eventfd(0, EFD_CLOEXEC);
  impl_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  HEED_CHECK(impl_->stop >= 0 && impl_->listener >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  HEED_CHECK(::bind(impl_->listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  HEED_CHECK(::listen(impl_->listener, 64) == 0);
  socklen_t size = sizeof address;
  HEED_CHECK(::getsockname(impl_->listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  impl_->port = ntohs(address.sin_port);
  impl_->acceptor = std::thread([impl = impl_.get()] { impl->Accept(); });
}

HttpServer::~HttpServer() {
  const std::uint64_t one = 1;
  HEED_CHECK(::write(impl_->stop, &one, sizeof one) == sizeof one);
  impl_->acceptor.join();
  {
    std::unique_lock lock(impl_->mutex);
    impl_->idle.wait(lock, [&] { return impl_->running == 0; });
  }
  ::close(impl_->listener);
  ::close(impl_->stop);
}

std::uint16_t HttpServer::port() const { return impl_->port; }
std::string HttpServer::Origin() const { return "http://127.0.0.1:" + std::to_string(impl_->port); }
std::string HttpServer::Url(std::string_view path) const { return Origin() + std::string(path); }

void HttpServer::Route(std::string path, Answer answer) {
  Route(std::move(path), [answer = std::move(answer)](const SeenRequest&) { return answer; });
}

void HttpServer::Route(std::string path, Handler handler) {
  const std::lock_guard lock(impl_->mutex);
  impl_->routes[std::move(path)] = std::move(handler);
}

void HttpServer::Next(Answer answer) {
  const std::lock_guard lock(impl_->mutex);
  impl_->queue.push_back(std::move(answer));
}

void HttpServer::Otherwise(Handler handler) {
  const std::lock_guard lock(impl_->mutex);
  impl_->otherwise = std::move(handler);
}

void HttpServer::Forget() {
  const std::lock_guard lock(impl_->mutex);
  impl_->queue.clear();
  impl_->routes.clear();
  impl_->otherwise = nullptr;
  impl_->seen.clear();
}

std::vector<SeenRequest> HttpServer::requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seen;
}

std::size_t HttpServer::request_count() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seen.size();
}

std::size_t HttpServer::connection_count() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->accepted;
}

}  // namespace heed
