// Wording: how the words of a post sound, taken together.
//
// Rules say what is wrong with a post; much of what people write no rule foresaw.  So the lexicon also gives points to words and to
// pairs of words that stand side by side: above zero where breaches use them, below where honest posts do (lexicons/README.md).
//
// The arithmetic, all of it:
//   about     only a post that holds one of these words is weighed: points say nothing of talk they were not learned from
//   sum       the points of every word and pair in the post that has any, each once however often it stands
//   reads as  where the sum is `from` or more, the category whose words bring most of the points above zero
//   innocent  where the sum is `below` or less and at least half of the words have points
//             (a pair has points of its own, and is no word here)
// What it reads as is a concept, "wording.threat" or "wording.innocent", found at the words that weigh most; entries and contexts ask
// for it as for any other, so that an entry alone says what becomes of a post, and has a record, a status and examples.
// Words are counted as folded (pipeline/fold.h); of the marks only ! and ? count as words.
#pragma once

#include <array>
#include <cstdint>
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

// "wording.threat" ... by category, then "wording.innocent".
inline constexpr std::size_t kWordingConcepts = kCategories.size() + 1, kWordingInnocent = kCategories.size();
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
  explicit WordingTable(const Wording& wording);

  bool empty() const { return weights_.empty(); }
  // Whether posts are weighed whatever they are about.
  bool all() const { return all_; }
  std::int32_t from() const { return from_; }
  std::int32_t below() const { return below_; }

 private:
  friend struct ProgramImage;
  friend class WordingScale;
  static constexpr std::uint32_t kAbout = KnownWord::kAbout;

  // A word's sense is the number of its weight, where it has one; its own number is for pairs, whose sense is that of theirs.
  WordTable words_, pairs_;
  std::vector<Weight> weights_;
  std::int32_t from_ = 0, below_ = 0;
  bool all_ = true;  // posts are weighed whatever they are about
};

// What one post's words come to.
struct WordingSum {
  struct Weighed {
    std::uint32_t first = 0, last = 0;  // words of the post, half open
    std::int32_t points = 0;
    std::uint8_t category = WordingTable::kNoCategory;
  };
  bool about = false;  // it is about what the points were learned from
  std::int32_t sum = 0;
  std::uint32_t words = 0, known = 0;  // that count, and that have points, each time they stand
  std::vector<Weighed> weighed;        // each once, in order

  // Index of the concept that stands, see kWordingConcepts; kWordingConcepts for none.
  std::size_t Reads(const WordingTable& table) const;
  // The words it is seen by, at most three, in order: those that weigh most for what it reads as.
  std::span<const Weighed> Strongest(std::size_t reads);

 private:
  std::vector<Weighed> strongest_;
};

// Weighs posts.  One per thread.
class WordingScale {
 public:
  // `hashes` are those of `words`, whose places are counted from the start of `text`.
  void Weigh(const WordingTable& table, std::string_view text, std::span<const Word> words, std::span<const std::uint64_t> hashes, WordingSum& out);

 private:
  Stamps seen_;  // weights that this post has had
};

}  // namespace heed
