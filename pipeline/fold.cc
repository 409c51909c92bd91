// Folding: one loop with a fast way for ASCII, and ICU for the rest.
#include "pipeline/fold.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "src/base/check.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

// What an ASCII byte is.  Letters and digits come first: "is it part of a word" is one comparison.
enum Class : std::uint8_t {
  kLower, kUpper, kDigit, kBreak, kApostrophe, kDot, kClause, kStop, kNewline, kAt, kHash, kAmpersand, kHyphen,
  kDisguise,  // symbols that stand for letters: "f*ck", "$tupid"
  kForeign,
};

constexpr std::array<std::uint8_t, 256> MakeClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    std::uint8_t k = kBreak;
    if (c >= 'a' && c <= 'z') k = kLower;
    else if (c >= 'A' && c <= 'Z') k = kUpper;
    else if (c >= '0' && c <= '9') k = kDigit;
    else if (c >= 0x80) k = kForeign;
    classes[static_cast<std::size_t>(c)] = k;
  }
  classes['\''] = classes['`'] = kApostrophe;
  classes['.'] = kDot;
  classes[','] = classes[';'] = classes[':'] = kClause;
  classes['!'] = classes['?'] = kStop;
  classes['\n'] = kNewline;
  classes['@'] = kAt;
  classes['#'] = kHash;
  classes['&'] = kAmpersand;
  classes['-'] = kHyphen;
  for (char c : {'*', '$', '|', '+', '%', '^', '(', ')'}) classes[static_cast<unsigned char>(c)] = kDisguise;
  classes['('] = classes[')'] = kBreak;
  return classes;
}
constexpr auto kClasses = MakeClasses();

constexpr std::array<char, 256> MakeLower() {
  std::array<char, 256> lower{};
  for (int c = 0; c < 256; ++c) lower[static_cast<std::size_t>(c)] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}
constexpr auto kToLower = MakeLower();

bool IsAlnum(char c) { return kClasses[static_cast<unsigned char>(c)] <= kDigit; }
bool IsLetter(char c) { return kClasses[static_cast<unsigned char>(c)] <= kUpper; }

// What a character past ASCII is.
enum class Kind : std::uint8_t {
  kBreak,
  kIgnored,     // leaves no trace: soft hyphen, variation selector, skin colour, text direction
  kHidden,      // an invisible break: zero-width space
  kJoiner,      // invisible; needed inside emoji and Indic words, a trick between Latin letters
  kApostrophe,
  kClause,
  kPeriod,
  kNewline,
  kSymbol,
  kSimple,      // folds to letters known in advance
  kGeneral,     // ask ICU
};

bool IsWordType(std::int8_t type) {
  switch (type) {
    case U_UPPERCASE_LETTER: case U_LOWERCASE_LETTER: case U_TITLECASE_LETTER: case U_MODIFIER_LETTER: case U_OTHER_LETTER:
    case U_DECIMAL_DIGIT_NUMBER: case U_LETTER_NUMBER: case U_OTHER_NUMBER:
    case U_NON_SPACING_MARK: case U_ENCLOSING_MARK: case U_COMBINING_SPACING_MARK:
      return true;
    default:
      return false;
  }
}

// Scripts and blocks whose letters are used to imitate Latin ones.
bool MayImitate(char32_t c) {
  return c < 0x0590 || (c >= 0x13A0 && c < 0x1400) || (c >= 0x1D00 && c < 0x1DC0) || (c >= 0x1E00 && c < 0x2000) ||
         (c >= 0x2070 && c < 0x2190) || (c >= 0x2460 && c < 0x2500) || (c >= 0x2C60 && c < 0x2C80) || (c >= 0xA720 && c < 0xA800) ||
         (c >= 0xFF00 && c < 0xFFF0) || (c >= 0x1D400 && c < 0x1D800) || (c >= 0x1F100 && c < 0x1F200);
}

const icu::Normalizer2& Normalizer() {
  static const icu::Normalizer2& instance = [&]() -> const icu::Normalizer2& {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* found = icu::Normalizer2::getNFKCCasefoldInstance(status);
    HEED_CHECK(U_SUCCESS(status) && found);
    return *found;
  }();
  return instance;
}

std::string Normalise(std::string_view text) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode status = U_ZERO_ERROR;
  Normalizer().normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
  return U_SUCCESS(status) ? out : std::string();
}

