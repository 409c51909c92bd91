// Bursts, similar cases and threads in the store; several changes at once; preferences.
#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <algorithm>

#include "src/base/hash.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/store/keys.h"
#include "tests/store/kit.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A signature that agrees with another of the same `about` in all but `off` places.
Likeness Words(std::uint32_t about, std::uint32_t off = 0, std::uint32_t salt = 0) {
  Likeness words;
  for (std::uint32_t i = 0; i < Likeness::kPlaces; ++i) words.least[i] = i < off ? 7'000'000 + salt * 100 + i : about * 1000 + i;
  return words;
}

// The store as a heed of schema 2 left it.
void Downgrade(const std::string& folder) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto* name : keys::kFamilies) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), folder + "/store", families, &handles, &db).ok());
  std::string number;
  keys::AppendU32(number, 2);
  ASSERT_TRUE(db->Put({}, handles[keys::kMeta], "schema", number).ok());
  std::vector<std::pair<std::string, std::string>> queue;
  {
    const std::unique_ptr<rocksdb::Iterator> rows(db->NewIterator({}, handles[keys::kQueue]));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) queue.emplace_back(rows->key().ToString(), rows->value().ToString().substr(0, 2));
  }
  for (const auto& [key, value] : queue) ASSERT_TRUE(db->Put({}, handles[keys::kQueue], key, value).ok());
  for (const auto family : {keys::kAlike, keys::kDesks}) ASSERT_TRUE(db->DropColumnFamily(handles[family]).ok());
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
}

