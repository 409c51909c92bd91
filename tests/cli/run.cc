#include "tests/cli/run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "src/base/check.h"
#include "src/base/file.h"

extern char** environ;

namespace heed {
namespace {

using Steady = std::chrono::steady_clock;

struct Pipe {
  Pipe() { HEED_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() { CloseRead(), CloseWrite(); }
  void CloseRead() { Close(ends[0]); }
  void CloseWrite() { Close(ends[1]); }
  static void Close(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  std::array<int, 2> ends;  // read, write
};

// Everything is made ready before the fork: between it and exec only plain system calls are safe.
pid_t Spawn(const std::vector<std::string>& arguments, const std::string& folder, int in, int out, int err) {
  std::vector<char*> argv = {const_cast<char*>(HEED_BINARY)};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string cache = "XDG_CACHE_HOME=" + FolderOf(HEED_BINARY) + "/test-cache";
  std::vector<char*> env = {const_cast<char*>(cache.c_str())};
  for (char** one = environ; *one; ++one) {
    const std::string_view name(*one);
    if (!name.starts_with("HEED_") && !name.starts_with("XDG_CACHE_HOME=")) env.push_back(*one);
  }
  env.push_back(nullptr);
  const pid_t pid = ::fork();
  HEED_CHECK(pid >= 0);
  if (pid == 0) {
    ::dup2(in, 0), ::dup2(out, 1), ::dup2(err, 2);
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(126);
    ::execve(HEED_BINARY, argv.data(), env.data());
    ::_exit(127);
  }
  return pid;
}

int CodeOf(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

}  // namespace

Ran Heed(const std::vector<std::string>& arguments, RunOptions options) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe in, out, err;
  const auto start = Steady::now();
  const pid_t pid = Spawn(arguments, options.folder, in.ends[0], out.ends[1], err.ends[1]);
  in.CloseRead(), out.CloseWrite(), err.CloseWrite();
  ::fcntl(in.ends[1], F_SETFL, O_NONBLOCK);

  Ran ran;
  bool killed = false;
  std::string_view rest = options.input;
  std::string more;
  const auto deadline = start + (options.kill_after ? *options.kill_after : std::chrono::microseconds(options.time_out));
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    if (in.ends[1] >= 0 && rest.empty()) {
      if (options.more_input) rest = more = options.more_input();
      if (rest.empty()) in.CloseWrite();
    }
    std::array<pollfd, 3> watched = {{{in.ends[1], POLLOUT, 0}, {out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Steady::now()).count();
    if (left <= 0 && !killed) {
      if (!options.kill_after) ADD_FAILURE() << "heed " << arguments.front() << " did not end in time";
      ::kill(pid, SIGKILL);
      killed = true;
    }
    timespec wait{killed ? 60 : static_cast<time_t>(left / 1'000'000'000), killed ? 0 : static_cast<long>(left % 1'000'000'000)};
    if (::ppoll(watched.data(), watched.size(), &wait, nullptr) <= 0) continue;
    if (watched[0].revents) {
      const ssize_t put = ::write(in.ends[1], rest.data(), rest.size());
      if (put > 0) rest.remove_prefix(static_cast<std::size_t>(put));
      else if (errno != EAGAIN && errno != EINTR) in.CloseWrite(), options.more_input = nullptr;
    }
    char buffer[65536];
    for (const bool is_out : {true, false}) {
      if (!watched[is_out ? 1 : 2].revents) continue;
      Pipe& pipe = is_out ? out : err;
      const ssize_t got = ::read(pipe.ends[0], buffer, sizeof buffer);
      if (got <= 0) {
        pipe.CloseRead();
        continue;
      }
      const std::string_view words(buffer, static_cast<std::size_t>(got));
      if (is_out && options.output) options.output(words);
      else (is_out ? ran.out : ran.err) += words;
    }
  }
  int status = 0;
  rusage usage{};
  while (::wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  ran.code = CodeOf(status);
  ran.peak_kib = usage.ru_maxrss;
  ran.took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
  return ran;
}

Running::Running(const std::vector<std::string>& arguments) {
  Pipe err;
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  pid_ = Spawn(arguments, {}, nothing, nothing, err.ends[1]);
  ::close(nothing);
  std::swap(err_fd_, err.ends[0]);
}

Running::~Running() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(err_fd_);
}

bool Running::Read(Steady::time_point until) {
  pollfd watched{err_fd_, POLLIN, 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count();
  if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) <= 0) return false;
  char buffer[4096];
  const ssize_t got = ::read(err_fd_, buffer, sizeof buffer);
  if (got > 0) err_.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

bool Running::Says(std::string_view words, int times) {
  const auto until = Steady::now() + std::chrono::seconds(30);
  for (;;) {
    int seen = 0;
    for (auto at = err_.find(words); at != std::string::npos; at = err_.find(words, at + 1)) ++seen;
    if (seen >= times) return true;
    if (!Read(until)) return false;
  }
}

void Running::Signal(int signal) const { ::kill(pid_, signal); }

int Running::Wait() {
  const auto until = Steady::now() + std::chrono::seconds(30);
  while (Read(until)) {
  }
  if (Steady::now() >= until) {
    ADD_FAILURE() << "it did not end:\n" << err_;
    ::kill(pid_, SIGKILL);
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return CodeOf(status);
}

std::string LeastConfig(const std::string& folder, std::string_view posts) {
  const std::string config = folder + "/heed.toml";
  HEED_CHECK(WriteFile(folder + "/posts.jsonl", posts).has_value());
  HEED_CHECK(WriteFile(config,
                       "[[school]]\n"
                       "id = \"oakmoor\"\n"
                       "name = \"Oakmoor School\"\n"
                       "[[source]]\n"
                       "id = \"import\"\n"
                       "school = \"oakmoor\"\n"
                       "connector = \"file\"\n"
                       "path = \"posts.jsonl\"\n"
                       "[console]\n"
                       "port = 0\n")
                 .has_value());
  return config;
}

}  // namespace heed
