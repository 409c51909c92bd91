// What judging costs: fold, mention, find and weigh, posts in memory, one core, with the shipped lexicons; beside what Hyperscan
// alone needs for the same folded bytes.  Compare figures of one run only.
//
// The posts are made here, of common words and words of the British word list: about 100 bytes each, a fifth with an emoji or a curly apostrophe, one in ten
// with rude words.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>

#include "pipeline/fold.h"
#include "pipeline/judge.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "tests/bench/hyperscan_alone.h"

namespace heed {
namespace {

std::string_view RootRelative(std::string_view path) { return path.substr(std::string_view(HEED_SOURCE_DIR).size() + 1); }

const Judge& SharedJudge() {
  static const Judge judge = [] {
    std::vector<LexiconFile> files;
    const auto paths = ListFiles(std::string(HEED_SOURCE_DIR) + "/lexicons", ".toml").value();
    for (const std::string& path : paths) files.push_back({std::string(RootRelative(path)), ReadFile(path).value()});
    auto lexicon = LoadLexicon(files).value();
    auto dictionary = ReadFile("/usr/share/dict/british-english");
    return Judge::Make(std::make_shared<Lexicon>(std::move(lexicon)), {ExampleSchool()}, {.dictionary = dictionary ? *dictionary : ""}).value();
  }();
  return judge;
}

struct Posts {
  std::vector<std::string> texts;
  std::vector<std::string_view> views;
  std::size_t bytes = 0;
};

// per_mille: how many posts of a thousand hold `special` words.
Posts MakePosts(std::size_t count, unsigned rude_per_mille, unsigned mention_per_mille) {
  static const std::vector<std::string> kWords = {
      "the", "a", "of", "and", "to", "in", "is", "it", "you", "that", "was", "for", "on", "are", "with", "they", "be", "at", "one", "have", "this", "from", "had", "not", "but", "what", "all", "were",
      "when", "we", "there", "can", "an", "your", "which", "their", "said", "if", "do", "will", "each", "about", "how", "up", "out", "them", "then", "she", "many", "some", "so", "these", "would"};
  static const std::vector<std::string> kContent = [] {
    std::vector<std::string> words;
    const std::string dictionary = ReadFile("/usr/share/dict/british-english").value_or("train\nweather\ngarden\n");
    for (const std::string_view word : Split(dictionary, '\n'))
      if (!word.empty() && word.find('\'') == std::string_view::npos) words.emplace_back(word);
    return words;
  }();
  static const std::vector<std::string> kRude = {"you are a stupid idiot", "kill yourself", "what a useless teacher", "she is a liar and a thief", "f**k off", "shut up you moron"};
  Posts posts;
  std::mt19937 random(1);
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    while (text.size() < 92) {
      text += random() % 10 < 6 ? kWords[random() % kWords.size()] : kContent[random() % kContent.size()];
      text += random() % 9 ? " " : random() % 2 ? ", " : ". ";
    }
    if (random() % 1000 < rude_per_mille) text += kRude[random() % kRude.size()];
    if (random() % 1000 < mention_per_mille) text += " at Oakmoor School";
    if (random() % 5 == 0) text += random() % 2 ? " \U0001F600" : " don\u2019t";
    posts.bytes += text.size();
    posts.texts.push_back(std::move(text));
  }
  posts.views.assign(posts.texts.begin(), posts.texts.end());
  return posts;
}
const Posts& Mixed() {
  static const Posts posts = MakePosts(20'000, 100, 10);
  return posts;
}

void Count(benchmark::State& state, const Posts& posts) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(posts.texts.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(posts.bytes));
}

void Folding(benchmark::State& state) {
  FoldBuffer buffer;
  for (auto _ : state) {
    std::size_t odd = 0;
    for (const std::string_view text : Mixed().views) {
      if (buffer.size() > (32u << 10)) buffer.Clear();
      odd += buffer.Add(text);
    }
    benchmark::DoNotOptimize(odd);
  }
  Count(state, Mixed());
}
BENCHMARK(Folding);

void Assessing(benchmark::State& state, MentionPolicy policy, const Posts& posts) {
  auto worker = SharedJudge().NewWorker().value();
  std::vector<Assessment> out;
  std::size_t flagged = 0;
  for (auto _ : state) {
    flagged = 0;
    // Pages of 1,000 posts, as a firehose runner would.
    for (std::size_t at = 0; at < posts.views.size(); at += 1000) {
      worker.Assess(0, std::span(posts.views).subspan(at, std::min<std::size_t>(1000, posts.views.size() - at)), policy, out);
      for (const Assessment& a : out) flagged += a.flag;
    }
  }
  Count(state, posts);
  state.counters["flagged"] = static_cast<double>(flagged);
}
void AssessMentioningOneInAHundred(benchmark::State& state) { Assessing(state, MentionPolicy::kRequired, Mixed()); }
BENCHMARK(AssessMentioningOneInAHundred);
void AssessAnyOneInTenRude(benchmark::State& state) { Assessing(state, MentionPolicy::kAny, Mixed()); }
BENCHMARK(AssessAnyOneInTenRude);
void AssessAnyHalfRude(benchmark::State& state) {
  static const Posts posts = MakePosts(20'000, 500, 10);
  Assessing(state, MentionPolicy::kAny, posts);
}
BENCHMARK(AssessAnyHalfRude);

// Hyperscan alone, over the same folded bytes in one buffer, with as many literals of about the same length.
void HyperscanAloneOverTheFold(benchmark::State& state) {
  FoldBuffer buffer;
  for (const std::string_view text : Mixed().views) buffer.Add(text);
  std::mt19937 random(2);
  std::vector<std::string> literals;
  for (std::size_t i = 0; i < SharedJudge().literals(); ++i) {
    std::string literal = " ";
    for (unsigned c = 0; c < 5 + random() % 10; ++c) literal += static_cast<char>('a' + random() % 26);
    literals.push_back(literal + " ");
  }
  const HyperscanAlone hyperscan(state, literals);
  if (!hyperscan.ok()) return;
  for (auto _ : state) {
    std::uint64_t found = 0;
    hyperscan.Count(buffer.text(), found);
    benchmark::DoNotOptimize(found);
  }
  Count(state, Mixed());
}
BENCHMARK(HyperscanAloneOverTheFold)->Name("HyperscanAlone");

// First verdict after start: lexicons loaded, judge made, one post judged; with and without the compiled cache.
void Starting(benchmark::State& state, bool warm) {
  const auto paths = ListFiles(std::string(HEED_SOURCE_DIR) + "/lexicons", ".toml").value();
  const std::string image = warm ? SharedJudge().CacheImage() : "";
  for (auto _ : state) {
    std::vector<LexiconFile> files;
    for (const std::string& path : paths) files.push_back({std::string(RootRelative(path)), ReadFile(path).value()});
    auto dictionary = ReadFile("/usr/share/dict/british-english");
    auto judge = Judge::Make(std::make_shared<Lexicon>(LoadLexicon(files).value()), {ExampleSchool()}, {.dictionary = dictionary ? *dictionary : "", .cached = image}).value();
    if (judge.from_cache() != warm) state.SkipWithError("the cache did not do as expected");
    auto worker = judge.NewWorker().value();
    std::vector<Assessment> out;
    const std::string_view text = "Oakmoor School is run by idiots";
    worker.Assess(0, {&text, 1}, MentionPolicy::kRequired, out);
    benchmark::DoNotOptimize(out);
  }
}
void StartingCold(benchmark::State& state) { Starting(state, false); }
void StartingWarm(benchmark::State& state) { Starting(state, true); }
BENCHMARK(StartingCold)->Unit(benchmark::kMillisecond);
BENCHMARK(StartingWarm)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heed
