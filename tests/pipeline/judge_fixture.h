// Small lexicons for tests, and a judge over them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/judge.h"
#include "src/base/file.h"

namespace heed::testing_pipeline {

// The lexicons as shipped, their names as seen from the project's folder.
inline std::vector<LexiconFile> ShippedLexicons() {
  std::vector<LexiconFile> files;
  const auto paths = ListFiles(HEED_SOURCE_DIR "/lexicons", ".toml").value();
  for (const std::string& path : paths) files.push_back({path.substr(std::string_view(HEED_SOURCE_DIR).size() + 1), ReadFile(path).value()});
  return files;
}

inline Judge MakeJudge(std::string_view toml, JudgeOptions options = {}, std::vector<School> schools = {ExampleSchool()}) {
  const LexiconFile file{"test.toml", "language = \"en\"\n" + std::string(toml)};
  auto lexicon = LoadLexicon({&file, 1});
  if (!lexicon) throw std::runtime_error(ToString(lexicon.error()));
  auto judge = Judge::Make(std::make_shared<Lexicon>(*std::move(lexicon)), std::move(schools), std::move(options));
  if (!judge) throw std::runtime_error(judge.error().message());
  return *std::move(judge);
}

inline Judge::Worker MakeWorker(const Judge& judge) {
  auto worker = judge.NewWorker();
  if (!worker) throw std::runtime_error(worker.error().message());
  return *std::move(worker);
}

inline Assessment Assess(Judge::Worker& worker, std::string_view text, MentionPolicy policy = MentionPolicy::kAny, std::size_t school = 0) {
  std::vector<Assessment> out;
  worker.Assess(school, {&text, 1}, policy, out);
  return out.at(0);
}
inline Assessment Assess(const Judge& judge, std::string_view text, MentionPolicy policy = MentionPolicy::kAny, std::size_t school = 0) {
  auto worker = MakeWorker(judge);
  return Assess(worker, text, policy, school);
}

// The rules that count, by begin, with the words they stand on: "insult.idiot[idiot]".
inline std::string HitsOf(const Assessment& a, std::string_view text) {
  std::string out;
  for (const Hit& hit : a.hits) out += (out.empty() ? "" : " ") + hit.rule + "[" + std::string(text.substr(hit.begin, hit.end - hit.begin)) + "]";
  return out;
}

}  // namespace heed::testing_pipeline
