// What Telegram's preview pages show, as posts.  Pure: bytes in, posts out.
//
// A scanner and not a parser (see markup/html.h): it looks for the elements that carry a message by their class.
#include <algorithm>
#include <charconv>

#include "connectors/fields.h"
#include "connectors/markup/html.h"
#include "connectors/telegram/telegram.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

using namespace fields;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

struct Tag {
  std::string_view name;        // as written
  std::string_view attributes;  // between the name and ">"
  bool closing = false;
  std::size_t begin = 0, end = 0;  // of the whole tag, half open
};

// The next tag at or behind `at`; nullopt when there is none.  Comments, scripts and styles hold no tags.
std::optional<Tag> NextTag(std::string_view html, std::size_t at) {
  while ((at = html.find('<', at)) != html.npos) {
    if (html.substr(at, 4) == "<!--") {
      const auto close = html.find("-->", at + 4);
      if (close == html.npos) return std::nullopt;
      at = close + 3;
      continue;
    }
    Tag tag{.begin = at};
    std::size_t i = at + 1;
    if (i < html.size() && html[i] == '/') {
      tag.closing = true;
      ++i;
    }
    if (i >= html.size() || !IsLetter(html[i])) {
      ++at;
      continue;
    }
    const auto name = i;
    while (i < html.size() && !IsSpace(html[i]) && html[i] != '>' && html[i] != '/') ++i;
    tag.name = html.substr(name, i - name);
    const auto attributes = i;
    for (char quote = 0; i < html.size() && (quote || html[i] != '>'); ++i) {
      if (quote) quote = html[i] == quote ? '\0' : quote;
      else if ((html[i] == '"' || html[i] == '\'') && html[i - 1] == '=') quote = html[i];
    }
    if (i >= html.size()) return std::nullopt;
    tag.attributes = html.substr(attributes, i - attributes);
    tag.end = i + 1;
    if (!tag.closing && (EqualsIgnoreCase(tag.name, "script") || EqualsIgnoreCase(tag.name, "style"))) {
      const auto close = html.find(EqualsIgnoreCase(tag.name, "script") ? "</script" : "</style", tag.end);
      if (close == html.npos) return std::nullopt;
      at = close + 1;
      continue;
    }
    return tag;
  }
  return std::nullopt;
}

// An attribute's value, entities decoded; "" when there is none.
std::string Attribute(std::string_view attributes, std::string_view name) {
  std::size_t i = 0;
  while (i < attributes.size()) {
    while (i < attributes.size() && (IsSpace(attributes[i]) || attributes[i] == '/')) ++i;
    const auto begin = i;
    while (i < attributes.size() && !IsSpace(attributes[i]) && attributes[i] != '=') ++i;
    const auto key = attributes.substr(begin, i - begin);
    std::string_view value;
    if (i < attributes.size() && attributes[i] == '=') {
      ++i;
      if (i < attributes.size() && (attributes[i] == '"' || attributes[i] == '\'')) {
        const auto close = std::min(attributes.find(attributes[i], i + 1), attributes.size());
        value = attributes.substr(i + 1, close - i - 1);
        i = close + 1;
      } else {
        const auto open = i;
        while (i < attributes.size() && !IsSpace(attributes[i])) ++i;
        value = attributes.substr(open, i - open);
      }
    } else if (i == begin) {
      ++i;
    }
    if (EqualsIgnoreCase(key, name)) return DecodeEntities(value);
  }
  return "";
}

bool HasClass(std::string_view classes, std::string_view one) {
  for (const auto word : Split(classes, ' '))
    if (word == one) return true;
  return false;
}

// Where the element that `open` begins ends: the position of its closing tag, or the text's end.
std::size_t ElementEnd(std::string_view html, const Tag& open) {
  int depth = 1;
  // Not a variable declared in the condition of `for`: g++ 12 ends it before the step that reads it.
  for (auto tag = NextTag(html, open.end); tag; tag = NextTag(html, tag->end)) {
    if (!EqualsIgnoreCase(tag->name, open.name)) continue;
    if (tag->closing ? --depth == 0 : (++depth, false)) return tag->begin;
  }
  return html.size();
}

