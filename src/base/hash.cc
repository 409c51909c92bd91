#include "src/base/hash.h"

#include <sodium.h>

#include <array>
#include <bit>
#include <cstring>

#include "src/base/check.h"

namespace heed {
namespace {

void Ready() {
  static const int started = sodium_init();
  HEED_CHECK(started >= 0);
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

constexpr std::size_t kBlock = 64;  // of SHA-1, in bytes

// FIPS 180-4, section 6.1.
std::string Sha1(std::string message) {
  const std::uint64_t bits = message.size() * 8;
  message += '\x80';
  message.append((kBlock + 56 - message.size() % kBlock) % kBlock, '\0');
  for (int shift = 56; shift >= 0; shift -= 8) message += static_cast<char>(bits >> shift);
  std::array<std::uint32_t, 5> hash = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  for (std::size_t at = 0; at < message.size(); at += kBlock) {
    std::array<std::uint32_t, 80> w{};
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t j = 0; j < 4; ++j) w[i] = w[i] << 8 | static_cast<unsigned char>(message[at + 4 * i + j]);
    for (std::size_t i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    auto [a, b, c, d, e] = hash;
    for (std::size_t i = 0; i < 80; ++i) {
      const std::uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      const std::uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
      const std::uint32_t next = std::rotl(a, 5) + f + e + k + w[i];
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    }
    hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d, hash[4] += e;
  }
  std::string out;
  for (const auto word : hash)
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(word >> shift);
  return out;
}

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

std::string HmacSha1(std::string_view key, std::string_view message) {
  std::string padded(key.size() > kBlock ? Sha1(std::string(key)) : std::string(key));
  padded.resize(kBlock, '\0');
  std::string inner = padded, outer = padded;
  for (std::size_t i = 0; i < kBlock; ++i) inner[i] ^= 0x36, outer[i] ^= 0x5c;
  return Sha1(outer + Sha1(inner += message));
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
