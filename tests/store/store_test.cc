// What the store promises the runner and staff.
#include "src/store/store.h"

#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <fstream>
#include <thread>

#include "src/store/codec.h"
#include "src/store/keys.h"
#include "tests/store/kit.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
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
  Case CaseOf(const std::string& school, const std::string& id) {
    const auto post = store_->FindPost(school, APost(id).global_id);
    EXPECT_TRUE(post && post->case_id) << school << " " << id;
    return post && post->case_id ? *store_->FindCase(*post->case_id) : Case{};
  }
  void CloseCase(CaseId id, Instant at = kStart) {
    const auto done = store_->Record(*Close(*store_->FindCase(id), "head", "decided", at));
    ASSERT_TRUE(done) << done.error().message();
  }
  std::vector<std::string> Listed(std::vector<std::string> schools = {}, std::size_t limit = 100) {
    std::vector<std::string> ids;
    const auto queue = store_->Queue({std::move(schools), limit});
    EXPECT_TRUE(queue) << queue.error().message();
    for (const auto& c : *queue) ids.push_back(c.global_id.substr(c.global_id.rfind('/') + 1));
    return ids;
  }
  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

// --- pages

TEST_F(StoreTest, KeepsAPageWithItsCasesEventsAndCursorInOneGo) {
  PageCommit page = APage("oakmoor", {{APost("a"), Bad(3)}, {APost("b"), Harmless()}}, "after-b");
  page.state.posts_read = 200;
  page.state.gaps = {{kStart - hours{3}, kStart - hours{2}, "stopped at the cap of 20 pages"}};
  const Committed done = Commit(page);
  EXPECT_EQ(done.new_posts, 2u);
  EXPECT_EQ(done.opened, 1u);

  Reopen();
  EXPECT_EQ(*store_->Source("src-oakmoor"), page.state);
  EXPECT_EQ(store_->Sources()->size(), 1u);
  const Case c = CaseOf("oakmoor", "a");
  EXPECT_EQ(c.id, 1u);
  EXPECT_EQ(c.assessment, Bad(3));
  const StoredPost post = *store_->PostOf(c);
  ASSERT_EQ(post.versions.size(), 1u);
  EXPECT_EQ(post.versions[0].post, APost("a"));
  EXPECT_EQ(post.versions[0].assessment, Bad(3));
  EXPECT_EQ(post.versions[0].source, "src-oakmoor");
  EXPECT_EQ(post.versions[0].seen_at, kStart);
  const auto harmless = store_->FindPost("oakmoor", APost("b").global_id);
  ASSERT_TRUE(harmless);
  EXPECT_FALSE(harmless->case_id);
  const auto events = *store_->History(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::kOpened);
  EXPECT_EQ(events[0].case_id, 1u);
  EXPECT_FALSE(store_->VerifyChain()->broken);
}

TEST_F(StoreTest, AnUnknownSourceIsFreshAndAnUnknownCaseOrPostIsNotFound) {
  EXPECT_EQ(*store_->Source("never-seen"), SourceState{});
  EXPECT_EQ(store_->FindCase(7).error().message(), "there is no case 7");
  EXPECT_EQ(store_->History(7).error().fault(), Fault::kNotFound);
  EXPECT_EQ(store_->FindPost("oakmoor", "x").error().fault(), Fault::kNotFound);
  EXPECT_EQ(store_->FindPost("../etc", "x").error().fault(), Fault::kNotFound);
  EXPECT_TRUE(store_->Queue({})->empty());
}

TEST_F(StoreTest, TheSamePageAgainAddsNothingButMovesTheCursor) {
  const auto page = APage("oakmoor", {{APost("a"), Bad(3)}, {APost("b"), Harmless()}, {APost("a"), Bad(3)}});
  const Committed first = Commit(page);
  EXPECT_EQ(first.new_posts, 2u);
  EXPECT_EQ(first.unchanged, 1u);
  auto again = page;
  again.state.cursor.value = "later";
  const Committed second = Commit(again);
  EXPECT_EQ(second.new_posts, 0u);
  EXPECT_EQ(second.opened, 0u);
  EXPECT_EQ(second.unchanged, 3u);
  EXPECT_EQ(store_->VerifyChain()->events, 1u);
  EXPECT_EQ(store_->Source("src-oakmoor")->cursor.value, "later");
}

TEST_F(StoreTest, KeepsOneCaseWhenAPostIsEdited) {
  Commit(APage("oakmoor", {{APost("a", "1"), Bad(3)}}));
  const Committed done = Commit(APage("oakmoor", {{APost("a", "2"), Harmless()}}));
  EXPECT_EQ(done.new_versions, 1u);
  EXPECT_EQ(done.edited, 1u);
  EXPECT_EQ(Listed().size(), 1u);
  const Case c = CaseOf("oakmoor", "a");
  EXPECT_EQ(c.version, "2");
  EXPECT_EQ(c.worst, "1");
  EXPECT_EQ(c.versions, 2u);
  const StoredPost post = *store_->PostOf(c);
  ASSERT_EQ(post.versions.size(), 2u);
  EXPECT_EQ(post.newest, 1u);
  EXPECT_EQ(post.Version(c.worst).post.text, APost("a", "1").text);
  EXPECT_EQ(store_->History(c.id)->size(), 2u);
}

