// Squeeze: the second look, at words written so as to slip past filters.
//
// It undoes, in a text that Fold() called odd:
//   leet and symbols      k1ll  $tupid  sh!t             digits and symbols stand for letters, with letters around them
//   masked letters        f**k  sh*t  c***              the first letter known, a word fits that people mask
//   repeats               stuuupid                       letters three times or more, written once or twice
//   spaced-out letters    k i l l   f.u.c.k   k-i-l-l    three or more single letters that make a word
//   look-alikes           kіll (Cyrillic), ꜱᴍᴀʟʟ, 🅺🅸🅻🅻  by Unicode's confusables (UTS #39), which ICU knows
//   hidden characters     ki<zero-width space>ll
//   accents               stüpid
// and keeps a change only when it makes a word of the lexicon: an unknown word stays as it was, so "A55", "m8" and "3pm" do
// no harm.  The result is the plain fold with those words replaced.
//
// Pure, thread-safe, never fails.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/words.h"

namespace heed {

// The words Squeeze() may make.  Immutable once built.
class Vocabulary {
 public:
  // How likely a word is to be written with stars.
  enum class Mask : std::uint8_t {
    kNever,
    kAlone,   // where no other word fits: the words of terms
    kUsual,   // swearwords and slurs: the first one added wins, and one letter may be all that is left
  };
  // Folded words; those of letters a-z with at least three of them count.  Those of four and more may also be masked.
  void Add(std::string_view word, Mask mask);

  bool Has(std::string_view word) const { return words_.Has(word); }
  bool empty() const { return words_.size() == 0; }
  // The word that fits, '*' standing for any one letter: one that is usually masked, else the only other one; or "".
  std::string_view Unmask(std::string_view pattern) const;

 private:
  friend struct ProgramImage;
  WordTable words_;
  using ByShape = std::map<std::pair<char, std::size_t>, std::vector<std::string>>;  // by first letter and length
  ByShape usual_, alone_;
};

// `plain` is the fold of `text`.  Returns false, leaving `out` unspecified, when there is nothing to undo.
bool Squeeze(std::string_view text, const FoldedView& plain, const Vocabulary& vocabulary, Folded& out);

}  // namespace heed
