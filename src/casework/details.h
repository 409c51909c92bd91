// Event::details: canonical JSON (keys sorted, no white space, whole numbers only), both ways.
//
// Written once and hashed, so the writing side is append-only: a new key may come, none may change its meaning.
#pragma once

#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/model/case.h"

namespace heed {

// What opened, edited and reopened carry; the first four are opened's alone.
struct Facts {
  std::string school, global_id;
  Instant posted_at{};
  std::string source;      // SourceSpec::id that brought this version
  std::string version;     // ContentVersion()
  std::uint32_t versions = 1;
  Assessment assessment;
};

std::string WriteFacts(EventKind kind, const Facts& facts);
// kMalformed names the key that is missing or wrong.
Result<Facts> ReadFacts(EventKind kind, std::string_view details);

// What closed carries: a person's reason.
std::string WriteReason(std::string_view why);

}  // namespace heed
