// A lexicon and the schools' own words made ready to run: literals, what each one means, and rules over concepts by number.
//
// Every term becomes a rule of one element, whose concept is the term itself, so that there is one mechanism.
// Pure data; the judge gives the literals to Hyperscan and the rules to pipeline/rules.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/inflect.h"
#include "pipeline/lexicon.h"
#include "pipeline/squeeze.h"
#include "src/model/school.h"

namespace heed {

using ConceptNumber = std::uint32_t;

// How a literal was made from the phrase somebody wrote.
enum class Spelling : std::uint8_t {
  kWritten,   // as written, or bent, or without apostrophes
  kMisspelt,  // a slip
  kJoined,    // several words as one: counts as slipping past filters
};

// What a literal or a pattern stands for.  It may stand for many concepts.
struct Meaning {
  ConceptNumber concept_number = 0;
  std::int32_t school = -1;  // index of the school whose word it is, -1 = everybody's
  Spelling spelling = Spelling::kWritten;
  bool used = true;  // some rule asks for the concept
  std::uint16_t except = 0;  // index in Program::exceptions: inside one of those it does not count
};

struct CompiledUnless {
  ConceptNumber concept_number = 0;  // unused for kQuoted
  Where where = Where::kSentence;
  std::uint32_t words = 0;
};

struct CompiledRule {
  static constexpr std::uint32_t kAnywhere = 0xFFFFFFFF;

  std::uint32_t entry = 0;  // index in Lexicon::entries
  // Ways to put the elements in order: one for a sequence, all permutations for a together.  An element is a list of
  // concepts, any of which will do.
  std::vector<std::vector<std::vector<ConceptNumber>>> orders;
  std::uint32_t within = 0;  // words between neighbours; kAnywhere
  RuleScope scope = RuleScope::kSentence;
  std::vector<CompiledUnless> unless;  // none of these
  std::vector<CompiledUnless> with;    // where not empty, one of these
  Stand at = Stand::kAnywhere;
};

struct Program {
  std::vector<std::string> concepts;  // names by number; a term's is its id, a phrase written in place starts with '='
  std::vector<std::optional<Characteristic>> characteristics;  // by concept number
  std::vector<ConceptNumber> characterised;                    // those that have one
  ConceptNumber pronoun = 0, opening = 0, closing = 0;
  std::vector<std::vector<ConceptNumber>> exceptions;          // [0] is empty

  std::vector<std::string> literals;   // " kill you "
  std::vector<std::string> patterns;   // "07[0-9]{9}": numbered on from the literals in what follows
  std::vector<Meaning> meanings;       // of literal i: [first_meaning[i], first_meaning[i + 1])
  std::vector<std::uint32_t> first_meaning;
  std::vector<Place> places;           // of literal i: where its phrase was written
  // What a first look searches for, so that most posts need no second one.  Each rule has an anchor, its rarest element; where
  // even that is common ("if"), it has a second.  A mark is the number of such an element: of anchors[i], marks[i]; a rule
  // can hold only where its anchor's mark stands beside one of beside[mark], or alone where that holds kAlone.
  static constexpr std::uint32_t kAlone = 0xFFFFFFFF;
  std::vector<std::uint32_t> anchors;             // literals
  std::vector<std::vector<std::uint32_t>> marks;  // by place in `anchors`
  std::vector<std::vector<std::uint32_t>> beside; // by mark

  std::vector<CompiledRule> rules;     // worst severity first
  std::vector<std::vector<std::uint32_t>> rules_by_anchor;  // by concept number: rules whose anchor element holds it

  Vocabulary vocabulary;

  std::span<const Meaning> MeaningsOf(std::size_t literal) const {
    return std::span(meanings).subspan(first_meaning[literal], first_meaning[literal + 1] - first_meaning[literal]);
  }
};

// Live and shadow entries are; drafts only when wanted.
bool IsSearched(const Entry& entry, bool drafts);

// `drafts`: as if they were live.
Program CompileProgram(const Lexicon& lexicon, std::span<const School> schools, const Dictionary& dictionary, bool drafts);

}  // namespace heed
