// What somebody asks the queue for: the filters of its address, what they keep, and how a case looks in a list.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/casework/deadline.h"
#include "src/console/page.h"
#include "src/console/words.h"

namespace heed {

inline constexpr std::size_t kPageOfQueue = 50, kLineOfQueue = 160;
// Posts read for one answer when words are looked for.
inline constexpr std::size_t kMostPostsRead = 20'000;

bool IsAsleep(const Case& c, Instant now);
// The judged text of a post.
std::string TextOf(const Post& post);

// The filters, as they stand in the address.
struct Asked {
  std::string school, category, severity, state, whose, text, rule, due, platform, age;

  Asked() = default;
  explicit Asked(const http::Fields& query);
  // How it is asked again; "" = everything.
  std::string Query() const;
  // Whether heed knows every filter's value.
  bool IsKnown() const;
};

// Of an address's query; nothing is asked where it cannot be read.
Asked AskedOf(const std::string& query);
// In words: "threat, severity 4, nobody's"; "everything that is open".
std::string FilterWords(const Visit& visit, const Asked& asked);

// What the filters keep, over and over; made once for a request.
class QueueSieve {
 public:
  // `visit` outlives it.
  QueueSieve(const Visit& visit, Asked asked);
  // False: Keeps() would say so, too.
  bool MayKeep(const Glance& glance);
  bool Keeps(const Case& c);
  // Both, and how many cases are read at most, for a walk of the queue that this sieve outlives.
  void Set(QueueFilter& filter);
  // Why it could not look at a post; "" = it could.
  const std::string& trouble() const { return trouble_; }

 private:
  // What is told alike by the queue's row and by the case.
  bool Fits(std::string_view school, CaseState state, bool asleep, std::uint8_t severity, Instant opened);

  const Visit& visit_;
  const Asked asked_;
  const std::string needle_;
  const Needle letters_;
  const std::optional<Category> category_;
  const std::optional<Due> due_;
  const std::uint32_t whose_, rule_;  // marks
  std::optional<Instant> opened_by_;  // of `age`
  std::map<std::string, DueSorter, std::less<>> sorters_;  // by school
  std::string trouble_;
};

// The school's terms; none where it is not configured any more.
const std::vector<Term>& TermsOf(const Visit& visit, const std::string& school);

// A case as a row of a list: id, school, platform, posted, severity, categories, words (and bare, where it may be shown by pointing at it), due,
// overdue, waiting, who, state.  nullopt: it is gone.
Result<std::optional<Slots>> CaseRow(const Visit& visit, const Case& c, Words how, bool peek, std::size_t line = kLineOfQueue);

// How the visitor sees words: covered or not, and whether by pointing.
struct Looking {
  Words how = Words::kCovered;
  bool peek = false;
};
Result<Looking> LookingOf(const Visit& visit);

}  // namespace heed
