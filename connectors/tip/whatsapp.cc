// WhatsApp's "Export chat": a text file, alone or in a zip with the media.
//
//   iOS      [01/11/2026, 09:00:12] Jo Bloggs: words          (marks of reading direction here and there)
//   Android  01/11/2026, 09:00 - Jo Bloggs: words
//
// The phone's language and region decide how dates are written: in digits of its script, day, month or year first, "/", "." or "-" between, two or
// four digits of year, a word before the time, 24 hours or AM/PM in its own words, before the time or behind it.  Whether the day or the month comes
// first is told by the whole file: a number over 12 settles it; else the order in which no message is older than the one before it; else the day.
// A message goes on over as many lines as it has.  Nobody publishes this format: it is read as seen.
//
// WhatsApp's own words (who joined, who renamed the group, a picture left out) are told by their form and not by their language: on Android they
// have no "Name: " or stand between "<" and ">", on iOS a left-to-right mark stands before them.  People can type all that too, a whole line with date and
// name as well.  So such a line is an aside (TipItem::asides): it is judged like any other, and kept only if it is flagged.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "connectors/tip/readers.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed::tip {
namespace {

constexpr std::size_t kMaxName = 120;   // bytes of a sender's name
constexpr std::size_t kMostAttached = 30;  // attachments taken out of one message
constexpr std::size_t kMostWord = 10;      // bytes of a word between date and time: "um", "às"
constexpr int kFirstYear = 2009;           // of WhatsApp
constexpr hours kClockChange{2};           // lines may be that much older than the one above, when clocks are put back
constexpr std::string_view kMark = "\xE2\x80\x8E";  // U+200E: iOS puts it before its own words
constexpr std::size_t kHeadBytes = 160;  // of a line that a date may take up, marks included

struct Head {
  std::array<int, 3> date{};     // as written, left to right
  std::array<int, 3> digits{};   // how many digits each had
  int hour = 0, minute = 0, second = 0;
  std::size_t end = 0;           // where the line goes on
};

// Steps over a line's beginning; no-break spaces are spaces and marks are not there.
class Stepper {
 public:
  explicit Stepper(std::string_view line) : line_(line.substr(0, kHeadBytes)) { Settle(); }

  bool Take(char c) {
    if (at_ >= line_.size() || line_[at_] != c) return false;
    ++at_;
    Settle();
    return true;
  }
  void Spaces() {
    for (;;) {
      if (Take(' ')) continue;
      if (line_.substr(at_).starts_with("\xC2\xA0")) at_ += 2;
      else if (line_.substr(at_).starts_with("\xE2\x80\xAF")) at_ += 3;
      else return;
      Settle();
    }
  }
  // One to `most` digits of any script; -1 where there are none or more.
  int Number(int most, int* digits = nullptr) {
    int value = 0, count = 0;
    for (int digit = Digit(); digit >= 0; digit = Digit()) {
      if (++count > most) return -1;
      value = value * 10 + digit;
    }
    Settle();
    if (digits) *digits = count;
    return count == 0 ? -1 : value;
  }
  std::size_t at() const { return at_; }

  bool TakeWords(std::string_view words) {
    if (!line_.substr(at_).starts_with(words)) return false;
    at_ += words.size();
    Settle();
    return true;
  }

