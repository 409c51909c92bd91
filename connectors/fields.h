// What parsers of platforms' JSON share: fields read with care, and what is said of entries that cannot be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/base/utf8.h"

// Its names are common ones: a namespace of their own.
namespace heed::fields {

inline std::string TextOf(Json value) { return std::string(value.StringOr("")); }

// A stranger's words, short and harmless enough for a message.
inline std::string Named(std::string_view text) { return ForTerminal(ClipUtf8(text, 160)); }

// An address where a person may safely follow it, else "".
inline bool IsWebAddress(std::string_view address) { return StartsWithIgnoreCase(address, "https://") || StartsWithIgnoreCase(address, "http://"); }
inline std::string WebAddress(std::string_view address) { return IsWebAddress(address) ? std::string(address) : std::string(); }
inline std::string WebAddress(Json value) { return WebAddress(value.StringOr("")); }

// A count, as a number or, as YouTube writes its own, as a string of digits.
inline std::optional<std::uint64_t> CountOf(Json value) {
  auto count = value.Int();
  if (const auto text = value.String(); text && !text->empty() && text->size() < 18 && text->find_first_not_of("0123456789") == text->npos) {
    count = 0;
    for (const char digit : *text) count = *count * 10 + (digit - '0');
  }
  if (!count || *count < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*count);
}

// A time as platforms write it: seconds since 1970, RFC 3339 (with Meta's "+0000"), or the same without a zone, which old servers
// mean as UTC.
inline std::optional<Instant> TimeOf(Json value) {
  if (const auto number = value.Int()) {
    constexpr std::int64_t kYear9999 = 253'402'300'799;
    if (*number < 0 || *number > kYear9999) return std::nullopt;
    return Instant(seconds{*number});
  }
  const auto text = value.StringOr("");
  if (const auto at = ParseRfc3339(text)) return at;
  return text.find('T') == text.npos ? std::nullopt : ParseRfc3339(std::string(text) + "Z");
}

// true or 1: servers disagree.
inline bool Set(Json value) { return value.Bool().value_or(value.Int().value_or(0) != 0); }

// Seconds or milliseconds since 1970, fractions too; nullopt outside the years 1970 to 9999.
inline std::optional<Instant> EpochOf(Json value, double per_second) {
  const auto number = value.Number();
  const double whole = number ? *number / per_second : -1;
  if (!(whole >= 0 && whole < 253'402'300'800.0)) return std::nullopt;
  return Instant{microseconds{static_cast<std::int64_t>(whole * 1e6)}};
}

inline std::optional<Instant> Later(std::optional<Instant> a, std::optional<Instant> b) { return !a || (b && *b > *a) ? b : a; }

// Notes about entries that were left out: the first few by name, the rest counted.
class Skipped {
 public:
  void Add(std::string_view name, std::string_view why) {
    if (++count_ <= kMostNamed) notes_.push_back("1 post skipped, " + std::string(why) + (name.empty() ? "" : ": " + Named(name)));
  }
  void Tell(std::vector<std::string>& notes) const {
    notes.insert(notes.end(), notes_.begin(), notes_.end());
    if (count_ > kMostNamed) notes.push_back(std::to_string(count_ - kMostNamed) + " more posts of that page skipped");
  }

 private:
  static constexpr std::size_t kMostNamed = 5;
  std::size_t count_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace heed::fields
