// The lexicon's own examples, run.
#include "pipeline/judge.h"

namespace heed {
namespace {

// Whether, and if not why, entry `id` fires in this text.
struct Outcome {
  bool fires = false;
  std::string instead;
};

Outcome Try(Judge::Worker& worker, std::size_t school, const std::string& id, const std::string& text) {
  const Explanation e = worker.Explain(school, text);
  Outcome outcome;
  if (!e.assessment.could_not_judge.empty()) return {false, e.assessment.could_not_judge};
  for (const auto& rule : e.rules) {
    if (rule.rule != id) continue;
    if (rule.blocked_by.empty() && rule.lacks.empty()) return {true, "\"" + text.substr(rule.begin, rule.end - rule.begin) + "\""};
    if (!rule.lacks.empty()) {
      outcome.instead = "nothing of its \"with\" is there (" + rule.lacks + ")";
      continue;
    }
    outcome.instead = "blocked by " + rule.blocked_by + (rule.blocked_words.empty() ? "" : " (\"" + rule.blocked_words + "\")");
  }
  if (outcome.instead.empty()) outcome.instead = "its words were not found near enough";
  return outcome;
}

}  // namespace

School ExampleSchool() {
  School school;
  school.id = "oakmoor";
  school.name = "Oakmoor School";
  school.names = {"Oakmoor School"};
  school.abbreviations = {"OMS"};
  school.nicknames = {"Oakies"};
  school.handles = {"@oakmoor"};
  school.hashtags = {"OakmoorSchool"};
  school.domains = {"oakmoor.example"};
  school.places = {"Brackwell"};
  school.staff_roles = {"head of year", "site manager"};
  school.staff = {{"Ms Adeyemi", "2026-09-01"}};
  return school;
}

std::vector<Mistake> CheckExamples(const Judge& judge) {
  std::vector<Mistake> mistakes;
  auto worker = judge.NewWorker();
  if (!worker) {
    mistakes.push_back({Place{}, worker.error().message()});
    return mistakes;
  }
  const std::size_t school = judge.schools().empty() ? kAnySchool : 0;
  for (const Entry& entry : judge.lexicon().entries) {
    if (!judge.Runs(entry)) continue;
    for (const std::string& text : entry.matches) {
      const Outcome outcome = Try(*worker, school, entry.id, text);
      if (!outcome.fires) mistakes.push_back({entry.matches_place, entry.id + " should match \"" + text + "\" and does not: " + outcome.instead});
    }
    for (const std::string& text : entry.ignores) {
      const Outcome outcome = Try(*worker, school, entry.id, text);
      if (outcome.fires) mistakes.push_back({entry.ignores_place, entry.id + " should ignore \"" + text + "\" and finds " + outcome.instead});
    }
  }
  return mistakes;
}

}  // namespace heed
