// Other people's programs, run by a test.
#pragma once

#include <string>

namespace heed {

struct Shell {
  int code = -1;
  std::string out;  // and standard error
};

// Runs a line of shell in `folder`.
Shell InShell(const std::string& line, const std::string& folder);

// Whether a program is installed; says loudly that a test is skipped where it is not.
bool Have(const char* program);

}  // namespace heed
