#include "src/store/alike.h"

#include <algorithm>

namespace heed {
namespace {

constexpr std::size_t kNearest = 500;  // rows looked at on either side: more than two full bursts
constexpr int kSpeakForAll = 3;
constexpr std::size_t kMostOfThread = 100;

std::string BandHashed(const Likeness& words, std::size_t band) {
  constexpr std::size_t kRows = Likeness::kPlaces / Likeness::kBands;
  std::string bytes(1, static_cast<char>(band));
  for (std::size_t i = 0; i < kRows; ++i) keys::AppendU32(bytes, words.least[band * kRows + i]);
  return bytes;
}

std::string Tail(Instant posted_at, CaseId id) {
  std::string tail;
  keys::AppendTime(tail, posted_at);
  keys::AppendU64(tail, id);
  return tail;
}

// By the post alone, so that it is found again when the post is forgotten.
std::string ThreadTail(const std::string& school, const Post& post) {
  std::string tail;
  keys::AppendTime(tail, std::min(post.created_at.value_or(post.first_seen_at), post.first_seen_at));
  return tail + keys::Post(school, post.global_id).substr(school.size() + 1);
}

std::string Number(CaseId burst) {
  std::string bytes;
  keys::AppendU64(bytes, burst);
  return bytes;
}

}  // namespace

std::vector<std::string> BondsOf(const std::string& school, const AlikeRow& row) {
  std::vector<std::string> bonds;
  if (row.words)
    for (std::size_t band = 0; band < Likeness::kBands; ++band) bonds.push_back(keys::Bond(keys::BondKind::kWords, school, keys::BondHash(BandHashed(*row.words, band))));
  for (const auto link : row.links) bonds.push_back(keys::Bond(keys::BondKind::kLink, school, link));
  return bonds;
}

std::vector<std::string> ThreadBonds(const std::string& school, const Post& post) {
  std::vector<std::string> bonds;
  for (const auto& id : AnswersOf(post)) bonds.push_back(keys::Bond(keys::BondKind::kThread, school, keys::BondHash(id)));
  return bonds;
}

std::vector<std::string> ThreadLookups(const std::string& school, const Post& post) {
  auto bonds = ThreadBonds(school, post);
  bonds.push_back(keys::Bond(keys::BondKind::kThread, school, keys::BondHash(post.global_id)));
  return bonds;
}

Result<const AlikeRow*> AlikeBook::Find(CaseId id) {
  const auto [known, is_new] = alike_.try_emplace(id);
  if (is_new) {
    const auto bytes = HEED_TRY(now_.Get(keys::kAlike, keys::Alike(id)));
    if (bytes) known->second = HEED_TRY(Named(DecodeAlike(*bytes), "what is like case " + std::to_string(id)));
  }
  return known->second ? &*known->second : nullptr;
}

Result<AlikeBook::Place> AlikeBook::PlaceOf(CaseId id) {
  const AlikeRow* row = HEED_TRY(Find(id));
  return row ? Place{row->burst, row->tie} : Place{};
}

Result<const AlikeBook::Burst*> AlikeBook::FindBurst(CaseId burst) {
  const auto [known, is_new] = bursts_.try_emplace(burst);
  if (is_new) {
    const auto row = HEED_TRY(now_.Get(keys::kAlike, keys::BurstRow(burst)));
    if (row && row->size() != 12) return Fail(Fault::kMalformed, "damaged row: burst " + std::to_string(burst));
    if (row) known->second = Burst{keys::ReadTime(*row), keys::ReadU32(*row, 8)};
  }
  return known->second ? &*known->second : nullptr;
}

void AlikeBook::SaveBurst(CaseId burst, const Burst& row) {
  std::string bytes;
  keys::AppendTime(bytes, row.from);
  keys::AppendU32(bytes, row.members);
  if (row.members == 0) rows_[keys::BurstRow(burst)] = std::nullopt, bursts_[burst] = std::nullopt;
  else rows_[keys::BurstRow(burst)] = std::move(bytes), bursts_[burst] = row;
}

Done AlikeBook::Near(const std::string& bond, Instant at, const EachRow& each) {
  std::string from = bond, middle = bond, until = bond;
  keys::AppendTime(from, at - kBurstReach);
  keys::AppendTime(middle, at);
  keys::AppendTime(until, at + kBurstReach + microseconds{1});
  std::size_t looked = 0;
  const auto here = rows_.lower_bound(middle);
  for (auto it = here; it != rows_.end() && it->first < until && looked < kNearest; ++it, ++looked)
    if (it->second && HEED_TRY(each(it->first, *it->second))) return {};
  looked = 0;
  for (auto it = here; it != rows_.begin() && std::prev(it)->first >= from && looked < kNearest; --it, ++looked)
    if (std::prev(it)->second && HEED_TRY(each(std::prev(it)->first, *std::prev(it)->second))) return {};
  if (!walk_) walk_ = now_.Walk(keys::kAlike);
  rocksdb::Iterator& rows = *walk_;
  rows.Seek(from);  // most bonds are nobody else's: one look tells
  if (!rows.Valid() || rows.key().compare(until) >= 0) return Check(rows);
  looked = 0;
  for (rows.SeekForPrev(middle); rows.Valid() && rows.key().compare(from) >= 0 && looked < kNearest; rows.Prev(), ++looked)
    if (HEED_TRY(each(AsText(rows.key()), AsText(rows.value())))) return {};
  HEED_TRY(Check(rows));
  looked = 0;
  for (rows.Seek(middle); rows.Valid() && rows.key().compare(until) < 0 && looked < kNearest; rows.Next(), ++looked)
    if (HEED_TRY(each(AsText(rows.key()), AsText(rows.value())))) return {};
  return Check(rows);
}

Result<std::optional<CaseId>> AlikeBook::Joinable(const Case& c, CaseId burst, std::unordered_set<CaseId>& tried) {
  if (burst == 0 || tried.contains(burst)) return std::optional<CaseId>();
  const Burst* row = HEED_TRY(FindBurst(burst));
  if (row && row->members < kMostInBurst && c.posted_at <= row->from + kBurstReach && row->from <= c.posted_at + kBurstReach) return std::optional(burst);
  tried.insert(burst);
  return std::optional<CaseId>();
}

void AlikeBook::AddPost(const std::string& school, const Post& post) {
  for (const auto& bond : ThreadBonds(school, post)) rows_[bond + ThreadTail(school, post)] = std::string();
}

void AlikeBook::ForgetPost(const std::string& school, const Post& post) {
  for (const auto& bond : ThreadBonds(school, post)) rows_[bond + ThreadTail(school, post)] = std::nullopt;
}

Result<AlikeBook::Place> AlikeBook::Open(const Case& c, const Post& post, const std::optional<Likeness>& words) {
  if (const Place place = HEED_TRY(PlaceOf(c.id)); place.burst != 0) return place;
  AlikeRow row;
  row.words = words;
  for (const auto& link : LinksOf(post)) row.links.push_back(keys::BondHash(link));

  std::unordered_set<CaseId> tried;  // bursts that are full or too far away
  const auto take = [&](CaseId burst, Tie tie) { row.burst = burst, row.tie = tie; };
  const auto bonds = BondsOf(c.school, row);
  for (const auto& bond : bonds) {
    if (row.burst != 0) break;
    const Tie tie = bond[0] == static_cast<char>(keys::BondKind::kWords) ? Tie::kWords : Tie::kLink;
    std::unordered_map<CaseId, int> looked_at;  // a few of a burst's cases speak for all of it
    const auto each = [&](std::string_view key, std::string_view value) -> Result<bool> {
      const CaseId its = keys::ReadU64(value);
      const auto burst = HEED_TRY(Joinable(c, its, tried));
      if (!burst || ++looked_at[its] > kSpeakForAll) return false;
      if (tie == Tie::kWords) {
        const AlikeRow* other = HEED_TRY(Find(keys::ReadU64(key, key.size() - 8)));
        if (!other || !other->words || Overlap(*other->words, *words) < kNearlyTheSame) return false;
      }
      take(*burst, tie);
      return true;
    };
    HEED_TRY(Near(bond, c.posted_at, each));
  }
  // A thread: those that answer the same or this post, and the posts it answers.
  std::vector<std::string> others;  // keys in posts
  if (row.burst == 0) {
    const auto each = [&](std::string_view key, std::string_view) -> Result<bool> {
      others.push_back(keys::School(c.school) + std::string(key.substr(key.size() - 32)));
      return others.size() >= kMostOfThread;
    };
    for (const auto& bond : ThreadLookups(c.school, post)) HEED_TRY(Near(bond, c.posted_at, each));
    for (const auto& id : AnswersOf(post)) others.push_back(keys::Post(c.school, id));
  }
  for (const auto& other : others) {
    if (row.burst != 0) break;
    CaseId id = 0;
    if (const auto opened = opened_.find(other); opened != opened_.end()) id = opened->second;
    else if (const auto bytes = HEED_TRY(now_.Get(keys::kPosts, other))) id = HEED_TRY(DecodePostRow(*bytes)).case_id;
    if (id == 0 || id == c.id) continue;
    const CaseId its = HEED_TRY(PlaceOf(id)).burst;
    if (const auto burst = HEED_TRY(Joinable(c, its, tried))) take(*burst, Tie::kThread);
  }

  if (row.burst == 0) row.burst = c.id;
  Burst burst{c.posted_at, 0};
  if (row.burst != c.id)
    if (const Burst* joined = HEED_TRY(FindBurst(row.burst))) burst = *joined;
  ++burst.members;
  SaveBurst(row.burst, burst);
  for (const auto& bond : bonds) rows_[bond + Tail(c.posted_at, c.id)] = Number(row.burst);
  rows_[keys::Alike(c.id)] = Encode(row);
  alike_[c.id] = row;
  opened_[keys::Post(c.school, post.global_id)] = c.id;
  return Place{row.burst, row.tie};
}

void AlikeBook::Move(const Place& place, const Case* before, const Case* after) {
  if (place.burst == 0) return;
  if (before && before->state == CaseState::kQueued) rows_[keys::Member(place.burst, *before)] = std::nullopt;
  if (after && after->state == CaseState::kQueued) rows_[keys::Member(place.burst, *after)] = keys::MemberValue(*after, place.tie ? static_cast<std::uint8_t>(*place.tie) : 0);
}

Done AlikeBook::Forget(const Case& c) {
  const AlikeRow* known = HEED_TRY(Find(c.id));
  if (!known) return {};
  const AlikeRow row = *known;
  for (const auto& bond : BondsOf(c.school, row)) rows_[bond + Tail(c.posted_at, c.id)] = std::nullopt;
  rows_[keys::Alike(c.id)] = std::nullopt;
  alike_[c.id] = std::nullopt;
  Move({row.burst, row.tie}, &c, nullptr);
  if (const Burst* burst = HEED_TRY(FindBurst(row.burst))) SaveBurst(row.burst, {burst->from, burst->members - (burst->members > 0)});
  return {};
}

void AlikeBook::Write(rocksdb::WriteBatch& batch, const StoreDatabase& in) const {
  for (const auto& [key, value] : rows_) {
    if (value) batch.Put(in[keys::kAlike], key, *value);
    else batch.Delete(in[keys::kAlike], key);
  }
}

// --- looking

namespace {

struct Seen {
  CaseId id;
  std::vector<Tie> ties;
};

}  // namespace

Result<std::vector<BurstMember>> Store::BurstOf(const Case& c, Instant now_is) const {
  const Moment now = HEED_TRY(impl_->Look());
  std::vector<BurstMember> members;
  const auto row = HEED_TRY(now.Get(keys::kAlike, keys::Alike(c.id)));
  if (!row) return members;
  const std::string prefix = keys::MemberPrefix(HEED_TRY(DecodeAlike(*row)).burst);
  const auto rows = now.Walk(keys::kAlike);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    const auto member = keys::ParseMember(AsText(rows->key()));
    if (!member) return Fail(Fault::kMalformed, "damaged row: a member of a burst");
    if (IsAwake(AsText(rows->value()), now_is)) members.push_back({member->id, TieOf(AsText(rows->value()))});
  }
  HEED_TRY(Check(*rows));
  return members;
}

