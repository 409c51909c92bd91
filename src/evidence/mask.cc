#include "src/evidence/mask.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/base/text.h"

namespace heed {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
// Letters, digits and every byte of a character past ASCII.
bool IsWord(char c) { return IsDigit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || static_cast<unsigned char>(c) >= 0x80; }
bool IsHandle(char c) { return IsWord(c) || c == '_' || c == '.' || c == '-'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<std::string_view, 14> kTitles = {"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "prof", "professor", "madam", "headteacher", "coach", "teacher", "head"};
constexpr std::array<std::string_view, 30> kChildren = {"son", "sons", "daughter", "daughters", "kid", "kids", "child", "lad", "lass", "girl", "boy", "brother", "sister", "nephew", "niece", "pupil",
                                                        "student", "bully", "friend", "mate", "cousin", "grandson", "granddaughter", "mum", "dad", "mother", "father", "stepson", "stepdaughter", "twin"};

std::string_view WordAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && (IsWord(text[end]) || ((text[end] == '\'' || text[end] == '-') && end + 1 < text.size() && IsWord(text[end + 1])))) ++end;
  return text.substr(at, end - at);
}

bool IsName(std::string_view word) { return word.size() >= 2 && (IsUpper(word[0]) || static_cast<unsigned char>(word[0]) >= 0xC3); }

// Length of what is masked at `at`, 0 = nothing.  `at` begins a word or is '@'.
std::size_t EMail(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && (IsHandle(text[end]) || text[end] == '+')) ++end;
  if (end == at || end >= text.size() || text[end] != '@') return 0;
  const std::size_t host = ++end;
  while (end < text.size() && (IsHandle(text[end]))) ++end;
  while (end > host && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return text.substr(host, end - host).find('.') == std::string_view::npos ? 0 : end - at;
}

std::size_t HandleAt(std::string_view text, std::size_t at) {
  if (text[at] != '@') return 0;
  std::size_t end = at + 1;
  while (end < text.size() && (IsHandle(text[end]) || (text[end] == '@' && end > at + 1))) ++end;
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-' || text[end - 1] == '@')) --end;
  return end > at + 1 ? end - at : 0;
}

std::size_t Link(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  if (!StartsWithIgnoreCase(rest, "http://") && !StartsWithIgnoreCase(rest, "https://") && !StartsWithIgnoreCase(rest, "www.")) return 0;
  std::size_t end = at;
  while (end < text.size() && !IsSpace(text[end]) && text[end] != '<' && text[end] != '"') ++end;
  return end - at;
}

std::size_t Phone(std::string_view text, std::size_t at) {
  if (!IsDigit(text[at]) && text[at] != '+') return 0;
  std::size_t end = at, digits = 0, last = at;
  for (; end < text.size() && (IsDigit(text[end]) || text[end] == ' ' || text[end] == '-' || text[end] == '(' || text[end] == ')' || (text[end] == '+' && end == at)); ++end)
    if (IsDigit(text[end])) ++digits, last = end + 1;
  return digits >= 9 && digits <= 15 ? last - at : 0;
}

std::size_t Postcode(std::string_view text, std::size_t at) {
  const auto letter = [&](std::size_t i) { return i < text.size() && ((text[i] | 32) >= 'a' && (text[i] | 32) <= 'z'); };
  const auto digit = [&](std::size_t i) { return i < text.size() && IsDigit(text[i]); };
  std::size_t i = at;
  if (!letter(i++)) return 0;
  if (letter(i)) ++i;
  if (!digit(i++)) return 0;
  if (digit(i) || (letter(i) && !digit(i + 1))) ++i;
  if (i < text.size() && text[i] == ' ') ++i;
  if (!digit(i) || !letter(i + 1) || !letter(i + 2) || (i + 3 < text.size() && IsWord(text[i + 3]))) return 0;
  return i + 3 - at;
}

// The longest of `list` that stands here as whole words.
std::size_t Listed(std::string_view text, std::size_t at, const std::vector<std::string>& list) {
  std::size_t best = 0;
  for (const auto& name : list) {
    const std::size_t end = at + name.size();
    if (name.size() > best && StartsWithIgnoreCase(text.substr(at), name) && (end == text.size() || !IsWord(text[end]))) best = name.size();
  }
  return best;
}

// One or two names after `at` (behind white space and a full stop); 0 = none.
std::size_t NamesAfter(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (int names = 0; names < 2; ++names) {
    std::size_t i = end;
    if (names == 0 && i < text.size() && text[i] == '.') ++i;
    const std::size_t gap = i;
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    if (i == gap) break;
    const auto word = WordAt(text, i);
    if (!IsName(word)) break;
    end = i + word.size();
  }
  return end - at;
}

template <std::size_t N>
bool OneOf(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::ranges::any_of(list, [&](std::string_view one) { return EqualsIgnoreCase(one, word); });
}

}  // namespace

Masker::Masker(std::vector<std::string> names) {
  for (auto& name : names)
    if (const auto trimmed = Trim(name); !trimmed.empty()) names_.emplace_back(trimmed);
}

void Masker::SetAuthor(std::string_view handle, std::string_view display_name) {
  author_.clear();
  for (const auto name : {handle, display_name})
    if (Trim(name).size() >= 2) author_.emplace_back(Trim(name));
}

std::string Masker::Text(std::string_view text) {
  std::string out;
  const auto mask = [&](const char* kind) {
    ++counts_[kind];
    out += "[" + std::string(kind) + "]";
  };
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = at == 0 || !IsWord(text[at - 1]);
    if (!begins || (!IsWord(text[at]) && text[at] != '@' && text[at] != '+')) {
      // An author's name may begin with anything.
      if (const auto length = begins ? Listed(text, at, author_) : 0) {
        mask("author");
        at += length;
        continue;
      }
      out += text[at++];
      continue;
    }
    std::size_t length = 0;
    if ((length = Link(text, at))) mask("web address");
    else if ((length = EMail(text, at))) mask("e-mail address");
    else if ((length = HandleAt(text, at))) mask("handle");
    else if ((length = Listed(text, at, names_))) mask("name from the list");
    else if ((length = Listed(text, at, author_))) mask("author");
    else if ((length = Phone(text, at))) mask("telephone number");
    else if ((length = Postcode(text, at))) mask("postcode");
    if (length > 0) {
      at += length;
      continue;
    }
    const auto word = WordAt(text, at);
    if (word.empty()) {
      out += text[at++];
      continue;
    }
    const std::size_t behind = at + word.size();
    const bool title = OneOf(word, kTitles);
    if (title || OneOf(word, kChildren)) {
      if (const auto names = NamesAfter(text, behind)) {
        out += std::string(word) + " ";
        mask(title ? "name after a title" : "name of a child or relative");
        at = behind + names;
        continue;
      }
    }
    out += word;
    at = behind;
  }
  return out;
}

std::map<std::string, int> Masker::TakeCounts() { return std::exchange(counts_, {}); }

}  // namespace heed
