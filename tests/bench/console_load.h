// A console whose queue is full, and people who read it at once: what the benchmark (console_bench.cc) and the load test (tests/load) measure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "src/access/gate.h"
#include "src/console/console.h"
#include "src/store/store.h"

namespace heed {

// Two schools and so many open cases; half of them say nearly the same as hundreds of others, which is the hardest queue to lay out.
class FullConsole {
 public:
  explicit FullConsole(int open_cases);
  ~FullConsole();

  // Somebody new who is signed in: the cookie.
  std::string SignIn();
  // The status of the answer.
  int Ask(const std::string& cookie, const std::string& path, const std::string& query = "");
  // A thousand posts; `flagged`: one in so many.
  void Write(int page, int flagged = 1);
  int open_cases() const { return open_cases_; }

 private:
  const int open_cases_;
  std::string folder_;
  SystemClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Console> console_;
  int people_ = 0;
};

struct LoadFigures {
  double p50_ms = 0, p99_ms = 0;  // of the answers
  std::size_t answers = 0, wrong = 0;
  double machine_ms = 0;  // 99 of 100 times somebody else who needs a millisecond of this machine waits no longer than this for it
};

// Fifty people read queue and cases, each with a short think time as none of them is a machine, while pages of posts are committed.
LoadFigures FiftyReviewers(FullConsole& full, int answers_each);

}  // namespace heed
