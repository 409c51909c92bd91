// Runs the tests, or, when asked by the kill test, the process it kills.
#include <gtest/gtest.h>
#include <signal.h>
#include <time.h>

#include <cstdio>
#include <string_view>

#include "tests/store/kill_worker.h"
#include "tests/store/kit.h"

namespace heed {

int KillWorker(int argc, char** argv) {
  if (argc != 4) return 2;
  if (const long delay_us = std::stol(argv[3]); delay_us > 0) {
    sigevent how{};
    how.sigev_notify = SIGEV_SIGNAL;
    how.sigev_signo = SIGKILL;
    timer_t timer;
    itimerspec when{};
    when.it_value = {delay_us / 1'000'000, delay_us % 1'000'000 * 1000};
    if (::timer_create(CLOCK_MONOTONIC, &how, &timer) != 0 || ::timer_settime(timer, 0, &when, nullptr) != 0) return 2;
  }
  const auto store = Store::Open(argv[2]);
  const auto done = store ? Workload::Run(**store) : Fail(store.error());
  if (!done) std::fprintf(stderr, "%s\n", done.error().message().c_str());
  return done ? 0 : 1;
}

}  // namespace heed

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == heed::kKillWorkerFlag) return heed::KillWorker(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
