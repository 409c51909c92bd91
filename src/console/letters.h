// The texts a response starts from: letters, invitations, requests.  People change them before anything is proposed.
//
// What must be filled in stands in double brackets, "[[date and time]]"; a text that still holds such a place cannot be proposed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/model/case.h"
#include "src/model/school.h"

namespace heed {

struct Letter {
  ResponseKind kind;
  std::string_view title;        // "Letter asking that it stops"
  std::string_view consequence;  // one sentence: what happens when it is approved
  std::string_view to;           // for whom, where that is plain
  std::string_view text;         // with {school}, {category}, {clause}, {posted}, {platform}
};

// One for each kind of response.
const Letter& LetterFor(ResponseKind kind);

// Its text for a case.  Never the post's own words: a letter does not repeat what hurt.
std::string FillLetter(const Letter& letter, const Case& c, const School* school, std::string_view platform);

// The places that are still to be filled in, as they stand there.
std::vector<std::string> OpenPlaces(std::string_view text);

}  // namespace heed