  // 'a' or 'p' for "AM", "pm", "a.m.", "p. m." and what other languages write; 0 where there is none, and nothing was taken.
  char Half() {
    const std::size_t before = at_;
    Spaces();
    const char c = static_cast<char>(Peek() | 0x20);
    if (c == 'a' || c == 'p') {
      ++at_, Settle();
      Take('.');
      Spaces();
      if ((Peek() | 0x20) == 'm') {
        ++at_, Settle();
        Take('.');
        return c;
      }
      at_ = before;
      Spaces();
    }
    struct Words {
      std::string_view words;
      char half;
    };
    // Longer ones before those they begin with.
    static constexpr Words kWords[] = {{"ÖÖ", 'a'}, {"ÖS", 'p'}, {"öö", 'a'}, {"ös", 'p'}, {"ق.ظ.", 'a'}, {"ب.ظ.", 'p'}, {"ص", 'a'}, {"م", 'p'}, {"π.μ.", 'a'}, {"μ.μ.", 'p'}, {"पूर्वाह्न", 'a'}, {"अपराह्न", 'p'},
                                       {"上午", 'a'}, {"下午", 'p'}, {"오전", 'a'}, {"오후", 'p'}, {"午前", 'a'}, {"午後", 'p'}, {"пр.об.", 'a'}, {"сл.об.", 'p'}, {"de.", 'a'}, {"du.", 'p'}, {"SA", 'a'}, {"CH", 'p'}};
    for (const auto& [words, half] : kWords)
      if (TakeWords(words)) return half;
    at_ = before;
    return 0;
  }
  // A short word and the spaces behind it, as "um 09:00" and "à 09:00" have.
  void Word() {
    std::size_t end = at_;
    const auto letter = [&](std::size_t at) {
      const std::string_view rest = line_.substr(at);
      if (rest.starts_with("\xC2\xA0") || rest.starts_with("\xE2\x80\xAF")) return false;
      const auto c = static_cast<unsigned char>(line_[at]);
      return c == '.' || c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    while (end < line_.size() && end - at_ <= kMostWord && letter(end)) ++end;
    if (end == at_ || end - at_ > kMostWord || end >= line_.size()) return;
    const std::size_t before = at_;
    at_ = end;
    Spaces();
    if (at_ == end) at_ = before;
  }

 private:
  char Peek() const { return at_ < line_.size() ? line_[at_] : '\0'; }
  // The digit that stands here, and steps over it; -1: none does.
  int Digit() {
    // Arabic, Persian and Urdu, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil.
    static constexpr char32_t kZeros[] = {U'0', 0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6};
    if (at_ >= line_.size()) return -1;
    std::size_t end = at_;
    const char32_t c = NextChar(line_, end);
    for (const char32_t zero : kZeros)
      if (c >= zero && c <= zero + 9) {
        at_ = end;
        return static_cast<int>(c - zero);
      }
    return -1;
  }
  void Settle() {  // over marks: U+200E, U+200F, U+202A..U+202E, U+FEFF
    for (;;) {
      const std::string_view rest = line_.substr(at_);
      if (rest.starts_with("\xE2\x80\x8E") || rest.starts_with("\xE2\x80\x8F") || rest.starts_with("\xEF\xBB\xBF")) at_ += 3;
      else if (rest.size() >= 3 && rest[0] == '\xE2' && rest[1] == '\x80' && rest[2] >= '\xAA' && rest[2] <= '\xAE') at_ += 3;
      else return;
    }
  }
  std::string_view line_;
  std::size_t at_ = 0;
};

std::optional<Head> ReadHead(std::string_view line) {
  Head head;
  Stepper in(line);
  const bool bracket = in.Take('[');
  for (std::size_t i = 0; i < 3; ++i) {
    if (i > 0) {
      if (!in.Take('/') && !in.Take('.') && !in.Take('-')) return std::nullopt;
      in.Spaces();
    }
    head.date[i] = in.Number(4, &head.digits[i]);
    if (head.date[i] < 0) return std::nullopt;
  }
  if (in.Take('.')) in.Spaces();  // "1. 11. 2026."
  if (!in.Take(',')) in.TakeWords("،");
  in.Spaces();
  char half = in.Half();
  if (half == 0) in.Word();
  in.Spaces();
  head.hour = in.Number(2);
  if (head.hour < 0 || (!in.Take(':') && !in.Take('.'))) return std::nullopt;
  head.minute = in.Number(2);
  if (head.minute < 0) return std::nullopt;
  if (in.Take(':') || in.Take('.')) head.second = in.Number(2);
  if (head.second < 0) return std::nullopt;
  if (half == 0) half = in.Half();
  if (half != 0) {
    if (head.hour < 1 || head.hour > 12) return std::nullopt;
    head.hour = head.hour % 12 + (half == 'p' ? 12 : 0);
  }
  if (bracket) {
    if (!in.Take(']')) return std::nullopt;
    in.Spaces();
  } else {
    in.Spaces();
    if (!in.Take('-') && !in.TakeWords("–")) return std::nullopt;
    in.Spaces();
  }
  head.end = in.at();
  return head;
}

enum class Order : std::uint8_t { kDayFirst, kMonthFirst, kYearFirst };

std::optional<Instant> TimeOf(const Head& head, Order order) {
  const auto [a, b, c] = head.date;
  int year = order == Order::kYearFirst ? a : c;
  const int month = order == Order::kMonthFirst ? a : b;
  const int day = order == Order::kDayFirst ? a : order == Order::kMonthFirst ? b : c;
  if (year < 100) year += 2000;
  if (year > 2400) year -= 543;  // the Buddhist calendar
  if (year < kFirstYear) return std::nullopt;
  return LocalTime(year, month, day, head.hour, head.minute, head.second);
}

bool LooksLikeHead(const Head& head) {
  const bool year_first = head.digits[0] == 4;
  if (!year_first && (head.digits[0] > 2 || head.digits[2] == 1 || head.digits[2] == 3)) return false;
  return head.digits[1] <= 2;
}

struct Message {
  Head head;
  std::size_t line = 0;  // from 1
  std::string sender, text;
  bool aside = false;
};

// A quotation that is opened and not closed: 'Sam created group "Year 9' is the beginning of a line of WhatsApp's own, and no name.
bool OpensQuotation(std::string_view text) {
  int open = 0;
  bool straight = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = NextChar(text, at);
    if (c == U'"') straight = !straight;
    else if (c == U'\u201E' || c == U'\u00AB') ++open;       // „ «
    else if (c == U'\u201C') open += open > 0 ? -1 : 1;       // “ closes „, else it opens
    else if (c == U'\u201D' || c == U'\u00BB') --open;       // ” »
  }
  return straight || open > 0;
}

// What stands in the only quotation of a line: a group's name, where it is made or renamed, in whatever language.
std::string Quoted(std::string_view line) {
  struct Marks {
    std::string_view begin, end;
  };
  static constexpr Marks kMarks[] = {{"\"", "\""}, {"“", "”"}, {"„", "“"}, {"„", "”"}, {"«", "»"}};
  for (const auto& [begin, end] : kMarks) {
    const std::size_t from = line.find(begin);
    if (from == line.npos) continue;
    const std::size_t until = line.find(end, from + begin.size());
    if (until == line.npos || line.find(begin, until + end.size()) != line.npos) continue;  // none, or more than one
    return std::string(Trim(line.substr(from + begin.size(), until - from - begin.size())));
  }
  return "";
}

// "<Media omitted>" in any language: all there is, short, on one line.
bool IsBetweenMarks(std::string_view text) {
  return text.size() > 2 && text.size() <= 80 && text.front() == '<' && text.back() == '>' && text.find_first_of("<>\n", 1) == text.size() - 1;
}

bool IsDeleted(std::string_view text) {
  return text == "This message was deleted." || text == "This message was deleted" || text == "You deleted this message." || text == "You deleted this message" ||
         text == "null" || text == "Waiting for this message. This may take a while.";
}

// "IMG-20261101-WA0001.jpg"
bool IsAndroidFile(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash < 2 || dash > 4 || name.size() < dash + 16 || name.size() > 40 || name.substr(dash + 9, 3) != "-WA") return false;
  const auto all = [](std::string_view part, char low, char high) { return !part.empty() && std::ranges::all_of(part, [&](char c) { return c >= low && c <= high; }); };
  const std::size_t dot = name.find('.', dash + 12);
  return dot != name.npos && all(name.substr(0, dash), 'A', 'Z') && all(name.substr(dash + 1, 8), '0', '9') && all(name.substr(dash + 12, dot - dash - 12), '0', '9') && name.find(' ') == name.npos;
}

