// Sealed packs: a pack for one named recipient, opened by a passphrase that travels by another way (base/seal.h).
#pragma once

#include <string>
#include <string_view>

#include "src/base/result.h"

namespace heed {

// Writes `to` (0600) beside and puts it in place when it is whole.
Done SealFile(const std::string& from, const std::string& to, std::string_view passphrase, std::string_view recipient);
// Returns the recipient.  kDenied: another passphrase; kMalformed: changed or cut short, and then nothing is left at `to`.
Result<std::string> OpenSealedFile(const std::string& from, const std::string& to, std::string_view passphrase);
bool IsSealed(const std::string& path);

// The first line of a file, at least 12 characters.  kInvalid when it is shorter.
Result<std::string> ReadPassphrase(const std::string& path);

}  // namespace heed
