// The installation's signing key: Ed25519, made on first use, in a file only its owner can read.
#pragma once

#include <string>
#include <string_view>

#include "src/base/result.h"

namespace heed {

struct SigningKey {
  std::string seed;        // the secret
  std::string public_key;  // 32 bytes
};

// `folder`/signing.key, made (0600, the folder 0700) when there is none.  A file that others may read is refused
// (kInvalid): whoever could read it could have signed.
Result<SigningKey> OpenSigningKey(const std::string& folder);

// SubjectPublicKeyInfo (RFC 8410) as PEM: what OpenSSL reads.
std::string PublicKeyPem(std::string_view public_key);
Result<std::string> ParsePublicKeyPem(std::string_view pem);  // kMalformed
// SHA-256 over the DER of that, hex: what a person compares.
std::string Fingerprint(std::string_view public_key);

}  // namespace heed
