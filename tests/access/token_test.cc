// Tokens as strangers write them.
#include "src/access/token.h"

#include <gtest/gtest.h>

#include <random>

#include "src/base/secret.h"
#include "src/base/seal.h"

namespace heed {
namespace {

// RFC 7515, appendices A.2 (RS256) and A.3 (ES256): their keys, their signatures.
constexpr const char* kRsaSigned =
    "eyJhbGciOiJSUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
    "eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr const char* kRsaKeys =
    R"({"keys":[{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]})";
constexpr const char* kEcSigned =
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
constexpr const char* kEcKeys = R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

TokenExpectation Joe() {
  TokenExpectation expected;
  expected.issuer = "joe";
  expected.client_id = "heed";
  expected.nonce = "n";
  return expected;
}

// The RFC's claims are not an ID token's: once the signature holds, the next thing that is missing is said.
TEST(Token, HoldsTheStandardsOwnExamples) {
  for (const auto& [token, keys] : {std::pair{kRsaSigned, kRsaKeys}, {kEcSigned, kEcKeys}}) {
    const auto parsed = ParseToken(token);
    ASSERT_TRUE(parsed) << parsed.error().message();
    const auto checked = CheckToken(*parsed, *ReadIssuerKeys(keys), Joe());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message(), "the token was made for another program");
    // With the other one's key there is none of its kind.
    EXPECT_EQ(CheckToken(*parsed, *ReadIssuerKeys(token == kRsaSigned ? kEcKeys : kRsaKeys), Joe()).error().message(), "the token is signed in another way than its key is for");
    EXPECT_EQ(CheckToken(*parsed, {}, Joe()).error().fault(), Fault::kNotFound);
  }
}

std::string Compact(std::string_view header, std::string_view claims, std::string_view signature = "s") { return Base64Url(header) + "." + Base64Url(claims) + "." + Base64Url(signature); }

TEST(Token, WhatIsNoTokenIsNone) {
  for (const std::string& text : std::vector<std::string>{
           "", ".", "..", "...", "a.b", "a.b.c.d", Compact("{}", "{}"), Compact("[]", "{}"), Compact(R"({"alg":"RS256"})", "[]"), Compact(R"({"alg":"RS256"})", ""), Compact("", "{}"), Compact(R"({"alg":5})", "{}"),
           Compact(R"({"alg":"rs256"})", "{}"), Compact(R"({"alg":"RS256 "})", "{}"), Compact(R"({"alg":"none"})", "{}"), Compact(R"({"alg":"None"})", "{}"), Compact(R"({"alg":"HS256"})", "{}"), Compact(R"({"alg":"RS512"})", "{}"),
           Compact(R"({"alg":"RS256","alg":"none"})", "{}"), Compact(R"({"alg":"RS256","kid":["a"]})", "{}"), Compact(R"({"alg":"RS256","crit":[]})", "{}"), Compact(R"({"alg":"RS256","zip":"DEF"})", "{}"),
           Compact(R"({"alg":"RS256"})", R"({"a":1,"a":2})"), Compact(R"({"alg":"RS256"})", "{}") + "=", " " + Compact(R"({"alg":"RS256"})", "{}"), Compact(R"({"alg":"RS256"})", "{}") + "\n",
           Compact(R"({"alg":"RS256"})", std::string(kMaxToken, ' ')), Compact(R"({"alg":"RS256"})", "{\"a\":" + std::string(300, '[') + std::string(300, ']') + "}"), std::string("\0\0.\0.\0", 6)})
    EXPECT_FALSE(ParseToken(text)) << text.substr(0, 200);
  EXPECT_TRUE(ParseToken(Compact(R"({"alg":"RS256"})", "{}")));
}

// The last letter of base64url may carry bits that mean nothing: two writings of one signature would be two tokens.
TEST(Token, HasOneWriting) {
  std::string other = kEcSigned;
  ASSERT_EQ(other.back(), 'Q');
  other.back() = 'R';
  EXPECT_FALSE(ParseToken(other));
}

TEST(Token, AWrongByteAnywhereIsNoticed) {
  std::mt19937 random(20310302);
  const auto keys = ReadIssuerKeys(kEcKeys).value();
  const std::string right = kEcSigned;
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=\n\0{";
  for (int round = 0; round < 4000; ++round) {
    std::string text = right;
    const int changes = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < changes && !text.empty(); ++i) {
      const std::size_t at = random() % text.size();
      const char letter = letters[random() % letters.size()];
      switch (random() % 4) {
        case 0: text.insert(at, 1, letter); break;
        case 1: text.erase(at, 1); break;
        case 2: text.resize(at + 1); break;
        default: text[at] = letter;
      }
    }
    if (text == right) continue;
    const auto parsed = ParseToken(text);
    if (!parsed) continue;
    const auto checked = CheckToken(*parsed, keys, Joe());
    ASSERT_FALSE(checked);
    // What the right one is told after its signature was found good.
    EXPECT_NE(checked.error().message(), "the token was made for another program") << text;
  }
}

TEST(Token, KeysOfOtherKindsAreLeftOut) {
  const std::string n = Base64Url("\x81" + std::string(255, '\x01'));
  struct Case {
    const char* name;
    std::string json;
    std::size_t keys;
  };
  for (const auto& one : {Case{"right", R"({"kty":"RSA","n":")" + n + R"(","e":"AQAB"})", 1}, Case{"for encryption", R"({"kty":"RSA","use":"enc","n":")" + n + R"(","e":"AQAB"})", 0},
                          Case{"to encrypt", R"({"kty":"RSA","key_ops":["encrypt"],"n":")" + n + R"(","e":"AQAB"})", 0}, Case{"exponent 1", R"({"kty":"RSA","n":")" + n + R"(","e":"AQ"})", 0},
                          Case{"even exponent", R"({"kty":"RSA","n":")" + n + R"(","e":"Ag"})", 0}, Case{"short", R"({"kty":"RSA","n":")" + Base64Url(std::string(128, '\x81')) + R"(","e":"AQAB"})", 0},
                          Case{"zeros in front", R"({"kty":"RSA","n":")" + Base64Url(std::string(200, '\0') + std::string(100, '\x81')) + R"(","e":"AQAB"})", 0}, Case{"a shared secret", R"({"kty":"oct","k":"AAAA"})", 0},
                          Case{"another curve", R"({"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"})", 0}, Case{"no key", "7", 0}}) {
    const auto keys = ReadIssuerKeys("{\"keys\":[" + one.json + "]}");
    ASSERT_TRUE(keys) << one.name;
    EXPECT_EQ(keys->size(), one.keys) << one.name;
  }
  for (const char* bad : {"", "{}", "[]", "{\"keys\":{}}", "{\"keys\":7}", "\xff"}) EXPECT_FALSE(ReadIssuerKeys(bad)) << bad;
}

}  // namespace
}  // namespace heed
