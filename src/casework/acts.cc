#include "src/casework/acts.h"

#include <algorithm>
#include <utility>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/casework/details.h"
#include "src/model/report.h"

namespace heed {
namespace {

std::string Name(const Case& c) { return "case " + std::to_string(c.id); }
std::string Name(const Case& c, const Response& response) {
  return Name(c) + ", response " + std::to_string(response.number) + " (" + std::string(ToString(response.kind)) + ")";
}
Error Invalid(std::string why) { return Error{Fault::kInvalid, std::move(why)}; }

// Grows a change event by event.  Every event goes through ApplyAct(), so the row is what folding the events gives.
class Changing {
 public:
  Changing(const Case& before, std::string_view actor, Instant at) : actor_(actor), at_(at) { change_.after = before; }

  Done Add(EventKind kind, const ActDetails& details) {
    Event event;
    event.case_id = change_.after.id;
    event.kind = kind;
    event.at = at_;
    event.actor = actor_;
    event.details = WriteAct(details);
    change_.after = HEED_TRY(ApplyAct(change_.after, event));
    change_.events.push_back(std::move(event));
    return {};
  }
  const Case& now() const { return change_.after; }
  Change Take() { return std::move(change_); }

 private:
  std::string_view actor_;
  Instant at_;
  Change change_;
};

Result<Change> One(const Case& before, std::string_view actor, Instant at, EventKind kind, const ActDetails& details) {
  if (Trim(actor).empty()) return Fail(Invalid(Name(before) + ": an act needs the name of who does it"));
  Changing changing(before, actor, at);
  HEED_TRY(changing.Add(kind, details));
  return changing.Take();
}

Done NotClosed(const Case& c) {
  if (c.state == CaseState::kClosed) return Fail(Invalid(Name(c) + " is closed already"));
  return {};
}

Done NotHeldByOthers(const Case& c, std::string_view actor, Instant at) {
  const auto holder = HolderAt(c, at);
  if (holder.empty() || holder == actor) return {};
  return Fail(Fault::kBusy, Name(c) + " is being worked on by " + std::string(holder) + " until " + FormatLocal(*c.held_until) + "; ask them, or wait until then");
}

Done Needs(const Case& c, std::string_view what, std::string_view text) {
  if (Trim(text).empty()) return Fail(Invalid(Name(c) + ": " + std::string(what)));
  return {};
}

Result<Response*> Find(Case& c, std::uint32_t number) {
  for (auto& response : c.responses)
    if (response.number == number) return &response;
  return Fail(Fault::kNotFound, Name(c) + " has no response " + std::to_string(number));
}

Result<const Response*> Find(const Case& c, std::uint32_t number) {
  if (const auto* response = c.FindResponse(number)) return response;
  return Fail(Fault::kNotFound, Name(c) + " has no response " + std::to_string(number));
}

Done MustBe(const Case& c, const Response& response, std::initializer_list<ResponseState> states, std::string_view deed) {
  if (std::find(states.begin(), states.end(), response.state) != states.end()) return {};
  return Fail(Invalid(Name(c, response) + " is " + std::string(ToString(response.state)) + ": it cannot be " + std::string(deed)));
}

Done HoldIsOver(const Case& c, const Response& response, Instant at) {
  if (response.leaves_at && at >= *response.leaves_at) return {};
  return Fail(Invalid(Name(c, response) + " may be cancelled until " + (response.leaves_at ? FormatLocal(*response.leaves_at) : "it is approved") + "; nothing leaves before that"));
}

// Where a decided case stands, from its responses.
void Settle(Case& c) {
  if (c.state == CaseState::kClosed) return;
  const bool waits = std::any_of(c.responses.begin(), c.responses.end(), [](const Response& r) { return r.state == ResponseState::kProposed; });
  c.state = !c.decision ? CaseState::kQueued : waits ? CaseState::kApproval : CaseState::kResponding;
}

std::string PresenceWords() {
  std::string all;
  for (const auto presence : kPresences) all += (all.empty() ? "" : ", ") + std::string(ToString(presence));
  return all;
}

bool IsGoneWord(std::string_view presence) {
  const auto read = ParsePresence(presence);
  return read && IsGone(*read);
}

void EndLease(Case& c) {
  c.holder.clear();
  c.held_until.reset();
}

// An approver's, canceller's or proposer's word on a response.
void Rule(Response& response, ResponseState state, const Event& event, const ActDetails& details) {
  response.state = state;
  response.decided_by = event.actor;
  response.decided_at = event.at;
  response.note = details.why;
}

// One decision, one report: what was refused, sent back or cancelled may be proposed anew, by a person.
Done NotReportedYet(const Case& c, ResponseKind kind, std::string_view to) {
  for (const auto& response : c.responses) {
    const bool counts = IsLive(response.state) || response.state == ResponseState::kDone;
    if (counts && response.kind == kind && response.to == to && response.proposed_at >= c.decision->at)
      return Fail(Invalid(Name(c, response) + " to " + response.to + " is " + std::string(ToString(response.state)) + ": one decision, one report"));
  }
  return {};
}

Done AddProposal(Changing& changing, const Proposal& proposal) {
  const Case& c = changing.now();
  if (!c.decision) return Fail(Invalid(Name(c) + ": decide first what it is, then what to do about it"));
  if (!Allows(c.decision->finding, proposal.kind))
    return Fail(Invalid(Name(c) + " was found to be \"" + std::string(ToString(c.decision->finding)) + "\": \"" + std::string(ToString(proposal.kind)) + "\" is no response to that"));
  HEED_TRY(Needs(c, "a response needs the text that would leave the school", proposal.text));
  if (LeavesByInterface(proposal.kind)) HEED_TRY(NotReportedYet(c, proposal.kind, proposal.to));
  ActDetails details;
  details.response = static_cast<std::uint32_t>(c.responses.size()) + 1;
  details.kind = proposal.kind;
  details.to = proposal.to;
  details.text = proposal.text;
  details.options = proposal.options;
  return changing.Add(EventKind::kProposed, details);
}

}  // namespace

Result<Case> ApplyAct(const Case& before, const Event& event) {
  const ActDetails details = HEED_TRY(ReadAct(event.details));
  Case c = before;
  const auto response = [&]() { return Find(c, details.response); };
  switch (event.kind) {
    case EventKind::kClaimed:
      HEED_TRY(NotClosed(c));
      if (!details.until) return Fail(Fault::kMalformed, "a claim without an end");
      c.holder = event.actor;
      c.held_until = details.until;
      break;
    case EventKind::kReleased: EndLease(c); break;
    case EventKind::kAssigned:
      HEED_TRY(NotClosed(c));
      EndLease(c);
      c.assigned_to = details.to;
      break;
    case EventKind::kSnoozed:
      HEED_TRY(NotClosed(c));
      c.snoozed_until = details.until;
      break;
    case EventKind::kNoted:
    case EventKind::kTaken: break;
    case EventKind::kDecided:
      HEED_TRY(NotClosed(c));
      if (!details.finding) return Fail(Fault::kMalformed, "a decision without a finding");
      c.decision = Decision{*details.finding, details.category, details.severity, details.clause, details.why, event.actor, event.at};
      c.snoozed_until.reset();
      EndLease(c);
      break;
    case EventKind::kUndone:
      if (!c.decision) return Fail(Invalid(Name(c) + " has no decision to take back"));
      for (auto& each : c.responses)
        if (each.state == ResponseState::kProposed) Rule(each, ResponseState::kCancelled, event, details);
      c.decision.reset();
      c.closed_at.reset();
      c.state = CaseState::kQueued;
      break;
    case EventKind::kProposed: {
      HEED_TRY(NotClosed(c));
      if (!c.decision || !details.kind || details.response != c.responses.size() + 1) return Fail(Fault::kMalformed, "a response that does not fit its case");
      Response made;
      made.number = details.response;
      made.kind = *details.kind;
      made.to = details.to;
      made.text = details.text;
      made.options = details.options;
      made.proposed_by = event.actor;
      made.proposed_at = event.at;
      if (!NeedsApproval(c.decision->finding, made.kind)) {
        made.state = ResponseState::kDone;
        made.done_at = event.at;
      }
      c.responses.push_back(std::move(made));
      break;
    }
    case EventKind::kApproved: {
      Response& r = *HEED_TRY(response());
      if (!details.until) return Fail(Fault::kMalformed, "an approval without an end of its hold");
      Rule(r, ResponseState::kHeld, event, details);
      r.leaves_at = details.until;
      break;
    }
    case EventKind::kSentBack: Rule(*HEED_TRY(response()), ResponseState::kSentBack, event, details); break;
    case EventKind::kDeclined: Rule(*HEED_TRY(response()), ResponseState::kDeclined, event, details); break;
    case EventKind::kCancelled: Rule(*HEED_TRY(response()), ResponseState::kCancelled, event, details); break;
    case EventKind::kSending: HEED_TRY(response())->state = ResponseState::kSending; break;
    case EventKind::kSent: {
      Response& r = *HEED_TRY(response());
      if (!details.outcome) return Fail(Fault::kMalformed, "an answer without an outcome");
      r.state = *details.outcome;
      if (r.state == ResponseState::kDone) r.done_at = event.at;
      if (r.state == ResponseState::kRefused) r.leaves_at.reset();
      r.appeal_by = r.state == ResponseState::kRefused ? details.until : std::nullopt;
      if (!details.reference.empty()) r.reference = details.reference;
      r.note = details.why;
      break;
    }
    case EventKind::kPostponed: {
      Response& r = *HEED_TRY(response());
      if (!details.until) return Fail(Fault::kMalformed, "a postponement without its end");
      r.state = ResponseState::kHeld;
      r.leaves_at = details.until;
      r.note = details.why;
      break;
    }
    case EventKind::kChecked:
      c.presence_confirmed = IsGoneWord(details.presence) && IsGoneWord(c.presence) && (c.presence_confirmed || (c.checked_at && event.at >= *c.checked_at + kConfirmAfter));
      c.presence = details.presence;
      c.checked_at = event.at;
      break;
    case EventKind::kClosed:
      HEED_TRY(NotClosed(c));
      c.state = CaseState::kClosed;
      c.closed_at = event.at;
      c.snoozed_until.reset();
      EndLease(c);
      break;
    case EventKind::kHoldPlaced:
      if (!details.until || details.why.empty()) return Fail(Fault::kMalformed, "a hold without purpose or review");
      c.hold = LegalHold{details.why, event.actor, c.hold ? c.hold->since : event.at, *details.until};
      break;
    case EventKind::kHoldReleased:
      if (!c.hold) return Fail(Invalid(Name(c) + " is under no hold"));
      c.hold.reset();
      break;
    case EventKind::kWithdrawn: c.withdrawn_at = event.at; break;  // the store's own (Expire)
    case EventKind::kOpened:
    case EventKind::kEdited:
    case EventKind::kReopened:
    case EventKind::kCaptured:
    case EventKind::kExported:  // Fold() has dealt with them
    case EventKind::kClockSet:  // of no case
    case EventKind::kErased: return Fail(Fault::kInvalid, "not something a person does");
  }
  Settle(c);
  ++c.events;
  return c;
}

Result<Change> Claim(const Case& before, std::string_view actor, Instant at, minutes lease) {
  HEED_TRY(NotClosed(before));
  HEED_TRY(NotHeldByOthers(before, actor, at));
  return One(before, actor, at, EventKind::kClaimed, {.until = at + lease});
}

Result<Change> Release(const Case& before, std::string_view actor, Instant at) {
  if (HolderAt(before, at).empty()) return Fail(Invalid(Name(before) + " is held by nobody"));
  HEED_TRY(NotHeldByOthers(before, actor, at));
  return One(before, actor, at, EventKind::kReleased, {});
}

Result<Change> Assign(const Case& before, std::string_view actor, std::string_view to, std::string_view note, Instant at) {
  HEED_TRY(NotClosed(before));
  return One(before, actor, at, EventKind::kAssigned, {.why = std::string(note), .to = std::string(to)});
}

Result<Change> Snooze(const Case& before, std::string_view actor, Instant until, std::string_view why, Instant at) {
  HEED_TRY(NotClosed(before));
  HEED_TRY(NotHeldByOthers(before, actor, at));
  if (until <= at) return Fail(Invalid(Name(before) + ": a case is snoozed until some time ahead"));
  return One(before, actor, at, EventKind::kSnoozed, {.why = std::string(why), .until = until});
}

Result<Change> Wake(const Case& before, std::string_view actor, std::string_view why, Instant at) {
  HEED_TRY(NotClosed(before));
  HEED_TRY(NotHeldByOthers(before, actor, at));
  if (!before.snoozed_until || *before.snoozed_until <= at) return Fail(Invalid(Name(before) + " is not left for later"));
  return One(before, actor, at, EventKind::kSnoozed, {.why = std::string(why)});
}

Result<Change> Take(const Case& before, std::string_view actor, Instant at) {
  if (before.state != CaseState::kBacklog) return Fail(Invalid(Name(before) + " is not in the backlog"));
  return One(before, actor, at, EventKind::kTaken, {});
}

Result<Change> AddNote(const Case& before, std::string_view actor, std::string_view text, Instant at) {
  HEED_TRY(Needs(before, "a note needs words", text));
  return One(before, actor, at, EventKind::kNoted, {.why = std::string(text)});
}

Result<Change> Decide(const Case& before, std::string_view actor, const NewDecision& decision, Instant at) {
  HEED_TRY(NotClosed(before));
  HEED_TRY(NotHeldByOthers(before, actor, at));
  HEED_TRY(Needs(before, "a decision needs the name of who makes it", actor));
  HEED_TRY(Needs(before, "a decision needs a reason", decision.why));
  if (before.decision) return Fail(Invalid(Name(before) + " was decided by " + before.decision->by + " already; take that back first"));
  ActDetails details;
  details.finding = decision.finding;
  details.why = Trim(decision.why);
  if (decision.finding == Finding::kBreach) {
    if (!decision.category || decision.severity < 1 || decision.severity > 4) return Fail(Invalid(Name(before) + ": a breach needs its category and its severity from 1 to 4"));
    details.category = decision.category;
    details.severity = decision.severity;
    details.clause = decision.clause;
  }
  Changing changing(before, actor, at);
  HEED_TRY(changing.Add(EventKind::kDecided, details));
  for (const auto& proposal : decision.proposals) HEED_TRY(AddProposal(changing, proposal));
  const bool settled = decision.finding == Finding::kCriticism || decision.finding == Finding::kNotOurs;
  const bool live = std::any_of(changing.now().responses.begin(), changing.now().responses.end(), [](const Response& r) { return IsLive(r.state); });
  if (decision.close && live) return Fail(Invalid(Name(before) + ": it can be closed when its responses are done or cancelled"));
  if (decision.close || (settled && !live)) HEED_TRY(changing.Add(EventKind::kClosed, {.why = details.why}));
  return changing.Take();
}

Result<Change> Undo(const Case& before, std::string_view actor, std::string_view why, Instant at) {
  for (const auto& response : before.responses) {
    const bool of_this_decision = before.decision && response.proposed_at >= before.decision->at;
    const bool gone = response.state == ResponseState::kHeld || response.state == ResponseState::kSending || response.state == ResponseState::kDone || response.state == ResponseState::kUncertain;
    if (of_this_decision && gone)
      return Fail(Invalid(Name(before, response) + " is " + std::string(ToString(response.state)) + ": " + (response.state == ResponseState::kHeld ? "cancel it first" : "the decision can no longer be taken back")));
  }
  HEED_TRY(Needs(before, "taking a decision back needs a reason", why));
  return One(before, actor, at, EventKind::kUndone, {.why = std::string(Trim(why))});
}

Result<Change> Close(const Case& before, std::string_view actor, std::string_view why, Instant at) {
  HEED_TRY(NotClosed(before));
  HEED_TRY(NotHeldByOthers(before, actor, at));
  HEED_TRY(Needs(before, "closing a case needs a reason", why));
  for (const auto& response : before.responses)
    if (IsLive(response.state))
      return Fail(Invalid(Name(before, response) + " is " + std::string(ToString(response.state)) + ": the case can be closed when that is settled"));
  return One(before, actor, at, EventKind::kClosed, {.why = std::string(Trim(why))});
}

Result<Change> Propose(const Case& before, std::string_view actor, const Proposal& proposal, Instant at) {
  HEED_TRY(NotClosed(before));
  HEED_TRY(NotHeldByOthers(before, actor, at));
  HEED_TRY(Needs(before, "a proposal needs the name of who makes it", actor));
  Changing changing(before, actor, at);
  HEED_TRY(AddProposal(changing, proposal));
  return changing.Take();
}

Result<Change> Approve(const Case& before, std::string_view actor, std::uint32_t number, seconds hold, Instant at) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kProposed}, "approved"));
  if (response.proposed_by == actor) return Fail(Fault::kDenied, Name(before, response) + " was proposed by " + std::string(actor) + ": somebody else must approve it");
  // What was locked after it was proposed stays in the school.
  if (!before.decision || !Allows(before.decision->finding, response.kind)) return Fail(Invalid(Name(before, response) + " no longer fits what the case was found to be"));
  if (actor == "heed") return Fail(Fault::kDenied, Name(before, response) + ": only a person approves");
  return One(before, actor, at, EventKind::kApproved, {.until = at + std::max(hold, seconds{0}), .response = number});
}

