#include "src/base/time.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "src/base/text.h"

namespace heed {
namespace {

using std::chrono::duration_cast;
using std::chrono::floor;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Reads numbers and marks off the front of a text; once something failed, stays failed.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  // Between `least` and `most` digits.
  int Number(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    int value = 0;
    while (n < most && n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') value = value * 10 + (rest_[n++] - '0');
    if (n < least) return Bad();
    rest_.remove_prefix(n);
    digits_ = n;
    return value;
  }
  bool Skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Must(char c) {
    if (!Skip(c)) Bad();
  }
  void Spaces() {
    while (Skip(' ') || Skip('\t')) {
    }
  }
  std::string_view Letters() {
    std::size_t n = 0;
    while (n < rest_.size() && ((rest_[n] | 32) >= 'a' && (rest_[n] | 32) <= 'z')) ++n;
    const auto word = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return word;
  }
  // Fraction digits after a point, as microseconds.
  microseconds Fraction() {
    if (!Skip('.') && !Skip(',')) return microseconds{0};
    int value = 0, n = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1))
      if (n < 6) value = value * 10 + (rest_.front() - '0'), ++n;
    if (n == 0) Bad();
    for (; n < 6; ++n) value *= 10;
    return microseconds{value};
  }
  int Bad() {
    ok_ = false;
    return 0;
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }
  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  std::size_t digits() const { return digits_; }

 private:
  std::string_view rest_;
  std::size_t digits_ = 0;
  bool ok_ = true;
};

// "+01:00", "-0500", "+01".
minutes ZoneOffset(Reader& in) {
  const bool west = in.Peek() == '-';
  if (!in.Skip('+') && !in.Skip('-')) return minutes{in.Bad()};
  const int hour = in.Number(2, 2);
  int minute = 0;
  if (in.Skip(':') || !in.AtEnd()) minute = in.AtEnd() ? 0 : in.Number(2, 2);
  if (hour > 23 || minute > 59) in.Bad();
  const minutes offset = hours{hour} + minutes{minute};
  return west ? -offset : offset;
}

std::optional<Instant> Make(int year, int month, int day, int hour, int minute, int second, microseconds fraction, minutes offset) {
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  // A leap second reads as the last ordinary one.
  if (second == 60) second = 59;
  if (!date.ok() || year < 1970 || year > 9999 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const Instant at = Instant{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + fraction - offset;
  if (at < Instant{}) return std::nullopt;
  return at;
}

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};

// Names RFC 2822 4.3 gives offsets to; any other name counts as UTC, as that RFC asks.
minutes NamedZone(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, int>, 10> kZones = {{{"EST", -5},
                                                                        {"EDT", -4},
                                                                        {"CST", -6},
                                                                        {"CDT", -5},
                                                                        {"MST", -7},
                                                                        {"MDT", -6},
                                                                        {"PST", -8},
                                                                        {"PDT", -7},
                                                                        {"BST", 1},
                                                                        {"CET", 1}}};
  for (const auto& [zone, offset] : kZones)
    if (EqualsIgnoreCase(zone, name)) return hours{offset};
  return minutes{0};
}

}  // namespace

Instant SystemClock::Now() const { return floor<microseconds>(std::chrono::system_clock::now()); }

std::string FormatRfc3339(Instant at) {
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const auto time = at - day;
  char out[48];
  int length = std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                             static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                             static_cast<int>(duration_cast<hours>(time).count()),
                             static_cast<int>(duration_cast<minutes>(time).count() % 60),
                             static_cast<int>(duration_cast<seconds>(time).count() % 60));
  const auto fraction = static_cast<int>(time.count() % 1'000'000);
  std::string text(out, static_cast<std::size_t>(length));
  if (fraction != 0) {
    length = std::snprintf(out, sizeof out, ".%06d", fraction);
    std::string_view digits(out, static_cast<std::size_t>(length));
    while (digits.back() == '0') digits.remove_suffix(1);
    text += digits;
  }
  return text + "Z";
}

std::string FormatLocal(Instant at) {
  const std::time_t when = floor<seconds>(at).time_since_epoch().count();
  std::tm local{};
  localtime_r(&when, &local);
  static constexpr const char* kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char out[64];
  std::snprintf(out, sizeof out, "%d %s %d %02d:%02d", local.tm_mday, kNames[local.tm_mon], local.tm_year + 1900, local.tm_hour,
                local.tm_min);
  return out;
}

