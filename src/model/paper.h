// Words of the house that people edit in the console: the templates of letters.  Every version is kept.
#pragma once

#include <cstdint>
#include <string>

#include "src/base/time.h"

namespace heed {

struct Paper {
  std::string name;          // "letter/ban", "letter/ban/oakmoor"
  std::uint32_t number = 0;  // from 1, no holes
  Instant at{};
  std::string by;            // Person::id
  std::string text;          // empty: back to what heed comes with

  bool operator==(const Paper&) const = default;
};

}  // namespace heed
