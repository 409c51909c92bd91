// The Graph API's lists, errors and tokens from hostile bytes: never a crash, and nothing that is not a sound post.  The first byte
// chooses what the rest is.
#include <cstddef>
#include <cstdint>

#include "connectors/facebook/facebook.h"
#include "connectors/instagram/instagram.h"
#include "connectors/listing/graph.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

namespace {

void CheckAll(const std::vector<heed::ListEntry>& entries) {
  std::string scratch;
  for (const auto& entry : entries) {
    HEED_CHECK(!entry.post.global_id.empty() && !entry.post.native_id.empty() && !entry.post.permalink.empty());
    HEED_CHECK(heed::IsUtf8(heed::JudgedText(entry.post, scratch)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  (void)ReadGraphError(bytes);
  (void)ReadGraphToken(bytes);
  if (data[0] % 6 < 3) {
    if (const auto page = ParseFacebookPage(bytes, static_cast<FacebookList>(data[0] % 3), "1000", "1000_1")) CheckAll(page->entries);
  } else if (const auto page = ParseInstagramPage(bytes, static_cast<InstagramList>(data[0] % 3), {"m1", "oakmoor", "https://www.instagram.com/p/x/", {}})) {
    CheckAll(page->entries);
  }
  return 0;
}
