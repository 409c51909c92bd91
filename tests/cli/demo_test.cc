// The demo: what a reader of its posts would expect in the queue is there, nothing else is, and nothing else is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "src/base/file.h"
#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::Contains;

const std::string kDemo = std::string(HEED_SOURCE_DIR) + "/deploy/demo";

// Scanned once for all tests of this file that run in one process.
class Demo : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    const Ran scan = Heed({"scan", "--config", kDemo + "/heed.toml", "--data", folder_->path()});
    ASSERT_EQ(scan.code, 0) << scan.err;
  }
  static void TearDownTestSuite() { delete folder_; }

  static std::string Queue() {
    const Ran queue = Heed({"queue", "--json", "--limit", "1000", "--config", kDemo + "/heed.toml", "--data", folder_->path()});
    EXPECT_EQ(queue.code, 0) << queue.err;
    return queue.out;
  }
  static inline TempFolder* folder_ = nullptr;
};

TEST_F(Demo, TheQueueHoldsExactlyWhatAReaderWouldExpect) {
  const std::string text = Queue(), wanted = ReadFile(kDemo + "/expected.json").value_or("");
  JsonParser one, two;
  const auto queue = one.Parse(text), expected = two.Parse(wanted);
  ASSERT_TRUE(queue && expected);
  std::map<std::string, std::vector<std::string>> categories;
  queue->Each([&](Json c) {
    auto& own = categories[std::string(c["global_id"].StringOr(""))];
    c["categories"].Each([&](Json category) { own.emplace_back(category.StringOr("")); });
  });
  EXPECT_EQ(queue->size(), categories.size()) << "a post is queued twice";
  std::set<std::string> ids;
  expected->Each([&](Json c) {
    const std::string id(c["global_id"].StringOr(""));
    ids.insert(id);
    EXPECT_THAT(categories[id], Contains(c["category"].StringOr(""))) << id;
  });
  for (const auto& [id, own] : categories) EXPECT_TRUE(ids.contains(id)) << id << " is queued and should not be";
}

TEST_F(Demo, EachCaseSaysWhatItIsAbout) {
  const std::string text = Queue();
  JsonParser parser;
  const auto queue = parser.Parse(text);
  ASSERT_TRUE(queue && queue->IsArray() && queue->size() > 0);
  queue->Each([](Json c) {
    for (const char* name : {"global_id", "school", "state", "permalink", "text"}) EXPECT_FALSE(c[name].StringOr("").empty()) << name;
    for (const char* name : {"id", "severity", "priority"}) EXPECT_GT(c[name].Int().value_or(0), 0) << name;
    EXPECT_EQ(c["school"].StringOr(""), "oakmoor");
    EXPECT_EQ(c["state"].StringOr(""), "queued");
    EXPECT_GT(c["categories"].size(), 0u);
    const auto length = static_cast<std::int64_t>(c["text"].StringOr("").size());
    c["hits"].Each([&](Json hit) {
      EXPECT_LT(hit["start"].Int().value_or(-1), hit["end"].Int().value_or(-1));
      EXPECT_LE(hit["end"].Int().value_or(length + 1), length);
    });
  });
}

TEST_F(Demo, TheWorstComesFirstAndTheLimitIsKept) {
  const Ran few = Heed({"queue", "--json", "--limit", "3", "--config", kDemo + "/heed.toml", "--data", folder_->path()});
  JsonParser parser;
  const auto queue = parser.Parse(few.out);
  ASSERT_TRUE(queue) << few.out;
  ASSERT_EQ(queue->size(), 3u);
  EXPECT_GE((*queue)[0]["severity"].Int(), (*queue)[1]["severity"].Int());
  EXPECT_GE((*queue)[1]["severity"].Int(), (*queue)[2]["severity"].Int());
}

TEST_F(Demo, ASecondScanChangesNothing) {
  const std::string before = Queue();
  const Ran again = Heed({"scan", "--json", "--config", kDemo + "/heed.toml", "--data", folder_->path()});
  EXPECT_EQ(again.code, 0) << again.err;
  JsonParser parser;
  const auto report = parser.Parse(again.out);
  ASSERT_TRUE(report) << again.out;
  (*report)["runs"].Each([](Json run) { EXPECT_EQ(run["opened"].Int().value_or(-1), 0); });
  EXPECT_EQ(Queue(), before);
}

// Promise 2: what does not mention the school is never kept, nor is what its author did not make public.
TEST(Kept, NoByteOfPostsThatAreNotOurBusiness) {
  const TempFolder folder;
  std::string posts;
  for (int i = 0; i < 3000; ++i)
    posts += "{\"id\": \"" + std::to_string(i) + "\", \"text\": \"I will kill you, said the zanzibarquux, " + std::to_string(i) + "\", \"author\": \"quuxauthor\"}\n";
  posts +=
      "{\"id\": \"a\", \"text\": \"Oakmoor School teachers are all scum, privatequux\", \"visibility\": \"private\"}\n"
      "{\"id\": \"b\", \"text\": \"Oakmoor School teachers are all scum, followersquux\", \"visibility\": \"followers\"}\n"
      "{\"id\": \"c\", \"text\": \"Oakmoor School teachers are all scum, publicquux\"}\n"
      // An edit that no longer names the school: kept that it was, without its words.
      "{\"id\": \"c\", \"text\": \"I was wrong, editedquux\"}\n";
  const std::string config = LeastConfig(folder.path(), posts);
  const std::string data = folder / "data";
  const Ran scan = Heed({"scan", "--config", config, "--data", data});
  ASSERT_EQ(scan.code, 0) << scan.err;
  bool kept = false;
  for (const auto& file : std::filesystem::recursive_directory_iterator(data)) {
    if (!file.is_regular_file()) continue;
    const auto bytes = ReadFile(file.path().string(), 1ull << 30);
    ASSERT_TRUE(bytes) << bytes.error().message();
    for (const char* marker : {"zanzibarquux", "quuxauthor", "privatequux", "followersquux", "editedquux"})
      EXPECT_EQ(bytes->find(marker), std::string::npos) << marker << " in " << file.path();
    kept = kept || bytes->find("publicquux") != std::string::npos;
  }
  EXPECT_TRUE(kept) << "this test would not see words that are kept";
}

}  // namespace
}  // namespace heed
