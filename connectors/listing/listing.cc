#include "connectors/listing/listing.h"

#include <algorithm>

#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr int kCursorVersion = 1;
// A round begun longer ago than this was interrupted: what it read first is old by now, so another follows.
constexpr seconds kLongRound = minutes{30};
constexpr std::size_t kLongestName = 160;

struct Standing {
  std::int64_t run = 0;
  std::optional<Instant> done;
  std::string mark;
  std::optional<Listing> found;
  std::optional<ListSweep> sweep;
};

struct State {
  std::int64_t run = 0;
  bool running = false;
  Instant began{};
  ListMemo memo;
  std::map<std::string, Standing, std::less<>> lists;
};

std::optional<Instant> ReadTime(Json value) {
  const auto text = value.String();
  return text ? ParseRfc3339(*text) : std::nullopt;
}

std::optional<ListSweep> ReadSweep(Json from) {
  const auto lower = ReadTime(from["from"]), started = ReadTime(from["started"]);
  if (!lower || !started) return std::nullopt;
  ListSweep sweep{*lower, *started, std::string(from["next"].StringOr("")), std::string(from["mark"].StringOr("")), ReadTime(from["reached"])};
  sweep.pages = std::max<std::int64_t>(0, from["pages"].Int().value_or(0));
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
  state.run = (*whole)["run"].Int().value_or(0);
  const auto began = ReadTime((*whole)["began"]);
  state.running = began && (*whole)["running"].Bool().value_or(false);
  state.began = began.value_or(Instant{});
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
  const auto time = [&](std::string_view key, std::optional<Instant> at) {
    if (at) out.Field(key, std::string_view(FormatRfc3339(*at)));
  };
  out.Object().Field("v", kCursorVersion).Field("place", place).Field("run", state.run).Field("running", state.running);
  time("began", state.began);
  out.Key("memo").Object();
  for (const auto& [name, value] : state.memo) out.Field(name, std::string_view(value));
  out.EndObject().Key("lists").Object();
  for (const auto& [key, standing] : state.lists) {
    out.Key(key).Object().Field("run", standing.run);
    time("done", standing.done);
    text("mark", standing.mark);
    if (const auto& found = standing.found) {
      out.Key("found").Object();
      text("about", found->about);
      time("until", found->until);
      out.Field("once", found->once).EndObject();
    }
    if (const auto& sweep = standing.sweep) {
      out.Key("sweep").Object();
      time("from", sweep->from);
      time("started", sweep->started);
      text("next", sweep->next);
      text("mark", sweep->mark);
      time("reached", sweep->reached);
      out.Field("pages", sweep->pages).EndObject();
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

Result<Page> ListReader::Read(const Cursor& cursor, const std::vector<Listing>& roots, Instant now, const Ask& ask) const {
  Page page;
  State state;
  if (!cursor.empty()) {
    if (auto known = ReadState(cursor.value, options_.place)) state = *std::move(known);
    else page.notes.push_back("the stored position could not be read: reading the last " + FormatDuration(options_.look_back) + " again");
  }
  if (!state.running) {
    ++state.run;
    state.running = true;
    state.began = now;
    ForgetFound(state, now, options_.max_found, page.notes);
  }

  const auto is_root = [&](std::string_view key) {
    return std::ranges::any_of(roots, [&](const Listing& root) { return root.key == key; });
  };
  // Lists that are configured no more are forgotten.
  std::erase_if(state.lists, [&](const auto& known) { return !known.second.found && !is_root(known.first); });
  for (const auto& root : roots) {
    auto& standing = state.lists[root.key];
    standing.found.reset();
    // Its time has not come: as good as read.  A second is what a round may take.
    if (!standing.sweep && standing.done && root.every > seconds{1} && now - *standing.done < root.every) standing.run = state.run;
  }
  // Roots in their order, then what was found.
  const auto next_list = [&]() -> std::optional<Listing> {
    for (const auto& root : roots)
      if (state.lists[root.key].run != state.run) return root;
    for (const auto& [key, standing] : state.lists)
      if (standing.found && standing.run != state.run) return *standing.found;
    return std::nullopt;
  };

  if (const auto list = next_list()) {
    Standing& standing = state.lists[list->key];
    if (!standing.sweep) {
      const auto from = standing.done ? std::min(*standing.done, now) - options_.overlap : now - options_.look_back;
      standing.sweep = ListSweep{from, now, "", "", std::nullopt};
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
    ++sweep.pages;

    const auto stop_short = [&](std::string why) {
      page.gap = Gap{sweep.from, answer.newest ? answer.newest : sweep.reached, std::move(why)};
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
      if (answer.next.empty()) return true;
      if (answer.newest && *answer.newest < sweep.from) return true;
      if (answer.next == sweep.next) return stop_short("the platform sends the same page of " + list->key + " again and again");
      if (sweep.pages >= options_.max_pages)
        return stop_short("stopped at the cap of " + std::to_string(options_.max_pages) + " pages for " + list->key + ": raise max_pages, or read it more often");
      if (answer.newest) sweep.reached = answer.newest;
      sweep.next = answer.next;
      return false;
    };
    if (ended()) {
      standing.done = sweep.started;
      if (!sweep.mark.empty()) standing.mark = sweep.mark;
      standing.run = state.run;
      standing.sweep.reset();
      if (standing.found && (standing.found->once || answer.forget)) state.lists.erase(list->key);
    }
    for (auto& found : answer.found) {
      if (is_root(found.key) || (found.until && *found.until <= now)) continue;
      state.lists[found.key].found = std::move(found);
    }
  }

  const auto pending = static_cast<double>(std::ranges::count_if(state.lists, [&](const auto& one) { return one.second.run != state.run; }));
  page.progress = state.lists.empty() ? 1 : 1 - pending / static_cast<double>(state.lists.size());
  page.more = pending > 0;
  if (!page.more) {
    state.running = false;
    page.more = now - state.began > kLongRound;
  }
  page.next.value = Write(state, options_.place);
  return page;
}

Result<ListReader::Options> ReadListOptions(const SourceSpec& spec, std::string place, seconds look_back, seconds overlap) {
  ListReader::Options options{.place = std::move(place), .look_back = look_back, .overlap = overlap};
  for (const auto& [key, into] : {std::pair<std::string_view, seconds*>{"look_back", &options.look_back}, {"overlap", &options.overlap}}) {
    const auto text = spec.String(key);
    if (text.empty()) continue;
    const auto length = ParseDuration(text);
    if (!length) return Fail(Fault::kInvalid, std::string(key) + " = \"" + ForTerminal(text) + "\" is not a length of time such as \"48h\" or \"7d\"");
    *into = *length;
  }
  options.max_pages = spec.Int("max_pages", options.max_pages);
  if (options.max_pages < 1 || options.max_pages > 10'000) return Fail(Fault::kInvalid, "max_pages must be 1 to 10000");
  return options;
}

Result<std::string> ServerOf(const SourceSpec& spec, std::string_view key, std::string_view otherwise) {
  auto address = spec.String(key);
  if (address.empty()) address = otherwise;
  const auto origin = HEED_TRY(UrlOrigin(address));
  const bool here = origin.starts_with("http://127.0.0.1") || origin.starts_with("http://localhost") || origin.starts_with("http://[::1]");
  if (!here && !origin.starts_with("https://")) return Fail(Fault::kInvalid, std::string(key) + " = \"" + ForTerminal(address) + "\" must begin with https://");
  return origin;
}

std::string InNote(std::string_view text) { return ForTerminal(ClipUtf8(text, kLongestName)); }

std::string WebAddress(Json value) {
  const auto address = value.StringOr("");
  const bool web = StartsWithIgnoreCase(address, "https://") || StartsWithIgnoreCase(address, "http://");
  return web ? std::string(address) : std::string();
}

std::optional<std::uint64_t> CountOf(Json value) {
  auto count = value.Int();
  // YouTube writes its counts as strings.
  if (const auto text = value.String(); text && !text->empty() && text->size() < 18 && text->find_first_not_of("0123456789") == text->npos) {
    std::int64_t number = 0;
    for (const char digit : *text) number = number * 10 + (digit - '0');
    count = number;
  }
  if (!count || *count < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*count);
}

std::optional<Instant> TimeOf(Json value) {
  if (const auto number = value.Int()) {
    constexpr std::int64_t kYear9999 = 253'402'300'799;
    if (*number < 0 || *number > kYear9999) return std::nullopt;
    return Instant(seconds{*number});
  }
  return ParseRfc3339(value.StringOr(""));
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

void SkippedPosts::Add(std::string_view why, std::string_view name) {
  if (++count_ <= kMostNamed) named_.push_back("1 post skipped, " + std::string(why) + ": " + (name.empty() ? "(no id)" : InNote(name)));
}

void SkippedPosts::Tell(std::vector<std::string>& notes) const {
  notes.insert(notes.end(), named_.begin(), named_.end());
  if (count_ > kMostNamed) notes.push_back(std::to_string(count_ - kMostNamed) + " more posts of that page skipped");
}

}  // namespace heed
