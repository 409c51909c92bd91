// HTML, Markdown and entities from hostile bytes: always UTF-8, never a control character but the line break,
// and never much longer than what came in.
#include <cstddef>
#include <cstdint>

#include "connectors/markup/html.h"
#include "connectors/markup/markdown.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

void CheckShown(const std::string& text, std::size_t given) {
  HEED_CHECK(IsUtf8(text));
  HEED_CHECK(text.size() <= given * 3 + 3);  // a bad byte becomes U+FFFD: three
  for (const char c : text) HEED_CHECK(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  if (!text.empty()) HEED_CHECK(text.front() != ' ' && text.back() != ' ' && text.front() != '\n' && text.back() != '\n');
}

}  // namespace
}  // namespace heed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckShown(HtmlToText(bytes), size);
  CheckShown(MarkdownToText(bytes), size);
  HEED_CHECK(DecodeEntities(bytes).size() <= size * 3);
  return 0;
}
