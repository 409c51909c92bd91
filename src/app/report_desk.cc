#include "src/app/report_desk.h"

#include <algorithm>

namespace heed {

ReportDesk::ReportDesk(Outbox& outbox, const Clock& clock, milliseconds patience) : outbox_(outbox), clock_(clock), patience_(patience), thread_([this] { Run(); }) {}

ReportDesk::~ReportDesk() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  answered_.notify_all();
  thread_.join();
}

void ReportDesk::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !questions_.empty(); });
    if (stop_) return;
    const auto question = std::move(questions_.front());
    questions_.pop_front();
    lock.unlock();
    question();
    answered_.notify_all();
    lock.lock();
  }
}

ReportOffer ReportDesk::Offer(const Case& c, ResponseKind kind) {
  ReportOffer offer;
  for (const auto* channel : outbox_.ChannelsFor(c, kind)) offer.accounts.push_back({channel->spec.id, channel->terms_accepted});
  if (offer.accounts.empty()) return offer;
  std::unique_lock lock(mutex_);
  const Key key(c.id, kind);
  const auto known = forms_.find(key);
  const bool under_way = known != forms_.end() && !known->second.read && known->second.moment == c.events;
  const bool fresh = known != forms_.end() && known->second.read && known->second.moment == c.events && clock_.Now() - known->second.at < kFresh && known->second.at <= clock_.Now() &&
                     known->second.read->has_value();
  if (!fresh && !under_way) {
    // What was asked for longest ago goes first; what is being asked for stays.
    if (forms_.size() >= kMostKept) std::erase_if(forms_, [&](const auto& one) { return one.second.read && clock_.Now() - one.second.at >= kFresh; });
    if (forms_.size() >= kMostKept) std::erase_if(forms_, [](const auto& one) { return one.second.read.has_value(); });
    forms_[key] = Form{std::nullopt, c.events, {}};
    questions_.push_back([this, key, c, kind] {
      auto read = outbox_.Form(c, kind);
      const std::lock_guard inner(mutex_);
      auto& form = forms_[key];
      if (form.moment != c.events) return;  // asked for anew meanwhile
      form.read = std::move(read);
      form.at = clock_.Now();
    });
    changed_.notify_all();
  }
  answered_.wait_for(lock, patience_, [&] {
    const auto form = forms_.find(key);
    return stop_ || form == forms_.end() || form->second.read;
  });
  const auto form = forms_.find(key);
  if (form == forms_.end() || !form->second.read) {
    offer.asking = true;
    return offer;
  }
  offer.read_at = form->second.at;
  if (*form->second.read) {
    offer.form = **form->second.read;
  } else {
    const Error& error = form->second.read->error();
    offer.trouble = error.message();
    offer.unsupported = error.fault() == Fault::kUnsupported;
    forms_.erase(form);  // the next page asks again
  }
  return offer;
}

std::optional<Result<std::string>> ReportDesk::Look(const Case& c) {
  std::unique_lock lock(mutex_);
  const auto [at, asked] = looks_.try_emplace(c.id);
  if (asked || at->second) {
    at->second.reset();
    questions_.push_back([this, id = c.id] {
      const auto step = outbox_.Look(id);
      const std::lock_guard inner(mutex_);
      const auto look = looks_.find(id);
      if (look == looks_.end()) return;
      if (step) look->second = Result<std::string>(step->what);
      else look->second = Result<std::string>(Fail(step.error()));
    });
    changed_.notify_all();
  }
  answered_.wait_for(lock, patience_, [&] {
    const auto look = looks_.find(c.id);
    return stop_ || look == looks_.end() || look->second;
  });
  const auto look = looks_.find(c.id);
  if (look == looks_.end() || !look->second) return std::nullopt;
  auto found = std::move(look->second);
  looks_.erase(look);
  return found;
}

ReportDoor ReportDesk::Door() {
  ReportDoor door;
  door.offer = [this](const Case& c, ResponseKind kind) { return Offer(c, kind); };
  door.why_held = [this](const Case& c, const Response& response) { return outbox_.WhyHeld(c, response); };
  door.by_itself = [this](const Case& c, const Response& response) { return outbox_.ChannelFor(c, response) != nullptr; };
  door.can_look = [this](const Case& c) { return outbox_.WatcherOf(c) != nullptr; };
  door.look = [this](const Case& c) { return Look(c); };
  return door;
}

}  // namespace heed
