// The HTML scanner.  Follows the HTML Standard's tokeniser (13.2.5) in where tags, comments and raw text end,
// because that is where a browser stops showing text too.
#include "connectors/markup/html.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What an element does to the text around it.
enum class Kind { kInline, kBlock, kParagraph, kCell, kBreak, kDropped, kPreformatted, kImage };

struct Element {
  std::string_view name;
  Kind kind;
};

// Sorted by name.  Everything else is inline.
constexpr std::array kElements = std::to_array<Element>({
    {"address", Kind::kBlock},   {"article", Kind::kBlock},    {"aside", Kind::kBlock},      {"blockquote", Kind::kParagraph},
    {"body", Kind::kBlock},      {"br", Kind::kBreak},         {"button", Kind::kCell},      {"caption", Kind::kBlock},
    {"center", Kind::kBlock},    {"dd", Kind::kBlock},         {"details", Kind::kBlock},    {"dialog", Kind::kBlock},
    {"dir", Kind::kBlock},       {"div", Kind::kBlock},        {"dl", Kind::kParagraph},     {"dt", Kind::kBlock},
    {"fieldset", Kind::kBlock},  {"figcaption", Kind::kBlock}, {"figure", Kind::kParagraph}, {"footer", Kind::kBlock},
    {"form", Kind::kBlock},      {"h1", Kind::kParagraph},     {"h2", Kind::kParagraph},     {"h3", Kind::kParagraph},
    {"h4", Kind::kParagraph},    {"h5", Kind::kParagraph},     {"h6", Kind::kParagraph},     {"header", Kind::kBlock},
    {"hr", Kind::kBlock},        {"html", Kind::kBlock},       {"iframe", Kind::kDropped},   {"img", Kind::kImage},
    {"legend", Kind::kBlock},    {"li", Kind::kBlock},         {"listing", Kind::kPreformatted}, {"main", Kind::kBlock},
    {"menu", Kind::kBlock},      {"nav", Kind::kBlock},        {"noembed", Kind::kDropped},  {"noframes", Kind::kDropped},
    {"noscript", Kind::kDropped}, {"ol", Kind::kParagraph},    {"option", Kind::kBlock},     {"p", Kind::kParagraph},
    {"pre", Kind::kPreformatted}, {"script", Kind::kDropped},  {"section", Kind::kBlock},    {"select", Kind::kCell},
    {"style", Kind::kDropped},   {"summary", Kind::kBlock},    {"table", Kind::kBlock},      {"td", Kind::kCell},
    {"template", Kind::kDropped}, {"textarea", Kind::kPreformatted}, {"tfoot", Kind::kBlock}, {"th", Kind::kCell},
    {"thead", Kind::kBlock},     {"title", Kind::kDropped},    {"tr", Kind::kBlock},         {"ul", Kind::kParagraph},
});
static_assert(std::is_sorted(kElements.begin(), kElements.end(), [](const Element& a, const Element& b) { return a.name < b.name; }));

Kind KindOf(std::string_view lower_name) {
  const auto at = std::lower_bound(kElements.begin(), kElements.end(), lower_name,
                                   [](const Element& element, std::string_view name) { return element.name < name; });
  return at != kElements.end() && at->name == lower_name ? at->kind : Kind::kInline;
}

// HTML 5's names for characters that HTML 4 (and so libxml2) had none for: the ones that could hide a word.
struct Named {
  std::string_view name;
  char32_t character;
};
constexpr std::array kNamed = std::to_array<Named>({
    {"apos", '\''},   {"Tab", '\t'},    {"NewLine", '\n'}, {"excl", '!'},    {"num", '#'},     {"dollar", '$'},  {"percnt", '%'},
    {"lpar", '('},    {"rpar", ')'},    {"ast", '*'},      {"midast", '*'},  {"plus", '+'},    {"comma", ','},   {"period", '.'},
    {"sol", '/'},     {"colon", ':'},   {"semi", ';'},     {"equals", '='},  {"quest", '?'},   {"commat", '@'},  {"lsqb", '['},
    {"lbrack", '['},  {"bsol", '\\'},   {"rsqb", ']'},     {"rbrack", ']'},  {"Hat", '^'},     {"lowbar", '_'},  {"grave", '`'},
    {"lcub", '{'},    {"lbrace", '{'},  {"verbar", '|'},   {"vert", '|'},    {"rcub", '}'},    {"rbrace", '}'},  {"AMP", '&'},
    {"LT", '<'},      {"GT", '>'},      {"QUOT", '"'},     {"hyphen", 0x2010}, {"dash", 0x2010}, {"ZeroWidthSpace", 0x200B},
    {"NonBreakingSpace", 0xA0}, {"hairsp", 0x200A}, {"inodot", 0x131}, {"imath", 0x131},
});

// HTML Standard 13.2.5.80: numeric references to C1 controls mean windows-1252.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

