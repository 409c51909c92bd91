// A judge that knows one word, "numpties", and what a store holds of them, for tests that are about something else.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/judge.h"
#include "src/store/store.h"

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

// A page with one flagged post of Oakmoor School's, "Oakmoor School is run by numpties".
inline PageCommit NumptyPage(const std::string& id, Instant at, std::vector<Media> media = {}, std::string platform = "mastodon") {
  Post post;
  post.platform = std::move(platform);
  post.native_id = post.global_id = id;
  post.version_id = "1";
  post.text = "Oakmoor School is run by numpties";
  post.first_seen_at = at;
  post.media = std::move(media);
  Assessment assessment;
  assessment.mention = {true, 6, {}};
  assessment.flag = true;
  assessment.severity = 2;
  PageCommit page;
  page.source = "src";
  page.at = at;
  page.posts.push_back({"oakmoor", std::move(post), std::move(assessment), std::nullopt});
  return page;
}

}  // namespace heed
