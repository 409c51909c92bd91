// Everything that changes the store between openings: pages, sources, what staff do.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "src/base/check.h"
#include "src/model/report.h"
#include "src/store/alike.h"
#include "src/store/chain.h"
#include "src/store/impl.h"

namespace heed {
namespace {

// A post touched by a page: its row and its case as they are so far.
struct Touched {
  std::optional<PostRow> row;
  std::optional<Case> c;
  bool changed = false;
  const Post* shown = nullptr;  // the version that the case shows, where this page brought it: it is not on disk yet
};

// What is kept of the page's posts already, by key in posts: two MultiGets for the whole page.
Result<std::unordered_map<std::string, Touched>> Recall(const Moment& now, const std::vector<std::string>& post_keys) {
  std::unordered_map<std::string, Touched> known;
  std::vector<std::string> wanted, cases;
  std::vector<Touched*> with_case;
  for (const auto& key : post_keys)
    if (known.try_emplace(key).second) wanted.push_back(key);
  const auto rows = HEED_TRY(now.GetAll(keys::kPosts, wanted));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!rows[i]) continue;
    Touched& post = known[wanted[i]];
    post.row = HEED_TRY(DecodePostRow(*rows[i]));
    if (post.row->case_id == 0) continue;
    cases.push_back(keys::Case(post.row->case_id));
    with_case.push_back(&post);
  }
  const auto found = HEED_TRY(now.GetAll(keys::kCases, cases));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string name = "case " + std::to_string(with_case[i]->row->case_id);
    if (!found[i]) return Fail(Fault::kMalformed, name + " is missing, though its post is there");
    auto read = DecodeCase(*found[i]);
    if (!read) return Fail(std::move(read).error().While(name));
    with_case[i]->c = *std::move(read);
  }
  return known;
}

std::uint32_t NumberOf(const PostRow& row, std::string_view version) {
  for (std::uint32_t i = 0; i < row.versions.size(); ++i)
    if (row.versions[i] == version) return i + 1;
  return 0;
}

void Tally(Committed& tally, const Change& change) {
  for (const auto& event : change.events) {
    if (event.kind == EventKind::kOpened) ++tally.opened, tally.backlog += change.after.state == CaseState::kBacklog;
    if (event.kind == EventKind::kEdited) ++tally.edited;
    if (event.kind == EventKind::kReopened) ++tally.reopened;
  }
}

}  // namespace

void Store::Impl::AddEvent(rocksdb::WriteBatch& batch, Event& event, Head& to) const {
  event.sequence = ++to.sequence;
  Seal(event, to.hash);
  to.hash = event.hash;
  batch.Put((*database)[keys::kEvents], keys::Event(event.sequence), Encode(event));
  batch.Put((*database)[keys::kHistory], keys::History(event.case_id, event.sequence), rocksdb::Slice());
  if (!event.attachment.empty()) batch.Put((*database)[keys::kCaptures], keys::History(event.case_id, event.sequence), EncodeBytes(event.attachment));
}

