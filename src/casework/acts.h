// What people do to a case: claim, hand over, decide, propose, approve, send, close.
//
// Pure: each takes the case as it was read and gives the change to be recorded, or says why it cannot be.  The store refuses a
// change made from a row that has moved on, so two people never overwrite each other.  Who may do what by their role
// is asked at the door (the console); that nobody approves what they proposed themselves is asked here.
//
// `actor` is a person's id, or "heed" for what the schedule does.  Faults: kInvalid (says what to do instead), kBusy (somebody
// else holds the case), kDenied (not by this person), kNotFound (no such response).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/case.h"

namespace heed {

// --- who works on it

// A lease, for the actor alone until it runs out, is released, or the case is decided.  Claiming again renews it.
inline constexpr minutes kLease{30};
Result<Change> Claim(const Case& before, std::string_view actor, Instant at, minutes lease = kLease);
Result<Change> Release(const Case& before, std::string_view actor, Instant at);
// Ends a lease, whoever holds it.  `to` empty: to nobody, back to all.
Result<Change> Assign(const Case& before, std::string_view actor, std::string_view to, std::string_view note, Instant at);
Result<Change> Snooze(const Case& before, std::string_view actor, Instant until, std::string_view why, Instant at);
// Shown again now.
Result<Change> Wake(const Case& before, std::string_view actor, std::string_view why, Instant at);
// Out of the backlog, to wait with the others.
Result<Change> Take(const Case& before, std::string_view actor, Instant at);
Result<Change> AddNote(const Case& before, std::string_view actor, std::string_view text, Instant at);

// --- what is decided

// What would leave the school, as somebody proposes it.
struct Proposal {
  ResponseKind kind = ResponseKind::kLetter;
  std::string to, text, options;
};

// finding and why are needed; of a breach category and severity too.  Criticism and not-ours without proposals close the case
// in the same breath; so does `close`.  A response that needs nobody's approval is done with the proposal.
struct NewDecision {
  Finding finding = Finding::kCriticism;
  std::optional<Category> category;
  std::uint8_t severity = 0;
  std::string clause, why;
  std::vector<Proposal> proposals;
  bool close = false;
};
Result<Change> Decide(const Case& before, std::string_view actor, const NewDecision& decision, Instant at);
// Takes a decision back: proposals that wait are cancelled and the case is in the queue again, one that was closed too.  Not
// once a response was approved.
Result<Change> Undo(const Case& before, std::string_view actor, std::string_view why, Instant at);
// Nothing more is to be done.  Not while a response is live.
Result<Change> Close(const Case& before, std::string_view actor, std::string_view why, Instant at);

// --- what leaves the school

Result<Change> Propose(const Case& before, std::string_view actor, const Proposal& proposal, Instant at);
// By somebody else than who proposed it.  It leaves at `at + hold` at the earliest; until then Cancel() takes it back.
Result<Change> Approve(const Case& before, std::string_view actor, std::uint32_t response, seconds hold, Instant at);
Result<Change> SendBack(const Case& before, std::string_view actor, std::uint32_t response, std::string_view why, Instant at);
Result<Change> Decline(const Case& before, std::string_view actor, std::uint32_t response, std::string_view why, Instant at);
Result<Change> Cancel(const Case& before, std::string_view actor, std::uint32_t response, std::string_view why, Instant at);
// About to leave: to be recorded before anything is sent.  Only what is held, and only after its hold.
// `channel`: the account it leaves through, where there is one.
Result<Change> StartSending(const Case& before, std::string_view actor, std::uint32_t response, Instant at, std::string_view channel = {});
// What StartSending() announced did not leave, for certain: held again, and not before `until`.
Result<Change> Postpone(const Case& before, std::string_view actor, std::uint32_t response, Instant until, std::string_view why, Instant at);
// What became of it: kDone, kRefused or kUncertain after StartSending(); kDone or kRefused later on for what was uncertain; kDone of
// what is held, after its hold, where a person carries it out by hand.
struct Sent {
  ResponseState outcome = ResponseState::kDone;
  std::string reference;  // the other side's id
  std::string answer;     // in its own words
  std::optional<Instant> appeal_by;  // of what was refused: until when an appeal is taken, where it says so
};
Result<Change> FinishSending(const Case& before, std::string_view actor, std::uint32_t response, const Sent& sent, Instant at);
// How far somebody has come with carrying a response out by hand: `steps` are the numbers of those done, from 0, as in its guide.
Result<Change> Progress(const Case& before, std::string_view actor, std::uint32_t response, const std::vector<std::size_t>& steps, Instant at);
// The steps of the last Progress() of a response, in `history` (oldest first).
std::vector<std::size_t> StepsDone(const std::vector<Event>& history, std::uint32_t response);
// Whether the post is still up; `presence` is one of the nine words of a re-check (model/report.h).  On closed cases too.  "Gone" is
// confirmed when it is said twice in a row, kConfirmAfter apart.
inline constexpr minutes kConfirmAfter{2};
Result<Change> Checked(const Case& before, std::string_view actor, std::string_view presence, std::string_view answer, Instant at);

// --- how long it is kept

// A review is at most that far ahead.
inline constexpr days kLongestHold{183};
// Keeps the case beyond its time, closed ones too, for a purpose ("claim in defamation, letter of 2 November").  Said again, it moves the
// review on: the purpose may change, since when it is held does not.
Result<Change> PlaceHold(const Case& before, std::string_view actor, std::string_view purpose, Instant review_at, Instant at);
// It may expire again, from when it was closed.
Result<Change> ReleaseHold(const Case& before, std::string_view actor, std::string_view why, Instant at);

// Folding one of these events; see Fold().
Result<Case> ApplyAct(const Case& before, const Event& event);

}  // namespace heed
