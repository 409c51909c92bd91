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
    desk_ = std::make_unique<MediaDesk>(*store_, http_, clock_, folder_.path(), AddressGuard([](const std::string&) -> Result<std::vector<std::string>> { return std::vector<std::string>{"127.0.0.1"}; }, {"127.0.0.1:" + std::to_string(server_.port())}));
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
  std::vector<PictureStep> Look() {
    auto steps = desk_->Look();
    EXPECT_TRUE(steps) << steps.error().message();
    return steps ? *std::move(steps) : std::vector<PictureStep>{};
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
  const CaseId id = Keep({{"image", "http://192.168.0.7/a.png", ""}, {"image", "file:///etc/passwd", ""}, {"image", Url("/page"), ""}, {"video", Url("/a.png"), ""}, {"link", Url("/a.png"), ""}});
  Find(id, Finding::kBreach);
  const auto steps = Look();
  ASSERT_THAT(steps, SizeIs(3)) << "videos and links are not asked for";
  for (const auto& step : steps) EXPECT_TRUE(step.final) << step.address << " " << step.problem;
  EXPECT_THAT(Kept(id), IsEmpty());
  const CaseId forum = Keep({{"image", Url("/a.png"), ""}}, "discourse");
  Find(forum, Finding::kBreach);
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
