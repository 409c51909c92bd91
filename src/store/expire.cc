// Retention: what has been kept long enough goes, and says so.
#include <algorithm>

#include "src/base/json.h"
#include "src/model/report.h"
#include "src/store/alike.h"
#include "src/store/chain.h"
#include "src/store/impl.h"

namespace heed {
namespace {

// Entries looked at in one batch: others can write in between.
constexpr std::size_t kEntriesPerBatch = 500;

// The first day whose entries stay.  A whole day goes at once, when its last minute has been kept long enough.
std::uint32_t FirstDayKept(Instant now, days kept) {
  const std::int64_t day = static_cast<std::int64_t>(keys::Day(now)) - kept.count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(day, 0));
}

struct Due {
  std::string entry;  // the key in expiry
  std::uint32_t day;
  std::string key;
};

// Up to `limit` entries of a class before `until`, from `from` (a key in expiry, included).
Result<std::vector<Due>> DueEntries(const Moment& now, keys::Expires what, std::string_view from, std::uint32_t until, std::size_t limit) {
  std::vector<Due> due;
  const std::string prefix = keys::ExpiryPrefix(what);
  const auto rows = now.Walk(keys::kExpiry);
  for (rows->Seek(AsSlice(from)); rows->Valid() && rows->key().starts_with(prefix) && due.size() < limit; rows->Next()) {
    const auto entry = keys::ParseExpiry(AsText(rows->key()));
    if (!entry) return Fail(Fault::kMalformed, "damaged row: a key of expiry");
    if (entry->day >= until) break;
    due.push_back({rows->key().ToString(), entry->day, std::string(entry->key)});
  }
  HEED_TRY(Check(*rows));
  return due;
}

std::string TombstoneDetails(const Case& c) {
  JsonWriter out;
  out.Object()
      .Field("closed_at", FormatRfc3339(c.closed_at.value_or(c.opened_at)))
      .Field("events", c.events)
      .Field("reason", "retention")
      .Field("school", c.school)
      .EndObject();
  return out.Take();
}

}  // namespace

