// The outbox as an installation runs it: accounts from the configuration, a thread beside `heed serve`, and what staff read of it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "src/app/config.h"
#include "src/base/json.h"
#include "src/base/result.h"
#include "src/casework/report.h"
// What the command line shows of src/report comes through here.
#include "src/report/guide.h"
#include "src/report/handover.h"
#include "src/report/notice.h"
#include "src/report/outbox.h"
#include "src/report/text.h"

namespace heed {

// Every source that can report, hide or look, with its school; `data` is where what they ask is counted.
std::vector<ReportChannel> ReportChannels(const Config& config, const std::string& data);

// Keeps what was answered to a look as a capture (src/evidence/capture.h).
Outbox::Keeper KeepRechecks();

// Takes what a look found changed in, as an edit (Runner::Take).
class Runner;
Outbox::Taker Takes(const Config& config, Runner& runner);

// One report, or request to an author, of a case that is not over.
struct ReportRow {
  Case c;
  Response response;
  std::string permalink;
  std::string waits;    // why it has not left; "" when it is not held, or leaves next
  bool by_hand = false; // a person sends it
};
// Reports of open cases and of those that are still looked at, oldest case first.
Result<std::vector<ReportRow>> ReadReports(const Store& store, const Outbox& outbox, Instant now);
// What people should do about the responses of these cases now.
std::vector<std::pair<CaseId, Reminder>> ReadReminders(const std::vector<ReportRow>& rows, const Outbox& outbox, Instant now);

// What is asked of the outbox: {"do":"outbox","what":"send"} everything that is due, or {"what":"look","case":n}; `case` narrows "send".
struct OutboxRequest {
  bool look = false;
  std::optional<CaseId> case_id;
};
std::string ToJson(const OutboxRequest& request);
Result<OutboxRequest> ParseOutboxRequest(Json json);
// Does it; the round's trouble, if any, is the error unless something was done before it.
Result<std::vector<OutboxStep>> Do(Outbox& outbox, const OutboxRequest& request, const std::function<bool()>& stop = {});
// {"ok":true,"steps":[{"case":1,"response":1,"what":"...","problem":false}]}
std::string ToJson(const std::vector<OutboxStep>& steps);
Result<std::vector<OutboxStep>> ParseOutboxSteps(std::string_view json);

// The thread that keeps the outbox going: a round every kEvery, and whatever is asked in between.  It takes what was being sent when
// heed last ended for uncertain, first of all.  Its end waits for the report that is on its way.
class OutboxThread {
 public:
  static constexpr seconds kEvery{20};
  // `answered` is called on its thread whenever Answers() has something.  Both outlive it.
  OutboxThread(Outbox& outbox, std::function<void()> answered);
  ~OutboxThread();
  OutboxThread(const OutboxThread&) = delete;

  std::uint64_t Ask(OutboxRequest request);  // a number, from 1
  // By number; each is given out once.
  std::vector<std::pair<std::uint64_t, Result<std::vector<OutboxStep>>>> Answers();

 private:
  void Run();
  Outbox& outbox_;
  std::function<void()> answered_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stop_ = false;
  std::uint64_t asked_ = 0;
  std::deque<std::pair<std::uint64_t, OutboxRequest>> requests_;
  std::vector<std::pair<std::uint64_t, Result<std::vector<OutboxStep>>>> answers_;
  std::thread thread_;
};

}  // namespace heed