void AddLine(std::string& text, std::string_view line) {
  if (line.empty()) return;
  text.append(text.empty() ? "" : "\n").append(line);
}

struct Message {
  Post post;
  std::string channel;
  std::int64_t number = 0;
  bool service = false;  // "Channel created", "pinned a message"
  bool hidden = false;   // the preview says: open the app
  Media link{"link", "", ""};
};

// "brackwellnews/123"
bool ReadName(std::string_view name, Message& message) {
  const auto slash = name.find('/');
  if (slash == name.npos || slash == 0) return false;
  message.channel = name.substr(0, slash);
  const auto digits = name.substr(slash + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), message.number);
  const auto safe = message.channel.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size() && message.number > 0 && safe == std::string::npos;
}

// Takes what one element inside a message says; returns where to go on.
std::size_t ReadElement(std::string_view html, const Tag& tag, Message& message) {
  if (tag.closing) return tag.end;
  if (EqualsIgnoreCase(tag.name, "time")) {
    if (const auto at = ParseRfc3339(Attribute(tag.attributes, "datetime"))) message.post.created_at = at;
    return tag.end;
  }
  const auto classes = Attribute(tag.attributes, "class");
  if (classes.empty()) return tag.end;
  const auto inner = [&](std::size_t& end) {
    end = ElementEnd(html, tag);
    return html.substr(tag.end, end - tag.end);
  };
  std::size_t end = tag.end;
  auto& post = message.post;
  if (HasClass(classes, "tgme_widget_message_reply")) {
    const auto href = Attribute(tag.attributes, "href");
    constexpr std::string_view kSite = "https://t.me/";
    if (Message answered; href.starts_with(kSite) && ReadName(std::string_view(href).substr(kSite.size()), answered))
      post.in_reply_to = "telegram:" + LowerAscii(answered.channel) + "/" + std::to_string(answered.number);
    inner(end);
  } else if (HasClass(classes, "tgme_widget_message_text")) {
    const auto words = inner(end);
    if (HasClass(classes, "js-message_reply_text")) return end;
    AddLine(post.raw, words);
    AddLine(post.text, HtmlToText(words));
  } else if (HasClass(classes, "tgme_widget_message_poll_question") || HasClass(classes, "tgme_widget_message_poll_option_text")) {
    AddLine(post.text, HtmlToText(inner(end)));
  } else if (HasClass(classes, "tgme_widget_message_owner_name")) {
    post.author.display_name = HtmlToText(inner(end));
  } else if (HasClass(classes, "tgme_widget_message_link_preview")) {
    message.link.url = WebAddress(Attribute(tag.attributes, "href"));
  } else if (HasClass(classes, "link_preview_title") || HasClass(classes, "link_preview_description")) {
    AddLine(message.link.description, HtmlToText(inner(end)));
  } else if (HasClass(classes, "tgme_widget_message_photo_wrap")) {
    post.media.push_back({"image", WebAddress(Attribute(tag.attributes, "href")), ""});
  } else if (HasClass(classes, "tgme_widget_message_video_player")) {
    post.media.push_back({"video", WebAddress(Attribute(tag.attributes, "href")), ""});
  } else if (HasClass(classes, "tgme_widget_message_voice_player") || HasClass(classes, "tgme_widget_message_voice")) {
    post.media.push_back({"audio", WebAddress(Attribute(tag.attributes, "src")), ""});
  } else if (HasClass(classes, "tgme_widget_message_document_title")) {
    post.media.push_back({"document", "", HtmlToText(inner(end))});
  } else if (HasClass(classes, "message_media_not_supported")) {
    message.hidden = true;
  }
  return end;
}

