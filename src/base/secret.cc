#include "src/base/secret.h"

#include <sodium.h>

#include <new>

#include "src/base/check.h"
#include "src/base/hash.h"

namespace heed {
namespace {

// Groups of `bits` bits, first bits first, as letters of the alphabet.
std::string InBase(std::string_view bytes, unsigned bits, std::string_view alphabet) {
  std::string out;
  unsigned held = 0, buffer = 0;
  for (const unsigned char byte : bytes) {
    buffer = (buffer << 8 | byte) & 0xffff;
    held += 8;
    while (held >= bits) {
      held -= bits;
      out += alphabet[buffer >> held & ((1u << bits) - 1)];
    }
  }
  if (held > 0) out += alphabet[buffer << (bits - held) & ((1u << bits) - 1)];
  return out;
}

void Ready() {
  static const int started = sodium_init();
  HEED_CHECK(started >= 0);
}

}  // namespace

std::string HashPassword(std::string_view password, Effort effort) {
  Ready();
  const bool least = effort == Effort::kLeast;
  char out[crypto_pwhash_STRBYTES];
  const int made = crypto_pwhash_str_alg(out, password.data(), password.size(), least ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                         least ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
  if (made != 0) throw std::bad_alloc();
  return out;
}

bool IsPassword(std::string_view password, const std::string& hash) {
  Ready();
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string NewToken() { return Base64Url(RandomBytes(32)); }
std::string Base64Url(std::string_view bytes) { return InBase(bytes, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"); }
std::string Base32(std::string_view bytes) { return InBase(bytes, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"); }

bool SameSecret(std::string_view a, std::string_view b) { return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace heed
