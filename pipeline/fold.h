// Fold: a stranger's text as heed compares it, lower-case words between single spaces.
//
// "Don't you DARE, Mr. Smith’s…" becomes " don't you dare , mr smith 's , ".  What folding does, in the order a
// reader would notice it:
//   - NFKC case folding (UAX #15, #31 "NFKC_Casefold") by ICU, which only this file, squeeze.cc and inflect.cc host;
//   - words are runs of letters, digits and combining marks; an apostrophe inside a word stays ("don't", "o'clock"),
//     but 's 'll 're 've 'd 'm become words of their own, so that "teacher's" still holds "teacher";
//   - . ! ? and line ends are marks; , ; : … and free-standing dashes are the mark ","; @ before a word and & are marks;
//     a mark is written once however often it is repeated, and not at all behind a title ("Mr.").  Hyphens, quotes, brackets, slashes and the rest are spaces;
//   - an emoji is a word; its skin colour and joiners are dropped;
//   - #OakmoorSchool and OakmoorSchool are written whole and then in parts: " oakmoorschool oakmoor school ".
// Bytes that are not UTF-8, NULs and control characters are spaces.  More than 30 combining marks in a row are dropped
// (the "stream-safe" limit of UAX #15), so that ten megabytes of them cost no more than ten megabytes.
//
// Pure, thread-safe, never fails.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

enum class WordKind : std::uint8_t {
  kWord,    // letters and digits
  kMark,    // . ! ? , @ &: no word for those who count words
  kSymbol,  // an emoji: likewise
};

struct Word {
  std::uint32_t at = 0, size = 0;    // bytes of Folded::text
  std::uint32_t begin = 0, end = 0;  // bytes of the text given, half open, on character boundaries; begin never decreases
  WordKind kind = WordKind::kWord;
  bool ends_sentence = false;        // a mark after which a new sentence starts ("e.g." and "oakmoor.example" hold none)
  bool replaced = false;             // written by Squeeze(), not by the author
};

struct Folded {
  std::string text;         // starts and ends with a space, never two in a row; " " when there is no word
  std::vector<Word> words;  // in order of `at`
  // Something in it may hide a word: digits or symbols among letters, look-alike or hidden characters, letters
  // three times in a row, spaced-out letters.  Only then is Squeeze() worth calling.
  bool odd = false;

  std::string_view of(const Word& word) const { return std::string_view(text).substr(word.at, word.size); }
};

// The same, lying somewhere else: in a FoldBuffer, or in a Folded.
struct FoldedView {
  std::string_view text;
  std::span<const Word> words;
  bool odd = false;

  FoldedView() = default;
  FoldedView(std::string_view t, std::span<const Word> w, bool o) : text(t), words(w), odd(o) {}
  FoldedView(const Folded& folded) : text(folded.text), words(folded.words), odd(folded.odd) {}
  std::string_view of(const Word& word) const { return text.substr(word.at, word.size); }
};

// Texts are counted in 32 bits; longer ones are a HEED_CHECK.  Reuses the memory of `out`.
void Fold(std::string_view text, Folded& out);
Folded Fold(std::string_view text);

// Many texts folded one behind the other into one buffer: what is searched in bulk.
// Each starts and ends with a space, so no phrase is ever found across two of them.
class FoldBuffer {
 public:
  // kReadPast bytes behind the text may be read, whatever they hold.
  static constexpr std::size_t kReadPast = 16;

  // Appends one text without its words; returns whether it is odd (see Folded::odd).
  bool Add(std::string_view text);
  // The same with its words, whose places are counted from where this text begins.
  bool AddWithWords(std::string_view text);
  // Appends what is folded already, with its words.
  void AddFolded(const Folded& folded);
  void Clear() { Truncate(0, 0); }
  // Forgets what was added past so many bytes and words.
  void Truncate(std::size_t size, std::size_t words) {
    size_ = std::min(size, size_);
    words_.resize(std::min(words, words_.size()));
  }

  std::size_t size() const { return size_; }
  std::string_view text() const { return {bytes_.get(), size_}; }
  std::span<const Word> words() const { return words_; }

 private:
  char* Reserve(std::size_t more);
  template <bool kMap>
  bool AddText(std::string_view text);
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
  std::vector<Word> words_;
};

}  // namespace heed
