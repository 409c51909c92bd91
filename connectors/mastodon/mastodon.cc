// Mastodon's requests: what the server is, one page of one stream at a time, and where a reading stands.
//
// A stream is a hashtag, a search or the mentions.  Every round reads each of them twice over:
//   forward  from the newest id seen (min_id, towards newer).  Nothing that arrived since is left out, however
//            long ago that was; where the cap of pages stops it, the next round goes on from there.
//   window   newest first (max_id, towards older), down to `overlap` before the last finished reading: posts that
//            reached the server late sort among older ones, and edited posts stay where they were.
// A search has no stable order to go forward in, and is read as a window by offset.
//
// The cursor, JSON.  DO NOT CHANGE what a version means: write a new one, and start again from an old one.
//   v         1
//   server    where it was read; ids and positions mean nothing elsewhere
//   run       counts the rounds over all streams; running: this one has not ended; began: when it did begin
//   streams   name ("#oakmoor", "search Oakmoor", "mentions") ->
//               run    the last round it was finished in
//               done   when that reading began
//               high   the newest id seen, percent-encoded, for min_id
//               sweep  unfinished: forward, from, started, next (path and query), last (id), reached, pages
#include "connectors/mastodon/mastodon.h"

#include <algorithm>
#include <map>

#include "connectors/listing/listing.h"
#include "connectors/listing/rounds.h"
#include "connectors/mastodon/report.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr int kCursorVersion = 1;

struct Stream {
  std::string name;  // as people read it, and the key in the cursor
  MastodonList list;
  std::string first;  // path and query of the newest page
};

struct Sweep {
  bool forward = false;
  Instant from, started;           // down to which time; our clock when it began
  std::string next;                // path and query of the page to read
  std::string last;                // the id that ended the page before: the same again = no progress
  std::optional<Instant> reached;  // the latest date of the page before
  std::int64_t pages = 0;          // read in this direction
  std::int64_t offset = 0;         // of a search
};

struct Standing {
  std::int64_t run = 0;
  std::optional<Instant> done;
  std::string high;  // percent-encoded
  std::optional<Sweep> sweep;
};

struct State {
  std::string server;
  Rounds rounds;
  std::map<std::string, Standing, std::less<>> streams;
};

std::optional<Sweep> ReadSweep(Json from) {
  const auto lower = ReadTime(from["from"]), started = ReadTime(from["started"]);
  const auto next = from["next"].StringOr("");
  if (!lower || !started || !next.starts_with("/api/")) return std::nullopt;
  Sweep sweep{from["forward"].Bool().value_or(false), *lower, *started, std::string(next)};
  sweep.last = from["last"].StringOr("");
  sweep.reached = ReadTime(from["reached"]);
  sweep.pages = std::max<std::int64_t>(0, from["pages"].Int().value_or(0));
  sweep.offset = std::max<std::int64_t>(0, from["offset"].Int().value_or(0));
  return sweep;
}

// nullopt when it is not a cursor of ours.
std::optional<State> ReadState(std::string_view text) {
  JsonParser parser;
  const auto whole = parser.Parse(text);
  if (!whole || (*whole)["v"].Int() != kCursorVersion) return std::nullopt;
  State state;
  state.server = (*whole)["server"].StringOr("");
  state.rounds = ReadRounds(*whole);
  (*whole)["streams"].EachMember([&](std::string_view name, Json value) {
    Standing standing;
    standing.run = value["run"].Int().value_or(0);
    standing.done = ReadTime(value["done"]);
    standing.high = value["high"].StringOr("");
    if (value["sweep"].IsObject()) standing.sweep = ReadSweep(value["sweep"]);
    state.streams.emplace(name, std::move(standing));
  });
  return state;
}

std::string Write(const State& state) {
  JsonWriter out;
  out.Object().Field("v", kCursorVersion).Field("server", std::string_view(state.server));
  PutRounds(out, state.rounds);
  out.Key("streams").Object();
  for (const auto& [name, standing] : state.streams) {
    out.Key(name).Object().Field("run", standing.run).Field("high", std::string_view(standing.high));
    PutTime(out, "done", standing.done);
    if (const auto& sweep = standing.sweep) {
      out.Key("sweep").Object().Field("forward", sweep->forward);
      PutTime(out, "from", sweep->from);
      PutTime(out, "started", sweep->started);
      out.Field("next", std::string_view(sweep->next)).Field("last", std::string_view(sweep->last));
      PutTime(out, "reached", sweep->reached);
      out.Field("pages", sweep->pages).Field("offset", sweep->offset).EndObject();
    }
    out.EndObject();
  }
  out.EndObject().EndObject();
  return out.Take();
}

