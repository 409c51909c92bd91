// How fast the console answers.  Aims: the first page of a queue of 100,000 open cases in less than 100 ms at the server; fifty reviewers at
// once with 99 of 100 answers within 200 ms while a scan writes.
#include <benchmark/benchmark.h>

#include "tests/bench/console_load.h"
#include "tests/bench/cores.h"

namespace heed {
namespace {

constexpr int kOpenCases = 100'000, kAnswersEach = 20;

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

// The least friendly filters: none of the 100,000 is like that.
void ConsoleQueueFilteredToNothing(benchmark::State& state, const char* query) {
  FullConsole& full = Full();
  const std::string cookie = full.SignIn();
  for (auto _ : state)
    if (full.Ask(cookie, "/queue", query) != 200) state.SkipWithError("not 200");
}
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, rule, "rule=abuse.none")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, category, "category=incitement")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, severity, "severity=unjudged")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, state, "state=snoozed")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, platform, "platform=nowhere")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, assignee, "whose=somebody")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, due, "due=overdue&age=30")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, text, "text=hippopotamus")->Unit(benchmark::kMillisecond);
// Each three letters of it stand somewhere in every post.
BENCHMARK_CAPTURE(ConsoleQueueFilteredToNothing, text_of_common_letters, "text=the+School+do")->Unit(benchmark::kMillisecond);

void ConsoleFiftyReviewers(benchmark::State& state) {
  FullConsole& full = Full();
  bench::UseEveryCore();
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