Result<Change> SendBack(const Case& before, std::string_view actor, std::uint32_t number, std::string_view why, Instant at) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kProposed}, "sent back"));
  HEED_TRY(Needs(before, "sending back needs a reason: what should be different?", why));
  return One(before, actor, at, EventKind::kSentBack, {.why = std::string(Trim(why)), .response = number});
}

Result<Change> Decline(const Case& before, std::string_view actor, std::uint32_t number, std::string_view why, Instant at) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kProposed}, "declined"));
  HEED_TRY(Needs(before, "declining needs a reason", why));
  return One(before, actor, at, EventKind::kDeclined, {.why = std::string(Trim(why)), .response = number});
}

Result<Change> Cancel(const Case& before, std::string_view actor, std::uint32_t number, std::string_view why, Instant at) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kProposed, ResponseState::kHeld}, "cancelled"));
  return One(before, actor, at, EventKind::kCancelled, {.why = std::string(Trim(why)), .response = number});
}

Result<Change> StartSending(const Case& before, std::string_view actor, std::uint32_t number, Instant at, std::string_view channel) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kHeld}, "sent"));
  HEED_TRY(HoldIsOver(before, response, at));
  // What was locked after it was approved stays in the school.
  if (!before.decision || !Allows(before.decision->finding, response.kind)) return Fail(Invalid(Name(before, response) + " no longer fits what the case was found to be"));
  return One(before, actor, at, EventKind::kSending, {.to = std::string(channel), .response = number});
}

