// The share of right flags with its interval, and the brake.
#include "src/model/rule_record.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

// Worked by hand from Wilson's formula with z = 1.96.
TEST(ShareRight, HasWilsonsInterval) {
  struct {
    std::uint64_t upheld, dismissed;
    double low, high;
  } const cases[] = {{9, 1, 0.596, 0.982}, {1, 0, 0.207, 1.0}, {0, 1, 0.0, 0.793}, {50, 50, 0.404, 0.596}, {0, 0, 0.0, 1.0}};
  for (const auto& each : cases) {
    const Share share = ShareRight({.fired = 0, .silent = 0, .upheld = each.upheld, .dismissed = each.dismissed});
    EXPECT_NEAR(share.low, each.low, 0.001) << each.upheld << " of " << each.upheld + each.dismissed;
    EXPECT_NEAR(share.high, each.high, 0.001);
  }
  EXPECT_EQ(ToString(ShareRight({.upheld = 9, .dismissed = 1})), "right in 9 of 10 decided cases (60 % to 98 %)");
  EXPECT_EQ(ToString(ShareRight({})), "nothing decided yet");
}

RuleStretch Stretch(std::map<std::string, std::uint64_t> fired) { return {RuleStretch::kPosts, std::move(fired)}; }

TEST(Brake, PausesARuleThatSuddenlyFiresOnMoreThanOneInTwenty) {
  const std::vector<RuleStretch> before(3, Stretch({{"calm", 4}, {"jumpy", 1}}));
  auto all = before;
  all.push_back(Stretch({{"calm", 4}, {"jumpy", 5}, {"new", 8}}));
  all.push_back(Stretch({{"calm", 4}, {"jumpy", 6}, {"new", 3}}));
  EXPECT_EQ(FiringTooOften(all), (std::vector<std::string>{"jumpy", "new"})) << "11 of 200 each";
  all.back().fired["jumpy"] = all.back().fired["new"] = 2;
  EXPECT_EQ(FiringTooOften(all), std::vector<std::string>{}) << "7 and 10 of 200: one in twenty is not more than one in twenty";
}

TEST(Brake, LeavesASchoolsBadMonthAlone) {
  const std::vector<RuleStretch> same(6, Stretch({{"abuse", 20}}));
  EXPECT_TRUE(FiringTooOften(same).empty()) << "often, and as often as before";
}

TEST(Brake, NeedsPostsToCompareWith) {
  std::vector<RuleStretch> first(2, Stretch({{"abuse", 90}}));
  EXPECT_TRUE(FiringTooOften(first).empty()) << "a first run has no before";
  EXPECT_TRUE(FiringTooOften({}).empty());
}

}  // namespace
}  // namespace heed
