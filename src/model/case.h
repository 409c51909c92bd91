// A case: one post that needs a person, for one school, and the signed events that made it what it is.
//
// A case is folded from its events (src/casework); the store keeps the folded row beside them so that the
// queue can be listed without reading history.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/hash.h"
#include "src/base/time.h"
#include "src/model/assessment.h"
#include "src/model/decision.h"
#include "src/model/post.h"

namespace heed {

// Numbers are stored and are the first byte of a queue key within a school: append only.  The queue holds
// every state but kClosed.
enum class CaseState : std::uint8_t {
  kQueued = 1,      // waiting for a person
  kApproval = 3,    // decided; a response waits for a second person
  kResponding = 5,  // decided; responses are under way or done, and somebody watches what comes of them
  kBacklog = 7,     // an older find of a source's first reading: waits to be skimmed; whatever a person does to it puts it with the others
  kClosed = 9,      // decided and done
};
inline constexpr std::array kCaseStates = {CaseState::kQueued, CaseState::kApproval, CaseState::kResponding, CaseState::kBacklog, CaseState::kClosed};
std::string_view ToString(CaseState state);  // "queued", "approval", "responding", "backlog", "closed"
std::optional<CaseState> ParseCaseState(std::string_view name);

using CaseId = std::uint64_t;  // counts from 1 per installation; 0 = not given yet

// An evidence copy: somebody decided that the case is kept beyond its time, for what, and when that is looked at again.
struct LegalHold {
  std::string purpose, by;  // `by`: a person's id
  Instant since{};          // of the first decision; a later one moves `review_at` on
  Instant review_at{};

  bool operator==(const LegalHold&) const = default;
};

// A case shows the worst version of its post since it was opened (or last reopened): an author who softens
// the words afterwards neither leaves the queue nor moves back in it, because the earlier version is evidence
// and somebody may have read it.
struct Case {
  CaseId id = 0;
  std::string school;     // School::id
  std::string source;     // SourceSpec::id that first brought it
  std::string global_id;  // of the post
  std::string version;    // ContentVersion() of the last version an event tells of
  std::string worst;      // ContentVersion() of the version shown: `assessment` and its offsets are of that one
  CaseState state = CaseState::kQueued;
  Assessment assessment;  // of `worst`
  Instant posted_at{};    // see Observe(); orders the queue within a severity
  Instant opened_at{};    // or reopened last
  std::optional<Instant> closed_at;  // when state is kClosed
  std::uint32_t versions = 1;  // different ones of the post, when that event was made
  std::uint64_t events = 0;    // how many events made it

  // Who works on it.  A claim is a lease: it runs out by itself, and the case stays in the queue meanwhile.
  std::string holder;  // a person's id; empty: nobody
  std::optional<Instant> held_until;
  std::string assigned_to;
  std::optional<Instant> snoozed_until;  // shown again from then on, or when the post changes

  std::optional<Decision> decision;  // until it is undone or the case is reopened
  std::vector<Response> responses;   // by number; those of earlier openings too
  std::string presence;                // what the last re-check found ("up", "gone_by_author" ...); empty: not checked
  std::optional<Instant> checked_at;
  bool presence_confirmed = false;     // "gone" was said twice, minutes apart: only then is it told as such

  std::optional<LegalHold> hold;       // while it is there, the case does not expire
  std::optional<Instant> withdrawn_at; // the post is gone from its platform, and what its interface gave us has been removed since

