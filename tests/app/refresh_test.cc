// What YouTube lets be stored for 30 days is read again in that time, or taken away (developer policies, III.E.4).
#include "src/app/refresh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/runner.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "tests/app/numpty_judge.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RefreshTest : public ::testing::Test {
 protected:
  RefreshTest() {
    config_ = ReadConfig("[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n"
                         "[[source]]\nid = \"tube\"\nschool = \"oakmoor\"\nconnector = \"youtube\"\nkey_env = \"K\"\naccept_terms = true\nserver = \"" + server_.Origin() + "\"\n",
                         "heed.toml", [](const std::string&) { return std::optional<std::string>("secret"); })
                  .config.value();
    store_ = Store::Open(folder_.path()).value();
    server_.Otherwise([this](const SeenRequest& request) {
      if (request.path != "/youtube/v3/videos") return Answer::Status(404);
      if (broken_) return Answer::Status(500);
      return Answer::Json(gone_ ? R"({"items":[]})" : R"({"items":[{"id":"abcDEF12345","snippet":{"title":"Oakmoor School","description":")" + words_ + R"(","channelId":"UCx","channelTitle":"Sam","publishedAt":"2031-03-01T08:00:00Z"},"status":{"privacyStatus":"public"}}]})");
    });
    live_ = std::make_unique<LiveJudge>(NumptyJudge(config_.schools), std::vector<std::string>{});
    runner_ = std::make_unique<Runner>(config_, *live_, *store_, http_, clock_, folder_.path());
    outbox_ = std::make_unique<Outbox>(*store_, http_, clock_, ReportChannels(config_, folder_.path()), KeepRechecks(), Takes(config_, *runner_));
    desk_ = std::make_unique<RefreshDesk>(config_, *store_, *outbox_, clock_);
    PageCommit page = NumptyPage("youtube:abcDEF12345", clock_.Now(), {}, "youtube");
    page.source = "tube";
    Post& post = page.posts[0].post;
    post.native_id = "abcDEF12345";
    post.version_id.clear();
    post.title = "Oakmoor School";
    post.text = words_;
    post.permalink = "https://www.youtube.com/watch?v=abcDEF12345";
    EXPECT_TRUE(store_->Commit(page, Observe));
  }
  Case Now() { return store_->FindCase(1).value(); }
  std::string Words() { return store_->PostOf(Now())->Version(Now().worst).post.text; }
  // Days pass; heed looks four times a day, and forgets once.
  void Pass(int number) {
    for (int i = 0; i < 4 * number; ++i) {
      clock_.Advance(hours{6});
      for (int look = 0; look < 2; ++look) {
        const auto steps = desk_->Look();
        ASSERT_TRUE(steps) << steps.error().message();
        clock_.Advance(minutes{10});
      }
      if (i % 4 == 0) ASSERT_TRUE(store_->Expire(clock_.Now(), config_.retention));
    }
  }

  TempFolder folder_;
  FakeClock clock_{"2031-03-02 08:00"};
  HttpServer server_;
  HttpClient http_{HttpClient::Options{}};
  std::string words_ = "run by numpties";
  bool gone_ = false, broken_ = false;
  Config config_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LiveJudge> live_;
  std::unique_ptr<Runner> runner_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<RefreshDesk> desk_;
};

TEST_F(RefreshTest, IsReadAgainWithinThirtyDaysAndStays) {
  Pass(13);
  EXPECT_EQ(server_.request_count(), 0u) << "not before it has to be";
  Pass(90);
  EXPECT_GE(server_.request_count(), 5u);
  EXPECT_LE(server_.request_count(), 10u);
  EXPECT_EQ(Words(), "run by numpties");
  EXPECT_FALSE(Now().withdrawn_at);
  EXPECT_THAT(desk_->Troubles(), IsEmpty());
}

