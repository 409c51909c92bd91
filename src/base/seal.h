// Running digests, signatures and sealing; with hash.h the host of libsodium.
//
// Signatures are Ed25519 (RFC 8032) over the bytes themselves.  Sealing is by passphrase: Argon2id makes the key,
// XChaCha20-Poly1305 in libsodium's secretstream seals chunk after chunk, so that a file of any length is sealed in
// constant memory and cannot be cut short, reordered or changed without it showing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "src/base/hash.h"
#include "src/base/result.h"

namespace heed {

// SHA-256 and SHA-512 of bytes as they come.  Not to be used after Take().
class Hashing {
 public:
  Hashing();
  ~Hashing();
  Hashing(Hashing&&) noexcept;
  Hashing& operator=(Hashing&&) noexcept;

  void Add(std::string_view bytes);
  struct Sums {
    std::string sha256, sha512;  // hex
    std::uint64_t bytes = 0;
  };
  Sums Take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::size_t kSeedBytes = 32, kPublicKeyBytes = 32, kSignatureBytes = 64;

// `seed` is kSeedBytes of RandomBytes() and is the secret.
std::string PublicKeyOf(std::string_view seed);
std::string Sign(std::string_view bytes, std::string_view seed);
bool SignatureHolds(std::string_view bytes, std::string_view signature, std::string_view public_key);

std::string Base64(std::string_view bytes);
// White space is skipped; anything else that is not base64 is kMalformed.
Result<std::string> FromBase64(std::string_view text);
// RFC 4648 section 5 without "=", in its one canonical writing; anything else is kMalformed.
Result<std::string> FromBase64Url(std::string_view text);
Result<std::string> FromHex(std::string_view text);  // kMalformed

// Seals everything `next` gives (an empty chunk ends it) for whoever knows the passphrase; `put` takes what is written.
// `recipient` stands readable in front and cannot be changed either.  Takes about a second and 256 MB, so that guessing
// passphrases does too.
//   "heed-sealed-1\n" {"memory":bytes,"passes":n,"recipient":"...","salt":hex,"stream":hex}"\n" then chunks of at most
//   64 KiB + 17 bytes, the last one tagged as the last; the two lines are the additional data of the first chunk.
using NextChunk = std::function<Result<std::string_view>()>;
using PutChunk = std::function<Done(std::string_view)>;
Done SealStream(std::string_view passphrase, std::string_view recipient, const NextChunk& next, const PutChunk& put);

// kDenied: the passphrase is not the one; kMalformed: not sealed by heed, changed or cut short.  What was put before a
// failure must not be used.  Returns the recipient.
Result<std::string> UnsealStream(std::string_view passphrase, const NextChunk& next, const PutChunk& put);
inline constexpr std::string_view kSealedMagic = "heed-sealed-1\n";

}  // namespace heed
