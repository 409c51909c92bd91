// Pictures of posts: whose are fetched, when, from where, and what is never kept.
#include "src/app/media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/originals.h"
#include "src/base/hash.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/evidence/capture.h"
#include "tests/app/numpty_judge.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kVideo = std::string("\0\0\0\x18", 4) + "ftypmp42" + std::string(40, '\0') + "a video";
const std::string kPicture = "\x89PNG\r\n\x1a\n a picture";

class MediaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = Store::Open(folder_.path()).value();
    server_.Route("/a.png", Answer::Of("image/png", kPicture));
    server_.Route("/page", Answer::Of("image/png", "<html>no picture</html>"));
    Fresh();
  }
  void Fresh() {
    desk_ = std::make_unique<MediaDesk>(*store_, http_, clock_, folder_.path(), wanted_, AddressGuard([](const std::string&) -> Result<std::vector<std::string>> { return std::vector<std::string>{"127.0.0.1"}; }, {"127.0.0.1:" + std::to_string(server_.port())}));
  }
  CaseId Keep(std::vector<Media> media, std::string platform = "mastodon") {
    const std::string id = "post-" + std::to_string(++posts_);
    EXPECT_TRUE(store_->Commit(NumptyPage(id, clock_.Now(), std::move(media), std::move(platform)), Observe));
    return store_->FindPost("oakmoor", id)->case_id.value();
  }
  void Find(CaseId id, Finding finding) {
    NewDecision decision;
    decision.finding = finding;
    decision.why = "so it is";
    decision.category = Category::kAbuse;
    decision.severity = 2;
    const auto change = Decide(store_->FindCase(id).value(), "ada", decision, clock_.Now());
    ASSERT_TRUE(change) << change.error().message();
    ASSERT_TRUE(store_->Record(*change));
  }
  std::string Url(std::string_view path) const { return "http://pictures.example:" + std::to_string(server_.port()) + std::string(path); }
  std::vector<MediaStep> Look() {
    auto steps = desk_->Look();
    EXPECT_TRUE(steps) << steps.error().message();
    return steps ? *std::move(steps) : std::vector<MediaStep>{};
  }
  std::vector<Capture> Kept(CaseId id) {
    std::vector<Capture> kept;
    const auto history = store_->History(id);
    for (const auto& event : *history)
      if (event.kind == EventKind::kCaptured) kept.push_back(ReadCapture(event.details).value());
    return kept;
  }
  TempFolder folder_;
  FakeClock clock_{"2026-11-02 08:00"};
  HttpServer server_;
  HttpClient http_{HttpClient::Options{}};
  std::unique_ptr<Store> store_;
  MediaWanted wanted_;
  std::unique_ptr<MediaDesk> desk_;
  int posts_ = 0;
};

TEST_F(MediaTest, AreFetchedOnceAPersonHasFoundABreachAndKeptByDigest) {
  const CaseId id = Keep({{"image", Url("/a.png"), "a drawing"}});
  EXPECT_THAT(Look(), IsEmpty()) << "nobody has looked at the post yet";
  EXPECT_THAT(server_.requests(), IsEmpty());
  Find(id, Finding::kBreach);
  ASSERT_THAT(Look(), SizeIs(1));
  const auto kept = Kept(id);
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].whose, "media");
  EXPECT_EQ(kept[0].sha256, Sha256Hex(kPicture));
  EXPECT_EQ(kept[0].address, Url("/a.png"));
  EXPECT_EQ(ReadOriginal(folder_.path(), "oakmoor", kept[0].sha256).value(), kPicture);
  // Once, for a heed that was started anew too.
  EXPECT_THAT(Look(), IsEmpty());
  Fresh();
  EXPECT_THAT(Look(), IsEmpty());
  EXPECT_THAT(server_.requests(), SizeIs(1));
  // The same picture in another post is one file.
  const CaseId other = Keep({{"image", Url("/a.png"), ""}});
  Find(other, Finding::kBreach);
  EXPECT_THAT(Look(), SizeIs(1));
  EXPECT_EQ(Kept(other)[0].sha256, kept[0].sha256);
}