TEST_F(RefreshTest, GoneIsTakenAwayWithinThirtyDaysOfWhenItWasRead) {
  gone_ = true;
  Pass(30);
  EXPECT_TRUE(Now().withdrawn_at);
  EXPECT_EQ(Words(), "");
  EXPECT_EQ(Now().presence, "gone_unknown");
  const auto history = store_->History(1).value();
  EXPECT_EQ(history.back().kind, EventKind::kWithdrawn) << "a tombstone, not a hole";
  EXPECT_FALSE(store_->VerifyChain()->broken);
}

TEST_F(RefreshTest, ChangedIsKeptAsAnEditAndJudged) {
  Pass(13);
  words_ = "an assembly at Oakmoor School";
  Pass(3);
  const auto post = store_->PostOf(Now()).value();
  ASSERT_THAT(post.versions, SizeIs(2));
  EXPECT_EQ(post.versions[post.newest].post.text, "an assembly at Oakmoor School");
  EXPECT_FALSE(post.versions[post.newest].assessment.flag);
  EXPECT_EQ(Words(), "run by numpties") << "the earlier words are evidence";
}

TEST_F(RefreshTest, WhatCouldNotBeReadInTimeIsToldOfAndThenTakenAway) {
  broken_ = true;
  Pass(25);
  ASSERT_THAT(desk_->Troubles(), SizeIs(1));
  EXPECT_EQ(desk_->Troubles()[0].key, "refresh/oakmoor");
  EXPECT_THAT(desk_->Troubles()[0].words, HasSubstr("1 case of oakmoor could not be read again"));
  EXPECT_EQ(Words(), "run by numpties");
  Pass(6);
  EXPECT_EQ(Words(), "");
  EXPECT_THAT(store_->History(1)->back().details, HasSubstr("could not be read again"));
  EXPECT_THAT(desk_->Troubles(), IsEmpty());
}

TEST_F(RefreshTest, AfterASummerSwitchedOffItIsAskedForBeforeItIsTakenAway) {
  clock_.Advance(days{60});
  broken_ = true;
  Pass(2);
  EXPECT_EQ(Words(), "run by numpties") << "one outage is no reason";
  broken_ = false;
  Pass(2);
  EXPECT_EQ(Words(), "run by numpties");
  EXPECT_FALSE(Now().withdrawn_at);
}

TEST_F(RefreshTest, UnderALegalHoldItStaysAndIsNotAskedFor) {
  ASSERT_TRUE(store_->Record(PlaceHold(Now(), "ada", "claim 7", clock_.Now() + days{170}, clock_.Now()).value()));
  gone_ = true;
  Pass(60);
  EXPECT_EQ(Words(), "run by numpties");
  EXPECT_EQ(server_.request_count(), 0u);
}

TEST_F(RefreshTest, WhatIsGoneFromRedditLeavesWithinTwoDays) {
  PageCommit page = NumptyPage("t3_1exampl", clock_.Now(), {}, "reddit");
  ASSERT_TRUE(store_->Commit(page, Observe));
  const auto words = [&] { return store_->PostOf(store_->FindCase(2).value())->versions[0].post.text; };
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(store_->Record(Checked(store_->FindCase(2).value(), "heed", "gone_by_author", "", clock_.Now()).value()));
    clock_.Advance(minutes{5});
  }
  Pass(1);
  EXPECT_NE(words(), "");
  Pass(1);
  EXPECT_EQ(words(), "");
  EXPECT_THAT(store_->History(2)->back().details, HasSubstr("within 2 d"));
  EXPECT_EQ(Words(), "run by numpties") << "of another platform";
}

TEST_F(RefreshTest, OfAPlatformThatNamesNoTimeNothingIsAsked) {
  PageCommit page = NumptyPage("elsewhere", clock_.Now());
  ASSERT_TRUE(store_->Commit(page, Observe));
  ASSERT_TRUE(store_->Withdraw(1, "for the test", clock_.Now()));
  Pass(60);
  EXPECT_EQ(server_.request_count(), 0u);
  EXPECT_FALSE(store_->FindCase(2)->withdrawn_at);
}

}  // namespace
}  // namespace heed