// Takes what stands for an attachment out of the text.
void TakeAttachments(std::string& text, Post& post) {
  const auto add = [&](std::string_view file) { post.media.push_back({MediaKind(file), std::string(file), ""}); };
  // iOS: "<attached: 00000012-PHOTO-2026-11-01-09-00-12.jpg>", the word in the phone's language.  A word that is not known stays with the text.
  constexpr std::array<std::string_view, 10> kAttached = {"<attached: ", "<Anhang: ", "<adjunto: ", "<pièce jointe : ", "<allegato: ", "<anexado: ", "<załącznik: ", "<bijlage: ", "<ekli: ", "<ek: "};
  for (std::size_t at = text.find('<'); at != std::string::npos && post.media.size() < kMostAttached;) {
    const std::string_view rest = std::string_view(text).substr(at);
    const std::size_t end = rest.substr(0, 300).find('>');
    const auto word = std::ranges::find_if(kAttached, [&](std::string_view one) { return rest.starts_with(one); });
    if (end == rest.npos || word == kAttached.end()) {
      at = text.find('<', at + 1);
      continue;
    }
    add(rest.substr(word->size(), end - word->size()));
    text.erase(at, end + 1);
    at = text.find('<', at);
  }
  // Android: "IMG-20261101-WA0001.jpg (file attached)", a caption on the next lines; in other languages the words in brackets stay with the text.
  constexpr std::string_view kFile = " (file attached)";
  if (const std::size_t at = text.find(kFile); at != std::string::npos && text.substr(0, at).find('\n') == std::string::npos && at < 300) {
    add(std::string_view(text).substr(0, at));
    text.erase(0, at + kFile.size());
  } else if (const std::size_t name = text.find(" ("); name != std::string::npos && IsAndroidFile(std::string_view(text).substr(0, name))) {
    add(std::string_view(text).substr(0, name));
    text.erase(0, name + 1);
  }
  for (const auto& [words, kind] : {std::pair{"<Media omitted>", "file"}, {"image omitted", "image"}, {"video omitted", "video"}, {"GIF omitted", "image"}, {"sticker omitted", "image"},
                                    {"audio omitted", "audio"}, {"document omitted", "file"}, {"Contact card omitted", "file"}, {"video note omitted", "video"}}) {
    if (Trim(text) == words || std::string_view(text).starts_with(std::string(words) + "\n")) {
      text.erase(0, text.find(words) + std::string_view(words).size());
      post.media.push_back({kind, "", ""});
      break;
    }
  }
  for (const std::string_view edited : {"<This message was edited>"})
    if (const std::size_t at = text.rfind(edited); at != std::string::npos) text.erase(at, edited.size());
  text = Trim(text);
}

