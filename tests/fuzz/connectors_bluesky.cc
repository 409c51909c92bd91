// Bluesky's pages from hostile bytes: never a crash, and every post kept has what the store needs.
#include <cstddef>
#include <cstdint>

#include "connectors/bluesky/bluesky.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto page = ParseBlueskyPage(bytes);
  if (!page) return 0;
  HEED_CHECK(page->entries.size() <= page->given);
  std::string scratch;
  for (const auto& entry : page->entries) {
    HEED_CHECK(entry.post.global_id.starts_with("at://did:"));
    HEED_CHECK(entry.post.permalink.starts_with("https://bsky.app/profile/did:"));
    HEED_CHECK(IsUtf8(JudgedText(entry.post, scratch)));
    for (const auto& media : entry.post.media) HEED_CHECK(media.url.empty() || media.url.substr(0, 4).find_first_not_of("htpHTP") == std::string::npos);
    for (const auto& variant : CaseVariants(entry.post.text)) HEED_CHECK(variant.size() == entry.post.text.size());
    (void)entry.SortAt();
  }
  return 0;
}
