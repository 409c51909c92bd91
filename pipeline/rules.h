// Rules over concepts, run on one post: which of them hold, and what blocks them.
//
// What a rule means is written for people in lexicons/README.md; this is that, by word numbers.  Everything is linear in what
// was found or nearly so: strangers write the posts.  Pure; one RuleRunner per thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pipeline/fold.h"
#include "pipeline/program.h"
#include "pipeline/stamps.h"
#include "src/model/assessment.h"

namespace heed {

// A concept seen in a post.
struct Occurrence {
  ConceptNumber concept_number = 0;
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
  const CompiledUnless* blocked = nullptr;       // not counted because of this
  Occurrence blocker;                            // where that was seen (none for kQuoted)
  bool lacking = false;                          // not counted because nothing of `with` holds
  std::vector<Occurrence> elements;              // only when asked for

  bool counts() const { return !blocked && !lacking; }
};

// The words of a plain fold that the bytes [begin, end) of its text touch; where there are none left, one beside the place.
void WordsTouching(std::span<const Word> words, std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last);

// Whether blocked hits and elements are kept (`heed explain`) or only what counts.
enum class Detail : std::uint8_t { kHits, kAll };

class RuleRunner {
 public:
  // A post whose words or hits are beyond these is one a person must see as it is.
  static constexpr std::size_t kMostOccurrences = 1u << 14;  // of concepts, in one post
  static constexpr std::size_t kMostChains = 1u << 12;       // of one rule, in one post
  static constexpr std::size_t kMostHits = 256;              // kept of one post, worst severities first
  static constexpr std::size_t kMostHitsOfOne = 8;           // kept of one rule

  // Takes up a post.  What both lie in must outlive the Run().
  void Start(std::string_view text, const FoldedView& plain);
  // A concept found at words [first, last) of the plain fold.
  void Add(const Occurrence& occurrence) { occurrences_.push_back(occurrence); }
  // Runs these rules (indices in Program::rules, ascending): all that can hold, and none twice.  Returns false when the post was
  // too much: `out` then holds some of the hits.
  bool Run(const Program& program, std::span<const std::uint32_t> rules, Detail detail, std::vector<RuleHit>& out);

  // Plain words that the bytes [begin, end) of the text touch.
  void WordsOf(std::uint32_t begin, std::uint32_t end, std::uint32_t& first, std::uint32_t& last) const { WordsTouching(plain_.words, begin, end, first, last); }
  std::uint32_t SentenceOf(std::uint32_t word) const { return sentence_[word]; }
  bool IsQuoted(std::uint32_t begin, std::uint32_t end) { return QuoteAround(begin, end) != nullptr; }
  const std::vector<Occurrence>& occurrences() const { return occurrences_; }  // by concept, then place, after Run()

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

  void SortByConcept();
  Span Of(ConceptNumber number) const { return seen_.Has(number) ? spans_[number] : Span{}; }
  void RunRule(const Program& program, std::uint32_t rule, Detail detail, std::vector<RuleHit>& out);
  void RunOrder(const Program& program, std::uint32_t rule, const std::vector<std::vector<ConceptNumber>>& order, Detail detail, std::vector<RuleHit>& out);
  bool Links(const CompiledRule& rule, const Program& program, const Occurrence& before, const Occurrence& after) const;
  bool Holds(const CompiledUnless& context, const RuleHit& hit, const Occurrence& last_element, Occurrence& seen);
  void DropExcepted(const Program& program);
  bool Inside(const Occurrence& occurrence, ConceptNumber outer) const;
  bool Stands(const Program& program, Stand at, const RuleHit& hit) const;
  const Quote* QuoteAround(std::uint32_t begin, std::uint32_t end);
  void FindQuotes();
  bool MayQuote() const;
  std::uint32_t Gap(std::uint32_t last, std::uint32_t first) const { return rank_[first] - rank_[last]; }

  std::string_view text_;
  FoldedView plain_;
  std::vector<std::uint32_t> rank_;      // of word i: words (not marks) before it; one more at the end
  std::vector<std::uint32_t> sentence_;  // of word i; one more at the end
  std::vector<Occurrence> occurrences_, unsorted_;
  std::vector<ConceptNumber> numbers_;   // concepts in the post
  std::vector<Span> spans_;              // by concept, valid where seen_ has it
  Stamps seen_;
  bool too_much_ = false, quotes_known_ = false;
  std::vector<Quote> quotes_;
  std::vector<std::vector<Node>> levels_;
  std::vector<std::uint32_t> candidates_, dropped_;
  std::size_t chains_ = 0;
};

}  // namespace heed
