#include "src/base/utf8.h"

#include <cstring>

namespace heed {
namespace {

// Length of the well-formed character that starts at p (p < end), or 0.  Table 3-7 of the Unicode Standard.
std::size_t CharLength(const unsigned char* p, const unsigned char* end) {
  const unsigned char lead = *p;
  if (lead < 0x80) return 1;
  const auto tail = [&](std::size_t i, unsigned char low = 0x80, unsigned char high = 0xBF) {
    return p + i < end && p[i] >= low && p[i] <= high;
  };
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool second = lead == 0xE0   ? tail(1, 0xA0, 0xBF)
                        : lead == 0xED ? tail(1, 0x80, 0x9F)
                                       : tail(1);
    return second && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = lead == 0xF0   ? tail(1, 0x90, 0xBF)
                        : lead == 0xF4 ? tail(1, 0x80, 0x8F)
                                       : tail(1);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

// First byte at or after p that is not ASCII.
const unsigned char* SkipAscii(const unsigned char* p, const unsigned char* end) {
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    if (word & 0x8080808080808080ull) break;
    p += 8;
  }
  while (p < end && *p < 0x80) ++p;
  return p;
}

const unsigned char* Begin(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// First byte that begins no well-formed character, or end.
const unsigned char* FirstBad(const unsigned char* p, const unsigned char* end) {
  while ((p = SkipAscii(p, end)) < end) {
    const std::size_t length = CharLength(p, end);
    if (length == 0) return p;
    p += length;
  }
  return end;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  const auto* end = Begin(text) + text.size();
  return FirstBad(Begin(text), end) == end;
}

char32_t NextChar(std::string_view text, std::size_t& at) {
  const auto* p = Begin(text) + at;
  const auto* end = Begin(text) + text.size();
  const std::size_t length = CharLength(p, end);
  switch (length) {
    case 1:
      at += 1;
      return p[0];
    case 2:
      at += 2;
      return (char32_t{p[0]} & 0x1F) << 6 | (p[1] & 0x3F);
    case 3:
      at += 3;
      return (char32_t{p[0]} & 0x0F) << 12 | (char32_t{p[1]} & 0x3F) << 6 | (p[2] & 0x3F);
    case 4:
      at += 4;
      return (char32_t{p[0]} & 0x07) << 18 | (char32_t{p[1]} & 0x3F) << 12 | (char32_t{p[2]} & 0x3F) << 6 | (p[3] & 0x3F);
    default:
      at += 1;
      return kReplacement;
  }
}

void AppendUtf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string RepairUtf8(std::string_view text) {
  const auto* start = Begin(text);
  const auto* end = start + text.size();
  const auto* bad = FirstBad(start, end);
  if (bad == end) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  for (const auto* p = start; p < end;) {
    out.append(reinterpret_cast<const char*>(p), static_cast<std::size_t>(bad - p));
    if (bad == end) break;
    AppendUtf8(out, kReplacement);
    p = bad + 1;
    bad = FirstBad(p, end);
  }
  return out;
}

std::string_view ClipUtf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace heed
