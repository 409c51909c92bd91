// What the queue's own row says of a case: enough to refuse, without reading the case or its post, nearly all that a filter does not want.
//
// A row holds no words and no names.  Names stand there as marks (four bytes of a hash), and of the words only which three letters may
// follow each other; so "may" means: false is certain, true asks for a look.
//
//   categories:1 unjudged:1 burst:8   severity:1 opened at:8 snoozed until:8 held until:8 holder:4 assigned:4
//   platform length:1 platform   rules:1 mark:4 for each   letters:0 or 8..512
//   (times as in keys.h; 0 = not; marks 0 = nobody; rules 255 = more than stand here; letters empty = not known)   DO NOT CHANGE: bump kSchema
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/model/case.h"
#include "src/model/post.h"

namespace heed {

// Never 0 but for an empty name.
std::uint32_t NameMark(std::string_view name);

// Looked for in many rows: made once.
class Needle {
 public:
  // As it is compared: ASCII letters lower-case.
  explicit Needle(std::string_view text);
  // `letters` as in the row.
  bool MayBeIn(std::string_view letters) const;

 private:
  std::vector<std::uint32_t> threes_;
};

// Points into the row it was read from.
struct Glance {
  std::string_view school;
  CaseState state = CaseState::kQueued;
  CaseId id = 0, burst = 0;
  std::uint8_t categories = 0, severity = 0;  // bit n of categories is Category n
  bool unjudged = false;
  Instant opened_at{};
  std::optional<Instant> snoozed_until, held_until;
  std::uint32_t holder = 0, assigned = 0;  // NameMark() of person ids
  std::string_view platform;
  std::string_view rules, letters;

  bool Has(Category category) const { return (categories >> static_cast<unsigned>(category) & 1) != 0; }
  bool MayHaveRule(std::uint32_t mark) const;
};

// The value of a case's row in the queue.  `shown`: the version of its post that it shows; nullptr where that is not at hand.
std::string QueueValue(const Case& c, CaseId burst, const Post* shown);
// Fills in what the value says; false when this file did not write it.
bool ReadQueueValue(std::string_view value, Glance& into);

}  // namespace heed
