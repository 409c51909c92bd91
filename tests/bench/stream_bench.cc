// Bluesky's stream: raw frames that name no school, through the sieve, beside grep and rg over the same bytes with the same
// names.  grep and rg are started as programs and read a file that is in memory by then; theirs is the processor time
// that the system counted for them, start included, so that others on the machine do not count against them.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/bluesky/stream.h"
#include "connectors/sieve.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"

namespace heed {
namespace {

// The names of a school as a configuration has them: what Sieve and grep look for.
const std::vector<std::string>& Names() {
  static const std::vector<std::string> names = {"Oakmoor School", "Oakmoor Academy", "#oakmoorschool", "oakmoor.example", "@oakmoorschool.bsky.social", "Thornlea Primary"};
  return names;
}

// Frames as Jetstream sends them, one a line, of words from the dictionary without the names'.
const std::string& Bytes() {
  static const std::string all = [] {
    std::vector<std::string> words;
    const auto dictionary = ReadFile("/usr/share/dict/british-english").value_or("train\nweather\ngarden\nmarket\nevening\n");
    for (const auto word : Split(dictionary, '\n'))
      if (!word.empty()) words.emplace_back(word);
    std::mt19937 dice(7);
    const auto letters = [&](std::size_t count) {
      std::string text;
      while (count-- > 0) text += "abcdefghijklmnopqrstuvwxyz234567"[dice() % 32];
      return text;
    };
    std::string out;
    for (std::int64_t time = 1'793'523'600'000'000; out.size() < (128u << 20); time += 20'000) {
      std::string text;
      const auto length = 20 + dice() % 260;
      while (text.size() < length) text += words[dice() % words.size()] + " ";
      JsonWriter frame;
      frame.Object().Field("did", std::string_view("did:plc:" + letters(24))).Field("time_us", time).Field("kind", "commit").Key("commit").Object();
      frame.Field("rev", std::string_view(letters(13))).Field("operation", "create").Field("collection", "app.bsky.feed.post").Field("rkey", std::string_view(letters(13)));
      frame.Key("record").Object().Field("$type", "app.bsky.feed.post").Field("createdAt", "2026-11-01T09:00:00.000Z").Key("langs").Array().String("en").EndArray();
      if (dice() % 2) {
        frame.Key("reply").Object();
        for (const auto* which : {"parent", "root"})
          frame.Key(which).Object().Field("cid", std::string_view("bafyrei" + letters(52))).Field("uri", std::string_view("at://did:plc:" + letters(24) + "/app.bsky.feed.post/" + letters(13))).EndObject();
        frame.EndObject();
      }
      frame.Field("text", std::string_view(text)).EndObject().Field("cid", std::string_view("bafyrei" + letters(52))).EndObject().EndObject();
      out += frame.text();
      out += '\n';
    }
    return out;
  }();
  return all;
}

const std::vector<std::string_view>& Frames() {
  static const auto frames = Split(Bytes(), '\n');
  return frames;
}

// Sieve and time of each frame: all that happens to one that names no school.
void BM_StreamFramesOfNobody(benchmark::State& state) {
  const Sieve sieve(Names());
  const auto& frames = Frames();
  std::size_t passed = 0;
  for (auto _ : state) {
    for (const auto frame : frames) {
      benchmark::DoNotOptimize(JetstreamTime(frame));
      passed += sieve.Passes(frame);
    }
  }
  state.counters["mentioning"] = static_cast<double>(passed);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(frames.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(Bytes().size()));
}
BENCHMARK(BM_StreamFramesOfNobody)->Unit(benchmark::kMillisecond);

// What parsing each of them would cost instead.
void BM_StreamFramesParsed(benchmark::State& state) {
  const auto& frames = Frames();
  const std::size_t count = std::min<std::size_t>(frames.size(), 20'000);
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<std::int64_t>(frames[i].size());
  for (auto _ : state)
    for (std::size_t i = 0; i < count; ++i) benchmark::DoNotOptimize(ParseJetstreamFrame(frames[i]));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(BM_StreamFramesParsed)->Unit(benchmark::kMillisecond);

// Seconds of processor that programs started from here have used.
double ProgramsTime() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  const auto in_seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return in_seconds(used.ru_utime) + in_seconds(used.ru_stime);
}

void Compare(benchmark::State& state, const std::string& program, const std::string& command) {
  if (std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) != 0) {
    state.SkipWithError((program + " is not on this machine").c_str());
    return;
  }
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("heed-stream-bench-{}", ::getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "frames", std::ios::binary) << Bytes();
  std::ofstream(folder / "names") << Join(Names(), "\n") << "\n";
  const std::string run = fmt::format("{} -f {}/names {}/frames > {}/found 2>&1", command, folder.string(), folder.string(), folder.string());
  for (auto _ : state) {
    const double before = ProgramsTime();
    const int status = std::system(run.c_str());
    state.SetIterationTime(ProgramsTime() - before);
    if (status != 0 && WEXITSTATUS(status) != 1) state.SkipWithError("it failed");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(Bytes().size()));
  std::filesystem::remove_all(folder);
}

void BM_StreamGrep(benchmark::State& state) { Compare(state, "grep", "LC_ALL=C grep -F -c"); }
BENCHMARK(BM_StreamGrep)->Unit(benchmark::kMillisecond)->UseManualTime();
void BM_StreamGrepAnyCase(benchmark::State& state) { Compare(state, "grep", "LC_ALL=C grep -F -i -c"); }
BENCHMARK(BM_StreamGrepAnyCase)->Unit(benchmark::kMillisecond)->UseManualTime();
void BM_StreamRipgrep(benchmark::State& state) { Compare(state, "rg", "rg -F -c -j1"); }
BENCHMARK(BM_StreamRipgrep)->Unit(benchmark::kMillisecond)->UseManualTime();
void BM_StreamRipgrepAnyCase(benchmark::State& state) { Compare(state, "rg", "rg -F -i -c -j1"); }
BENCHMARK(BM_StreamRipgrepAnyCase)->Unit(benchmark::kMillisecond)->UseManualTime();

}  // namespace
}  // namespace heed