Kind Classify(char32_t c) {
  switch (c) {
    case 0x2018: case 0x2019: case 0x02BC: case 0x00B4: case 0xFF07: return Kind::kApostrophe;
    case 0x2013: case 0x2014: case 0x2015: case 0x2026: case 0x3001: case 0xFF0C: return Kind::kClause;
    case 0x3002: case 0xFF0E: case 0x0964: return Kind::kPeriod;
    case 0x0085: case 0x2028: case 0x2029: return Kind::kNewline;
    case 0x200B: case 0x2060: case 0xFEFF: case 0x180E: return Kind::kHidden;
    case 0x200C: case 0x200D: return Kind::kJoiner;
    case 0x2122: case 0x2120: return Kind::kIgnored;  // trade and service marks, which would read "tm", "sm"
    case kReplacement: return Kind::kBreak;
    default: break;
  }
  if (c >= 0x1F3FB && c <= 0x1F3FF) return Kind::kIgnored;
  const auto ch = static_cast<UChar32>(c);
  if (u_hasBinaryProperty(ch, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return Kind::kIgnored;
  const auto type = u_charType(ch);
  if (IsWordType(type)) return Kind::kGeneral;
  if (type == U_SPACE_SEPARATOR || type == U_CONTROL_CHAR || type == U_SURROGATE || type == U_PRIVATE_USE_CHAR) return Kind::kBreak;
  // Emoji younger than this ICU.
  if (type == U_UNASSIGNED) return c >= 0x1F000 && c < 0x1FB00 ? Kind::kSymbol : Kind::kBreak;
  if (!Normalizer().isInert(ch)) return Kind::kGeneral;
  return type == U_OTHER_SYMBOL ? Kind::kSymbol : Kind::kBreak;
}

// Everything below U+3000 looked up beforehand, and what kind of thing each emoji is.
constexpr char32_t kTableEnd = 0x3000, kEmojiBegin = 0x1F000, kEmojiEnd = 0x1FB00;
struct Table {
  struct Row {
    Kind kind = Kind::kBreak;
    bool imitates = false;
    std::uint8_t size = 0;  // of the folded form, for kSimple
    std::array<char, 7> bytes{};
  };
  std::vector<Row> rows = std::vector<Row>(kTableEnd);
  std::vector<Kind> emoji = std::vector<Kind>(kEmojiEnd - kEmojiBegin);

  Table() {
    for (char32_t c = kEmojiBegin; c < kEmojiEnd; ++c) emoji[c - kEmojiBegin] = Classify(c);
    for (char32_t c = 0x80; c < kTableEnd; ++c) {
      Row& row = rows[c];
      row.kind = Classify(c);
      row.imitates = MayImitate(c);
      if (row.kind != Kind::kGeneral || !Normalizer().hasBoundaryBefore(static_cast<UChar32>(c))) continue;
      std::string source;
      AppendUtf8(source, c);
      const std::string folded = Normalise(source);
      if (folded.empty() || folded.size() > row.bytes.size()) continue;
      bool word = true;
      for (std::size_t at = 0; at < folded.size();) {
        const auto type = u_charType(static_cast<UChar32>(NextChar(folded, at)));
        word = word && IsWordType(type);
      }
      if (!word) continue;
      row.kind = Kind::kSimple;
      row.size = static_cast<std::uint8_t>(folded.size());
      std::memcpy(row.bytes.data(), folded.data(), folded.size());
    }
  }
};
const Table& ForeignTable() {
  static const Table table;
  return table;
}

bool HasBoundaryBefore(char32_t c) { return c < 0x300 || Normalizer().hasBoundaryBefore(static_cast<UChar32>(c)); }

constexpr std::size_t kMaxMarks = 30;  // UAX #15 stream-safe text

// Titles: the full stop behind one is left out, so that "Mr. Smith" is "Mr Smith".
bool IsTitle(std::string_view word) {
  static constexpr std::array<std::string_view, 7> kTitles = {"mr", "mrs", "ms", "dr", "st", "prof", "rev"};
  for (std::string_view title : kTitles)
    if (word == title) return true;
  return false;
}

// Where a Folder writes: owned by the caller, grown by a callback that keeps what is written.
struct Room {
  char* bytes;
  std::size_t capacity;
};

// kMap: also record words.  Both ways write the same bytes.
template <bool kMap, typename Grow>
class Folder {
 public:
  // `grow(written, wanted)` returns a Room of at least `wanted` bytes with the first `written` kept.
  Folder(std::string_view text, Room room, Grow grow, std::vector<Word>* words)
      : text_(text), begin_(text.data()), p_(text.data()), end_(text.data() + text.size()), room_(room), o_(room.bytes), grow_(grow), words_(words) {
    Ensure(0);
  }

  std::size_t Run() {
    *o_++ = ' ';
    while (p_ < end_) {
      if (!IsAlnum(*p_)) {
        Step();
        continue;
      }
#if defined(__SSE2__)
      if (!in_word_ && !handle_ && !hashtag_ && PlainWords()) continue;
#endif
      Letters();
    }
    EndWord();
    return static_cast<std::size_t>(o_ - room_.bytes);
  }
  bool odd() const { return odd_; }
  char* bytes() const { return room_.bytes; }

 private:
  // ASCII writes at most four bytes for each it reads (a hashtag of one-letter parts); foreign text asks as it goes.
  void Ensure(std::size_t extra) {
    const auto written = static_cast<std::size_t>(o_ - room_.bytes);
    const std::size_t wanted = written + extra + 4 * static_cast<std::size_t>(end_ - p_) + 64;
    if (wanted <= room_.capacity) return;
    room_ = grow_(written, wanted);
    o_ = room_.bytes + written;
  }

  void Step() {
    const auto c = static_cast<unsigned char>(*p_);
    switch (kClasses[c]) {
      case kForeign: return Foreign();
      case kApostrophe: return Apostrophe(p_, p_ + 1);
      case kDot: return Dot();
      case kClause: EndWord(); Mark(',', p_, p_ + 1, false); break;
      case kStop:
        if (in_word_ && NextIsAlnum(p_ + 1)) odd_ = true;  // "sh!t"
        EndWord();
        Mark(*p_, p_, p_ + 1, true);
        break;
      case kNewline: EndWord(); Newline(p_, p_ + 1); break;
      case kAt:
        if (in_word_) odd_ = true;  // "f@ggot", and addresses
        EndWord();
        if (NextIsAlnum(p_ + 1)) Mark('@', p_, p_ + 1, false), handle_ = true;
        break;
      case kHash:
        if (in_word_) odd_ = true;
        EndWord();
        hashtag_ = NextIsAlnum(p_ + 1);
        break;
      case kAmpersand: EndWord(); Mark('&', p_, p_ + 1, false); break;
      case kHyphen: {
        const bool inside = in_word_ || NextIsAlnum(p_ + 1);
        EndWord();
        if (!inside) Mark(',', p_, p_ + 1, false);
        break;
      }
      case kDisguise:
        if (in_word_ || NextIsAlnum(p_ + 1)) odd_ = true;
        EndWord();
        break;
      default: EndWord(); break;
    }
    ++p_;
  }

  bool NextIsAlnum(const char* at) const { return at < end_ && IsAlnum(*at); }
  std::uint32_t At(const char* p) const { return static_cast<std::uint32_t>(p - begin_); }

  void StartWord(const char* from) {
    if (in_word_) return;
    in_word_ = true;
    word_at_ = static_cast<std::size_t>(o_ - room_.bytes);
    word_from_ = from;
    seen_ = 0;
    plain_ascii_ = true;
  }

#if defined(__SSE2__)
  // Sixteen bytes of text and what they are, one bit a byte.
  struct Block {
    __m128i lower;  // of letters; other bytes lose their meaning
    unsigned letters, small;  // small: those of the letters that are small already
    unsigned digits;
  };
  Block Load(const char* p) {
    __m128i bytes;
    if (end_ - p >= 16) {
      bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    } else {
      // Not past the end of what is not ours: the last bytes are copied to where zeros follow.
      if (!tail_ready_) {
        const auto size = std::min<std::size_t>(text_.size(), 16);
        std::memset(tail_.data(), 0, tail_.size());
        std::memcpy(tail_.data() + 16 - size, end_ - size, size);
        tail_ready_ = true;
      }
      bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(tail_.data() + 16 - (end_ - p)));
    }
    // first <= value < first + count, unsigned, by a signed comparison.
    const auto within = [](__m128i value, int first, int count) {
      return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmplt_epi8(_mm_add_epi8(value, _mm_set1_epi8(static_cast<char>(128 - first))), _mm_set1_epi8(static_cast<char>(count - 128)))));
    };
    Block block;
    block.lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    block.letters = within(block.lower, 'a', 26);
    block.small = static_cast<unsigned>(_mm_movemask_epi8(_mm_slli_epi16(bytes, 2))) & block.letters;
    block.digits = within(bytes, '0', 10);
    return block;
  }

  // What most text is: words of less than sixteen ASCII letters, a capital at most in front, each with a space behind.  Does
  // for them what Letters() and EndWord() would do, in a handful of instructions, and returns whether there were any.
  bool PlainWords() {
    const char* p = p_;
    char* o = o_;
    unsigned singles = singles_;
    while (p < end_) {
      const Block block = Load(p);
      const auto size = static_cast<std::size_t>(std::countr_one(block.letters));
      const unsigned capitals = block.letters & ~block.small & ((1u << size) - 1);
      if (size == 0 || size == 16 || capitals > 1 || p + size == end_ || p[size] != ' ') break;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(o), block.lower);
      o[size] = ' ';
      if constexpr (kMap) PushWord(static_cast<std::size_t>(o - room_.bytes), size, p, p + size, WordKind::kWord, false);
      singles = size == 1 ? singles + 1 : 0;
      odd_ |= singles >= 3;
      o += size + 1;
      p += size + 1;
    }
    if (p == p_) return false;
    last_mark_ = 0;
    singles_ = singles;
    o_ = o;
    p_ = p;
    return true;
  }
