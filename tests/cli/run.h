// Runs the heed that schools run, as they run it: a process of its own, its words in and out, its exit code.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

struct RunOptions {
  std::string input;                        // standard input
  std::function<std::string()> more_input;  // asked after `input` until it gives ""; for input larger than memory should be
  std::function<void(std::string_view)> output;  // given standard output as it comes, which is then not kept
  std::string folder;                       // to start in; empty: the test's
  std::optional<std::chrono::microseconds> kill_after;  // SIGKILL then, unless it has ended
  std::chrono::seconds time_out{120};       // SIGKILL then, and a failure of the test
};

struct Ran {
  int code = -1;    // exit code; -N when signal N ended it
  std::string out, err;
  long peak_kib = 0;  // most memory it held at once
  std::chrono::microseconds took{0};
};

// heed with these arguments, until it ends.  HEED_* variables of the test's own environment are not handed on.
Ran Heed(const std::vector<std::string>& arguments, RunOptions options = {});

// heed left running beside the test; killed with it.
class Running {
 public:
  explicit Running(const std::vector<std::string>& arguments);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Whether standard error comes to hold `words` `times` times within half a minute.
  bool Says(std::string_view words, int times = 1);
  void Signal(int signal) const;
  int Wait();  // as Ran::code; kills what has not ended within half a minute
  const std::string& err() const { return err_; }

 private:
  bool Read(std::chrono::steady_clock::time_point until);  // false at the end of its words
  pid_t pid_ = -1;
  int err_fd_ = -1;
  std::string err_;
};

// The least configuration that works, in `folder`: Oakmoor School, and its posts in posts.jsonl beside it.  Its path.
std::string LeastConfig(const std::string& folder, std::string_view posts);

}  // namespace heed
