// One line of JSON into one post, in two ways that agree: ReadPlainly by the JSON parser, which decides what a
// line is; and ReadFast, one pass without a document in between, for the lines that imports are made of.
// ReadFast takes only what it is sure about and leaves everything else, faults included, to ReadPlainly;
// tests/connectors/file_line_test.cc holds the two to the same answers.
#include <array>
#include <cstdint>
#include <cstring>

#include "connectors/file/file.h"
#include "connectors/file/line.h"
#include "connectors/markup/html.h"
#include "connectors/markup/markdown.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

// A post whose line has been read and not yet been judged complete.
struct Draft {
  Post post;
  std::string id, format, visibility;
  bool has_text = false, has_visibility = false;
};

enum class Key {
  kUnknown, kAuthor, kCounts, kCreatedAt, kEditedAt, kGlobalId, kId, kInReplyTo, kInstance, kLang, kMedia, kNativeId,
  kPermalink, kPlatform, kText, kTextFormat, kThreadRoot, kTitle, kVersionId, kVisibility, kWarning,
};

Key KeyOf(std::string_view name) {
  const auto is = [&](std::string_view known, Key key) { return name == known ? key : Key::kUnknown; };
  if (name.empty()) return Key::kUnknown;
  switch (name[0]) {
    case 'a': return is("author", Key::kAuthor);
    case 'c': return name.size() == 6 ? is("counts", Key::kCounts) : is("created_at", Key::kCreatedAt);
    case 'e': return is("edited_at", Key::kEditedAt);
    case 'g': return is("global_id", Key::kGlobalId);
    case 'i': return name.size() == 2 ? is("id", Key::kId) : name.size() == 8 ? is("instance", Key::kInstance) : is("in_reply_to", Key::kInReplyTo);
    case 'l': return is("lang", Key::kLang);
    case 'm': return is("media", Key::kMedia);
    case 'n': return is("native_id", Key::kNativeId);
    case 'p': return name.size() == 8 ? is("platform", Key::kPlatform) : is("permalink", Key::kPermalink);
    case 't':
      return name.size() == 4    ? is("text", Key::kText)
             : name.size() == 5  ? is("title", Key::kTitle)
             : name == "text_format" ? Key::kTextFormat
                                 : is("thread_root", Key::kThreadRoot);
    case 'v': return name == "version_id" ? Key::kVersionId : is("visibility", Key::kVisibility);
    case 'w': return is("warning", Key::kWarning);
    default: return Key::kUnknown;
  }
}

// Where a string of that key goes; nullptr when its value is no plain string.
std::string* PlaceOf(Key key, Draft& draft) {
  switch (key) {
    case Key::kGlobalId: return &draft.post.global_id;
    case Key::kId: return &draft.id;
    case Key::kInReplyTo: return &draft.post.in_reply_to;
    case Key::kInstance: return &draft.post.instance;
    case Key::kLang: return &draft.post.language;
    case Key::kNativeId: return &draft.post.native_id;
    case Key::kPermalink: return &draft.post.permalink;
    case Key::kPlatform: return &draft.post.platform;
    case Key::kText: return &draft.post.text;
    case Key::kTextFormat: return &draft.format;
    case Key::kThreadRoot: return &draft.post.thread_root;
    case Key::kTitle: return &draft.post.title;
    case Key::kVersionId: return &draft.post.version_id;
    case Key::kVisibility: return &draft.visibility;
    case Key::kWarning: return &draft.post.warning;
    default: return nullptr;
  }
}

void Noticed(Key key, Draft& draft) {
  if (key == Key::kText) draft.has_text = true;
  if (key == Key::kVisibility) draft.has_visibility = true;
}

// --- By the parser ---

void Set(std::string& place, Json value) {
  if (const auto text = value.String()) place = *text;
}

// An id is a string, or a number that is only ever compared as one.
void SetId(std::string& place, Json value) {
  if (value.String()) Set(place, value);
  else if (auto id = value.Id()) place = *std::move(id);
}

std::optional<std::uint64_t> Count(Json value) {
  const auto count = value.Int();
  return count && *count >= 0 ? std::optional(static_cast<std::uint64_t>(*count)) : std::nullopt;
}

