// What a scan costs, end to end: 300,000 posts in a JSON Lines file, 1 in 100 naming the school, read by `file`, judged and
// stored; beside RapidJSON alone over the same bytes and Hyperscan alone over the same folded text.  And a scan in which every post
// becomes a queued case: 10,000 of them.
//
// One pass each, one core.  peak_MB is the whole process's resident memory at its highest during the benchmark, and base_MB what it held before: run one
// benchmark per process, as ./run does, and the difference is the scan's own.
#include <benchmark/benchmark.h>
#include <rapidjson/document.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include "pipeline/fold.h"
#include "src/app/installation.h"
#include "src/app/runner.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "tests/bench/hyperscan_alone.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

constexpr std::size_t kPosts = 300'000, kCases = 10'000;

const TempFolder& Folder() {
  static const TempFolder folder;
  return folder;
}

// Sentences of everyday words, about 100 bytes; every `mention_every`-th names the school, and where `rude` is set insults it too.
std::string MakeFile(const std::string& name, std::size_t count, std::size_t mention_every, bool rude) {
  static const std::string dictionary = ReadFile("/usr/share/dict/british-english").value_or("train\nweather\ngarden\nmarket\nevening\n");
  static const std::vector<std::string_view> kWords = [] {
    std::vector<std::string_view> words;
    for (const std::string_view word : Split(dictionary, '\n'))
      if (!word.empty() && word.find('\'') == std::string_view::npos) words.push_back(word);
    return words;
  }();
  static constexpr std::string_view kCommon[] = {"the", "a", "of", "and", "to", "in", "is", "it", "you", "that", "was", "for", "on", "are", "with", "they", "be", "at", "this", "we"};
  const std::string path = Folder() / name;
  std::ofstream file(path, std::ios::binary);
  std::mt19937 random(1);
  JsonWriter out;
  const Instant start = *ParseRfc3339("2026-10-01T00:00:00Z");
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    while (text.size() < 90) {
      text += random() % 10 < 6 ? kCommon[random() % std::size(kCommon)] : kWords[random() % kWords.size()];
      text += random() % 9 ? " " : ", ";
    }
    if (i % mention_every == 0) text += rude ? " The teachers at Oakmoor School are useless idiots" : " at Oakmoor School";
    if (random() % 5 == 0) text += random() % 2 ? " \U0001F600" : " don\u2019t";
    const std::string id = std::to_string(i);
    const std::string author = "user" + std::to_string(random() % 5'000);
    out.Object().Field("platform", "social").Field("native_id", id).Field("global_id", "social:" + id).Field("permalink", "https://social.example/p/" + id);
    out.Key("author").Object().Field("id", author).Field("handle", author).Field("display_name", author).EndObject();
    out.Field("text", text).Field("text_format", "plain").Field("lang", "en");
    out.Field("created_at", FormatRfc3339(start + seconds{static_cast<std::int64_t>(i)})).Field("visibility", "public").EndObject();
    file << out.Take() << '\n';
  }
  return path;
}

const std::string& PostsFile() {
  static const std::string path = MakeFile("posts.jsonl", kPosts, 100, false);
  return path;
}

// VmHWM or VmRSS of this process, in MB.
double MemoryMb(std::string_view field) {
  const std::string status = ReadFile("/proc/self/status").value_or("");
  const auto at = status.find(field);
  return at == std::string::npos ? 0 : std::atof(status.c_str() + at + field.size() + 1) / 1024;
}

// A Config for one source that reads `path`.
Config ConfigFor(const std::string& path) {
  auto reading = ReadConfig(
      "[[school]]\nid = \"oakmoor\"\nname = \"Oakmoor School\"\nplaces = [\"Brackwell\"]\n[[source]]\nid = \"posts\"\nschool = \"oakmoor\"\nconnector = \"file\"\npath = \"" + path + "\"\n",
      Folder() / "heed.toml", [](const std::string&) { return std::nullopt; });
  return std::move(reading.config).value();
}