// The page was sent whole: nothing but comments and white space behind its last tag.
bool EndsWhole(std::string_view html) {
  while (true) {
    html = Trim(html);
    if (html.size() >= 7 && html.substr(html.size() - 3) == "-->") {
      const auto open = html.rfind("<!--");
      if (open == html.npos) return false;
      html = html.substr(0, open);
      continue;
    }
    return html.size() >= 7 && EqualsIgnoreCase(html.substr(html.size() - 7), "</html>");
  }
}

}  // namespace

Presence ReadTelegramLook(std::string_view bytes, const Post& post) {
  const auto page = ParseTelegramPage(bytes);
  if (page && !page->entries.empty()) {
    const auto& shown = page->entries.front().post;
    if (page->entries.size() != 1 || shown.global_id != post.global_id) return Presence::kUnknown;
    return shown.text == post.text ? Presence::kUp : Presence::kUpEdited;
  }
  if (page && page->given > 0) return Presence::kUpLimited;  // there, and shown in the app only
  const auto repaired = RepairUtf8(bytes);
  if (!EndsWhole(repaired)) return Presence::kUnknown;
  for (std::size_t at = 0; const auto tag = NextTag(repaired, at);) {
    at = tag->end;
    if (!tag->closing && HasClass(Attribute(tag->attributes, "class"), "tgme_widget_message_error")) return Presence::kGoneUnknown;
  }
  return Presence::kUnknown;
}

Result<ListAnswer> ParseTelegramPage(std::string_view bytes) {
  const auto repaired = RepairUtf8(bytes);
  const std::string_view html = repaired;
  if (!EndsWhole(html)) return Fail(Fault::kMalformed, "the answer is not a whole page");
  ListAnswer page;
  Skipped skipped;
  std::optional<Message> message;
  std::optional<std::int64_t> lowest;
  bool preview = false, other = false, all_dated = true;

  const auto finish = [&] {
    if (!message) return;
    auto& post = message->post;
    ++page.given;
    lowest = std::min(lowest.value_or(message->number), message->number);
    page.newest = Later(page.newest, post.created_at);
    all_dated = all_dated && post.created_at;
    if (message->service) return;
    if (!message->link.url.empty() || !message->link.description.empty()) post.media.push_back(std::move(message->link));
    const auto name = message->channel + "/" + std::to_string(message->number);
    if (post.text.empty() && post.media.empty() && message->hidden) return skipped.Add("https://t.me/" + name, "Telegram shows it in the app only");
    post.platform = "telegram";
    post.native_id = std::to_string(message->number);
    post.global_id = "telegram:" + LowerAscii(name);
    post.permalink = "https://t.me/" + name;
    post.author.handle = message->channel;
    post.raw_format = TextFormat::kHtml;
    const auto written = post.created_at;
    page.entries.push_back({std::move(post), written});
  };

  for (std::size_t at = 0; const auto tag = NextTag(html, at);) {
    at = tag->end;
    if (tag->closing) continue;
    if (const auto name = Attribute(tag->attributes, "data-post"); !name.empty()) {
      finish();
      message.emplace();
      message->service = HasClass(Attribute(tag->attributes, "class"), "service_message");
      preview = true;
      if (ReadName(name, *message)) continue;
      message.reset();
      ++page.given;
      all_dated = false;
      skipped.Add(name, "its number cannot be read");
    } else if (message) {
      at = ReadElement(html, *tag, *message);
    } else {
      const auto classes = Attribute(tag->attributes, "class");
      preview = preview || HasClass(classes, "tgme_channel_history") || HasClass(classes, "tgme_channel_info");
      other = other || HasClass(classes, "tgme_page");
    }
  }
  finish();
  if (!preview && other) return Fail(Fault::kNotFound, "there is no public preview");
  if (!preview) return Fail(Fault::kMalformed, "the page is not a channel's preview");
  if (page.given > 0 && !lowest) page.cut_short = "no message of the page has a number: Telegram has changed its pages";
  if (!all_dated) page.newest.reset();
  if (lowest) page.last_id = std::to_string(*lowest);
  if (lowest && *lowest > 1) page.next = page.last_id;
  skipped.Tell(page.notes);
  return page;
}

}  // namespace heed
