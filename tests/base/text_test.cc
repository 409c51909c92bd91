// Strings, UTF-8, files and digests: the small things everything stands on.
#include "src/base/text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

TEST(Text, SuggestsOnlyWhatIsNear) {
  EXPECT_EQ(Nearest("sevrity", {"category", "severity"}), "severity");
  EXPECT_EQ(Nearest("hashtgas", {"handles", "hashtags"}), "hashtags");
  EXPECT_EQ(Nearest("zebra", {"category", "severity"}), "");
  EXPECT_EQ(DidYouMean("nmae", {"name"}), " (did you mean \"name\"?)");
}

TEST(Text, TerminalsNeverReceiveControlOrDirectionCharacters) {
  EXPECT_EQ(ForTerminal("a\x1b[31mb\nc"), "a\u00B7[31mb c");
  EXPECT_EQ(ForTerminal("x\u202Ey\u200Bz"), "x\u00B7y\u00B7z");
  EXPECT_EQ(ForTerminal("caf\u00E9 \U0001F600"), "caf\u00E9 \U0001F600");
}

TEST(Utf8, TellsGoodFromBadAndStepsOverEveryByteOnce) {
  for (const char* good : {"", "plain", "caf\u00E9", "\u20AC", "\U0001F600"}) EXPECT_TRUE(IsUtf8(good)) << good;
  for (const char* bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "a\x80"}) {
    EXPECT_FALSE(IsUtf8(bad));
    EXPECT_TRUE(IsUtf8(RepairUtf8(bad)));
  }
  std::mt19937 dice(7);
  for (int round = 0; round < 2000; ++round) {
    std::string noise;
    for (int i = 0, n = static_cast<int>(dice() % 24); i < n; ++i) noise += static_cast<char>(dice());
    std::string rebuilt;
    for (std::size_t at = 0; at < noise.size();) AppendUtf8(rebuilt, NextChar(noise, at));
    EXPECT_EQ(rebuilt, RepairUtf8(noise));
    if (IsUtf8(noise)) EXPECT_EQ(rebuilt, noise);
  }
  EXPECT_EQ(ClipUtf8("a\u20AC", 3), "a");
  EXPECT_EQ(ClipUtf8("a\u20AC", 4), "a\u20AC");
}

TEST(Hash, HmacSha1IsThatOfRfc2202) {
  EXPECT_EQ(Hex(HmacSha1(std::string(20, '\x0b'), "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(Hex(HmacSha1("Jefe", "what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(Hex(HmacSha1(std::string(20, '\xaa'), std::string(50, '\xdd'))), "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
  EXPECT_EQ(Hex(HmacSha1(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(Hex(HmacSha1(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data")), "e8e99d0f45237d786d6bbaa7965c7808bbff1a91");
}

TEST(Hash, Sha256IsTheStandardOne) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(File, IsWrittenWholeAndReadWithALimit) {
  const std::string folder = ::testing::TempDir() + "heed-file-" + Hex(RandomBytes(6));
  ASSERT_TRUE(MakeFolder(folder + "/inner"));
  ASSERT_TRUE(WriteFile(folder + "/inner/a.txt", "hello"));
  ASSERT_TRUE(WriteFile(folder + "/inner/a.txt", "again"));
  EXPECT_EQ(*ReadFile(folder + "/inner/a.txt"), "again");
  EXPECT_EQ(ReadFile(folder + "/inner/a.txt", 3).error().fault(), Fault::kTooLarge);
  EXPECT_EQ(ReadFile(folder + "/none").error().fault(), Fault::kNotFound);
  EXPECT_EQ(ReadFile(folder).error().fault(), Fault::kIo);
  EXPECT_EQ(ListFiles(folder, ".txt")->size(), 1u);
  EXPECT_EQ(ListFiles(folder + "/none", ".txt").error().fault(), Fault::kNotFound);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace heed
