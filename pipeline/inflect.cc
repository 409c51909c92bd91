// Word forms by rule; the irregular ones are listed in the lexicons.
#include "pipeline/inflect.h"

#include <unicode/normalizer2.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

bool IsVowel(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }
bool Ends(std::string_view word, std::string_view tail) {
  return word.size() > tail.size() && word.substr(word.size() - tail.size()) == tail;
}

// Vowels in groups: a rough count of syllables.
int Syllables(std::string_view word) {
  int groups = 0;
  bool vowel = false;
  for (const char c : word) {
    const bool now = IsVowel(c) || c == 'y';
    groups += now && !vowel;
    vowel = now;
  }
  return groups;
}

// Whether the last consonant is doubled before -ing and -ed: stab, snog; and, in British spelling, -l: travel, bedevil.
bool Doubles(std::string_view word) {
  if (word.size() < 3) return false;
  const char last = word[word.size() - 1], middle = word[word.size() - 2], first = word[word.size() - 3];
  if (IsVowel(last) || last == 'w' || last == 'x' || last == 'y' || !IsVowel(middle)) return false;
  if (IsVowel(first) && !(first == 'u' && word.size() > 3 && word[word.size() - 4] == 'q')) return false;
  return Syllables(word) == 1 || last == 'l';
}

std::string Plural(std::string_view word) {
  std::string out(word);
  if (Ends(word, "y") && word.size() >= 2 && !IsVowel(word[word.size() - 2])) {
    out.pop_back();
    return out + "ies";
  }
  if (Ends(word, "s") || Ends(word, "x") || Ends(word, "z") || Ends(word, "ch") || Ends(word, "sh")) return out + "es";
  return out + "s";
}

// The words of a folded phrase (" a b " -> a, b).
std::vector<std::string> Words(std::string_view folded) {
  std::vector<std::string> words;
  for (const std::string_view word : Split(folded, ' '))
    if (!word.empty()) words.emplace_back(word);
  return words;
}

std::string Folded(const std::vector<std::string>& words) { return " " + Join(words, " ") + " "; }

std::uint64_t HashOf(std::string_view word) { return Hash64(word) | 1u << 31; }  // never 0

// A letter that Unicode does not take apart, as it is typed without its stroke or ligature; or "".
std::string_view PlainLetter(char32_t c) {
  switch (c) {
    case U'ł': return "l";
    case U'ø': return "o";
    case U'đ': case U'ð': return "d";
    case U'ħ': return "h";
    case U'ŧ': return "t";
    case U'ı': return "i";
    case U'ß': return "ss";
    case U'æ': return "ae";
    case U'œ': return "oe";
    default: return {};
  }
}

bool AllLetters(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

Dictionary::Dictionary(std::string_view words) {
  const auto lines = static_cast<std::size_t>(std::count(words.begin(), words.end(), '\n')) + 1;
  if (Trim(words).empty()) return;
  std::size_t size = 16;
  while (size < 2 * lines) size *= 2;
  slots_.resize(size);
  std::string word;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find('\n', at), words.size());
    word.clear();
    for (const char c : Trim(words.substr(at, end - at))) word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    at = end + 1;
    if (word.empty()) continue;
    const std::uint64_t hash = HashOf(word);
    std::size_t slot = hash & (size - 1);
    while (slots_[slot] && slots_[slot] != hash) slot = (slot + 1) & (size - 1);
    slots_[slot] = hash;
  }
}

bool Dictionary::Has(std::string_view word) const {
  if (slots_.empty()) return false;
  const std::uint64_t hash = HashOf(word);
  for (std::size_t slot = hash & (slots_.size() - 1); slots_[slot]; slot = (slot + 1) & (slots_.size() - 1))
    if (slots_[slot] == hash) return true;
  return false;
}

std::vector<std::string> VerbForms(std::string_view word) {
  std::vector<std::string> forms = {Plural(word)};
  std::string stem(word), past;
  if (Ends(word, "ie")) {  // die, lie
    stem = std::string(word.substr(0, word.size() - 2)) + "y";
    past = std::string(word) + "d";
  } else if (Ends(word, "e") && !Ends(word, "ee") && !Ends(word, "oe") && !Ends(word, "ye")) {
    stem.pop_back();
    past = stem + "ed";
  } else if (Ends(word, "e")) {
    past = stem + "d";
  } else if (Ends(word, "y") && word.size() >= 2 && !IsVowel(word[word.size() - 2])) {
    past = stem.substr(0, stem.size() - 1) + "ied";
  } else if (Doubles(word)) {
    stem += word.back();
    past = stem + "ed";
  } else {
    past = stem + "ed";
  }
  forms.push_back(stem + "ing");
  forms.push_back(stem + "in");
  forms.push_back(past);
  return forms;
}

