// Tokens and key sets of a sign-in service.  Nothing is accepted here: no key that signs is known.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "src/access/token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto keys = heed::ReadIssuerKeys(bytes);
  const auto half = bytes.find('\n');
  const auto token = heed::ParseToken(bytes.substr(0, half));
  heed::TokenExpectation expected;
  expected.issuer = "https://login.example";
  expected.client_id = "heed";
  expected.nonce = "nonce";
  if (token) {
    if (keys && heed::CheckToken(*token, *keys, expected)) std::abort();
    if (half != std::string_view::npos)
      if (const auto others = heed::ReadIssuerKeys(bytes.substr(half + 1)); others) (void)heed::CheckToken(*token, *others, expected);
  }
  return 0;
}