void Read(Key key, Json value, Draft& draft) {
  Post& post = draft.post;
  switch (key) {
    case Key::kUnknown: break;
    case Key::kAuthor:
      post.author = {};
      Set(post.author.handle, value);
      value.EachMember([&](std::string_view name, Json member) {
        if (name == "id") SetId(post.author.id, member);
        if (name == "handle") Set(post.author.handle, member);
        if (name == "display_name") Set(post.author.display_name, member);
      });
      break;
    case Key::kCounts:
      post.counts = {};
      value.EachMember([&](std::string_view name, Json member) {
        if (name == "reply") post.counts.replies = Count(member);
        if (name == "repost") post.counts.reposts = Count(member);
        if (name == "like") post.counts.likes = Count(member);
        if (name == "quote") post.counts.quotes = Count(member);
      });
      break;
    case Key::kCreatedAt: post.created_at = ParseRfc3339(value.StringOr("")); break;
    case Key::kEditedAt: post.edited_at = ParseRfc3339(value.StringOr("")); break;
    case Key::kMedia:
      value.Each([&](Json one) {
        Media media;
        one.EachMember([&](std::string_view name, Json member) {
          if (name == "kind") Set(media.kind, member);
          if (name == "url") Set(media.url, member);
          if (name == "description") Set(media.description, member);
        });
        post.media.push_back(std::move(media));
      });
      break;
    case Key::kId:
    case Key::kNativeId:
    case Key::kVersionId: SetId(*PlaceOf(key, draft), value); break;
    default:
      if (value.String()) {
        Set(*PlaceOf(key, draft), value);
        Noticed(key, draft);
      }
  }
}

Result<Draft> ReadPlainly(std::string_view line, JsonParser& parser) {
  const Json json = HEED_TRY(parser.Parse(line));
  if (!json.IsObject()) return Fail(Fault::kMalformed, "not an object");
  Draft draft;
  json.EachMember([&](std::string_view name, Json value) { Read(KeyOf(name), value, draft); });
  return draft;
}

// --- In one pass ---

// Walks over a line known to be UTF-8.  Every step answers whether it is sure.
class Walker {
 public:
  explicit Walker(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  bool AtEnd() {
    SkipSpace();
    return at_ == end_;
  }
  bool Skip(char c) {
    SkipSpace();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool Word(std::string_view word) {
    SkipSpace();
    if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) return false;
    at_ += word.size();
    return true;
  }
  char Peek() {
    SkipSpace();
    return at_ == end_ ? '\0' : *at_;
  }

  // A name without escapes.
  bool Name(std::string_view& name) {
    if (!Skip('"')) return false;
    const char* begin = at_;
    at_ = PlainEnd(at_);
    if (at_ == end_ || *at_ != '"') return false;
    name = {begin, static_cast<std::size_t>(at_ - begin)};
    ++at_;
    return Skip(':');
  }

  bool String(std::string& out) {
    if (!Skip('"')) return false;
    out.clear();
    for (;;) {
      const char* begin = at_;
      at_ = PlainEnd(at_);
      out.append(begin, static_cast<std::size_t>(at_ - begin));
      if (at_ == end_) return false;
      if (*at_ == '"') return ++at_, true;
      if (*at_ != '\\' || !Escape(out)) return false;
    }
  }

  // Up to 18 digits: no sign, fraction or exponent.
  bool Integer(std::uint64_t& value) {
    SkipSpace();
    const char* begin = at_;
    value = 0;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - begin < 18) value = value * 10 + static_cast<std::uint64_t>(*at_++ - '0');
    const auto digits = at_ - begin;
    if (digits == 0 || (digits > 1 && *begin == '0')) return false;
    return at_ == end_ || *at_ == ',' || *at_ == '}' || *at_ == ']' || *at_ == ' ';
  }

  // A value nobody wants, as long as it is simple.
  bool SkipValue(std::string& scratch) {
    std::uint64_t number;
    switch (Peek()) {
      case '"': return String(scratch);
      case 'n': return Word("null");
      case 't': return Word("true");
      case 'f': return Word("false");
      default: return Integer(number);
    }
  }

  // { "name": value, ... } or an empty one: member(name) reads the value.
  template <typename F>
  bool Object(F&& member) {
    if (!Skip('{')) return false;
    if (Skip('}')) return true;
    do {
      std::string_view name;
      if (!Name(name) || !member(name)) return false;
    } while (Skip(','));
    return Skip('}');
  }

 private:
  void SkipSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }

  // First quote, backslash or control character at or after `p`, or the end.  Eight bytes at a time: the high
  // bit of a byte of `hit` is set where the byte is one of them (and perhaps above it, never below).
  const char* PlainEnd(const char* p) const {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
    while (end_ - p >= 8) {
      std::uint64_t word;
      std::memcpy(&word, p, 8);
      const std::uint64_t quote = word ^ (kOnes * '"'), slash = word ^ (kOnes * '\\');
      const std::uint64_t hit = (((quote - kOnes) & ~quote) | ((slash - kOnes) & ~slash) | ((word - kOnes * 0x20) & ~word)) & kHighs;
      if (hit) break;
      p += 8;
    }
    while (p != end_ && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
    return p;
  }

  bool Escape(std::string& out) {
    if (end_ - at_ < 2) return false;
    const char kind = at_[1];
    at_ += 2;
    switch (kind) {
      case '"':
      case '\\':
      case '/': return out += kind, true;
      case 'b': return out += '\b', true;
      case 'f': return out += '\f', true;
      case 'n': return out += '\n', true;
      case 'r': return out += '\r', true;
      case 't': return out += '\t', true;
      case 'u': break;
      default: return false;
    }
    std::uint32_t character = 0, second = 0;
    if (!Hex4(character)) return false;
    if (character >= 0xD800 && character < 0xE000) {
      if (character >= 0xDC00 || end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') return false;
      at_ += 2;
      if (!Hex4(second) || second < 0xDC00 || second >= 0xE000) return false;
      character = 0x10000 + ((character - 0xD800) << 10) + (second - 0xDC00);
    }
    AppendUtf8(out, character);
    return true;
  }

  bool Hex4(std::uint32_t& value) {
    if (end_ - at_ < 4) return false;
    value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = *at_++;
      const char lower = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9') value = value * 16 + static_cast<std::uint32_t>(c - '0');
      else if (lower >= 'a' && lower <= 'f') value = value * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
      else return false;
    }
    return true;
  }

  const char* at_;
  const char* end_;
};

