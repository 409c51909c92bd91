// What Mastodon-compatible servers answer, as posts.  Pure: bytes in, posts out.
#include <algorithm>

#include "connectors/fields.h"
#include "connectors/markup/html.h"
#include "connectors/mastodon/mastodon.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::size_t kLongestId = 256;  // real ones are below 40 bytes

void AddLine(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

void AddMedia(Json status, std::vector<Media>& media) {
  status["media_attachments"].Each([&](Json one) {
    auto kind = TextOf(one["type"]);
    if (kind == "gifv") kind = "video";
    auto url = WebAddress(one["url"]);
    if (url.empty()) url = WebAddress(one["remote_url"]);
    media.push_back({std::move(kind), std::move(url), TextOf(one["description"])});
  });
  if (const auto card = status["card"]; card.IsObject()) {
    auto words = TextOf(card["title"]);
    AddLine(words, card["description"].StringOr(""));
    media.push_back({"link", WebAddress(card["url"]), std::move(words)});
  }
}

// Why a status is not kept.  kSilent: nothing is wrong with it, it is just none of ours.
struct LeftOut {
  bool silent;
  std::string_view why;
};

std::optional<LeftOut> ReadStatus(Json status, const MastodonReading& reading, Post& post) {
  if (!status.IsObject()) return LeftOut{false, "it is not a post"};
  // A boost repeats somebody else's post, which the timeline holds itself where it is public.
  if (status["reblog"].IsObject()) return LeftOut{true, ""};
  const auto visibility = status["visibility"].String();
  if (!visibility) return LeftOut{false, "it does not say whether it is public"};
  if (*visibility != "public" && !(reading.unlisted && *visibility == "unlisted")) return LeftOut{true, ""};
  const auto id = status["id"].Id();
  const auto content = status["content"].String();
  const auto account = status["account"];
  const auto name = account["acct"].StringOr(account["username"].StringOr(""));
  if (!id || id->empty()) return LeftOut{false, "it has no id"};
  if (!content) return LeftOut{false, "it has no text"};
  if (name.empty()) return LeftOut{false, "it has no author"};

  post.platform = "mastodon";
  post.instance = reading.instance;
  post.native_id = *id;
  post.permalink = WebAddress(status["url"]);
  if (post.permalink.empty()) post.permalink = WebAddress(status["uri"]);
  post.global_id = TextOf(status["uri"]);
  if (post.global_id.empty()) post.global_id = post.permalink;
  if (post.global_id.empty()) post.global_id = "mastodon:" + reading.instance + ":" + *id;

  // The id a server gives an account is its own; the address is the same everywhere.
  post.author.id = TextOf(account["uri"]);
  if (post.author.id.empty()) post.author.id = TextOf(account["url"]);
  post.author.handle = name;
  if (name.find('@') == name.npos && !reading.domain.empty()) post.author.handle += "@" + reading.domain;
  post.author.display_name = TextOf(account["display_name"]);

  post.warning = TextOf(status["spoiler_text"]);
  post.raw = *content;
  post.raw_format = TextFormat::kHtml;
  post.text = HtmlToText(*content);
  status["poll"]["options"].Each([&](Json option) { AddLine(post.text, option["title"].StringOr("")); });
  const auto shown = LowerAscii(post.text);
  std::string beside;
  status["tags"].Each([&](Json tag) {
    const auto word = "#" + TextOf(tag["name"]);
    if (word.size() > 1 && shown.find(LowerAscii(word)) == shown.npos) beside.append(beside.empty() ? "" : " ").append(word);
  });
  AddLine(post.text, beside);

  post.language = TextOf(status["language"]);
  post.created_at = ParseRfc3339(status["created_at"].StringOr(""));
  post.edited_at = ParseRfc3339(status["edited_at"].StringOr(""));
  // A server that never says "edited" leaves it to the content to tell (see ContentVersion).
  if (post.edited_at) post.version_id = FormatRfc3339(*post.edited_at);
  else if (status["edited_at"].IsNull() && post.created_at) post.version_id = FormatRfc3339(*post.created_at);
  AddMedia(status, post.media);
  post.counts = {CountOf(status["replies_count"]), CountOf(status["reblogs_count"]), CountOf(status["favourites_count"]), CountOf(status["quotes_count"])};
  return std::nullopt;
}

std::string LowerHost(std::string_view address) {
  for (const std::string_view start : {"https://", "http://"})
    if (StartsWithIgnoreCase(address, start)) address.remove_prefix(start.size());
  return LowerAscii(address.substr(0, address.find('/')));
}

MastodonInstance::Access ReadAccess(Json value) {
  const auto word = value.StringOr("public");
  if (word == "disabled") return MastodonInstance::Access::kOff;
  return word == "authenticated" ? MastodonInstance::Access::kMembers : MastodonInstance::Access::kPublic;
}

}  // namespace

