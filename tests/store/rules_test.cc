// The rules' record: counted with what it tells of, and the brake kept over restarts.
#include <gmock/gmock.h>

#include "src/store/store.h"
#include "tests/store/kit.h"

namespace heed {
namespace {

class RulesTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    store_.reset();
    auto opened = Store::Open(folder_.path());
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = *std::move(opened);
  }
  Committed Commit(const PageCommit& page) {
    auto done = store_->Commit(page, Observe);
    EXPECT_TRUE(done) << done.error().message();
    return done.value_or(Committed{});
  }
  RuleRecord Record(const std::string& rule, std::vector<std::string> schools = {}) {
    const auto records = store_->RuleRecords(schools);
    EXPECT_TRUE(records);
    const auto found = records->find(rule);
    return found == records->end() ? RuleRecord{} : found->second;
  }
  Case Do(CaseId id, const std::function<Result<Change>(const Case&)>& act) {
    const auto change = act(*store_->FindCase(id));
    EXPECT_TRUE(change) << change.error().message();
    auto after = store_->Record(*change);
    EXPECT_TRUE(after) << after.error().message();
    return after.value_or(Case{});
  }
  Case Find(CaseId id, Finding finding) {
    return Do(id, [&](const Case& c) {
      NewDecision decision;
      decision.finding = finding;
      decision.category = Category::kAbuse;
      decision.severity = 2;
      decision.why = "because";
      return Decide(c, "ada", decision, kStart);
    });
  }
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

Assessment By(std::vector<std::string> rules, std::vector<std::string> silent = {}) {
  Assessment assessment = Bad(2);
  const Hit hit = assessment.hits[0];
  assessment.hits.clear();
  for (auto& rule : rules) {
    assessment.hits.push_back(hit);
    assessment.hits.back().rule = std::move(rule);
  }
  if (rules.empty()) assessment = Harmless();
  assessment.silent = std::move(silent);
  return assessment;
}

TEST_F(RulesTest, APostCountsOncePerRuleAndAPostSeenAgainNotAtAll) {
  Commit(APage("oakmoor", {{APost("a"), By({"x", "x", "y"}, {"shadow"})}, {APost("b"), By({"x"})}, {APost("b"), By({"x"})}}));
  Commit(APage("oakmoor", {{APost("a"), By({"x", "x", "y"})}}));
  EXPECT_EQ(Record("x"), (RuleRecord{.fired = 2}));
  EXPECT_EQ(Record("y"), (RuleRecord{.fired = 1}));
  EXPECT_EQ(Record("shadow"), (RuleRecord{.silent = 1}));
}

TEST_F(RulesTest, DecisionsUpholdOrDismissAndTakingOneBackTakesThatBackToo) {
  Commit(APage("oakmoor", {{APost("a"), By({"x", "y"})}, {APost("b"), By({"x"})}, {APost("c"), By({"x"})}}));
  Find(1, Finding::kBreach);
  Find(2, Finding::kCriticism);
  Find(3, Finding::kNotOurs);
  EXPECT_EQ(Record("x"), (RuleRecord{.fired = 3, .upheld = 1, .dismissed = 1}));
  EXPECT_EQ(Record("y"), (RuleRecord{.fired = 1, .upheld = 1}));
  Do(2, [](const Case& c) { return Undo(c, "ada", "read it again", kStart); });
  EXPECT_EQ(Record("x"), (RuleRecord{.fired = 3, .upheld = 1}));
  Find(2, Finding::kBreach);
  Reopen();
  EXPECT_EQ(Record("x"), (RuleRecord{.fired = 3, .upheld = 2}));
}

TEST_F(RulesTest, AReopenedCaseKeepsWhatWasDecidedOfItsEarlierWords) {
  Commit(APage("oakmoor", {{APost("a"), By({"x"})}}));
  Find(1, Finding::kCriticism);
  EXPECT_EQ(Commit(APage("oakmoor", {{APost("a", "2"), By({"x"})}})).reopened, 1u);
  EXPECT_EQ(Record("x"), (RuleRecord{.fired = 2, .dismissed = 1}));
  Find(1, Finding::kBreach);
  EXPECT_EQ(Record("x"), (RuleRecord{.fired = 2, .upheld = 1, .dismissed = 1}));
}

TEST_F(RulesTest, SchoolsAreCountedApartAndTogether) {
  Commit(APage("oakmoor", {{APost("a"), By({"x"})}}));
  Commit(APage("brackwell", {{APost("a"), By({"x"})}, {APost("b"), By({"x"})}}));
  EXPECT_EQ(Record("x", {"oakmoor"}).fired, 1u);
  EXPECT_EQ(Record("x", {"brackwell"}).fired, 2u);
  EXPECT_EQ(Record("x").fired, 3u);
}

TEST_F(RulesTest, TheRecordOutlivesTheCases) {
  Commit(APage("oakmoor", {{APost("a"), By({"x"})}}));
  Find(1, Finding::kCriticism);
  ASSERT_TRUE(store_->Expire(kStart + days{400}, {}));
  EXPECT_EQ(store_->FindCase(1).error().fault(), Fault::kGone);
  EXPECT_EQ(Record("x"), (RuleRecord{.fired = 1, .dismissed = 1}));
}

class BrakeTest : public RulesTest {
 protected:
  // A page of fifty posts; the first `firing` of them by the rule.
  Committed Fifty(int firing) {
    std::vector<std::pair<Post, Assessment>> posts;
    for (int i = 0; i < 50; ++i) posts.emplace_back(APost("p" + std::to_string(number_++)), i < firing ? By({"numpty"}) : By({}));
    return Commit(APage("oakmoor", std::move(posts)));
  }
  void Many(int pages, int firing) {
    for (int i = 0; i < pages; ++i) EXPECT_TRUE(Fifty(firing).paused.empty());
  }
  int number_ = 0;
};

TEST_F(BrakeTest, ARuleThatSuddenlyFiresTooOftenPausesAndStaysPausedUntilResumed) {
  Many(8, 0);
  Many(1, 8);
  const Committed done = Fifty(8);
  ASSERT_EQ(done.paused.size(), 1u);
  EXPECT_EQ(done.paused[0].rule, "numpty");
  EXPECT_EQ(done.paused[0].posts, 200u);
  EXPECT_EQ(done.paused[0].fired, 16u);
  Reopen();
  ASSERT_EQ(store_->PausedRules()->size(), 1u);
  EXPECT_EQ(store_->PausedRules()->front(), done.paused[0]);
  Many(2, 8);  // it is said once
  ASSERT_TRUE(store_->ResumeRule("numpty"));
  EXPECT_TRUE(store_->PausedRules()->empty());
  EXPECT_EQ(store_->ResumeRule("numpty").error().fault(), Fault::kNotFound);
  Many(12, 8);  // measured afresh: as often as before is not sudden
}

TEST_F(BrakeTest, AFirstRunPausesNothing) { Many(20, 25); }

TEST_F(RulesTest, APostJudgedAfreshGetsItsCaseAndOneThatHasItIsLeftAlone) {
  Commit(APage("oakmoor", {{APost("a"), By({}, {"x"})}, {APost("b"), By({"y"})}, {APost("c"), By({}, {"x"})}}));
  Commit(APage("oakmoor", {{APost("c", "2"), By({})}}));
  std::vector<KeptPost> again;
  for (const char* id : {"a", "b", "c", "never-kept"}) again.push_back({"oakmoor", APost(id), By({"x"})});
  const auto done = store_->Rejudge(again, kStart + hours{1}, Observe);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->opened, 1u);
  const StoredPost post = *store_->FindPost("oakmoor", APost("a").global_id);
  ASSERT_TRUE(post.case_id);
  EXPECT_EQ(store_->FindCase(*post.case_id)->assessment.hits[0].rule, "x");
  EXPECT_EQ(post.versions[0].assessment.hits[0].rule, "x");
  EXPECT_EQ(store_->Queue({})->size(), 2u);
  EXPECT_FALSE(store_->FindPost("oakmoor", APost("c").global_id)->case_id) << "its words have changed since";
  ASSERT_TRUE(store_->VerifyChain());
  EXPECT_FALSE(store_->VerifyChain()->broken);
  ASSERT_TRUE(store_->Expire(kStart + days{60}, {}));
  EXPECT_EQ(store_->Queue({})->size(), 2u) << "no longer forgotten as a post without a case";
}

}  // namespace
}  // namespace heed