// The value of a parameter in a query string, as it stands there (percent-encoded), or "".
std::string_view Parameter(std::string_view address, std::string_view name) {
  const auto question = address.find('?');
  if (question == address.npos) return {};
  for (const auto pair : Split(address.substr(question + 1), '&'))
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') return pair.substr(name.size() + 1);
  return {};
}

// {"error": "Record not found"}: the API itself refuses, and not something in front of it.
bool IsApiError(const HttpResponse& response) {
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  return body && (*body)["error"].String();
}

struct Options {
  std::string server;  // origin
  std::string token;
  std::vector<std::string> hashtags, queries;
  bool mentions, unlisted;
  seconds look_back, overlap;
  std::int64_t page_size, max_pages;
};

class Mastodon final : public Connector {
 public:
  Mastodon(Options options, ConnectorTools tools) : options_(std::move(options)), tools_(tools), reports_(options_.server, options_.token, tools) {}

  Result<Page> Fetch(const Cursor& cursor) override;
  Result<ReportForm> ReportReasons(const Post& post, Category category) override { return reports_.Form(post, category); }
  ReportOutcome Submit(const ApprovedReport& report) override { return reports_.Submit(report); }
  PresenceCheck Recheck(const Post& post) override { return reports_.Recheck(post); }

 private:
  State Restore(const Cursor& cursor, std::vector<std::string>& notes) const;
  std::vector<Stream> Streams() const;
  Done LookAtServer(std::vector<std::string>& notes);
  Done ReadStream(const Stream& stream, Standing& standing, Page& page);
  // true = the sweep has come to its end.
  bool GoForward(const Stream& stream, Standing& standing, const MastodonPage& answer, const HttpResponse& response, Page& page);
  bool GoBack(const Stream& stream, Standing& standing, const MastodonPage& answer, const HttpResponse& response, Page& page);
  std::string Newest(const MastodonPage& answer, const HttpResponse& response) const;
  std::string Linked(const HttpResponse& response, std::string_view relation) const;
  Result<HttpResponse> Get(const std::string& path, const std::string& what);
  Error Refused(const HttpResponse& response, const std::string& what) const;
  std::string Host() const { return options_.server.substr(options_.server.find("//") + 2); }

  Options options_;
  ConnectorTools tools_;
  MastodonReports reports_;
  std::optional<MastodonInstance> instance_;  // as of the current round
};

State Mastodon::Restore(const Cursor& cursor, std::vector<std::string>& notes) const {
  State fresh;
  fresh.server = options_.server;
  if (cursor.empty()) return fresh;
  auto state = ReadState(cursor.value);
  if (!state) {
    notes.push_back("the stored position could not be read: reading the last " + FormatDuration(options_.look_back) + " again");
    return fresh;
  }
  return state->server == options_.server ? *std::move(state) : fresh;
}

std::vector<Stream> Mastodon::Streams() const {
  std::vector<Stream> streams;
  const auto limit = "limit=" + std::to_string(options_.page_size);
  for (const auto& tag : options_.hashtags)
    streams.push_back({"#" + tag, MastodonList::kStatuses, "/api/v1/timelines/tag/" + UrlEncode(tag) + "?" + limit});
  if (options_.mentions) streams.push_back({"mentions", MastodonList::kNotifications, "/api/v1/notifications?types%5B%5D=mention&" + limit});
  for (const auto& query : options_.queries) {
    // Several words find posts with all of them, wherever they stand, unless they are a phrase.
    const bool phrase = instance_->knows_phrases && query.find(' ') != query.npos && query.find('"') == query.npos;
    streams.push_back({"search " + query, MastodonList::kSearch,
                       "/api/v2/search?type=statuses&resolve=false&q=" + UrlEncode(phrase ? "\"" + query + "\"" : query) + "&" + limit});
  }
  return streams;
}

Result<Page> Mastodon::Fetch(const Cursor& cursor) {
  Page page;
  auto state = Restore(cursor, page.notes);
  if (state.rounds.Begin(tools_.clock.Now())) instance_.reset();
  if (!instance_) HEED_TRY(LookAtServer(page.notes));

  const auto streams = Streams();
  const auto pending = [&](const Stream& stream) { return state.streams[stream.name].run != state.rounds.run; };
  if (const auto stream = std::ranges::find_if(streams, pending); stream != streams.end()) {
    auto& standing = state.streams[stream->name];
    HEED_TRY(ReadStream(*stream, standing, page));
    if (!standing.sweep) standing.run = state.rounds.run;
  }

  // Streams that are configured no more are forgotten.
  std::erase_if(state.streams, [&](const auto& known) {
    return std::ranges::none_of(streams, [&](const Stream& stream) { return stream.name == known.first; });
  });
  const auto left = static_cast<double>(std::ranges::count_if(streams, pending));
  page.progress = 1 - left / static_cast<double>(streams.size());
  page.more = left > 0;
  if (!page.more) page.more = state.rounds.End(tools_.clock.Now());
  page.next.value = Write(state);
  return page;
}

