// Bluesky's requests: signing in, one page of search at a time, and where a reading stands.
//
// The cursor, JSON.  DO NOT CHANGE what a version means: write a new one, and start again from an old one.
//   v         1
//   server    where the search was sent; positions mean nothing elsewhere
//   folds     the server has shown that it ignores capitals
//   run       counts the rounds over all queries; running: this one has not ended; began: when it did begin
//   queries   text -> run   the last round it was finished in
//                     done  when that reading began
//                     sweep unfinished: from, started, page (the server's cursor), until, reached, pages, stretch
#include "connectors/bluesky/bluesky.h"

#include <algorithm>
#include <map>

#include "connectors/bluesky/report.h"
#include "connectors/bluesky/session.h"
#include "connectors/listing/listing.h"
#include "connectors/listing/rounds.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr int kCursorVersion = 1;
// Bluesky stops naming a next page after about 10,000 results, or answers 502 to one.
constexpr std::int64_t kDeep = 9'000;

struct Sweep {
  Instant from, started;           // down to which time; our clock when it began
  std::string page;                // the server's cursor, "" = none
  std::optional<Instant> until;    // ask for what is older than this, where the server's cursor gave out
  std::optional<Instant> reached;  // where the last entry read sorts
  std::int64_t pages = 0;          // read in this sweep
  std::int64_t stretch = 0;        // entries read since `until` last changed
};

struct Standing {
  std::int64_t run = 0;
  std::optional<Instant> done;
  std::optional<Sweep> sweep;
};

struct State {
  std::string server;
  bool folds = false;
  Rounds rounds;
  std::map<std::string, Standing, std::less<>> queries;
};

std::optional<Sweep> ReadSweep(Json from) {
  const auto lower = ReadTime(from["from"]), started = ReadTime(from["started"]);
  if (!lower || !started) return std::nullopt;
  Sweep sweep{*lower, *started, std::string(from["page"].StringOr("")), ReadTime(from["until"]), ReadTime(from["reached"])};
  sweep.pages = std::max<std::int64_t>(0, from["pages"].Int().value_or(0));
  sweep.stretch = std::max<std::int64_t>(0, from["stretch"].Int().value_or(0));
  return sweep;
}

// nullopt when it is not a cursor of ours.
std::optional<State> ReadState(std::string_view text) {
  JsonParser parser;
  const auto whole = parser.Parse(text);
  if (!whole || (*whole)["v"].Int() != kCursorVersion) return std::nullopt;
  State state;
  state.server = (*whole)["server"].StringOr("");
  state.folds = (*whole)["folds"].Bool().value_or(false);
  state.rounds = ReadRounds(*whole);
  (*whole)["queries"].EachMember([&](std::string_view query, Json value) {
    Standing standing;
    standing.run = value["run"].Int().value_or(0);
    standing.done = ReadTime(value["done"]);
    if (value["sweep"].IsObject()) standing.sweep = ReadSweep(value["sweep"]);
    state.queries.emplace(query, std::move(standing));
  });
  return state;
}

