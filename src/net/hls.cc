#include "src/net/hls.h"

#include <algorithm>
#include <charconv>

#include "src/base/text.h"
#include "src/net/http.h"

namespace heed {
namespace {

constexpr std::string_view kMark = "#EXTM3U", kVariant = "#EXT-X-STREAM-INF:", kPart = "#EXTINF:", kHead = "#EXT-X-MAP:", kKey = "#EXT-X-KEY:";

// The value of an attribute of a tag's list, without its quotation marks; "" where it has none.
std::string_view Attribute(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const auto equals = list.find('=');
    if (equals == list.npos) return {};
    const auto key = Trim(list.substr(0, equals));
    list.remove_prefix(equals + 1);
    const bool quoted = list.starts_with('"');
    if (quoted) list.remove_prefix(1);
    const auto end = std::min(list.find(quoted ? '"' : ','), list.size());
    const auto value = list.substr(0, end);
    if (key == name) return value;
    list.remove_prefix(end);
    const auto comma = list.find(',');
    if (comma == list.npos) return {};
    list.remove_prefix(comma + 1);
  }
  return {};
}

Result<std::string> AddressOf(std::string_view base, std::string_view reference) {
  std::string address = HEED_TRY(ResolveUrl(base, reference));
  HEED_TRY(UrlOrigin(address));
  return address;
}

}  // namespace

bool IsHls(std::string_view body) { return body.starts_with(kMark) || body.starts_with("\xEF\xBB\xBF#EXTM3U"); }

Result<HlsPlaylist> ParseHls(std::string_view body, std::string_view url) {
  if (!IsHls(body)) return Fail(Fault::kMalformed, "it is no playlist of a video");
  HlsPlaylist list;
  double length = 0;
  bool variant = false;
  std::uint64_t bits = 0;
  const auto add = [&](std::string address) -> Done {
    if (!list.parts.empty() && list.parts.back() == address) return {};
    if (list.parts.size() == kMaxHlsParts) return Fail(Fault::kTooLarge, "the video has more than " + std::to_string(kMaxHlsParts) + " parts");
    list.parts.push_back(std::move(address));
    return {};
  };
  for (const auto raw : Split(body, '\n')) {
    const auto line = Trim(raw);
    const auto after = [&](std::string_view tag) { return line.substr(tag.size()); };
    if (line.empty()) continue;
    if (!line.starts_with('#')) {
      auto address = HEED_TRY(AddressOf(url, line));
      if (variant) {
        if (list.variants.size() < 50) list.variants.push_back({bits, std::move(address)});
        variant = false;
      } else {
        HEED_TRY(add(std::move(address)));
      }
    } else if (line.starts_with(kVariant)) {
      const auto number = Attribute(after(kVariant), "BANDWIDTH");
      variant = true;
      bits = 0;
      std::from_chars(number.data(), number.data() + number.size(), bits);
    } else if (line.starts_with(kPart)) {
      const auto number = after(kPart);
      double part = 0;
      std::from_chars(number.data(), number.data() + number.size(), part);
      if (part > 0 && part < 86'400) length += part;
    } else if (line.starts_with(kHead)) {
      if (const auto head = Attribute(after(kHead), "URI"); !head.empty()) {
        auto address = HEED_TRY(AddressOf(url, head));
        HEED_TRY(add(std::move(address)));
      }
    } else if (line.starts_with(kKey)) {
      list.locked = list.locked || Attribute(after(kKey), "METHOD") != "NONE";
    } else if (line == "#EXT-X-ENDLIST") {
      list.whole = true;
    }
  }
  if (list.variants.empty() && list.parts.empty()) return Fail(Fault::kMalformed, "the playlist of the video names no part of it");
  if (!list.variants.empty()) list.parts.clear();
  list.length = seconds{static_cast<std::int64_t>(length)};
  return list;
}

}  // namespace heed
