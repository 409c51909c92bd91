// The fuzz target of net on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/fuzz/net_pace.cc"

namespace heed {
namespace {

TEST(FuzzTargets, PaceHolds) {
  std::mt19937 dice(3);
  for (const std::string whole : {"retry-after: 30\nratelimit-remaining: 0\nratelimit-reset: 1900000100\ncontent-type: application/json\n\n{\"error\":\"x\"}",
                                  "https://social.example:443/a?b#c\nx-ratelimit-reset: 2031-03-02T08:04:00.000Z\ndate: Sun, 02 Mar 2031 08:00:00 GMT"}) {
    for (int round = 0; round < 5'000; ++round) {
      std::string damaged = whole;
      for (int i = 0; i < 3; ++i) damaged[dice() % damaged.size()] = static_cast<char>(dice());
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(damaged.data()), damaged.size());
    }
  }
}

}  // namespace
}  // namespace heed
