// Squeezing: cut the text into tokens, guess what each odd one hides, believe it only when the lexicon knows the word.
#include "pipeline/squeeze.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "src/base/check.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr std::size_t kLongestToken = 48;    // units; longer ones hide nothing a reader would see
constexpr std::size_t kMostGuesses = 64;     // per token
constexpr std::size_t kLongestSpacedWord = 20;

// One character of a token and the letters it may stand for.
struct Unit {
  std::uint32_t begin = 0, end = 0;
  std::array<char, 3> letters{};  // '\0' after the last; '*' = any letter
  bool disguised = false;         // not itself a letter a-z
};

struct Token {
  std::uint32_t begin = 0, end = 0;
  std::uint32_t first = 0, count = 0;  // units
  bool odd = false;                    // something in it is disguised, hidden or repeated
  char gap = 0;                        // what stands before it: ' ' a space, '.' one joining mark, 0 anything else
};

// What digits and symbols are written for.
std::array<char, 3> Leet(char32_t c) {
  switch (c) {
    case '0': return {'o'};
    case '1': return {'i', 'l'};
    case '2': return {'z'};
    case '3': return {'e'};
    case '4': return {'a'};
    case '5': return {'s'};
    case '6': return {'g', 'b'};
    case '7': return {'t'};
    case '8': return {'b'};
    case '9': return {'g'};
    case '@': return {'a'};
    case '$': return {'s'};
    case '!': return {'i', 'l'};
    case '|': return {'l', 'i'};
    case '+': return {'t'};
    case '(': return {'c'};
    case 0x20AC: return {'e'};
    case 0x00A3: return {'l'};
    case '*': case '#': case '%': case '^': case '_': return {'*'};
    default: return {};
  }
}

const USpoofChecker* Spoof() {
  static const USpoofChecker* checker = [] {
    UErrorCode status = U_ZERO_ERROR;
    const USpoofChecker* made = uspoof_open(&status);
    HEED_CHECK(U_SUCCESS(status));
    return made;
  }();
  return checker;
}

// Symbols that ICU does not read as letters: squared, negative circled and regional-indicator capitals.
char BoxedLetter(char32_t c) {
  for (const char32_t from : {0x1F130u, 0x1F150u, 0x1F170u, 0x1F1E6u})
    if (c >= from && c < from + 26) return static_cast<char>('a' + (c - from));
  return 0;
}

// Small capitals and phonetic letters that Unicode's table leaves alone.
char SmallCapital(char32_t c) {
  static constexpr std::pair<char32_t, char> kTable[] = {
      {0x1D00, 'a'}, {0x0299, 'b'}, {0x1D04, 'c'}, {0x1D05, 'd'}, {0x1D07, 'e'}, {0xA730, 'f'}, {0x0262, 'g'}, {0x029C, 'h'}, {0x026A, 'i'},
      {0x1D0A, 'j'}, {0x1D0B, 'k'}, {0x029F, 'l'}, {0x1D0D, 'm'}, {0x0274, 'n'}, {0x1D0F, 'o'}, {0x1D18, 'p'}, {0x0280, 'r'}, {0xA731, 's'},
      {0x1D1B, 't'}, {0x1D1C, 'u'}, {0x1D20, 'v'}, {0x1D21, 'w'}, {0x028F, 'y'}, {0x1D22, 'z'}, {0x0259, 'e'}, {0x0250, 'a'}};
  for (const auto& [from, to] : kTable)
    if (c == from) return to;
  return 0;
}

