// There is no path from a post to a submission without an approval by a second person: every public entry point is walked, in any order.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>

#include "src/casework/report.h"
#include "tests/report/kit.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

// The product's sources by path from the root, comments left out.
std::map<std::string, std::string> Sources() {
  std::map<std::string, std::string> all;
  for (const char* top : {"src", "connectors", "pipeline"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(HEED_SOURCE_DIR) / top)) {
      if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
      std::ifstream in(entry.path());
      std::stringstream text;
      text << in.rdbuf();
      all[fs::relative(entry.path(), HEED_SOURCE_DIR).string()] = std::regex_replace(text.str(), std::regex("//[^\n]*"), "");
    }
  return all;
}

std::vector<std::string> Holding(const std::string& pattern) {
  std::vector<std::string> files;
  const std::regex wanted(pattern);
  for (const auto& [path, text] : Sources())
    if (std::regex_search(text, wanted)) files.push_back(path);
  return files;
}

TEST(Paths, OneFunctionMakesAnApprovedReportAndOnePlaceSubmitsIt) {
  using ::testing::ElementsAre;
  EXPECT_THAT(Holding("ApprovedReport report;|ApprovedReport\\{|ApprovedReport\\(\\)"), ElementsAre("src/casework/report.cc", "src/model/report.h"));
  EXPECT_THAT(Holding("friend [^;]*;[^}]*ApprovedReport\\(\\) = default"), ElementsAre("src/model/report.h"));
  EXPECT_THAT(Holding("AdmitReport\\("), ElementsAre("src/casework/report.cc", "src/casework/report.h", "src/model/report.h", "src/report/outbox.cc"));
  EXPECT_THAT(Holding("(->|\\.)(Submit|Hide)\\(\\*"), ElementsAre("src/report/outbox.cc"));
  // The console, which has forms for all of it, cannot even name what sends.
  for (const auto& path : Holding("connectors/connector\\.h|src/report/outbox\\.h|src/net/http\\.h")) EXPECT_NE(path.rfind("src/console/", 0), 0u) << path;
  // What connectors do in Submit() is theirs; nobody else names the platforms' doors.
  for (const auto& path : Holding("createReport|/api/v1/reports|/api/report\"|videos/reportAbuse|/post_actions\\.json|/api/v3/flags|/api/v3/(post|comment)/report|setModerationStatus|is_hidden=true|/hidden\"")) EXPECT_EQ(path.rfind("connectors/", 0), 0u) << path;
}

class PathsTest : public OutboxTest {};

