// What the console shows of reports and needs the network for: a platform's own form, and a look at a post.  Asked for on a thread of
// their own, so that a page waits a few seconds at most and the rest of the console none.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/console/report_door.h"
#include "src/report/outbox.h"

namespace heed {

class ReportDesk {
 public:
  static constexpr minutes kFresh{10};          // a form read so long ago still counts as live
  static constexpr milliseconds kPatience{4000};  // a page waits so long for an answer

  // Both outlive it.
  ReportDesk(Outbox& outbox, const Clock& clock, milliseconds patience = kPatience);
  ~ReportDesk();  // waits for the question that is being answered
  ReportDesk(const ReportDesk&) = delete;

  ReportOffer Offer(const Case& c, ResponseKind kind);
  // As ReportDoor::look.
  std::optional<Result<std::string>> Look(const Case& c);
  // Outlived by this.
  ReportDoor Door();

 private:
  using Key = std::pair<CaseId, ResponseKind>;
  struct Form {
    std::optional<Result<ReportForm>> read;
    std::uint64_t moment = 0;  // Case::events it was read for: a decision changes what is suggested
    Instant at{};
  };
  static constexpr std::size_t kMostKept = 200;
  void Run();

  Outbox& outbox_;
  const Clock& clock_;
  const milliseconds patience_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_, answered_;
  bool stop_ = false;
  std::deque<std::function<void()>> questions_;  // each takes mutex_ by itself
  std::map<Key, Form> forms_;
  std::map<CaseId, std::optional<Result<std::string>>> looks_;  // nullopt: under way
  std::thread thread_;
};

}  // namespace heed
