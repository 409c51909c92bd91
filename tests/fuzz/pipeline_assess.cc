// Fuzzes the judge: any bytes end in an assessment whose offsets lie on characters of the text.
#include <cstdlib>
#include <vector>

#include "pipeline/judge.h"
#include "src/base/utf8.h"

namespace {

constexpr const char* kLexicon = R"(language = "en"
[[concept]]
id = "pronoun"
phrases = ["he", "she", "you"]
[[concept]]
id = "negator"
phrases = ["not", "never"]
[[concept]]
id = "quote.report"
phrases = ["said"]
[[term]]
id = "t"
phrases = ["kill you", "idiot"]
expand = "verb"
misspellings = true
category = "threat"
severity = 3
why = "w"
unless = ["negator:before", "quote.report:around", "quoted"]
matches = ["idiot"]
ignores = ["idiom"]
[[rule]]
id = "r"
together = ["school.name", ["negator", "=is a"]]
scope = "next"
category = "abuse"
severity = 1
why = "w"
matches = ["x"]
ignores = ["y"]
)";

heed::Judge Make() {
  const heed::LexiconFile file{"fuzz.toml", kLexicon};
  auto lexicon = heed::LoadLexicon({&file, 1});
  if (!lexicon) std::abort();
  auto judge = heed::Judge::Make(std::make_shared<heed::Lexicon>(*std::move(lexicon)), {heed::ExampleSchool()}, {.dictionary = "idiot\n"});
  if (!judge) std::abort();
  return *std::move(judge);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace heed;
  static const Judge judge = Make();
  static Judge::Worker worker = *judge.NewWorker();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<bool> boundary(size + 1);
  for (std::size_t at = 0; at < size;) boundary[at] = true, NextChar(text, at);
  boundary[size] = true;
  std::vector<Assessment> out;
  // The text whole, and cut in two posts.
  const std::string_view texts[] = {text, text.substr(0, size / 2), text.substr(size / 2)};
  for (const MentionPolicy policy : {MentionPolicy::kAny, MentionPolicy::kRequired}) {
    worker.Assess(0, texts, policy, out);
    for (const Hit& hit : out[0].hits)
      if (hit.begin >= hit.end || hit.end > size || !boundary[hit.begin] || !boundary[hit.end]) std::abort();
  }
  worker.Assess(0, {&text, 1}, MentionPolicy::kAny, out);
  const Explanation e = worker.Explain(0, text);
  if (e.assessment.priority != out[0].priority || e.assessment.hits.size() != out[0].hits.size()) std::abort();
  if (ToJson(e).empty()) std::abort();
  return 0;
}
