// What heed thinks of one post for one school, and why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/model/category.h"

namespace heed {

// Which reading of the text a hit was found in.
enum class View : std::uint8_t {
  kPlain = 1,     // the words as written, folded
  kSqueezed = 2,  // after undoing leet, look-alikes, repeats, spaced-out letters: evidence of evasion
};
std::string_view ToString(View view);  // "plain", "squeezed"

// One rule that fired.  Offsets are bytes of the judged text (model/post.h: JudgedText, or the text given to
// `heed match`), half open, always on character boundaries.
struct Hit {
  std::string rule;  // stable id from the lexicon
  Category category = Category::kAbuse;
  std::uint8_t severity = 1;  // 1..4
  std::uint32_t begin = 0, end = 0;
  View view = View::kPlain;
  std::string why;  // the lexicon's words, for staff

  bool operator==(const Hit&) const = default;
};

// Something that speaks for or against the post being about this school.
struct MentionEvidence {
  std::string what;   // "name \"Oakmoor School\"", "place \"Brackley\"", "other school \"Leeds\""
  std::int32_t weight = 0;
  std::uint32_t begin = 0, end = 0;

  bool operator==(const MentionEvidence&) const = default;
};

// The evidence of a post that a person handed in: that somebody at the school says "look at this" is its link to the
// school, whether or not the text names it.
inline constexpr std::string_view kHandedIn = "handed in by staff";

struct Mention {
  bool mentions = false;
  std::int32_t score = 0;  // sum of the weights; `mentions` when it reaches the threshold in pipeline/mention.h
  std::vector<MentionEvidence> evidence;

  bool operator==(const Mention&) const = default;
};

struct Assessment {
  Mention mention;
  bool flag = false;           // a person should look
  std::uint32_t priority = 0;  // 0..1000; how soon, not a probability.  The arithmetic is in pipeline/weigh.h
  std::uint8_t severity = 0;   // 1..4, of the worst hit; 0 without hits
  std::vector<Category> categories;            // worst first, each once
  std::vector<Characteristic> characteristics; // each once
  std::vector<Hit> hits;                       // by begin
  std::vector<std::string> silent;             // ids of shadow and paused entries that fired, each once: they count for nothing
  // Not empty: the post could not be judged (scan failed, too long ...).  Such a post is flagged and goes to
  // a person as "unassessed"; it is never "no match".
  std::string could_not_judge;

  bool operator==(const Assessment&) const = default;
};

// Whether a person handed the post in.
bool IsHandedIn(const Assessment& assessment);

}  // namespace heed
