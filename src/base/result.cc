#include "src/base/result.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "src/base/check.h"

namespace heed {
namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 13> kNames = {{
    {Fault::kInvalid, "invalid"},
    {Fault::kNotFound, "not-found"},
    {Fault::kExists, "exists"},
    {Fault::kSignIn, "needs-sign-in"},
    {Fault::kDenied, "denied"},
    {Fault::kBusy, "busy"},
    {Fault::kUnavailable, "unavailable"},
    {Fault::kMalformed, "malformed"},
    {Fault::kTooLarge, "too-large"},
    {Fault::kGone, "gone"},
    {Fault::kUnsupported, "unsupported"},
    {Fault::kIo, "io"},
    {Fault::kCancelled, "cancelled"},
}};

}  // namespace

std::string_view ToString(Fault fault) {
  for (const auto& [value, name] : kNames)
    if (value == fault) return name;
  return "unknown";
}

std::optional<Fault> ParseFault(std::string_view name) {
  for (const auto& [value, text] : kNames)
    if (text == name) return value;
  return std::nullopt;
}

namespace internal {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "heed: internal error at %s:%d: %s does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace internal
}  // namespace heed
