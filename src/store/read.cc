// Everything that only looks.
#include <algorithm>
#include <unordered_set>

#include "src/base/seal.h"
#include "src/model/report.h"
#include "src/store/alike.h"
#include "src/store/chain.h"
#include "src/store/impl.h"

namespace heed {
namespace {

std::string Name(CaseId id) { return "case " + std::to_string(id); }

// The schools with open cases, in order: one seek each.
Result<std::vector<std::string>> SchoolsInQueue(const Moment& now) {
  std::vector<std::string> schools;
  const auto rows = now.Walk(keys::kQueue);
  for (rows->SeekToFirst(); rows->Valid();) {
    const auto entry = keys::ParseQueue(AsText(rows->key()));
    if (!entry) return Fail(Fault::kMalformed, "damaged row: a key of the queue");
    schools.emplace_back(entry->school);
    rows->Seek(schools.back() + '\x01');
  }
  HEED_TRY(Check(*rows));
  return schools;
}

// One school's part of the queue, at its next row.
struct Line {
  std::unique_ptr<rocksdb::Iterator> rows;
  std::string prefix;
  std::string_view order;  // of the next row; points into `rows`
  Glance glance;           // of it, too

  // False when the school has no more.
  Result<bool> Read() {
    if (!rows->Valid() || !rows->key().starts_with(prefix)) {
      HEED_TRY(Check(*rows));
      return false;
    }
    const auto entry = keys::ParseQueue(AsText(rows->key()));
    if (!entry) return Fail(Fault::kMalformed, "damaged row: a key of the queue");
    order = entry->order;
    glance.school = entry->school, glance.state = entry->state, glance.id = entry->id;
    if (!ReadQueueValue(AsText(rows->value()), glance)) return Fail(Fault::kMalformed, "damaged row: " + Name(entry->id) + " in the queue");
    return true;
  }
};

Result<Event> ReadEvent(const Moment& now, std::uint64_t sequence) {
  const std::string name = "event " + std::to_string(sequence);
  const auto row = HEED_TRY(now.Get(keys::kEvents, keys::Event(sequence)));
  if (!row) return Fail(Fault::kMalformed, name + " is missing");
  return Named(DecodeEvent(*row), name);
}

Result<std::vector<Event>> ReadHistory(const Moment& now, CaseId id) {
  std::vector<Event> events;
  const std::string prefix = keys::Case(id);
  const auto rows = now.Walk(keys::kHistory);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next())
    events.push_back(HEED_TRY(ReadEvent(now, keys::ReadU64(AsText(rows->key()), prefix.size()))));
  HEED_TRY(Check(*rows));
  return events;
}

// Cases whose entry of that class says a day up to `by`'s and whose own time, as `when` tells it, is not later than `by`; longest due first.
Result<std::vector<Case>> DueBy(const Moment& now, keys::Expires what, Instant by, std::optional<Instant> (*when)(const Case&)) {
  const std::string prefix = keys::ExpiryPrefix(what);
  std::vector<std::string> wanted;
  const auto rows = now.Walk(keys::kExpiry);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    const auto entry = keys::ParseExpiry(AsText(rows->key()));
    if (!entry) return Fail(Fault::kMalformed, "damaged row: a key of expiry");
    if (entry->day > keys::Day(by)) break;
    wanted.emplace_back(entry->key);
  }
  HEED_TRY(Check(*rows));
  std::vector<std::pair<Instant, Case>> due;
  const auto found = HEED_TRY(now.GetAll(keys::kCases, wanted));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string name = Name(keys::ReadU64(wanted[i]));
    if (!found[i]) continue;  // a hint left over from another schedule; the case was erased since
    Case c = HEED_TRY(Named(DecodeCase(*found[i]), name));
    if (const auto at = when(c); at && *at <= by) due.emplace_back(*at, std::move(c));
  }
  std::ranges::stable_sort(due, {}, [](const auto& one) { return one.first; });
  std::vector<Case> cases;
  for (auto& [at, c] : due) cases.push_back(std::move(c));
  return cases;
}

}  // namespace

