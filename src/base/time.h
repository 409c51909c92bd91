// Instants, the clock, and the date formats the outside world uses.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace heed {

// UTC, microseconds since 1970, as platforms and the store both need it.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Whatever needs "now" takes one of these, so that a test can turn the hands itself.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant Now() const override;
};

// "2026-11-01T09:00:00Z", with ".123456" only when there is a fraction.  RFC 3339.
std::string FormatRfc3339(Instant at);

// "1 Nov 2026 09:00" in the process's time zone, for people.
std::string FormatLocal(Instant at);

// RFC 3339 / ISO 8601 date-time with zone ("Z", "+01:00", "+0100"), 'T' or space, any fraction; or a bare
// "2026-11-01" (midnight UTC).  Nothing else: a date that cannot be read is nullopt, never "now".
// Years outside 1970..9999 are refused.
std::optional<Instant> ParseRfc3339(std::string_view text);

// RFC 822 / 2822 / 9110 dates as feeds and HTTP headers write them, including the usual mistakes: missing
// weekday, two-digit year, one-digit day, "UT", "EST", missing seconds.
std::optional<Instant> ParseRfc822(std::string_view text);

// "90s", "15m", "2h", "7d", "1w", "1h30m".  Whole, positive; nullopt otherwise.
std::optional<seconds> ParseDuration(std::string_view text);
// "1 h 30 min", "45 s", "7 d": short and readable.
std::string FormatDuration(seconds length);

}  // namespace heed