Result<Case> Store::Impl::Add(const Moment& now, rocksdb::WriteBatch& batch, const Case* before, Change change, Head& to, RuleBook& book, AlikeBook& alike, CountBook& counts, const KeptPost* brought, const Post* earlier) const {
  const StoreDatabase& in = *database;
  Case& after = change.after;
  if (before) HEED_CHECK(after.id == before->id && after.school == before->school);
  else after.id = ++to.case_id;
  const bool reopened = std::any_of(change.events.begin(), change.events.end(), [](const Event& event) { return event.kind == EventKind::kReopened; });
  HEED_TRY(book.Rule(before, after, reopened));
  HEED_CHECK(!change.events.empty() && after.events == (before ? before->events : 0) + change.events.size());
  for (auto& event : change.events) {
    event.case_id = after.id;
    AddEvent(batch, event, to);
  }
  const AlikeBook::Place place = brought && !before ? HEED_TRY(alike.Open(after, brought->post, brought->words)) : HEED_TRY(alike.PlaceOf(after.id));
  alike.Move(place, before, &after);
  const auto expiry = [](const Case& c) {
    return c.state == CaseState::kClosed ? keys::Expiry(keys::Expires::kClosedCase, keys::Day(c.closed_at.value_or(c.opened_at)), keys::Case(c.id))
                                         : keys::Expiry(keys::Expires::kOpenCase, keys::Day(c.opened_at), keys::Case(c.id));
  };
  if (before) {
    if (before->state != CaseState::kClosed) HEED_TRY(counts.Delete(batch, *before));
    batch.Delete(in[keys::kExpiry], expiry(*before));
    if (const auto due = NextInOutbox(*before)) batch.Delete(in[keys::kExpiry], keys::Expiry(keys::Expires::kOutbox, keys::Day(*due), keys::Case(after.id)));
    if (const auto gone = GoneSince(*before)) batch.Delete(in[keys::kExpiry], keys::Expiry(keys::Expires::kGone, keys::Day(*gone), keys::Case(after.id)));
    if (before->hold) batch.Delete(in[keys::kExpiry], keys::Expiry(keys::Expires::kHold, keys::Day(before->hold->review_at), keys::Case(after.id)));
  }
  if (const auto gone = GoneSince(after)) batch.Put(in[keys::kExpiry], keys::Expiry(keys::Expires::kGone, keys::Day(*gone), keys::Case(after.id)), rocksdb::Slice());
  if (after.hold) batch.Put(in[keys::kExpiry], keys::Expiry(keys::Expires::kHold, keys::Day(after.hold->review_at), keys::Case(after.id)), rocksdb::Slice());
  if (const auto due = NextInOutbox(after)) batch.Put(in[keys::kExpiry], keys::Expiry(keys::Expires::kOutbox, keys::Day(*due), keys::Case(after.id)), rocksdb::Slice());
  if (after.state != CaseState::kClosed) {
    const auto is_shown = [&](const Post& post) { return ContentVersion(post) == after.worst; };
    const Post* shown = brought && is_shown(brought->post) ? &brought->post : earlier && is_shown(*earlier) ? earlier : nullptr;
    std::optional<Post> kept;
    if (!shown) kept = HEED_TRY(ReadShown(now, after));
    if (kept) shown = &*kept;
    counts.Put(batch, after, QueueValue(after, place.burst, shown));
  }
  batch.Put(in[keys::kExpiry], expiry(after), rocksdb::Slice());
  batch.Put(in[keys::kCases], keys::Case(after.id), Encode(after));
  return std::move(after);
}

Done Store::SaveSource(std::string_view id, const SourceState& state) {
  HEED_CHECK(keys::IsId(id));
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kSources], AsSlice(id), Encode(state));
  return impl_->Write(batch);
}

Done Store::SaveTold(const std::vector<Told>& told) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kMeta], AsSlice(keys::kToldKey), Encode(told));
  return impl_->Write(batch);
}

