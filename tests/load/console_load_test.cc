// Fifty people at the console at once while a scan writes: 99 of 100 answers within 200 ms.
//
// A smaller queue and a shorter round than the benchmark's (tests/bench/console_bench.cc), with the same code.  The best of three rounds counts, and
// where the machine itself keeps others waiting for longer than kBusy, nothing can be said of heed: the test is skipped and says so.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/bench/console_load.h"

namespace heed {
namespace {

constexpr double kBoundMs = 200, kBusyMs = 60;
constexpr int kOpenCases = 20'000, kAnswersEach = 8, kRounds = 3;

TEST(Load, FiftyReviewersAreAnsweredWithin200MillisecondsWhileAScanWrites) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers make everything slower: measured without them only";
#endif
  FullConsole full(kOpenCases);
  double best = 0, machine = 0;
  for (int round = 1; round <= kRounds; ++round) {
    const LoadFigures figures = FiftyReviewers(full, kAnswersEach);
    std::cout << "round " << round << ": " << figures.answers << " answers, half within " << figures.p50_ms << " ms, 99 of 100 within " << figures.p99_ms << " ms; the machine keeps others waiting for " << figures.machine_ms << " ms\n";
    ASSERT_EQ(figures.wrong, 0u);
    if (round == 1 || figures.p99_ms < best) best = figures.p99_ms, machine = figures.machine_ms;
    if (best <= kBoundMs) break;
  }
  RecordProperty("p99_ms", std::to_string(best));
  if (best > kBoundMs && machine > kBusyMs) GTEST_SKIP() << "the machine is too busy with other things to say: others wait " << machine << " ms for a millisecond of it; 99 of 100 answers came within " << best << " ms";
  EXPECT_LE(best, kBoundMs) << "99 of 100 answers";
}

}  // namespace
}  // namespace heed
