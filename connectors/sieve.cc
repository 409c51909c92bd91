// The search behind the sieve: two bytes of a word compared at 64 places at a time, the rest only where both are there.
#include "connectors/sieve.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "src/base/text.h"

namespace heed {
namespace {

using Block = unsigned char __attribute__((vector_size(16)));
constexpr std::size_t kStride = 64;

Block Load(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

bool IsAscii(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
// Bytes past ASCII are letters in a name that has no others, and part the words of one that has.
bool IsWord(char c, bool ascii) { return IsAscii(c) || (!ascii && static_cast<unsigned char>(c) >= 0x80); }

// Whether a letter or digit stands before `at`: "\nOS" does not touch anything, though an n is before it.
bool Touched(std::string_view bytes, std::size_t at) {
  if (at == 0 || !IsAscii(bytes[at - 1])) return false;
  if (at >= 2 && bytes[at - 2] == '\\') return std::string_view("nrtbf").find(bytes[at - 1]) == std::string_view::npos;
  return !(at >= 6 && bytes[at - 6] == '\\' && bytes[at - 5] == 'u');
}

// Letters from common to rare, as English and the encodings of a stream's identifiers have them.
int Rarity(char c) {
  constexpr std::string_view kCommonFirst = "etaoinsrhldcumpfgywbvkxjqz";
  const auto at = kCommonFirst.find(c);
  return at == kCommonFirst.npos ? 10 : static_cast<int>(at);
}

}  // namespace

Sieve::Sieve(const std::vector<std::string>& terms) {
  for (const auto& term : terms) {
    const auto small = LowerAscii(term);
    const bool ascii = std::ranges::any_of(small, IsAscii);
    std::vector<std::string> words;
    for (std::size_t i = 0; i < small.size();) {
      const auto begin = i;
      while (i < small.size() && IsWord(small[i], ascii)) ++i;
      if (i > begin) words.push_back(small.substr(begin, i - begin));
      else ++i;
    }
    const auto is_long = [](const std::string& word) { return word.size() >= 3; };
    const bool any_long = std::ranges::any_of(words, is_long);
    if (any_long) std::erase_if(words, [&](const std::string& word) { return !is_long(word); });
    if (words.empty()) continue;
    std::ranges::sort(words, [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
    Term kept{Keep(words[0], !any_long && ascii), {}};
    for (std::size_t i = 1; i < words.size(); ++i) kept.others.push_back(Keep(words[i], !any_long && ascii));
    terms_.push_back(std::move(kept));
  }
  // "oakmoorschool" is not there where "oakmoor" is not: the shortest such word is every such term's gate.
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    std::size_t gate = terms_[i].searched;
    for (const auto& other : terms_) {
      const auto& word = words_[other.searched];
      if (!word.alone && word.text.size() < words_[gate].text.size() && words_[gate].text.find(word.text) != std::string::npos) gate = other.searched;
    }
    const auto known = std::ranges::find(gates_, gate, &Gate::word);
    if (known == gates_.end()) gates_.push_back({gate, {i}});
    else known->terms.push_back(i);
  }
}

std::size_t Sieve::Keep(std::string text, bool alone) {
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (words_[i].text == text && words_[i].alone == alone) return i;
  Word word{std::move(text), alone, 0, 0};
  std::vector<std::size_t> places(word.text.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::ranges::stable_sort(places, [&](std::size_t a, std::size_t b) { return Rarity(word.text[a]) > Rarity(word.text[b]); });
  word.first = places[0];
  word.second = places[std::min<std::size_t>(1, places.size() - 1)];
  words_.push_back(std::move(word));
  return words_.size() - 1;
}

bool Sieve::Holds(std::string_view bytes, const Word& word) {
  const std::size_t size = word.text.size();
  if (bytes.size() < size) return false;
  const std::size_t places = bytes.size() - size + 1;  // where the word could begin
  const auto is_at = [&](std::size_t at) {
    for (std::size_t i = 0; i < size; ++i) {
      const char c = bytes[at + i];
      if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != word.text[i]) return false;
    }
    if (!word.alone) return true;
    return !Touched(bytes, at) && (at + size == bytes.size() || !IsAscii(bytes[at + size]));
  };
  const auto any_in = [&](std::size_t from, std::size_t to) {
    for (; from < to; ++from)
      if (is_at(from)) return true;
    return false;
  };
  if (places < kStride) return any_in(0, places);

  // Capitals differ from small letters by one bit, which is set in digits too; is_at() is exact.
  const Block one = Block{} + static_cast<unsigned char>(word.text[word.first] | 0x20), two = Block{} + static_cast<unsigned char>(word.text[word.second] | 0x20);
  const Block bit = Block{} + static_cast<unsigned char>(0x20);
  const char* const a = bytes.data() + word.first;
  const char* const b = bytes.data() + word.second;
  const auto near = [&](std::size_t at) {
    const auto compare = [&](std::size_t i) { return (((Load(a + i) | bit) == one) & ((Load(b + i) | bit) == two)); };
    const auto hits = (compare(at) | compare(at + 16)) | (compare(at + 32) | compare(at + 48));
    std::uint64_t halves[2];
    std::memcpy(halves, &hits, sizeof halves);
    return (halves[0] | halves[1]) != 0;
  };
  std::size_t at = 0;
  for (; at + kStride <= places; at += kStride)
    if (near(at) && any_in(at, at + kStride)) return true;
  // The last stride overlaps the one before.
  const std::size_t last = places - kStride;
  return at < places && near(last) && any_in(at, places);
}

bool Sieve::Passes(std::string_view bytes) const {
  return std::ranges::any_of(gates_, [&](const Gate& gate) {
    if (!Holds(bytes, words_[gate.word])) return false;
    return std::ranges::any_of(gate.terms, [&](std::size_t i) {
      const auto& term = terms_[i];
      return (term.searched == gate.word || Holds(bytes, words_[term.searched])) && std::ranges::all_of(term.others, [&](std::size_t other) { return Holds(bytes, words_[other]); });
    });
  });
}

}  // namespace heed