Result<Committed> Store::Commit(const PageCommit& page, const Observer& observe) {
  HEED_CHECK(keys::IsId(page.source));
  std::vector<std::string> post_keys;
  post_keys.reserve(page.posts.size());
  for (const auto& kept : page.posts) {
    // Promise 2: what does not mention the school is forgotten at once.
    const bool without_words = kept.post.text.empty() && kept.post.title.empty() && kept.post.warning.empty() && kept.post.media.empty();
    HEED_CHECK(kept.assessment.mention.mentions || !kept.assessment.could_not_judge.empty() || without_words);
    HEED_CHECK(!kept.post.global_id.empty());
    post_keys.push_back(keys::Post(kept.school, kept.post.global_id));
  }

  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const StoreDatabase& in = *impl_->database;
  const Moment now = HEED_TRY(impl_->Look());
  auto known = HEED_TRY(Recall(now, post_keys));
  rocksdb::WriteBatch batch;
  Head head = impl_->head;
  RuleBook book(now);
  AlikeBook alike(now);
  CountBook counts(now, *impl_->database);
  Committed tally;

  for (std::size_t i = 0; i < page.posts.size(); ++i) {
    const KeptPost& kept = page.posts[i];
    const std::string& key = post_keys[i];
    Touched& post = known[key];
    if (!post.row) ++tally.new_posts, alike.AddPost(kept.school, kept.post);
    PostRow row = post.row.value_or(PostRow{});
    std::string version = ContentVersion(kept.post);
    std::uint32_t number = NumberOf(row, version);
    if (number != 0 && number == row.newest) {
      ++tally.unchanged;
      continue;
    }
    const bool version_known = number != 0;
    if (version_known) {
      ++tally.unchanged;
    } else {
      if (post.row) ++tally.new_versions;
      HEED_TRY(book.Count(kept.school, kept.assessment));
      if (post.row && row.case_id == 0)
        batch.Delete(in[keys::kExpiry], keys::Expiry(keys::Expires::kPost, keys::Day(row.changed_at), key));
      row.versions.push_back(std::move(version));
      row.changed_at = page.at;
      number = static_cast<std::uint32_t>(row.versions.size());
      batch.Put(in[keys::kVersions], keys::Version(key, number), Encode(StoredVersion{kept.post, kept.assessment, page.source, page.at}));
    }
    row.newest = number;
    const Sighting sighting{kept.post, kept.assessment, kept.school, page.source, page.at,
                            static_cast<std::uint32_t>(row.versions.size()), version_known, kept.backlog};
    if (auto change = observe(post.c ? &*post.c : nullptr, sighting)) {
      Tally(tally, *change);
      if (kept.capture) {
        change->events.push_back(*kept.capture);
        ++change->after.events;
      }
      if (row.case_id == 0) batch.Delete(in[keys::kExpiry], keys::Expiry(keys::Expires::kPost, keys::Day(row.changed_at), key));
      post.c = HEED_TRY(impl_->Add(now, batch, post.c ? &*post.c : nullptr, *std::move(change), head, book, alike, counts, &kept, post.shown));
      row.case_id = post.c->id;
      if (ContentVersion(kept.post) == post.c->worst) post.shown = &kept.post;
    }
    if (row.case_id == 0 && !version_known)
      batch.Put(in[keys::kExpiry], keys::Expiry(keys::Expires::kPost, keys::Day(row.changed_at), key), rocksdb::Slice());
    post.row = std::move(row);
    post.changed = true;
  }

  for (const auto& [key, post] : known)
    if (post.changed) batch.Put(in[keys::kPosts], key, Encode(*post.row));
  alike.Write(batch, in);
  batch.Put(in[keys::kSources], page.source, Encode(page.state));
  if (head != impl_->head) batch.Put(in[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
  tally.paused = HEED_TRY(book.Write(batch, in, page.at));
  HEED_TRY(impl_->Write(batch));
  impl_->Settle(head, counts);
  return tally;
}

Result<Case> Store::Record(const Change& change) {
  const CaseId id = change.after.id;
  const std::string name = "case " + std::to_string(id);
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const Case before = HEED_TRY(FindCase(id));
  if (before.events + change.events.size() != change.after.events)
    return Fail(Fault::kExists, name + " has moved on meanwhile: look at it again");
  const Moment now = HEED_TRY(impl_->Look());
  RuleBook book(now);
  AlikeBook alike(now);
  CountBook counts(now, *impl_->database);
  rocksdb::WriteBatch batch;
  Head head = impl_->head;
  Case after = HEED_TRY(impl_->Add(now, batch, &before, change, head, book, alike, counts));
  alike.Write(batch, *impl_->database);
  batch.Put((*impl_->database)[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
  HEED_TRY(book.Write(batch, *impl_->database, change.events.back().at));
  HEED_TRY(impl_->Write(batch));
  impl_->Settle(head, counts);
  return after;
}

Result<Event> Store::RecordOfInstallation(Event event) {
  HEED_CHECK(event.case_id == 0 && event.kind == EventKind::kClockSet && event.attachment.empty());
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const Moment seen = HEED_TRY(impl_->Look());
  rocksdb::WriteBatch batch;
  Head head = impl_->head;
  impl_->AddEvent(batch, event, head);
  batch.Put((*impl_->database)[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
  HEED_TRY(impl_->Write(batch));
  impl_->Settle(head, CountBook(seen, *impl_->database));
  return event;
}

Result<Batch> Store::RecordAll(const std::vector<Change>& changes, Batch act) {
  HEED_CHECK(act.items.size() == changes.size() && !act.id.empty());
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const StoreDatabase& in = *impl_->database;
  const Moment now = HEED_TRY(impl_->Look());
  rocksdb::WriteBatch batch;
  if (!act.undoes.empty()) {
    const auto row = HEED_TRY(now.Get(keys::kDesks, keys::BatchRow(act.undoes)));
    if (!row) return Fail(Fault::kNotFound, "what was to be taken back is no longer known as one");
    Batch undone = HEED_TRY(Named(DecodeBatch(*row), "batch " + act.undoes));
    if (!undone.undone_by.empty()) return Fail(Fault::kExists, "it was taken back already");
    undone.undone_by = act.id;
    batch.Put(in[keys::kDesks], keys::BatchRow(act.undoes), Encode(undone));
  }
  Head head = impl_->head;
  RuleBook book(now);
  AlikeBook alike(now);
  CountBook counts(now, *impl_->database);
  std::vector<Batch::Item> done;
  std::unordered_set<CaseId> seen;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    HEED_CHECK(change.after.id == act.items[i].id && seen.insert(change.after.id).second);
    const auto row = HEED_TRY(now.Get(keys::kCases, keys::Case(change.after.id)));
    const std::string name = "case " + std::to_string(change.after.id);
    std::optional<Case> before;
    if (row) before = HEED_TRY(Named(DecodeCase(*row), name));
    if (!before || before->events + change.events.size() != change.after.events) {
      act.left_out.push_back({change.after.id, before ? "was changed meanwhile" : "is no longer kept"});
      continue;
    }
    act.items[i].events = HEED_TRY(impl_->Add(now, batch, &*before, change, head, book, alike, counts)).events;
    done.push_back(act.items[i]);
  }
  act.items = std::move(done);
  const auto rows = now.Walk(keys::kDesks);
  for (rows->Seek(AsSlice(keys::kBatchPrefix)); rows->Valid() && rows->key().starts_with(AsSlice(keys::kBatchPrefix)); rows->Next()) {
    const auto old = DecodeBatch(AsText(rows->value()));
    if (!old || old->at + kBatchKept < act.at) batch.Delete(in[keys::kDesks], rows->key());
  }
  HEED_TRY(Check(*rows));
  batch.Put(in[keys::kDesks], keys::BatchRow(act.id), Encode(act));
  alike.Write(batch, in);
  if (head != impl_->head) batch.Put(in[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
  HEED_TRY(book.Write(batch, in, act.at));
  HEED_TRY(impl_->Write(batch));
  impl_->Settle(head, counts);
  return act;
}

Result<Committed> Store::Rejudge(const std::vector<KeptPost>& posts, Instant at, const Observer& observe) {
  std::vector<std::string> post_keys;
  for (const auto& kept : posts) post_keys.push_back(keys::Post(kept.school, kept.post.global_id));
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const StoreDatabase& in = *impl_->database;
  const Moment now = HEED_TRY(impl_->Look());
  auto known = HEED_TRY(Recall(now, post_keys));
  rocksdb::WriteBatch batch;
  Head head = impl_->head;
  RuleBook book(now);
  AlikeBook alike(now);
  CountBook counts(now, *impl_->database);
  Committed tally;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const KeptPost& kept = posts[i];
    Touched& post = known[post_keys[i]];
    if (!post.row || post.row->case_id != 0 || NumberOf(*post.row, ContentVersion(kept.post)) != post.row->newest) continue;
    const std::string key = keys::Version(post_keys[i], post.row->newest);
    const auto bytes = HEED_TRY(now.Get(keys::kVersions, key));
    if (!bytes) return Fail(Fault::kMalformed, "post " + kept.post.global_id + ": a version is missing");
    StoredVersion version = HEED_TRY(DecodeVersion(*bytes));
    version.assessment = kept.assessment;
    batch.Put(in[keys::kVersions], key, Encode(version));
    const Sighting sighting{version.post, version.assessment, kept.school, version.source, at, static_cast<std::uint32_t>(post.row->versions.size()), true};
    auto change = observe(nullptr, sighting);
    if (!change) continue;
    Tally(tally, *change);
    HEED_TRY(book.Count(kept.school, kept.assessment));
    batch.Delete(in[keys::kExpiry], keys::Expiry(keys::Expires::kPost, keys::Day(post.row->changed_at), post_keys[i]));
    post.c = HEED_TRY(impl_->Add(now, batch, nullptr, *std::move(change), head, book, alike, counts, &kept));
    post.row->case_id = post.c->id;
    batch.Put(in[keys::kPosts], post_keys[i], Encode(*post.row));
  }
  alike.Write(batch, in);
  if (head != impl_->head) batch.Put(in[keys::kMeta], AsSlice(keys::kHeadKey), Encode(head));
  tally.paused = HEED_TRY(book.Write(batch, in, at));
  HEED_TRY(impl_->Write(batch));
  impl_->Settle(head, counts);
  return tally;
}

}  // namespace heed
