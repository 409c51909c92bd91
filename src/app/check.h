// `heed check`: everything a person wrote, read as heed will read it, with every mistake named.
#pragma once

#include <cstdint>
#include <vector>

#include "src/app/installation.h"
#include "src/base/toml.h"

namespace heed {

struct CheckReport {
  std::vector<Mistake> mistakes, advice;
  std::uint64_t schools = 0, sources = 0, entries = 0;
  bool missing = false;  // a file that was named is not there
};

// The configuration, its secrets, every source as its connector sees it, the lexicons and their examples.
CheckReport Check(const Locations& locations);

// The lexicons of one folder and their examples alone.  kNotFound when there are none.
Result<CheckReport> CheckLexicon(const std::string& folder);

}  // namespace heed
