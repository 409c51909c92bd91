// Choose: of a thousand rules those worth running on one post, by what was found in it and roughly where.
//
// It may choose a rule that will not hold, and never leaves out one that would.  Each rule has an anchor, its rarest element: where that is
// found the rule's gate is asked (Program::Gate), and where it opens, whether the elements are near enough to each other, by places of
// which a post has 62, so that 64 bits say where an element is.  In a post of twenty words some 18 rules have their anchor there, and two are run.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/program.h"
#include "pipeline/rules.h"
#include "pipeline/stamps.h"

namespace heed {

// A literal or pattern found at words [first, last) of a view of a post.
struct Found {
  std::uint32_t sense, first, last;
  std::uint32_t pattern;  // as Program::Phrase::pattern
};

// The words of a plain fold, and their places: they are counted as rules count them (marks and emoji are none), from 1; of a long post
// several words share one.
struct PostPlaces {
  static constexpr std::uint32_t kPlaces = 62;
  static unsigned ScaleFor(std::uint32_t words) { return words < kPlaces ? 0 : static_cast<unsigned>(std::bit_width(words / kPlaces)); }

  std::span<const Word> words;
  std::span<const std::uint8_t> places;  // of each word
  unsigned scale = 0;                    // places hold 2^scale words each
  std::uint64_t starts = 0;              // places where a sentence starts; only where scale is 0
};

// One per thread.
class RuleChooser {
 public:
  // `program` must outlive it.
  explicit RuleChooser(const Program& program);

  // Indices in Program::rules, ascending; valid until the next call.  `squeezed` was found in the view of those words, and is put where
  // its bytes stand in the plain one.  With kAll also rules that cannot count for want of what `with` asks for.
  std::span<const std::uint32_t> Choose(std::span<const Found> plain, std::span<const Found> squeezed, const PostPlaces& post, std::span<const Word> squeezed_words, Detail detail);

 private:
  struct Places {
    std::uint64_t first = 0, later = 0;  // places of first words, and of the words behind them, of all that was found of it

    void operator|=(const Places& other) { first |= other.first, later |= other.later; }
  };
  static constexpr std::uint64_t kAnywhere = ~std::uint64_t{0};

  void NoteElements(std::span<const Found> found);
  void OpenGates(std::span<const Found> found, Detail detail);
  void AskFor(std::uint32_t element);
  void NotePlaces(std::span<const Found> found, const PostPlaces& post, const Word* squeezed_words);
  bool MayHold(std::uint32_t rule, const PostPlaces& post) const;
  static Places PlacesOf(const PostPlaces& post, std::uint32_t first, std::uint32_t last);
  static std::uint64_t Reach(const CompiledRule& rule, const PostPlaces& post, std::uint64_t mask);

  const Program& program_;
  Stamps marks_seen_;                       // in this post
  Stamps present_;                          // gating elements of which something was found in it
  std::vector<std::uint32_t> open_;         // rules whose gate opened
  std::vector<std::uint32_t> asked_;        // by element: where in `asked_places_`; 0 while no open rule asks for it
  std::vector<std::uint32_t> asked_list_;   // to be forgotten before the next post
  std::vector<Places> asked_places_;        // [0] is nobody's
  std::vector<std::uint32_t> rules_;
};

}  // namespace heed