Result<std::vector<AlikeCase>> Store::Alike(const Case& c, std::size_t most) const {
  const Moment now = HEED_TRY(impl_->Look());
  std::vector<AlikeCase> alike;
  const auto bytes = HEED_TRY(now.Get(keys::kAlike, keys::Alike(c.id)));
  if (!bytes) return alike;
  const AlikeRow row = HEED_TRY(DecodeAlike(*bytes));
  std::vector<Seen> seen;
  const auto add = [&](CaseId id, Tie tie) {
    if (id == c.id) return;
    const auto known = std::ranges::find(seen, id, &Seen::id);
    if (known == seen.end()) seen.push_back({id, {tie}});
    else if (std::ranges::find(known->ties, tie) == known->ties.end()) known->ties.push_back(tie);
  };
  for (const auto& bond : BondsOf(c.school, row)) {
    const bool words = bond[0] == static_cast<char>(keys::BondKind::kWords);
    const auto rows = now.Walk(keys::kAlike);
    std::size_t looked = 0;
    std::string end = bond;
    end.append(9, '\xff');
    for (rows->SeekForPrev(end); rows->Valid() && rows->key().starts_with(bond) && looked < 4 * most; rows->Prev(), ++looked) {
      const CaseId id = keys::ReadU64(AsText(rows->key()), rows->key().size() - 8);
      if (words && std::ranges::none_of(seen, [&](const Seen& one) { return one.id == id; })) {
        const auto other = HEED_TRY(now.Get(keys::kAlike, keys::Alike(id)));
        if (!other) continue;
        const AlikeRow its = HEED_TRY(DecodeAlike(*other));
        if (!its.words || Overlap(*its.words, *row.words) < kNearlyTheSame) continue;
      }
      add(id, words ? Tie::kWords : Tie::kLink);
    }
    HEED_TRY(Check(*rows));
  }
  std::ranges::sort(seen, std::greater(), &Seen::id);
  for (auto& one : seen) {
    if (alike.size() == most) break;
    const auto found = HEED_TRY(now.Get(keys::kCases, keys::Case(one.id)));
    if (!found) continue;
    std::ranges::sort(one.ties);
    alike.push_back({HEED_TRY(DecodeCase(*found)), std::move(one.ties)});
  }
  return alike;
}

