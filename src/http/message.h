// A request as it came in and the answer to it: plain structs, no library's types.
//
// Everything in a Request was written by a stranger.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed::http {

struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // percent-decoded, UTF-8, no "..", no control characters; begins with "/"
  std::string query;   // as sent, without "?"
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  std::string body;
  std::string peer;    // address of the other end of the connection, without port: "127.0.0.1"

  // The first header of that name (lower case), "" when there is none.
  std::string_view Header(std::string_view name) const;
  std::size_t CountOf(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string file;    // path of a file that is the body instead; sent piece by piece, never held in memory whole
  bool close = false;  // end the connection after it

  Response& With(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
  }
  // The first header of that name (any case), "" when there is none.
  std::string_view Header(std::string_view name) const;
};

}  // namespace heed::http
