// Tips handed in, files kept with a case, legal holds and evidence packs, as staff meet them in the console.
#include "src/casework/acts.h"
#include "tests/console/fixture.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class EvidencePagesTest : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    AddPerson("triage", {{Role::kTriage, "oakmoor"}});
    AddPerson("head", {{Role::kHead, "oakmoor"}});
    AddPerson("legal", {{Role::kLegal, "oakmoor"}});
    case_ = Keep("oakmoor", APost("1", "Oakmoor School is run by clowns"));
    other_ = Keep("ashford", APost("2", "Ashford School is run by clowns"));
  }
  void Find(Finding finding) {
    NewDecision decision;
    decision.finding = finding;
    decision.why = "so it is";
    ASSERT_TRUE(store_->Record(*Decide(*store_->FindCase(case_), "triage", decision, clock_.Now())));
  }
  std::string Of(std::string_view rest) const { return "/cases/" + std::to_string(case_) + std::string(rest); }
  std::vector<std::string> Trail() {
    std::vector<std::string> actions;
    const auto rows = store_->AuditTrail({});
    for (const auto& row : *rows) actions.push_back(row.action);
    return actions;
  }
  CaseId case_ = 0, other_ = 0;
};

TEST_F(EvidencePagesTest, ATipIsHandedInWithItsFilesAndWhoSentIt) {
  auto browser = SignedIn("triage");
  EXPECT_THAT(browser.Get("/tips").body, AllOf(HasSubstr("enctype=\"multipart/form-data\""), HasSubstr("Who sent it, and how?"), HasSubstr("sexual image of a child")));
  const auto sent = browser.Upload("/tips", {{"from", "a parent, by mail"}, {"note", "she is upset"}, {"links", "https://forum.example/1\r\n\r\nhttps://forum.example/2\r\n"}, {"text", ""}},
                                   {{"files", "chat.txt", "13/11/2026, 08:00 - Jo: hello"}, {"files", "shot.png", std::string("\x89PNG\0\r\n--x", 10)}});
  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(sent.Header("Location"), "/tips/tip1");
  ASSERT_EQ(tips_.size(), 1u);
  EXPECT_EQ(tips_[0].school, "oakmoor") << "the only one she works for";
  EXPECT_EQ(tips_[0].by, "triage");
  EXPECT_EQ(tips_[0].from, "a parent, by mail");
  EXPECT_THAT(tips_[0].links, ElementsAre("https://forum.example/1", "https://forum.example/2"));
  ASSERT_EQ(tips_[0].files.size(), 2u);
  EXPECT_EQ(tips_[0].files[1].name, "shot.png");
  EXPECT_EQ(tips_[0].files[1].bytes, std::string("\x89PNG\0\r\n--x", 10)) << "byte for byte";
  EXPECT_EQ(Trail().front(), "tip-handed-in");
}

TEST_F(EvidencePagesTest, ATipThatLacksSomethingSaysWhatAndKeepsWhatWasTyped) {
  auto browser = SignedIn("triage");
  browser.Get("/tips");
  auto sent = browser.Upload("/tips", {{"from", ""}, {"text", "words"}}, {{"files", "a.txt", "x"}});
  EXPECT_EQ(sent.status, 422);
  EXPECT_THAT(sent.body, AllOf(HasSubstr("Say who sent it"), HasSubstr("Choose the files again"), HasSubstr(">words</textarea>")));
  // A file field that was left empty is no file.
  sent = browser.Upload("/tips", {{"from", "a parent"}}, {{"files", "", ""}});
  EXPECT_THAT(sent.body, HasSubstr("Add a file, an address or some words"));
  sent = browser.Upload("/tips", {{"from", "a parent"}, {"links", "javascript:alert(1)"}}, {});
  EXPECT_THAT(sent.body, HasSubstr("Give whole addresses"));
  sent = browser.Upload("/tips", {{"from", "a parent"}, {"text", "words"}, {"school", "ashford"}}, {});
  EXPECT_THAT(sent.body, HasSubstr("Choose the school"));
  EXPECT_TRUE(tips_.empty());
}

