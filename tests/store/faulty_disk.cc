#include "tests/store/faulty_disk.h"

#include <rocksdb/system_clock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

namespace heed {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
namespace fs = std::filesystem;

// Syncs are noted, not done: tests ask what would be left, thousands of times.
class FaultyFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile> file, FaultyDisk& disk, std::string path)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* context) override {
    if (auto status = disk_.Step(true); !status.ok()) return status;
    auto status = FSWritableFileOwnerWrapper::Append(data, options, context);
    const std::lock_guard lock(disk_.mutex_);
    if (status.ok()) disk_.files_[path_].written += data.size();
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&, IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* context) override {
    const std::lock_guard lock(disk_.mutex_);
    auto& file = disk_.files_[path_];
    file.written = size;
    file.synced = std::min(file.synced, size);
    return FSWritableFileOwnerWrapper::Truncate(size, options, context);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    if (auto status = disk_.Step(true); !status.ok()) return status;
    const std::lock_guard lock(disk_.mutex_);
    auto& file = disk_.files_[path_];
    file.synced = file.written;
    return IOStatus::OK();
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override { return Sync(options, context); }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  FaultyDisk& disk_;
  const std::string path_;
};

class FaultyFolder : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyFolder(std::unique_ptr<rocksdb::FSDirectory> folder, FaultyDisk& disk, std::string path)
      : FSDirectoryWrapper(std::move(folder)), disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    if (auto status = disk_.Step(true); !status.ok()) return status;
    disk_.FolderSynced(path_);
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* context, const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, context);
  }

 private:
  FaultyDisk& disk_;
  const std::string path_;
};

namespace {

// RocksDB's background threads sleep a second after every failure.
class SleeplessClock : public rocksdb::SystemClockWrapper {
 public:
  SleeplessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "SleeplessClock"; }
  void SleepForMicroseconds(int) override { std::this_thread::yield(); }
};

class Wakeful : public rocksdb::EnvWrapper {
 public:
  explicit Wakeful(std::unique_ptr<rocksdb::Env> env) : EnvWrapper(std::move(env)) {
    file_system_ = target()->GetFileSystem();
    system_clock_ = std::make_shared<SleeplessClock>();
  }
  void SleepForMicroseconds(int) override { std::this_thread::yield(); }
};

std::string FolderOf(const std::string& path) { return fs::path(path).parent_path().lexically_normal().string(); }

}  // namespace

FaultyDisk::FaultyDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {
  // The env wants to share its file system; this one owns the env and so outlives it.
  const std::shared_ptr<rocksdb::FileSystem> borrowed(this, [](rocksdb::FileSystem*) {});
  env_ = std::make_unique<Wakeful>(rocksdb::NewCompositeEnv(borrowed));
}

void FaultyDisk::Plan(Fault fault, std::uint64_t step) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  fault_at_ = step;
  step_ = 0;
  met_ = false;
}

std::uint64_t FaultyDisk::steps() const {
  const std::lock_guard lock(mutex_);
  return step_;
}

bool FaultyDisk::fault_met() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

void FaultyDisk::Repair() {
  const std::lock_guard lock(mutex_);
  fault_ = Fault::kNone;
}

IOStatus FaultyDisk::Step(bool needs_space) {
  const std::lock_guard lock(mutex_);
  ++step_;
  switch (fault_) {
    case Fault::kNone: break;
    case Fault::kOnce:
      if (step_ == fault_at_) return met_ = true, IOStatus::IOError("the disk failed once");
      break;
    case Fault::kFull:
      if (step_ >= fault_at_ && needs_space) return met_ = true, IOStatus::NoSpace("No space left on device");
      break;
    case Fault::kPowerCut:
      if (step_ >= fault_at_) return met_ = true, IOStatus::IOError("the power is out");
      break;
  }
  return IOStatus::OK();
}

void FaultyDisk::FolderSynced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string folder = fs::path(path).lexically_normal().string();
  std::erase_if(deeds_, [&](const Deed& deed) { return FolderOf(deed.to) == folder; });
}

IOStatus FaultyDisk::NewWritableFile(const std::string& path, const FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile>* file,
                                     IODebugContext* context) {
  if (auto status = Step(true); !status.ok()) return status;
  auto status = FileSystemWrapper::NewWritableFile(path, options, file, context);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  files_[path] = {};
  deeds_.push_back({"", path});
  *file = std::make_unique<FaultyFile>(std::move(*file), *this, path);
  return status;
}

IOStatus FaultyDisk::ReopenWritableFile(const std::string& path, const FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile>* file,
                                        IODebugContext* context) {
  if (auto status = Step(true); !status.ok()) return status;
  auto status = FileSystemWrapper::ReopenWritableFile(path, options, file, context);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  // A file nobody wrote to since the power came back is all there.
  if (files_.find(path) == files_.end()) files_[path] = {fs::file_size(path), fs::file_size(path)};
  *file = std::make_unique<FaultyFile>(std::move(*file), *this, path);
  return status;
}

IOStatus FaultyDisk::NewDirectory(const std::string& path, const IOOptions& options, std::unique_ptr<rocksdb::FSDirectory>* folder,
                                  IODebugContext* context) {
  auto status = FileSystemWrapper::NewDirectory(path, options, folder, context);
  if (status.ok()) *folder = std::make_unique<FaultyFolder>(std::move(*folder), *this, path);
  return status;
}

IOStatus FaultyDisk::DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* context) {
  if (auto status = Step(false); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  files_.erase(path);
  return FileSystemWrapper::DeleteFile(path, options, context);
}

IOStatus FaultyDisk::RenameFile(const std::string& from, const std::string& to, const IOOptions& options, IODebugContext* context) {
  if (auto status = Step(false); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  Deed deed{from, to, fs::exists(to)};
  if (deed.replacing) {
    std::ostringstream old;
    old << std::ifstream(to, std::ios::binary).rdbuf();
    deed.replaced = old.str();
  }
  auto status = FileSystemWrapper::RenameFile(from, to, options, context);
  if (!status.ok()) return status;
  if (const auto file = files_.find(from); file != files_.end()) {
    files_[to] = file->second;
    files_.erase(from);
  }
  deeds_.push_back(std::move(deed));
  return status;
}

void FaultyDisk::LoseUnsynced(unsigned seed) {
  std::mt19937_64 dice(seed);
  const std::lock_guard lock(mutex_);
  for (auto& [path, file] : files_) {
    if (!fs::exists(path)) continue;
    const std::uint64_t kept = file.synced + dice() % (file.written - file.synced + 1);
    // Logs may go on in zeros to the length they were given.  RocksDB does not forgive that of a MANIFEST (it says
    // so, and heed asks for the backup); file systems that write data before lengths do not do it.
    const std::uint64_t length = path.ends_with(".log") && dice() % 3 == 0 ? file.written : kept;
    fs::resize_file(path, kept);
    fs::resize_file(path, length);
  }
  for (auto lost = deeds_.empty() ? 0 : dice() % (deeds_.size() + 1); lost > 0; --lost) {
    const Deed& last = deeds_.back();
    std::error_code gone;
    if (last.from.empty()) fs::remove(last.to, gone);
    else fs::rename(last.to, last.from, gone);
    if (last.replacing) std::ofstream(last.to, std::ios::binary) << last.replaced;
    deeds_.pop_back();
  }
  files_.clear();
  deeds_.clear();
  fault_ = Fault::kNone;
}

}  // namespace heed
