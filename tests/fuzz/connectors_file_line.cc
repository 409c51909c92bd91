// A line of a file from hostile bytes: the fast way answers as the parser does.
#include <cstddef>
#include <cstdint>

#include "connectors/file/file.h"
#include "connectors/file/line.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  static JsonParser parser;
  const auto fast = ParsePostLine(line, parser);
  const auto plain = ParsePostLinePlainly(line, parser);
  HEED_CHECK(fast.has_value() == plain.has_value());
  if (!fast) {
    HEED_CHECK(fast.error().message() == plain.error().message());
    return 0;
  }
  HEED_CHECK(fast->has_value() == plain->has_value());
  if (!*fast) return 0;
  const Post &a = **fast, &b = **plain;
  HEED_CHECK(!a.global_id.empty() && a.global_id == b.global_id && a.native_id == b.native_id && a.version_id == b.version_id);
  HEED_CHECK(a.text == b.text && a.raw == b.raw && a.raw_format == b.raw_format && a.title == b.title && a.warning == b.warning);
  HEED_CHECK(a.author.id == b.author.id && a.author.handle == b.author.handle && a.author.display_name == b.author.display_name);
  HEED_CHECK(a.created_at == b.created_at && a.edited_at == b.edited_at && a.permalink == b.permalink && a.platform == b.platform);
  HEED_CHECK(a.counts.likes == b.counts.likes && a.counts.replies == b.counts.replies && a.media.size() == b.media.size());
  std::string scratch;
  HEED_CHECK(IsUtf8(JudgedText(a, scratch)) && IsUtf8(a.global_id));
  return 0;
}