// What the server is and whether it shows hashtags at all: one that has switched them off may answer with an
// empty list, and that must not be taken for "nobody wrote anything".
Done Mastodon::LookAtServer(std::vector<std::string>& notes) {
  const auto what = "asking " + Host() + " what it is";
  auto response = HEED_TRY(Get("/api/v2/instance", what));
  // Older and other servers know the first version only.
  if (response.status == 404 || response.status == 405 || response.status == 400 || response.status == 410 || response.status == 501)
    response = HEED_TRY(Get("/api/v1/instance", what));
  if (response.status == 404 || response.status == 410)
    return Fail(Fault::kInvalid, Host() + " does not speak Mastodon's API (it has no /api/v2/instance and no /api/v1/instance): check `server`");
  if (response.status != 200) return Fail(Refused(response, what));
  auto instance = ParseMastodonInstance(response.body);
  if (!instance) return Fail(std::move(instance).error().While(what));

  using Access = MastodonInstance::Access;
  const auto local = instance->local_hashtags, remote = instance->remote_hashtags;
  if (!options_.hashtags.empty()) {
    if (local == Access::kOff && remote == Access::kOff)
      return Fail(Fault::kDenied, Host() + " has switched hashtag timelines off, so an empty one would mean nothing: read another server, or set "
                                           "hashtags = [] to keep the rest of this source");
    const bool stranger = options_.token.empty();
    const auto closed = [&](Access access) { return access == Access::kOff || (access == Access::kMembers && stranger); };
    if (closed(local) && closed(remote))
      return Fail(Fault::kSignIn, Host() + ": this server shows hashtags to signed-in members only: add token_file");
    if (closed(remote)) notes.push_back(Host() + " shows only its own members' posts under a hashtag" + (remote == Access::kOff ? "" : ": add token_file to see the rest"));
    if (closed(local)) notes.push_back(Host() + " does not show its own members' posts under a hashtag" + (local == Access::kOff ? "" : ": add token_file to see them"));
  }
  instance_ = *std::move(instance);
  return {};
}

// One page of one stream.  Leaves no sweep in `standing` when the stream is read for this round.
Done Mastodon::ReadStream(const Stream& stream, Standing& standing, Page& page) {
  const auto now = tools_.clock.Now();
  if (!standing.sweep) {
    const auto from = standing.done ? std::min(*standing.done, now) - options_.overlap : now - options_.look_back;
    standing.sweep = Sweep{false, from, now, stream.first};
    if (!standing.high.empty()) {
      standing.sweep->forward = true;
      standing.sweep->next += "&min_id=" + standing.high;
    }
  }
  auto& sweep = *standing.sweep;
  const auto turn_back = [&] {
    sweep = Sweep{false, sweep.from, sweep.started, stream.first};
  };
  const auto finish = [&] {
    standing.done = sweep.started;
    standing.sweep.reset();
  };

  const auto what = "reading " + stream.name + " at " + Host();
  const auto response = HEED_TRY(Get(sweep.next, what));
  const bool refused = response.status != 200 && IsApiError(response);
  if (refused && sweep.forward && (response.status == 400 || response.status == 404 || response.status == 422)) {
    // The id is unknown here, after the server was set up anew, say: the window starts over without it.
    page.notes.push_back(Host() + " no longer knows the last post read of " + stream.name + ": read it again from the newest");
    standing.high.clear();
    turn_back();
    return {};
  }
  if (refused && stream.list == MastodonList::kStatuses && response.status == 404) {
    // GoToSocial's answer where nobody it knows has used the hashtag.  Hashtag timelines as such are there,
    // or Mastodon's own empty list would be no better.
    page.notes.push_back(Host() + " does not know " + stream.name + " yet");
    finish();
    return {};
  }
  if (refused && stream.list == MastodonList::kSearch && (response.status == 404 || response.status == 405)) {
    page.gap = Gap{sweep.from, now, Host() + " cannot search posts: " + stream.name + " was not read; set queries = []"};
    finish();
    return {};
  }
  if (response.status != 200) return Fail(Refused(response, what));

  auto answer = ParseMastodonPage(response.body, stream.list, {Host(), instance_->domain, options_.unlisted});
  if (!answer) return Fail(std::move(answer).error().While(what));
  for (auto& note : answer->notes) page.notes.push_back(std::move(note));
  page.wait = AskedWait(response, now);
  page.quota = AllowanceLeft(response, now);
  for (auto& entry : answer->entries) {
    // Going back, the last page reaches past what was asked for.
    if (!sweep.forward && entry.at && *entry.at < sweep.from) continue;
    entry.post.first_seen_at = now;
    page.posts.push_back(std::move(entry.post));
  }

  ++sweep.pages;
  if (sweep.forward) {
    if (GoForward(stream, standing, *answer, response, page)) turn_back();
  } else if (GoBack(stream, standing, *answer, response, page)) {
    finish();
  }
  return {};
}

