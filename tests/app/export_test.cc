// Promise 10: all the data can be taken out in open formats.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "src/app/export.h"
#include "src/app/originals.h"
#include "src/app/packs.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/evidence/chain_file.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/shell.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ExportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    config_.schools.resize(1);
    config_.schools[0].id = "oakmoor";
    store_ = Store::Open(folder_.path()).value();
    PageCommit page;
    page.source = "src";
    page.at = clock_.Now();
    page.posts = {{"oakmoor", APost("1", "Oakmoor School is run by numpties"), Bad(), std::nullopt},
                  {"oakmoor", APost("2", "=cmd|' /C calc'!A0 Oakmoor School"), Bad(), std::nullopt},
                  {"oakmoor", APost("3", "Oakmoor School, a picture of a child at https://social.example/picture"), Bad(), std::nullopt},
                  {"oakmoor", APost("4", "Oakmoor School has a fair on Saturday"), Fine(), std::nullopt},
                  {"closed-school", APost("5", "Elm Lane Primary is no more"), Fine(), std::nullopt}};
    ASSERT_TRUE(store_->Commit(page, Observe));
    ASSERT_TRUE(KeepStaffCapture(*store_, {.case_id = 1, .file = "shot.txt", .how = "on the office PC", .address = "", .actor = "ada", .taken_at = {}}, "what I saw", clock_.Now()));
    NewDecision decision;
    decision.finding = Finding::kBreach;
    decision.category = Category::kAbuse;
    decision.severity = 2;
    decision.why = "insults the staff";
    ASSERT_TRUE(store_->Record(*Decide(store_->FindCase(1).value(), "ada", decision, clock_.Now())));
    Person ada;
    ada.id = "ada";
    ada.name = "Ada Quill";
    ada.password = "$argon2id$secret-hash";
    ada.second_factor = "totp-key-secret";
    ada.grants = {{Role::kHead, "oakmoor"}};
    AuditRow why;
    why.at = clock_.Now();
    why.actor = "heed";
    why.action = "person-added";
    ASSERT_TRUE(store_->AddPerson(ada, why));
    Paper paper;
    paper.name = "letter/ban";
    paper.number = 1;
    paper.text = "Dear parent";
    ASSERT_TRUE(store_->SavePaper(paper, why));
    ASSERT_TRUE(store_->ChangeSharedViews("oakmoor", [](std::vector<SavedView>& views) { return views.push_back({"Nobody's", "whose=nobody", "ada"}), Done{}; }, why));
  }
  static Post APost(const std::string& id, std::string text) {
    Post post;
    post.platform = "mastodon";
    post.native_id = id;
    post.global_id = "https://social.example/" + id;
    post.version_id = "1";
    post.permalink = "https://social.example/" + id;
    post.author = {"acct-" + id, "crow" + id, "Crow"};
    post.text = std::move(text);
    return post;
  }
  static Assessment Fine() {
    Assessment assessment;
    assessment.mention = {true, 6, {}};
    return assessment;
  }
  static Assessment Bad() {
    Assessment assessment = Fine();
    assessment.flag = true;
    assessment.severity = 2;
    assessment.categories = {Category::kAbuse};
    return assessment;
  }
  Exported Export() {
    auto made = ExportAll(config_, folder_.path(), *store_, out_, nullptr);
    EXPECT_TRUE(made) << made.error().message();
    return made ? *made : Exported{};
  }
  std::string Read(const std::string& name) { return ReadFile(out_ + "/" + name).value_or("no " + name); }
  // Every line of a file, parsed.
  std::vector<std::string> Lines(const std::string& name) {
    std::vector<std::string> lines;
    const std::string text = Read(name);
    for (const auto line : Split(text, '\n')) {
      if (line.empty()) continue;
      JsonParser parser;
      EXPECT_TRUE(parser.Parse(line)) << name << ": " << line;
      lines.emplace_back(line);
    }
    return lines;
  }
  TempFolder folder_;
  const std::string out_ = folder_ / "out";
  FakeClock clock_{"2026-11-02 08:00"};
  Config config_;
  std::unique_ptr<Store> store_;
};

