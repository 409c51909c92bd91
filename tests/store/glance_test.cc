// A filter is answered from the queue's rows wherever they can say no: they say what the case says, after whatever happened to it.
#include "src/store/glance.h"

#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include "src/casework/acts.h"
#include "src/store/keys.h"
#include "tests/store/kit.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GlanceTest : public ::testing::Test {
 protected:
  void SetUp() override { store_ = Store::Open(folder_.path()).value(); }
  void Keep(const std::string& id, const std::string& text, Assessment assessment = Bad(2), const std::string& version = "1") {
    Post post = APost(id, version);
    post.text = text;
    post.platform = "mastodon";
    ASSERT_TRUE(store_->Commit(APage("oakmoor", {{post, assessment}}), Observe));
  }
  void Act(const Result<Change>& change) {
    ASSERT_TRUE(change) << change.error().message();
    ASSERT_TRUE(store_->Record(*change));
  }
  Case Look(CaseId id) { return store_->FindCase(id).value(); }
  // The cases a needle may be in.
  std::vector<CaseId> MaySay(const std::string& words) {
    QueueFilter filter;
    filter.may_be_wanted = [needle = Needle(words)](const Glance& glance) { return needle.MayBeIn(glance.letters); };
    std::vector<CaseId> ids;
    const auto cases = store_->Queue(filter);
    EXPECT_TRUE(cases);
    for (const auto& c : *cases) ids.push_back(c.id);
    return ids;
  }
  // Whether the row of a case says what the case says.
  void Agrees(CaseId id) {
    const Case c = Look(id);
    bool seen = false;
    QueueFilter filter;
    filter.may_be_wanted = [&](const Glance& glance) {
      if (glance.id != id) return false;
      seen = true;
      EXPECT_EQ(glance.school, c.school);
      EXPECT_EQ(glance.state, c.state);
      EXPECT_EQ(glance.severity, c.assessment.severity);
      EXPECT_EQ(glance.unjudged, !c.assessment.could_not_judge.empty());
      EXPECT_EQ(glance.opened_at, c.opened_at);
      EXPECT_EQ(glance.snoozed_until, c.snoozed_until);
      EXPECT_EQ(glance.held_until, c.held_until);
      EXPECT_EQ(glance.holder, NameMark(c.holder));
      EXPECT_EQ(glance.assigned, NameMark(c.assigned_to));
      EXPECT_EQ(glance.platform, "mastodon");
      for (const auto category : kCategories) EXPECT_EQ(glance.Has(category), std::ranges::find(c.assessment.categories, category) != c.assessment.categories.end());
      for (const auto& hit : c.assessment.hits) EXPECT_TRUE(glance.MayHaveRule(NameMark(hit.rule)));
      return false;
    };
    ASSERT_TRUE(store_->Queue(filter));
    EXPECT_TRUE(seen);
  }
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

// A page may bring a post and its edit at once: the row was left without the words and the platform of what the case shows.
TEST_F(GlanceTest, TheWorseOfTwoVersionsOnOnePageIsWhatTheRowSays) {
  Post worse = APost("a", "1"), milder = APost("a", "2");
  worse.platform = milder.platform = "mastodon";
  worse.text = "those clowns again";
  ASSERT_TRUE(store_->Commit(APage("oakmoor", {{worse, Bad(3)}, {milder, Bad(1)}}), Observe));
  Agrees(1);
  EXPECT_THAT(MaySay("clowns"), ElementsAre(1));
  EXPECT_THAT(MaySay("nothing like it"), IsEmpty());
}

TEST_F(GlanceTest, WhatARowRefusesIsNeverRead) {
  for (int i = 0; i < 20; ++i) Keep("p" + std::to_string(i), "Oakmoor School", Bad(static_cast<std::uint8_t>(1 + i % 4)));
  QueueFilter filter;
  int read = 0;
  filter.may_be_wanted = [](const Glance& glance) { return glance.severity == 3; };
  filter.wanted = [&](const Case& c) {
    ++read;
    return c.id > 10;
  };
  const auto found = store_->Queue(filter);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 3u);
  EXPECT_EQ(read, 5);
  // Read, and not looked at: the walk says that there may be more.
  filter.most_looked_at = 3;
  EXPECT_FALSE(store_->QueueByBurst({.schools = {}, .limit = 5}, kStart)->cut_short);
  for (int i = 20; i < 420; ++i) Keep("p" + std::to_string(i), "Oakmoor School", Bad(3));
  filter.wanted = [](const Case&) { return false; };
  EXPECT_TRUE(store_->QueueByBurst(filter, kStart)->cut_short);
  filter.most_looked_at = 100'000;
  EXPECT_FALSE(store_->QueueByBurst(filter, kStart)->cut_short);
}

