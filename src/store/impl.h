// The inside of the store, shared by its sources and by nobody else.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/store/codec.h"
#include "src/store/keys.h"
#include "src/store/store.h"

namespace heed {

inline rocksdb::Slice AsSlice(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view AsText(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// A row's name in front of what is wrong with it.
template <typename T>
Result<T> Named(Result<T> decoded, const std::string& row) {
  if (!decoded) return Fail(std::move(decoded).error().While(row));
  return decoded;
}

// Whether a walk ended because there was no more.
inline Done Check(const rocksdb::Iterator& rows) {
  if (rows.status().ok()) return {};
  return Fail(Fault::kIo, "reading the store: " + rows.status().ToString());
}

// An open database with its families; closing is destruction.
struct StoreDatabase {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // in the order of keys::Family

  StoreDatabase() = default;
  StoreDatabase(const StoreDatabase&) = delete;
  ~StoreDatabase();
  rocksdb::ColumnFamilyHandle* operator[](keys::Family family) const { return families[family]; }
};

// One moment of the store, for reading.  Holds off reopening, so it lives no longer than one call.
class Moment {
 public:
  Moment(std::shared_lock<std::shared_mutex> lock, const StoreDatabase& database);
  ~Moment();
  Moment(const Moment&) = delete;
  Moment(Moment&& other) noexcept;

  // Of now on: what was written since it was made is there too.
  void Renew();

  // nullopt: there is no such row.
  Result<std::optional<std::string>> Get(keys::Family family, std::string_view key) const;
  // In the order of `wanted`.
  Result<std::vector<std::optional<std::string>>> GetAll(keys::Family family, const std::vector<std::string>& wanted) const;
  std::unique_ptr<rocksdb::Iterator> Walk(keys::Family family) const;

 private:
  std::shared_lock<std::shared_mutex> lock_;
  const StoreDatabase* database_;
  const rocksdb::Snapshot* snapshot_;
};

// The post whose row in `posts` is `key` -> `bytes`.
Result<StoredPost> ReadPost(const Moment& now, std::string_view school, const std::string& key, std::string_view bytes, const std::string& name);

// Ids of schools, in order and each once; empty: those with open cases.
Result<std::vector<std::string>> SchoolsWanted(const Moment& now, std::vector<std::string> schools);

// The version of its post that a case shows; nullopt: it is not kept.
Result<std::optional<Post>> ReadShown(const Moment& now, const Case& c);

// What one batch changes in the rules' record.  Rows are read when they are first needed; `now` is the moment before the batch.
class RuleBook {
 public:
  explicit RuleBook(const Moment& now) : now_(now) {}

  // A version of a post nobody had judged before.
  Done Count(std::string_view school, const Assessment& assessment);
  // A case's decision (or its words) changed.  `reopened`: by its post, so that what was decided of the earlier words stays counted.
  Done Rule(const Case* before, const Case& after, bool reopened);
  // Puts everything into the batch.  Returns the rules that pause.
  Result<std::vector<PausedRule>> Write(rocksdb::WriteBatch& batch, const StoreDatabase& in, Instant at);

 private:
  Result<RuleRecord*> Of(std::string_view school, std::string_view rule);
  Done Weigh(const Case& c, std::int64_t sign);

  const Moment& now_;
  std::map<std::string, RuleRecord> rows_;  // by key
  RuleStretch counted_;
};

// What one batch changes in the counts of open cases: every row of the queue is put and deleted through it.
class CountBook {
 public:
  // `now` is the moment before the batch.
  CountBook(const Moment& now, const StoreDatabase& in) : now_(now), in_(in) {}

  // A row that was not there, or that this batch has deleted.
  void Put(rocksdb::WriteBatch& batch, const Case& c, std::string_view value);
  Done Delete(rocksdb::WriteBatch& batch, const Case& c);

 private:
  friend struct Store::Impl;
  // What a row counts as.
  struct Row {
    std::string school, platform;
    CaseState state = CaseState::kQueued;
    std::uint8_t categories = 0;
    bool unjudged = false;
  };
  static Result<Row> Read(const Case& c, std::string_view value);

  const Moment& now_;
  const StoreDatabase& in_;
  std::unordered_map<std::string, Row> put_;  // by key; what the batch leaves
  std::vector<Row> gone_;                     // what it took away of what was there before
};

// A mutex that lets in whoever came first.  A scan commits page after page; with std::mutex it takes the lock again before anybody who
// was woken can, and a person's decision waits for seconds.
class FairMutex {
 public:
  void lock() {
    std::unique_lock hold(mutex_);
    const std::uint64_t mine = next_++;
    turn_.wait(hold, [&] { return mine == serving_; });
  }
  void unlock() {
    const std::lock_guard hold(mutex_);
    ++serving_;
    turn_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t next_ = 0, serving_ = 0;
};

class AlikeBook;  // src/store/alike.h

struct Store::Impl {
  std::string folder;
  Options options;

  // Writers first take `writing`, then nobody else changes `head`, `failure` or which database is open.
  // `opened` is held shared by everyone who uses the database, exclusively to reopen it.
  FairMutex writing;
  mutable std::shared_mutex opened;
  std::unique_ptr<StoreDatabase> database;  // null when reopening failed for reading too
  Head head;
  std::optional<Error> failure;  // of the last write; the next write reopens first

  // Counting walks the whole queue, and every page of the console shows counts: a school's part is walked once, and kept up with every batch.
  mutable std::mutex counting;
  struct Counted {
    std::uint64_t sequence = 0;  // of the last event that is counted in
    QueueCounts counts;
  };
  mutable std::map<std::string, Counted> counted;  // by school

  // How far the audit trail was found whole: that row, and its hash.
  struct AuditMark {
    std::uint64_t sequence = 0;
    Digest hash{};
  };
  mutable std::mutex marking;
  mutable std::optional<AuditMark> audit_mark;

  std::string path() const { return folder + "/store"; }
  // What RocksDB says, in our words.
  Error Translate(const rocksdb::Status& status) const;
  Error Older() const;  // for a reader of a store that only a writer can bring up to date

  Result<std::unique_ptr<StoreDatabase>> OpenDatabase(bool read_only) const;
  Done Start();                 // first opening: checks or writes the schema, reads head
  Done ReadyToWrite();          // reopens after a failure; `writing` is held
  Done Reopen();                // `writing` is held
  Done Write(rocksdb::WriteBatch& batch);  // synced, all or nothing; `writing` is held
  Result<Moment> Look() const;  // fails when the store is closed after a failure
  // The batch that moves the head there is on disk: what is known of the store moves on with it.  `writing` is held.
  void Settle(const Head& to, const CountBook& counts);
  Done BringUpToDate(std::uint32_t schema);  // from an older one; `writing` is held or nobody else is there yet

  // Adds a change to a batch: events numbered and sealed, case, queue and expiry rows.  `before` is the row
  // as it is so far.  Returns the row as it will be; moves `to` on.
  // `now` is the moment before the batch; `brought` the version of its post that made the change, where one did, and
  // `earlier` another one of this batch, which the case may show.
  Result<Case> Add(const Moment& now, rocksdb::WriteBatch& batch, const Case* before, Change change, Head& to, RuleBook& book, AlikeBook& alike, CountBook& counts, const KeptPost* brought = nullptr, const Post* earlier = nullptr) const;
  void AddEvent(rocksdb::WriteBatch& batch, Event& event, Head& to) const;
};

}  // namespace heed
