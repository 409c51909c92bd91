#include "src/app/reports.h"

#include <algorithm>
#include <map>

#include "src/app/runner.h"
#include "src/app/tally.h"
#include "src/base/log.h"
#include "src/evidence/capture.h"

namespace heed {
namespace {

constexpr std::size_t kMostOpen = 100'000;  // open cases that are listed

void Tell(const OutboxStep& step) {
  const std::string words = "case " + std::to_string(step.case_id) + (step.response ? ", report " + std::to_string(step.response) : std::string(", looked at")) + ": " + step.what;
  if (step.problem) LogWarning(words);
  else LogInfo(words);
}

}  // namespace

std::vector<ReportChannel> ReportChannels(const Config& config, const std::string& data) {
  std::vector<ReportChannel> channels;
  for (const auto& source : config.sources) {
    if (!source.card || (!source.card->reports && !source.card->rechecks && !source.card->hides)) continue;
    ReportChannel channel;
    channel.spec = source.spec;
    channel.card = source.card;
    channel.school = config.schools[source.school];
    channel.enabled = source.enabled;
    channel.terms_accepted = source.terms_accepted;
    channel.per_day = source.reports_per_day;
    channel.beside = std::make_shared<FileTally>(data, source.spec.id);
    channels.push_back(std::move(channel));
  }
  return channels;
}

Outbox::Keeper KeepRechecks() {
  return [](const Post& post, const std::vector<HttpExchange>& exchanges, std::string_view presence) -> std::optional<Event> {
    auto captured = CaptureRecheck(post, exchanges, presence, AboutTheClock());
    if (!captured) return std::nullopt;
    Event event;
    event.kind = EventKind::kCaptured;
    event.actor = "heed";
    event.details = WriteCapture(captured->capture);
    event.attachment = std::move(captured->bytes);
    return event;
  };
}

Outbox::Taker Takes(const Config& config, Runner& runner) {
  return [&config, &runner](const Case& c, const ReportChannel& channel, Post now) -> Done {
    const auto* source = config.FindSource(channel.spec.id);
    return source ? runner.Take(*source, c, std::move(now)) : Done();
  };
}

Result<std::vector<ReportRow>> ReadReports(const Store& store, const Outbox& outbox, Instant now) {
  std::map<CaseId, Case> cases;
  QueueFilter all;
  all.limit = kMostOpen;
  for (auto& c : HEED_TRY(store.Queue(all)))
    if (!c.responses.empty()) cases.emplace(c.id, std::move(c));
  for (auto& c : HEED_TRY(store.OutboxDue(now + days{3650}))) cases.emplace(c.id, std::move(c));
  std::vector<ReportRow> rows;
  for (auto& [id, c] : cases) {
    for (const auto& response : c.responses) {
      if (response.kind != ResponseKind::kReport && response.kind != ResponseKind::kAskAuthor) continue;
      ReportRow row;
      row.c = c;
      row.response = response;
      const auto post = store.PostOf(c);
      if (post) row.permalink = post->Version(c.worst).post.permalink;
      row.waits = outbox.WhyHeld(c, response);
      row.by_hand = response.kind == ResponseKind::kAskAuthor || !outbox.ChannelFor(c, response);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::vector<std::pair<CaseId, Reminder>> ReadReminders(const std::vector<ReportRow>& rows, const Outbox& outbox, Instant now) {
  std::vector<std::pair<CaseId, Reminder>> due;
  CaseId last = 0;
  for (const auto& row : rows) {
    if (row.c.id == last) continue;
    last = row.c.id;
    for (auto& reminder : Reminders(row.c, now, outbox.WatcherOf(row.c) != nullptr)) due.emplace_back(row.c.id, std::move(reminder));
  }
  return due;
}

std::string ToJson(const OutboxRequest& request) {
  JsonWriter out;
  out.Object();
  if (request.case_id) out.Field("case", *request.case_id);
  out.Field("do", "outbox").Field("what", request.look ? "look" : "send").EndObject();
  return out.Take();
}

Result<OutboxRequest> ParseOutboxRequest(Json json) {
  OutboxRequest request;
  const auto what = json["what"].StringOr("");
  if (what != "look" && what != "send") return Fail(Fault::kInvalid, "the outbox sends and looks, nothing else");
  request.look = what == "look";
  if (const auto id = json["case"].Int(); id && *id > 0) request.case_id = static_cast<CaseId>(*id);
  return request;
}

Result<std::vector<OutboxStep>> Do(Outbox& outbox, const OutboxRequest& request, const std::function<bool()>& stop) {
  if (request.look && request.case_id) return std::vector{HEED_TRY(outbox.Look(*request.case_id))};
  auto round = outbox.Run(stop, request.case_id);
  if (round.trouble && round.steps.empty()) return Fail(*round.trouble);
  if (round.trouble) round.steps.push_back({0, 0, round.trouble->message(), true});
  return std::move(round.steps);
}

std::string ToJson(const std::vector<OutboxStep>& steps) {
  JsonWriter out;
  out.Object().Field("ok", true).Key("steps").Array();
  for (const auto& step : steps) out.Object().Field("case", step.case_id).Field("problem", step.problem).Field("response", step.response).Field("what", step.what).EndObject();
  out.EndArray().EndObject();
  return out.Take();
}

Result<std::vector<OutboxStep>> ParseOutboxSteps(std::string_view json) {
  JsonParser parser;
  const Json root = HEED_TRY(parser.Parse(json));
  std::vector<OutboxStep> steps;
  root["steps"].Each([&](Json step) {
    steps.push_back({static_cast<CaseId>(step["case"].Int().value_or(0)), static_cast<std::uint32_t>(step["response"].Int().value_or(0)), std::string(step["what"].StringOr("")),
                     step["problem"].Bool().value_or(false)});
  });
  return steps;
}

OutboxThread::OutboxThread(Outbox& outbox, std::function<void()> answered) : outbox_(outbox), answered_(std::move(answered)), thread_([this] { Run(); }) {}

OutboxThread::~OutboxThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::uint64_t OutboxThread::Ask(OutboxRequest request) {
  const std::lock_guard lock(mutex_);
  requests_.emplace_back(++asked_, request);
  changed_.notify_all();
  return asked_;
}

std::vector<std::pair<std::uint64_t, Result<std::vector<OutboxStep>>>> OutboxThread::Answers() {
  const std::lock_guard lock(mutex_);
  return std::exchange(answers_, {});
}

void OutboxThread::Run() {
  const auto stopped = [this] {
    const std::lock_guard lock(mutex_);
    return stop_;
  };
  bool recovered = false;
  std::string said;  // the same trouble is told once
  while (!stopped()) {
    // Nothing leaves before what was being sent is known for uncertain.
    if (!recovered) {
      const auto steps = outbox_.Recover();
      recovered = steps.has_value();
      if (steps) std::ranges::for_each(*steps, &Tell);
      else if (std::exchange(said, steps.error().message()) != said) LogError("the outbox: " + said);
    }
    std::optional<std::pair<std::uint64_t, OutboxRequest>> request;
    {
      const std::lock_guard lock(mutex_);
      if (!requests_.empty()) {
        request = requests_.front();
        requests_.pop_front();
      }
    }
    auto done = recovered ? Do(outbox_, request ? request->second : OutboxRequest{}, stopped) : Result<std::vector<OutboxStep>>(Fail(Fault::kIo, "the outbox could not be read: " + said));
    if (done) {
      said.clear();
      std::ranges::for_each(*done, &Tell);
    } else if (!request && std::exchange(said, done.error().message()) != said) {
      LogError("the outbox: " + said);
    }
    std::unique_lock lock(mutex_);
    if (request) {
      answers_.emplace_back(request->first, std::move(done));
      lock.unlock();
      answered_();
      lock.lock();
    }
    changed_.wait_for(lock, kEvery, [this] { return stop_ || !requests_.empty(); });
  }
}

}  // namespace heed
