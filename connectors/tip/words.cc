// What the readers share: charsets, marks, dates without a zone, identities.
#include <array>
#include <ctime>

#include "connectors/tip/readers.h"
#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {

std::string_view ToString(TipKind kind) {
  switch (kind) {
    case TipKind::kText: return "text";
    case TipKind::kWhatsApp: return "whatsapp";
    case TipKind::kTelegram: return "telegram";
    case TipKind::kFacebook: return "facebook";
    case TipKind::kInstagram: return "instagram";
    case TipKind::kTikTok: return "tiktok";
    case TipKind::kPage: return "page";
    case TipKind::kMail: return "mail";
    case TipKind::kPdf: return "pdf";
    case TipKind::kPicture: return "picture";
  }
  return "unknown";
}

std::string_view Describe(TipKind kind) {
  switch (kind) {
    case TipKind::kText: return "text";
    case TipKind::kWhatsApp: return "WhatsApp chat export";
    case TipKind::kTelegram: return "Telegram chat export";
    case TipKind::kFacebook: return "Facebook data download";
    case TipKind::kInstagram: return "Instagram data download";
    case TipKind::kTikTok: return "TikTok data download";
    case TipKind::kPage: return "web page";
    case TipKind::kMail: return "mail";
    case TipKind::kPdf: return "PDF";
    case TipKind::kPicture: return "picture";
  }
  return "unknown";
}

namespace tip {
namespace {

// What windows-1252 has at 0x80..0x9F; 0 = nothing, read as U+FFFD.
constexpr std::array<char32_t, 32> kWindows = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                               0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                               0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

std::string FromUtf16(std::string_view bytes, bool big) {
  std::string out;
  const auto unit = [&](std::size_t at) {
    const auto high = static_cast<unsigned char>(bytes[at + (big ? 0 : 1)]), low = static_cast<unsigned char>(bytes[at + (big ? 1 : 0)]);
    return static_cast<char32_t>(high << 8 | low);
  };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    char32_t c = unit(at);
    if (c >= 0xD800 && c < 0xDC00 && at + 3 < bytes.size() && unit(at + 2) >= 0xDC00 && unit(at + 2) < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
      at += 2;
    }
    AppendUtf8(out, c);  // half a pair is written as U+FFFD
  }
  return out;
}

bool IsMark(char32_t c) { return c == 0x200E || c == 0x200F || c == 0x061C || c == 0xFEFF || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

}  // namespace

std::string ToUtf8(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return FromUtf16(bytes.substr(2), false);
  if (bytes.starts_with("\xFE\xFF")) return FromUtf16(bytes.substr(2), true);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (IsUtf8(bytes)) return std::string(bytes);
  // One bad byte in a megabyte of UTF-8 is damage and not another charset.
  std::size_t good = 0, bad = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t before = at;
    const char32_t c = NextChar(bytes, at);
    if (at - before > 1) ++good;
    else if (c == kReplacement) ++bad;
  }
  if (good > bad) return RepairUtf8(bytes);
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 || byte >= 0xA0) AppendUtf8(out, byte);
    else AppendUtf8(out, kWindows[byte - 0x80] ? kWindows[byte - 0x80] : kReplacement);
  }
  return out;
}

std::string WithoutMarks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t before = at;
    const char32_t c = NextChar(text, at);
    if (IsMark(c)) continue;
    if (c == 0xA0 || c == 0x202F) out += ' ';
    else out.append(text.substr(before, at - before));
  }
  return out;
}

std::string WithoutMojibake(std::string_view text) {
  std::string bytes;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = NextChar(text, at);
    if (c > 0xFF) return std::string(text);
    any = any || c >= 0x80;
    bytes += static_cast<char>(c);
  }
  return any && IsUtf8(bytes) ? bytes : std::string(text);
}

std::optional<Instant> LocalTime(int year, int month, int day, int hour, int minute, int second) {
  if (year < 1990 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  std::tm local{};
  local.tm_year = year - 1900;
  local.tm_mon = month - 1;
  local.tm_mday = day;
  local.tm_hour = hour;
  local.tm_min = minute;
  local.tm_sec = second;
  local.tm_isdst = -1;
  const std::time_t when = std::mktime(&local);
  if (when == -1 || local.tm_mday != day || local.tm_mon != month - 1) return std::nullopt;
  return Instant{seconds{when}};
}

std::string IdOf(TipKind kind, std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) {
    all += std::to_string(part.size()) + ":";
    all += part;
  }
  return std::string(ToString(kind)) + ":" + Sha256Hex(all).substr(0, 32);
}

Post NewPost(TipKind kind, std::string_view item, std::string text) {
  Post post;
  post.platform = ToString(kind);
  post.text = std::move(text);
  post.handed_in.emplace();
  post.handed_in->kind = Describe(kind);
  post.handed_in->item = item;
  return post;
}

std::string MediaKind(std::string_view file_name) {
  const std::string lower = LowerAscii(file_name.substr(std::min(file_name.size(), file_name.rfind('.'))));
  for (const auto end : {".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".bmp", ".tif", ".tiff"})
    if (lower == end) return "image";
  for (const auto end : {".mp4", ".mov", ".3gp", ".webm", ".avi", ".mkv"})
    if (lower == end) return "video";
  for (const auto end : {".opus", ".m4a", ".mp3", ".ogg", ".aac", ".wav"})
    if (lower == end) return "audio";
  return "file";
}

std::string Short(std::string_view text) {
  const std::string line = ForTerminal(text);
  if (line.size() <= 80) return line;
  return std::string(ClipUtf8(line, 77)) + "...";
}

}  // namespace tip
}  // namespace heed
