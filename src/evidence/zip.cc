#include "src/evidence/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "src/base/check.h"
#include "src/base/file.h"
#include "src/base/text.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxName = 200, kMaxEntries = 65'000, kBlock = 256 << 10;
constexpr std::uint64_t kMaxFile = 0xffffffffull - (64 << 20);

std::string Quoted(std::string_view name) { return "\"" + ForTerminal(name.substr(0, kMaxName)) + "\""; }

Error OfArchive(archive* a, const std::string& path) {
  const char* words = archive_error_string(a);
  return Error{Fault::kIo, path + ": " + (words ? words : "libarchive failed")};
}

// --- the shape of a zip file (PKWARE APPNOTE 4.3), read by hand: libarchive goes by the table of contents alone, other
// programs by the headers in front of each entry, and a zip in which they differ shows two people two different things.

std::uint32_t Number(std::string_view bytes, std::size_t at, int width) {
  std::uint32_t out = 0;
  for (int i = 0; i < width; ++i) out |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)])) << (8 * i);
  return out;
}

class RawFile {
 public:
  explicit RawFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat info {};
    if (fd_ >= 0 && ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode)) size_ = static_cast<std::uint64_t>(info.st_size);
  }
  ~RawFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  RawFile(const RawFile&) = delete;
  bool ok() const { return fd_ >= 0; }
  std::uint64_t size() const { return size_; }
  // Exactly these bytes, or none.
  std::string Read(std::uint64_t at, std::size_t count) const {
    if (at > size_ || count > size_ - at) return {};
    std::string out(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t got = ::pread(fd_, out.data() + have, count - have, static_cast<off_t>(at + have));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return {};
      have += static_cast<std::size_t>(got);
    }
    return out;
  }

 private:
  int fd_;
  std::uint64_t size_ = 0;
};

constexpr std::uint32_t kEndSignature = 0x06054b50, kCentralSignature = 0x02014b50, kLocalSignature = 0x04034b50, kAfterSignature = 0x08074b50;
constexpr std::size_t kEndBytes = 22, kCentralBytes = 46, kLocalBytes = 30;