bool ReadFast(std::string_view line, Draft& draft) {
  if (!IsUtf8(line)) return false;
  Walker walker(line);
  Post& post = draft.post;
  std::string scratch;
  const auto date = [&](std::optional<Instant>& at) {
    if (walker.Peek() == 'n') return at.reset(), walker.Word("null");
    if (!walker.String(scratch)) return false;
    at = ParseRfc3339(scratch);
    return true;
  };
  const auto count = [&](std::optional<std::uint64_t>& place) {
    if (walker.Peek() == 'n') return place.reset(), walker.Word("null");
    return walker.Integer(place.emplace());
  };
  const bool sure = walker.Object([&](std::string_view name) {
    const Key key = KeyOf(name);
    switch (key) {
      case Key::kUnknown: return walker.SkipValue(scratch);
      case Key::kCreatedAt: return date(post.created_at);
      case Key::kEditedAt: return date(post.edited_at);
      case Key::kAuthor:
        post.author = {};
        if (walker.Peek() == '"') return walker.String(post.author.handle);
        return walker.Object([&](std::string_view member) {
          std::string& place = member == "id" ? post.author.id : member == "handle" ? post.author.handle : member == "display_name" ? post.author.display_name : scratch;
          return walker.Peek() == 'n' ? walker.Word("null") : walker.String(place);
        });
      case Key::kCounts:
        post.counts = {};
        return walker.Object([&](std::string_view member) {
          if (member == "reply") return count(post.counts.replies);
          if (member == "repost") return count(post.counts.reposts);
          if (member == "like") return count(post.counts.likes);
          if (member == "quote") return count(post.counts.quotes);
          return walker.SkipValue(scratch);
        });
      case Key::kMedia:
        if (!walker.Skip('[')) return false;
        if (walker.Skip(']')) return true;
        do {
          Media& media = post.media.emplace_back();
          const bool read = walker.Object([&](std::string_view member) {
            std::string& place = member == "kind" ? media.kind : member == "url" ? media.url : member == "description" ? media.description : scratch;
            return walker.Peek() == 'n' ? walker.Word("null") : walker.String(place);
          });
          if (!read) return false;
        } while (walker.Skip(','));
        return walker.Skip(']');
      default:
        if (walker.Peek() == 'n') return walker.Word("null");
        if (!walker.String(*PlaceOf(key, draft))) return false;
        Noticed(key, draft);
        return true;
    }
  });
  return sure && walker.AtEnd();
}

// --- Both ---

Result<std::optional<Post>> Finish(Draft&& draft) {
  Post& post = draft.post;
  if (!draft.has_text) return Fail(Fault::kMalformed, "no \"text\"");
  if (draft.has_visibility && draft.visibility != "public") return std::optional<Post>();
  if (post.author.handle.starts_with('@')) post.author.handle.erase(0, 1);
  if (post.native_id.empty()) post.native_id = std::move(draft.id);
  if (post.platform.empty()) post.platform = "file";
  if (post.global_id.empty()) post.global_id = post.native_id.empty() ? post.permalink : post.platform + ":" + post.native_id;
  if (post.global_id.empty()) return Fail(Fault::kMalformed, "no id: one of \"global_id\", \"native_id\", \"id\" or \"permalink\" is needed");
  if (!draft.format.empty() && draft.format != "plain") {
    const auto format = ParseTextFormat(draft.format);
    if (!format) return Fail(Fault::kMalformed, "\"text_format\" is \"" + ForTerminal(ClipUtf8(draft.format, 40)) + "\", not \"plain\", \"html\" or \"markdown\"");
    post.raw = std::move(post.text);
    post.raw_format = *format;
    post.text = *format == TextFormat::kHtml ? HtmlToText(post.raw) : MarkdownToText(post.raw);
  }
  return std::optional<Post>(std::move(post));
}

}  // namespace

Result<std::optional<Post>> ParsePostLine(std::string_view line, JsonParser& parser) {
  if (Draft draft; ReadFast(line, draft)) return Finish(std::move(draft));
  return ParsePostLinePlainly(line, parser);
}

Result<std::optional<Post>> ParsePostLinePlainly(std::string_view line, JsonParser& parser) {
  return Finish(HEED_TRY(ReadPlainly(line, parser)));
}

}  // namespace heed
