// The judge in use: replaced while others judge, kept when the new one will not build; rules that pause and go on.
#include "src/app/live_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "src/app/act.h"
#include "src/app/installation.h"
#include "src/base/file.h"
#include "src/casework/observe.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

std::string Term(const std::string& word) {
  return "language = \"en\"\n[[term]]\nid = \"abuse." + word + "\"\nphrases = [\"" + word + "\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"Calls somebody that.\"\n" + "matches = [\"a " + word +
         "\"]\nignores = [\"a number\"]\n";
}

class LiveJudgeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    school_.id = "oakmoor";
    school_.name = "Oakmoor School";
    school_.names = {"Oakmoor School"};
    Write("numpty");
    ASSERT_TRUE(MakeFolder(folder_ / "cache"));
    auto judge = OpenJudge(folder_ / "lexicons", {school_}, folder_ / "cache");
    ASSERT_TRUE(judge) << judge.error().message();
    live_.emplace(*judge);
    reloader_.emplace(*live_, folder_ / "lexicons", folder_ / "cache");
  }
  void Write(const std::string& word) { Put(Term(word)); }
  void Put(const std::string& text) {
    ASSERT_TRUE(MakeFolder(folder_ / "lexicons"));
    ASSERT_TRUE(WriteFile(folder_ / "lexicons/words.toml", text));
  }
  bool Flags(const std::string& text) {
    LiveWorker workers(*live_);
    std::vector<Assessment> out;
    const std::string_view view = text;
    (*workers.Now())->Assess(0, {&view, 1}, MentionPolicy::kRequired, out);
    return out[0].flag;
  }
  TempFolder folder_;
  School school_;
  std::optional<LiveJudge> live_;
  std::optional<Reloader> reloader_;
  const Instant now_ = *ParseRfc3339("2026-11-02T08:00:00Z");
};

TEST_F(LiveJudgeTest, AChangedLexiconIsNoticedAndUsed) {
  EXPECT_FALSE(reloader_->Changed());
  EXPECT_TRUE(Flags("a numpty at Oakmoor School"));
  Write("plonker-of-another-length");
  EXPECT_TRUE(reloader_->Changed());
  ASSERT_TRUE(reloader_->Reload(now_));
  EXPECT_FALSE(reloader_->Changed());
  EXPECT_FALSE(Flags("a numpty at Oakmoor School"));
  EXPECT_EQ(reloader_->Look().loaded_at, now_);
  EXPECT_EQ(reloader_->Look().entries, 1u);
}

TEST_F(LiveJudgeTest, OneThatIsWrongChangesNothingAndSaysWhere) {
  Put(Term("plonker") + "rationle = \"x\"\n");
  const auto done = reloader_->Reload(now_);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), HasSubstr("words.toml:"));
  EXPECT_THAT(done.error().message(), HasSubstr("did you mean \"rationale\"?"));
  EXPECT_EQ(reloader_->Look().error, done.error().message());
  EXPECT_EQ(reloader_->Look().failed_at, now_);
  EXPECT_TRUE(Flags("a numpty at Oakmoor School"));
  EXPECT_FALSE(reloader_->Changed()) << "it is not tried again until somebody mends it";
  Write("plonker");
  ASSERT_TRUE(reloader_->Reload(now_));
  EXPECT_EQ(reloader_->Look().error, "");
}