std::optional<Instant> ParseRfc3339(std::string_view text) {
  Reader in(Trim(text));
  const int year = in.Number(4, 4);
  in.Must('-');
  const int month = in.Number(2, 2);
  in.Must('-');
  const int day = in.Number(2, 2);
  if (!in.ok()) return std::nullopt;
  if (in.AtEnd()) return Make(year, month, day, 0, 0, 0, microseconds{0}, minutes{0});
  if (!in.Skip('T') && !in.Skip('t') && !in.Skip(' ')) return std::nullopt;
  const int hour = in.Number(2, 2);
  in.Must(':');
  const int minute = in.Number(2, 2);
  int second = 0;
  if (in.Skip(':')) second = in.Number(2, 2);
  const microseconds fraction = in.Fraction();
  in.Spaces();
  minutes offset{0};
  if (!in.Skip('Z') && !in.Skip('z')) offset = ZoneOffset(in);
  if (!in.ok() || !in.AtEnd() || second > 60) return std::nullopt;
  return Make(year, month, day, hour, minute, second, fraction, offset);
}

std::optional<Instant> ParseRfc822(std::string_view text) {
  Reader in(Trim(text));
  if (!(in.Peek() >= '0' && in.Peek() <= '9')) {
    in.Letters();
    in.Skip('.');
    in.Skip(',');
    in.Spaces();
  }
  const int day = in.Number(1, 2);
  in.Skip('-');
  in.Spaces();
  const std::string month_name = LowerAscii(in.Letters());
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (month_name.size() >= 3 && month_name.substr(0, 3) == kMonths[i]) month = static_cast<int>(i) + 1;
  in.Skip('-');
  in.Skip('.');
  in.Spaces();
  int year = in.Number(2, 4);
  if (in.digits() == 2) year += year < 70 ? 2000 : 1900;
  in.Spaces();
  if (!in.ok() || month == 0) return std::nullopt;
  if (in.AtEnd()) return Make(year, month, day, 0, 0, 0, microseconds{0}, minutes{0});
  const int hour = in.Number(1, 2);
  in.Must(':');
  const int minute = in.Number(2, 2);
  int second = 0;
  if (in.Skip(':')) second = in.Number(2, 2);
  const microseconds fraction = in.Fraction();
  in.Spaces();
  minutes offset{0};
  if (in.Peek() == '+' || in.Peek() == '-') offset = ZoneOffset(in);
  else offset = NamedZone(in.Letters());
  in.Spaces();
  if (in.Skip('(')) {  // "+0000 (UTC)"
    in.Letters();
    in.Skip(')');
  }
  if (!in.ok() || !in.AtEnd() || second > 60) return std::nullopt;
  return Make(year, month, day, hour, minute, second, fraction, offset);
}

std::optional<seconds> ParseDuration(std::string_view text) {
  text = Trim(text);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    std::size_t n = 0;
    for (; n < text.size() && text[n] >= '0' && text[n] <= '9'; ++n) {
      count = count * 10 + (text[n] - '0');
      if (count > 1'000'000'000) return std::nullopt;
    }
    if (n == 0 || n == text.size()) return std::nullopt;
    std::int64_t unit = 0;
    switch (text[n]) {
      case 's': unit = 1; break;
      case 'm': unit = 60; break;
      case 'h': unit = 3600; break;
      case 'd': unit = 86'400; break;
      case 'w': unit = 7 * 86'400; break;
      default: return std::nullopt;
    }
    total += count * unit;
    text.remove_prefix(n + 1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  if (total <= 0) return std::nullopt;
  return seconds{total};
}

std::string FormatDuration(seconds length) {
  const std::int64_t total = length.count() < 0 ? 0 : length.count();
  const auto two = [](std::int64_t big, const char* big_unit, std::int64_t small, const char* small_unit) {
    std::string out = std::to_string(big) + " " + big_unit;
    if (small > 0) out += " " + std::to_string(small) + " " + small_unit;
    return out;
  };
  if (total < 60) return std::to_string(total) + " s";
  if (total < 3600) return two(total / 60, "min", total % 60, "s");
  if (total < 86'400) return two(total / 3600, "h", total / 60 % 60, "min");
  return two(total / 86'400, "d", total / 3600 % 24, "h");
}

}  // namespace heed
