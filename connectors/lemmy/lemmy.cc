// Lemmy's requests: one page of a search, or of a community's posts or comments, at a time.
#include "connectors/lemmy/lemmy.h"

#include <charconv>

#include "connectors/fields.h"
#include "connectors/lemmy/report.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

struct Stream {
  std::string name;  // as people read it
  LemmyList list;
  std::string path;  // and query, of its first page
};

struct Options {
  std::string server, username, password;
  std::int64_t page_size = 50;
  std::vector<Stream> streams;
};

// {"error": "couldnt_find_community"}: the API itself refuses, and not something in front of it; or "".
std::string ApiError(const HttpResponse& response) {
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  return body ? Named((*body)["error"].StringOr("")) : "";
}

class Lemmy final : public Connector {
 public:
  Lemmy(Options options, ListReader::Options lists, ConnectorTools tools)
      : options_(std::move(options)), reader_(std::move(lists)), tools_(tools), reports_(options_.server, options_.username, options_.password, tools) {
    for (const auto& stream : options_.streams) roots_.push_back({.key = stream.name});
  }

  Result<Page> Fetch(const Cursor& cursor) override {
    return reader_.Read(cursor, roots_, tools_.clock.Now(), [this](const ListQuestion& question) {
      for (const auto& stream : options_.streams)
        if (stream.name == question.list.key) return Read(stream, question.sweep);
      return Result<ListAnswer>(ListAnswer{});
    });
  }

  Result<ReportForm> ReportReasons(const Post&, Category category) override { return reports_.Form(category); }
  ReportOutcome Submit(const ApprovedReport& report) override { return reports_.Submit(report); }
  PresenceCheck Recheck(const Post& post) override { return reports_.Recheck(post); }

 private:
  Result<ListAnswer> Read(const Stream& stream, const ListSweep& sweep) {
    const auto what = "reading " + stream.name + " at " + HostOf(options_.server);
    // A position is a page's number, or "~" and the server's own name of the page.
    std::int64_t number = 1;
    HttpRequest request{.url = options_.server + stream.path};
    if (sweep.next.starts_with("~")) {
      request.url += "&page_cursor=" + UrlEncode(sweep.next.substr(1));
    } else {
      std::from_chars(sweep.next.data(), sweep.next.data() + sweep.next.size(), number);
      request.url += "&page=" + std::to_string(number);
    }
    request.headers.emplace_back("accept", "application/json");
    auto response = tools_.http.Send(request);
    if (!response) return Fail(std::move(response).error().While(what));
    if (response->status != 200) return Refused(*response, stream, what);

    auto page = ParseLemmyPage(response->body, stream.list, HostOf(options_.server));
    if (!page) return Fail(std::move(page).error().While(what));
    page->wait = AskedWait(*response, tools_.clock.Now());
    if (page->given == 0) page->next.clear();
    else if (!page->next.empty()) page->next.insert(0, "~");
    // Entries that strangers may not see are left out of a page after it was cut to size: a short one is no end.
    else page->next = std::to_string(number + 1);
    return page;
  }

  Result<ListAnswer> Refused(const HttpResponse& response, const Stream& stream, const std::string& what) const {
    const auto name = ApiError(response);
    auto error = StatusError(response, what, tools_.clock.Now());
    if (name == "rate_limit_error") {  // with status 400 on servers before 0.19
      const auto wait = AskedWait(response, tools_.clock.Now());
      return Fail(Error(Fault::kBusy, what + ": asked too often").RetryAfter(wait.value_or(minutes{1})));
    }
    if (name == "couldnt_find_community" || name == "not_found") {
      ListAnswer page;
      page.cut_short = HostOf(options_.server) + " does not know " + stream.name + ": correct its name, or open it once in a browser there, signed in";
      return page;
    }
    if (name == "instance_is_private" || name == "not_logged_in" || name == "incorrect_login")
      return Fail(Fault::kDenied, what + ": this server shows nothing to strangers, so what is written there is not public; read another server");
    if (name.empty()) return Fail(std::move(error));
    return Fail(error.fault(), error.message() + " (" + name + ")");
  }

  Options options_;
  ListReader reader_;
  std::vector<Listing> roots_;
  ConnectorTools tools_;
  LemmyReports reports_;
};

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server"));
  options.username = spec.String("username");
  options.password = Trim(spec.String("password"));
  if (options.username.empty() != options.password.empty()) return Fail(Fault::kInvalid, "an account needs both username and password_file (or password_env); without one heed reads, and does not report");
  auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{7}, hours{48}));
  options.page_size = HEED_TRY(ReadPageSize(spec, 50, 50));
  const auto limit = "sort=New&limit=" + std::to_string(options.page_size);
  for (const auto& query : HEED_TRY(ReadQueries(spec, school))) {
    const auto search = "/api/v3/search?q=" + UrlEncode(query) + "&listing_type=All&" + limit;
    options.streams.push_back({"posts with \"" + query + "\"", LemmyList::kPosts, search + "&type_=Posts"});
    options.streams.push_back({"comments with \"" + query + "\"", LemmyList::kComments, search + "&type_=Comments"});
  }
  for (auto community : spec.Strings("communities")) {
    if (!community.empty() && community.front() == '!') community.erase(0, 1);
    if (community.empty() || community.find_first_of(" /?&") != community.npos)
      return Fail(Fault::kInvalid, "communities holds \"" + community + "\": write \"brackwell\", or \"brackwell@lemmy.example\" for another server's");
    const auto of = "community_name=" + UrlEncode(community) + "&type_=All&" + limit;
    options.streams.push_back({"posts of !" + community, LemmyList::kPosts, "/api/v3/post/list?" + of});
    options.streams.push_back({"comments of !" + community, LemmyList::kComments, "/api/v3/comment/list?" + of});
  }
  if (options.streams.empty()) return Fail(Fault::kInvalid, "nothing to read: give the school names, or the source `queries` or `communities`");
  return std::make_unique<Lemmy>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kLemmyCard = {
    "lemmy",
    "public posts and comments that a Lemmy server's search finds for the school, and whole communities it names",
    "Each server has its own rules: read them, and ask its administrator before reading it often. heed reads as a stranger, without an account: "
    "only what anybody may see. Searching is usually limited to 60 requests in ten minutes; heed waits when it is told to. Reports need a clearly named school account "
    "on that server: one person's decision about one post, never made in bulk nor twice.",
    false,
    {
        {"server", SettingKind::kText, true, "", "the server to read, e.g. https://lemmy.example; it knows the communities its members follow"},
        {"queries", SettingKind::kList, false, "", "what to search for, each naming the school; its names when left out"},
        {"communities", SettingKind::kList, false, "", "communities read whole, posts and comments, e.g. [\"brackwell\", \"brackwell@other.example\"]"},
        {"look_back", SettingKind::kDuration, false, "7d", "how far the first reading goes back"},
        {"overlap", SettingKind::kDuration, false, "48h", "how much is read again every time: posts arrive late, and are edited"},
        {"page_size", SettingKind::kNumber, false, "50", "posts asked for at a time, 2 to 50"},
        {"max_pages", SettingKind::kNumber, false, "20", "pages read of one search or community in one run"},
        {"username", SettingKind::kText, false, "", "the school's account there, for reports only"},
        {"password", SettingKind::kSecret, false, "", "its password"},
    },
    true,
    true,
    true,
    &Make,
};

}  // namespace heed
