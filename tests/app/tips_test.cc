// Handing in a tip: what is kept and as what, what is forgotten, and what is said of the rest.
#include "src/app/tips.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "src/app/desk.h"
#include "src/app/originals.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/casework/acts.h"
#include "tests/app/numpty_judge.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Judge& TheJudge() {
  static const Judge judge = NumptyJudge({NamedSchool("tarnside", "Tarnside Academy"), NamedSchool("oakmoor", "Oakmoor School")});
  return judge;
}

// 13/11/2026, so that the day comes first for certain.
std::string Chat(const std::vector<std::string>& messages) {
  std::string chat;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string minute = std::to_string(100 + i % 60).substr(1), hour = std::to_string(100 + i / 60 % 24).substr(1), day = std::to_string(13 + i / 1440 % 15);
    chat += day + "/11/2026, " + hour + ":" + minute + " - Jo: " + messages[i] + "\n";
  }
  return chat;
}

class TipsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    config_.schools = TheJudge().schools();
    auto opened = Store::Open(folder_.path());
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = *std::move(opened);
    tools_ = {[](std::string_view) -> Result<PictureWords> { return PictureWords{"what a set of numpties", 88}; }, [](std::string_view) -> Result<std::string> { return std::string("words of a PDF"); }};
    names_["forum.example"] = "127.0.0.1";
    names_["inside.example"] = "192.168.0.7";
    Desk();
  }
  void Desk() {
    desk_ = std::make_unique<TipDesk>(config_, live_, *store_, http_, clock_, folder_.path(), tools_,
                                      AddressGuard([this](const std::string& host) -> Result<std::vector<std::string>> {
                                        if (!names_.count(host)) return Fail(Fault::kUnavailable, "no such name");
                                        return std::vector<std::string>{names_[host]};
                                      }, {"127.0.0.1:" + std::to_string(server_.port())}));
  }
  Tip ATip() const { return {.school = "oakmoor", .by = "a.adeyemi", .from = "a parent, by mail", .note = "she is upset", .files = {}, .texts = {}, .links = {}}; }
  TipReport HandIn(const Tip& tip) {
    auto report = desk_->HandIn(tip);
    EXPECT_TRUE(report) << report.error().message();
    return report ? *std::move(report) : TipReport{};
  }
  TipReport HandInFile(std::string name, std::string bytes) {
    Tip tip = ATip();
    tip.files.push_back({std::move(name), std::move(bytes)});
    return HandIn(tip);
  }
  TipReport HandInLink(std::string link) {
    Tip tip = ATip();
    tip.links.push_back(std::move(link));
    return HandIn(tip);
  }
  std::string Url(std::string_view path, std::string_view host = "forum.example") const { return "http://" + std::string(host) + ":" + std::to_string(server_.port()) + std::string(path); }
  std::vector<QueueItem> Queue() { return ReadQueue(*store_, "", 10'000).value(); }
  std::vector<StoredPost> Posts() {
    std::vector<StoredPost> all;
    EXPECT_TRUE(store_->EachPost("oakmoor", [&](const StoredPost& post) { all.push_back(post); }));
    return all;
  }
  std::size_t Originals() {
    std::size_t count = 0;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator at(folder_ / "originals", error), end; !error && at != end; at.increment(error)) count += at->is_regular_file();
    return count;
  }

  TempFolder folder_;
  FakeClock clock_{"2026-11-20 08:00"};
  HttpServer server_;
  HttpClient http_{{.user_agent = "heed-test", .ca_file = {}}};
  std::map<std::string, std::string> names_;
  Config config_;
  TipTools tools_;
  LiveJudge live_{TheJudge()};
  std::unique_ptr<Store> store_;
  std::unique_ptr<TipDesk> desk_;
};

TEST_F(TipsTest, PastedWordsAreACaseEvenWhenTheyNameNobody) {
  Tip tip = ATip();
  tip.texts = {"everyone knows what she is like"};
  const TipReport report = HandIn(tip);
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.opened, 1u);
  const auto queue = Queue();
  ASSERT_THAT(queue, SizeIs(1));
  EXPECT_THAT(report.items.at(0).cases, ElementsAre(queue[0].c.id));
  const Assessment& assessment = queue[0].c.assessment;
  EXPECT_TRUE(IsHandedIn(assessment));
  EXPECT_EQ(assessment.mention.evidence.back().what, "handed in by staff");
  EXPECT_EQ(QueueRank(assessment), 1) << "behind what is known to be bad, with the mild";
  const auto post = store_->PostOf(queue[0].c).value().versions.at(0).post;
  ASSERT_TRUE(post.handed_in);
  EXPECT_EQ(post.handed_in->by, "a.adeyemi");
  EXPECT_EQ(post.handed_in->from, "a parent, by mail");
  EXPECT_EQ(post.handed_in->note, "she is upset");
  EXPECT_EQ(post.first_seen_at, clock_.Now());
}

