// A disk that fails when told to: the k-th operation that changes it fails once, is refused for want of space,
// or is the moment the power goes.  A power cut loses whatever was not synced, in the ways real disks do:
// files end anywhere after their last sync, logs may continue in zeros, and what their folder was not synced for
// (new files, renames) may never have happened.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace heed {

class FaultyDisk : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault { kNone, kOnce, kFull, kPowerCut };

  FaultyDisk();
  const char* Name() const override { return "FaultyDisk"; }
  rocksdb::Env* env() { return env_.get(); }

  // From now on, the `step`-th operation (from 1) meets `fault`; kFull and kPowerCut last until Repair().
  void Plan(Fault fault, std::uint64_t step);
  std::uint64_t steps() const;  // since Plan() or the beginning
  bool fault_met() const;
  void Repair();
  // After the store was closed: what a power cut leaves on the disk.  Then the disk works again.
  void LoseUnsynced(unsigned seed);

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder, rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;

 private:
  friend class FaultyFile;
  friend class FaultyFolder;
  struct File {
    std::uint64_t written = 0, synced = 0;
  };
  // Something done to a folder and not synced yet: a new file `to`, or a rename.
  struct Deed {
    std::string from, to;  // no `from`: a new file
    bool replacing = false;
    std::string replaced;  // what `to` held before
  };

  // Counts one operation; says whether it may happen.  `needs_space`: refused by a full disk.
  rocksdb::IOStatus Step(bool needs_space);
  void FolderSynced(const std::string& path);

  mutable std::mutex mutex_;
  Fault fault_ = Fault::kNone;
  std::uint64_t step_ = 0, fault_at_ = 0;
  bool met_ = false;
  std::map<std::string, File> files_;
  std::vector<Deed> deeds_;  // in the order they were done, which file systems keep
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace heed
