// What NodeBB forums answer, as posts.  Pure: bytes in, posts out.
#include "connectors/fields.h"
#include "connectors/markup/html.h"
#include "connectors/nodebb/nodebb.h"

namespace heed {
namespace {

using namespace fields;

std::optional<Instant> DateOf(Json post, std::string_view key) {
  if (const auto at = TimeOf(post[std::string(key) + "ISO"])) return at;
  const auto at = EpochOf(post[key], 1e3);
  return at && *at == Instant{} ? std::nullopt : at;  // edited: 0 = never
}

std::string_view ReadPost(Json from, std::string_view origin, Post& post) {
  const auto id = from["pid"].Id().value_or("");
  const auto html = from["content"].String();
  const auto user = from["user"];
  if (id.empty() || id == "0") return "it has no id";
  if (!html) return "it has no text";
  post.author.handle = TextOf(user["username"]);
  if (post.author.handle.empty()) return "it has no author";
  post.author.id = from["uid"].Id().value_or(user["uid"].Id().value_or(""));
  post.author.display_name = TextOf(user["displayname"]);
  if (post.author.display_name.empty()) post.author.display_name = TextOf(user["fullname"]);

  post.platform = "nodebb";
  const std::string place = HostOf(origin);
  post.instance = place.substr(0, place.find('/'));
  post.native_id = id;
  // Posts that came from other servers (since 4.0) are named by their address.
  post.global_id = WebAddress(id);
  post.permalink = post.global_id.empty() ? std::string(origin) + "/post/" + id : post.global_id;
  if (post.global_id.empty()) post.global_id = "nodebb:" + place + ":" + id;
  if (const auto topic = from["tid"].Id()) post.thread_root = "nodebb:" + place + ":topic/" + *topic;

  post.raw = *html;
  post.raw_format = TextFormat::kHtml;
  post.text = HtmlToText(*html);
  if (Set(from["isMainPost"]) || from["topic"]["mainPid"].Id() == id) post.title = DecodeEntities(from["topic"]["title"].StringOr(""));
  post.created_at = DateOf(from, "timestamp");
  post.edited_at = DateOf(from, "edited");
  // Lists that do not tell edits leave it to the content to tell (see ContentVersion).
  if (from["edited"] || from["editedISO"])
    if (const auto at = Later(post.created_at, post.edited_at)) post.version_id = FormatRfc3339(*at);
  post.counts.replies = from["replies"].IsObject() ? CountOf(from["replies"]["count"]) : CountOf(from["replies"]);
  post.counts.likes = CountOf(from["upvotes"]);
  return "";
}

}  // namespace

Result<ListAnswer> ParseNodebbPage(std::string_view body, std::string_view origin, std::int64_t number) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto items = whole.IsArray() ? whole : whole["posts"];
  if (!items.IsArray()) return Fail(Fault::kMalformed, "the answer is not a list of posts");
  ListAnswer page;
  page.given = items.size();
  bool all_dated = true;
  Skipped skipped;
  items.Each([&](Json item) {
    page.last_id = item["pid"].Id().value_or("");
    const auto at = Later(DateOf(item, "timestamp"), DateOf(item, "edited"));
    page.newest = Later(page.newest, at);
    all_dated = all_dated && at;
    if (Set(item["deleted"]) || Set(item["topic"]["deleted"])) return;
    ListEntry entry{{}, at};
    const auto why = ReadPost(item, origin, entry.post);
    if (why.empty()) page.entries.push_back(std::move(entry));
    else skipped.Add(page.last_id, why);
  });
  if (!all_dated) page.newest.reset();
  auto pages = whole["pageCount"].Int();
  if (!pages) pages = whole["pagination"]["pageCount"].Int();
  if (page.given > 0 && (!pages || number < *pages)) page.next = "more";
  skipped.Tell(page.notes);
  return page;
}

}  // namespace heed
