// How fast the console answers.  Aims: the first page of a queue of 100,000 open cases in less than 100 ms at the server; fifty reviewers at
// once with 99 of 100 answers within 200 ms while a scan writes.
#include <benchmark/benchmark.h>

#include "tests/bench/console_load.h"

namespace heed {
namespace {

constexpr int kOpenCases = 100'000, kAnswersEach = 40;

// Made once.
FullConsole& Full() {
  static FullConsole full(kOpenCases);
  return full;
}

void ConsoleQueueOf100000(benchmark::State& state) {
  FullConsole& full = Full();
  const std::string cookie = full.SignIn();
  for (auto _ : state)
    if (full.Ask(cookie, "/queue") != 200) state.SkipWithError("not 200");
}
BENCHMARK(ConsoleQueueOf100000)->Unit(benchmark::kMillisecond);

// The least friendly filter: all 100,000 are looked at and none is like that.
void ConsoleQueueFilteredToNothing(benchmark::State& state) {
  FullConsole& full = Full();
  const std::string cookie = full.SignIn();
  for (auto _ : state)
    if (full.Ask(cookie, "/queue", "rule=abuse.none") != 200) state.SkipWithError("not 200");
}
BENCHMARK(ConsoleQueueFilteredToNothing)->Unit(benchmark::kMillisecond);

void ConsoleFiftyReviewers(benchmark::State& state) {
  FullConsole& full = Full();
  for (auto _ : state) {
    const LoadFigures figures = FiftyReviewers(full, kAnswersEach);
    if (figures.wrong > 0) state.SkipWithError("not 200");
    state.counters["p50_ms"] = figures.p50_ms;
    state.counters["p99_ms"] = figures.p99_ms;
  }
}
BENCHMARK(ConsoleFiftyReviewers)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace heed