TEST_F(TipsTest, WhatIsFoundInThemCountsAsAnywhere) {
  Tip tip = ATip();
  tip.texts = {"a bunch of numpties"};
  HandIn(tip);
  const auto queue = Queue();
  ASSERT_THAT(queue, SizeIs(1));
  EXPECT_EQ(queue[0].c.assessment.severity, 2);
  EXPECT_EQ(QueueRank(queue[0].c.assessment), 2);
  EXPECT_THAT(queue[0].c.assessment.hits, SizeIs(1));
}

TEST_F(TipsTest, OfAChatOnlyWhatMattersIsKept) {
  const TipReport report = HandInFile("WhatsApp Chat with Year 9.txt", Chat({"morning", "what numpties they are", "is Oakmoor School shut tomorrow?", "no idea", "Oakmoor School is run by numpties", "bye"}));
  ASSERT_THAT(report.items, SizeIs(1));
  const auto& item = report.items[0];
  EXPECT_EQ(item.messages, 6u);
  EXPECT_EQ(item.flagged, 2u);
  EXPECT_EQ(item.naming, 1u);
  EXPECT_EQ(item.forgotten, 3u);
  EXPECT_THAT(item.cases, SizeIs(2));
  EXPECT_THAT(Queue(), SizeIs(2));
  EXPECT_THAT(Posts(), SizeIs(3));
  EXPECT_EQ(Originals(), 0u) << "it holds others' words too";
  for (const auto& post : Posts()) {
    EXPECT_THAT(post.versions[0].post.text, ::testing::AnyOf(HasSubstr("numpties"), HasSubstr("Oakmoor")));
    EXPECT_THAT(post.versions[0].post.handed_in->digest, SizeIs(64)) << "the digest tells which file it was";
    EXPECT_FALSE(post.versions[0].post.handed_in->kept);
  }
}

// A line of WhatsApp's own keeps nothing; one that somebody typed to look so is read all the same.
TEST_F(TipsTest, WhatLooksLikeTheAppsOwnWordsIsKeptOnlyWhenItIsFlagged) {
  const TipReport report = HandInFile("chat.txt",
                                      "13/11/2026, 18:00 - Sam hat die Gruppe „Oakmoor School: Eltern“ erstellt.\n13/11/2026, 18:01 - Jo hat Kit hinzugefügt.\n13/11/2026, 18:02 - Jo: morning\n"
                                      "13/11/2026, 18:03 - those numpties at Oakmoor School\n13/11/2026, 18:04 - Jo: <Medien ausgeschlossen>\n");
  ASSERT_THAT(report.items, SizeIs(1));
  EXPECT_EQ(report.items[0].messages, 1u);
  EXPECT_EQ(report.items[0].place, "Oakmoor School: Eltern");
  EXPECT_EQ(report.items[0].flagged, 1u);
  EXPECT_EQ(report.items[0].naming, 0u);
  EXPECT_EQ(report.items[0].forgotten, 1u);
  EXPECT_EQ(report.items[0].without_words, 3u);
  ASSERT_THAT(Posts(), SizeIs(1));
  EXPECT_EQ(Posts()[0].versions[0].post.text, "those numpties at Oakmoor School");
}

TEST_F(TipsTest, AChatsNameIsShownButKeepsNothingByItself) {
  const TipReport report = HandInFile("WhatsApp Chat with Oakmoor School parents.txt", Chat({"morning", "numpties", "bye"}));
  EXPECT_EQ(report.items[0].flagged, 1u);
  EXPECT_EQ(report.items[0].forgotten, 2u);
  const auto queue = Queue();
  ASSERT_THAT(queue, SizeIs(1));
  std::vector<std::string> evidence;
  for (const auto& piece : queue[0].c.assessment.mention.evidence) evidence.push_back(piece.what);
  EXPECT_THAT(evidence, ElementsAre("the chat's name \"Oakmoor School parents\"", "handed in by staff"));
}

