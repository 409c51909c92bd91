// Whether raw bytes could name the school at all: what a stream of everybody's posts is poured through before
// anything is parsed.
//
// Bytes pass when they hold, for one of the terms, each of its words: letters and digits of three bytes or more,
// wherever they stand and whatever their capitals.  Of a term with short words only ("OS") each must stand alone.  More
// passes than names the school (the words may stand apart), and the mention matcher decides; a name written with other signs
// in it ("0akmoor", "O a k m o o r") does not pass, and a stream finds no such post.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

class Sieve {
 public:
  // `terms`: InstitutionTerms().  A term without a letter or digit is left out; without terms nothing passes.
  explicit Sieve(const std::vector<std::string>& terms);

  // Safe to share between threads.  Any bytes; JSON's escapes of line ends and the like part words.
  bool Passes(std::string_view bytes) const;

 private:
  struct Word {
    std::string text;        // small letters
    bool alone = false;      // no letter or digit may touch it
    std::size_t first, second;  // places in `text` that are compared before the rest
  };
  struct Term {
    std::size_t searched;             // in words_: the one that is looked for
    std::vector<std::size_t> others;  // in words_: must be there too
  };
  // A word without which none of these terms can be there: most bytes are dropped by a search for these alone.
  struct Gate {
    std::size_t word;                // in words_
    std::vector<std::size_t> terms;  // in terms_
  };
  static bool Holds(std::string_view bytes, const Word& word);
  std::size_t Keep(std::string text, bool alone);

  std::vector<Word> words_;
  std::vector<Term> terms_;
  std::vector<Gate> gates_;
};

}  // namespace heed
