// Reddit's requests: signing in as an application, one page of a listing at a time.  Positions are the listing's
// own ("t3_abc": what comes after it).
#include "connectors/reddit/reddit.h"

#include <algorithm>

#include "connectors/fields.h"
#include "connectors/reddit/report.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

// Listings stop at about 1,000 entries, deleted ones not counted.
constexpr std::int64_t kDeep = 900;

struct Stream {
  std::string name;  // as people read it
  std::string path;
  bool search;
};

struct Options {
  std::string site, api;  // where tokens are made, where listings are read
  std::string client_id, client_secret, username, password;
  std::int64_t page_size = 100;
  std::vector<Stream> streams;
};

// {"message": "Forbidden", "error": 403, "reason": "private"}: the API itself refuses; `reason` may be "".
struct ApiError {
  bool is_one = false;
  std::string reason;
};

ApiError ReadApiError(const HttpResponse& response) {
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body || !(*body)["error"]) return {};
  return {true, Named((*body)["reason"].StringOr(""))};
}

class Reddit final : public Connector {
 public:
  Reddit(Options options, ListReader::Options lists, ConnectorTools tools)
      : options_(std::move(options)),
        reader_(std::move(lists)),
        tools_(tools),
        session_(options_.site, {options_.client_id, options_.client_secret, options_.username, options_.password}, tools),
        reports_(options_.api, session_, tools) {
    for (const auto& stream : options_.streams) roots_.push_back({.key = stream.name});
  }

  Result<Page> Fetch(const Cursor& cursor) override {
    return reader_.Read(cursor, roots_, tools_.clock.Now(), [this](const ListQuestion& question) {
      for (const auto& stream : options_.streams)
        if (stream.name == question.list.key) return Read(stream, question.sweep);
      return Result<ListAnswer>(ListAnswer{});
    });
  }

  Result<ReportForm> ReportReasons(const Post& post, Category category) override { return reports_.Form(post, category); }
  ReportOutcome Submit(const ApprovedReport& report) override { return reports_.Submit(report); }
  PresenceCheck Recheck(const Post& post) override { return reports_.Recheck(post); }

 private:
  Result<ListAnswer> Read(const Stream& stream, const ListSweep& sweep) {
    const auto what = "reading " + stream.name;
    auto path = stream.path + "raw_json=1&limit=" + std::to_string(options_.page_size);
    if (stream.search) path += "&t=" + Span(tools_.clock.Now() - sweep.from);
    if (!sweep.next.empty()) path += "&after=" + UrlEncode(sweep.next) + "&count=" + std::to_string(sweep.given);
    const auto response = HEED_TRY(Ask(path, what));
    if (response.status != 200) {
      const auto api = ReadApiError(response);
      // One subreddit that closed its doors must not keep the others from being read.
      if (!stream.search && api.is_one && (response.status == 404 || (response.status == 403 && !api.reason.empty()))) {
        ListAnswer closed;
        closed.cut_short = stream.name + " cannot be read" + (api.reason.empty() ? ": there is no such subreddit" : " (" + api.reason + ")") + ": take it out of `subreddits`";
        return closed;
      }
      auto error = StatusError(response, what, tools_.clock.Now());
      if (response.status == 403)
        return Fail(error.fault(), error.message() + ": Reddit refuses this application; since November 2025 it must have been approved in writing, for this use");
      return Fail(std::move(error));
    }
    auto page = ParseRedditListing(response.body);
    if (!page) return Fail(std::move(page).error().While(what));
    page->wait = AskedWait(response, tools_.clock.Now());
    page->quota = AllowanceLeft(response, tools_.clock.Now());
    const bool deep = sweep.given + static_cast<std::int64_t>(page->given) >= kDeep;
    if (page->next.empty() && deep) page->cut_short = "Reddit lists no more than about 1,000 entries of " + stream.name + ": read it more often, or shorten `overlap`";
    return page;
  }

  // The smallest span the search knows that covers `length`.
  static std::string Span(microseconds length) {
    if (length <= hours{1}) return "hour";
    if (length <= hours{24}) return "day";
    if (length <= days{7}) return "week";
    if (length <= days{30}) return "month";
    return length <= days{365} ? "year" : "all";
  }

  // Any status but a refused token's.
  Result<HttpResponse> Ask(const std::string& path, const std::string& what) {
    return session_.Ask(
        [&](const std::string& token) -> Result<HttpResponse> {
          HttpRequest request{.url = options_.api + path};
          request.headers = {{"accept", "application/json"}, {"user-agent", session_.UserAgent()}, {"authorization", "Bearer " + token}};
          return tools_.http.Send(request);
        },
        what);
  }