TEST_F(EvidencePagesTest, WhatBecameOfATipIsToldWithItsCasesAndHowSureTheReadingIs) {
  ::heed::Post post = APost("3", "a school of clowns");
  post.handed_in.emplace();
  post.handed_in->by = "triage";
  post.handed_in->from = "a parent";
  post.handed_in->confidence = 83;
  const CaseId id = Keep("oakmoor", post, {{"abuse.clown", Category::kAbuse, 2, 12, 18, View::kPlain, "a clown"}});
  TipTold& told = tips_told_["tip1"];
  told.school = "oakmoor";
  auto browser = SignedIn("triage");
  EXPECT_THAT(browser.Get("/tips/tip1").body, HasSubstr("Look again"));
  told.state = JobState::kDone;
  told.opened = 1;
  told.lines.push_back({.name = "shot<b>.png", .kind = "picture", .place = "", .messages = 1, .flagged = 1, .original_kept = true, .cases = {id}, .notes = {"read from its left half"}, .unsure = "a quarter of it is blurred"});
  told.not_read.emplace_back("clip.mp4", "is a video: describe what it shows");
  const auto page = browser.Get("/tips/tip1");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, AllOf(HasSubstr("1 new case"), HasSubstr("href=\"/cases/" + std::to_string(id) + "\""), HasSubstr("83 of 100 sure"), HasSubstr("shot&lt;b&gt;.png"), HasSubstr("a quarter of it is blurred")));
  EXPECT_THAT(page.body, AllOf(HasSubstr("clip.mp4"), HasSubstr("read from its left half"), HasSubstr("The file itself is kept")));
  EXPECT_THAT(page.body, Not(HasSubstr("clowns"))) << "hurtful words stay covered";
  EXPECT_THAT(browser.Get("/cases/" + std::to_string(id)).body, AllOf(HasSubstr("Handed in"), HasSubstr("83 of 100 sure")));
  // Another school's tip, and one nobody remembers.
  told.school = "ashford";
  EXPECT_EQ(browser.Get("/tips/tip1").status, 404);
  EXPECT_EQ(browser.Get("/tips/tip2").status, 404);
}

TEST_F(EvidencePagesTest, MoreThanAFormIsTakenOnlyFromWhoMayUpload) {
  http::Request head;
  head.method = "POST";
  head.path = "/tips";
  EXPECT_EQ(console_->BodyLimit(head), 1u << 20) << "a stranger";
  auto legal = SignedIn("legal");
  head.headers = {{"cookie", "heed=" + legal.cookies["heed"]}};
  EXPECT_EQ(console_->BodyLimit(head), 1u << 20) << "one who hands in no tips";
  auto triage = SignedIn("triage");
  head.headers = {{"cookie", "heed=" + triage.cookies["heed"]}};
  EXPECT_GT(console_->BodyLimit(head), kMaxHandedIn);
  head.path = "/packs/new";
  EXPECT_EQ(console_->BodyLimit(head), 1u << 20);
}

TEST_F(EvidencePagesTest, ACaptureIsKeptWithHowItWasMade) {
  auto browser = SignedIn("triage");
  browser.Get(Of("/evidence"));
  auto sent = browser.Upload(Of("/captures"), {{"how", "On the office PC, Firefox, not signed in"}, {"address", "https://social.example/1"}, {"taken_at", "2031-03-02T07:30:00Z"}}, {{"file", "..\\shot.png", "\x89PNG"}});
  EXPECT_EQ(sent.status, 303) << sent.body;
  ASSERT_EQ(captures_.size(), 1u);
  EXPECT_EQ(captures_[0].case_id, case_);
  EXPECT_EQ(captures_[0].by, "triage");
  EXPECT_EQ(captures_[0].file.bytes, "\x89PNG");
  EXPECT_EQ(captures_[0].taken_at, *ParseRfc3339("2031-03-02T07:30:00Z"));
  sent = browser.Upload(Of("/captures"), {{"how", ""}, {"taken_at", "yesterday"}}, {{"file", "shot.png", "x"}});
  EXPECT_EQ(sent.status, 422);
  EXPECT_THAT(sent.body, AllOf(HasSubstr("Say how it was made"), HasSubstr("Give day and time"), HasSubstr("Choose the file again")));
  EXPECT_THAT(browser.Upload(Of("/captures"), {{"how", "so"}}, {{"file", "", ""}}).body, HasSubstr("Choose the file"));
  EXPECT_THAT(browser.Upload(Of("/captures"), {{"how", "so"}}, {{"file", "a.exe", "no kind of file"}}).body, HasSubstr("none of the kinds heed takes"));
  EXPECT_EQ(captures_.size(), 1u);
}