Result<std::vector<std::string>> SchoolsWanted(const Moment& now, std::vector<std::string> schools) {
  if (schools.empty()) return SchoolsInQueue(now);
  std::erase_if(schools, [](const std::string& school) { return !keys::IsId(school); });
  std::ranges::sort(schools);
  schools.erase(std::unique(schools.begin(), schools.end()), schools.end());
  return schools;
}

Result<StoredPost> ReadPost(const Moment& now, std::string_view school, const std::string& key, std::string_view bytes, const std::string& name) {
  const PostRow row = HEED_TRY(Named(DecodePostRow(bytes), name));
  StoredPost post;
  post.school = school;
  post.newest = row.newest - 1;
  if (row.case_id != 0) post.case_id = row.case_id;
  std::vector<std::string> wanted;
  for (std::uint32_t number = 1; number <= row.versions.size(); ++number) wanted.push_back(keys::Version(key, number));
  for (const auto& version : HEED_TRY(now.GetAll(keys::kVersions, wanted))) {
    if (!version) return Fail(Fault::kMalformed, name + ": a version is missing");
    post.versions.push_back(HEED_TRY(Named(DecodeVersion(*version), name)));
  }
  return post;
}

Result<std::optional<Post>> ReadShown(const Moment& now, const Case& c) {
  const std::string key = keys::Post(c.school, c.global_id), name = "the post of " + Name(c.id);
  const auto bytes = HEED_TRY(now.Get(keys::kPosts, key));
  if (!bytes) return std::optional<Post>();
  const PostRow row = HEED_TRY(Named(DecodePostRow(*bytes), name));
  const auto at = std::ranges::find(row.versions, c.worst);
  if (at == row.versions.end()) return std::optional<Post>();
  const auto version = HEED_TRY(now.Get(keys::kVersions, keys::Version(key, static_cast<std::uint32_t>(at - row.versions.begin()) + 1)));
  if (!version) return Fail(Fault::kMalformed, name + ": a version is missing");
  return std::optional(HEED_TRY(Named(DecodeVersion(*version), name)).post);
}

const StoredVersion& StoredPost::Version(std::string_view version) const {
  for (const auto& stored : versions)
    if (ContentVersion(stored.post) == version) return stored;
  return versions[newest];
}

Result<std::vector<Told>> Store::AllTold() const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kMeta, keys::kToldKey));
  if (!row) return std::vector<Told>{};
  return Named(DecodeTold(*row), "what people were told");
}

Result<SourceState> Store::Source(std::string_view id) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kSources, id));
  if (!row) return SourceState{};
  return Named(DecodeSourceState(*row), "source " + std::string(id));
}

Result<std::map<std::string, SourceState>> Store::Sources() const {
  const Moment now = HEED_TRY(impl_->Look());
  std::map<std::string, SourceState> states;
  const auto rows = now.Walk(keys::kSources);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const std::string id = rows->key().ToString();
    states[id] = HEED_TRY(Named(DecodeSourceState(AsText(rows->value())), "source " + id));
  }
  HEED_TRY(Check(*rows));
  return states;
}

std::string PlaceInQueue(const Case& c) {
  const std::string key = keys::Queue(c);
  return Hex(keys::ParseQueue(key)->order);
}