// The letters a-z that a character past ASCII looks like, if any.
std::array<char, 3> LooksLike(char32_t c) {
  if (const char letter = BoxedLetter(c)) return {letter};
  if (const char letter = SmallCapital(c)) return {letter};
  std::string text;
  AppendUtf8(text, c);
  // Compatibility forms and accents first: "ｋ", "𝓴", "ü".
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* split = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status)) return {};
  const icu::UnicodeString parts = split->normalize(fold->normalize(icu::UnicodeString(static_cast<UChar32>(c)), status), status);
  if (U_FAILURE(status) || parts.isEmpty()) return {};
  UChar32 base = parts.char32At(0);
  for (std::int32_t i = U16_LENGTH(base); i < parts.length();) {
    const UChar32 mark = parts.char32At(i);
    if (u_charType(mark) != U_NON_SPACING_MARK) return {};  // more than one letter
    i += U16_LENGTH(mark);
  }
  if (base >= 'a' && base <= 'z') return {static_cast<char>(base)};
  std::array<char, 3> letters{};
  std::size_t count = 0;
  // Capitals imitate other letters than small ones do ("Н" is an h, "н" is none), so the character as written counts too.
  for (const UChar32 candidate : {base, static_cast<UChar32>(c)}) {
    text.clear();
    AppendUtf8(text, static_cast<char32_t>(candidate));
    std::array<char, 32> skeleton{};
    status = U_ZERO_ERROR;
    const auto size = uspoof_getSkeletonUTF8(Spoof(), 0, text.data(), static_cast<std::int32_t>(text.size()), skeleton.data(),
                                             static_cast<std::int32_t>(skeleton.size()), &status);
    if (U_FAILURE(status) || size != 1) continue;
    const char letter = static_cast<char>(skeleton[0] | 0x20);
    if (letter >= 'a' && letter <= 'z' && letters[0] != letter) letters[count++] = letter;
  }
  return letters;
}