// "WhatsApp Chat with Year 9 parents.txt", "WhatsApp Chat - Year 9 parents.zip > _chat.txt", and as phones in other languages name it.
std::string ChatName(std::string_view name) {
  // What it lies in may be called after the chat, or the other way round: the zip, the mail.
  if (const std::size_t end = name.find(" > "); end != name.npos) {
    const auto outer = ChatName(name.substr(0, end));
    return outer.empty() ? ChatName(name.substr(end + 3)) : outer;
  }
  for (const std::string_view ending : {".txt", ".zip"})
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  constexpr std::array<std::string_view, 14> kBefore = {"WhatsApp Chat with ", "WhatsApp Chat - ", "WhatsApp-Chat mit ", "WhatsApp-Chat - ", "Chat de WhatsApp con ", "Chat WhatsApp con ", "Chat di WhatsApp con ",
                                                        "Discussion WhatsApp avec ", "Conversa do WhatsApp com ", "Czat WhatsApp z: ", "Czat WhatsApp z ", "WhatsApp-chat met ", "Chatul WhatsApp cu ", "محادثة واتساب مع "};
  for (const auto words : kBefore)
    if (const std::size_t at = name.find(words); at != name.npos) return std::string(Trim(name.substr(at + words.size())));
  constexpr std::string_view kTurkish = " ile WhatsApp Sohbeti";
  if (name.ends_with(kTurkish)) return std::string(Trim(name.substr(0, name.size() - kTurkish.size())));
  return "";
}

Order OrderOf(const std::vector<Message>& messages, std::vector<std::string>& notes) {
  bool first_over = false, second_over = false;
  std::size_t year_first = 0;
  for (const auto& message : messages) {
    year_first += message.head.digits[0] == 4;
    first_over = first_over || (message.head.digits[0] < 4 && message.head.date[0] > 12);
    second_over = second_over || message.head.date[1] > 12;
  }
  if (year_first == messages.size()) return Order::kYearFirst;
  if (first_over != second_over) return first_over ? Order::kDayFirst : Order::kMonthFirst;
  if (first_over) {
    notes.push_back("its dates are written in two ways; those that are no day/month/year have no date");
    return Order::kDayFirst;
  }
  const auto backwards = [&](Order order) {
    std::size_t count = 0;
    std::optional<Instant> last;
    for (const auto& message : messages) {
      const auto at = TimeOf(message.head, order);
      count += at && last && *at < *last;
      if (at) last = at;
    }
    return count;
  };
  const std::size_t day = backwards(Order::kDayFirst), month = backwards(Order::kMonthFirst);
  if (month < day) {
    notes.push_back("its dates were read as month/day/year: only so are the messages in order");
    return Order::kMonthFirst;
  }
  if (month == day) notes.push_back("its dates may be day/month or month/day: they were read as day/month");
  return Order::kDayFirst;
}

}  // namespace

