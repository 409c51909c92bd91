// WhatsApp's "Export chat": a text file, alone or in a zip with the media.
//
//   iOS      [01/11/2026, 09:00:12] Jo Bloggs: words          (marks of reading direction here and there)
//   Android  01/11/2026, 09:00 - Jo Bloggs: words
//
// The phone's language and region decide how dates are written: day, month or year first, "/", "." or "-" between, two or
// four digits of year, 24 hours or AM/PM.  Whether the day or the month comes first is told by the whole file: a
// number over 12 settles it; else the order in which no message is older than the one before it; else the day.
// A message goes on over as many lines as it has.  Nobody publishes this format: it is read as seen.
#include <array>
#include <map>

#include "connectors/tip/readers.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed::tip {
namespace {

constexpr std::size_t kMaxName = 120;   // bytes of a sender's name
constexpr std::size_t kMostAttached = 30;  // attachments taken out of one message
constexpr std::size_t kHeadBytes = 80;  // of a line that a date may take up, marks included

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
  // One to `most` digits; -1 where there are none or more.
  int Number(int most, int* digits = nullptr) {
    int value = 0, count = 0;
    while (at_ < line_.size() && line_[at_] >= '0' && line_[at_] <= '9') {
      if (++count > most) return -1;
      value = value * 10 + (line_[at_] - '0');
      ++at_;
    }
    Settle();
    if (digits) *digits = count;
    return count == 0 ? -1 : value;
  }
  char Peek() const { return at_ < line_.size() ? line_[at_] : '\0'; }
  std::size_t at() const { return at_; }

  // 'a' or 'p' for "AM", "pm", "a.m.", "p. m."; 0 where there is neither, and nothing was taken.
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
    }
    at_ = before;
    return 0;
  }

 private:
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
  in.Take(',');
  in.Spaces();
  head.hour = in.Number(2);
  if (head.hour < 0 || (!in.Take(':') && !in.Take('.'))) return std::nullopt;
  head.minute = in.Number(2);
  if (head.minute < 0) return std::nullopt;
  if (in.Take(':') || in.Take('.')) head.second = in.Number(2);
  if (head.second < 0) return std::nullopt;
  if (const char half = in.Half(); half != 0) {
    if (head.hour < 1 || head.hour > 12) return std::nullopt;
    head.hour = head.hour % 12 + (half == 'p' ? 12 : 0);
  }
  if (bracket) {
    if (!in.Take(']')) return std::nullopt;
    in.Spaces();
  } else {
    in.Spaces();
    if (!in.Take('-')) return std::nullopt;
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
  bool system = false;
};

// Words of WhatsApp's own, in English, the language of the exports that schools see; in others they stay messages.
bool IsSystem(std::string_view text) {
  constexpr std::array<std::string_view, 24> kWords = {
      "end-to-end encrypted", " created group ", " created this group", " changed the subject ", " changed the group name ", " changed this group's ", " changed the group's ",
      " changed the group description", " joined using ", " joined from ", " was added", " security code ", " changed their phone number", " changed to +", " pinned a message",
      " turned on disappearing", " turned off disappearing", " now an admin", " no longer an admin", " changed the settings", "You were added", " started a call", "Missed voice call", "Missed video call"};
  for (const auto words : kWords)
    if (text.find(words) != text.npos) return true;
  return text.ends_with(" left") || (text.find(" added ") != text.npos && text.find(": ") == text.npos) || text.ends_with(" was removed");
}

bool IsDeleted(std::string_view text) {
  return text == "This message was deleted." || text == "This message was deleted" || text == "You deleted this message." || text == "You deleted this message" ||
         text == "null" || text == "Waiting for this message. This may take a while.";
}

// Takes what stands for an attachment out of the text.
void TakeAttachments(std::string& text, Post& post) {
  const auto add = [&](std::string_view file) { post.media.push_back({MediaKind(file), std::string(file), ""}); };
  // iOS: "<attached: 00000012-PHOTO-2026-11-01-09-00-12.jpg>"
  for (std::size_t at = text.find("<attached: "); at != std::string::npos; at = text.find("<attached: ", at)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos || end - at > 300 || post.media.size() >= kMostAttached) break;
    add(std::string_view(text).substr(at + 11, end - at - 11));
    text.erase(at, end - at + 1);
  }
  // Android: "IMG-20261101-WA0001.jpg (file attached)", a caption on the next lines.
  constexpr std::string_view kFile = " (file attached)";
  if (const std::size_t at = text.find(kFile); at != std::string::npos && text.substr(0, at).find('\n') == std::string::npos && at < 300) {
    add(std::string_view(text).substr(0, at));
    text.erase(0, at + kFile.size());
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

// "WhatsApp Chat with Year 9 parents.txt", "WhatsApp Chat - Year 9 parents.zip > _chat.txt"
std::string ChatName(std::string_view name) {
  for (const std::string_view words : {"WhatsApp Chat with ", "WhatsApp Chat - "}) {
    const std::size_t at = name.find(words);
    if (at == name.npos) continue;
    std::string_view rest = name.substr(at + words.size());
    if (const std::size_t end = rest.find(" > "); end != rest.npos) rest = rest.substr(0, end);
    for (const std::string_view ending : {".txt", ".zip"})
      if (rest.ends_with(ending)) rest.remove_suffix(ending.size());
    return std::string(Trim(rest));
  }
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
    if (split == rest.npos || split == 0 || split > kMaxName || IsSystem(rest.substr(0, split))) {
      message.system = true;
      message.text = rest;
    } else {
      message.sender = Trim(WithoutMarks(rest.substr(0, split)));
      message.text = rest.substr(std::min(rest.size(), split + 2));
      // iOS has WhatsApp's own words said by the chat itself.
      if (message.text.starts_with("\xE2\x80\x8E") && IsSystem(message.text)) {
        if (item.place.empty() && message.text.find("end-to-end encrypted") != std::string::npos && messages.empty()) item.place = message.sender;
        message.system = true;
      }
    }
    messages.push_back(std::move(message));
  }

  const Order order = OrderOf(messages, item.notes);
  std::map<std::string, int> same;
  std::size_t undated = 0;
  for (auto& message : messages) {
    std::string words = std::string(Trim(WithoutMarks(message.text)));
    if (message.system) {
      ++item.without_words;
      constexpr std::string_view kGroup = " created group \"";
      if (const std::size_t at = words.find(kGroup); item.place.empty() && at != std::string::npos)
        item.place = words.substr(at + kGroup.size(), words.rfind('"') - std::min(words.rfind('"'), at + kGroup.size()));
      continue;
    }
    Post post = NewPost(TipKind::kWhatsApp, item.name + ", line " + std::to_string(message.line), "");
    TakeAttachments(words, post);
    if (words.empty() || IsDeleted(words)) {
      ++item.without_words;
      continue;
    }
    post.created_at = TimeOf(message.head, order);
    undated += !post.created_at;
    post.author.display_name = message.sender;
    post.text = std::move(words);
    // By the minute: Android writes no seconds, and a second member's export of the chat should bring the same posts.
    const std::string minute = post.created_at ? FormatRfc3339(std::chrono::floor<minutes>(*post.created_at)) : "";
    std::string id = IdOf(TipKind::kWhatsApp, {minute, message.sender, post.text});
    if (const int again = same[id]++; again > 0) id += "-" + std::to_string(again + 1);
    post.native_id = id.substr(id.find(':') + 1);
    post.global_id = std::move(id);
    item.posts.push_back(std::move(post));
  }
  if (undated > 0) item.notes.push_back(std::to_string(undated) + " of its messages have no date that exists");
  return item;
}

}  // namespace heed::tip
