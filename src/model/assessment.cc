#include "src/model/assessment.h"

#include <algorithm>

namespace heed {

std::string_view ToString(View view) { return view == View::kSqueezed ? "squeezed" : "plain"; }

bool IsHandedIn(const Assessment& assessment) {
  return std::ranges::any_of(assessment.mention.evidence, [](const MentionEvidence& piece) { return piece.what == kHandedIn; });
}

}  // namespace heed
