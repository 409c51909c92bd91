// What the console asks of whoever sends reports (src/app/report_desk.h).  The console opens no connection itself.
//
// All functions may be called from several threads and answer within a few seconds; empty ones: nothing is sent by interface.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/base/time.h"
#include "src/model/case.h"
#include "src/model/report.h"

namespace heed {

// What the platform asks of a report about a case's post (or of hiding it), and through which accounts it could leave.
struct ReportOffer {
  struct Account {
    std::string id;              // SourceSpec::id
    bool terms_accepted = false; // else what is approved waits until they are
  };
  std::vector<Account> accounts;   // the one heed would take first; empty: a person does it by hand
  std::optional<ReportForm> form;  // as the platform told it
  Instant read_at{};
  std::string trouble;             // why there is no form
  bool asking = false;             // it is being asked for: look again in a moment
  bool unsupported = false;        // it can never be had for this post
};

struct ReportDoor {
  std::function<ReportOffer(const Case& c, ResponseKind kind)> offer;
  // Why what was approved has not left yet; "" when it leaves in the next round.
  std::function<std::string(const Case& c, const Response& response)> why_held;
  // Whether heed carries it out by itself.
  std::function<bool(const Case& c, const Response& response)> by_itself;
  // Whether heed looks by itself whether the case's post is still up.
  std::function<bool(const Case& c)> can_look;
  // Looks now.  In words what was found; nullopt: it is still being looked at.
  std::function<std::optional<Result<std::string>>(const Case& c)> look;

  ReportOffer Offer(const Case& c, ResponseKind kind) const { return offer ? offer(c, kind) : ReportOffer{}; }
  std::string WhyHeld(const Case& c, const Response& response) const { return why_held ? why_held(c, response) : std::string(); }
  bool ByItself(const Case& c, const Response& response) const { return by_itself && by_itself(c, response); }
  bool CanLook(const Case& c) const { return can_look && can_look(c); }
};

}  // namespace heed
