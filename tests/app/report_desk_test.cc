// What the console is told of a platform's form: read live, kept for a while, and a page never waits long for it.
#include "src/app/report_desk.h"

#include <gmock/gmock.h>

#include <atomic>
#include <semaphore>

#include "src/app/reports.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

struct SlowPlatform {
  std::atomic<int> asked = 0, looked = 0;
  std::atomic<bool> slow = false, broken = false;
  std::binary_semaphore answer{0};
};
SlowPlatform* slow_platform = nullptr;

class SlowConnector final : public Connector {
 public:
  Result<Page> Fetch(const Cursor&) override { return Page{}; }
  Result<ReportForm> ReportReasons(const Post&, Category) override {
    ++slow_platform->asked;
    if (slow_platform->slow) slow_platform->answer.acquire();
    if (slow_platform->broken) return Fail(Fault::kUnavailable, "no answer");
    ReportForm form;
    form.reasons = {{"threat", "Threat", ""}};
    return form;
  }
  PresenceCheck Recheck(const Post&) override {
    ++slow_platform->looked;
    return {Presence::kUp, "GET -> 200", std::nullopt};
  }
};

const ConnectorCard kSlowCard = {"bluesky", "", "", false, {}, true, true, true, [](const SourceSpec&, const School&, ConnectorTools) -> Result<std::unique_ptr<Connector>> { return std::make_unique<SlowConnector>(); }};

class ReportDeskTest : public ::testing::Test {
 protected:
  ReportDeskTest() {
    slow_platform = &platform;
    Post post;
    post.platform = "bluesky";
    post.global_id = "at://x";
    post.text = "Oakmoor School";
    Assessment bad;
    bad.mention.mentions = bad.flag = true;
    bad.severity = 2;
    bad.categories = {Category::kAbuse};
    PageCommit page;
    page.source = "src";
    page.posts = {{"oakmoor", post, bad}};
    page.at = clock.Now();
    EXPECT_TRUE(store->Commit(page, &Observe));
  }
  Case Now() { return *store->FindCase(1); }
  static std::vector<ReportChannel> Channels() {
    ReportChannel channel;
    channel.spec.id = "src";
    channel.card = &kSlowCard;
    channel.school.id = "oakmoor";
    return {channel};
  }

  TempFolder folder;
  FakeClock clock{"2031-03-02 08:00"};
  SlowPlatform platform;
  std::unique_ptr<Store> store = *Store::Open(folder.path());
  HttpClient http{HttpClient::Options{}};
  Outbox outbox{*store, http, clock, Channels()};
};

TEST_F(ReportDeskTest, AFormIsReadOnceAndAgainWhenItIsOldOrTheCaseHasMoved) {
  ReportDesk desk(outbox, clock, minutes{1});
  for (int i = 0; i < 3; ++i) {
    const auto offer = desk.Offer(Now(), ResponseKind::kReport);
    ASSERT_TRUE(offer.form) << offer.trouble;
    EXPECT_EQ(offer.form->reasons.at(0).id, "threat");
    EXPECT_EQ(offer.accounts.at(0).id, "src");
    EXPECT_FALSE(offer.accounts.at(0).terms_accepted);
  }
  EXPECT_EQ(platform.asked, 1);
  clock.Advance(minutes{11});
  EXPECT_TRUE(desk.Offer(Now(), ResponseKind::kReport).form);
  EXPECT_EQ(platform.asked, 2);
  ASSERT_TRUE(store->Record(*Claim(Now(), "ada", clock.Now())));
  EXPECT_TRUE(desk.Offer(Now(), ResponseKind::kReport).form);
  EXPECT_EQ(platform.asked, 3);
  EXPECT_TRUE(desk.Offer(Now(), ResponseKind::kHide).accounts.empty());
}

TEST_F(ReportDeskTest, APageDoesNotWaitForASlowPlatform) {
  platform.slow = true;
  ReportDesk desk(outbox, clock, milliseconds{1});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(desk.Offer(Now(), ResponseKind::kReport).asking);
  platform.answer.release();
  ReportOffer offer;
  do offer = desk.Offer(Now(), ResponseKind::kReport);
  while (offer.asking);
  EXPECT_TRUE(offer.form);
  EXPECT_EQ(platform.asked, 1) << "asked once, however often the page was loaded";
}

TEST_F(ReportDeskTest, WhatFailedIsSaidAndAskedAgain) {
  platform.broken = true;
  ReportDesk desk(outbox, clock, minutes{1});
  EXPECT_THAT(desk.Offer(Now(), ResponseKind::kReport).trouble, HasSubstr("no answer"));
  platform.broken = false;
  EXPECT_TRUE(desk.Offer(Now(), ResponseKind::kReport).form);
}

TEST_F(ReportDeskTest, LooksWhenAsked) {
  ReportDesk desk(outbox, clock, minutes{1});
  const auto found = desk.Look(Now());
  ASSERT_TRUE(found);
  ASSERT_TRUE(*found) << found->error().message();
  EXPECT_EQ(**found, "up");
  EXPECT_EQ(Now().presence, "up");
  EXPECT_EQ(platform.looked, 1);
  EXPECT_TRUE(desk.Look(Now()));
  EXPECT_EQ(platform.looked, 2);
}

// An account that can only hide had no channel, so nothing was ever hidden on Instagram.
TEST(ReportChannels, AnAccountThatOnlyHidesIsOne) {
  const auto reading = ReadConfig(
      "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n"
      "[[source]]\nid = \"pictures\"\nschool = \"oakmoor\"\nconnector = \"instagram\"\naccount = \"17841\"\ntoken_env = \"T\"\naccept_terms = true\nreports_per_day = 5\n"
      "[[source]]\nid = \"replies\"\nschool = \"oakmoor\"\nconnector = \"x\"\ntoken_env = \"T\"\nconfirmed_by = \"J. Example\"\naccept_terms = true\nreports_per_day = 6\n"
      "[[source]]\nid = \"news\"\nschool = \"oakmoor\"\nconnector = \"feed\"\nurl = \"https://news.example/feed\"\n",
      "heed.toml", [](const std::string&) { return std::optional<std::string>("secret"); });
  ASSERT_TRUE(reading.config);
  std::vector<std::pair<std::string, std::uint32_t>> channels;
  for (const auto& channel : ReportChannels(*reading.config, "")) channels.emplace_back(channel.spec.id, channel.per_day);
  EXPECT_THAT(channels, ::testing::ElementsAre(std::pair("pictures", 5u), std::pair("replies", 6u), std::pair("news", 20u))) << "the last one takes no reports, and looks";
}

}  // namespace
}  // namespace heed