TEST_F(EvidencePagesTest, FilesAreHandedOverAsTheyAreAndPicturesAreBlurredUntilAskedFor) {
  files_ = {{.about = {.key = "media-1", .what = "media", .name = "a picture\"\r\n.png", .media_type = "image/png", .whose = {}, .how = {}, .address = {}, .sha256 = std::string(64, 'a'), .by = {}, .at = {}, .picture = true, .gone = {}}, .bytes = "PNG"},
            {.about = {.key = "capture-2", .what = "capture", .name = "page.html", .media_type = "text/html", .whose = "staff", .how = "<script>", .address = {}, .sha256 = std::string(64, 'b'), .by = "triage", .at = {}, .gone = {}}, .bytes = "<script>alert(1)</script>"}};
  auto browser = SignedIn("legal");
  auto page = browser.Get(Of("/evidence"));
  EXPECT_THAT(page.body, AllOf(HasSubstr("heed-blurred"), HasSubstr("media-1?as=picture"), HasSubstr("&lt;script&gt;"), Not(HasSubstr("Add a capture")), Not(HasSubstr("<script>alert"))));
  EXPECT_THAT(browser.Get(Of("/evidence?pictures=shown")).body, AllOf(Not(HasSubstr("heed-blurred")), HasSubstr("Blur them")));
  auto file = browser.Get(Of("/files/media-1?as=picture"));
  EXPECT_EQ(file.Header("Content-Type"), "image/png");
  // Whatever it is, a browser keeps it and does not run it.
  file = browser.Get(Of("/files/capture-2?as=picture"));
  EXPECT_EQ(file.Header("Content-Type"), "application/octet-stream");
  EXPECT_THAT(std::string(file.Header("Content-Disposition")), HasSubstr("attachment"));
  EXPECT_EQ(file.body, "<script>alert(1)</script>");
  EXPECT_EQ(Trail().front(), "evidence-file-taken");
  file = browser.Get(Of("/files/media-1"));
  EXPECT_THAT(std::string(file.Header("Content-Disposition")), AllOf(Not(HasSubstr("\r")), HasSubstr("a_picture___.png")));
  EXPECT_EQ(browser.Get(Of("/files/nothing")).status, 404);
  // While the safeguarding lead has the case, pictures are not shown; the files can be taken.
  Find(Finding::kSafeguarding);
  EXPECT_THAT(browser.Get(Of("/evidence?pictures=shown")).body, AllOf(Not(HasSubstr("<img")), HasSubstr("safeguarding lead")));
  EXPECT_EQ(browser.Get(Of("/files/media-1?as=picture")).Header("Content-Type"), "application/octet-stream");
}

TEST_F(EvidencePagesTest, NothingOfASexualImageOfAChildIsListed) {
  files_ = {{.about = {.key = "media-1", .what = "media", .name = "x", .media_type = "image/png", .whose = {}, .how = {}, .address = {}, .sha256 = {}, .by = {}, .at = {}, .picture = true, .gone = {}}, .bytes = "PNG"}};
  Find(Finding::kChildImage);
  auto browser = SignedIn("head");
  const auto page = browser.Get(Of("/evidence"));
  EXPECT_EQ(page.status, 403);
  EXPECT_THAT(page.body, Not(HasSubstr("media-1")));
}

