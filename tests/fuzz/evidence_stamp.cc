// Answers of time-stamp authorities (RFC 3161, DER), and pages posts are looked for in: any bytes, no crash.  No stamp of an unknown digest holds.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "src/evidence/capture.h"
#include "src/evidence/stamp.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (CheckStamp(bytes, std::string(32, '\x17'), "")) std::abort();
  if (CheckStamp(bytes, std::string(64, '\x17'), "")) std::abort();
  Post post;
  post.native_id = "114000000000000001";
  post.global_id = "https://social.example/users/jo/statuses/114000000000000001";
  post.permalink = "https://social.example/@jo/114000000000000001";
  post.text = "Oakmoor School is run by numpties";
  const auto part = PartOf(bytes, post);
  if (!part.empty() && (part.data() < bytes.data() || part.data() + part.size() > bytes.data() + bytes.size())) std::abort();
  return 0;
}
