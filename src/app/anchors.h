// Anchors: time stamps of the custody chain's head by independent authorities, kept as files beside the store.
//
// `data`/anchors/SEQUENCE-N.tsr is the whole RFC 3161 answer about the hash of that event; the digest it is about is that
// hash itself.  Files and not rows, so that they can be copied to another place: a store taken back to an earlier day, or
// written anew, no longer has those events, and the anchors say so.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/app/config.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/evidence/clock.h"
#include "src/evidence/stamp.h"
#include "src/net/http.h"
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

// Where the installation's clock must have been wrong, and where it was seen being set, in words (evidence/clock.h): by the chain itself and by the
// trusted ones of these.
Result<ClockFindings> CheckClockOf(const Store& store, const std::vector<AnchorFile>& anchors);

struct Anchoring {
  std::uint64_t sequence = 0;    // of the head; 0: the chain is empty
  std::vector<AnchorFile> made;
  std::vector<std::pair<std::string, Error>> failed;  // an authority's address ("": the store's trouble), and why
};

// Asks authorities (addresses) for a stamp of the chain's head.  kInvalid: there are none; kMalformed: the chain is broken, and is not
// anchored.
Result<Anchoring> AnchorChain(const Config& config, const std::vector<std::string>& authorities, const std::string& data, const Store& store, HttpClient& http);
// Every configured one.
Result<Anchoring> AnchorChain(const Config& config, const std::string& data, const Store& store);

// Keeps the chain anchored while heed runs: every [evidence] anchor_every, each authority by itself, later again where one could not be
// reached, and not at all where nothing has happened since.  What is anchored already is told by the folder, so a restart asks no sooner.
class AnchorKeeper {
 public:
  // All outlive it.
  AnchorKeeper(const Config& config, std::string data, const Store& store, HttpClient& http, const Clock& clock);

  // Does what is due; cheap where nothing is.
  Anchoring Look();

 private:
  struct Authority {
    std::string url;
    std::optional<Instant> last;    // when it last stamped
    std::uint64_t sequence = 0;     // which event that was
    std::uint32_t failures = 0;     // since
    Instant not_before{};
  };
  const Config& config_;
  const std::string data_;
  const Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  std::vector<Authority> authorities_;
};

class HeadMail;

// For a LookThread: does what is due of both, and tells the log; the same failure once.
std::function<void()> KeepingAnchored(AnchorKeeper& keeper, HeadMail& mail);

std::string AnchorFolder(const std::string& data);

}  // namespace heed
