// A firehose: a million posts made from the labelled sets, folded and judged in memory, beside what Hyperscan needs alone.  One pass
// each, one core; compare figures of one run only.
//
// HEED_LEXICONS names other lexicons than those of the checkout.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>

#include "pipeline/fold.h"
#include "pipeline/judge.h"
#include "pipeline/program.h"
#include "src/app/installation.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "tests/bench/hyperscan_alone.h"
#include "tests/bench/posts.h"

namespace heed {
namespace {

constexpr std::size_t kMillion = 1'000'000;

std::string Lexicons() {
  const char* named = std::getenv("HEED_LEXICONS");
  return named ? named : std::string(HEED_SOURCE_DIR) + "/lexicons";
}

const bench::Posts& Million() {
  static const bench::Posts posts = bench::EvalPosts(kMillion);
  return posts;
}

void Count(benchmark::State& state, std::size_t posts, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(posts));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
#define HEED_ONCE(name) BENCHMARK(name)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime()

void FirehoseFold(benchmark::State& state) {
  const auto& posts = Million();
  FoldBuffer buffer;
  std::size_t odd = 0;
  for (auto _ : state) {
    for (const std::string_view text : posts.views) {
      if (buffer.size() > (32u << 10)) buffer.Clear();
      odd += buffer.Add(text);
    }
  }
  benchmark::DoNotOptimize(odd);
  state.counters["odd"] = static_cast<double>(odd);
  Count(state, posts.views.size(), posts.bytes.size());
}
HEED_ONCE(FirehoseFold);

// Fold, find and weigh.
void FirehoseAssess(benchmark::State& state) {
  const auto& posts = Million();
  const Judge judge = OpenJudge(Lexicons(), {}, "").value();
  auto worker = judge.NewWorker().value();
  std::vector<Assessment> out;
  std::size_t flagged = 0, hits = 0;
  for (auto _ : state) {
    for (std::size_t at = 0; at < posts.views.size(); at += 1024) {
      worker.Assess(kAnySchool, std::span(posts.views).subspan(at, std::min<std::size_t>(1024, posts.views.size() - at)), MentionPolicy::kAny, out);
      for (const Assessment& a : out) flagged += a.flag, hits += a.hits.size();
    }
  }
  state.counters["flagged"] = static_cast<double>(flagged);
  state.counters["hits"] = static_cast<double>(hits);
  state.counters["literals"] = static_cast<double>(judge.literals());
  Count(state, posts.views.size(), posts.bytes.size());
}
HEED_ONCE(FirehoseAssess);

// hs_scan alone: the same literals, over the same folded bytes, in one buffer.
void FirehoseHyperscanAlone(benchmark::State& state) {
  const auto& posts = Million();
  FoldBuffer buffer;
  for (const std::string_view text : posts.views) buffer.Add(text);
  const Lexicon lexicon = LoadLexicon(ReadLexiconFiles(Lexicons()).value()).value();
  const Program program = CompileProgram(lexicon, {}, Dictionary(ReadDictionary()), false);
  const HyperscanAlone hyperscan(state, program.literals);
  if (!hyperscan.ok()) return;
  std::uint64_t found = 0;
  for (auto _ : state) hyperscan.Count(buffer.text(), found);
  state.counters["matches"] = static_cast<double>(found);
  Count(state, posts.views.size(), posts.bytes.size());
}
HEED_ONCE(FirehoseHyperscanAlone);

}  // namespace
}  // namespace heed