Result<Change> Postpone(const Case& before, std::string_view actor, std::uint32_t number, Instant until, std::string_view why, Instant at) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kSending}, "postponed"));
  return One(before, actor, at, EventKind::kPostponed, {.why = std::string(Trim(why)), .until = std::max(until, at), .response = number});
}

Result<Change> FinishSending(const Case& before, std::string_view actor, std::uint32_t number, const Sent& sent, Instant at) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kHeld, ResponseState::kSending, ResponseState::kUncertain}, "finished"));
  const bool settled = sent.outcome == ResponseState::kDone || sent.outcome == ResponseState::kRefused;
  if (!settled && !(sent.outcome == ResponseState::kUncertain && response.state == ResponseState::kSending))
    return Fail(Invalid(Name(before, response) + ": sending ends with done, refused or uncertain"));
  if (response.state == ResponseState::kHeld) HEED_TRY(HoldIsOver(before, response, at));
  return One(before, actor, at, EventKind::kSent, {.why = sent.answer, .until = sent.outcome == ResponseState::kRefused ? sent.appeal_by : std::nullopt, .response = number, .reference = sent.reference, .outcome = sent.outcome});
}

Result<Change> Progress(const Case& before, std::string_view actor, std::uint32_t number, const std::vector<std::size_t>& steps, Instant at) {
  const Response& response = *HEED_TRY(Find(before, number));
  HEED_TRY(MustBe(before, response, {ResponseState::kHeld, ResponseState::kUncertain}, "worked on"));
  if (response.state == ResponseState::kHeld) HEED_TRY(HoldIsOver(before, response, at));
  JsonWriter list;
  list.Object().Key("steps").Array();
  for (const auto step : steps) list.Int(static_cast<std::int64_t>(step));
  list.EndArray().EndObject();
  return One(before, actor, at, EventKind::kNoted, {.why = std::to_string(steps.size()) + (steps.size() == 1 ? " step is done" : " steps are done"), .response = number, .options = list.Take()});
}

