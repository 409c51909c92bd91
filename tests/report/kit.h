// A platform of the tests' own behind a card of its own, a store with cases on it, and people who act.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "src/casework/acts.h"
#include "src/casework/details.h"
#include "src/casework/observe.h"
#include "src/report/outbox.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {

// What the imagined platform has seen and how it answers.
struct Platform {
  std::map<std::string, int> seen;  // reports filed, by the post's global id
  std::vector<std::string> keys;    // ApprovedReport::key() of every submission
  std::function<ReportOutcome(const ApprovedReport&)> submit;  // empty: files it and accepts
  std::function<PresenceCheck(const Post&)> look;              // empty: up
  int looks = 0, made = 0, hidden = 0;

  static Platform*& Here() {
    static thread_local Platform* here = nullptr;
    return here;
  }
  ReportOutcome File(const ApprovedReport& report) {
    ++seen[report.post().global_id];
    ReportOutcome outcome;
    outcome.fate = Fate::kAccepted;
    outcome.reference = "ref-" + std::to_string(report.case_id());
    outcome.answer = "{\"id\":\"" + outcome.reference + "\"}";
    return outcome;
  }
};

class PlatformConnector final : public Connector {
 public:
  Result<Page> Fetch(const Cursor&) override { return Page{}; }
  Result<ReportForm> ReportReasons(const Post&, Category) override {
    ReportForm form;
    form.reasons = {{"threat", "Threat", ""}};
    form.suggested = "threat";
    return form;
  }
  ReportOutcome Submit(const ApprovedReport& report) override {
    auto& here = *Platform::Here();
    EXPECT_EQ(report.kind(), ResponseKind::kReport);
    here.keys.push_back(report.key());
    return here.submit ? here.submit(report) : here.File(report);
  }
  Result<ReportForm> HideForm(const Post&) override {
    ReportForm form;
    form.reasons = {{"hide", "Hide it", "", false}};
    form.suggested = "hide";
    return form;
  }
  ReportOutcome Hide(const ApprovedReport& report) override {
    auto& here = *Platform::Here();
    ++here.hidden;
    EXPECT_EQ(report.kind(), ResponseKind::kHide);
    here.keys.push_back(report.key());
    return here.submit ? here.submit(report) : here.File(report);
  }
  PresenceCheck Recheck(const Post& post) override {
    auto& here = *Platform::Here();
    ++here.looks;
    return here.look ? here.look(post) : PresenceCheck{Presence::kUp, "200", std::nullopt};
  }
};

inline Result<std::unique_ptr<Connector>> MakePlatformConnector(const SourceSpec&, const School&, ConnectorTools) {
  ++Platform::Here()->made;
  return std::make_unique<PlatformConnector>();
}

inline const ConnectorCard kPlatformCard = {"bluesky", "a platform of the tests' own", "", false, {}, true, true, true, &MakePlatformConnector, true};

inline ReportChannel AChannel(std::string id = "src", std::string school = "oakmoor") {
  ReportChannel channel;
  channel.spec.id = std::move(id);
  channel.spec.school = school;
  channel.spec.connector = "bluesky";
  channel.card = &kPlatformCard;
  channel.school.id = std::move(school);
  channel.school.name = "Oakmoor School";
  channel.terms_accepted = true;
  return channel;
}

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() {
    Platform::Here() = &platform;
    store = *Store::Open(folder.path());
  }
  ~OutboxTest() override { Platform::Here() = nullptr; }

  // A new post about the school, and its case, waiting in the queue.
  CaseId APost(const std::string& id, const std::string& of = "bluesky") {
    Post post;
    post.platform = of;
    post.global_id = "at://did:plc:x/app.bsky.feed.post/" + id;
    post.native_id = id;
    post.version_id = "cid-1";
    post.permalink = "https://bsky.app/profile/did:plc:x/post/" + id;
    post.text = "Oakmoor School staff are wretched scumballs, wait at the gate";
    post.first_seen_at = clock.Now();
    Assessment bad;
    bad.mention.mentions = bad.flag = true;
    bad.severity = 3;
    bad.categories = {Category::kAbuse};
    bad.hits = {{"abuse.x", Category::kAbuse, 3, 25, 43, View::kPlain, "an insult"}};
    PageCommit page;
    page.source = "src";
    page.posts = {{"oakmoor", post, bad}};
    page.at = clock.Now();
    EXPECT_TRUE(store->Commit(page, &Observe));
    return *store->FindPost("oakmoor", post.global_id)->case_id;
  }
  Case Act(const Result<Change>& change) {
    EXPECT_TRUE(change) << (change ? "" : change.error().message());
    if (!change) return {};
    const auto after = store->Record(*change);
    EXPECT_TRUE(after) << (after ? "" : after.error().message());
    return after ? *after : Case{};
  }
  Case Look(CaseId id) { return *store->FindCase(id); }
  static NewDecision ABreach(const std::string& text = "It insults a member of staff.", const std::string& to = "bluesky") {
    return {.finding = Finding::kBreach, .category = Category::kAbuse, .severity = 3, .why = "as read", .proposals = {{ResponseKind::kReport, to, text, ToJson({.reason = "threat"})}}};
  }
  // Decided by ada, approved by the head; leaves in five minutes.
  CaseId Approved(const std::string& id, const std::string& text = "It insults a member of staff.", const std::string& to = "bluesky") {
    const CaseId made = APost(id, to == "by-hand" ? "facebook" : "bluesky");
    Act(Decide(Look(made), "ada", ABreach(text, to), clock.Now()));
    Act(Approve(Look(made), "head", 1, minutes{5}, clock.Now()));
    return made;
  }
  Response Report(CaseId id) { return *Look(id).FindResponse(1); }
  int Seen(CaseId id) { return platform.seen[Look(id).global_id]; }
  std::unique_ptr<Outbox> Fresh(std::vector<ReportChannel> channels = {AChannel()}) { return std::make_unique<Outbox>(*store, http, clock, std::move(channels)); }

  TempFolder folder;
  FakeClock clock{"2026-11-02 08:00"};
  HttpClient http{HttpClient::Options{}};
  Platform platform;
  std::unique_ptr<Store> store;
};

}  // namespace heed
