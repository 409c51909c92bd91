// How many cases are open, by state, category and platform: walked once for each school, then kept up with every batch.
#include "src/base/check.h"
#include "src/store/impl.h"

namespace heed {
namespace {

template <typename Key, typename Name>
void Step(std::map<Key, std::uint64_t>& counts, const Name& name, bool more) {
  const auto at = counts.try_emplace(Key(name)).first;
  if (more) ++at->second;
  else if (--at->second == 0) counts.erase(at);  // as if it had never been there: a walk would not find it either
}

void CountRow(QueueCounts& counts, CaseState state, std::uint8_t categories, bool unjudged, std::string_view platform, bool more) {
  const auto move = [more](std::uint64_t& number) { more ? ++number : --number; };
  Step(counts.states, state, more);
  if (state == CaseState::kBacklog) return move(counts.backlog);
  move(counts.open);
  if (unjudged) move(counts.unjudged);
  for (const auto category : kCategories)
    if (categories >> static_cast<unsigned>(category) & 1) Step(counts.categories, category, more);
  if (!platform.empty()) Step(counts.platforms, platform, more);
}

Result<QueueCounts> Walk(const Moment& now, const std::string& school) {
  QueueCounts counts;
  const std::string prefix = keys::School(school);
  const auto rows = now.Walk(keys::kQueue);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    const auto entry = keys::ParseQueue(AsText(rows->key()));
    Glance glance;
    if (!entry || !ReadQueueValue(AsText(rows->value()), glance)) return Fail(Fault::kMalformed, "damaged row: a key of the queue");
    CountRow(counts, entry->state, glance.categories, glance.unjudged, glance.platform, true);
  }
  HEED_TRY(Check(*rows));
  return counts;
}

template <typename Key>
void AddTo(std::map<Key, std::uint64_t>& sum, const std::map<Key, std::uint64_t>& more) {
  for (const auto& [key, number] : more) sum[key] += number;
}

}  // namespace

Result<CountBook::Row> CountBook::Read(const Case& c, std::string_view value) {
  Glance glance;
  if (!ReadQueueValue(value, glance)) return Fail(Fault::kMalformed, "damaged row: case " + std::to_string(c.id) + " in the queue");
  return Row{c.school, std::string(glance.platform), c.state, glance.categories, glance.unjudged};
}

void CountBook::Put(rocksdb::WriteBatch& batch, const Case& c, std::string_view value) {
  std::string key = keys::Queue(c);
  batch.Put(in_[keys::kQueue], key, AsSlice(value));
  auto row = Read(c, value);
  HEED_CHECK(row);  // we wrote it
  put_.insert_or_assign(std::move(key), *std::move(row));
}

Done CountBook::Delete(rocksdb::WriteBatch& batch, const Case& c) {
  const std::string key = keys::Queue(c);
  batch.Delete(in_[keys::kQueue], key);
  if (put_.erase(key) > 0) return {};
  if (const auto row = HEED_TRY(now_.Get(keys::kQueue, key))) gone_.push_back(HEED_TRY(Read(c, *row)));
  return {};
}

void Store::Impl::Settle(const Head& to, const CountBook& counts) {
  const std::lock_guard lock(counting);
  for (auto it = counted.begin(); it != counted.end();) {
    auto& [school, kept] = *it;
    if (kept.sequence >= to.sequence) {
      ++it;  // walked when the batch was on disk already
    } else if (kept.sequence != head.sequence) {
      it = counted.erase(it);
    } else {
      for (const bool more : {true, false}) {  // first what comes, so that nothing sinks below zero in between
        const auto count = [&, &into = kept.counts, &name = school](const CountBook::Row& row) {
          if (row.school == name) CountRow(into, row.state, row.categories, row.unjudged, row.platform, more);
        };
        if (more) for (const auto& [key, row] : counts.put_) count(row);
        else for (const auto& row : counts.gone_) count(row);
      }
      kept.sequence = to.sequence;
      ++it;
    }
  }
  head = to;
}

Result<QueueCounts> Store::Count(const std::vector<std::string>& schools) const {
  QueueCounts sum;
  // Whoever asks meanwhile waits for a walk instead of making it again.  What is kept is never behind a write that has returned.
  // The store first, as those who write have it: whoever takes two locks takes them in one order.
  Moment now = HEED_TRY(impl_->Look());
  const std::lock_guard lock(impl_->counting);
  now.Renew();
  for (const auto& school : HEED_TRY(SchoolsWanted(now, schools))) {
    auto kept = impl_->counted.find(school);
    if (kept == impl_->counted.end()) {
      const auto head = HEED_TRY(now.Get(keys::kMeta, keys::kHeadKey));
      const std::uint64_t sequence = head ? HEED_TRY(Named(DecodeHead(*head), "the head row")).sequence : 0;
      kept = impl_->counted.emplace(school, Impl::Counted{sequence, HEED_TRY(Walk(now, school))}).first;
    }
    const QueueCounts& more = kept->second.counts;
    sum.open += more.open, sum.backlog += more.backlog, sum.unjudged += more.unjudged;
    AddTo(sum.categories, more.categories);
    AddTo(sum.states, more.states);
    AddTo(sum.platforms, more.platforms);
  }
  return sum;
}

}  // namespace heed
