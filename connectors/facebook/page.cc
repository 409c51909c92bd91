// What the Graph API answers about a Page, as posts.  Pure.
#include <algorithm>

#include "connectors/facebook/facebook.h"
#include "connectors/fields.h"
#include "connectors/listing/graph.h"
#include "src/base/hash.h"
#include "src/base/text.h"

namespace heed {
namespace {

using namespace fields;

std::string Text(Json value) { return std::string(value.StringOr("")); }

class Reader {
 public:
  Reader(std::string_view page, std::string_view post, FacebookPage& out) : page_(page), post_(post), out_(out) {}

  void AddPost(Json item) {
    const auto at = See(item["created_time"]);
    const auto audience = item["privacy"]["value"].StringOr("");
    if ((!audience.empty() && audience != "EVERYONE") || item["is_published"].Bool() == false || item["is_hidden"].Bool() == true) return;
    Post post;
    if (!Begin(item, post)) return;
    out_.threads.push_back({post.native_id, at});
    if (IsOurs(item["from"])) return;
    post.text = Text(item["message"]);
    item["attachments"]["data"].Each([&](Json one) { AddMedia(one, post); });
    post.counts.replies = CountOf(item["comments"]["summary"]["total_count"]);
    post.counts.likes = CountOf(item["reactions"]["summary"]["total_count"]);
    post.counts.reposts = CountOf(item["shares"]["count"]);
    End(std::move(post), at);
  }

  void AddComment(Json item) {
    const auto at = See(item["created_time"]);
    if (item["is_hidden"].Bool() == true || item["is_private"].Bool() == true) return;
    Post post;
    if (!Begin(item, post) || IsOurs(item["from"])) return;
    post.text = Text(item["message"]);
    if (item["attachment"].IsObject()) AddMedia(item["attachment"], post);
    if (const auto parent = item["parent"]["id"].Id()) post.in_reply_to = "facebook:" + *parent;
    else if (!post_.empty()) post.in_reply_to = "facebook:" + std::string(post_);
    if (!post_.empty()) post.thread_root = "facebook:" + std::string(post_);
    post.counts.replies = CountOf(item["comment_count"]);
    post.counts.likes = CountOf(item["like_count"]);
    End(std::move(post), at);
  }

  void AddRecommendation(Json item) {
    const auto at = See(item["created_time"]);
    const auto words = Text(item["review_text"]);
    if (words.empty()) return;
    Post post;
    post.platform = "facebook";
    post.native_id = item["open_graph_story"]["id"].Id().value_or("");
    if (post.native_id.empty()) post.native_id = "recommendation-" + Sha256Hex(Text(item["created_time"]) + "\n" + item["reviewer"]["id"].Id().value_or("")).substr(0, 16);
    post.global_id = "facebook:" + post.native_id;
    post.permalink = "https://www.facebook.com/" + std::string(page_) + "/reviews";
    post.author = {item["reviewer"]["id"].Id().value_or(""), "", Text(item["reviewer"]["name"])};
    post.text = words;
    End(std::move(post), at);
  }

  void Finish() { skipped_.Tell(out_.notes); }

 private:
  std::optional<Instant> See(Json created) {
    const auto at = TimeOf(created);
    if (at) out_.newest = std::max(out_.newest.value_or(*at), *at);
    return at;
  }

  bool IsOurs(Json from) const { return from["id"].Id().value_or("") == page_; }

  bool Begin(Json item, Post& post) {
    post.permalink = WebAddress(item["permalink_url"]);
    post.native_id = item["id"].Id().value_or("");
    // Old tokens and narrow field lists give no id; the address is as good.
    if (post.native_id.empty()) post.native_id = post.permalink;
    if (post.native_id.empty() || !item.IsObject()) {
      skipped_.Add("", "it has no id");
      return false;
    }
    post.platform = "facebook";
    post.global_id = "facebook:" + post.native_id;
    if (post.permalink.empty()) post.permalink = "https://www.facebook.com/" + UrlEncode(post.native_id);
    post.author = {item["from"]["id"].Id().value_or(""), "", Text(item["from"]["name"])};
    return true;
  }

  void AddMedia(Json one, Post& post) {
    auto kind = Text(one["media_type"]);
    if (kind.empty()) kind = Text(one["type"]);
    if (kind == "photo" || kind == "album") kind = "image";
    auto url = WebAddress(one["unshimmed_url"]);
    if (url.empty()) url = WebAddress(one["url"]);
    // Photos repeat the post's own words as their description.
    std::string words = Text(one["title"]);
    if (const auto description = one["description"].StringOr(""); !description.empty() && description != post.text) words.append(words.empty() ? "" : "\n").append(description);
    if (words == post.text) words.clear();
    if (!words.empty() || !url.empty()) post.media.push_back({std::move(kind), std::move(url), std::move(words)});
  }

  void End(Post post, std::optional<Instant> at) {
    std::string scratch;
    if (JudgedText(post, scratch).empty()) return;  // a sticker, a photo without words
    post.created_at = at;
    out_.entries.push_back({std::move(post), at});
  }

  std::string_view page_, post_;
  FacebookPage& out_;
  Skipped skipped_;
};

}  // namespace

Result<FacebookPage> ParseFacebookPage(std::string_view body, FacebookList list, std::string_view page, std::string_view post) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto data = whole["data"];
  if (!data.IsArray()) return Fail(Fault::kMalformed, "the answer is not one of the Graph API's lists");
  FacebookPage out;
  out.given = data.size();
  out.next = GraphNext(whole["paging"]);
  Reader reader(page, post, out);
  data.Each([&](Json item) {
    switch (list) {
      case FacebookList::kPosts: return reader.AddPost(item);
      case FacebookList::kComments: return reader.AddComment(item);
      case FacebookList::kRecommendations: return reader.AddRecommendation(item);
    }
  });
  reader.Finish();
  return out;
}

}  // namespace heed
