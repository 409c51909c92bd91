// A lexicon and the schools' own words made ready to run: literals, what each one means, and rules over concepts by number.
//
// Every term becomes a rule of one element, whose concept is the term itself, so that there is one mechanism.
// Pure data; the judge gives patterns to Hyperscan and the rules to pipeline/rules.h.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/inflect.h"
#include "pipeline/lexicon.h"
#include "pipeline/squeeze.h"
#include "pipeline/wording.h"
#include "pipeline/words.h"
#include "src/model/school.h"

namespace heed {

using ConceptNumber = std::uint32_t;

// How a literal was made from the phrase somebody wrote.
enum class Spelling : std::uint8_t {
  kWritten,   // as written, or bent, or without apostrophes
  kMisspelt,  // a slip
  kJoined,    // several words as one: counts as slipping past filters
};

// In what manner a literal or a pattern stands for a concept.
struct Manner {
  std::int32_t school = -1;  // index of the school whose word it is, -1 = everybody's
  Spelling spelling = Spelling::kWritten;
  std::uint16_t except = 0;  // index in Program::exceptions: inside one of those it does not count

  auto operator<=>(const Manner&) const = default;
};

// What a literal or a pattern stands for.  It may stand for many concepts; all of them together are its sense, which
// thousands of literals share.
struct Meaning {
  ConceptNumber concept_number = 0;
  Manner manner;

  auto operator<=>(const Meaning&) const = default;
};

// A topic is what something asks about: a concept, or several any of which will do.  Elements of rules are topics, and so are conditions and what
// takes words away; the same one is numbered once, whoever asks.
using TopicNumber = std::uint32_t;
inline constexpr TopicNumber kAlwaysThere = 0;  // one that nothing need be found for

// One of `unless` or `with`.
struct Condition {
  TopicNumber topic = kAlwaysThere;  // as good as unused for kQuoted
  Where where = Where::kSentence;
  std::uint32_t words = 0;
  bool yields = false;               // what the post's words together say may outweigh it: see PostWords::insists
};

struct CompiledRule {
  static constexpr std::uint32_t kAnywhere = 0xFFFFFFFF;

  std::uint32_t entry = 0;   // index in Lexicon::entries
  std::uint32_t within = 0;  // words between neighbours; kAnywhere
  RuleScope scope = RuleScope::kSentence;
  Stand at = Stand::kAnywhere;
  // Ways to put the elements in order, in Program::orders, half open: one for a sequence, all permutations for a together.
  std::uint32_t first_order = 0, last_order = 0;
  // In Program::conditions: none of the first ones, and, where there are any, one of the second.
  std::uint32_t first_unless = 0, first_with = 0, last_with = 0;
};

// Many lists of numbers, one behind the other: list i is lists[i].
class Lists {
 public:
  void Add(std::span<const std::uint32_t> list) {
    items_.insert(items_.end(), list.begin(), list.end());
    first_.push_back(static_cast<std::uint32_t>(items_.size()));
  }
  std::size_t size() const { return first_.size() - 1; }
  std::span<const std::uint32_t> operator[](std::size_t i) const { return {items_.data() + first_[i], first_[i + 1] - first_[i]}; }

 private:
  friend struct ProgramImage;
  std::vector<std::uint32_t> first_ = {0}, items_;
};

// All there is to know of each sense, in one place: judging a post is mostly waiting for memory, so what is asked of one sense lies together,
// and senses that many posts hold lie beside each other.  A sense is named by where it lies.
class Senses {
 public:
  // A topic it stands for and the manner (in Program::manners), as one number.
  static constexpr unsigned kMannerBits = 14;
  static std::uint32_t Pack(TopicNumber topic, std::uint32_t manner) { return topic << kMannerBits | manner; }
  static TopicNumber TopicOf(std::uint32_t packed) { return packed >> kMannerBits; }
  static std::uint32_t MannerOf(std::uint32_t packed) { return packed & ((1u << kMannerBits) - 1); }
  static constexpr TopicNumber kMostTopics = 0xFFFF;

