// Adding a source: its block of the configuration is made from answers, tried out, and written only when reading worked.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "src/app/config.h"
#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// What a person said about a source to be.
struct NewSource {
  std::string connector;  // ConnectorCard::name
  std::string id;         // "" = the connector's name, with a number where that is taken
  std::string school;     // "" = the only one
  std::string every;      // "" = the usual
  bool accept_terms = false;
  std::map<std::string, std::string> settings;  // as typed: "yes", "30d", "one, two" for a list; secrets too
  std::map<std::string, std::string> secret_files, secret_envs;  // secrets that lie somewhere already
};

// Why what was typed cannot be this setting's value, with what would be right; "" when it can.
std::string WrongAnswer(const Setting& setting, std::string_view answer);

struct AddedSource {
  std::string id;
  std::string block;                       // as written into the configuration, or as it would be
  std::vector<std::string> secret_files;   // written, 0600
  std::size_t posts = 0;                   // of the first page, read as a test
  std::vector<std::string> notes;          // the connector's, of that page
  bool gap = false;                        // something of it could not be read: see notes
};

// Reads one page as a test, writes secrets into secrets/ID-KEY beside the configuration, then the block at its end.
// On failure nothing is left behind.  kInvalid names every wrong or missing answer.
Result<AddedSource> AddSource(const std::string& config_file, const NewSource& source, HttpClient& http, const Clock& clock, const Environment& environment);

// The id a source of this connector would get.
std::string FreeSourceId(const Config& config, std::string_view connector);

}  // namespace heed
