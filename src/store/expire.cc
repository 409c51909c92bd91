// Retention: what has been kept long enough goes, and says so.
#include <algorithm>
#include <functional>

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

std::string TombstoneDetails(const Case& c, std::string_view reason) {
  JsonWriter out;
  out.Object()
      .Field("closed_at", FormatRfc3339(c.closed_at.value_or(c.opened_at)))
      .Field("events", c.events)
      .Field("reason", reason)
      .Field("school", c.school)
      .EndObject();
  return out.Take();
}

Done DropPost(const Store::Impl& impl, const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, std::string_view key, const PostRow& row) {
  if (const auto first = HEED_TRY(seen.Get(keys::kVersions, keys::Version(key, 1)))) alike.ForgetPost(std::string(key.substr(0, key.find('\0'))), HEED_TRY(DecodeVersion(*first)).post);
  for (std::uint32_t number = 1; number <= row.versions.size(); ++number)
    batch.Delete((*impl.database)[keys::kVersions], keys::Version(key, number));
  batch.Delete((*impl.database)[keys::kPosts], AsSlice(key));
  return {};
}

// The details of those events of a case that `which` says, and what is kept beside them.
Done EraseEvents(const Store::Impl& impl, const Moment& seen, rocksdb::WriteBatch& batch, CaseId id, const std::function<bool(const Event&)>& which) {
  const std::string key = keys::Case(id);
  const auto history = seen.Walk(keys::kHistory);
  for (history->Seek(key); history->Valid() && history->key().starts_with(key); history->Next()) {
    const std::string sequence = keys::Event(keys::ReadU64(AsText(history->key()), key.size()));
    const auto row = HEED_TRY(seen.Get(keys::kEvents, sequence));
    if (!row) return Fail(Fault::kMalformed, "an event of case " + std::to_string(id) + " is missing");
    Event event = HEED_TRY(DecodeEvent(*row));
    if (!which(event)) continue;
    EraseDetails(event);
    batch.Put((*impl.database)[keys::kEvents], sequence, Encode(event));
    batch.Delete((*impl.database)[keys::kCaptures], history->key());
  }
  if (!history->status().ok()) return Fail(impl.Translate(history->status()));
  return {};
}

// A closed case, its post, the details of its events and what is kept beside them; a tombstone says so.
Done EraseCase(const Store::Impl& impl, const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, const Case& c, std::string_view actor, std::string_view reason, Instant now, Head& head) {
  const std::string key = keys::Case(c.id);
  HEED_TRY(EraseEvents(impl, seen, batch, c.id, [](const Event&) { return true; }));
  Event tombstone;
  tombstone.case_id = c.id;
  tombstone.kind = EventKind::kErased;
  tombstone.at = now;
  tombstone.actor = actor;
  tombstone.details = TombstoneDetails(c, reason);
  impl.AddEvent(batch, tombstone, head);
  const std::string post_key = keys::Post(c.school, c.global_id);
  if (const auto post = HEED_TRY(seen.Get(keys::kPosts, post_key))) {
    const PostRow row = HEED_TRY(DecodePostRow(*post));
    HEED_TRY(DropPost(impl, seen, batch, alike, post_key, row));
  }
  HEED_TRY(alike.Forget(c));
  batch.Delete((*impl.database)[keys::kCases], key);
  if (const auto gone = GoneSince(c)) batch.Delete((*impl.database)[keys::kExpiry], keys::Expiry(keys::Expires::kGone, keys::Day(*gone), key));
  if (const auto next = NextInOutbox(c)) batch.Delete((*impl.database)[keys::kExpiry], keys::Expiry(keys::Expires::kOutbox, keys::Day(*next), key));
  return {};
}

// What the platform gave of a post, but for what the case is found by.
void TakeWords(Post& post) {
  post.version_id = ContentVersion(post);
  for (auto* text : {&post.title, &post.warning, &post.text, &post.raw, &post.language, &post.in_reply_to, &post.thread_root}) text->clear();
  post.author = {};
  post.media.clear();
  post.counts = {};
}

