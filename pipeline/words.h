// Words looked up by their hash: what the lexicon knows about one word of a folded text.
//
// Words are not kept, only 64 bits of their hashes: a word that is not the lexicon's is taken for one of its hundred thousand
// once in 10^14 times.  Two of the lexicon's own that share a hash would be one word; with 64 bits that does not happen
// either (once in 10^9 lexicons).  Immutable once built; safe to share between threads.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace heed {

// What is known of a word.
struct KnownWord {
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr std::uint32_t kAnchor = 1u << 30, kMore = 1u << 29, kAbout = 1u << 28, kNumber = kAbout - 1;

  std::uint32_t sense = kNone;    // of the literal that is this word alone
  std::uint32_t flags = 0;        // its number among the words of phrases, 0 for none; kAnchor: the sense is one; kMore: it has another sense;
                                  // kAbout: posts that hold it are weighed (pipeline/wording.h)
  std::uint32_t number() const { return flags & kNumber; }
};

class WordTable {
 public:
  struct Slot {
    std::uint64_t hash = 0;  // 0 = free
    KnownWord word;
  };

  // `word` need not be followed by anything that may be read.
  static std::uint64_t Hash(std::string_view word) {
    char padded[kReadPast] = {};
    if (word.size() <= kReadPast) {
      std::memcpy(padded, word.data(), word.size());
      return HashShort(padded, word.size());
    }
    return HashLong(word);
  }
  // The same for a word behind whose first byte kReadPast bytes may be read.
  static constexpr std::size_t kReadPast = 16;
  static std::uint64_t HashPadded(const char* word, std::size_t size) { return size <= kReadPast ? HashShort(word, size) : HashLong({word, size}); }

  // Of two words by their numbers, in a table of pairs; `sense` counts up where a pair has kMore than one.
  static std::uint64_t HashPair(std::uint32_t before, std::uint32_t after, std::uint32_t sense) {
    return Mix(before ^ std::uint64_t{sense} << 32 ^ kFirst, after ^ kSecond) | 1;
  }
  // Of the step that three words lead to, and of the one a further word does.
  static std::uint64_t HashStart(std::uint32_t one, std::uint32_t two, std::uint32_t three) { return Mix(one ^ std::uint64_t{two} << 32 ^ kSecond, three ^ kThird) | 1; }
  static std::uint64_t HashStep(std::uint32_t step, std::uint32_t number) { return Mix(step ^ kThird, number ^ kFirst) | 1; }

  // Of a word nobody added nothing is known, which is what a free slot says: hardly a branch to guess wrong.
  const KnownWord& Find(std::uint64_t hash) const {
    std::size_t at = Home(hash);
    while (slots_[at].hash != hash && slots_[at].hash != 0) [[unlikely]] at = (at + 1) & mask_;
    return slots_[at].word;
  }
  const KnownWord& Find(std::string_view word) const { return Find(Hash(word)); }
  // It will be looked for soon.
  void Expect(std::uint64_t hash) const { __builtin_prefetch(&slots_[Home(hash)]); }
  bool Has(std::string_view word) const { return Has(Hash(word)); }
  bool Has(std::uint64_t hash) const {
    std::size_t at = Home(hash);
    while (slots_[at].hash != hash && slots_[at].hash != 0) at = (at + 1) & mask_;
    return slots_[at].hash != 0;
  }

  // What is known of the word, to be changed; as good as nothing when it is new.
  KnownWord& At(std::string_view word) { return At(Hash(word)); }
  KnownWord& At(std::uint64_t hash);

  std::size_t size() const { return used_; }
  const std::vector<Slot>& slots() const { return slots_; }
  // What slots() gave; false for what it never gives.
  bool Restore(std::vector<Slot> slots);

 private:
  // The lowest bit is always set.
  std::size_t Home(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> 20) & mask_; }
  static std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static constexpr std::uint64_t kFirst = 0xA0761D6478BD642Full, kSecond = 0xE7037ED1A0B428DBull, kThird = 0x8EBC6AF09C88C6E3ull;

  // One that is never 0.
  static std::uint64_t HashShort(const char* word, std::size_t size) {
    std::uint64_t low, high;
    std::memcpy(&low, word, 8);
    std::memcpy(&high, word + 8, 8);
    // Whole words of zeros for sizes up to eight; a shift by 64 would be undefined, hence two.
    const unsigned bits = static_cast<unsigned>(8 * size);
    low &= bits >= 64 ? ~0ull : (1ull << bits) - 1;
    high &= bits >= 128 ? ~0ull : bits > 64 ? (1ull << (bits - 64)) - 1 : 0;
    return Mix(low ^ kFirst ^ size * kThird, high ^ kSecond) | 1;
  }
  static std::uint64_t HashLong(std::string_view word);

  std::vector<Slot> slots_ = std::vector<Slot>(16);
  std::size_t mask_ = 15, used_ = 0;
};

// Which words may follow each other: two numbers of words, hashed to one place.  Says "no" only when nobody added the pair.
class WordPairs {
 public:
  static constexpr unsigned kPhrase = 1;  // the two are a phrase: WordTable::HashPair() finds it
  static constexpr unsigned kPart = 2;    // the two are neighbours in a longer one

  void Add(std::uint32_t before, std::uint32_t after, unsigned what) {
    const std::uint32_t place = Place(before, after);
    bits_[place >> 5] |= std::uint64_t{what} << 2 * (place & 31);
  }
  unsigned MayBe(std::uint32_t before, std::uint32_t after) const {
    const std::uint32_t place = Place(before, after);
    return static_cast<unsigned>(bits_[place >> 5] >> 2 * (place & 31)) & 3;
  }

  // It will be asked for soon.
  void Expect(std::uint32_t before, std::uint32_t after) const { __builtin_prefetch(&bits_[Place(before, after) >> 5]); }

  bool whole() const { return bits_.size() == kWords; }

 private:
  friend struct ProgramImage;
  static constexpr unsigned kLog = 20;  // places of two bits: 256 KiB, for a hundred thousand pairs
  static std::uint32_t Place(std::uint32_t before, std::uint32_t after) {
    return static_cast<std::uint32_t>((before * 0x9E3779B97F4A7C15ull + after * 0xC2B2AE3D27D4EB4Full) >> (64 - kLog));
  }
  static constexpr std::size_t kWords = std::size_t{1} << (kLog - 5);
  std::vector<std::uint64_t> bits_ = std::vector<std::uint64_t>(kWords);
};

}  // namespace heed
