// Strangers' words on their way to a page: made harmless, covered where they hurt, marked where a rule fired.
//
// What comes out is plain text for a template, which escapes it; no HTML is made here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "src/console/view.h"
#include "src/model/assessment.h"

namespace heed {

// Characters that hide, move or turn what stands around them, made visible: control characters as their symbols, bidirectional
// controls and zero-width ones as "‹U+202E›".  Line ends and tabs stay, bytes that are not UTF-8 become U+FFFD, and of a heap of combining
// marks on one letter the first four stay.
std::string Visible(std::string_view text);

enum class Words { kCovered, kShown };

// The letters of a text but for the first of each word as "•".
std::string Cover(std::string_view text);

// A text for one line of a list: covered where hits are, line ends as spaces, at most so many characters, "…" where cut.
std::string OneLine(std::string_view text, const std::vector<Hit>& hits, Words how, std::size_t most);

struct Marked {
  std::vector<Slots> segments;  // for templates/words.mustache: text, and hit with number (from 1, of the reasons)
  std::size_t left_out = 0;    // characters not shown
};
// A text cut where hits begin and end; hits that overlap become one piece with several numbers.  `most` characters at most.  `peek`: covered
// pieces carry their words along (bare), for those who chose to see them by pointing.
Marked Mark(std::string_view text, const std::vector<Hit>& hits, Words how, std::size_t most = 20'000, bool peek = false);

}  // namespace heed
