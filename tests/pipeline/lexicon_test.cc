// The shipped lexicons load, and every entry keeps what its own examples promise.
#include <gtest/gtest.h>

#include "pipeline/judge.h"
#include "src/base/file.h"
#include "tests/pipeline/judge_fixture.h"

namespace heed {
namespace {

std::string SystemDictionary() {
  auto words = ReadFile("/usr/share/dict/british-english");
  return words ? *words : std::string();
}

TEST(ShippedLexicons, LoadAndKeepTheirExamples) {
  const auto files = testing_pipeline::ShippedLexicons();
  ASSERT_FALSE(files.empty());
  const auto lexicon = LoadLexicon(files);
  ASSERT_TRUE(lexicon) << ToString(lexicon.error());
  const std::string dictionary = SystemDictionary();
  if (dictionary.empty()) GTEST_SKIP() << "no British word list here (package wbritish): misspellings cannot be made";
  const auto judge = Judge::Make(std::make_shared<Lexicon>(*lexicon), {ExampleSchool()}, {.dictionary = dictionary, .drafts = true});
  ASSERT_TRUE(judge) << judge.error().message();
  for (const Mistake& mistake : CheckExamples(*judge)) ADD_FAILURE() << mistake.ToString();
}

}  // namespace
}  // namespace heed
