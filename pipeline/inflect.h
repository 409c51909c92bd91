// The forms a phrase of the lexicon is looked for in: inflections, spellings without apostrophes or accents, misspellings.
//
// Inflections and misspellings are of British English.  Made when a lexicon is compiled, never while posts are read.  Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/lexicon.h"

namespace heed {

// Words of the language, in small letters: what a misspelling must not be.
//
// Kept as hashes, because a hundred thousand words are read at every start.  Two words of one hash would at worst lose a
// misspelling.
class Dictionary {
 public:
  Dictionary() = default;
  // `words` holds one a line.
  explicit Dictionary(std::string_view words);
  bool Has(std::string_view word) const;
  bool empty() const { return slots_.empty(); }

 private:
  std::vector<std::uint64_t> slots_;  // open addressing, a power of two long, 0 = free
};

// "kill" -> kills, killing, killin, killed; "bully" -> bullies, bullying, bullyin, bullied.  Lower-case word in; the word
// itself is not among them.
std::vector<std::string> VerbForms(std::string_view word);
// "idiot" -> idiots; "bully" -> bullies.
std::vector<std::string> NounForms(std::string_view word);

// The phrase and its bent forms, '+' marks removed.  See lexicons/README.md.
std::vector<std::string> ExpandPhrase(std::string_view phrase, Expand expand);

// The folded phrase (" don 't ... ") as somebody without an apostrophe key writes it, or "" when it holds none.
std::string WithoutApostrophes(std::string_view folded);

// The folded phrase (" zabiję cię ") as somebody without the letters of their language types it (" zabije cie "), or "" when it
// holds none.  Latin letters lose their accents; ł, ø, đ and the like become the letter under the stroke, ß ss, æ ae, œ oe.
// Letters of other scripts stay as they are: there a mark makes another letter.
std::string WithoutAccents(std::string_view folded);

// Folded phrases that a slip of the finger makes of a folded phrase: in each word of five letters or more, one letter left out,
// doubled, swapped with the next, or a vowel for another; a word of six or more cut in two.  No form whose changed words are
// all in the dictionary.  Empty without a dictionary.
std::vector<std::string> Misspellings(std::string_view folded, const Dictionary& dictionary);

// " kill yourself " -> " killyourself "; "" for one word, fewer than eight letters, or a dictionary word.
std::string WrittenAsOne(std::string_view folded, const Dictionary& dictionary);

}  // namespace heed
