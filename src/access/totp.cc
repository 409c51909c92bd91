#include "src/access/totp.h"

#include "src/base/hash.h"
#include "src/base/secret.h"

namespace heed {
namespace {

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
