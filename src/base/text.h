// Small things done to strings everywhere: split, trim, compare, "did you mean".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed {

std::string_view Trim(std::string_view text);  // ASCII white space
std::vector<std::string_view> Split(std::string_view text, char by);
std::string Join(const std::vector<std::string>& parts, std::string_view between);
std::string LowerAscii(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);  // ASCII
bool StartsWithIgnoreCase(std::string_view text, std::string_view prefix);

// The candidate a person most likely meant, or empty when none is near (Damerau-Levenshtein, at most a
// third of the word).  "sevrity" -> "severity".
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates);
// " (did you mean "severity"?)" or "".
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates);

// Bytes 0..31 and 127 and C1 controls, and the bidirectional overrides, made visible: strangers' text goes
// to terminals.  Newlines become spaces.
std::string ForTerminal(std::string_view text);

}  // namespace heed
