// The custody chain as it stands in a pack: one event a line, in a form anyone can recompute with common tools.
//
//   {"sequence":7,"previous":hex,"canonical":"{...}","hash":hex,"salt":hex,"details":"{...}"}
//
//   hash           = SHA-256 over the 32 bytes of `previous` and then the bytes of `canonical`
//   details_sha256 = (inside canonical) SHA-256 over the bytes of `salt` and then those of `details`
//   previous       = hash of the line before; 64 zeros for event 1
//
// Events of cases that are not in the pack come without salt and details; in a working copy they come as
// {"sequence":8,"hash":hex} alone, and no event's details are told.  Where details were erased, "erased" is true.  That the computer's
// clock was set (kind "clock-set") is told whole in every pack.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/hash.h"
#include "src/base/result.h"
#include "src/evidence/clock.h"
#include "src/model/case.h"

namespace heed {

enum class ChainLine { kWhole, kWithoutDetails, kHashOnly };
std::string ChainLineOf(const Event& event, ChainLine how);  // with its "\n"

// Reads such a file as it comes and recomputes it.
class ChainCheck {
 public:
  void Add(std::string_view bytes);
  // The first thing that does not hold; nullopt = all of it holds.
  std::optional<std::string> Finish();

  std::uint64_t events() const { return events_; }
  std::uint64_t last() const { return sequence_.value_or(0); }  // its number
  const std::string& head() const { return previous_; }  // hash of the last one, hex
  // hash (hex) by sequence, of up to the last kRemembered events: what anchors are compared with.
  const std::map<std::uint64_t, std::string>& hashes() const { return hashes_; }
  // When each event was written, as far as its time is told; as many.
  const std::vector<EventTime>& times() const { return times_; }

 private:
  void Line(std::string_view line);
  static constexpr std::size_t kMaxLine = 4 << 20, kRemembered = 2'000'000;

  std::string pending_, previous_;
  std::optional<std::uint64_t> sequence_;
  std::optional<std::string> flaw_;
  std::uint64_t events_ = 0;
  std::map<std::uint64_t, std::string> hashes_;
  std::vector<EventTime> times_;
};

}  // namespace heed
