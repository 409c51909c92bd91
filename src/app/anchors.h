// Anchors: time stamps of the custody chain's head by independent authorities, kept as files beside the store.
//
// `data`/anchors/SEQUENCE-N.tsr is the whole RFC 3161 answer about the hash of that event; the digest it is about is that
// hash itself.  Files and not rows, so that they can be copied to another place: a store taken back to an earlier day, or
// written anew, no longer has those events, and the anchors say so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/app/config.h"
#include "src/base/result.h"
#include "src/evidence/stamp.h"
#include "src/store/store.h"

namespace heed {

struct AnchorFile {
  std::string file;              // its name
  std::uint64_t sequence = 0;
  std::string answer;
  std::optional<Stamp> stamp;    // absent where it does not hold
  std::string flaw;              // why not, in words
};

// Those in a folder, by sequence, each checked against the store's chain.  No folder: none.
Result<std::vector<AnchorFile>> CheckAnchors(const std::string& folder, const Store& store, const std::string& certificates);

struct Anchoring {
  std::uint64_t sequence = 0;    // of the head; 0: the chain is empty
  std::vector<AnchorFile> made;
  std::vector<std::string> failed;  // an authority each, and why
};

// Asks every configured authority for a stamp of the chain's head.  kInvalid: none is configured; kMalformed: the chain is
// broken, and is not anchored.
Result<Anchoring> AnchorChain(const Config& config, const std::string& data, const Store& store);

std::string AnchorFolder(const std::string& data);

}  // namespace heed