#endif

  // A run of ASCII letters and digits, at least one.
  void Letters() {
    StartWord(p_);
    const char* p = p_;
    char* o = o_;
    unsigned seen = seen_;
#if defined(__SSE2__)
    const Block block = Load(p);
    const int size = std::countr_one(block.letters | block.digits);
    const unsigned here = (1u << size) - 1;
    // The case bit of digits is set in digits already.
    _mm_storeu_si128(reinterpret_cast<__m128i*>(o), block.lower);
    seen |= static_cast<unsigned>((block.small & here) != 0) | static_cast<unsigned>((block.letters & ~block.small & here) != 0) << 1 | static_cast<unsigned>((block.digits & here) != 0) << 2;
    p += size;
    o += size;
    if (size < 16) {
      o_ = o;
      seen_ = seen;
      word_until_ = p_ = p;
      return;
    }
#endif
    while (p < end_ && IsAlnum(*p)) {
      const auto c = static_cast<unsigned char>(*p++);
      *o++ = kToLower[c];
      seen |= 1u << kClasses[c];
    }
    o_ = o;
    seen_ = seen;
    word_until_ = p_ = p;
  }

  void EndWord() {
    if (!in_word_) {
      handle_ = hashtag_ = false;
      return;
    }
    in_word_ = false;
    const std::size_t size = static_cast<std::size_t>(o_ - room_.bytes) - word_at_;
    if (size == 0) return;  // a letter was taken back and folded away
    *o_++ = ' ';
    Push(word_at_, size, word_from_, word_until_, WordKind::kWord, false);
    if (size == 1 && (seen_ & 3u)) {
      if (++singles_ >= 3) odd_ = true;
    } else {
      singles_ = 0;
    }
    if ((seen_ & 3u) && (seen_ & 4u)) odd_ = true;
    if (plain_ascii_ && !handle_ && ((seen_ & 3u) == 3u || (hashtag_ && (seen_ & 7u) > 4u))) Parts();
    handle_ = hashtag_ = false;
  }

  // "OakmoorSchool", "BBCNews2": where parts meet.
  static bool MeetsBefore(const char* from, const char* at, const char* until) {
    const auto before = kClasses[static_cast<unsigned char>(at[-1])], here = kClasses[static_cast<unsigned char>(*at)];
    if ((before == kDigit) != (here == kDigit)) return true;
    if (before == kLower && here == kUpper) return true;
    return before == kUpper && here == kUpper && at + 1 < until && at - from >= 2 && kClasses[static_cast<unsigned char>(at[1])] == kLower;
  }

  void Parts() {
    const char* from = word_from_;
    const char* until = word_until_;
    // A capital only in front is an ordinary word.
    std::size_t parts = 1, shortest = std::numeric_limits<std::size_t>::max();
    const char* start = from;
    bool digits = false;
    for (const char* at = from + 1; at < until; ++at) {
      if (!MeetsBefore(from, at, until)) continue;
      ++parts;
      shortest = std::min(shortest, static_cast<std::size_t>(at - start));
      start = at;
    }
    shortest = std::min(shortest, static_cast<std::size_t>(until - start));
    digits = (seen_ & 4u) != 0;
    if (parts < 2 || (!hashtag_ && (shortest < 3 || digits))) return;
    start = from;
    for (const char* at = from + 1; at <= until; ++at) {
      if (at < until && !MeetsBefore(from, at, until)) continue;
      const auto where = static_cast<std::size_t>(o_ - room_.bytes);
      for (const char* c = start; c < at; ++c) *o_++ = kToLower[static_cast<unsigned char>(*c)];
      *o_++ = ' ';
      Push(where, static_cast<std::size_t>(at - start), start, at, WordKind::kWord, false);
      start = at;
    }
  }

  void Push(std::size_t at, std::size_t size, const char* from, const char* until, WordKind kind, bool ends) {
    last_mark_ = 0;
    if constexpr (kMap) PushWord(at, size, from, until, kind, ends);
  }
  void PushWord(std::size_t at, std::size_t size, const char* from, const char* until, WordKind kind, bool ends) {
    words_->push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size), At(from), At(until), kind, ends, false});
  }

  // A mark outside a word.  Written once, however often it is repeated.
  void Mark(char mark, const char* from, const char* until, bool ends) {
    if (last_mark_ == mark) {
      if constexpr (kMap) {
        words_->back().ends_sentence |= ends;
      }
      return;
    }
    Ensure(8);
    *o_++ = mark;
    *o_++ = ' ';
    Push(static_cast<std::size_t>(o_ - room_.bytes) - 2, 1, from, until, WordKind::kMark, ends);
    last_mark_ = mark;
  }

  void Newline(const char* from, const char* until) {
    if (o_ == room_.bytes + 1) return;
    if (last_mark_ == '!' || last_mark_ == '?') return;
    Mark('.', from, until, true);
  }

  void Dot() {
    const char* from = p_;
    while (p_ < end_ && *p_ == '.') ++p_;
    const bool inside = in_word_ && NextIsAlnum(p_);
    bool ends = true;
    if (in_word_ && p_ - from == 1) {
      const std::string_view word(room_.bytes + word_at_, static_cast<std::size_t>(o_ - room_.bytes) - word_at_);
      if (!inside && IsTitle(word)) return EndWord();
      const bool initial = word.size() == 1 && IsLetter(word[0]);  // "e.g.", "J. Smith"
      ends = !initial && (!inside || (kClasses[static_cast<unsigned char>(from[-1])] == kLower && kClasses[static_cast<unsigned char>(*p_)] == kUpper));
    }
    EndWord();
    if (p_ - from > 1) Mark(',', from, p_, false);
    else Mark('.', from, p_, ends);
  }

  // [p_, after) is an apostrophe of some form.
  void Apostrophe(const char*, const char* after) {
    if (in_word_ && NextIsLetter(after)) {
      const char* stop = after;
      while (stop < end_ && IsLetter(*stop)) ++stop;
      const bool followed = stop < end_ && (kClasses[static_cast<unsigned char>(*stop)] == kForeign || IsAlnum(*stop));
      const bool clitic = !followed && IsClitic(after, stop);
      if (clitic) {
        const char* from = p_;
        EndWord();
        StartWord(from);
      }
      *o_++ = '\'';
      plain_ascii_ = false;
      p_ = after;
      word_until_ = p_;
      return;
    }
    EndWord();
    p_ = after;
  }
  bool NextIsLetter(const char* at) const { return at < end_ && IsLetter(*at); }

  static bool IsClitic(const char* from, const char* until) {
    const auto size = until - from;
    const char a = kToLower[static_cast<unsigned char>(from[0])];
    if (size == 1) return a == 's' || a == 'd' || a == 'm';
    if (size != 2) return false;
    const char b = kToLower[static_cast<unsigned char>(from[1])];
    return (a == 'l' && b == 'l') || (a == 'r' && b == 'e') || (a == 'v' && b == 'e');
  }

  void Foreign() {
    std::size_t at = static_cast<std::size_t>(p_ - begin_);
    const char32_t c = NextChar(text_, at);
    const char* after = begin_ + at;
    Ensure(32);
    if (c < kTableEnd) {
      const Table::Row& row = table_.rows[c];
      if (row.kind == Kind::kSimple) {
        odd_ |= row.imitates;
        // A combining mark behind it would change it: only then is it not simple.
        if (after >= end_ || static_cast<unsigned char>(*after) < 0xCC || !MarkFollows(at)) {
          StartWord(p_);
          plain_ascii_ = false;
          seen_ |= 1u;
          std::memcpy(o_, row.bytes.data(), row.bytes.size());
          o_ += row.size;
          p_ = word_until_ = after;
          return;
        }
        return General(at);
      }
      return Other(row.kind, row.imitates, c, at);
    }
    Other(c >= kEmojiBegin && c < kEmojiEnd ? table_.emoji[c - kEmojiBegin] : Classify(c), MayImitate(c), c, at);
  }

  bool MarkFollows(std::size_t at) const { return !HasBoundaryBefore(NextChar(text_, at)); }

  void Other(Kind kind, bool imitates, char32_t c, std::size_t after_at) {
    const char* after = begin_ + after_at;
    switch (kind) {
      case Kind::kApostrophe: return Apostrophe(p_, after);
      case Kind::kClause: EndWord(); Mark(',', p_, after, false); break;
      case Kind::kPeriod: EndWord(); Mark('.', p_, after, true); break;
      case Kind::kNewline: EndWord(); Newline(p_, after); break;
      case Kind::kIgnored:
        if (in_word_) plain_ascii_ = false, odd_ = true;
        break;
      case Kind::kJoiner:
        if (!in_word_ || !IsAlnum(p_[-1])) break;
        [[fallthrough]];
      case Kind::kHidden:
        odd_ = true;
        EndWord();
        break;
      case Kind::kSymbol: {
        EndWord();
        Symbol(std::string_view(p_, static_cast<std::size_t>(after - p_)), p_, after);
        if (c >= 0x1F100 && c < 0x1F200) odd_ = true;  // squared letters
        break;
      }
      case Kind::kGeneral: case Kind::kSimple:
        odd_ |= imitates;
        return General(after_at);
      case Kind::kBreak: EndWord(); break;
    }
    p_ = after;
  }

  void Symbol(std::string_view bytes, const char* from, const char* until) {
    Ensure(bytes.size() + 8);
    const auto where = static_cast<std::size_t>(o_ - room_.bytes);
    std::memcpy(o_, bytes.data(), bytes.size());
    o_ += bytes.size();
    *o_++ = ' ';
    Push(where, bytes.size(), from, until, WordKind::kSymbol, false);
  }

  // A character and the marks on it, by ICU.
  void General(std::size_t after_at) {
    const char* from = p_;
    // Marks on an ASCII letter: take the letter back, so that "e" + acute is one "é".
    std::size_t first_at = static_cast<std::size_t>(p_ - begin_);
    const char32_t first = NextChar(text_, first_at);
    if (in_word_ && p_ > begin_ && IsAlnum(p_[-1]) && !HasBoundaryBefore(first)) {
      --o_;
      --from;
    }
    std::size_t keep = after_at, at = after_at;
    for (std::size_t marks = 0; at < text_.size(); ++marks) {
      if (static_cast<unsigned char>(text_[at]) < 0xCC) break;
      std::size_t next = at;
      const char32_t c = NextChar(text_, next);
      if (c == kReplacement || HasBoundaryBefore(c)) break;
      at = next;
      if (marks < kMaxMarks) keep = next;
      odd_ = true;
    }
    const char* until = begin_ + at;
    const auto folded = Normalise(std::string_view(from, static_cast<std::size_t>(begin_ + keep - from)));
    p_ = until;
    for (std::size_t i = 0; i < folded.size();) {
      const std::size_t start = i;
      const char32_t c = NextChar(folded, i);
      Emit(c, std::string_view(folded).substr(start, i - start), from, until);
    }
    if (in_word_) word_until_ = until;
  }

  // One character of what ICU made of [from, until).
  void Emit(char32_t c, std::string_view bytes, const char* from, const char* until) {
    Ensure(16);
    if (c < 0x80) {
      switch (kClasses[c]) {
        case kLower: case kUpper: case kDigit: break;
        case kDot: EndWord(); return Mark('.', from, until, false);
        case kClause: EndWord(); return Mark(',', from, until, false);
        case kStop: EndWord(); return Mark(static_cast<char>(c), from, until, true);
        default: return EndWord();
      }
    } else if (const auto type = u_charType(static_cast<UChar32>(c)); !IsWordType(type)) {
      EndWord();
      if (type == U_OTHER_SYMBOL) Symbol(bytes, from, until);
      return;
    }
    StartWord(from);
    plain_ascii_ = false;
    seen_ |= c < 0x80 ? 1u << kClasses[c] : 1u;
    std::memcpy(o_, bytes.data(), bytes.size());
    o_ += bytes.size();
    word_until_ = until;
  }

  const Table& table_ = ForeignTable();
  std::string_view text_;
  const char *begin_, *p_, *end_;
  Room room_;
  char* o_;
  Grow grow_;
  std::vector<Word>* words_;

  bool in_word_ = false, odd_ = false, handle_ = false, hashtag_ = false;
