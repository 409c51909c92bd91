#include "src/evidence/tags.h"

#include <algorithm>
#include <map>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/evidence/verify.h"
#include "src/evidence/zip.h"

namespace heed {
namespace {

constexpr std::uint64_t kMostOfATagFile = 64 << 20;
constexpr std::string_view kStampsField = "Time-Stamps: ";

std::string AllOf(const std::function<Result<std::string_view>()>& next, Error& error, bool& failed) {
  std::string all;
  for (;;) {
    const auto chunk = next();
    if (!chunk || all.size() > kMostOfATagFile) {
      error = chunk ? Error{Fault::kTooLarge, "a tag file is larger than any heed writes"} : chunk.error();
      failed = true;
      return {};
    }
    if (chunk->empty()) return all;
    all += *chunk;
  }
}

}  // namespace

std::string AboutStamp(const StampFound& found) { return FormatRfc3339(found.answered.stamp.at) + ", " + ForTerminal(found.answered.stamp.authority) + ", asked at " + ForTerminal(found.url); }

Done WriteTags(BagWriter& bag, const PackTags& tags, const SigningKey& key) {
  using A = BagWriter::Algorithm;
  const std::string manifest256 = bag.Manifest(A::kSha256), manifest512 = bag.Manifest(A::kSha512);
  std::string status = std::to_string(tags.stamps.size()) + " time stamps (RFC 3161) over manifest-sha512.txt\n";
  if (tags.stamps.empty()) status += "Not time-stamped yet: " + tags.no_stamp_because + ". Only the school's own clock says when this pack was made.\n";
  for (std::size_t i = 0; i < tags.stamps.size(); ++i) status += "timestamps/" + std::to_string(i + 1) + ".tsr: " + tags.stamps[i].second + "\n";
  HEED_TRY(bag.Add("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"));
  HEED_TRY(bag.Add("bag-info.txt", tags.info + std::string(kStampsField) + std::to_string(tags.stamps.size()) + "\nKey-Fingerprint: " + Fingerprint(key.public_key) + "\n"));
  HEED_TRY(bag.Add("README.txt", tags.readme));
  HEED_TRY(bag.Add("signature/public-key.pem", PublicKeyPem(key.public_key)));
  HEED_TRY(bag.Add("timestamps/status.txt", status));
  for (std::size_t i = 0; i < tags.stamps.size(); ++i) HEED_TRY(bag.Add("timestamps/" + std::to_string(i + 1) + ".tsr", tags.stamps[i].first));
  HEED_TRY(bag.Add("manifest-sha256.txt", manifest256));
  HEED_TRY(bag.Add("manifest-sha512.txt", manifest512));
  for (const auto& [name, algorithm] : {std::pair("tagmanifest-sha256", A::kSha256), std::pair("tagmanifest-sha512", A::kSha512)}) {
    const std::string manifest = bag.TagManifest(algorithm);
    HEED_TRY(bag.AddUnlisted(std::string(name) + ".txt", manifest));
    HEED_TRY(bag.AddUnlisted("signature/" + std::string(name) + ".sig", Sign(manifest, key.seed)));
  }
  return bag.Finish();
}

Result<Restamped> AddStamps(const std::string& pack, const std::string& output, const SigningKey& key, const std::string& certificates, const std::function<Stamped(std::string_view digest)>& stamp) {
  const PackReport report = HEED_TRY(VerifyPack(pack, {.certificates = certificates, .key = ""}));
  if (!report.ok()) return Fail(Fault::kInvalid, pack + " does not verify, and is not stamped: " + report.faults.front().file + " " + report.faults.front().what);
  if (report.fingerprint != Fingerprint(key.public_key)) return Fail(Fault::kInvalid, pack + " was signed with another key (" + report.fingerprint + "): only the installation that made it adds stamps");
  // Its tag files first: they stand behind the payload.
  std::map<std::string, std::string> tags;
  std::string folder, pack_json;
  Error error{Fault::kIo, ""};
  bool failed = false;
  const auto walked = WalkZip(pack, ZipLimits{}, [&](const FoundFile& file, const auto& next) -> Done {
    folder = file.name.substr(0, file.name.find('/'));
    const std::string name = file.name.substr(folder.size() + 1);
    const bool payload = name.starts_with("data/") && name != "data/pack.json";
    if (payload) {
      for (;;)
        if (HEED_TRY(next()).empty()) return {};
    }
    std::string all = AllOf(next, error, failed);
    if (failed) return Fail(error);
    (name == "data/pack.json" ? pack_json : tags[name]) = std::move(all);
    return {};
  });
  HEED_TRY(walked);
  Hashing hashing;
  hashing.Add(tags["manifest-sha512.txt"]);
  const Stamped found = stamp(HEED_TRY(FromHex(hashing.Take().sha512)));
  if (found.found.empty()) return Fail(Fault::kUnavailable, "no time-stamp authority answered: try again later");

  PackTags all;
  const std::string& info = tags["bag-info.txt"];
  all.info = info.substr(0, info.find(kStampsField));
  all.readme = tags["README.txt"];
  std::map<std::string, std::string> said;  // by file
  for (const auto line : Split(tags["timestamps/status.txt"], '\n'))
    if (const auto colon = line.find(".tsr: "); colon != std::string_view::npos) said[std::string(line.substr(0, colon + 4))] = line.substr(colon + 6);
  for (std::size_t n = 1; tags.contains("timestamps/" + std::to_string(n) + ".tsr"); ++n) {
    const std::string name = "timestamps/" + std::to_string(n) + ".tsr";
    all.stamps.emplace_back(tags[name], said[name]);
  }
  for (const auto& one : found.found) all.stamps.emplace_back(one.answered.answer, AboutStamp(one) + ", added after the pack was made");

  JsonParser parser;
  const Json told = HEED_TRY(parser.Parse(pack_json));
  const auto at = ParseRfc3339(told["newest_event_at"].StringOr(""));
  if (!at) return Fail(Fault::kMalformed, pack + ": data/pack.json does not say of when it is");
  BagWriter bag = HEED_TRY(BagWriter::Open(output, folder, *at));
  const auto copied = WalkZip(pack, ZipLimits{}, [&](const FoundFile& file, const auto& next) -> Done {
    const std::string name = file.name.substr(folder.size() + 1);
    if (name.starts_with("data/")) return bag.AddStream(name, file.size, next);
    for (;;)
      if (HEED_TRY(next()).empty()) return {};
  });
  HEED_TRY(copied);
  if (bag.Manifest(BagWriter::Algorithm::kSha512) != tags["manifest-sha512.txt"]) return Fail(Fault::kMalformed, pack + " changed while it was read");
  HEED_TRY(WriteTags(bag, all, key));
  return Restamped{all.stamps.size(), found.found.size()};
}

}  // namespace heed
