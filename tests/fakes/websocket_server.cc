// One thread that accepts, and one a connection: simple, for tests.
#include "tests/fakes/websocket_server.h"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <list>
#include <mutex>
#include <thread>

namespace heed {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct WebSocketServer::Impl {
  std::function<Talk(const std::string&)> answer;
  asio::io_context io;
  tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::uint16_t port = acceptor.local_endpoint().port();  // asked for once: the acceptor is another thread's then
  std::mutex mutex;
  std::vector<std::string> targets;
  std::list<tcp::socket> sockets;
  std::list<std::thread> threads;
  std::atomic<bool> stop = false;
  std::thread accepting;

  void Serve(tcp::socket& socket) {
    boost::system::error_code error;
    beast::flat_buffer buffer;
    beast::http::request<beast::http::string_body> request;
    beast::http::read(socket, buffer, request, error);
    if (error) return;
    const std::string target(request.target());
    Talk talk;
    {
      const std::lock_guard lock(mutex);
      targets.push_back(target);
      talk = answer(target);
    }
    if (talk.status != 101) {
      const std::string head = "HTTP/1.1 " + std::to_string(talk.status) + " No\r\n" + talk.headers + "Content-Length: 0\r\n\r\n";
      asio::write(socket, asio::buffer(head), error);
      socket.shutdown(tcp::socket::shutdown_both, error);
      return;
    }
    beast::websocket::stream<tcp::socket&> stream(socket);
    stream.accept(request, error);
    if (error) return;
    stream.binary(talk.binary);
    for (const auto& text : talk.texts) {
      stream.write(asio::buffer(text), error);
      if (error) return;
    }
    if (!talk.raw.empty()) asio::write(socket, asio::buffer(talk.raw), error);
    if (talk.end == Talk::End::kClose) stream.close({beast::websocket::close_code::going_away, "bye"}, error);
    else if (talk.end == Talk::End::kCut) socket.close(error);
    else stream.read(buffer, error);  // until the client or the destructor hangs up
  }
};

WebSocketServer::WebSocketServer(std::function<Talk(const std::string&)> answer) : impl_(std::make_unique<Impl>()) {
  impl_->answer = std::move(answer);
  impl_->accepting = std::thread([impl = impl_.get()] {
    while (true) {
      boost::system::error_code error;
      tcp::socket socket(impl->io);
      impl->acceptor.accept(socket, error);
      if (impl->stop || error) return;
      const std::lock_guard lock(impl->mutex);
      auto& kept = impl->sockets.emplace_back(std::move(socket));
      impl->threads.emplace_back([impl, &kept] { impl->Serve(kept); });
    }
  });
}

WebSocketServer::~WebSocketServer() {
  impl_->stop = true;
  {
    // Wakes the acceptor.
    boost::system::error_code ignored;
    tcp::socket knock(impl_->io);
    knock.connect(tcp::endpoint(asio::ip::address_v4::loopback(), impl_->port), ignored);
  }
  impl_->accepting.join();
  {
    const std::lock_guard lock(impl_->mutex);
    for (auto& socket : impl_->sockets) ::shutdown(socket.native_handle(), SHUT_RDWR);
  }
  for (auto& thread : impl_->threads) thread.join();
}

std::string WebSocketServer::Origin() const { return "ws://127.0.0.1:" + std::to_string(impl_->port); }

std::vector<std::string> WebSocketServer::targets() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->targets;
}

}  // namespace heed
