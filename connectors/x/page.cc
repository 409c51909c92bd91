// What X answers, as posts; and what it is asked.  Pure.
#include <algorithm>
#include <map>

#include "connectors/markup/html.h"
#include "connectors/fields.h"
#include "connectors/x/x.h"
#include "src/base/text.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::size_t kLongestQuery = 512;

std::string Text(Json value) { return std::string(value.StringOr("")); }

void ReadPost(Json item, const std::map<std::string, Json>& users, XPage& page, Skipped& skipped) {
  const auto id = item["id"].Id().value_or("");
  const auto written = item["note_tweet"]["text"] ? item["note_tweet"]["text"].String() : item["text"].String();
  if (id.empty()) return skipped.Add("", "it has no id");
  if (!written) return skipped.Add(id, "it has no text");
  Post post;
  bool retweet = false;
  item["referenced_tweets"].Each([&](Json other) {
    const auto type = other["type"].StringOr("");
    retweet = retweet || type == "retweeted";
    if (type == "replied_to") post.in_reply_to = "x:" + other["id"].Id().value_or("");
  });
  if (retweet) return;
  const auto first = item["edit_history_tweet_ids"][0].Id().value_or(id);
  post.platform = "x";
  post.native_id = id;
  post.global_id = "x:" + first;
  post.version_id = id;
  const auto author = item["author_id"].Id().value_or("");
  post.author.id = author;
  if (const auto user = users.find(author); user != users.end()) {
    post.author.handle = Text(user->second["username"]);
    post.author.display_name = Text(user->second["name"]);
  }
  // Without the handle, which costs extra, X finds the post by its id alone.
  post.permalink = "https://x.com/" + (post.author.handle.empty() ? "i/web" : UrlEncode(post.author.handle)) + "/status/" + UrlEncode(id);
  post.text = DecodeEntities(*written);
  if (post.text != *written) post.raw = *written;
  post.language = Text(item["lang"]);
  if (post.language == "und") post.language.clear();
  post.created_at = TimeOf(item["created_at"]);
  if (first != id) post.edited_at = post.created_at;
  if (const auto root = item["conversation_id"].Id(); root && *root != id) post.thread_root = "x:" + *root;
  const auto metrics = item["public_metrics"];
  post.counts = {CountOf(metrics["reply_count"]), CountOf(metrics["retweet_count"]), CountOf(metrics["like_count"]), CountOf(metrics["quote_count"])};
  // Of no date: the search itself was told from where on.
  page.entries.push_back({std::move(post), std::nullopt});
}

}  // namespace

Result<XPage> ParseXPage(std::string_view body) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto data = whole["data"], meta = whole["meta"];
  const bool none = !data && meta["result_count"].Int() == 0;
  if (!data.IsArray() && !none) return Fail(Fault::kMalformed, "the answer is not a list of posts");
  XPage page;
  page.posts = data.size() + whole["includes"]["tweets"].size();
  page.users = whole["includes"]["users"].size();
  page.next = meta["next_token"].StringOr("");
  page.newest = meta["newest_id"].Id().value_or("");
  std::map<std::string, Json> users;
  whole["includes"]["users"].Each([&](Json user) { users.emplace(user["id"].Id().value_or(""), user); });
  Skipped skipped;
  data.Each([&](Json item) { ReadPost(item, users, page, skipped); });
  skipped.Tell(page.notes);
  return page;
}

Presence ReadXLook(std::string_view body, std::string_view id) {
  JsonParser parser;
  const auto whole = parser.Parse(body);
  if (!whole) return Presence::kUnknown;
  auto presence = Presence::kUnknown;
  (*whole)["data"].Each([&](Json one) {
    if (one["id"].Id().value_or("") != id) return;
    const auto history = one["edit_history_tweet_ids"];
    const auto newest = history.IsArray() && history.size() > 0 ? history[history.size() - 1].Id().value_or("") : std::string(id);
    presence = one["withheld"].IsObject() ? Presence::kUpLimited : newest != id ? Presence::kUpEdited : Presence::kUp;
  });
  if (presence != Presence::kUnknown) return presence;
  (*whole)["errors"].Each([&](Json error) {
    if (error["resource_id"].Id().value_or(error["value"].Id().value_or("")) != id) return;
    const auto type = error["type"].StringOr("");
    if (type.ends_with("/resource-not-found")) presence = Presence::kGoneUnknown;  // deleted, or its account is suspended: it does not say
    else if (type.ends_with("/not-authorized-for-resource") || type.ends_with("/resource-unavailable")) presence = Presence::kNotVisible;
  });
  return presence;
}

std::vector<std::string> XQueries(const School& school) {
  std::vector<std::string> terms;
  const auto add = [&](std::string term) {
    if (std::ranges::find(terms, term) == terms.end()) terms.push_back(std::move(term));
  };
  const auto quoted = [](std::string text) {
    std::erase(text, '"');
    return "\"" + text + "\"";
  };
  if (!school.name.empty()) add(quoted(school.name));
  for (const auto& name : school.names) add(quoted(name));
  for (const auto& tag : school.hashtags) add(tag.starts_with('#') ? tag : "#" + tag);
  for (const auto& domain : school.domains) add("url:" + quoted(domain));
  for (std::string handle : school.handles) {
    if (handle.starts_with('@')) handle.erase(0, 1);
    const bool here = !handle.empty() && handle.size() <= 15 && std::ranges::all_of(handle, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (here) add("@" + handle);
  }
  constexpr std::string_view kEnd = ") -is:retweet";
  std::vector<std::string> queries;
  for (const auto& term : terms) {
    if (term.size() + 1 + kEnd.size() > kLongestQuery) continue;
    if (queries.empty() || queries.back().size() + 4 + term.size() + kEnd.size() > kLongestQuery) queries.push_back("(" + term);
    else queries.back() += " OR " + term;
  }
  for (auto& query : queries) query += kEnd;
  return queries;
}

}  // namespace heed
