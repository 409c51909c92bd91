// Bluesky's stream: frames as posts, the sieve, and a reading from the cursor to the present.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "connectors/sieve.h"
#include "src/base/text.h"
#include "tests/connectors/bluesky_and_mastodon.h"
#include "tests/connectors/bluesky_stream_fake.h"

namespace heed {
namespace {

using namespace social;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// --- The sieve ---

TEST(Sieve, LetsThroughWhatCouldNameTheSchool) {
  const Sieve sieve({"Oakmoor School", "St Mary's", "OS", "#oakmoor", "oakmoor.example", "\xc3\x89" "cole Verte", "\xe5\xad\xa6\xe6\xa0\xa1"});
  const char* passes[] = {
      "at Oakmoor School today", "OAKMOOR SCHOOL", "oakmoorschool", "the school of Oakmoor", R"({"text":"Oakmoor\nSchool"})", R"(x\u003coakmoor)", "#Oakmoor", "https://oakmoor.example/x",
      "St. Mary\xe2\x80\x99s", "we at OS", R"(\nOS)", "OS!", "(os)", R"(\u0027OS\u0027)", "\xc3\xa9" "cole verte", "\xe5\xad\xa6\xe6\xa0\xa1",
  };
  for (const auto* text : passes) EXPECT_TRUE(sieve.Passes(text)) << text;
  const char* drops[] = {"", "a", "oakmoo", "OSlo", "rOS", "boss", "a school", R"(\xOS)", "verte", "0akm00r", "\xe5\xad\xa6"};
  for (const auto* text : drops) EXPECT_FALSE(sieve.Passes(text)) << text;
  EXPECT_FALSE(Sieve({}).Passes("anything"));
  EXPECT_FALSE(Sieve({"", "#", " "}).Passes("anything # "));
}

// The fast way and the obvious way, on noise made of the words' own letters, over every length and place.
TEST(Sieve, AgreesWithTheObviousSearch) {
  const std::vector<std::string> terms = {"Oakmoor", "moor oak", "ab", "zz top"};
  const Sieve sieve(terms);
  const auto obvious = [&](const std::string& text) {
    const auto low = LowerAscii(text);
    const auto alone = [&](std::string_view word) {
      for (auto at = low.find(word); at != low.npos; at = low.find(word, at + 1)) {
        const auto letter = [&](std::size_t i) { return i < low.size() && ((low[i] >= 'a' && low[i] <= 'z') || (low[i] >= '0' && low[i] <= '9')); };
        if (!(at > 0 && letter(at - 1)) && !letter(at + word.size())) return true;
      }
      return false;
    };
    const auto in = [&](std::string_view word) { return low.find(word) != low.npos; };
    return in("oakmoor") || (in("moor") && in("oak")) || alone("ab") || in("top");
  };
  std::mt19937 dice(11);
  int passed = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string text;
    const auto length = dice() % 300;
    while (text.size() < length) {
      static const char* const kPieces[] = {"oakmoo", "Oak", "moo", "R", "r", "a", "b", " ", "AB", "to", "p", "x", "\xc3\xa9", "\"", "zz", "OAKMOOR"};
      text += kPieces[dice() % (round % 3 ? 13 : 16)];
    }
    ASSERT_EQ(sieve.Passes(text), obvious(text)) << text;
    passed += obvious(text);
  }
  EXPECT_GT(passed, 1'000);
  EXPECT_LT(passed, 59'000);
}

// --- Frames ---

TEST(JetstreamFrame, BecomesAPost) {
  const auto post = ParseJetstreamFrame(GoldenInput("bluesky/frame.json"));
  ASSERT_TRUE(post) << post.error().message();
  ASSERT_TRUE(post->has_value());
  ExpectGolden("bluesky/frame.posts", Dump(**post) + "\n");
}

TEST(JetstreamFrame, IsNoPostWhenItIsAboutAnythingElse) {
  for (const auto* frame : {R"({"did":"did:plc:a","time_us":1,"kind":"identity","identity":{"handle":"oakmoor.example"}})", R"({"did":"did:plc:a","time_us":1,"kind":"account","account":{"active":false}})",
                            R"({"did":"did:plc:a","time_us":1,"kind":"commit","commit":{"operation":"delete","collection":"app.bsky.feed.post","rkey":"3k"}})",
                            R"({"did":"did:plc:a","time_us":1,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.like","rkey":"3k","record":{}}})"}) {
    const auto post = ParseJetstreamFrame(frame);
    ASSERT_TRUE(post) << frame;
    EXPECT_FALSE(post->has_value()) << frame;
  }
  for (const auto* frame : {"", "[]", "{}", "null", R"({"kind":"commit"})", R"({"did":"nonsense","kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"3k","record":{"text":"x"}}})",
                            R"({"did":"did:plc:a","kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"3k"}})"}) {
    const auto post = ParseJetstreamFrame(frame);
    ASSERT_FALSE(post) << frame;
    EXPECT_EQ(post.error().fault(), Fault::kMalformed);
  }
}

