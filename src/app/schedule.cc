#include "src/app/schedule.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "src/base/check.h"
#include "src/base/text.h"

namespace heed {
namespace {

using std::chrono::floor;

struct Field {
  std::string_view name;
  int low, high;
  std::vector<std::string_view> names;  // of low, low + 1, ...
};

const Field kFields[] = {
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day of month", 1, 31, {}},
    {"month", 1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
    {"day of week", 0, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
};

std::optional<int> ReadNumber(std::string_view text, const Field& field) {
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (EqualsIgnoreCase(text, field.names[i])) return field.low + static_cast<int>(i);
  if (text.empty() || text.size() > 4) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// One field of the expression as the set of its values.
Result<std::bitset<64>> ReadField(std::string_view text, const Field& field) {
  const auto bad = [&](std::string_view part) {
    return Fail(Fault::kInvalid, "cron: \"" + std::string(part) + "\" is not a " + std::string(field.name) + " (" +
                                     std::to_string(field.low) + " to " + std::to_string(field.high) + ")");
  };
  std::bitset<64> values;
  for (const std::string_view part : Split(text, ',')) {
    std::string_view range = part;
    int step = 1;
    if (const auto slash = part.find('/'); slash != std::string_view::npos) {
      const auto number = ReadNumber(part.substr(slash + 1), {field.name, 1, field.high, {}});
      if (!number || *number < 1 || *number > field.high) return bad(part);
      step = *number;
      range = part.substr(0, slash);
    }
    int from = field.low, to = field.high;
    if (range != "*") {
      const auto dash = range.find('-');
      const auto first = ReadNumber(range.substr(0, dash), field);
      if (!first) return bad(part);
      from = *first;
      if (dash != std::string_view::npos) {
        const auto last = ReadNumber(range.substr(dash + 1), field);
        if (!last) return bad(part);
        to = *last;
      } else if (step == 1) {
        to = from;
      }
    }
    if (from < field.low || to > field.high || from > to) return bad(part);
    for (int value = from; value <= to; value += step) values.set(static_cast<std::size_t>(value));
  }
  return values;
}

std::tm Local(Instant at) {
  const std::time_t when = floor<seconds>(at).time_since_epoch().count();
  std::tm local{};
  localtime_r(&when, &local);
  return local;
}

template <std::size_t N>
std::bitset<N> Narrow(const std::bitset<64>& wide) {
  std::bitset<N> narrow;
  for (std::size_t i = 0; i < N; ++i) narrow[i] = wide[i];
  return narrow;
}

}  // namespace

Result<Schedule> Schedule::Every(std::string_view duration) {
  const auto length = ParseDuration(duration);
  if (!length) return Fail(Fault::kInvalid, "\"" + std::string(duration) + "\" is not a length of time; write 15m, 2h or 1d");
  if (*length < minutes{1}) return Fail(Fault::kInvalid, "\"" + std::string(duration) + "\" is shorter than a minute");
  Schedule schedule;
  schedule.every_ = *length;
  schedule.text_ = "every " + FormatDuration(*length);
  return schedule;
}

Result<Schedule> Schedule::Cron(std::string_view expression) {
  std::string_view text = Trim(expression);
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"@hourly", "0 * * * *"}, {"@daily", "0 0 * * *"}, {"@weekly", "0 0 * * 0"}, {"@monthly", "0 0 1 * *"}};
  for (const auto& [name, meaning] : kShort)
    if (EqualsIgnoreCase(text, name)) text = meaning;
  std::vector<std::string_view> parts;
  for (const auto part : Split(text, ' '))
    if (!Trim(part).empty()) parts.push_back(Trim(part));
  if (parts.size() != 5)
    return Fail(Fault::kInvalid, "cron: \"" + std::string(expression) + "\" has " + std::to_string(parts.size()) +
                                     " fields; five are meant: minute hour day month weekday");
  std::bitset<64> sets[5];
  for (std::size_t i = 0; i < 5; ++i) sets[i] = HEED_TRY(ReadField(parts[i], kFields[i]));
  if (sets[4][7]) sets[4].set(0);

  Schedule schedule;
  schedule.minutes_ = Narrow<60>(sets[0]);
  schedule.hours_ = Narrow<24>(sets[1]);
  schedule.days_ = Narrow<32>(sets[2]);
  schedule.months_ = Narrow<13>(sets[3]);
  schedule.weekdays_ = Narrow<7>(sets[4]);
  schedule.any_day_ = parts[2].front() == '*';
  schedule.any_weekday_ = parts[4].front() == '*';
  schedule.text_ = "cron " + std::string(Trim(expression));
  if (!schedule.NextCron(Instant{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}}))
    return Fail(Fault::kInvalid, "cron: \"" + std::string(expression) + "\" never happens");
  return schedule;
}

std::string Schedule::Words() const {
  static constexpr const char* kDays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  if (every_ > seconds{0} || minutes_.count() != 1 || hours_.count() != 1 || !any_day_ || months_.count() != 12) return text_;
  std::size_t minute = 0, hour = 0;
  while (!minutes_[minute]) ++minute;
  while (!hours_[hour]) ++hour;
  char clock[8];
  std::snprintf(clock, sizeof clock, "%02d:%02d", static_cast<int>(hour % 24), static_cast<int>(minute % 60));
  std::string when = "daily";
  if (weekdays_.to_ulong() == 0b0111110) {
    when = "Monday to Friday";
  } else if (weekdays_.count() < 7) {
    when.clear();
    for (const std::size_t day : {1, 2, 3, 4, 5, 6, 0})
      if (weekdays_[day]) when += (when.empty() ? "" : ", ") + std::string(kDays[day]);
  }
  return when + " at " + clock;
}

std::optional<Instant> Schedule::NextCron(Instant after) const {
  const auto matches_day = [&](const std::tm& local) {
    const bool day = days_[static_cast<std::size_t>(local.tm_mday)], weekday = weekdays_[static_cast<std::size_t>(local.tm_wday)];
    if (!months_[static_cast<std::size_t>(local.tm_mon + 1)]) return false;
    if (any_day_ || any_weekday_) return day && weekday;
    return day || weekday;
  };
  Instant at = floor<minutes>(after) + minutes{1};
  const Instant horizon = after + days{366 * 9};  // 29 February on a given weekday aside, everything recurs by then
  std::tm before = Local(at - minutes{1});
  while (at < horizon) {
    const std::tm local = Local(at);
    if (!matches_day(local)) {
      // On to local midnight; at least a minute, whatever the clocks do.
      std::tm midnight{};
      midnight.tm_year = local.tm_year;
      midnight.tm_mon = local.tm_mon;
      midnight.tm_mday = local.tm_mday + 1;
      midnight.tm_isdst = -1;
      const Instant next{seconds{std::mktime(&midnight)}};
      at = std::max(next, at + minutes{1});
      before = Local(at - minutes{1});
      continue;
    }
    if (hours_[static_cast<std::size_t>(local.tm_hour)] && minutes_[static_cast<std::size_t>(local.tm_min)]) return at;
    // Where the clocks go forward, a time inside the skipped stretch is due at the first minute after it.
    if (local.tm_yday == before.tm_yday) {
      const int was = before.tm_hour * 60 + before.tm_min, is = local.tm_hour * 60 + local.tm_min;
      for (int skipped = was + 1; skipped < is; ++skipped)
        if (hours_[static_cast<std::size_t>(skipped / 60)] && minutes_[static_cast<std::size_t>(skipped % 60)]) return at;
    }
    before = local;
    at += minutes{1};
  }
  return std::nullopt;
}

Instant Schedule::Next(std::optional<Instant> last, Instant now) const {
  if (!last) return now;
  // A last run in the future means the clock was set back: do not wait for it to come round again.
  const Instant from = std::min(*last, now);
  if (every_ > seconds{0}) return std::max(from + every_, now);
  const auto next = NextCron(from);
  HEED_CHECK(next.has_value());  // Cron() refused what never happens
  return std::max(*next, now);
}

seconds Schedule::Jitter(std::uint64_t seed) const {
  const seconds most = every_ > seconds{0} ? std::min(every_ / 10, seconds{60}) : seconds{60};
  return seconds{static_cast<std::int64_t>(seed % static_cast<std::uint64_t>(most.count() + 1))};
}

}  // namespace heed