Result<MastodonPage> ParseMastodonPage(std::string_view body, MastodonList list, const MastodonReading& reading) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto items = list == MastodonList::kSearch ? whole["statuses"] : whole;
  if (!items.IsArray()) return Fail(Fault::kMalformed, "the answer is not a list of posts");

  MastodonPage page;
  Skipped skipped;
  bool all_dated = true;
  items.Each([&](Json item) {
    const bool notice = list == MastodonList::kNotifications;
    auto id = item["id"].Id().value_or("");
    if (id.size() > kLongestId) id.clear();
    page.ids.push_back(std::move(id));
    const auto status = notice ? item["status"] : item;

    std::optional<Instant> at;
    for (const auto value : {item["created_at"], status["created_at"], status["edited_at"]})
      if (const auto time = ParseRfc3339(value.StringOr("")); time && (!at || *at < *time)) at = time;
    if (at) {
      page.newest = std::max(page.newest.value_or(*at), *at);
    } else {
      all_dated = false;
    }
    // Servers that do not know `types[]` send follows and boosts too.
    if (notice && item["type"].StringOr("") != "mention") return;

    MastodonPage::Entry entry{{}, at};
    const auto left_out = ReadStatus(status, reading, entry.post);
    if (!left_out) {
      page.entries.push_back(std::move(entry));
    } else if (!left_out->silent) {
      const auto name = status["uri"].StringOr("");
      skipped.Add(name.empty() ? page.ids.back() : name, left_out->why);
    }
  });
  if (!all_dated) page.newest.reset();
  skipped.Tell(page.notes);
  return page;
}

Result<MastodonInstance> ParseMastodonInstance(std::string_view body) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  MastodonInstance instance;
  instance.domain = LowerHost(whole["domain"].StringOr(whole["uri"].StringOr("")));
  instance.version = Named(whole["version"].StringOr(""));
  if (instance.domain.empty() || instance.version.empty())
    return Fail(Fault::kMalformed, "the answer does not describe a server of Mastodon's kind");
  const auto feeds = whole["configuration"]["timelines_access"]["hashtag_feeds"];
  instance.local_hashtags = ReadAccess(feeds["local"]);
  instance.remote_hashtags = ReadAccess(feeds["remote"]);
  const auto source = LowerAscii(whole["source_url"].StringOr(""));
  instance.knows_phrases = source.find("mastodon") != source.npos && instance.version.find("compatible") == std::string::npos;
  return instance;
}

std::string LinkTarget(std::string_view header, std::string_view relation) {
  while (true) {
    const auto open = header.find('<');
    const auto close = open == header.npos ? header.npos : header.find('>', open);
    if (close == header.npos) return "";
    const auto target = header.substr(open + 1, close - open - 1);
    header.remove_prefix(close + 1);
    const auto parameters = header.substr(0, header.find('<'));
    for (auto parameter : Split(parameters, ';')) {
      parameter = Trim(parameter);
      if (!StartsWithIgnoreCase(parameter, "rel=")) continue;
      auto value = Trim(parameter.substr(4));
      while (!value.empty() && (value.back() == ',' || value.back() == '"' || value.back() == ' ')) value.remove_suffix(1);
      if (!value.empty() && value.front() == '"') value.remove_prefix(1);
      for (const auto word : Split(value, ' '))
        if (EqualsIgnoreCase(word, relation)) return std::string(target);
    }
  }
}

}  // namespace heed
