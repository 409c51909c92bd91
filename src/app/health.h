// How the installation is doing, in plain words: each source, the queue, the disk, and what to do about it.
//
// Pure reading.  `heed sources` and the console show Health; alarms (app/alarm.h) tell of Troubles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/app/config.h"
#include "src/app/desk.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/store/store.h"

namespace heed {

enum class Standing : std::uint8_t { kFine, kWatch, kTrouble, kOff };
std::string_view ToString(Standing standing);  // "fine", "watch", "trouble", "off"

struct Health {
  SourceView view;
  Standing standing = Standing::kFine;
  std::string says;            // what is the matter; "" when nothing is
  std::string todo;            // what to do; "" when nothing need be done
  std::optional<seconds> lag;  // since it was last read to the end
};

// One line a thing: says and todo of everything that is not fine.
std::vector<Health> LookAtSources(const std::vector<SourceView>& views, const AlarmSettings& rules, Instant now);
Result<std::vector<Health>> ReadHealth(const Config& config, const Store* store, Instant now);

// What to do about a failure, for the person in front of it.
std::string WhatToDo(Fault fault);

// Something that somebody should be told of.  `key` names it for as long as it lasts.
struct Trouble {
  std::string key, words, todo;
  std::string school;  // whose; "" = the whole installation's
  bool operator==(const Trouble&) const = default;
};

//   source/ID/failing       failed `failures` times in a row, or once where trying again makes no sense
//   source/ID/late          not read to the end for longer than its schedule and `late`
//   source/ID/silent        brings nothing new for three times as long as it ever did (once that is known), a week at least
//   source/ID/sign-in       its token or key ends within `notice`
//   cases/SCHOOL/overdue    cases wait for longer than `overdue`, Saturdays and Sundays not counted
//   clock/EVENT             the computer's clock was seen being set (app/clock_watch.h), within the last three days
//   refresh/SCHOOL          what may be stored for a limited time only could not be read again (app/refresh.h)
//   disk/full               less than 500 MB are free where the store is
Result<std::vector<Trouble>> FindTroubles(const Config& config, const Store& store, const std::string& data, Instant now);

// The time between two instants without Saturdays and Sundays, in the process's time zone.
seconds WorkingTime(Instant from, Instant until);

}  // namespace heed