  // Lists ascending; topics packed, below kMostTopics.  Returns the sense.
  std::uint32_t Add(std::span<const std::uint32_t> marks, std::span<const std::uint32_t> weights, std::span<const std::uint32_t> topics, std::span<const Meaning> meanings);

  // Of the anchors it may stand for: see Program::gates.
  std::span<const std::uint32_t> Marks(std::uint32_t sense) const { return {Behind(sense), items_[sense + kMarks]}; }
  // Of the concepts among its own that have points: see pipeline/wording.h.
  std::span<const std::uint32_t> Weights(std::uint32_t sense) const { return {Behind(sense) + items_[sense + kMarks], items_[sense + kWeights]}; }
  // Topics its concepts are among, of whatever school, each once.
  std::span<const std::uint16_t> Topics(std::uint32_t sense) const {
    return {reinterpret_cast<const std::uint16_t*>(Behind(sense) + items_[sense + kMarks] + items_[sense + kWeights]), items_[sense + kTopics]};
  }
  // The manners in which it stands for a topic, packed with it.
  std::span<const std::uint32_t> TopicsOf(std::uint32_t sense, TopicNumber topic) const;
  std::span<const Meaning> Meanings(std::uint32_t sense) const { return {meanings_.data() + items_[sense + kFirstMeaning], items_[sense + kMeanings]}; }

  // Whether a sense stands for a topic, in a few instructions and no branch: topics lie in buckets of eight by their lowest bits.
  class Topical {
   public:
    Topical() = default;
    bool Is(TopicNumber topic) const {
      const std::uint16_t* const bucket = buckets_ + (topic & mask_) * kBucket;
#if defined(__SSE2__)
      const __m128i equal = _mm_cmpeq_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bucket)), _mm_set1_epi16(static_cast<short>(topic)));
      return _mm_movemask_epi8(equal) != 0;
#else
      bool is = false;
      for (std::size_t i = 0; i < kBucket; ++i) is |= bucket[i] == topic;
      return is;
#endif
    }

   private:
    friend class Senses;
    Topical(const std::uint16_t* buckets, std::uint32_t mask) : buckets_(buckets), mask_(mask) {}
    const std::uint16_t* buckets_ = nullptr;
    std::uint32_t mask_ = 0;
  };
  Topical TopicalOf(std::uint32_t sense) const { return {reinterpret_cast<const std::uint16_t*>(&items_[sense] + items_[sense + kBuckets]), items_[sense + kMask]}; }

  // It will be asked for soon.
  void Expect(std::uint32_t sense) const {
    __builtin_prefetch(&items_[sense]);
    __builtin_prefetch(&items_[sense] + 16);  // the next line of the cache
  }

 private:
  friend struct ProgramImage;
  static constexpr std::size_t kBucket = 8;
  // What a sense begins with: how many marks, weights and topics; the first meaning, and how many; how many topics with their manners; how many buckets less
  // one, and where they begin.  Behind it marks; weights; topics, two a number; buckets, two a number, what is free kMostTopics; topics with their manners.
  enum Head : std::uint32_t { kMarks, kWeights, kTopics, kFirstMeaning, kMeanings, kPacked, kMask, kBuckets, kHead };
  const std::uint32_t* Behind(std::uint32_t sense) const { return &items_[sense] + kHead; }
  std::vector<std::uint32_t> items_;
  std::vector<Meaning> meanings_;  // only `heed explain` asks for them
};

// What judging needs to know of an entry.
struct EntryFacts {
  std::string id, why;
  Category category = Category::kAbuse;
  std::uint8_t severity = 1;
  std::int32_t weight = 0;
  EntryStatus status = EntryStatus::kLive;
  std::optional<Characteristic> characteristic;
};

