// An HTTP/1.1 server: connections, limits and time-outs.  The only host of Boost.Beast and Asio.
//
// It hands whole requests to one function and writes what that returns; it knows no pages.  What cannot be read with certainty
// (two lengths, an unknown transfer coding, no host, several) is refused and the connection closed, so that a proxy in front
// and heed never disagree about where a request ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/http/message.h"

namespace heed::http {

struct Limits {
  std::uint32_t header = 16 * 1024;   // bytes of request line and headers
  std::uint64_t body = 1024 * 1024;   // bytes, where `body_limit` says nothing else
  std::size_t connections = 512;      // at once; more are closed at once
  seconds header_time{15};            // for the request line and headers, once begun; also for what follows a kept connection
  seconds body_time{60};
  seconds write_time{60};
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8420;  // 0: any that is free
  std::size_t threads = 4;
  Limits limits;
  // Bytes a body may have, by method and path; empty function: limits.body.
  std::function<std::uint64_t(const Request& head)> body_limit;
};

using Handler = std::function<Response(const Request&)>;

class Server {
 public:
  // `answer` is called from several threads at once and also makes the pages for requests that cannot be read: those have no
  // method and no path, and `status` says why (400, 413, 431, 500, 501, 505).  A HEAD is handed on as it is; the body of its answer is left out.
  //   kBusy     another program has the port
  //   kInvalid  not an address of this machine
  static Result<std::unique_ptr<Server>> Start(ServerOptions options, Handler answer, std::function<Response(int status)> refuse);
  ~Server();

  std::uint16_t port() const;
  // No new requests; those being answered end, for at most five seconds.
  void Stop();

 private:
  struct Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace heed::http
