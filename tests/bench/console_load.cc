#include "tests/bench/console_load.h"

#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "pipeline/likeness.h"
#include "src/casework/observe.h"

namespace heed {
namespace {

constexpr int kPageSize = 1000, kReviewers = 50;

double Since(std::chrono::steady_clock::time_point from) { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count(); }

double ThreadMs() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

double At(std::vector<double>& all, std::size_t percent) {
  if (all.empty()) return 0;
  std::ranges::sort(all);
  return all[all.size() * percent / 100];
}

}  // namespace

FullConsole::FullConsole(int open_cases) : open_cases_(open_cases) {
  std::string name = (std::filesystem::temp_directory_path() / "heed-load-XXXXXX").string();
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
  for (int page = 0; page < open_cases / kPageSize; ++page) Write(page);
}

FullConsole::~FullConsole() {
  console_.reset();
  gate_.reset();
  store_.reset();
  std::filesystem::remove_all(folder_);
}

std::string FullConsole::SignIn() {
  const std::string id = "reviewer-" + std::to_string(people_++);
  if (!gate_->Add(id, id, {{Role::kTriage, ""}}, "heed")) ::abort();
  const auto entry = gate_->UseLink(gate_->MakeLink(id, LinkKind::kSignIn, "heed").value(), "192.0.2.1");
  return "heed=" + entry.value().token;
}

int FullConsole::Ask(const std::string& cookie, const std::string& path, const std::string& query) {
  http::Request request;
  request.method = "GET";
  request.path = path;
  request.query = query;
  request.peer = "192.0.2.1";
  request.headers = {{"host", "127.0.0.1:8420"}, {"cookie", cookie}};
  return console_->Answer(request).status;
}

void FullConsole::Write(int page, int flagged) {
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
    if (i % 4 < 2) kept.post.text = "Oakmoor School " + std::to_string(i * 7919) + " and " + std::to_string(page * 104'729) + " are words of case " + id + " alone " + std::to_string(i ^ page);
    kept.post.created_at = kept.post.first_seen_at = commit.at - seconds{(page * 7919 + i * 104729) % 1'000'000};
    kept.assessment.mention.mentions = true;
    if (i % flagged == 0) kept.assessment.flag = true;
    if (kept.assessment.flag) {
      kept.assessment.severity = static_cast<std::uint8_t>(1 + i % 4);
      kept.assessment.categories = {Category::kAbuse};
      kept.assessment.hits = {{"abuse.word", Category::kAbuse, kept.assessment.severity, 0, 7, View::kPlain, "an insult"}};
      kept.words = LikenessOf(kept.post.text);
    }
    commit.posts.push_back(std::move(kept));
  }
  if (!store_->Commit(commit, Observe)) ::abort();
}

LoadFigures FiftyReviewers(FullConsole& full, int answers_each) {
  std::vector<std::string> cookies;
  for (int i = 0; i < kReviewers; ++i) cookies.push_back(full.SignIn());
  static std::atomic<int> next_page = 1000;
  std::atomic<bool> done = false;
  std::thread scan([&] {
    // A thousand posts that mention the school, ten of them flagged, several times a second: far more than any source brings.
    while (!done) {
      full.Write(next_page++, 100);
      std::this_thread::sleep_for(milliseconds{100});
    }
  });
  // Somebody who has nothing to do with it: what they wait for is not heed's.
  std::vector<double> machine;
  std::thread probe([&] {
    while (!done) {
      std::this_thread::sleep_for(milliseconds{10});
      const auto from = std::chrono::steady_clock::now();
      for (const double begin = ThreadMs(); ThreadMs() - begin < 1;) {}
      machine.push_back(Since(from));
    }
  });
  std::vector<std::vector<double>> took(kReviewers);
  std::atomic<std::size_t> wrong = 0;
  std::vector<std::thread> reviewers;
  for (int i = 0; i < kReviewers; ++i)
    reviewers.emplace_back([&, i] {
      const auto me = static_cast<std::size_t>(i);
      std::this_thread::sleep_for(milliseconds{i * 20});
      for (int n = 0; n < answers_each; ++n) {
        const auto from = std::chrono::steady_clock::now();
        wrong += full.Ask(cookies[me], n % 4 == 0 ? "/queue" : "/cases/" + std::to_string(1 + (i * 997 + n * 31) % full.open_cases())) != 200;
        took[me].push_back(Since(from));
        std::this_thread::sleep_for(milliseconds{500 + (i * 37 + n * 101) % 500});
      }
    });
  for (auto& reviewer : reviewers) reviewer.join();
  done = true;
  scan.join();
  probe.join();
  std::vector<double> all;
  for (const auto& one : took) all.insert(all.end(), one.begin(), one.end());
  LoadFigures figures;
  figures.answers = all.size();
  figures.wrong = wrong;
  figures.p50_ms = At(all, 50);
  figures.p99_ms = At(all, 99);
  figures.machine_ms = At(machine, 99);
  return figures;
}

}  // namespace heed