bool Mastodon::GoForward(const Stream& stream, Standing& standing, const MastodonPage& answer, const HttpResponse& response, Page& page) {
  auto& sweep = *standing.sweep;
  if (answer.ids.empty()) return true;
  // min_id leaves out the id itself.  A server that sends it does not know min_id: the window does the work.
  if (std::ranges::any_of(answer.ids, [&](const std::string& id) { return UrlEncode(id) == standing.high; })) return true;
  auto newest = Newest(answer, response);
  if (newest.empty() || newest == standing.high) return true;
  standing.high = std::move(newest);
  if (sweep.pages >= options_.max_pages) {
    page.notes.push_back("more than " + std::to_string(options_.max_pages) + " pages of new posts in " + stream.name + ": the next run goes on from there");
    return true;
  }
  sweep.next = Linked(response, "prev");
  if (sweep.next.empty()) sweep.next = stream.first + "&min_id=" + standing.high;
  return false;
}

bool Mastodon::GoBack(const Stream& stream, Standing& standing, const MastodonPage& answer, const HttpResponse& response, Page& page) {
  auto& sweep = *standing.sweep;
  if (answer.ids.empty()) return true;
  if (standing.high.empty() && sweep.pages == 1 && stream.list != MastodonList::kSearch) standing.high = Newest(answer, response);
  const auto stop_short = [&](std::string why) {
    page.gap = Gap{sweep.from, answer.newest ? answer.newest : sweep.reached, std::move(why)};
    return true;
  };
  if (answer.newest && *answer.newest < sweep.from) return true;
  sweep.reached = answer.newest ? answer.newest : sweep.reached;

  std::string next;
  sweep.offset += static_cast<std::int64_t>(answer.ids.size());
  if (stream.list == MastodonList::kSearch) {
    next = stream.first + "&offset=" + std::to_string(sweep.offset);
  } else {
    next = Linked(response, "next");
    // Another server's address, or none at all: the last id read does as well.  Links without a "next" end it.
    const auto header = response.Header("link");
    if (next.empty() && (header.empty() || !LinkTarget(header, "next").empty()) && !answer.ids.back().empty())
      next = stream.first + "&max_id=" + UrlEncode(answer.ids.back());
  }
  if (next.empty()) return true;
  if (answer.ids.back() == sweep.last || next == sweep.next)
    return stop_short(Host() + " sends the same page of " + stream.name + " again and again");
  if (sweep.pages >= options_.max_pages)
    return stop_short("stopped at the cap of " + std::to_string(options_.max_pages) + " pages for " + stream.name + ": raise max_pages, or read it more often");
  sweep.last = answer.ids.back();
  sweep.next = std::move(next);
  return false;
}

// The id to go forward from, percent-encoded: the Link header names it; else it is the first of the page,
// which every server sends newest first.
std::string Mastodon::Newest(const MastodonPage& answer, const HttpResponse& response) const {
  const auto newer = Linked(response, "prev");
  const std::string named(Parameter(newer, "min_id"));
  return named.empty() ? UrlEncode(answer.ids.front()) : named;
}

// Path and query of a Link header's target, where it stays on this server; else "".  A header must not send
// the token, or the school's interest, anywhere else.
std::string Mastodon::Linked(const HttpResponse& response, std::string_view relation) const {
  const auto target = LinkTarget(response.Header("link"), relation);
  if (target.starts_with("/api/")) return target;
  const auto origin = UrlOrigin(target);
  if (!origin || *origin != options_.server || target.size() <= origin->size()) return "";
  auto path = target.substr(origin->size());
  return path.starts_with("/api/") ? path : "";
}

// Any status.
Result<HttpResponse> Mastodon::Get(const std::string& path, const std::string& what) {
  HttpRequest request;
  request.url = options_.server + path;
  request.headers.emplace_back("accept", "application/json");
  if (!options_.token.empty()) request.headers.emplace_back("authorization", "Bearer " + options_.token);
  auto response = tools_.http.Send(request);
  if (!response) return Fail(std::move(response).error().While(what));
  return response;
}

