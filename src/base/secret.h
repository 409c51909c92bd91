// Passwords and tokens: how they are made, kept and compared.  Argon2id by libsodium.
//
// What is kept of a password can be checked against and not turned back; tokens are random, and only their digests are kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heed {

// kLeast is for tests: milliseconds instead of about a tenth of a second and 64 MiB.
enum class Effort { kNormal, kLeast };

// "$argon2id$v=19$...": algorithm, effort, salt and hash in one text.  Throws std::bad_alloc where there is no memory.
std::string HashPassword(std::string_view password, Effort effort = Effort::kNormal);
bool IsPassword(std::string_view password, const std::string& hash);

// 32 random bytes as 43 characters fit for addresses and cookies.
std::string NewToken();
std::string Base64Url(std::string_view bytes);       // RFC 4648 section 5, without "="
std::string Base32(std::string_view bytes);          // RFC 4648 section 6, without "="

// In a time that does not depend on where they differ.
bool SameSecret(std::string_view a, std::string_view b);

}  // namespace heed
