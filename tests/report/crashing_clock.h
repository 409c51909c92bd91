// How a test drops the process: by an exception that nothing between it and the test catches.
#pragma once

#include "src/base/time.h"

namespace heed {

struct Crash {};

// Ends the process, as far as the outbox can tell, at a chosen look at the clock: it looks before and after all that it does.
class CrashingClock final : public Clock {
 public:
  explicit CrashingClock(const Clock& under) : under_(under) {}
  Instant Now() const override {
    if (left >= 0 && left-- == 0) throw Crash();
    return under_.Now();
  }
  mutable int left = -1;

 private:
  const Clock& under_;
};

}  // namespace heed