std::vector<std::size_t> StepsDone(const std::vector<Event>& history, std::uint32_t number) {
  std::vector<std::size_t> steps;
  for (const auto& event : history) {
    if (event.kind != EventKind::kNoted || event.erased) continue;
    const auto details = ReadAct(event.details);
    if (!details || details->response != number || details->options.empty()) continue;
    JsonParser parser;
    const auto options = parser.Parse(details->options);
    if (!options) continue;
    steps.clear();
    (*options)["steps"].Each([&](Json step) {
      if (const auto one = step.Int(); one && *one >= 0) steps.push_back(static_cast<std::size_t>(*one));
    });
  }
  return steps;
}

Result<Change> Checked(const Case& before, std::string_view actor, std::string_view presence, std::string_view answer, Instant at) {
  HEED_TRY(Needs(before, "a check needs what it found", presence));
  if (!ParsePresence(presence)) return Fail(Invalid(Name(before) + ": \"" + std::string(presence) + "\" is no finding of a re-check; there are: " + PresenceWords()));
  return One(before, actor, at, EventKind::kChecked, {.why = std::string(answer), .presence = std::string(presence)});
}

Result<Change> PlaceHold(const Case& before, std::string_view actor, std::string_view purpose, Instant review_at, Instant at) {
  HEED_TRY(Needs(before, "a hold needs its purpose: which claim, which report to the police", purpose));
  if (before.decision && before.decision->finding == Finding::kChildImage)
    return Fail(Invalid(Name(before) + " is about a sexual image of a child: nothing of it is kept beyond its time here; the police hold the evidence"));
  if (review_at <= at || review_at > at + kLongestHold)
    return Fail(Invalid(Name(before) + ": a hold is looked at again within " + std::to_string(kLongestHold.count()) + " days, on a day that is still to come"));
  return One(before, actor, at, EventKind::kHoldPlaced, {.why = std::string(Trim(purpose)), .until = review_at});
}

Result<Change> ReleaseHold(const Case& before, std::string_view actor, std::string_view why, Instant at) {
  if (!before.hold) return Fail(Invalid(Name(before) + " is under no hold"));
  HEED_TRY(Needs(before, "releasing a hold needs a reason", why));
  return One(before, actor, at, EventKind::kHoldReleased, {.why = std::string(Trim(why))});
}

}  // namespace heed
