// Opening the store, its schema, and coming back after a failed write.
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "src/base/check.h"
#include "src/base/file.h"
#include "src/base/log.h"
#include "src/store/alike.h"
#include "src/store/impl.h"

namespace heed {
namespace {

// A school's small server: about 60 MB in all, whatever the store's size.
constexpr std::size_t kWriteBuffers = 16u << 20, kOneWriteBuffer = 8u << 20, kBlockCache = 16u << 20;
constexpr std::uint64_t kMaxLogBytes = 32u << 20;
constexpr int kOpenFiles = 256;
constexpr int kBloomBits = 10;
// A running heed may remove a file between a reader's listing and opening it; looking again finds the new one.
constexpr int kReadOnlyTries = 5;

rocksdb::CompressionType Compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  return std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end() ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
}

// RocksDB's warnings, among ours.  Its own log file would be the death of us on a full disk: once a write to that has
// failed, RocksDB asserts on the next one.
class Words final : public rocksdb::Logger {
 public:
  Words() : Logger(rocksdb::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list values) override {
    char line[1024];
    std::vsnprintf(line, sizeof line, format, values);
    LogDebug(std::string("rocksdb: ") + line);
  }
};

// On a full disk RocksDB polls for space in a thread of its own; when that meets Close() at the wrong instant, Close()
// waits for ever.  It is asked not to: the next write reopens.
class NoRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override { *auto_recovery = false; }
};

rocksdb::Options Configure(rocksdb::Env* env, bool read_only) {
  rocksdb::Options options;
  if (env) options.env = env;
  options.create_if_missing = !read_only;
  options.create_missing_column_families = !read_only;
  static const auto words = std::make_shared<Words>();
  options.info_log = words;
  options.db_write_buffer_size = kWriteBuffers;
  options.write_buffer_size = kOneWriteBuffer;
  options.max_total_wal_size = kMaxLogBytes;
  options.max_background_jobs = 2;
  // A reader opens every file at once, so that none can vanish under it.
  options.max_open_files = read_only ? -1 : kOpenFiles;
  options.compression = Compression();
  // After a failed write we reopen; RocksDB must not come back by itself in between.
  options.max_bgerror_resume_count = 0;
  options.listeners = {std::make_shared<NoRecovery>()};

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCache);
  table.cache_index_and_filter_blocks = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

StoreDatabase::~StoreDatabase() {
  if (!db) return;
  for (auto* family : families) db->DestroyColumnFamilyHandle(family);
  const auto status = db->Close();
  if (!status.ok()) LogWarning("closing the store: " + status.ToString());
}

Error Store::Impl::Translate(const rocksdb::Status& status) const {
  const std::string text = status.ToString();
  if (Contains(text, "lock file") || Contains(text, "lock hold by"))
    return Error{Fault::kBusy, "another heed is using " + folder + " (heed serve?)"};
  if (status.IsNoSpace() || Contains(text, "No space left on device"))
    return Error{Fault::kIo, folder + ": disk is full; free some space, heed goes on by itself"};
  if (status.IsCorruption()) return Error{Fault::kMalformed, folder + ": the store is damaged (" + text + "); restore it from a backup"};
  return Error{Fault::kIo, folder + ": " + text};
}

Error Store::Impl::Older() const {
  return Error{Fault::kUnsupported, folder + " was written by an older heed: run \"heed scan\" or \"heed serve\" once, which brings it up to date"};
}

Result<std::unique_ptr<StoreDatabase>> Store::Impl::OpenDatabase(bool read_only) const {
  const rocksdb::Options how = Configure(options.env, read_only);
  const Error missing{Fault::kNotFound, "no store in " + folder + " yet: run \"heed scan\" first"};
  const bool exists = how.env->FileExists(path() + "/CURRENT").ok();
  if (read_only && !exists) return Fail(missing);

  rocksdb::Status status;
  for (int tries = read_only ? kReadOnlyTries : 1; tries > 0; --tries) {
    std::vector<std::string> names(std::begin(keys::kFamilies), std::end(keys::kFamilies));
    if (exists) {
      std::vector<std::string> present;
      status = rocksdb::DB::ListColumnFamilies(how, path(), &present);
      if (!status.ok()) continue;
      const auto is_present = [&](const std::string& name) { return std::ranges::find(present, name) != present.end(); };
      if (read_only && !std::ranges::all_of(names, is_present)) {
        if (std::all_of(names.begin(), names.begin() + keys::kFamiliesOfSchema1, is_present)) return Fail(Older());
        return Fail(missing);  // cut short while it was made: there is nothing to read yet
      }
      // A newer heed's families must be opened too before its schema can be read and named.
      for (const auto& name : present)
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names) families.emplace_back(name, how);
    auto opening = std::make_unique<StoreDatabase>();
    rocksdb::DB* db = nullptr;
    status = read_only ? rocksdb::DB::OpenForReadOnly(how, path(), families, &opening->families, &db)
                       : rocksdb::DB::Open(how, path(), families, &opening->families, &db);
    if (status.ok()) {
      opening->db.reset(db);
      return opening;
    }
  }
  return Fail(Translate(status));
}

