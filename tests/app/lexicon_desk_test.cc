// An entry's life in the lexicons' files: proposed, in shadow, live, retired; and what it would have flagged.
#include "src/app/lexicon_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/installation.h"
#include "src/base/file.h"
#include "src/casework/observe.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kWords =
    "# Kept by hand.\nlanguage = \"en\"\n\n[[term]]\nid = \"abuse.numpty\"\nphrases = [\"numpty\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"Calls somebody that.\"\nmatches = [\"a numpty\"]\nignores = [\"a number\"]\n"
    "\n# A comment between.\n[[term]]\nid = \"abuse.plonker\"\nphrases = [\"plonker\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"Calls somebody that.\"\nmatches = [\"a plonker\"]\nignores = [\"a plank\"]\nstatus = \"draft\"\n";

class LexiconDeskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(MakeFolder(folder_ / "lexicons"));
    ASSERT_TRUE(WriteFile(File(), kWords));
    school_.id = "oakmoor";
    school_.name = "Oakmoor School";
    school_.names = {"Oakmoor School"};
  }
  std::string Folder() const { return folder_ / "lexicons"; }
  std::string File() const { return folder_ / "lexicons/words.toml"; }
  std::string Text() const { return ReadFile(File()).value(); }
  EntryStatus StatusOf(std::string_view id) { return ReadLexicon(Folder())->Find(id)->status; }
  TempFolder folder_;
  School school_;
};

TEST_F(LexiconDeskTest, AnEntryTakesEachStatusAndTheRestStaysByteForByte) {
  const struct {
    EntryStatus to;
    const char* line;
  } steps[] = {{EntryStatus::kShadow, "# Shadow 2031-03-02: to see what it costs\nstatus = \"shadow\"\n"}, {EntryStatus::kLive, "# Live 2031-03-02: to see what it costs\nstatus = \"live\"\n"}, {EntryStatus::kRetired, "status = \"retired\"\n"}};
  for (const auto& step : steps) {
    const auto file = SetEntryStatus(Folder(), "abuse.plonker", step.to, "to see\n what  it costs", "2031-03-02");
    ASSERT_TRUE(file) << file.error().message();
    EXPECT_EQ(*file, File());
    EXPECT_EQ(StatusOf("abuse.plonker"), step.to);
    EXPECT_THAT(Text(), AllOf(HasSubstr(step.line), HasSubstr(std::string(kWords).substr(0, std::string(kWords).find("[[term]]\nid = \"abuse.plonker")))));
  }
  EXPECT_EQ(StatusOf("abuse.numpty"), EntryStatus::kLive);
  EXPECT_EQ(SetEntryStatus(Folder(), "abuse.plonker", EntryStatus::kRetired, "x", "2031-03-02").error().fault(), Fault::kExists);
  EXPECT_THAT(SetEntryStatus(Folder(), "abuse.plonkr", EntryStatus::kLive, "x", "2031-03-02").error().message(), HasSubstr("did you mean \"abuse.plonker\"?"));
}

TEST_F(LexiconDeskTest, AReasonIsAComment) {
  ASSERT_TRUE(SetEntryStatus(Folder(), "abuse.plonker", EntryStatus::kShadow, "x\nseverity = 4\n[[term]]", "2031-03-02"));
  EXPECT_EQ(ReadLexicon(Folder())->entries.size(), 2u);
  EXPECT_EQ(ReadLexicon(Folder())->Find("abuse.plonker")->severity, 2);
}

TEST_F(LexiconDeskTest, WhatWouldBreakAnExampleChangesNothing) {
  NewEntry term;
  term.id = "abuse.pillock";
  term.category = "abuse";
  term.why = "Calls somebody that.";
  term.phrases = {"pillock"};
  term.matches = {"a muppet"};
  term.ignores = {"a pillow"};
  const std::string before = Text();
  const auto refused = AddEntry(Folder(), term);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault(), Fault::kInvalid);
  EXPECT_EQ(Text(), before);
  EXPECT_FALSE(Exists(Folder() + "/en/added.toml"));
}

NewEntry ARule() {
  NewEntry rule;
  rule.id = "defamation.thief";
  rule.category = "defamation";
  rule.severity = 3;
  rule.why = "Says that somebody steals.";
  rule.parts = {{"=the caretaker", "=the bursar"}, {"=is a thief"}};
  rule.within = 2;
  rule.matches = {"the caretaker of Oakmoor is a thief"};
  rule.ignores = {"the caretaker was here and somebody else is a thief"};
  return rule;
}

