// How one person likes to work, and what colleagues of a school share: kept apart from who they are and what they may do (model/person.h).
#pragma once

#include <string>
#include <vector>

namespace heed {

// A list of the queue that somebody comes back to.
struct SavedView {
  std::string name;   // as they call it; each once, whatever its capitals
  std::string query;  // of the queue's address, in the order the queue writes it: "category=threat&whose=nobody"
  std::string by;     // Person::id of who shares it with a school's staff; "" = somebody's own

  bool operator==(const SavedView&) const = default;
};

struct Preferences {
  static constexpr std::size_t kMostViews = 12;
  std::vector<SavedView> views;  // in the order they were saved
  bool peek = false;             // covered words are shown while pointed at, or by a key

  bool operator==(const Preferences&) const = default;
};

}  // namespace heed
