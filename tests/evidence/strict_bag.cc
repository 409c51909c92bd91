#include "tests/evidence/strict_bag.h"

#include <openssl/evp.h>

#include <regex>
#include <set>
#include <sstream>

namespace heed {
namespace {

std::string Sum(const std::string& algorithm, const std::string& bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), out, &length, EVP_get_digestbyname(algorithm.c_str()), nullptr);
  std::string hex;
  char two[3];
  for (unsigned i = 0; i < length; ++i) {
    std::snprintf(two, sizeof two, "%02x", out[i]);
    hex += two;
  }
  return hex;
}

}  // namespace

std::vector<std::string> BagFaults(const std::map<std::string, std::string>& files) {
  std::vector<std::string> faults;
  // 2.1.1: exactly two lines, UTF-8 without a byte order mark.
  if (!files.contains("bagit.txt") || files.at("bagit.txt") != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") faults.push_back("bagit.txt");
  std::set<std::string> payload, algorithms, tag_algorithms;
  for (const auto& [name, bytes] : files) {
    if (name.starts_with("data/")) payload.insert(name);
    std::smatch m;
    static const std::regex kManifest("manifest-([a-z0-9]+)\\.txt"), kTagManifest("tagmanifest-([a-z0-9]+)\\.txt");
    if (std::regex_match(name, m, kManifest)) algorithms.insert(m[1]);
    if (std::regex_match(name, m, kTagManifest)) tag_algorithms.insert(m[1]);
  }
  if (payload.empty()) faults.push_back("no payload");
  if (!algorithms.contains("sha512") && !algorithms.contains("sha256")) faults.push_back("no payload manifest of an algorithm every tool knows");
  if (files.contains("fetch.txt")) faults.push_back("fetch.txt");
  const auto read = [&](const std::string& manifest, const std::string& algorithm) {
    std::map<std::string, std::string> told;
    std::istringstream in(files.at(manifest));
    static const std::regex kLine("([0-9a-fA-F]+)[ \\t]+(\\S.*)");
    for (std::string line; std::getline(in, line);) {
      std::smatch m;
      if (!std::regex_match(line, m, kLine)) {
        faults.push_back(manifest + ": not a line: " + line);
        continue;
      }
      // 2.1.3: CR, LF and % are percent-encoded; nothing else is.
      const std::string name = m[2];
      if (name.find('%') != std::string::npos || name.starts_with("/") || name.starts_with("~") || name.find("..") != std::string::npos) faults.push_back(manifest + ": " + name);
      if (!told.emplace(name, m[1]).second) faults.push_back(manifest + " twice: " + name);
      const auto file = files.find(name);
      if (file == files.end()) faults.push_back(manifest + ": there is no " + name);
      else if (Sum(algorithm, file->second) != told[name]) faults.push_back(manifest + ": another digest: " + name);
    }
    return told;
  };
  for (const auto& algorithm : algorithms) {
    const auto told = read("manifest-" + algorithm + ".txt", algorithm);
    for (const auto& [name, sum] : told)
      if (!payload.contains(name)) faults.push_back("a payload manifest tells of a tag file: " + name);
    for (const auto& name : payload)  // 3: every payload file in every manifest
      if (!told.contains(name)) faults.push_back(name + " is in no manifest-" + algorithm);
  }
  for (const auto& algorithm : tag_algorithms) {
    const auto told = read("tagmanifest-" + algorithm + ".txt", algorithm);
    for (const auto& [name, sum] : told)  // 2.2.1: not of itself and its like, not of the payload
      if (name.starts_with("tagmanifest-") || name.starts_with("data/")) faults.push_back("a tag manifest tells of " + name);
    for (const auto& payload_algorithm : algorithms)
      if (!told.contains("manifest-" + payload_algorithm + ".txt")) faults.push_back("a tag manifest does not tell of manifest-" + payload_algorithm);
  }
  // 2.2.2: "label: value" lines, or continued with white space.
  if (files.contains("bag-info.txt")) {
    std::istringstream in(files.at("bag-info.txt"));
    static const std::regex kLabel("[^:\\s][^:]*: ?.*"), kOxum("Payload-Oxum: (\\d+)\\.(\\d+)");
    unsigned long long octets = 0;
    for (const auto& name : payload) octets += files.at(name).size();
    bool first = true, oxum = false;
    for (std::string line; std::getline(in, line); first = false) {
      if (!std::regex_match(line, kLabel) && (first || (line[0] != ' ' && line[0] != '\t'))) faults.push_back("bag-info.txt: " + line);
      std::smatch m;
      if (std::regex_match(line, m, kOxum)) {
        oxum = true;
        if (std::stoull(m[1]) != octets || std::stoull(m[2]) != payload.size()) faults.push_back("Payload-Oxum");
      }
      if (line.starts_with("Bagging-Date: ") && !std::regex_match(line, std::regex("Bagging-Date: \\d{4}-\\d\\d-\\d\\d"))) faults.push_back(line);
    }
    if (!oxum) faults.push_back("no Payload-Oxum");
  }
  return faults;
}

}  // namespace heed
