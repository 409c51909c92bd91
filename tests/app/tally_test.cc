// What sources ask beside reading is counted on disk, by every process, and forgotten when it is old.
#include "src/app/tally.h"

#include <gtest/gtest.h>

#include "src/base/file.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

TEST(FileTally, CountsSinceATimeForWhoeverLooks) {
  const TempFolder folder;
  FakeClock clock{"2031-03-02 08:00"};
  FileTally one(folder.path(), "tube", &clock), other(folder.path(), "tube", &clock), another(folder.path(), "x", &clock);
  EXPECT_EQ(one.Since(Instant{}).value(), 0);
  ASSERT_TRUE(one.Add(1));
  clock.Advance(hours{2});
  ASSERT_TRUE(other.Add(50));
  EXPECT_EQ(one.Since(Instant{}).value(), 51);
  EXPECT_EQ(other.Since(clock.Now() - hours{1}).value(), 50);
  EXPECT_EQ(another.Since(Instant{}).value(), 0);
}

TEST(FileTally, HalfALineIsNoneAndWithoutAFolderNothingIsCounted) {
  const TempFolder folder;
  FileTally tally(folder.path(), "x");
  ASSERT_TRUE(tally.Add(7));
  const std::string whole = ReadFile(folder / "tally/x").value();
  ASSERT_TRUE(WriteFile(folder / "tally/x", whole + "rubbish\n12\n99 \n17x 4\n"));
  EXPECT_EQ(tally.Since(Instant{}).value(), 7);
  FileTally nowhere("", "x");
  EXPECT_TRUE(nowhere.Add(3));
  EXPECT_EQ(nowhere.Since(Instant{}).value(), 0);
}

TEST(FileTally, ForgetsWhatIsOlderThanAnyPlatformsMonth) {
  const TempFolder folder;
  FakeClock clock{"2031-03-02 08:00"};
  FileTally tally(folder.path(), "x", &clock);
  std::string old;
  const auto at = std::to_string(std::chrono::floor<seconds>(clock.Now() - days{50}).time_since_epoch().count());
  while (old.size() < 300'000) old += at + " 5000\n";
  ASSERT_TRUE(tally.Add(1));
  ASSERT_TRUE(WriteFile(folder / "tally/x", old));
  ASSERT_TRUE(tally.Add(2));
  EXPECT_EQ(tally.Since(Instant{}).value(), 2);
  EXPECT_LT(ReadFile(folder / "tally/x").value().size(), 100u);
}

}  // namespace
}  // namespace heed
