// A case: one post that needs a person, for one school, and the signed events that made it what it is.
//
// A case is folded from its events (src/casework); the store keeps the folded row beside them so that the
// queue can be listed without reading history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/hash.h"
#include "src/base/time.h"
#include "src/model/assessment.h"

namespace heed {

// Numbers are stored and are the first byte of a queue key within a school: append only.  The queue holds
// every state but kClosed.
enum class CaseState : std::uint8_t {
  kQueued = 1,   // waiting for a person
  kClosed = 9,   // decided and done
};
std::string_view ToString(CaseState state);  // "queued", "closed"

using CaseId = std::uint64_t;  // counts from 1 per installation

struct Case {
  CaseId id = 0;
  std::string school;     // School::id
  std::string source;     // SourceSpec::id that first brought it
  std::string global_id;  // of the post
  std::string version;    // ContentVersion() of the version judged last
  CaseState state = CaseState::kQueued;
  Assessment assessment;  // of that version
  Instant posted_at{};    // Post::created_at, else first_seen_at; orders the queue within a severity
  Instant opened_at{};
  std::uint32_t versions = 1;  // seen so far
  std::uint64_t events = 0;    // how many events made it
};

// What happened to a case.  Append only; numbers are stored.
enum class EventKind : std::uint8_t {
  kOpened = 1,    // a post was flagged (or could not be judged)
  kEdited = 2,    // the author changed the post; judged again
  kReopened = 3,  // an edit of a closed case's post that is flagged again
};
std::string_view ToString(EventKind kind);  // "opened", "edited", "reopened"

struct Event {
  std::uint64_t sequence = 0;  // 1, 2, 3 ... over the whole installation, no holes
  CaseId case_id = 0;
  EventKind kind = EventKind::kOpened;
  Instant at{};
  std::string actor;    // a person's id, or "heed"
  std::string details;  // canonical JSON, keys sorted; what the event needs to be folded and to be understood
  // SHA-256 over the previous event's hash and this event's canonical bytes: see src/store/codec.h.
  Digest previous{}, hash{};
};

}  // namespace heed
