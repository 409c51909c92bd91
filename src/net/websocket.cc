// The websocket client over Boost.Beast: one connection, one thread, everything asynchronous so that it can be ended.
#include "src/net/websocket.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <chrono>

#include "src/base/text.h"
#include "src/net/http.h"
#include "src/net/pace.h"

namespace heed {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
namespace websocket = beast::websocket;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kSlice{100};  // how often `stopped` is asked

struct Address {
  bool encrypted = false;
  std::string host, port, target;  // host without brackets
  std::string shown;               // "wss://host:port", for messages and the Host header's part
};

Result<Address> ReadAddress(std::string_view url) {
  Address address;
  address.encrypted = StartsWithIgnoreCase(url, "wss://");
  if (!address.encrypted && !StartsWithIgnoreCase(url, "ws://")) return Fail(Fault::kInvalid, "\"" + ForTerminal(url) + "\" is no websocket's address (wss://...)");
  // The rest is written as for HTTP, and checked there.
  const std::string http = (address.encrypted ? "https" : "http") + std::string(url.substr(url.find(':')));
  const auto origin = HEED_TRY(UrlOrigin(http));
  const auto authority = origin.substr(origin.find("//") + 2);
  const auto colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  address.host = authority.substr(0, has_port ? colon : authority.npos);
  address.port = has_port ? authority.substr(colon + 1) : address.encrypted ? "443" : "80";
  if (address.host.size() > 2 && address.host.front() == '[') address.host = address.host.substr(1, address.host.size() - 2);
  address.shown = (address.encrypted ? "wss://" : "ws://") + authority;
  const auto slash = http.find_first_of("/?", http.find("//") + 2);
  address.target = slash == http.npos ? "/" : http.substr(slash, http.find('#') - slash);
  if (address.target.front() == '?') address.target.insert(0, "/");
  if (address.target.find_first_of(" \r\n") != address.target.npos) return Fail(Fault::kInvalid, "\"" + ForTerminal(url) + "\" holds spaces or ends of lines");
  return address;
}

template <typename Stream>
class Line final : public WebSocket {
 public:
  Line(const WebSocketRequest& request, Address address) : request_(request), address_(std::move(address)) {}

  // What is under way dies uncalled with io_: it is not run again, or its timers would be waited for.
  ~Line() override {
    error_code ignored;
    if (stream_) beast::get_lowest_layer(*stream_).socket().close(ignored);
  }

  Done Open(Instant now) {
    deadline_ = SteadyClock::now() + request_.connect_timeout;
    if constexpr (kEncrypted) {
      error_code error;
      if (request_.ca_file.empty()) tls_.set_default_verify_paths(error);
      else tls_.load_verify_file(request_.ca_file, error);
      if (error) return Fail(Fault::kIo, "reading the certificate authorities: " + error.message());
      stream_.emplace(io_, tls_);
      stream_->next_layer().set_verify_mode(ssl::verify_peer);
      stream_->next_layer().set_verify_callback(ssl::host_name_verification(address_.host));
      if (!SSL_set_tlsext_host_name(stream_->next_layer().native_handle(), address_.host.c_str())) return Fail(Fault::kInvalid, "the host's name cannot be sent: " + address_.host);
    } else {
      stream_.emplace(io_);
    }
    asio::ip::tcp::resolver resolver(io_);
    asio::ip::tcp::resolver::results_type found;
    HEED_TRY(Until("finding", [&](auto done) {
      resolver.async_resolve(address_.host, address_.port, [&found, done](error_code error, auto results) {
        found = std::move(results);
        done(error);
      });
    }, [&] { resolver.cancel(); }));
    auto& socket = beast::get_lowest_layer(*stream_);
    socket.expires_never();  // this class keeps the time
    const auto hang_up = [&] {
      error_code ignored;
      socket.socket().close(ignored);
    };
    HEED_TRY(Until("connecting to", [&](auto done) { socket.async_connect(found, [done](error_code error, auto) { done(error); }); }, hang_up));
    if constexpr (kEncrypted) HEED_TRY(Until("agreeing on TLS with", [&](auto done) { stream_->next_layer().async_handshake(ssl::stream_base::client, done); }, hang_up));

    stream_->set_option(websocket::stream_base::timeout{request_.connect_timeout, request_.idle_timeout, true});
    stream_->set_option(websocket::stream_base::decorator([agent = request_.user_agent](websocket::request_type& head) { head.set(beast::http::field::user_agent, agent); }));
    stream_->read_message_max(request_.max_message);
    websocket::response_type answer;
    const auto authority = address_.shown.substr(address_.shown.find("//") + 2);
    auto shaken = Until("greeting", [&](auto done) { stream_->async_handshake(answer, authority, address_.target, done); }, hang_up);
    if (!shaken && declined_) {
      HttpResponse response{.status = static_cast<int>(answer.result_int())};
      for (const auto& field : answer) response.headers.emplace_back(LowerAscii(std::string(field.name_string())), std::string(field.value()));
      auto error = StatusError(response, "greeting " + address_.shown, now);
      if (response.status == 200) return Fail(Fault::kMalformed, "greeting " + address_.shown + ": it answers as a web site and not as a stream");
      return Fail(std::move(error));
    }
    return shaken;
  }