namespace {

// Walks open cases in the queue's order and reads their rows, many at once.  `skips`, by a row's burst and state, spares reading them; `each` says whether
// the case counts towards the filter's limit.  Returns whether the walk ended at `most_looked_at`.
Result<bool> WalkQueue(const Moment& now, const QueueFilter& filter, const std::function<bool(CaseId burst, CaseState state)>& skips, const std::function<Result<bool>(Case c, CaseId burst)>& each) {
  const auto after = FromHex(filter.after);
  if (!after) return Fail(Fault::kInvalid, "\"" + filter.after + "\" is no place in the queue");
  std::vector<Line> lines;
  for (const auto& school : HEED_TRY(SchoolsWanted(now, filter.schools))) {
    Line line{now.Walk(keys::kQueue), keys::School(school)};
    std::string from = line.prefix + *after;
    if (!after->empty()) from += '\0';
    if (filter.state) from = std::max(from, line.prefix + static_cast<char>(*filter.state));
    line.rows->Seek(from);
    if (HEED_TRY(line.Read())) lines.push_back(std::move(line));
  }
  // A heap of lines: the one with the worst, oldest next case on top.
  const auto later = [](const Line& a, const Line& b) { return a.order > b.order; };
  std::ranges::make_heap(lines, later);
  // Rows are read as many at once as may still be wanted, so that a page without a filter is one look.
  std::size_t counted = 0, looked_at = 0;
  while (!lines.empty() && counted < filter.limit && looked_at < filter.most_looked_at) {
    const std::size_t at_once = filter.wanted ? std::max<std::size_t>(filter.limit, 200) : filter.limit - counted;
    std::vector<std::string> wanted;
    std::vector<std::pair<CaseId, CaseState>> told;
    while (!lines.empty() && wanted.size() < at_once) {
      std::ranges::pop_heap(lines, later);
      const Glance& glance = lines.back().glance;
      if (filter.state && glance.state != *filter.state) {
        lines.pop_back();  // past the state
        continue;
      }
      if ((!filter.may_be_wanted || filter.may_be_wanted(glance)) && (!skips || !skips(glance.burst, glance.state))) {
        wanted.push_back(keys::Case(glance.id));
        told.emplace_back(glance.burst, glance.state);
      }
      lines.back().rows->Next();
      if (HEED_TRY(lines.back().Read())) std::ranges::push_heap(lines, later);
      else lines.pop_back();
    }
    looked_at += wanted.size();
    const auto rows = HEED_TRY(now.GetAll(keys::kCases, wanted));
    for (std::size_t i = 0; i < rows.size() && counted < filter.limit; ++i) {
      const std::string name = Name(keys::ReadU64(wanted[i]));
      if (!rows[i]) return Fail(Fault::kMalformed, name + " is in the queue but its row is missing");
      if (skips && skips(told[i].first, told[i].second)) continue;  // since it was put on the list
      Case c = HEED_TRY(Named(DecodeCase(*rows[i]), name));
      if (!filter.wanted || filter.wanted(c)) counted += HEED_TRY(each(std::move(c), told[i].first));
    }
  }
  return !lines.empty() && counted < filter.limit;
}

}  // namespace

Result<std::vector<Case>> Store::Queue(const QueueFilter& filter) const {
  const Moment now = HEED_TRY(impl_->Look());
  std::vector<Case> cases;
  const auto each = [&](Case c, CaseId) -> Result<bool> {
    cases.push_back(std::move(c));
    return true;
  };
  HEED_TRY(WalkQueue(now, filter, nullptr, each));
  return cases;
}

