// What a pack holds beside the words: the files tips were, letters, reports and notices, and answers to re-checks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/base/hash.h"
#include "src/casework/acts.h"
#include "src/casework/observe.h"
#include "src/evidence/verify.h"
#include "tests/evidence/kit.h"
#include "tests/evidence/strict_bag.h"
#include "tests/evidence/strict_warc.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kShot = "\x89PNG\r\n\x1a\n the screenshot";

// Case 5: handed in as a screenshot, whose words were read.
CaseId HandIn(Kit& kit) {
  Post post;
  post.platform = "picture";
  post.native_id = post.global_id = "picture:1";
  post.text = "Oakmoor School is run by scum";
  post.first_seen_at = kStart;
  post.handed_in = HandedIn{"a.adeyemi", "Jake's mother, by mail", "she is upset", "picture", "shot.png", Sha256Hex(kShot), true, 83};
  Assessment assessment;
  assessment.mention = {true, 100, {{"handed in by staff", 100, 0, 0}}};
  assessment.flag = true;
  assessment.severity = 2;
  PageCommit page;
  page.source = "tip";
  page.at = kStart;
  page.posts = {{"oakmoor", post, assessment, std::nullopt}};
  EXPECT_TRUE(kit.store().Commit(page, Observe));
  return kit.store().FindPost("oakmoor", "picture:1")->case_id.value();
}

void Act(Kit& kit, const Result<Change>& change) {
  ASSERT_TRUE(change) << change.error().message();
  ASSERT_TRUE(kit.store().Record(*change));
}

// A letter that was sent, and a notice under section 5 that was sent back.
void Respond(Kit& kit, CaseId id) {
  NewDecision decision;
  decision.finding = Finding::kBreach;
  decision.category = Category::kAbuse;
  decision.severity = 2;
  decision.why = "insults";
  decision.proposals = {{ResponseKind::kLetter, "the author", "Dear Crow,\nplease stop.\n", ""}, {ResponseKind::kReport, "section 5: social.example", "Notice of complaint by Mr Penhallow", ""}};
  const auto look = [&] { return kit.store().FindCase(id).value(); };
  Act(kit, Decide(look(), "ada", decision, kStart));
  Act(kit, Approve(look(), "head", 1, seconds{0}, kStart));
  Act(kit, FinishSending(look(), "ada", 1, {ResponseState::kDone, "posted 2 November", ""}, kStart));
  Act(kit, SendBack(look(), "head", 2, "say which words", kStart));
}

TEST(PackContents, HoldTheFileThatWasHandedInAndWhoSentIt) {
  Kit kit;
  const CaseId id = HandIn(kit);
  PackRequest request = kit.Request({id});
  request.original = [](const std::string& school, const std::string& digest) -> Result<std::string> {
    EXPECT_EQ(school, "oakmoor");
    EXPECT_EQ(digest, Sha256Hex(kShot));
    return kShot;
  };
  const PackMade made = kit.Make(request);
  const auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  const std::string base = "data/items/" + std::to_string(id) + "/originals/1.";
  ASSERT_TRUE(files.contains(base + "png"));
  EXPECT_EQ(files.at(base + "png"), kShot);
  EXPECT_THAT(files.at(base + "json"), AllOf(HasSubstr("Jake's mother, by mail"), HasSubstr("\"words_read_with_confidence\":83"), HasSubstr(Sha256Hex(kShot))));
  EXPECT_THAT(files.at("manifest-sha512.txt"), HasSubstr(base + "png"));
  EXPECT_THAT(files.at("data/report.html"), AllOf(HasSubstr(base + "png"), HasSubstr(Sha256Hex(kShot)), HasSubstr("83 of 100 sure")));
  EXPECT_THAT(BagFaults(files), IsEmpty());
  EXPECT_TRUE(VerifyPack(kit / "pack.zip", {})->ok());
  // Packed again, it is the same; with another original it is another pack.
  EXPECT_EQ(kit.Make(request).id, made.id);
}

