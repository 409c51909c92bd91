#include "src/model/case.h"

#include <algorithm>

namespace heed {

std::string_view ToString(CaseState state) { return state == CaseState::kClosed ? "closed" : "queued"; }

std::optional<CaseState> ParseCaseState(std::string_view name) {
  for (const auto state : {CaseState::kQueued, CaseState::kClosed})
    if (ToString(state) == name) return state;
  return std::nullopt;
}

std::uint8_t QueueRank(const Assessment& assessment) {
  constexpr std::uint8_t kUnjudged = 2, kWorst = 4;
  const std::uint8_t least = assessment.could_not_judge.empty() ? 0 : kUnjudged;
  return std::clamp(assessment.severity, least, kWorst);
}

std::string_view ToString(EventKind kind) {
  switch (kind) {
    case EventKind::kOpened: return "opened";
    case EventKind::kEdited: return "edited";
    case EventKind::kReopened: return "reopened";
    case EventKind::kClosed: return "closed";
    case EventKind::kErased: return "erased";
  }
  return "unknown";
}

std::optional<EventKind> ParseEventKind(std::string_view name) {
  for (const auto kind : {EventKind::kOpened, EventKind::kEdited, EventKind::kReopened, EventKind::kClosed, EventKind::kErased})
    if (ToString(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace heed