TEST(JetstreamFrame, TellsItsTimeUnparsed) {
  EXPECT_EQ(JetstreamTime(JetstreamFrame(1'793'523'600'000'001, "3k", "b", "x")), 1'793'523'600'000'001);
  // Text that speaks of it is escaped.
  EXPECT_EQ(JetstreamTime(R"({"text":"\"time_us\":7","time_us":9})"), 9);
  for (const auto* frame : {"", "{}", R"({"time_us":})", R"({"time_us":"9"})", R"({"time_us":-4})", R"({"time_us":99999999999999999999})"}) EXPECT_EQ(JetstreamTime(frame), std::nullopt) << frame;
}

// --- Reading ---

class BlueskyStreamTest : public testing::Test {
 protected:
  BlueskyStreamTest() { host_.clock = &clock_; }
  Result<std::unique_ptr<Connector>> TryMake(std::map<std::string, SettingValue, std::less<>> settings = {}) {
    SourceSpec spec{"stream", "oakmoor", "bluesky-stream", std::move(settings)};
    spec.settings.try_emplace("server", host_.server.Origin());
    return kBlueskyStreamCard.make(spec, Oakmoor(), {http_, clock_});
  }
  std::unique_ptr<Connector> Make(std::map<std::string, SettingValue, std::less<>> settings = {}) {
    auto made = TryMake(std::move(settings));
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  std::int64_t Micros(Instant at) const { return at.time_since_epoch().count(); }
  void Say(Instant at, std::string_view text, std::string_view operation = "create") {
    const auto key = "3k" + std::to_string(++keys_);
    host_.events.push_back({Micros(at), JetstreamFrame(Micros(at), key, "bafy" + key, text, operation)});
  }

  FakeClock clock_{"2026-11-20 09:00"};
  HttpClient http_{{}};
  FakeJetstream host_;
  int keys_ = 0;
};

TEST_F(BlueskyStreamTest, KeepsOnlyWhatCouldNameTheSchool) {
  Say(clock_.Now() - minutes{30}, "Oakmoor School is shut");
  Say(clock_.Now() - minutes{20}, "the weather");
  Say(clock_.Now() - minutes{10}, "#oakmoor again");
  Say(clock_.Now() - minutes{5}, "Oakmoor School", "delete");
  const auto run = ReadRun(*Make());
  ASSERT_FALSE(run.error) << run.error->message();
  EXPECT_THAT(run.Texts(), ElementsAre("Oakmoor School is shut", "#oakmoor again"));
  EXPECT_EQ(run.posts[0].first_seen_at, clock_.Now());
  EXPECT_THAT(run.gaps, IsEmpty());
  EXPECT_THAT(host_.server.targets(), ElementsAre("/subscribe?wantedCollections=app.bsky.feed.post&cursor=" + std::to_string(Micros(clock_.Now() - hours{1}))));
}

TEST_F(BlueskyStreamTest, GoesOnWhereTheLastRunEnded) {
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  clock_.Advance(hours{2});
  Say(clock_.Now() - hours{1}, "Oakmoor School");
  const auto second = ReadRun(*connector, first.cursor);
  EXPECT_THAT(second.posts, SizeIs(1));
  EXPECT_THAT(second.gaps, IsEmpty());
  EXPECT_THAT(host_.server.targets()[1], HasSubstr("cursor=" + std::to_string(Micros(clock_.Now() - hours{2} - seconds{5}))));
}

// The server starts a position that is too old at the oldest frame it has, and does not say so.
TEST_F(BlueskyStreamTest, RecordsAGapWhereTheServerForgot) {
  const auto connector = Make();
  const auto first = ReadRun(*connector);
  const auto left = clock_.Now();
  clock_.Advance(days{3});
  host_.oldest = Micros(clock_.Now() - hours{36});
  const auto second = ReadRun(*connector, first.cursor);
  ASSERT_THAT(second.gaps, SizeIs(1));
  EXPECT_EQ(second.gaps[0].from, left);
  EXPECT_EQ(second.gaps[0].until, clock_.Now() - hours{36} + microseconds{1});
  EXPECT_THAT(second.gaps[0].why, HasSubstr("36 hours"));
}

TEST_F(BlueskyStreamTest, TakesUpABrokenLineWithoutLosingAFrame) {
  for (const auto end : {Talk::End::kCut, Talk::End::kClose}) {
    host_.events.clear();
    Say(clock_.Now() - minutes{30}, "Oakmoor School one");
    host_.end = end;
    host_.live = false;
    const auto connector = Make();
    const auto page = connector->Fetch({});
    ASSERT_TRUE(page) << page.error().message();
    EXPECT_TRUE(page->more);
    EXPECT_THAT(page->posts, SizeIs(1));
    EXPECT_TRUE(Mentions(page->notes, "broke off"));
    Say(clock_.Now() - seconds{50}, "Oakmoor School two");
    host_.live = true;
    EXPECT_THAT(ReadRun(*connector, page->next).Texts(), testing::Contains("Oakmoor School two"));
  }
}

TEST_F(BlueskyStreamTest, ALineThatBreaksBeforeAnythingNewIsAFaultAndMovesNothing) {
  host_.dense = host_.live = false;
  host_.end = Talk::End::kCut;
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kUnavailable);
  EXPECT_TRUE(run.cursor.empty());
}

TEST_F(BlueskyStreamTest, SilenceIsNotNothingThere) {
  host_.dense = host_.live = false;
  const auto run = ReadRun(*Make({{"patience", std::string("1s")}}));
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kUnavailable);
  EXPECT_THAT(run.error->message(), HasSubstr("nothing arrived"));
}

TEST_F(BlueskyStreamTest, FillsSeveralPagesFromOneLine) {
  for (int i = 0; i < 450; ++i) Say(clock_.Now() - minutes{30} + seconds{i}, "Oakmoor School " + std::to_string(i));
  const auto run = ReadRun(*Make());
  EXPECT_THAT(run.posts, SizeIs(450));
  EXPECT_EQ(run.pages, 3);
  EXPECT_THAT(host_.server.targets(), SizeIs(1));
}

TEST_F(BlueskyStreamTest, StartsAnotherLineWhereItsCallerIsElsewhere) {
  for (int i = 0; i < 450; ++i) Say(clock_.Now() - minutes{30} + seconds{i}, "Oakmoor School " + std::to_string(i));
  const auto connector = Make();
  ASSERT_TRUE(connector->Fetch({}));  // what it read was not stored
  EXPECT_THAT(ReadRun(*connector).posts, SizeIs(450));
}

// A time in the future would skip what is yet to come.
TEST_F(BlueskyStreamTest, DoesNotFollowAClockThatIsAhead) {
  Say(clock_.Now() + days{400}, "Oakmoor School of the future");
  Say(clock_.Now() - minutes{1}, "Oakmoor School");
  const auto run = ReadRun(*Make());
  EXPECT_THAT(run.Texts(), ElementsAre("Oakmoor School"));
  EXPECT_THAT(run.cursor.value, HasSubstr(std::to_string(Micros(clock_.Now()))));
}

TEST_F(BlueskyStreamTest, ServerWithoutTimesIsMalformed) {
  host_.dense = false;
  for (int i = 0; i < 150; ++i) host_.events.push_back({Micros(clock_.Now()) - 150 + i, R"({"type":"welcome"})"});
  const auto run = ReadRun(*Make());
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kMalformed);
}