std::string Write(const State& state) {
  JsonWriter out;
  out.Object().Field("v", kCursorVersion).Field("server", std::string_view(state.server)).Field("folds", state.folds);
  PutRounds(out, state.rounds);
  out.Key("queries").Object();
  for (const auto& [query, standing] : state.queries) {
    out.Key(query).Object().Field("run", standing.run);
    PutTime(out, "done", standing.done);
    if (const auto& sweep = standing.sweep) {
      out.Key("sweep").Object();
      PutTime(out, "from", sweep->from);
      PutTime(out, "started", sweep->started);
      out.Field("page", std::string_view(sweep->page));
      PutTime(out, "until", sweep->until);
      PutTime(out, "reached", sweep->reached);
      out.Field("pages", sweep->pages).Field("stretch", sweep->stretch).EndObject();
    }
    out.EndObject();
  }
  out.EndObject().EndObject();
  return out.Take();
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// Whether a post found by `query` proves that the server ignores capitals: it holds the words, but nowhere
// with the capitals that were asked for.
bool ShowsFolding(const Post& post, std::string_view query) {
  std::string scratch;
  std::string all(JudgedText(post, scratch));
  const auto small = LowerAscii(query);
  if (LowerAscii(all).find(small) == std::string::npos) return false;
  all.append("\n").append(post.raw).append("\n").append(post.author.handle).append("\n").append(post.author.display_name);
  return all.find(query) == std::string::npos;
}

struct Options {
  std::string server;  // origin searched: the entryway when signed in, the AppView when not
  std::string handle, password;
  std::vector<std::string> queries;
  seconds look_back, overlap;
  std::int64_t page_size, max_pages;
};

class Bluesky final : public Connector {
 public:
  Bluesky(Options options, BlueskyReports::Places places, ConnectorTools tools)
      : options_(std::move(options)),
        tools_(tools),
        session_(options_.server, options_.handle, options_.password, tools),
        reports_(session_, std::move(places), tools) {}

  Result<Page> Fetch(const Cursor& cursor) override;
  Result<ReportForm> ReportReasons(const Post& post, Category category) override { return reports_.Form(post, category); }
  ReportOutcome Submit(const ApprovedReport& report) override { return reports_.Submit(report); }
  PresenceCheck Recheck(const Post& post) override { return reports_.Recheck(post); }

 private:
  State Restore(const Cursor& cursor, std::vector<std::string>& notes) const;
  std::vector<std::string> Queries(const State& state) const;
  // What one page says about going on.
  struct Seen {
    std::size_t given;            // posts the server sent
    std::string next;             // the next page's name, "" = none
    std::optional<Instant> last;  // where the last of them sorts
    bool all_old;                 // there were some, and all older than asked for
  };
  Done ReadPage(const std::string& query, State& state, Page& page);
  bool GoOn(const std::string& query, Sweep& sweep, const Seen& seen, Page& page) const;
  Result<HttpResponse> Search(std::string_view query, Sweep& sweep, std::vector<std::string>& notes);
  Result<HttpResponse> Ask(std::string_view query, const Sweep& sweep);

  Options options_;
  ConnectorTools tools_;
  BlueskySession session_;
  BlueskyReports reports_;
};

State Bluesky::Restore(const Cursor& cursor, std::vector<std::string>& notes) const {
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

std::vector<std::string> Bluesky::Queries(const State& state) const {
  if (state.folds) return options_.queries;
  std::vector<std::string> all;
  for (const auto& query : options_.queries)
    for (auto& variant : CaseVariants(query))
      if (std::ranges::find(all, variant) == all.end()) all.push_back(std::move(variant));
  return all;
}

Result<Page> Bluesky::Fetch(const Cursor& cursor) {
  Page page;
  auto state = Restore(cursor, page.notes);
  const auto now = tools_.clock.Now();
  state.rounds.Begin(now);

  auto queries = Queries(state);
  const auto pending = [&](const std::string& query) { return state.queries[query].run != state.rounds.run; };
  if (const auto query = std::ranges::find_if(queries, pending); query != queries.end()) {
    HEED_TRY(ReadPage(*query, state, page));
    queries = Queries(state);  // the answer may have shown that other spellings need not be asked for
  }

  // Queries that are configured no more are forgotten.
  std::erase_if(state.queries, [&](const auto& known) { return std::ranges::find(queries, known.first) == queries.end(); });
  const auto left = static_cast<double>(std::ranges::count_if(queries, pending));
  page.progress = 1 - left / static_cast<double>(queries.size());
  page.more = left > 0;
  if (!page.more) page.more = state.rounds.End(now);
  page.next.value = Write(state);
  return page;
}

// Asks for one page, keeps its posts, and says in the state where the query stands now.
Done Bluesky::ReadPage(const std::string& query, State& state, Page& page) {
  const auto now = tools_.clock.Now();
  auto& standing = state.queries[query];
  if (!standing.sweep) {
    const auto from = standing.done ? std::min(*standing.done, now) - options_.overlap : now - options_.look_back;
    standing.sweep = Sweep{from, now};
  }
  auto& sweep = *standing.sweep;

  const auto response = HEED_TRY(Search(query, sweep, page.notes));
  auto answer = ParseBlueskyPage(response.body);
  if (!answer) return Fail(std::move(answer).error().While("reading what Bluesky found for " + Quoted(query)));
  for (auto& note : answer->notes) page.notes.push_back(std::move(note));
  page.wait = AskedWait(response, now);
  page.quota = AllowanceLeft(response, now);

  // The server may ignore `since`: what its own clock calls older than asked for is nobody's business here,
  // and a page of nothing else is the end.  One odd date in a page ends nothing.
  Seen seen{answer->given, answer->cursor, std::nullopt, !answer->entries.empty()};
  for (auto& entry : answer->entries) {
    if (const auto at = entry.SortAt()) seen.last = at;
    if (!state.folds && ShowsFolding(entry.post, query)) state.folds = true;
    const auto known_at = entry.indexed_at ? entry.indexed_at : entry.post.created_at;
    if (known_at && *known_at < sweep.from) continue;
    seen.all_old = false;
    entry.post.first_seen_at = now;
    page.posts.push_back(std::move(entry.post));
  }
  if (GoOn(query, sweep, seen, page)) return {};
  standing.done = sweep.started;
  standing.run = state.rounds.run;
  standing.sweep.reset();
  return {};
}

// Sets the sweep to its next page; false = there is none, or none that may be asked for (then page.gap says so).
bool Bluesky::GoOn(const std::string& query, Sweep& sweep, const Seen& seen, Page& page) const {
  const bool full = static_cast<std::int64_t>(seen.given) >= options_.page_size;
  const bool at_top = sweep.page.empty();
  const auto stop_short = [&](std::optional<Instant> until, std::string why) {
    page.gap = Gap{sweep.from, until, std::move(why)};
    return false;
  };
  ++sweep.pages;
  sweep.stretch += static_cast<std::int64_t>(seen.given);
  if (seen.all_old) return false;
  if (sweep.until && at_top && seen.last && *seen.last >= *sweep.until)
    return stop_short(sweep.until, "the server goes no deeper for " + Quoted(query) + ": it gave out after its last page and ignores dates");
  if (seen.last) sweep.reached = seen.last;

  const bool named = !seen.next.empty() && seen.next != sweep.page;
  // A full page and no next one: the end, or as deep as this server pages.  Ask from there by date.
  const bool by_date = !named && seen.given > 0 && sweep.reached && *sweep.reached > sweep.from && (full || sweep.stretch >= kDeep);
  if (!named && !by_date) return false;
  if (sweep.pages >= options_.max_pages)
    return stop_short(sweep.reached, "stopped at the cap of " + std::to_string(options_.max_pages) + " pages for " + Quoted(query) +
                                         ": raise max_pages, or ask for something narrower");
  if (named) {
    sweep.page = seen.next;
    return true;
  }
  const auto until = *sweep.reached + milliseconds{1};  // exclusive, so others of that instant come too
  if (sweep.until && until >= *sweep.until) return stop_short(sweep.reached, "more posts of one instant than a page holds, for " + Quoted(query));
  sweep.until = until;
  sweep.page.clear();
  sweep.stretch = 0;
  return true;
}

// One page of answers with status 200.  Where the server does not know its own place any more (a cursor it
// made before a restart, or too deep), asks again by date from where the sweep had got to.
Result<HttpResponse> Bluesky::Search(std::string_view query, Sweep& sweep, std::vector<std::string>& notes) {
  auto response = HEED_TRY(Ask(query, sweep));
  if (!sweep.page.empty() && (response.status == 400 || response.status == 500 || response.status == 502)) {
    sweep.page.clear();
    sweep.stretch = 0;
    sweep.until.reset();
    if (sweep.reached) sweep.until = *sweep.reached + milliseconds{1};
    response = HEED_TRY(Ask(query, sweep));
    if (response.status == 200) notes.push_back("the server lost its place in " + Quoted(query) + ": went on by date");
  }
  if (response.status == 200) return response;

  auto error = StatusError(response, "searching Bluesky for " + Quoted(query), tools_.clock.Now());
  if (session_.has_account() || (response.status != 401 && response.status != 403)) return Fail(std::move(error));
  return Fail(error.fault(), error.message() + ": this server does not let strangers search; add `handle` and `password_file` (an app password) to the source");
}

// One request, with a fresh token where the old one is refused; any status but a refused token's.
Result<HttpResponse> Bluesky::Ask(std::string_view query, const Sweep& sweep) {
  std::string path = "/xrpc/app.bsky.feed.searchPosts?q=" + UrlEncode(query) + "&sort=latest&limit=" + std::to_string(options_.page_size) +
                     "&since=" + UrlEncode(FormatRfc3339(sweep.from));
  if (sweep.until) path += "&until=" + UrlEncode(FormatRfc3339(*sweep.until));
  if (!sweep.page.empty()) path += "&cursor=" + UrlEncode(sweep.page);

  const auto send = [&](const std::string& server, const std::string& token) -> Result<HttpResponse> {
    HttpRequest request;
    request.headers.emplace_back("accept", "application/json");
    request.url = server + path;
    if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
    auto response = tools_.http.Send(request);
    if (!response) return Fail(std::move(response).error().While("searching Bluesky for " + Quoted(query)));
    return response;
  };
  if (!session_.has_account()) return send(options_.server, "");
  return session_.Ask(send, "searching Bluesky");
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.handle = spec.String("handle");
  if (!options.handle.empty() && options.handle.front() == '@') options.handle.erase(0, 1);
  options.password = Trim(spec.String("password"));
  if (options.handle.empty() != options.password.empty())
    return Fail(Fault::kInvalid, options.handle.empty() ? "a password without `handle`: name the account, or leave both out"
                                                        : "`handle` without a password: add password_file or password_env (an app password)");
  options.server = options.handle.empty() ? HEED_TRY(ReadServer(spec, "appview", "https://public.api.bsky.app"))
                                          : HEED_TRY(ReadServer(spec, "service", "https://bsky.social"));
  // Left out means the school's own terms; an empty list means none.
  options.queries = spec.settings.find("queries") == spec.settings.end() ? InstitutionTerms(school) : spec.Strings("queries");
  if (options.queries.empty()) return Fail(Fault::kInvalid, "nothing to search for: give the school names, or the source `queries`");
  for (const auto& query : options.queries) HEED_TRY(CheckQuery(query, school));

  const auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{30}, hours{48}));
  options.look_back = lists.look_back;
  options.overlap = lists.overlap;
  options.max_pages = lists.max_pages;
  options.page_size = HEED_TRY(ReadPageSize(spec, 100, 100));
  BlueskyReports::Places places;
  places.appview = HEED_TRY(ReadServer(spec, "appview", "https://public.api.bsky.app"));
  places.directory = HEED_TRY(ReadServer(spec, "directory", "https://plc.directory"));
  places.moderation = spec.String("moderation");
  if (places.moderation.empty()) places.moderation = std::string(kBlueskyModeration);
  if (!places.moderation.starts_with("did:")) return Fail(Fault::kInvalid, "moderation = " + Quoted(places.moderation) + " must begin with did:");
  return std::make_unique<Bluesky>(std::move(options), std::move(places), tools);
}

}  // namespace