// name -> packed size.
Result<std::map<std::string, std::uint64_t>> CheckShape(const std::string& path, const ZipLimits& limits) {
  const RawFile file(path);
  const auto wrong = [&](const std::string& what) { return Fail(Fault::kMalformed, path + ": " + what); };
  if (!file.ok()) return Fail(Fault::kNotFound, path + ": no such file, or it cannot be read");
  const std::string end = file.size() < kEndBytes ? "" : file.Read(file.size() - kEndBytes, kEndBytes);
  if (end.empty() || Number(end, 0, 4) != kEndSignature)
    return wrong("is not a whole zip file, or something was added behind its end");
  const std::uint64_t entries = Number(end, 10, 2), table_size = Number(end, 12, 4), table_at = Number(end, 16, 4);
  if (Number(end, 4, 2) != 0 || Number(end, 6, 2) != 0 || Number(end, 8, 2) != entries || Number(end, 20, 2) != 0 || entries == 0xffff || table_at == 0xffffffff)
    return wrong("is a kind of zip file heed does not write");
  if (entries > limits.entries) return Fail(Fault::kTooLarge, path + ": holds " + std::to_string(entries) + " files, more than the limit of " + std::to_string(limits.entries));
  if (table_at + table_size != file.size() - kEndBytes || table_size > (64u << 20)) return wrong("its table of contents is not where it should be");
  const std::string table = file.Read(table_at, table_size);
  std::map<std::string, std::uint64_t> names;
  std::set<std::string> folded;
  std::size_t at = 0;
  std::uint64_t expected = 0;  // where the next entry must begin
  for (std::uint64_t i = 0; i < entries; ++i) {
    if (table.size() - at < kCentralBytes || Number(table, at, 4) != kCentralSignature) return wrong("its table of contents is damaged");
    const std::uint32_t flags = Number(table, at + 8, 2), method = Number(table, at + 10, 2), packed = Number(table, at + 20, 4), local_at = Number(table, at + 42, 4);
    const std::size_t name_size = Number(table, at + 28, 2), extra = Number(table, at + 30, 2), comment = Number(table, at + 32, 2);
    if (table.size() - at - kCentralBytes < name_size + extra + comment) return wrong("its table of contents is damaged");
    const std::string name = table.substr(at + kCentralBytes, name_size);
    const auto bad = [&](const std::string& what) { return wrong("the entry " + Quoted(name) + " " + what); };
    if (!IsPlainName(name)) return bad("has a name that heed does not write and that could do harm when unpacked");
    if (!folded.insert(LowerAscii(name)).second) return bad("is there twice (upper and lower case count as the same)");
    if (flags & 0x1) return bad("is encrypted");
    if (flags & ~0x808u) return bad("uses a feature of zip that heed does not");
    if (method != 0 && method != 8) return bad("is packed in a way heed does not use");
    if (Number(table, at + 34, 2) != 0 || packed == 0xffffffff) return bad("is of a kind heed does not write");
    if (local_at != expected) return bad("does not follow the entry before it: the file holds something its table of contents does not tell of");
    const std::string local = file.Read(local_at, kLocalBytes);
    if (local.empty() || Number(local, 0, 4) != kLocalSignature) return bad("is damaged");
    const std::size_t local_name = Number(local, 26, 2), local_extra = Number(local, 28, 2);
    if (Number(local, 4, 2) != Number(table, at + 6, 2) || Number(local, 6, 2) != flags || Number(local, 8, 2) != method) return bad("is told of in two different ways");
    if (file.Read(local_at + kLocalBytes, local_name) != name) return bad("has another name in front of its content");
    expected = std::uint64_t{local_at} + kLocalBytes + local_name + local_extra + packed;
    if (flags & 0x8) {
      const std::string after = file.Read(expected, 16);
      if (after.empty() || Number(after, 0, 4) != kAfterSignature || Number(after, 4, 4) != Number(table, at + 16, 4) || Number(after, 8, 4) != packed ||
          Number(after, 12, 4) != Number(table, at + 24, 4))
        return bad("is told of in two different ways");
      expected += 16;
    } else if (Number(local, 14, 4) != Number(table, at + 16, 4) || Number(local, 18, 4) != packed || Number(local, 22, 4) != Number(table, at + 24, 4)) {
      return bad("is told of in two different ways");
    }
    if (expected > table_at) return bad("is longer than the file");
    names[name] = packed;
    at += kCentralBytes + name_size + extra + comment;
  }
  if (at != table.size() || expected != table_at) return wrong("holds something its table of contents does not tell of");
  return names;
}

}  // namespace

bool IsPlainName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  for (const auto part : Split(name, '/')) {
    if (part.empty() || part.front() == '.' || part.back() == '.') return false;
    for (const char c : part)
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-')) return false;
  }
  return true;
}

struct ZipWriter::Impl {
  std::string path, beside;
  archive* out = nullptr;
  archive_entry* entry = nullptr;
  Instant at{};
  std::uint64_t entries = 0, left = 0, total = 0;
  std::set<std::string> names;
  ~Impl() {
    if (entry) archive_entry_free(entry);
    if (out) {
      archive_write_fail(out);
      archive_write_free(out);
      ::unlink(beside.c_str());
    }
  }
};

ZipWriter::ZipWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;
ZipWriter& ZipWriter::operator=(ZipWriter&&) noexcept = default;
ZipWriter::~ZipWriter() = default;

