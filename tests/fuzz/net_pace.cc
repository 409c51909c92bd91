// Headers and addresses from hostile bytes: waits stay within a day, addresses that are taken can be taken again.
// Lines of "name: value" until an empty one, then the body; the first line alone is also tried as an address.
#include <cstddef>
#include <cstdint>

#include "src/base/check.h"
#include "src/base/text.h"
#include "src/net/http.h"
#include "src/net/pace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  HttpResponse response{.status = size > 0 ? 400 + data[0] % 130 : 200};
  const auto lines = Split(bytes, '\n');
  std::size_t i = 0;
  for (; i < lines.size() && !lines[i].empty(); ++i) {
    const std::size_t colon = lines[i].find(':');
    if (colon != std::string_view::npos) response.headers.emplace_back(LowerAscii(lines[i].substr(0, colon)), Trim(lines[i].substr(colon + 1)));
  }
  if (i < lines.size()) response.body = bytes.substr(static_cast<std::size_t>(lines[i].data() - bytes.data()));
  const Instant now{seconds{1'900'000'000}};
  if (const auto wait = AskedWait(response, now)) HEED_CHECK(*wait >= seconds{0} && *wait <= kLongestWait);
  const Error error = StatusError(response, "asking", now);
  HEED_CHECK(error.message().size() < 1'000);
  if (const auto origin = UrlOrigin(lines[0])) HEED_CHECK(UrlOrigin(*origin) && *UrlOrigin(*origin) == *origin);
  if (const auto resolved = ResolveUrl("https://news.example/a/b", lines[0])) {
    if (UrlOrigin(*resolved)) HEED_CHECK(ResolveUrl(*resolved, "x").has_value());
  }
  HEED_CHECK(UrlDecode(UrlEncode(bytes)) == bytes);
  return 0;
}
