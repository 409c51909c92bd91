// A BagIt 1.0 bag (RFC 8493) in one zip, written front to back: payload, then tag files, manifests last.
//
// The bag is one folder; names here are relative to it ("data/report.html", "bag-info.txt").  SHA-256 and SHA-512
// manifests, for payload and for tag files.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/base/seal.h"
#include "src/evidence/zip.h"

namespace heed {

class BagWriter {
 public:
  static Result<BagWriter> Open(const std::string& path, std::string folder, Instant at);

  // A file of the payload ("data/...") or a tag file.  All of the payload comes first.
  Done Add(std::string_view name, std::string_view bytes, bool compress = true);
  // Exactly `size` bytes from `next`; an empty chunk ends it.
  Done AddStream(std::string_view name, std::uint64_t size, const NextChunk& next, bool compress = true);
  Done AddFile(std::string_view name, const std::string& path, bool compress = true);
  // A tag file no tag manifest tells of: signatures over those.
  Done AddUnlisted(std::string_view name, std::string_view bytes);

  enum class Algorithm { kSha256, kSha512 };
  // "digest  name" a line, sorted by name.
  std::string Manifest(Algorithm algorithm) const;     // of the payload so far
  std::string TagManifest(Algorithm algorithm) const;  // of the tag files so far
  std::string Oxum() const;  // "octets.files" of the payload
  std::uint64_t files() const { return payload_.size(); }
  const Hashing::Sums& SumsOf(const std::string& name) const { return payload_.at(name); }

  Done Finish() { return zip_.Finish(); }

 private:
  BagWriter(ZipWriter zip, std::string folder) : zip_(std::move(zip)), folder_(std::move(folder)) {}
  static std::string Lines(const std::map<std::string, Hashing::Sums>& files, Algorithm algorithm);

  ZipWriter zip_;
  std::string folder_;
  std::map<std::string, Hashing::Sums> payload_, tags_;
};

}  // namespace heed