void Scan(benchmark::State& state, const std::string& path, std::size_t posts) {
  const Config config = ConfigFor(path);
  const Judge judge = OpenJudge(std::string(HEED_SOURCE_DIR) + "/lexicons", config.schools, Folder() / "cache").value();
  const SystemClock clock;
  HttpClient http(HttpClient::Options{});
  SourceRun run;
  int round = 0;
  state.counters["base_MB"] = MemoryMb("VmRSS:");
  for (auto _ : state) {
    state.PauseTiming();
    auto store = OpenStore(Folder() / ("data" + path.substr(path.rfind('/') + 1) + std::to_string(round++)), Access::kWrite).value();
    state.ResumeTiming();
    LiveJudge live(judge);
    Runner runner(config, live, *store, http, clock);
    run = runner.Run(config.sources[0], {});
    if (!run.complete() || run.read != posts) state.SkipWithError(("the scan did not read everything: " + run.message + run.skipped).c_str());
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(posts));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(path)));
  state.counters["mentioning"] = static_cast<double>(run.mentioning);
  state.counters["cases"] = static_cast<double>(run.opened);
  state.counters["peak_MB"] = MemoryMb("VmHWM:");
}

void ScanAFile(benchmark::State& state) { Scan(state, PostsFile(), kPosts); }
BENCHMARK(ScanAFile)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

void ScanAFileOfCases(benchmark::State& state) { Scan(state, MakeFile("cases.jsonl", kCases, 1, true), kCases); }
BENCHMARK(ScanAFileOfCases)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

// RapidJSON's document alone, its memory reused, line by line.
void RapidJsonAlone(benchmark::State& state) {
  const std::string bytes = ReadFile(PostsFile(), 1 << 30).value();
  std::vector<char> memory(256 << 10), stack(64 << 10);
  using Pool = rapidjson::MemoryPoolAllocator<>;
  Pool values(memory.data(), memory.size()), stacks(stack.data(), stack.size());
  for (auto _ : state) {
    std::size_t members = 0;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t end = bytes.find('\n', at);
      values.Clear();
      stacks.Clear();
      rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool> document(&values, 1024, &stacks);
      document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(bytes.data() + at, end - at);
      members += document.MemberCount();
      at = end + 1;
    }
    benchmark::DoNotOptimize(members);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPosts));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
  state.counters["peak_MB"] = MemoryMb("VmHWM:");
}
BENCHMARK(RapidJsonAlone)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

// Hyperscan alone over the folded texts, a page of 1,000 in one buffer, with as many literals of about the same length as the judge has.
void HyperscanAloneOverTheScan(benchmark::State& state) {
  const Config config = ConfigFor(PostsFile());
  const Judge judge = OpenJudge(std::string(HEED_SOURCE_DIR) + "/lexicons", config.schools, Folder() / "cache").value();
  std::vector<std::string> pages;
  {
    const std::string bytes = ReadFile(PostsFile(), 1 << 30).value();
    JsonParser parser;
    FoldBuffer buffer;
    std::size_t count = 0;
    for (const std::string_view line : Split(bytes, '\n')) {
      if (line.empty()) continue;
      buffer.Add((*parser.Parse(line))["text"].StringOr(""));
      if (++count % 1000 == 0) pages.emplace_back(buffer.text()), buffer.Clear();
    }
  }
  std::mt19937 random(2);
  std::vector<std::string> literals;
  for (std::size_t i = 0; i < judge.literals(); ++i) {
    std::string literal = " ";
    for (unsigned c = 5 + random() % 10; c > 0; --c) literal += static_cast<char>('a' + random() % 26);
    literals.push_back(literal + " ");
  }
  const HyperscanAlone hyperscan(state, literals);
  if (!hyperscan.ok()) return;
  std::size_t bytes = 0;
  for (const auto& page : pages) bytes += page.size();
  for (auto _ : state) {
    std::uint64_t found = 0;
    for (const auto& page : pages) hyperscan.Count(page, found);
    benchmark::DoNotOptimize(found);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPosts));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["peak_MB"] = MemoryMb("VmHWM:");
}
BENCHMARK(HyperscanAloneOverTheScan)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace heed
