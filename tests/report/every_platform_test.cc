// #5: every platform's own connector behind the outbox, while the platform fails in every way it knows and the process is dropped at random points: the
// platform sees each report once or not at all, and the state says which.
#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

#include "tests/connectors/report_fakes.h"
#include "tests/report/crashing_clock.h"
#include "tests/report/kit.h"

namespace heed {
namespace {

// Drops the process before a request or after its answer, when told to.
class MortalClient final : public HttpClient {
 public:
  MortalClient() : HttpClient(Options{}) {}
  Result<HttpResponse> Send(const HttpRequest& request) override {
    if (before && before()) throw Crash();
    HttpRequest limited = request;
    limited.timeout = milliseconds{2'000};
    auto response = HttpClient::Send(limited);
    if (after && after()) throw Crash();
    return response;
  }
  std::function<bool()> before, after;
};

class EveryPlatform : public testing::TestWithParam<ReportEntry> {
 protected:
  EveryPlatform() : platform(GetParam().make()), name(platform->Platform()) {
    here = platform.get();
    where = &server;
    card.name = name;
    card.reports = card.hides = true;
    card.rechecks = platform->Rechecks();
    card.make = [](const SourceSpec&, const School& school, ConnectorTools tools) { return here->Make(school, *where, tools); };
    store = *Store::Open(folder.path());
  }
  ~EveryPlatform() override { here = nullptr; }

  // A case about the platform's post at a school of its own, approved; leaves in five minutes.
  CaseId Approved(const std::string& school) {
    Post post = platform->ThePost(server);
    post.first_seen_at = clock.Now();
    Assessment bad;
    bad.mention.mentions = bad.flag = true;
    bad.severity = 3;
    bad.categories = {Category::kThreat};
    PageCommit page;
    page.source = "src";
    page.posts = {{school, post, bad}};
    page.at = clock.Now();
    EXPECT_TRUE(store->Commit(page, &Observe));
    const CaseId id = *store->FindPost(school, post.global_id)->case_id;
    const NewDecision decision{.finding = Finding::kBreach, .category = Category::kThreat, .severity = 3, .why = "as read", .proposals = {{platform->Kind(), name, "It threatens a member of staff.", ToJson(platform->AChoice())}}};
    EXPECT_TRUE(store->Record(*Decide(*store->FindCase(id), "ada", decision, clock.Now())));
    EXPECT_TRUE(store->Record(*Approve(*store->FindCase(id), "head", 1, minutes{5}, clock.Now())));
    return id;
  }
  ReportChannel Channel(const std::string& school) {
    ReportChannel channel;
    channel.spec.id = "src";
    channel.spec.school = channel.school.id = school;
    channel.spec.connector = name;
    channel.card = &card;
    channel.school.name = "Oakmoor School";
    channel.school.names = {"Oakmoor School"};
    channel.school.hashtags = {"oakmoor"};
    channel.terms_accepted = true;
    channel.per_day = 1'000'000;
    return channel;
  }
  ResponseState StateOf(CaseId id) { return store->FindCase(id)->FindResponse(1)->state; }

  static inline thread_local ReportImitation* here = nullptr;
  static inline thread_local const HttpServer* where = nullptr;
  TempFolder folder;
  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  std::unique_ptr<ReportImitation> platform;
  std::string name;
  ConnectorCard card{};
  std::unique_ptr<Store> store;
};

// `HEED_SOAK=1` (tests/run --soak) makes it 10,000 reports over all platforms.
TEST_P(EveryPlatform, SeesEachReportOnceOrNotAtAllAndTheStateSaysWhich) {
  const int reports = std::getenv("HEED_SOAK") ? static_cast<int>(10'000 / std::size(kReportEntries)) + 1 : 16;
  std::map<ResponseState, int> ends;
  int crashes = 0;
  for (int seed = 0; seed < reports; ++seed) {
    std::mt19937 dice(static_cast<unsigned>(seed));
    const auto roll = [&](unsigned n) { return static_cast<unsigned>(dice() % n); };
    const std::string school = "school-" + std::to_string(seed);
    const CaseId id = Approved(school);
    clock.Advance(minutes{5});
    std::atomic<int> filed = 0;
    std::mt19937 servers(static_cast<unsigned>(seed) + 1'000'000);  // its own dice: on its own thread
    server.Otherwise([&](const SeenRequest& request) -> Answer {
      const auto way = servers() % 16;
      if (!platform->IsReport(request)) return way == 0 ? Answer::Status(500) : way == 1 ? Answer::Hangup() : platform->Serve(request);
      switch (way) {
        case 0: return Answer::Status(429).With("retry-after", "30");
        case 1: return Answer::Status(503).With("retry-after", "30");
        case 2: return Answer::Status(502, "<html>oops</html>");  // and nothing was filed
        case 3: return Answer::Hangup();
        default: break;
      }
      Answer healthy = platform->Serve(request);
      ++filed;
      const auto cut = servers() % healthy.WireSize();
      switch (way) {
        case 4: return Answer::Status(500, "<html>oops</html>");
        case 5: return Answer::Hangup();
        case 6: return std::move(healthy).CutAfter(cut);
        case 7: return std::move(healthy).Reset(cut);
        case 8: return Answer::Json("{\"half\":");
        default: return healthy;
      }
    });
    CrashingClock mortal(clock);
    bool settled = false;
    for (int life = 0; life < 60 && !settled; ++life) {
      mortal.left = roll(3) ? static_cast<int>(roll(30)) : -1;
      MortalClient http;
      http.before = [&] { return roll(12) == 0; };
      http.after = [&] { return roll(12) == 0; };
      try {
        Outbox outbox(*store, http, mortal, {Channel(school)});
        ASSERT_TRUE(outbox.Recover());
        for (int round = 0; round < 3; ++round) {
          const auto done = outbox.Run(nullptr, id);
          ASSERT_FALSE(done.trouble) << done.trouble->message();
          clock.Advance(minutes{roll(4)});
        }
      } catch (const Crash&) {
        ++crashes;
      }
      clock.Advance(minutes{roll(90)});
      settled = StateOf(id) != ResponseState::kHeld && StateOf(id) != ResponseState::kSending;
      ASSERT_LE(filed, 1) << "seed " << seed;
    }
    const auto state = StateOf(id);
    ++ends[state];
    switch (state) {
      case ResponseState::kDone: EXPECT_EQ(filed, 1) << "seed " << seed; break;
      case ResponseState::kHeld:
      case ResponseState::kRefused: EXPECT_EQ(filed, 0) << "seed " << seed; break;
      case ResponseState::kUncertain: break;
      default: ADD_FAILURE() << "seed " << seed << " ends " << ToString(state);
    }
    // And whatever it was, nothing more leaves.
    const int seen = filed;
    if (state != ResponseState::kHeld) {
      clock.Advance(days{1});
      HttpClient http{HttpClient::Options{}};
      Outbox later(*store, http, clock, {Channel(school)});
      ASSERT_TRUE(later.Recover());
      later.Run(nullptr, id);
      EXPECT_EQ(filed, seen) << "seed " << seed;
    }
  }
  EXPECT_GT(ends[ResponseState::kDone], 0);
  EXPECT_GT(crashes, reports / 4);
}

INSTANTIATE_TEST_SUITE_P(Platforms, EveryPlatform, testing::ValuesIn(kReportEntries), [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
