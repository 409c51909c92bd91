// Sealed files, as a stranger may hand one in to be opened: any bytes, in pieces of any size, and nothing opens without its passphrase.
// Making a key is slow on purpose: files that ask for much of it are left out.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "src/base/check.h"
#include "src/base/seal.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const std::string_view key : {"\"memory\":", "\"passes\":"}) {
    const auto at = rest.find(key);
    std::uint64_t asked = 0;
    if (at != rest.npos) std::from_chars(rest.data() + at + key.size(), rest.data() + rest.size(), asked);
    if (asked > 100'000 || rest.find(key, at + 1) != rest.npos) return 0;
  }
  if (rest.find('\\') != rest.npos) return 0;  // keys written with escapes
  const std::size_t piece = data[0] + 1u;
  const auto recipient = UnsealStream(
      "not the passphrase",
      [&]() -> Result<std::string_view> {
        const auto given = rest.substr(0, piece);
        rest.remove_prefix(given.size());
        return given;
      },
      [](std::string_view) -> Done { HEED_CHECK(false && "it opened"); return {}; });
  HEED_CHECK(!recipient && IsUtf8(recipient.error().message()));
  return 0;
}
