// What Facebook, Instagram and TikTok hand out when somebody downloads their own data, as JSON.
//
// The files' names and nesting change from year to year, the shape of one message, comment or post hardly does; so the
// whole document is walked and each shape recognised wherever it lies:
//
//   {sender_name, timestamp_ms, content}                                    Messenger and Instagram messages
//   {comment: {comment, timestamp, author, group}}                          Facebook comments
//   {post: words} beside a timestamp                                        Facebook posts: {timestamp, data: [{post}], title}
//   {string_map_data: {Comment: {value}, Time: {timestamp}}}                Instagram comments
//   {media: [...], title, creation_timestamp}                               Instagram posts
//   {date, comment} and {Date, From, Content}                               TikTok comments and direct messages
//
// Facebook and Instagram write each byte of UTF-8 as a character of its own.  Read as these downloads have been
// described by those who got them; Meta and TikTok publish no grammar.
#include <algorithm>
#include <map>

#include "connectors/tip/readers.h"
#include "src/base/text.h"

namespace heed::tip {
namespace {

class Walk {
 public:
  Walk(TipItem& item, bool instagram, bool tiktok) : item_(item), tiktok_(tiktok) {
    item_.kind = tiktok ? TipKind::kTikTok : instagram ? TipKind::kInstagram : TipKind::kFacebook;
  }

  void Into(Json json, std::optional<Instant> outer, int depth) {
    if (depth > JsonParser::kMaxDepth) return;
    if (json.IsArray()) {
      json.Each([&](Json one) { Into(one, outer, depth + 1); });
    } else if (json.IsObject()) {
      if (Take(json, outer)) return;
      if (const auto at = TimeOf(json)) outer = at;
      json.EachMember([&](std::string_view key, Json value) {
        const bool named = key.starts_with("Chat History with ");  // TikTok: the other side of the messages below
        if (named) {
          talking_ = Trim(key.substr(18));
          if (talking_.ends_with(':')) talking_.pop_back();
        }
        Into(value, outer, depth + 1);
      });
    }
  }

  std::size_t seen() const { return seen_; }

 private:
  std::string Mended(std::string_view text) const { return tiktok_ ? std::string(text) : WithoutMojibake(text); }

  static std::optional<Instant> TimeOf(Json json) {
    for (const std::string_view key : {"timestamp_ms", "timestamp", "creation_timestamp"}) {
      constexpr std::int64_t kYear9999 = 253'402'300'799;  // seconds; later ones are no time, and far ones no Instant
      const bool fine = key == "timestamp_ms";
      const auto number = json[key].Int();
      if (!number || *number < 0 || *number > (fine ? kYear9999 * 1000 + 999 : kYear9999)) continue;
      return fine ? Instant{milliseconds{*number}} : Instant{seconds{*number}};
    }
    for (const std::string_view key : {"date", "Date"}) {  // TikTok, in UTC: "2026-11-01 09:00:00"
      const auto text = json[key].String();
      if (text && text->size() >= 19) return ParseRfc3339(std::string(text->substr(0, 19)) + "Z");
    }
    return std::nullopt;
  }

  void Add(std::string_view who, std::string text, std::optional<Instant> at, std::string_view what, std::string_view url = "", std::string title = "") {
    ++seen_;
    text = std::string(Trim(WithoutMarks(text)));
    if (text.empty() || item_.posts.size() >= kMaxTipMessages) {
      ++item_.without_words;
      return;
    }
    Post post = NewPost(item_.kind, item_.name + ", " + std::string(what) + " " + std::to_string(seen_), std::move(text));
    post.author.display_name = who;
    post.created_at = at;
    if (url.starts_with("https://") || url.starts_with("http://")) post.permalink = url;
    if (!title.empty()) post.handed_in->item += ", " + title;
    const std::string when = at ? FormatRfc3339(*at) : "";
    std::string id = IdOf(item_.kind, {when, who, post.text});
    if (const int again = same_[id]++; again > 0) id += "-" + std::to_string(again + 1);
    post.native_id = id.substr(id.find(':') + 1);
    post.global_id = std::move(id);
    item_.posts.push_back(std::move(post));
  }

