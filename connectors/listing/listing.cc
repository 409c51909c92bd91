#include "connectors/listing/listing.h"

#include <algorithm>

#include "connectors/listing/rounds.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr int kCursorVersion = 2;

struct Standing {
  std::int64_t run = 0;
  std::optional<Instant> done;
  std::string mark;
  std::optional<Listing> found;
  std::optional<ListSweep> sweep;
};

struct State {
  Rounds rounds;
  ListMemo memo;
  std::map<std::string, Standing, std::less<>> lists;
};

std::optional<ListSweep> ReadSweep(Json from) {
  const auto lower = ReadTime(from["from"]), started = ReadTime(from["started"]);
  if (!lower || !started) return std::nullopt;
  ListSweep sweep{.from = *lower, .started = *started};
  sweep.next = from["next"].StringOr("");
  sweep.mark = from["mark"].StringOr("");
  sweep.last_id = from["last_id"].StringOr("");
  sweep.reached = ReadTime(from["reached"]);
  sweep.pages = std::max<std::int64_t>(0, from["pages"].Int().value_or(0));
  sweep.given = std::max<std::int64_t>(0, from["given"].Int().value_or(0));
  return sweep;
}

// nullopt when it is not a cursor of ours.  Of another place only the memo is taken: money spent stays spent.
std::optional<State> ReadState(std::string_view text, std::string_view place) {
  JsonParser parser;
  const auto whole = parser.Parse(text);
  if (!whole || (*whole)["v"].Int() != kCursorVersion) return std::nullopt;
  State state;
  (*whole)["memo"].EachMember([&](std::string_view name, Json value) { state.memo.emplace(name, value.StringOr("")); });
  if ((*whole)["place"].StringOr("") != place) return state;
  state.rounds = ReadRounds(*whole);
  (*whole)["lists"].EachMember([&](std::string_view key, Json value) {
    Standing standing;
    standing.run = value["run"].Int().value_or(0);
    standing.done = ReadTime(value["done"]);
    standing.mark = value["mark"].StringOr("");
    if (const Json found = value["found"]; found.IsObject())
      standing.found = Listing{std::string(key), std::string(found["about"].StringOr("")), ReadTime(found["until"]), found["once"].Bool().value_or(false)};
    if (value["sweep"].IsObject()) standing.sweep = ReadSweep(value["sweep"]);
    state.lists.emplace(key, std::move(standing));
  });
  return state;
}

std::string Write(const State& state, std::string_view place) {
  JsonWriter out;
  const auto text = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) out.Field(key, value);
  };
  out.Object().Field("v", kCursorVersion).Field("place", place);
  PutRounds(out, state.rounds);
  out.Key("memo").Object();
  for (const auto& [name, value] : state.memo) out.Field(name, std::string_view(value));
  out.EndObject().Key("lists").Object();
  for (const auto& [key, standing] : state.lists) {
    out.Key(key).Object().Field("run", standing.run);
    PutTime(out, "done", standing.done);
    text("mark", standing.mark);
    if (const auto& found = standing.found) {
      out.Key("found").Object();
      text("about", found->about);
      PutTime(out, "until", found->until);
      out.Field("once", found->once).EndObject();
    }
    if (const auto& sweep = standing.sweep) {
      out.Key("sweep").Object();
      PutTime(out, "from", sweep->from);
      PutTime(out, "started", sweep->started);
      text("next", sweep->next);
      text("mark", sweep->mark);
      text("last_id", sweep->last_id);
      PutTime(out, "reached", sweep->reached);
      out.Field("pages", sweep->pages).Field("given", sweep->given).EndObject();
    }
    out.EndObject();
  }
  out.EndObject().EndObject();
  return out.Take();
}

// Lists found on the way that are over, and the shortest-lived where there are too many.  One being read stays.
void ForgetFound(State& state, Instant now, std::size_t most, std::vector<std::string>& notes) {
  std::erase_if(state.lists, [&](const auto& one) {
    const auto& [key, standing] = one;
    return standing.found && standing.found->until && *standing.found->until <= now && !standing.sweep;
  });
  std::vector<std::pair<Instant, std::string>> found;
  for (const auto& [key, standing] : state.lists)
    if (standing.found && !standing.found->once && !standing.sweep) found.emplace_back(standing.found->until.value_or(Instant::max()), key);
  if (found.size() <= most) return;
  std::ranges::sort(found);
  const std::size_t too_many = found.size() - most;
  for (std::size_t i = 0; i < too_many; ++i) state.lists.erase(found[i].second);
  notes.push_back(std::to_string(too_many) + " of the oldest are followed no more, because there are more than " + std::to_string(most) + " at once, from " + found.front().second);
}

}  // namespace

ListMemo ReadListMemo(const Cursor& cursor) {
  auto state = ReadState(cursor.value, "");
  return state ? std::move(state->memo) : ListMemo{};
}

