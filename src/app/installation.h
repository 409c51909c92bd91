// One installation of heed: its configuration, lexicons and data folder, found, read and opened.
//
// Where things lie, first that is given: the command line, the configuration, the environment (HEED_CONFIG,
// HEED_DATA, HEED_LEXICONS), the usual places.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/judge.h"
#include "src/app/config.h"
#include "src/base/result.h"
#include "src/store/store.h"

namespace heed {

// What the command line said; empty = not said.
struct Locations {
  std::string config, data, lexicons;
};

// The configuration's file: --config, HEED_CONFIG, ./heed.toml, /etc/heed/heed.toml.  kNotFound says where it looked.
Result<std::string> FindConfig(const Locations& where);

// Reads it.  kInvalid holds every mistake, one a line.
Result<Config> OpenConfig(const Locations& where);

// The data folder; need not exist yet.  Without any hint: "data" beside the configuration.
std::string DataFolder(const Locations& where, const Config& config);

// The lexicons' folder; those heed came with when nothing else is said.  `config` may be nullptr.
Result<std::string> LexiconFolder(const Locations& where, const Config* config);

// Every *.toml below `folder`, named as they are reached from it.
Result<std::vector<LexiconFile>> ReadLexiconFiles(const std::string& folder);

// Lexicons read, checked and compiled for the schools.  `cache_folder` keeps the compiled database for the next
// start; empty: the user's own cache folder, or none.  A cache that cannot be written is no failure.
Result<Judge> OpenJudge(const std::string& lexicons, std::vector<School> schools, const std::string& cache_folder, bool drafts = false);

// The store in the data folder: made where it is for writing, refused with a next step where there is none to read.  Whoever writes has the
// computer's clock looked at first (app/clock_watch.h).
enum class Access { kRead, kWrite };
Result<std::unique_ptr<Store>> OpenStore(const std::string& data, Access access);

// The dictionary that keeps misspellings from being words, or "" where none is installed.
std::string ReadDictionary();

}  // namespace heed
