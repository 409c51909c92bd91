// The shipped lexicons on the paired cases of tests/pipeline/cases: no row may fall below what has been reached.
//
// Floors are set a little under the figures of the day they were written, so that a change of one phrase is free and the loss of
// a mechanism is not.  When a row gets better, raise its floor.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "pipeline/judge.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"

namespace heed {
namespace {

const Judge& ShippedJudge() {
  static const Judge judge = [] {
    std::vector<LexiconFile> files;
    const auto paths = ListFiles(std::string(HEED_SOURCE_DIR) + "/lexicons", ".toml").value();
    for (const std::string& path : paths) files.push_back({path, ReadFile(path).value()});
    auto dictionary = ReadFile("/usr/share/dict/british-english");
    return Judge::Make(std::make_shared<Lexicon>(LoadLexicon(files).value()), {ExampleSchool()}, {.dictionary = dictionary ? *dictionary : ""}).value();
  }();
  return judge;
}

struct Row {
  const char* file;
  int least_recall, most_alarms;  // percent
};

class Cases : public testing::TestWithParam<Row> {};

TEST_P(Cases, AreToldApart) {
  const Row row = GetParam();
  const std::string path = std::string(HEED_SOURCE_DIR) + "/tests/pipeline/cases/" + row.file + ".jsonl";
  const std::string content = ReadFile(path).value();
  std::vector<std::string> texts;
  std::vector<bool> truth;
  std::set<std::string> ids;
  JsonParser parser;
  for (const std::string_view line : Split(content, '\n')) {
    if (line.empty()) continue;
    const auto root = parser.Parse(line);
    ASSERT_TRUE(root) << line;
    EXPECT_TRUE(ids.emplace((*root)["id"].StringOr("")).second) << line;
    texts.emplace_back((*root)["text"].StringOr(""));
    truth.push_back((*root)["flag"].Bool().value());
  }
  std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<Assessment> verdicts;
  auto worker = ShippedJudge().NewWorker().value();
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

INSTANTIATE_TEST_SUITE_P(Rows, Cases,
                         testing::Values(Row{"allegations", 33, 5}, Row{"bullying", 23, 5}, Row{"counter-speech", 50, 7}, Row{"evasion", 66, 12}, Row{"framing", 40, 5},
                                         Row{"implied-derogation", 0, 5}, Row{"negation", 54, 12}, Row{"negative-talk", 38, 8}, Row{"pile-on", 28, 7}, Row{"profanity", 90, 15},
                                         Row{"reference", 69, 10}, Row{"slurs", 73, 15}, Row{"threats", 59, 12}, Row{"reviews", 0, 1}),
                         [](const auto& param) {
                           std::string name = param.param.file;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace heed
