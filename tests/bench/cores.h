// The script pins benchmarks to one core; those that are about several threads need them all.
#pragma once

#include <sched.h>

#include <thread>

namespace heed::bench {

inline void UseEveryCore() {
  cpu_set_t all;
  CPU_ZERO(&all);
  for (unsigned cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) CPU_SET(cpu, &all);
  ::sched_setaffinity(0, sizeof all, &all);
}

}  // namespace heed::bench
