#include "src/evidence/bag.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "src/base/check.h"

namespace heed {

Result<BagWriter> BagWriter::Open(const std::string& path, std::string folder, Instant at) {
  return BagWriter(HEED_TRY(ZipWriter::Open(path, at)), std::move(folder));
}

Done BagWriter::Add(std::string_view name, std::string_view bytes, bool compress) {
  bool given = false;
  return AddStream(name, bytes.size(), [&]() -> Result<std::string_view> {
    if (given) return std::string_view();
    given = true;
    return bytes;
  }, compress);
}

Done BagWriter::AddStream(std::string_view name, std::uint64_t size, const NextChunk& next, bool compress) {
  HEED_TRY(zip_.Begin(folder_ + "/" + std::string(name), size, compress));
  Hashing hashing;
  std::uint64_t left = size;
  while (left > 0) {
    const std::string_view chunk = HEED_TRY(next());
    if (chunk.empty() || chunk.size() > left) return Fail(Fault::kIo, std::string(name) + " changed while it was packed");
    hashing.Add(chunk);
    HEED_TRY(zip_.Write(chunk));
    left -= chunk.size();
  }
  auto& files = name.starts_with("data/") ? payload_ : tags_;
  HEED_CHECK(files.emplace(name, hashing.Take()).second);
  return {};
}

Done BagWriter::AddFile(std::string_view name, const std::string& path, bool compress) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Fail(Fault::kIo, path + ": " + std::strerror(errno));
  struct stat info {};
  ::fstat(fd, &info);
  std::vector<char> buffer(256 << 10);
  auto done = AddStream(name, static_cast<std::uint64_t>(info.st_size), [&]() -> Result<std::string_view> {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0) return Fail(Fault::kIo, path + ": " + std::strerror(errno));
    return std::string_view(buffer.data(), static_cast<std::size_t>(got));
  }, compress);
  ::close(fd);
  return done;
}

Done BagWriter::AddUnlisted(std::string_view name, std::string_view bytes) {
  HEED_TRY(zip_.Begin(folder_ + "/" + std::string(name), bytes.size(), false));
  return zip_.Write(bytes);
}

std::string BagWriter::Lines(const std::map<std::string, Hashing::Sums>& files, Algorithm algorithm) {
  std::string out;
  for (const auto& [name, sums] : files) out += (algorithm == Algorithm::kSha256 ? sums.sha256 : sums.sha512) + "  " + name + "\n";
  return out;
}

std::string BagWriter::Manifest(Algorithm algorithm) const { return Lines(payload_, algorithm); }
std::string BagWriter::TagManifest(Algorithm algorithm) const { return Lines(tags_, algorithm); }

std::string BagWriter::Oxum() const {
  std::uint64_t octets = 0;
  for (const auto& [name, sums] : payload_) octets += sums.bytes;
  return std::to_string(octets) + "." + std::to_string(payload_.size());
}

}  // namespace heed
