// Rounds over lists that are newest first: the cursor, when to go on, and what was left unread.
#include "connectors/round.h"

#include <algorithm>
#include <map>

#include "src/base/check.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/net/http.h"

namespace heed {
namespace {

constexpr int kCursorVersion = 1;
// A round begun longer ago than this was interrupted: what it read first is old by now, so another follows.
constexpr seconds kLongRound = minutes{30};

struct Sweep {
  Instant from, started;           // down to which time; our clock when it began
  std::string next, mark;          // position of the page to read; what the page before was told by
  std::optional<Instant> reached;  // the latest date of the page before
  std::int64_t pages = 0, given = 0;
};

struct Standing {
  std::int64_t run = 0;
  std::optional<Instant> done;
  std::optional<Sweep> sweep;
};

struct State {
  std::string place;
  std::int64_t run = 0;
  bool running = false;
  Instant began{};
  std::map<std::string, Standing, std::less<>> streams;
};

std::optional<Instant> ReadTime(Json value) { return ParseRfc3339(value.StringOr("")); }

std::optional<Sweep> ReadSweep(Json from) {
  const auto lower = ReadTime(from["from"]), started = ReadTime(from["started"]);
  if (!lower || !started) return std::nullopt;
  Sweep sweep{*lower, *started, std::string(from["next"].StringOr("")), std::string(from["mark"].StringOr("")), ReadTime(from["reached"])};
  sweep.pages = std::max<std::int64_t>(0, from["pages"].Int().value_or(0));
  sweep.given = std::max<std::int64_t>(0, from["given"].Int().value_or(0));
  return sweep;
}

// nullopt when it is not a cursor of ours.
std::optional<State> ReadState(std::string_view text) {
  JsonParser parser;
  const auto whole = parser.Parse(text);
  if (!whole || (*whole)["v"].Int() != kCursorVersion) return std::nullopt;
  State state;
  state.place = (*whole)["place"].StringOr("");
  state.run = (*whole)["run"].Int().value_or(0);
  const auto began = ReadTime((*whole)["began"]);
  state.running = began && (*whole)["running"].Bool().value_or(false);
  state.began = began.value_or(Instant{});
  (*whole)["streams"].EachMember([&](std::string_view name, Json value) {
    Standing standing;
    standing.run = value["run"].Int().value_or(0);
    standing.done = ReadTime(value["done"]);
    if (value["sweep"].IsObject()) standing.sweep = ReadSweep(value["sweep"]);
    state.streams.emplace(name, std::move(standing));
  });
  return state;
}

std::string Write(const State& state) {
  JsonWriter out;
  const auto time = [&](std::string_view key, std::optional<Instant> at) {
    if (at) out.Field(key, std::string_view(FormatRfc3339(*at)));
  };
  out.Object().Field("v", kCursorVersion).Field("place", std::string_view(state.place));
  out.Field("run", state.run).Field("running", state.running);
  time("began", state.began);
  out.Key("streams").Object();
  for (const auto& [name, standing] : state.streams) {
    out.Key(name).Object().Field("run", standing.run);
    time("done", standing.done);
    if (const auto& sweep = standing.sweep) {
      out.Key("sweep").Object();
      time("from", sweep->from);
      time("started", sweep->started);
      out.Field("next", std::string_view(sweep->next)).Field("mark", std::string_view(sweep->mark));
      time("reached", sweep->reached);
      out.Field("pages", sweep->pages).Field("given", sweep->given).EndObject();
    }
    out.EndObject();
  }
  out.EndObject().EndObject();
  return out.Take();
}

State Restore(const Cursor& cursor, const RoundOptions& options, std::vector<std::string>& notes) {
  State fresh;
  fresh.place = options.place;
  if (cursor.empty()) return fresh;
  auto state = ReadState(cursor.value);
  if (!state) {
    notes.push_back("the stored position could not be read: reading the last " + FormatDuration(options.look_back) + " again");
    return fresh;
  }
  return state->place == options.place ? *std::move(state) : fresh;
}

// Sets the sweep to its next page; false = it has come to its end, or may go no further (then page.gap says so).
bool GoOn(const std::string& stream, Sweep& sweep, const StreamPage& answer, const RoundOptions& options, Page& page) {
  const auto stop_short = [&](std::string why) {
    page.gap = Gap{sweep.from, sweep.reached ? *sweep.reached : sweep.started, std::move(why)};
    return false;
  };
  if (answer.counts) ++sweep.pages;
  sweep.given += static_cast<std::int64_t>(answer.given);
  if (answer.newest && *answer.newest < sweep.from) return false;
  if (answer.newest) sweep.reached = answer.newest;
  if (!answer.cut_short.empty()) return stop_short(answer.cut_short);
  if (answer.next.empty()) return false;
  if (answer.next == sweep.next || (!answer.mark.empty() && answer.mark == sweep.mark))
    return stop_short("the server sends the same page of " + stream + " again and again");
  if (answer.counts && sweep.pages >= options.max_pages)
    return stop_short("stopped at the cap of " + std::to_string(options.max_pages) + " pages for " + stream + ": raise max_pages, or read it more often");
  sweep.next = answer.next;
  if (!answer.mark.empty()) sweep.mark = answer.mark;
  return true;
}

}  // namespace

Result<Page> ReadRound(const Cursor& cursor, const std::vector<std::string>& streams, const RoundOptions& options, Instant now,
                       const ReadStreamPage& read) {
  HEED_CHECK(!streams.empty());
  Page page;
  auto state = Restore(cursor, options, page.notes);
  if (!state.running) {
    ++state.run;
    state.running = true;
    state.began = now;
  }

  const auto pending = [&](const std::string& stream) { return state.streams[stream].run != state.run; };
  if (const auto stream = std::ranges::find_if(streams, pending); stream != streams.end()) {
    auto& standing = state.streams[*stream];
    if (!standing.sweep) {
      const auto from = standing.done ? std::min(*standing.done, now) - options.overlap : now - options.look_back;
      standing.sweep = Sweep{from, now};
    }
    auto& sweep = *standing.sweep;
    auto answer = HEED_TRY(read(*stream, StreamStep{sweep.next, sweep.from, sweep.pages, sweep.given}));
    for (auto& note : answer.notes) page.notes.push_back(std::move(note));
    page.wait = answer.wait;
    page.quota = std::move(answer.quota);
    for (auto& entry : answer.entries) {
      // The last page reaches past what was asked for.
      if (entry.at && *entry.at < sweep.from) continue;
      entry.post.first_seen_at = now;
      page.posts.push_back(std::move(entry.post));
    }
    if (!GoOn(*stream, sweep, answer, options, page)) {
      standing.done = sweep.started;
      standing.run = state.run;
      standing.sweep.reset();
    }
  }

  // Streams that are configured no more are forgotten.
  std::erase_if(state.streams, [&](const auto& known) { return std::ranges::find(streams, known.first) == streams.end(); });
  const auto left = static_cast<double>(std::ranges::count_if(streams, pending));
  page.progress = 1 - left / static_cast<double>(streams.size());
  page.more = left > 0;
  if (!page.more) {
    state.running = false;
    page.more = now - state.began > kLongRound;
  }
  page.next.value = Write(state);
  return page;
}

Result<RoundOptions> ReadRoundOptions(const SourceSpec& spec, std::string place) {
  RoundOptions options{.place = std::move(place), .look_back = days{7}, .overlap = hours{48}, .max_pages = spec.Int("max_pages", 20)};
  for (const auto& [key, length] : {std::pair<std::string_view, seconds*>{"look_back", &options.look_back}, {"overlap", &options.overlap}}) {
    const auto text = spec.String(key);
    if (text.empty()) continue;
    const auto given = ParseDuration(text);
    if (!given) return Fail(Fault::kInvalid, std::string(key) + " = \"" + text + "\" is not a length of time such as \"48h\" or \"7d\"");
    *length = *given;
  }
  if (options.max_pages < 1) return Fail(Fault::kInvalid, "max_pages must be 1 or more");
  return options;
}

Result<std::int64_t> ReadPageSize(const SourceSpec& spec, std::int64_t otherwise, std::int64_t most) {
  const auto size = spec.Int("page_size", otherwise);
  if (size < 2 || size > most) return Fail(Fault::kInvalid, "page_size must be 2 to " + std::to_string(most));
  return size;
}

Result<std::string> ReadServer(const SourceSpec& spec, std::string_view key, std::string_view otherwise) {
  auto address = spec.String(key);
  if (address.empty()) address = otherwise;
  if (address.empty()) return Fail(Fault::kInvalid, "`" + std::string(key) + "` is missing: the address to read, such as \"https://forum.example\"");
  const auto origin = HEED_TRY(UrlOrigin(address));
  const bool here = origin.starts_with("http://127.0.0.1") || origin.starts_with("http://localhost") || origin.starts_with("http://[::1]");
  if (!here && !origin.starts_with("https://")) return Fail(Fault::kInvalid, std::string(key) + " = \"" + address + "\" must begin with https://");
  return origin;
}

Result<std::vector<std::string>> ReadQueries(const SourceSpec& spec, const School& school) {
  std::vector<std::string> queries;
  if (spec.settings.find("queries") != spec.settings.end()) {
    for (auto& query : spec.Strings("queries"))
      if (std::ranges::find(queries, query) == queries.end()) queries.push_back(std::move(query));
  } else {
    for (auto& term : InstitutionTerms(school))
      if (term.find_first_of("#@") == term.npos) queries.push_back(std::move(term));
  }
  for (const auto& query : queries) HEED_TRY(CheckQuery(query, school));
  return queries;
}

std::string HostOf(std::string_view origin) {
  const auto slashes = origin.find("//");
  return std::string(slashes == origin.npos ? origin : origin.substr(slashes + 2));
}

}  // namespace heed
