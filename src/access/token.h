// An ID token (OpenID Connect Core 1.0, section 2) in its compact writing: taken apart, its signature and its claims checked.
//
// Pure: no network, no clock.  Whoever has a TokenClaims has one that was checked; there is no other way to make it.  Any bytes are
// fine: what is not exactly a signed token is an error.  The only host of OpenSSL in this room.
//
// Sources: RFC 7515 (JWS), 7517 (JWK), 7518 (algorithms), 7519 (JWT), 8725 (best current practice).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// A public key of an issuer that may sign: RSA of 2048 bits or more, or a point of P-256.  Bytes are big-endian.
struct IssuerKey {
  std::string id;         // "kid"; may be empty
  std::string algorithm;  // "alg" where the key names one: then no other
  std::string modulus, exponent;  // RSA
  std::string x, y;               // P-256, 32 bytes each

  bool is_rsa() const { return !modulus.empty(); }
};

// The keys of a JWK set that fit; keys for encryption and of other kinds are left out, as are more than a hundred.  kMalformed: it is no
// JWK set.
Result<std::vector<IssuerKey>> ReadIssuerKeys(std::string_view json);

// Taken apart and nothing checked yet.
struct UncheckedToken {
  std::string algorithm, key_id;  // of the header
  std::string signed_part;        // what the signature is over
  std::string signature;          // bytes
  std::string claims;             // JSON, an object without doubled names
};
inline constexpr std::size_t kMaxToken = 64 * 1024;  // bytes
// kMalformed: not three parts of base64url, a header or claims that are not JSON objects, or names doubled in them.  kDenied: an
// algorithm other than RS256, PS256 and ES256 (so "none" and every HS: a public key must never serve as a shared secret), or a header
// that asks for what heed does not do ("crit").
Result<UncheckedToken> ParseToken(std::string_view compact);

// What a token must say to be taken.
struct TokenExpectation {
  std::string issuer, client_id, nonce;
  Instant now{};
  seconds skew{120};      // by which the issuer's clock may differ from ours
  seconds oldest{600};    // since it was issued
  std::string subject_claim = "sub";      // the issuer's lasting name for a person
  std::vector<std::string> second_factor; // not empty: one of these must stand in "amr" or be "acr"
};

struct TokenClaims {
  std::string subject;        // of subject_claim: 1 to 255 visible ASCII characters
  std::string mail;           // in small letters; empty where there is none
  bool mail_verified = false; // the issuer says so
  std::string name;           // for people to read; may be empty
};

// kNotFound: signed with a key that is not among these: they may have been changed, look again.  kDenied says what does not hold.
Result<TokenClaims> CheckToken(const UncheckedToken& token, const std::vector<IssuerKey>& keys, const TokenExpectation& expected);

}  // namespace heed
