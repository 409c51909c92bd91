#include "src/store/chain.h"

#include "src/base/json.h"

namespace heed {
namespace {

constexpr std::size_t kSaltBytes = 16;

Digest DetailsDigest(const Event& event) { return Sha256(event.salt + event.details); }

Digest Hash(const Event& event) {
  std::string bytes(reinterpret_cast<const char*>(event.previous.data()), event.previous.size());
  return Sha256(bytes += CanonicalBytes(event));
}

}  // namespace

std::string CanonicalBytes(const Event& event) {
  JsonWriter out;
  out.Object()
      .Field("actor", event.actor)
      .Field("at", FormatRfc3339(event.at))
      .Field("case", event.case_id)
      .Field("details_sha256", Hex(event.details_digest))
      .Field("kind", ToString(event.kind))
      .Field("sequence", event.sequence)
      .EndObject();
  return out.Take();
}

void Seal(Event& event, const Digest& previous) {
  event.salt = RandomBytes(kSaltBytes);
  event.details_digest = DetailsDigest(event);
  event.previous = previous;
  event.hash = Hash(event);
}

void EraseDetails(Event& event) {
  event.erased = true;
  event.details.clear();
  event.salt.clear();
}

std::optional<std::string> Flaw(const Event& event, std::uint64_t sequence, const Digest& hash) {
  const std::string name = "event " + std::to_string(sequence);
  if (event.sequence != sequence) return name + " is missing, or moved";
  if (event.previous != hash) return name + " does not follow the event before it";
  if (event.erased ? !event.details.empty() || !event.salt.empty() : DetailsDigest(event) != event.details_digest)
    return name + " has other details than were written";
  if (Hash(event) != event.hash) return name + " was changed";
  return std::nullopt;
}

}  // namespace heed
