#include "src/evidence/verify.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/base/text.h"
#include "src/evidence/chain_file.h"
#include "src/evidence/signing.h"
#include "src/evidence/warc.h"
#include "src/evidence/zip.h"

namespace heed {
namespace {

constexpr std::uint64_t kMaxKept = 64 << 20, kMaxKeptInAll = 256 << 20;
constexpr std::size_t kMostFaults = 10'000;
constexpr std::string_view kEvents = "data/chain/events.jsonl", kAnchors = "data/chain/anchors/";
const std::set<std::string_view> kUnlisted = {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "signature/tagmanifest-sha256.sig", "signature/tagmanifest-sha512.sig"};

class Verifying {
 public:
  explicit Verifying(const VerifyOptions& options) : options_(options) {}

  // Once per file, in any order.
  Done File(const std::string& whole_name, const std::function<Result<std::string_view>()>& next) {
    std::string name = whole_name;
    if (base_) {
      if (!name.starts_with(*base_ + "/")) {
        Fault(name, "lies outside the bag's folder");
        for (;;)
          if (HEED_TRY(next()).empty()) return {};
      }
      name.erase(0, base_->size() + 1);
    }
    const bool keep = !name.starts_with("data/") || name == "data/pack.json" || name.starts_with(kAnchors) || IsRecordOfCapture(name);
    const bool warc = name.starts_with("data/items/") && name.ends_with(".warc");
    Hashing hashing;
    std::string kept;
    for (;;) {
      const std::string_view chunk = HEED_TRY(next());
      if (chunk.empty()) break;
      hashing.Add(chunk);
      if (name == kEvents) chain_.Add(chunk);
      if (keep || warc) {
        kept += chunk;
        if (kept.size() > kMaxKept) return Fail(heed::Fault::kTooLarge, name + ": larger than any file of its kind heed writes");
      }
    }
    if (warc)
      if (const auto records = CheckWarc(kept); !records) Fault(name, "is not a whole WARC file: " + records.error().message());
    if (keep && (kept_in_all_ += kept.size()) > kMaxKeptInAll) return Fail(heed::Fault::kTooLarge, "what the pack says of itself is larger than heed ever writes it");
    if (!IsPlainName(name)) Fault(name, "has a name heed does not write");
    files_[name] = hashing.Take();
    report_.bytes += files_[name].bytes;
    if (keep) kept_[name] = std::move(kept);
    if (name.find("/captures/") != std::string::npos && IsRecordOfCapture(name)) ++report_.captures;
    return {};
  }

  void SetBase(std::optional<std::string> base) { base_ = std::move(base); }
  const std::optional<std::string>& base() const { return base_; }

