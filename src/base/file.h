// Files as people and programs leave them: whole reads with a limit, atomic writes, locks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// The whole file.  kNotFound, kTooLarge past `limit` bytes, else kIo; messages name the path.
Result<std::string> ReadFile(const std::string& path, std::uint64_t limit = 64ull << 20);

// A whole file to read without copying it.  For files that are replaced by renaming only, as WriteFile() does: one that is cut
// short while it is mapped ends the process.
class MappedFile {
 public:
  // kNotFound, kTooLarge past `limit` bytes, else kIo.
  static Result<MappedFile> Open(const std::string& path, std::uint64_t limit);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return {bytes_, size_}; }

 private:
  MappedFile() = default;
  const char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

// Written beside, synced, renamed over: readers see the old content or the new.  `mode` as chmod.
Done WriteFile(const std::string& path, std::string_view content, unsigned mode = 0644);

// The folder and its parents, 0700 for the last one made.
Done MakeFolder(const std::string& path);

// Paths below `folder` ending in `suffix`, sorted, whole (folder included).  kNotFound when there is no folder.
Result<std::vector<std::string>> ListFiles(const std::string& folder, std::string_view suffix);

// When it was last written, as the disk says; nullopt: it is not there, or cannot be looked at.
std::optional<Instant> WrittenAt(const std::string& path);
// Removes the files and folders in `folder` that were last written then or earlier.  No folder: nothing to do.
Done RemoveOld(const std::string& folder, Instant written_until);

// A file or folder that is removed again, with all in it, whatever happens.
class TemporaryPath {
 public:
  explicit TemporaryPath(std::string path = {}) : path_(std::move(path)) {}
  TemporaryPath(TemporaryPath&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryPath& operator=(TemporaryPath&&) = delete;
  ~TemporaryPath();
  const std::string& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  std::string path_;  // empty: nothing
};

bool Exists(const std::string& path);
std::string FolderOf(const std::string& path);
// `path` as seen from `folder` when it is relative, itself when absolute.
std::string Resolve(const std::string& folder, const std::string& path);

}  // namespace heed
