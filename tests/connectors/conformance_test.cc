// The conformance suite: promises that hold for every connector, each broken on purpose in every known way.
#include <gmock/gmock.h>

#include "src/base/text.h"
#include "src/base/utf8.h"
#include "tests/connectors/conformance.h"

namespace heed {
namespace {

using testing::AnyOf;
using testing::Eq;
using testing::IsEmpty;
using testing::Not;

constexpr int kEnough = 7;  // posts: with pages of two or three they fill several

TEST_P(Conformance, ReadsEveryPublicPost) {
  Hold(Invent(kEnough));
  const auto reading = ReadAll(*Fresh(), {});
  ASSERT_FALSE(reading.error) << reading.error->message();
  ExpectAllRead(reading.posts);
  EXPECT_THAT(reading.gaps, IsEmpty());
  EXPECT_FALSE(reading.cursor.empty());
  if (platform->PageSize() > 0) {
    EXPECT_GT(reading.pages, kEnough / (platform->PageSize() + 1)) << "the suite wants several pages";
  }
}

TEST_P(Conformance, GivesWhatEveryPostNeeds) {
  Hold(Invent(3));
  for (const auto& post : ReadAll(*Fresh(), {}).posts) {
    EXPECT_THAT(post.platform, Not(IsEmpty()));
    EXPECT_THAT(post.global_id, Not(IsEmpty()));
    EXPECT_THAT(post.permalink, Not(IsEmpty()));
    EXPECT_THAT(post.author.handle, Not(testing::StartsWith("@")));
    EXPECT_EQ(post.first_seen_at, clock.Now());
    ASSERT_TRUE(post.created_at);
    EXPECT_GE(*post.created_at, clock.Now() - hours{2});
    EXPECT_LE(*post.created_at, clock.Now());
  }
}

TEST_P(Conformance, NothingThereIsAnEmptySuccess) {
  Hold({});
  const auto connector = Fresh();
  const auto nothing = ReadAll(*connector, {});
  ASSERT_FALSE(nothing.error) << nothing.error->message();
  EXPECT_THAT(nothing.posts, IsEmpty());
  clock.Advance(hours{1});
  Hold(Invent(2));
  const auto something = ReadAll(*connector, nothing.cursor);
  ASSERT_FALSE(something.error) << something.error->message();
  ExpectAllRead(something.posts);
}

TEST_P(Conformance, AsksAgainAndFindsOnlyWhatIsNew) {
  auto posts = Invent(kEnough);
  Hold(posts);
  const auto first = ReadAll(*Fresh(), {});
  clock.Advance(minutes{30});
  const auto again = ReadAll(*Fresh(), first.cursor);
  ASSERT_FALSE(again.error) << again.error->message();
  Keys keys = KeysOf(first.posts);
  for (const auto& key : KeysOf(again.posts)) EXPECT_TRUE(keys.contains(key)) << key.first << " came back as " << key.second;

  posts.push_back(Invent(1, kEnough + 1)[0]);
  Hold(posts);
  const auto later = ReadAll(*Fresh(), again.cursor);
  ASSERT_FALSE(later.error) << later.error->message();
  keys.merge(KeysOf(again.posts));
  keys.merge(KeysOf(later.posts));
  EXPECT_EQ(keys.size(), posts.size());
}

TEST_P(Conformance, AnEditIsANewVersionOfTheSamePost) {
  auto posts = Invent(kEnough);
  Hold(posts);
  const auto first = ReadAll(*Fresh(), {});
  clock.Advance(minutes{30});
  posts[5].text = "Changed: post about Oakmoor School";
  posts[5].edits = 1;
  posts[5].edited_at = clock.Now() - minutes{5};
  Hold(posts);
  const auto second = ReadAll(*Fresh(), first.cursor);
  ASSERT_FALSE(second.error) << second.error->message();

  const Keys before = KeysOf(first.posts);
  std::vector<const Post*> fresh;
  for (const auto& post : second.posts) {
    if (!before.contains({post.global_id, ContentVersion(post)})) fresh.push_back(&post);
  }
  ASSERT_EQ(fresh.size(), 1u);
  std::string scratch;
  EXPECT_THAT(std::string(JudgedText(*fresh[0], scratch)), testing::HasSubstr("Changed: post about Oakmoor School"));
  EXPECT_TRUE(std::any_of(before.begin(), before.end(), [&](const auto& key) { return key.first == fresh[0]->global_id; }));
}

TEST_P(Conformance, APostThatVanishedIsNoNews) {
  Hold(Invent(kEnough));
  const auto first = ReadAll(*Fresh(), {});
  auto rest = held;
  rest.erase(rest.begin() + 2, rest.begin() + 4);
  Hold(rest);
  clock.Advance(minutes{30});
  const auto second = ReadAll(*Fresh(), first.cursor);
  ASSERT_FALSE(second.error) << second.error->message();
  const Keys before = KeysOf(first.posts);
  for (const auto& key : KeysOf(second.posts)) EXPECT_TRUE(before.contains(key)) << key.first;
}

TEST_P(Conformance, KeepsPublicPostsOnly) {
  if (!platform->SendsNonPublicPosts()) GTEST_SKIP() << "this platform's answers hold public posts only";
  auto posts = Invent(kEnough);
  for (const int i : {0, 3, 6}) {
    posts[static_cast<std::size_t>(i)].is_public = false;
    posts[static_cast<std::size_t>(i)].text = "Not for everybody: Oakmoor School";
  }
  Hold(posts);
  const auto reading = ReadAll(*Fresh(), {});
  ASSERT_FALSE(reading.error) << reading.error->message();
  ExpectAllRead(reading.posts);
}

TEST_P(Conformance, ACapOnPagesLeavesAGapThatIsSaid) {
  if (platform->PageSize() == 0) GTEST_SKIP() << "this platform has no pages";
  Hold(Invent(platform->PageSize() * 5));
  const auto reading = ReadAll(*Fresh(2), {});
  ASSERT_FALSE(reading.error) << reading.error->message();
  ASSERT_THAT(reading.gaps, Not(IsEmpty()));
  EXPECT_LT(KeysOf(reading.posts).size(), held.size());
  for (const auto& gap : reading.gaps) EXPECT_THAT(gap.why, testing::HasSubstr("2"));

  // And what is new afterwards is read all the same.
  clock.Advance(minutes{30});
  auto posts = held;
  posts.push_back(Invent(1, static_cast<int>(posts.size()) + 1)[0]);
  const std::string newest = posts.back().text;
  Hold(posts);
  const auto later = ReadAll(*Fresh(2), reading.cursor);
  ASSERT_FALSE(later.error) << later.error->message();
  EXPECT_TRUE(std::any_of(later.posts.begin(), later.posts.end(), [&](const Post& post) {
    std::string scratch;
    return JudgedText(post, scratch).find(newest) != std::string_view::npos;
  }));
}

TEST_P(Conformance, MayStopBetweenAnyTwoPagesAndLosesNothing) {
  Hold(Invent(kEnough));
  std::vector<Post> so_far;
  Cursor cursor;
  for (int pages = 0; pages < 100; ++pages) {
    auto page = Fresh()->Fetch(cursor);
    ASSERT_TRUE(page) << page.error().message();
    so_far.insert(so_far.end(), page->posts.begin(), page->posts.end());
    // heed was killed here and starts again from what was stored.
    const auto rest = ReadAll(*Fresh(), page->next);
    ASSERT_FALSE(rest.error) << rest.error->message();
    auto all = so_far;
    all.insert(all.end(), rest.posts.begin(), rest.posts.end());
    ExpectAllRead(all);
    if (!page->more) return;
    cursor = page->next;
  }
  FAIL() << "never came to an end";
}

TEST_P(Conformance, ACursorItCannotReadStartsAgain) {
  Hold(Invent(kEnough));
  for (const auto* rubbish : {"rubbish", "{}", "{\"v\":999}", "[1,2", "null", "{\"v\":\"\xff\"}"}) {
    const auto reading = ReadAll(*Fresh(), Cursor{rubbish});
    ASSERT_FALSE(reading.error) << rubbish << ": " << reading.error->message();
    ExpectAllRead(reading.posts);
    EXPECT_THAT(reading.notes, Not(IsEmpty())) << rubbish;
  }
}

TEST_P(Conformance, AsksForTheInstitutionAndNobodyElse) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "no requests";
  Hold(Invent(kEnough));
  ASSERT_FALSE(ReadAll(*Fresh(), {}).error);
  int asked = 0;
  for (const auto& request : server.requests()) {
    const std::string everything = LowerAscii(UrlDecode(request.target) + "\n" + UrlDecode(request.body));
    for (const auto* word : {"adeyemi", "head of year", "head+of+year", "leeds"}) EXPECT_EQ(everything.find(word), std::string::npos) << request.target;
    if (!platform->AsksForPosts(request) || !platform->SearchesByTerm()) continue;
    ++asked;
    const auto allowed = CheckQuery(platform->TermOf(request), TheSchool());
    EXPECT_TRUE(allowed) << allowed.error().message();
  }
  EXPECT_EQ(asked > 0, platform->SearchesByTerm());
}

TEST_P(Conformance, ReadsAnswersHoweverTheyArePacked) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  Hold(Invent(kEnough));
  const std::vector<std::pair<const char*, std::function<Answer(Answer)>>> packings = {
      {"chunked", [](Answer a) { return std::move(a).Chunked(); }},
      {"gzip", [](Answer a) { return std::move(a).Gzipped(); }},
      {"both", [](Answer a) { return std::move(a).Gzipped().Chunked(); }},
      {"until the end of the connection", [](Answer a) { return std::move(a).WithoutLength(); }},
      {"dribbled", [](Answer a) { return std::move(a).Dribbled(97); }},
  };
  for (const auto& [name, pack] : packings) {
    Break(pack);
    const auto reading = ReadAll(*Fresh(), {});
    ASSERT_FALSE(reading.error) << name << ": " << reading.error->message();
    ExpectAllRead(reading.posts);
  }
}