Error Mastodon::Refused(const HttpResponse& response, const std::string& what) const {
  auto error = StatusError(response, what, tools_.clock.Now());
  const bool stranger = options_.token.empty();
  std::string_view next;
  if (response.status == 401) {
    next = stranger ? ": this server shows hashtags to signed-in members only: add token_file"
                    : ": the token is no longer good: make a new one in the account's settings, under Development";
  } else if (response.status == 403) {
    next = stranger ? ": this server does not let strangers read: add token_file, or ask its administrator"
                    : ": the token lacks a permission (read:statuses, read:search, read:notifications)";
  } else {
    return error;
  }
  return Error(error.fault(), error.message() + std::string(next));
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server"));
  options.token = Trim(spec.String("token"));

  // A list left out means the school's own terms; an empty one means none.
  const auto given = [&](std::string_view key) { return spec.settings.find(key) != spec.settings.end(); };
  for (auto tag : given("hashtags") ? spec.Strings("hashtags") : school.hashtags) {
    if (!tag.empty() && tag.front() == '#') tag.erase(0, 1);
    if (tag.empty()) return Fail(Fault::kInvalid, "hashtags holds an empty one");
    HEED_TRY(CheckQuery("#" + tag, school));
    options.hashtags.push_back(std::move(tag));
  }
  options.mentions = spec.Bool("mentions", false);
  options.unlisted = spec.Bool("unlisted", false);
  if (given("queries")) {
    options.queries = spec.Strings("queries");
  } else if (!options.token.empty()) {
    // Hashtags have their timelines, and accounts are no posts.
    for (auto& term : InstitutionTerms(school))
      if (term.find_first_of("#@") == term.npos) options.queries.push_back(std::move(term));
  }
  for (const auto& query : options.queries) HEED_TRY(CheckQuery(query, school));
  if (options.token.empty() && !options.queries.empty()) return Fail(Fault::kInvalid, "`queries` search with an account: add token_file or token_env");
  if (options.token.empty() && options.mentions) return Fail(Fault::kInvalid, "`mentions` are an account's: add token_file or token_env");
  if (options.hashtags.empty() && options.queries.empty() && !options.mentions)
    return Fail(Fault::kInvalid, "nothing to read: give the school hashtags, or the source `hashtags`, or a token");

  const auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{30}, hours{48}));
  options.look_back = lists.look_back;
  options.overlap = lists.overlap;
  options.max_pages = lists.max_pages;
  options.page_size = spec.Int("page_size", 40);
  if (options.page_size < 1 || options.page_size > 40) return Fail(Fault::kInvalid, "page_size must be 1 to 40");
  return std::make_unique<Mastodon>(std::move(options), tools);
}

}  // namespace

const ConnectorCard kMastodonCard = {
    "mastodon",
    "public posts under the school's hashtags on a Mastodon server, or one that speaks its API",
    "Each server has its own rules: read them, ask its administrator, and use a clearly named school account, never a made-up person. "
    "Some servers forbid automated collecting. Ask for the permissions read:statuses, read:search and read:notifications only, and write:reports where the school reports through it."
    " A report is one person's decision about one post, never made in bulk nor twice. Authors who "
    "opted out of search engines still show under a public hashtag: heed keeps their posts no longer than a case needs them.",
    false,
    {
        {"server", SettingKind::kText, true, "", "the server to read, e.g. https://social.example; it knows the posts that reached it"},
        {"token", SettingKind::kSecret, false, "", "an access token of the school's account there; needed for search and mentions, and where strangers may not read"},
        {"hashtags", SettingKind::kList, false, "", "hashtags to read, each the school's own; its configured ones when left out"},
        {"queries", SettingKind::kList, false, "", "what to search for, each naming the school; needs a token, and its names when left out. Finds only authors who agreed to be found"},
        {"mentions", SettingKind::kYesNo, false, "false", "read public posts that mention the school's account; needs a token"},
        {"unlisted", SettingKind::kYesNo, false, "false", "keep \"quiet public\" posts too"},
        {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back"},
        {"overlap", SettingKind::kDuration, false, "48h", "how much is read again every time: posts arrive late, and are edited"},
        {"page_size", SettingKind::kNumber, false, "40", "posts asked for at a time, 1 to 40"},
        {"max_pages", SettingKind::kNumber, false, "20", "pages read of one hashtag, search or mentions in one run"},
    },
    true,
    true,
    true,
    &Make,
};

}  // namespace heed
