#include "src/report/outbox.h"

#include <algorithm>
#include <set>
#include <utility>

#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/casework/acts.h"
#include "src/casework/details.h"
#include "src/casework/report.h"
#include "src/net/pace.h"
#include "src/report/guide.h"
#include "src/report/text.h"

namespace heed {
namespace {

constexpr std::string_view kHeed = "heed";
// After so long somebody decides whether it still makes sense.
constexpr days kTryFor{7};
constexpr int kQuicker = 5;  // others who write to the same case in between

std::string Name(CaseId id, std::uint32_t number) { return "case " + std::to_string(id) + ", response " + std::to_string(number); }

}  // namespace

Result<std::map<std::string, std::uint32_t>> LeftSince(const Store& store, Instant since) {
  std::map<std::string, std::uint32_t> sent;
  std::set<std::pair<CaseId, std::uint32_t>> came_back;
  std::optional<Error> bad;
  HEED_TRY(store.EachEventBack([&](const Event& event) {
    if (event.at < since) return false;
    const bool sending = event.kind == EventKind::kSending, back = event.kind == EventKind::kPostponed;
    if ((!sending && !back) || event.erased) return true;
    const auto details = ReadAct(event.details);
    if (!details) {
      bad = details.error();
      return false;
    }
    const std::pair which(event.case_id, details->response);
    if (back) came_back.insert(which);
    else if (came_back.erase(which) == 0 && !details->to.empty()) ++sent[details->to];
    return true;
  }));
  if (bad) return Fail(*bad);
  return sent;
}

Outbox::Outbox(Store& store, HttpClient& http, const Clock& clock, std::vector<ReportChannel> channels, Keeper keep, Taker take)
    : store_(store), http_(http), clock_(clock), channels_(std::move(channels)), keep_(std::move(keep)), take_(std::move(take)) {}
Outbox::~Outbox() = default;

Result<Case> Outbox::Change_(CaseId id, const std::function<Result<Change>(const Case&)>& act) {
  for (int tries = 1;; ++tries) {
    const Case c = HEED_TRY(store_.FindCase(id));
    const Change change = HEED_TRY(act(c));
    auto after = store_.Record(change);
    if (after || after.error().fault() != Fault::kExists || tries == kQuicker) return after;
  }
}

Result<StoredVersion> Outbox::Shown(const Case& c) const {
  const StoredPost post = HEED_TRY(store_.PostOf(c));
  return post.Version(c.worst);
}

// Whether this source looks at posts again: its connector can, and where that is asked for apart, it was.
static bool Looks(const ReportChannel& channel) {
  return channel.card->rechecks && (channel.card->rechecks_if.empty() || channel.spec.Bool(channel.card->rechecks_if, false));
}

std::vector<const ReportChannel*> Outbox::Able(std::string_view school, std::string_view platform, std::string_view preferred, std::string_view found_by, Ability ability) const {
  std::vector<std::pair<int, const ReportChannel*>> ranked;
  for (const auto& channel : channels_) {
    if (channel.school.id != school || !channel.card || !channel.enabled || channel.card->name != platform) continue;
    if (!(ability == Ability::kReports ? channel.card->reports : ability == Ability::kHides ? channel.card->hides : Looks(channel))) continue;
    if (!preferred.empty() && channel.spec.id != preferred) continue;
    // The account that found the post knows it best; one whose terms are accepted can be used at all.
    ranked.emplace_back((channel.spec.id == found_by ? 2 : 0) + (ability != Ability::kLooks && channel.terms_accepted ? 4 : 0), &channel);
  }
  std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const ReportChannel*> able;
  for (const auto& [rank, channel] : ranked) able.push_back(channel);
  return able;
}

const ReportChannel* Outbox::Find(std::string_view school, std::string_view platform, std::string_view preferred, std::string_view found_by, Ability ability) const {
  const auto able = Able(school, platform, preferred, found_by, ability);
  return able.empty() ? nullptr : able.front();
}

const ReportChannel* Outbox::ChannelFor(const Case& c, const Response& response) const {
  if (!LeavesByInterface(response.kind)) return nullptr;
  const auto choice = ParseReportChoice(response.options);
  if (choice && !choice->notice.empty()) return nullptr;  // with somebody's name under it: a person sends it
  return Find(c.school, response.to, choice ? std::string_view(choice->channel) : std::string_view(), c.source, AbilityFor(response.kind));
}

std::vector<const ReportChannel*> Outbox::ChannelsFor(const Case& c, ResponseKind kind) const {
  const auto shown = Shown(c);
  if (!shown || !LeavesByInterface(kind)) return {};
  return Able(c.school, shown->post.platform, "", c.source, AbilityFor(kind));
}

const ReportChannel* Outbox::WatcherOf(const Case& c) const {
  const auto shown = Shown(c);
  return shown ? WatcherOf(c, shown->post) : nullptr;
}

const ReportChannel* Outbox::WatcherOf(const Case& c, const Post& post) const {
  const auto* channel = Find(c.school, post.platform, "", c.source, Ability::kLooks);
  return channel && channel->card->rechecks_post && !channel->card->rechecks_post(post) ? nullptr : channel;
}

Result<Connector*> Outbox::Open(const ReportChannel& channel) {
  auto& known = connectors_[channel.spec.id];
  if (!known) {
    const auto left = [this, id = channel.spec.id](Instant since) -> Result<std::uint32_t> {
      const auto all = HEED_TRY(LeftSince(store_, since));
      const auto own = all.find(id);
      return own == all.end() ? 0 : own->second;
    };
    const auto cursor = [this, id = channel.spec.id]() -> Result<Cursor> { return HEED_TRY(store_.Source(id)).cursor; };
    auto made = channel.card->make(channel.spec, channel.school, {http_, clock_, left, channel.beside.get(), cursor});
    if (!made) return Fail(std::move(made).error().While("source " + channel.spec.id));
    known = *std::move(made);
  }
  return known.get();
}

void Outbox::Pause(const std::string& channel, Instant until) {
  const std::lock_guard lock(pauses_mutex_);
  auto& known = pauses_[channel];
  known = std::max(known, until);
}

// nullopt: it may be asked now.
std::optional<Instant> Outbox::PausedUntil(const std::string& channel) const {
  const std::lock_guard lock(pauses_mutex_);
  const auto pause = pauses_.find(channel);
  return pause != pauses_.end() && clock_.Now() < pause->second ? std::optional(pause->second) : std::nullopt;
}

// Why nothing may leave through this account now; "" when it may.
std::string Outbox::Blocked(const ReportChannel& channel, const std::map<std::string, std::uint32_t>& sent) const {
  if (!channel.terms_accepted)
    return "the terms of " + std::string(channel.card->name) + " are not accepted for source " + channel.spec.id + ": read them in `heed sources`, then set accept_terms = true";
  const auto count = sent.find(channel.spec.id);
  if (count != sent.end() && count->second >= channel.per_day)
    return "source " + channel.spec.id + " has sent " + std::to_string(count->second) + " reports in 24 hours, as many as reports_per_day allows; it goes on by itself";
  if (const auto until = PausedUntil(channel.spec.id)) return std::string(channel.card->name) + " asked to be left alone until " + FormatLocal(*until);
  return "";
}

std::string Outbox::WhyHeld(const Case& c, const Response& response) const {
  if (response.state != ResponseState::kHeld) return "";
  const Instant now = clock_.Now();
  if (response.leaves_at && now < *response.leaves_at)
    return (response.note.empty() ? "may be cancelled; leaves at " : response.note + "; tried again at ") + FormatLocal(*response.leaves_at);
  const auto* channel = ChannelFor(c, response);
  if (!channel) return "a person sends it: `heed report show " + std::to_string(c.id) + " " + std::to_string(response.number) + "` leads through the form";
  const auto sent = SentToday();
  return sent ? Blocked(*channel, *sent) : sent.error().message();
}

Result<std::vector<OutboxStep>> Outbox::Recover() {
  const std::lock_guard lock(mutex_);
  std::vector<OutboxStep> steps;
  for (const auto& c : HEED_TRY(store_.OutboxDue(clock_.Now() + days{3650}))) {
    for (const auto& response : c.responses) {
      if (!LeavesByInterface(response.kind) || response.state != ResponseState::kSending) continue;
      const std::string why = "heed ended while it was being sent: it may have arrived. Look at the account's messages, then record what you find";
      HEED_TRY(Change_(c.id, [&](const Case& now) { return FinishSending(now, kHeed, response.number, {ResponseState::kUncertain, "", why}, clock_.Now()); }));
      steps.push_back({c.id, response.number, why, true});
    }
  }
  return steps;
}

Result<OutboxStep> Outbox::Finish(CaseId id, std::uint32_t number, const ReportOutcome& outcome, const std::string& channel) {
  const Instant now = clock_.Now();
  OutboxStep step{id, number, "", outcome.fate != Fate::kAccepted};
  const auto settle = [&](ResponseState state, const std::string& answer) {
    return Change_(id, [&](const Case& c) { return FinishSending(c, kHeed, number, {state, outcome.reference, answer}, now); });
  };
  const std::string said = outcome.message + (outcome.answer.empty() ? "" : "\n" + outcome.answer);
  switch (outcome.fate) {
    case Fate::kAccepted:
      HEED_TRY(settle(ResponseState::kDone, outcome.answer));
      step.what = "sent through " + channel + (outcome.reference.empty() ? "" : ", number " + outcome.reference);
      return step;
    case Fate::kRefused:
      HEED_TRY(settle(ResponseState::kRefused, said));
      step.what = "refused: " + outcome.message;
      return step;
    case Fate::kUncertain:
      HEED_TRY(settle(ResponseState::kUncertain, said));
      step.what = "may or may not have arrived: " + outcome.message;
      return step;
    case Fate::kNotSent: break;
  }
  // Since when it has been tried, and how often in vain.
  std::uint32_t failures = 1;
  Instant first = now;
  for (const auto& event : HEED_TRY(store_.History(id))) {
    if (event.kind != EventKind::kPostponed && event.kind != EventKind::kApproved) continue;
    if (HEED_TRY(ReadAct(event.details)).response != number) continue;
    if (event.kind == EventKind::kApproved) first = event.at, failures = 1;
    else ++failures;
  }
  if (now - first > kTryFor) {
    HEED_TRY(settle(ResponseState::kRefused, "could not be delivered for " + FormatDuration(kTryFor) + ": " + said));
    step.what = "given up after " + FormatDuration(kTryFor) + ": " + outcome.message;
    return step;
  }
  const seconds wait = std::clamp<seconds>(outcome.wait.value_or(BackOff(failures, Hash64(Name(id, number) + std::to_string(failures)))), seconds{1}, kLongestWait);
  if (outcome.wait) Pause(channel, now + wait);
  HEED_TRY(Change_(id, [&](const Case& c) { return Postpone(c, kHeed, number, now + wait, outcome.message, now); }));
  step.what = "not sent, tried again in " + FormatDuration(wait) + ": " + outcome.message;
  return step;
}

// nullopt: nothing to be done now.
Result<std::optional<OutboxStep>> Outbox::Send(Case c, std::uint32_t number, std::map<std::string, std::uint32_t>& sent) {
  const Response response = *c.FindResponse(number);
  const auto* channel = ChannelFor(c, response);
  if (!channel || !Blocked(*channel, sent).empty()) return std::optional<OutboxStep>();
  const StoredVersion shown = HEED_TRY(Shown(c));
  const auto stop_here = [&](const std::string& why) -> Result<std::optional<OutboxStep>> {
    const std::string words = "heed did not send it: " + why;
    HEED_TRY(Change_(c.id, [&](const Case& now) { return FinishSending(now, kHeed, number, {ResponseState::kRefused, "", words}, clock_.Now()); }));
    return std::optional(OutboxStep{c.id, number, words, true});
  };
  const bool hide = response.kind == ResponseKind::kHide;
  if (!c.decision || !Allows(c.decision->finding, response.kind)) return stop_here("the case's decision no longer allows it");
  // Why something is hidden stays in the school; a report's words leave.
  if (const auto fine = hide ? Done() : CheckReportText(response.text, shown.post, shown.assessment, 0); !fine) return stop_here(fine.error().message());
  const auto opened = Open(*channel);
  if (!opened) return stop_here(opened.error().message());

  // On disk before anything leaves.  Where this fails nothing was sent.
  const Instant now = clock_.Now();
  const Change change = HEED_TRY(StartSending(c, kHeed, number, now, channel->spec.id));
  c = HEED_TRY(store_.Record(change));
  ReportOutcome outcome;
  const auto history = store_.History(c.id);
  const auto report = history ? AdmitReport(c, *history, number, shown.post, clock_.Now()) : Result<ApprovedReport>(Fail(history.error()));
  if (report) {
    ++sent[channel->spec.id];
    outcome = hide ? (*opened)->Hide(*report) : (*opened)->Submit(*report);
  } else {
    outcome.fate = Fate::kRefused;
    outcome.message = "heed did not send it: " + report.error().message();
  }
  auto step = Finish(c.id, number, outcome, channel->spec.id);
  if (step) return std::optional(*std::move(step));
  // Somebody may have settled it meanwhile; else what came of it is kept here until it can be written down.
  const auto after = store_.FindCase(c.id);
  const auto* left = after ? after->FindResponse(number) : nullptr;
  if (left && left->state != ResponseState::kSending) return std::optional(OutboxStep{c.id, number, step.error().message(), true});
  unwritten_[{c.id, number}] = {outcome, channel->spec.id};
  return Fail(std::move(step).error().While("writing down that " + Name(c.id, number) + " was " + std::string(ToString(outcome.fate))));
}

Result<OutboxStep> Outbox::LookAt(const Case& c) {
  const StoredVersion shown = HEED_TRY(Shown(c));
  const auto* channel = WatcherOf(c, shown.post);
  if (!channel) {
    const auto& guide = GuideFor(shown.post);
    return Fail(Fault::kUnsupported, "case " + std::to_string(c.id) + ": heed cannot look at " + (shown.post.platform.empty() ? "this platform" : shown.post.platform) + ": open " +
                                         (shown.post.permalink.empty() ? "the post" : shown.post.permalink) + " and record what you see" + (guide.look.empty() ? "" : ". " + std::string(guide.look)));
  }
  Connector* connector = HEED_TRY(Open(*channel));
  const HttpRecording recording;
  auto check = connector->Recheck(shown.post);
  const Instant now = clock_.Now();
  // Nothing that could lead to a sexual image of a child is kept.
  const bool may_keep = !c.decision || c.decision->finding != Finding::kChildImage;
  auto kept = keep_ && may_keep && !recording.exchanges().empty() ? keep_(shown.post, recording.exchanges(), ToString(check.presence)) : std::nullopt;
  if (check.wait) Pause(channel->spec.id, now + std::min(*check.wait, kLongestWait));
  const auto look = [&](const Case& before) -> Result<Change> {
    Change change = HEED_TRY(Checked(before, kHeed, ToString(check.presence), check.answer, now));
    if (!kept) return change;
    Event& event = change.events.emplace_back(*kept);
    event.case_id = before.id;
    event.at = now;
    ++change.after.events;
    return change;
  };
  const Case after = HEED_TRY(Change_(c.id, look));
  // What an image of a child says now is nobody's to keep.
  if (check.now && take_ && may_keep) HEED_TRY(take_(after, *channel, *std::move(check.now)));
  OutboxStep step{c.id, 0, std::string(ToString(check.presence)), check.presence == Presence::kUnknown};
  if (IsGone(check.presence)) step.what += after.presence_confirmed ? ", said twice: it is removed" : ", to be confirmed";
  return step;
}

OutboxRound Outbox::Run(const std::function<bool()>& stop, std::optional<CaseId> only) {
  const std::lock_guard lock(mutex_);
  OutboxRound round;
  const auto walk = [&]() -> Done {
    for (auto kept = unwritten_.begin(); kept != unwritten_.end();) {
      const auto [which, what] = *kept;
      auto step = Finish(which.first, which.second, what.first, what.second);
      if (!step && (step.error().fault() == Fault::kIo || step.error().fault() == Fault::kBusy)) return Fail(step.error());
      if (step) round.steps.push_back(*std::move(step));
      kept = unwritten_.erase(kept);
    }
    const Instant now = clock_.Now();
    std::optional<std::map<std::string, std::uint32_t>> sent;
    for (auto& c : HEED_TRY(store_.OutboxDue(now))) {
      if (only && c.id != *only) continue;
      for (const auto& listed : c.responses) {
        if (!LeavesByInterface(listed.kind) || listed.state != ResponseState::kHeld || !listed.leaves_at || *listed.leaves_at > now) continue;
        if (stop && stop()) return {};
        if (!ChannelFor(c, listed)) continue;
        if (!sent) sent = HEED_TRY(SentToday());
        // As it is now: the list was made before the last one was sent.
        const Case fresh = HEED_TRY(store_.FindCase(c.id));
        const auto* response = fresh.FindResponse(listed.number);
        if (!response || response->state != ResponseState::kHeld || *response->leaves_at > clock_.Now()) continue;
        auto step = Send(fresh, listed.number, *sent);
        if (!step && step.error().fault() == Fault::kExists) continue;  // somebody else was quicker: the next round
        if (!step && (step.error().fault() == Fault::kIo || step.error().fault() == Fault::kBusy)) return Fail(step.error());
        if (!step) round.steps.push_back({c.id, listed.number, step.error().message(), true});
        else if (*step) round.steps.push_back(**std::move(step));
      }
      const auto look = NextCheck(c);
      if (!look || *look > now) continue;
      if (stop && stop()) return {};
      const auto* watcher = WatcherOf(c);
      if (!watcher) continue;  // a person is reminded (src/casework/report.h)
      if (PausedUntil(watcher->spec.id)) continue;
      auto step = LookAt(c);
      if (!step && (step.error().fault() == Fault::kIo || step.error().fault() == Fault::kBusy)) return Fail(step.error());
      round.steps.push_back(step ? *std::move(step) : OutboxStep{c.id, 0, step.error().message(), true});
    }
    return {};
  };
  if (const auto done = walk(); !done) round.trouble = done.error();
  return round;
}

Result<OutboxStep> Outbox::Look(CaseId id) {
  const std::lock_guard lock(mutex_);
  return LookAt(HEED_TRY(store_.FindCase(id)));
}

Result<ReportForm> Outbox::Form(const Case& c, ResponseKind kind) {
  const std::lock_guard lock(mutex_);
  const StoredVersion shown = HEED_TRY(Shown(c));
  const auto* channel = Find(c.school, shown.post.platform, "", c.source, AbilityFor(kind));
  if (!channel) return Fail(Fault::kUnsupported, "case " + std::to_string(c.id) + ": there is no account for that; a person does it by hand");
  Connector* connector = HEED_TRY(Open(*channel));
  if (kind == ResponseKind::kHide) return connector->HideForm(shown.post);
  const auto category = c.decision && c.decision->category ? *c.decision->category : c.assessment.categories.empty() ? Category::kAbuse : c.assessment.categories.front();
  return connector->ReportReasons(shown.post, category);
}

}  // namespace heed
