#include "src/evidence/clock.h"

#include <algorithm>
#include <optional>

namespace heed {
namespace {

std::string Name(const EventTime& event) { return "event " + std::to_string(event.sequence) + " says " + FormatRfc3339(event.at); }

}  // namespace

std::vector<std::string> ClockFlaws(std::span<const EventTime> events, std::span<const StampTime> stamps) {
  std::vector<std::string> flaws;
  const EventTime* latest = nullptr;
  bool behind = false;
  for (const auto& event : events) {
    const bool now_behind = latest && event.at + kClockSlack < latest->at;
    if (now_behind && !behind) flaws.push_back(Name(event) + ", but " + Name(*latest) + " and was written before it: the clock was set back, or had run ahead");
    behind = now_behind;
    if (!latest || event.at > latest->at) latest = &event;
  }
  for (const auto& stamp : stamps) {
    const auto after = std::ranges::upper_bound(events, stamp.sequence, {}, &EventTime::sequence);
    const std::string stamped = ", but event " + std::to_string(stamp.sequence) + " was time-stamped by " + stamp.authority + " at " + FormatRfc3339(stamp.at);
    const auto ahead = std::find_if(events.begin(), after, [&](const EventTime& event) { return event.at > stamp.at + kClockSlack; });
    if (ahead != after) flaws.push_back(Name(*ahead) + stamped + " with it: the clock was ahead");
    const auto back = std::find_if(after, events.end(), [&](const EventTime& event) { return event.at + kClockSlack < stamp.at; });
    if (back != events.end()) flaws.push_back(Name(*back) + stamped + " before it was written: the clock was behind");
  }
  return flaws;
}

}  // namespace heed
