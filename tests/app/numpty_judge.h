// A judge that knows one word, "numpties", for tests that are about something else.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/judge.h"

namespace heed {

inline Judge NumptyJudge(std::vector<School> schools) {
  const LexiconFile file{"test.toml",
                         "language = \"en\"\n"
                         "[[term]]\nid = \"abuse.numpty\"\nphrases = [\"numpties\"]\ncategory = \"abuse\"\nseverity = 2\nwhy = \"Calls people numpties.\"\n"
                         "matches = [\"a school of numpties\"]\nignores = [\"a school of numbers\"]\n"};
  auto lexicon = LoadLexicon({&file, 1});
  if (!lexicon) throw std::runtime_error(ToString(lexicon.error()));
  auto made = Judge::Make(std::make_shared<const Lexicon>(*std::move(lexicon)), std::move(schools), {});
  if (!made) throw std::runtime_error(made.error().message());
  return *std::move(made);
}

inline School NamedSchool(std::string id, std::string name) {
  School school;
  school.id = std::move(id);
  school.name = name;
  school.names = {std::move(name)};
  return school;
}

}  // namespace heed
