#include "src/http/server.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "src/base/log.h"
#include "src/base/text.h"
#include "src/http/parse.h"

namespace heed::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

constexpr std::uint64_t kSlowestLine = 128 * 1024;  // bytes a second

std::string Text(beast::string_view text) { return std::string(text.data(), text.size()); }

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  class Session;

  ServerOptions options;
  Handler answer;
  std::function<Response(int)> refuse;
  asio::io_context context;
  tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  std::vector<std::thread> threads;
  std::atomic<bool> stopping{false};
  std::mutex mutex;  // guards sessions
  std::condition_variable ended;
  std::set<Session*> sessions;
  std::uint16_t port = 0;

  void Accept();
  void Stop();
};

// One connection.  Everything of it runs on its strand.
class Server::Impl::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Impl> server, tcp::socket socket) : server_(std::move(server)), stream_(std::move(socket)) {
    boost::system::error_code error;
    const auto remote = stream_.socket().remote_endpoint(error);
    if (!error) {
      auto address = remote.address();
      if (address.is_v6() && address.to_v6().is_v4_mapped()) address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
      peer_ = address.to_string();
    }
  }
  ~Session() {
    const std::lock_guard lock(server_->mutex);
    server_->sessions.erase(this);
    server_->ended.notify_all();
  }

  void Run() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->ReadHead(); });
  }

  void End() {
    asio::dispatch(stream_.get_executor(), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->stream_.close();
    });
  }

  // Ends a connection that waits for a request; one that is being answered ends by itself.
  void EndIfIdle() {
    asio::dispatch(stream_.get_executor(), [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && self->idle_) self->stream_.close();
    });
  }

 private:
  void ReadHead() {
    if (server_->stopping) return Close();
    parser_.emplace();
    parser_->header_limit(server_->options.limits.header);
    // The limit for the body is set once the head is known; until then none, or a length over the least limit would be refused too soon.
    parser_->body_limit(boost::none);
    idle_ = true;
    stream_.expires_after(server_->options.limits.header_time);
    bhttp::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) { self->HaveHead(error); });
  }

  void HaveHead(beast::error_code error) {
    idle_ = false;
    if (error == bhttp::error::end_of_stream || error == asio::error::operation_aborted) return Close();
    if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) return Refuse(431);
    if (error.category() == bhttp::make_error_code(bhttp::error::bad_method).category()) return Refuse(400);
    if (error) return Close();

    const auto& head = parser_->get();
    request_ = Request{};
    request_.peer = peer_;
    request_.method = Text(head.method_string());
    keep_alive_ = head.keep_alive();
    is_head_ = request_.method == "HEAD";
    std::size_t lengths = 0, hosts = 0, codings = 0;
    for (const auto& field : head) {
      request_.headers.emplace_back(LowerAscii(Text(field.name_string())), std::string(Trim(Text(field.value()))));
      const std::string& name = request_.headers.back().first;
      lengths += name == "content-length";
      hosts += name == "host";
      codings += name == "transfer-encoding";
    }
    if (head.version() != 10 && head.version() != 11) return Refuse(505);
    if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0) || hosts > 1 || (hosts == 0 && head.version() == 11)) return Refuse(400);
    // "3, 3" is one length to some and two to others.
    for (const char c : request_.Header("content-length"))
      if (c < '0' || c > '9') return Refuse(400);
    if (codings > 0 && (head.version() != 11 || !EqualsIgnoreCase(request_.Header("transfer-encoding"), "chunked"))) return Refuse(501);
    auto target = ParseTarget(Text(head.target()));
    if (!target) return Refuse(400);
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);

    const auto& options = server_->options;
    const std::uint64_t limit = options.body_limit ? options.body_limit(request_) : options.limits.body;
    parser_->body_limit(limit);
    if (const auto length = parser_->content_length(); length && *length > limit) return Refuse(413);
    if (EqualsIgnoreCase(request_.Header("expect"), "100-continue") && !parser_->is_done()) {
      continue_ = bhttp::response<bhttp::empty_body>(bhttp::status::continue_, 11);
      bhttp::async_write(stream_, continue_, [self = shared_from_this()](beast::error_code failed, std::size_t) { failed ? self->Close() : self->ReadBody(); });
      return;
    }
    ReadBody();
  }

  void ReadBody() {
    // What is larger than any form takes longer; a line of a megabit a second is waited for.
    const auto length = parser_->content_length();
    stream_.expires_after(server_->options.limits.body_time + seconds{length ? static_cast<std::int64_t>(*length / kSlowestLine) : 0});
    bhttp::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) { self->HaveBody(error); });
  }

  void HaveBody(beast::error_code error) {
    if (error == bhttp::error::body_limit) return Refuse(413);
    if (error.category() == bhttp::make_error_code(bhttp::error::bad_method).category()) return Refuse(400);
    if (error) return Close();
    request_.body = std::move(parser_->get().body());
    Response response;
    try {
      response = server_->answer(request_);
    } catch (const std::exception& failure) {
      LogError(std::string("answering a request: ") + failure.what());
      response = server_->refuse(500);
      response.close = true;
    }
    Write(std::move(response));
  }

  void Refuse(int status) {
    Response response = server_->refuse(status);
    response.close = true;  // where the next request would begin is not known
    Write(std::move(response));
  }

  void Write(Response response) {
    if (!response.file.empty()) return WriteFile(std::move(response));
    const bool keep = keep_alive_ && !response.close && !server_->stopping;
    out_ = bhttp::response<bhttp::string_body>(static_cast<bhttp::status>(response.status), 11);
    for (const auto& [name, value] : response.headers) out_.insert(name, value);
    out_.keep_alive(keep);
    const bool bodiless = response.status == 304 || response.status == 204;
    if (!bodiless) out_.content_length(response.body.size());
    if (!is_head_ && !bodiless) out_.body() = std::move(response.body);
    stream_.expires_after(server_->options.limits.write_time);
    bhttp::async_write(stream_, out_, [self = shared_from_this(), keep](beast::error_code error, std::size_t) {
      if (error || !keep) return self->Close();
      self->ReadHead();
    });
  }

  // The body comes from a file, in pieces.
  void WriteFile(Response response) {
    file_.emplace();
    beast::error_code error;
    file_->body().open(response.file.c_str(), beast::file_mode::scan, error);
    if (error) {
      LogError("sending " + response.file + ": " + error.message());
      Response failed = server_->refuse(500);
      return Write(std::move(failed));
    }
    const bool keep = keep_alive_ && !response.close && !server_->stopping;
    file_->result(static_cast<bhttp::status>(response.status));
    file_->version(11);
    for (const auto& [name, value] : response.headers) file_->insert(name, value);
    file_->keep_alive(keep);
    const std::uint64_t size = file_->body().size();
    file_->content_length(size);
    stream_.expires_after(server_->options.limits.write_time + seconds{static_cast<std::int64_t>(size / kSlowestLine)});
    const auto done = [self = shared_from_this(), keep](beast::error_code failed, std::size_t) {
      self->file_serializer_.reset();
      self->file_.reset();
      if ((failed && failed != bhttp::error::end_of_stream) || !keep) return self->Close();
      self->ReadHead();
    };
    file_serializer_.emplace(*file_);
    if (is_head_) return bhttp::async_write_header(stream_, *file_serializer_, done);
    bhttp::async_write(stream_, *file_serializer_, done);
  }

  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    // What is still coming is read and thrown away for a moment: closing with unread bytes would reset the connection
    // and take the answer away from the client.
    if (!drained_) {
      drained_ = true;
      stream_.expires_after(seconds{2});
      Drain();
      return;
    }
    stream_.close();
  }

  void Drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(16 * 1024), [self = shared_from_this()](beast::error_code error, std::size_t got) {
      if (error || (self->drained_bytes_ += got) > (4u << 20)) return self->stream_.close();
      self->Drain();
    });
  }

  const std::shared_ptr<Impl> server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{1u << 20};
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  bhttp::response<bhttp::empty_body> continue_;
  bhttp::response<bhttp::string_body> out_;
  std::optional<bhttp::response<bhttp::file_body>> file_;
  std::optional<bhttp::response_serializer<bhttp::file_body>> file_serializer_;
  Request request_;
  std::string peer_;
  bool keep_alive_ = false, is_head_ = false, idle_ = false, drained_ = false;
  std::size_t drained_bytes_ = 0;
};

