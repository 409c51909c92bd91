#include "src/model/case.h"

#include <algorithm>

namespace heed {

std::string_view ToString(CaseState state) {
  switch (state) {
    case CaseState::kQueued: return "queued";
    case CaseState::kApproval: return "approval";
    case CaseState::kResponding: return "responding";
    case CaseState::kBacklog: return "backlog";
    case CaseState::kClosed: return "closed";
  }
  return "unknown";
}

std::optional<CaseState> ParseCaseState(std::string_view name) {
  for (const auto state : kCaseStates)
    if (ToString(state) == name) return state;
  return std::nullopt;
}

const Response* Case::FindResponse(std::uint32_t number) const {
  for (const auto& response : responses)
    if (response.number == number) return &response;
  return nullptr;
}

std::string BacklogWords(std::uint64_t cases) {
  if (cases == 0) return "";
  return std::to_string(cases) + (cases == 1 ? " older find of a first reading waits to be skimmed" : " older finds of first readings wait to be skimmed");
}

std::optional<Instant> GoneSince(const Case& c) {
  // What staff handed in came through no platform's interface, and no platform's terms reach it.
  return c.presence_confirmed && !c.hold && !c.withdrawn_at && !IsHandedIn(c.assessment) ? c.checked_at : std::nullopt;
}

std::string_view HolderAt(const Case& c, Instant now) { return c.held_until && now < *c.held_until ? std::string_view(c.holder) : std::string_view(); }

Ruling RulingOf(const Case& c) { return c.decision ? RulingOf(c.decision->finding) : Ruling::kNone; }

std::uint8_t QueueRank(const Assessment& assessment) {
  constexpr std::uint8_t kUnjudged = 2, kAsked = 1, kWorst = 4;
  const std::uint8_t least = !assessment.could_not_judge.empty() ? kUnjudged : assessment.flag && IsHandedIn(assessment) ? kAsked : 0;
  return std::clamp(assessment.severity, least, kWorst);
}

std::string_view ToString(EventKind kind) {
  switch (kind) {
    case EventKind::kOpened: return "opened";
    case EventKind::kEdited: return "edited";
    case EventKind::kReopened: return "reopened";
    case EventKind::kClosed: return "closed";
    case EventKind::kErased: return "erased";
    case EventKind::kClaimed: return "claimed";
    case EventKind::kReleased: return "released";
    case EventKind::kAssigned: return "assigned";
    case EventKind::kSnoozed: return "snoozed";
    case EventKind::kNoted: return "noted";
    case EventKind::kDecided: return "decided";
    case EventKind::kUndone: return "undone";
    case EventKind::kProposed: return "proposed";
    case EventKind::kApproved: return "approved";
    case EventKind::kSentBack: return "sent-back";
    case EventKind::kDeclined: return "declined";
    case EventKind::kCancelled: return "cancelled";
    case EventKind::kSending: return "sending";
    case EventKind::kSent: return "sent";
    case EventKind::kChecked: return "checked";
    case EventKind::kTaken: return "taken";
    case EventKind::kCaptured: return "captured";
    case EventKind::kExported: return "exported";
    case EventKind::kHoldPlaced: return "hold-placed";
    case EventKind::kHoldReleased: return "hold-released";
    case EventKind::kWithdrawn: return "withdrawn";
    case EventKind::kPostponed: return "postponed";
    case EventKind::kClockSet: return "clock-set";
  }
  return "unknown";
}

std::optional<EventKind> ParseEventKind(std::string_view name) {
  for (const auto kind : kEventKinds)
    if (ToString(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace heed