TEST_F(BlueskyStreamTest, SkipsAPostItCannotReadWithANote) {
  auto frame = JetstreamFrame(Micros(clock_.Now() - minutes{3}), "3k/../x", "bafy", "Oakmoor School");
  host_.events.push_back({Micros(clock_.Now() - minutes{3}), frame});
  const auto run = ReadRun(*Make());
  EXPECT_THAT(run.posts, IsEmpty());
  EXPECT_TRUE(Mentions(run.notes, "1 frame skipped"));
}

TEST_F(BlueskyStreamTest, EndsWhenHeedIsStopped) {
  const auto connector = Make();
  http_.Stop();
  const auto run = ReadRun(*connector);
  ASSERT_TRUE(run.error);
  EXPECT_EQ(run.error->fault(), Fault::kCancelled);
}

TEST_F(BlueskyStreamTest, NamesWhatIsWrongWithItsSettings) {
  const std::pair<std::map<std::string, SettingValue, std::less<>>, const char*> cases[] = {
      {{{"server", std::string("ws://jetstream.example")}}, "wss://"}, {{{"server", std::string("https://jetstream.example")}}, "wss://"}, {{{"look_back", std::string("3d")}}, "36 hours"}, {{{"patience", std::string("long")}}, "patience"}};
  for (const auto& [settings, says] : cases) {
    const auto made = TryMake(settings);
    ASSERT_FALSE(made) << says;
    EXPECT_EQ(made.error().fault(), Fault::kInvalid);
    EXPECT_THAT(made.error().message(), HasSubstr(says));
  }
}

