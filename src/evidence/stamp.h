// Time stamps by somebody else's clock (RFC 3161): asking for them, and checking them.  The only host of OpenSSL.
//
// Only a digest leaves the school.  A token is asked for with the authority's certificates in it, checked the moment it
// arrives, and kept as the whole answer (DER of TimeStampResp), which is what `openssl ts -verify -in` reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/net/http.h"

namespace heed {

// What a token says, once it was found to be intact.
struct Stamp {
  Instant at{};             // by the authority's clock
  std::string authority;    // subject of the certificate that signed it
  std::string serial;       // hex
  std::string policy;       // OID
  // Empty when that certificate leads to one that is trusted here; else why not.  The token is intact either way: whether
  // the authority deserves belief is then for a person to find out.
  std::string not_trusted;
};

// Checks an answer against the digest it must be about (32 bytes of SHA-256 or 64 of SHA-512): granted, that very digest,
// signed by the certificate in it, which is for time stamps only.  `certificates`: a PEM file of trusted ones; empty: the
// system's.  kMalformed says what does not hold; kInvalid when the file of certificates cannot be read.
Result<Stamp> CheckStamp(std::string_view answer, std::string_view digest, const std::string& certificates);

struct Answered {
  std::string answer;  // as it came
  Stamp stamp;
};

// Asks one authority.  kUnavailable and kBusy: try later; kMalformed: what came is not a stamp of this digest; kDenied: it
// refused, or its certificate is not trusted by `certificates` where those are given.
Result<Answered> AskForStamp(HttpClient& http, const std::string& url, std::string_view digest, const std::string& certificates);

}  // namespace heed
