// Wording: how the words of a post sound, taken together.
//
// Rules say what is wrong with a post; much of what people write no rule foresaw.  So the lexicon also gives points to words, to
// pairs of words that stand side by side, and to concepts: above zero where breaches use them, below where honest posts do (lexicons/README.md).
// What was learned of one insult so goes for those no labelled post held.
//
// The arithmetic, all of it:
//   about     only a post that holds one of these words, or one of a school's names, reads as a breach: points say little of talk they were not learned from
//   sum       the points of every word, pair and concept in the post that has any, each once however often it stands; a concept stands where
//             one of its phrases does as written: slips, what was undone, patterns, a school's own words and exceptions are left out
//   reads as  where the sum is `from` or more, the category whose words bring most of the points above zero; where it is `sure` or more, beyond doubt
//   innocent  where the sum is `below` or less and at least half of the words have points (a pair is no word here); where it is `calm` or less, beyond doubt,
//             however many have
//   insists   where the sum of a post that is about it is so much or more, hits of that severity stand against contexts that go for whole kinds of entries and look
//             at the post or the sentence: a word of homework somewhere says little of a post that otherwise sounds like a breach.  An entry's own contexts hold
//   elsewhere where the sum of a post that is not about it is `elsewhere` or less
// What it reads as is a concept, "wording.threat", "wording.threat.sure" (which is the first as well), "wording.innocent", "wording.innocent.sure" or
// "wording.elsewhere", found at the words that weigh most; entries and contexts ask for it as for any other, so that an entry alone says what becomes of a post, and has a record, a status
// and examples.
// Words are counted as folded (pipeline/fold.h); of the marks only ! and ? count as words.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/lexicon.h"
#include "pipeline/stamps.h"
#include "pipeline/words.h"
#include "src/model/category.h"

namespace heed {

// "wording.threat" ... by category, "wording.threat.sure" ... by category, "wording.innocent", "wording.innocent.sure", "wording.elsewhere".
inline constexpr std::size_t kWordingSure = kCategories.size(), kWordingInnocent = 2 * kCategories.size(), kWordingInnocentSure = kWordingInnocent + 1,
                             kWordingElsewhere = kWordingInnocent + 2, kWordingConcepts = kWordingInnocent + 3;
std::string WordingConcept(std::size_t which);
// The literal that stands for it where literals are compiled: a capital is in no folded text.
std::string WordingLiteral(std::size_t which);

// Whether a folded word counts here.
inline bool IsWorded(std::string_view folded, WordKind kind) { return kind != WordKind::kMark || folded == "!" || folded == "?"; }

// The lexicon's points, looked up by hashes of words (WordTable::Hash) and by numbers of two neighbours.  Immutable once built; safe to share
// between threads.
class WordingTable {
 public:
  static constexpr std::uint8_t kNoCategory = 0xFF;
  struct Weight {
    std::int32_t points = 0;
    std::uint32_t category = kNoCategory;  // index in kCategories
  };

  WordingTable() = default;
  // Weights of concepts stand behind those of words, in the order of Wording::concepts.
  explicit WordingTable(const Wording& wording);

  bool empty() const { return weights_.empty(); }
  // The weight of Wording::concepts[i].
  std::uint32_t WeightOfConcept(std::size_t i) const { return first_concept_ + static_cast<std::uint32_t>(i); }
  std::uint32_t first_concept() const { return first_concept_; }
  // Whether posts that are not about it may read as anything.
  bool asks_elsewhere() const { return elsewhere_ != kNever; }
  // Whether posts are weighed whatever they are about.
  bool all() const { return all_; }
  std::int32_t from() const { return from_; }
  std::int32_t below() const { return below_; }
  // Severities whose hits insist where a post that is about it comes to `sum`: bit s for severity s.
  std::uint8_t Insisting(std::int32_t sum) const {
    unsigned severities = 0;
    for (std::size_t i = 0; i < insists_.size(); ++i) severities |= static_cast<unsigned>(sum >= insists_[i]) << (i + 1);
    return static_cast<std::uint8_t>(severities);
  }

 private:
  friend struct ProgramImage;
  friend class WordingScale;
  friend struct WordingSum;
  // A word's sense is the number of its weight, where it has one; its own number is for pairs, whose sense is that of theirs.
  WordTable words_, pairs_;
  static constexpr std::int32_t kNever = std::numeric_limits<std::int32_t>::min(), kNeverUpTo = std::numeric_limits<std::int32_t>::max();  // no sum is as low, as high
  std::vector<Weight> weights_;
  std::uint32_t first_concept_ = 0;
  std::int32_t from_ = 0, sure_ = kNeverUpTo, below_ = 0, calm_ = kNever, elsewhere_ = kNever;
  std::array<std::int32_t, Wording::kSeverities> insists_ = {kNeverUpTo, kNeverUpTo, kNeverUpTo, kNeverUpTo};
  bool all_ = true;  // posts are weighed whatever they are about
};

// What one post's words come to.
struct WordingSum {
  struct Weighed {
    std::uint32_t first = 0, last = 0;  // words of the post, half open
    std::int32_t points = 0;
    std::uint32_t weight = 0;          // its number: from WordingTable::first_concept() on a concept's
    std::uint8_t category = WordingTable::kNoCategory;
  };
  bool about = false;  // it is about what the points were learned from
  std::int32_t sum = 0;
  std::uint32_t words = 0, known = 0;  // that count, and that have points, each time they stand
  std::vector<Weighed> weighed;        // each once: words and pairs in order, then concepts

  // Index of the concept that stands, see kWordingConcepts; kWordingConcepts for none.
  std::size_t Reads(const WordingTable& table) const;
  // The words it is seen by, at most three places, in order: those that weigh most for what it reads as.
  std::span<const Weighed> Strongest(std::size_t reads);

 private:
  std::vector<Weighed> strongest_;
};

// Weighs posts.  One per thread.
class WordingScale {
 public:
  // `about`: the post holds a word flagged KnownWord::kAbout.  `hashes` are those of `words`, whose places are counted from the start of `text`.
  void Weigh(const WordingTable& table, bool about, std::string_view text, std::span<const Word> words, std::span<const std::uint64_t> hashes, WordingSum& out);
  // After that, of the same post: a concept found at words [first, last).
  void AddConcept(const WordingTable& table, std::uint32_t weight, std::uint32_t first, std::uint32_t last, WordingSum& out) { Add(table, weight, first, last, out); }

 private:
  void Add(const WordingTable& table, std::uint32_t weight, std::uint32_t first, std::uint32_t last, WordingSum& out);

  Stamps seen_;  // weights that this post has had
};

}  // namespace heed