TEST_F(ExportTest, HoldsEveryPostCaseEventAndPersonInFilesAnyToolReads) {
  const Exported made = Export();
  EXPECT_EQ(made.posts, 5u);
  EXPECT_EQ(made.cases, 3u);
  EXPECT_THAT(made.notes, IsEmpty());
  const auto posts = Lines("posts.jsonl");
  ASSERT_THAT(posts, SizeIs(5));
  EXPECT_THAT(Read("posts.jsonl"), AllOf(HasSubstr("Oakmoor School has a fair on Saturday"), HasSubstr("Elm Lane Primary is no more"), HasSubstr("\"handle\":\"crow1\"")));
  EXPECT_THAT(Lines("cases.jsonl"), SizeIs(3));
  EXPECT_THAT(Read("cases.jsonl"), HasSubstr("insults the staff"));
  EXPECT_THAT(Lines("people.jsonl"), SizeIs(1));
  EXPECT_THAT(Read("people.jsonl"), HasSubstr("\"shared_with\":\"oakmoor\""));
  EXPECT_THAT(Lines("audit.jsonl"), SizeIs(3));
  EXPECT_THAT(Lines("papers.jsonl"), SizeIs(1));
  EXPECT_EQ(Read("captures/4.txt"), "what I saw");
  ChainCheck chain;
  chain.Add(Read("events.jsonl"));
  EXPECT_EQ(chain.Finish(), std::nullopt);
  EXPECT_EQ(chain.events(), made.events);
  EXPECT_EQ(chain.head(), Hex(store_->VerifyChain()->head));
}

TEST_F(ExportTest, HasNoPasswordNoKeyAndNoFormula) {
  Export();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out_))
    if (entry.is_regular_file()) EXPECT_THAT(ReadFile(entry.path().string()).value(), Not(HasSubstr("secret"))) << entry.path();
  EXPECT_THAT(Read("posts.csv"), HasSubstr("'=cmd"));
}

TEST_F(ExportTest, IsCheckedBySha256sumAndReadableByItsOwnerOnly) {
  Export();
  struct stat file {};
  ASSERT_EQ(::stat((out_ + "/posts.jsonl").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat(out_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0700u);
  if (!Have("sha256sum")) GTEST_SKIP() << "sha256sum is not installed";
  const Shell checked = InShell("sha256sum -c --strict SHA256SUMS", out_);
  EXPECT_EQ(checked.code, 0) << checked.out;
}

TEST_F(ExportTest, LeavesOutWhatLeadsToASexualImageOfAChildAndSaysSo) {
  NewDecision decision;
  decision.finding = Finding::kChildImage;
  decision.why = "the police have it";
  ASSERT_TRUE(store_->Record(*Decide(store_->FindCase(3).value(), "ada", decision, clock_.Now())));
  ASSERT_TRUE(store_->Record(*Propose(store_->FindCase(3).value(), "ada", {ResponseKind::kHelpline, "IWF", "It is at https://social.example/3", ""}, clock_.Now())));
  const Exported made = Export();
  EXPECT_THAT(made.notes, SizeIs(1));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out_))
    if (entry.is_regular_file()) EXPECT_THAT(ReadFile(entry.path().string()).value(), Not(AnyOf(HasSubstr("social.example/picture"), HasSubstr("social.example/3"), HasSubstr("crow3")))) << entry.path();
  EXPECT_THAT(Lines("posts.jsonl"), SizeIs(5));
}

TEST_F(ExportTest, OverwritesNothingAndLeavesNothingHalfDone) {
  ASSERT_TRUE(MakeFolder(out_));
  EXPECT_EQ(ExportAll(config_, folder_.path(), *store_, out_, nullptr).error().fault(), Fault::kInvalid);
  EXPECT_TRUE(std::filesystem::is_empty(out_));
  EXPECT_EQ(ExportAll(config_, folder_.path(), *store_, folder_ / "no/such/folder", nullptr).error().fault(), Fault::kIo);
}

TEST_F(ExportTest, StandsInTheAuditTrail) {
  store_.reset();
  ASSERT_TRUE(ExportOf(config_, folder_.path(), {out_, "ada"}, clock_, nullptr));
  store_ = Store::Open(folder_.path()).value();
  const auto trail = store_->AuditTrail({});
  ASSERT_TRUE(trail);
  EXPECT_EQ(trail->front().action, "all-exported");
  EXPECT_EQ(trail->front().actor, "ada");
  EXPECT_THAT(trail->front().details, HasSubstr("5 posts, 3 cases"));
  ASSERT_TRUE(WriteDownExported(*store_, R"({"actor":"ben","details":"9 posts"})", clock_.Now()));
  EXPECT_FALSE(WriteDownExported(*store_, R"({"details":"9 posts"})", clock_.Now()));
}

}  // namespace
}  // namespace heed