TEST_F(LexiconDeskTest, ARuleIsAddedAndRunsAsItWasWritten) {
  const auto file = AddEntry(Folder(), ARule());
  ASSERT_TRUE(file) << file.error().message();
  const auto lexicon = ReadLexicon(Folder());
  ASSERT_TRUE(lexicon);
  const Entry* rule = lexicon->Find("defamation.thief");
  ASSERT_NE(rule, nullptr);
  EXPECT_TRUE(rule->is_rule && rule->ordered);
  EXPECT_EQ(rule->elements.size(), 2u);
  EXPECT_EQ(rule->within, 2u);
  EXPECT_EQ(rule->status, EntryStatus::kDraft);
  const auto judge = JudgeWithEntry(Folder(), "defamation.thief", {school_});
  ASSERT_TRUE(judge) << judge.error().message();
  auto worker = judge->NewWorker().value();
  EXPECT_TRUE(worker.Explain(0, "Oakmoor School: the bursar is a thief").assessment.flag);
  for (const auto status : {EntryStatus::kShadow, EntryStatus::kLive, EntryStatus::kRetired}) ASSERT_TRUE(SetEntryStatus(Folder(), "defamation.thief", status, "a test", "2031-03-02"));
}

TEST_F(LexiconDeskTest, WhatIsWrongWithAnEntryIsSaidByItsKey) {
  const auto keys = [&](const NewEntry& entry) {
    std::vector<EntryMistake> mistakes;
    const auto added = AddEntry(Folder(), entry, &mistakes);
    EXPECT_FALSE(added);
    EXPECT_EQ(added.error().fault(), Fault::kInvalid);
    std::string all;
    for (const auto& mistake : mistakes) all += mistake.key + ": " + mistake.what + "\n";
    return all;
  };
  using ::testing::StartsWith;
  NewEntry rule = ARule();
  rule.parts[0] = {"person.nobody"};
  EXPECT_THAT(keys(rule), ::testing::AllOf(StartsWith("sequence: "), ::testing::HasSubstr("\"person.nobody\"")));
  rule = ARule();
  rule.within = 5000;
  EXPECT_THAT(keys(rule), StartsWith("within: "));
  rule = ARule();
  rule.unless = {"nowhere:before:4"};
  EXPECT_THAT(keys(rule), StartsWith("unless: "));
  rule = ARule();
  rule.matches = {"nothing of the kind"};
  EXPECT_THAT(keys(rule), StartsWith("matches: defamation.thief should match \"nothing of the kind\""));
  rule = ARule();
  rule.ignores = {"the bursar is a thief"};
  EXPECT_THAT(keys(rule), StartsWith("ignores: "));
  rule = ARule();
  rule.id = "abuse.plonker";
  EXPECT_THAT(keys(rule), StartsWith("id: "));
  rule = ARule();
  rule.category = "weather";
  EXPECT_THAT(keys(rule), StartsWith("category: "));
  rule = ARule();
  rule.language = "English";
  EXPECT_THAT(keys(rule), StartsWith("language: "));
  EXPECT_FALSE(Exists(Folder() + "/en/added.toml"));
}

TEST_F(LexiconDeskTest, ABackTestJudgesAsIfTheOneEntryWereLive) {
  const auto store = Store::Open(folder_ / "data").value();
  auto before = OpenJudge(Folder(), {school_}, "").value();
  PageCommit page;
  page.source = "social";
  page.at = *ParseRfc3339("2031-03-02T08:00:00Z");
  auto worker = before.NewWorker().value();
  for (const std::string text : {"the head of Oakmoor School is a plonker", "Oakmoor School has a numpty for a head", "Oakmoor School opens at nine"}) {
    Post post;
    post.platform = "mastodon";
    post.global_id = post.native_id = text;
    post.text = text;
    post.first_seen_at = page.at;
    std::vector<Assessment> out;
    const std::string_view view = text;
    worker.Assess(0, {&view, 1}, MentionPolicy::kRequired, out);
    page.posts.push_back({"oakmoor", post, out[0]});
  }
  ASSERT_TRUE(store->Commit(page, &Observe));
  const auto after = JudgeWithEntry(Folder(), "abuse.plonker", {school_});
  ASSERT_TRUE(after) << after.error().message();
  const auto report = Backtest(*store, before, *after, {"oakmoor"}).value();
  EXPECT_EQ(report.posts, 3u);
  EXPECT_EQ(report.flagged_before, 1u);
  EXPECT_EQ(report.flagged_after, 2u);
  ASSERT_EQ(report.newly.size(), 1u);
  EXPECT_THAT(report.newly[0].text, HasSubstr("plonker"));
  EXPECT_EQ(report.rules.at("abuse.plonker"), (std::pair<std::uint64_t, std::uint64_t>{0, 1}));
  EXPECT_EQ(Backtest(*store, before, *after, {"ashford"})->posts, 0u) << "one school's posts are no other's to see";
  EXPECT_EQ(Text(), kWords) << "nothing is written by it";
  EXPECT_EQ(JudgeWithEntry(Folder(), "nothing", {school_}).error().fault(), Fault::kNotFound);
}

}  // namespace
}  // namespace heed
