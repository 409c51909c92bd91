#include "src/evidence/chain_file.h"

#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/store/chain.h"

namespace heed {

std::string ChainLineOf(const Event& event, ChainLine how) {
  JsonWriter out;
  out.Object().Field("sequence", event.sequence);
  if (how == ChainLine::kHashOnly) {
    out.Field("hash", Hex(event.hash));
  } else {
    out.Field("previous", Hex(event.previous)).Field("canonical", CanonicalBytes(event)).Field("hash", Hex(event.hash));
    if (event.erased) out.Field("erased", true);
    else if (how == ChainLine::kWhole) out.Field("salt", Hex(event.salt)).Field("details", event.details);
  }
  out.EndObject();
  return out.Take() + "\n";
}

void ChainCheck::Add(std::string_view bytes) {
  if (flaw_) return;
  pending_ += bytes;
  std::size_t from = 0;
  for (std::size_t end; (end = pending_.find('\n', from)) != std::string::npos; from = end + 1) {
    Line(std::string_view(pending_).substr(from, end - from));
    if (flaw_) return;
  }
  pending_.erase(0, from);
  if (pending_.size() > kMaxLine) flaw_ = "a line is too long";
}

void ChainCheck::Line(std::string_view line) {
  const std::string name = "line " + std::to_string(events_ + 1);
  JsonParser parser;
  const auto root = parser.Parse(line);
  const auto wrong = [&](const std::string& what) { flaw_ = name + ": " + what; };
  if (!root || !root->IsObject()) return wrong("is not JSON");
  const auto sequence = (*root)["sequence"].Int();
  const std::string hash((*root)["hash"].StringOr(""));
  const auto hash_bytes = FromHex(hash);
  if (!sequence || *sequence < 1 || !hash_bytes || hash_bytes->size() != 32) return wrong("has no number or no hash");
  const std::string event = "event " + std::to_string(*sequence);
  if (sequence_ && static_cast<std::uint64_t>(*sequence) != *sequence_ + 1) return wrong(event + " does not follow event " + std::to_string(*sequence_) + ": one is missing, or was moved");
  const auto previous = (*root)["previous"].String(), canonical = (*root)["canonical"].String();
  if (previous.has_value() != canonical.has_value()) return wrong(event + " is half told");
  if (canonical) {
    const auto bytes = FromHex(*previous);
    if (!bytes || bytes->size() != 32) return wrong(event + " has no hash of the event before");
    if (sequence_ && *previous != previous_) return wrong(event + " does not follow the event before it");
    if (*sequence == 1 && *previous != std::string(64, '0')) return wrong(event + " does not begin the chain");
    if (Sha256Hex(*bytes + std::string(*canonical)) != hash) return wrong(event + " was changed: its hash is another one");
    JsonParser inner;
    const auto told = inner.Parse(*canonical);
    if (!told || (*told)["sequence"].Int() != sequence) return wrong(event + " says it is another event");
    const auto at = ParseRfc3339((*told)["at"].StringOr(""));
    if (!at) return wrong(event + " has no time");
    if (times_.size() < kRemembered) times_.push_back({static_cast<std::uint64_t>(*sequence), *at});
    const bool clock_set = (*told)["kind"].StringOr("") == ToString(EventKind::kClockSet);
    const auto salt = (*root)["salt"].String(), details = (*root)["details"].String();
    if (salt.has_value() != details.has_value()) return wrong(event + " is half told");
    if (details) {
      const auto salted = FromHex(*salt);
      if (!salted || Sha256Hex(*salted + std::string(*details)) != (*told)["details_sha256"].StringOr("")) return wrong(event + " has other details than were written");
    }
    if (clock_set && details && times_.size() < kRemembered) {
      auto step = ReadClockStep(*details);
      if (!step) return wrong(event + " says that the clock was set, and not by how much");
      times_.back().step = *std::move(step);
    }
  }
  sequence_ = static_cast<std::uint64_t>(*sequence);
  previous_ = hash;
  ++events_;
  if (hashes_.size() < kRemembered) hashes_[*sequence_] = hash;
}

std::optional<std::string> ChainCheck::Finish() {
  if (!flaw_ && !pending_.empty()) flaw_ = "the last line is cut short";
  if (!flaw_ && events_ == 0) flaw_ = "holds no event";
  return flaw_;
}

}  // namespace heed
