// The lexicon as people wrote it: concepts, terms and rules, read from TOML and checked.
//
// The format, for those who write it, is lexicons/README.md.  Nothing here searches; pipeline/program.h turns this
// into what does.  Reading files is the caller's work, so that this stays pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/toml.h"
#include "src/model/category.h"

namespace heed {

struct LexiconFile {
  std::string name;  // how mistakes name it: "lexicons/en/threats.toml"
  std::string text;
};

// How the phrases of a table are bent when they are compiled.
enum class Expand : std::uint8_t { kNone, kVerb, kNoun };
std::string_view ToString(Expand expand);  // "none", "verb", "noun"

// Only live and shadow entries are searched for, and only live ones make a hit.
enum class EntryStatus : std::uint8_t { kDraft, kShadow, kLive, kRetired };
std::string_view ToString(EntryStatus status);  // "draft", "shadow", "live", "retired"

// How far the elements of a rule may stand apart.
enum class RuleScope : std::uint8_t {
  kSentence,  // all in one sentence
  kNext,      // or the later part in the next one, carried by a pronoun
  kPost,      // anywhere
};
std::string_view ToString(RuleScope scope);  // "sentence", "next", "post"

// Where in its sentence a hit must stand.  Marks, emoji, handles and the words of `opening` before it and of `closing`
// behind it are looked through.
enum class Stand : std::uint8_t {
  kAnywhere,
  kStart,  // nothing before it in its sentence
  kEnd,    // nothing behind it
  kAlone,  // neither
  kWhole,  // nothing else in the post
};
std::string_view ToString(Stand stand);  // "anywhere", "start", "end", "alone", "whole"

// Where a concept of `unless` or `with` must stand, seen from the hit.
enum class Where : std::uint8_t { kSentence, kBefore, kAfter, kNear, kOver, kAround, kPost, kQuoted };
std::string_view ToString(Where where);  // "sentence", "before", ...

// One item of `unless` or `with`.
struct Unless {
  std::string concept_id;  // empty for kQuoted
  Where where = Where::kSentence;
  std::uint32_t words = 0;  // how far, for kBefore, kAfter and kNear; for kPost in how many places that share no word (0: one)
  bool wide = false;        // not the entry's own: of a context that goes for all of its kind

  std::string ToString() const;  // as written: "negator:before:4"
  // Whether they ask the same.
  bool operator==(const Unless& other) const { return concept_id == other.concept_id && where == other.where && words == other.words; }
};

struct Concept {
  std::string id;
  std::vector<std::string> phrases;
  std::vector<std::string> patterns;  // regular expressions over the folded text, of whole words
  Expand expand = Expand::kNone;
  std::vector<std::string> includes;
  std::vector<std::string> except;  // concept ids, or "=" and a phrase: inside those these phrases and patterns do not count
  std::optional<Characteristic> characteristic;
  bool masked = false;  // its words may hide behind stars ("f**k"), as those of terms may
  bool misspellings = false;
  std::string language;
  Place place;
};

// A term (a phrase that counts by itself) or a rule (concepts standing together).  All that staff are shown.
struct Entry {
  std::string id;
  bool is_rule = false;

  // Terms.
  std::vector<std::string> phrases;
  Expand expand = Expand::kNone;
  bool misspellings = false;
  std::vector<std::string> except;    // as Concept::except
  std::vector<std::string> concepts;  // it also counts as these

  // Rules.  An alternative is a concept id, or "=" and a phrase.
  std::vector<std::vector<std::string>> elements;
  bool ordered = true;                   // `sequence`, not `together`
  std::optional<std::uint32_t> within;   // as written; kDefaultWithin where a scope needs one
  RuleScope scope = RuleScope::kSentence;

  // Both.
  Category category = Category::kAbuse;
  std::uint8_t severity = 1;  // 1..4
  std::optional<Characteristic> characteristic;
  std::string why;
  std::vector<Unless> unless;  // none of these may hold; contexts already put in place of "@name", and those that go for its category added
  std::vector<Unless> with;    // when not empty, one of these must
  Stand at = Stand::kAnywhere;
  std::int32_t weight = 0;     // points; see pipeline/weigh.h
  EntryStatus status = EntryStatus::kLive;
  std::vector<std::string> matches, ignores;
  std::string rationale, source, author, added, language;
  Place place, matches_place, ignores_place;

  static constexpr std::uint32_t kDefaultWithin = 4;
};

// What words and concepts weigh, as people wrote it: see pipeline/wording.h.
struct WeighedWords {
  std::string words;  // one or two, as folded
  std::int32_t points = 0;
  std::optional<Category> category;  // of what they speak; for points above zero
};
struct WeighedConcept {
  std::string concept_id;
  std::int32_t points = 0;
  std::optional<Category> category;
};
struct Wording {
  static constexpr std::int32_t kMostPoints = 1000;

  std::int32_t from = 0, below = 0;
  std::optional<std::int32_t> sure, calm, elsewhere;
  static constexpr std::size_t kSeverities = 4;
  std::array<std::optional<std::int32_t>, kSeverities> insists;  // by severity, from 1
  std::vector<std::string> about;  // single words, as folded: only posts that hold one read as a breach; none: all may
  std::vector<WeighedWords> words;
  std::vector<WeighedConcept> concepts;
  bool empty() const { return words.empty() && concepts.empty(); }
};

struct Lexicon {
  std::vector<Concept> concepts;  // in the order read; one id may appear several times
  std::vector<Entry> entries;     // sorted by id
  Wording wording;                // of all files together; its concepts (WordingConcept()) are defined by it
  std::string digest;             // LexiconDigest() of the files

  const Entry* Find(std::string_view id) const;  // nullptr when there is none
};

// Of the files' texts, in hex; their names and order make no difference.
std::string LexiconDigest(std::span<const LexiconFile> files);

// Reads and checks all files together, or says everything that is wrong with them, in order of place.
tl::expected<Lexicon, std::vector<Mistake>> LoadLexicon(std::span<const LexiconFile> files);

// Concepts that heed fills from a school's configuration.
inline constexpr std::string_view kConceptSchoolName = "school.name";
inline constexpr std::string_view kConceptStaffRole = "school.staff_role";
inline constexpr std::string_view kConceptStaffName = "school.staff_name";
inline constexpr std::string_view kConceptPlace = "school.place";
// What carries a rule of scope "next".
inline constexpr std::string_view kConceptPronoun = "pronoun";
// What `at` looks through: "honestly", "tbh"; "mate", "lol".
inline constexpr std::string_view kConceptOpening = "opening";
inline constexpr std::string_view kConceptClosing = "closing";

}  // namespace heed
