// Discourse's requests: a page of a search, the posts it found topic by topic, or the newest posts of all.
//
// Positions (ListQuestion::sweep.next).  DO NOT CHANGE what one means:
//   a search   PAGE                      the search's page of that number, from 1; "" = 1
//              PAGE;TOPIC:TITLE=ID,ID;.. posts that were found, still to be asked for; then PAGE, 0 = there is none,
//                                        -1 = none may be asked for.  Titles are percent-encoded.
//   latest     ID                        posts up to that id; "" = the newest
#include "connectors/discourse/discourse.h"

#include <algorithm>
#include <charconv>

#include "connectors/discourse/report.h"
#include "connectors/fields.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::string_view kLatest = "the newest posts";
constexpr std::int64_t kIdsOnAPage = 50;  // ids that one answer of /posts.json covers
constexpr std::size_t kPostsAtOnce = 20;  // asked for in one request: longer addresses are refused here and there

struct Options {
  std::string server;
  std::vector<std::string> queries;
  bool latest = false;
  DiscourseReports::Account account;
};

std::int64_t NumberIn(std::string_view text, std::int64_t otherwise) {
  std::int64_t number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// {"errors": [...], "error_type": "not_found"}: the forum itself refuses, and not something in front of it.
struct ApiError {
  bool is_one = false;
  std::string type, message;
  std::optional<seconds> wait;
};

ApiError ReadApiError(const HttpResponse& response) {
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body || !(*body)["errors"].IsArray()) return {};
  ApiError error{true, TextOf((*body)["error_type"]), Named((*body)["errors"][0].StringOr("")), std::nullopt};
  if (const auto wait = (*body)["extras"]["wait_seconds"].Int(); wait && *wait >= 0) error.wait = std::min<seconds>(seconds{*wait}, kLongestWait);
  return error;
}

// The first posts of a position that has some.
struct Pending {
  std::string page, topic, title;
  std::vector<std::string> ids;
  std::string rest;  // the position without them
};

Pending Take(std::string_view position) {
  const auto parts = Split(position, ';');
  const auto head = parts[1].substr(0, parts[1].find('='));
  Pending pending{.page = std::string(parts[0]), .topic = std::string(head.substr(0, head.find(':')))};
  if (head.size() > pending.topic.size()) pending.title = UrlDecode(head.substr(pending.topic.size() + 1));
  std::string left;
  if (head.size() < parts[1].size()) {
    for (const auto id : Split(parts[1].substr(head.size() + 1), ',')) {
      if (pending.ids.size() < kPostsAtOnce) pending.ids.emplace_back(id);
      else left.append(left.empty() ? "" : ",").append(id);
    }
  }
  pending.rest = pending.page;
  if (!left.empty()) pending.rest.append(";").append(head).append("=").append(left);
  for (std::size_t i = 2; i < parts.size(); ++i) pending.rest.append(";").append(parts[i]);
  return pending;
}

class Discourse final : public Connector {
 public:
  Discourse(Options options, ListReader::Options lists, ConnectorTools tools)
      : options_(std::move(options)), reader_(std::move(lists)), tools_(tools), reports_(options_.server, options_.account, tools) {
    for (const auto& query : options_.queries) roots_.push_back({.key = "search " + query, .about = query});
    if (options_.latest) roots_.push_back({.key = std::string(kLatest)});
  }

  Result<Page> Fetch(const Cursor& cursor) override {
    return reader_.Read(cursor, roots_, tools_.clock.Now(), [this](const ListQuestion& question) {
      if (question.list.key == kLatest) return ReadLatest(question.sweep);
      if (question.sweep.next.find(';') != std::string::npos) return ReadFound(question.sweep);
      return Search(question.list.about, question.sweep);
    });
  }

  Result<ReportForm> ReportReasons(const Post& post, Category category) override { return reports_.Form(post, category); }
  ReportOutcome Submit(const ApprovedReport& report) override { return reports_.Submit(report); }
  PresenceCheck Recheck(const Post& post) override { return reports_.Recheck(post); }

 private:
  std::string Host() const { return HostOf(options_.server); }

