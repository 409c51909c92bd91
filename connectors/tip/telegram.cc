// Telegram Desktop's "Export chat history": result.json, or messages.html, messages2.html ...
//
// JSON: one chat {name, type, id, messages: [...]}, or a whole account {chats: {list: [chat, ...]}}.  A message is
// {id, type: "message" | "service", date_unixtime, date, from, from_id, text: string | [string | {type, text}], file, media_type,
// photo, reply_to_message_id, edited_unixtime, forwarded_from}.  HTML: one <div class="message ..."> a message; one that
// follows the same sender's has class "joined" and no name.  Read as Telegram Desktop writes them (its export_output_json.cpp
// and export_output_html.cpp).
#include "connectors/markup/html.h"
#include "connectors/tip/readers.h"
#include "src/base/text.h"

namespace heed::tip {
namespace {

std::string TextOf(Json text) {
  if (const auto plain = text.String()) return std::string(*plain);
  std::string all;
  text.Each([&](Json part) { all += part.String() ? *part.String() : part["text"].StringOr(""); });
  return all;
}

std::optional<Instant> TimeOf(Json message, std::string_view unix_key, std::string_view local_key) {
  const auto text = message[unix_key].Id();
  if (text && !text->empty() && text->size() < 12 && text->find_first_not_of("0123456789") == std::string::npos) return Instant{seconds{std::stoll(*text)}};
  const std::string local(message[local_key].StringOr(""));  // "2026-11-01T09:00:00", no zone
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(local.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) != 6) return std::nullopt;
  return LocalTime(year, month, day, hour, minute, second);
}

TipItem ReadChat(std::string_view name, Json chat) {
  TipItem item;
  item.kind = TipKind::kTelegram;
  item.collection = true;
  item.place = chat["name"].StringOr("");
  item.name = name;
  const std::string chat_id = chat["id"].Id().value_or("");
  chat["messages"].Each([&](Json message) {
    if (item.posts.size() >= kMaxTipMessages) return;
    const std::string id = message["id"].Id().value_or("");
    std::string text(Trim(WithoutMarks(TextOf(message["text"]))));
    if (message["type"].StringOr("") != "message" || text.empty()) {
      ++item.without_words;
      return;
    }
    Post post = NewPost(TipKind::kTelegram, item.name + ", message " + (id.empty() ? "without a number" : id), std::move(text));
    post.created_at = TimeOf(message, "date_unixtime", "date");
    post.edited_at = message["edited_unixtime"] || message["edited"] ? TimeOf(message, "edited_unixtime", "edited") : std::nullopt;
    post.author.display_name = message["from"].StringOr("");
    post.author.id = message["from_id"].Id().value_or("");
    for (const std::string_view key : {"photo", "file"})
      if (const auto file = message[key].String()) post.media.push_back({key == "photo" ? "image" : MediaKind(*file), std::string(*file), ""});
    if (chat_id.empty() || id.empty()) {
      post.global_id = IdOf(TipKind::kTelegram, {chat_id, item.place, id, post.author.display_name, post.text, post.created_at ? FormatRfc3339(*post.created_at) : ""});
      post.native_id = post.global_id.substr(post.global_id.find(':') + 1);
    } else {
      post.native_id = id;
      post.global_id = "telegram:" + chat_id + "/" + id;
      if (const auto reply = message["reply_to_message_id"].Id()) post.in_reply_to = "telegram:" + chat_id + "/" + *reply;
    }
    item.posts.push_back(std::move(post));
  });
  if (item.posts.size() >= kMaxTipMessages) item.notes.push_back("only its first " + std::to_string(kMaxTipMessages) + " messages were read");
  return item;
}

// The text between `open` and the next `close` behind `from`, or nothing.
std::optional<std::string_view> Between(std::string_view text, std::string_view open, std::string_view close) {
  const std::size_t at = text.find(open);
  if (at == text.npos) return std::nullopt;
  const std::size_t begin = at + open.size(), end = text.find(close, begin);
  return text.substr(begin, end == text.npos ? text.npos : end - begin);
}

// The content of <div class="NAME">: to its own </div>, other divs inside counted.
std::string_view InDiv(std::string_view html, std::string_view name) {
  const std::string open = "<div class=\"" + std::string(name) + "\"";
  std::size_t at = html.find(open);
  if (at == html.npos || (at = html.find('>', at)) == html.npos) return {};
  const std::size_t begin = ++at;
  std::size_t close = 0, inner = 0;  // found once each: a page of nothing but divs would else be searched to its end for every one
  for (int depth = 1; depth > 0;) {
    if (close != html.npos && close < at) close = html.find("</div", at);
    if (inner != html.npos && inner < at) inner = html.find("<div", at);
    if (close == html.npos) return html.substr(begin);
    if (inner < close) {
      ++depth;
      at = inner + 4;
    } else if (--depth == 0) {
      return html.substr(begin, close - begin);
    } else {
      at = close + 5;
    }
  }
  return {};
}

// "01.11.2026 09:00:00 UTC+00:00", or without the zone.
std::optional<Instant> HtmlTime(std::string_view text) {
  int day = 0, month = 0, year = 0, hour = 0, minute = 0, second = 0, zone_hour = 0, zone_minute = 0;
  char sign = 0;
  const std::string copy(text);
  const int got = std::sscanf(copy.c_str(), "%2d.%2d.%4d %2d:%2d:%2d UTC%c%2d:%2d", &day, &month, &year, &hour, &minute, &second, &sign, &zone_hour, &zone_minute);
  if (got == 6) return LocalTime(year, month, day, hour, minute, second);
  if (got != 9 || (sign != '+' && sign != '-')) return std::nullopt;
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", year, month, day, hour, minute, second, sign, zone_hour, zone_minute);
  return ParseRfc3339(out);
}

}  // namespace

