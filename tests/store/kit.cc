#include "tests/store/kit.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <stdlib.h>

#include "src/base/hash.h"
#include "src/store/codec.h"
#include "src/store/keys.h"

namespace heed {

const Instant kStart = *ParseRfc3339("2026-11-02T08:00:00Z");

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "heed-store-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Post APost(std::string_view id, std::string_view version) {
  Post post;
  post.platform = "mastodon";
  post.native_id = id;
  post.global_id = "https://social.example/posts/" + std::string(id);
  post.version_id = version;
  post.permalink = post.global_id;
  post.author = {"acct-" + std::string(id), "someone", "Some One"};
  post.text = "Oakmoor School, " + std::string(id) + " as of " + std::string(version);
  post.created_at = kStart - hours{1};
  post.first_seen_at = kStart;
  return post;
}

Assessment Harmless() {
  Assessment assessment;
  assessment.mention = {true, 6, {{"name \"Oakmoor School\"", 6, 0, 14}}};
  return assessment;
}

Assessment Bad(std::uint8_t severity, std::vector<Category> categories) {
  Assessment assessment = Harmless();
  assessment.flag = true;
  assessment.severity = severity;
  assessment.priority = severity * 200u;
  assessment.hits = {{"abuse.word", categories.front(), severity, 0, 7, View::kPlain, "an insult"}};
  assessment.categories = std::move(categories);
  return assessment;
}

PageCommit APage(std::string school, std::vector<std::pair<Post, Assessment>> posts, std::string cursor, Instant at) {
  PageCommit page;
  page.source = "src-" + school;
  page.state.cursor.value = std::move(cursor);
  page.state.last_attempt = page.state.last_success = at;
  page.at = at;
  for (auto& [post, assessment] : posts) page.posts.push_back({school, std::move(post), std::move(assessment)});
  return page;
}

void ExpectCountsOfItsQueue(const Store& store) {
  QueueFilter filter;
  filter.limit = 10'000;
  const auto cases = store.Queue(filter);
  ASSERT_TRUE(cases) << cases.error().message();
  QueueCounts expected;
  for (const auto& c : *cases) {
    ++expected.states[c.state];
    if (c.state == CaseState::kBacklog) {
      ++expected.backlog;
      continue;
    }
    ++expected.open;
    expected.unjudged += !c.assessment.could_not_judge.empty();
    for (const auto category : c.assessment.categories) ++expected.categories[category];
    const auto post = store.PostOf(c);
    ASSERT_TRUE(post) << post.error().message();
    if (const auto& platform = post->Version(c.worst).post.platform; !platform.empty()) ++expected.platforms[platform];
  }
  const auto counts = store.Count({});
  ASSERT_TRUE(counts) << counts.error().message();
  EXPECT_EQ(counts->open, expected.open);
  EXPECT_EQ(counts->backlog, expected.backlog);
  EXPECT_EQ(counts->unjudged, expected.unjudged);
  EXPECT_EQ(counts->states, expected.states);
  EXPECT_EQ(counts->categories, expected.categories);
  EXPECT_EQ(counts->platforms, expected.platforms);
}

std::map<std::string, std::string> RawRows(const std::string& folder) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto* name : keys::kFamilies) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), folder + "/store", families, &handles, &db);
  std::map<std::string, std::string> rows;
  EXPECT_TRUE(status.ok()) << status.ToString();
  if (!status.ok()) return rows;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    std::unique_ptr<rocksdb::Iterator> walk(db->NewIterator(rocksdb::ReadOptions(), handles[i]));
    for (walk->SeekToFirst(); walk->Valid(); walk->Next())
      rows[std::string(keys::kFamilies[i]) + "/" + Hex(walk->key().ToString())] = walk->value().ToString();
    EXPECT_TRUE(walk->status().ok());
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
  return rows;
}

