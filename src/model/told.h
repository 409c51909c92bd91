// What people were told of: one trouble, since when, and over which channels.  Kept so that a restart repeats nothing.
#pragma once

#include <string>
#include <vector>

#include "src/base/time.h"

namespace heed {

struct Told {
  std::string key;                    // which trouble: "source/social/failing"
  std::string words, todo;            // as told: what is the matter, what to do
  Instant since{};                    // when it was first noticed
  bool over = false;                  // it has passed; people are being told so
  std::vector<std::string> channels;  // that know the present state: "mail", "webhook"
  std::vector<std::string> warned;    // that were told of the trouble itself: only these hear that it is over

  bool operator==(const Told&) const = default;
};

}  // namespace heed