TEST_F(StoreTest, TwoVersionsOfAPostOnOnePageAreOneCase) {
  const Committed done = Commit(APage("oakmoor", {{APost("a", "1"), Bad(1)}, {APost("a", "2"), Bad(4)}, {APost("a", "1"), Bad(1)}}));
  EXPECT_EQ(done.new_posts, 1u);
  EXPECT_EQ(done.new_versions, 1u);
  EXPECT_EQ(done.opened, 1u);
  EXPECT_EQ(done.edited, 1u);
  EXPECT_THAT(Listed(), ElementsAre("a"));
  EXPECT_EQ(CaseOf("oakmoor", "a").assessment.severity, 4);
}

TEST_F(StoreTest, AnAuthorWhoGoesBackToEarlierWordsMakesNoNewVersion) {
  for (const auto* version : {"1", "2", "1"}) Commit(APage("oakmoor", {{APost("a", version), Bad(2)}}));
  const StoredPost post = *store_->FindPost("oakmoor", APost("a").global_id);
  EXPECT_EQ(post.versions.size(), 2u);
  EXPECT_EQ(post.newest, 0u);
  EXPECT_EQ(store_->VerifyChain()->events, 2u);
}

TEST_F(StoreTest, AHarmlessPostEditedIntoAbuseBecomesACase) {
  Commit(APage("oakmoor", {{APost("a", "1"), Harmless()}}));
  EXPECT_TRUE(Listed().empty());
  Commit(APage("oakmoor", {{APost("a", "2"), Bad(2)}}));
  EXPECT_EQ(CaseOf("oakmoor", "a").versions, 2u);
}

TEST_F(StoreTest, TwoSchoolsKeepTheirOwnCasesOfOnePost) {
  Commit(APage("oakmoor", {{APost("a"), Bad(3)}}));
  Commit(APage("brackwell", {{APost("a"), Bad(1)}}));
  const Case ours = CaseOf("oakmoor", "a"), theirs = CaseOf("brackwell", "a");
  EXPECT_NE(ours.id, theirs.id);
  EXPECT_EQ(theirs.assessment.severity, 1);
  CloseCase(ours.id);
  EXPECT_EQ(store_->FindCase(theirs.id)->state, CaseState::kQueued);
  EXPECT_THAT(Listed({"oakmoor"}), ElementsAre());
  EXPECT_THAT(Listed({"brackwell"}), ElementsAre("a"));
}

TEST_F(StoreTest, AClosedCaseComesBackWhenItsPostIsEditedIntoAFlagAgain) {
  Commit(APage("oakmoor", {{APost("a", "1"), Bad(3)}}));
  CloseCase(1);
  EXPECT_TRUE(Listed().empty());
  EXPECT_EQ(Commit(APage("oakmoor", {{APost("a", "2"), Harmless()}})).reopened, 0u);
  EXPECT_EQ(Commit(APage("oakmoor", {{APost("a", "3"), Bad(2)}})).reopened, 1u);
  EXPECT_THAT(Listed(), ElementsAre("a"));
  EXPECT_EQ(store_->FindCase(1)->state, CaseState::kQueued);
}

TEST_F(StoreTest, PostsThatDoNotMentionTheSchoolAreOurOwnMistake) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Assessment elsewhere = Bad(4);
  elsewhere.mention = {};
  EXPECT_DEATH((void)store_->Commit(APage("oakmoor", {{APost("a"), elsewhere}}), Observe), "mentions");
}

// Promise 3: there is no author history, score or watch list.
TEST_F(StoreTest, NoKeyHoldsAnAuthor) {
  Commit(APage("oakmoor", {{APost("a"), Bad(3)}}));
  for (const auto& [name, value] : RawRows(folder_.path())) {
    EXPECT_THAT(name, ::testing::Not(HasSubstr(Hex("acct-a"))));
    EXPECT_THAT(name, ::testing::Not(HasSubstr(Hex("someone"))));
  }
}

TEST_F(StoreTest, AFailureOfASourceIsRemembered) {
  SourceState state;
  state.fault = Fault::kSignIn;
  state.message = "the token was refused: make a new one";
  state.failures = 4;
  state.not_before = kStart + hours{1};
  ASSERT_TRUE(store_->SaveSource("masto", state));
  Reopen();
  EXPECT_EQ(*store_->Source("masto"), state);
}

// --- the queue

TEST_F(StoreTest, TheQueueIsWorstFirstThenOldestFirst) {
  const auto aged = [](const char* id, int hours_old) {
    Post post = APost(id);
    post.created_at = kStart - hours{hours_old};
    return post;
  };
  Assessment unjudged;
  unjudged.could_not_judge = "too long";
  Commit(APage("oakmoor", {{aged("mild-old", 90), Bad(1)},
                           {aged("bad-new", 1), Bad(3)},
                           {aged("worst", 2), Bad(4)},
                           {aged("unjudged", 3), unjudged},
                           {aged("bad-old", 50), Bad(3)},
                           {aged("two", 4), Bad(2)},
                           {aged("harmless", 99), Harmless()}}));
  EXPECT_THAT(Listed(), ElementsAre("worst", "bad-old", "bad-new", "two", "unjudged", "mild-old"));
  EXPECT_THAT(Listed({}, 2), ElementsAre("worst", "bad-old"));
}

