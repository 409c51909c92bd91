// The tag files every pack ends with: what it is, its time stamps, its manifests and the signatures over them; and time stamps
// added to a pack that was made when no authority answered.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "src/base/result.h"
#include "src/evidence/bag.h"
#include "src/evidence/pack.h"
#include "src/evidence/signing.h"

namespace heed {

struct PackTags {
  std::string info;    // bag-info.txt up to "Time-Stamps"
  std::string readme;
  std::vector<std::pair<std::string, std::string>> stamps;  // RFC 3161 answer; what status.txt says of it
  std::string no_stamp_because;  // where there is none
};

// After the payload; ends the bag.
Done WriteTags(BagWriter& bag, const PackTags& tags, const SigningKey& key);
// "2026-11-02T08:00:00Z, Authority, asked at https://..."
std::string AboutStamp(const StampFound& found);

struct Restamped {
  std::size_t stamps = 0, added = 0;
};
// Copies a pack with further time stamps over its manifest: the payload and its manifests stay byte for byte, so the stamps are of what
// was packed then; tag manifests and signatures are made anew.  kInvalid: it does not verify, or another key signed it; kUnavailable: no
// authority answered, and nothing is written.
Result<Restamped> AddStamps(const std::string& pack, const std::string& output, const SigningKey& key, const std::string& certificates, const std::function<Stamped(std::string_view digest)>& stamp);

}  // namespace heed