Result<ZipWriter> ZipWriter::Open(const std::string& path, Instant at) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->beside = path + ".new" + std::to_string(::getpid());
  impl->at = at;
  const int fd = ::open(impl->beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Fail(Fault::kIo, impl->beside + ": " + std::strerror(errno));
  ::close(fd);
  impl->out = archive_write_new();
  impl->entry = archive_entry_new();
  HEED_CHECK(impl->out && impl->entry);
  archive_write_set_format_zip(impl->out);
  archive_write_set_bytes_in_last_block(impl->out, 1);
  if (archive_write_open_filename(impl->out, impl->beside.c_str()) != ARCHIVE_OK) return Fail(OfArchive(impl->out, impl->beside));
  return ZipWriter(std::move(impl));
}

Done ZipWriter::Begin(std::string_view name, std::uint64_t size, bool compress) {
  Impl& impl = *impl_;
  HEED_CHECK(IsPlainName(name) && impl.left == 0);
  HEED_CHECK(impl.names.insert(LowerAscii(name)).second);
  impl.total += size;
  if (++impl.entries > kMaxEntries || impl.total > kMaxFile)
    return Fail(Fault::kTooLarge, "this would be more than 65,000 files or 4 GB in one pack: make several packs of fewer cases");
  archive_entry_clear(impl.entry);
  archive_entry_set_pathname(impl.entry, std::string(name).c_str());
  archive_entry_set_filetype(impl.entry, AE_IFREG);
  archive_entry_set_perm(impl.entry, 0644);
  archive_entry_set_size(impl.entry, static_cast<la_int64_t>(size));
  archive_entry_set_mtime(impl.entry, std::chrono::floor<seconds>(impl.at).time_since_epoch().count(), 0);
  if (compress) archive_write_zip_set_compression_deflate(impl.out);
  else archive_write_zip_set_compression_store(impl.out);
  if (archive_write_header(impl.out, impl.entry) != ARCHIVE_OK) return Fail(OfArchive(impl.out, impl.path));
  impl.left = size;
  return {};
}

Done ZipWriter::Write(std::string_view bytes) {
  Impl& impl = *impl_;
  HEED_CHECK(bytes.size() <= impl.left);
  impl.left -= bytes.size();
  while (!bytes.empty()) {
    const auto put = archive_write_data(impl.out, bytes.data(), bytes.size());
    if (put <= 0) return Fail(OfArchive(impl.out, impl.path));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Done ZipWriter::Finish() {
  Impl& impl = *impl_;
  HEED_CHECK(impl.left == 0);
  if (archive_write_close(impl.out) != ARCHIVE_OK) return Fail(OfArchive(impl.out, impl.path));
  archive_write_free(impl.out);
  impl.out = nullptr;
  const int fd = ::open(impl.beside.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!synced || ::rename(impl.beside.c_str(), impl.path.c_str()) != 0) {
    const int error = errno;
    ::unlink(impl.beside.c_str());
    return Fail(Fault::kIo, impl.path + ": " + std::strerror(error));
  }
  return {};
}

Done WalkZip(const std::string& path, const ZipLimits& limits, const EachFile& each) {
  auto names = HEED_TRY(CheckShape(path, limits));
  struct Closer {
    void operator()(archive* a) const { archive_read_free(a); }
  };
  const std::unique_ptr<archive, Closer> in(archive_read_new());
  HEED_CHECK(in != nullptr);
  archive_read_support_format_zip_seekable(in.get());
  if (archive_read_open_filename(in.get(), path.c_str(), kBlock) != ARCHIVE_OK) return Fail(OfArchive(in.get(), path));
  std::uint64_t total = 0, left_out = 0;
  std::vector<char> buffer(kBlock);
  for (;;) {
    archive_entry* entry = nullptr;
    const int rc = archive_read_next_header(in.get(), &entry);
    if (rc == ARCHIVE_EOF) break;
    if (rc != ARCHIVE_OK) return Fail(Fault::kMalformed, OfArchive(in.get(), path).message());
    const char* raw = archive_entry_pathname(entry);
    FoundFile file{raw ? raw : "", static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0))};
    const auto wrong = [&](Fault fault, const std::string& what) { return Fail(fault, path + ": the entry " + Quoted(file.name) + " " + what); };
    const auto known = names.find(file.name);
    if (known == names.end()) return wrong(Fault::kMalformed, "is there twice, or nowhere in the table of contents");
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_symlink(entry) || archive_entry_hardlink(entry))
      return wrong(Fault::kMalformed, "is a link or a folder, not a file");
    const std::uint64_t packed = known->second;
    names.erase(known);
    std::uint64_t got_all = 0;
    const auto next = [&]() -> Result<std::string_view> {
      const auto got = archive_read_data(in.get(), buffer.data(), buffer.size());
      if (got < 0) return wrong(Fault::kMalformed, "cannot be unpacked: it was changed or is damaged");
      got_all += static_cast<std::uint64_t>(got);
      total += static_cast<std::uint64_t>(got);
      if (total > limits.bytes) return wrong(Fault::kTooLarge, "makes the pack larger than the limit of " + std::to_string(limits.bytes) + " bytes");
      if (got_all > limits.ratio_from && got_all / std::max<std::uint64_t>(packed, 1) > limits.ratio)
        return wrong(Fault::kTooLarge, "grows out of all proportion when unpacked: a \"zip bomb\", or a file heed did not make");
      return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    };
    HEED_TRY(each(file, next));
    for (;;)  // what the caller left unread is counted too
      if (HEED_TRY(next()).empty()) break;
    if (got_all != file.size) return wrong(Fault::kMalformed, "is not as long as it says");
    ++left_out;
  }
  if (!names.empty()) return Fail(Fault::kMalformed, path + ": the entry " + Quoted(names.begin()->first) + " cannot be read");
  return {};
}

