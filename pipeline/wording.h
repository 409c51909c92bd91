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
#include "src/model/category.h"

namespace heed {

// "wording.threat" ... by category, then "wording.innocent".
inline constexpr std::size_t kWordingConcepts = kCategories.size() + 1, kWordingInnocent = kCategories.size();
std::string WordingConcept(std::size_t which);
// The literal that stands for it where literals are compiled: a capital is in no folded text.
std::string WordingLiteral(std::size_t which);

// Whether a folded word counts here.
inline bool IsWorded(std::string_view folded, WordKind kind) { return kind != WordKind::kMark || folded == "!" || folded == "?"; }

// The lexicon's points, looked up by hashes of words (WordTable::Hash).  Immutable once built; safe to share between threads.
class WordingTable {
 public:
  static constexpr std::uint8_t kNoCategory = 0xFF;
  struct Slot {
    std::uint64_t hash = 0;  // 0 = free
    std::int32_t points = 0;  // 0: only what posts are about
    std::uint16_t category = kNoCategory;
    std::uint16_t about = 0;  // 1: such a word
  };

  WordingTable() = default;
  explicit WordingTable(const Wording& wording);

  bool empty() const { return slots_.empty(); }
  // Whether it can be looked up in: a power of two of places, some of them free.
  bool whole() const;
  std::int32_t from() const { return from_; }
  std::int32_t below() const { return below_; }
  bool all() const { return all_; }
  std::size_t size() const { return slots_.size(); }

  // Where it lies, or size() when it has no points.
  std::size_t Find(std::uint64_t hash) const {
    std::size_t at = Home(hash);
    while (slots_[at].hash != hash) {
      if (slots_[at].hash == 0) return slots_.size();
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }
  const Slot& operator[](std::size_t at) const { return slots_[at]; }
  void Expect(std::uint64_t hash) const { __builtin_prefetch(&slots_[Home(hash)]); }

  // Of two words that stand side by side, by their hashes.
  static std::uint64_t HashPair(std::uint64_t before, std::uint64_t after) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(before ^ 0x9E3779B97F4A7C15ull) * (after ^ 0xC2B2AE3D27D4EB4Full);
    return (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64)) | 1;
  }

 private:
  friend struct ProgramImage;
  std::size_t Home(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> 24) & (slots_.size() - 1); }
  Slot& At(std::uint64_t hash);

  std::vector<Slot> slots_;  // none, or a power of two of them
  std::int32_t from_ = 0, below_ = 0;
  bool all_ = true;  // whatever it is about
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
  std::vector<std::uint32_t> seen_;  // by place in the table: the last post that held it
  std::uint32_t now_ = 0;
};

}  // namespace heed
