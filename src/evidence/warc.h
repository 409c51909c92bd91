// WARC 1.1 (ISO 28500; iipc/warc-specifications): what a capture of heed's own is kept as, and a check of such files.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

struct WarcRecord {
  std::string type;          // "warcinfo", "request", "response", "metadata", "conversion", "resource"
  std::string content_type;
  std::string block;
  std::vector<std::pair<std::string, std::string>> fields;  // beside those every record has
};

// "<urn:uuid:...>", random.
std::string NewRecordId();
// The same for the same name, so that the same content makes the same bytes.
std::string RecordIdFor(std::string_view name);
std::string WriteWarcRecord(const WarcRecord& record, const std::string& id, Instant at);

// How many records a file holds when every one of them is well formed and its block has the digest it says.  kMalformed.
Result<std::size_t> CheckWarc(std::string_view bytes);

}  // namespace heed
