#include "src/base/hash.h"

#include <sodium.h>

#include <cstring>

#include "src/base/check.h"

namespace heed {
namespace {

void Ready() {
  static const int started = sodium_init();
  HEED_CHECK(started >= 0);
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Digest Sha256(std::string_view bytes) {
  Ready();
  Digest digest;
  crypto_hash_sha256(digest.data(), Bytes(bytes), bytes.size());
  return digest;
}

Digest HmacSha256(std::string_view key, std::string_view bytes) {
  Ready();
  Digest out;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, Bytes(bytes), bytes.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  return out;
}

Digest Blake2b(std::string_view bytes) {
  Ready();
  Digest out;
  crypto_generichash(out.data(), out.size(), Bytes(bytes), bytes.size(), nullptr, 0);
  return out;
}

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string Hex(const Digest& digest) {
  return Hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string Sha256Hex(std::string_view bytes) { return Hex(Sha256(bytes)); }

std::uint64_t Hash64(std::string_view bytes) {
  Ready();
  static constexpr unsigned char kKey[crypto_shorthash_KEYBYTES] = "heed-cache-keys";
  std::uint64_t out;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out), Bytes(bytes), bytes.size(), kKey);
  return out;
}

std::string RandomBytes(std::size_t count) {
  Ready();
  std::string out(count, '\0');
  randombytes_buf(out.data(), count);
  return out;
}

}  // namespace heed
