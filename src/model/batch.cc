#include "src/model/batch.h"

namespace heed {

std::string_view ToString(BulkVerb verb) {
  switch (verb) {
    case BulkVerb::kClaim: return "claim";
    case BulkVerb::kRelease: return "release";
    case BulkVerb::kAssign: return "assign";
    case BulkVerb::kSnooze: return "snooze";
    case BulkVerb::kDecide: return "decide";
    case BulkVerb::kUndo: return "undo";
  }
  return "unknown";
}

std::optional<BulkVerb> ParseBulkVerb(std::string_view name) {
  for (const auto verb : kBulkVerbs)
    if (ToString(verb) == name) return verb;
  return std::nullopt;
}

}  // namespace heed
