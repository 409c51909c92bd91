// What a platform lets be stored for a limited time is read again in that time, or taken away.
//
// YouTube's developer policies (III.E.4): what was read without its author's leave is stored for 30 days at most, then deleted or
// refreshed.  Posts that crossed no line go by then anyway ([retention] unflagged).  The post of a case is asked for again by its id, early enough that
// one found gone leaves in time, the usual way (`gone` days after it was certain, as for every platform's deletions): an answer that
// has it, changed or not, begins its time anew, and a change is judged and kept like any edit.  One that could not be read again in its time, for whatever reason, is
// withdrawn: the case stays, with what staff did and what they captured themselves; a Trouble tells people of it a week before.  What is known to be gone
// from a platform that wants it gone elsewhere sooner (ConnectorCard::gone_within) leaves by then.  Not touched: what is
// under a legal hold, which is the other of the two stores, and what people handed in, which came through no interface.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "src/app/config.h"
#include "src/app/health.h"
#include "src/app/reports.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/store/store.h"

namespace heed {

class RefreshDesk {
 public:
  static constexpr days kMargin{2};     // beside `gone`: what a look that is confirmed may take
  static constexpr days kAgain{1};      // between looks that say nothing
  static constexpr days kLeastTries{3}; // from the first look that said nothing: after a summer with heed switched off nothing goes unasked
  static constexpr days kWarn{7};

  // All outlive it.
  RefreshDesk(const Config& config, Store& store, Outbox& outbox, const Clock& clock) : config_(config), store_(store), outbox_(outbox), clock_(clock) {}

  // Looks at what is due, and withdraws what is overdue.  `stop` is asked between one and the next.
  Result<std::vector<OutboxStep>> Look(const std::function<bool()>& stop = {});
  // As of the last Look(): a key a school, "refresh/SCHOOL".  Thread-safe.
  std::vector<Trouble> Troubles() const;

  // From when on it is looked at again, counted from when it was read; `most` as ConnectorCard::keep_at_most.
  static days After(days most, days gone) { return std::max(days{1}, most - gone - kMargin); }

 private:
  struct Due {
    CaseId id = 0;
    std::string school;
    Instant read_at{};    // or read again last
    days most{0};
  };
  // Whom it may concern, of one walk over all cases.
  struct Concerned {
    std::vector<Case> gone;  // from its platform, as a look found
    std::vector<Case> kept;  // of platforms that may set a time
  };
  Result<Concerned> Walk() const;
  Result<std::vector<OutboxStep>> TakeGone(const std::vector<Case>& gone, Instant now);
  Result<std::vector<Due>> FindDue(const std::vector<Case>& kept, Instant now) const;
  // When what is kept of the case was last what the platform has; and when looks since then first said nothing.
  struct Read {
    Instant at{};
    std::optional<Instant> failing_since;
  };
  Result<Read> ReadOf(const Case& c, const StoredPost& post) const;

  const Config& config_;
  Store& store_;
  Outbox& outbox_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<Trouble> troubles_;
};

// For a LookThread: looks, and tells the log.
std::function<void()> Refreshing(RefreshDesk& desk, const HttpClient& http);

}  // namespace heed
