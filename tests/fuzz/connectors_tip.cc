// Whatever staff were sent, from hostile bytes: never a crash, and every post has an identity and is text.  Something is always
// said: a post, or why not.  Pictures and PDFs go to programs of their own, which a fuzzer need not start.
#include <cstddef>
#include <cstdint>

#include "connectors/tip/tip.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const TipTools tools{[](std::string_view) -> Result<PictureWords> { return PictureWords{"words \xff", 50}; }, [](std::string_view) -> Result<std::string> { return std::string("words \xff"); }};
  const auto check = [](const TipReading& reading) {
    HEED_CHECK(!reading.items.empty() || !reading.not_read.empty());
    for (const auto& item : reading.items) {
      HEED_CHECK(item.collection || item.posts.size() == 1);
      HEED_CHECK(IsUtf8(item.name) && IsUtf8(item.place));
      for (const auto& post : item.posts) {
        HEED_CHECK(!post.global_id.empty() && !post.native_id.empty() && !post.platform.empty() && post.handed_in);
        HEED_CHECK(IsUtf8(post.text) && IsUtf8(post.title) && IsUtf8(post.author.display_name) && IsUtf8(post.author.handle) && IsUtf8(post.global_id) && IsUtf8(post.permalink));
        HEED_CHECK(IsUtf8(post.handed_in->item));
      }
    }
    for (const auto& trouble : reading.not_read) HEED_CHECK(!trouble.why.empty() && IsUtf8(trouble.why) && IsUtf8(trouble.name));
  };
  check(ReadTip("a file", bytes, tools));
  check(ReadFetchedPage("https://forum.example/t/1", "text/html", bytes, tools));
  return 0;
}
