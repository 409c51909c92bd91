// UTF-8 by hand where ICU would be too much: validate, step, repair.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heed {

inline constexpr char32_t kReplacement = 0xFFFD;

// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool IsUtf8(std::string_view text);

// Decodes the character at `at` and moves `at` past it.  Bytes that are not UTF-8 yield kReplacement and
// move one byte, so that every byte belongs to exactly one step.  `at` must be inside the text.
char32_t NextChar(std::string_view text, std::size_t& at);

// Appends one character.  Surrogates and values past U+10FFFF are written as kReplacement.
void AppendUtf8(std::string& out, char32_t character);

// The text with every bad byte replaced by U+FFFD; returns the input's copy when there is none.
std::string RepairUtf8(std::string_view text);

// The longest prefix of at most `bytes` bytes that ends on a character boundary.
std::string_view ClipUtf8(std::string_view text, std::size_t bytes);

}  // namespace heed
