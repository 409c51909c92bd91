// `heed match`: JSON Lines in, verdicts out, in the same order, in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pipeline/judge.h"
#include "src/base/result.h"

namespace heed {

struct MatchReport {
  std::uint64_t lines = 0, unreadable = 0;
};

// Reads {"id", "text"} lines from descriptor `in` and writes one line per line to `out`:
//   {"id", "flag", "priority", "categories", "protected", "hits": [{"rule", "start", "end", "why"}]}
// with "could_not_judge" where that is so; offsets are bytes of the text, half open.  A line that cannot be read gives
// {"line", "error"} in its place; lines that are empty or blank give nothing.  A line over kMaxLine bytes is unreadable.
// Errors: kIo when `out` cannot be written or `in` cannot be read.
inline constexpr std::size_t kMaxLine = 16u << 20;
// So many threads judge; one more reads and writes where they are two or more.  The order of the verdicts is that of the lines.
Result<MatchReport> Match(const Judge& judge, MentionPolicy policy, int in, int out, std::size_t threads = 1);

}  // namespace heed
