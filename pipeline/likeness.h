// A signature of what a text says, so that nearly the same words are found without comparing every post with every other.
//
// MinHash (Broder, 1997) over pairs of neighbouring words of the folded text: capitals, accents of case, punctuation and invisible
// characters make no difference, a changed word makes a small one.  Pure; the same text gives the same signature on every machine,
// because signatures are kept.
#pragma once

#include <optional>
#include <string_view>

#include "src/model/likeness.h"

namespace heed {

// nullopt: fewer than three words, which say too little to be called alike.
std::optional<Likeness> LikenessOf(std::string_view text);

}  // namespace heed
