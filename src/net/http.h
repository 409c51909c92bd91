// HTTP out: one request, one answer or a clear failure; the only host of libcurl.
//
// Every limit is explicit.  A body over the limit, half a body, a redirect loop, a time-out and a refused
// connection are different messages.  Status codes are the caller's business: a 500 is an answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

class AddressGuard;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::uint64_t max_body = 16ull << 20;  // bytes after decompression; more is kTooLarge
  milliseconds connect_timeout{10'000};
  milliseconds timeout{60'000};          // for the whole exchange
  // For what must not be done twice: where it points, it says afterwards whether any of the request may have left (false: for
  // certain nothing did).  Such a request gets a connection of its own, because libcurl sends again by itself, a POST too, what a
  // kept connection swallowed; one at a time, HTTP/1.1.
  bool* begun = nullptr;
  int max_redirects = 5;                 // GET only, 0 = the 3xx is the answer; credentials are not carried to another host, nor https to http
  // Set where a stranger chose the address (src/net/guard.h); outlives the request.  Names and passwords in the address are then
  // kInvalid, addresses that are not public kDenied.
  const AddressGuard* guard = nullptr;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, of the last answer, in order
  std::string body;
  std::string final_url;         // after redirects
  bool moved_permanently = false;  // every redirect on the way was 301 or 308

  // The first header of that name (lower case), or "".
  std::string_view Header(std::string_view name) const;
};

// Safe to share between threads; connections are kept and reused.
class HttpClient {
 public:
  struct Options {
    std::string user_agent;  // "heed/0.1.0" by default
    std::string ca_file;     // empty: the system's
  };
  explicit HttpClient(Options options);
  virtual ~HttpClient();

  // kUnavailable (no connection, time-out, half an answer, a certificate that cannot be trusted), kTooLarge,
  // kMalformed (not HTTP, bad encoding, redirects in a circle), kDenied (a redirect from https to http),
  // kInvalid (not an http(s) address), kCancelled after Stop().  A proxy named in the environment is used.
  virtual Result<HttpResponse> Send(const HttpRequest& request);

  // As given, the user agent filled in: what other clients (websocket.h) should call themselves.
  const Options& options() const;

  // Ends running and later requests with kCancelled within a second; from any thread.
  void Stop() { stop_ = true; }
  bool stopped() const { return stop_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::atomic<bool> stop_ = false;
};

// Percent-encodes everything but RFC 3986 unreserved characters.
std::string UrlEncode(std::string_view text);
// "https://host:8443" of an address, lower case; kInvalid when it is not http(s).
Result<std::string> UrlOrigin(std::string_view url);
// What `reference`, found in the document at `base`, points to (RFC 3986 5.2), whatever its scheme; kInvalid
// when it points to nothing.
Result<std::string> ResolveUrl(std::string_view base, std::string_view reference);
// Undoes percent-encoding; what is not one stays as it is, and '+' too.
std::string UrlDecode(std::string_view text);

}  // namespace heed
