// A firehose: a million posts made from the labelled sets, judged in memory and from JSON Lines to JSON Lines, beside what the parts
// need alone.  One pass each, one core unless it says otherwise; compare figures of one run only.
//
// HEED_LEXICONS names other lexicons than those of the checkout.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <hs/hs.h>
#include <rapidjson/document.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "pipeline/fold.h"
#include "pipeline/judge.h"
#include "pipeline/program.h"
#include "src/app/installation.h"
#include "src/base/file.h"
#include "src/base/text.h"
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
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto& literal : program.literals) texts.push_back(literal.data()), sizes.push_back(literal.size());
  const std::vector<unsigned> flags(texts.size(), 0);
  std::vector<unsigned> ids(texts.size());
  for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS) {
    state.SkipWithError("Hyperscan refuses the literals");
    hs_free_compile_error(error);
    return;
  }
  hs_scratch_t* scratch = nullptr;
  hs_alloc_scratch(database, &scratch);
  std::uint64_t found = 0;
  for (auto _ : state) {
    hs_scan(database, buffer.text().data(), static_cast<unsigned>(buffer.size()), 0, scratch,
            [](unsigned, unsigned long long, unsigned long long, unsigned, void* count) { return ++*static_cast<std::uint64_t*>(count), 0; }, &found);
  }
  state.counters["matches"] = static_cast<double>(found);
  Count(state, posts.views.size(), posts.bytes.size());
  hs_free_scratch(scratch);
  hs_free_database(database);
}
HEED_ONCE(FirehoseHyperscanAlone);

}  // namespace
}  // namespace heed