TEST_F(GlanceTest, ARowFollowsItsCase) {
  Keep("a", "Oakmoor School");
  Agrees(1);
  Act(Claim(Look(1), "ada", kStart));
  Agrees(1);
  Act(Assign(Look(1), "ada", "ben", "yours", kStart));
  Agrees(1);
  Act(Snooze(Look(1), "ben", kStart + days{1}, "", kStart));
  Agrees(1);
  Keep("a", "Oakmoor School, worse", Bad(4, {Category::kThreat}), "2");
  Agrees(1);
  EXPECT_EQ(Look(1).assessment.severity, 4);
  NewDecision decision;
  decision.finding = Finding::kDanger;
  decision.why = "at once";
  Act(Decide(Look(1), "ben", decision, kStart));
  Agrees(1);
}

TEST_F(GlanceTest, WordsAreThoseOfTheVersionThatTheCaseShows) {
  Keep("a", "first words of a pelican");
  Keep("b", "quite others");
  EXPECT_THAT(MaySay("PELICAN"), ElementsAre(1));
  // One page that opens a case and edits it, then a person's act, which has no post at hand.
  Post once = APost("c", "1"), again = APost("c", "2");
  once.text = "the albatross", again.text = "the cormorant";
  ASSERT_TRUE(store_->Commit(APage("oakmoor", {{once, Bad(3)}, {again, Bad(1)}}), Observe));
  EXPECT_THAT(MaySay("albatross"), ElementsAre(3)) << "the worse version is shown";
  Act(Claim(Look(3), "ada", kStart));
  EXPECT_THAT(MaySay("albatross"), ElementsAre(3));
  EXPECT_THAT(MaySay("cormorant"), IsEmpty());
  Keep("a", "worse words of a flamingo", Bad(4), "2");
  EXPECT_THAT(MaySay("flamingo"), ElementsAre(1));
  EXPECT_THAT(MaySay("pelican"), IsEmpty());
}

TEST_F(GlanceTest, WhatWasWithdrawnLeavesNoLettersInTheQueue) {
  Keep("a", "words of a pelican");
  Act(Checked(Look(1), "heed", "gone_by_platform", "", kStart));
  Act(Checked(Look(1), "heed", "gone_by_platform", "", kStart + hours{1}));
  EXPECT_THAT(MaySay("pelican"), ElementsAre(1));
  ASSERT_EQ(store_->Expire(kStart + days{16}, {})->withdrawn, 1u);
  EXPECT_THAT(MaySay("pelican"), IsEmpty());
  EXPECT_THAT(MaySay(""), ElementsAre(1)) << "the case itself waits on";
  Agrees(1);
}

TEST_F(GlanceTest, CountsSayWhichPlatforms) {
  Keep("a", "x"), Keep("b", "y");
  EXPECT_THAT(store_->Count({})->platforms, ElementsAre(std::pair("mastodon", 2u)));
}

// Schema 3 said nothing behind the burst.
TEST_F(GlanceTest, AnOlderStoreLearnsIt) {
  Keep("a", "words of a pelican");
  Keep("b", "others", Bad(3, {Category::kThreat}));
  Act(Claim(Look(1), "ada", kStart));
  store_.reset();
  {
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto* name : keys::kFamilies) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), folder_.path() + "/store", families, &handles, &db).ok());
    std::string number;
    keys::AppendU32(number, 3);
    ASSERT_TRUE(db->Put({}, handles[keys::kMeta], "schema", number).ok());
    std::vector<std::pair<std::string, std::string>> queue;
    {
      const std::unique_ptr<rocksdb::Iterator> rows(db->NewIterator({}, handles[keys::kQueue]));
      for (rows->SeekToFirst(); rows->Valid(); rows->Next()) queue.emplace_back(rows->key().ToString(), rows->value().ToString().substr(0, 10));
    }
    ASSERT_EQ(queue.size(), 2u);
    for (const auto& [key, value] : queue) ASSERT_TRUE(db->Put({}, handles[keys::kQueue], key, value).ok());
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
    delete db;
  }
  ASSERT_FALSE(Store::Open(folder_.path(), {.read_only = true}));
  const auto before = RawRows(folder_.path());
  store_ = Store::Open(folder_.path()).value();
  Agrees(1), Agrees(2);
  EXPECT_THAT(MaySay("pelican"), ElementsAre(1));
  store_.reset();
  // Nothing else was touched.
  auto after = RawRows(folder_.path());
  auto expected = before;
  for (auto* rows : {&after, &expected}) std::erase_if(*rows, [](const auto& row) { return row.first.starts_with("queue/") || row.first.starts_with("meta/"); });
  EXPECT_EQ(after, expected);
}

}  // namespace
}  // namespace heed
