// What the Graph API answers about an Instagram account, as posts.  Pure.
#include <algorithm>

#include "connectors/instagram/instagram.h"
#include "connectors/fields.h"
#include "connectors/listing/graph.h"
#include "src/base/text.h"

namespace heed {
namespace {

using namespace fields;

std::string Text(Json value) { return std::string(value.StringOr("")); }

class Reader {
 public:
  Reader(const InstagramMedia& below, InstagramPage& out) : below_(below), out_(out) {}

  void OwnMedia(Json item) {
    const auto at = See(item);
    const auto id = item["id"].Id().value_or("");
    if (id.empty()) return skipped_.Add(item["permalink"].StringOr(""), "it has no id");
    // Both are kept in the cursor between spaces.
    const auto whole = [](std::string text) { return text.find(' ') == text.npos ? text : std::string(); };
    out_.media.push_back({id, whole(Text(item["username"])), whole(WebAddress(item["permalink"])), at});
  }

  void Media(Json item) {
    const auto at = See(item);
    Post post;
    if (!Begin(item, post)) return;
    post.permalink = WebAddress(item["permalink"]);
    if (post.permalink.empty()) post.permalink = "https://www.instagram.com/";
    post.author.handle = Text(item["username"]);
    post.text = Text(item["caption"]);
    auto kind = LowerAscii(item["media_type"].StringOr(""));
    if (kind == "carousel_album") kind = "image";
    if (!kind.empty()) post.media.push_back({kind, "", ""});
    post.counts.replies = CountOf(item["comments_count"]);
    post.counts.likes = CountOf(item["like_count"]);
    End(std::move(post), at);
  }

  void Comment(Json item, std::string_view parent = "") {
    const auto at = parent.empty() ? See(item) : TimeOf(item["timestamp"]);
    const auto handle = Text(item["username"]).empty() ? Text(item["from"]["username"]) : Text(item["username"]);
    Post post;
    if (!Begin(item, post)) return;
    const auto id = post.native_id;
    const bool ours = !below_.username.empty() && handle == below_.username;
    if (item["hidden"].Bool() != true && !ours) {
      post.permalink = below_.permalink.empty() ? "https://www.instagram.com/" : below_.permalink + (below_.permalink.ends_with('/') ? "" : "/") + "c/" + UrlEncode(id) + "/";
      post.author = {item["from"]["id"].Id().value_or(""), handle, ""};
      post.text = Text(item["text"]);
      std::string before(parent);
      if (before.empty()) before = item["parent_id"].Id().value_or("");
      if (before.empty()) before = below_.id;
      if (!before.empty()) post.in_reply_to = "instagram:" + before;
      if (!below_.id.empty()) post.thread_root = "instagram:" + below_.id;
      post.counts.likes = CountOf(item["like_count"]);
      // A reply is kept however old: what it answers was young enough.
      End(std::move(post), parent.empty() ? at : std::nullopt, at);
    }
    if (parent.empty()) item["replies"]["data"].Each([&](Json reply) { Comment(reply, id); });
  }

  void Finish() { skipped_.Tell(out_.notes); }

 private:
  std::optional<Instant> See(Json item) {
    const auto at = TimeOf(item["timestamp"]);
    if (at) out_.newest = std::max(out_.newest.value_or(*at), *at);
    return at;
  }

  bool Begin(Json item, Post& post) {
    post.native_id = item["id"].Id().value_or("");
    if (post.native_id.empty()) {
      skipped_.Add(item["permalink"].StringOr(""), "it has no id");
      return false;
    }
    post.platform = "instagram";
    post.global_id = "instagram:" + post.native_id;
    return true;
  }

  void End(Post post, std::optional<Instant> at) { End(std::move(post), at, at); }
  void End(Post post, std::optional<Instant> at, std::optional<Instant> written) {
    if (post.text.empty()) return;  // a picture without words
    post.created_at = written;
    out_.entries.push_back({std::move(post), at});
  }

  const InstagramMedia& below_;
  InstagramPage& out_;
  Skipped skipped_;
};

}  // namespace

Result<InstagramPage> ParseInstagramPage(std::string_view body, InstagramList list, const InstagramMedia& below) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto data = whole["data"];
  if (!data.IsArray()) return Fail(Fault::kMalformed, "the answer is not one of the Graph API's lists");
  InstagramPage out;
  out.given = data.size();
  out.next = GraphNext(whole["paging"]);
  Reader reader(below, out);
  data.Each([&](Json item) {
    switch (list) {
      case InstagramList::kOwnMedia: return reader.OwnMedia(item);
      case InstagramList::kMedia: return reader.Media(item);
      case InstagramList::kComments: return reader.Comment(item);
    }
  });
  reader.Finish();
  return out;
}

}  // namespace heed
