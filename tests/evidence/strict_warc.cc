#include "tests/evidence/strict_warc.h"

#include <openssl/evp.h>

#include <regex>
#include <set>

namespace heed {

std::vector<StrictRecord> ReadWarc(const std::string& bytes, std::vector<std::string>& faults) {
  std::vector<StrictRecord> records;
  std::set<std::string> ids;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto fault = [&](const std::string& what) { faults.push_back("record " + std::to_string(records.size() + 1) + ": " + what); };
    StrictRecord record;
    // 4: version, named fields, an empty line, the block, two empty lines; every line ends with CRLF.
    if (bytes.compare(at, 10, "WARC/1.1\r\n") != 0) {
      fault("version");
      return records;
    }
    at += 10;
    for (;;) {
      const auto end = bytes.find("\r\n", at);
      if (end == std::string::npos) {
        fault("no end of the header");
        return records;
      }
      const std::string line = bytes.substr(at, end - at);
      at = end + 2;
      if (line.empty()) break;
      static const std::regex kField("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*)");
      std::smatch m;
      if (!std::regex_match(line, m, kField)) fault("not a named field: " + line);
      std::string name = m[1];
      for (auto& c : name) c = static_cast<char>(std::tolower(c));
      if (record.fields.contains(name) && name != "warc-concurrent-to") fault(name + " twice");
      record.fields[name] = m[2];
    }
    // 5: mandatory in every record.
    for (const char* name : {"warc-record-id", "content-length", "warc-date", "warc-type"})
      if (!record.fields.contains(name)) fault(std::string("no ") + name);
    static const std::regex kDate("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z"), kId("<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>");
    static const std::set<std::string> kTypes = {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"};
    const std::string type = record.fields["warc-type"];
    if (!std::regex_match(record.fields["warc-date"], kDate)) fault("WARC-Date " + record.fields["warc-date"]);
    if (!std::regex_match(record.fields["warc-record-id"], kId) || !ids.insert(record.fields["warc-record-id"]).second) fault("WARC-Record-ID");
    if (!kTypes.contains(type)) fault("WARC-Type " + type);
    if (type != "warcinfo" && type != "metadata" && !record.fields.contains("warc-target-uri")) fault("no WARC-Target-URI");
    if (type == "warcinfo" && record.fields.contains("warc-target-uri")) fault("a warcinfo with a target");
    if (type == "warcinfo" && !records.empty()) fault("warcinfo is not the first");
    for (const char* reference : {"warc-concurrent-to", "warc-refers-to"})
      if (record.fields.contains(reference) && !ids.contains(record.fields[reference])) fault(std::string(reference) + " leads nowhere");
    if (record.fields.contains("warc-truncated") && !std::set<std::string>{"length", "time", "disconnect", "unspecified"}.contains(record.fields["warc-truncated"])) fault("WARC-Truncated");
    const std::size_t length = std::stoull(record.fields["content-length"]);
    if (at + length + 4 > bytes.size() || bytes.compare(at + length, 4, "\r\n\r\n") != 0) {
      fault("the block does not end where it should");
      return records;
    }
    record.block = bytes.substr(at, length);
    at += length + 4;
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(record.block.data(), record.block.size(), sum, &size, EVP_sha256(), nullptr);
    std::string hex = "sha256:";
    char two[3];
    for (unsigned i = 0; i < size; ++i) std::snprintf(two, sizeof two, "%02x", sum[i]), hex += two;
    if (record.fields["warc-block-digest"] != hex) fault("WARC-Block-Digest");
    // RFC 9112: a message in an application/http block begins with a start line and has an end of its head.
    if (record.fields["content-type"].starts_with("application/http") && (record.block.find("\r\n\r\n") == std::string::npos || record.block.find("HTTP/") == std::string::npos)) fault("no HTTP message");
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace heed
