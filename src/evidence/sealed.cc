#include "src/evidence/sealed.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "src/base/file.h"
#include "src/base/seal.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::size_t kShortest = 12;

class Open {
 public:
  Open(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Open() {
    if (fd_ >= 0) ::close(fd_);
  }
  Open(const Open&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Both directions: `work` reads with its first argument and writes with its second.
template <typename Work>
auto Through(const std::string& from, const std::string& to, const Work& work) -> decltype(work(NextChunk{}, PutChunk{})) {
  const std::string beside = to + ".new" + std::to_string(::getpid());
  const Open in(from, O_RDONLY);
  if (in.get() < 0) return Fail(errno == ENOENT ? Fault::kNotFound : Fault::kIo, from + ": " + std::strerror(errno));
  const Open out(beside, O_WRONLY | O_CREAT | O_TRUNC);
  if (out.get() < 0) return Fail(Fault::kIo, beside + ": " + std::strerror(errno));
  std::vector<char> buffer(256 << 10);
  auto result = work(
      [&]() -> Result<std::string_view> {
        const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
        if (got < 0) return Fail(Fault::kIo, from + ": " + std::strerror(errno));
        return std::string_view(buffer.data(), static_cast<std::size_t>(got));
      },
      [&](std::string_view bytes) -> Done {
        while (!bytes.empty()) {
          const ssize_t put = ::write(out.get(), bytes.data(), bytes.size());
          if (put <= 0) return Fail(Fault::kIo, beside + ": " + std::strerror(errno));
          bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        return {};
      });
  if (result && (::fsync(out.get()) != 0 || ::rename(beside.c_str(), to.c_str()) != 0)) result = Fail(Fault::kIo, to + ": " + std::strerror(errno));
  if (!result) ::unlink(beside.c_str());
  return result;
}

}  // namespace

Done SealFile(const std::string& from, const std::string& to, std::string_view passphrase, std::string_view recipient) {
  return Through(from, to, [&](const NextChunk& next, const PutChunk& put) { return SealStream(passphrase, recipient, next, put); });
}

Result<std::string> OpenSealedFile(const std::string& from, const std::string& to, std::string_view passphrase) {
  auto recipient = Through(from, to, [&](const NextChunk& next, const PutChunk& put) { return UnsealStream(passphrase, next, put); });
  if (!recipient) return Fail(std::move(recipient).error().While(from));
  return recipient;
}

bool IsSealed(const std::string& path) {
  const Open in(path, O_RDONLY);
  char start[kSealedMagic.size()];
  return in.get() >= 0 && ::read(in.get(), start, sizeof start) == static_cast<ssize_t>(sizeof start) && std::string_view(start, sizeof start) == kSealedMagic;
}

Result<std::string> ReadPassphrase(const std::string& path) {
  const std::string text = HEED_TRY(ReadFile(path, 64 << 10));
  std::string_view line = std::string_view(text).substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < kShortest) return Fail(Fault::kInvalid, path + ": the passphrase (its first line) must have at least " + std::to_string(kShortest) + " characters");
  return std::string(line);
}

}  // namespace heed
