// `heed check`: everything a person wrote, read as heed will read it, with every mistake named.
#pragma once

#include <cstdint>
#include <vector>

#include "src/app/installation.h"
#include "src/base/toml.h"

namespace heed {

struct CheckReport {
  std::vector<Mistake> mistakes, advice;
  std::vector<Mistake> facts;  // what a person should know of what is right: how far back a first reading goes
  std::uint64_t schools = 0, sources = 0, entries = 0;
  bool missing = false;  // a file that was named is not there
};

// The configuration, its secrets, every source as its connector sees it, the lexicons and their examples.
CheckReport Check(const Locations& locations);

// Lexicons and their examples alone: those of a folder (kNotFound when there are none), or these files, which need not be on disk.
Result<CheckReport> CheckLexicon(const std::string& folder);
Result<CheckReport> CheckLexicon(const std::vector<LexiconFile>& files);

}  // namespace heed