Result<QueuePage> Store::QueueByBurst(const QueueFilter& filter, Instant at) const {
  const Moment now = HEED_TRY(impl_->Look());
  QueuePage page;
  std::vector<QueueLine>& lines = page.lines;
  std::unordered_set<CaseId> shown;  // bursts that stand on this page, or on one before it
  const auto after = FromHex(filter.after).value_or("");
  // Of `after` without its state: what waits for a decision comes first, so anything behind that state is behind all bursts.
  const bool past_bursts = !after.empty() && static_cast<unsigned char>(after[0]) > static_cast<unsigned char>(CaseState::kQueued);
  const std::string_view after_order = after.empty() ? std::string_view() : std::string_view(after).substr(1);
  const auto skips = [&](CaseId burst, CaseState state) { return burst != 0 && state == CaseState::kQueued && shown.contains(burst); };
  const auto each = [&](Case c, CaseId burst) -> Result<bool> {
    QueueLine line;
    if (burst == 0 || c.state != CaseState::kQueued || (c.snoozed_until && at < *c.snoozed_until)) {
      line.c = std::move(c);
      lines.push_back(std::move(line));
      return true;
    }
    shown.insert(burst);
    const std::string prefix = keys::MemberPrefix(burst);
    const auto rows = now.Walk(keys::kAlike);
    for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
      const auto member = keys::ParseMember(AsText(rows->key()));
      if (!member) return Fail(Fault::kMalformed, "damaged row: a member of a burst");
      if (!IsAwake(AsText(rows->value()), at)) continue;
      ++line.severities[member->rank];
      line.like_it += member->id != c.id;
      if (const auto tie = TieOf(AsText(rows->value())); tie && std::ranges::find(line.ties, *tie) == line.ties.end()) line.ties.push_back(*tie);
      if (after.empty() || past_bursts || member->order > after_order) continue;
      // It stands on an earlier page, if it was wanted there.
      if (!filter.wanted) return false;
      const auto row = HEED_TRY(now.Get(keys::kCases, keys::Case(member->id)));
      if (!row) continue;
      const Case earlier = HEED_TRY(Named(DecodeCase(*row), Name(member->id)));
      if (filter.wanted(earlier)) return false;
    }
    HEED_TRY(Check(*rows));
    if (line.like_it == 0) line.severities.clear(), line.ties.clear();
    std::ranges::sort(line.ties);
    line.c = std::move(c);
    lines.push_back(std::move(line));
    return true;
  };
  page.cut_short = HEED_TRY(WalkQueue(now, filter, skips, each));
  return page;
}

Result<Case> Store::FindCase(CaseId id) const {
  const Moment now = HEED_TRY(impl_->Look());
  if (const auto row = HEED_TRY(now.Get(keys::kCases, keys::Case(id)))) return Named(DecodeCase(*row), Name(id));
  const auto events = HEED_TRY(ReadHistory(now, id));
  if (events.empty() || id == 0) return Fail(Fault::kNotFound, "there is no " + Name(id));
  return Fail(Fault::kGone, Name(id) + " was erased on " + FormatRfc3339(events.back().at).substr(0, 10) + ", when its time was up");
}

Result<std::vector<bool>> Store::Knows(std::string_view school, const std::vector<std::string_view>& global_ids) const {
  std::vector<std::string> wanted;
  wanted.reserve(global_ids.size());
  for (const auto id : global_ids) wanted.push_back(keys::Post(school, id));
  const Moment now = HEED_TRY(impl_->Look());
  const auto rows = HEED_TRY(now.GetAll(keys::kPosts, wanted));
  std::vector<bool> known(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) known[i] = rows[i].has_value();
  return known;
}

Result<StoredPost> Store::FindPost(std::string_view school, std::string_view global_id) const {
  const std::string name = "post " + std::string(global_id);
  if (!keys::IsId(school)) return Fail(Fault::kNotFound, name + " is not kept for " + std::string(school));
  const Moment now = HEED_TRY(impl_->Look());
  const std::string key = keys::Post(school, global_id);
  const auto bytes = HEED_TRY(now.Get(keys::kPosts, key));
  if (!bytes) return Fail(Fault::kNotFound, name + " is not kept for " + std::string(school));
  return ReadPost(now, school, key, *bytes, name);
}

Done Store::EachPost(std::string_view school, const std::function<void(const StoredPost&)>& each) const {
  if (!school.empty() && !keys::IsId(school)) return {};
  const Moment now = HEED_TRY(impl_->Look());
  const std::string prefix = school.empty() ? "" : keys::School(school);
  const auto rows = now.Walk(keys::kPosts);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    const std::string key = rows->key().ToString(), of = school.empty() ? std::string(keys::SchoolOf(key)) : std::string(school);
    each(HEED_TRY(ReadPost(now, of, key, AsText(rows->value()), "a post of " + of)));
  }
  return Check(*rows);
}

Done Store::EachCase(const std::vector<std::string>& schools, const std::function<void(const Case&)>& each) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto rows = now.Walk(keys::kCases);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const Case c = HEED_TRY(Named(DecodeCase(AsText(rows->value())), Name(keys::ReadU64(AsText(rows->key())))));
    if (schools.empty() || std::ranges::find(schools, c.school) != schools.end()) each(c);
  }
  return Check(*rows);
}