bool IsWhatsApp(std::string_view text) {
  std::size_t heads = 0, lines = 0;
  for (std::size_t at = 0; at < text.size() && lines < 60;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = Trim(text.substr(at, end - at));
    at = end + 1;
    if (line.empty()) continue;
    ++lines;
    const auto head = ReadHead(line);
    const bool is_head = head && LooksLikeHead(*head);
    if (lines == 1 && !is_head) return false;
    heads += is_head;
  }
  return heads >= 2 || (heads == 1 && lines <= 3);
}

TipItem ReadWhatsApp(std::string_view name, std::string_view text) {
  TipItem item;
  item.kind = TipKind::kWhatsApp;
  item.name = name;
  item.collection = true;
  item.place = ChatName(name);

  std::vector<Message> messages;
  std::size_t line_number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto head = ReadHead(line);
    if (!head || !LooksLikeHead(*head)) {
      if (!messages.empty()) messages.back().text.append("\n").append(line);
      continue;
    }
    if (messages.size() >= kMaxTipMessages) {
      item.notes.push_back("only its first " + std::to_string(kMaxTipMessages) + " messages were read: hand in the rest as a file of its own");
      break;
    }
    Message message{.head = *head, .line = line_number, .sender = {}, .text = {}};
    const std::string_view rest = line.substr(std::min(head->end, line.size()));
    const std::size_t colon = rest.find(": ");
    const std::size_t short_end = rest.ends_with(":") ? rest.size() - 1 : rest.npos;  // nothing after the name
    const std::size_t split = colon != rest.npos ? colon : short_end;
    if (split == rest.npos || split == 0 || split > kMaxName || OpensQuotation(rest.substr(0, split))) {
      message.aside = true;
      message.text = rest;
    } else {
      message.sender = Trim(WithoutMarks(rest.substr(0, split)));
      message.text = rest.substr(std::min(rest.size(), split + 2));
      // On iOS the chat itself says them; what is attached is somebody's all the same.
      message.aside = message.text.starts_with(kMark) && !message.text.starts_with(std::string(kMark) + "<");
      if (message.aside && messages.empty() && item.place.empty()) item.place = message.sender;
    }
    messages.push_back(std::move(message));
  }

  const Order order = OrderOf(messages, item.notes);
  std::map<std::string, int> same;
  std::size_t undated = 0, backwards = 0;
  std::optional<Instant> last;
  std::vector<Post> asides;
  for (auto& message : messages) {
    const auto at = TimeOf(message.head, order);
    backwards += at && last && *at + kClockChange < *last;
    if (at) last = at;
    std::string words = std::string(Trim(WithoutMarks(message.text)));
    if (message.aside && item.place.empty() && message.sender.empty()) item.place = Quoted(words);
    Post post = NewPost(TipKind::kWhatsApp, item.name + ", line " + std::to_string(message.line), "");
    TakeAttachments(words, post);
    if (words.empty() || IsDeleted(words)) {
      ++item.without_words;
      continue;
    }
    const bool aside = message.aside || IsBetweenMarks(words);
    post.created_at = at;
    undated += !aside && !at;
    post.author.display_name = message.sender;
    post.text = std::move(words);
    // By the minute: Android writes no seconds, and a second member's export of the chat should bring the same posts.
    const std::string minute = at ? FormatRfc3339(std::chrono::floor<minutes>(*at)) : "";
    std::string id = IdOf(TipKind::kWhatsApp, {minute, message.sender, post.text});
    if (const int again = same[id]++; again > 0) id += "-" + std::to_string(again + 1);
    post.native_id = id.substr(id.find(':') + 1);
    post.global_id = std::move(id);
    (aside ? asides : item.posts).push_back(std::move(post));
  }
  item.asides = asides.size();
  item.posts.insert(item.posts.end(), std::make_move_iterator(asides.begin()), std::make_move_iterator(asides.end()));
  if (backwards > 0)
    item.notes.push_back(std::to_string(backwards) + (backwards == 1 ? " of its lines is" : " of its lines are") +
                         " hours older than the one above: a line with a date and a name can be typed into a message, or the file changed; compare with the telephone before acting on it");
  if (undated > 0) item.notes.push_back(std::to_string(undated) + " of its messages have no date that exists");
  return item;
}

}  // namespace heed::tip