  Result<std::optional<std::string_view>> Receive(milliseconds wait) override {
    if (broken_) return Fail(*broken_);
    if (!reading_) {
      buffer_.consume(buffer_.size());
      read_.reset();
      reading_ = true;
      stream_->async_read(buffer_, [this](error_code error, std::size_t) { read_ = error; });
    }
    const auto until = SteadyClock::now() + wait;
    while (!read_) {
      if (Stopped()) return Fail(*(broken_ = Error(Fault::kCancelled, "listening to " + address_.shown + ": stopped")));
      const auto left = std::chrono::duration_cast<milliseconds>(until - SteadyClock::now());
      io_.restart();
      if (io_.poll_one() > 0) continue;
      if (left <= milliseconds{0}) return std::nullopt;
      io_.restart();
      io_.run_one_for(std::min(left, kSlice));
    }
    reading_ = false;
    if (*read_) return Fail(*(broken_ = Broken(*read_)));
    if (!stream_->got_text()) return Fail(*(broken_ = Error(Fault::kMalformed, "listening to " + address_.shown + ": it sends something else than text")));
    return std::string_view(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  }

 private:
  static constexpr bool kEncrypted = !std::is_same_v<Stream, websocket::stream<beast::tcp_stream>>;

  bool Stopped() const { return request_.stopped && request_.stopped(); }

  // Runs one operation; `start` begins it with the handler to call, `cancel` makes it end soon.
  template <typename Start, typename Cancel>
  Done Until(std::string_view doing, Start start, Cancel cancel) {
    std::optional<error_code> done;
    const auto what = std::string(doing) + " " + address_.shown;
    start([&done](error_code error) { done = error; });
    std::optional<Error> given_up;
    while (!done) {
      io_.restart();
      io_.run_one_for(kSlice);
      if (done || given_up) continue;
      if (Stopped()) given_up = Error(Fault::kCancelled, what + ": stopped");
      else if (SteadyClock::now() > deadline_) given_up = Error(Fault::kUnavailable, what + ": not done within " + std::to_string(request_.connect_timeout.count()) + " ms");
      if (given_up) cancel();
    }
    if (given_up) return Fail(*std::move(given_up));
    declined_ = *done == websocket::error::upgrade_declined;
    if (*done) return Fail(Fault::kUnavailable, what + ": " + ForTerminal(done->message()));
    return {};
  }

  Error Broken(error_code error) const {
    const auto what = "listening to " + address_.shown + ": ";
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow)
      return Error(Fault::kTooLarge, what + "a message is over the limit of " + std::to_string(request_.max_message) + " bytes");
    if (error == websocket::error::closed) {
      const auto& reason = stream_->reason();
      const std::string_view words(reason.reason.data(), reason.reason.size());
      return Error(Fault::kUnavailable, what + "the other side hung up (" + std::to_string(reason.code) + (words.empty() ? "" : " ") + ForTerminal(words) + ")");
    }
    if (error.category() == make_error_code(websocket::error::closed).category())
      return Error(Fault::kMalformed, what + "it does not keep to the protocol (" + ForTerminal(error.message()) + ")");
    return Error(Fault::kUnavailable, what + ForTerminal(error.message()));
  }

  WebSocketRequest request_;
  Address address_;
  asio::io_context io_{1};
  ssl::context tls_{ssl::context::tls_client};
  std::optional<Stream> stream_;
  SteadyClock::time_point deadline_;
  bool declined_ = false;  // the last operation: an answer came that is no handshake
  beast::flat_buffer buffer_;
  bool reading_ = false;
  std::optional<error_code> read_;
  std::optional<Error> broken_;
};

template <typename Stream>
Result<std::unique_ptr<WebSocket>> Open(const WebSocketRequest& request, Address address, Instant now) {
  auto line = std::make_unique<Line<Stream>>(request, std::move(address));
  HEED_TRY(line->Open(now));
  return line;
}

}  // namespace

Result<std::unique_ptr<WebSocket>> WebSocket::Connect(const WebSocketRequest& request, Instant now) {
  auto address = HEED_TRY(ReadAddress(request.url));
  auto named = request;
  if (named.user_agent.empty()) named.user_agent = "heed/" HEED_VERSION;
  if (request.stopped && request.stopped()) return Fail(Fault::kCancelled, "connecting to " + address.shown + ": stopped");
  if (address.encrypted) return Open<websocket::stream<beast::ssl_stream<beast::tcp_stream>>>(named, std::move(address), now);
  return Open<websocket::stream<beast::tcp_stream>>(named, std::move(address), now);
}

}  // namespace heed
