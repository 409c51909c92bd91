// What the console asks of rooms it cannot see: tips handed in, files kept with a case, evidence packs made.
//
// Tips and packs take their time (a picture is read, a PDF is made), so both are put down first and done beside the pages;
// what became of them is asked for by the id that putting down gave.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/case.h"

namespace heed {

struct GivenFile {
  std::string name;   // as it was called; only shown
  std::string bytes;
};

// What staff were sent; see app/tips.h.
struct TipGiven {
  std::string school, by, from, note;
  std::vector<GivenFile> files;
  std::vector<std::string> texts, links;
};

enum class JobState { kWaiting, kDone, kFailed };

// What became of one thing that was handed in.
struct TipLine {
  std::string name, kind, place;
  bool collection = false;
  std::uint64_t messages = 0, flagged = 0, naming = 0, forgotten = 0, left_out = 0;
  bool original_kept = false;
  std::vector<CaseId> cases;        // worst first
  std::vector<std::string> notes;
  std::string unsure;               // why a person should look though nothing may have been found
};
struct TipTold {
  std::string school, by;
  JobState state = JobState::kWaiting;
  std::string message;              // why it failed
  std::vector<TipLine> lines;
  std::vector<std::pair<std::string, std::string>> not_read;  // what, and why
  std::uint64_t opened = 0, changed = 0, known = 0;
};

struct PackAsked {
  std::vector<CaseId> cases;
  std::vector<std::string> schools; // of these cases
  std::string by;                   // a person's id
  bool whole = false;               // an evidence copy; else a working copy
  std::vector<std::string> names_to_mask;
  std::string recipient, passphrase;  // both or neither
  std::string purpose;
};
struct PackTold {
  std::string id;                   // of the making, not of the content
  std::vector<CaseId> cases;
  std::vector<std::string> schools;
  std::string by, purpose, recipient;
  bool whole = false;
  std::vector<std::string> names_to_mask;
  Instant asked_at{};
  std::optional<Instant> gone_at;   // when the file is removed again
  JobState state = JobState::kWaiting;
  std::string message;              // why it failed
  std::string pack, manifest, fingerprint;  // the pack's own id, SHA-512 of its manifest, the key it is signed with
  std::uint64_t items = 0, bytes = 0, stamps = 0;
  std::vector<std::string> notes;   // what is missing in it and why
};

struct CaptureGiven {
  CaseId case_id = 0;
  std::string by, how, address;
  std::optional<Instant> taken_at;
  GivenFile file;
};

// A file kept with a case: a capture, the original of a tip, a picture of a post.
struct KeptFile {
  std::string key;                  // in addresses; letters, digits, hyphens
  std::string what;                 // "capture", "original", "media"
  std::string name, media_type, whose, how, address, sha256, by;
  std::uint64_t bytes = 0;
  std::optional<Instant> at;
  bool picture = false;             // of a kind browsers show
  std::string gone;                 // why its bytes are not here any more
};
struct KeptBytes {
  KeptFile about;
  std::string bytes;
};

// All functions may be called from several threads.
struct EvidenceDoor {
  // Puts a tip down and returns its id; waits for what becomes of it for a moment only.  kInvalid: see TipDesk::HandIn.
  std::function<Result<std::string>(const TipGiven&)> hand_in;
  // kNotFound: there is none, or it is no longer told what became of it.
  std::function<Result<TipTold>(const std::string& id)> tip;

  std::function<Result<std::string>(const PackAsked&)> pack;
  std::function<Result<PackTold>(const std::string& id)> find_pack;  // kNotFound
  std::function<std::vector<PackTold>()> packs;                      // newest first; of every school
  std::function<std::string(const std::string& id)> pack_file;       // its path; "" when it is gone

  // kDenied, kInvalid, kTooLarge: see app/packs.h.
  std::function<Result<KeptFile>(CaptureGiven)> capture;
  std::function<Result<std::vector<KeptFile>>(const Case&)> files;
  std::function<Result<KeptBytes>(const Case&, const std::string& key)> file;  // kNotFound, kDenied
};

// Bytes a tip or a capture may have, all its files together.
inline constexpr std::uint64_t kMaxHandedIn = 64ull << 20;
// How long a pack lies ready before its file is removed.
inline constexpr days kPackLies{7};
// A passphrase is at least that long; src/evidence/sealed.h asks the same.
inline constexpr std::size_t kShortestPassphrase = 12;

}  // namespace heed