// The case stays, with what staff did and what they captured themselves; what its platform's interface gave us goes.
Done WithdrawCase(const Store::Impl& impl, const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, CountBook& counts, Case c, std::string_view why, Instant now, Head& head) {
  const std::string post_key = keys::Post(c.school, c.global_id);
  std::optional<Post> shown;
  if (const auto post = HEED_TRY(seen.Get(keys::kPosts, post_key))) {
    const PostRow row = HEED_TRY(DecodePostRow(*post));
    for (std::uint32_t number = 1; number <= row.versions.size(); ++number) {
      const auto stored = HEED_TRY(seen.Get(keys::kVersions, keys::Version(post_key, number)));
      if (!stored) return Fail(Fault::kMalformed, "a version of the post of case " + std::to_string(c.id) + " is missing");
      StoredVersion version = HEED_TRY(DecodeVersion(*stored));
      if (number == 1) alike.ForgetPost(c.school, version.post);  // what it answers goes, too
      const bool is_shown = ContentVersion(version.post) == c.worst;
      TakeWords(version.post);
      if (is_shown) shown = version.post;
      batch.Put((*impl.database)[keys::kVersions], keys::Version(post_key, number), Encode(version));
    }
  }
  HEED_TRY(EraseEvents(impl, seen, batch, c.id, [](const Event& event) { return event.kind == EventKind::kCaptured && event.actor == "heed" && !event.erased; }));
  JsonWriter details;
  details.Object().Field("presence", c.presence).Field("why", why).EndObject();
  Event tombstone;
  tombstone.case_id = c.id;
  tombstone.kind = EventKind::kWithdrawn;
  tombstone.at = now;
  tombstone.actor = "heed";
  tombstone.details = details.Take();
  impl.AddEvent(batch, tombstone, head);
  c.withdrawn_at = now;
  ++c.events;
  batch.Put((*impl.database)[keys::kCases], keys::Case(c.id), Encode(c));
  if (c.state != CaseState::kClosed) {
    HEED_TRY(counts.Delete(batch, c));
    counts.Put(batch, c, QueueValue(c, HEED_TRY(alike.PlaceOf(c.id)).burst, shown ? &*shown : nullptr));
  }
  return {};
}

}  // namespace

Done Store::Erase(std::string_view school, std::string_view global_id, std::string_view actor, std::string_view reason, Instant now) {
  Impl& impl = *impl_;
  const std::lock_guard lock(impl.writing);
  HEED_TRY(impl.ReadyToWrite());
  const Moment seen = HEED_TRY(impl.Look());
  const std::string key = keys::Post(school, global_id);
  const auto bytes = HEED_TRY(seen.Get(keys::kPosts, key));
  if (!bytes) return Fail(Fault::kNotFound, "that post is not kept");
  const PostRow row = HEED_TRY(DecodePostRow(*bytes));
  rocksdb::WriteBatch batch;
  AlikeBook alike(seen);
  Head head = impl.head;
  if (row.case_id == 0) {
    HEED_TRY(DropPost(impl, seen, batch, alike, key, row));
    batch.Delete((*impl.database)[keys::kExpiry], keys::Expiry(keys::Expires::kPost, keys::Day(row.changed_at), key));
  } else {
    const std::string case_key = keys::Case(row.case_id);
    const auto found = HEED_TRY(seen.Get(keys::kCases, case_key));
    if (!found) return Fail(Fault::kMalformed, "damaged row: the case of a post is missing");
    const Case c = HEED_TRY(DecodeCase(*found));
    if (c.state != CaseState::kClosed) return Fail(Fault::kInvalid, "case " + std::to_string(c.id) + " is open: it must be decided and closed before its post can be erased");
    if (c.hold) return Fail(Fault::kInvalid, "case " + std::to_string(c.id) + " is under a legal hold: that must be released before its post can be erased");
    HEED_TRY(EraseCase(impl, seen, batch, alike, c, actor, reason, now, head));
    batch.Delete((*impl.database)[keys::kExpiry], keys::Expiry(keys::Expires::kClosedCase, keys::Day(c.closed_at.value_or(c.opened_at)), case_key));
    batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
  }
  alike.Write(batch, *impl.database);
  batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kRewriteKey), rocksdb::Slice());
  HEED_TRY(impl.Write(batch));
  impl.Settle(head, CountBook(seen, *impl.database));
  return {};
}

