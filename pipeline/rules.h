// Rules over concepts, run on one post: which of them hold, and what blocks them.
//
// What a rule means is written for people in lexicons/README.md; this is that, by word numbers.  Where a topic stands in a post is looked up when
// it is first asked for: rules ask for hundreds, and a post holds few.  Strangers write the posts, so what one post may cost has
// an end.  Pure; one RuleRunner per thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/program.h"
#include "pipeline/stamps.h"
#include "pipeline/whereabouts.h"
#include "src/model/assessment.h"

namespace heed {

// Of one post.
struct PostWords {
  std::string_view text;          // as it was written
  FoldedView plain;
  std::span<const Word> squeezed;  // words of the squeezed view; empty where there is none
  std::int32_t school = -1;        // whose words count, beside everybody's
  std::uint8_t insists = 0;        // bit s: no condition that yields takes a hit of severity s away
};

// A topic, or a concept, seen in a post.
struct Occurrence {
  std::uint32_t first = 0, last = 0;  // words of the plain fold, half open
  std::uint32_t begin = 0, end = 0;   // bytes of the text, half open
  View view = View::kPlain;
  bool misspelt = false;
  std::uint16_t except = 0;  // index in Program::exceptions
};

// A rule all of whose elements stand near enough.
struct RuleHit {
  std::uint32_t rule = 0;             // index in Program::rules
  std::uint32_t first = 0, last = 0;  // words
  std::uint32_t begin = 0, end = 0;   // bytes
  View view = View::kPlain;           // squeezed when any element is
  bool misspelt = false;
  std::optional<Characteristic> characteristic;  // of the words, where the entry names none
  const Condition* blocked = nullptr;       // not counted because of this
  Occurrence blocker;                            // where that was seen (none for kQuoted)
  bool lacking = false;                          // not counted because nothing of `with` holds
  std::vector<Occurrence> elements;              // only when asked for

  bool counts() const { return !blocked && !lacking; }
};

// Whether blocked hits and elements are kept (`heed explain`) or only what counts.
enum class Detail : std::uint8_t { kHits, kAll };

class RuleRunner {
 public:
  // A post whose words or hits are beyond these is one a person must see as it is.
  static constexpr std::size_t kMostFound = 1u << 14;        // literals and patterns in one post
  static constexpr std::size_t kMostOccurrences = 1u << 17;  // of what is asked, in one post
  static constexpr std::size_t kMostChains = 1u << 12;       // of one rule, in one post
  static constexpr std::size_t kMostHits = 256;              // kept of one post, worst severities first
  static constexpr std::size_t kMostHitsOfOne = 8;           // kept of one rule

  // `program` must outlive it.
  explicit RuleRunner(const Program& program);

  // Takes up a post, what was found in it, and where, in the same order.  What all lie in must outlive the Run().
  void Start(const PostWords& post, std::span<const Found> found, const Whereabouts& where);
  // Runs these rules (indices in Program::rules, ascending): all that can hold, and none twice.  Returns false when the post was
  // too much: `out` then holds some of the hits.
  bool Run(std::span<const std::uint32_t> rules, Detail detail, std::vector<RuleHit>& out);

  // What was found, as far as it was not too much.
  std::span<const Found> found() const { return found_; }
  // Where something found stands, if it counts for the school and is not part of what takes it away.
  std::optional<Occurrence> Counted(const Found& found, const Manner& manner);

  // Plain words that the bytes [begin, end) of the text touch.
  void WordsOf(std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last) const { WordsTouching(post_.plain.words, begin, end, first, last); }
  std::uint32_t SentenceOf(std::uint32_t word) const { return sentence_[word]; }
  bool IsQuoted(std::uint32_t begin, std::uint32_t end) { return QuoteAround(begin, end) != nullptr; }

 private:
  struct Quote {
    std::uint32_t begin, end;  // bytes
  };
  struct Node {
    std::uint32_t occurrence;
    std::int32_t before;  // node of the element before, -1 for the first
  };
  struct Span {
    std::uint32_t begin = 0, end = 0;  // in occurrences_
  };
  // Where a topic stands: all of it, and what is left when exceptions have been taken away.  By place.
  struct Places {
    Span all, counted;
  };

  // A topic's places in occurrences_, which may move.
  Span Of(TopicNumber topic) {
    if (!where_->Has(topic)) return {};
    if (!counted_.Has(topic)) TakeAway(topic);
    return places_[topic].counted;
  }
  Span AllOf(TopicNumber topic) {
    if (!where_->Has(topic)) return {};
    if (!looked_for_.Has(topic)) LookFor(topic);
    return places_[topic].all;
  }
  void LookFor(TopicNumber topic);
  void TakeAway(TopicNumber topic);
  Occurrence Place(const Found& found) const;
  bool IsExcepted(const Occurrence& occurrence);
  bool Inside(const Occurrence& occurrence, TopicNumber outer);
  void RunRule(std::uint32_t rule, Detail detail, std::vector<RuleHit>& out);
  void RunOrder(std::uint32_t rule, std::span<const TopicNumber> order, Detail detail, std::vector<RuleHit>& out);
  bool Links(const CompiledRule& rule, const Occurrence& before, const Occurrence& after);
  bool Holds(const Condition& condition, const RuleHit& hit, const Occurrence& last_element, Occurrence& seen);
  std::optional<Characteristic> CharacteristicOf(const Occurrence& element);
  bool Stands(Stand at, const RuleHit& hit);
  const Quote* QuoteAround(std::uint32_t begin, std::uint32_t end);
  void FindQuotes();
  bool MayQuote() const;
  std::uint32_t Gap(std::uint32_t last, std::uint32_t first) const { return rank_[first] - rank_[last]; }

  const Program& program_;
  PostWords post_;
  std::span<const Found> found_;
  const Whereabouts* where_ = nullptr;
  std::vector<std::uint32_t> rank_;      // of word i: words (not marks) before it; one more at the end
  std::vector<std::uint32_t> sentence_;  // of word i; one more at the end
  std::vector<Occurrence> occurrences_;
  std::vector<Places> places_;           // by topic, as far as these have it:
  Stamps looked_for_, counted_;
  bool too_much_ = false, quotes_known_ = false;
  std::vector<Quote> quotes_;
  std::vector<std::vector<Node>> levels_;
  std::size_t chains_ = 0;
};

}  // namespace heed
