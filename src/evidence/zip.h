// Zip files out and in; the only host of libarchive.
//
// Out: entries in the order they are added, streamed, with fixed owner, mode and time, so that the same content makes
// the same bytes.  In: what strangers send.  A zip is refused before anything of it is used when an entry could leave its
// folder, is no plain file, has a name heed would never write, is there twice (also by upper and lower case), is sealed,
// or grows past the limits; and when the file holds anything that its table of contents does not tell of.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// Letters, digits and ". _ -" in parts between single slashes, no part "." or "..", at most 200 bytes: every name in a
// pack, so that it unpacks anywhere and no two names look or sort alike by accident.
bool IsPlainName(std::string_view name);

class ZipWriter {
 public:
  // Writes beside `path`; Finish() puts it there, 0600.  `at` is the time of every entry.
  static Result<ZipWriter> Open(const std::string& path, Instant at);
  ZipWriter(ZipWriter&&) noexcept;
  ZipWriter& operator=(ZipWriter&&) noexcept;
  ~ZipWriter();  // without Finish(): nothing stays

  // One entry of exactly `size` bytes: Begin, Write as often as needed, and the next Begin or Finish ends it.
  // kTooLarge past 4 GB or 65,000 entries.
  Done Begin(std::string_view name, std::uint64_t size, bool compress);
  Done Write(std::string_view bytes);
  Done Finish();

 private:
  struct Impl;
  explicit ZipWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct ZipLimits {
  std::uint64_t entries = 65'000;
  std::uint64_t bytes = 64ull << 30;   // unpacked, all together
  std::uint64_t ratio = 300;           // unpacked to packed, for entries over ratio_from bytes
  std::uint64_t ratio_from = 8 << 20;
};

struct FoundFile {
  std::string name;
  std::uint64_t size = 0;
};

// Called once per file; `next` gives its bytes chunk by chunk, an empty one at the end.  An error ends the walk.
using EachFile = std::function<Done(const FoundFile& file, const std::function<Result<std::string_view>()>& next)>;

// kMalformed names the entry and what is wrong with it; kTooLarge over a limit; kNotFound, kIo.
Done WalkZip(const std::string& path, const ZipLimits& limits, const EachFile& each);

// The same over a folder: plain files only, names as they are reached from it, sorted.
Done WalkFolder(const std::string& path, const ZipLimits& limits, const EachFile& each);

}  // namespace heed
