// Whereabouts: which topics a post holds, and roughly where each of them stands.
//
// Exact about what is there; about where, as exact as 62 places are.  What is there is noted at once, of all that was found: two instructions a
// topic.  Where a topic stands is looked up when it is first asked for, since of the hundreds that a post holds rules ask for a few.  One per thread.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/program.h"
#include "pipeline/stamps.h"
#include "src/model/assessment.h"

namespace heed {

// A literal or pattern found at words [first, last) of a view of a post.
struct Found {
  std::uint32_t sense, first, last;
  std::uint16_t pattern;  // as Program::Phrase::pattern
  View view;
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

// The words of a plain fold that the bytes [begin, end) of its text touch; where there are none left, one beside the place.
void WordsTouching(std::span<const Word> words, std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last);

class Whereabouts {
 public:
  static constexpr std::uint64_t kAnywhere = ~std::uint64_t{0};
  struct Places {
    std::uint64_t first = 0, later = 0;  // of first words, and of the words behind them
  };

  // `program` must outlive it.
  explicit Whereabouts(const Program& program) : program_(program), noted_(program.topics.size()), places_(program.topics.size()) { looked_up_.Resize(program.topics.size()); }

  // Takes up a post and what was found in it; what was found in the view of `squeezed_words` is put where its bytes stand in the plain one.  Topics that
  // are always there are in every post.
  void Start(std::span<const Found> found, const PostPlaces& post, std::span<const Word> squeezed_words);

  bool Has(TopicNumber topic) const { return noted_[topic] == now_; }
  // Of a topic that is there.
  const Places& Of(TopicNumber topic) {
    if (!looked_up_.Has(topic)) LookUp(topic);
    return places_[topic];
  }
  // Whether the found with this number, in the order they were given, stands for a topic.
  bool Is(std::size_t found, TopicNumber topic) const { return standing_[found].topical.Is(topic); }

 private:
  struct Standing {
    Senses::Topical topical;
    std::uint64_t first, later;
  };
  void LookUp(TopicNumber topic);

  const Program& program_;
  std::uint8_t now_ = 0;
  std::vector<std::uint8_t> noted_;  // by topic: now_ where it is there
  std::vector<Standing> standing_;   // of what was found
  std::vector<Places> places_;       // by topic, as far as looked_up_ has it
  Stamps looked_up_;
};

}  // namespace heed
