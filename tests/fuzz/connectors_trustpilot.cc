// What trustpilot answers, from hostile bytes: never a crash, and nothing that is not a sound post.
#include <cstddef>
#include <cstdint>

#include "connectors/trustpilot/trustpilot.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto page = ParseTrustpilotReviews(bytes);
  if (!page) return 0;
  std::string scratch;
  for (const auto& entry : page->entries) {
    HEED_CHECK(!entry.post.global_id.empty() && !entry.post.native_id.empty());
    HEED_CHECK(entry.post.permalink.starts_with("https://"));
    HEED_CHECK(IsUtf8(JudgedText(entry.post, scratch)));
  }
  return 0;
}
