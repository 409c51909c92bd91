#include "src/app/desk.h"

#include <algorithm>

#include "connectors/catalogue.h"
#include "src/app/clock_watch.h"
#include "src/app/runner.h"
#include "src/base/hash.h"
#include "src/casework/details.h"

namespace heed {
namespace {

std::string TextOf(const Post& post) {
  std::string scratch;
  return std::string(JudgedText(post, scratch));
}

}  // namespace

Result<std::vector<QueueItem>> ReadQueue(const Store& store, std::string_view school, std::size_t limit, bool backlog) {
  QueueFilter filter;
  if (!school.empty()) filter.schools.emplace_back(school);
  filter.limit = limit;
  if (backlog) filter.state = CaseState::kBacklog;
  else filter.may_be_wanted = [](const Glance& glance) { return glance.state != CaseState::kBacklog; };
  std::vector<QueueItem> items;
  for (auto& c : HEED_TRY(store.Queue(filter))) {
    const StoredPost post = HEED_TRY(store.PostOf(c));
    const StoredVersion& shown = post.Version(c.worst);
    items.push_back({std::move(c), shown.post.platform, shown.post.permalink, TextOf(shown.post)});
  }
  return items;
}

Result<CaseView> ReadCase(const Store& store, CaseId id) {
  CaseView view;
  view.c = HEED_TRY(store.FindCase(id));
  view.history = HEED_TRY(store.History(id));
  StoredPost post = HEED_TRY(store.PostOf(view.c));
  for (auto& version : post.versions) {
    VersionView shown;
    shown.version = ContentVersion(version.post);
    shown.shown = shown.version == view.c.worst;
    shown.text = TextOf(version.post);
    shown.source = std::move(version.source);
    shown.seen_at = version.seen_at;
    shown.post = std::move(version.post);
    shown.assessment = std::move(version.assessment);
    view.versions.push_back(std::move(shown));
  }
  const auto records = HEED_TRY(store.RuleRecords({view.c.school}));
  for (const auto& hit : view.c.assessment.hits)
    if (const auto record = records.find(hit.rule); record != records.end()) view.records.insert(*record);
  return view;
}

std::string Tell(const Event& event) {
  std::string out(ToString(event.kind));
  if (event.erased) return out + " (its details are gone)";
  switch (event.kind) {
    case EventKind::kOpened:
    case EventKind::kEdited:
    case EventKind::kReopened:
    case EventKind::kErased: return out;
    default: break;
  }
  const auto details = ReadAct(event.details);
  if (!details) return out + " (its details cannot be read: " + details.error().message() + ")";
  if (details->finding) out += ": " + std::string(ToString(*details->finding));
  if (details->category) out += " (" + std::string(ToString(*details->category)) + ", severity " + std::to_string(details->severity) + ")";
  if (details->response != 0) out += " response " + std::to_string(details->response);
  if (details->kind) out += " (" + std::string(ToString(*details->kind)) + (details->to.empty() ? "" : " to " + details->to) + ")";
  else if (!details->to.empty()) out += " to " + details->to;
  if (details->outcome) out += ": " + std::string(ToString(*details->outcome));
  if (!details->presence.empty()) out += ": " + details->presence;
  if (!details->reference.empty()) out += ", reference " + details->reference;
  if (details->until) out += " until " + FormatLocal(*details->until);
  if (!details->why.empty()) out += ": " + details->why;
  return out;
}

std::optional<Instant> NextDue(const SourceEntry& entry, const SourceState& state, Instant now) {
  if (!entry.enabled) return std::nullopt;
  if (state.fault && NeedsPerson(*state.fault)) return std::nullopt;
  Instant due = entry.schedule.Next(state.last_attempt, now);
  // Only a future time is spread: what is overdue is due.
  if (due > now) due += entry.schedule.Jitter(Hash64(entry.spec.id));
  const bool set_back = state.last_attempt && *state.last_attempt > now + kLeastClockStep;  // the clock, since
  if (state.not_before && !set_back) due = std::max(due, *state.not_before);
  return due;
}

Result<std::vector<SourceView>> ReadSources(const Config& config, const Store* store, Instant now) {
  std::vector<SourceView> views;
  for (const auto& entry : config.sources) {
    SourceView view{.entry = &entry, .state = {}, .next = {}};
    if (store) view.state = HEED_TRY(store->Source(entry.spec.id));
    view.next = NextDue(entry, view.state, now);
    views.push_back(std::move(view));
  }
  return views;
}

std::string ConnectorCatalogue() { return CataloguePage(); }

const std::vector<const ConnectorCard*>& Connectors() { return Catalogue(); }

std::string StateOf(const SourceView& view, Instant now) {
  if (!view.entry->enabled) return "off";
  if (view.state.fault) return std::string(ToString(*view.state.fault));
  if (!view.state.last_attempt) return "never run";
  if (view.state.not_before && *view.state.not_before > now) return "waiting";
  return "ok";
}

}  // namespace heed