// --- The conformance suite ---

class JetstreamImitation : public Imitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer&, int, ConnectorTools tools) override {
    host_.clock = &tools.clock;
    SourceSpec spec{"stream", school.id, "bluesky-stream", {{"server", host_.server.Origin()}}};
    Arrive(tools.clock);
    return kBlueskyStreamCard.make(spec, school, tools);
  }
  // A post arrives when it, or its edit, is first held; what vanishes stays said.
  void Hold(std::vector<InventedPost> posts) override {
    if (posts.size() < held_.size() && posts.empty()) host_.events.clear();
    held_ = std::move(posts);
    if (host_.clock) Arrive(*host_.clock);
  }
  Answer Serve(const SeenRequest&) override { return Answer::Status(404); }
  bool AsksForPosts(const SeenRequest&) const override { return false; }
  bool SpeaksHttp() const override { return false; }
  bool SendsNonPublicPosts() const override { return false; }
  bool SearchesByTerm() const override { return false; }

 private:
  void Arrive(const Clock& clock) {
    auto time = clock.Now().time_since_epoch().count() - 1'000'000;
    for (const auto& post : held_) {
      auto& known = versions_[post.number];
      const auto version = 1 + post.edits;
      if (known == version) continue;
      host_.events.push_back({++time, JetstreamFrame(time, "3k" + std::to_string(post.number), "bafy" + std::to_string(post.number) + "v" + std::to_string(version), post.text,
                                                     known ? "update" : "create", FormatRfc3339(post.at))});
      known = version;
    }
  }

  FakeJetstream host_;
  std::vector<InventedPost> held_;
  std::map<int, int> versions_;
};

std::unique_ptr<Imitation> PlayJetstream() { return std::make_unique<JetstreamImitation>(); }
INSTANTIATE_TEST_SUITE_P(BlueskyStream, Conformance, testing::Values(ConformanceEntry{"jetstream", &PlayJetstream}), [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
