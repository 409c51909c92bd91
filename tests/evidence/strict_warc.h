// A strict reader of WARC 1.1 files, written from the standard and sharing no code with the writer: digests by OpenSSL.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace heed {

struct StrictRecord {
  std::map<std::string, std::string> fields;  // names in lower case
  std::string block;
};

// Every record; what is wrong with them goes to `faults`.
std::vector<StrictRecord> ReadWarc(const std::string& bytes, std::vector<std::string>& faults);

}  // namespace heed