// Every batch is judged, each by one judge or the other and none by half of each, while judges come and go.
TEST_F(LiveJudgeTest, ReloadsUnderLoadDropNothing) {
  const Judge first = live_->Now().judge;
  Write("plonker");
  const auto second = OpenJudge(folder_ / "lexicons", {school_}, "");
  ASSERT_TRUE(second);
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> judged = 0, wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      LiveWorker workers(*live_);
      std::vector<Assessment> out;
      std::vector<std::string_view> texts(20, "a numpty at Oakmoor School");
      texts.insert(texts.end(), 20, "a plonker at Oakmoor School");
      while (!stop) {
        const auto worker = workers.Now();
        if (!worker) {
          ++wrong;
          continue;
        }
        (*worker)->Assess(0, texts, MentionPolicy::kRequired, out);
        judged += out.size();
        for (std::size_t t = 0; t < 40; ++t) wrong += out[t].flag != (t < 20 ? out[0].flag : !out[0].flag) || !out[t].could_not_judge.empty();
      }
    });
  for (int i = 0; i < 200 || judged < 20'000; ++i) {
    live_->Replace(i % 2 ? first : *second);
    if (i % 3 == 0) live_->SetPaused({"no.such-rule"});
    std::this_thread::yield();
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_GE(judged, 20'000u);
}

TEST_F(LiveJudgeTest, AResumedRuleQueuesWhatItWouldHaveQueuedMeanwhile) {
  auto store = Store::Open(folder_ / "data");
  ASSERT_TRUE(store) << store.error().message();
  live_->SetPaused({"abuse.numpty"});
  LiveWorker workers(*live_);
  std::vector<KeptPost> kept;
  int number = 0;
  const auto page = [&](int posts, bool bad) {
    PageCommit commit;
    commit.source = "src";
    commit.at = now_;
    for (int i = 0; i < posts; ++i) {
      Post post;
      post.global_id = "p" + std::to_string(number++);
      post.text = bad ? "a numpty at Oakmoor School" : "a day at Oakmoor School";
      const std::string_view text = post.text;
      std::vector<Assessment> out;
      (*workers.Now())->Assess(0, {&text, 1}, MentionPolicy::kRequired, out);
      commit.posts.push_back({"oakmoor", post, out[0]});
    }
    return (*store)->Commit(commit, Observe);
  };
  ASSERT_TRUE(page(3, true));
  ASSERT_TRUE(page(2, false));
  EXPECT_EQ((*store)->Queue({})->size(), 0u);
  EXPECT_EQ((*store)->RuleRecords({})->at("abuse.numpty").silent, 3u);
  // Make it pause for the store as well: it jumps.
  live_->SetPaused({});
  ASSERT_TRUE(page(400, false));
  ASSERT_TRUE(page(100, false));
  const auto jump = page(100, true);
  ASSERT_TRUE(jump);
  ASSERT_EQ(jump->paused.size(), 1u);
  EXPECT_EQ((*store)->Queue({.schools = {}, .limit = 1000})->size(), 100u);
  const auto opened = ResumeRule(**store, *live_, "abuse.numpty", now_ + hours{1});
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(*opened, 3u);
  EXPECT_TRUE(live_->Now().paused.empty());
  EXPECT_EQ((*store)->Queue({.schools = {}, .limit = 1000})->size(), 103u);
  EXPECT_EQ(ResumeRule(**store, *live_, "abuse.numpty", now_).error().fault(), Fault::kNotFound);
}

TEST(Act, ComesBackFromItsJsonAndNamesWhatItDoesNotKnow) {
  Act act{"decide", 7, "ada", {}, true, seconds{60}};
  act.details.finding = Finding::kBreach;
  act.details.why = "because \"of\" this";
  JsonParser parser;
  const auto back = ParseAct(*parser.Parse(ToJson(act)));
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(*back, act);
  EXPECT_FALSE(ParseAct(*parser.Parse(R"({"verb":"close","case":0,"details":{}})")));
  EXPECT_FALSE(ParseAct(*parser.Parse(R"({"verb":"close","case":1,"details":{"finding":"weather"}})")));
  TempFolder folder;
  auto store = Store::Open(folder.path());
  ASSERT_TRUE(store);
  EXPECT_EQ(Perform(**store, {"dance", 1, "ada", {}, false, {}}, {}).error().fault(), Fault::kInvalid);
  EXPECT_EQ(Perform(**store, act, {}).error().fault(), Fault::kNotFound);
}

}  // namespace
}  // namespace heed