TEST_F(StoreTest, AllSchoolsQueuesAreMergedInOneOrder) {
  Commit(APage("oakmoor", {{APost("o4"), Bad(4)}, {APost("o1"), Bad(1)}}));
  Commit(APage("brackwell", {{APost("b3"), Bad(3)}, {APost("b1"), Bad(1)}}));
  Commit(APage("oakmoor-primary", {{APost("p2"), Bad(2)}}));
  EXPECT_THAT(Listed(), ElementsAre("o4", "b3", "p2", "o1", "b1"));
  EXPECT_THAT(Listed({"oakmoor"}), ElementsAre("o4", "o1")) << "a longer name that begins the same is another school";
  EXPECT_THAT(Listed({"oakmoor-primary", "brackwell", "brackwell", "nobody"}), ElementsAre("b3", "p2", "b1"));
  EXPECT_THAT(Listed({"No Such\n"}), ElementsAre());
}

TEST_F(StoreTest, CountsOpenCasesByStateAndCategory) {
  Assessment unjudged;
  unjudged.could_not_judge = "too long";
  Commit(APage("oakmoor", {{APost("a"), Bad(4, {Category::kThreat, Category::kAbuse})},
                           {APost("b"), Bad(1, {Category::kAbuse})},
                           {APost("c"), unjudged},
                           {APost("d"), Bad(2, {Category::kIncitement})}}));
  Commit(APage("brackwell", {{APost("a"), Bad(4, {Category::kThreat})}}));
  CloseCase(4);
  const QueueCounts all = *store_->Count({});
  EXPECT_EQ(all.open, 4u);
  EXPECT_EQ(all.unjudged, 1u);
  EXPECT_EQ(all.states, (std::map<CaseState, std::uint64_t>{{CaseState::kQueued, 4}}));
  EXPECT_EQ(all.categories, (std::map<Category, std::uint64_t>{{Category::kThreat, 2}, {Category::kAbuse, 2}}));
  EXPECT_EQ(store_->Count({"brackwell"})->open, 1u);
}

TEST_F(StoreTest, TheBacklogStandsBehindAndIsCountedApart) {
  PageCommit page = APage("oakmoor", {{APost("old"), Bad(3)}, {APost("new"), Bad(1)}});
  page.posts[0].backlog = true;
  const Committed tally = Commit(page);
  EXPECT_EQ(tally.opened, 2u);
  EXPECT_EQ(tally.backlog, 1u);
  EXPECT_THAT(Listed(), ElementsAre("new", "old"));
  const QueueCounts counts = *store_->Count({});
  EXPECT_EQ(counts.open, 1u);
  EXPECT_EQ(counts.backlog, 1u);
  EXPECT_EQ(counts.categories.begin()->second, 1u);
}

TEST_F(StoreTest, AQueueRowFollowsItsCaseAndNeverDoubles) {
  Commit(APage("oakmoor", {{APost("a", "1"), Bad(1)}, {APost("b"), Bad(2)}}));
  EXPECT_THAT(Listed(), ElementsAre("b", "a"));
  Commit(APage("oakmoor", {{APost("a", "2"), Bad(4)}}));
  EXPECT_THAT(Listed(), ElementsAre("a", "b"));
}

// --- staff

TEST_F(StoreTest, ADecisionMadeOnAnOldViewOfACaseIsRefused) {
  Commit(APage("oakmoor", {{APost("a", "1"), Bad(1)}}));
  const Change decision = *Close(*store_->FindCase(1), "head", "mild", kStart);
  Commit(APage("oakmoor", {{APost("a", "2"), Bad(4)}}));
  const auto refused = store_->Record(decision);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault(), Fault::kExists);
  EXPECT_EQ(refused.error().message(), "case 1 has moved on meanwhile: look at it again");
  EXPECT_EQ(store_->FindCase(1)->state, CaseState::kQueued);
}

TEST_F(StoreTest, EveryCaseIsTheFoldOfItsHistory) {
  ASSERT_TRUE(Workload::Run(*store_));
  int folded = 0;
  for (CaseId id = 1; store_->FindCase(id) || store_->FindCase(id).error().fault() == Fault::kGone; ++id) {
    const auto kept = store_->FindCase(id);
    if (!kept) continue;
    Case c;
    const auto history = store_->History(id);
    for (const auto& event : *history) c = *Fold(c, event);
    EXPECT_EQ(c, *kept);
    ++folded;
  }
  EXPECT_GT(folded, 8);
}

// --- opening

TEST_F(StoreTest, ASecondWriterIsToldWhoHasIt) {
  const auto second = Store::Open(folder_.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault(), Fault::kBusy);
  EXPECT_EQ(second.error().message(), "another heed is using " + folder_.path() + " (heed serve?)");
}

TEST_F(StoreTest, AReaderBesideTheWriterSeesWhatWasCommittedWhenItCame) {
  Commit(APage("oakmoor", {{APost("a"), Bad(3)}}));
  const auto reader = Store::Open(folder_.path(), {.read_only = true});
  ASSERT_TRUE(reader) << reader.error().message();
  Commit(APage("oakmoor", {{APost("b"), Bad(3)}}));
  EXPECT_EQ((*reader)->Queue({})->size(), 1u);
  EXPECT_EQ((*reader)->VerifyChain()->broken, std::nullopt);
  const auto later = Store::Open(folder_.path(), {.read_only = true});
  ASSERT_TRUE(later);
  EXPECT_EQ((*later)->Queue({})->size(), 2u);
}

