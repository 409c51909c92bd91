// The fuzz targets of signing in with a school account on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <string>

#include "src/base/seal.h"
#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzToken
#include "tests/fuzz/access_token.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzOidc
#include "tests/fuzz/access_oidc.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

std::string Url64(std::string_view bytes) {
  std::string text = Base64(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text.substr(0, text.find('='));
}

std::string AToken() {
  return Url64(R"({"alg":"RS256","kid":"k"})") + "." + Url64(R"({"iss":"https://login.example","aud":"heed","sub":"1","exp":1900000300,"iat":1900000000,"nonce":"nonce"})") + "." + Url64(std::string(256, '\1'));
}

std::string SomeKeys() { return R"({"keys":[{"kty":"RSA","kid":"k","n":")" + Url64(std::string(255, '\xC1') + "\1") + R"(","e":"AQAB"}]})"; }

TEST(FuzzTargets, TokensHold) { Hammer(&FuzzToken, {AToken() + "\n" + SomeKeys()}); }

TEST(FuzzTargets, SigningInHolds) {
  const std::string ok(1, '\0'), next = "\x1e" + ok;
  const std::string service = R"({"issuer":"https://login.example","authorization_endpoint":"https://login.example/a","token_endpoint":"https://login.example/t","jwks_uri":"https://login.example/k"})";
  Hammer(&FuzzOidc, {ok + service + next + R"({"id_token":")" + AToken() + "\"}" + next + SomeKeys(), ok + service + "\x1e\x03{\"error\":\"invalid_client\"}"});
}

}  // namespace
}  // namespace heed
