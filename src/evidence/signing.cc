#include "src/evidence/signing.h"

#include <sys/stat.h>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/seal.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::string_view kHead = "-----BEGIN PUBLIC KEY-----\n", kFoot = "\n-----END PUBLIC KEY-----\n";
// SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING } in front of the 32 bytes (RFC 8410 section 10.1).
constexpr std::string_view kDerFront{"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12};

}  // namespace

Result<SigningKey> OpenSigningKey(const std::string& folder) {
  const std::string path = folder + "/signing.key";
  auto text = ReadFile(path, 4096);
  if (!text && text.error().fault() != Fault::kNotFound) return Fail(text.error());
  if (!text) {
    HEED_TRY(MakeFolder(folder));
    HEED_TRY(WriteFile(path, Hex(RandomBytes(kSeedBytes)) + "\n", 0600));
    text = ReadFile(path, 4096);
    if (!text) return Fail(text.error());
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    return Fail(Fault::kInvalid, path + ": others than its owner can read or write this secret key; chmod 600 it, and if others had access move it away so that a new one is made");
  auto seed = FromHex(Trim(*text));
  if (!seed || seed->size() != kSeedBytes) return Fail(Fault::kMalformed, path + ": is no signing key; restore it from a backup, or move it away so that a new one is made");
  SigningKey key;
  key.public_key = PublicKeyOf(*seed);
  key.seed = *std::move(seed);
  return key;
}

std::string PublicKeyPem(std::string_view public_key) {
  return std::string(kHead) + Base64(std::string(kDerFront) + std::string(public_key)) + std::string(kFoot);
}

Result<std::string> ParsePublicKeyPem(std::string_view pem) {
  const Error wrong{Fault::kMalformed, "is no Ed25519 public key in PEM"};
  if (!pem.starts_with(kHead) || !pem.ends_with(kFoot) || pem.size() < kHead.size() + kFoot.size()) return Fail(wrong);
  const auto der = FromBase64(pem.substr(kHead.size(), pem.size() - kHead.size() - kFoot.size()));
  if (!der || der->size() != kDerFront.size() + kPublicKeyBytes || !std::string_view(*der).starts_with(kDerFront)) return Fail(wrong);
  return der->substr(kDerFront.size());
}

std::string Fingerprint(std::string_view public_key) { return Sha256Hex(std::string(kDerFront) + std::string(public_key)); }

}  // namespace heed
