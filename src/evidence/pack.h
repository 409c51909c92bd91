// The evidence pack: one zip holding a BagIt bag that somebody without heed can read and check.
//
//   heed-pack-ID/
//     bagit.txt bag-info.txt README.txt              tag files; README says how to check all of it with common tools
//     manifest-sha256.txt manifest-sha512.txt        of everything under data/
//     tagmanifest-sha256.txt tagmanifest-sha512.txt  of the tag files
//     signature/public-key.pem, and a signature (64 bytes, Ed25519) over each tag manifest
//     timestamps/status.txt, N.tsr                   RFC 3161 answers over manifest-sha512.txt
//     data/report.html report.pdf what-this-proves.txt pack.json
//     data/timeline.csv .json  data/cases.csv .json
//     data/chain/events.jsonl, anchors/              the custody chain (chain_file.h)
//     data/items/CASE/item.json words-N.txt post-N.json captures/
//     data/items/CASE/originals/N.ext .json          what was handed in, byte for byte, and who handed it in
//     data/items/CASE/responses/N-letter.txt         letters, reports, notices: the exact text, and what became of it
//
// The same content makes the same bytes: order is fixed, times are those of the content, and the pack's id is a digest of
// what is in it.  (A time stamp is new content, and so is another release of zlib or WeasyPrint.)
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/evidence/signing.h"
#include "src/evidence/stamp.h"
#include "src/store/store.h"

namespace heed {

// Who may read it decides what is in it.
enum class PackKind {
  kEvidence,  // whole: for a solicitor, a court, the police
  kWorking,   // children and third parties masked as far as heed can, no captures and originals: for governors, helplines
};
std::string_view ToString(PackKind kind);  // "evidence", "working"

struct StampFound {
  std::string url;
  Answered answered;
};
struct Stamped {
  std::vector<StampFound> found;
  bool asked = false;  // an authority is configured
};

struct PackRequest {
  std::vector<CaseId> cases;
  PackKind kind = PackKind::kEvidence;
  std::vector<std::string> names_to_mask;             // beside what masking finds by itself
  std::map<std::string, std::string> school_names;    // School::id -> name
  std::map<std::string, std::map<Category, std::string>> clauses;  // School::id -> the code's words
  std::string timezone, contact;
  std::string output;                                 // the zip; replaced when it is there
  enum class Pdf { kNever, kIfShort, kAlways } pdf = Pdf::kIfShort;
  SigningKey key;
  std::vector<std::pair<std::uint64_t, std::string>> anchors;  // time stamps of the chain: of which event, the RFC 3161 answer
  std::function<Stamped(std::string_view digest)> stamp;  // 64 bytes, SHA-512; may be empty
  // The file a tip was, by school and digest (app/originals.h); may be empty.
  std::function<Result<std::string>(const std::string& school, const std::string& digest)> original;
  std::function<bool()> stop;  // asked between items: kCancelled then; may be empty
  // Called as items are written: so many of so many.
  std::function<void(std::size_t, std::size_t)> progress;
};

// Above this many items the PDF is made only when asked for: WeasyPrint takes half a second and 2 MB for each.
inline constexpr std::size_t kPdfItems = 40;

struct PackMade {
  std::string id, fingerprint;
  std::string manifest;              // SHA-512 of manifest-sha512.txt, hex: names the content
  std::uint64_t items = 0, files = 0, bytes = 0;  // bytes of the zip
  std::vector<std::string> notes;    // what is missing and why
  std::size_t stamps = 0;
};

// kNotFound, kGone name the case; kInvalid: no case; kTooLarge; kCancelled; kIo.
Result<PackMade> MakePack(const Store& store, const PackRequest& request);

}  // namespace heed