struct Program {
  std::vector<EntryFacts> entries;     // as Lexicon::entries
  std::vector<std::string> concepts;   // names by number; a term's is its id, a phrase written in place starts with '='
  struct Characterised {
    TopicNumber topic;
    Characteristic characteristic;
  };
  std::vector<Characterised> characterised;                    // concepts that have one
  TopicNumber pronoun = 0, opening = 0, closing = 0;
  std::vector<std::vector<TopicNumber>> exceptions;            // [0] is empty
  std::vector<Manner> manners;

  // Literals are words or phrases.  Patterns are numbered on from them.  Their texts are kept only where they were compiled just
  // now and not read from a cache: nothing but compiling needs them.
  std::uint32_t literal_count = 0;
  std::vector<std::string> literals;   // " kill you "
  std::vector<std::string> patterns;   // "07[0-9]{9}"
  std::vector<Place> places;           // of literal i: where its phrase was written
  std::vector<std::uint32_t> sense_of_pattern;
  Senses senses;

  // How literals are found.  A word is looked up; a literal that is one word is found by that.  Words that phrases are made of
  // have numbers; a phrase of two is looked up by theirs.  A longer one is a way from number to number: the first three lead to a step, each
  // further one to the next.
  struct Phrase {
    std::uint32_t sense = 0;
    std::uint16_t pattern = 0;  // not 0: a text of this pattern.  Of those of one pattern that end together the longest counts
    std::uint8_t anchor = 0;    // 1: its sense is one
    std::uint8_t more = 0;      // 1: the next one is of the same words
  };
  WordTable words;
  WordTable twos;          // phrases of two words; for a number they have their pattern's
  WordTable steps;         // `sense`: the first of `phrases` that ends there; for flags the step's number, 0 where no other follows
  std::vector<Phrase> phrases;  // longer ones
  WordPairs pairs;         // what two neighbours may be: most are nothing

  // Which rules are worth running.  Each has an anchor, its rarest element; the senses of an anchor carry its mark.  Where a mark is seen its
  // rules are asked whether what else they need is there, and then whether it is near enough.
  struct Gate {
    std::uint32_t rule = 0;
    // The two rarest elements beside the anchor, and what `with` asks for; kAlwaysThere where there are none, or nobody can tell before rules are
    // run: patterns are searched for, and quotation marks looked for, only then.
    std::array<TopicNumber, 2> elements = {kAlwaysThere, kAlwaysThere};
    TopicNumber with = kAlwaysThere;
  };
  std::vector<Gate> gates;                 // of mark i: [first_gate[i], first_gate[i + 1])
  std::vector<std::uint32_t> first_gate;
  std::vector<std::uint8_t> topics;        // 1: patterns stand for it too
  Lists orders;                            // each the topics of a rule's elements
  std::vector<Condition> conditions;
  std::vector<CompiledRule> rules;         // worst severity first
  Vocabulary vocabulary;
  WordingTable wording;
  std::vector<ConceptNumber> weighed_concepts;  // of WordingTable::WeightOfConcept(i)
  bool elsewhere_adds = false;  // there may be a hit because of wording.elsewhere: some rule needs it, or it takes a phrase away
};

// The texts a pattern stands for, sorted, where it only joins and chooses ("(?:polish|irish) kids?") and each is of two words or
// more: such patterns are searched for as phrases, which costs a post that holds none of them nothing.  Otherwise, and where they
// are too many, nullopt.
std::optional<std::vector<std::string>> PatternTexts(std::string_view pattern);

// Whether nothing without a digit can match the pattern, as far as can be told with ease: most posts hold none.
bool NeedsDigit(std::string_view pattern);

// Live and shadow entries are; drafts only when wanted.
bool IsSearched(const Entry& entry, bool drafts);

// `drafts`: as if they were live.
Program CompileProgram(const Lexicon& lexicon, std::span<const School> schools, const Dictionary& dictionary, bool drafts);

}  // namespace heed
