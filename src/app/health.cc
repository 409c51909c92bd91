#include "src/app/health.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>

#include "src/app/clock_watch.h"
#include "src/app/runner.h"

namespace heed {
namespace {

constexpr std::uint64_t kDiskBytes = 500ull << 20;
constexpr days kLongestWait{3'660};
constexpr std::uint32_t kKnownTimes = 5;    // runs with news before a silence can be unusual
constexpr seconds kLeastSilence{days{7}};
constexpr days kClockTold{3};

std::string Ago(Instant at, Instant now) { return FormatDuration(std::chrono::floor<seconds>(std::max(now - at, microseconds{0}))) + " ago"; }

bool Failing(const SourceState& state, const AlarmSettings& rules) {
  return state.fault && *state.fault != Fault::kCancelled && (NeedsPerson(*state.fault) || state.failures >= rules.failures);
}

// When a source that keeps its schedule would have been read again, and some grace.
bool Late(const SourceEntry& entry, const SourceState& state, const AlarmSettings& rules, Instant now) {
  if (!state.last_success) return false;  // never read: failing says so
  return entry.schedule.Next(state.last_success, *state.last_success) + rules.late < now;
}

bool Silent(const SourceState& state, Instant now) {
  return state.last_news && state.times_news >= kKnownTimes && now - *state.last_news > std::max(3 * state.longest_quiet, kLeastSilence);
}

bool SignInEnds(const SourceState& state, const AlarmSettings& rules, Instant now) { return state.sign_in_ends && *state.sign_in_ends - rules.notice < now; }

// What was opened by then has waited longer than `limit`; nullopt: nothing can have.
std::optional<Instant> OverdueSince(seconds limit, Instant now) {
  Instant late = now - limit - seconds{1}, in_time = now - limit;
  while (WorkingTime(late, now) <= limit) {
    if (now - late > kLongestWait) return std::nullopt;
    in_time = late;
    late -= days{1};
  }
  while (in_time - late > microseconds{1}) {
    const Instant middle = late + (in_time - late) / 2;
    (WorkingTime(middle, now) > limit ? late : in_time) = middle;
  }
  return late;
}

std::string SignInWords(const SourceState& state, Instant now) {
  return *state.sign_in_ends <= now ? "its token or key stopped working " + Ago(*state.sign_in_ends, now)
                                    : "its token or key stops working on " + FormatLocal(*state.sign_in_ends) + ", in " + FormatDuration(std::chrono::floor<seconds>(*state.sign_in_ends - now));
}

}  // namespace

std::string_view ToString(Standing standing) {
  switch (standing) {
    case Standing::kFine: return "fine";
    case Standing::kWatch: return "watch";
    case Standing::kTrouble: return "trouble";
    case Standing::kOff: return "off";
  }
  return "unknown";
}

std::string WhatToDo(Fault fault) {
  switch (fault) {
    case Fault::kSignIn: return "renew the token, key or password of this source, put it where the configuration says, and restart heed serve";
    case Fault::kDenied: return "look at what the platform says: the account may be blocked, or its terms may have changed; heed asks again only after a restart";
    case Fault::kBusy: return "nothing: heed goes on by itself when the platform's pause is over; if it happens often, scan less often";
    case Fault::kUnavailable: return "nothing at first: heed tries again by itself; if it lasts, check this machine's network and whether the platform is up";
    case Fault::kMalformed: return "nothing at first: heed tries again; if it lasts, the platform has changed its answers, and a newer heed is needed";
    case Fault::kTooLarge: return "ask for less at a time: fewer queries, or a shorter look back";
    case Fault::kGone: return "what this source reads is gone for good: take the source out of the configuration, or point it elsewhere";
    case Fault::kInvalid:
    case Fault::kUnsupported: return "mend this source in the configuration (heed check), and restart heed serve";
    case Fault::kNotFound: return "check that what the source points to is still there";
    case Fault::kIo: return "look at this machine's disk: it may be full or failing";
    case Fault::kExists:
    case Fault::kCancelled: return "";
  }
  return "";
}

std::vector<Health> LookAtSources(const std::vector<SourceView>& views, const AlarmSettings& rules, Instant now) {
  std::vector<Health> all;
  for (const auto& view : views) {
    Health health{.view = view, .says = {}, .todo = {}, .lag = {}};
    const SourceState& state = view.state;
    if (state.last_success) health.lag = std::chrono::floor<seconds>(std::max(now - *state.last_success, microseconds{0}));
    const auto say = [&](Standing standing, std::string says, std::string todo) {
      health.standing = standing;
      health.says = std::move(says);
      health.todo = std::move(todo);
    };
    if (!view.entry->enabled) {
      say(Standing::kOff, view.entry->off_because, "");
    } else if (state.fault && *state.fault != Fault::kCancelled) {
      std::string says = state.message;
      if (state.failures > 1) says += " (" + std::to_string(state.failures) + " times in a row)";
      std::string todo = WhatToDo(*state.fault);
      if (view.next && *view.next > now) todo += (todo.empty() ? "" : "; ") + std::string("next try at ") + FormatLocal(*view.next);
      say(Failing(state, rules) ? Standing::kTrouble : Standing::kWatch, std::move(says), std::move(todo));
    } else if (SignInEnds(state, rules, now)) {
      say(Standing::kWatch, SignInWords(state, now), WhatToDo(Fault::kSignIn));
    } else if (!state.last_attempt) {
      say(Standing::kWatch, "it has never been read", "run heed scan, or keep heed serve running");
    } else if (Late(*view.entry, state, rules, now)) {
      say(Standing::kTrouble, "it was last read " + Ago(*state.last_success, now) + ", longer than its schedule", "see that heed serve is running");
    } else if (Silent(state, now)) {
      say(Standing::kWatch, "it has brought nothing new for " + FormatDuration(std::chrono::floor<seconds>(now - *state.last_news)) + "; the longest quiet before was " + FormatDuration(state.longest_quiet),
          "look whether the platform still shows posts about the school: a search may have stopped finding them");
    }
    all.push_back(std::move(health));
  }
  return all;
}

Result<std::vector<Health>> ReadHealth(const Config& config, const Store* store, Instant now) {
  return LookAtSources(HEED_TRY(ReadSources(config, store, now)), config.alarm, now);
}

seconds WorkingTime(Instant from, Instant until) {
  seconds sum{0};
  if (until - from > kLongestWait) from = until - kLongestWait;
  while (from < until) {
    const std::time_t at = std::chrono::floor<seconds>(from).time_since_epoch().count();
    std::tm local{};
    ::localtime_r(&at, &local);
    const bool rests = local.tm_wday == 0 || local.tm_wday == 6;
    local.tm_mday += 1;
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    const Instant midnight{seconds{std::mktime(&local)}};
    const Instant next = std::min(std::max(midnight, from + seconds{1}), until);
    if (!rests) sum += std::chrono::floor<seconds>(next - from);
    from = next;
  }
  return sum;
}

Result<std::vector<Trouble>> FindTroubles(const Config& config, const Store& store, const std::string& data, Instant now) {
  std::vector<Trouble> troubles;
  const AlarmSettings& rules = config.alarm;
  for (const auto& entry : config.sources) {
    if (!entry.enabled) continue;
    const SourceState state = HEED_TRY(store.Source(entry.spec.id));
    const std::string key = "source/" + entry.spec.id + "/", name = "Source " + entry.spec.id + " (" + entry.spec.connector + ", " + entry.spec.school + ")";
    if (Failing(state, rules)) {
      const std::string times = state.failures > 1 ? " " + std::to_string(state.failures) + " times in a row" : "";
      troubles.push_back({key + "failing", name + " failed" + times + ": " + state.message, WhatToDo(*state.fault), entry.spec.school});
    } else if (Late(entry, state, rules, now)) {
      troubles.push_back({key + "late", name + " was last read " + Ago(*state.last_success, now) + ", longer than its schedule allows", "see that heed serve is running and what heed sources says", entry.spec.school});
    }
    if (Silent(state, now))
      troubles.push_back({key + "silent", name + " has brought nothing new since " + FormatLocal(*state.last_news) + "; the longest quiet before was " + FormatDuration(state.longest_quiet),
                          "look whether the platform still shows posts about the school: a search may have stopped finding them", entry.spec.school});
    if (SignInEnds(state, rules, now)) troubles.push_back({key + "sign-in", name + ": " + SignInWords(state, now), WhatToDo(Fault::kSignIn), entry.spec.school});
  }
  const auto since = OverdueSince(rules.overdue, now);
  for (const auto& school : config.schools) {
    QueueFilter filter;
    filter.schools = {school.id};
    std::size_t overdue = 0;
    // Told by the queue's rows alone.  What was found late waits apart, and what is being responded to has been decided.
    filter.may_be_wanted = [&](const Glance& glance) {
      overdue += since && glance.opened_at <= *since && (glance.state == CaseState::kQueued || glance.state == CaseState::kApproval);
      return false;
    };
    HEED_TRY(store.Queue(filter));
    if (overdue > 0)
      troubles.push_back({"cases/" + school.id + "/overdue", std::to_string(overdue) + (overdue == 1 ? " case of " : " cases of ") + school.name + (overdue == 1 ? " has" : " have") + " waited longer than " + FormatDuration(rules.overdue) +
                                                                 " (Saturdays and Sundays not counted)",
                          "open the queue and decide them, or say who will", school.id});
  }
  std::map<std::string, std::size_t> reviews;
  for (const auto& c : HEED_TRY(store.HoldsToReview(now))) ++reviews[c.school];
  for (const auto& school : config.schools)
    if (const auto due = reviews.find(school.id); due != reviews.end())
      troubles.push_back({"holds/" + school.id, std::to_string(due->second) + (due->second == 1 ? " legal hold of " : " legal holds of ") + school.name + (due->second == 1 ? " was" : " were") + " to be looked at again by now",
                          "say again what they are for, or release them: \"Evidence packs\" in the console lists them", school.id});
  for (const auto& step : HEED_TRY(ClockSteps(store, now - kClockTold)))
    if (step.at < now + kLeastClockStep) troubles.push_back({"clock/" + std::to_string(step.sequence), ClockWords(step), ClockTodo(), ""});
  std::error_code error;
  if (const auto space = std::filesystem::space(data, error); !error && space.available < kDiskBytes)
    troubles.push_back({"disk/full", "Only " + std::to_string(space.available >> 20) + " MB are free on the disk heed keeps its store on", "free some space: when it is full nothing can be kept", ""});
  return troubles;
}

}  // namespace heed
