#include "src/model/rule_record.h"

#include <algorithm>
#include <cmath>

namespace heed {
namespace {

std::string Percent(double share) { return std::to_string(static_cast<int>(std::lround(share * 100))) + " %"; }

}  // namespace

RuleRecord& RuleRecord::operator+=(const RuleRecord& other) {
  fired += other.fired;
  silent += other.silent;
  upheld += other.upheld;
  dismissed += other.dismissed;
  return *this;
}

Share ShareRight(const RuleRecord& record) {
  Share share{record.upheld, record.upheld + record.dismissed, 0, 1};
  if (share.decided == 0) return share;
  constexpr double z = 1.959964;
  const auto n = static_cast<double>(share.decided);
  const double p = static_cast<double>(share.right) / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  share.low = std::max(0.0, middle - half);
  share.high = std::min(1.0, middle + half);
  return share;
}

std::string ToString(const Share& share) {
  if (share.decided == 0) return "nothing decided yet";
  return "right in " + std::to_string(share.right) + " of " + std::to_string(share.decided) + (share.decided == 1 ? " decided case (" : " decided cases (") +
         Percent(share.low) + " to " + Percent(share.high) + ")";
}

std::vector<std::string> FiringTooOften(const std::vector<RuleStretch>& stretches) {
  std::uint64_t recent = 0, earlier = 0;
  std::size_t first = stretches.size();
  while (first > 0 && recent < kBrakePosts) recent += stretches[--first].posts;
  for (std::size_t i = 0; i < first; ++i) earlier += stretches[i].posts;
  if (recent < kBrakePosts || earlier < kBrakePosts) return {};
  std::map<std::string, std::uint64_t> now, before;
  for (std::size_t i = 0; i < stretches.size(); ++i)
    for (const auto& [rule, fired] : stretches[i].fired) (i < first ? before : now)[rule] += fired;
  std::vector<std::string> sudden;
  for (const auto& [rule, fired] : now) {
    const auto found = before.find(rule);
    const std::uint64_t then = found == before.end() ? 0 : found->second;
    // fired / recent >= kBrakeTimes * then / earlier, in whole numbers.
    if (fired * kBrakeOneIn > recent && fired * earlier >= kBrakeTimes * then * recent) sudden.push_back(rule);
  }
  return sudden;
}

}  // namespace heed
