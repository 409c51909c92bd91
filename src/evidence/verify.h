// Checking a pack: no store, no network, nothing believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/base/result.h"
#include "src/evidence/stamp.h"

namespace heed {

struct PackFault {
  std::string file;  // relative to the bag; "" = the pack as a whole
  std::string what;
};

struct SeenStamp {
  std::string file;
  Stamp stamp;
};

struct PackReport {
  std::string id, kind, fingerprint;     // as far as they could be read
  std::string recipient;                 // of a sealed pack
  std::vector<std::uint64_t> cases;
  std::uint64_t files = 0, bytes = 0, events = 0, captures = 0;
  std::string chain_head;                // hash of the last event, hex
  std::vector<SeenStamp> stamps;         // of the manifest
  std::vector<SeenStamp> anchors;        // of the chain
  std::vector<PackFault> faults;         // by file; empty: all of it holds
  std::vector<std::string> notes;        // what holds and a reader must still know

  bool ok() const { return faults.empty(); }
};

struct VerifyOptions {
  std::string certificates;  // PEM of trusted time-stamp authorities; empty: the system's
  std::string key;           // the fingerprint the signature must be of; empty: any
};

// A zip, or the folder it was unpacked into (the bag itself or the one around it).  An error means that it could not be
// looked at, or that it is no file one should unpack (see zip.h); everything else is a fault in the report.
Result<PackReport> VerifyPack(const std::string& path, const VerifyOptions& options);

}  // namespace heed
