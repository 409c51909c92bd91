// Which cases come in one burst: what one batch of the store writes about that, and what it can see of itself.
//
// A case is given its burst once, when it is opened: that of the nearest case which says nearly the same, shares a link or stands in the
// same thread, if that burst is not full and began near enough; else it begins one.  Words go before links, links before threads.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "src/model/likeness.h"
#include "src/store/impl.h"

namespace heed {

class AlikeBook {
 public:
  // `now` is the moment before the batch.
  explicit AlikeBook(const Moment& now) : now_(now) {}

  // A post kept from now on, with a case or without: found by what it answers.
  void AddPost(const std::string& school, const Post& post);
  struct Place {
    CaseId burst = 0;        // 0: none was given
    std::optional<Tie> tie;
  };
  // A case opened now; where it has a burst already, that one.
  Result<Place> Open(const Case& c, const Post& post, const std::optional<Likeness>& words);
  Result<Place> PlaceOf(CaseId id);
  // The case as it was and as it is: whether it waits in its burst.  Either may be nullptr.
  void Move(const Place& place, const Case* before, const Case* after);
  // The case is erased.
  Done Forget(const Case& c);
  // A post is forgotten.
  void ForgetPost(const std::string& school, const Post& post);

  void Write(rocksdb::WriteBatch& batch, const StoreDatabase& in) const;

 private:
  struct Burst {
    Instant from{};
    std::uint32_t members = 0;
  };
  Result<const AlikeRow*> Find(CaseId id);  // nullptr: none was given
  Result<const Burst*> FindBurst(CaseId burst);  // nullptr: there is none
  void SaveBurst(CaseId burst, const Burst& row);
  // Rows of a bond on both sides of `at`, within kBurstReach, those of this batch first and then the nearest, until `each` says true.
  using EachRow = std::function<Result<bool>(std::string_view key, std::string_view value)>;
  Done Near(const std::string& bond, Instant at, const EachRow& each);
  Result<std::optional<CaseId>> Joinable(const Case& c, CaseId burst, std::unordered_set<CaseId>& tried);

  const Moment& now_;
  std::map<std::string, std::optional<std::string>> rows_;  // what this batch writes; nullopt: deletes
  // Rows as this batch leaves them, each read and decoded once: a scan full of cases holds each new one against hundreds.
  std::unordered_map<CaseId, std::optional<AlikeRow>> alike_;
  std::unordered_map<CaseId, std::optional<Burst>> bursts_;
  std::unordered_map<std::string, CaseId> opened_;          // by key in posts: cases of this batch
  std::unique_ptr<rocksdb::Iterator> walk_;                 // over alike; made when it is first needed
};

// Whether a member of a burst waits now: of the value of its row.
inline std::optional<Tie> TieOf(std::string_view value) {
  for (const auto tie : kTies)
    if (value.size() == 9 && value[8] == static_cast<char>(tie)) return tie;
  return std::nullopt;
}
inline bool IsAwake(std::string_view value, Instant now) { return keys::ReadU64(value) == 0 || Instant{microseconds{static_cast<std::int64_t>(keys::ReadU64(value))}} <= now; }

// The bonds of a post's words and links, for its case.
std::vector<std::string> BondsOf(const std::string& school, const AlikeRow& row);
// Those of the post itself: what it answers.
std::vector<std::string> ThreadBonds(const std::string& school, const Post& post);
// What is looked under for others of its thread: what it answers, and itself.
std::vector<std::string> ThreadLookups(const std::string& school, const Post& post);

}  // namespace heed
