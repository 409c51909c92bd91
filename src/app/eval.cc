#include "src/app/eval.h"

#include <algorithm>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::uint64_t kMaxFile = 1ull << 30;

std::optional<double> Share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string FieldText(Json value) {
  if (const auto text = value.String()) return std::string(*text);
  if (value.Bool() || value.Number()) return value.Dump();
  return {};
}

// f(line number, object) for every line that is not blank.
template <typename F>
Done EachLine(const std::string& path, F&& f) {
  const std::string content = HEED_TRY(ReadFile(path, kMaxFile));
  JsonParser parser;
  std::uint64_t number = 0;
  for (const std::string_view line : Split(content, '\n')) {
    ++number;
    if (Trim(line).empty()) continue;
    const std::string where = path + ":" + std::to_string(number) + ": ";
    auto root = parser.Parse(line);
    if (!root) return Fail(Fault::kMalformed, where + root.error().message());
    if (!root->IsObject()) return Fail(Fault::kMalformed, where + "not an object");
    HEED_TRY(f(where, *root));
  }
  return {};
}

}  // namespace

std::optional<double> EvalReport::recall() const { return Share(true_positive, true_positive + false_negative); }
std::optional<double> EvalReport::false_alarm_rate() const { return Share(false_positive, false_positive + true_negative); }
std::optional<double> EvalReport::precision() const { return Share(true_positive, true_positive + false_positive); }
std::optional<double> EvalReport::right_category_of_caught() const { return Share(right_category, true_positive); }
std::optional<double> EvalReport::balanced_accuracy() const {
  const auto caught = recall(), wrongly = false_alarm_rate();
  if (!caught || !wrongly) return std::nullopt;
  return (*caught + 100.0 - *wrongly) / 2;
}

bool HoldsTexts(const std::string& path) {
  const auto content = ReadFile(path, kMaxFile);
  if (!content) return true;
  JsonParser parser;
  const auto first = parser.Parse(std::string_view(*content).substr(0, content->find('\n')));
  return !first || !first->IsObject() || (*first)["text"];
}

namespace {

Result<std::vector<Labelled>> ReadRows(const std::string& path, bool labels_needed) {
  std::vector<Labelled> labels;
  HEED_TRY(EachLine(path, [&](const std::string& where, Json root) -> Done {
    Labelled label;
    label.id = root["id"] ? root["id"].Dump() : "null";
    const auto text = root["text"].String();
    if (!text) return Fail(Fault::kMalformed, where + "has no \"text\"");
    label.text = *text;
    if (const auto flag = root["flag"].Bool()) label.flag = *flag;
    else if (const auto number = root["label"].Int()) label.flag = *number != 0;
    else if (const auto truth = root["label"].Bool()) label.flag = *truth;
    else if (labels_needed) return Fail(Fault::kMalformed, where + "has neither \"flag\" nor \"label\"");
    root.EachMember([&](std::string_view key, Json value) {
      if (key != "text") label.fields.emplace(key, FieldText(value));
    });
    label.category = root["category"].StringOr("");
    labels.push_back(std::move(label));
    return {};
  }));
  return labels;
}

}  // namespace

Result<std::vector<Labelled>> ReadLabels(const std::string& path) { return ReadRows(path, true); }
Result<std::vector<Labelled>> ReadTexts(const std::string& path) { return ReadRows(path, false); }

Result<std::map<std::string, Prediction>> ReadPredictions(const std::string& path) {
  std::map<std::string, Prediction> predictions;
  HEED_TRY(EachLine(path, [&](const std::string& where, Json root) -> Done {
    if (root["error"]) return Fail(Fault::kMalformed, where + "a line that was not judged: " + std::string(root["error"].StringOr("error")));
    Prediction p;
    p.flag = root["flag"].Bool().value_or(false);
    p.priority = root["priority"].Number().value_or(0);
    root["categories"].Each([&](Json category) { p.categories.emplace_back(category.StringOr("")); });
    root["hits"].Each([&](Json hit) { p.rules.emplace_back(hit["rule"].StringOr("")); });
    const std::string id = root["id"] ? root["id"].Dump() : "null";
    if (!predictions.emplace(id, std::move(p)).second) return Fail(Fault::kMalformed, where + "a second prediction for " + id);
    return {};
  }));
  return predictions;
}

Result<std::map<std::string, Prediction>> Predict(const Judge& judge, std::span<const Labelled> labels) {
  auto worker = HEED_TRY(judge.NewWorker());
  std::vector<std::string_view> texts;
  for (const Labelled& label : labels) texts.push_back(label.text);
  std::vector<Assessment> assessments;
  worker.Assess(kAnySchool, texts, MentionPolicy::kAny, assessments);
  std::map<std::string, Prediction> predictions;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Assessment& a = assessments[i];
    if (!a.could_not_judge.empty()) return Fail(Fault::kIo, labels[i].id + " could not be judged: " + a.could_not_judge);
    Prediction p{a.flag, static_cast<double>(a.priority), {}, {}};
    for (const Category category : a.categories) p.categories.emplace_back(ToString(category));
    for (const Hit& hit : a.hits) p.rules.emplace_back(hit.rule);
    if (!predictions.emplace(labels[i].id, std::move(p)).second) return Fail(Fault::kMalformed, "two labels have the id " + labels[i].id);
  }
  return predictions;
}

Result<EvalReport> Evaluate(std::span<const Labelled> labels, const std::map<std::string, Prediction>& predictions, std::string_view by) {
  EvalReport report;
  std::map<double, std::pair<double, double>> by_priority;  // innocent, guilty
  std::vector<std::string> missing;
  for (const Labelled& label : labels) {
    const auto at = predictions.find(label.id);
    if (at == predictions.end()) {
      missing.push_back(label.id);
      continue;
    }
    const Prediction& p = at->second;
    if (label.flag) ++(p.flag ? report.true_positive : report.false_negative);
    else ++(p.flag ? report.false_positive : report.true_negative);
    report.has_categories = report.has_categories || !label.category.empty();
    if (label.flag && p.flag) report.right_category += std::find(p.categories.begin(), p.categories.end(), label.category) != p.categories.end();
    auto& [innocent, guilty] = by_priority[p.priority];
    ++(label.flag ? guilty : innocent);
    const std::string truth = label.flag && !label.category.empty() ? label.category : label.flag ? "flag" : "none";
    ++report.confusion[truth][p.flag && !p.categories.empty() ? p.categories.front() : "none"];
    if (!by.empty()) {
      const auto field = label.fields.find(std::string(by));
      EvalGroup& group = report.groups[field == label.fields.end() ? "" : field->second];
      ++group.total;
      group.right += label.flag == p.flag;
      group.missed += label.flag && !p.flag;
      group.false_alarms += !label.flag && p.flag;
    }
    if (label.flag && !p.flag) report.misses.push_back({label, p});
    if (!label.flag && p.flag) report.alarms.push_back({label, p});
  }
  if (!missing.empty()) return Fail(Fault::kNotFound, std::to_string(missing.size()) + " labelled ids have no prediction, the first is " + missing.front());
  double below = 0, area = 0, innocent_all = 0, guilty_all = 0;
  for (const auto& [priority, counts] : by_priority) {
    area += counts.second * (below + counts.first / 2);
    below += counts.first;
    innocent_all += counts.first;
    guilty_all += counts.second;
  }
  if (innocent_all > 0 && guilty_all > 0) report.auc = 100.0 * area / (innocent_all * guilty_all);
  return report;
}

}  // namespace heed