Result<ExpiryReport> Store::Expire(Instant now, const ExpiryLimits& limits) {
  ExpiryReport report;
  Impl& impl = *impl_;

  const auto drop_post = [&](const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, std::string_view key, const PostRow& row) -> Done {
    if (const auto first = HEED_TRY(seen.Get(keys::kVersions, keys::Version(key, 1)))) alike.ForgetPost(std::string(key.substr(0, key.find('\0'))), HEED_TRY(DecodeVersion(*first)).post);
    for (std::uint32_t number = 1; number <= row.versions.size(); ++number)
      batch.Delete((*impl.database)[keys::kVersions], keys::Version(key, number));
    batch.Delete((*impl.database)[keys::kPosts], AsSlice(key));
    return {};
  };

  // True when the post goes; its entry goes either way, being the post's present one or left over.
  const auto forget_post = [&](const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, const Due& due) -> Result<bool> {
    const auto bytes = HEED_TRY(seen.Get(keys::kPosts, due.key));
    if (!bytes) return false;
    const PostRow row = HEED_TRY(DecodePostRow(*bytes));
    if (row.case_id != 0 || keys::Day(row.changed_at) != due.day) return false;
    HEED_TRY(drop_post(seen, batch, alike, due.key, row));
    return true;
  };

  const auto erase_case = [&](const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, const Due& due, Head& head) -> Result<bool> {
    const auto bytes = HEED_TRY(seen.Get(keys::kCases, due.key));
    if (!bytes) return false;
    const Case c = HEED_TRY(DecodeCase(*bytes));
    if (c.state != CaseState::kClosed || keys::Day(c.closed_at.value_or(c.opened_at)) != due.day) return false;
    const auto history = seen.Walk(keys::kHistory);
    for (history->Seek(due.key); history->Valid() && history->key().starts_with(due.key); history->Next()) {
      const std::string sequence = keys::Event(keys::ReadU64(AsText(history->key()), due.key.size()));
      const auto row = HEED_TRY(seen.Get(keys::kEvents, sequence));
      if (!row) return Fail(Fault::kMalformed, "an event of case " + std::to_string(c.id) + " is missing");
      Event event = HEED_TRY(DecodeEvent(*row));
      EraseDetails(event);
      batch.Put((*impl.database)[keys::kEvents], sequence, Encode(event));
    }
    if (!history->status().ok()) return Fail(impl.Translate(history->status()));
    const auto captures = seen.Walk(keys::kCaptures);
    for (captures->Seek(due.key); captures->Valid() && captures->key().starts_with(due.key); captures->Next()) batch.Delete((*impl.database)[keys::kCaptures], captures->key());
    if (!captures->status().ok()) return Fail(impl.Translate(captures->status()));
    Event tombstone;
    tombstone.case_id = c.id;
    tombstone.kind = EventKind::kErased;
    tombstone.at = now;
    tombstone.actor = "heed";
    tombstone.details = TombstoneDetails(c);
    impl.AddEvent(batch, tombstone, head);
    const std::string post_key = keys::Post(c.school, c.global_id);
    if (const auto post = HEED_TRY(seen.Get(keys::kPosts, post_key))) {
      const PostRow row = HEED_TRY(DecodePostRow(*post));
      HEED_TRY(drop_post(seen, batch, alike, post_key, row));
    }
    HEED_TRY(alike.Forget(c));
    batch.Delete((*impl.database)[keys::kCases], AsSlice(due.key));
    if (const auto next = NextInOutbox(c)) batch.Delete((*impl.database)[keys::kExpiry], keys::Expiry(keys::Expires::kOutbox, keys::Day(*next), due.key));
    return true;
  };

  const auto walk = [&](keys::Expires what, days kept, std::uint64_t& gone) -> Done {
    const std::uint32_t until = FirstDayKept(now, kept);
    for (;;) {
      const std::lock_guard lock(impl.writing);
      HEED_TRY(impl.ReadyToWrite());
      const Moment seen = HEED_TRY(impl.Look());
      const auto due = HEED_TRY(DueEntries(seen, what, keys::ExpiryPrefix(what), until, kEntriesPerBatch));
      if (due.empty()) return {};
      rocksdb::WriteBatch batch;
      Head head = impl.head;
      AlikeBook alike(seen);
      std::uint64_t dropped = 0;
      for (const auto& entry : due) {
        const bool drop = what == keys::Expires::kPost ? HEED_TRY(forget_post(seen, batch, alike, entry)) : HEED_TRY(erase_case(seen, batch, alike, entry, head));
        dropped += drop ? 1 : 0;
        batch.Delete((*impl.database)[keys::kExpiry], entry.entry);
      }
      alike.Write(batch, *impl.database);
      if (head != impl.head) batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
      if (dropped > 0) batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kRewriteKey), rocksdb::Slice());
      HEED_TRY(impl.Write(batch));
      impl.head = head;
      gone += dropped;
    }
  };

  HEED_TRY(walk(keys::Expires::kPost, limits.unflagged, report.posts_forgotten));
  HEED_TRY(walk(keys::Expires::kClosedCase, limits.closed, report.cases_erased));

  const std::uint32_t overdue_until = FirstDayKept(now, limits.decide_within);
  bool rewrite = false;
  {
    const Moment seen = HEED_TRY(impl.Look());
    std::string from = keys::ExpiryPrefix(keys::Expires::kOpenCase);
    for (;;) {
      const auto due = HEED_TRY(DueEntries(seen, keys::Expires::kOpenCase, from, overdue_until, kEntriesPerBatch));
      report.overdue += due.size();
      if (due.size() < kEntriesPerBatch) break;
      from = due.back().entry + '\0';
    }
    rewrite = HEED_TRY(seen.Get(keys::kMeta, keys::kRewriteKey)).has_value();
  }
  if (!rewrite) return report;

  // Deleted rows stay in the log and in older files until those are rewritten.  While another reader holds an
  // earlier moment they cannot go; then the mark stays and the next walk tries again.
  const std::lock_guard lock(impl.writing);
  HEED_TRY(impl.ReadyToWrite());
  const Database& in = *impl.database;
  std::uint64_t readers = 0;
  in.db->GetIntProperty("rocksdb.num-snapshots", &readers);
  auto status = in.db->Flush(rocksdb::FlushOptions(), in.families);
  rocksdb::CompactRangeOptions how;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (const auto family : {keys::kPosts, keys::kVersions, keys::kCases, keys::kEvents, keys::kCaptures, keys::kAlike})
    if (status.ok()) status = in.db->CompactRange(how, in[family], nullptr, nullptr);
  if (!status.ok()) {
    impl.failure = impl.Translate(status);
    return Fail(Error(*impl.failure).While("rewriting files after erasing"));
  }
  if (readers == 0) {
    rocksdb::WriteBatch batch;
    batch.Delete(in[keys::kMeta], AsSlice(keys::kRewriteKey));
    HEED_TRY(impl.Write(batch));
  }
  return report;
}

}  // namespace heed
