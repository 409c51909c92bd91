#include "src/cli/command.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {

int ExitFor(Fault fault) {
  switch (fault) {
    case Fault::kInvalid: return kExitConfig;
    case Fault::kNotFound:
    case Fault::kGone: return kExitMissing;
    case Fault::kBusy:
    case Fault::kUnsupported:
    case Fault::kMalformed:
    case Fault::kExists:
    case Fault::kIo: return kExitStore;
    default: return kExitPartly;
  }
}

int Complain(const Error& error) {
  // A message may quote a server: nothing of it may steer the terminal.  Mistakes come one a line.
  for (const auto line : Split(error.message(), '\n')) std::fprintf(stderr, "heed: %s\n", ForTerminal(line).c_str());
  return ExitFor(error.fault());
}

void Print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(STDOUT_FILENO, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

std::string Masked(std::string_view text, const std::vector<Hit>& hits, bool reveal) {
  if (reveal) return std::string(text);
  std::vector<bool> hurtful(text.size(), false);
  for (const auto& hit : hits)
    for (std::size_t i = hit.begin; i < std::min<std::size_t>(hit.end, text.size()); ++i) hurtful[i] = true;
  std::string out;
  bool inside = false;  // a word of which the first letter has been shown
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = NextChar(text, at);
    const bool letter = c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '\'' || c == '*' || c == '@' || c == '$';
    if (hurtful[from] && letter && inside) AppendUtf8(out, 0x2022);
    else out.append(text, from, at - from);
    inside = letter;
  }
  return out;
}

}  // namespace heed