std::vector<std::string> NounForms(std::string_view word) { return {Plural(word)}; }

std::vector<std::string> ExpandPhrase(std::string_view phrase, Expand expand) {
  std::vector<std::string> words;
  std::size_t bend = std::string::npos;
  for (const std::string_view word : Split(phrase, ' ')) {
    if (word.empty()) continue;
    words.emplace_back(word);
    if (word.size() > 1 && word.back() == '+') {
      words.back().pop_back();
      bend = words.size() - 1;
    }
  }
  if (words.empty()) return {};
  std::vector<std::string> out = {Join(words, " ")};
  if (expand == Expand::kNone) return out;
  if (bend == std::string::npos) bend = expand == Expand::kVerb ? 0 : words.size() - 1;
  const std::string word = LowerAscii(words[bend]);
  if (word.size() < 2 || word.back() < 'a' || word.back() > 'z') return out;
  for (std::string& form : expand == Expand::kVerb ? VerbForms(word) : NounForms(word)) {
    words[bend] = std::move(form);
    out.push_back(Join(words, " "));
  }
  return out;
}

std::string WithoutApostrophes(std::string_view folded) {
  if (folded.find('\'') == std::string_view::npos) return {};
  std::string out;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (folded[i] == ' ' && i + 1 < folded.size() && folded[i + 1] == '\'' && i > 0) continue;  // " you 're " -> " youre "
    if (folded[i] != '\'') out += folded[i];
  }
  return out;
}

std::string WithoutAccents(std::string_view folded) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* split = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status)) return {};
  std::string out;
  bool latin = false;  // the letter that a combining mark would stand on
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t c = NextChar(folded, at);
    icu::UnicodeString parts;
    if (!split->getDecomposition(static_cast<UChar32>(c), parts)) parts = static_cast<UChar32>(c);
    const UChar32 base = parts.char32At(0);
    if (u_charType(base) == U_NON_SPACING_MARK) {
      if (!latin) AppendUtf8(out, c);
      continue;
    }
    latin = u_hasBinaryProperty(base, UCHAR_ALPHABETIC) && uscript_getScript(base, &status) == USCRIPT_LATIN;
    if (!latin) AppendUtf8(out, c);
    else if (const std::string_view plain = PlainLetter(static_cast<char32_t>(base)); !plain.empty()) out += plain;
    else AppendUtf8(out, static_cast<char32_t>(base));
  }
  return out == folded ? std::string() : out;
}

std::vector<std::string> Misspellings(std::string_view folded, const Dictionary& dictionary) {
  std::vector<std::string> out;
  if (dictionary.empty()) return out;
  std::vector<std::string> words = Words(folded);
  for (std::size_t w = 0; w < words.size(); ++w) {
    const std::string word = words[w];
    if (word.size() < 5 || !AllLetters(word)) continue;
    std::vector<std::string> forms;
    for (std::size_t i = 0; i < word.size(); ++i) {
      // The first letter is what a reader holds on to: slips there make other words ("witch", "hitch").
      if (i > 0) forms.push_back(word.substr(0, i) + word.substr(i + 1));
      forms.push_back(word.substr(0, i + 1) + word.substr(i));
      if (i > 0 && i + 1 < word.size() && word[i] != word[i + 1]) {
        std::string swapped = word;
        std::swap(swapped[i], swapped[i + 1]);
        forms.push_back(std::move(swapped));
      }
      if (i > 0 && IsVowel(word[i])) {
        for (const char vowel : {'a', 'e', 'i', 'o', 'u'}) {
          if (vowel == word[i]) continue;
          std::string other = word;
          other[i] = vowel;
          forms.push_back(std::move(other));
        }
      }
    }
    for (std::string& form : forms) {
      if (form == word || dictionary.Has(form)) continue;
      words[w] = std::move(form);
      out.push_back(Folded(words));
    }
    if (word.size() >= 6) {
      for (std::size_t cut = 2; cut + 2 <= word.size(); ++cut) {
        if (dictionary.Has(word.substr(0, cut)) && dictionary.Has(word.substr(cut))) continue;
        words[w] = word.substr(0, cut) + " " + word.substr(cut);
        out.push_back(Folded(words));
      }
    }
    words[w] = word;
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string WrittenAsOne(std::string_view folded, const Dictionary& dictionary) {
  if (dictionary.empty()) return {};
  const std::vector<std::string> words = Words(folded);
  if (words.size() < 2) return {};
  std::string joined;
  for (const std::string& word : words) {
    if (!AllLetters(word)) return {};
    joined += word;
  }
  if (joined.size() < 8 || dictionary.Has(joined)) return {};
  return " " + joined + " ";
}

}  // namespace heed
