// A fuzz target on a small corpus, for builds without libFuzzer: every document whole, cut at every few bytes, and damaged at random, the same way
// every time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace heed {

using FuzzTarget = int (*)(const std::uint8_t*, std::size_t);

// `rounds`: damaged copies of each document, with bytes overwritten, doubled and taken out.  `step`: bytes from one cut to the next.
inline void Hammer(FuzzTarget target, const std::vector<std::string>& corpus, int rounds = 2'000, std::size_t step = 10) {
  std::mt19937 dice(3);
  const auto run = [&](const std::string& bytes) { target(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()); };
  for (const auto& whole : corpus) {
    run(whole);
    for (std::size_t at = 0; at < whole.size(); at += step) run(whole.substr(0, at));
    for (int round = 0; round < rounds && !whole.empty(); ++round) {
      std::string damaged = whole;
      for (int i = 0; i < 3; ++i) {
        const std::size_t at = dice() % damaged.size(), length = dice() % 8;
        switch (dice() % 3) {
          case 0: damaged[at] = static_cast<char>(dice()); break;
          case 1: damaged.insert(at, damaged.substr(dice() % damaged.size(), length)); break;
          default: damaged.erase(at, std::min(length, damaged.size() - 1));
        }
      }
      run(damaged);
    }
  }
}

}  // namespace heed
