// When a source is due: an interval ("15m") or a cron expression, in the installation's time zone.
//
// Pure arithmetic on instants; the process's TZ decides what "07:30" means (config: timezone).
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

class Schedule {
 public:
  // At least a minute: faster than that is a stream's business, not a poll's.
  static Result<Schedule> Every(std::string_view duration);
  // Five fields, as crontab(5): minute hour day-of-month month day-of-week; lists, ranges, steps, names of
  // months and days, 7 = Sunday; or @hourly @daily @weekly @monthly.  When both day fields are restricted, either
  // will do.  kInvalid names the field; an expression that never happens (30 February) is refused too.
  static Result<Schedule> Cron(std::string_view expression);

  // The first time after `after` that the source is due.  `last` is when it last started (nullopt: never):
  // an interval counts from there, and one that is overdue, after sleep or a stop, is due at once, and once.
  Instant Next(std::optional<Instant> last, Instant now) const;

  // Spread so that many sources, or many schools, do not all ask at the same second: up to a tenth of an
  // interval and at most a minute, from a number that is fixed per source.
  seconds Jitter(std::uint64_t seed) const;

  // "every 15 min", "cron 30 7 * * 1-5".
  const std::string& text() const { return text_; }
  // For who never saw crontab(5): "daily at 07:30", "Monday to Friday at 07:30"; text() where it is not as simple as that.
  std::string Words() const;

 private:
  Schedule() = default;
  std::optional<Instant> NextCron(Instant after) const;

  std::string text_;
  seconds every_{0};  // 0: cron
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = true, any_weekday_ = true;
};

}  // namespace heed
