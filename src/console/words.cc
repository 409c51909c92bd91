#include "src/console/words.h"

#include <algorithm>
#include <cstdio>

#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr int kMostMarks = 4;

bool IsMark(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x483 && c <= 0x489) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
         (c >= 0xFE20 && c <= 0xFE2F);
}

bool Hides(char32_t c) {
  return (c >= 0x80 && c < 0xA0) || c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F && c != 0x200D) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

bool IsLetter(char32_t c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '\'' || c == '*' || c == '@' || c == '$';
}

bool InHit(const std::vector<Hit>& hits, std::size_t at) {
  return std::ranges::any_of(hits, [&](const Hit& hit) { return at >= hit.begin && at < hit.end; });
}

}  // namespace

std::string Visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  int marks = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = NextChar(text, at);
    marks = IsMark(c) ? marks + 1 : 0;
    if (marks > kMostMarks) continue;
    if (c == '\r') {
      if (at >= text.size() || text[at] != '\n') out += '\n';
    } else if (c == '\n' || c == '\t') {
      out += static_cast<char>(c);
    } else if (c < 0x20) {
      AppendUtf8(out, 0x2400 + c);
    } else if (c == 0x7F) {
      AppendUtf8(out, 0x2421);
    } else if (Hides(c)) {
      char name[24];
      std::snprintf(name, sizeof name, "‹U+%04X›", static_cast<unsigned>(c));
      out += name;
    } else if (c == kReplacement || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE) {
      AppendUtf8(out, kReplacement);
    } else {
      out.append(text, from, at - from);
    }
  }
  return out;
}

std::string Cover(std::string_view text) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = NextChar(text, at);
    const bool letter = IsLetter(c);
    if (letter && inside) out += "•";
    else out.append(text, from, at - from);
    inside = letter;
  }
  return out;
}

Marked Mark(std::string_view text, const std::vector<Hit>& hits, Words how, std::size_t most, bool peek) {
  Marked marked;
  std::size_t shown = 0, at = 0;
  for (; at < text.size() && shown < most; ++shown) NextChar(text, at);
  const std::size_t end = at;
  for (; at < text.size(); ++marked.left_out) NextChar(text, at);

  struct Stretch {
    std::size_t begin, end;
    std::vector<std::size_t> numbers;
  };
  std::vector<Stretch> stretches;
  for (std::size_t n = 0; n < hits.size(); ++n)
    if (hits[n].begin < hits[n].end && hits[n].begin < end) stretches.push_back({hits[n].begin, std::min<std::size_t>(hits[n].end, end), {n + 1}});
  std::ranges::sort(stretches, {}, &Stretch::begin);
  std::vector<Stretch> merged;
  for (auto& stretch : stretches) {
    if (merged.empty() || stretch.begin >= merged.back().end) {
      merged.push_back(std::move(stretch));
    } else {
      merged.back().end = std::max(merged.back().end, stretch.end);
      merged.back().numbers.push_back(stretch.numbers.front());
    }
  }
  const auto plain = [&](std::size_t from, std::size_t to) {
    if (from < to) marked.segments.push_back(Slots().Set("text", Visible(text.substr(from, to - from))).Set("hit", false));
  };
  std::size_t from = 0;
  for (auto& stretch : merged) {
    plain(from, stretch.begin);
    const std::string words = Visible(text.substr(stretch.begin, stretch.end - stretch.begin));
    std::ranges::sort(stretch.numbers);
    // "2, 4–6"
    std::string numbers;
    for (std::size_t i = 0; i < stretch.numbers.size();) {
      std::size_t last = i;
      while (last + 1 < stretch.numbers.size() && stretch.numbers[last + 1] == stretch.numbers[last] + 1) ++last;
      numbers += (numbers.empty() ? "" : ", ") + std::to_string(stretch.numbers[i]);
      if (last > i) numbers += (last == i + 1 ? ", " : "–") + std::to_string(stretch.numbers[last]);
      i = last + 1;
    }
    marked.segments.push_back(Slots().Set("text", how == Words::kCovered ? Cover(words) : words).Set("hit", true).Set("number", numbers));
    if (peek && how == Words::kCovered) marked.segments.back().Set("bare", words);
    from = stretch.end;
  }
  plain(from, end);
  return marked;
}

std::string OneLine(std::string_view text, const std::vector<Hit>& hits, Words how, std::size_t most) {
  std::string line;
  std::size_t shown = 0;
  bool inside = false, space = false;
  for (std::size_t at = 0; at < text.size();) {
    if (shown >= most) return Visible(line) + "…";
    const std::size_t from = at;
    const char32_t c = NextChar(text, at);
    if (c == '\n' || c == '\r' || c == '\t' || c == ' ') {
      inside = false;
      if (!space) line += ' ', ++shown;
      space = true;
      continue;
    }
    space = false;
    const bool letter = IsLetter(c);
    if (how == Words::kCovered && letter && inside && InHit(hits, from)) line += "•";
    else line.append(text, from, at - from);
    inside = letter;
    ++shown;
  }
  return Visible(line);
}

}  // namespace heed