Result<Page> ListReader::Read(const Cursor& cursor, const std::vector<Listing>& roots, Instant now, const Ask& ask) const {
  Page page;
  State state;
  if (!cursor.empty()) {
    if (auto known = ReadState(cursor.value, options_.place)) state = *std::move(known);
    else page.notes.push_back("the stored position could not be read: reading the last " + FormatDuration(options_.look_back) + " again");
  }
  if (state.rounds.Begin(now)) ForgetFound(state, now, options_.max_found, page.notes);

  const auto is_root = [&](std::string_view key) {
    return std::ranges::any_of(roots, [&](const Listing& root) { return root.key == key; });
  };
  // Lists that are configured no more are forgotten.
  std::erase_if(state.lists, [&](const auto& known) { return !known.second.found && !is_root(known.first); });
  for (const auto& root : roots) {
    auto& standing = state.lists[root.key];
    standing.found.reset();
    // Its time has not come: as good as read.  A second is what a round may take.
    if (!standing.sweep && standing.done && root.every > seconds{1} && now - *standing.done < root.every) standing.run = state.rounds.run;
  }
  // Roots in their order, then what was found.
  const auto next_list = [&]() -> std::optional<Listing> {
    for (const auto& root : roots)
      if (state.lists[root.key].run != state.rounds.run) return root;
    for (const auto& [key, standing] : state.lists)
      if (standing.found && standing.run != state.rounds.run) return *standing.found;
    return std::nullopt;
  };

  if (const auto list = next_list()) {
    Standing& standing = state.lists[list->key];
    if (!standing.sweep) {
      const auto from = standing.done ? std::min(*standing.done, now) - options_.overlap : now - options_.look_back;
      standing.sweep = ListSweep{.from = from, .started = now};
    }
    ListSweep& sweep = *standing.sweep;
    auto answer = HEED_TRY(ask(ListQuestion{*list, sweep, standing.done, standing.mark, state.memo}));

    for (auto& note : answer.notes) page.notes.push_back(std::move(note));
    page.wait = answer.wait;
    page.quota = std::move(answer.quota);
    page.gap = std::move(answer.gap);
    page.about_school = answer.about_school;
    for (auto& entry : answer.entries) {
      if (entry.at && *entry.at < sweep.from) continue;
      entry.post.first_seen_at = now;
      page.posts.push_back(std::move(entry.post));
    }
    if (sweep.pages == 0 && !answer.start_over) sweep.mark = answer.mark;
    if (answer.counts) ++sweep.pages;
    sweep.given += static_cast<std::int64_t>(answer.given);

    const auto stop_short = [&](std::string why) {
      page.gap = Gap{sweep.from, answer.newest ? *answer.newest : sweep.reached.value_or(sweep.started), std::move(why)};
      return true;
    };
    const auto ended = [&] {
      if (answer.forget) return true;
      if (answer.start_over) {
        standing.mark.clear();
        sweep.next.clear();
        if (sweep.pages > options_.max_pages) return stop_short("the platform loses its place in " + list->key + " again and again");
        return false;
      }
      if (answer.newest && *answer.newest < sweep.from) return true;
      if (!answer.cut_short.empty()) return stop_short(answer.cut_short);
      if (answer.next.empty()) return true;
      if (answer.next == sweep.next || (!answer.last_id.empty() && answer.last_id == sweep.last_id))
        return stop_short("the platform sends the same page of " + list->key + " again and again");
      if (answer.counts && sweep.pages >= options_.max_pages)
        return stop_short("stopped at the cap of " + std::to_string(options_.max_pages) + " pages for " + list->key + ": raise max_pages, or read it more often");
      if (answer.newest) sweep.reached = answer.newest;
      sweep.next = answer.next;
      if (!answer.last_id.empty()) sweep.last_id = answer.last_id;
      return false;
    };
    if (ended()) {
      standing.done = sweep.started;
      if (!sweep.mark.empty()) standing.mark = sweep.mark;
      standing.run = state.rounds.run;
      standing.sweep.reset();
      if (standing.found && (standing.found->once || answer.forget)) state.lists.erase(list->key);
    }
    for (auto& found : answer.found) {
      if (is_root(found.key) || (found.until && *found.until <= now)) continue;
      state.lists[found.key].found = std::move(found);
    }
  }

  const auto pending = static_cast<double>(std::ranges::count_if(state.lists, [&](const auto& one) { return one.second.run != state.rounds.run; }));
  page.progress = state.lists.empty() ? 1 : 1 - pending / static_cast<double>(state.lists.size());
  page.more = pending > 0;
  if (!page.more) page.more = state.rounds.End(now);
  page.next.value = Write(state, options_.place);
  return page;
}

Result<ListReader::Options> ReadListOptions(const SourceSpec& spec, std::string place, seconds look_back, seconds overlap) {
  ListReader::Options options{.place = std::move(place)};
  options.look_back = HEED_TRY(ReadLength(spec, "look_back", look_back));
  options.overlap = HEED_TRY(ReadLength(spec, "overlap", overlap));
  options.max_pages = spec.Int("max_pages", options.max_pages);
  if (options.max_pages < 1 || options.max_pages > 10'000) return Fail(Fault::kInvalid, "max_pages must be 1 to 10000");
  return options;
}

Result<seconds> ReadLength(const SourceSpec& spec, std::string_view key, seconds otherwise) {
  const auto text = spec.String(key);
  const auto length = text.empty() ? std::optional(otherwise) : ParseDuration(text);
  if (!length) return Fail(Fault::kInvalid, std::string(key) + " = \"" + ForTerminal(text) + "\" is not a length of time such as \"6h\" or \"30d\"");
  return *length;
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
  if (!here && !origin.starts_with("https://")) return Fail(Fault::kInvalid, std::string(key) + " = \"" + ForTerminal(address) + "\" must begin with https://");
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

bool NamesSchool(std::string_view text, const School& school) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80; };
  const std::string lower = LowerAscii(text);
  for (const auto& term : InstitutionTerms(school)) {
    const std::string wanted = LowerAscii(term);
    for (auto at = lower.find(wanted); at != lower.npos; at = lower.find(wanted, at + 1)) {
      const auto end = at + wanted.size();
      if ((at == 0 || !is_word(lower[at - 1]) || !is_word(wanted.front())) && (end == lower.size() || !is_word(lower[end]))) return true;
    }
  }
  return false;
}

}  // namespace heed