  Options options_;
  ListReader reader_;
  std::vector<Listing> roots_;
  ConnectorTools tools_;
  RedditSession session_;
  RedditReports reports_;
};

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.site = HEED_TRY(ReadServer(spec, "site", "https://www.reddit.com"));
  options.api = HEED_TRY(ReadServer(spec, "api", "https://oauth.reddit.com"));
  options.client_id = spec.String("client_id");
  options.client_secret = Trim(spec.String("client_secret"));
  options.username = spec.String("username");
  options.password = Trim(spec.String("password"));
  if (options.client_id.empty() || options.client_secret.empty()) return Fail(Fault::kInvalid, "Reddit wants an application: add client_id, and client_secret_file or client_secret_env");
  if (options.username.starts_with("/u/") || options.username.starts_with("u/")) options.username.erase(0, options.username.find("u/") + 2);
  if (options.username.empty() || options.username.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != std::string::npos)
    return Fail(Fault::kInvalid, "`username` is missing or no Reddit name: the account that answers for the application, without /u/");
  auto lists = HEED_TRY(ReadListOptions(spec, options.api, days{7}, hours{48}));
  options.page_size = HEED_TRY(ReadPageSize(spec, 100, 100));
  for (const auto& query : HEED_TRY(ReadQueries(spec, school))) {
    const bool phrase = query.find('"') == query.npos && query.find(' ') != query.npos;
    options.streams.push_back({"Reddit's search for \"" + query + "\"", "/search?q=" + UrlEncode(phrase ? "\"" + query + "\"" : query) + "&sort=new&type=link&", true});
  }
  for (auto name : spec.Strings("subreddits")) {
    if (name.starts_with("/r/") || name.starts_with("r/")) name.erase(0, name.find("r/") + 2);
    // "a+b" and "u_name" are other things than one subreddit; the second is a person's page.
    if (name.empty() || name.starts_with("u_") || name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != name.npos)
      return Fail(Fault::kInvalid, "subreddits holds \"" + name + "\": write one subreddit's name, such as \"brackwell\"; a person's page is not read");
    options.streams.push_back({"posts in r/" + name, "/r/" + name + "/new?", false});
    options.streams.push_back({"comments in r/" + name, "/r/" + name + "/comments?", false});
  }
  if (options.streams.empty()) return Fail(Fault::kInvalid, "nothing to read: give the school names, or the source `queries` or `subreddits`");
  return std::make_unique<Reddit>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kRedditCard = {
    .name = "reddit",
    .summary = "public posts that Reddit's search finds for the school, and posts and comments of the subreddits it names",
    .terms = "Since November 2025 Reddit's API may be used only by applications it approved in writing (Responsible Builder Policy): ask for approval, and say plainly that "
    "a school looks for abuse of its staff and pupils; commercial use needs a contract. What is deleted on Reddit must be deleted here: heed takes away the words of what it finds "
    "deleted two days later, unless a legal hold keeps them, and content must not be used to identify or watch people. One application and one account, under the school's own name.",
    .terms_must_be_accepted = true,
    .settings = {
        {"client_id", SettingKind::kText, true, "", "the application's id, from reddit.com/prefs/apps"},
        {"client_secret", SettingKind::kSecret, true, "", "the application's secret"},
        {"username", SettingKind::kText, true, "", "the account that answers for the application: Reddit wants its name in every request"},
        {"password", SettingKind::kSecret, false, "", "that account's password, for an application of type \"script\"; left out, the application signs in alone"},
        {"queries", SettingKind::kList, false, "", "what to search posts for, each naming the school; its names when left out. Comments cannot be searched"},
        {"subreddits", SettingKind::kList, false, "", "subreddits read whole, posts and comments, e.g. the town's: [\"brackwell\"]"},
        {"look_back", SettingKind::kDuration, false, "7d", "how far the first reading goes back"},
        {"overlap", SettingKind::kDuration, false, "48h", "how much is read again every time: search indexes lag, and posts are edited"},
        {"page_size", SettingKind::kNumber, false, "100", "entries asked for at a time, 2 to 100"},
        {"max_pages", SettingKind::kNumber, false, "20", "pages read of one search or list in one run; Reddit ends lists after about 1,000 entries"},
        {"site", SettingKind::kText, false, "https://www.reddit.com", "where tokens are made; another address only for trying things out"},
        {"api", SettingKind::kText, false, "https://oauth.reddit.com", "where lists are read; the same"},
    },
    .collects = true,
    .reports = true,
    .rechecks = true,
    .make = &Make,
    .gone_within = hours{48},
};

}  // namespace heed
