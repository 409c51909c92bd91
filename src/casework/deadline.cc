#include "src/casework/deadline.h"

#include <algorithm>
#include <ctime>

#include "src/casework/report.h"

namespace heed {
namespace {

constexpr days kFarthest{400};  // how old a case may be for its exact due time to matter
constexpr int kMostDaysTold = 30;

std::tm LocalTime(Instant at) {
  const std::time_t whole = std::chrono::floor<seconds>(at).time_since_epoch().count();
  std::tm out{};
  ::localtime_r(&whole, &out);
  return out;
}

std::string Format(Instant at, const char* how) {
  const std::tm local = LocalTime(at);
  char text[40];
  return std::string(text, std::strftime(text, sizeof text, how, &local));
}

std::string DateOfDay(Instant at) { return Format(at, "%Y-%m-%d"); }

Skips Skipping(const std::vector<Term>& terms) {
  return [&terms](Instant at) { return IsSkipped(at) || IsSchoolHoliday(at, terms); };
}

}  // namespace

bool IsSchoolHoliday(Instant at, const std::vector<Term>& terms) {
  if (terms.empty()) return false;
  const std::string day = DateOfDay(at);
  bool before = false, after = false;  // whether a term has ended by then, and whether one is still to begin
  for (const auto& term : terms) {
    if (term.starts <= day && day <= term.ends) return false;
    before = before || term.ends < day;
    after = after || term.starts > day;
  }
  return before && after;
}

Instant DueBy(Instant opened, const std::vector<Term>& terms) { return AfterWorkingHours(opened, kLookWithin, Skipping(terms)); }

std::string_view ToString(Due due) {
  switch (due) {
    case Due::kOverdue: return "overdue";
    case Due::kSoon: return "soon";
    case Due::kLater: return "later";
  }
  return "unknown";
}

std::optional<Due> ParseDue(std::string_view name) {
  for (const auto due : {Due::kOverdue, Due::kSoon, Due::kLater})
    if (ToString(due) == name) return due;
  return std::nullopt;
}

// DueBy() never decreases, so the last moment of opening that is due by some time is found by halving.
DueSorter::DueSorter(Instant now, const std::vector<Term>& terms) {
  const auto last_opened = [&](Instant due) {
    Instant low = now - kFarthest, high = now;  // due by then; not due by then
    if (DueBy(high, terms) <= due) return high;
    while (high - low > microseconds{1}) {
      const Instant middle = low + (high - low) / 2;
      (DueBy(middle, terms) <= due ? low : high) = middle;
    }
    return low;
  };
  // The end of the next day that counts: nothing of that day is left, and 24 hours of the next one neither.
  Instant end = AfterWorkingHours(now, seconds{1}, Skipping(terms));
  const auto next_day = [&](Instant at) {
    std::tm day = LocalTime(at);
    day.tm_mday += 1;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    return Instant{seconds{std::mktime(&day)}};
  };
  end = next_day(AfterWorkingHours(next_day(end), seconds{1}, Skipping(terms)));
  overdue_ = last_opened(now);
  soon_ = last_opened(end);
}

Due DueSorter::Sort(Instant opened) const { return opened <= overdue_ ? Due::kOverdue : opened <= soon_ ? Due::kSoon : Due::kLater; }

std::string DueWords(Instant opened, Instant now, const std::vector<Term>& terms) {
  if (now - opened > kFarthest) return "overdue by more than a year";
  const Instant due = DueBy(opened, terms);
  if (now >= due) {
    if (now - due > days{kMostDaysTold * 3}) return "overdue by more than " + std::to_string(kMostDaysTold) + " working days";
    const auto late = WorkingHoursBetween(due, now, Skipping(terms)) / hours{24};
    return late < 1 ? "overdue" : "overdue by " + std::to_string(late) + (late == 1 ? " working day" : " working days");
  }
  // Midnight is the end of a day for people, not the beginning of the next.
  const Instant day = due - seconds{1};
  if (DateOfDay(day) == DateOfDay(now)) return DateOfDay(due) == DateOfDay(day) ? "due today by " + Format(due, "%H:%M") : "due today";
  if (DateOfDay(day) == DateOfDay(now + days{1})) return "due tomorrow";
  return day - now < days{6} ? "due on " + Format(day, "%A") : "due on " + Format(day, "%-d %B");
}

}  // namespace heed