TEST(StoreOpen, ReadingWhereThereIsNoneSaysWhatToDo) {
  const TempFolder folder;
  const auto opened = Store::Open(folder.path(), {.read_only = true});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().fault(), Fault::kNotFound);
  EXPECT_THAT(opened.error().message(), HasSubstr("run \"heed scan\" first"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(StoreOpen, AFolderThatCannotBeMadeIsAnError) {
  const TempFolder folder;
  std::ofstream(folder.path() + "/file") << "x";
  EXPECT_FALSE(Store::Open(folder.path() + "/file"));
}

// Changes rows behind the store's back, as a newer heed or a burglar would.
void Tamper(const std::string& folder, const std::function<void(rocksdb::DB&, const std::vector<rocksdb::ColumnFamilyHandle*>&)>& how,
            const char* extra_family = nullptr) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto* name : keys::kFamilies) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  if (extra_family) families.emplace_back(extra_family, rocksdb::ColumnFamilyOptions());
  rocksdb::DBOptions options;
  options.create_missing_column_families = true;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, folder + "/store", families, &handles, &db).ok());
  how(*db, handles);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
}

TEST_F(StoreTest, TheOutboxListsWhatIsDueLongestFirstAndForgetsWhatIsDone) {
  Store* store = store_.get();
  ASSERT_TRUE(store->Commit(APage("oakmoor", {{APost("a"), Bad(3)}, {APost("b"), Bad(2)}}), &Observe));
  const auto record = [&](const Result<Change>& change) {
    EXPECT_TRUE(change) << (change ? "" : change.error().message());
    const auto after = store->Record(*change);
    EXPECT_TRUE(after) << (after ? "" : after.error().message());
    return *after;
  };
  const auto ids = [&](Instant by) {
    std::vector<CaseId> all;
    const auto due = store->OutboxDue(by);
    EXPECT_TRUE(due);
    for (const auto& c : *due) all.push_back(c.id);
    return all;
  };
  NewDecision breach{.finding = Finding::kBreach, .category = Category::kAbuse, .severity = 2, .why = "w", .proposals = {{ResponseKind::kReport, "bluesky", "text", ""}}};
  for (CaseId id : {1, 2}) record(Decide(*store->FindCase(id), "ada", breach, kStart));
  EXPECT_TRUE(ids(kStart + days{40}).empty()) << "nobody has approved anything";
  record(Approve(*store->FindCase(1), "head", 1, days{2}, kStart));
  record(Approve(*store->FindCase(2), "head", 1, minutes{5}, kStart));
  EXPECT_TRUE(ids(kStart + minutes{4}).empty()) << "both are held";
  EXPECT_EQ(ids(kStart + minutes{5}), std::vector<CaseId>{2});
  EXPECT_EQ(ids(kStart + days{3}), (std::vector<CaseId>{2, 1}));
  record(Cancel(*store->FindCase(1), "ada", 1, "", kStart));
  record(StartSending(*store->FindCase(2), "heed", 1, kStart + minutes{5}));
  EXPECT_EQ(ids(kStart + days{3}), std::vector<CaseId>{2}) << "what is being sent is found after a crash";
  record(FinishSending(*store->FindCase(2), "heed", 1, {ResponseState::kDone, "7", ""}, kStart + minutes{5}));
  EXPECT_TRUE(ids(kStart + minutes{64}).empty());
  EXPECT_EQ(ids(kStart + minutes{65}), std::vector<CaseId>{2}) << "an hour later somebody looks whether it is up";
  record(Close(*store->FindCase(2), "ada", "done", kStart + hours{2}));
  EXPECT_EQ(ids(kStart + days{31}), std::vector<CaseId>{2}) << "closed cases are looked at too";
  record(Checked(*store->FindCase(2), "heed", "gone_by_author", "", kStart + hours{3}));
  record(Checked(*store->FindCase(2), "heed", "gone_by_author", "", kStart + hours{4}));
  EXPECT_TRUE(ids(kStart + days{400}).empty());
  const auto report = store->Expire(kStart + days{400}, ExpiryLimits{});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->cases_erased, 1u);
  std::vector<EventKind> last;
  ASSERT_TRUE(store->EachEventBack([&](const Event& event) {
    last.push_back(event.kind);
    return last.size() < 2;
  }));
  EXPECT_EQ(last, (std::vector<EventKind>{EventKind::kErased, EventKind::kChecked}));
}

TEST_F(StoreTest, ANewerSchemaIsRefusedNamingBothVersions) {
  struct {
    std::uint32_t schema;
    const char* extra_family;
    const char* message;
  } const cases[] = {
      {5, nullptr, "newer heed (schema 5; this one reads 4)"},
      {9, "outbox", "newer heed (schema 9; this one reads 4)"},
      {0, nullptr, "older heed (schema 0; this one reads 4)"},
      {4, "outbox", "rows this heed does not know"},
  };
  store_.reset();
  for (const auto& each : cases) {
    Tamper(
        folder_.path(),
        [&](rocksdb::DB& db, const auto& families) {
          std::string number;
          keys::AppendU32(number, each.schema);
          ASSERT_TRUE(db.Put({}, families[keys::kMeta], "schema", number).ok());
        },
        // Once there, it stays.
        each.schema >= 9 || each.extra_family || each.schema == 0 ? "outbox" : nullptr);
    for (const bool read_only : {false, true}) {
      const auto opened = Store::Open(folder_.path(), {.read_only = read_only});
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().fault(), Fault::kUnsupported);
      EXPECT_THAT(opened.error().message(), HasSubstr(each.message));
    }
  }
}

