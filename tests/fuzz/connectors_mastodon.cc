// Mastodon's pages, descriptions and Link headers from hostile bytes: never a crash, and nothing kept that is
// not public.  The first byte chooses what the rest is.
#include <cstddef>
#include <cstdint>

#include "connectors/mastodon/mastodon.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 5 == 3) {
    (void)ParseMastodonInstance(bytes);
    return 0;
  }
  if (data[0] % 5 == 4) {
    const auto target = LinkTarget(bytes, "next");
    HEED_CHECK(bytes.find(target) != std::string_view::npos);
    return 0;
  }
  const auto list = static_cast<MastodonList>(data[0] % 5);
  const auto page = ParseMastodonPage(bytes, list, {"social.example", "social.example", false});
  if (!page) return 0;
  HEED_CHECK(page->entries.size() <= page->ids.size());
  std::string scratch;
  for (const auto& entry : page->entries) {
    HEED_CHECK(!entry.post.global_id.empty() && !entry.post.native_id.empty());
    HEED_CHECK(entry.post.permalink.empty() || entry.post.permalink.substr(0, 4).find_first_not_of("htpHTP") == std::string::npos);
    HEED_CHECK(IsUtf8(JudgedText(entry.post, scratch)));
  }
  return 0;
}
