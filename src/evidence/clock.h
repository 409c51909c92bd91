// Whether the times in a chain can be true: events are written one after the other, so their times run forward, and what an
// independent authority stamped was written before its stamp, what follows it after.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "src/base/time.h"

namespace heed {

struct EventTime {
  std::uint64_t sequence = 0;
  Instant at{};               // as the installation's clock said
};
// A trusted stamp: event `sequence` and all before it were there at that time, and no later event is part of it.
struct StampTime {
  std::uint64_t sequence = 0;
  Instant at{};
  std::string authority;
};

// An event bears the time at which its act began, and a large tip takes minutes; a computer that wakes up is put right by some.
inline constexpr minutes kClockSlack{10};

// Where the clock must have been wrong, in words, by event, the first of each stretch only.  `events` by sequence.
std::vector<std::string> ClockFlaws(std::span<const EventTime> events, std::span<const StampTime> stamps);

}  // namespace heed
