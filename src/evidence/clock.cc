#include "src/evidence/clock.h"

#include <algorithm>

#include "src/base/json.h"

namespace heed {
namespace {

constexpr std::int64_t kMostSeconds = 400LL * 366 * 86'400;  // of a step; more is no step but nonsense

std::string Name(const EventTime& event) { return "event " + std::to_string(event.sequence) + " says " + FormatRfc3339(event.at); }

// What the recorded steps make of an event's time.
struct Reckoned {
  const EventTime* event;
  Instant at{};               // put right
  bool earlier_too = false;   // a later step of "at least" so much: it may be earlier than that
};

std::vector<Reckoned> Reckon(std::span<const EventTime> events) {
  std::vector<Reckoned> reckoned(events.size());
  seconds ahead{0};
  bool earlier_too = false;
  for (std::size_t i = events.size(); i-- > 0;) {
    reckoned[i] = {&events[i], events[i].at - ahead, earlier_too};
    // The step's own event bears the time after it.
    if (!events[i].step) continue;
    ahead -= events[i].step->by;
    earlier_too = earlier_too || events[i].step->at_least;
  }
  return reckoned;
}

}  // namespace

std::string WriteClockStep(const ClockStep& step) {
  JsonWriter out;
  out.Object().Field("at_least", step.at_least).Field("by_seconds", static_cast<std::int64_t>(step.by.count())).Field("clock", step.clock).Field("computer_start", step.computer_start);
  out.Field("seconds_since_start", static_cast<std::int64_t>(step.since_start.count())).Field("seen", step.seen).EndObject();
  return out.Take();
}

Result<ClockStep> ReadClockStep(std::string_view details) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(details));
  const auto by = in["by_seconds"].Int();
  if (!by || *by == 0 || *by > kMostSeconds || *by < -kMostSeconds) return Fail(Fault::kMalformed, "a step of the clock without its length");
  ClockStep step;
  step.by = seconds{*by};
  step.at_least = in["at_least"].Bool().value_or(false) && *by < 0;
  step.seen = in["seen"].StringOr("");
  step.clock = in["clock"].StringOr("");
  step.computer_start = in["computer_start"].StringOr("");
  step.since_start = seconds{std::clamp<std::int64_t>(in["seconds_since_start"].Int().value_or(0), 0, kMostSeconds)};
  return step;
}

std::string InWords(const ClockStep& step) {
  return std::string(step.by < seconds{0} ? "set back by " : "set forward by ") + (step.at_least ? "at least " : "") + FormatDuration(step.by < seconds{0} ? -step.by : step.by);
}

std::string ClockNote(std::uint64_t sequence, Instant at, const ClockStep& step) {
  return "event " + std::to_string(sequence) + " records at " + FormatRfc3339(at) + " that the computer's clock was " + InWords(step) + " (" + step.seen +
         "): events before it bear times by the clock as it stood before, those from it on by the clock as it stands since" + (step.clock.empty() ? "" : ", a " + step.clock) +
         ". The record does not say which of both was right; a time stamp on either side does";
}

ClockFindings CheckClock(std::span<const EventTime> events, std::span<const StampTime> stamps) {
  ClockFindings found;
  const auto reckoned = Reckon(events);
  bool stepped = false;
  for (const auto& event : events) {
    if (!event.step) continue;
    stepped = true;
    found.notes.push_back(ClockNote(event.sequence, event.at, *event.step));
  }
  const std::string_view still = stepped ? "; the steps of the clock that are recorded in the chain do not explain it" : "";
  const auto flaw = [&](std::string words) { found.flaws.push_back(std::move(words) + std::string(still)); };
  const Reckoned* latest = nullptr;
  bool behind = false;
  for (const auto& one : reckoned) {
    const bool now_behind = latest && one.at + kClockSlack < latest->at;
    if (now_behind && !behind) flaw(Name(*one.event) + ", but " + Name(*latest->event) + " and was written before it: the clock was set back, or had run ahead");
    behind = now_behind;
    if (!latest || one.at > latest->at) latest = &one;
  }
  for (const auto& stamp : stamps) {
    const auto after = std::ranges::upper_bound(reckoned, stamp.sequence, {}, [](const Reckoned& one) { return one.event->sequence; });
    const std::string stamped = ", but event " + std::to_string(stamp.sequence) + " was time-stamped by " + stamp.authority + " at " + FormatRfc3339(stamp.at);
    const auto ahead = std::find_if(reckoned.begin(), after, [&](const Reckoned& one) { return one.at > stamp.at + kClockSlack && !one.earlier_too; });
    if (ahead != after) flaw(Name(*ahead->event) + stamped + " with it: the clock was ahead");
    const auto back = std::find_if(after, reckoned.end(), [&](const Reckoned& one) { return one.at + kClockSlack < stamp.at; });
    if (back != reckoned.end()) flaw(Name(*back->event) + stamped + " before it was written: the clock was behind");
  }
  return found;
}

}  // namespace heed
