// A websocket server that says anything: an answer to the greeting, or after a good one any frames.  Never a crash, and every message is text.
// The first byte chooses: odd, frames; even, the answer itself.
#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "src/base/check.h"
#include "src/base/seal.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/websocket.h"
#include "tests/fuzz/stranger.h"

namespace heed {
namespace {

// The answer to the key that stands in the head (RFC 6455 4.2.2).
std::string Greeting(std::string_view head) {
  constexpr std::string_view kField = "sec-websocket-key:";
  const std::string lower = LowerAscii(head);
  const auto at = lower.find(kField);
  HEED_CHECK(at != lower.npos);
  const auto line = head.substr(at + kField.size());
  const std::string key = std::string(Trim(line.substr(0, line.find('\r')))) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HEED_CHECK(EVP_Digest(key.data(), key.size(), digest.data(), &length, EVP_sha1(), nullptr) == 1);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + Base64({reinterpret_cast<const char*>(digest.data()), length}) + "\r\n\r\n";
}

}  // namespace
}  // namespace heed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size == 0) return 0;
  static Stranger& server = *new Stranger(true);
  const std::string said(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool greets = data[0] % 2 == 1;
  server.Say([&](std::string_view head) { return (greets ? Greeting(head) : "") + said; });
  WebSocketRequest request;
  request.url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/subscribe?a=b";
  request.max_message = 4096;
  request.connect_timeout = request.idle_timeout = milliseconds{5'000};
  const auto line = WebSocket::Connect(request, Instant{seconds{1'900'000'000}});
  if (!line) {
    HEED_CHECK(IsUtf8(line.error().message()) && !line.error().message().empty());
    return 0;
  }
  for (std::size_t messages = 0;; ++messages) {
    const auto message = (*line)->Receive(milliseconds{5'000});
    if (!message) {
      HEED_CHECK(IsUtf8(message.error().message()) && !(*line)->Receive(milliseconds{0}));
      return 0;
    }
    HEED_CHECK(message->has_value());  // it has hung up: there is an end
    HEED_CHECK(IsUtf8(**message) && (*message)->size() <= request.max_message && messages < size);
  }
}