TEST_F(StoreTest, AnOlderStoreIsBroughtUpToDateWhenItIsOpenedForWriting) {
  Commit(APage("oakmoor", {{APost("a"), Bad(3)}}));
  store_.reset();
  Tamper(folder_.path(), [&](rocksdb::DB& db, const auto& families) {
    std::string number;
    keys::AppendU32(number, 1);
    ASSERT_TRUE(db.Put({}, families[keys::kMeta], "schema", number).ok());
    for (const auto family : {keys::kRules, keys::kPeople, keys::kSessions, keys::kAudit}) ASSERT_TRUE(db.DropColumnFamily(families[family]).ok());
  });
  const auto read = Store::Open(folder_.path(), {.read_only = true});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fault(), Fault::kUnsupported);
  EXPECT_THAT(read.error().message(), HasSubstr("run \"heed scan\" or \"heed serve\" once"));
  Reopen();
  EXPECT_TRUE(store_->People()->empty());
  EXPECT_EQ(Listed(), std::vector<std::string>{"a"});
  store_.reset();
  EXPECT_TRUE(Store::Open(folder_.path(), {.read_only = true}));
}

TEST_F(StoreTest, PeopleSessionsAndTheAuditTrailAreKept) {
  Person person;
  person.id = "amina-khan";
  person.name = "Amina Khan";
  person.grants = {{Role::kTriage, "oakmoor"}, {Role::kAuditor, ""}};
  person.created_at = kStart;
  person.signed_in_at = kStart + hours{1};
  person.password = "$argon2id$x";
  person.second_factor = std::string("\0key", 4);
  person.second_factor_draft = "draft";
  person.last_code = 57;
  person.recovery = {Sha256("a"), Digest{}};
  person.link = Link{LinkKind::kRecovery, Sha256("token"), kStart + hours{2}};
  person.locked = true;
  person.mask_words = false;
  person.mail = "amina@oakmoor.example";
  person.account = "https://login.example 1234";
  AuditRow row;
  row.at = kStart;
  row.actor = "heed";
  row.action = "person-added";
  row.subject = "person amina-khan";
  ASSERT_TRUE(store_->AddPerson(person, row));
  EXPECT_EQ(store_->AddPerson(person, row).error().fault(), Fault::kExists);
  const Session session{"amina-khan", Stage::kEnrol, kStart, kStart + minutes{5}};
  ASSERT_TRUE(store_->SaveSession(Sha256("s"), session));
  Reopen();
  EXPECT_EQ(store_->FindPerson("amina-khan").value(), person);
  EXPECT_EQ(store_->FindPerson("nobody").error().fault(), Fault::kNotFound);
  EXPECT_EQ(store_->FindSession(Sha256("s")).value(), session);
  const auto refused = store_->ChangePerson("amina-khan", [](Person& p) -> Done { p.name = "X"; return Fail(Fault::kInvalid, "no"); }, row);
  EXPECT_EQ(refused.error().message(), "no");
  EXPECT_EQ(store_->FindPerson("amina-khan")->name, "Amina Khan");
  ASSERT_TRUE(store_->TouchSession(Sha256("gone"), kStart));
  EXPECT_EQ(store_->FindSession(Sha256("gone")).error().fault(), Fault::kNotFound) << "touching brings nothing back";
  EXPECT_EQ(store_->DropSessions([](const Digest&, const Session& s) { return s.person == "amina-khan"; }).value(), 1u);
  EXPECT_EQ(store_->FindSession(Sha256("s")).error().fault(), Fault::kNotFound);
}

TEST_F(StoreTest, TheAuditTrailShowsWhatWasTamperedWithAndForgetsInOrder) {
  for (int i = 0; i < 10; ++i) {
    AuditRow row;
    row.at = kStart + days{i};
    row.actor = "amina";
    row.action = i % 2 ? "author-viewed" : "signed-in";
    ASSERT_TRUE(store_->Audit({row}));
  }
  EXPECT_EQ(store_->VerifyAudit()->events, 10u);
  const auto newest = store_->AuditTrail({.limit = 3}).value();
  ASSERT_EQ(newest.size(), 3u);
  EXPECT_EQ(newest[0].sequence, 10u);
  EXPECT_EQ(store_->AuditTrail({.before = 8, .limit = 1}).value()[0].sequence, 7u);
  EXPECT_EQ(store_->AuditTrail({.wanted = [](const AuditRow& row) { return row.action == "author-viewed"; }})->size(), 5u);
  EXPECT_EQ(store_->ForgetAudit(kStart + days{4}).value(), 4u);
  EXPECT_FALSE(store_->VerifyAudit()->broken) << *store_->VerifyAudit()->broken;
  EXPECT_EQ(store_->VerifyAudit()->events, 6u);
  EXPECT_EQ(store_->ForgetAudit(kStart + days{400}).value(), 5u) << "the last one stays, for the chain to go on";
  ASSERT_TRUE(store_->Audit({AuditRow{.at = kStart, .actor = "b", .action = "signed-in"}}));
  EXPECT_FALSE(store_->VerifyAudit()->broken);
  store_.reset();
  Tamper(folder_.path(), [&](rocksdb::DB& db, const auto& families) {
    std::string row;
    ASSERT_TRUE(db.Get({}, families[keys::kAudit], keys::Event(10), &row).ok());
    row[row.find("amina")] = 'A';
    ASSERT_TRUE(db.Put({}, families[keys::kAudit], keys::Event(10), row).ok());
  });
  Reopen();
  EXPECT_THAT(store_->VerifyAudit()->broken.value_or(""), HasSubstr("row 10 was changed"));
}

