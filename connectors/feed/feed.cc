// The feed connector: conditional requests, pages, and the memory of what the last window held.
#include "connectors/feed/feed.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "connectors/reporting.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/guard.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::size_t kMostRemembered = 2'000;  // items of a window

// What the cursor holds: JSON, written and read below.   Bump kVersion when its meaning changes.
//
//   v          1
//   for        digest of the configured address: another address starts afresh
//   moved_to   where the feed moved for good, or absent
//   etag, modified   as the server sent them with the last whole reading
//   since      microseconds since 1970: items dated before it are left out (look_back at the first reading)
//   read_at    when the last whole reading began, microseconds since 1970
//   seen       digests of the items' ids in that reading
//   page       while a reading is under way: {url, number, etag, modified, began, oldest, fresh}
struct Position {
  static constexpr std::int64_t kVersion = 1;
  struct Paging {
    std::string url;
    std::int64_t number = 1;  // of the page at `url`
    std::string etag, modified;
    Instant began{};
    std::optional<Instant> oldest;   // date read so far
    std::vector<std::string> fresh;  // as `seen`, of this reading
  };

  std::string moved_to, etag, modified;
  std::optional<Instant> since, read_at;
  std::vector<std::string> seen;
  std::optional<Paging> paging;
};

std::int64_t Micros(Instant at) { return at.time_since_epoch().count(); }
std::optional<Instant> FromMicros(Json value) {
  const auto micros = value.Int();
  return micros ? std::optional(Instant(microseconds(*micros))) : std::nullopt;
}

std::string ItemDigest(const Post& post) { return Sha256Hex(post.global_id).substr(0, 16); }

std::vector<std::string> ReadStrings(Json list) {
  std::vector<std::string> strings;
  list.Each([&](Json one) { strings.emplace_back(one.StringOr("")); });
  return strings;
}

void WriteStrings(JsonWriter& out, std::string_view key, const std::vector<std::string>& strings) {
  out.Key(key).Array();
  for (const auto& one : strings) out.String(one);
  out.EndArray();
}

Cursor Write(const Position& position, std::string_view url_digest) {
  JsonWriter out;
  out.Object().Field("v", Position::kVersion).Field("for", url_digest);
  if (!position.moved_to.empty()) out.Field("moved_to", position.moved_to);
  if (!position.etag.empty()) out.Field("etag", position.etag);
  if (!position.modified.empty()) out.Field("modified", position.modified);
  if (position.since) out.Field("since", Micros(*position.since));
  if (position.read_at) out.Field("read_at", Micros(*position.read_at));
  WriteStrings(out, "seen", position.seen);
  if (const auto& paging = position.paging) {
    out.Key("page").Object().Field("url", paging->url).Field("number", paging->number);
    out.Field("etag", paging->etag).Field("modified", paging->modified).Field("began", Micros(paging->began));
    if (paging->oldest) out.Field("oldest", Micros(*paging->oldest));
    WriteStrings(out, "fresh", paging->fresh);
    out.EndObject();
  }
  out.EndObject();
  return {out.Take()};
}

// nullopt when it is not one of ours, or of another address.
std::optional<Position> Read(const Cursor& cursor, std::string_view url_digest) {
  JsonParser parser;
  const auto json = parser.Parse(cursor.value);
  if (!json || (*json)["v"].Int() != Position::kVersion || (*json)["for"].StringOr("") != url_digest) return std::nullopt;
  Position position;
  position.moved_to = (*json)["moved_to"].StringOr("");
  position.etag = (*json)["etag"].StringOr("");
  position.modified = (*json)["modified"].StringOr("");
  position.since = FromMicros((*json)["since"]);
  position.read_at = FromMicros((*json)["read_at"]);
  position.seen = ReadStrings((*json)["seen"]);
  if (const Json page = (*json)["page"]; page.IsObject()) {
    Position::Paging paging;
    paging.url = page["url"].StringOr("");
    paging.number = page["number"].Int().value_or(1);
    paging.etag = page["etag"].StringOr("");
    paging.modified = page["modified"].StringOr("");
    paging.began = FromMicros(page["began"]).value_or(Instant{});
    paging.oldest = FromMicros(page["oldest"]);
    paging.fresh = ReadStrings(page["fresh"]);
    position.paging = std::move(paging);
  }
  return position;
}

// max-age of Cache-Control (RFC 9111 5.2.2.1) where the answer may be kept at all.
std::optional<seconds> MaxAge(const HttpResponse& response) {
  std::optional<seconds> age;
  for (std::string_view directive : Split(response.Header("cache-control"), ',')) {
    directive = Trim(directive);
    if (EqualsIgnoreCase(directive, "no-store") || EqualsIgnoreCase(directive, "no-cache")) return std::nullopt;
    if (!StartsWithIgnoreCase(directive, "max-age=")) continue;
    const std::string digits(directive.substr(8));
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    age = digits.size() > 6 ? kLongestWait : std::min<seconds>(seconds{std::stol(digits)}, kLongestWait);
  }
  return age;
}

