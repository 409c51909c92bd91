// The forums' pages from hostile bytes: never a crash, and every post kept can be told apart, opened and judged.
// The first byte chooses whose page the rest is.
#include <cstddef>
#include <cstdint>

#include "connectors/discourse/discourse.h"
#include "connectors/lemmy/lemmy.h"
#include "connectors/nodebb/nodebb.h"
#include "connectors/reddit/reddit.h"
#include "connectors/telegram/telegram.h"
#include "src/base/check.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto parse = [&]() -> Result<ListAnswer> {
    switch (data[0] % 7) {
      case 0: return ParseLemmyPage(bytes, LemmyList::kPosts, "lemmy.example");
      case 1: return ParseLemmyPage(bytes, LemmyList::kComments, "lemmy.example");
      case 2: return ParseDiscoursePosts(bytes, DiscourseList::kLatest, "forum.example");
      case 3: return ParseDiscoursePosts(bytes, DiscourseList::kTopic, "forum.example");
      case 4: return ParseNodebbPage(bytes, "https://forum.example");
      case 5: return ParseRedditListing(bytes);
      default: return ParseTelegramPage(bytes);
    }
  };
  if (const auto finds = ParseDiscourseSearch(bytes)) HEED_CHECK(finds->topics.size() <= finds->given);
  const auto page = parse();
  if (!page) return 0;
  HEED_CHECK(page->entries.size() <= page->given);
  std::string scratch;
  for (const auto& entry : page->entries) {
    const auto& post = entry.post;
    HEED_CHECK(!post.global_id.empty() && !post.native_id.empty() && !post.author.handle.empty());
    HEED_CHECK(StartsWithIgnoreCase(post.permalink, "https://") || StartsWithIgnoreCase(post.permalink, "http://"));
    HEED_CHECK(IsUtf8(JudgedText(post, scratch)) && IsUtf8(post.global_id) && IsUtf8(post.raw));
  }
  return 0;
}