  // Whether it was one of the shapes.
  bool Take(Json json, std::optional<Instant> outer) {
    if (const auto sender = json["sender_name"].String(); sender && json["timestamp_ms"]) {
      Add(Mended(*sender), Mended(json["content"].StringOr("")), TimeOf(json), "message");
      return true;
    }
    if (const Json comment = json["comment"]; comment.IsObject() && comment["comment"].String()) {
      const auto at = TimeOf(comment);
      Add(Mended(comment["author"].StringOr("")), Mended(comment["comment"].StringOr("")), at ? at : outer, "comment", "", comment["group"].String() ? "in " + Mended(comment["group"].StringOr("")) : "");
      return true;
    }
    if (const Json map = json["string_map_data"]; map.IsObject() && map["Comment"]["value"].String()) {
      std::optional<Instant> at;
      if (const auto number = map["Time"]["timestamp"].Int(); number && *number > 0 && *number < 100'000'000'000) at = Instant{seconds{*number}};
      const std::string owner = Mended(map["Media Owner"]["value"].StringOr(""));
      Add("", Mended(map["Comment"]["value"].StringOr("")), at, "comment", json["media_list_data"][0]["uri"].StringOr(""), owner.empty() ? "" : "below a post of " + owner);
      return true;
    }
    if (const auto words = json["post"].String()) {
      Add("", Mended(*words), outer, "post");
      return true;
    }
    if (json["media"].IsArray() && (json["creation_timestamp"] || json["media"][0]["creation_timestamp"])) {
      const Json first = json["media"][0];
      const auto title = json["title"].String() ? json["title"].StringOr("") : first["title"].StringOr("");
      const auto at = TimeOf(json);
      Add("", Mended(title), at ? at : TimeOf(first), "post");
      return true;
    }
    const auto tiktok_comment = json["comment"].String() ? json["comment"].String() : json["Comment"].String();
    if (tiktok_comment && (json["date"] || json["Date"])) {
      Add("", Mended(*tiktok_comment), TimeOf(json), "comment", json["url"].String() ? json["url"].StringOr("") : json["Url"].StringOr(""));
      return true;
    }
    if (const auto from = json["From"].String(); from && json["Content"].String() && json["Date"]) {
      Add(*from, std::string(json["Content"].StringOr("")), TimeOf(json), "message", "", talking_.empty() ? "" : "in the chat with " + talking_);
      return true;
    }
    return false;
  }

  TipItem& item_;
  bool tiktok_;
  std::size_t seen_ = 0;
  std::string talking_;
  std::map<std::string, int> same_;
};

}  // namespace

std::optional<TipItem> ReadDownload(std::string_view name, Json root) {
  const std::string lower = LowerAscii(name);
  const auto has = [&](std::string_view key) { return static_cast<bool>(root[key]); };
  const bool tiktok = (has("Comment") || has("Direct Messages") || has("Direct Message") || has("Your Activity") || has("Activity") || has("Profile") || has("Profile And Settings")) && root.IsObject();
  bool instagram = lower.find("instagram") != std::string::npos || has("comments_media_comments") || has("comments_reels_comments");
  const Json first = root.IsArray() ? root[0] : Json();
  instagram = instagram || first["string_map_data"] || (first["media"].IsArray() && first["media"][0]["creation_timestamp"]);
  TipItem item;
  item.name = name;
  item.collection = true;
  Walk walk(item, instagram, tiktok);
  walk.Into(root, std::nullopt, 0);
  if (walk.seen() == 0) return std::nullopt;
  item.place = WithoutMojibake(root["title"].StringOr(""));
  if (item.posts.size() >= kMaxTipMessages) item.notes.push_back("only its first " + std::to_string(kMaxTipMessages) + " messages were read");
  return item;
}

}  // namespace heed::tip
