// Mention: is this post about this school?  Scored with reasons, decided by a threshold.
//
// Two schools share a name, a town shares it too, and a head teacher's surname belongs to thousands.  So each piece of
// evidence has a weight, each phrase counts once, and the sum decides:
//
//   handle or domain of the school   200   "@oakmoor@social.example", "https://oakmoor.example/news"
//   handle without its host          120   "@oakmoor"
//   name of two words or more, hashtag, nickname   100
//   name of one word                  70
//   name that is also a place         40   "Brackwell Academy" is not; a school called "Brackwell" is
//   abbreviation                      50   weak alone
//   the name's own words alone        50   "Oakmoor" of "Oakmoor School"; 30 when that is also a place
//   -- only beside one of the above:
//   place                             60   once, 10 more for each further one; not where it is part of a name found
//   a word about schools              30   with weak evidence only ("pupils", "homework", "year 9"); 20 more for a second one,
//                                          unless the name's own words are all there is: "the park after school" is no Park School
//   agreed staff name                 60   once
//   staff role                        20   once
//   -- against:
//   another school's full name         0   and a name of ours inside it does not count
//   another school's marker          -60   each
// A staff name, a role or a place is never a mention by itself.
//
// Weak evidence is an abbreviation, a name's own words, or a name of one word.  "Oakmoorland" is none: whole words only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/fold.h"
#include "src/model/assessment.h"
#include "src/model/school.h"

namespace heed {

inline constexpr std::int32_t kMentionThreshold = 100;

enum class MentionKind : std::uint8_t {
  kHandle, kDomain, kShortHandle, kHashtag, kName, kNickname, kShortName, kAmbiguousName, kAbbreviation, kStem,
  kAmbiguousStem, kPlace, kSchoolWord, kStaffName, kStaffRole, kOtherName, kOtherMarker,
};
// Whether it can make a mention (with others); places, roles, staff names and school words cannot.
bool IsInstitution(MentionKind kind);

// A phrase that speaks for or against a school.
struct MentionPhrase {
  std::string folded;  // " oakmoor school "
  std::string shown;   // "Oakmoor School"
  MentionKind kind = MentionKind::kName;
};

// Everything that is looked for, for one school.  The same text appears once, as its strongest kind,
// and once more when it is a hashtag too.
std::vector<MentionPhrase> MentionPhrases(const School& school);

// A phrase seen in a text: words [first, last) of its fold.
struct MentionSeen {
  const MentionPhrase* phrase = nullptr;
  std::uint32_t first = 0, last = 0;
};

// Scores one school on one text.  `seen` in any order.  Reuses the memory of `out`.
void ScoreMention(std::string_view text, const FoldedView& folded, std::span<const MentionSeen> seen, Mention& out);

}  // namespace heed
