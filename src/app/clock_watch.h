// Whether the computer's clock runs on as it should, looked at while heed runs and whenever the store is opened for writing.
//
// The clock people set is held against one that nobody can set: the time since the computer started, sleep included.  What the
// two differ by changes only when somebody, or the network's time service, sets the clock.  The difference is kept in `data`/clock.json, so that a
// restart of heed on a computer that went on running misses nothing.  After a restart of the computer only one thing can be told: a
// time earlier than that of the last event.  A step is written into the custody chain (EventKind::kClockSet, evidence/clock.h), where it explains
// the order of times to whoever checks it later.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/evidence/clock.h"
#include "src/store/store.h"

namespace heed {

// Less is what time services do all day.
inline constexpr seconds kLeastClockStep{60};

// What both clocks say.
struct ClockHands {
  Instant wall{};
  microseconds since_start{0};  // since the computer started, sleep included
  std::string start;            // the system's own name of that start; "" = it has none, and starts cannot be told apart
};
ClockHands ReadClockHands();

class ClockWatch {
 public:
  // `store` outlives it and is open for writing.  One thread at a time.
  ClockWatch(Store& store, std::string data, std::function<ClockHands()> read = ReadClockHands);

  // Compares, and writes a step down.  What was found: an event as it stands in the chain.
  Result<std::optional<Event>> Look();

 private:
  struct Known {
    std::string start;
    microseconds apart{0};  // wall minus since_start
  };
  std::optional<Known> Read() const;
  Done Keep(const Known& known);

  Store& store_;
  const std::string data_;
  const std::function<ClockHands()> read_;
  std::optional<Known> known_;  // as kept in the file
  bool looked_ = false;
};

// Where the clock was set since, newest last.
Result<std::vector<Event>> ClockSteps(const Store& store, Instant since);
// "The clock of this computer was set back by 2 h at 2 Nov 2026 09:00 (event 12 of the custody chain)", and what to do about it.
std::string ClockWords(const Event& step);
std::string ClockTodo();

// Looks once and tells the log; for a LookThread, and for a store that was just opened.
void LookAtTheClock(ClockWatch& watch);

}  // namespace heed
