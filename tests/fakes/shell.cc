#include "tests/fakes/shell.h"

#include <sys/wait.h>

#include <cstdio>

namespace heed {

Shell InShell(const std::string& line, const std::string& folder) {
  Shell shell;
  FILE* pipe = ::popen(("cd '" + folder + "' && { " + line + "\n} 2>&1").c_str(), "r");
  if (!pipe) return shell;
  char buffer[4096];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) shell.out.append(buffer, got);
  const int status = ::pclose(pipe);
  shell.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return shell;
}

bool Have(const char* program) {
  if (InShell("command -v " + std::string(program), "/").code == 0) return true;
  std::fprintf(stderr, "\n*** SKIPPED: %s is not installed; tests/packages.txt and deploy/packages.txt name it ***\n\n", program);
  return false;
}

}  // namespace heed