  Result<ListAnswer> Search(const std::string& query, const ListSweep& sweep) {
    const auto what = "searching " + Host() + " for \"" + query + "\"";
    const auto number = NumberIn(sweep.next, 1);
    // Words in quotation marks must stand together.  "after:" knows whole days only.
    const bool phrase = query.find('"') == query.npos && query.find(' ') != query.npos;
    const auto day = FormatRfc3339(sweep.from).substr(0, 10);
    const auto words = (phrase ? "\"" + query + "\"" : query) + " after:" + day + " order:latest";
    const auto response = HEED_TRY(Get("/search.json?q=" + UrlEncode(words) + "&page=" + std::to_string(number), what));
    if (response.status != 200) return Fail(Refused(response, what));
    auto finds = ParseDiscourseSearch(response.body);
    if (!finds) return Fail(std::move(finds).error().While(what));

    ListAnswer page;
    page.given = finds->given;
    page.last_id = finds->mark;
    page.wait = AskedWait(response, tools_.clock.Now());
    // The newest date on the page ends nothing here: what it found is still to be asked for.
    const bool past = finds->newest && *finds->newest < sweep.from;
    const bool more = finds->more && finds->given > 0 && !past;
    const bool capped = more && sweep.pages + 1 >= reader_.options().max_pages;
    std::string found;
    if (!past) {
      page.newest = finds->newest;
      for (const auto& [id, topic] : finds->topics) {
        found += ";" + std::to_string(id) + ":" + UrlEncode(ClipUtf8(topic.title, 300)) + "=";
        for (std::size_t i = 0; i < topic.posts.size(); ++i) found += (i ? "," : "") + std::to_string(topic.posts[i]);
      }
    }
    if (found.empty()) {
      page.next = more ? std::to_string(number + 1) : "";
      return page;
    }
    // A page that is followed by its own posts never ends the reading, so the cap is judged behind them.
    page.counts = false;
    page.next = (capped ? "-1" : more ? std::to_string(number + 1) : "0") + found;
    return page;
  }

  // The posts of one topic that a search named.
  Result<ListAnswer> ReadFound(const ListSweep& sweep) {
    const auto pending = Take(sweep.next);
    const auto what = "reading topic " + pending.topic + " at " + Host();
    std::string path = "/t/" + UrlEncode(pending.topic) + "/posts.json?";
    for (std::size_t i = 0; i < pending.ids.size(); ++i) path += (i ? "&" : "") + std::string("post_ids%5B%5D=") + UrlEncode(pending.ids[i]);
    const auto response = HEED_TRY(Get(path, what));
    ListAnswer page;
    if (response.status == 200) {
      auto posts = ParseDiscoursePosts(response.body, DiscourseList::kTopic, Host(), RepairUtf8(pending.title));
      if (!posts) return Fail(std::move(posts).error().While(what));
      page = *std::move(posts);
    } else if ((response.status == 404 || response.status == 403 || response.status == 410) && ReadApiError(response).is_one) {
      page.notes.push_back("topic " + pending.topic + " is gone, or not for strangers any more");
    } else {
      return Fail(Refused(response, what));
    }
    page.wait = AskedWait(response, tools_.clock.Now());
    page.newest.reset();
    page.last_id.clear();
    page.given = 0;
    const bool last = pending.rest.find(';') == pending.rest.npos;
    page.counts = last;  // a page of the search is done with
    page.next = pending.rest;
    if (last && pending.page == "0") page.next.clear();
    if (last && pending.page == "-1") {
      page.next.clear();
      page.cut_short = "stopped at the cap of " + std::to_string(reader_.options().max_pages) + " pages of what " + Host() + " found: raise max_pages, or read it more often";
    }
    return page;
  }

