// What Lemmy servers answer, as posts.  Pure: bytes in, posts out.
#include "connectors/fields.h"
#include "connectors/lemmy/lemmy.h"
#include "connectors/markup/markdown.h"
#include "src/net/http.h"

namespace heed {
namespace {

using namespace fields;

// "published" of API v3 is "published_at" in v4, and so on.
Json Either(Json object, std::string_view key) {
  const auto value = object[key];
  return value ? value : object[std::string(key) + "_at"];
}

// Communities that members of one server, or nobody but accepted members, may read.
bool IsPublic(Json community) {
  const auto visibility = community["visibility"].StringOr("Public");
  return EqualsIgnoreCase(visibility, "Public") || EqualsIgnoreCase(visibility, "Unlisted");
}

bool IsGone(Json thing) { return Set(thing["deleted"]) || Set(thing["removed"]); }

void ReadAuthor(Json creator, Author& author) {
  author.id = TextOf(creator["actor_id"]);
  if (author.id.empty()) author.id = TextOf(creator["ap_id"]);
  author.handle = TextOf(creator["name"]);
  author.display_name = TextOf(creator["display_name"]);
  if (const auto origin = UrlOrigin(author.id); origin && !author.handle.empty()) author.handle += "@" + HostOf(*origin);
}

// Why an entry is not kept; "" = it is.
std::string_view ReadEntry(Json view, LemmyList list, std::string_view instance, Post& post) {
  const bool comment = list == LemmyList::kComments;
  const auto thing = view[comment ? "comment" : "post"], above = view["post"], counts = view["counts"] ? view["counts"] : thing;
  const auto id = thing["id"].Id().value_or("");
  if (id.empty()) return "it has no id";
  const auto words = comment ? thing["content"].String() : thing["name"].String();
  if (!words) return "it has no text";
  ReadAuthor(view["creator"], post.author);
  if (post.author.handle.empty()) return "it has no author";

  post.platform = "lemmy";
  post.instance = instance;
  // Posts and comments are numbered apart.
  post.native_id = (comment ? "comment/" : "post/") + id;
  post.global_id = WebAddress(thing["ap_id"].StringOr(""));
  post.permalink = post.global_id;
  if (post.permalink.empty()) post.permalink = "https://" + std::string(instance) + "/" + post.native_id;
  if (post.global_id.empty()) post.global_id = "lemmy:" + std::string(instance) + ":" + post.native_id;

  post.raw = comment ? std::string(*words) : TextOf(thing["body"]);
  post.raw_format = TextFormat::kMarkdown;
  post.text = MarkdownToText(post.raw);
  post.created_at = TimeOf(Either(thing, "published"));
  post.edited_at = TimeOf(Either(thing, "updated"));
  if (const auto version = Later(post.created_at, post.edited_at)) post.version_id = FormatRfc3339(*version);
  if (comment) {
    post.thread_root = TextOf(above["ap_id"]);
    // path: "0.12.34" is comment 34 below comment 12; "0.34" answers the post itself.
    if (Split(thing["path"].StringOr(""), '.').size() == 2) post.in_reply_to = post.thread_root;
    post.counts.replies = CountOf(counts["child_count"]);
  } else {
    post.title = *words;
    auto card = TextOf(thing["embed_title"]);
    for (const auto part : {thing["embed_description"].StringOr(""), thing["alt_text"].StringOr("")})
      if (!part.empty()) card.append(card.empty() ? "" : "\n").append(part);
    if (const auto url = WebAddress(thing["url"].StringOr("")); !url.empty() || !card.empty()) post.media.push_back({"link", url, std::move(card)});
    post.counts.replies = CountOf(counts["comments"]);
  }
  post.counts.likes = CountOf(counts["upvotes"]);
  return "";
}

}  // namespace

Result<ListAnswer> ParseLemmyPage(std::string_view body, LemmyList list, std::string_view instance) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto items = whole[list == LemmyList::kPosts ? "posts" : "comments"];
  if (!items.IsArray()) return Fail(Fault::kMalformed, "the answer is not a list of posts or comments");

  ListAnswer page;
  page.given = items.size();
  page.next = whole["next_page"].StringOr("");
  bool all_dated = true;
  Skipped skipped;
  items.Each([&](Json view) {
    const auto thing = view[list == LemmyList::kPosts ? "post" : "comment"];
    page.last_id = thing["id"].Id().value_or("");
    const auto at = Later(TimeOf(Either(thing, "published")), TimeOf(Either(thing, "updated")));
    page.newest = Later(page.newest, at);
    all_dated = all_dated && at;
    // Gone, or not for strangers: nothing is wrong with it, it is just none of ours.
    if (IsGone(thing) || IsGone(view["community"]) || !IsPublic(view["community"])) return;
    if (list == LemmyList::kComments && IsGone(view["post"])) return;
    ListEntry entry{{}, at};
    const auto why = ReadEntry(view, list, instance, entry.post);
    if (why.empty()) page.entries.push_back(std::move(entry));
    else skipped.Add(thing["ap_id"].StringOr(page.last_id), why);
  });
  if (!all_dated) page.newest.reset();
  skipped.Tell(page.notes);
  return page;
}

}  // namespace heed
