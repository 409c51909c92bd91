// The arithmetic: documented, monotone, explained.
#include "pipeline/weigh.h"

#include <gtest/gtest.h>

#include <random>

namespace heed {
namespace {

Weight Of(std::uint32_t entry, std::uint8_t severity, Category category = Category::kAbuse) { return {entry, DefaultWeight(severity), severity, category, false}; }

TEST(Weigh, FlagsAsDocumented) {
  EXPECT_FALSE(Weigh({}).flag);
  EXPECT_FALSE(Weigh(std::vector{Of(1, 1)}).flag);                        // weak: 20
  EXPECT_FALSE(Weigh(std::vector{Of(1, 1), Of(2, 1)}).flag);              // 40
  EXPECT_TRUE(Weigh(std::vector{Of(1, 1), Of(2, 1), Of(3, 1)}).flag);     // 60
  EXPECT_FALSE(Weigh(std::vector(10, Of(1, 1))).flag);                    // repeats: 20 + 3 * 2
  EXPECT_TRUE(Weigh(std::vector{Of(1, 2)}).flag);
  EXPECT_TRUE(Weigh(std::vector{Weight{1, 1, 4, Category::kThreat, false}}).flag);  // severity 4 whatever its weight
}

TEST(Weigh, OrdersByTheWorstHitFirst) {
  EXPECT_EQ(Weigh(std::vector{Of(1, 2)}).priority, 250u);
  EXPECT_EQ(Weigh(std::vector{Of(1, 4)}).priority, 700u);
  EXPECT_LT(Weigh(std::vector(50, Of(1, 3))).priority, Weigh(std::vector{Of(1, 4)}).priority);
}

TEST(Weigh, NeverLowersAnythingWhenAHitIsAdded) {
  std::mt19937 random(5);
  for (int round = 0; round < 5'000; ++round) {
    std::vector<Weight> hits;
    Verdict before = Weigh(hits);
    for (int i = 0; i < 12; ++i) {
      const std::uint32_t entry = random() % 6;
      const auto severity = static_cast<std::uint8_t>(1 + entry % 4);
      hits.insert(hits.begin() + static_cast<std::ptrdiff_t>(random() % (hits.size() + 1)),
                  {entry, static_cast<std::int32_t>(1 + entry * 37), severity, kCategories[entry % kCategories.size()], random() % 5 == 0});
      const Verdict after = Weigh(hits);
      ASSERT_GE(after.priority, before.priority);
      ASSERT_GE(after.severity, before.severity);
      ASSERT_GE(after.points, before.points);
      ASSERT_GE(after.flag, before.flag);
      ASSERT_LE(after.priority, 1000u);
      before = after;
    }
  }
}

TEST(Weigh, ShowsItsWork) {
  const std::vector<std::string> names = {"abuse.idiot", "abuse.idiot"};
  const auto steps = ShowArithmetic(std::vector{Of(1, 2), Of(1, 2)}, names);
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0], "+50 points for abuse.idiot (severity 2)");
  EXPECT_EQ(steps[1], "+5 points for abuse.idiot (severity 2, again)");
  EXPECT_EQ(steps[3], "priority = 200 x (severity 2 - 1) + 55 points = 255");
}

}  // namespace
}  // namespace heed