TEST_F(MediaTest, OfAnyOtherFindingAreNotFetched) {
  for (const auto finding : {Finding::kDanger, Finding::kChildImage, Finding::kSafeguarding, Finding::kAnonymity, Finding::kCriticism, Finding::kNotOurs}) {
    const CaseId id = Keep({{"image", Url("/a.png"), ""}});
    Find(id, finding);
    EXPECT_THAT(Look(), IsEmpty()) << ToString(finding);
  }
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(MediaTest, OfACaseThatIsDecidedOtherwiseBeforeTheyCameAreNotKept) {
  int asked = 0;
  server_.Route("/slow.png", [&](const SeenRequest&) { return ++asked, Answer::Status(503); });
  const CaseId id = Keep({{"image", Url("/slow.png"), ""}});
  Find(id, Finding::kBreach);
  ASSERT_THAT(Look(), SizeIs(1));
  EXPECT_THAT(Look(), IsEmpty()) << "not at once again";
  ASSERT_TRUE(store_->Record(*Undo(store_->FindCase(id).value(), "ada", "looked again", clock_.Now())));
  Find(id, Finding::kChildImage);
  clock_.Advance(hours{2});
  const auto steps = Look();
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_TRUE(steps[0].final);
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(Kept(id), IsEmpty());
}

TEST_F(MediaTest, FromTheSchoolsOwnNetworkOrOfNoPictureAreRefused) {
  const CaseId id = Keep({{"image", "http://192.168.0.7/a.png", ""}, {"image", "file:///etc/passwd", ""}, {"image", Url("/page"), ""}, {"video", Url("/a.png"), ""}, {"video", "http://10.0.0.1/a.mp4", ""}, {"link", Url("/a.png"), ""}});
  Find(id, Finding::kBreach);
  const auto steps = Look();
  ASSERT_THAT(steps, SizeIs(5)) << "links are not asked for, and a picture is no video";
  for (const auto& step : steps) EXPECT_TRUE(step.final) << step.address << " " << step.problem;
  EXPECT_THAT(Kept(id), IsEmpty());
  const CaseId forum = Keep({{"image", Url("/a.png"), ""}}, "discourse");
  Find(forum, Finding::kBreach);
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(MediaTest, VideosAreFetchedByTheSameRulesAndKeptByDigest) {
  server_.Route("/a.mp4", Answer::Of("video/mp4", kVideo));
  const std::vector<Media> media = {{"video", Url("/a.mp4"), "a fight"}, {"image", Url("/a.png"), ""}};
  for (const auto finding : {Finding::kDanger, Finding::kChildImage, Finding::kSafeguarding, Finding::kAnonymity, Finding::kCriticism, Finding::kNotOurs}) {
    Find(Keep(media), finding);
    EXPECT_THAT(Look(), IsEmpty()) << ToString(finding);
  }
  EXPECT_THAT(server_.requests(), IsEmpty());
  const CaseId id = Keep(media);
  EXPECT_THAT(Look(), IsEmpty()) << "nobody has looked at the post yet";
  Find(id, Finding::kBreach);
  ASSERT_THAT(Look(), SizeIs(2));
  const auto kept = Kept(id);
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].media_type, "video/mp4");
  EXPECT_EQ(kept[0].name, "video.mp4");
  EXPECT_EQ(kept[0].sha256, Sha256Hex(kVideo));
  EXPECT_EQ(kept[0].bytes, kVideo.size());
  EXPECT_EQ(ReadOriginal(folder_.path(), "oakmoor", kept[0].sha256).value(), kVideo);
  EXPECT_FALSE(KindOfOriginal(kVideo).picture) << "no page shows it";
  Fresh();
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(MediaTest, VideosServedInPartsAreJoinedInTheLargestSizeThatFits) {
  std::string first(188, '\0'), second(188, '\0');
  first[0] = second[0] = 'G';
  first[1] = '\xff';
  second[10] = 'x';
  server_.Route("/v/playlist.m3u8", Answer::Of("application/vnd.apple.mpegurl", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000000\nhuge.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=500000\nsmall.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\nbig.m3u8\n"));
  const auto parts = [](const std::string& name) { return Answer::Of("application/vnd.apple.mpegurl", "#EXTM3U\n#EXTINF:5,\n" + name + "0.ts\n#EXTINF:5,\n" + name + "1.ts\n#EXT-X-ENDLIST\n"); };
  for (const char* size : {"huge", "big", "small"}) server_.Route("/v/" + std::string(size) + ".m3u8", parts(size));
  server_.Route("/v/big0.ts", Answer::Of("video/mp2t", first));
  server_.Route("/v/big1.ts", Answer::Of("video/mp2t", second));
  const CaseId id = Keep({{"video", Url("/v/playlist.m3u8"), ""}}, "bluesky");
  Find(id, Finding::kBreach);
  const auto steps = Look();
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0].problem, "");
  const auto kept = Kept(id);
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].media_type, "video/mp2t");
  EXPECT_EQ(kept[0].sha256, Sha256Hex(first + second));
  EXPECT_THAT(kept[0].how, HasSubstr("2 parts"));
}

