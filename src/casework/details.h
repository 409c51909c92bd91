// Event::details: canonical JSON (keys sorted, no white space, whole numbers only), both ways.
//
// Written once and hashed, so the writing side is append-only: a new key may come, none may change its meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/model/case.h"

namespace heed {

// What opened, edited and reopened carry; the first four are opened's alone.
struct Facts {
  std::string school, global_id;
  Instant posted_at{};
  bool backlog = false;    // left out when false
  std::string source;      // SourceSpec::id that brought this version
  std::string version;     // ContentVersion()
  std::uint32_t versions = 1;
  Assessment assessment;
};

std::string WriteFacts(EventKind kind, const Facts& facts);
// kMalformed names the key that is missing or wrong.
Result<Facts> ReadFacts(EventKind kind, std::string_view details);

// What the kinds from closed on carry: each of them some of these.  What is empty is left out.
struct ActDetails {
  std::string why;                      // a reason, a note, what was answered
  std::string to;                       // a person's id; whom a response is for
  std::optional<Instant> until;         // end of a lease, of a snooze (absent: shown again), of a hold
  std::optional<Finding> finding;
  std::optional<Category> category;
  std::uint8_t severity = 0;            // 1..4
  std::string clause;
  std::uint32_t response = 0;           // its number
  std::optional<ResponseKind> kind;
  std::string text, options, reference; // as in Response
  std::optional<ResponseState> outcome; // of sent
  std::string presence;                 // of checked
  std::string batch;                    // of what was done to several cases at once (model/batch.h)

  bool operator==(const ActDetails&) const = default;
};

std::string WriteAct(const ActDetails& details);
// kMalformed names the key that is wrong.
Result<ActDetails> ReadAct(std::string_view details);

}  // namespace heed
