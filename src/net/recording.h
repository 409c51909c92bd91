// What went over the wire, for evidence: the exchanges of one thread's requests while somebody listens.
//
//   HttpRecording recording;
//   ... http.Send(...) on this thread ...
//   for (const auto& exchange : recording.exchanges()) ...
//
// Secrets are never in it: values of headers that prove who we are, cookies, and of query parameters that are keys are
// replaced by "(withheld)", and bodies of requests are left out.
#pragma once

#include <string>
#include <vector>

#include "src/base/time.h"

namespace heed {

struct HttpExchange {
  std::string url;             // as asked for, keys withheld
  std::string request_head;    // request line and headers as sent, with CRLF
  std::string response_head;   // status line and headers as they came, with CRLF
  std::string body;            // of the answer, after decompression
  std::string ip;              // of the other side
  std::string certificates;    // PEM, the server's own first; "" without TLS
  Instant began{};             // by the system's clock
};

class HttpRecording {
 public:
  HttpRecording();
  ~HttpRecording();
  HttpRecording(const HttpRecording&) = delete;
  HttpRecording& operator=(const HttpRecording&) = delete;

  const std::vector<HttpExchange>& exchanges() const { return exchanges_; }
  void Forget() { exchanges_.clear(); }

  // For HttpClient: who listens on this thread, or nullptr.
  static HttpRecording* Current();
  void Add(HttpExchange exchange);

 private:
  // A run of pages is no reason to hold more than this; older exchanges go first.
  static constexpr std::size_t kMaxBytes = 64 << 20;
  std::vector<HttpExchange> exchanges_;
  HttpRecording* outer_;
};

// "https://x.example/search?key=(withheld)&q=Oakmoor"
std::string WithoutKeys(std::string_view url);
// A head with the values of credentials withheld, request line included.
std::string WithoutSecrets(std::string_view head);

}  // namespace heed