TEST_F(StoreTest, NewRowsOfTheTrailAreCheckedWithoutWalkingTheOldOnes) {
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(store_->Audit({AuditRow{.at = kStart + days{i}, .actor = "amina", .action = "signed-in"}}));
  };
  EXPECT_FALSE(store_->VerifyNewAudit()->broken) << "an empty trail is whole";
  add(10);
  EXPECT_EQ(store_->VerifyNewAudit()->events, 10u) << "the first look is at all of it";
  add(2);
  EXPECT_EQ(store_->VerifyNewAudit()->events, 3u) << "from the row that was found whole last";
  EXPECT_EQ(store_->VerifyNewAudit()->events, 1u);
  EXPECT_EQ(store_->VerifyAudit()->events, 12u);
  // Rows that retention takes away, the marked one among them, are nothing missing.
  EXPECT_EQ(store_->ForgetAudit(kStart + days{400}).value(), 11u);
  EXPECT_FALSE(store_->VerifyNewAudit()->broken);
  add(1);
  EXPECT_FALSE(store_->VerifyNewAudit()->broken);
  store_.reset();
  Tamper(folder_.path(), [&](rocksdb::DB& db, const auto& families) { ASSERT_TRUE(db.Delete({}, families[keys::kAudit], keys::Event(13)).ok()); });
  Reopen();
  EXPECT_THAT(store_->VerifyNewAudit()->broken.value_or(""), HasSubstr("ends at row 12, but 13 were written"));
  EXPECT_TRUE(store_->VerifyNewAudit()->broken) << "a trail that is not whole is not taken for whole the next time";
}

TEST_F(StoreTest, EveryVersionOfAPaperIsKept) {
  const AuditRow why{.at = kStart, .actor = "boss", .action = "letter-changed"};
  EXPECT_FALSE(store_->NewestPaper("letter/ban")->has_value());
  const Paper first{"letter/ban", 1, kStart, "boss", "one"}, second{"letter/ban", 2, kStart + hours{1}, "boss", ""};
  ASSERT_TRUE(store_->SavePaper(first, why));
  EXPECT_EQ(store_->SavePaper(first, why).error().fault(), Fault::kExists);
  ASSERT_TRUE(store_->SavePaper({"letter/ban/oakmoor", 1, kStart, "boss", "other"}, why));
  ASSERT_TRUE(store_->SavePaper(second, why));
  EXPECT_EQ(store_->SavePaper({"letter/ban", 4, kStart, "boss", "hole"}, why).error().fault(), Fault::kExists);
  Reopen();
  EXPECT_EQ(store_->PaperVersions("letter/ban").value(), (std::vector<Paper>{first, second}));
  EXPECT_EQ(store_->NewestPaper("letter/ban")->value(), second);
  EXPECT_EQ(store_->NewestPaper("letter/ban/oakmoor")->value().text, "other");
  EXPECT_FALSE(store_->NewestPaper("letter")->has_value());
  EXPECT_EQ(store_->AuditTrail({.limit = 10})->size(), 3u) << "each with its row in the trail, in the same batch";
}

// Promise 7: erasing really erases, and says so.
TEST_F(StoreTest, APostIsErasedOnRequestAndTheChainSaysSo) {
  Commit(APage("oakmoor", {{APost("quiet"), Harmless()}, {APost("open"), Bad(3)}, {APost("done"), Bad(2)}}));
  const auto open = store_->FindPost("oakmoor", APost("open").global_id)->case_id.value(), done = store_->FindPost("oakmoor", APost("done").global_id)->case_id.value();
  NewDecision decision;
  decision.finding = Finding::kCriticism;
  decision.why = "criticism";
  ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(done), "amina", decision, kStart)));
  EXPECT_EQ(store_->Erase("oakmoor", APost("open").global_id, "boss", "request 7", kStart).error().fault(), Fault::kInvalid);
  EXPECT_EQ(store_->Erase("oakmoor", "never", "boss", "request 7", kStart).error().fault(), Fault::kNotFound);
  ASSERT_TRUE(store_->Erase("oakmoor", APost("quiet").global_id, "boss", "request 7", kStart));
  ASSERT_TRUE(store_->Erase("oakmoor", APost("done").global_id, "boss", "request 7", kStart));
  for (const char* id : {"quiet", "done"}) EXPECT_EQ(store_->FindPost("oakmoor", APost(id).global_id).error().fault(), Fault::kNotFound);
  EXPECT_EQ(store_->FindCase(done).error().fault(), Fault::kGone);
  EXPECT_TRUE(store_->FindCase(open));
  const auto history = store_->History(done).value();
  EXPECT_EQ(history.back().kind, EventKind::kErased);
  EXPECT_EQ(history.back().actor, "boss");
  EXPECT_THAT(history.back().details, HasSubstr("request 7"));
  for (std::size_t i = 0; i + 1 < history.size(); ++i) EXPECT_TRUE(history[i].erased);
  EXPECT_FALSE(store_->VerifyChain()->broken);
  // The bytes leave the files with the next walk, which finds nothing left over to stumble on.
  const auto walked = store_->Expire(kStart + days{400}, {});
  ASSERT_TRUE(walked) << walked.error().message();
  EXPECT_EQ(walked->cases_erased, 0u);
  store_.reset();
  for (const auto& [key, value] : RawRows(folder_.path())) EXPECT_EQ(value.find("quiet"), std::string::npos) << key;
}

