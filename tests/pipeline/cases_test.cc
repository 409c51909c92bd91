// The shipped lexicons on the paired cases of tests/pipeline/cases: no row may fall below what has been reached.
//
// Floors are set a little under the figures of the day they were written, so that a change of one phrase is free and the loss of
// a mechanism is not.  When a row gets better, raise its floor.
#include <gtest/gtest.h>

#include <set>

#include "pipeline/judge.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "tests/pipeline/judge_fixture.h"

namespace heed {
namespace {

const Judge& ShippedJudge() {
  static const Judge judge = [] {
    auto dictionary = ReadFile("/usr/share/dict/british-english");
    return Judge::Make(std::make_shared<Lexicon>(LoadLexicon(testing_pipeline::ShippedLexicons()).value()), {ExampleSchool()}, {.dictionary = dictionary ? *dictionary : ""}).value();
  }();
  return judge;
}

struct Row {
  const char* file;
  int least_recall, most_alarms;  // percent
};

// One test for all rows, because compiling the lexicons takes seconds.
TEST(Cases, AreToldApartInEveryRow) {
  static constexpr Row kRows[] = {{"allegations", 92, 3},  {"bullying", 95, 5},    {"counter-speech", 73, 5}, {"evasion", 80, 7},   {"framing", 85, 7},  {"implied-derogation", 92, 3}, {"negation", 95, 3},
                                  {"negative-talk", 92, 8}, {"pile-on", 92, 7},    {"profanity", 95, 3},      {"reference", 88, 3}, {"slurs", 88, 10},   {"threats", 95, 3},           {"told-apart", 80, 3},         {"reviews", 0, 0}};
  auto worker = ShippedJudge().NewWorker().value();
  std::set<std::string> ids;
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.file);
    const std::string path = std::string(HEED_SOURCE_DIR) + "/tests/pipeline/cases/" + row.file + ".jsonl";
    const std::string content = ReadFile(path).value();
    std::vector<std::string> texts;
    std::vector<bool> truth;
    JsonParser parser;
    for (const std::string_view line : Split(content, '\n')) {
      if (line.empty()) continue;
      const auto root = parser.Parse(line);
      ASSERT_TRUE(root) << line;
      EXPECT_TRUE(ids.emplace((*root)["id"].StringOr("")).second) << line;
      texts.emplace_back((*root)["text"].StringOr(""));
      truth.push_back((*root)["flag"].Bool().value());
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    std::vector<Assessment> verdicts;
    worker.Assess(0, views, MentionPolicy::kAny, verdicts);
    double caught = 0, guilty = 0, alarms = 0, innocent = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(verdicts[i].could_not_judge, "");
      (truth[i] ? guilty : innocent) += 1;
      (truth[i] ? caught : alarms) += verdicts[i].flag;
    }
    if (guilty > 0) {
      EXPECT_GE(guilty, 40);
      EXPECT_GE(innocent, 40);
      EXPECT_GE(100 * caught / guilty, row.least_recall);
    }
    EXPECT_LE(100 * alarms / innocent, row.most_alarms);
  }
}

}  // namespace
}  // namespace heed
