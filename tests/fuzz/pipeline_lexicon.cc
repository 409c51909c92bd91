// Fuzzes lexicon files: any bytes are a lexicon that compiles, or a list of mistakes.
#include <cstdlib>

#include "pipeline/judge.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace heed;
  const LexiconFile file{"fuzz.toml", std::string(reinterpret_cast<const char*>(data), size)};
  auto lexicon = LoadLexicon({&file, 1});
  if (!lexicon) {
    if (lexicon.error().empty()) std::abort();
    return 0;
  }
  const auto judge = Judge::Make(std::make_shared<Lexicon>(*std::move(lexicon)), {ExampleSchool()}, {.dictionary = "idiot\nkill\n", .drafts = true});
  if (!judge) std::abort();
  CheckExamples(*judge);
  return 0;
}
