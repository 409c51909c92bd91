// The texts a response starts from: letters, invitations, requests.  People change them before anything is proposed.
//
// What must be filled in stands in double brackets, "[[date and time]]"; a text that still holds such a place cannot be proposed.  Administrators
// edit the texts (pages/letter_templates.cc), for every school or for one; each version is kept, and the one heed came with can be had back.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "src/model/case.h"
#include "src/model/school.h"
#include "src/store/store.h"

namespace heed {

struct Letter {
  ResponseKind kind;
  std::string_view title;        // "Letter asking that it stops"
  std::string_view consequence;  // one sentence: what happens when it is approved
  std::string_view to;           // for whom, where that is plain
  std::string_view text;         // with {school}, {category}, {clause}, {posted}, {platform}; as heed comes with it
  std::array<std::string_view, 4> needs{};  // what an edited text must still hold, so that no letter leaves without it; "" = no more
};

// One for each kind of response.
const Letter& LetterFor(ResponseKind kind);

// Its text for a case.  Never the post's own words: a letter does not repeat what hurt.
std::string FillLetter(std::string_view text, const Case& c, const School* school, std::string_view platform);

// What is wrong with an edited text: something it needs is missing, a {field} heed does not know, brackets left open, or far too long.
std::vector<std::string> CheckLetterText(const Letter& letter, std::string_view text);

// The name of an edited text (model/paper.h); `school` empty: for every school.
std::string LetterPaper(ResponseKind kind, std::string_view school);
// The text in use at a school: its own, else the one for every school, else heed's.
Result<std::string> LetterText(const Store& store, ResponseKind kind, std::string_view school);

// Whether it is written to somebody, so that it can be printed as a letter.
bool IsLetter(ResponseKind kind);

// The places that are still to be filled in, as they stand there.
std::vector<std::string> OpenPlaces(std::string_view text);

}  // namespace heed