TEST_F(StoreTest, ADamagedRowIsNamedAndNeverReadAsNothing) {
  Commit(APage("oakmoor", {{APost("a"), Bad(3)}}));
  store_.reset();
  Tamper(folder_.path(), [&](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Put({}, families[keys::kCases], keys::Case(1), "C\x01\x20short").ok());
    ASSERT_TRUE(db.Put({}, families[keys::kSources], "src-oakmoor", "").ok());
  });
  Reopen();
  EXPECT_EQ(store_->FindCase(1).error().message(), "case 1: damaged row: cut short or too long");
  EXPECT_EQ(store_->Queue({}).error().fault(), Fault::kMalformed);
  EXPECT_THAT(store_->Source("src-oakmoor").error().message(), HasSubstr("source src-oakmoor"));
  EXPECT_EQ(store_->Commit(APage("oakmoor", {{APost("a", "2"), Bad(3)}}), Observe).error().fault(), Fault::kMalformed);
}

// --- the chain

TEST_F(StoreTest, TheChainShowsChangeRemovalAndReordering) {
  Commit(APage("oakmoor", {{APost("a"), Bad(3)}, {APost("b"), Bad(3)}, {APost("c"), Bad(3)}, {APost("d"), Bad(3)}}));
  ASSERT_FALSE(store_->VerifyChain()->broken);
  store_.reset();
  std::vector<std::string> rows;
  using Families = std::vector<rocksdb::ColumnFamilyHandle*>;
  Tamper(folder_.path(), [&](rocksdb::DB& db, const Families& families) {
    for (std::uint64_t i = 1; i <= 4; ++i) ASSERT_TRUE(db.Get({}, families[keys::kEvents], keys::Event(i), &rows.emplace_back()).ok());
  });
  const auto put = [&](rocksdb::DB& db, const Families& families, std::uint64_t i, const std::string& row) {
    ASSERT_TRUE(db.Put({}, families[keys::kEvents], keys::Event(i), row).ok());
  };
  const auto changed = [&](std::size_t i, const std::function<void(Event&)>& how) {
    Event event = *DecodeEvent(rows[i - 1]);
    how(event);
    return Encode(event);
  };
  struct {
    const char* what;
    std::function<void(rocksdb::DB&, const Families&)> how;
    const char* message;
  } const cases[] = {
      {"details", [&](auto& db, auto& in) { put(db, in, 2, changed(2, [](Event& e) { e.details.replace(e.details.find("true"), 4, "null"); })); },
       "event 2 has other details"},
      {"actor", [&](auto& db, auto& in) { put(db, in, 2, changed(2, [](Event& e) { e.actor = "nobody"; })); }, "event 2 was changed"},
      {"time", [&](auto& db, auto& in) { put(db, in, 4, changed(4, [](Event& e) { e.at += seconds{1}; })); }, "event 4 was changed"},
      {"removed in the middle", [&](auto& db, auto& in) { (void)db.Delete({}, in[keys::kEvents], keys::Event(3)); }, "event 3 is missing"},
      {"removed at the end", [&](auto& db, auto& in) { (void)db.Delete({}, in[keys::kEvents], keys::Event(4)); }, "ends at event 3, but 4 were written"},
      {"exchanged", [&](auto& db, auto& in) { put(db, in, 2, rows[2]), put(db, in, 3, rows[1]); }, "event 2 cannot be read"},
      {"exchanged and renumbered",
       [&](auto& db, auto& in) {
         put(db, in, 2, changed(3, [](Event& e) { e.sequence = 2; }));
         put(db, in, 3, changed(2, [](Event& e) { e.sequence = 3; }));
       },
       "event 2 does not follow"},
      {"rubbish", [&](auto& db, auto& in) { put(db, in, 1, "rubbish"); }, "event 1 cannot be read"},
      {"erased without a tombstone", [&](auto& db, auto& in) { put(db, in, 2, changed(2, [](Event& e) { e.erased = true, e.details = e.salt = ""; })); },
       "details of case 2 are gone, and no tombstone"},
  };
  for (const auto& each : cases) {
    Tamper(folder_.path(), each.how);
    const auto report = (*Store::Open(folder_.path(), {.read_only = true}))->VerifyChain();
    ASSERT_TRUE(report) << each.what;
    ASSERT_TRUE(report->broken) << each.what;
    EXPECT_THAT(*report->broken, HasSubstr(each.message)) << each.what;
    Tamper(folder_.path(), [&](rocksdb::DB& db, const Families& in) {
      for (std::uint64_t i = 1; i <= 4; ++i) put(db, in, i, rows[i - 1]);
    });
  }
  EXPECT_FALSE((*Store::Open(folder_.path()))->VerifyChain()->broken);
}

// --- retention

TEST_F(StoreTest, HarmlessPostsAreForgottenWhenTheirTimeIsUp) {
  Commit(APage("oakmoor", {{APost("old"), Harmless()}, {APost("edited"), Harmless()}, {APost("case"), Bad(1)}}));
  Commit(APage("oakmoor", {{APost("edited", "2"), Harmless()}}, "c", kStart + days{20}));
  Commit(APage("oakmoor", {{APost("late"), Harmless()}}, "c", kStart + days{20}));

  EXPECT_EQ(store_->Expire(kStart + days{30}, {})->posts_forgotten, 0u) << "never early";
  EXPECT_EQ(store_->Expire(kStart + days{31}, {})->posts_forgotten, 1u);
  EXPECT_EQ(store_->FindPost("oakmoor", APost("old").global_id).error().fault(), Fault::kNotFound);
  EXPECT_TRUE(store_->FindPost("oakmoor", APost("edited").global_id));
  EXPECT_EQ(store_->Expire(kStart + days{51}, {})->posts_forgotten, 2u);
  EXPECT_EQ(store_->Expire(kStart + days{9000}, {})->posts_forgotten, 0u);
  EXPECT_TRUE(store_->FindPost("oakmoor", APost("case").global_id)) << "a post with an open case stays";
}