// --- Faults ---

struct BadAnswer {
  const char* name;
  std::function<Answer(const Imitation&, Answer healthy)> make;
  std::vector<Fault> faults;                      // any of these
  std::optional<seconds> retry_after = std::nullopt;
};

Answer Of(const Imitation& platform, std::string body) { return Answer::Of(platform.ContentType(), std::move(body)); }

// Every way an answer goes wrong that a connector must tell from "nothing there".
const std::vector<BadAnswer>& BadAnswers() {
  static const std::vector<BadAnswer> list = {
      {"429", [](const auto&, Answer) { return Answer::Status(429); }, {Fault::kBusy}},
      {"429 with Retry-After in seconds", [](const auto&, Answer) { return Answer::Status(429).With("Retry-After", "90"); }, {Fault::kBusy}, seconds{90}},
      {"429 with Retry-After as a date", [](const auto&, Answer) { return Answer::Status(429).With("Retry-After", "Sun, 02 Mar 2031 08:02:00 GMT"); }, {Fault::kBusy}, seconds{120}},
      {"429 with ratelimit-reset in epoch seconds",  // 2031-03-02 08:05
       [](const auto&, Answer) { return Answer::Status(429).With("RateLimit-Remaining", "0").With("RateLimit-Reset", "1930205100"); }, {Fault::kBusy}, seconds{300}},
      {"429 with x-ratelimit-reset as ISO 8601", [](const auto&, Answer) { return Answer::Status(429).With("X-RateLimit-Remaining", "0").With("X-RateLimit-Reset", "2031-03-02T08:04:00.000Z"); }, {Fault::kBusy}, seconds{240}},
      {"429 with x-ratelimit-reset in seconds left", [](const auto&, Answer) { return Answer::Status(429).With("X-RateLimit-Remaining", "0.0").With("X-RateLimit-Reset", "45"); }, {Fault::kBusy}, seconds{45}},
      {"500", [](const auto&, Answer) { return Answer::Status(500, "<html>oh no</html>"); }, {Fault::kUnavailable}},
      {"502", [](const auto&, Answer) { return Answer::Status(502); }, {Fault::kUnavailable}},
      {"503 with Retry-After", [](const auto&, Answer) { return Answer::Status(503).With("Retry-After", "600"); }, {Fault::kUnavailable}, seconds{600}},
      {"401", [](const auto&, Answer) { return Answer::Status(401); }, {Fault::kSignIn}},
      {"403", [](const auto&, Answer) { return Answer::Status(403); }, {Fault::kDenied}},
      {"404", [](const auto&, Answer) { return Answer::Status(404); }, {Fault::kNotFound, Fault::kUnavailable, Fault::kMalformed, Fault::kUnsupported, Fault::kDenied}},
      {"410", [](const auto&, Answer) { return Answer::Status(410); }, {Fault::kGone}},
      {"a redirect in a circle", [](const auto&, Answer) { return Answer::Redirect(302, "?round=and-round"); }, {Fault::kMalformed, Fault::kUnavailable, Fault::kDenied}},
      {"a redirect to nowhere", [](const auto&, Answer) { return Answer::Status(302); }, {Fault::kMalformed, Fault::kUnavailable}},
      {"hanging up", [](const auto&, Answer) { return Answer::Hangup(); }, {Fault::kUnavailable}},
      {"a reset", [](const auto&, Answer healthy) { return std::move(healthy).Reset(100); }, {Fault::kUnavailable}},
      {"less than it claims", [](const auto&, Answer healthy) { const auto size = healthy.body.size(); return std::move(healthy).Claiming(size + 10); }, {Fault::kUnavailable}},
      {"a web page", [](const auto&, Answer) { return Answer::Of("text/html; charset=utf-8", "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to the guest network</body></html>"); }, {Fault::kMalformed}},
      {"a picture", [](const auto&, Answer) { return Answer::Of("image/png", std::string("\x89PNG\r\n\x1a\n\0\0\0\0", 12)); }, {Fault::kMalformed}},
      {"an empty body", [](const Imitation& platform, Answer) { return Of(platform, ""); }, {Fault::kMalformed}},
      {"white space only", [](const Imitation& platform, Answer) { return Of(platform, " \n\n "); }, {Fault::kMalformed}},
      {"204 without content", [](const Imitation&, Answer) { return Answer::Status(204); }, {Fault::kMalformed}},
      {"an error with status 200", [](const Imitation& platform, Answer) { return Of(platform, platform.ErrorBody()); }, {Fault::kMalformed, Fault::kUnavailable}},
      {"another kind of document", [](const Imitation& platform, Answer) { return Of(platform, "\"just a string\""); }, {Fault::kMalformed}},
      {"null", [](const Imitation& platform, Answer) { return Of(platform, "null"); }, {Fault::kMalformed}},
      {"half a document", [](const Imitation& platform, Answer healthy) { return Of(platform, healthy.body.substr(0, healthy.body.size() / 2)); }, {Fault::kMalformed}},
      {"a document and rubbish behind it", [](const Imitation& platform, Answer healthy) { return Of(platform, healthy.body + "<<<}]rubbish"); }, {Fault::kMalformed}},
      {"100,000 levels", [](const Imitation& platform, Answer) { return Of(platform, platform.DeepBody(100'000)); }, {Fault::kMalformed}},
      {"100,000 levels never closed", [](const Imitation& platform, Answer) { return Of(platform, platform.DeepBody(100'000).substr(0, 100'000)); }, {Fault::kMalformed}},
      {"more than the limit", [](const Imitation& platform, Answer) { return Answer::Huge(platform.ContentType(), "[[[[[[[[", 1 << 20); }, {Fault::kTooLarge}},
      {"a gzip bomb", [](const Imitation& platform, Answer) { return Of(platform, GzipBomb('[', 100'000'000)).With("Content-Encoding", "gzip"); }, {Fault::kTooLarge}},
      {"gzip that is none", [](const Imitation& platform, Answer) { return Of(platform, "not gzip").With("Content-Encoding", "gzip"); }, {Fault::kMalformed}},
  };
  return list;
}

TEST_P(Conformance, TellsEveryFaultFromNothingThereAndLosesNothing) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  for (const auto& bad : BadAnswers()) {
    SCOPED_TRACE(bad.name);
    Hold(Invent(kEnough));
    const auto connector = Fresh();
    Break([&](Answer healthy) { return bad.make(*platform, std::move(healthy)); });
    const auto broken = ReadAll(*connector, {});
    ASSERT_TRUE(broken.error) << "read as " << broken.posts.size() << " posts";
    EXPECT_THAT(bad.faults, testing::Contains(broken.error->fault())) << ToString(broken.error->fault()) << ": " << broken.error->message();
    EXPECT_THAT(broken.error->message(), Not(IsEmpty()));
    if (bad.retry_after) {
      EXPECT_EQ(broken.error->retry_after(), bad.retry_after) << broken.error->message();
    }
    EXPECT_THAT(broken.posts, IsEmpty());
    EXPECT_TRUE(broken.cursor.empty()) << "the cursor moved";

    Heal();
    const auto healed = ReadAll(*connector, broken.cursor);
    ASSERT_FALSE(healed.error) << "after healing: " << healed.error->message();
    ExpectAllRead(healed.posts);
  }
}

TEST_P(Conformance, GoesOnWhereAFaultInterruptedIt) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  for (const auto& bad : BadAnswers()) {
    for (int good = 0; good < 4; ++good) {
      SCOPED_TRACE(std::string(bad.name) + " after " + std::to_string(good) + " good answers");
      Hold(Invent(kEnough));
      const auto connector = Fresh();
      int left = good;  // counted under the stage's lock
      std::atomic<bool> struck = false;
      Break([&](Answer healthy) {
        if (left-- > 0) return healthy;
        struck = true;
        return bad.make(*platform, std::move(healthy));
      });
      const auto before = ReadAll(*connector, {});
      if (!struck) break;  // this platform needs fewer requests
      Heal();
      const auto after = ReadAll(*connector, before.cursor);
      ASSERT_FALSE(after.error) << after.error->message();
      auto all = before.posts;
      all.insert(all.end(), after.posts.begin(), after.posts.end());
      ExpectAllRead(all);
    }
  }
}

TEST_P(Conformance, FindsWhatCameDuringAFaultOnceItIsOver) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  for (const auto& bad : BadAnswers()) {
    SCOPED_TRACE(bad.name);
    auto posts = Invent(3);
    Hold(posts);
    const auto connector = Fresh();
    const auto first = ReadAll(*connector, {});
    ASSERT_FALSE(first.error) << first.error->message();
    posts.push_back(Invent(1, 4)[0]);
    Hold(posts);
    Break([&](Answer healthy) { return bad.make(*platform, std::move(healthy)); });
    const auto broken = ReadAll(*connector, first.cursor);
    EXPECT_TRUE(broken.error);
    EXPECT_EQ(broken.cursor, first.cursor);
    Heal();
    const auto healed = ReadAll(*Fresh(), broken.cursor);
    ASSERT_FALSE(healed.error) << healed.error->message();
    auto all = first.posts;
    all.insert(all.end(), healed.posts.begin(), healed.posts.end());
    ExpectAllRead(all);
  }
}

TEST_P(Conformance, NoticesAnAnswerCutAnywhere) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  Hold(Invent(kEnough));
  for (const bool sized : {true, false}) {
    for (std::uint64_t at = 0, step = 1;; at += step) {
      SCOPED_TRACE((sized ? "with" : "without") + std::string(" a length, cut after ") + std::to_string(at));
      std::atomic<std::uint64_t> whole = 0;
      Break([&whole, sized, at](Answer healthy) {
        if (!sized) healthy = std::move(healthy).WithoutLength();
        whole = healthy.WireSize();
        return std::move(healthy).CutAfter(at);
      });
      auto page = Fresh()->Fetch({});
      if (at >= whole) break;
      step = at < 40 || at + 40 > whole ? 1 : 13;
      if (page) {
        // Without a length a cut behind the last bracket cannot be seen, and nothing is missing then.
        EXPECT_FALSE(sized) << "read as " << page->posts.size() << " posts";
        Heal();
        const auto healthy = Fresh()->Fetch({});
        ASSERT_TRUE(healthy);
        EXPECT_EQ(KeysOf(page->posts), KeysOf(healthy->posts));
      } else if (sized) {
        EXPECT_EQ(page.error().fault(), Fault::kUnavailable) << page.error().message();
      } else {
        EXPECT_THAT(page.error().fault(), AnyOf(Eq(Fault::kUnavailable), Eq(Fault::kMalformed))) << page.error().message();
      }
      if (testing::Test::HasFailure()) return;
    }
  }
  Heal();
  ExpectAllRead(ReadAll(*Fresh(), {}).posts);
}

