// Playlists of videos served in parts, and what is none.
#include "src/net/hls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kHere = "https://video.example/watch/1/playlist.m3u8";

TEST(Hls, ListsTheSameVideoInSeveralSizes) {
  const auto list = ParseHls(
      "#EXTM3U\r\n#EXT-X-VERSION:3\r\n#EXT-X-STREAM-INF:PROGRAM-ID=0,CODECS=\"avc1.64001e,mp4a.40.2\",BANDWIDTH=688540,RESOLUTION=360x640\r\n360p/video.m3u8?session_id=abc\r\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=1921217\n/720p/video.m3u8\n",
      kHere);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->variants.size(), 2u);
  EXPECT_EQ(list->variants[0].bits_per_second, 688'540u);
  EXPECT_EQ(list->variants[0].url, "https://video.example/watch/1/360p/video.m3u8?session_id=abc");
  EXPECT_EQ(list->variants[1].url, "https://video.example/720p/video.m3u8");
  EXPECT_THAT(list->parts, IsEmpty());
}

TEST(Hls, ListsThePartsHeadFirst) {
  const auto list = ParseHls("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:6.000,\nvideo0.m4s\n#EXTINF:2.5,\nvideo1.m4s\n#EXT-X-ENDLIST\n", kHere);
  ASSERT_TRUE(list);
  EXPECT_THAT(list->parts, ElementsAre("https://video.example/watch/1/init.mp4", "https://video.example/watch/1/video0.m4s", "https://video.example/watch/1/video1.m4s"));
  EXPECT_EQ(list->length, seconds{8});
  EXPECT_TRUE(list->whole);
  EXPECT_FALSE(list->locked);
}

TEST(Hls, RangesOfOneFileAreThatFileOnce) {
  const auto list = ParseHls("#EXTM3U\n#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"700@0\"\n#EXT-X-BYTERANGE:5000@700\n#EXTINF:4,\nall.mp4\n#EXT-X-BYTERANGE:5000\n#EXTINF:4,\nall.mp4\n#EXT-X-ENDLIST\n", kHere);
  ASSERT_TRUE(list);
  EXPECT_THAT(list->parts, ElementsAre("https://video.example/watch/1/all.mp4"));
}

TEST(Hls, ThatIsEncryptedOrGoesOnIsSaidToBe) {
  const auto locked = ParseHls("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:4,\na.ts\n", kHere);
  ASSERT_TRUE(locked);
  EXPECT_TRUE(locked->locked);
  EXPECT_FALSE(locked->whole);
  EXPECT_FALSE(ParseHls("#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\na.ts\n", kHere)->locked);
}

TEST(Hls, ThatIsNoneOrPointsElsewhereIsRefused) {
  EXPECT_FALSE(ParseHls("", kHere));
  EXPECT_FALSE(ParseHls("<html>", kHere));
  EXPECT_FALSE(ParseHls("#EXTM3U\n", kHere));
  EXPECT_FALSE(ParseHls("#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n", kHere));
  EXPECT_FALSE(ParseHls("#EXTM3U\n#EXT-X-MAP:URI=\"data:video/mp4;base64,AAAA\"\n#EXTINF:4,\na.ts\n", kHere));
  std::string many = "#EXTM3U\n";
  for (std::size_t i = 0; i <= kMaxHlsParts; ++i) many += "#EXTINF:4,\n" + std::to_string(i) + ".ts\n";
  EXPECT_EQ(ParseHls(many, kHere).error().fault(), Fault::kTooLarge);
}

TEST(Hls, OddListsDoNoHarm) {
  for (const char* odd : {"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH\nx", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=\"\nx", "#EXTM3U\n#EXT-X-STREAM-INF:=,=,\nx", "#EXTM3U\n#EXTINF:nan,\nx", "#EXTM3U\n#EXTINF:1e999,\nx", "#EXTM3U\n#EXT-X-MAP:URI=\"\"\nx"}) {
    const auto list = ParseHls(odd, kHere);
    ASSERT_TRUE(list) << odd;
    EXPECT_EQ(list->length, seconds{0});
  }
}

}  // namespace
}  // namespace heed
