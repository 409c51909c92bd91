// How much a source has asked of its platform beside reading, kept in a file of its own beside the store, because a command that only reads the
// store asks too.
//
//   `data`/tally/SOURCE    a line each: Unix seconds, a space, the amount
//
// A line is appended in one write, so that processes do not cut into each other's; lines older than kKept go when the file has grown.
#pragma once

#include <mutex>
#include <string>

#include "connectors/connector.h"
#include "src/base/time.h"

namespace heed {

class FileTally final : public Tally {
 public:
  static constexpr days kKept{40};  // longer than any platform's month
  // `data` empty: nothing is counted.  The clock outlives it.
  FileTally(std::string data, std::string source, const Clock* clock = nullptr);

  Done Add(std::int64_t amount) override;
  Result<std::int64_t> Since(Instant since) const override;

 private:
  Instant Now() const { return clock_ ? clock_->Now() : SystemClock{}.Now(); }
  Done Shorten(Instant now) const;
  const std::string folder_, path_;
  const Clock* clock_;
  std::mutex mutex_;  // one line at a time of this process's
};

}  // namespace heed