TEST_P(Conformance, DoesNotWaitForeverForASilentServer) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  Hold(Invent(kEnough));
  const auto connector = Fresh();
  const auto before = patience;
  Break([&](Answer) {
    return Answer::Silence();
  });
  patience = milliseconds{300};
  const auto broken = ReadAll(*connector, {});
  patience = before;
  ASSERT_TRUE(broken.error);
  EXPECT_EQ(broken.error->fault(), Fault::kUnavailable) << broken.error->message();
  Heal();
  ExpectAllRead(ReadAll(*connector, broken.cursor).posts);
}

TEST_P(Conformance, BytesThatAreNoUtf8NeverReachAPost) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  Hold(Invent(kEnough));
  Break([](Answer healthy) {
    const std::size_t at = healthy.body.find("Invented");
    if (at != std::string::npos) healthy.body[at + 2] = '\xff';
    return healthy;
  });
  const auto reading = ReadAll(*Fresh(), {});
  if (!platform->RepairsUtf8()) {
    ASSERT_TRUE(reading.error) << "read as " << reading.posts.size() << " posts";
    EXPECT_EQ(reading.error->fault(), Fault::kMalformed) << reading.error->message();
  } else {
    ASSERT_FALSE(reading.error) << reading.error->message();
    EXPECT_EQ(KeysOf(reading.posts).size(), PublicPosts());
  }
  std::string scratch;
  for (const auto& post : reading.posts) EXPECT_TRUE(IsUtf8(JudgedText(post, scratch)));
}

TEST_P(Conformance, EndsAtOnceWhenHeedIsStopped) {
  if (!platform->SpeaksHttp()) GTEST_SKIP() << "does not speak HTTP";
  Hold(Invent(kEnough));
  const auto connector = Fresh();
  http->Stop();
  const auto reading = ReadAll(*connector, {});
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->fault(), Fault::kCancelled);
}

}  // namespace
}  // namespace heed
