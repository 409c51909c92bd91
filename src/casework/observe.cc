#include "src/casework/observe.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "src/casework/acts.h"
#include "src/casework/details.h"

namespace heed {
namespace {

constexpr std::string_view kHeed = "heed";

Instant PostedAt(const Sighting& sighting) {
  const Instant seen = sighting.post.first_seen_at == Instant{} ? sighting.at : sighting.post.first_seen_at;
  return std::clamp(sighting.post.created_at.value_or(seen), Instant{}, std::max(seen, Instant{}));
}

// Whether a person should look.
bool Wanted(const Assessment& assessment) { return assessment.flag || !assessment.could_not_judge.empty(); }

bool AtLeastAsBad(const Assessment& now, const Assessment& shown) {
  return std::tuple(QueueRank(now), now.priority) >= std::tuple(QueueRank(shown), shown.priority);
}

// The one place that says what each of these kinds does to a row, for Observe and Fold alike.
Case Apply(Case c, EventKind kind, Facts facts, Instant at) {
  if (kind == EventKind::kOpened) {
    c.school = std::move(facts.school);
    c.global_id = std::move(facts.global_id);
    c.source = std::move(facts.source);
    c.posted_at = facts.posted_at;
  }
  const bool afresh = kind != EventKind::kEdited;
  if (afresh) {
    c.state = facts.backlog ? CaseState::kBacklog : CaseState::kQueued;
    c.closed_at.reset();
    c.opened_at = at;
    c.decision.reset();
    c.holder.clear();
    c.held_until.reset();
    c.presence_confirmed = false;  // it has been seen since
  } else if (c.state == CaseState::kBacklog) {
    c.state = CaseState::kQueued;  // its author is at it now: it is old no more
  }
  c.snoozed_until.reset();
  c.withdrawn_at.reset();  // there are words again
  c.version = std::move(facts.version);
  c.versions = facts.versions;
  if (afresh || (Wanted(facts.assessment) && AtLeastAsBad(facts.assessment, c.assessment))) {
    c.worst = c.version;
    c.assessment = std::move(facts.assessment);
  }
  ++c.events;
  return c;
}

std::optional<EventKind> KindOf(const Case* before, const Sighting& sighting, std::string_view version) {
  if (!before) return Wanted(sighting.assessment) ? std::optional(EventKind::kOpened) : std::nullopt;
  if (before->version == version) return std::nullopt;
  if (before->state == CaseState::kClosed) return Wanted(sighting.assessment) ? std::optional(EventKind::kReopened) : std::nullopt;
  return sighting.version_known ? std::nullopt : std::optional(EventKind::kEdited);
}

}  // namespace

std::optional<Change> Observe(const Case* before, const Sighting& sighting) {
  Facts facts;
  facts.version = ContentVersion(sighting.post);
  const auto kind = KindOf(before, sighting, facts.version);
  if (!kind) return std::nullopt;
  facts.school = sighting.school;
  facts.global_id = sighting.post.global_id;
  facts.posted_at = PostedAt(sighting);
  facts.backlog = sighting.backlog && *kind == EventKind::kOpened;
  facts.source = sighting.source;
  facts.versions = sighting.versions;
  facts.assessment = sighting.assessment;

  Change change;
  Event& event = change.events.emplace_back();
  event.case_id = before ? before->id : 0;
  event.kind = *kind;
  event.at = sighting.at;
  event.actor = kHeed;
  event.details = WriteFacts(*kind, facts);
  change.after = Apply(before ? *before : Case{}, *kind, std::move(facts), sighting.at);
  return change;
}

Result<Case> Fold(const Case& before, const Event& event) {
  const std::string name = "event " + std::to_string(event.sequence) + " (" + std::string(ToString(event.kind)) + ")";
  const bool first = before.events == 0;
  // Their details say nothing of the row: a capture that was withdrawn folds too.
  if (!first && (event.kind == EventKind::kCaptured || event.kind == EventKind::kExported)) {
    Case after = before;
    ++after.events;
    return after;
  }
  if (event.erased || event.kind == EventKind::kErased) return Fail(Fault::kGone, name + ": its case was erased");
  const bool closed = before.state == CaseState::kClosed;
  const bool sighting = event.kind == EventKind::kOpened || event.kind == EventKind::kEdited || event.kind == EventKind::kReopened;
  if (!sighting) {
    auto after = first ? Result<Case>(Fail(Fault::kInvalid, "it cannot come first")) : ApplyAct(before, event);
    if (!after) return Fail(std::move(after).error().While(name));
    return after;
  }
  const bool fits = event.kind == EventKind::kOpened ? first : event.kind == EventKind::kReopened ? !first && closed : !first && !closed;
  if (!fits) return Fail(Fault::kInvalid, name + " cannot follow what came before it");
  auto facts = ReadFacts(event.kind, event.details);
  if (!facts) return Fail(std::move(facts).error().While(name));
  Case after = Apply(before, event.kind, *std::move(facts), event.at);
  after.id = event.case_id;
  return after;
}

}  // namespace heed
