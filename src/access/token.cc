#include "src/access/token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <memory>
#include <set>

#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/base/secret.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::size_t kMostKeys = 100, kCoordinate = 32, kLeastModulus = 256, kMostModulus = 1024, kMostExponent = 8;
constexpr std::int64_t kLatestSecond = 253402300799;  // the end of the year 9999

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

const unsigned char* AsBytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
Number AsNumber(std::string_view bytes) { return Number(BN_bin2bn(AsBytes(bytes), static_cast<int>(bytes.size()), nullptr)); }

// nullptr where OpenSSL does not take it: a point off the curve, an even modulus.
Key OpenKey(const IssuerKey& key) {
  Builder builder(OSSL_PARAM_BLD_new());
  const Number n = AsNumber(key.modulus), e = AsNumber(key.exponent);
  const std::string point = "\x04" + key.x + key.y;
  if (!builder || !n || !e) return nullptr;
  const bool built = key.is_rsa() ? OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1
                                  : OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
                                        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
  const Parameters parameters(built ? OSSL_PARAM_BLD_to_param(builder.get()) : nullptr);
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, key.is_rsa() ? "RSA" : "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 || EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return nullptr;
  Key opened(made);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, opened.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return opened;
}

// JOSE writes an ECDSA signature as two numbers of 32 bytes, OpenSSL wants DER.
std::string AsDer(std::string_view signature) {
  if (signature.size() != 2 * kCoordinate) return {};
  EcSignature pair(ECDSA_SIG_new());
  Number r = AsNumber(signature.substr(0, kCoordinate)), s = AsNumber(signature.substr(kCoordinate));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  (void)r.release(), (void)s.release();  // the pair owns them now
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  const std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

bool Fits(const IssuerKey& key, std::string_view algorithm) {
  return key.is_rsa() == (algorithm != "ES256") && (key.algorithm.empty() || key.algorithm == algorithm);
}

bool SignatureHolds(const UncheckedToken& token, const IssuerKey& issuer_key) {
  const Key key = OpenKey(issuer_key);
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (!key || !context || EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, key.get()) != 1) return false;
  if (token.algorithm == "PS256" &&
      (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 || EVP_PKEY_CTX_set_rsa_mgf1_md(options, EVP_sha256()) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  const std::string signature = token.algorithm == "ES256" ? AsDer(token.signature) : token.signature;
  return !signature.empty() && EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(), AsBytes(token.signed_part), token.signed_part.size()) == 1;
}

// An object in which every name stands once: with two, one reader sees the first and another the last.
Result<Json> ReadObject(JsonParser& parser, std::string_view text, const char* what) {
  const auto root = parser.Parse(text);
  if (!root || !root->IsObject()) return Fail(Fault::kMalformed, std::string("the token's ") + what + " cannot be read");
  std::set<std::string_view> names;
  bool once = true;
  root->EachMember([&](std::string_view name, Json) { once = names.insert(name).second && once; });
  if (!once) return Fail(Fault::kMalformed, std::string("the token's ") + what + " says something twice");
  return *root;
}

bool IsSubject(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

// Seconds since 1970; fractions are cut off.
std::optional<Instant> TimeOf(Json value) {
  const auto number = value.Number();
  if (!number || !(*number >= 0) || *number > static_cast<double>(kLatestSecond)) return std::nullopt;
  return Instant{seconds{static_cast<std::int64_t>(*number)}};
}

bool Holds(Json list, std::string_view wanted) {
  bool found = false;
  list.Each([&](Json item) { found = found || item.StringOr("") == wanted; });
  return found;
}

}  // namespace

Result<std::vector<IssuerKey>> ReadIssuerKeys(std::string_view json) {
  JsonParser parser;
  const auto root = parser.Parse(json);
  if (!root || !(*root)["keys"].IsArray()) return Fail(Fault::kMalformed, "the keys of the sign-in service cannot be read");
  std::vector<IssuerKey> keys;
  (*root)["keys"].Each([&](Json one) {
    if (keys.size() >= kMostKeys) return;
    if (const auto use = one["use"].String(); use && *use != "sig") return;
    if (one["key_ops"] && !Holds(one["key_ops"], "verify")) return;
    IssuerKey key;
    key.id = one["kid"].StringOr("");
    key.algorithm = one["alg"].StringOr("");
    const auto bytes = [&](const char* name, std::string& to) {
      auto read = FromBase64Url(one[name].StringOr(""));
      if (read) to = *std::move(read);
    };
    if (one["kty"].StringOr("") == "RSA") {
      bytes("n", key.modulus);
      bytes("e", key.exponent);
      if (key.modulus.size() < kLeastModulus || key.modulus.size() > kMostModulus || key.modulus.front() == 0) return;
      if (key.exponent.empty() || key.exponent.size() > kMostExponent || (key.exponent.back() & 1) == 0 || key.exponent == "\x01") return;
    } else if (one["kty"].StringOr("") == "EC" && one["crv"].StringOr("") == "P-256") {
      bytes("x", key.x);
      bytes("y", key.y);
      if (key.x.size() != kCoordinate || key.y.size() != kCoordinate) return;
    } else {
      return;
    }
    keys.push_back(std::move(key));
  });
  return keys;
}

Result<UncheckedToken> ParseToken(std::string_view compact) {
  const Error broken{Fault::kMalformed, "what the sign-in service sent is not a signed token"};
  if (compact.size() > kMaxToken) return Fail(Fault::kMalformed, "the token is far too long");
  const auto parts = Split(compact, '.');
  if (parts.size() != 3) return Fail(broken);
  const auto header_text = FromBase64Url(parts[0]);
  auto claims = FromBase64Url(parts[1]), signature = FromBase64Url(parts[2]);
  if (!header_text || !claims || !signature) return Fail(broken);
  JsonParser parser;
  const Json header = HEED_TRY(ReadObject(parser, *header_text, "header"));
  UncheckedToken token;
  token.algorithm = header["alg"].StringOr("");
  token.key_id = header["kid"].StringOr("");
  if (token.algorithm != "RS256" && token.algorithm != "PS256" && token.algorithm != "ES256") return Fail(Fault::kDenied, "the token is not signed in a way heed trusts (RS256, PS256 or ES256)");
  if (header["crit"] || header["b64"] || header["zip"]) return Fail(Fault::kDenied, "the token asks for something heed does not do");
  if (header["kid"] && !header["kid"].String()) return Fail(broken);
  HEED_TRY(ReadObject(parser, *claims, "content"));
  token.signed_part = compact.substr(0, parts[0].size() + 1 + parts[1].size());
  token.signature = *std::move(signature);
  token.claims = *std::move(claims);
  return token;
}

Result<TokenClaims> CheckToken(const UncheckedToken& token, const std::vector<IssuerKey>& keys, const TokenExpectation& expected) {
  // The one key it names; without a name, the one key there is of its kind.
  std::vector<const IssuerKey*> fit;
  bool named = false;
  for (const auto& key : keys) {
    if (!token.key_id.empty() && key.id != token.key_id) continue;
    named = true;
    if (Fits(key, token.algorithm)) fit.push_back(&key);
  }
  if (!named) return Fail(Fault::kNotFound, "the token is signed with a key the sign-in service does not publish");
  if (fit.size() != 1) return Fail(Fault::kDenied, fit.empty() ? "the token is signed in another way than its key is for" : "the token does not say which key signed it");
  if (!SignatureHolds(token, *fit.front())) return Fail(Fault::kDenied, "the token's signature does not hold");

  JsonParser parser;
  const Json claims = HEED_TRY(ReadObject(parser, token.claims, "content"));
  if (claims["iss"].StringOr("") != expected.issuer || expected.issuer.empty()) return Fail(Fault::kDenied, "the token is from another sign-in service");
  const Json audience = claims["aud"];
  const std::string_view party = claims["azp"].StringOr("");
  const bool ours = audience.IsArray() ? Holds(audience, expected.client_id) : audience.StringOr("") == expected.client_id;
  if (expected.client_id.empty() || !ours) return Fail(Fault::kDenied, "the token was made for another program");
  if (claims["azp"] ? party != expected.client_id : audience.IsArray() && audience.size() > 1) return Fail(Fault::kDenied, "the token was made for another program");
  const auto expires = TimeOf(claims["exp"]), issued = TimeOf(claims["iat"]);
  if (!expires || !issued) return Fail(Fault::kDenied, "the token does not say when it was made and when it ends");
  if (expected.now >= *expires + expected.skew) return Fail(Fault::kDenied, "the token has ended; if that happens again, the clock of this machine or of the sign-in service is wrong");
  if (*issued > expected.now + expected.skew) return Fail(Fault::kDenied, "the token is from the future: the clock of this machine or of the sign-in service is wrong");
  if (*issued + expected.oldest + expected.skew < expected.now) return Fail(Fault::kDenied, "the token is too old");
  if (claims["nbf"]) {
    const auto begins = TimeOf(claims["nbf"]);
    if (!begins || *begins > expected.now + expected.skew) return Fail(Fault::kDenied, "the token does not count yet");
  }
  if (expected.nonce.empty() || !SameSecret(claims["nonce"].StringOr(""), expected.nonce)) return Fail(Fault::kDenied, "the token belongs to another attempt to sign in");
  if (!IsSubject(claims["sub"].StringOr(""))) return Fail(Fault::kDenied, "the token does not say who it is about");

  TokenClaims checked;
  checked.subject = claims[expected.subject_claim].StringOr("");
  if (!IsSubject(checked.subject)) return Fail(Fault::kDenied, "the token has no \"" + expected.subject_claim + "\", by which people are to be known");
  if (!expected.second_factor.empty()) {
    const bool proved = std::ranges::any_of(expected.second_factor, [&](const std::string& one) { return claims["acr"].StringOr("") == one || Holds(claims["amr"], one); });
    if (!proved) return Fail(Fault::kSignIn, "your school account was not asked for a second factor");
  }
  checked.mail = LowerAscii(Trim(claims["email"].StringOr("")));
  if (checked.mail.size() > 254) checked.mail.clear();
  checked.mail_verified = claims["email_verified"].Bool().value_or(claims["email_verified"].StringOr("") == "true");
  checked.name = claims["name"].StringOr("");
  return checked;
}

}  // namespace heed