TEST_F(StoreTest, OpenCasesAreNeverDroppedButCountedAsOverdue) {
  Commit(APage("oakmoor", {{APost("a"), Bad(1)}, {APost("b"), Bad(1)}}));
  Commit(APage("oakmoor", {{APost("c"), Bad(1)}}, "c", kStart + days{40}));
  CloseCase(2);
  EXPECT_EQ(store_->Expire(kStart + days{10}, {})->overdue, 0u);
  EXPECT_EQ(store_->Expire(kStart + days{41}, {})->overdue, 1u);
  const ExpiryReport late = *store_->Expire(kStart + days{4000}, {});
  EXPECT_EQ(late.overdue, 2u);
  EXPECT_EQ(late.cases_erased, 1u);
  EXPECT_THAT(Listed(), ElementsAre("a", "c"));
}

TEST_F(StoreTest, AReopenedCaseIsNotErased) {
  Commit(APage("oakmoor", {{APost("a", "1"), Bad(1)}}));
  CloseCase(1);
  Commit(APage("oakmoor", {{APost("a", "2"), Bad(1)}}, "c", kStart + days{300}));
  EXPECT_EQ(store_->Expire(kStart + days{366}, {})->cases_erased, 0u);
  CloseCase(1, kStart + days{367});
  EXPECT_EQ(store_->Expire(kStart + days{367 + 365}, {})->cases_erased, 0u);
  EXPECT_EQ(store_->Expire(kStart + days{367 + 366}, {})->cases_erased, 1u);
}

std::string AllBytes(const std::string& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

TEST_F(StoreTest, ErasingLeavesATombstoneAndNotAByteOfTheText) {
  // Alike in nothing, so that compressing one against the other hides neither.
  const std::string kWords = "Zq7#vJ!kBw0x9", kId = "Kx81-Ty6_pR3m";
  const auto on_disk = [&](const std::string& what) { return AllBytes(folder_.path()).find(what) != std::string::npos; };
  Post post = APost("a");
  post.text = kWords;
  post.global_id = "https://social.example/" + kId;
  Commit(APage("oakmoor", {{post, Bad(3)}, {APost("b"), Bad(3)}}));
  Post harmless = APost("h");
  harmless.text = kWords + " too";
  Commit(APage("oakmoor", {{harmless, Harmless()}}));
  CloseCase(1);
  Reopen();  // part of it in files, part in the log
  EXPECT_TRUE(on_disk(kWords) && on_disk(kId)) << "else the test would prove nothing";

  const Digest before = store_->History(1)->front().hash;
  const ExpiryReport report = *store_->Expire(kStart + days{366}, {});
  EXPECT_EQ(report.cases_erased, 1u);
  EXPECT_EQ(report.posts_forgotten, 1u);
  EXPECT_FALSE(on_disk(kWords));
  EXPECT_FALSE(on_disk(kId));

  EXPECT_EQ(store_->FindPost("oakmoor", post.global_id).error().fault(), Fault::kNotFound);
  const auto gone = store_->FindCase(1);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().fault(), Fault::kGone);
  EXPECT_EQ(gone.error().message(), "case 1 was erased on 2027-11-03, when its time was up");
  const auto events = *store_->History(1);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].hash, before);
  EXPECT_TRUE(events[0].erased && events[1].erased);
  EXPECT_TRUE(events[0].details.empty());
  EXPECT_EQ(events[2].kind, EventKind::kErased);
  EXPECT_EQ(events[2].details, R"({"closed_at":"2026-11-02T08:00:00Z","events":2,"reason":"retention","school":"oakmoor"})");
  const ChainReport chain = *store_->VerifyChain();
  EXPECT_FALSE(chain.broken) << *chain.broken;
  EXPECT_EQ(chain.events, 4u);
  EXPECT_EQ(chain.erased, 2u);
  EXPECT_TRUE(store_->FindCase(2));
}

TEST_F(StoreTest, ManyRowsExpireInSeveralBatches) {
  std::vector<std::pair<Post, Assessment>> posts;
  for (int i = 0; i < 1200; ++i) posts.emplace_back(APost(std::to_string(i)), i % 2 ? Harmless() : Bad(1));
  Commit(APage("oakmoor", std::move(posts)));
  for (CaseId id = 1; id <= 550; ++id) CloseCase(id);
  const ExpiryReport report = *store_->Expire(kStart + days{400}, {});
  EXPECT_EQ(report.posts_forgotten, 600u);
  EXPECT_EQ(report.cases_erased, 550u);
  EXPECT_EQ(report.overdue, 50u);
  EXPECT_FALSE(store_->VerifyChain()->broken);
  EXPECT_EQ(Listed({}, 1000).size(), 50u);
}

// --- many at once

TEST_F(StoreTest, WritersAndReadersTakeTurns) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        const std::string school = t == 0 ? "oakmoor" : "brackwell";
        PageCommit page = APage(school, {{APost(std::to_string(i)), Bad(2)}});
        page.source += std::to_string(t);
        EXPECT_TRUE(store_->Commit(page, Observe));
        const auto queue = store_->Queue({});
        ASSERT_TRUE(queue) << queue.error().message();
        EXPECT_TRUE(store_->Count({}));
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Listed().size(), 60u) << "two sources of one school found the same posts: one case each";
  EXPECT_EQ(store_->VerifyChain()->events, 60u);
  EXPECT_FALSE(store_->VerifyChain()->broken);
}

}  // namespace
}  // namespace heed
