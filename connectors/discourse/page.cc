// What Discourse forums answer, as posts.  Pure: bytes in, posts out.
#include <algorithm>

#include "connectors/discourse/discourse.h"
#include "connectors/fields.h"
#include "connectors/markup/html.h"

namespace heed {
namespace {

using namespace fields;

// Post.types: regular, moderator_action, small_action, whisper.  Small actions are the forum's own lines
// ("closed this topic"); a whisper is for its staff.
bool IsWrittenForEverybody(Json post) {
  const auto type = post["post_type"].Int().value_or(1);
  return type == 1 || type == 2;
}

bool IsGone(Json post) {
  return Set(post["hidden"]) || Set(post["user_deleted"]) || post["deleted_at"].String() || EqualsIgnoreCase(post["topic_archetype"].StringOr(""), "private_message");
}

std::string_view ReadPost(Json from, std::string_view host, Json topic, std::string_view title, Post& post) {
  const auto id = from["id"].Int(), number = from["post_number"].Int();
  auto topic_id = from["topic_id"].Int();
  if (!topic_id) topic_id = topic["id"].Int();
  const auto html = from["cooked"].String();
  if (!id) return "it has no id";
  if (!html) return "it has no text";
  if (!topic_id || !number) return "it does not say where it stands";
  post.author.handle = TextOf(from["username"]);
  if (post.author.handle.empty()) return "it has no author";
  post.author.id = from["user_id"].Id().value_or("");
  post.author.display_name = TextOf(from["name"]);

  post.platform = "discourse";
  post.instance = host;
  post.native_id = std::to_string(*id);
  post.global_id = "discourse:" + std::string(host) + ":" + post.native_id;
  auto slug = TextOf(from["topic_slug"]);
  if (slug.empty()) slug = TextOf(topic["slug"]);
  if (slug.empty() || slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_%") != slug.npos) slug = "-";
  post.permalink = "https://" + std::string(host) + "/t/" + slug + "/" + std::to_string(*topic_id) + "/" + std::to_string(*number);
  post.thread_root = "discourse:" + std::string(host) + ":topic/" + std::to_string(*topic_id);

  post.raw = *html;
  post.raw_format = TextFormat::kHtml;
  post.text = HtmlToText(*html);
  if (*number == 1) {
    post.title = TextOf(from["topic_title"]);
    if (post.title.empty()) post.title = topic["title"].StringOr(title);
  }
  post.created_at = TimeOf(from["created_at"]);
  // "updated_at" moves with every like; "version" with every edit.
  const auto version = from["version"].Int().value_or(1);
  if (version > 1) post.edited_at = TimeOf(from["updated_at"]);
  post.version_id = std::to_string(version);
  post.counts.replies = CountOf(from["reply_count"]);
  from["actions_summary"].Each([&](Json action) {
    if (action["id"].Int() == 2) post.counts.likes = CountOf(action["count"]);
  });
  return "";
}

}  // namespace

Result<DiscourseFinds> ParseDiscourseSearch(std::string_view body) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto grouped = whole["grouped_search_result"];
  // Where nothing was found some versions leave the lists out.
  if (!whole["posts"].IsArray() && !grouped.IsObject()) return Fail(Fault::kMalformed, "the answer is not a search's");
  if (const auto error = grouped["error"].String()) return Fail(Fault::kUnavailable, "the search failed: " + Named(*error));
  DiscourseFinds finds;
  bool all_dated = true;
  whole["posts"].Each([&](Json post) {
    ++finds.given;
    const auto id = post["id"].Int(), topic = post["topic_id"].Int();
    const auto at = TimeOf(post["created_at"]);
    finds.newest = Later(finds.newest, at);
    all_dated = all_dated && at;
    if (!id || !topic || *id <= 0 || *topic <= 0) return;
    finds.topics[*topic].posts.push_back(*id);
    finds.mark = std::to_string(*id);
  });
  whole["topics"].Each([&](Json topic) {
    const auto found = finds.topics.find(topic["id"].Int().value_or(0));
    if (found != finds.topics.end()) found->second.title = TextOf(topic["title"]);
  });
  if (!all_dated) finds.newest.reset();
  finds.more = grouped["more_full_page_results"].Bool().value_or(false);
  return finds;
}

Result<ListAnswer> ParseDiscoursePosts(std::string_view body, DiscourseList list, std::string_view host, std::string_view title) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto items = list == DiscourseList::kLatest ? whole["latest_posts"] : whole["post_stream"]["posts"];
  if (!items.IsArray()) return Fail(Fault::kMalformed, "the answer is not a list of posts");
  ListAnswer page;
  page.given = items.size();
  std::optional<std::int64_t> lowest;
  bool all_dated = true;
  Skipped skipped;
  items.Each([&](Json item) {
    if (const auto id = item["id"].Int(); id && *id > 0) lowest = std::min(lowest.value_or(*id), *id);
    auto at = TimeOf(item["created_at"]);
    all_dated = all_dated && at;
    if (item["version"].Int().value_or(1) > 1) at = Later(at, TimeOf(item["updated_at"]));
    page.newest = Later(page.newest, at);
    if (IsGone(item) || !IsWrittenForEverybody(item)) return;
    ListEntry entry{{}, at};
    const auto why = ReadPost(item, host, list == DiscourseList::kTopic ? whole : Json(), title, entry.post);
    if (why.empty()) page.entries.push_back(std::move(entry));
    else skipped.Add(item["id"].Id().value_or(""), why);
  });
  if (!all_dated) page.newest.reset();
  if (lowest) page.last_id = std::to_string(*lowest);
  skipped.Tell(page.notes);
  return page;
}

}  // namespace heed
