#include "src/app/refresh.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "connectors/catalogue.h"
#include "src/base/log.h"
#include "src/casework/acts.h"
#include "src/casework/details.h"

namespace heed {
namespace {

// How long the terms of its platform let a post be stored; 0 = they name no time.
days MostOf(const Post& post) {
  const auto* card = FindConnector(post.platform);
  return card ? card->keep_at_most : days{0};
}

bool IsRead(std::string_view presence) { return presence == ToString(Presence::kUp) || presence == ToString(Presence::kUpEdited) || presence == ToString(Presence::kUpLimited); }

}  // namespace

Result<RefreshDesk::Read> RefreshDesk::ReadOf(const Case& c, const StoredPost& post) const {
  Read read;
  for (const auto& version : post.versions) read.at = std::max(read.at, version.seen_at);
  for (const auto& event : HEED_TRY(store_.History(c.id))) {
    if (event.kind != EventKind::kChecked || event.actor != "heed" || event.erased || event.at < read.at) continue;
    const auto details = HEED_TRY(ReadAct(event.details));
    if (IsRead(details.presence)) read = {event.at, std::nullopt};
    else if (!read.failing_since) read.failing_since = event.at;
  }
  return read;
}

Result<RefreshDesk::Concerned> RefreshDesk::Walk() const {
  Concerned concerned;
  HEED_TRY(store_.EachCase({}, [&](const Case& c) {
    if (GoneSince(c)) concerned.gone.push_back(c);
    if (c.withdrawn_at || c.hold || IsHandedIn(c.assessment)) return;
    const auto* source = config_.FindSource(c.source);
    if (source && source->card && source->card->keep_at_most == days{0}) return;
    concerned.kept.push_back(c);
  }));
  return concerned;
}

// Those of `kept` whose time is near.  One withdrawn since the walk has no post any more.
Result<std::vector<RefreshDesk::Due>> RefreshDesk::FindDue(const std::vector<Case>& kept, Instant now) const {
  std::vector<Due> all;
  for (const auto& c : kept) {
    const auto post = store_.PostOf(c);
    if (!post && post.error().fault() == Fault::kNotFound) continue;
    if (!post) return Fail(post.error());
    const days most = MostOf(post->Version(c.worst).post);
    if (most == days{0}) continue;
    const Read read = HEED_TRY(ReadOf(c, *post));
    if (read.at + After(most, config_.retention.gone) <= now) all.push_back({c.id, c.school, read.at, most});
  }
  return all;
}

// What is gone, where the terms want it gone here sooner than `gone` of [retention] does.
Result<std::vector<OutboxStep>> RefreshDesk::TakeGone(const std::vector<Case>& gone, Instant now) {
  std::vector<OutboxStep> steps;
  for (const auto& c : gone) {
    const auto post = store_.PostOf(c);
    if (!post && post.error().fault() == Fault::kNotFound) continue;
    if (!post) return Fail(post.error());
    const auto* card = FindConnector(post->Version(c.worst).post.platform);
    if (!card || card->gone_within == hours{0} || *GoneSince(c) + card->gone_within > now) continue;
    const std::string why = "the post is gone from " + std::string(card->name) + ", whose terms want it gone here within " + FormatDuration(card->gone_within) + ", and no legal hold keeps what was received of it";
    const auto taken = store_.Withdraw(c.id, why, now);
    if (!taken && taken.error().fault() != Fault::kInvalid) return Fail(taken.error());
    if (taken) steps.push_back({c.id, 0, "its words were taken away: " + why, false});
  }
  return steps;
}

Result<std::vector<OutboxStep>> RefreshDesk::Look(const std::function<bool()>& stop) {
  const Instant now = clock_.Now();
  const Concerned concerned = HEED_TRY(Walk());
  auto steps = HEED_TRY(TakeGone(concerned.gone, now));
  std::map<std::string, std::pair<std::size_t, Instant>> late;  // by school: how many, and when the first of them goes
  for (const auto& due : HEED_TRY(FindDue(concerned.kept, now))) {
    if (stop && stop()) break;
    const auto found = store_.FindCase(due.id);
    if (!found && (found.error().fault() == Fault::kNotFound || found.error().fault() == Fault::kGone)) continue;
    Case c = HEED_TRY(std::move(found));
    const StoredPost post = HEED_TRY(store_.PostOf(c));
    const auto* watcher = outbox_.WatcherOf(c);
    const bool child = c.decision && c.decision->finding == Finding::kChildImage;  // nothing of it is looked at
    const auto presence = ParsePresence(c.presence);
    const bool gone = presence && IsGone(*presence) && !c.presence_confirmed;
    const bool rested = !c.checked_at || *c.checked_at + (gone ? seconds{kConfirmAfter} : seconds{kAgain}) <= now;
    if (watcher && !child && !c.presence_confirmed && rested && !outbox_.IsPaused(*watcher)) {
      auto step = outbox_.Look(c.id);
      if (!step && (step.error().fault() == Fault::kIo || step.error().fault() == Fault::kBusy)) return Fail(step.error());
      if (step) step->what = "read again, because " + post.Version(c.worst).post.platform + " lets it be stored for " + std::to_string(due.most.count()) + " days: " + step->what;
      steps.push_back(step ? *std::move(step) : OutboxStep{c.id, 0, step.error().message(), true});
      c = HEED_TRY(store_.FindCase(c.id));
    }
    const StoredPost newest = HEED_TRY(store_.PostOf(c));
    const Read read = HEED_TRY(ReadOf(c, newest));
    const Instant ends = read.at + due.most;
    // Nothing can be asked of it: there is nothing to wait for.
    const bool tried = child || !watcher || (read.failing_since && *read.failing_since + kLeastTries <= now) || c.presence_confirmed;
    if (ends <= now && tried) {
      const std::string why = c.presence_confirmed ? "the post is gone from its platform, whose terms let what was read be stored for " + std::to_string(due.most.count()) + " days"
                                                   : "it could not be read again from its platform, whose terms let what was read be stored for " + std::to_string(due.most.count()) + " days";
      const auto taken = store_.Withdraw(c.id, why, now);
      if (!taken && taken.error().fault() != Fault::kInvalid) return Fail(taken.error());
      if (taken) steps.push_back({c.id, 0, "its words were taken away: " + why, true});
      continue;
    }
    if (read.at + After(due.most, config_.retention.gone) > now || c.presence_confirmed || ends > now + kWarn) continue;
    auto& [count, first] = late.try_emplace(due.school, 0, ends).first->second;
    ++count;
    first = std::min(first, ends);
  }
  std::vector<Trouble> troubles;
  for (const auto& [school, what] : late)
    troubles.push_back({"refresh/" + school, std::to_string(what.first) + (what.first == 1 ? " case" : " cases") + " of " + school + " could not be read again from a platform that lets what was read be stored for a limited time; words are taken away from " + FormatLocal(what.second) + " on",
                        "see that the source works again (heed sources); for a case that must keep its words make your own capture of the page, or put it under a legal hold", school});
  const std::lock_guard lock(mutex_);
  troubles_ = std::move(troubles);
  return steps;
}

std::vector<Trouble> RefreshDesk::Troubles() const {
  const std::lock_guard lock(mutex_);
  return troubles_;
}

std::function<void()> Refreshing(RefreshDesk& desk, const HttpClient& http) {
  return [&desk, &http, last = std::string()]() mutable {
    const auto steps = desk.Look([&] { return http.stopped(); });
    if (!steps && std::exchange(last, steps.error().message()) != steps.error().message()) LogError("reading again what may be stored for a limited time only: " + steps.error().message());
    if (steps)
      for (const auto& step : *steps) (step.problem ? LogWarning : LogInfo)("case " + std::to_string(step.case_id) + ": " + step.what);
  };
}

}  // namespace heed
