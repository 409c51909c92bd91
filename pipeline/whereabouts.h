// Whereabouts: which topics a post holds, and roughly where each of them stands.
//
// Exact about what is there; about where, as exact as 62 places are.  Noted once of all that was found, it answers what a thousand rules ask without
// looking at lists again.  One per thread.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/program.h"
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
  explicit Whereabouts(const Program& program) : program_(program), noted_(program.topics.size()), has_later_(program.topics.size()), first_(program.topics.size()), later_(program.topics.size()) {
    Forget();
  }

  // Forgets the post before; topics that are always there stay.
  void Forget();
  // Notes what was found; what was found in the view of `squeezed_words` is put where its bytes stand in the plain one.  A second call adds to the first.
  void Note(std::span<const Found> found, const PostPlaces& post, std::span<const Word> squeezed_words);

  bool Has(TopicNumber topic) const { return noted_[topic] == now_; }
  // Of a topic that is there.
  Places Of(TopicNumber topic) const { return {first_[topic], has_later_[topic] == now_ ? later_[topic] : 0}; }
  // Whether the found with this number, in the order they were noted in, may stand for a topic.
  bool MayBe(std::size_t found, TopicNumber topic) const { return (starts_[found] & first_[topic]) != 0; }

 private:
  const Program& program_;
  std::uint8_t now_ = 0;
  // By topic: now_ where it is there, and where some of it has later words; which says whether its places mean anything.
  std::vector<std::uint8_t> noted_, has_later_;
  std::vector<std::uint64_t> first_, later_;
  std::vector<std::uint64_t> starts_;          // of what was found
};

}  // namespace heed
