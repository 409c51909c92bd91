// An HTTP/1.1 server on 127.0.0.1 that a test scripts, faults included.
//
//   HttpServer server;
//   server.Route("/feed.xml", Answer::Of("application/rss+xml", kFeed));
//   server.Next(Answer::Status(429).With("retry-after", "30"));        // the next request, whatever it asks
//   server.Next(Answer::Of("text/plain", "half").CutAfter(10));        // then one that breaks off
//   ... client.Send({.url = server.Url("/feed.xml")}) ...
//   EXPECT_EQ(server.requests()[0].Header("if-none-match"), "\"v1\"");
//
// What is asked for is answered by, in this order: the queue filled by Next(); the route of the exact path
// (query left out); Otherwise(); 404.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed {

// A request as it came in.
struct SeenRequest {
  std::string method;
  std::string target;  // as sent: "/a%20b?q=1"
  std::string path;    // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;    // percent-decoded ('+' is a space), in order
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  std::string body;

  std::string Header(std::string_view name) const;  // the first of that name (lower case), or ""
  std::string Query(std::string_view name) const;   // the first of that name, or ""
  bool HasQuery(std::string_view name) const;
};

// One answer and how it goes wrong.  Cut and reset positions count bytes of the whole answer, status line
// and headers included.
struct Answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The body, then `filler` over and over `filler_times`: large bodies without the memory.
  std::string filler;
  std::uint64_t filler_times = 0;

  bool chunked = false;                            // Transfer-Encoding: chunked
  bool no_length = false;                          // neither: the end of the connection ends the body
  std::optional<std::uint64_t> content_length;     // what the header claims, whatever is true
  std::optional<std::uint64_t> cut_after;          // close after this many bytes
  bool reset = false;                              // end with RST where it would close
  bool silent = false;                             // take the request, never answer; until the client gives up
  std::size_t dribble = 0;                         // this many bytes at a time, a millisecond between
  bool close = false;                              // close in an orderly way after the answer

  static Answer Of(std::string_view content_type, std::string body);
  static Answer Json(std::string body) { return Of("application/json; charset=utf-8", std::move(body)); }
  static Answer Status(int status, std::string body = "");
  static Answer Redirect(int status, std::string location);
  static Answer Silence();
  static Answer Hangup();  // closes before the first byte
  static Answer Huge(std::string_view content_type, std::string filler, std::uint64_t times);

  Answer With(std::string_view name, std::string_view value) &&;
  Answer CutAfter(std::uint64_t bytes) &&;
  Answer Reset(std::uint64_t after_bytes = 0) &&;
  Answer Chunked() &&;
  Answer WithoutLength() &&;
  Answer Claiming(std::uint64_t content_length) &&;
  Answer Dribbled(std::size_t bytes_at_a_time) &&;
  Answer Gzipped() &&;   // the body in a gzip wrapper, with its Content-Encoding (stored blocks: it does not shrink)

  // How many bytes go over the wire when nothing goes wrong: what a loop over cut positions counts to.
  std::uint64_t WireSize() const;
};

// A well-formed gzip stream that unpacks to `count` times `byte`, about a thousandth of that size.
std::string GzipBomb(char byte, std::uint64_t count);

class HttpServer {
 public:
  using Handler = std::function<Answer(const SeenRequest&)>;

  HttpServer();   // listening when it returns
  ~HttpServer();  // hangs up on everybody
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  std::string Origin() const;                        // "http://127.0.0.1:40123"
  std::string Url(std::string_view path = "") const; // Origin() + path

  // Handlers run on the server's threads, one at a time.
  void Route(std::string path, Answer answer);
  void Route(std::string path, Handler handler);
  void Next(Answer answer);
  void Otherwise(Handler handler);
  void Forget();  // routes, queue, Otherwise() and the requests seen

  std::vector<SeenRequest> requests() const;  // in order of arrival
  std::size_t request_count() const;
  std::size_t connection_count() const;       // accepted so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed
