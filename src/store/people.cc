// People who may sign in, their sessions, and the trail of what they did beside cases.
#include <algorithm>

#include "src/base/check.h"
#include "src/base/json.h"
#include "src/store/audit.h"
#include "src/store/impl.h"

namespace heed {
namespace {

std::string_view Bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// Adds rows to the audit chain, in order.
Done AddAudit(const Store::Impl& store, rocksdb::WriteBatch& batch, std::vector<AuditRow> rows) {
  if (rows.empty()) return {};
  AuditHead head;
  {
    const Moment now = HEED_TRY(store.Look());
    if (const auto row = HEED_TRY(now.Get(keys::kMeta, keys::kAuditKey))) head = HEED_TRY(DecodeAuditHead(*row));
  }
  for (auto& row : rows) {
    row.sequence = ++head.sequence;
    row.previous = head.hash;
    row.hash = head.hash = AuditHash(row);
    batch.Put((*store.database)[keys::kAudit], keys::Event(row.sequence), Encode(row));
  }
  batch.Put((*store.database)[keys::kMeta], AsSlice(keys::kAuditKey), Encode(head));
  return {};
}

}  // namespace

Digest AuditHash(const AuditRow& row) {
  JsonWriter out;
  out.Object().Field("action", row.action).Field("actor", row.actor).Field("at", FormatRfc3339(row.at)).Field("details", row.details);
  out.Field("school", row.school).Field("sequence", row.sequence).Field("subject", row.subject).EndObject();
  return Sha256(std::string(Bytes(row.previous)) + out.Take());
}

Result<std::vector<Person>> Store::People() const {
  const Moment now = HEED_TRY(impl_->Look());
  std::vector<Person> people;
  const auto rows = now.Walk(keys::kPeople);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) people.push_back(HEED_TRY(Named(DecodePerson(AsText(rows->value())), "person " + rows->key().ToString())));
  HEED_TRY(Check(*rows));
  return people;
}

Result<Person> Store::FindPerson(std::string_view id) const {
  const std::string name = "person " + std::string(id);
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kPeople, id));
  if (!row) return Fail(Fault::kNotFound, "there is no person \"" + std::string(id) + "\"");
  return Named(DecodePerson(*row), name);
}

Done Store::AddPerson(const Person& person, const AuditRow& why) {
  HEED_CHECK(keys::IsId(person.id));
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  if (FindPerson(person.id)) return Fail(Fault::kExists, "there is a person \"" + person.id + "\" already");
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kPeople], person.id, Encode(person));
  HEED_TRY(AddAudit(*impl_, batch, {why}));
  return impl_->Write(batch);
}

Result<Person> Store::ChangePerson(std::string_view id, const std::function<Done(Person&)>& change, const std::optional<AuditRow>& why) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const Person before = HEED_TRY(FindPerson(id));
  Person after = before;
  HEED_TRY(change(after));
  HEED_CHECK(after.id == before.id);
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kPeople], after.id, Encode(after));
  if (why) HEED_TRY(AddAudit(*impl_, batch, {*why}));
  HEED_TRY(impl_->Write(batch));
  return after;
}

namespace {

Result<std::vector<Paper>> PapersUnder(const Moment& now, const std::string& prefix) {
  std::vector<Paper> versions;
  const auto rows = now.Walk(keys::kPapers);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) versions.push_back(HEED_TRY(Named(DecodePaper(AsText(rows->value())), "a paper")));
  HEED_TRY(Check(*rows));
  return versions;
}

}  // namespace

Result<std::vector<Paper>> Store::PaperVersions(std::string_view name) const { return PapersUnder(HEED_TRY(impl_->Look()), keys::PaperPrefix(name)); }

Result<std::vector<Paper>> Store::Papers() const { return PapersUnder(HEED_TRY(impl_->Look()), ""); }

Result<std::optional<Paper>> Store::NewestPaper(std::string_view name) const {
  const Moment now = HEED_TRY(impl_->Look());
  const std::string prefix = keys::PaperPrefix(name);
  const auto rows = now.Walk(keys::kPapers);
  rows->SeekForPrev(keys::Paper(name, 0xffffffff));
  if (!rows->Valid() || !rows->key().starts_with(prefix)) {
    HEED_TRY(Check(*rows));
    return std::optional<Paper>();
  }
  return std::optional<Paper>(HEED_TRY(Named(DecodePaper(AsText(rows->value())), "paper " + std::string(name))));
}

Done Store::SavePaper(const Paper& paper, const AuditRow& why) {
  HEED_CHECK(!paper.name.empty() && paper.name.find('\0') == std::string::npos);
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const auto newest = HEED_TRY(NewestPaper(paper.name));
  if (paper.number != (newest ? newest->number : 0) + 1) return Fail(Fault::kExists, "somebody else has just changed it; look at their version first");
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kPapers], keys::Paper(paper.name, paper.number), Encode(paper));
  HEED_TRY(AddAudit(*impl_, batch, {why}));
  return impl_->Write(batch);
}

Result<std::vector<SavedView>> Store::SharedViews(std::string_view school) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kDesks, keys::SharedRow(school)));
  if (!row) return std::vector<SavedView>{};
  return Named(DecodeViews(*row), "the lists that " + std::string(school) + " shares");
}

Done Store::ChangeSharedViews(std::string_view school, const std::function<Done(std::vector<SavedView>&)>& change, const AuditRow& why) {
  HEED_CHECK(keys::IsId(school));
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  std::vector<SavedView> views = HEED_TRY(SharedViews(school));
  HEED_TRY(change(views));
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kDesks], keys::SharedRow(school), Encode(views));
  HEED_TRY(AddAudit(*impl_, batch, {why}));
  return impl_->Write(batch);
}

Done Store::SaveSession(const Digest& key, const Session& session) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kSessions], AsSlice(Bytes(key)), Encode(session));
  return impl_->Write(batch);
}

Done Store::TouchSession(const Digest& key, Instant seen_at) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  auto session = FindSession(key);
  if (!session && session.error().fault() == Fault::kNotFound) return {};
  if (!session) return Fail(session.error());
  session->seen_at = seen_at;
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kSessions], AsSlice(Bytes(key)), Encode(*session));
  return impl_->Write(batch);
}

Result<Session> Store::FindSession(const Digest& key) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kSessions, Bytes(key)));
  if (!row) return Fail(Fault::kNotFound, "there is no such session");
  return Named(DecodeSession(*row), "a session");
}

Result<std::size_t> Store::DropSessions(const std::function<bool(const Digest& key, const Session& session)>& which) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  rocksdb::WriteBatch batch;
  std::size_t dropped = 0;
  {
    const Moment now = HEED_TRY(impl_->Look());
    const auto rows = now.Walk(keys::kSessions);
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      Digest key{};
      if (rows->key().size() == key.size()) std::copy_n(rows->key().data(), key.size(), reinterpret_cast<char*>(key.data()));
      const auto session = DecodeSession(AsText(rows->value()));
      if (session && !which(key, *session)) continue;  // one that cannot be read goes
      batch.Delete((*impl_->database)[keys::kSessions], rows->key());
      ++dropped;
    }
    HEED_TRY(Check(*rows));
  }
  if (dropped == 0) return dropped;
  HEED_TRY(impl_->Write(batch));
  return dropped;
}

Done Store::DropSession(const Digest& key) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  rocksdb::WriteBatch batch;
  batch.Delete((*impl_->database)[keys::kSessions], AsSlice(Bytes(key)));
  return impl_->Write(batch);
}

Done Store::Audit(std::vector<AuditRow> rows) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  rocksdb::WriteBatch batch;
  HEED_TRY(AddAudit(*impl_, batch, std::move(rows)));
  return impl_->Write(batch);
}

Result<std::vector<AuditRow>> Store::AuditTrail(const AuditFilter& filter) const {
  const Moment now = HEED_TRY(impl_->Look());
  std::vector<AuditRow> trail;
  const auto rows = now.Walk(keys::kAudit);
  if (filter.before == 0) rows->SeekToLast();
  else rows->SeekForPrev(keys::Event(filter.before - 1));
  for (; rows->Valid() && trail.size() < filter.limit; rows->Prev()) {
    auto row = HEED_TRY(Named(DecodeAudit(AsText(rows->value())), "a row of the audit trail"));
    if (!filter.wanted || filter.wanted(row)) trail.push_back(std::move(row));
  }
  HEED_TRY(Check(*rows));
  return trail;
}

