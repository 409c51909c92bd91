// Whether the times in a chain can be true: events are written one after the other, so their times run forward, and what an
// independent authority stamped was written before its stamp, what follows it after.
//
// A clock that heed saw being set (app/clock_watch.h) is told of by the chain itself: an event of kind "clock-set" between what was
// written by the clock as it stood before and as it stands since.  What such a step explains is a note and no fault.  The reckoning: the clock as
// it stands at the end of the chain is taken for right, every time before a step is put right by that step, and the times so put right have to run forward
// and agree with every trusted stamp.  So a clock that ran ahead and was corrected passes; one that was right and was set back, to
// write events into the past, is contradicted by the first stamp before it.  A step says that the clock was set, not which of both times
// was true: only a stamp does.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// The details of an event of kind EventKind::kClockSet, which bears the time after the step:
//   {"at_least":true,"by_seconds":-7200,"clock":"...","computer_start":"...","seconds_since_start":86400,"seen":"..."}
struct ClockStep {
  seconds by{0};             // how far forward it was set; below 0: back
  bool at_least = false;     // it was set back by that much or by more: nobody looked in between
  std::string seen;          // how it was noticed, in words
  std::string clock;         // what the system knows of its clock since (AboutTheClock())
  std::string computer_start;  // the system's own name of this start of the computer; "" where it has none
  seconds since_start{0};      // and how long ago that was, by a clock that nobody sets
};
std::string WriteClockStep(const ClockStep& step);
Result<ClockStep> ReadClockStep(std::string_view details);  // kMalformed
// "set back by at least 2 h", "set forward by 3 d"
std::string InWords(const ClockStep& step);

struct EventTime {
  std::uint64_t sequence = 0;
  Instant at{};               // as the installation's clock said
  std::optional<ClockStep> step = {};  // of an event of that kind
};
// A trusted stamp: event `sequence` and all before it were there at that time, and no later event is part of it.
struct StampTime {
  std::uint64_t sequence = 0;
  Instant at{};
  std::string authority;
};

// An event bears the time at which its act began, and a large tip takes minutes; a computer that wakes up is put right by some.
inline constexpr minutes kClockSlack{10};

struct ClockFindings {
  std::vector<std::string> flaws;  // where the clock must have been wrong and nothing recorded explains it, the first of each stretch only
  std::vector<std::string> notes;  // each recorded step
};
// In words, by event.  `events` by sequence.
ClockFindings CheckClock(std::span<const EventTime> events, std::span<const StampTime> stamps);

// "event 12 records at 2026-11-02T09:00:00Z that the computer's clock was set back by 2 h ..."
std::string ClockNote(std::uint64_t sequence, Instant at, const ClockStep& step);

}  // namespace heed
