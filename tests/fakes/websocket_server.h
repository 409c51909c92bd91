// A websocket server on 127.0.0.1 that a test scripts: what each connection is sent, and how it ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace heed {

// What one connection gets.
struct Talk {
  int status = 101;                // anything else: an HTTP answer instead of a handshake
  std::string headers;             // of that answer, whole lines with \r\n
  std::vector<std::string> texts;  // messages, in order
  bool binary = false;             // sent as binary messages
  enum class End { kStay, kClose, kCut } end = End::kStay;  // then: keep the line open, say good-bye, or break off
  std::string raw;                 // bytes sent after the texts as they are: no valid frame
};

class WebSocketServer {
 public:
  // `answer` is given the request's target ("/subscribe?cursor=1") and runs on the server's thread.
  explicit WebSocketServer(std::function<Talk(const std::string& target)> answer);
  ~WebSocketServer();  // hangs up on everybody
  std::string Origin() const;  // "ws://127.0.0.1:40123"
  std::vector<std::string> targets() const;  // asked for so far, in order

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed
