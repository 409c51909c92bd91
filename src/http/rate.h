// How often somebody may ask: one leaking bucket a key (an address, a person), of which only so many are remembered.
//
// Thread-safe.  Takes the time as an argument, so a test turns the hands itself.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "src/base/time.h"

namespace heed::http {

class RateLimit {
 public:
  // `burst` at once, then one every `each`.  Past `keys` keys those that are full again are forgotten; where none is, the key is let through.
  RateLimit(double burst, microseconds each, std::size_t keys = 20'000) : burst_(burst), each_(each), most_(keys) {}

  // Takes one; nullopt = go ahead, else how long until there is one again.
  std::optional<seconds> Take(std::string_view key, Instant now);

 private:
  struct Bucket {
    double left;
    Instant at;
  };
  const double burst_;
  const microseconds each_;
  const std::size_t most_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace heed::http
