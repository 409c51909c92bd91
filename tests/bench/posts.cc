#include "tests/bench/posts.h"

#include <cstdio>
#include <cstdlib>
#include <random>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"

namespace heed::bench {
namespace {

std::vector<std::string> EvalTexts() {
  const char* named = std::getenv("HEED_EVAL");
  const std::string folder = named ? named : std::string(HEED_SOURCE_DIR) + "/../shared/eval";
  std::vector<std::string> texts;
  const auto paths = ListFiles(folder, ".jsonl");
  if (!paths) return texts;
  JsonParser parser;
  for (const std::string& path : *paths) {
    const auto bytes = ReadFile(path, 1u << 30);
    if (!bytes) continue;
    for (const std::string_view line : Split(*bytes, '\n'))
      if (const auto root = parser.Parse(line))
        if (const auto text = (*root)["text"].String()) texts.emplace_back(*text);
  }
  if (texts.empty()) std::fprintf(stderr, "%s holds no posts\n", folder.c_str());
  return texts;
}

}  // namespace

std::vector<std::string> MadePosts(std::size_t count, unsigned seed) {
  static constexpr std::string_view kCommon[] = {"the", "a", "of", "and", "to", "in", "is", "it", "you", "that", "was", "for", "on", "are", "with", "they", "be", "at", "this", "we", "your", "she"};
  static const std::string dictionary = ReadFile("/usr/share/dict/british-english").value_or("train\nweather\ngarden\nmarket\nevening\n");
  std::vector<std::string_view> words;
  for (const std::string_view word : Split(dictionary, '\n'))
    if (!word.empty() && word.find('\'') == std::string_view::npos) words.push_back(word);
  std::mt19937 random(seed);
  std::vector<std::string> out(count);
  for (std::string& text : out) {
    while (text.size() < 92) {
      text += random() % 10 < 6 ? kCommon[random() % std::size(kCommon)] : words[random() % words.size()];
      text += random() % 9 ? " " : random() % 2 ? ", " : ". ";
    }
    if (random() % 10 == 0) text += "you are a stupid idiot";
    if (random() % 5 == 0) text += random() % 2 ? " \U0001F600" : " don\u2019t";
  }
  return out;
}

Posts EvalPosts(std::size_t count) {
  Posts out;
  std::vector<std::string> texts = EvalTexts();
  out.real = !texts.empty();
  if (!out.real) {
    std::fprintf(stderr, "NO LABELLED SETS HERE: set HEED_EVAL to their folder.  These figures are of made-up posts and are not those of the README.\n");
    texts = MadePosts(20'000, 1);
  }
  std::mt19937 random(7);
  std::vector<std::pair<std::size_t, std::size_t>> places;  // where, how long
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& text = texts[random() % texts.size()];
    places.emplace_back(out.bytes.size(), text.size());
    out.bytes += text;
  }
  for (const auto& [at, size] : places) out.views.push_back(std::string_view(out.bytes).substr(at, size));
  return out;
}

std::string AsJsonLines(const Posts& posts, std::size_t count) {
  std::string out;
  JsonWriter line;
  for (std::size_t i = 0; i < count && i < posts.views.size(); ++i) {
    line.Object().Field("id", static_cast<std::uint64_t>(i)).Field("text", posts.views[i]).EndObject();
    out += line.text();
    out += '\n';
    line.Clear();
  }
  return out;
}

}  // namespace heed::bench