const ConnectorCard kBlueskyCard = {
    "bluesky",
    "public posts on Bluesky that the network's own search finds for the school",
    "Bluesky's developer guidelines: no bulk or automated interactions, delete what an author asks to have deleted, keep contact "
    "details current. Use a clearly named school account with an app password. A report is one person's decision about one "
    "post, never made in bulk nor twice. Authors may ask not to be shown to people who are not "
    "signed in: their posts stay with signed-in staff.",
    false,
    {
        {"handle", SettingKind::kText, false, "", "the school's account, e.g. oakmoor.example; without it the search is anonymous, which Bluesky does not always allow"},
        {"password", SettingKind::kSecret, false, "", "an app password of that account, never its main one"},
        {"service", SettingKind::kText, false, "https://bsky.social", "where that account signs in"},
        {"appview", SettingKind::kText, false, "https://public.api.bsky.app", "where anonymous searches go, and where reported posts are looked up again"},
        {"queries", SettingKind::kList, false, "", "what to search for, each naming the school; its names, hashtags, handles and domains when left out. "
                                                   "A common name finds less noise in double quotes, where the server knows phrases (bsky.app does)"},
        {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back"},
        {"overlap", SettingKind::kDuration, false, "48h", "how much is read again every time, because search indexes lag"},
        {"page_size", SettingKind::kNumber, false, "100", "posts asked for at a time, 2 to 100"},
        {"max_pages", SettingKind::kNumber, false, "20", "pages read for one query in one run; more is recorded as a gap"},
        {"moderation", SettingKind::kText, false, kBlueskyModeration, "the moderation service that gets reports; Bluesky's own unless the school uses another network"},
        {"directory", SettingKind::kText, false, "https://plc.directory", "where accounts' servers are looked up, to tell who removed a post"},
    },
    true,
    true,
    true,
    &Make,
};

}  // namespace heed