Result<std::vector<Event>> Store::History(CaseId id) const {
  const Moment now = HEED_TRY(impl_->Look());
  auto events = HEED_TRY(ReadHistory(now, id));
  if (events.empty()) return Fail(Fault::kNotFound, "there is no " + Name(id));
  return events;
}

Done Store::EachEvent(std::uint64_t first, std::uint64_t last, const std::function<void(const Event&)>& each) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto rows = now.Walk(keys::kEvents);
  for (rows->Seek(keys::Event(first)); rows->Valid(); rows->Next()) {
    const std::uint64_t sequence = keys::ReadU64(AsText(rows->key()));
    if (sequence > last) break;
    each(HEED_TRY(Named(DecodeEvent(AsText(rows->value())), "event " + std::to_string(sequence))));
  }
  return Check(*rows);
}

Result<std::string> Store::Attachment(CaseId id, std::uint64_t sequence) const {
  const std::string name = "what is kept beside event " + std::to_string(sequence) + " of " + Name(id);
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kCaptures, keys::History(id, sequence)));
  if (!row) return Fail(Fault::kNotFound, name + " is not there");
  return Named(DecodeBytes(*row), name);
}

Result<std::vector<Case>> Store::OutboxDue(Instant by) const { return DueBy(HEED_TRY(impl_->Look()), keys::Expires::kOutbox, by, &NextInOutbox); }

Result<std::vector<Case>> Store::HoldsToReview(Instant by) const {
  return DueBy(HEED_TRY(impl_->Look()), keys::Expires::kHold, by, [](const Case& c) { return c.hold ? std::optional(c.hold->review_at) : std::nullopt; });
}

Done Store::EachEventBack(const std::function<bool(const Event&)>& each) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto rows = now.Walk(keys::kEvents);
  for (rows->SeekToLast(); rows->Valid(); rows->Prev())
    if (!each(HEED_TRY(Named(DecodeEvent(AsText(rows->value())), "event " + std::to_string(keys::ReadU64(AsText(rows->key()))))))) break;
  return Check(*rows);
}

Result<ChainReport> Store::VerifyChain() const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kMeta, keys::kHeadKey));
  if (!row) return Fail(Fault::kMalformed, "the store has no head row");
  const Head head = HEED_TRY(Named(DecodeHead(*row), "the head row"));

  ChainReport report;
  const auto broken = [&](std::string why) {
    if (!report.broken) report.broken = std::move(why);
  };
  // Details may be gone only where a tombstone says so, later: of a case erased all of them, of one withdrawn heed's own captures.
  std::unordered_set<CaseId> bare, bare_captures;
  const auto rows = now.Walk(keys::kEvents);
  std::uint64_t sequence = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    ++sequence;
    const auto event = DecodeEvent(AsText(rows->value()));
    if (!event || AsText(rows->key()) != keys::Event(event->sequence)) {
      broken("event " + std::to_string(sequence) + " cannot be read");
      break;
    }
    ++report.events;
    if (auto flaw = Flaw(*event, sequence, report.head)) broken(*std::move(flaw));
    report.head = event->hash;
    sequence = event->sequence;
    if (event->erased) {
      ++report.erased;
      (event->kind == EventKind::kCaptured && event->actor == "heed" ? bare_captures : bare).insert(event->case_id);
    }
    if (event->kind == EventKind::kErased) bare.erase(event->case_id);
    if (event->kind == EventKind::kErased || event->kind == EventKind::kWithdrawn) bare_captures.erase(event->case_id);
  }
  HEED_TRY(Check(*rows));
  bare.merge(bare_captures);
  if (!bare.empty()) broken("the details of " + Name(*bare.begin()) + " are gone, and no tombstone says why");
  if (!report.broken && (sequence != head.sequence || report.head != head.hash))
    broken("the chain ends at event " + std::to_string(sequence) + ", but " + std::to_string(head.sequence) + " were written");
  return report;
}

}  // namespace heed