namespace {

// Walks the trail from `mark` on (that row included, to see that it is as it was), or all of it.
Result<ChainReport> WalkAudit(const Store::Impl& store, const std::optional<Store::Impl::AuditMark>& mark) {
  const Moment now = HEED_TRY(store.Look());
  AuditHead head;
  if (const auto row = HEED_TRY(now.Get(keys::kMeta, keys::kAuditKey))) head = HEED_TRY(DecodeAuditHead(*row));
  ChainReport report;
  std::optional<std::uint64_t> last;
  const auto rows = now.Walk(keys::kAudit);
  rows->SeekToFirst();
  // Rows whose time was up are gone from the front; where the mark is among them, what is left is walked.
  const bool marked = mark && rows->Valid() && AsText(rows->key()) <= keys::Event(mark->sequence);
  if (marked) rows->Seek(keys::Event(mark->sequence));
  for (; rows->Valid() && !report.broken; rows->Next()) {
    const auto row = DecodeAudit(AsText(rows->value()));
    const std::string name = "row " + std::to_string(keys::ReadU64(AsText(rows->key())));
    if (!row || AsText(rows->key()) != keys::Event(row->sequence)) report.broken = name + " cannot be read";
    else if (!last && marked && row->sequence != mark->sequence) report.broken = "row " + std::to_string(mark->sequence) + " is missing";
    else if (!last && marked && row->hash != mark->hash) report.broken = name + " was changed";
    else if (last && row->sequence != *last + 1) report.broken = "row " + std::to_string(*last + 1) + " is missing";
    else if (last ? row->previous != report.head : row->sequence == 1 && row->previous != Digest{}) report.broken = name + " does not follow the one before it";
    else if (AuditHash(*row) != row->hash) report.broken = name + " was changed";
    if (report.broken) break;
    ++report.events;
    report.head = row->hash;
    last = row->sequence;
  }
  HEED_TRY(Check(*rows));
  if (!report.broken && (last.value_or(0) != head.sequence || report.head != head.hash))
    report.broken = "the trail ends at row " + std::to_string(last.value_or(0)) + ", but " + std::to_string(head.sequence) + " were written";
  const std::lock_guard lock(store.marking);
  if (report.broken) store.audit_mark.reset();
  else if (last && (!store.audit_mark || store.audit_mark->sequence < *last)) store.audit_mark = Store::Impl::AuditMark{*last, report.head};
  return report;
}

}  // namespace

Result<ChainReport> Store::VerifyAudit() const { return WalkAudit(*impl_, std::nullopt); }

Result<ChainReport> Store::VerifyNewAudit() const {
  std::optional<Impl::AuditMark> mark;
  {
    const std::lock_guard lock(impl_->marking);
    mark = impl_->audit_mark;
  }
  return WalkAudit(*impl_, mark);
}

Result<std::uint64_t> Store::ForgetAudit(Instant before) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  rocksdb::WriteBatch batch;
  std::uint64_t forgotten = 0;
  {
    const Moment now = HEED_TRY(impl_->Look());
    AuditHead head;
    if (const auto row = HEED_TRY(now.Get(keys::kMeta, keys::kAuditKey))) head = HEED_TRY(DecodeAuditHead(*row));
    const auto rows = now.Walk(keys::kAudit);
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      const auto row = HEED_TRY(Named(DecodeAudit(AsText(rows->value())), "a row of the audit trail"));
      if (row.at >= before || row.sequence >= head.sequence) break;  // the last one stays: the chain goes on from it
      batch.Delete((*impl_->database)[keys::kAudit], rows->key());
      ++forgotten;
    }
    HEED_TRY(Check(*rows));
  }
  if (forgotten == 0) return forgotten;
  HEED_TRY(impl_->Write(batch));
  return forgotten;
}

}  // namespace heed
