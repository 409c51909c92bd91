// The table of words that a program made of a stranger's picture, and Bluesky's addresses: any bytes are text, and never surer than sure.
#include <cstddef>
#include <cstdint>

#include "connectors/bluesky/report.h"
#include "connectors/tip/outside.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto words = ReadTesseractTable(bytes);
  HEED_CHECK(IsUtf8(words.text) && words.confidence <= 100);
  if (words.text.empty()) HEED_CHECK(words.confidence == 0);
  (void)ReadBlueskyAddress(bytes);
  return 0;
}
