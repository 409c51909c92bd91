// Feeds from hostile bytes: never a crash, and every post has an identity, an address a person can open, and
// text that is text.  The first byte chooses the charset the server claims.
#include <array>
#include <cstddef>
#include <cstdint>

#include "connectors/feed/feed.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 5> kTypes = {"application/xml", "text/xml; charset=iso-8859-1", "application/feed+json", "text/xml; charset=utf-16", "text/xml; charset=x-nobody"};
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto feed = ParseFeed(bytes, kTypes[data[0] % kTypes.size()], "https://news.example/feed", "https://news.example/feed");
  if (!feed) {
    HEED_CHECK(!feed.error().message().empty());
    return 0;
  }
  HEED_CHECK(feed->next_url.empty() || UrlOrigin(feed->next_url));
  std::string scratch;
  for (const auto& post : feed->posts) {
    HEED_CHECK(post.global_id.size() > 5 && !post.native_id.empty());
    HEED_CHECK(UrlOrigin(post.permalink).has_value());
    HEED_CHECK(!JudgedText(post, scratch).empty() && IsUtf8(JudgedText(post, scratch)));
    HEED_CHECK(IsUtf8(post.global_id) && IsUtf8(post.permalink) && IsUtf8(post.raw) && IsUtf8(post.author.display_name) && IsUtf8(post.language));
  }
  for (const auto& note : feed->notes) HEED_CHECK(IsUtf8(note));
  return 0;
}