  Result<ListAnswer> ReadLatest(const ListSweep& sweep) {
    const auto what = "reading " + std::string(kLatest) + " at " + Host();
    const auto response = HEED_TRY(Get("/posts.json" + (sweep.next.empty() ? "" : "?before=" + UrlEncode(sweep.next)), what));
    if (response.status != 200) return Fail(Refused(response, what));
    auto page = ParseDiscoursePosts(response.body, DiscourseList::kLatest, Host());
    if (!page) return Fail(std::move(page).error().While(what));
    page->wait = AskedWait(response, tools_.clock.Now());
    // An answer covers 50 ids, not 50 posts: an empty one below others is no end.
    const auto lowest = NumberIn(page->last_id, 0);
    const auto before = page->given > 0 ? lowest - 1 : NumberIn(sweep.next, 0) - kIdsOnAPage;
    if (page->given > 0 && lowest == 0) page->cut_short = Host() + " sends posts without ids: older ones cannot be asked for";
    else if (before > 0) page->next = std::to_string(before);
    return page;
  }

  // Any status.
  Result<HttpResponse> Get(const std::string& path, const std::string& what) {
    HttpRequest request{.url = options_.server + path};
    request.headers.emplace_back("accept", "application/json");
    auto response = tools_.http.Send(request);
    if (!response) return Fail(std::move(response).error().While(what));
    return response;
  }

  Error Refused(const HttpResponse& response, const std::string& what) const {
    const auto api = ReadApiError(response);
    auto error = StatusError(response, what, tools_.clock.Now());
    if (response.status == 429 && api.wait && !error.retry_after()) return std::move(error).RetryAfter(*api.wait);
    if (response.status == 403 || api.type == "not_logged_in")
      return Error(Fault::kDenied, error.message() + ": this forum does not show that to strangers, so it is not public; ask its owner, or take this source out");
    if (!api.message.empty()) return Error(error.fault(), error.message() + " (" + api.message + ")");
    return error;
  }

  Options options_;
  ListReader reader_;
  std::vector<Listing> roots_;
  ConnectorTools tools_;
  DiscourseReports reports_;
};

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server"));
  auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{7}, hours{48}));
  options.account = {std::string(Trim(spec.String("user_api_key"))), std::string(Trim(spec.String("api_key"))), spec.String("api_username")};
  if (options.account.api_key.empty() != options.account.username.empty()) return Fail(Fault::kInvalid, "api_key_file and api_username belong together");
  options.latest = spec.Bool("latest", false);
  options.queries = HEED_TRY(ReadQueries(spec, school));
  for (const auto& query : options.queries) {
    if (query.find('@') != query.npos)
      return Fail(Fault::kInvalid, "the query \"" + query + "\": \"@\" asks a Discourse forum for one account, and heed searches for the school, never for a person");
    if (query.find('#') != query.npos) return Fail(Fault::kInvalid, "the query \"" + query + "\": \"#\" names a category there; write the words only");
  }
  if (options.queries.empty() && !options.latest) return Fail(Fault::kInvalid, "nothing to read: give the school names, or the source `queries` or latest = true");
  return std::make_unique<Discourse>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kDiscourseCard = {
    "discourse",
    "public posts that a Discourse forum's search finds for the school, or all its new ones",
    "Each forum has its own rules and owner: ask the owner first, and set accept_terms = true when the answer is yes. heed reads as a stranger, without an "
    "account: only what anybody may see. Strangers may search only a few times a minute; heed waits when it is told to.",
    true,
    {
        {"server", SettingKind::kText, true, "", "the forum, e.g. https://forum.example"},
        {"queries", SettingKind::kList, false, "", "what to search for, each naming the school; its names when left out, none when empty"},
        {"latest", SettingKind::kYesNo, false, "false", "read every new post of the forum and keep those that mention the school: for small forums"},
        {"look_back", SettingKind::kDuration, false, "7d", "how far the first reading goes back"},
        {"overlap", SettingKind::kDuration, false, "48h", "how much is read again every time: search indexes lag, and posts are edited"},
        {"max_pages", SettingKind::kNumber, false, "20", "pages of 50 read of one search, or of the newest posts, in one run"},
        {"user_api_key", SettingKind::kSecret, false, "", "for flags only: a user API key of the school's account (scopes read, write), which any member can make at /user-api-key/new"},
        {"api_key", SettingKind::kSecret, false, "", "instead of it: a key that the forum's owner made for the school's account alone; never an owner's own key"},
        {"api_username", SettingKind::kText, false, "", "with api_key: the school's account there"},
    },
    true,
    true,
    true,
    &Make,
};

}  // namespace heed