bool IsAsciiAlnum(char32_t c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }
bool IsAsciiSpace(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Change {
  std::uint32_t begin, end;
  std::string word;
};

// What squeezing one text needs.  Kept by each thread from one text to the next.
struct Buffers {
  std::vector<Unit> units;
  std::vector<Token> tokens;
  std::vector<Change> changes;
};
constexpr std::size_t kKeptUnits = 1u << 16;  // what one huge text needed is given back

class Squeezer {
 public:
  Squeezer(std::string_view text, const FoldedView& plain, const Vocabulary& vocabulary, Buffers& buffers)
      : text_(text), plain_(plain), vocabulary_(vocabulary), units_(buffers.units), tokens_(buffers.tokens), changes_(buffers.changes) {
    if (units_.capacity() > kKeptUnits || tokens_.capacity() > kKeptUnits) buffers = {};
    units_.clear();
    tokens_.clear();
    changes_.clear();
  }

  bool Run(Folded& out) {
    Cut();
    for (std::size_t i = 0; i < tokens_.size();) {
      if (const std::size_t used = SpacedOut(i)) {
        i += used;
        continue;
      }
      const Token& token = tokens_[i++];
      if (!token.odd) continue;
      if (std::string word = Guess(token); !word.empty()) changes_.push_back({token.begin, token.end, std::move(word)});
    }
    if (changes_.empty()) return false;
    Rewrite(out);
    return true;
  }

 private:
  // Whether the symbol at `at` (of `size` bytes) has a letter, digit or symbol on that side: "!" in "sh!t", not in "hi!".
  bool AlnumAt(std::size_t at) const {
    if (at >= text_.size()) return false;
    const auto c = static_cast<unsigned char>(text_[at]);
    return IsAsciiAlnum(c) || c >= 0x80;
  }

  // Where the word at `at` ends: two ASCII letters or more, none three times in a row, a space or the end behind them.  Else `at`.
  std::size_t PlainWord(std::size_t at) const {
    std::size_t end = at;
    unsigned char before = 0, earlier = 0;
    for (; end < text_.size(); ++end) {
      const auto c = static_cast<unsigned char>(text_[end] | 0x20);
      if (c < 'a' || c > 'z') break;
      if (c == before && c == earlier) return at;
      earlier = before;
      before = c;
    }
    if (end < at + 2 || (end < text_.size() && text_[end] != ' ')) return at;
    return end;
  }

  // Cuts the text into tokens of units.
  void Cut() {
    Token token;
    bool open = false;
    char gap = 0;
    std::size_t joints = 0;  // marks since the last token
    const auto close = [&] {
      if (!open) return;
      open = false;
      token.count = static_cast<std::uint32_t>(units_.size()) - token.first;
      Trim(token);
      if (token.count == 0) return;
      for (std::uint32_t i = token.first; i < token.first + token.count; ++i) {
        token.odd = token.odd || units_[i].disguised;
        if (i >= token.first + 2 && units_[i].letters == units_[i - 1].letters && units_[i].letters == units_[i - 2].letters) token.odd = true;
      }
      tokens_.push_back(token);
      gap = 0;
      joints = 0;
    };
    for (std::size_t at = 0; at < text_.size();) {
      if (!open) {
        // Most words hide nothing, and are here only to stand between those that might.
        if (const std::size_t end = PlainWord(at); end > at) {
          token = Token{};
          token.begin = static_cast<std::uint32_t>(at);
          token.end = static_cast<std::uint32_t>(end);
          token.count = 2;  // or more: nobody asks
          tokens_.push_back(token);
          gap = 0;
          joints = 0;
          at = end;
          continue;
        }
      }
      const std::size_t begin = at;
      const char32_t c = NextChar(text_, at);
      Unit unit;
      unit.begin = static_cast<std::uint32_t>(begin);
      unit.end = static_cast<std::uint32_t>(at);
      bool hidden = false;
      if (c < 0x80) {
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
          unit.letters = {static_cast<char>(c | 0x20)};
        } else if (c >= '0' && c <= '9') {
          unit.letters = Leet(c);
          unit.disguised = true;
        } else if (c == '@' || c == '!' || c == '|' || c == '+' || c == '(' || c == '#' || c == '%' || c == '^' || c == '_') {
          // Inside a word only; "@name", "#tag", "(aside" and "wow!" are what they look like.
          const bool inside = open && (AlnumAt(at) || (at < text_.size() && std::strchr("@!|+#%^*$", text_[at])));
          if (inside && !(c == '_' && units_.size() - token.first == 1)) unit.letters = Leet(c), unit.disguised = true;
        } else if (c == '$') {
          if (open || AlnumAt(at)) unit.letters = Leet(c), unit.disguised = true;
        } else if (c == '*') {
          if (open) unit.letters = Leet(c), unit.disguised = true;
        }
      } else if (c != kReplacement) {
        const auto ch = static_cast<UChar32>(c);
        const auto type = u_charType(ch);
        if (u_hasBinaryProperty(ch, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || c == 0x200B || c == 0xFEFF || c == 0x180E ||
            (type == U_NON_SPACING_MARK && open) || (type == U_ENCLOSING_MARK && open)) {
          hidden = true;
        } else if (c == 0x20AC || c == 0x00A3) {
          if (open && AlnumAt(at)) unit.letters = Leet(c), unit.disguised = true;
        } else if (const auto letters = LooksLike(c); letters[0]) {
          unit.letters = letters;
          unit.disguised = true;
        } else if (u_isalpha(ch)) {
          unit.letters = {'?'};  // a letter of no guess: no word will have it
        }
      }
      if (hidden) {
        if (open) token.odd = true, token.end = static_cast<std::uint32_t>(at);
        continue;
      }
      if (unit.letters[0]) {
        if (!open) {
          open = true;
          token = Token{};
          token.begin = unit.begin;
          token.first = static_cast<std::uint32_t>(units_.size());
          token.gap = joints <= 1 ? gap : '\0';
        }
        token.end = unit.end;
        units_.push_back(unit);
        continue;
      }
      close();
      const bool joint = c == '.' || c == '-' || c == '_' || c == '*' || c == '/' || c == '~' || c == ',' || c == 0x00B7 || c == 0x2022;
      if (IsAsciiSpace(c) || c == 0xA0) {
        if (gap == 0) gap = c == '\n' ? 0 : ' ';
      } else if (joint) {
        gap = '.';
        ++joints;
      } else {
        gap = 0;
        joints = 2;
      }
    }
    close();
  }

  // "***hello" and "idiot$$" lose symbols at the ends that hide nothing: masks, never letters.
  void Trim(Token& token) {
    const auto mask = [&](std::uint32_t i) { return units_[i].letters[0] == '*'; };
    std::uint32_t letters = 0;
    for (std::uint32_t i = token.first; i < token.first + token.count; ++i) letters += !units_[i].disguised;
    if (letters == token.count) return;
    // "*word*": one mark of emphasis at the end.
    if (token.count >= 2 && letters == token.count - 1 && mask(token.first + token.count - 1)) {
      --token.count;
      token.end = units_[token.first + token.count - 1].end;
    }
  }

  // A run of single letters from token `i` on, in which three or more make a word.  Returns how many tokens were used.
  std::size_t SpacedOut(std::size_t i) {
    if (tokens_[i].count != 1) return 0;
    std::string letters;
    std::size_t end = i;
    do letters += units_[tokens_[end++].first].letters[0];
    while (end < tokens_.size() && tokens_[end].count == 1 && tokens_[end].gap);
    for (std::size_t from = 0; from + 3 <= letters.size();) {
      std::size_t used = 0;
      for (std::size_t size = std::min(kLongestSpacedWord, letters.size() - from); size >= 3 && !used; --size) {
        const std::string_view word = std::string_view(letters).substr(from, size);
        if (!vocabulary_.Has(word) || !AnyPlain(i + from, size)) continue;
        changes_.push_back({tokens_[i + from].begin, tokens_[i + from + size - 1].end, std::string(word)});
        used = size;
      }
      from += used ? used : 1;
    }
    return end - i;
  }

  // Whether one of the single letters is written as itself: "4 5 5" is a number.
  bool AnyPlain(std::size_t token, std::size_t count) const {
    for (std::size_t t = token; t < token + count; ++t)
      if (!units_[tokens_[t].first].disguised) return true;
    return false;
  }

  std::string Guess(const Token& token) const {
    if (token.count < 3 || token.count > kLongestToken) return {};
    const std::span<const Unit> letters(units_.data() + token.first, token.count);
    // Digits must not outnumber letters: "a55" is a road.
    std::size_t digits = 0, sure = 0;
    for (const Unit& unit : letters) {
      if (text_[unit.begin] >= '0' && text_[unit.begin] <= '9') ++digits;
      else if (unit.letters[0] != '*') ++sure;
    }
    if (digits > sure) return {};
    return Lookup(letters);
  }

  // The first word of the lexicon among the readings of these letters, or "".
  std::string Lookup(std::span<const Unit> units) const {
    if (units.size() > kLongestToken) return {};
    struct Reading {
      std::size_t size;
      std::array<char, kLongestToken> letters;  // no reading is longer than what is read
      void Add(char letter, std::size_t times) {
        std::fill_n(letters.begin() + static_cast<std::ptrdiff_t>(size), times, letter);
        size += times;
      }
    };
    std::array<std::array<Reading, kMostGuesses>, 2> memory;
    auto *guesses = &memory[0], *longer = &memory[1];
    (*guesses)[0].size = 0;
    std::size_t count = 1;
    bool masked = false;
    for (std::size_t at = 0; at < units.size();) {
      const auto& letters = units[at].letters;
      masked = masked || letters[0] == '*';
      // Runs of one letter are read as written, then once, then twice.
      std::size_t length = 1;
      while (letters[0] != '*' && at + length < units.size() && units[at + length].letters == letters) ++length;
      at += length;
      std::size_t more = 0;
      const auto add = [&](const Reading& before, char letter, std::size_t times) {
        if (more == kMostGuesses) return;
        (*longer)[more] = before;
        (*longer)[more++].Add(letter, times);
      };
      for (std::size_t g = 0; g < count; ++g) {
        for (const char letter : letters) {
          if (!letter) break;
          if (length < 3) add((*guesses)[g], letter, length);
          else add((*guesses)[g], letter, 1), add((*guesses)[g], letter, 2);
        }
      }
      count = more;
      std::swap(guesses, longer);
    }
    for (std::size_t g = 0; g < count; ++g) {
      const std::string_view guess((*guesses)[g].letters.data(), (*guesses)[g].size);
      if (masked) {
        if (const std::string_view word = vocabulary_.Unmask(guess); !word.empty()) return std::string(word);
      } else if (vocabulary_.Has(guess)) {
        return std::string(guess);
      }
    }
    return {};
  }

  // The plain fold with the changed stretches replaced.
  void Rewrite(Folded& out) const {
    out.text.assign(" ");
    out.words.clear();
    out.odd = false;
    const auto add = [&out](std::string_view bytes, Word word) {
      word.at = static_cast<std::uint32_t>(out.text.size());
      word.size = static_cast<std::uint32_t>(bytes.size());
      out.text.append(bytes).push_back(' ');
      out.words.push_back(word);
    };
    std::size_t next = 0;
    const auto change = [&](const Change& c) {
      Word word;
      word.begin = c.begin;
      word.end = c.end;
      word.replaced = true;
      add(c.word, word);
    };
    for (const Word& word : plain_.words) {
      while (next < changes_.size() && changes_[next].end <= word.begin) change(changes_[next++]);
      // A plain word that shares a byte with a change is what the change replaces.
      if (next < changes_.size() && changes_[next].begin < word.end) continue;
      add(plain_.of(word), word);
    }
    while (next < changes_.size()) change(changes_[next++]);
  }

  std::string_view text_;
  const FoldedView& plain_;
  const Vocabulary& vocabulary_;
  std::vector<Unit>& units_;
  std::vector<Token>& tokens_;
  std::vector<Change>& changes_;
};

}  // namespace

