// What posts do to a case, and the folding of events into the row that is kept.  What people do: acts.h.
//
// Pure: no clock, no store.  Every function that makes events also makes the row they lead to, and Fold() of
// the same events gives the same row: that is what lets a queue be rebuilt from history.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/case.h"

namespace heed {

// What a sighting of a post does to the case kept for it (nullptr: none yet):
//
//   no case    flagged, or could not be judged      opened
//   open       a version never seen                 edited; stays where it is even if the new words are harmless
//   open       an earlier version again             nothing (a stale copy on another server looks like this too)
//   closed     another version, flagged             reopened, an earlier version included; its decision no longer counts
//   closed     another version, harmless            nothing
//   any        the version the case knows           nothing
//
// The case shows its worst version since it was opened or reopened: by QueueRank, then priority, then the
// newer.  posted_at is what the author says, but never later than when we saw the post, so that a date in
// the future does not put a post behind all others.
std::optional<Change> Observe(const Case* before, const Sighting& sighting);

// The case after one more event; `before` is Case{} for the first.  kMalformed when the event's details are
// not what its kind needs, kGone when they were erased, kInvalid when it cannot follow `before`.
Result<Case> Fold(const Case& before, const Event& event);

}  // namespace heed
