// What Reddit answers, as posts.  Pure: bytes in, posts out.
#include "connectors/fields.h"
#include "connectors/markup/html.h"
#include "connectors/markup/markdown.h"
#include "connectors/reddit/reddit.h"

namespace heed {
namespace {

using namespace fields;

bool IsGone(Json entry, bool comment) {
  if (entry["removed_by_category"].String() || entry["banned_by"].String()) return true;
  const auto words = entry[comment ? "body" : "selftext"].StringOr("");
  return words == "[removed]" || words == "[deleted]";
}

// A quarantined subreddit shows itself to those only who agreed to see it.
bool IsPublic(Json entry) {
  const auto type = entry["subreddit_type"].StringOr("public");
  return (type == "public" || type == "restricted" || type == "user" || type == "archived") && !Set(entry["quarantine"]);
}

std::string_view ReadEntry(Json entry, bool comment, std::string_view site, Post& post) {
  const auto name = TextOf(entry["name"]);
  if (name.size() < 4 || name.size() > 32) return "it has no name";
  const auto words = entry[comment ? "body" : "title"].String();
  if (!words) return "it has no text";
  post.author.handle = TextOf(entry["author"]);  // "[deleted]" when the account is gone and the words are not
  if (post.author.handle.empty()) return "it has no author";
  post.author.id = TextOf(entry["author_fullname"]);

  post.platform = "reddit";
  post.native_id = name;
  post.global_id = "reddit:" + name;
  // Old answers name no permalink of a comment; the short form of its post's address leads there as well.
  auto path = TextOf(entry["permalink"]);
  if (path.empty() && comment) {
    const auto link = entry["link_id"].StringOr("");
    if (link.starts_with("t3_")) path = "/comments/" + std::string(link.substr(3)) + "/_/" + name.substr(3) + "/";
  }
  if (path.empty()) path = "/" + name.substr(3);
  if (path.starts_with("/")) post.permalink = std::string(site) + path;

  post.raw = comment ? std::string(*words) : TextOf(entry["selftext"]);
  post.raw_format = TextFormat::kMarkdown;
  post.text = MarkdownToText(post.raw);
  post.created_at = EpochOf(entry["created_utc"], 1);
  post.edited_at = EpochOf(entry["edited"], 1);  // false, true on very old ones, or when
  if (const auto version = Later(post.created_at, post.edited_at)) post.version_id = FormatRfc3339(*version);
  if (comment) {
    if (const auto parent = entry["parent_id"].StringOr(""); !parent.empty()) post.in_reply_to = "reddit:" + std::string(parent);
    if (const auto root = entry["link_id"].StringOr(""); !root.empty()) post.thread_root = "reddit:" + std::string(root);
  } else {
    post.title = DecodeEntities(*words);
    const auto url = WebAddress(entry["url"].StringOr(""));
    if (!Set(entry["is_self"]) && !url.empty()) post.media.push_back({"link", url, ""});
    post.counts.replies = CountOf(entry["num_comments"]);
  }
  post.counts.likes = CountOf(entry["score"]);
  return "";
}

}  // namespace

Result<ListAnswer> ParseRedditListing(std::string_view body, std::string_view site) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto children = whole["data"]["children"];
  if (!children.IsArray()) return Fail(Fault::kMalformed, "the answer is not a listing");
  ListAnswer page;
  page.given = children.size();
  page.next = whole["data"]["after"].StringOr("");
  bool all_dated = true;
  Skipped skipped;
  children.Each([&](Json child) {
    const auto kind = child["kind"].StringOr("");
    const auto entry = child["data"];
    page.last_id = TextOf(entry["name"]);
    const auto at = Later(EpochOf(entry["created_utc"], 1), EpochOf(entry["edited"], 1));
    page.newest = Later(page.newest, at);
    all_dated = all_dated && at;
    if (kind != "t1" && kind != "t3") return;  // an account, a subreddit, "load more": nobody's words
    const bool comment = kind == "t1";
    if (IsGone(entry, comment) || !IsPublic(entry)) return;
    ListEntry kept{{}, at};
    const auto why = ReadEntry(entry, comment, site, kept.post);
    if (why.empty()) page.entries.push_back(std::move(kept));
    else skipped.Add(page.last_id, why);
  });
  if (!all_dated) page.newest.reset();
  skipped.Tell(page.notes);
  return page;
}

}  // namespace heed