TEST(PackContents, HoldAPostsVideoAsItCameAndTellItsDigestAndLength) {
  const std::string video = std::string("\0\0\0\x18", 4) + "ftypmp42" + std::string(5000, 'v');
  Kit kit;
  CapturedPost captured;
  captured.capture = {.whose = "media", .name = "video.mp4", .extension = "mp4", .media_type = "video/mp4", .address = "https://social.example/a.mp4", .how = "fetched by heed", .clock = "system clock", .tool = "heed", .taken_at = kStart, .sha256 = Sha256Hex(video), .bytes = video.size()};
  kit.Attach(1, captured, "heed");
  PackRequest request = kit.Request({1});
  request.original = [&](const std::string&, const std::string& digest) -> Result<std::string> {
    EXPECT_EQ(digest, Sha256Hex(video));
    return video;
  };
  kit.Make(request);
  const auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  std::string name;
  for (const auto& [file, bytes] : files)
    if (file.ends_with(".mp4")) name = file;
  ASSERT_THAT(name, HasSubstr("data/items/1/captures/"));
  EXPECT_EQ(files.at(name), video) << "playable as it lies there";
  EXPECT_THAT(files.at("data/report.html"), AllOf(HasSubstr("a video of the post, video/mp4, 5012 bytes"), HasSubstr(Sha256Hex(video)), Not(HasSubstr("<video"))));
  EXPECT_THAT(files.at(name.substr(0, name.size() - 4) + ".json"), HasSubstr("https://social.example/a.mp4"));
  EXPECT_THAT(BagFaults(files), IsEmpty());
  EXPECT_TRUE(VerifyPack(kit / "pack.zip", {})->ok());
  // Never in a working copy, which cannot mask what moves.
  request.kind = PackKind::kWorking;
  request.output = kit / "working.zip";
  kit.Make(request);
  for (const auto& [file, bytes] : ReadTree(kit.Unpack("working.zip", "masked"))) EXPECT_FALSE(file.ends_with(".mp4")) << file;
  // ... and it says so where the file is gone.
  request = kit.Request({1}, "without.zip");
  const PackMade made = kit.Make(request);
  ASSERT_THAT(made.notes, Not(IsEmpty()));
  EXPECT_THAT(made.notes.front(), HasSubstr("a video of the post"));
}

// Bluesky's "!no-unauthenticated".
TEST(PackContents, WordsWhoseAuthorWantsNoLoggedOutReadersAreInNoCopyForPassingOn) {
  Kit kit;
  Post post;
  post.platform = "bluesky";
  post.native_id = post.global_id = "at://did:plc:a/app.bsky.feed.post/3k";
  post.text = "Oakmoor School is run by quibblers";
  post.first_seen_at = kStart;
  post.signed_in_only = true;
  Assessment assessment;
  assessment.mention = {true, 6, {}};
  assessment.flag = true;
  assessment.severity = 2;
  assessment.hits = {{"abuse.word", Category::kAbuse, 2, 25, 34, View::kPlain, "an insult"}};
  PageCommit page;
  page.source = "sky";
  page.at = kStart;
  page.posts = {{"oakmoor", post, assessment, std::nullopt}};
  ASSERT_TRUE(kit.store().Commit(page, Observe));
  const CaseId id = kit.store().FindPost("oakmoor", post.global_id)->case_id.value();
  PackRequest request = kit.Request({id}, "working.zip");
  request.kind = PackKind::kWorking;
  kit.Make(request);
  for (const auto& [file, bytes] : ReadTree(kit.Unpack("working.zip", "masked"))) EXPECT_THAT(bytes, Not(HasSubstr("quibblers"))) << file;
  EXPECT_TRUE(VerifyPack(kit / "working.zip", {})->ok());
  kit.Make(kit.Request({id}));
  const auto files = ReadTree(kit.Unpack("pack.zip", "whole"));
  EXPECT_THAT(files.at("data/report.html"), AllOf(HasSubstr("quibblers"), HasSubstr("Wish of the author")));
}

TEST(PackContents, SayWhenAnOriginalIsNotThereAndWhy) {
  Kit kit;
  const CaseId id = HandIn(kit);
  PackRequest request = kit.Request({id});
  request.original = [](const std::string&, const std::string&) -> Result<std::string> { return Fail(Fault::kMalformed, "the original has changed since it was handed in"); };
  const PackMade made = kit.Make(request);
  const auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  EXPECT_FALSE(files.contains("data/items/" + std::to_string(id) + "/originals/1.png"));
  EXPECT_THAT(files.at("data/items/" + std::to_string(id) + "/originals/1.json"), HasSubstr("has changed since it was handed in"));
  ASSERT_THAT(made.notes, Not(IsEmpty()));
  EXPECT_THAT(made.notes.front(), HasSubstr("what was handed in is not in the pack"));
  EXPECT_TRUE(VerifyPack(kit / "pack.zip", {})->ok());
}

TEST(PackContents, HoldLettersAndNoticesWithTheirExactTextAndWhatBecameOfThem) {
  Kit kit;
  Respond(kit, 1);
  kit.Make(kit.Request({1}));
  const auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  const std::string folder = "data/items/1/responses/";
  ASSERT_TRUE(files.contains(folder + "1-letter.txt"));
  EXPECT_THAT(files.at(folder + "1-letter.txt"), AllOf(HasSubstr("The exact text:\n\nDear Crow,\nplease stop.\n"), HasSubstr("State: done"), HasSubstr("by ada"), HasSubstr("by head"), HasSubstr("posted 2 November")));
  EXPECT_THAT(files.at(folder + "2-report.txt"), AllOf(HasSubstr("section 5: social.example"), HasSubstr("State: sent-back"), HasSubstr("say which words"), HasSubstr("Notice of complaint")));
  EXPECT_THAT(files.at("data/report.html"), AllOf(HasSubstr(folder + "1-letter.txt"), HasSubstr(Sha256Hex(files.at(folder + "1-letter.txt")))));
}

