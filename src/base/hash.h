// Digests.  SHA-256 by libsodium, which this room hosts for hashing and random bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace heed {

using Digest = std::array<std::uint8_t, 32>;

Digest Sha256(std::string_view bytes);
// As good as SHA-256 and three times as fast: for telling large files apart.  Never changes without a new key for what was kept by it.
Digest Blake2b(std::string_view bytes);
// RFC 2104 with SHA-256; a key of any length.
Digest HmacSha256(std::string_view key, std::string_view bytes);
// The same with SHA-1, 20 bytes: only where a standard of others asks for it (TOTP, OAuth 1.0a), never for evidence.
std::string HmacSha1(std::string_view key, std::string_view message);
std::string Hex(std::string_view bytes);
std::string Hex(const Digest& digest);
std::string Sha256Hex(std::string_view bytes);

// For caches and shards, never for evidence: fast, not for adversaries.
std::uint64_t Hash64(std::string_view bytes);

// From the operating system.
std::string RandomBytes(std::size_t count);

}  // namespace heed