TEST_F(TipsTest, TwentyThousandMessagesAreNotTwentyThousandCases) {
  std::vector<std::string> messages;
  for (int i = 0; i < 20'000; ++i) messages.push_back("message number " + std::to_string(i) + (i % 10'000 == 77 ? " numpties" : ""));
  const TipReport report = HandInFile("chat.txt", Chat(messages));
  EXPECT_EQ(report.items[0].messages, 20'000u);
  EXPECT_EQ(report.items[0].forgotten, 19'998u);
  EXPECT_THAT(Queue(), SizeIs(2));
  EXPECT_THAT(Posts(), SizeIs(2));
}

TEST_F(TipsTest, OneTipBringsNoMoreThanAPersonCanWorkThroughAndSaysSo) {
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < kMaxTipCases + 30; ++i) messages.push_back("numpties " + std::to_string(i));
  const TipReport report = HandInFile("chat.txt", Chat(messages));
  EXPECT_EQ(report.items[0].flagged, kMaxTipCases);
  EXPECT_EQ(report.items[0].left_out, 30u);
  EXPECT_FALSE(report.complete());
  EXPECT_THAT(Queue(), SizeIs(kMaxTipCases));
  EXPECT_THAT(store_->PausedRules().value(), IsEmpty()) << "what people pick out is no measure of how often a rule fires";
}

TEST_F(TipsTest, TheSameExportTwiceIsNoSecondCase) {
  const std::string chat = Chat({"numpties", "bye"});
  HandInFile("chat.txt", chat);
  clock_.Advance(hours{1});
  const TipReport report = HandInFile("again.txt", chat);
  EXPECT_EQ(report.opened, 0u);
  EXPECT_EQ(report.known, 1u);
  EXPECT_THAT(report.items[0].cases, SizeIs(1)) << "and says which case it is";
  EXPECT_THAT(Queue(), SizeIs(1));
}

TEST_F(TipsTest, APictureIsKeptAsItWasHandedIn) {
  const std::string picture = "\x89PNG\r\n\x1a\n not really";
  const TipReport report = HandInFile("shot.png", picture);
  EXPECT_TRUE(report.items.at(0).original_kept);
  const auto queue = Queue();
  ASSERT_THAT(queue, SizeIs(1));
  const auto post = store_->PostOf(queue[0].c).value().versions.at(0).post;
  EXPECT_EQ(post.handed_in->confidence, 88u);
  EXPECT_EQ(post.handed_in->digest, Sha256Hex(picture));
  EXPECT_EQ(ReadOriginal(folder_.path(), "oakmoor", post.handed_in->digest).value(), picture);
  EXPECT_EQ(ReadOriginal(folder_.path(), "tarnside", post.handed_in->digest).error().fault(), Fault::kNotFound);
  EXPECT_EQ(ReadOriginal(folder_.path(), "..", post.handed_in->digest).error().fault(), Fault::kNotFound);
  EXPECT_EQ(ReadOriginal(folder_.path(), "oakmoor", "../../../etc/passwd").error().fault(), Fault::kNotFound);
}

TEST_F(TipsTest, APictureThatCannotBeReadWaitsForAPersonInFrontOfTheMild) {
  tools_.picture = [](std::string_view) -> Result<PictureWords> { return Fail(Fault::kMalformed, "it is damaged"); };
  Desk();
  const TipReport report = HandInFile("shot.png", "\x89PNG\r\n\x1a\n not really");
  EXPECT_FALSE(report.complete());
  const auto queue = Queue();
  ASSERT_THAT(queue, SizeIs(1));
  EXPECT_THAT(queue[0].c.assessment.could_not_judge, HasSubstr("it is damaged"));
  EXPECT_EQ(QueueRank(queue[0].c.assessment), 2);
}

TEST_F(TipsTest, OriginalsGoWithTheLastPostThatPointsToThem) {
  HandInFile("shot.png", "\x89PNG\r\n\x1a\n not really");
  ASSERT_EQ(Originals(), 1u);
  EXPECT_EQ(ForgetOriginals(folder_.path(), *store_, SystemClock().Now() + days{2}).value(), 0u);
  const auto closed = Close(Queue()[0].c, "a.adeyemi", "dealt with", clock_.Now());
  ASSERT_TRUE(closed && store_->Record(*closed));
  ASSERT_TRUE(store_->Expire(clock_.Now() + days{400}, {}));
  EXPECT_EQ(ForgetOriginals(folder_.path(), *store_, SystemClock().Now()).value(), 0u) << "a day's grace: posts may be on their way";
  EXPECT_EQ(ForgetOriginals(folder_.path(), *store_, SystemClock().Now() + days{2}).value(), 1u);
  EXPECT_EQ(Originals(), 0u);
}

TEST_F(TipsTest, ALinkIsFetchedAndRead) {
  server_.Route("/t/1", Answer::Of("text/html", "<html><title>Thread</title><p>Oakmoor School is run by numpties</p></html>"));
  const TipReport report = HandInLink(Url("/t/1"));
  EXPECT_TRUE(report.complete());
  const auto queue = Queue();
  ASSERT_THAT(queue, SizeIs(1));
  EXPECT_EQ(queue[0].permalink, Url("/t/1"));
  EXPECT_EQ(queue[0].c.assessment.severity, 2);
  EXPECT_EQ(server_.requests()[0].Header("cookie"), "");
  EXPECT_EQ(server_.requests()[0].Header("referer"), "");
}