#if defined(__SSE2__)
  bool tail_ready_ = false;
  std::array<char, 32> tail_;  // the last bytes of the text, up to sixteen, before zeros
#endif
  bool plain_ascii_ = true;  // the word is its source bytes, lower-cased
  unsigned seen_ = 0;        // bits of Class in the word
  unsigned singles_ = 0;     // one-letter words in a row
  char last_mark_ = 0;       // what was written last, when that was a mark
  std::size_t word_at_ = 0;
  const char *word_from_ = nullptr, *word_until_ = nullptr;
};

// The same letter three times in a row ("stuuupid"); "www" does not count.  Written so that compilers vectorise it.
bool HasTriple(const char* bytes, std::size_t size) {
  const auto* b = reinterpret_cast<const unsigned char*>(bytes);
  unsigned char any = 0;
  for (std::size_t i = 0; i + 2 < size; ++i) {
    any = static_cast<unsigned char>(any | ((b[i] == b[i + 1]) & (b[i] == b[i + 2]) & (b[i] >= 'a') & (b[i] <= 'z') & (b[i] != 'w')));
  }
  return any != 0;
}

constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max() / 16;

}  // namespace

void Fold(std::string_view text, Folded& out) {
  HEED_CHECK(text.size() < kMost);
  out.words.clear();
  out.text.resize(std::max(out.text.capacity(), 4 * text.size() + 64));
  const auto grow = [&out](std::size_t, std::size_t wanted) {
    out.text.resize(wanted + wanted / 2);
    return Room{out.text.data(), out.text.size()};
  };
  Folder<true, decltype(grow)> folder(text, {out.text.data(), out.text.size()}, grow, &out.words);
  const std::size_t size = folder.Run();
  out.text.resize(size);
  out.odd = folder.odd() || HasTriple(out.text.data(), size);
}

