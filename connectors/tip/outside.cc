#include "connectors/tip/outside.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

using Steady = std::chrono::steady_clock;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  bool Open() { return ::pipe2(ends.data(), O_CLOEXEC) == 0; }
  // A socket is written to without the signal that a broken pipe sends.
  bool OpenSocket() { return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0; }
  ~Pipe() { Close(0), Close(1); }
  void Close(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

void Limit(int what, rlim_t to) {
  const rlimit limit{to, to};
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &limit);
}

}  // namespace

Result<std::string> RunOutside(const std::vector<std::string>& command, std::string_view input, const OutsideLimits& limits) {
  const std::string& name = command.front();
  Pipe in, out, err;
  if (!in.OpenSocket() || !out.Open() || !err.Open()) return Fail(Fault::kIo, "starting " + name + ": " + std::strerror(errno));
  // Everything is made ready before the fork: between it and exec only plain system calls are safe.
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const char* path = ::getenv("PATH");
  std::string path_line = std::string("PATH=") + (path && *path ? path : "/usr/bin:/bin"), lang_line = "LANG=C.UTF-8", threads_line = "OMP_THREAD_LIMIT=1";
  std::array<char*, 4> environment = {path_line.data(), lang_line.data(), threads_line.data(), nullptr};
  const rlim_t processor = static_cast<rlim_t>(std::chrono::ceil<std::chrono::seconds>(limits.time).count()) + 1;
  // execvpe looks along PATH with memory from the heap, which a fork of a threaded program must not touch.
  std::string program;
  for (const auto folder : Split(std::string_view(path_line).substr(5), ':')) {
    const std::string candidate = std::string(folder) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) {
      program = candidate;
      break;
    }
  }
  if (program.empty()) return Fail(Fault::kUnsupported, name + " is not installed: apt install " + (name == "pdftotext" ? "poppler-utils" : "tesseract-ocr tesseract-ocr-eng"));

  const pid_t pid = ::fork();
  if (pid < 0) return Fail(Fault::kIo, "starting " + name + ": " + std::strerror(errno));
  if (pid == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    Limit(RLIMIT_CPU, processor);
    Limit(RLIMIT_AS, limits.memory);
    Limit(RLIMIT_FSIZE, 0);
    Limit(RLIMIT_CORE, 0);
    Limit(RLIMIT_NOFILE, 64);
    if (::dup2(in.ends[0], 0) < 0 || ::dup2(out.ends[1], 1) < 0 || ::dup2(err.ends[1], 2) < 0) ::_exit(127);
    ::syscall(SYS_close_range, 3u, ~0u, 0u);  // whatever else heed has open, the store's lock among it
    ::execve(program.c_str(), argv.data(), environment.data());
    ::_exit(127);
  }
  in.Close(0), out.Close(1), err.Close(1);
  for (const int fd : {in.ends[1], out.ends[0], err.ends[0]}) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);

  std::string answer, words;
  bool too_late = false, too_much = false;
  const auto deadline = Steady::now() + limits.time;
  std::string_view rest = input;
  if (rest.empty()) in.Close(1);
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    if (left <= 0) {
      too_late = true;
      break;
    }
    std::array<pollfd, 3> watched = {pollfd{in.ends[1], POLLOUT, 0}, pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};  // -1 is passed over
    if (::poll(watched.data(), watched.size(), static_cast<int>(left)) < 0 && errno != EINTR) break;
    if (watched[0].revents) {
      const ssize_t put = ::send(in.ends[1], rest.data(), rest.size(), MSG_NOSIGNAL);
      if (put > 0) rest.remove_prefix(static_cast<std::size_t>(put));
      if (rest.empty() || (put < 0 && errno != EAGAIN && errno != EINTR)) in.Close(1);
    }
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
      if (!watched[i].revents) continue;
      char buffer[65536];
      const ssize_t got = ::read(watched[i].fd, buffer, sizeof buffer);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got <= 0) {
        (i == 1 ? out : err).Close(0);
      } else if (i == 1) {
        answer.append(buffer, static_cast<std::size_t>(got));
        too_much = answer.size() > limits.output;
      } else if (words.size() < 2'000) {
        words.append(buffer, static_cast<std::size_t>(got));
      }
    }
    if (too_much) break;
  }
  // One that has closed its output and goes on all the same is waited for no longer than the rest.
  if (!too_late && !too_much) {
    const int ended = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0u));
    const auto left = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count());
    pollfd watched{ended, POLLIN, 0};
    if (ended >= 0) {
      int ready = 0;
      while ((ready = ::poll(&watched, 1, static_cast<int>(left))) < 0 && errno == EINTR) {
      }
      too_late = ready == 0;
      ::close(ended);
    }
  }
  if (too_late || too_much) ::kill(-pid, SIGKILL), ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (too_late) return Fail(Fault::kUnavailable, "it took longer than " + std::to_string(limits.time.count() / 1000) + " seconds to read");
  if (too_much) return Fail(Fault::kTooLarge, "it holds more than " + std::to_string(limits.output >> 20) + " MB of words");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return answer;
  if (WIFSIGNALED(status)) return Fail(Fault::kMalformed, name + " crashed over it; the file may be made to do harm");
  const std::string said = std::string(Trim(words.substr(0, words.find('\n'))));
  return Fail(Fault::kMalformed, name + " cannot read it" + (said.empty() ? "" : " (" + ForTerminal(said) + ")"));
}

PictureWords ReadTesseractTable(std::string_view table) {
  PictureWords words;
  double sum = 0, weight = 0;
  std::string last;
  bool heading = true;
  for (const auto line : Split(table, '\n')) {
    if (heading) {
      heading = false;
      continue;
    }
    // level page block par line word left top width height conf text
    const auto fields = Split(line, '\t');
    if (fields.size() < 12 || fields[0] != "5") continue;
    const std::string_view word = Trim(fields[11]);
    double confidence = -1;
    std::from_chars(fields[10].data(), fields[10].data() + fields[10].size(), confidence);
    if (word.empty() || !(confidence >= 0)) continue;  // "nan" is a number to from_chars
    const std::string block = std::string(fields[1]) + "." + std::string(fields[2]) + "." + std::string(fields[3]), place = block + "." + std::string(fields[4]);
    if (!words.text.empty()) words.text += place == last ? " " : last.starts_with(block + ".") ? "\n" : "\n\n";
    words.text += word;
    last = place;
    sum += std::min(confidence, 100.0) * static_cast<double>(word.size());
    weight += static_cast<double>(word.size());
  }
  words.text = RepairUtf8(words.text);
  if (weight > 0) words.confidence = static_cast<std::uint32_t>(sum / weight);
  return words;
}

TipTools OutsideTools() {
  return {
      .picture = [](std::string_view bytes) -> Result<PictureWords> {
        return ReadTesseractTable(HEED_TRY(RunOutside({"tesseract", "stdin", "stdout", "-l", "eng", "tsv"}, bytes)));
      },
      .pdf = [](std::string_view bytes) { return RunOutside({"pdftotext", "-enc", "UTF-8", "-l", "500", "-", "-"}, bytes); },
  };
}

}  // namespace heed