Done Store::Withdraw(CaseId id, std::string_view why, Instant now) {
  Impl& impl = *impl_;
  const std::lock_guard lock(impl.writing);
  HEED_TRY(impl.ReadyToWrite());
  const Moment seen = HEED_TRY(impl.Look());
  const std::string name = "case " + std::to_string(id);
  const auto bytes = HEED_TRY(seen.Get(keys::kCases, keys::Case(id)));
  if (!bytes) return Fail(Fault::kNotFound, "there is no " + name);
  const Case c = HEED_TRY(Named(DecodeCase(*bytes), name));
  if (c.hold) return Fail(Fault::kInvalid, name + " is under a legal hold");
  if (c.withdrawn_at || IsHandedIn(c.assessment)) return Fail(Fault::kInvalid, name + " holds nothing of a platform's");
  rocksdb::WriteBatch batch;
  AlikeBook alike(seen);
  CountBook counts(seen, *impl.database);
  Head head = impl.head;
  HEED_TRY(WithdrawCase(impl, seen, batch, alike, counts, c, why, now, head));
  alike.Write(batch, *impl.database);
  batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
  batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kRewriteKey), rocksdb::Slice());
  HEED_TRY(impl.Write(batch));
  impl.Settle(head, counts);
  return {};
}

Result<ExpiryReport> Store::Expire(Instant now, const ExpiryLimits& limits) {
  ExpiryReport report;
  Impl& impl = *impl_;

  // True when the post goes; its entry goes either way, being the post's present one or left over.
  const auto forget_post = [&](const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, const Due& due) -> Result<bool> {
    const auto bytes = HEED_TRY(seen.Get(keys::kPosts, due.key));
    if (!bytes) return false;
    const PostRow row = HEED_TRY(DecodePostRow(*bytes));
    if (row.case_id != 0 || keys::Day(row.changed_at) != due.day) return false;
    HEED_TRY(DropPost(impl, seen, batch, alike, due.key, row));
    return true;
  };

  const auto erase_case = [&](const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, const Due& due, Head& head) -> Result<bool> {
    const auto bytes = HEED_TRY(seen.Get(keys::kCases, due.key));
    if (!bytes) return false;
    const Case c = HEED_TRY(DecodeCase(*bytes));
    if (c.state != CaseState::kClosed || keys::Day(c.closed_at.value_or(c.opened_at)) != due.day) return false;
    if (c.hold) return false;  // its release enters it again
    HEED_TRY(EraseCase(impl, seen, batch, alike, c, "heed", "retention", now, head));
    return true;
  };

  const auto withdraw = [&](const Moment& seen, rocksdb::WriteBatch& batch, AlikeBook& alike, CountBook& counts, const Due& due, Head& head) -> Result<bool> {
    const auto bytes = HEED_TRY(seen.Get(keys::kCases, due.key));
    if (!bytes) return false;
    const Case c = HEED_TRY(DecodeCase(*bytes));
    const auto gone = GoneSince(c);
    if (!gone || keys::Day(*gone) != due.day) return false;
    HEED_TRY(WithdrawCase(impl, seen, batch, alike, counts, c, "the post is gone from its platform, and no legal hold keeps what was received of it", now, head));
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
      CountBook counts(seen, *impl.database);
      std::uint64_t dropped = 0;
      for (const auto& entry : due) {
        const bool drop = what == keys::Expires::kPost   ? HEED_TRY(forget_post(seen, batch, alike, entry))
                          : what == keys::Expires::kGone ? HEED_TRY(withdraw(seen, batch, alike, counts, entry, head))
                                                         : HEED_TRY(erase_case(seen, batch, alike, entry, head));
        dropped += drop ? 1 : 0;
        batch.Delete((*impl.database)[keys::kExpiry], entry.entry);
      }
      alike.Write(batch, *impl.database);
      if (head != impl.head) batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
      if (dropped > 0) batch.Put((*impl.database)[keys::kMeta], AsSlice(keys::kRewriteKey), rocksdb::Slice());
      HEED_TRY(impl.Write(batch));
      impl.Settle(head, counts);
      gone += dropped;
    }
  };

  HEED_TRY(walk(keys::Expires::kPost, limits.unflagged, report.posts_forgotten));
  HEED_TRY(walk(keys::Expires::kClosedCase, limits.closed, report.cases_erased));
  HEED_TRY(walk(keys::Expires::kGone, limits.gone, report.withdrawn));

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
  const StoreDatabase& in = *impl.database;
  std::uint64_t readers = 0;
  in.db->GetIntProperty("rocksdb.num-snapshots", &readers);
  auto status = in.db->Flush(rocksdb::FlushOptions(), in.families);
  rocksdb::CompactRangeOptions how;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (const auto family : {keys::kPosts, keys::kVersions, keys::kCases, keys::kQueue, keys::kEvents, keys::kCaptures, keys::kAlike})
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
