// `heed match`, `heed explain`, `heed check`: judging without a store.
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "src/app/check.h"
#include "src/app/match.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

std::string ReadAllInput() {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || text.size() > (8u << 20)) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace

Result<Judge> JudgeFor(const Arguments& arguments, std::optional<Config>& config) {
  auto opened = OpenConfig(arguments.locations);
  if (opened) config = *std::move(opened);
  else if (opened.error().fault() != Fault::kNotFound || !arguments.locations.config.empty()) return Fail(std::move(opened).error());
  else if (!arguments.any)
    return Fail(Fault::kNotFound, opened.error().message() + ", or say --any to judge without asking whether a school is mentioned");
  const std::string lexicons = HEED_TRY(LexiconFolder(arguments.locations, config ? &*config : nullptr));
  const std::string data = config ? DataFolder(arguments.locations, *config) : "";
  return OpenJudge(lexicons, config ? config->schools : std::vector<School>{}, !data.empty() && ::access(data.c_str(), W_OK) == 0 ? data : "");
}

int RunMatch(const Arguments& arguments) {
  std::optional<Config> config;
  auto judge = JudgeFor(arguments, config);
  if (!judge) return Complain(judge.error());
  const auto report = Match(*judge, arguments.any ? MentionPolicy::kAny : MentionPolicy::kRequired, STDIN_FILENO, STDOUT_FILENO, arguments.threads);
  if (!report) return Complain(report.error());
  return report->unreadable > 0 ? kExitPartly : kExitDone;
}

int RunExplain(const Arguments& arguments) {
  std::optional<Config> config;
  auto judge = JudgeFor(arguments, config);
  if (!judge) return Complain(judge.error());
  std::size_t school = kAnySchool;
  if (!arguments.school.empty()) {
    for (std::size_t i = 0; i < judge->schools().size(); ++i)
      if (judge->schools()[i].id == arguments.school) school = i;
    if (school == kAnySchool) return Complain(Error{Fault::kNotFound, "there is no school with the id \"" + arguments.school + "\""});
  }
  auto worker = judge->NewWorker();
  if (!worker) return Complain(worker.error());
  std::string text = Join(arguments.words, " ");
  if (arguments.words.empty()) text = ReadAllInput();
  const Explanation e = worker->Explain(school, text);
  if (arguments.json) {
    Print(ToJson(e) + "\n");
    return kExitDone;
  }
  const std::size_t width = TerminalWidth();
  std::string out = "Folded:   " + ForTerminal(e.folded) + "\n";
  if (!e.squeezed.empty()) out += "Squeezed: " + ForTerminal(e.squeezed) + "\n";
  const Mention& mention = e.assessment.mention;
  out += "\nMention" + (e.school.empty() ? std::string() : " of " + e.school) + ": " + (mention.mentions ? "yes" : "no") + ", score " + std::to_string(mention.score) + "\n";
  for (const auto& evidence : mention.evidence)
    out += "  " + std::string(evidence.weight >= 0 ? "+" : "") + std::to_string(evidence.weight) + "  " + ForTerminal(evidence.what) + "\n";
  if (!e.concepts.empty()) {
    Table table({"found", "bytes", "view", "concept"});
    for (const auto& seen : e.concepts)
      table.Row({seen.words, std::to_string(seen.begin) + "-" + std::to_string(seen.end), std::string(ToString(seen.view)) + (seen.misspelt ? ", misspelt" : ""), seen.concept_id});
    out += "\n" + table.Text(width);
  }
  out += "\nRules:\n";
  if (e.rules.empty()) out += "  none had all its parts\n";
  for (const auto& rule : e.rules) {
    std::string line = rule.rule + " (" + Join(rule.elements, " + ") + ")";
    if (rule.status != EntryStatus::kLive) line += ", " + std::string(ToString(rule.status));
    if (!rule.blocked_by.empty()) line += ": taken away by " + rule.blocked_by + " \"" + rule.blocked_words + "\"";
    else if (!rule.lacks.empty()) line += ": does not count without " + rule.lacks;
    else line += ": counts";
    out += Wrap(line, width, "  ");
  }
  if (!e.weighed.empty()) {
    // The small ones add up, and are too many to read.
    constexpr std::size_t kShown = 16;
    std::string line;
    for (std::size_t i = 0; i < std::min(kShown, e.weighed.size()); ++i) {
      const auto& one = e.weighed[i];
      line += (line.empty() ? "" : ", ") + ("\"" + one.words + "\" " + (one.concept_id.empty() ? "" : "(" + one.concept_id + ") ") + (one.points > 0 ? "+" : "") + std::to_string(one.points));
    }
    if (e.weighed.size() > kShown) line += ", and " + std::to_string(e.weighed.size() - kShown) + " that weigh less";
    out += "\nWording:\n" + Wrap(line, width, "  ");
    out += "  " + std::to_string(e.wording_sum) + " points in all; from " + std::to_string(e.wording_from) + " on it reads as a breach, at " + std::to_string(e.wording_below) +
           " or less as innocent: " + (e.wording_reads.empty() ? "neither" : e.wording_reads) + "\n";
    std::string severities;
    for (const int severity : e.wording_insists) severities += (severities.empty() ? "" : ", ") + std::to_string(severity);
    if (!severities.empty()) out += Wrap("So contexts that go for whole kinds of entries, and look at the post or the sentence, take no hit of severity " + severities + " away.", width, "  ");
  }
  out += "\nArithmetic:\n";
  for (const auto& step : e.arithmetic) out += "  " + ForTerminal(step) + "\n";
  const Assessment& a = e.assessment;
  out += "\n";
  if (!a.could_not_judge.empty()) out += "Could not be judged: " + a.could_not_judge + "; a person would look.\n";
  else if (!a.flag) out += "Not flagged.\n";
  else out += "Flagged: " + CategoryList(a.categories) + ", severity " + std::to_string(a.severity) + ", priority " + std::to_string(a.priority) + ".\n";
  if (a.flag && !mention.mentions && !judge->schools().empty()) out += "It does not mention the school, so it would not be queued.\n";
  Print(out);
  return kExitDone;
}