TEST_F(EvidencePagesTest, AHoldHasAPurposeAPersonAndADayAndIsReleasedByTheHead) {
  auto browser = SignedIn("triage");
  const auto moment = [&] { return std::to_string(store_->FindCase(case_)->events); };
  browser.Get(Of("/evidence"));
  EXPECT_THAT(browser.Post(Of("/hold"), {{"moment", moment()}, {"purpose", " "}, {"review", "some day"}}).body, AllOf(HasSubstr("Say what it is kept for"), HasSubstr("Give the day")));
  EXPECT_THAT(browser.Post(Of("/hold"), {{"moment", moment()}, {"purpose", "a claim"}, {"review", "2032-03-02"}}).body, HasSubstr("not later than 2031-09-01"));
  EXPECT_EQ(browser.Post(Of("/hold"), {{"moment", "99"}, {"purpose", "a claim"}, {"review", "2031-06-01"}}).status, 409);
  EXPECT_EQ(browser.Post(Of("/hold"), {{"moment", moment()}, {"purpose", "a claim in defamation"}, {"review", "2031-06-01"}}).status, 303);
  const auto hold = store_->FindCase(case_)->hold;
  ASSERT_TRUE(hold);
  EXPECT_EQ(*hold, (LegalHold{"a claim in defamation", "triage", clock_.Now(), *ParseRfc3339("2031-06-01")}));
  EXPECT_THAT(browser.Get(Of("")).body, AllOf(HasSubstr("Legal hold"), HasSubstr("Hold-placed")));
  EXPECT_THAT(browser.Get("/packs").body, HasSubstr("a claim in defamation"));
  clock_.Advance(days{100});
  auto head = SignedIn("head");
  EXPECT_THAT(head.Get("/packs").body, HasSubstr("Overdue"));
  EXPECT_THAT(head.Get(Of("/evidence")).body, HasSubstr("was to be looked at on"));
  EXPECT_EQ(head.Post(Of("/hold/release"), {{"moment", moment()}, {"why", ""}}).status, 422);
  EXPECT_EQ(head.Post(Of("/hold/release"), {{"moment", moment()}, {"why", "settled out of court"}}).status, 303);
  EXPECT_FALSE(store_->FindCase(case_)->hold);
}

