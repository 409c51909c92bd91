// `heed eval`: recall, false alarms and the rest, for verdicts and labels.
#include <algorithm>
#include <cstdio>

#include "src/app/eval.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

std::string Percent(std::optional<double> value) {
  if (!value) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", *value);
  return text;
}

std::string Figures(const EvalReport& r) {
  std::string out = std::to_string(r.total()) + " texts: recall " + Percent(r.recall()) + " %, false alarms " + Percent(r.false_alarm_rate()) + " %, precision " +
                    Percent(r.precision()) + " %, balanced accuracy " + Percent(r.balanced_accuracy()) + " %, AUC " + Percent(r.auc) + " %";
  if (r.has_categories) out += ", right category of what is caught " + Percent(r.right_category_of_caught()) + " %";
  return out + "\n";
}

void PutFigure(JsonWriter& out, std::string_view key, std::optional<double> value) {
  out.Key(key);
  if (value) out.Number(*value);
  else out.Null();
}

std::string Text(const EvalReport& r, const Arguments& arguments) {
  const std::size_t width = TerminalWidth();
  std::string out;
  if (!r.groups.empty()) {
    std::vector<std::pair<std::string, EvalGroup>> groups(r.groups.begin(), r.groups.end());
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.second.right * b.second.total < b.second.right * a.second.total; });
    Table table({"right", "of", "%", "missed", "false alarms", arguments.by});
    for (const auto& [name, g] : groups)
      table.Row({std::to_string(g.right), std::to_string(g.total), Percent(g.total ? std::optional(100.0 * static_cast<double>(g.right) / static_cast<double>(g.total)) : std::nullopt),
                 std::to_string(g.missed), std::to_string(g.false_alarms), name});
    out += table.Text(width) + "\n";
  }
  if (r.has_categories) {
    std::vector<std::string> columns = {"none"};
    for (const Category category : kCategories) columns.emplace_back(ToString(category));
    std::vector<std::string> headings = {"is \\ judged"};
    headings.insert(headings.end(), columns.begin(), columns.end());
    Table table(headings);
    for (const auto& [truth, judged] : r.confusion) {
      std::vector<std::string> cells = {truth};
      for (const std::string& column : columns) cells.push_back(judged.contains(column) ? std::to_string(judged.at(column)) : ".");
      table.Row(cells);
    }
    out += table.Text(width) + "\n";
  }
  const auto list = [&](std::string_view what, const std::vector<EvalMistake>& mistakes) {
    for (std::size_t i = 0; i < std::min(mistakes.size(), arguments.errors); ++i) {
      std::string line = std::string(what) + " " + mistakes[i].label.id + " " + mistakes[i].label.category;
      for (const std::string& rule : mistakes[i].prediction.rules) line += " " + rule;
      out += FitWidth(ForTerminal(line + " | " + mistakes[i].label.text), std::max<std::size_t>(width, 200)) + "\n";
    }
  };
  list("missed     ", r.misses);
  list("false alarm", r.alarms);
  return out + Figures(r);
}

std::string AsJson(const EvalReport& r, std::string_view file) {
  JsonWriter out;
  out.Object().Field("labels", file).Field("texts", r.total());
  PutFigure(out, "recall", r.recall());
  PutFigure(out, "false_alarm_rate", r.false_alarm_rate());
  PutFigure(out, "precision", r.precision());
  PutFigure(out, "balanced_accuracy", r.balanced_accuracy());
  PutFigure(out, "auc", r.auc);
  if (r.has_categories) PutFigure(out, "right_category_of_caught", r.right_category_of_caught());
  out.Key("by").Object();
  for (const auto& [name, g] : r.groups)
    out.Key(name).Object().Field("right", g.right).Field("total", g.total).Field("missed", g.missed).Field("false_alarms", g.false_alarms).EndObject();
  out.EndObject().Key("confusion").Object();
  for (const auto& [truth, judged] : r.confusion) {
    out.Key(truth).Object();
    for (const auto& [name, count] : judged) out.Field(name, count);
    out.EndObject();
  }
  return out.EndObject().EndObject().Take() + "\n";
}

}  // namespace

int RunEval(const Arguments& arguments) {
  const auto show = [&](std::string_view file, std::span<const Labelled> labels, const std::map<std::string, Prediction>& predictions) {
    const auto report = Evaluate(labels, predictions, arguments.by);
    if (!report) return Complain(report.error());
    Print(arguments.json ? AsJson(*report, file) : Text(*report, arguments));
    return static_cast<int>(kExitDone);
  };
  // PREDICTIONS LABELS: what `heed match` prints holds no texts.
  if (arguments.words.size() == 2 && !HoldsTexts(arguments.words[0])) {
    const auto predictions = ReadPredictions(arguments.words[0]);
    if (!predictions) return Complain(predictions.error());
    const auto labels = ReadLabels(arguments.words[1]);
    if (!labels) return Complain(labels.error());
    return show(arguments.words[1], *labels, *predictions);
  }
  std::optional<Config> config;
  auto anyway = arguments;
  anyway.any = true;
  const auto judge = JudgeFor(anyway, config);
  if (!judge) return Complain(judge.error());
  for (const std::string& file : arguments.words) {
    const auto labels = ReadLabels(file);
    if (!labels) return Complain(labels.error());
    const auto predictions = Predict(*judge, *labels);
    if (!predictions) return Complain(predictions.error());
    if (arguments.words.size() > 1 && !arguments.json) Print((file == arguments.words.front() ? "" : "\n") + ForTerminal(file) + "\n");
    if (const int code = show(file, *labels, *predictions); code != kExitDone) return code;
  }
  return kExitDone;
}

}  // namespace heed