Done WalkFolder(const std::string& path, const ZipLimits& limits, const EachFile& each) {
  std::error_code error;
  std::vector<std::string> found;
  auto it = fs::recursive_directory_iterator(path, error);
  if (error) return Fail(Fault::kNotFound, path + ": " + error.message());
  const std::size_t skip = path.ends_with('/') ? path.size() : path.size() + 1;
  std::set<std::string> folded;
  for (; it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (error) return Fail(Fault::kIo, path + ": " + error.message());
    const std::string whole = it->path().string();
    const std::string name = whole.substr(std::min(skip, whole.size()));
    const auto status = it->symlink_status(error);
    if (fs::is_directory(status)) continue;
    if (!fs::is_regular_file(status)) return Fail(Fault::kMalformed, path + ": " + Quoted(name) + " is a link, not a file");
    if (!folded.insert(LowerAscii(name)).second) return Fail(Fault::kMalformed, path + ": " + Quoted(name) + " is there twice (upper and lower case count as the same)");
    found.push_back(name);
    if (found.size() > limits.entries) return Fail(Fault::kTooLarge, path + ": holds more than " + std::to_string(limits.entries) + " files");
  }
  if (error) return Fail(Fault::kIo, path + ": " + error.message());
  std::ranges::sort(found);
  std::vector<char> buffer(kBlock);
  std::uint64_t total = 0;
  for (const auto& name : found) {
    const std::string whole = path.substr(0, path.ends_with('/') ? path.size() - 1 : path.size()) + "/" + name;
    const int fd = ::open(whole.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return Fail(Fault::kIo, whole + ": " + std::strerror(errno));
    const std::unique_ptr<const int, void (*)(const int*)> closer(&fd, [](const int* open) { ::close(*open); });
    struct stat info {};
    ::fstat(fd, &info);
    const auto next = [&]() -> Result<std::string_view> {
      const ssize_t got = ::read(fd, buffer.data(), buffer.size());
      if (got < 0) return Fail(Fault::kIo, whole + ": " + std::strerror(errno));
      if ((total += static_cast<std::uint64_t>(got)) > limits.bytes) return Fail(Fault::kTooLarge, path + ": larger than the limit of " + std::to_string(limits.bytes) + " bytes");
      return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    };
    HEED_TRY(each(FoundFile{name, static_cast<std::uint64_t>(info.st_size)}, next));
  }
  return {};
}

}  // namespace heed
