// Evidence out of an installation: packs made, checked and opened, and the chain looked over.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/app/config.h"
#include "src/base/result.h"
#include "src/evidence/capture.h"
#include "src/evidence/pack.h"
#include "src/evidence/tags.h"
#include "src/evidence/verify.h"
#include "src/store/store.h"

namespace heed {

struct PackOrder {
  std::vector<CaseId> cases;
  std::string output;
  PackKind kind = PackKind::kEvidence;
  std::vector<std::string> names_to_mask;
  PackRequest::Pdf pdf = PackRequest::Pdf::kIfShort;
  std::string recipient, passphrase;  // both or neither: sealed for a named person
  std::string purpose;                // why it is made; kept in the chain
  std::string actor;                  // who makes it
  bool stamp = true;                  // ask the configured authorities
  std::function<bool()> stop;         // given up when it says so; may be empty
};

// Makes the pack and writes down in the chain of each of its cases that it was made.
Result<PackMade> MakePackWith(const Config& config, const std::string& data, Store& store, const PackOrder& order, Instant now, const std::function<void(std::size_t, std::size_t)>& progress);
// The same for a process of its own.  Where `heed serve` holds the store the pack is made beside it, and it is asked to write that
// down; where it does not answer, a note says that it is not written down.
Result<PackMade> MakePackOf(const Config& config, const std::string& data, const PackOrder& order, const Clock& clock,
                            const std::function<void(std::size_t, std::size_t)>& progress);

// A person's own capture of what they saw.
struct CaptureOrder {
  CaseId case_id = 0;
  std::string file, how, address, actor;
  std::optional<Instant> taken_at;
};
// Keeps `bytes` with the case, as an event of the chain; `order.file` is only their name.  kDenied: the case is about a sexual image of
// a child, of which nothing is ever kept; kInvalid, kTooLarge: see CaptureFile().
Result<Capture> KeepStaffCapture(Store& store, const CaptureOrder& order, std::string bytes, Instant now);
// The same for the file of a process of its own; where `heed serve` holds the store, it is put down for that one to take up.  kBusy:
// another heed holds the store and does not answer.
Result<Capture> AddStaffCapture(const std::string& data, const CaptureOrder& order, const Clock& clock);

// What the server does with what the other two asked it (app/evidence_desk.h).
Result<Capture> KeepPutDownCapture(Store& store, const std::string& data, std::string_view request, const Clock& clock);
Done WriteDownPacked(Store& store, std::string_view request, Instant now);
std::string CaptureFolder(const std::string& data);

struct CheckOrder {
  std::string path, passphrase;  // of a sealed pack
  VerifyOptions options;
};
Result<PackReport> CheckPack(const CheckOrder& order);

// Adds time stamps of the configured authorities to a pack that is there; see evidence/tags.h.  One that is sealed is opened with
// `passphrase` and sealed anew, with the same one for the same person; opened it lies in the data folder, and only while this lasts.
Result<Restamped> StampPack(const Config& config, const std::string& data, const std::string& pack, const std::string& output, const std::string& passphrase);

// A sealed pack, opened to `output`; returns whom it was for.
Result<std::string> OpenPack(const std::string& sealed, const std::string& output, const std::string& passphrase_file);
Result<std::string> PassphraseFrom(const std::string& file);

}  // namespace heed
