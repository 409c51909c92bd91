// NodeBB's requests: a page of a search, or of the newest posts.  Positions are page numbers, from 1.
#include "connectors/nodebb/nodebb.h"

#include <algorithm>
#include <charconv>

#include "connectors/fields.h"
#include "connectors/nodebb/report.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::string_view kLatest = "the newest posts";

struct Options {
  std::string server;  // origin and, where the forum lies below one, its path: "https://school.example/forum"
  std::vector<std::string> queries;
  bool latest = false;
  std::int64_t page_size = 50;
  std::string token;  // for flags; "" = reads only
};

class Nodebb final : public Connector {
 public:
  Nodebb(Options options, ListReader::Options lists, ConnectorTools tools)
      : options_(std::move(options)), reader_(std::move(lists)), tools_(tools), reports_(options_.server, options_.token, tools) {
    for (const auto& query : options_.queries) roots_.push_back({.key = "search " + query, .about = query});
    if (options_.latest) roots_.push_back({.key = std::string(kLatest)});
  }

  Result<Page> Fetch(const Cursor& cursor) override {
    return reader_.Read(cursor, roots_, tools_.clock.Now(), [this](const ListQuestion& question) { return Read(question.list.about, question.sweep); });
  }

  Result<ReportForm> ReportReasons(const Post&, Category category) override { return reports_.Form(category); }
  ReportOutcome Submit(const ApprovedReport& report) override { return reports_.Submit(report); }
  PresenceCheck Recheck(const Post& post) override { return reports_.Recheck(post); }

 private:
  Result<ListAnswer> Read(const std::string& query, const ListSweep& sweep) {
    const auto host = HostOf(options_.server);
    const auto what = query.empty() ? "reading " + std::string(kLatest) + " at " + host : "searching " + host + " for \"" + query + "\"";
    std::int64_t number = 1;
    std::from_chars(sweep.next.data(), sweep.next.data() + sweep.next.size(), number);
    const auto now = tools_.clock.Now();
    const auto span = std::max<std::int64_t>(1, std::chrono::duration_cast<seconds>(now - sweep.from).count() + 60);
    HttpRequest request{.url = options_.server};
    if (query.empty()) {
      request.url += std::string("/api/recent/posts/") + (span <= 86'400 ? "day" : span <= 7 * 86'400 ? "week" : "month") + "?";
    } else {
      request.url += "/api/search?term=" + UrlEncode(query) + "&in=titlesposts&matchWords=all&timeFilter=newer&timeRange=" + std::to_string(span) +
                     "&sortBy=timestamp&sortDirection=desc&itemsPerPage=" + std::to_string(options_.page_size) + "&";
    }
    request.url += "page=" + std::to_string(number);
    request.headers.emplace_back("accept", "application/json");
    auto response = tools_.http.Send(request);
    if (!response) return Fail(std::move(response).error().While(what));
    if (response->status != 200) return Fail(Refused(*response, !query.empty(), what));
    auto page = ParseNodebbPage(response->body, options_.server, number);
    if (!page) return Fail(std::move(page).error().While(what));
    page->wait = AskedWait(*response, now);
    page->quota = AllowanceLeft(*response, now);
    if (!page->next.empty()) page->next = std::to_string(number + 1);
    return page;
  }

  Error Refused(const HttpResponse& response, bool search, const std::string& what) const {
    auto error = StatusError(response, what, tools_.clock.Now());
    if (response.status == 404 && search)
      return Error(error.fault(), error.message() + ": this forum has no search (or is no NodeBB); set queries = [] and latest = true");
    if (response.status == 401 || response.status == 403)
      return Error(error.fault(), error.message() + ": this forum does not let strangers " + (search ? "search; set queries = [] and latest = true, or ask its owner"
                                                                                                   : "read, so what is written there is not public; take this source out"));
    return error;
  }

  Options options_;
  ListReader reader_;
  std::vector<Listing> roots_;
  ConnectorTools tools_;
  NodebbReports reports_;
};

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server"));
  // A forum may lie below its host's root.
  const auto address = spec.String("server");
  const auto slash = address.find('/', std::min(address.size(), address.find("//") + 2));
  auto path = slash == address.npos ? std::string_view() : std::string_view(address).substr(slash);
  path = path.substr(0, path.find_first_of("?#"));
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  options.server += path;
  auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{7}, hours{48}));
  options.page_size = HEED_TRY(ReadPageSize(spec, 50, 500));
  options.latest = spec.Bool("latest", false);
  options.token = Trim(spec.String("token"));
  options.queries = HEED_TRY(ReadQueries(spec, school));
  if (options.queries.empty() && !options.latest) return Fail(Fault::kInvalid, "nothing to read: give the school names, or the source `queries` or latest = true");
  return std::make_unique<Nodebb>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kNodebbCard = {
    "nodebb",
    "public posts that a NodeBB forum's search finds for the school, or all its new ones",
    "Each forum has its own rules and owner: ask the owner first, and set accept_terms = true when the answer is yes. heed reads as a stranger, without an "
    "account: only what anybody may see. Some forums have no search, or none for strangers: then read the newest posts.",
    true,
    {
        {"server", SettingKind::kText, true, "", "the forum, e.g. https://forum.example or https://town.example/forum"},
        {"queries", SettingKind::kList, false, "", "what to search for, each naming the school; its names when left out, none when empty"},
        {"latest", SettingKind::kYesNo, false, "false", "read every new post of the forum and keep those that mention the school: for small forums"},
        {"look_back", SettingKind::kDuration, false, "7d", "how far the first reading goes back"},
        {"overlap", SettingKind::kDuration, false, "48h", "how much is read again every time: posts are edited"},
        {"page_size", SettingKind::kNumber, false, "50", "posts asked for at a time, 2 to 500; the newest posts come as many as the forum likes"},
        {"max_pages", SettingKind::kNumber, false, "20", "pages read of one search, or of the newest posts, in one run"},
        {"token", SettingKind::kSecret, false, "", "for flags only: an API token that the forum's owner made for the school's account"},
    },
    true,
    true,
    true,
    &Make,
};

}  // namespace heed
