#include "src/casework/bulk.h"

#include <algorithm>

#include "src/base/text.h"
#include "src/casework/details.h"

namespace heed {
namespace {

Error LeftOut(std::string why) { return Error{Fault::kInvalid, std::move(why)}; }

// Every event says that it was one of several.
Result<Change> Marked(Result<Change> change, std::string_view batch) {
  if (!change) return change;
  for (auto& event : change->events) {
    ActDetails details = HEED_TRY(ReadAct(event.details));
    details.batch = batch;
    event.details = WriteAct(details);
  }
  return change;
}

Done MayBeTouched(const Case& c, std::string_view actor, Instant at) {
  if (c.state == CaseState::kClosed) return Fail(LeftOut("is closed"));
  const auto holder = HolderAt(c, at);
  if (!holder.empty() && holder != actor) return Fail(LeftOut("is being worked on by " + std::string(holder)));
  return {};
}

Result<Change> Make(const Case& c, const BulkAct& act, std::string_view actor, Instant at) {
  HEED_TRY(MayBeTouched(c, actor, at));
  switch (act.verb) {
    case BulkVerb::kClaim: return Claim(c, actor, at);
    case BulkVerb::kRelease:
      if (HolderAt(c, at).empty()) return Fail(LeftOut("is held by nobody"));
      return Release(c, actor, at);
    case BulkVerb::kAssign: return Assign(c, actor, act.to, act.why, at);
    case BulkVerb::kSnooze:
      if (c.decision) return Fail(LeftOut("was decided by " + c.decision->by));
      if (!act.until) return Fail(LeftOut("cannot be left for later without a time"));
      return Snooze(c, actor, *act.until, act.why, at);
    case BulkVerb::kDecide:
      if (c.decision) return Fail(LeftOut("was decided by " + c.decision->by));
      if (std::ranges::find(kBulkFindings, act.decision.finding) == kBulkFindings.end()) return Fail(LeftOut("needs to be looked at on its own for that"));
      return Decide(c, actor, act.decision, at);
    case BulkVerb::kUndo: break;
  }
  return Fail(LeftOut("cannot be acted on like that"));
}

}  // namespace

Result<Change> DoInBulk(const Case& before, const BulkAct& act, std::string_view actor, Instant at, std::string_view batch) { return Marked(Make(before, act, actor, at), batch); }

std::string InWords(const BulkAct& act, const Case& c) {
  switch (act.verb) {
    case BulkVerb::kClaim: return "would be yours for half an hour";
    case BulkVerb::kRelease: return "would no longer be held by you";
    case BulkVerb::kAssign: return act.to.empty() ? "would be everybody's" : "would be handed over to " + act.to;
    case BulkVerb::kSnooze: return "would be left until " + FormatLocal(act.until.value_or(Instant{}));
    case BulkVerb::kDecide: {
      const bool closes = act.decision.finding != Finding::kBreach && std::ranges::none_of(c.responses, [](const Response& response) { return IsLive(response.state); });
      std::string words = "would be decided as " + std::string(ToString(act.decision.finding));
      if (act.decision.category) words += " (" + std::string(ToString(*act.decision.category)) + ", severity " + std::to_string(act.decision.severity) + ")";
      return words + (closes ? ", and closed" : ", and wait for a response");
    }
    case BulkVerb::kUndo: break;
  }
  return {};
}

Result<Change> UndoInBulk(const Case& c, const Batch& batch, const Batch::Item& item, std::string_view actor, Instant at, std::string_view undo) {
  if (c.events != item.events) return Fail(LeftOut("was changed since"));
  if (const auto holder = HolderAt(c, at); !holder.empty() && holder != actor) return Fail(LeftOut("is being worked on by " + std::string(holder)));
  const std::string why = "taken back together with others";
  switch (batch.verb) {
    case BulkVerb::kClaim:
      if (HolderAt(c, at).empty()) return Fail(LeftOut("is held by nobody any more"));
      return Marked(Release(c, actor, at), undo);
    case BulkVerb::kRelease: return Marked(Claim(c, actor, at), undo);
    case BulkVerb::kAssign: return Marked(Assign(c, actor, item.assigned_to, why, at), undo);
    case BulkVerb::kSnooze:
      if (item.snoozed_until && *item.snoozed_until > at) return Marked(Snooze(c, actor, *item.snoozed_until, why, at), undo);
      if (!c.snoozed_until || *c.snoozed_until <= at) return Fail(LeftOut("is shown again already"));
      return Marked(Wake(c, actor, why, at), undo);
    case BulkVerb::kDecide:
      if (!c.decision) return Fail(LeftOut("has no decision to take back"));
      return Marked(Undo(c, actor, why, at), undo);
    case BulkVerb::kUndo: break;
  }
  return Fail(LeftOut("cannot be taken back"));
}

}  // namespace heed