Result<std::vector<StoredPost>> Store::Thread(std::string_view school, const Post& post, std::size_t most) const {
  const Moment now = HEED_TRY(impl_->Look());
  std::vector<std::string> wanted;
  const auto want = [&](std::string key) {
    if (wanted.size() < most && std::ranges::find(wanted, key) == wanted.end()) wanted.push_back(std::move(key));
  };
  const std::string own = keys::Post(school, post.global_id);
  for (const auto& id : AnswersOf(post)) want(keys::Post(school, id));
  for (const auto& bond : ThreadLookups(std::string(school), post)) {
    const auto rows = now.Walk(keys::kAlike);
    for (rows->Seek(bond); rows->Valid() && rows->key().starts_with(bond) && wanted.size() < most; rows->Next()) want(keys::School(school) + std::string(AsText(rows->key()).substr(rows->key().size() - 32)));
    HEED_TRY(Check(*rows));
  }
  std::erase(wanted, own);
  std::vector<StoredPost> posts;
  const auto found = HEED_TRY(now.GetAll(keys::kPosts, wanted));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (found[i]) posts.push_back(HEED_TRY(ReadPost(now, school, wanted[i], *found[i], "a post of " + std::string(school))));
  const auto when = [](const StoredPost& one) { return one.versions.front().post.created_at.value_or(one.versions.front().post.first_seen_at); };
  std::ranges::stable_sort(posts, {}, when);
  return posts;
}

}  // namespace heed
