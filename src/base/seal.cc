#include "src/base/seal.h"

#include <sodium.h>

#include <algorithm>

#include "src/base/check.h"
#include "src/base/json.h"

namespace heed {
namespace {

constexpr std::size_t kChunk = 64 << 10, kOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kMaxHeader = 4096;
constexpr std::uint64_t kMaxMemory = 1ull << 30, kMaxPasses = 20;

void Ready() {
  static const int started = sodium_init();
  HEED_CHECK(started >= 0);
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// A secret that leaves no trace in memory.
struct Secret {
  explicit Secret(std::size_t size) : bytes(size, '\0') {}
  ~Secret() { sodium_memzero(bytes.data(), bytes.size()); }
  Secret(const Secret&) = delete;
  std::string bytes;
};

Done MakeKey(std::string_view passphrase, std::string_view salt, std::uint64_t passes, std::uint64_t memory, std::string& key) {
  if (crypto_pwhash(Bytes(key), key.size(), passphrase.data(), passphrase.size(), Bytes(salt), passes, memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Fail(Fault::kIo, "there is not enough memory to make the key: " + std::to_string(memory >> 20) + " MB are needed");
  return {};
}

}  // namespace

struct Hashing::Impl {
  crypto_hash_sha256_state sha256;
  crypto_hash_sha512_state sha512;
  std::uint64_t bytes = 0;
};

Hashing::Hashing() : impl_(std::make_unique<Impl>()) {
  Ready();
  crypto_hash_sha256_init(&impl_->sha256);
  crypto_hash_sha512_init(&impl_->sha512);
}
Hashing::~Hashing() = default;
Hashing::Hashing(Hashing&&) noexcept = default;
Hashing& Hashing::operator=(Hashing&&) noexcept = default;

void Hashing::Add(std::string_view bytes) {
  crypto_hash_sha256_update(&impl_->sha256, Bytes(bytes), bytes.size());
  crypto_hash_sha512_update(&impl_->sha512, Bytes(bytes), bytes.size());
  impl_->bytes += bytes.size();
}

Hashing::Sums Hashing::Take() {
  std::string small(crypto_hash_sha256_BYTES, '\0'), large(crypto_hash_sha512_BYTES, '\0');
  crypto_hash_sha256_final(&impl_->sha256, Bytes(small));
  crypto_hash_sha512_final(&impl_->sha512, Bytes(large));
  return {Hex(small), Hex(large), impl_->bytes};
}

std::string PublicKeyOf(std::string_view seed) {
  Ready();
  HEED_CHECK(seed.size() == kSeedBytes);
  Secret secret(crypto_sign_SECRETKEYBYTES);
  std::string key(crypto_sign_PUBLICKEYBYTES, '\0');
  crypto_sign_seed_keypair(Bytes(key), Bytes(secret.bytes), Bytes(seed));
  return key;
}

std::string Sign(std::string_view bytes, std::string_view seed) {
  Ready();
  HEED_CHECK(seed.size() == kSeedBytes);
  Secret secret(crypto_sign_SECRETKEYBYTES);
  std::string key(crypto_sign_PUBLICKEYBYTES, '\0'), signature(crypto_sign_BYTES, '\0');
  crypto_sign_seed_keypair(Bytes(key), Bytes(secret.bytes), Bytes(seed));
  crypto_sign_detached(Bytes(signature), nullptr, Bytes(bytes), bytes.size(), Bytes(secret.bytes));
  return signature;
}

bool SignatureHolds(std::string_view bytes, std::string_view signature, std::string_view public_key) {
  Ready();
  return signature.size() == kSignatureBytes && public_key.size() == kPublicKeyBytes &&
         crypto_sign_verify_detached(Bytes(signature), Bytes(bytes), bytes.size(), Bytes(public_key)) == 0;
}

std::string Base64(std::string_view bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), Bytes(bytes), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // the zero byte
  return out;
}

Result<std::string> FromBase64(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(Bytes(out), out.size(), text.data(), text.size(), " \t\r\n", &length, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size())
    return Fail(Fault::kMalformed, "not base64");
  out.resize(length);
  return out;
}

Result<std::string> FromBase64Url(std::string_view text) {
  Ready();
  std::string out(text.size(), '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(Bytes(out), out.size(), text.data(), text.size(), nullptr, &length, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 || end != text.data() + text.size())
    return Fail(Fault::kMalformed, "not base64url");
  out.resize(length);
  return out;
}

Result<std::string> FromHex(std::string_view text) {
  std::string out(text.size() / 2, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (text.size() % 2 != 0 || sodium_hex2bin(Bytes(out), out.size(), text.data(), text.size(), nullptr, &length, &end) != 0 || end != text.data() + text.size())
    return Fail(Fault::kMalformed, "not hexadecimal");
  return out;
}

Done SealStream(std::string_view passphrase, std::string_view recipient, const NextChunk& next, const PutChunk& put) {
  Ready();
  const std::string salt = RandomBytes(crypto_pwhash_SALTBYTES);
  Secret key(crypto_secretstream_xchacha20poly1305_KEYBYTES);
  constexpr std::uint64_t kPasses = crypto_pwhash_OPSLIMIT_MODERATE, kMemory = crypto_pwhash_MEMLIMIT_MODERATE;
  HEED_TRY(MakeKey(passphrase, salt, kPasses, kMemory, key.bytes));
  crypto_secretstream_xchacha20poly1305_state state;
  std::string stream(crypto_secretstream_xchacha20poly1305_HEADERBYTES, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&state, Bytes(stream), Bytes(key.bytes));
  JsonWriter header;
  header.Object().Field("memory", kMemory).Field("passes", kPasses).Field("recipient", recipient).Field("salt", Hex(salt)).Field("stream", Hex(stream)).EndObject();
  std::string front = std::string(kSealedMagic) + header.Take() + "\n";
  if (front.size() > kMaxHeader) return Fail(Fault::kInvalid, "the recipient's name is too long");
  HEED_TRY(put(front));

  std::string pending, sealed(kChunk + kOverhead, '\0');
  const auto push = [&](std::string_view plain, unsigned char tag) {
    unsigned long long length = 0;
    crypto_secretstream_xchacha20poly1305_push(&state, Bytes(sealed), &length, Bytes(plain), plain.size(), Bytes(front), front.size(), tag);
    front.clear();
    return put(std::string_view(sealed).substr(0, length));
  };
  for (;;) {
    const std::string_view more = HEED_TRY(next());
    pending += more;
    // What might be the last chunk waits until it is known not to be.
    std::size_t at = 0;
    for (; pending.size() - at > kChunk; at += kChunk) HEED_TRY(push(std::string_view(pending).substr(at, kChunk), 0));
    pending.erase(0, at);
    if (more.empty()) return push(pending, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  }
}

Result<std::string> UnsealStream(std::string_view passphrase, const NextChunk& next, const PutChunk& put) {
  Ready();
  std::string pending;
  bool ended = false;
  const auto more = [&]() -> Done {
    const std::string_view got = HEED_TRY(next());
    ended = got.empty();
    pending += got;
    return {};
  };
  const Error other{Fault::kMalformed, "this is not a file heed sealed, or its beginning was changed"};
  std::size_t end = std::string::npos;
  while (!ended && (end = pending.find('\n', kSealedMagic.size())) == std::string::npos && pending.size() <= kMaxHeader) HEED_TRY(more());
  if (end == std::string::npos || end > kMaxHeader || !pending.starts_with(kSealedMagic)) return Fail(other);
  std::string front = pending.substr(0, end + 1);
  JsonParser parser;
  const auto header = parser.Parse(std::string_view(front).substr(kSealedMagic.size(), end - kSealedMagic.size()));
  if (!header) return Fail(other);
  const auto salt = FromHex((*header)["salt"].StringOr("")), stream = FromHex((*header)["stream"].StringOr(""));
  const std::int64_t memory = (*header)["memory"].Int().value_or(0), passes = (*header)["passes"].Int().value_or(0);
  const std::string recipient((*header)["recipient"].StringOr(""));
  if (!salt || salt->size() != crypto_pwhash_SALTBYTES || !stream || stream->size() != crypto_secretstream_xchacha20poly1305_HEADERBYTES) return Fail(other);
  if (memory < static_cast<std::int64_t>(crypto_pwhash_MEMLIMIT_MIN) || static_cast<std::uint64_t>(memory) > kMaxMemory || passes < 1 || static_cast<std::uint64_t>(passes) > kMaxPasses)
    return Fail(Fault::kMalformed, "the sealed file asks for an amount of work that heed never asks for: it was changed");
  Secret key(crypto_secretstream_xchacha20poly1305_KEYBYTES);
  HEED_TRY(MakeKey(passphrase, *salt, static_cast<std::uint64_t>(passes), static_cast<std::uint64_t>(memory), key.bytes));
  crypto_secretstream_xchacha20poly1305_state state;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&state, Bytes(*stream), Bytes(key.bytes)) != 0) return Fail(other);
  pending.erase(0, end + 1);

  std::string plain(kChunk, '\0');
  bool first = true;
  for (;;) {
    while (!ended && pending.size() <= kChunk + kOverhead) HEED_TRY(more());
    const std::size_t take = std::min(pending.size(), kChunk + kOverhead);
    unsigned long long length = 0;
    unsigned char tag = 0;
    if (take < kOverhead || crypto_secretstream_xchacha20poly1305_pull(&state, Bytes(plain), &length, &tag, Bytes(pending), take, Bytes(front), front.size()) != 0) {
      if (first) return Fail(Fault::kDenied, "the passphrase does not open this file (or its beginning was changed)");
      return Fail(Fault::kMalformed, "the sealed file was changed or cut short");
    }
    first = false;
    front.clear();
    pending.erase(0, take);
    HEED_TRY(put(std::string_view(plain).substr(0, length)));
    if (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) continue;
    while (!ended && pending.empty()) HEED_TRY(more());
    if (!pending.empty()) return Fail(Fault::kMalformed, "something was added behind the end of the sealed file");
    return recipient;
  }
}

}  // namespace heed