Done Store::Impl::Start() {
  if (!options.read_only) HEED_TRY(MakeFolder(path()));
  database = HEED_TRY(OpenDatabase(options.read_only));

  const Moment now = HEED_TRY(Look());
  const auto schema = HEED_TRY(now.Get(keys::kMeta, keys::kSchemaKey));
  if (!schema) {
    if (options.read_only) return Fail(Fault::kNotFound, "no store in " + folder + " yet: run \"heed scan\" first");
    for (std::size_t family = 0; family < database->families.size(); ++family) {
      const auto rows = now.Walk(static_cast<keys::Family>(family));
      rows->SeekToFirst();
      if (!rows->status().ok()) return Fail(Translate(rows->status()));
      if (rows->Valid()) return Fail(Fault::kMalformed, folder + ": the store has rows but no schema; restore it from a backup");
    }
    rocksdb::WriteBatch batch;
    std::string number;
    keys::AppendU32(number, kSchema);
    batch.Put((*database)[keys::kMeta], AsSlice(keys::kSchemaKey), number);
    batch.Put((*database)[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
    return Write(batch);
  }
  const std::uint32_t found = keys::ReadU32(*schema);
  if (schema->size() != 4) return Fail(Fault::kMalformed, folder + ": the store's schema is damaged; restore it from a backup");
  if (found > kSchema)
    return Fail(Fault::kUnsupported, folder + " was written by a newer heed (schema " + std::to_string(found) + "; this one reads " +
                                         std::to_string(kSchema) + "): use that heed, or restore an older backup");
  if (found < 1)
    return Fail(Fault::kUnsupported, folder + " was written by an older heed (schema " + std::to_string(found) + "; this one reads " +
                                         std::to_string(kSchema) + ") and there is no way to bring it up to date");
  if (found < kSchema && options.read_only) return Fail(Older());
  if (database->families.size() != std::size(keys::kFamilies))
    return Fail(Fault::kUnsupported, folder + ": the store has rows this heed does not know");
  const auto row = HEED_TRY(now.Get(keys::kMeta, keys::kHeadKey));
  if (!row) return Fail(Fault::kMalformed, folder + ": the store has no head row; restore it from a backup");
  auto read = DecodeHead(*row);
  if (!read) return Fail(std::move(read).error().While(folder));
  head = *read;
  if (found < kSchema) HEED_TRY(BringUpToDate(found));
  return {};
}

// Schema 2 has families more, which opening has made; no row looks different.  Schema 3 gives open cases their bursts, by links and threads: the
// signatures of older texts are not known.  Schema 4 says more in the queue's own rows (glance.h).  The schema is written last, so that what was cut short is done again.
Done Store::Impl::BringUpToDate(std::uint32_t schema) {
  constexpr std::size_t kAtOnce = 200;
  std::string from;
  for (bool more = true; more;) {
    const Moment now = HEED_TRY(Look());
    rocksdb::WriteBatch batch;
    AlikeBook alike(now);
    const auto rows = now.Walk(keys::kPosts);
    std::size_t looked = 0;
    for (rows->Seek(from); rows->Valid() && looked < kAtOnce; rows->Next(), ++looked) {
      from = rows->key().ToString() + '\0';
      const std::string key = rows->key().ToString(), school = key.substr(0, key.find('\0'));
      const StoredPost post = HEED_TRY(ReadPost(now, school, key, AsText(rows->value()), "a post of " + school));
      if (schema < 3) alike.AddPost(school, post.versions.front().post);
      if (!post.case_id) continue;
      const auto bytes = HEED_TRY(now.Get(keys::kCases, keys::Case(*post.case_id)));
      if (!bytes) continue;
      const Case c = HEED_TRY(DecodeCase(*bytes));
      const Post& shown = post.Version(c.worst).post;
      const AlikeBook::Place place = schema < 3 ? HEED_TRY(alike.Open(c, shown, std::nullopt)) : HEED_TRY(alike.PlaceOf(c.id));
      if (schema < 3) alike.Move(place, nullptr, &c);
      if (c.state != CaseState::kClosed) batch.Put((*database)[keys::kQueue], keys::Queue(c), QueueValue(c, place.burst, &shown));
    }
    HEED_TRY(Check(*rows));
    more = rows->Valid();
    alike.Write(batch, *database);
    if (!more) {
      std::string number;
      keys::AppendU32(number, kSchema);
      batch.Put((*database)[keys::kMeta], AsSlice(keys::kSchemaKey), number);
    }
    HEED_TRY(Write(batch));
  }
  LogInfo(folder + " was brought up to date from schema " + std::to_string(schema));
  return {};
}

Done Store::Impl::ReadyToWrite() {
  HEED_CHECK(!options.read_only);
  if (!failure) return {};
  const Done done = Reopen();
  // What was counted before may miss a batch that reached the disk after all.
  const std::lock_guard lock(counting);
  counted.clear();
  return done;
}

Done Store::Impl::Reopen() {
  const std::unique_lock alone(opened);
  database.reset();  // lets go of the lock before asking for it again
  const auto reopen = [&]() -> Done {
    database = HEED_TRY(OpenDatabase(false));
    std::string row;
    const auto status = database->db->Get(rocksdb::ReadOptions(), (*database)[keys::kMeta], AsSlice(keys::kHeadKey), &row);
    if (!status.ok()) return Fail(Translate(status));
    // The failed batch may have reached the disk after all, whole: then the head has moved.
    head = HEED_TRY(DecodeHead(row));
    return {};
  };
  if (const auto done = reopen(); !done) {
    database.reset();
    failure = done.error();
    // Staff can go on reading.
    if (auto readable = OpenDatabase(true)) database = *std::move(readable);
    return Fail(Error(*failure).While("the store does not take writes"));
  }
  failure.reset();
  LogInfo("the store in " + folder + " takes writes again");
  return {};
}

Done Store::Impl::Write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions how;
  how.sync = true;
  const auto status = database->db->Write(how, &batch);
  if (status.ok()) return {};
  failure = Translate(status);
  return Fail(*failure);
}

Result<Moment> Store::Impl::Look() const {
  std::shared_lock lock(opened);
  if (!database) return Fail(failure ? *failure : Error{Fault::kIo, folder + ": the store is closed"});
  return Moment(std::move(lock), *database);
}

Moment::Moment(std::shared_lock<std::shared_mutex> lock, const StoreDatabase& database)
    : lock_(std::move(lock)), database_(&database), snapshot_(database.db->GetSnapshot()) {}

Moment::Moment(Moment&& other) noexcept
    : lock_(std::move(other.lock_)), database_(other.database_), snapshot_(std::exchange(other.snapshot_, nullptr)) {}

void Moment::Renew() {
  if (snapshot_) database_->db->ReleaseSnapshot(snapshot_);
  snapshot_ = database_->db->GetSnapshot();
}

Moment::~Moment() {
  if (snapshot_) database_->db->ReleaseSnapshot(snapshot_);
}

Result<std::optional<std::string>> Moment::Get(keys::Family family, std::string_view key) const {
  rocksdb::ReadOptions how;
  how.snapshot = snapshot_;
  std::string value;
  const auto status = database_->db->Get(how, (*database_)[family], AsSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return Fail(Fault::kIo, "reading the store: " + status.ToString());
  return std::optional<std::string>(std::move(value));
}

Result<std::vector<std::optional<std::string>>> Moment::GetAll(keys::Family family, const std::vector<std::string>& wanted) const {
  rocksdb::ReadOptions how;
  how.snapshot = snapshot_;
  std::vector<rocksdb::Slice> slices(wanted.begin(), wanted.end());
  std::vector<rocksdb::PinnableSlice> values(wanted.size());
  std::vector<rocksdb::Status> statuses(wanted.size());
  if (!wanted.empty())
    database_->db->MultiGet(how, (*database_)[family], wanted.size(), slices.data(), values.data(), statuses.data());
  std::vector<std::optional<std::string>> found(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return Fail(Fault::kIo, "reading the store: " + statuses[i].ToString());
    found[i] = values[i].ToString();
  }
  return found;
}

std::unique_ptr<rocksdb::Iterator> Moment::Walk(keys::Family family) const {
  rocksdb::ReadOptions how;
  how.snapshot = snapshot_;
  return std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator(how, (*database_)[family]));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::Open(const std::string& folder, Options options) {
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  impl->options = options;
  HEED_TRY(impl->Start());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

}  // namespace heed
