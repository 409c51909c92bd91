// The arithmetic of weigh.h.
#include "pipeline/weigh.h"

#include <algorithm>

#include "src/base/check.h"

namespace heed {
namespace {

constexpr std::uint32_t kBand = 200, kMostPoints = 150, kEvades = 25, kTwoCategories = 24;
constexpr int kRepeats = 3;

// Points of hit `i`: its weight where its entry is first seen, a tenth for three more, then nothing.
std::int32_t PointsOf(std::span<const Weight> hits, std::size_t i) {
  int earlier = 0;
  for (std::size_t j = 0; j < i && earlier <= kRepeats; ++j) earlier += hits[j].entry == hits[i].entry;
  if (earlier == 0) return hits[i].weight;
  return earlier <= kRepeats ? hits[i].weight / 10 : 0;
}

}  // namespace

std::int32_t DefaultWeight(std::uint8_t severity) {
  static constexpr std::int32_t kWeights[] = {20, 50, 70, 100};
  HEED_CHECK(severity >= 1 && severity <= 4);
  return kWeights[severity - 1];
}

Verdict Weigh(std::span<const Weight> hits) {
  Verdict verdict;
  if (hits.empty()) return verdict;
  bool evades = false, two = false;
  std::int64_t points = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    points += PointsOf(hits, i);
    verdict.severity = std::max(verdict.severity, hits[i].severity);
    evades = evades || hits[i].evades;
    two = two || hits[i].category != hits[0].category;
  }
  verdict.points = static_cast<std::int32_t>(std::min<std::int64_t>(points, 1'000'000));
  verdict.flag = verdict.points >= kFlagPoints || verdict.severity == 4;
  verdict.priority = kBand * (verdict.severity - 1u) + std::min(static_cast<std::uint32_t>(verdict.points), kMostPoints) + (evades ? kEvades : 0) +
                     (two ? kTwoCategories : 0);
  return verdict;
}

std::vector<std::string> ShowArithmetic(std::span<const Weight> hits, std::span<const std::string> names) {
  std::vector<std::string> out;
  const Verdict verdict = Weigh(hits);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const std::int32_t points = PointsOf(hits, i);
    out.push_back("+" + std::to_string(points) + " points for " + names[i] + " (severity " + std::to_string(hits[i].severity) +
                  (points == hits[i].weight ? ")" : ", again)"));
  }
  if (hits.empty()) {
    out.push_back("nothing counts: priority 0, not flagged");
    return out;
  }
  out.push_back(std::to_string(verdict.points) + " points in all; " + std::to_string(kFlagPoints) + " flag a post, and so does a hit of severity 4: " +
                (verdict.flag ? "flagged" : "not flagged"));
  bool evades = false, two = false;
  for (const Weight& hit : hits) evades = evades || hit.evades, two = two || hit.category != hits[0].category;
  out.push_back("priority = " + std::to_string(kBand) + " x (severity " + std::to_string(verdict.severity) + " - 1) + " +
                std::to_string(std::min(static_cast<std::uint32_t>(verdict.points), kMostPoints)) + " points" + (evades ? " + 25 for slipping past filters" : "") +
                (two ? " + 24 for two categories" : "") + " = " + std::to_string(verdict.priority));
  return out;
}

}  // namespace heed
