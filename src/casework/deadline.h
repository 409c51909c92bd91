// The two-working-day clock of a case: until when somebody should have looked, and how people say it.
//
// A day counts where it is neither a weekend nor a bank holiday (casework/report.h) nor, as far as the school's terms are configured, a holiday:
// a day between two terms is one, a day before the first or after the last is not known to be.  Days are those of the process's time
// zone.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/time.h"
#include "src/model/case.h"
#include "src/model/school.h"

namespace heed {

inline constexpr hours kLookWithin{48};  // of days that count

bool IsSchoolHoliday(Instant at, const std::vector<Term>& terms);

// By when a case opened then should be decided.
Instant DueBy(Instant opened, const std::vector<Term>& terms);

enum class Due : std::uint8_t { kOverdue, kSoon, kLater };  // kSoon: by the end of the next day that counts
std::string_view ToString(Due due);  // "overdue", "soon", "later"
std::optional<Due> ParseDue(std::string_view name);

// Which it is for a case opened then, quickly for many cases: made once for a moment.
class DueSorter {
 public:
  DueSorter(Instant now, const std::vector<Term>& terms);
  Due Sort(Instant opened) const;

 private:
  Instant overdue_, soon_;  // opened no later than that
};

// "due tomorrow", "due today by 16:30", "due on Monday", "overdue by 1 working day".
std::string DueWords(Instant opened, Instant now, const std::vector<Term>& terms);

}  // namespace heed
