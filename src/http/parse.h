// What strangers put into requests, taken apart: targets, forms, cookies, host names.  Pure; any bytes are fine.
//
// Sources: RFC 9110 and 9112 (targets, Host), RFC 6265 (cookies), the URL standard's urlencoded parser, RFC 7578 (multipart).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/result.h"

namespace heed::http {

// "%41+b" -> "A b" (or "A+b"); nullopt where a "%" is not followed by two hex digits.
enum class Plus { kIsSpace, kIsPlus };
std::optional<std::string> PercentDecode(std::string_view text, Plus plus);
// For one part of a path or one value of a query: everything but letters, digits and "-._~" is escaped.
std::string PercentEncode(std::string_view text);

struct Target {
  std::string path, query;
};
// An origin-form target ("/a%20b?q=1").  nullopt for any other form, and for paths that are not UTF-8, climb (".." or "."), hold
// control characters or backslashes, or begin with "//".
std::optional<Target> ParseTarget(std::string_view target);

// Names and values in order; a name may come several times.
class Fields {
 public:
  void Add(std::string name, std::string value) { all_.emplace_back(std::move(name), std::move(value)); }
  bool Has(std::string_view name) const;
  const std::string& Get(std::string_view name) const;  // the first; "" when there is none
  std::vector<std::string> All(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

inline constexpr std::size_t kMaxFields = 1000;

// application/x-www-form-urlencoded, as browsers send it; also a query.  What is not UTF-8 is repaired.
// kMalformed for a broken escape, kTooLarge past kMaxFields.
Result<Fields> ParseUrlEncoded(std::string_view text);

struct Upload {
  std::string field;     // the form field's name
  std::string filename;  // as the browser named it, folders cut off; may be ""
  std::string type;      // as the browser claims
  std::string content;
};
struct Multipart {
  Fields fields;
  std::vector<Upload> uploads;
};
// The boundary of a multipart/form-data content type; nullopt for any other type, or a boundary that is not one.
std::optional<std::string> MultipartBoundary(std::string_view content_type);
// kMalformed says what is wrong; kTooLarge past kMaxFields parts.
Result<Multipart> ParseMultipart(std::string_view body, std::string_view boundary);

// The cookie's value; nullopt when it is not there.  One that is sent twice is not there: somebody is playing games.
std::optional<std::string> Cookie(std::string_view header, std::string_view name);

// The name in a Host header, without port, in lower case; nullopt for what is not a host and an optional port.
std::optional<std::string> HostName(std::string_view host);

// "/cases/{case}" against "/cases/12": {"case", "12"}.  A name stands for one part of the path that is not empty.
std::optional<Fields> MatchPath(std::string_view pattern, std::string_view path);

}  // namespace heed::http
