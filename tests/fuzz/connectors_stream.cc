// Frames of Bluesky's stream from hostile bytes, and the sieve over them: never a crash, and what the sieve lets through
// does not depend on what stands around it.
#include <cstddef>
#include <cstdint>

#include "connectors/bluesky/stream.h"
#include "connectors/sieve.h"
#include "src/base/check.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  static const Sieve sieve({"Oakmoor School", "OS", "#oakmoor"});
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto time = JetstreamTime(bytes)) HEED_CHECK(*time > 0);
  if (sieve.Passes(bytes)) HEED_CHECK(sieve.Passes(" " + bytes + std::string(80, ' ')));
  HEED_CHECK(sieve.Passes(bytes + " oakmoor"));
  const auto post = ParseJetstreamFrame(bytes);
  if (!post || !*post) return 0;
  std::string scratch;
  HEED_CHECK(IsUtf8(JudgedText(**post, scratch)) && !(*post)->global_id.empty() && (*post)->permalink.starts_with("https://bsky.app/profile/did:"));
  return 0;
}