TEST_F(EvidencePagesTest, APackIsAskedForWithItsPurposeAndSealedWhenItIsWhole) {
  auto browser = SignedIn("triage");
  EXPECT_THAT(browser.Get("/packs/new?cases=" + std::to_string(case_)).body, HasSubstr("value=\"" + std::to_string(case_) + "\""));
  // Another school's case is not there for her.
  auto sent = browser.Post("/packs/new", {{"cases", std::to_string(case_) + ", " + std::to_string(other_)}, {"copy", "working"}, {"purpose", "for governors"}});
  EXPECT_EQ(sent.status, 422);
  EXPECT_THAT(sent.body, HasSubstr("There is no case " + std::to_string(other_)));
  sent = browser.Post("/packs/new", {{"cases", std::to_string(case_)}, {"copy", "evidence"}, {"purpose", "advice"}});
  EXPECT_THAT(sent.body, HasSubstr("An evidence copy is sealed"));
  sent = browser.Post("/packs/new", {{"cases", std::to_string(case_)}, {"copy", "evidence"}, {"purpose", "advice"}, {"recipient", "A. Solicitor"}, {"passphrase", "too short"}, {"again", "too short"}});
  EXPECT_THAT(sent.body, HasSubstr("at least 12 characters"));
  sent = browser.Post("/packs/new", {{"cases", std::to_string(case_)}, {"copy", "evidence"}, {"purpose", "advice"}, {"recipient", "A. Solicitor"}, {"passphrase", "long enough by far"}, {"again", "long enough by fat"}});
  EXPECT_THAT(sent.body, AllOf(HasSubstr("same passphrase twice"), Not(HasSubstr("long enough by far"))));
  sent = browser.Post("/packs/new", {{"cases", ""}, {"copy", ""}, {"purpose", ""}});
  EXPECT_THAT(sent.body, AllOf(HasSubstr("Name the cases"), HasSubstr("Choose which copy"), HasSubstr("Say what it is for")));
  sent = browser.Post("/packs/new", {{"cases", std::to_string(case_)}, {"copy", "evidence"}, {"purpose", "advice"}, {"mask", "Jake"}, {"recipient", "A"}, {"passphrase", "long enough by far"}, {"again", "long enough by far"}});
  EXPECT_THAT(sent.body, HasSubstr("Nothing is masked in an evidence copy"));
  EXPECT_TRUE(packs_asked_.empty());

  sent = browser.Post("/packs/new", {{"cases", std::to_string(case_)}, {"copy", "evidence"}, {"purpose", "advice"}, {"recipient", "A. Solicitor"}, {"passphrase", "long enough by far"}, {"again", "long enough by far"}});
  EXPECT_EQ(sent.Header("Location"), "/packs/pack1");
  sent = browser.Post("/packs/new", {{"cases", std::to_string(case_) + " " + std::to_string(case_)}, {"copy", "working"}, {"purpose", "for governors"}, {"mask", "Jake Holt\r\n\r\nMr Lee\r\n"}});
  EXPECT_EQ(sent.status, 303);
  ASSERT_EQ(packs_asked_.size(), 2u);
  EXPECT_TRUE(packs_asked_[0].whole);
  EXPECT_EQ(packs_asked_[0].passphrase, "long enough by far");
  EXPECT_THAT(packs_asked_[0].schools, ElementsAre("oakmoor"));
  EXPECT_FALSE(packs_asked_[1].whole);
  EXPECT_THAT(packs_asked_[1].cases, ElementsAre(case_));
  EXPECT_THAT(packs_asked_[1].names_to_mask, ElementsAre("Jake Holt", "Mr Lee"));
  EXPECT_EQ(Trail().front(), "pack-made");
}

TEST_F(EvidencePagesTest, APackIsTakenByWhoMayReadItsCasesAndThatIsWrittenDown) {
  PackTold& pack = packs_told_["abc"];
  pack.id = "abc";
  pack.cases = {case_};
  pack.schools = {"oakmoor"};
  pack.by = "head";
  pack.purpose = "advice";
  pack.recipient = "A. Solicitor";
  pack.whole = true;
  pack.asked_at = clock_.Now();
  auto browser = SignedIn("legal");
  EXPECT_THAT(browser.Get("/packs/abc").body, AllOf(HasSubstr("Being made"), Not(HasSubstr("Download"))));
  EXPECT_EQ(browser.Post("/packs/abc/file").status, 404) << "not before it is made";
  pack.state = JobState::kDone;
  pack.pack = "0123456789abcdef";
  pack.manifest = std::string(128, 'f');
  pack.notes = {"not time-stamped yet"};
  EXPECT_THAT(browser.Get("/packs").body, AllOf(HasSubstr("/packs/abc"), HasSubstr("for A. Solicitor"), Not(HasSubstr("Make an evidence pack"))));
  EXPECT_THAT(browser.Get("/packs/abc").body, AllOf(HasSubstr("Download"), HasSubstr("not time-stamped yet"), HasSubstr(pack.manifest)));
  const auto taken = browser.Post("/packs/abc/file");
  EXPECT_EQ(taken.status, 200);
  EXPECT_EQ(taken.file, "/somewhere/abc.zip");
  EXPECT_EQ(taken.Header("Content-Disposition"), "attachment; filename=\"heed-pack-0123456789abcdef.sealed\"");
  EXPECT_EQ(Trail().front(), "pack-taken");
  // A pack that holds another school's case too is not for somebody of this one alone.
  pack.schools = {"oakmoor", "ashford"};
  EXPECT_EQ(browser.Get("/packs/abc").status, 404);
  EXPECT_EQ(browser.Post("/packs/abc/file").status, 404);
  EXPECT_THAT(browser.Get("/packs").body, Not(HasSubstr("/packs/abc")));
}

}  // namespace
}  // namespace heed
