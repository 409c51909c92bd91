// How fast the console answers.  Aims: the first page of a queue of 100,000 open cases in less than 100 ms at the server; fifty reviewers at
// once with 99 of 100 answers within 200 ms while a scan writes.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "src/access/gate.h"
#include "src/casework/observe.h"
#include "src/console/console.h"
#include "src/store/store.h"

namespace heed {
namespace {

constexpr int kOpenCases = 100'000, kPageSize = 1000;

// A console with two schools and a full queue; made once.
class Full {
 public:
  static Full& Get() {
    static Full full;
    return full;
  }
  ~Full() {
    console_.reset();
    gate_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  Store& store() { return *store_; }

  // Somebody new who is signed in: the cookie.
  std::string SignIn() {
    const std::string id = "reviewer-" + std::to_string(people_++);
    if (!gate_->Add(id, id, {{Role::kTriage, ""}}, "heed")) ::abort();
    const auto entry = gate_->UseLink(gate_->MakeLink(id, LinkKind::kSignIn, "heed").value(), "192.0.2.1");
    return "heed=" + entry.value().token;
  }
  int Ask(const std::string& cookie, const std::string& path, const std::string& query = "") {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    request.peer = "192.0.2.1";
    request.headers = {{"host", "127.0.0.1:8420"}, {"cookie", cookie}};
    return console_->Answer(request).status;
  }
  // `flagged`: one post in so many.
  void Write(int page, int flagged = 1) {
    PageCommit commit;
    commit.source = "bench";
    commit.at = clock_.Now();
    for (int i = 0; i < kPageSize; ++i) {
      const std::string id = std::to_string(page * kPageSize + i);
      KeptPost kept;
      kept.school = i % 2 ? "oakmoor" : "brackwell";
      kept.post.platform = "mastodon";
      kept.post.native_id = kept.post.global_id = id;
      kept.post.text = "Oakmoor School has once more done what nobody asked it to do, and number " + id + " will be the last of them, they say";
      kept.post.created_at = kept.post.first_seen_at = commit.at - seconds{(page * 7919 + i * 104729) % 1'000'000};
      kept.assessment.mention.mentions = true;
      if (i % flagged == 0) kept.assessment.flag = true;
      if (kept.assessment.flag) kept.assessment.severity = static_cast<std::uint8_t>(1 + i % 4);
      if (kept.assessment.flag) kept.assessment.categories = {Category::kAbuse};
      if (kept.assessment.flag) kept.assessment.hits = {{"abuse.word", Category::kAbuse, kept.assessment.severity, 0, 7, View::kPlain, "an insult"}};
      commit.posts.push_back(std::move(kept));
    }
    if (!store_->Commit(commit, Observe)) ::abort();
  }

 private:
  Full() {
    std::string name = (std::filesystem::temp_directory_path() / "heed-bench-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    store_ = *Store::Open(folder_);
    gate_ = std::make_unique<Gate>(*store_, clock_, GateRules{});
    ConsoleParts parts{.store = *store_, .gate = *gate_, .clock = clock_};
    School oakmoor, brackwell;
    oakmoor.id = "oakmoor", oakmoor.name = "Oakmoor School";
    brackwell.id = "brackwell", brackwell.name = "Brackwell School";
    parts.schools = {oakmoor, brackwell};
    parts.requests_per_second = 1e6;
    parts.sources = [] { return std::vector<SourceHealth>(); };
    console_ = std::make_unique<Console>(std::move(parts));
    for (int page = 0; page < kOpenCases / kPageSize; ++page) Write(page);
  }
  std::string folder_;
  SystemClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Console> console_;
  int people_ = 0;
};

void ConsoleQueueOf100000(benchmark::State& state) {
  Full& full = Full::Get();
  const std::string cookie = full.SignIn();
  for (auto _ : state)
    if (full.Ask(cookie, "/queue") != 200) state.SkipWithError("not 200");
}
BENCHMARK(ConsoleQueueOf100000)->Unit(benchmark::kMillisecond);

// The least friendly filter: all 100,000 are looked at and none is like that.
void ConsoleQueueFilteredToNothing(benchmark::State& state) {
  Full& full = Full::Get();
  const std::string cookie = full.SignIn();
  for (auto _ : state)
    if (full.Ask(cookie, "/queue", "rule=abuse.none") != 200) state.SkipWithError("not 200");
}
BENCHMARK(ConsoleQueueFilteredToNothing)->Unit(benchmark::kMillisecond);

// Fifty threads read queue and cases, each with a short think time as none of them is a machine, while pages of posts are committed.
void ConsoleFiftyReviewers(benchmark::State& state) {
  Full& full = Full::Get();
  constexpr int kReviewers = 50, kAnswers = 40;
  std::vector<std::string> cookies;
  for (int i = 0; i < kReviewers; ++i) cookies.push_back(full.SignIn());
  for (auto _ : state) {
    std::atomic<bool> done = false;
    std::thread scan([&] {
      // A thousand posts that mention the school, ten of them flagged, several times a second: far more than any source brings.
      for (int page = 1000; !done; ++page) {
        full.Write(page, 100);
        std::this_thread::sleep_for(milliseconds{100});
      }
    });
    std::vector<std::vector<double>> took(kReviewers);
    std::vector<std::thread> reviewers;
    for (int i = 0; i < kReviewers; ++i)
      reviewers.emplace_back([&, i] {
        std::this_thread::sleep_for(milliseconds{i * 20});
        for (int n = 0; n < kAnswers; ++n) {
          const auto from = std::chrono::steady_clock::now();
          full.Ask(cookies[static_cast<std::size_t>(i)], n % 4 == 0 ? "/queue" : "/cases/" + std::to_string(1 + (i * 997 + n * 31) % kOpenCases));
          took[static_cast<std::size_t>(i)].push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count());
          std::this_thread::sleep_for(milliseconds{500 + (i * 37 + n * 101) % 500});
        }
      });
    for (auto& reviewer : reviewers) reviewer.join();
    done = true;
    scan.join();
    std::vector<double> all;
    for (const auto& one : took) all.insert(all.end(), one.begin(), one.end());
    std::ranges::sort(all);
    state.counters["p50_ms"] = all[all.size() / 2];
    state.counters["p99_ms"] = all[all.size() * 99 / 100];
  }
}
BENCHMARK(ConsoleFiftyReviewers)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace heed
