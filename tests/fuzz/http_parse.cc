// Requests to the console from hostile bytes: targets, forms, uploads, cookies, host names.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "src/base/utf8.h"
#include "src/http/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto target = http::ParseTarget(bytes)) {
    if (target->path.empty() || target->path[0] != '/' || target->path.starts_with("//") || target->path.find("/../") != std::string::npos || !IsUtf8(target->path)) std::abort();
    (void)http::MatchPath("/cases/{case}/files/{key}", target->path);
  }
  if (http::PercentDecode(http::PercentEncode(bytes), http::Plus::kIsPlus) != bytes) std::abort();
  if (const auto form = http::ParseUrlEncoded(bytes))
    for (const auto& [name, value] : form->all())
      if (!IsUtf8(name) || !IsUtf8(value)) std::abort();
  const auto line = bytes.find('\n');
  const auto boundary = http::MultipartBoundary(bytes.substr(0, line));
  if (const auto parts = http::ParseMultipart(line == bytes.npos ? bytes : bytes.substr(line + 1), boundary.value_or("b")))
    for (const auto& upload : parts->uploads)
      if (upload.filename.find('/') != std::string::npos) std::abort();
  (void)http::Cookie(bytes, "heed");
  if (const auto host = http::HostName(bytes); host && host->find_first_of("/@ ") != std::string::npos) std::abort();
  return 0;
}
