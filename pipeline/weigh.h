// Weigh: from hits to "does a person look, and how soon".
//
// The arithmetic, all of it:
//   points    each entry that fired counts its weight once, and a tenth of it (rounded down) for each of up to three
//             further places where it fired.  Weights default to 20, 50, 70, 100 for severities 1 to 4.
//   flag      points >= 50, or a hit of severity 4.
//   severity  of the worst hit.
//   priority  0 without hits; else
//             200 * (severity - 1)                 a band for the worst hit
//             + points, at most 150                evidence adds up within the band
//             + 25 when a hit slips past filters   somebody took trouble to hide it
//             + 24 when two categories or more are hit
//             so 1..199, 200..399, 400..599, 600..799; a post that could not be judged gets 1000.
// Every part only grows when a hit is added, so adding a hit never lowers the priority, the severity or the flag.
// Priority says how soon, not how likely: it is not a probability.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "src/model/assessment.h"

namespace heed {

inline constexpr std::int32_t kFlagPoints = 50;
inline constexpr std::int32_t kMaxWeight = 1000;
inline constexpr std::uint32_t kUnjudgedPriority = 1000;

// The weight an entry has when its author gave none.  severity 1..4.
std::int32_t DefaultWeight(std::uint8_t severity);

// One hit as far as weighing is concerned.
struct Weight {
  std::uint32_t entry = 0;   // which entry: repeats of one entry count less
  std::int32_t weight = 0;   // 1..kMaxWeight
  std::uint8_t severity = 1; // 1..4
  Category category = Category::kAbuse;
  bool evades = false;       // found only in the squeezed view
};

struct Verdict {
  bool flag = false;
  std::uint8_t severity = 0;
  std::uint32_t priority = 0;
  std::int32_t points = 0;
};

Verdict Weigh(std::span<const Weight> hits);

// The same in words, one step an item, for `heed explain`.
std::vector<std::string> ShowArithmetic(std::span<const Weight> hits, std::span<const std::string> names);

}  // namespace heed
