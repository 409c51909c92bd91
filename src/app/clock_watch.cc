#include "src/app/clock_watch.h"

#include <time.h>

#include <utility>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/evidence/capture.h"

namespace heed {
namespace {

seconds Length(microseconds step) { return std::chrono::abs(std::chrono::round<seconds>(step)); }

}  // namespace

ClockHands ReadClockHands() {
  ClockHands hands;
  timespec since{};
  ::clock_gettime(CLOCK_BOOTTIME, &since);
  hands.wall = SystemClock{}.Now();
  hands.since_start = seconds{since.tv_sec} + microseconds{since.tv_nsec / 1000};
  if (const auto start = ReadFile("/proc/sys/kernel/random/boot_id", 64)) hands.start = Trim(*start);
  return hands;
}

ClockWatch::ClockWatch(Store& store, std::string data, std::function<ClockHands()> read) : store_(store), data_(std::move(data)), read_(std::move(read)) {}

std::optional<ClockWatch::Known> ClockWatch::Read() const {
  // A file that cannot be read is as good as none: the chain's last event still tells.
  const auto text = ReadFile(data_ + "/clock.json", 4096);
  JsonParser parser;
  const auto root = text ? parser.Parse(*text) : Result<Json>(Fail(Fault::kNotFound, ""));
  if (!root) return std::nullopt;
  const auto apart = (*root)["apart_microseconds"].Int();
  const auto start = (*root)["computer_start"].StringOr("");
  if (!apart || start.empty()) return std::nullopt;
  return Known{std::string(start), microseconds{*apart}};
}

Done ClockWatch::Keep(const Known& known) {
  JsonWriter out;
  out.Object().Field("apart_microseconds", static_cast<std::int64_t>(known.apart.count())).Field("computer_start", known.start).EndObject();
  HEED_TRY(WriteFile(data_ + "/clock.json", out.Take() + "\n", 0600));
  known_ = known;
  return {};
}

Result<std::optional<Event>> ClockWatch::Look() {
  const ClockHands hands = read_();
  const Known now{hands.start, hands.wall.time_since_epoch() - hands.since_start};
  if (!known_) known_ = Read();
  // While this object lives the computer was not started anew, named or not.
  const bool same_start = known_ && (looked_ || (!now.start.empty() && known_->start == now.start));
  std::optional<ClockStep> step;
  if (same_start && Length(now.apart - known_->apart) >= kLeastClockStep) {
    step = ClockStep{.by = std::chrono::round<seconds>(now.apart - known_->apart)};
    step->seen = looked_ ? "seen while heed ran, by the time since the computer started" : "seen by the time since the computer started, when heed looked again after a while";
    if (step->by > seconds{0}) step->seen += "; a computer that was held still, as virtual ones can be, looks the same";
    // Cut short between the chain and the file: it is told already.
    const auto steps = HEED_TRY(ClockSteps(store_, Instant{}));
    if (!steps.empty()) {
      const auto last = ReadClockStep(steps.back().details);
      if (last && last->computer_start == now.start && Length(steps.back().at.time_since_epoch() - last->since_start - now.apart) < kLeastClockStep) step.reset();
    }
  } else if (!looked_) {
    std::optional<Instant> last;
    HEED_TRY(store_.EachEventBack([&](const Event& event) {
      last = event.at;
      return false;
    }));
    if (last && *last - hands.wall >= kLeastClockStep)
      step = ClockStep{.by = std::chrono::round<seconds>(hands.wall - *last), .at_least = true, .seen = "seen when heed opened its store, by the time of the last event"};
  }
  looked_ = true;
  std::optional<Event> told;
  if (step) {
    step->clock = AboutTheClock();
    step->computer_start = now.start;
    step->since_start = std::chrono::round<seconds>(hands.since_start);
    Event event;
    event.kind = EventKind::kClockSet;
    event.at = hands.wall;
    event.actor = "heed";
    event.details = WriteClockStep(*step);
    told = HEED_TRY(store_.RecordOfInstallation(std::move(event)));
  }
  if (same_start && Length(now.apart - known_->apart) < kLeastClockStep) return told;
  if (now.start.empty()) known_ = now;
  else HEED_TRY(Keep(now));
  return told;
}

Result<std::vector<Event>> ClockSteps(const Store& store, Instant since) {
  auto all = store.History(0);
  if (!all && all.error().fault() == Fault::kNotFound) return std::vector<Event>{};
  if (!all) return Fail(all.error());
  std::erase_if(*all, [&](const Event& event) { return event.kind != EventKind::kClockSet || event.at < since; });
  return *std::move(all);
}

std::string ClockWords(const Event& event) {
  const auto step = ReadClockStep(event.details);
  return "The clock of this computer was " + (step ? InWords(*step) : std::string("set")) + " at " + FormatLocal(event.at) + " (event " + std::to_string(event.sequence) + " of the custody chain)";
}

std::string ClockTodo() {
  return "see that this computer's clock is kept right over the network (timedatectl says whether it is); the times of earlier evidence are by the clock as it stood before, and packs and heed verify say so";
}

void LookAtTheClock(ClockWatch& watch) {
  const auto found = watch.Look();
  if (!found) LogError("watching the computer's clock: " + found.error().message());
  else if (*found) LogWarning(ClockWords(**found) + ": " + ClockTodo());
}

}  // namespace heed
