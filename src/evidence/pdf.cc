#include "src/evidence/pdf.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <thread>
#include <vector>

#include "src/base/file.h"
#include "src/base/text.h"

extern char** environ;

namespace heed {
namespace {

std::string FindProgram(const char* name) {
  const char* path = std::getenv("PATH");
  for (const auto folder : Split(path ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    const std::string whole = std::string(folder) + "/" + name;
    if (!folder.empty() && ::access(whole.c_str(), X_OK) == 0) return whole;
  }
  return {};
}

}  // namespace

Done MakePdf(const std::string& html, const std::string& pdf, const std::string& id, Instant at, seconds patience) {
  const std::string program = FindProgram("weasyprint");
  if (program.empty()) return Fail(Fault::kNotFound, "WeasyPrint is not installed");
  std::vector<std::string> words = {program, "--quiet", "--pdf-variant", "pdf/a-3b", "--pdf-identifier", id, html, pdf};
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string epoch = "SOURCE_DATE_EPOCH=" + std::to_string(std::chrono::floor<seconds>(at).time_since_epoch().count());
  std::vector<char*> env = {epoch.data()};
  for (char** one = environ; *one; ++one)
    if (!std::string_view(*one).starts_with("SOURCE_DATE_EPOCH=")) env.push_back(*one);
  env.push_back(nullptr);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    for (const int fd : {0, 1, 2}) ::dup2(null, fd);
    ::execve(program.c_str(), argv.data(), env.data());
    ::_exit(127);
  }
  if (null >= 0) ::close(null);
  if (pid < 0) return Fail(Fault::kUnavailable, "WeasyPrint could not be started");
  const auto until = std::chrono::steady_clock::now() + patience;
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid) break;
    if (ended < 0 && errno != EINTR) return Fail(Fault::kUnavailable, "WeasyPrint was lost sight of");
    if (std::chrono::steady_clock::now() > until) {
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, &status, 0);
      ::unlink(pdf.c_str());
      return Fail(Fault::kUnavailable, "WeasyPrint took longer than " + FormatDuration(patience));
    }
    std::this_thread::sleep_for(milliseconds{20});
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !Exists(pdf)) return Fail(Fault::kUnavailable, "WeasyPrint failed");
  return {};
}

}  // namespace heed
