// What may be done to several cases at once, and taken back together.
//
// Only what is safe without looking at each case again: nothing here proposes, approves or sends, a case that somebody else works on or that was
// decided already is left out, and the findings that lock a case or need somebody at once (immediate danger, an image of a child, safeguarding, anonymity)
// are made one case at a time, so that none of them is ever taken back in bulk either.  Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/casework/acts.h"
#include "src/model/batch.h"

namespace heed {

inline constexpr std::size_t kMostInBulk = 200;
inline constexpr std::array kBulkFindings = {Finding::kCriticism, Finding::kBreach, Finding::kNotOurs};

struct BulkAct {
  BulkVerb verb = BulkVerb::kClaim;
  std::string to, why;            // assign: a person's id, "" = everybody; assign, snooze and decide: words for colleagues
  std::optional<Instant> until;   // snooze
  NewDecision decision;           // decide: finding, category, severity; the clause is each school's own
};

// The change for one case; the error says why it is left out, as the end of a sentence ("is being worked on by ben").
Result<Change> DoInBulk(const Case& before, const BulkAct& act, std::string_view actor, Instant at, std::string_view batch);
// What it would be, in words: "would be decided as criticism, and closed".
std::string InWords(const BulkAct& act, const Case& c);

// The change that takes `item` of a batch back; only where the case is as the batch left it.
Result<Change> UndoInBulk(const Case& now_is, const Batch& batch, const Batch::Item& item, std::string_view actor, Instant at, std::string_view undo);

}  // namespace heed