void Server::Impl::Accept() {
  acceptor.async_accept(asio::make_strand(context), [self = shared_from_this()](beast::error_code error, tcp::socket socket) {
    if (self->stopping || error == asio::error::operation_aborted) return;
    if (error) {
      // No descriptors left, most likely: try again in a moment rather than at once for ever.
      self->pause.expires_after(milliseconds{200});
      self->pause.async_wait([self](beast::error_code) {
        if (!self->stopping) self->Accept();
      });
      return;
    }
    bool room = false;
    {
      const std::lock_guard lock(self->mutex);
      room = self->sessions.size() < self->options.limits.connections;
    }
    if (room) {
      socket.set_option(tcp::no_delay(true), error);
      const auto session = std::make_shared<Session>(self, std::move(socket));
      {
        const std::lock_guard lock(self->mutex);
        self->sessions.insert(session.get());
      }
      session->Run();
    }
    self->Accept();
  });
}

void Server::Impl::Stop() {
  if (stopping.exchange(true)) return;
  asio::post(context, [self = shared_from_this()] {
    beast::error_code ignored;
    self->acceptor.close(ignored);
    self->pause.cancel();
  });
  {
    std::unique_lock lock(mutex);
    for (auto* session : sessions) session->EndIfIdle();
    ended.wait_for(lock, seconds{5}, [this] { return sessions.empty(); });
    for (auto* session : sessions) session->End();
    ended.wait_for(lock, seconds{1}, [this] { return sessions.empty(); });
  }
  context.stop();
  for (auto& thread : threads) thread.join();
  threads.clear();
  // What still waited holds the server, and the server it: told that it is over, it lets go.
  context.restart();
  context.poll();
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  Stop();
}

void Server::Stop() { impl_->Stop(); }
std::uint16_t Server::port() const { return impl_->port; }

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options, Handler answer, std::function<Response(int)> refuse) {
  auto impl = std::make_shared<Impl>();
  impl->options = std::move(options);
  impl->answer = std::move(answer);
  impl->refuse = std::move(refuse);
  const std::string where = impl->options.address + ":" + std::to_string(impl->options.port);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(impl->options.address, error);
  if (error) return Fail(Fault::kInvalid, "\"" + impl->options.address + "\" is not an address; write 127.0.0.1");
  const tcp::endpoint endpoint(address, impl->options.port);
  auto& acceptor = impl->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) return Fail(Fault::kBusy, where + " is in use by another program");
  if (error) return Fail(Fault::kInvalid, "listening on " + where + ": " + error.message());
  impl->port = acceptor.local_endpoint(error).port();
  impl->Accept();
  for (std::size_t i = 0; i < std::max<std::size_t>(1, impl->options.threads); ++i) impl->threads.emplace_back([raw = impl.get()] { raw->context.run(); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace heed::http
