// Several cases acted on at once, so that it can be told what was done, and taken back together.
//
// What was done to each case is an event of its own in its history; this is only the list that holds them together.
// Numbers are stored: append only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/time.h"
#include "src/model/case.h"

namespace heed {

// What may be done to several cases at once.
enum class BulkVerb : std::uint8_t { kClaim = 1, kRelease = 2, kAssign = 3, kSnooze = 4, kDecide = 5, kUndo = 6 };
inline constexpr std::array kBulkVerbs = {BulkVerb::kClaim, BulkVerb::kRelease, BulkVerb::kAssign, BulkVerb::kSnooze, BulkVerb::kDecide, BulkVerb::kUndo};
std::string_view ToString(BulkVerb verb);  // "claim", "release", "assign", "snooze", "decide", "undo"
std::optional<BulkVerb> ParseBulkVerb(std::string_view name);

struct Batch {
  struct Item {
    CaseId id = 0;
    std::uint64_t events = 0;  // of the case afterwards: taking back needs it as it was left
    // As they were before.
    std::string assigned_to;
    std::optional<Instant> snoozed_until;

    bool operator==(const Item&) const = default;
  };
  // A case that was chosen and to which nothing was done.
  struct LeftOut {
    CaseId id = 0;
    std::string why;  // a sentence's end: "was changed meanwhile"

    bool operator==(const LeftOut&) const = default;
  };

  std::string id;    // 16 hex digits; stands in the details of each event
  BulkVerb verb = BulkVerb::kClaim;
  std::string by;    // a person's id
  Instant at{};
  std::string what;  // in plain words: "decided: criticism"
  std::vector<Item> items;
  std::vector<LeftOut> left_out;
  std::string undoes;     // the id of the batch that this one takes back
  std::string undone_by;  // the id of the batch that took this one back

  bool operator==(const Batch&) const = default;
};

}  // namespace heed