int PrintCheck(const CheckReport& report, bool json, const std::string& all_of) {
  if (json) {
    JsonWriter out;
    const auto list = [&](std::string_view key, const std::vector<Mistake>& mistakes) {
      out.Key(key).Array();
      for (const auto& mistake : mistakes)
        out.Object().Field("file", mistake.where.file).Field("line", mistake.where.line).Field("column", mistake.where.column).Field("what", mistake.what).EndObject();
      out.EndArray();
    };
    out.Object().Field("ok", report.mistakes.empty()).Field("schools", report.schools).Field("sources", report.sources).Field("entries", report.entries);
    list("mistakes", report.mistakes);
    list("advice", report.advice);
    list("facts", report.facts);
    out.EndObject();
    Print(out.Take() + "\n");
  } else {
    std::string out;
    for (const auto& mistake : report.mistakes) out += ForTerminal(mistake.ToString()) + "\n";
    for (const auto& fact : report.facts) out += ForTerminal(fact.ToString()) + "\n";
    for (const auto& advice : report.advice) out += ForTerminal(advice.where.ToString() + ": advice: " + advice.what) + "\n";
    if (report.mistakes.empty()) out += "All is well: " + all_of + ".\n";
    else out += std::to_string(report.mistakes.size()) + (report.mistakes.size() == 1 ? " mistake.\n" : " mistakes.\n");
    Print(out);
  }
  return report.mistakes.empty() ? kExitDone : (report.missing ? kExitMissing : kExitConfig);
}

int RunCheck(const Arguments& arguments) {
  const CheckReport report = Check(arguments.locations);
  return PrintCheck(report, arguments.json,
                    std::to_string(report.schools) + (report.schools == 1 ? " school, " : " schools, ") + std::to_string(report.sources) +
                        (report.sources == 1 ? " source, " : " sources, ") + std::to_string(report.entries) + " lexicon entries with their examples");
}

}  // namespace heed
