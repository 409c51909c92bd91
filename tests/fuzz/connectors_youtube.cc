// YouTube's lists and errors from hostile bytes: never a crash, and nothing that is not a sound post.  The first byte chooses the list.
#include <cstddef>
#include <cstdint>

#include "connectors/youtube/youtube.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  School school;
  school.name = "Oakmoor School";
  (void)YouTubeReason(bytes);
  const auto page = ParseYouTubePage(bytes, static_cast<YouTubeList>(data[0] % 5), school, "video");
  if (!page) return 0;
  std::string scratch;
  for (const auto& entry : page->entries) {
    HEED_CHECK(!entry.post.global_id.empty() && !entry.post.native_id.empty());
    HEED_CHECK(entry.post.permalink.starts_with("https://www.youtube.com/"));
    HEED_CHECK(IsUtf8(JudgedText(entry.post, scratch)));
  }
  return 0;
}
