// Websockets out (RFC 6455): a connection that is listened to; with websocket.cc the only host of Boost.Beast and of
// OpenSSL among the clients.
//
// It speaks only to answer pings and to say good-bye.  Certificates are checked against the system's or the given
// authorities and the host's name.  Proxies named in the environment are not used.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

struct WebSocketRequest {
  std::string url;                        // "wss://host[:port]/path?query", or ws://
  std::string user_agent;                 // "heed/0.1.0" by default
  std::string ca_file;                    // empty: the system's
  std::uint64_t max_message = 1ull << 20; // bytes; more is kTooLarge
  milliseconds connect_timeout{15'000};   // name, connection, TLS and handshake together
  milliseconds idle_timeout{60'000};      // the other side said nothing at all, not even to a ping
  std::function<bool()> stopped;          // asked ten times a second; true ends everything with kCancelled
};

// One thread at a time.
class WebSocket {
 public:
  virtual ~WebSocket() = default;  // hangs up

  // kUnavailable (no connection, time-out, a certificate that cannot be trusted), kInvalid (not such an address), kCancelled;
  // an answer that is no handshake is StatusError's: 429 kBusy, 401 kSignIn, ..., `now` for its waits.
  static Result<std::unique_ptr<WebSocket>> Connect(const WebSocketRequest& request, Instant now);

  // The next whole text message, UTF-8; it dies with the next call.  nullopt when none came within `wait`.  Binary
  // messages are kMalformed.  After a failure (kUnavailable: the connection ended; kTooLarge, kMalformed, kCancelled)
  // every further call fails.
  virtual Result<std::optional<std::string_view>> Receive(milliseconds wait) = 0;
};

}  // namespace heed