// Decodes the reference at `at` (which is at '&') and moves past it; otherwise yields '&' and moves one byte.
char32_t NextReference(std::string_view text, std::size_t& at) {
  const std::size_t begin = at + 1;
  std::size_t i = begin;
  if (i < text.size() && text[i] == '#') {
    ++i;
    const bool hex = i < text.size() && (text[i] | 0x20) == 'x';
    if (hex) ++i;
    const std::size_t digits = i;
    std::uint32_t value = 0;
    for (; i < text.size(); ++i) {
      const char c = static_cast<char>(text[i] | 0x20);
      const bool is_digit = IsDigit(text[i]);
      if (!is_digit && !(hex && c >= 'a' && c <= 'f')) break;
      value = std::min<std::uint32_t>(value * (hex ? 16 : 10) + static_cast<std::uint32_t>(is_digit ? text[i] - '0' : c - 'a' + 10), 0x110000);
    }
    if (i == digits) return ++at, U'&';
    if (i < text.size() && text[i] == ';') ++i;
    at = i;
    if (value >= 0x80 && value < 0xA0) return kWindows1252[value - 0x80];
    if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return kReplacement;
    return value;
  }
  constexpr std::size_t kLongestName = 24;
  while (i < text.size() && i - begin < kLongestName && (IsLetter(text[i]) || IsDigit(text[i]))) ++i;
  const std::string name(text.substr(begin, i - begin));
  const bool ended = i < text.size() && text[i] == ';';
  char32_t character = 0;
  if (const auto* entity = htmlEntityLookup(reinterpret_cast<const xmlChar*>(name.c_str()))) {
    character = entity->value;
  } else if (const auto* named = std::find_if(kNamed.begin(), kNamed.end(), [&](const Named& one) { return one.name == name; }); named != kNamed.end()) {
    character = named->character;
  }
  // Without its semicolon only the old, Latin-1 names count: "&copy 2026", but "?a=1&sum=2" stays.
  if (character == 0 || (!ended && character > 0xFF)) return ++at, U'&';
  at = i + (ended ? 1 : 0);
  return character;
}

// Text as it grows: knows what white space is owed before the next word.
class Writer {
 public:
  explicit Writer(std::size_t expected) { out_.reserve(expected); }

  void Space() { space_ = true; }
  void Lines(int count) { lines_ = std::max(lines_, count); }  // blocks: at least this many line breaks
  void Break() { breaks_ = std::min(breaks_ + 1, 2); }         // <br>: one more; three in a row look like two

  void Character(char32_t character) {
    Settle();
    AppendUtf8(out_, character);
  }
  // Neither white space nor control characters nor '&'; UTF-8.
  void Plain(std::string_view text) {
    Settle();
    out_ += text;
  }
  void PreformattedSpace(char c) {
    if (c == '\n') {
      Break();
    } else if (breaks_ > 0 || lines_ > 0 || out_.empty()) {
      indent_ += ' ';
    } else {
      Settle();
      out_ += ' ';
    }
  }

  std::string Take() {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    return std::move(out_);
  }

 private:
  void Settle() {
    const int lines = std::max(lines_, breaks_);
    if (!out_.empty()) {
      if (lines > 0) {
        while (!out_.empty() && out_.back() == ' ') out_.pop_back();
        out_.append(static_cast<std::size_t>(lines), '\n');
        out_ += indent_;
      } else if (space_ && out_.back() != ' ' && out_.back() != '\n') {
        out_ += ' ';
      }
    }
    lines_ = breaks_ = 0;
    space_ = false;
    indent_.clear();
  }

  std::string out_, indent_;
  int lines_ = 0, breaks_ = 0;
  bool space_ = false;
};

class Scanner {
 public:
  explicit Scanner(std::string_view html) : html_(html), out_(html.size()) {}

  std::string Run() {
    while (at_ < html_.size()) {
      if (html_[at_] == '<' && Markup()) continue;
      const std::size_t begin = at_++;
      while (at_ < html_.size() && html_[at_] != '<') ++at_;
      Text(html_.substr(begin, at_ - begin), preformatted_ > 0);
    }
    return out_.Take();
  }

 private:
  // Characters of content or of an attribute.
  void Text(std::string_view text, bool preformatted) {
    for (std::size_t i = 0; i < text.size();) {
      const char c = text[i];
      if (IsSpace(c)) {
        Space(c, preformatted);
        ++i;
      } else if (c == '&') {
        const char32_t character = NextReference(text, i);
        if (character < 0x80 && IsSpace(static_cast<char>(character))) {
          Space(static_cast<char>(character), preformatted);
        } else if (!IsControl(character)) {
          out_.Character(character);
        }
      } else if (IsControl(static_cast<unsigned char>(c))) {
        ++i;
      } else {
        const std::size_t begin = i;
        while (i < text.size() && !IsSpace(text[i]) && text[i] != '&' && !IsControl(static_cast<unsigned char>(text[i]))) ++i;
        out_.Plain(text.substr(begin, i - begin));
      }
    }
  }

  // C0 and DEL; bytes past ASCII are parts of characters and pass, as C1 characters do.
  static bool IsControl(char32_t character) { return character < 0x20 || character == 0x7F; }

  void Space(char c, bool preformatted) {
    if (preformatted && c != '\r') {
      out_.PreformattedSpace(c);
    } else {
      out_.Space();
    }
  }