// A header's value as the cursor can hold it: what is not UTF-8 could not be sent back exactly, so is not kept.
std::string Kept(std::string_view value) { return IsUtf8(value) && value.size() <= 1'000 ? std::string(value) : ""; }

class FeedConnector final : public Connector {
 public:
  FeedConnector(std::string url, std::optional<seconds> look_back, std::int64_t max_items, std::int64_t max_pages, ConnectorTools tools)
      : url_(std::move(url)), url_digest_(Sha256Hex(url_).substr(0, 32)), look_back_(look_back), max_items_(static_cast<std::size_t>(max_items)),
        max_pages_(max_pages), tools_(tools) {}

  Result<Page> Fetch(const Cursor& cursor) override;
  PresenceCheck Recheck(const Post& post) override;

 private:
  Result<HttpResponse> Ask(const Position& position, const std::string& url, bool conditional, const std::string& what);
  void Finish(Position& position, Page& page, bool overlaps, const std::string& unread) const;

  std::string url_, url_digest_;
  std::optional<seconds> look_back_;
  std::size_t max_items_;
  std::int64_t max_pages_;
  ConnectorTools tools_;
};

Result<HttpResponse> FeedConnector::Ask(const Position& position, const std::string& url, bool conditional, const std::string& what) {
  HttpRequest request{.url = url};
  request.headers.emplace_back("Accept", "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1");
  if (conditional && !position.etag.empty()) request.headers.emplace_back("If-None-Match", position.etag);
  if (conditional && !position.modified.empty()) request.headers.emplace_back("If-Modified-Since", position.modified);
  auto response = tools_.http.Send(request);
  if (!response) return Fail(std::move(response).error().While(what));
  if (response->status == 200) return response;
  const bool asked = conditional && (!position.etag.empty() || !position.modified.empty());
  if (response->status == 304 && asked) return response;
  return Fail(StatusError(*response, what, tools_.clock.Now()));
}

Result<Page> FeedConnector::Fetch(const Cursor& cursor) {
  const Instant now = tools_.clock.Now();
  Page page;
  Position position;
  if (auto known = Read(cursor, url_digest_)) {
    position = *std::move(known);
  } else {
    if (!cursor.empty()) page.notes.push_back("the stored position is not of this address, so the feed is read from the start");
    if (look_back_) position.since = now - *look_back_;
  }

  const bool first = !position.paging;
  std::string url = url_;
  if (!first) url = position.paging->url;
  else if (!position.moved_to.empty()) url = position.moved_to;
  const std::string what = first ? "reading the feed" : "reading page " + std::to_string(position.paging->number) + " of the feed";
  const auto response = HEED_TRY(Ask(position, url, first, what));

  const auto wait = [&](std::optional<seconds> asked) {
    if (asked && *asked > seconds{0}) page.wait = std::max(page.wait.value_or(seconds{0}), std::min(*asked, kLongestWait));
  };
  if (first && response.moved_permanently && response.final_url != position.moved_to && response.final_url.size() <= 2'000) {
    position.moved_to = response.final_url;
    page.notes.push_back("the feed moved for good to " + ForTerminal(response.final_url) + ": heed follows; put that address into the configuration");
  }
  if (response.status == 304) {
    position.read_at = now;
    page.next = Write(position, url_digest_);
    wait(MaxAge(response));
    wait(AskedWait(response, now));
    return page;
  }

  auto parsed = ParseFeed(response.body, response.Header("content-type"), url_, response.final_url);
  if (!parsed) return Fail(std::move(parsed).error().While(what));
  std::move(parsed->notes.begin(), parsed->notes.end(), std::back_inserter(page.notes));

  if (first) {
    position.paging = Position::Paging{.etag = Kept(response.Header("etag")), .modified = Kept(response.Header("last-modified")), .began = now};
  }
  Position::Paging& paging = *position.paging;
  std::string unread;  // why older items stay unread, if they do
  if (parsed->posts.size() > max_items_) {
    unread = "the feed holds " + std::to_string(parsed->posts.size()) + " items, of which the first " + std::to_string(max_items_) + " were read (max_items)";
    parsed->posts.resize(max_items_);
  }
  const std::set<std::string_view> seen(position.seen.begin(), position.seen.end());
  bool overlaps = false, any_recent = false, any_new_here = false;
  const std::set<std::string> fresh_before(paging.fresh.begin(), paging.fresh.end());
  for (auto& post : parsed->posts) {
    std::string digest = ItemDigest(post);
    overlaps = overlaps || seen.contains(digest);
    any_new_here = any_new_here || !fresh_before.contains(digest);
    if (paging.fresh.size() < kMostRemembered) paging.fresh.push_back(std::move(digest));
    if (post.created_at && (!paging.oldest || *post.created_at < *paging.oldest)) paging.oldest = post.created_at;
    const auto latest = std::max(post.created_at, post.edited_at);
    if (position.since && latest && *latest < *position.since) continue;
    any_recent = true;
    post.first_seen_at = now;
    page.posts.push_back(std::move(post));
  }

  // Older items: only as far as the last reading, only on the same server, never round in a circle.
  const std::string next_url = overlaps || !any_recent || !any_new_here ? "" : parsed->next_url;
  if (!next_url.empty()) {
    if (UrlOrigin(next_url).value_or("") != UrlOrigin(response.final_url).value_or("")) {
      unread = "its older items are on another server, where heed does not follow: " + ForTerminal(ClipUtf8(next_url, 200));
    } else if (paging.number >= max_pages_) {
      unread = "stopped at the cap of " + std::to_string(max_pages_) + " pages (max_pages)";
    } else if (unread.empty()) {
      paging.url = next_url;
      ++paging.number;
      page.next = Write(position, url_digest_);
      page.more = true;
      return page;
    }
  }
  Finish(position, page, overlaps, unread);
  page.next = Write(position, url_digest_);
  wait(parsed->ttl);
  wait(MaxAge(response));
  wait(AskedWait(response, now));
  return page;
}

// The reading is whole: what it saw is what the next one is compared with.
void FeedConnector::Finish(Position& position, Page& page, bool overlaps, const std::string& unread) const {
  const Position::Paging paging = *std::move(position.paging);
  position.paging.reset();
  const bool missed = !overlaps && !position.seen.empty() && !paging.fresh.empty();
  if (!unread.empty() && !overlaps) {
    page.gap = Gap{position.read_at ? position.read_at : position.since, paging.oldest, unread};
  } else if (missed) {
    page.gap = Gap{position.read_at, paging.oldest, "nothing of the last reading is left in the feed, so items in between may have been missed; read it more often"};
  }
  if (page.gap && page.gap->from && page.gap->until && *page.gap->until < *page.gap->from) page.gap->until = paging.began;
  if (!paging.fresh.empty()) position.seen = paging.fresh;
  position.etag = paging.etag;
  position.modified = paging.modified;
  position.read_at = paging.began;
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School&, ConnectorTools tools) {
  const std::string url(Trim(spec.String("url")));
  if (auto origin = UrlOrigin(url); !origin) return Fail(std::move(origin).error().While("url"));
  std::optional<seconds> look_back;
  if (const std::string text = spec.String("look_back"); !text.empty()) {
    look_back = ParseDuration(text);
    if (!look_back) return Fail(Fault::kInvalid, "look_back: \"" + ForTerminal(text) + "\" is not a length of time such as \"30d\"");
  }
  const std::int64_t max_items = spec.Int("max_items", 1'000), max_pages = spec.Int("max_pages", 20);
  if (max_items < 1 || max_items > 100'000) return Fail(Fault::kInvalid, "max_items: must be between 1 and 100000");
  if (max_pages < 1 || max_pages > 1'000) return Fail(Fault::kInvalid, "max_pages: must be between 1 and 1000");
  return std::make_unique<FeedConnector>(url, look_back, max_items, max_pages, tools);
}

PresenceCheck FeedConnector::Recheck(const Post& post) {
  // Whoever wrote the feed chose the address, and may have chosen one of the school's own network.
  static const AddressGuard kGuard;
  PresenceCheck check;
  HttpRequest request;
  request.url = post.permalink;
  request.headers = {{"accept", "text/html,application/xhtml+xml"}};
  const auto origin = UrlOrigin(post.permalink), own = UrlOrigin(url_);
  if (!origin || !own || *origin != *own) request.guard = &kGuard;
  const auto response = SendLook(tools_.http, std::move(request), check);
  if (!response) return check;
  // The page's own address answers that it is not there.
  if (response->status == 404 || response->status == 410) check.presence = Presence::kGoneUnknown;
  else if (response->status == 200) check.presence = ReadFeedLook(response->body, post);
  else check.wait = AskedWait(*response, tools_.clock.Now());
  return check;
}

}  // namespace

const ConnectorCard kFeedCard = {
    .name = "feed",
    .summary = "news sites, blogs, forums and Google Alerts that offer an RSS, Atom or JSON feed",
    .terms = "Feeds are published to be read by programs. Read them no more often than every 15 to 30 minutes; heed obeys what a feed "
             "says about that. A Google Alert is made by a person, with \"deliver to: RSS feed\", for the school's name and never a person's.",
    .terms_must_be_accepted = false,
    .settings =
        {
            {"url", SettingKind::kText, true, "", "address of the feed itself, not of the page that offers it"},
            {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back: older items are left out"},
            {"max_items", SettingKind::kNumber, false, "1000", "items read of one document; more is recorded as a gap"},
            {"max_pages", SettingKind::kNumber, false, "20", "pages read in one run of a feed that has pages; more is recorded as a gap"},
        },
    .collects = true,
    .reports = false,
    .rechecks = true,
    .make = &Make,
};

}  // namespace heed