  const Response* FindResponse(std::uint32_t number) const;
  bool operator==(const Case&) const = default;
};

// "12 older finds of first readings wait to be skimmed"; "" for 0.
std::string BacklogWords(std::uint64_t cases);

// Since when the post has been gone from its platform for certain, while nobody has decided to keep what heed received of it (a legal
// hold) and it is still here: what counts the days until it is removed.
std::optional<Instant> GoneSince(const Case& c);

// The holder while the lease runs, else "".
std::string_view HolderAt(const Case& c, Instant now);

// What the case's decision says of the rules that flagged its post.
Ruling RulingOf(const Case& c);

// 0..4: where the queue puts an assessment.  Its severity; but a post that could not be judged waits with
// those of severity 2 at least: behind what is known to be bad, in front of what is known to be mild.  What a person
// handed in waits with the mild at least, whatever heed thinks of it.
std::uint8_t QueueRank(const Assessment& assessment);

// What happened to a case.  Append only; numbers are stored.
enum class EventKind : std::uint8_t {
  kOpened = 1,    // a post was flagged (or could not be judged)
  kEdited = 2,    // the author changed the post; judged again
  kReopened = 3,  // an edit of a closed case's post that is flagged again
  kClosed = 4,    // a person decided
  kErased = 5,    // tombstone: the case and its post are gone, the details of its other events too
  // What staff do.
  kClaimed = 6,    // somebody works on it until ...
  kReleased = 7,   // ... and has stopped
  kAssigned = 8,   // handed to somebody, with a note
  kSnoozed = 9,    // to be shown again at ...
  kNoted = 10,     // words for colleagues
  kDecided = 11,   // a finding
  kUndone = 12,    // the decision taken back
  kProposed = 13,  // a response that waits for a second person (or needs none)
  kApproved = 14,  // by that person; it leaves after the hold
  kSentBack = 15,
  kDeclined = 16,
  kCancelled = 17,
  kSending = 18,   // about to leave: written down before it is sent
  kSent = 19,      // done, refused or uncertain: the details say which
  kChecked = 20,   // whether the post is still up
  kPostponed = 21, // what was about to leave did not: held again until ...
  kTaken = 22,     // out of the backlog, into the queue
  // What is done with the evidence; the case stays as it is.
  kCaptured = 40,  // a capture was added: its digest, how it was made
  kExported = 41,  // an evidence pack was made: its id, digest, kind, for whom
  kHoldPlaced = 42,    // the case is kept beyond its time: for what, until when that is looked at again
  kHoldReleased = 43,  // it may expire again
  kWithdrawn = 44,     // tombstone: the post is gone from its platform, so its words and what was received of it are removed here too
  // Of the installation and of no case: `case_id` is 0.
  kClockSet = 60,      // the computer's clock was set: by how much, and how that was seen (evidence/clock.h)
};
inline constexpr std::array kEventKinds = {
    EventKind::kOpened,   EventKind::kEdited,   EventKind::kReopened, EventKind::kClosed, EventKind::kErased, EventKind::kClaimed,  EventKind::kReleased,
    EventKind::kAssigned, EventKind::kSnoozed,  EventKind::kNoted,    EventKind::kDecided, EventKind::kUndone, EventKind::kProposed, EventKind::kApproved,
    EventKind::kSentBack, EventKind::kDeclined, EventKind::kCancelled, EventKind::kSending, EventKind::kSent,  EventKind::kChecked, EventKind::kPostponed,
    EventKind::kTaken, EventKind::kCaptured, EventKind::kExported, EventKind::kHoldPlaced, EventKind::kHoldReleased, EventKind::kWithdrawn,
    EventKind::kClockSet};
std::string_view ToString(EventKind kind);  // "opened", "edited", "reopened", "closed", "erased", "claimed" ... "sent-back" ... "checked", "postponed", "taken", "captured", "exported", "hold-placed", "hold-released", "withdrawn", "clock-set"
std::optional<EventKind> ParseEventKind(std::string_view name);

struct Event {
  std::uint64_t sequence = 0;  // 1, 2, 3 ... over the whole installation, no holes; given by the store
  CaseId case_id = 0;          // given by the store where the case is new; 0 for good: of the installation
  EventKind kind = EventKind::kOpened;
  Instant at{};
  std::string actor;    // a person's id, or "heed"
  std::string details;  // canonical JSON, keys sorted; what the event needs to be folded and to be understood
  bool erased = false;  // `details` and `salt` are gone; `details_digest` still stands for them in the chain

  // Given by the store; src/store/chain.h says over which bytes.
  std::string salt;         // 16 random bytes, so that a digest that outlives its details tells nothing about them
  Digest details_digest{};  // SHA-256 over salt and details
  Digest previous{};        // hash of the event before, zeros for the first
  Digest hash{};

  // Bytes kept beside the event, whose digest stands in the details (src/evidence/capture.h).  Written with it and gone with its
  // details; never read back with it: Store::Attachment().
  std::string attachment;

  bool operator==(const Event&) const = default;
};

// One post as a page brought it, judged for one school.  Borrows; lives for one call.
struct Sighting {
  const Post& post;
  const Assessment& assessment;
  std::string_view school, source;
  Instant at{};                // our clock
  std::uint32_t versions = 1;  // different ones of this post seen by now, this one included
  bool version_known = false;  // this version was seen earlier, and another one since
  bool backlog = false;        // an older find of the source's first reading
};

// What is to become of a case: its next row and the events that lead there, oldest first.
struct Change {
  Case after;
  std::vector<Event> events;
};

// How a sighting changes the case kept for its post (nullptr: there is none yet); nullopt = not at all.
// Observe() of src/casework; the store calls it while nobody else writes.
using Observer = std::function<std::optional<Change>(const Case* before, const Sighting& sighting)>;

}  // namespace heed