  // At '<': whether it began markup, which is then behind us.
  bool Markup() {
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : '\0';
    if (next == '!') return Declaration(), true;
    if (next == '?') return SkipTo(">", at_ + 2), true;
    if (next == '/') {
      if (at_ + 2 < html_.size() && IsLetter(html_[at_ + 2])) return Tag(at_ + 2, false), true;
      return SkipTo(">", at_ + 2), true;
    }
    if (IsLetter(next)) return Tag(at_ + 1, true), true;
    return false;
  }

  void SkipTo(std::string_view end, std::size_t from) {
    const std::size_t found = html_.find(end, from);
    at_ = found == std::string_view::npos ? html_.size() : found + end.size();
  }

  void Declaration() {
    if (html_.substr(at_, 4) != "<!--") return SkipTo(">", at_ + 2);
    // "<!-->" and "<!--->" are whole comments; "--!>" ends one too.
    for (std::size_t i = at_ + 4; i < html_.size(); ++i) {
      if (html_[i] != '>') continue;
      const std::string_view before = html_.substr(at_ + 2, i - at_ - 2);
      if (before.ends_with("--") || (before.size() >= 5 && before.ends_with("--!"))) return void(at_ = i + 1);
    }
    at_ = html_.size();
  }

  void Tag(std::size_t name_at, bool opening) {
    std::size_t i = name_at;
    while (i < html_.size() && !IsSpace(html_[i]) && html_[i] != '/' && html_[i] != '>') ++i;
    constexpr std::size_t kLongestName = 16;
    const std::string name = LowerAscii(html_.substr(name_at, std::min(i - name_at, kLongestName)));
    const Kind kind = KindOf(name);
    std::string_view alt;
    at_ = i;
    if (!Attributes(kind == Kind::kImage ? &alt : nullptr)) return void(at_ = html_.size());  // a tag that never ends
    switch (kind) {
      case Kind::kInline: break;
      case Kind::kBlock: out_.Lines(1); break;
      case Kind::kParagraph: out_.Lines(2); break;
      case Kind::kCell: out_.Space(); break;
      case Kind::kBreak: out_.Break(); break;  // "</br>" is a break as well
      case Kind::kDropped:
        if (opening) SkipRawText(name);
        break;
      case Kind::kPreformatted:
        out_.Lines(1);
        preformatted_ = opening ? preformatted_ + 1 : std::max(0, preformatted_ - 1);
        break;
      case Kind::kImage:
        if (!alt.empty()) {
          out_.Space();
          Text(alt, false);
          out_.Space();
        }
        break;
    }
  }

  // Behind the tag's '>'; false when there is none.
  bool Attributes(std::string_view* alt) {
    std::size_t& i = at_;
    while (i < html_.size()) {
      while (i < html_.size() && (IsSpace(html_[i]) || html_[i] == '/')) ++i;
      if (i >= html_.size()) return false;
      if (html_[i] == '>') return ++i, true;
      const std::size_t name_at = i++;  // an attribute may begin with '=', says the standard
      while (i < html_.size() && !IsSpace(html_[i]) && html_[i] != '/' && html_[i] != '>' && html_[i] != '=') ++i;
      const std::string_view name = html_.substr(name_at, i - name_at);
      while (i < html_.size() && IsSpace(html_[i])) ++i;
      if (i >= html_.size()) return false;
      if (html_[i] != '=') continue;
      ++i;
      while (i < html_.size() && IsSpace(html_[i])) ++i;
      if (i >= html_.size()) return false;
      std::string_view value;
      if (html_[i] == '"' || html_[i] == '\'') {
        const std::size_t end = html_.find(html_[i], i + 1);
        if (end == std::string_view::npos) return false;
        value = html_.substr(i + 1, end - i - 1);
        i = end + 1;
      } else {
        const std::size_t value_at = i;
        while (i < html_.size() && !IsSpace(html_[i]) && html_[i] != '>') ++i;
        value = html_.substr(value_at, i - value_at);
      }
      if (alt && EqualsIgnoreCase(name, "alt")) *alt = value;
    }
    return false;
  }

  // Behind "</name ...>", which is all that ends such an element.
  void SkipRawText(std::string_view name) {
    while (at_ < html_.size()) {
      const std::size_t found = html_.find("</", at_);
      if (found == std::string_view::npos) break;
      at_ = found + 2;
      if (!StartsWithIgnoreCase(html_.substr(at_), name)) continue;
      at_ += name.size();
      if (at_ < html_.size() && !IsSpace(html_[at_]) && html_[at_] != '/' && html_[at_] != '>') continue;
      return SkipTo(">", at_);
    }
    at_ = html_.size();
  }

  std::string_view html_;
  std::size_t at_ = 0;
  int preformatted_ = 0;
  Writer out_;
};

}  // namespace

std::string HtmlToText(std::string_view html) {
  if (IsUtf8(html)) return Scanner(html).Run();
  const std::string repaired = RepairUtf8(html);
  return Scanner(repaired).Run();
}

std::string DecodeEntities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '&') {
      AppendUtf8(out, NextReference(text, i));
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace heed
