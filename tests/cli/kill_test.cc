// Promise 6: kill the process at any instant and start again: nothing lost, nothing doubled.
//
// The same posts are scanned twice: once undisturbed, and once by a heed that is killed after a random time, again and
// again, while the file grows.  Both must leave the same queue.  HEED_SOAK=1 goes on for longer.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "src/base/json.h"
#include "tests/cli/run.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

// Line `i`: one in ten mentions the school and crosses the line, one in ten mentions it and does not, and one in
// nine is an edit of an earlier post, some of which become worse, better, or stop naming the school.
std::string PostLine(std::size_t i, std::mt19937& dice) {
  constexpr const char* kBad[] = {"Oakmoor School teachers are all scum", "Oakmoor School, I will kill you", "the head of Oakmoor School is a worthless bitch"};
  const bool edit = i > 100 && i % 9 == 0;
  const std::size_t id = edit ? (i - 1 - dice() % 90) / 10 * 10 : i;
  std::string text = "Nothing about any school, number " + std::to_string(i);
  if (i % 10 == 0 || (edit && dice() % 2)) text = std::string(kBad[dice() % 3]) + ", number " + std::to_string(i);
  else if (i % 10 == 5 || (edit && dice() % 2)) text = "The fair at Oakmoor School was lovely, number " + std::to_string(i);
  JsonWriter line;
  line.Object().Field("global_id", "p:" + std::to_string(id)).Field("permalink", "https://social.example/" + std::to_string(id));
  line.Field("created_at", "2026-11-0" + std::to_string(1 + id % 9) + "T09:00:00Z").Field("text", text).EndObject();
  return line.Take() + "\n";
}

// The queue in words that do not depend on when and in which order cases were opened.
std::vector<std::string> QueueOf(const std::string& config, const std::string& data) {
  const Ran queue = Heed({"queue", "--json", "--limit", "100000", "--config", config, "--data", data});
  EXPECT_EQ(queue.code, 0) << queue.err;
  JsonParser parser;
  const auto cases = parser.Parse(queue.out);
  EXPECT_TRUE(cases) << queue.out.substr(0, 200);
  std::vector<std::string> rows;
  if (!cases) return rows;
  cases->Each([&](Json one) {
    std::string row;
    one.EachMember([&](std::string_view name, Json value) {
      if (name != "id" && name != "opened_at") row += std::string(name) + "=" + value.Dump() + " ";
    });
    rows.push_back(row);
  });
  std::ranges::sort(rows);
  return rows;
}

TEST(Kill, AtAnyInstantLosesNothingAndDoublesNothing) {
  const bool soak = ::getenv("HEED_SOAK") != nullptr;
  const std::size_t installations = soak ? 40 : 4, rounds = soak ? 100 : 50;
  std::size_t killed = 0, finished = 0;
  for (std::size_t installation = 0; installation < installations; ++installation) {
    SCOPED_TRACE("installation " + std::to_string(installation));
    std::mt19937 dice(static_cast<unsigned>(4711 + installation));
    const TempFolder folder;
    std::size_t lines = 0;
    const auto some = [&](std::size_t count) {
      std::string text;
      while (count-- > 0) text += PostLine(lines++, dice);
      return text;
    };
    const std::string config = LeastConfig(folder.path(), some(2500));
    const std::vector<std::string> scan = {"scan", "--json", "--config", config, "--data", folder / "killed"};

    // How long a scan takes here and now, its lexicon compiled before; the folder for the killed ones starts with
    // that lexicon and nothing else.
    ASSERT_EQ(Heed({"scan", "--json", "--config", config, "--data", folder / "clock"}).code, 0);
    std::filesystem::create_directory(folder / "killed");
    for (const auto& file : std::filesystem::directory_iterator(folder / "clock"))
      if (file.is_regular_file() && file.path().extension() == ".cache") std::filesystem::copy(file.path(), folder / "killed");
    std::filesystem::remove_all(folder / "clock/store");
    const auto clean = Heed({"scan", "--json", "--config", config, "--data", folder / "clock"}).took;
    const auto again = Heed({"scan", "--json", "--config", config, "--data", folder / "clock"}).took;  // with nearly all of it known

    bool through = false;  // one scan has come to its end: the next ones have less to do
    for (std::size_t round = 0; round < rounds; ++round) {
      const auto longest = through ? again : clean;
      const Ran ran = Heed(scan, {.kill_after = std::chrono::microseconds(dice() % static_cast<std::size_t>(longest.count() + 1))});
      if (ran.code == -SIGKILL) ++killed;
      else if (ran.code == 0) ++finished, through = true;
      else FAIL() << "round " << round << " ended with " << ran.code << ": " << ran.err;
      std::ofstream(folder / "posts.jsonl", std::ios::app | std::ios::binary) << some(dice() % 200);
    }
    const Ran last = Heed(scan);
    ASSERT_EQ(last.code, 0) << last.err;
    ASSERT_EQ(Heed({"scan", "--json", "--config", config, "--data", folder / "undisturbed"}).code, 0);
    const auto expected = QueueOf(config, folder / "undisturbed"), got = QueueOf(config, folder / "killed");
    ASSERT_GT(expected.size(), 250u);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]);
  }
  RecordProperty("killed", static_cast<int>(killed));
  RecordProperty("finished", static_cast<int>(finished));
  EXPECT_GT(killed, installations * rounds / 2) << finished << " ended before they were killed";
}

}  // namespace
}  // namespace heed
