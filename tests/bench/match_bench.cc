// `heed match` beside RapidJSON and ripgrep over the same posts; what more phrases, a start and a reload cost.  Compare figures of one run only.
//
// Programs (heed, rg) are started as programs; their time is the processor time that the system counted for them, start included.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <rapidjson/document.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "pipeline/program.h"
#include "src/app/installation.h"
#include "src/app/live_judge.h"
#include "src/app/match.h"
#include "src/base/file.h"
#include "tests/bench/cores.h"
#include "tests/bench/posts.h"
#include "tests/fakes/temp_folder.h"

extern char** environ;

namespace heed {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLines = 300'000;

double Milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

std::string Lexicons() {
  const char* named = std::getenv("HEED_LEXICONS");
  return named ? named : std::string(HEED_SOURCE_DIR) + "/lexicons";
}

const TempFolder& Here() {
  static const TempFolder folder;
  return folder;
}
std::string Put(std::string_view name, std::string_view bytes) {
  const std::string path = Here() / name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

const bench::Posts& Texts() {
  static const bench::Posts posts = bench::EvalPosts(kLines);
  return posts;
}
const std::string& Lines() {
  static const std::string lines = bench::AsJsonLines(Texts(), kLines);
  return lines;
}
const std::string& LinesFile() {
  static const std::string path = Put("posts.jsonl", Lines());
  return path;
}
const Judge& Shipped() {
  static const Judge judge = OpenJudge(Lexicons(), {}, "").value();
  return judge;
}

void Count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kLines));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

// What a program took, started with `input` as its standard input and its output thrown away.
struct Took {
  bool started = false;
  double processor_ms = 0, wall_ms = 0, peak_mb = 0;
};
Took Run(std::vector<std::string> words, const std::string& input) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  Took took;
  pid_t child = 0;
  const auto start = Clock::now();
  took.started = ::posix_spawnp(&child, arguments[0], &files, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&files);
  if (!took.started) return took;
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  took.wall_ms = Milliseconds(Clock::now() - start);
  took.started = WIFEXITED(status) && WEXITSTATUS(status) < 2;
  const auto ms = [](const timeval& time) { return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec); };
  took.processor_ms = ms(used.ru_utime) + ms(used.ru_stime);
  took.peak_mb = static_cast<double>(used.ru_maxrss) / 1024;
  return took;
}

void Lines(benchmark::State& state, std::size_t threads) {
  const Judge& judge = Shipped();
  if (threads > 1) bench::UseEveryCore();
  const int out = ::open("/dev/null", O_WRONLY);
  for (auto _ : state) {
    const int in = ::open(LinesFile().c_str(), O_RDONLY);
    const auto report = Match(judge, MentionPolicy::kAny, in, out, threads);
    if (!report || report->lines != kLines || report->unreadable != 0) state.SkipWithError("not every line was judged");
    ::close(in);
  }
  ::close(out);
  Count(state, Lines().size());
}
void MatchLines(benchmark::State& state) { Lines(state, 1); }
void MatchLinesTwoThreads(benchmark::State& state) { Lines(state, 2); }
BENCHMARK(MatchLines)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
BENCHMARK(MatchLinesTwoThreads)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

// RapidJSON's document alone over the same lines, its memory reused.
void MatchRapidJsonAlone(benchmark::State& state) {
  const std::string& bytes = Lines();
  std::vector<char> memory(256 << 10), stack(64 << 10);
  using Pool = rapidjson::MemoryPoolAllocator<>;
  Pool values(memory.data(), memory.size()), stacks(stack.data(), stack.size());
  std::size_t members = 0;
  for (auto _ : state) {
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t end = bytes.find('\n', at);
      values.Clear();
      stacks.Clear();
      rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool> document(&values, 1024, &stacks);
      document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(bytes.data() + at, end - at);
      members += document.MemberCount();
      at = end + 1;
    }
  }
  benchmark::DoNotOptimize(members);
  Count(state, bytes.size());
}
BENCHMARK(MatchRapidJsonAlone)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

// The program as people start it: all lines, its own memory.
void MatchProgram(benchmark::State& state) {
  const std::string cache = Here() / "cache";
  ::setenv("XDG_CACHE_HOME", cache.c_str(), 1);
  const std::string one = Put("one.jsonl", "{\"id\": 1, \"text\": \"a fine day\"}\n");
  const std::vector<std::string> words = {HEED_BINARY, "match", "--any", "--lexicons", Lexicons()};
  Run(words, one);  // compiles and keeps what it compiled
  Took took;
  for (auto _ : state) {
    took = Run(words, LinesFile());
    state.SetIterationTime(took.processor_ms / 1e3);
  }
  if (!took.started) state.SkipWithError("heed did not run");
  state.counters["peak_MB"] = took.peak_mb;
  Count(state, Lines().size());
}
BENCHMARK(MatchProgram)->Iterations(1)->Unit(benchmark::kMillisecond)->UseManualTime();

