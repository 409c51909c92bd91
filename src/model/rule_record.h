// How a rule has done: how often it fired, how often people agreed, and whether it suddenly fires too often.
//
// Counts only: nothing here tells which post or whose.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "src/base/time.h"

namespace heed {

struct RuleRecord {
  std::uint64_t fired = 0;      // posts (versions of posts) it helped to flag
  std::uint64_t silent = 0;     // posts it would have: while it was a shadow or paused
  std::uint64_t upheld = 0;     // cases with it that a person found to be a breach
  std::uint64_t dismissed = 0;  // ... to be criticism

  RuleRecord& operator+=(const RuleRecord& other);
  bool operator==(const RuleRecord&) const = default;
};

// The share of cases in which the rule was right, with the 95 % interval of Wilson (1927): honest for few cases too.
// Of nothing decided: 0 to 1.
struct Share {
  std::uint64_t right = 0, decided = 0;
  double low = 0, high = 1;
};
Share ShareRight(const RuleRecord& record);
// "right in 9 of 10 decided cases (60 % to 98 %)", "nothing decided yet".
std::string ToString(const Share& share);

// A stretch of judged posts in the order they came, and how often each rule fired in it.  The store keeps the last
// kStretches of them.
struct RuleStretch {
  static constexpr std::uint64_t kPosts = 100;      // a stretch is full
  static constexpr std::size_t kStretches = 20;
  std::uint64_t posts = 0;
  std::map<std::string, std::uint64_t> fired;

  bool operator==(const RuleStretch&) const = default;
};

// The brake.  Rules (live ones: `stretches` counts only what flagged) that should pause, ascending.  A rule pauses when in the
// last stretches, of kBrakePosts posts at least, it fired on more than one in kBrakeOneIn of them, and that is sudden: at least
// kBrakeTimes as often as in the kBrakePosts or more posts before those.  A new installation has no "before", and a school
// with a bad month is not a broken rule: neither pauses anything.
inline constexpr std::uint64_t kBrakePosts = 200, kBrakeOneIn = 20, kBrakeTimes = 4;
std::vector<std::string> FiringTooOften(const std::vector<RuleStretch>& stretches);

// A rule that stopped itself: it goes on counting, as a shadow does, until somebody resumes it.
struct PausedRule {
  std::string rule;
  Instant at{};
  std::uint64_t fired = 0, posts = 0;  // in the stretches that made it pause

  bool operator==(const PausedRule&) const = default;
};

}  // namespace heed
