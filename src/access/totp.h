// Codes that an authenticator app shows and that change every half minute: TOTP (RFC 6238) over HMAC-SHA1, six digits.
//
// SHA-1 because it is what the apps know; as a keyed code of short life it is not weakened by the collisions found.  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/time.h"

namespace heed {

inline constexpr seconds kTotpStep{30};
std::uint64_t TotpStep(Instant at);
// The code of a step: six digits, or eight for the RFC's own examples.
std::string TotpCode(std::string_view key, std::uint64_t step, int digits = 6);

// The step whose code this is: that of `now`, or one before or after it (clocks differ), later than `last`.  Spaces in `code` are left out.
std::optional<std::uint64_t> CheckTotp(std::string_view key, std::string_view code, Instant now, std::uint64_t last);

// "otpauth://totp/..." for a QR code, as the apps read it.
std::string TotpAddress(std::string_view key, std::string_view issuer, std::string_view account);

}  // namespace heed