class AlikeTest : public ::testing::Test {
 protected:
  void SetUp() override { store_ = Store::Open(folder_.path()).value(); }
  struct Told {
    std::string id;
    std::optional<Likeness> words = std::nullopt;
    hours after{0};
    std::string text = "Oakmoor School";
    std::string root = "", reply = "";
    std::uint8_t severity = 2;
    std::string school = "oakmoor";
    bool flagged = true;
  };
  static KeptPost Kept(const Told& told) {
    KeptPost kept;
    kept.school = told.school;
    kept.post = APost(told.id);
    kept.post.text = told.text;
    kept.post.created_at = kept.post.first_seen_at = kStart + told.after;
    if (!told.root.empty()) kept.post.thread_root = APost(told.root).global_id;
    if (!told.reply.empty()) kept.post.in_reply_to = APost(told.reply).global_id;
    kept.assessment = told.flagged ? Bad(told.severity) : Harmless();
    kept.words = told.words;
    return kept;
  }
  void Page(const std::vector<Told>& all) {
    PageCommit page = APage("oakmoor", {});
    for (const auto& told : all) page.posts.push_back(Kept(told));
    ASSERT_TRUE(store_->Commit(page, Observe));
  }
  // Each on a page of its own.
  void Keep(const std::vector<Told>& all) {
    for (const auto& told : all) Page({told});
  }
  CaseId IdOf(const std::string& id, const std::string& school = "oakmoor") { return store_->FindPost(school, APost(id).global_id)->case_id.value_or(0); }
  std::vector<CaseId> Burst(CaseId id, Instant now = kStart) {
    std::vector<CaseId> ids;
    const auto members = store_->BurstOf(*store_->FindCase(id), now);
    EXPECT_TRUE(members);
    for (const auto& member : *members) ids.push_back(member.id);
    return ids;
  }
  // "3+2": case 3 and two more like it.
  std::vector<std::string> Lines(QueueFilter filter = {}, Instant now = kStart) {
    std::vector<std::string> lines;
    const auto found = store_->QueueByBurst(filter, now);
    EXPECT_TRUE(found) << found.error().message();
    for (const auto& line : found->lines) lines.push_back(std::to_string(line.c.id) + (line.like_it > 0 ? "+" + std::to_string(line.like_it) : ""));
    return lines;
  }
  // The rows of a family as they are on disk.
  std::map<std::string, std::string> Rows(const std::string& family) {
    store_.reset();
    auto rows = RawRows(folder_.path());
    std::erase_if(rows, [&](const auto& row) { return !row.first.starts_with(family + "/"); });
    store_ = Store::Open(folder_.path()).value();
    return rows;
  }
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(AlikeTest, NearlyTheSameWordsWithinHoursAreOneBurst) {
  Keep({{"a", Words(1)}, {"b", Words(1, 3), hours{2}}, {"c", Words(2), hours{2}}, {"d", Words(1, 12), hours{3}}, {"e", std::nullopt, hours{3}}, {"f", Words(1), hours{30}}});
  EXPECT_THAT(Burst(1), ElementsAre(1, 2));
  EXPECT_THAT(Lines(), ElementsAre("1+1", "3", "4", "5", "6"));
  const auto lines = store_->QueueByBurst({}, kStart)->lines;
  EXPECT_THAT(lines[0].ties, ElementsAre(Tie::kWords));
  EXPECT_EQ(lines[0].severities, (std::map<std::uint8_t, std::uint64_t>{{2, 2}}));
  EXPECT_TRUE(lines[1].ties.empty() && lines[1].severities.empty());
}

TEST_F(AlikeTest, OnOnePageToo) {
  Page({{"a", Words(1)}, {"b", Words(1)}, {"c", std::nullopt, hours{0}, "Oakmoor https://petition.example/x"}, {"d", std::nullopt, hours{1}, "https://petition.example/x?utm_source=y Oakmoor"}, {"e", std::nullopt, hours{1}, "Oakmoor", "a"}});
  EXPECT_THAT(Burst(1), UnorderedElementsAre(1, 2, 5)) << "what answers one of them stands with it";
  EXPECT_THAT(Burst(3), ElementsAre(3, 4));
}

TEST_F(AlikeTest, AThreadIsABurstWhicheverOfItComesFirst) {
  Keep({{"root"}, {"reply", std::nullopt, hours{1}, "Oakmoor", "root", "root"}, {"deep", std::nullopt, hours{2}, "Oakmoor", "root", "reply"}});
  EXPECT_THAT(Burst(1), ElementsAre(1, 2, 3));
  Keep({{"late-reply", std::nullopt, hours{1}, "Oakmoor", "late-root"}, {"late-root", std::nullopt, hours{0}}});
  EXPECT_THAT(Burst(5), ElementsAre(5, 4)) << "the answer was found before what it answers";
  Keep({{"unflagged", std::nullopt, hours{1}, "Oakmoor", "", "x", 2, "oakmoor", false}, {"beside", std::nullopt, hours{1}, "Oakmoor", "", "x"}});
  EXPECT_THAT(Burst(6), ElementsAre(6));
}

TEST_F(AlikeTest, ABurstReachesTwelveHoursFromItsFirstAndNoFurther) {
  Keep({{"a", Words(1)}, {"b", Words(1), hours{11}}, {"c", Words(1), hours{22}}});
  EXPECT_THAT(Burst(1), ElementsAre(1, 2));
  EXPECT_THAT(Burst(3), ElementsAre(3)) << "near to the second, far from the first: it begins another";
}

TEST_F(AlikeTest, OtherSchoolsHaveTheirOwn) {
  Keep({{"a", Words(1)}, {"a", Words(1), hours{0}, "Oakmoor School", "", "", 2, "brackwell"}});
  EXPECT_THAT(Burst(1), ElementsAre(1));
  EXPECT_THAT(Burst(2), ElementsAre(2));
  EXPECT_TRUE(store_->Alike(*store_->FindCase(1), 10)->empty());
}

TEST_F(AlikeTest, AFullBurstIsFollowedByAnother) {
  std::vector<Told> all;
  for (std::uint32_t i = 0; i < kMostInBurst + 50; ++i) all.push_back({std::to_string(i), Words(1)});
  Page(all);
  EXPECT_EQ(Burst(1).size(), kMostInBurst);
  EXPECT_THAT(Lines(), ElementsAre("1+199", "201+49"));
}

TEST_F(AlikeTest, TheWorstStandsForTheBurstAndNothingIsShownTwiceOrLostOnAnyPage) {
  std::vector<Told> all;
  for (std::uint32_t i = 0; i < 60; ++i) all.push_back({std::to_string(i), i % 3 ? std::optional(Words(i % 7)) : std::nullopt, hours{0}, "Oakmoor", "", "", static_cast<std::uint8_t>(1 + i % 4)});
  Page(all);
  std::vector<std::string> seen;
  QueueFilter filter;
  filter.limit = 4;
  std::uint64_t cases = 0;
  for (int pages = 0; pages < 30; ++pages) {
    const auto lines = store_->QueueByBurst(filter, kStart)->lines;
    if (lines.empty()) break;
    for (const auto& line : lines) {
      seen.push_back(std::to_string(line.c.id));
      cases += 1 + line.like_it;
      for (const auto id : Burst(line.c.id)) EXPECT_LE(QueueRank(store_->FindCase(id)->assessment), QueueRank(line.c.assessment));
    }
    filter.after = PlaceInQueue(lines.back().c);
  }
  EXPECT_EQ(cases, 60u);
  EXPECT_EQ(seen.size(), 27u) << "20 on their own and seven bursts";
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

TEST_F(AlikeTest, AFilterFindsALineByAnyOfItsCasesAndKeepsItToOnePage) {
  Page({{"a", Words(1), hours{0}, "Oakmoor", "", "", 4}, {"b", Words(1)}, {"c", Words(1)}, {"d", Words(2)}});
  QueueFilter filter;
  filter.wanted = [](const Case& c) { return c.assessment.severity == 2; };
  EXPECT_THAT(Lines(filter), ElementsAre("2+2", "4"));
  filter.limit = 1;
  filter.after = PlaceInQueue(*store_->FindCase(2));
  EXPECT_THAT(Lines(filter), ElementsAre("4"));
  filter.after = PlaceInQueue(*store_->FindCase(1));
  EXPECT_THAT(Lines(filter), ElementsAre("2+2")) << "the first of it was not wanted on the page before";
}

TEST_F(AlikeTest, DecidedAndSleepingCasesWaitNoMore) {
  Page({{"a", Words(1)}, {"b", Words(1)}, {"c", Words(1)}});
  ASSERT_TRUE(store_->Record(*Snooze(*store_->FindCase(2), "ben", kStart + days{1}, "", kStart)));
  EXPECT_THAT(Burst(1), ElementsAre(1, 3));
  EXPECT_THAT(Burst(1, kStart + days{2}), ElementsAre(1, 2, 3)) << "it wakes by itself";
  QueueFilter awake;
  awake.wanted = [](const Case& c) { return !c.snoozed_until; };
  EXPECT_THAT(Lines(awake), ElementsAre("1+1"));
  ASSERT_TRUE(store_->Record(*Close(*store_->FindCase(1), "ben", "done", kStart)));
  EXPECT_THAT(Burst(3), ElementsAre(3));
  EXPECT_THAT(Lines(awake), ElementsAre("3"));
  ASSERT_TRUE(store_->Record(*Wake(*store_->FindCase(2), "ben", "", kStart)));
  EXPECT_THAT(Lines(awake), ElementsAre("2+1"));
}

TEST_F(AlikeTest, SimilarCasesAreFoundHoweverOldAndWhateverBecameOfThem) {
  Keep({{"a", Words(1)}, {"b", Words(1, 4), hours{900}}, {"c", Words(1, 20), hours{901}}, {"d", std::nullopt, hours{902}, "https://petition.example/x"}, {"e", Words(1), hours{903}, "https://petition.example/x"}});
  ASSERT_TRUE(store_->Record(*Close(*store_->FindCase(1), "ben", "done", kStart)));
  const auto alike = *store_->Alike(*store_->FindCase(5), 10);
  ASSERT_EQ(alike.size(), 3u);
  EXPECT_EQ(alike[0].c.id, 4u);
  EXPECT_THAT(alike[0].ties, ElementsAre(Tie::kLink));
  EXPECT_EQ(alike[1].c.id, 2u);
  EXPECT_THAT(alike[1].ties, ElementsAre(Tie::kWords));
  EXPECT_EQ(alike[2].c.id, 1u);
  EXPECT_EQ(alike[2].c.state, CaseState::kClosed);
  EXPECT_EQ(store_->Alike(*store_->FindCase(5), 2)->size(), 2u);
}

TEST_F(AlikeTest, AThreadShowsWhatIsKeptOfItFlaggedOrNot) {
  Keep({{"root", std::nullopt, hours{0}, "Oakmoor", "", "", 2, "oakmoor", false},
        {"reply", std::nullopt, hours{2}, "Oakmoor", "root", "root"},
        {"sibling", std::nullopt, hours{1}, "Oakmoor", "root", "root", 2, "oakmoor", false},
        {"below", std::nullopt, hours{3}, "Oakmoor", "root", "reply"},
        {"elsewhere", std::nullopt, hours{3}, "Oakmoor", "other", "other"}});
  const auto ids = [&](const std::string& of) {
    std::vector<std::string> found;
    const auto thread = *store_->Thread("oakmoor", store_->FindPost("oakmoor", APost(of).global_id)->versions[0].post, 50);
    for (const auto& post : thread) found.push_back(post.versions[0].post.native_id);
    return found;
  };
  EXPECT_THAT(ids("reply"), ElementsAre("root", "sibling", "below"));
  EXPECT_THAT(ids("root"), ElementsAre("sibling", "reply", "below"));
  EXPECT_THAT(ids("elsewhere"), ElementsAre());
  EXPECT_EQ(store_->Thread("oakmoor", APost("root"), 2)->size(), 2u);
}

TEST_F(AlikeTest, NothingOfItOutlivesItsPostAndNoKeyHoldsAnAuthorOrAWord) {
  Keep({{"a", Words(1), hours{0}, "https://petition.example/x"}, {"b", Words(1), hours{1}, "Oakmoor", "a", "a"}, {"c", std::nullopt, hours{1}, "Oakmoor", "a", "a", 2, "oakmoor", false}});
  const auto rows = Rows("alike");
  EXPECT_GT(rows.size(), 15u);
  for (const auto& [name, value] : rows)
    for (const char* never : {"acct-a", "someone", "petition", "Oakmoor", "social.example"}) EXPECT_THAT(name + Hex(value), ::testing::Not(HasSubstr(Hex(never))));
  for (const CaseId id : {1, 2}) ASSERT_TRUE(store_->Record(*Close(*store_->FindCase(id), "ben", "done", kStart)));
  ASSERT_EQ(store_->Expire(kStart + days{400}, {})->cases_erased, 2u);
  EXPECT_THAT(Rows("alike"), ::testing::IsEmpty());
}

TEST_F(AlikeTest, AnOlderStoreGetsItsBurstsByLinksAndThreads) {
  Keep({{"a", std::nullopt, hours{0}, "https://petition.example/x"}, {"b", std::nullopt, hours{1}, "https://petition.example/x"}, {"c", std::nullopt, hours{1}, "Oakmoor", "d"}, {"d"}});
  store_.reset();
  Downgrade(folder_.path());
  ASSERT_FALSE(Store::Open(folder_.path(), {.read_only = true}));
  store_ = Store::Open(folder_.path()).value();
  EXPECT_EQ(Lines().size(), 2u);
  EXPECT_EQ(Burst(1).size(), 2u);
  EXPECT_EQ(Burst(3).size(), 2u);
  EXPECT_EQ(store_->Count({})->open, 4u);
}

// --- several at once

Batch ABatch(std::string id, std::vector<CaseId> cases) {
  Batch batch;
  batch.id = std::move(id);
  batch.by = "ben";
  batch.at = kStart;
  for (const auto one : cases) batch.items.push_back({one, 0, "", std::nullopt});
  return batch;
}

TEST_F(AlikeTest, SeveralChangesAreOneBatchAndWhatMovedOnIsLeftOutByName) {
  Page({{"a"}, {"b"}, {"c"}});
  std::vector<Change> changes;
  for (const CaseId id : {1, 2, 3}) changes.push_back(*Close(*store_->FindCase(id), "ben", "a joke", kStart));
  ASSERT_TRUE(store_->Record(*Claim(*store_->FindCase(2), "amina", kStart)));
  const auto done = store_->RecordAll(changes, ABatch("one", {1, 2, 3}));
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(done->items.size(), 2u);
  EXPECT_EQ(done->items[1].events, store_->FindCase(3)->events);
  ASSERT_EQ(done->left_out.size(), 1u);
  EXPECT_EQ(done->left_out[0], (Batch::LeftOut{2, "was changed meanwhile"}));
  EXPECT_EQ(store_->FindCase(2)->state, CaseState::kQueued);
  EXPECT_EQ(store_->FindCase(3)->state, CaseState::kClosed);
  EXPECT_EQ(*store_->FindBatch("one"), *done);
  EXPECT_EQ(store_->FindBatch("none").error().fault(), Fault::kNotFound);
  EXPECT_FALSE(store_->VerifyChain()->broken);
}

TEST_F(AlikeTest, ABatchIsTakenBackOnceAndForgottenAfterAMonth) {
  Page({{"a"}});
  Batch claim = ABatch("one", {1});
  ASSERT_TRUE(store_->RecordAll({*Claim(*store_->FindCase(1), "ben", kStart)}, claim));
  Batch undo = ABatch("two", {1});
  undo.undoes = "one";
  ASSERT_TRUE(store_->RecordAll({*Release(*store_->FindCase(1), "ben", kStart)}, undo));
  EXPECT_EQ(store_->FindBatch("one")->undone_by, "two");
  Batch again = ABatch("three", {});
  again.undoes = "one";
  EXPECT_EQ(store_->RecordAll({}, again).error().fault(), Fault::kExists);
  Batch later = ABatch("four", {});
  later.at = kStart + Store::kBatchKept + days{1};
  ASSERT_TRUE(store_->RecordAll({}, later));
  EXPECT_EQ(store_->FindBatch("one").error().fault(), Fault::kNotFound);
  EXPECT_TRUE(store_->FindBatch("four"));
}

TEST_F(AlikeTest, PreferencesArePerPersonAndAsNewWhereNothingWasSaid) {
  EXPECT_EQ(*store_->PreferencesOf("amina"), Preferences{});
  const auto save = [&](const std::string& person, const std::string& name) {
    return store_->ChangePreferences(person, [&](Preferences& mine) -> Done {
      if (name.empty()) return Fail(Fault::kInvalid, "no name");
      mine.views.push_back({name, "whose=mine", {}});
      return {};
    });
  };
  ASSERT_TRUE(save("amina", "mine"));
  EXPECT_FALSE(save("amina", "")) << "what is refused is not written";
  EXPECT_EQ(store_->PreferencesOf("amina")->views.size(), 1u);
  EXPECT_TRUE(store_->PreferencesOf("ben")->views.empty());
}

TEST_F(AlikeTest, ListsAreSharedBySchoolAndWhoDidItIsWrittenDown) {
  AuditRow row;
  row.actor = "ben", row.action = "list-shared", row.school = "oakmoor", row.subject = "list ours";
  const auto share = [&](const std::string& school, Done answer) {
    return store_->ChangeSharedViews(school, [&](std::vector<SavedView>& views) { return views.push_back({"ours", "whose=nobody", "ben"}), answer; }, row);
  };
  ASSERT_TRUE(share("oakmoor", {}));
  EXPECT_FALSE(share("ashford", Fail(Fault::kInvalid, "no"))) << "what is refused is not written";
  EXPECT_THAT(*store_->SharedViews("oakmoor"), ElementsAre(SavedView{"ours", "whose=nobody", "ben"}));
  EXPECT_TRUE(store_->SharedViews("ashford")->empty());
  EXPECT_EQ(store_->AuditTrail({})->size(), 1u);
  EXPECT_TRUE(store_->PreferencesOf("ben")->views.empty());
}

}  // namespace
}  // namespace heed
