// `heed eval`: how well verdicts fit labels that people gave.
//
// Labels are JSON Lines, {"id", "text", "flag" (or "label" 0/1), "category", "kind", ...}; predictions are what `heed match`
// prints.  Percentages; a share of nothing is not a number and is printed as "-".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/judge.h"
#include "src/base/result.h"

namespace heed {

struct Labelled {
  std::string id;  // as JSON, so that 7 and "7" differ
  std::string text, category;
  bool flag = false;
  std::map<std::string, std::string> fields;  // every member that is a string, a number or true/false
};

struct Prediction {
  bool flag = false;
  double priority = 0;
  std::vector<std::string> categories;  // worst first
  std::vector<std::string> rules;
};

struct EvalGroup {
  std::uint64_t right = 0, total = 0, missed = 0, false_alarms = 0;
};

struct EvalMistake {
  Labelled label;
  Prediction prediction;
};

struct EvalReport {
  std::uint64_t true_positive = 0, false_positive = 0, true_negative = 0, false_negative = 0, right_category = 0;
  std::optional<double> auc;  // area under ROC of priority, ties counted half
  bool has_categories = false;
  std::map<std::string, EvalGroup> groups;                              // by the field asked for
  std::map<std::string, std::map<std::string, std::uint64_t>> confusion;  // true category ("none") -> first predicted one ("none")
  std::vector<EvalMistake> misses, alarms;                              // in the labels' order, all of them

  std::uint64_t total() const { return true_positive + false_positive + true_negative + false_negative; }
  std::optional<double> recall() const, false_alarm_rate() const, precision() const, balanced_accuracy() const, right_category_of_caught() const;
};

// Whether a file's first line is an object with a "text": labels, not predictions.  A file that cannot be read says yes, so
// that reading it as labels says why.
bool HoldsTexts(const std::string& path);

// kMalformed names file and line.
Result<std::vector<Labelled>> ReadLabels(const std::string& path);
// The same without asking for a label.
Result<std::vector<Labelled>> ReadTexts(const std::string& path);
// By id as JSON.  kMalformed also for an error line and for an id that comes twice.
Result<std::map<std::string, Prediction>> ReadPredictions(const std::string& path);
// What the judge thinks of the labelled texts, whether or not they mention a school.  kIo when one could not be judged.
Result<std::map<std::string, Prediction>> Predict(const Judge& judge, std::span<const Labelled> labels);

// kNotFound when a label has no prediction.  by: a field's name, "" for none.
Result<EvalReport> Evaluate(std::span<const Labelled> labels, const std::map<std::string, Prediction>& predictions, std::string_view by);

}  // namespace heed
