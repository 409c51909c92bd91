// Playlists of videos from hostile bytes: every address is http or https, and there are not too many.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "src/net/hls.h"
#include "src/net/http.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  for (const std::string& start : {std::string(), std::string("#EXTM3U\n")}) {
    const auto list = ParseHls(start + std::string(reinterpret_cast<const char*>(data), size), "https://video.example/a/b.m3u8");
    if (!list) continue;
    if (list->parts.empty() == list->variants.empty() || list->parts.size() > kMaxHlsParts || list->length < seconds{0}) std::abort();
    for (const auto& part : list->parts)
      if (!UrlOrigin(part)) std::abort();
    for (const auto& variant : list->variants)
      if (!UrlOrigin(variant.url)) std::abort();
  }
  return 0;
}