std::string Story(const std::string& folder) {
  std::string story;
  for (const auto& [name, value] : RawRows(folder)) {
    std::string told = Hex(value);
    if (name.starts_with("events/")) {
      Event event = *DecodeEvent(value);
      event.salt.clear();
      event.details_digest = event.previous = event.hash = {};
      told = Hex(Encode(event));
    } else if (name == "meta/" + Hex(keys::kHeadKey)) {
      Head head = *DecodeHead(value);
      head.hash = {};
      told = Hex(Encode(head));
    }
    story += name + " = " + told + "\n";
  }
  return story;
}

namespace {

constexpr const char* kProgress = "src-oakmoor";  // its cursor says which step comes next

// Each step is one call of the store, so that where it ends is where the store is.
Done Step(Store& store, int step, SourceState& state) {
  const Instant at = kStart + hours{step};
  const auto commit = [&](std::vector<std::pair<Post, Assessment>> posts) -> Done {
    PageCommit page = APage("oakmoor", std::move(posts), "", at);
    page.source = kProgress;
    page.state = state;
    // A trust reads one source for two schools.
    if (step % 2 == 0 && !page.posts.empty()) {
      KeptPost other = page.posts.front();
      other.school = "brackwell";
      page.posts.push_back(other);
    }
    HEED_TRY(store.Commit(page, Observe));
    return {};
  };
  const std::string n = std::to_string(step);
  switch (step % 7) {
    case 0: return commit({{APost("a" + n), Bad(2)}, {APost("b" + n), Harmless()}, {APost("c" + n), Bad(4)}});
    case 1: return commit({{APost("b" + std::to_string(step - 1)), Harmless()}, {APost("d" + n), Bad(1)}, {APost("d" + n), Bad(1)}});
    case 2: return commit({{APost("a" + std::to_string(step - 2), "2"), Harmless()}, {APost("b" + std::to_string(step - 2), "2"), Bad(3)}});
    case 3: return commit({});
    case 4: return commit({{APost("a" + std::to_string(step - 4)), Bad(2)}, {APost("e" + n), Harmless()}, {APost("e" + n, "2"), Bad(2)}});
    case 5: return commit({{APost("f" + n), Harmless()}});
    default: return commit({{APost("f" + std::to_string(step - 1), "2"), Harmless()}, {APost("g" + n), Bad(3)}});
  }
}

// What staff and upkeep do between pages: repeated harmlessly where a crash came before the cursor moved.
Done Between(Store& store, int step) {
  if (step == 5 || step == 9) {
    const Case c = HEED_TRY(store.FindCase(step == 5 ? 2 : 3));
    if (c.state == CaseState::kClosed) return {};
    const Change decision = HEED_TRY(Close(c, "head.oakmoor", "criticism", kStart + hours{step}));
    HEED_TRY(store.Record(decision));
  }
  if (step == 8) HEED_TRY(store.SaveSource("broken", SourceState{.fault = Fault::kUnavailable, .message = "no answer", .failures = 3}));
  if (step == 12) HEED_TRY(store.Expire(kStart + days{40}, {.unflagged = days{30}, .closed = days{39}, .decide_within = days{1}}));
  return {};
}

}  // namespace

int Workload::Kept(const Store& store) {
  const auto state = store.Source(kProgress);
  return !state ? -1 : state->cursor.empty() ? 0 : std::stoi(state->cursor.value);
}

Done Workload::Run(Store& store, int* acknowledged) {
  // A failed write may have reached the disk after all; only the next write shows it.  Without this one the cursor read below could be the
  // one before, retention would forget the post of the step that is repeated, and the rules' record would rightly count it again.
  if (Kept(store) < kSteps) HEED_TRY(store.SaveSource("awake", SourceState{}));
  for (;;) {
    SourceState state = HEED_TRY(store.Source(kProgress));
    const int step = state.cursor.empty() ? 0 : std::stoi(state.cursor.value);
    if (step == kSteps) return {};
    HEED_TRY(Between(store, step));
    state.cursor.value = std::to_string(step + 1);
    state.posts_read += 10;
    HEED_TRY(Step(store, step, state));
    if (acknowledged) *acknowledged = step + 1;
  }
}

}  // namespace heed