TEST_F(MediaTest, VideosInPartsFromTheSchoolsOwnNetworkOrEncryptedOrWithoutEndAreRefused) {
  server_.Route("/inside.m3u8", Answer::Of("x", "#EXTM3U\n#EXTINF:5,\nhttp://192.168.0.7/a.ts\n#EXT-X-ENDLIST\n"));
  server_.Route("/locked.m3u8", Answer::Of("x", "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:5,\na.ts\n#EXT-X-ENDLIST\n"));
  server_.Route("/live.m3u8", Answer::Of("x", "#EXTM3U\n#EXTINF:5,\na.ts\n"));
  for (const char* path : {"/inside.m3u8", "/locked.m3u8", "/live.m3u8"}) {
    const CaseId id = Keep({{"video", Url(path), ""}}, "bluesky");
    Find(id, Finding::kBreach);
    const auto steps = Look();
    ASSERT_THAT(steps, SizeIs(1)) << path;
    EXPECT_TRUE(steps[0].final) << path << " " << steps[0].problem;
    EXPECT_THAT(Kept(id), IsEmpty());
  }
}

TEST_F(MediaTest, VideosBeyondTheirSizeAreNotKept) {
  server_.Route("/long.mp4", Answer::Of("video/mp4", kVideo + std::string(kMaxVideo, '\0')));
  const std::string part(kMaxVideo / 2, 'G');
  server_.Route("/long.m3u8", Answer::Of("x", "#EXTM3U\n#EXTINF:5,\n0.ts\n#EXTINF:5,\n1.ts\n#EXTINF:5,\n2.ts\n#EXT-X-ENDLIST\n"));
  for (const char* path : {"/0.ts", "/1.ts", "/2.ts"}) server_.Route(path, Answer::Of("video/mp2t", part));
  for (const char* path : {"/long.mp4", "/long.m3u8"}) {
    const CaseId id = Keep({{"video", Url(path), ""}});
    Find(id, Finding::kBreach);
    const auto steps = Look();
    ASSERT_THAT(steps, SizeIs(1));
    EXPECT_TRUE(steps[0].final) << steps[0].problem;
    EXPECT_THAT(Kept(id), IsEmpty());
  }
}

TEST_F(MediaTest, VideosOrPicturesNobodyWantsAreNotAskedFor) {
  wanted_ = {.pictures = false, .videos = false};
  Fresh();
  Find(Keep({{"video", Url("/a.mp4"), ""}, {"image", Url("/a.png"), ""}}), Finding::kBreach);
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(MediaTest, AreForgottenWithTheirCase) {
  const CaseId id = Keep({{"image", Url("/a.png"), ""}});
  Find(id, Finding::kBreach);
  ASSERT_THAT(Look(), SizeIs(1));
  // A day later the file is old enough to be removed, and is not: something points to it.
  const Instant later = SystemClock{}.Now() + days{2};
  EXPECT_EQ(ForgetOriginals(folder_.path(), *store_, later).value(), 0u);
  ASSERT_TRUE(store_->Record(*Close(store_->FindCase(id).value(), "ada", "over", clock_.Now())));
  ASSERT_EQ(store_->Expire(clock_.Now() + days{400}, {})->cases_erased, 1u);
  EXPECT_EQ(ForgetOriginals(folder_.path(), *store_, later).value(), 1u);
}

}  // namespace
}  // namespace heed
