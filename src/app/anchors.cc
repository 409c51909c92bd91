#include "src/app/anchors.h"

#include <algorithm>
#include <utility>

#include "src/app/head_mail.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/log.h"
#include "src/net/pace.h"

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

Result<ClockFindings> CheckClockOf(const Store& store, const std::vector<AnchorFile>& anchors) {
  std::vector<EventTime> events;
  Done readable;
  HEED_TRY(store.EachEvent(1, kLastEvent, [&](const Event& event) {
    EventTime& time = events.emplace_back(EventTime{event.sequence, event.at});
    if (event.kind != EventKind::kClockSet) return;
    auto step = ReadClockStep(event.details);
    if (step) time.step = *std::move(step);
    else readable = Fail(std::move(step).error().While("event " + std::to_string(event.sequence)));
  }));
  HEED_TRY(std::move(readable));
  std::vector<StampTime> stamps;
  for (const auto& anchor : anchors)
    if (anchor.stamp && anchor.stamp->not_trusted.empty()) stamps.push_back({anchor.sequence, anchor.stamp->at, anchor.stamp->authority});
  return CheckClock(events, stamps);
}

Result<Anchoring> AnchorChain(const Config& config, const std::vector<std::string>& authorities, const std::string& data, const Store& store, HttpClient& http) {
  if (authorities.empty()) return Fail(Fault::kInvalid, config.file + ": no time-stamp authority is configured; add [evidence] authorities = [\"https://...\"]");
  const ChainReport report = HEED_TRY(store.VerifyChain());
  if (report.broken) return Fail(Fault::kMalformed, "the chain does not hold and is not anchored: " + *report.broken);
  Anchoring anchoring;
  if (report.events == 0) return anchoring;
  // Events go on being written: the head that is stamped is the one that was checked.
  HEED_TRY(store.EachEventBack([&](const Event& event) {
    anchoring.sequence = event.sequence;
    return event.hash != report.head;
  }));
  HEED_TRY(MakeFolder(AnchorFolder(data)));
  for (const auto& url : authorities) {
    auto answered = AskForStamp(http, url, Raw(report.head), config.evidence.certificates);
    if (!answered) {
      anchoring.failed.push_back({url, answered.error()});
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

Result<Anchoring> AnchorChain(const Config& config, const std::string& data, const Store& store) {
  HttpClient http({.user_agent = UserAgent(config), .ca_file = ""});
  return AnchorChain(config, config.evidence.authorities, data, store, http);
}

AnchorKeeper::AnchorKeeper(const Config& config, std::string data, const Store& store, HttpClient& http, const Clock& clock)
    : config_(config), data_(std::move(data)), store_(store), http_(http), clock_(clock) {
  if (!config_.evidence.anchor_every) return;
  // Which authority made which file is not told by its name; the newest counts for all of them, and one that failed is asked with the next.
  std::optional<Instant> last;
  std::uint64_t sequence = 0;
  const auto files = ListFiles(AnchorFolder(data_), ".tsr");
  if (files)
    for (const auto& path : *files) {
      const auto written = WrittenAt(path);
      if (written && (!last || *written > *last)) last = written, sequence = SequenceOf(path.substr(path.rfind('/') + 1));
    }
  for (const auto& url : config_.evidence.authorities) authorities_.push_back({url, last, sequence, 0, {}});
}

Anchoring AnchorKeeper::Look() {
  Anchoring all;
  const Instant now = clock_.Now();
  std::vector<std::string> due;
  for (const auto& authority : authorities_)
    if (authority.not_before <= now && (!authority.last || now >= *authority.last + *config_.evidence.anchor_every || *authority.last > now + kClockSlack)) due.push_back(authority.url);
  if (due.empty()) return all;
  std::uint64_t head = 0;
  const auto seen = store_.EachEventBack([&](const Event& event) {
    head = event.sequence;
    return false;
  });
  const auto settle = [&](const std::string& url, const Error* error) {
    for (auto& authority : authorities_) {
      if (authority.url != url) continue;
      if (!error) {
        authority.last = now, authority.sequence = head, authority.failures = 0;
        continue;
      }
      ++authority.failures;
      authority.not_before = now + error->retry_after().value_or(BackOff(authority.failures, Hash64(url)));
    }
  };
  if (!seen) {
    all.failed.push_back({"", seen.error()});
    for (const auto& url : due) settle(url, &seen.error());
    return all;
  }
  // Nothing has happened since: the stamp there is says as much.
  std::erase_if(due, [&](const std::string& url) {
    const auto authority = std::ranges::find(authorities_, url, &Authority::url);
    return head == 0 || (authority->last && authority->sequence == head);
  });
  if (due.empty()) return all;
  auto anchored = AnchorChain(config_, due, data_, store_, http_);
  if (!anchored) {
    all.failed.push_back({"", anchored.error()});
    for (const auto& url : due) settle(url, &anchored.error());
    return all;
  }
  head = anchored->sequence;
  for (const auto& url : due) {
    const auto failed = std::ranges::find(anchored->failed, url, &std::pair<std::string, Error>::first);
    settle(url, failed == anchored->failed.end() ? nullptr : &failed->second);
  }
  return *std::move(anchored);
}

std::function<void()> KeepingAnchored(AnchorKeeper& keeper, HeadMail& mail) {
  return [&keeper, &mail, last = std::string(), last_of_mail = std::string()]() mutable {
    const Anchoring done = keeper.Look();
    for (const auto& anchor : done.made) LogInfo("the custody chain is time-stamped up to event " + std::to_string(anchor.sequence) + " by " + anchor.stamp->authority);
    for (const auto& [url, error] : done.failed)
      if (std::exchange(last, error.message()) != error.message()) LogWarning("the custody chain could not be time-stamped, and is tried again later: " + error.message());
    if (!done.made.empty() && done.failed.empty()) last.clear();
    if (const auto mailed = mail.Look(); !mailed) {
      if (std::exchange(last_of_mail, mailed.error().message()) != mailed.error().message()) LogWarning("the custody chain's head could not be mailed, and is tried again later: " + mailed.error().message());
    } else if (*mailed > 0) {
      LogInfo("the custody chain's head, event " + std::to_string(*mailed) + ", was mailed");
      last_of_mail.clear();
    }
  };
}

}  // namespace heed
