// Everything heed keeps, taken out in open formats (promise 10): a folder of JSON Lines, CSV and the files themselves, that needs no
// heed to be read.
//
//   README.txt       what each file is
//   posts.jsonl      a post a line: every version with its words, its assessment and where it came from
//   posts.csv        its newest version, for a spreadsheet
//   cases.jsonl, cases.csv
//   events.jsonl     the custody chain in the form of evidence/chain_file.h, so that it can be recomputed
//   audit.jsonl      who signed in, looked at what, changed what
//   people.jsonl     who may sign in and what they may do; no password, no key
//   rules.csv        how often each rule fired and was right
//   sources.jsonl, papers.jsonl
//   originals/SCHOOL/SHA-256, captures/EVENT.EXTENSION, anchors/
//   SHA256SUMS       of all of these, for `sha256sum -c`
//
// Of a case found to be about a sexual image of a child nothing that leads to it goes out: no words, addresses, files.  Configuration and
// lexicons are open files already and stay where they are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "src/app/config.h"
#include "src/base/result.h"
#include "src/store/store.h"

namespace heed {

struct ExportOrder {
  std::string folder;  // made; must not be there yet
  std::string actor;   // who asks; stands in the audit trail
};
struct Exported {
  std::uint64_t posts = 0, cases = 0, events = 0, files = 0;
  std::vector<std::string> notes;  // what is missing and why
};

// Puts it beside and in place when it is whole, folder 0700, files 0600.  kInvalid: the folder is there already.
Result<Exported> ExportAll(const Config& config, const std::string& data, const Store& store, const std::string& folder, const std::function<void(std::uint64_t posts)>& progress);
// The same for a process of its own, and who did it in the audit trail.  Where `heed serve` holds the store, it is asked to write that
// down; where it does not answer, a note says so.
Result<Exported> ExportOf(const Config& config, const std::string& data, const ExportOrder& order, const Clock& clock, const std::function<void(std::uint64_t posts)>& progress);
// What the server does with that.
Done WriteDownExported(Store& store, std::string_view request, Instant now);

}  // namespace heed
