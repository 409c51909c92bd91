// An approved report, made the one way there is: proposed by one person, approved by another, past its hold, recorded as sending.
#pragma once

#include <utility>
#include <vector>

#include "src/base/check.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/casework/report.h"

namespace heed {

struct Sendable {
  Case c;
  std::vector<Event> history;
};

// The case of `post` with one report, being sent since `at`.
inline Sendable ASendableCase(const Post& post, const std::string& to, const ReportChoice& choice, const std::string& text, Instant at, ResponseKind kind = ResponseKind::kReport) {
  Assessment bad;
  bad.mention.mentions = true;
  bad.flag = true;
  bad.severity = 3;
  bad.categories = {Category::kThreat};
  Sendable made;
  const auto add = [&](Result<Change> change) {
    HEED_CHECK(change.has_value());
    made.c = change->after;
    for (auto& event : change->events) made.history.push_back(std::move(event));
  };
  add(*Observe(nullptr, {post, bad, "oakmoor", "src", at - hours{1}, 1, false}));
  made.c.id = 1;
  for (auto& event : made.history) event.case_id = 1;
  NewDecision breach{.finding = Finding::kBreach, .category = Category::kThreat, .severity = 3, .why = "as read", .proposals = {{kind, to, text, ToJson(choice)}}};
  add(Decide(made.c, "ada", breach, at - minutes{30}));
  add(Approve(made.c, "head", 1, minutes{5}, at - minutes{10}));
  add(StartSending(made.c, "heed", 1, at, "src"));
  return made;
}

inline ApprovedReport AnApprovedReport(const Post& post, const std::string& to, const ReportChoice& choice, const std::string& text, Instant at, ResponseKind kind = ResponseKind::kReport) {
  const auto made = ASendableCase(post, to, choice, text, at, kind);
  auto report = AdmitReport(made.c, made.history, 1, post, at);
  HEED_CHECK(report.has_value());
  return *std::move(report);
}

}  // namespace heed
