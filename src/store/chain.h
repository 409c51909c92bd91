// The chain that events form: each one's hash covers the hash of the one before, so that none can be changed,
// removed or moved afterwards without it showing.
//
//   details_digest = SHA-256(salt details)
//   hash           = SHA-256(previous canonical)
//   canonical      = {"actor":...,"at":...,"case":...,"details_sha256":hex,"kind":...,"sequence":...}
//
// canonical is JSON with sorted keys and no white space; `previous` is 32 bytes, zeros for the first event.
// Retention takes salt and details away and leaves their digest, so the chain still verifies, and nobody can try
// out guesses against a digest whose salt is gone.  DO NOT CHANGE: hashes written down elsewhere would differ.
#pragma once

#include <optional>
#include <string>

#include "src/model/case.h"

namespace heed {

std::string CanonicalBytes(const Event& event);

// Fills in salt, details_digest, previous and hash.
void Seal(Event& event, const Digest& previous);

// Takes the details away and leaves the hash as it was.
void EraseDetails(Event& event);

// What is wrong with this event as the one after (`sequence`, `hash`); nullopt = nothing.
std::optional<std::string> Flaw(const Event& event, std::uint64_t sequence, const Digest& hash);

}  // namespace heed