Folded Fold(std::string_view text) {
  Folded out;
  Fold(text, out);
  return out;
}

char* FoldBuffer::Reserve(std::size_t more) {
  if (size_ + more + kReadPast > capacity_) {
    const std::size_t capacity = std::max(size_ + more + kReadPast, capacity_ + capacity_ / 2);
    std::unique_ptr<char[]> bytes(new char[capacity]);
    if (size_) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }
  return bytes_.get() + size_;
}

template <bool kMap>
bool FoldBuffer::AddText(std::string_view text) {
  HEED_CHECK(text.size() < kMost);
  char* room = Reserve(4 * text.size() + 64);
  const auto grow = [this](std::size_t written, std::size_t wanted) {
    const std::size_t start = size_;
    size_ += written;  // kept while the buffer moves
    char* tail = Reserve(wanted - written + wanted / 2);
    size_ = start;
    return Room{tail - written, capacity_ - start};
  };
  Folder<kMap, decltype(grow)> folder(text, {room, capacity_ - size_}, grow, &words_);
  const std::size_t size = folder.Run();
  const bool odd = folder.odd() || HasTriple(folder.bytes(), size);
  size_ += size;
  return odd;
}

bool FoldBuffer::Add(std::string_view text) { return AddText<false>(text); }
bool FoldBuffer::AddWithWords(std::string_view text) { return AddText<true>(text); }

void FoldBuffer::AddFolded(const Folded& folded) {
  std::memcpy(Reserve(folded.text.size()), folded.text.data(), folded.text.size());
  size_ += folded.text.size();
  words_.insert(words_.end(), folded.words.begin(), folded.words.end());
}

}  // namespace heed
