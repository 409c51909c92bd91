#include "src/access/totp.h"

#include <array>
#include <bit>

#include "src/base/secret.h"

namespace heed {
namespace {

constexpr std::size_t kBlock = 64;

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

std::string Escaped(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.') out += c;
    else out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

}  // namespace

std::string HmacSha1(std::string_view key, std::string_view message) {
  std::string padded(key.size() > kBlock ? Sha1(std::string(key)) : std::string(key));
  padded.resize(kBlock, '\0');
  std::string inner = padded, outer = padded;
  for (std::size_t i = 0; i < kBlock; ++i) inner[i] ^= 0x36, outer[i] ^= 0x5c;
  return Sha1(outer + Sha1(inner += message));
}

std::uint64_t TotpStep(Instant at) {
  return static_cast<std::uint64_t>(std::chrono::floor<seconds>(at).time_since_epoch() / kTotpStep);
}

std::string TotpCode(std::string_view key, std::uint64_t step, int digits) {
  std::string counter;
  for (int shift = 56; shift >= 0; shift -= 8) counter += static_cast<char>(step >> shift);
  const std::string mac = HmacSha1(key, counter);
  const std::size_t offset = static_cast<unsigned char>(mac[19]) & 15;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(mac[offset + i]);
  number &= 0x7fffffff;
  std::string code;
  for (int i = 0; i < digits; ++i, number /= 10) code.insert(code.begin(), static_cast<char>('0' + number % 10));
  return code;
}

std::optional<std::uint64_t> CheckTotp(std::string_view key, std::string_view code, Instant now, std::uint64_t last) {
  std::string digits;
  for (const char c : code)
    if (c != ' ') digits += c;
  const std::uint64_t here = TotpStep(now);
  std::optional<std::uint64_t> found;
  for (const std::uint64_t step : {here - 1, here, here + 1})
    if (SameSecret(TotpCode(key, step), digits) && step > last) found = step;
  return found;
}

std::string TotpAddress(std::string_view key, std::string_view issuer, std::string_view account) {
  return "otpauth://totp/" + Escaped(issuer) + ":" + Escaped(account) + "?secret=" + Base32(key) + "&issuer=" + Escaped(issuer) + "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace heed
