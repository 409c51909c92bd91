// A clock whose hands a test turns itself.
//
//   FakeClock clock{"2031-03-02 08:00"};
//   clock.Advance(hours{25});
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "src/base/check.h"
#include "src/base/time.h"

namespace heed {

// Safe to share between threads.  Stands still unless told otherwise.
class FakeClock final : public Clock {
 public:
  // "2031-03-02 08:00" (UTC), or anything ParseRfc3339 reads.
  explicit FakeClock(std::string_view at) : now_(Read(at)) {}
  explicit FakeClock(Instant at) : now_(at) {}

  Instant Now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void Advance(microseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
  }
  void Set(Instant at) {
    const std::lock_guard lock(mutex_);
    now_ = at;
  }

 private:
  static Instant Read(std::string_view text) {
    std::string whole(text);
    if (whole.size() == 16) whole += ":00Z";
    const auto at = ParseRfc3339(whole);
    HEED_CHECK(at.has_value());
    return *at;
  }

  mutable std::mutex mutex_;
  Instant now_;
};

}  // namespace heed
