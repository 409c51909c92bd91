// The fuzz target of whole connectors on a small corpus, for builds without libFuzzer: every connector, everything that is asked of it.
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzExchange
#include "tests/fuzz/connectors_exchange.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

TEST(FuzzTargets, ExchangeHolds) {
  // Answers as several platforms give them: a sign-in, then what was asked for.
  const std::string sign_in = std::string(1, '\0') +
                              "\n{\"access_token\":\"a\",\"expires_in\":3600,\"accessJwt\":\"a\",\"refreshJwt\":\"r\",\"did\":\"did:plc:a\",\"jwt\":\"t\",\"id\":\"b1\",\"version\":\"4.3.0\",\"domain\":\"social.example\"}";
  const std::string answers[] = {
      "\n{\"data\":[{\"id\":\"1\",\"message\":\"words\"}],\"items\":[],\"posts\":[{\"post_id\":1}],\"statuses\":[],\"error\":{\"code\":190}}",
      "x-ratelimit-remaining: 0\nx-ratelimit-reset: 30\n\n{\"json\":{\"errors\":[[\"RATELIMIT\",\"x\"]],\"ratelimit\":9.5},\"success\":true}",
  };
  for (std::size_t platform = 0; platform < Platforms().size(); ++platform)
    for (int asked = 0; asked < 6; ++asked)
      for (const auto& answer : answers) {
        const std::string start{static_cast<char>(platform), static_cast<char>(asked)};
        const std::string whole = start + sign_in + "\x1e" + std::string(1, '\0') + answer + "\x1e" + std::string(1, '\0') + answer;
        Hammer(&FuzzExchange, {whole}, 40);
      }
}

}  // namespace
}  // namespace heed
