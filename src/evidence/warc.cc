#include "src/evidence/warc.h"

#include <map>

#include "src/base/hash.h"
#include "src/base/text.h"

namespace heed {

namespace {

// RFC 9562.
std::string RecordId(std::string bytes, unsigned char version) {
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = Hex(bytes);
  return "<urn:uuid:" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20) + ">";
}

}  // namespace

std::string NewRecordId() { return RecordId(RandomBytes(16), 4); }

std::string RecordIdFor(std::string_view name) {
  const Digest digest = Sha256(name);
  return RecordId(std::string(reinterpret_cast<const char*>(digest.data()), 16), 8);
}

std::string WriteWarcRecord(const WarcRecord& record, const std::string& id, Instant at) {
  std::string out = "WARC/1.1\r\nWARC-Type: " + record.type + "\r\nWARC-Record-ID: " + id + "\r\nWARC-Date: " + FormatRfc3339(at) + "\r\n";
  for (const auto& [name, value] : record.fields) {
    std::string line;
    for (const char c : value) line += c == '\r' || c == '\n' ? ' ' : c;
    out += name + ": " + line + "\r\n";
  }
  out += "WARC-Block-Digest: sha256:" + Sha256Hex(record.block) + "\r\nContent-Type: " + record.content_type + "\r\nContent-Length: " + std::to_string(record.block.size()) + "\r\n\r\n";
  return out + record.block + "\r\n\r\n";
}

Result<std::size_t> CheckWarc(std::string_view bytes) {
  std::size_t records = 0;
  while (!bytes.empty()) {
    const std::string name = "record " + std::to_string(records + 1);
    const auto wrong = [&](const std::string& what) { return Fail(Fault::kMalformed, name + " " + what); };
    const auto end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("WARC/1.1\r\n") || end == std::string_view::npos) return wrong("does not begin as one of WARC 1.1");
    std::map<std::string, std::string> fields;
    for (auto line : Split(bytes.substr(10, end < 10 ? 0 : end - 10), '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      const auto colon = line.find(':');
      if (colon == std::string_view::npos || colon == 0) return wrong("has a line that is no field");
      if (!fields.emplace(LowerAscii(line.substr(0, colon)), Trim(line.substr(colon + 1))).second && !EqualsIgnoreCase(line.substr(0, colon), "WARC-Concurrent-To"))
        return wrong("says " + ForTerminal(line.substr(0, colon)) + " twice");
    }
    for (const char* needed : {"warc-type", "warc-record-id", "warc-date", "content-length"})
      if (!fields.contains(needed)) return wrong("has no " + std::string(needed));
    const std::string& length = fields["content-length"];
    if (length.empty() || length.size() > 12 || length.find_first_not_of("0123456789") != std::string::npos) return wrong("has no length");
    const std::size_t size = std::stoull(length);
    bytes.remove_prefix(end + 4);
    if (bytes.size() < size + 4 || bytes.substr(size, 4) != "\r\n\r\n") return wrong("is not as long as it says");
    const auto digest = fields.find("warc-block-digest");
    if (digest != fields.end() && digest->second.starts_with("sha256:") && digest->second.substr(7) != Sha256Hex(bytes.substr(0, size))) return wrong("has another content than its digest says");
    if (!ParseRfc3339(fields["warc-date"])) return wrong("has no date");
    bytes.remove_prefix(size + 4);
    ++records;
  }
  if (records == 0) return Fail(Fault::kMalformed, "holds no record");
  return records;
}

}  // namespace heed