bool IsTelegramJson(Json root) {
  if (root["chats"]["list"].IsArray()) return true;
  const Json first = root["messages"][0];
  return root["messages"].IsArray() && (root["type"].String() || root["name"].String()) && (first["date_unixtime"] || first["from_id"] || first["actor"] || first["text_entities"] || first["text"]) &&
         !first["sender_name"];
}

std::vector<TipItem> ReadTelegramJson(std::string_view name, Json root) {
  std::vector<TipItem> items;
  if (root["messages"].IsArray()) items.push_back(ReadChat(name, root));
  root["chats"]["list"].Each([&](Json chat) {
    if (items.size() < 10'000) items.push_back(ReadChat(std::string(name) + " > " + Short(chat["name"].StringOr("a chat without a name")), chat));
  });
  return items;
}

bool IsTelegramHtml(std::string_view html) {
  return html.find("<div class=\"message ") != html.npos && (html.find("tgme") != html.npos || html.find("class=\"pull_right date details\"") != html.npos || html.find("class=\"history\"") != html.npos);
}

TipItem ReadTelegramHtml(std::string_view name, std::string_view html) {
  TipItem item;
  item.kind = TipKind::kTelegram;
  item.collection = true;
  item.name = name;
  constexpr std::string_view kMessage = "<div class=\"message ";
  std::size_t at = html.find(kMessage);
  item.place = HtmlToText(InDiv(html.substr(0, at), "text bold"));
  std::string sender;
  while (at != html.npos) {
    const std::size_t next = html.find(kMessage, at + kMessage.size());
    const std::string_view whole = html.substr(at, next == html.npos ? html.npos : next - at);
    at = next;
    if (item.posts.size() >= kMaxTipMessages) {
      item.notes.push_back("only its first " + std::to_string(kMaxTipMessages) + " messages were read");
      break;
    }
    const auto kind = Between(whole, "class=\"message ", "\"").value_or("");
    if (const auto from = InDiv(whole, "from_name"); !from.empty()) sender = HtmlToText(from);
    std::string text = HtmlToText(InDiv(whole, "text"));
    if (kind.starts_with("service") || text.empty()) {
      ++item.without_words;
      continue;
    }
    const std::string id(Between(whole, "id=\"message", "\"").value_or(""));
    Post post = NewPost(TipKind::kTelegram, item.name + ", message " + (id.empty() ? "without a number" : Short(id)), std::move(text));
    post.created_at = HtmlTime(Between(whole, "date details\" title=\"", "\"").value_or(""));
    post.author.display_name = sender;
    // A page does not say which chat's number it is, so the number alone is no identity.
    post.global_id = IdOf(TipKind::kTelegram, {item.place, id, sender, post.text, post.created_at ? FormatRfc3339(*post.created_at) : ""});
    post.native_id = post.global_id.substr(post.global_id.find(':') + 1);
    item.posts.push_back(std::move(post));
  }
  return item;
}

}  // namespace heed::tip
