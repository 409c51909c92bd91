// The files that tips were, and the pictures and videos of posts (app/media.h): kept byte for byte, beside the store, for as long as a post or a
// capture in it points to them.
//
//   originals/SCHOOL/SHA-256 of the bytes, in hex
//
// A file is written before what points to it; one that nothing points to any more (retention, erasure) is removed
// within a day.  src/model/post.h: HandedIn::digest, HandedIn::kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/store/store.h"

namespace heed {

// Keeps it, readable by heed alone; the same bytes twice are one file.
Done KeepOriginal(const std::string& data, std::string_view school, std::string_view bytes);

// kNotFound; kMalformed when the bytes are no longer those of the digest.
Result<std::string> ReadOriginal(const std::string& data, std::string_view school, std::string_view digest);

// What kind of file it is by its first bytes, never by its name.
struct OriginalKind {
  std::string_view media_type;
  bool picture = false;  // of a kind browsers show
  bool video = false;    // of a kind players play
};
OriginalKind KindOfOriginal(std::string_view bytes);

// Removes those that no kept post points to, but for files younger than a day: their posts may be on their way.  How many.
Result<std::uint64_t> ForgetOriginals(const std::string& data, const Store& store, Instant now);

}  // namespace heed