TEST_F(TipsTest, ALinkThatCannotBeReadIsATipAllTheSame) {
  server_.Route("/gone", Answer::Status(404));
  server_.Route("/wall", Answer::Status(403));
  server_.Route("/silent", Answer::Hangup());
  for (const auto path : {"/gone", "/wall", "/silent"}) {
    const TipReport report = HandInLink(Url(path));
    EXPECT_FALSE(report.complete()) << path;
    EXPECT_EQ(report.opened, 1u) << path;
    EXPECT_FALSE(report.items.at(0).unsure.empty()) << path;
  }
  EXPECT_THAT(Queue(), SizeIs(3));
}

TEST_F(TipsTest, ALinkIntoTheSchoolIsNotFollowed) {
  for (const auto& link : {Url("/", "inside.example"), std::string("http://127.0.0.1/"), std::string("http://169.254.169.254/latest"), std::string("file:///etc/passwd"), std::string("nonsense")}) {
    names_["127.0.0.1"] = "127.0.0.1", names_["169.254.169.254"] = "169.254.169.254";
    const TipReport report = HandInLink(link);
    EXPECT_THAT(report.items, IsEmpty()) << link;
    ASSERT_THAT(report.not_read, SizeIs(1)) << link;
    EXPECT_THAT(report.not_read[0].why, HasSubstr("not followed")) << link;
  }
  EXPECT_THAT(Queue(), IsEmpty());
  EXPECT_EQ(server_.request_count(), 0u);
}

TEST_F(TipsTest, SaysWhatIsMissing) {
  const auto fault = [&](const Tip& tip) {
    const auto report = desk_->HandIn(tip);
    return report ? std::string("none") : std::string(ToString(report.error().fault())) + " " + report.error().message();
  };
  Tip tip = ATip();
  EXPECT_THAT(fault(tip), HasSubstr("nothing is handed in"));
  tip.texts = {"words"};
  tip.school = "oakmor";
  EXPECT_THAT(fault(tip), HasSubstr("did you mean \"oakmoor\""));
  tip.school = "oakmoor";
  tip.from = " ";
  EXPECT_THAT(fault(tip), HasSubstr("who sent it"));
  tip.from = "a parent";
  EXPECT_EQ(fault(tip), "none");
}

TEST_F(TipsTest, WhatCannotBeReadIsNamed) {
  Tip tip = ATip();
  tip.files = {{"film.mp4", std::string("\0\0\0\x18" "ftypmp42", 12)}, {"words.txt", "plain words"}};
  const TipReport report = HandIn(tip);
  EXPECT_EQ(report.opened, 1u);
  ASSERT_THAT(report.not_read, SizeIs(1));
  EXPECT_EQ(report.not_read[0].name, "film.mp4");
  EXPECT_FALSE(report.complete());
}

TEST_F(TipsTest, CountsAreKeptAsForAnySource) {
  HandInFile("chat.txt", Chat({"numpties", "bye"}));
  const auto state = store_->Source(kTipSource).value();
  EXPECT_EQ(state.posts_read, 2u);
  EXPECT_EQ(state.posts_mentioning, 1u);
  EXPECT_EQ(state.last_success, clock_.Now());
}

TEST_F(TipsTest, ATipPutDownForTheServerIsTakenUpOnce) {
  Tip tip = ATip();
  tip.files = {{"a \"name\".txt", std::string("bytes \0 and \xff", 12)}, {"chat.txt", Chat({"numpties"})}};
  tip.texts = {"words"};
  const auto id = PutDownTip(folder_.path(), tip);
  ASSERT_TRUE(id);
  const auto report = desk_->HandInPutDown(*id);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->opened, 2u);
  EXPECT_THAT(report->not_read, SizeIs(1));
  EXPECT_EQ(desk_->HandInPutDown(*id).error().fault(), Fault::kNotFound);
  EXPECT_EQ(desk_->HandInPutDown("../../etc").error().fault(), Fault::kInvalid);
  ASSERT_TRUE(PutDownTip(folder_.path(), tip));
  EXPECT_EQ(desk_->HandInLeftOver(), 1u);
  EXPECT_EQ(desk_->HandInLeftOver(), 0u);
  const auto again = ParseTipReport(ToJson(*report));
  ASSERT_TRUE(again);
  EXPECT_EQ(ToJson(*again), ToJson(*report));
}

}  // namespace
}  // namespace heed
