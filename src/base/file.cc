#include "src/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace heed {
namespace {

namespace fs = std::filesystem;

Error SystemError(const std::string& path, int error) {
  const Fault fault = error == ENOENT || error == ENOTDIR ? Fault::kNotFound : Fault::kIo;
  return Error{fault, path + ": " + (fault == Fault::kNotFound ? "no such file or folder" : std::strerror(error))};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int Close() {
    const int result = fd_ >= 0 ? ::close(fd_) : 0;
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

}  // namespace

Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return Fail(SystemError(path, errno));
  std::string content;
  struct stat info {};
  if (::fstat(file.get(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return Fail(Fault::kIo, path + ": is a folder, not a file");
    if (info.st_size > 0) content.reserve(std::min<std::uint64_t>(static_cast<std::uint64_t>(info.st_size), limit) + 1);
  }
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(SystemError(path, errno));
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > limit)
      return Fail(Fault::kTooLarge, path + ": larger than " + std::to_string(limit) + " bytes");
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<MappedFile> MappedFile::Open(const std::string& path, std::uint64_t limit) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!file.ok() || ::fstat(file.get(), &info) != 0) return Fail(SystemError(path, errno));
  if (!S_ISREG(info.st_mode)) return Fail(Fault::kIo, path + ": is no plain file");
  if (static_cast<std::uint64_t>(info.st_size) > limit) return Fail(Fault::kTooLarge, path + ": larger than " + std::to_string(limit) + " bytes");
  MappedFile out;
  out.size_ = static_cast<std::size_t>(info.st_size);
  if (out.size_ == 0) return out;
  void* bytes = ::mmap(nullptr, out.size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.get(), 0);
  if (bytes == MAP_FAILED) {
    out.size_ = 0;
    return Fail(SystemError(path, errno));
  }
  out.bytes_ = static_cast<const char*>(bytes);
  return out;
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  return *this;
}
MappedFile::~MappedFile() {
  if (bytes_) ::munmap(const_cast<char*>(bytes_), size_);
}

Done WriteFile(const std::string& path, std::string_view content, unsigned mode) {
  const std::string beside = path + ".new" + std::to_string(::getpid());
  Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (!file.ok()) return Fail(SystemError(beside, errno));
  const auto give_up = [&](int error) {
    ::unlink(beside.c_str());
    return Fail(SystemError(path, error));
  };
  while (!content.empty()) {
    const ssize_t put = ::write(file.get(), content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return give_up(errno);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file.get()) != 0 || file.Close() != 0) return give_up(errno);
  if (::rename(beside.c_str(), path.c_str()) != 0) return give_up(errno);
  Descriptor folder(::open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.ok()) ::fsync(folder.get());  // the name, too, survives a power cut
  return {};
}

Done MakeFolder(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return Fail(SystemError(path, errno));
  if (!fs::is_directory(path, error)) return Fail(Fault::kIo, path + ": is a file, not a folder");
  return {};
}

Result<std::vector<std::string>> ListFiles(const std::string& folder, std::string_view suffix) {
  std::error_code error;
  std::vector<std::string> paths;
  auto it = fs::recursive_directory_iterator(folder, error);
  if (error) return Fail(SystemError(folder, error.value()));
  for (; it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (error) return Fail(SystemError(folder, error.value()));
    const std::string path = it->path().string();
    if (path.size() >= suffix.size() && path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0 &&
        it->is_regular_file(error))
      paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<Instant> WrittenAt(const std::string& path) {
  std::error_code error;
  const auto written = std::filesystem::last_write_time(path, error);
  if (error) return std::nullopt;
  return std::chrono::floor<microseconds>(std::chrono::file_clock::to_sys(written));
}

Done RemoveOld(const std::string& folder, Instant written_until) {
  std::error_code error;
  std::vector<std::filesystem::path> old;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (const auto written = WrittenAt(at->path().string()); written && *written <= written_until) old.push_back(at->path());
  for (const auto& path : old)
    if (!std::filesystem::remove_all(path, error) || error) return Fail(Fault::kIo, "removing " + path.string() + ": " + error.message());
  return {};
}

TemporaryPath::~TemporaryPath() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::string FolderOf(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string Resolve(const std::string& folder, const std::string& path) {
  return fs::path(path).is_absolute() ? path : (fs::path(folder) / path).lexically_normal().string();
}

}  // namespace heed