TEST(PackContents, OfAWorkingCopyAreMaskedAndHoldNoOriginal) {
  Kit kit;
  const CaseId id = HandIn(kit);
  Respond(kit, 1);
  PackRequest request = kit.Request({1, id});
  request.kind = PackKind::kWorking;
  request.names_to_mask = {"Mr Penhallow", "Jake"};
  request.original = [](const std::string&, const std::string&) -> Result<std::string> { return kShot; };
  kit.Make(request);
  for (const auto& [name, bytes] : ReadTree(kit.Unpack("pack.zip", "out"))) {
    EXPECT_THAT(name, Not(HasSubstr("originals"))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr("Penhallow"))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr("by ada"))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr("Jake's mother"))) << name;
  }
}

TEST(PackContents, TellOfALegalHold) {
  Kit kit;
  Act(kit, PlaceHold(kit.store().FindCase(1).value(), "head", "a claim in defamation", kStart + days{90}, kStart));
  kit.Make(kit.Request({1}));
  const auto files = ReadTree(kit.Unpack("pack.zip", "out"));
  EXPECT_THAT(files.at("data/report.html"), AllOf(HasSubstr("Legal hold"), HasSubstr("a claim in defamation")));
  EXPECT_THAT(files.at("data/timeline.csv"), HasSubstr("kept beyond its time"));
}

// --- re-checks

std::vector<std::string> WarcFaults(const std::string& bytes) {
  std::vector<std::string> faults;
  ReadWarc(bytes, faults);
  return faults;
}

HttpExchange Asked(std::string url, std::string body, std::string status = "404 Not Found") {
  HttpExchange exchange;
  exchange.url = std::move(url);
  exchange.request_head = "GET /x HTTP/1.1\r\nHost: social.example\r\n\r\n";
  exchange.response_head = "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n\r\n";
  exchange.body = std::move(body);
  exchange.ip = "192.0.2.7";
  exchange.began = kStart;
  return exchange;
}

TEST(Rechecks, KeepThatThereIsNoSuchPost) {
  const auto captured = CaptureRecheck(Theirs(), {Asked("https://social.example/api/v1/statuses/114000001", "{\"error\":\"Record not found\"}")}, "gone_unknown", "a clock");
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->capture.sha256, Sha256Hex(captured->bytes));
  EXPECT_THAT(captured->bytes, AllOf(HasSubstr("{\"error\":\"Record not found\"}"), HasSubstr("HTTP/1.1 404 Not Found"), HasSubstr("found: gone_unknown"), HasSubstr("192.0.2.7")));
  EXPECT_THAT(WarcFaults(captured->bytes), IsEmpty());
}

TEST(Rechecks, KeepOfALargerAnswerThePostAlone) {
  const std::string others = "{\"id\":\"9\",\"content\":\"my dog is ill\"}";
  std::string body = "{\"posts\":[" + others + ",{\"id\":\"114000001\",\"uri\":\"https://social.example/users/crow/statuses/114000001\",\"content\":\"Oakmoor School teachers are all scum\"}]}";
  const auto captured = CaptureRecheck(Theirs(), {Asked("https://social.example/api/v1/statuses?id[]=114000001", body, "200 OK")}, "up", "a clock");
  ASSERT_TRUE(captured);
  EXPECT_THAT(captured->bytes, AllOf(HasSubstr("teachers are all scum"), Not(HasSubstr("my dog"))));
  EXPECT_THAT(WarcFaults(captured->bytes), IsEmpty());
}

// Signing in, and asking for something else, are no business of the case.
TEST(Rechecks, KeepNothingOfExchangesThatAreNotAboutThePost) {
  EXPECT_FALSE(CaptureRecheck(Theirs(), {Asked("https://social.example/oauth/token", "{\"access_token\":\"sesame\"}", "200 OK")}, "up", "a clock"));
  EXPECT_FALSE(CaptureRecheck(Theirs(), {Asked("https://social.example/api/v1/statuses/1140000012", "{}")}, "up", "a clock")) << "another post, whose number begins like this one's";
  Post bluesky = Theirs();
  bluesky.native_id = bluesky.global_id = "at://did:plc:abc/app.bsky.feed.post/3k";
  EXPECT_TRUE(CaptureRecheck(bluesky, {Asked("https://public.example/xrpc/app.bsky.feed.getPosts?uris=at%3A%2F%2Fdid%3Aplc%3Aabc%2Fapp.bsky.feed.post%2F3k", "{\"posts\":[]}", "200 OK")}, "gone_unknown", "a clock"));
}

}  // namespace
}  // namespace heed
