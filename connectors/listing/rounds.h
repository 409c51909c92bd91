// Where a reading in rounds stands: each round reads every list, stream or query of a source once.  In the cursor of every connector that has rounds:
//   run      counts them
//   running  this one has not ended
//   began    when it did begin
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "src/base/json.h"
#include "src/base/time.h"

namespace heed {

struct Rounds {
  std::int64_t run = 0;
  bool running = false;
  Instant began{};

  // Begins a new round where none is under way; whether it did.
  bool Begin(Instant now);
  // All of this one is read.  True: it was interrupted, so that what it read first is old by now and another should follow.
  bool End(Instant now);
};

// Of a cursor, which may be anybody's.
Rounds ReadRounds(Json cursor);
// The three keys.
void PutRounds(JsonWriter& out, const Rounds& rounds);

// A time of a cursor; nullopt where there is none.
std::optional<Instant> ReadTime(Json value);
// Nothing for nullopt.
void PutTime(JsonWriter& out, std::string_view key, std::optional<Instant> at);

}  // namespace heed
