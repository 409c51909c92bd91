// A strict reader of BagIt 1.0 bags, written from RFC 8493 and sharing no code with the writer: digests by OpenSSL.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace heed {

// What is wrong with the bag whose files these are (path relative to the bag -> bytes); empty: complete and valid.
std::vector<std::string> BagFaults(const std::map<std::string, std::string>& files);

}  // namespace heed
