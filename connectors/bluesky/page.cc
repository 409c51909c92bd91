// One page of Bluesky's search results as posts.  Pure: bytes in, posts out.
#include <algorithm>
#include <array>

#include "connectors/bluesky/bluesky.h"
#include "connectors/fields.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::size_t kLongestCursor = 4096;  // it is stored; real ones are below 100 bytes

bool All(std::string_view text, std::string_view also) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || also.find(c) != also.npos;
  });
}

// at://did/collection/rkey, each part of the letters its syntax allows: they end in a permalink.
struct AtUri {
  std::string_view did, rkey;
};

std::optional<AtUri> ReadAtUri(std::string_view uri) {
  constexpr std::string_view kScheme = "at://";
  if (uri.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  const auto parts = Split(uri.substr(kScheme.size()), '/');
  if (parts.size() != 3 || parts[0].substr(0, 4) != "did:") return std::nullopt;
  if (!All(parts[0], ":._%-") || !All(parts[1], ".-") || !All(parts[2], "._:~-")) return std::nullopt;
  return AtUri{parts[0], parts[2]};
}

bool IsType(Json value, std::string_view type) {
  const auto given = value["$type"].StringOr("");
  return given == type || (given.size() == type.size() + 5 && given.substr(0, type.size()) == type && given.substr(type.size()) == "#view");
}

// "https://www.oakmoor.example/news/" -> "oakmoor.example/news": as people and apps shorten it.
std::string_view Bare(std::string_view address) {
  for (const std::string_view start : {"https://", "http://", "www."})
    if (StartsWithIgnoreCase(address, start)) address.remove_prefix(start.size());
  while (!address.empty() && address.back() == '/') address.remove_suffix(1);
  return address;
}

// Facets mark stretches of the text by bytes, half open, and are written by the author's client: they may
// point anywhere.  The stretch, or nothing.
std::string_view Marked(Json facet, std::string_view text) {
  const auto begin = facet["index"]["byteStart"].Int(), end = facet["index"]["byteEnd"].Int();
  if (!begin || !end || *begin < 0 || *end < *begin || static_cast<std::uint64_t>(*end) > text.size()) return {};
  return text.substr(static_cast<std::size_t>(*begin), static_cast<std::size_t>(*end - *begin));
}

void AddLinks(Json facets, std::string_view text, std::vector<Media>& media) {
  facets.Each([&](Json facet) {
    facet["features"].Each([&](Json feature) {
      const auto target = feature["uri"].StringOr("");
      if (!IsType(feature, "app.bsky.richtext.facet#link") || !IsWebAddress(target)) return;
      if (std::ranges::any_of(media, [&](const Media& known) { return known.url == target; })) return;
      const bool readable = EqualsIgnoreCase(Bare(Marked(facet, text)), Bare(target));
      media.push_back({"link", std::string(target), readable ? std::string() : std::string(target)});
    });
  });
}

void AddPictures(Json list, std::vector<Media>& media) {
  list.Each([&](Json picture) {
    auto url = picture["fullsize"].String();
    if (!url) url = picture["thumb"].String();
    if (!url) url = picture["thumbnail"].String();
    media.push_back({"image", WebAddress(url.value_or("")), std::string(picture["alt"].StringOr(""))});
  });
}

// `embed` as the server shows it ("...#view") or, where it shows none, as the record has it.  A quoted
// record is somebody else's words and stays out.
void AddEmbed(Json embed, std::vector<Media>& media) {
  if (IsType(embed, "app.bsky.embed.recordWithMedia")) embed = embed["media"];
  if (IsType(embed, "app.bsky.embed.images")) {
    AddPictures(embed["images"], media);
  } else if (IsType(embed, "app.bsky.embed.gallery")) {
    AddPictures(embed["items"], media);
  } else if (IsType(embed, "app.bsky.embed.video")) {
    media.push_back({"video", WebAddress(embed["playlist"].StringOr("")), std::string(embed["alt"].StringOr(""))});
  } else if (IsType(embed, "app.bsky.embed.external")) {
    const auto card = embed["external"];
    std::string words(card["title"].StringOr(""));
    if (const auto summary = card["description"].StringOr(""); !summary.empty()) {
      if (!words.empty()) words += '\n';
      words += summary;
    }
    media.push_back({"link", WebAddress(card["uri"].StringOr("")), std::move(words)});
  }
}

std::optional<std::uint64_t> Count(Json value) {
  const auto count = value.Int();
  if (!count || *count < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*count);
}

// A label counts unless it takes an earlier one back.
bool HasLabel(Json labels, std::string_view label) {
  bool has = false;
  labels.Each([&](Json one) {
    if (one["val"].StringOr("") == label && !one["neg"].Bool().value_or(false)) has = true;
  });
  return has;
}

// Why a post cannot be read, or nothing and `entry` is filled.
std::optional<std::string_view> ReadEntry(Json view, BlueskyPage::Entry& entry) {
  const auto type = view["$type"].StringOr("");
  if (type == "app.bsky.feed.defs#notFoundPost" || view["notFound"].Bool().value_or(false)) return "it is not there any more";
  if (type == "app.bsky.feed.defs#blockedPost" || view["blocked"].Bool().value_or(false)) return "its author and the reading account block each other";
  const auto uri = view["uri"].String();
  const auto at = uri ? ReadAtUri(*uri) : std::nullopt;
  if (!at) return "it has no address";
  const auto record = view["record"];
  const auto text = record["text"].String();
  if (!text) return "it has no text";
  const auto author = view["author"];

  auto& post = entry.post;
  post.platform = "bluesky";
  post.native_id = at->rkey;
  post.global_id = *uri;
  post.version_id = view["cid"].StringOr("");
  post.permalink.append("https://bsky.app/profile/").append(at->did).append("/post/").append(at->rkey);
  post.author.id = at->did;  // the repository the post lives in: its author by construction
  post.author.handle = author["handle"].StringOr("");
  post.author.display_name = author["displayName"].StringOr("");
  post.text = *text;
  post.language = record["langs"][0].StringOr("");
  post.created_at = ParseRfc3339(record["createdAt"].StringOr(""));
  entry.indexed_at = ParseRfc3339(view["indexedAt"].StringOr(""));
  post.in_reply_to = record["reply"]["parent"]["uri"].StringOr("");
  post.thread_root = record["reply"]["root"]["uri"].StringOr("");
  AddLinks(record["facets"], *text, post.media);
  AddEmbed(view["embed"].IsObject() ? view["embed"] : record["embed"], post.media);
  post.counts = {Count(view["replyCount"]), Count(view["repostCount"]), Count(view["likeCount"]), Count(view["quoteCount"])};
  post.signed_in_only = HasLabel(author["labels"], "!no-unauthenticated") || HasLabel(view["labels"], "!no-unauthenticated");

  // "tags": hashtags beside the text, which apps show or search for though no letter of them is in it.
  std::string tags;
  record["tags"].Each([&](Json tag) {
    if (const auto word = tag.StringOr(""); !word.empty()) tags.append(tags.empty() ? "#" : " #").append(word);
  });
  if (!tags.empty()) {
    post.raw = *text;
    if (!post.text.empty()) post.text += '\n';
    post.text += tags;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Instant> BlueskyPage::Entry::SortAt() const {
  if (post.created_at && indexed_at) return std::min(*post.created_at, *indexed_at);
  return indexed_at ? indexed_at : post.created_at;
}

Result<BlueskyPage> ParseBlueskyPage(std::string_view body) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto posts = whole["posts"];
  if (!posts.IsArray()) return Fail(Fault::kMalformed, "the answer has no list of posts");

  BlueskyPage page;
  page.given = posts.size();
  page.cursor = whole["cursor"].StringOr("");
  if (page.cursor.size() > kLongestCursor) return Fail(Fault::kMalformed, "the next page's name is " + std::to_string(page.cursor.size()) + " bytes long");
  Skipped skipped;
  posts.Each([&](Json view) {
    BlueskyPage::Entry entry;
    const auto why = ReadEntry(view, entry);
    if (why) skipped.Add(view["uri"].StringOr(""), *why);
    else page.entries.push_back(std::move(entry));
  });
  skipped.Tell(page.notes);
  return page;
}

std::vector<std::string> CaseVariants(std::string_view query) {
  std::vector<std::string> variants{std::string(query)};
  const bool words = query.find(' ') != query.npos;
  if (query.empty() || (!words && query.find('.') != query.npos)) return variants;
  const auto add = [&](std::string variant) {
    if (std::ranges::find(variants, variant) == variants.end()) variants.push_back(std::move(variant));
  };
  const auto small = LowerAscii(query);
  const auto capital = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  auto capitals = small, sentence = small;
  std::ranges::transform(capitals, capitals.begin(), capital);
  sentence[0] = capital(sentence[0]);
  add(small);
  add(std::move(capitals));
  if (words) add(std::move(sentence));
  return variants;
}

}  // namespace heed