// From the start of the program to its first verdict and end, with a warm cache; the best of twenty, so that others on the machine count little.
void MatchProgramStart(benchmark::State& state) {
  const std::string cache = Here() / "cache";
  ::setenv("XDG_CACHE_HOME", cache.c_str(), 1);
  const std::string one = Put("one.jsonl", "{\"id\": 1, \"text\": \"a fine day\"}\n");
  const std::vector<std::string> words = {HEED_BINARY, "match", "--any", "--lexicons", Lexicons()};
  Run(words, one);
  for (auto _ : state) {
    double best = 1e9;
    for (int i = 0; i < 20; ++i) {
      const Took took = Run(words, one);
      if (!took.started) state.SkipWithError("heed did not run");
      best = std::min(best, took.wall_ms);
    }
    state.SetIterationTime(best / 1e3);
  }
}
BENCHMARK(MatchProgramStart)->Iterations(1)->Unit(benchmark::kMillisecond)->UseManualTime();

// Ripgrep over the same texts, a line each, with every phrase of the lexicons: it says which lines hold one, no more.
void RipgrepWords(benchmark::State& state) {
  std::string texts, phrases;
  for (const std::string_view text : Texts().views) {
    const std::size_t from = texts.size();
    texts += text;
    std::replace(texts.begin() + static_cast<std::ptrdiff_t>(from), texts.end(), '\n', ' ');
    texts += '\n';
  }
  const Program program = CompileProgram(Shipped().lexicon(), {}, Dictionary(ReadDictionary()), false);
  for (const std::string& literal : program.literals) phrases += literal.substr(1, literal.size() - 2) + '\n';
  const std::string file = Put("texts", texts), list = Put("phrases", phrases);
  Took took;
  for (auto _ : state) {
    took = Run({"rg", "--no-config", "-c", "-F", "-w", "-i", "-j1", "-f", list, file}, "/dev/null");
    state.SetIterationTime(took.processor_ms / 1e3);
  }
  if (!took.started) state.SkipWithError("rg is not installed");
  Count(state, texts.size());
}
BENCHMARK(RipgrepWords)->Iterations(1)->Unit(benchmark::kMillisecond)->UseManualTime();

// The same posts against 1,000 phrases and against 50,000: two made words each, in one term.
void Phrases(benchmark::State& state, unsigned count) {
  std::mt19937 random(3);
  const auto word = [&] {
    std::string out;
    for (unsigned syllables = 2 + random() % 2; syllables > 0; --syllables) out += {"bdfgklmnprstvz"[random() % 14], "aeiou"[random() % 5]};
    return out;
  };
  std::string toml = "language = \"en\"\n[[term]]\nid = \"t\"\ncategory = \"abuse\"\nseverity = 1\nwhy = \"w\"\nmatches = [\"x\"]\nignores = [\"y\"]\nphrases = [\"you are\"";
  for (unsigned i = 1; i < count; ++i) toml += ", \"" + word() + " " + word() + "\"";
  const LexiconFile file{"made.toml", toml + "]\n"};
  const Judge judge = Judge::Make(std::make_shared<Lexicon>(LoadLexicon({&file, 1}).value()), {}, {}).value();
  auto worker = judge.NewWorker().value();
  std::vector<Assessment> out;
  const auto& posts = Texts();
  for (auto _ : state)
    for (std::size_t at = 0; at < posts.views.size(); at += 1000)
      worker.Assess(kAnySchool, std::span(posts.views).subspan(at, std::min<std::size_t>(1000, posts.views.size() - at)), MentionPolicy::kAny, out);
  Count(state, posts.bytes.size());
}
void PhrasesOneThousand(benchmark::State& state) { Phrases(state, 1'000); }
void PhrasesFiftyThousand(benchmark::State& state) { Phrases(state, 50'000); }
BENCHMARK(PhrasesOneThousand)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
BENCHMARK(PhrasesFiftyThousand)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

// A thread that judges pages of 100 while another compiles the lexicons and puts them in place, three times, nothing kept from before.  Counted is what the
// judging thread waits for a judge: the worst of it, in ms; and posts that got no verdict, which must be none.
void ReloadUnderLoad(benchmark::State& state) {
  const Judge first = Shipped();
  for (auto _ : state) {
    LiveJudge live(first);
    std::atomic<bool> stop = false;
    std::size_t given = 0, judged = 0;
    double worst = 0;
    std::thread judging([&] {
      LiveWorker workers(live);
      std::vector<Assessment> out;
      const auto& posts = Texts();
      for (std::size_t at = 0; !stop; at = (at + 100) % (posts.views.size() - 100)) {
        const auto start = Clock::now();
        const auto worker = workers.Now();
        worst = std::max(worst, Milliseconds(Clock::now() - start));
        given += 100;
        if (!worker) continue;
        (*worker)->Assess(kAnySchool, std::span(posts.views).subspan(at, 100), MentionPolicy::kAny, out);
        for (const Assessment& a : out) judged += a.could_not_judge.empty();
      }
    });
    for (int i = 0; i < 3; ++i) {
      std::filesystem::remove_all(Here() / "reload");
      std::filesystem::create_directories(Here() / "reload");
      if (auto judge = OpenJudge(Lexicons(), {}, Here() / "reload")) live.Replace(*std::move(judge));
    }
    stop = true;
    judging.join();
    state.counters["worst_pause_ms"] = worst;
    state.counters["dropped"] = static_cast<double>(given - judged);
  }
}
BENCHMARK(ReloadUnderLoad)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace heed