  PackReport Finish() {
    report_.files = files_.size();
    if (Text("bagit.txt") != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") Fault("bagit.txt", Missing("bagit.txt", "does not say that this is a BagIt 1.0 bag"));
    Manifests();
    Signatures();
    Info();
    Chain();
    Captures();
    Stamps();
    auto clock = CheckClock(chain_.times(), trusted_);
    for (auto& flaw : clock.flaws) Fault(kEvents, std::move(flaw));
    for (auto& note : clock.notes) report_.notes.push_back(std::move(note));
    std::ranges::stable_sort(report_.faults, {}, &PackFault::file);
    return std::move(report_);
  }

 private:
  void Fault(std::string_view file, std::string what) {
    // A stranger's manifest may hold millions of lines that cannot be read.
    if (report_.faults.size() == kMostFaults || !told_.emplace(file, what).second) return;
    report_.faults.push_back({ForTerminal(file), std::move(what)});
  }
  std::string Text(const std::string& name) const {
    const auto found = kept_.find(name);
    return found == kept_.end() ? "" : found->second;
  }
  std::string Missing(const std::string& name, std::string otherwise) const { return kept_.contains(name) || files_.contains(name) ? std::move(otherwise) : "is missing"; }

  static bool IsRecordOfCapture(std::string_view name) { return name.starts_with("data/items/") && name.find("/captures/") != std::string_view::npos && name.ends_with(".json"); }

  // What is recorded of each capture is what is there.
  void Captures() {
    for (const auto& [name, text] : kept_) {
      if (!IsRecordOfCapture(name)) continue;
      JsonParser parser;
      const auto record = parser.Parse(text);
      if (!record) {
        Fault(name, "is not JSON");
        continue;
      }
      const std::string file = name.substr(0, name.size() - 4) + std::string((*record)["extension"].StringOr(""));
      const auto capture = files_.find(file);
      if (capture == files_.end()) Fault(file, "is missing: " + name + " tells of it");
      else if (capture->second.sha256 != (*record)["sha256"].StringOr("")) Fault(file, "is not the capture that was recorded");
    }
  }

  // A manifest against the files it must tell of: each once, and no other.
  void Manifest(const std::string& manifest, bool sha256, bool payload) {
    const auto wanted = [&](const std::string& name) { return name.starts_with("data/") == payload && !(!payload && kUnlisted.contains(name)); };
    if (!kept_.contains(manifest)) return Fault(manifest, "is missing");
    const std::string text = Text(manifest);
    if (!text.empty() && text.back() != '\n') Fault(manifest, "is cut short");
    std::set<std::string> told;
    const std::size_t width = sha256 ? 64 : 128;
    std::size_t number = 0;
    for (const auto line : Split(text, '\n')) {
      ++number;
      if (line.empty() && number > 1) continue;
      const bool formed = line.size() > width + 2 && line.substr(width, 2) == "  " && line.find_first_not_of("0123456789abcdef") == width;
      if (!formed) {
        Fault(manifest, "line " + std::to_string(number) + " cannot be read");
        continue;
      }
      const std::string name(line.substr(width + 2));
      if (!told.insert(name).second) Fault(manifest, "tells of " + ForTerminal(name) + " twice");
      const auto file = files_.find(name);
      if (!wanted(name)) Fault(manifest, "tells of " + ForTerminal(name) + ", which it must not");
      else if (file == files_.end()) Fault(name, "is missing: " + manifest + " tells of it");
      else if ((sha256 ? file->second.sha256 : file->second.sha512) != line.substr(0, width)) Fault(name, "was changed: its digest is not the one in " + manifest);
    }
    for (const auto& [name, sums] : files_)
      if (wanted(name) && !told.contains(name)) Fault(name, "was added, or renamed: " + manifest + " does not tell of it");
  }

  void Manifests() {
    for (const bool sha256 : {true, false}) {
      const std::string end = sha256 ? "sha256.txt" : "sha512.txt";
      Manifest("manifest-" + end, sha256, true);
      Manifest("tagmanifest-" + end, sha256, false);
    }
  }

  void Signatures() {
    const std::string key_file = "signature/public-key.pem";
    const auto key = ParsePublicKeyPem(Text(key_file));
    if (!key) {
      Fault(key_file, Missing(key_file, key.error().message()));
    } else {
      report_.fingerprint = Fingerprint(*key);
      if (!options_.key.empty() && LowerAscii(options_.key) != report_.fingerprint) Fault(key_file, "is another key than the one expected: its fingerprint is " + report_.fingerprint);
    }
    for (const std::string name : {"tagmanifest-sha256", "tagmanifest-sha512"}) {
      const std::string file = "signature/" + name + ".sig";
      if (!kept_.contains(file)) Fault(file, "is missing: the pack is not signed");
      else if (key && !SignatureHolds(Text(name + ".txt"), Text(file), *key)) Fault(file, "does not hold: " + name + ".txt, this signature or the key was changed");
    }
  }

  std::string InfoField(std::string_view label) const {
    const std::string info = Text("bag-info.txt");
    for (const auto line : Split(info, '\n'))
      if (line.size() > label.size() + 2 && line.starts_with(label) && line.substr(label.size(), 2) == ": ") return std::string(line.substr(label.size() + 2));
    return {};
  }

  void Info() {
    std::uint64_t octets = 0, count = 0;
    for (const auto& [name, sums] : files_)
      if (name.starts_with("data/")) octets += sums.bytes, ++count;
    const std::string oxum = std::to_string(octets) + "." + std::to_string(count);
    if (InfoField("Payload-Oxum") != oxum) Fault("bag-info.txt", Missing("bag-info.txt", "says that the payload is " + InfoField("Payload-Oxum") + " octets and files; it is " + oxum));
    const std::string file = "data/pack.json", text = Text(file);
    JsonParser parser;
    const auto pack = parser.Parse(text);
    if (!pack || (*pack)["heed_pack"].Int() != 1) return Fault(file, Missing(file, "is not a statement this heed can read"));
    report_.id = (*pack)["id"].StringOr("");
    report_.kind = (*pack)["kind"].StringOr("");
    std::set<std::string> cases;
    (*pack)["cases"].Each([&](Json id) {
      if (const auto number = id.Int(); number && *number > 0) {
        report_.cases.push_back(static_cast<std::uint64_t>(*number));
        cases.insert(std::to_string(*number));
      }
    });
    if (InfoField("External-Identifier") != report_.id) Fault("bag-info.txt", "names another pack than data/pack.json");
    if (InfoField("Key-Fingerprint") != report_.fingerprint || (*pack)["key_fingerprint"].StringOr("") != report_.fingerprint)
      Fault("signature/public-key.pem", "is not the key the pack says it was signed with");
    if (base_ && *base_ != "heed-pack-" + report_.id) Fault("", "the folder is called " + ForTerminal(*base_) + ", but the pack is heed-pack-" + report_.id);
    for (const auto& id : cases)
      if (!files_.contains("data/items/" + id + "/item.json")) Fault("data/items/" + id + "/item.json", "is missing: the pack says it holds case " + id);
    for (const auto& [name, sums] : files_) {
      if (!name.starts_with("data/items/")) continue;
      const std::string id = name.substr(11, name.find('/', 11) - 11);
      if (!cases.contains(id)) Fault(name, "belongs to no case of this pack");
    }
    last_hash_ = (*pack)["chain"]["last_hash"].StringOr("");
  }

  void Chain() {
    const std::string file(kEvents);
    if (!files_.contains(file)) return Fault(file, "is missing");
    if (auto flaw = chain_.Finish()) return Fault(file, *flaw);
    report_.events = chain_.events();
    report_.chain_head = chain_.head();
    if (!last_hash_.empty() && chain_.head() != last_hash_) Fault(file, "ends at another event than data/pack.json says: it was cut short or continued");
  }

  // Of what was in the chain up to event `sequence`.
  void Stamp(const std::string& name, const std::string& digest, const std::string& of, std::uint64_t sequence, std::vector<SeenStamp>& into) {
    auto stamp = CheckStamp(Text(name), digest, options_.certificates);
    if (!stamp) return Fault(name, "does not hold for " + of + ": " + stamp.error().message());
    if (stamp->not_trusted.empty()) trusted_.push_back({sequence, stamp->at, stamp->authority});
    if (!stamp->not_trusted.empty())
      report_.notes.push_back(name + " is intact and says " + FormatRfc3339(stamp->at) + ", but " + stamp->authority + " is not among the authorities trusted here (" + stamp->not_trusted +
                              "); --certificates FILE names others");
    into.push_back({name, *std::move(stamp)});
  }

  void Stamps() {
    const auto manifest = files_.find("manifest-sha512.txt");
    for (const auto& [name, text] : kept_) {
      if (name.starts_with("timestamps/") && name.ends_with(".tsr") && manifest != files_.end()) {
        Stamp(name, FromHex(manifest->second.sha512).value_or(std::string(64, '\0')), "manifest-sha512.txt", chain_.last(), report_.stamps);
      } else if (name.starts_with(kAnchors)) {
        const std::string number = name.substr(kAnchors.size(), name.find('-', kAnchors.size()) - kAnchors.size());
        const bool digits = !number.empty() && number.size() < 19 && number.find_first_not_of("0123456789") == std::string::npos;
        const auto hash = digits ? chain_.hashes().find(std::stoull(number)) : chain_.hashes().end();
        if (hash == chain_.hashes().end()) Fault(name, "is a time stamp of an event that is not in the pack");
        else Stamp(name, FromHex(hash->second).value_or(std::string(32, '\0')), "event " + number, hash->first, report_.anchors);
      }
    }
    const std::string told = InfoField("Time-Stamps");
    if (kept_.contains("bag-info.txt") && told != std::to_string(report_.stamps.size()))
      Fault("timestamps/status.txt", "bag-info.txt tells of " + (told.empty() ? "no" : told) + " time stamps; " + std::to_string(report_.stamps.size()) + " hold");
    if (report_.stamps.empty()) report_.notes.emplace_back("the pack has no time stamp: only the school's own clock says when it was made");
  }

  const VerifyOptions& options_;
  std::optional<std::string> base_;
  std::map<std::string, Hashing::Sums> files_;
  std::map<std::string, std::string> kept_;
  std::uint64_t kept_in_all_ = 0;  // bytes
  std::set<std::pair<std::string, std::string>> told_;  // faults
  ChainCheck chain_;
  std::string last_hash_;
  std::vector<StampTime> trusted_;
  PackReport report_;
};

}  // namespace

Result<PackReport> VerifyPack(const std::string& path, const VerifyOptions& options) {
  Verifying verifying(options);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    std::string folder = path;
    if (!Exists(path + "/bagit.txt")) {
      // The folder around the bag, as unzip leaves it.
      std::vector<std::string> inside;
      for (const auto& entry : std::filesystem::directory_iterator(path, error)) inside.push_back(entry.path().filename().string());
      if (inside.size() == 1 && std::filesystem::is_directory(path + "/" + inside[0], error)) folder += "/" + inside[0];
    }
    HEED_TRY(WalkFolder(folder, ZipLimits{}, [&](const FoundFile& file, const auto& next) { return verifying.File(file.name, next); }));
    return verifying.Finish();
  }
  HEED_TRY(WalkZip(path, ZipLimits{}, [&](const FoundFile& file, const auto& next) -> Done {
    if (!verifying.base()) verifying.SetBase(file.name.substr(0, file.name.find('/')));
    return verifying.File(file.name, next);
  }));
  if (!verifying.base()) return Fail(Fault::kMalformed, path + ": is an empty zip file");
  return verifying.Finish();
}

}  // namespace heed