void Vocabulary::Add(std::string_view word, Mask mask) {
  if (word.size() < 3 || !std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) return;
  words_.At(word);
  if (mask == Mask::kNever || word.size() < 4) return;
  auto& bucket = (mask == Mask::kUsual ? usual_ : alone_)[{word.front(), word.size()}];
  if (std::find(bucket.begin(), bucket.end(), word) == bucket.end()) bucket.emplace_back(word);
}

std::string_view Vocabulary::Unmask(std::string_view pattern) const {
  if (pattern.size() < 4 || pattern.front() == '*') return {};
  const auto known = static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), [](char c) { return c != '*'; }));
  if (known == pattern.size()) return {};
  const auto fits = [&](const std::string& word) {
    for (std::size_t i = 0; i < pattern.size(); ++i)
      if (pattern[i] != '*' && pattern[i] != word[i]) return false;
    return true;
  };
  const std::pair shape(pattern.front(), pattern.size());
  if (const auto bucket = usual_.find(shape); bucket != usual_.end())
    if (const auto word = std::find_if(bucket->second.begin(), bucket->second.end(), fits); word != bucket->second.end()) return *word;
  const auto bucket = alone_.find(shape);
  if (bucket == alone_.end() || known < 2) return {};
  const auto word = std::find_if(bucket->second.begin(), bucket->second.end(), fits);
  if (word == bucket->second.end() || std::find_if(word + 1, bucket->second.end(), fits) != bucket->second.end()) return {};
  return *word;
}

bool Squeeze(std::string_view text, const FoldedView& plain, const Vocabulary& vocabulary, Folded& out) {
  if (vocabulary.empty()) return false;
  thread_local Buffers buffers;
  return Squeezer(text, plain, vocabulary, buffers).Run(out);
}

}  // namespace heed
