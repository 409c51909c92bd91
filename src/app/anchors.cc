#include "src/app/anchors.h"

#include <algorithm>

#include "src/base/file.h"
#include "src/net/http.h"

namespace heed {
namespace {

std::string Raw(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// The number in front of "-N.tsr"; 0 = not of our making.
std::uint64_t SequenceOf(std::string_view name) {
  const auto dash = name.find('-');
  const auto digits = name.substr(0, dash);
  if (dash == std::string_view::npos || digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  return std::stoull(std::string(digits));
}

}  // namespace

std::string AnchorFolder(const std::string& data) { return data + "/anchors"; }

Result<std::vector<AnchorFile>> CheckAnchors(const std::string& folder, const Store& store, const std::string& certificates) {
  std::vector<AnchorFile> anchors;
  if (!Exists(folder)) return anchors;
  for (const auto& path : HEED_TRY(ListFiles(folder, ".tsr"))) {
    AnchorFile anchor;
    anchor.file = path.substr(path.rfind('/') + 1);
    anchor.sequence = SequenceOf(anchor.file);
    anchor.answer = HEED_TRY(ReadFile(path, 1 << 20));
    std::optional<Digest> hash;
    if (anchor.sequence > 0) HEED_TRY(store.EachEvent(anchor.sequence, anchor.sequence, [&](const Event& event) { hash = event.hash; }));
    if (anchor.sequence == 0) {
      anchor.flaw = "its name tells of no event";
    } else if (!hash) {
      anchor.flaw = "event " + std::to_string(anchor.sequence) + " was time-stamped, and the chain no longer has it: it was cut short or taken back";
    } else if (auto stamp = CheckStamp(anchor.answer, Raw(*hash), certificates)) {
      anchor.stamp = *std::move(stamp);
    } else {
      anchor.flaw = "event " + std::to_string(anchor.sequence) + " is not the one that was time-stamped: the chain was written anew, or this file was changed (" + stamp.error().message() + ")";
    }
    anchors.push_back(std::move(anchor));
  }
  std::ranges::stable_sort(anchors, {}, &AnchorFile::sequence);
  return anchors;
}

Result<Anchoring> AnchorChain(const Config& config, const std::string& data, const Store& store) {
  if (config.evidence.authorities.empty())
    return Fail(Fault::kInvalid, config.file + ": no time-stamp authority is configured; add [evidence] authorities = [\"https://...\"]");
  const ChainReport report = HEED_TRY(store.VerifyChain());
  if (report.broken) return Fail(Fault::kMalformed, "the chain does not hold and is not anchored: " + *report.broken);
  Anchoring anchoring;
  if (report.events == 0) return anchoring;
  HEED_TRY(store.EachEvent(0, ~std::uint64_t{0}, [&](const Event& event) { anchoring.sequence = event.sequence; }));
  HttpClient http({.user_agent = UserAgent(config), .ca_file = ""});
  HEED_TRY(MakeFolder(AnchorFolder(data)));
  for (const auto& url : config.evidence.authorities) {
    auto answered = AskForStamp(http, url, Raw(report.head), config.evidence.certificates);
    if (!answered) {
      anchoring.failed.push_back(answered.error().message());
      continue;
    }
    AnchorFile anchor;
    anchor.sequence = anchoring.sequence;
    for (int n = 1; anchor.file.empty() || Exists(AnchorFolder(data) + "/" + anchor.file); ++n) anchor.file = std::to_string(anchor.sequence) + "-" + std::to_string(n) + ".tsr";
    HEED_TRY(WriteFile(AnchorFolder(data) + "/" + anchor.file, answered->answer, 0600));
    anchor.answer = std::move(answered->answer);
    anchor.stamp = std::move(answered->stamp);
    anchoring.made.push_back(std::move(anchor));
  }
  return anchoring;
}

}  // namespace heed