TEST_F(PathsTest, WhateverPeopleAndTheScheduleDoNothingLeavesUnapproved) {
  const std::vector<std::string> people = {"ada", "ben", "head", "heed", ""};
  int submissions = 0, hidings = 0, tries = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    std::mt19937 dice(seed);
    const auto roll = [&](std::size_t n) { return static_cast<std::size_t>(dice() % n); };
    const CaseId id = APost("walk-" + std::to_string(seed));
    const auto before = platform.keys.size();
    // Every submission is checked as it happens, against what is on disk then.
    platform.submit = [&](const ApprovedReport& report) {
      ++submissions;
      std::string proposer, approver;
      bool sending = false;
      const auto history = store->History(report.case_id());
      for (const auto& event : *history) {
        const auto details = event.kind == EventKind::kProposed || event.kind == EventKind::kApproved || event.kind == EventKind::kSending ? ReadAct(event.details) : ReadAct("{}");
        if (!details || details->response != report.response()) continue;
        if (event.kind == EventKind::kProposed) proposer = event.actor;
        if (event.kind == EventKind::kApproved) {
          approver = event.actor;
          EXPECT_LE(*details->until, clock.Now());
        }
        if (event.kind == EventKind::kSending) sending = true;
      }
      EXPECT_FALSE(proposer.empty());
      EXPECT_FALSE(approver.empty());
      EXPECT_NE(approver, "heed");
      EXPECT_NE(proposer, approver);
      EXPECT_TRUE(sending);
      EXPECT_TRUE(Look(report.case_id()).decision);
      EXPECT_TRUE(LeavesByInterface(report.kind()));
      EXPECT_EQ(Look(report.case_id()).FindResponse(report.response())->kind, report.kind());
      if (report.kind() == ResponseKind::kHide) ++hidings;
      auto outcome = platform.File(report);
      if (roll(3) == 0) outcome.fate = Fate::kRefused, outcome.message = "no";
      return outcome;
    };
    auto outbox = Fresh();
    for (int step = 0; step < 90; ++step, ++tries) {
      clock.Advance(minutes{static_cast<int>(roll(5))});
      const Case c = Look(id);
      const auto& who = people[roll(4) ? roll(3) : roll(people.size())];
      const auto number = static_cast<std::uint32_t>(1 + (roll(3) ? 0 : roll(3)));
      const Instant at = clock.Now();
      NewDecision decision = ABreach();
      decision.finding = kFindings[roll(kFindings.size())];
      if (roll(2)) decision.proposals.clear();
      NewDecision hide = ABreach("It breaks the code of conduct.");
      hide.proposals[0].kind = ResponseKind::kHide;
      const Proposal proposal{kResponseKinds[roll(kResponseKinds.size())], "bluesky", "It insults a member of staff.", ToJson({.reason = "threat"})};
      const std::vector<std::function<Result<Change>()>> acts = {
          [&] { return Claim(c, who, at); },
          [&] { return Release(c, who, at); },
          [&] { return Assign(c, who, people[roll(3)], "n", at); },
          [&] { return Snooze(c, who, at + hours{1}, "", at); },
          [&] { return AddNote(c, who, "n", at); },
          [&] { return Decide(c, who, decision, at); },
          [&] { return Decide(c, who, ABreach(), at); },
          [&] { return Undo(c, who, "w", at); },
          [&] { return Close(c, who, "w", at); },
          [&] { return Propose(c, who, proposal, at); },
          [&] { return Approve(c, who, number, seconds{static_cast<int>(roll(600))}, at); },
          [&] { return Approve(c, who, number, seconds{static_cast<int>(roll(60))}, at); },
          [&] { return Approve(c, who, 1, seconds{0}, at); },
          [&] { return Decide(c, who, hide, at); },
          [&] { return SendBack(c, who, number, "w", at); },
          [&] { return Decline(c, who, number, "w", at); },
          [&] { return Cancel(c, who, number, "w", at); },
          [&] { return StartSending(c, who, number, at); },
          [&] { return Postpone(c, who, number, at, "w", at); },
          [&] { return FinishSending(c, who, number, {kResponseStates[roll(kResponseStates.size())], "r", "a"}, at); },
          [&] { return Checked(c, who, "up", "", at); },
      };
      // The store refuses what does not follow from the case's row; what follows is written.
      if (const auto change = acts[roll(acts.size())](); change) ASSERT_TRUE(store->Record(*change));
      switch (roll(6)) {
        case 0: outbox->Run(nullptr, id); break;
        case 1: ASSERT_TRUE(outbox->Recover()); break;
        case 2: (void)outbox->Look(id); break;
        case 3: (void)outbox->Form(Look(id)); break;
        case 4: outbox = Fresh(); break;
        default: break;
      }
      // One report for each response at most.
      EXPECT_LE(platform.keys.size() - before, Look(id).responses.size());
    }
    const std::set<std::string> distinct(platform.keys.begin(), platform.keys.end());
    EXPECT_EQ(distinct.size(), platform.keys.size()) << "seed " << seed << ": one report left twice";
  }
  EXPECT_GT(hidings, 0) << "of " << submissions;
  EXPECT_GT(submissions, 3) << "of " << tries << " steps";
}

}  // namespace
}  // namespace heed
