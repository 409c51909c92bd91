#include "src/http/rate.h"

#include <algorithm>
#include <cmath>

namespace heed::http {

std::optional<seconds> RateLimit::Take(std::string_view key, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto filled = [&](const Bucket& bucket) {
    const double since = std::max<double>(0, static_cast<double>((now - bucket.at).count()));  // a clock set back fills nothing
    return std::min(burst_, bucket.left + since / static_cast<double>(each_.count()));
  };
  if (buckets_.size() >= most_ && !buckets_.contains(std::string(key))) {
    std::erase_if(buckets_, [&](const auto& entry) { return filled(entry.second) >= burst_; });
    if (buckets_.size() >= most_) return std::nullopt;
  }
  Bucket& bucket = buckets_.try_emplace(std::string(key), Bucket{burst_, now}).first->second;
  bucket.left = filled(bucket);
  bucket.at = std::max(bucket.at, now);
  if (bucket.left < 1) return seconds{static_cast<long>(std::ceil((1 - bucket.left) * static_cast<double>(each_.count()) / 1e6))};
  bucket.left -= 1;
  return std::nullopt;
}

}  // namespace heed::http
