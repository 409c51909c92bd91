// `heed lexicon`: thin; the work is in src/app/lexicon_desk.h.
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <tuple>

#include "src/app/check.h"
#include "src/app/eval.h"
#include "src/app/live_judge.h"
#include "src/app/server.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/server_or_store.h"
#include "src/cli/table.h"

namespace heed {
namespace {

// The lexicons' folder, whether or not there is a configuration.
Result<std::string> Folder(const Arguments& arguments, std::optional<Config>& config) {
  auto opened = OpenConfig(arguments.locations);
  if (opened) config = *std::move(opened);
  else if (opened.error().fault() != Fault::kNotFound || !arguments.locations.config.empty()) return Fail(std::move(opened).error());
  return LexiconFolder(arguments.locations, config ? &*config : nullptr);
}
Result<std::string> Folder(const Arguments& arguments) {
  std::optional<Config> config;
  return Folder(arguments, config);
}

std::string Today() { return FormatRfc3339(SystemClock().Now()).substr(0, 10); }

bool Contains(std::string_view text, std::string_view part) { return LowerAscii(text).find(LowerAscii(part)) != std::string::npos; }

bool Wanted(const Entry& e, const Arguments& arguments) {
  if (!arguments.status.empty() && ToString(e.status) != arguments.status) return false;
  if (!arguments.category.empty() && ToString(e.category) != arguments.category) return false;
  if (!arguments.language.empty() && e.language != arguments.language) return false;
  if (arguments.search.empty() || Contains(e.id, arguments.search) || Contains(e.why, arguments.search)) return true;
  return std::any_of(e.phrases.begin(), e.phrases.end(), [&](const std::string& phrase) { return Contains(phrase, arguments.search); });
}

void PutCounts(JsonWriter& out, std::string_view key, const std::map<std::string, std::uint64_t>& counts) {
  out.Key(key).Object();
  for (const auto& [name, count] : counts) out.Field(name, count);
  out.EndObject();
}

std::string CountsLine(const std::map<std::string, std::uint64_t>& counts) {
  std::string out;
  for (const auto& [name, count] : counts) out += (out.empty() ? "" : ", ") + name + " " + std::to_string(count);
  return out;
}

// What add and retire did, for programs.
int PutChange(std::string_view id, std::string_view file, std::string_view status) {
  JsonWriter out;
  out.Object().Field("id", id).Field("file", file).Field("status", status).EndObject();
  Print(out.Take() + "\n");
  return kExitDone;
}

std::string Excerpt(std::string_view text, const Assessment& a, bool reveal, std::size_t width) { return FitWidth(ForTerminal(Masked(text, a.hits, reveal)), width); }

// The rules that fired, each once, in the order of their hits.
std::vector<std::string> RulesOf(const Assessment& a) {
  std::vector<std::string> rules;
  for (const Hit& hit : a.hits)
    if (std::find(rules.begin(), rules.end(), hit.rule) == rules.end()) rules.emplace_back(hit.rule);
  return rules;
}

}  // namespace

std::string LoginName() {
  const passwd* who = ::getpwuid(::geteuid());
  return who && who->pw_name ? who->pw_name : "";
}

int RunLexiconCheck(const Arguments& arguments) {
  const auto folder = Folder(arguments);
  if (!folder) return Complain(folder.error());
  const auto report = CheckLexicon(*folder);
  if (!report) return Complain(report.error());
  return PrintCheck(*report, arguments.json, std::to_string(report->entries) + " entries with their examples");
}

int RunLexiconList(const Arguments& arguments) {
  const auto folder = Folder(arguments);
  if (!folder) return Complain(folder.error());
  const auto lexicon = ReadLexicon(*folder);
  if (!lexicon) return Complain(lexicon.error());
  if (arguments.json) {
    JsonWriter out;
    out.Array();
    for (const Entry& e : lexicon->entries) {
      if (!Wanted(e, arguments)) continue;
      out.Object().Field("id", e.id).Field("kind", e.is_rule ? "rule" : "term").Field("status", ToString(e.status)).Field("category", ToString(e.category));
      out.Field("severity", static_cast<int>(e.severity)).Field("weight", static_cast<int>(e.weight)).Field("language", e.language).Field("why", e.why);
      if (e.characteristic) out.Field("characteristic", ToString(*e.characteristic));
      out.Field("rationale", e.rationale).Field("source", e.source).Field("author", e.author).Field("added", e.added);
      out.Field("file", e.place.file).Field("line", e.place.line).EndObject();
    }
    Print(out.EndArray().Take() + "\n");
    return kExitDone;
  }
  Table table({"entry", "status", "category", "severity", "language", "why"});
  for (const Entry& e : lexicon->entries)
    if (Wanted(e, arguments)) table.Row({e.id, std::string(ToString(e.status)), std::string(ToString(e.category)), std::to_string(e.severity), e.language, e.why});
  Print(table.empty() ? "No entry is like that.\n" : table.Text(std::max<std::size_t>(TerminalWidth(), 120)));
  return kExitDone;
}

int RunLexiconStats(const Arguments& arguments) {
  const auto folder = Folder(arguments);
  if (!folder) return Complain(folder.error());
  const auto stats = CountLexicon(*folder);
  if (!stats) return Complain(stats.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("files", stats->files).Field("concepts", stats->concepts).Field("entries", stats->entries).Field("terms", stats->terms).Field("rules", stats->rules);
    out.Field("phrases", stats->phrases).Field("patterns", stats->patterns).Field("literals", stats->literals).Field("examples", stats->examples);
    PutCounts(out, "languages", stats->by_language);
    PutCounts(out, "categories", stats->by_category);
    PutCounts(out, "status", stats->by_status);
    Print(out.EndObject().Take() + "\n");
    return kExitDone;
  }
  Print(std::to_string(stats->entries) + " entries (" + std::to_string(stats->terms) + " terms, " + std::to_string(stats->rules) + " rules) in " + std::to_string(stats->files) + " files, with " +
        std::to_string(stats->examples) + " examples\n" + std::to_string(stats->concepts) + " concepts; " + std::to_string(stats->phrases) + " phrases and " + std::to_string(stats->patterns) +
        " patterns as written, " + std::to_string(stats->literals) + " in all their forms and slips\nlanguages:  " + CountsLine(stats->by_language) + "\ncategories: " + CountsLine(stats->by_category) +
        "\nstatus:     " + CountsLine(stats->by_status) + "\n");
  return kExitDone;
}

int RunLexiconTest(const Arguments& arguments) {
  const auto content = ReadFile(arguments.words[0], 256u << 20);
  if (!content) return Complain(content.error());
  std::optional<Config> config;
  auto anyway = arguments;
  anyway.any = true;
  const auto judge = JudgeFor(anyway, config);
  if (!judge) return Complain(judge.error());
  auto worker = judge->NewWorker();
  if (!worker) return Complain(worker.error());
  // A line of JSON with a text is that text, any other line is a text itself.
  JsonParser parser;
  std::vector<Assessment> verdicts;
  std::map<std::string, std::uint64_t> fired;
  std::uint64_t texts = 0, flagged = 0, right = 0, labelled = 0;
  std::string out;
  JsonWriter json;
  json.Object().Key("texts").Array();
  for (const std::string_view line : Split(*content, '\n')) {
    if (Trim(line).empty()) continue;
    std::string text(line), label;
    if (line.front() == '{') {
      if (const auto root = parser.Parse(line); root && (*root)["text"].String()) {
        text = *(*root)["text"].String();
        if (const auto flag = (*root)["flag"].Bool()) label = *flag ? "flag" : "none";
      }
    }
    const std::string_view view = text;
    worker->Assess(kAnySchool, {&view, 1}, MentionPolicy::kAny, verdicts);
    const Assessment& a = verdicts.front();
    ++texts;
    flagged += a.flag;
    std::string verdict = !a.could_not_judge.empty() ? "?" : a.flag ? "FLAG" : "-";
    if (!label.empty()) {
      ++labelled;
      const bool fits = (label == "flag") == a.flag;
      right += fits;
      if (!fits) verdict += label == "flag" ? " (missed)" : " (false alarm)";
    }
    const auto rules = RulesOf(a);
    for (const std::string& rule : rules) ++fired[rule];
    out += verdict + "\t" + Join(rules, ", ") + "\t" + ForTerminal(text) + "\n";
    json.Object().Field("text", text).Field("flag", a.flag).Field("priority", a.priority);
    if (!label.empty()) json.Field("label", label == "flag");
    if (!a.could_not_judge.empty()) json.Field("could_not_judge", a.could_not_judge);
    json.Key("rules").Array();
    for (const std::string& rule : rules) json.String(rule);
    json.EndArray().EndObject();
  }
  if (arguments.json) {
    json.EndArray().Field("flagged", flagged).Field("labelled", labelled).Field("right", right).Key("fired").Object();
    for (const auto& [rule, count] : fired) json.Field(rule, count);
    Print(json.EndObject().EndObject().Take() + "\n");
    return kExitDone;
  }
  out += "\n" + std::to_string(flagged) + " of " + std::to_string(texts) + " flagged";
  if (labelled > 0) out += "; " + std::to_string(right) + " of " + std::to_string(labelled) + " as labelled";
  out += "\n";
  std::vector<std::pair<std::string, std::uint64_t>> most(fired.begin(), fired.end());
  std::stable_sort(most.begin(), most.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [rule, count] : most) out += std::to_string(count) + "\t" + rule + "\n";
  Print(out);
  return kExitDone;
}

int RunLexiconBacktest(const Arguments& arguments) {
  std::optional<Config> config;
  const auto folder = Folder(arguments, config);
  if (!folder) return Complain(folder.error());
  if (!config) return Complain(Error{Fault::kNotFound, "a back-test needs the configuration of the school whose posts are kept; name it with --config FILE"});
  const std::string data = DataFolder(arguments.locations, *config);
  const auto before = OpenJudge(*folder, config->schools, data);
  if (!before) return Complain(before.error());
  const auto after = OpenJudge(arguments.with.empty() ? *folder : arguments.with, config->schools, "", arguments.with.empty());
  if (!after) return Complain(after.error());
  const auto store = OpenStore(data, Access::kRead);
  if (!store) return Complain(store.error());
  const auto report = Backtest(**store, *before, *after);
  if (!report) return Complain(report.error());
  const auto case_of = [](const BacktestItem& item) { return item.case_id ? "case " + std::to_string(*item.case_id) : std::string("no case"); };
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("posts", report->posts).Field("flagged_before", report->flagged_before).Field("flagged_after", report->flagged_after);
    const auto list = [&](std::string_view key, const std::vector<BacktestItem>& items) {
      out.Key(key).Array();
      for (const auto& item : items) {
        out.Object().Field("school", item.school).Field("global_id", item.global_id);
        if (item.case_id) out.Field("case", *item.case_id);
        out.Field("before", Join(RulesOf(item.before), ", ")).Field("after", Join(RulesOf(item.after), ", ")).EndObject();
      }
      out.EndArray();
    };
    list("newly_flagged", report->newly);
    list("no_longer_flagged", report->no_longer);
    list("otherwise", report->otherwise);
    out.Key("rules").Object();
    for (const auto& [rule, counts] : report->rules) out.Key(rule).Object().Field("before", counts.first).Field("after", counts.second).EndObject();
    Print(out.EndObject().EndObject().Take() + "\n");
    return kExitDone;
  }
  std::string out = std::to_string(report->posts) + " kept posts: " + std::to_string(report->flagged_before) + " flagged now, " + std::to_string(report->flagged_after) + " would be\n";
  const std::size_t width = std::max<std::size_t>(TerminalWidth(), 120);
  const auto list = [&](std::string_view heading, const std::vector<BacktestItem>& items, bool by_after) {
    if (items.empty()) return;
    out += "\n" + std::string(heading) + ": " + std::to_string(items.size()) + "\n";
    for (const auto& item : items) {
      const Assessment& a = by_after ? item.after : item.before;
      out += "  " + case_of(item) + "  " + Join(RulesOf(a), ", ") + "\n    " + Excerpt(item.text, a, arguments.reveal, width - 4) + "\n";
    }
  };
  list("Newly flagged", report->newly, true);
  list("No longer flagged", report->no_longer, false);
  list("Another category or severity", report->otherwise, true);
  if (!report->rules.empty()) {
    Table table({"fired now", "would fire", "entry"});
    for (const auto& [rule, counts] : report->rules) table.Row({std::to_string(counts.first), std::to_string(counts.second), rule});
    out += "\n" + table.Text(width);
  }
  if (report->newly.empty() && report->no_longer.empty() && report->otherwise.empty()) out += "No verdict would change.\n";
  Print(out);
  return kExitDone;
}

int RunLexiconAdd(const Arguments& arguments) {
  const auto folder = Folder(arguments);
  if (!folder) return Complain(folder.error());
  NewEntry term = arguments.term;
  term.added = Today();
  if (term.author.empty()) term.author = LoginName();
  const auto file = AddEntry(*folder, term);
  if (!file) return Complain(file.error());
  if (arguments.json) return PutChange(term.id, *file, term.status);
  Print("Added \"" + ForTerminal(term.id) + "\" to " + ForTerminal(*file) + " as " + term.status + ".\n" +
        (term.status == "draft" ? "It is not used yet.  `" + arguments.program + " lexicon backtest` says what it would change; edit its status to \"shadow\" or \"live\" there.\n" : ""));
  return kExitDone;
}

int RunLexiconRetire(const Arguments& arguments) {
  const auto folder = Folder(arguments);
  if (!folder) return Complain(folder.error());
  const auto file = RetireEntry(*folder, arguments.words[0], arguments.why, Today());
  if (!file) return Complain(file.error());
  if (arguments.json) return PutChange(arguments.words[0], *file, "retired");
  Print("Retired \"" + ForTerminal(arguments.words[0]) + "\" in " + ForTerminal(*file) + ".\n");
  return kExitDone;
}

int RunLexiconDiff(const Arguments& arguments) {
  const auto before = ReadLexicon(arguments.words[0]), after = ReadLexicon(arguments.words[1]);
  if (!before) return Complain(before.error());
  if (!after) return Complain(after.error());
  const LexiconDiff diff = DiffLexicons(*before, *after);
  std::string out;
  JsonWriter json;
  json.Object();
  const auto names = [&json](std::string_view key, const std::vector<std::string>& list) {
    json.Key(key).Array();
    for (const std::string& one : list) json.String(one);
    json.EndArray();
  };
  const auto differences = [&](std::string_view key, const std::vector<EntryChange>& list) {
    json.Key(key).Array();
    for (const EntryChange& change : list) {
      json.Object().Field("id", change.id);
      names("what", change.what);
      json.EndObject();
    }
    json.EndArray();
  };
  names("added", diff.added);
  names("removed", diff.removed);
  differences("changed", diff.changed);
  differences("concepts", diff.concepts);
  for (const std::string& id : diff.added) out += "+ " + id + "\n";
  for (const std::string& id : diff.removed) out += "- " + id + "\n";
  const auto changes = [&out](std::string_view mark, const std::vector<EntryChange>& list) {
    for (const EntryChange& change : list) {
      out += std::string(mark) + change.id + "\n";
      for (const std::string& what : change.what) out += "    " + ForTerminal(what) + "\n";
    }
  };
  changes("~ ", diff.changed);
  changes("~ concept ", diff.concepts);
  if (out.empty()) out = "The two hold the same.\n";
  if (!arguments.posts.empty()) {
    const auto labels = ReadTexts(arguments.posts);
    if (!labels) return Complain(labels.error());
    const auto one = OpenJudge(arguments.words[0], {}, ""), two = OpenJudge(arguments.words[1], {}, "");
    if (!one) return Complain(one.error());
    if (!two) return Complain(two.error());
    const auto was = Predict(*one, *labels), is = Predict(*two, *labels);
    if (!was) return Complain(was.error());
    if (!is) return Complain(is.error());
    std::uint64_t changed = 0;
    json.Key("verdicts").Array();
    for (const Labelled& label : *labels) {
      const Prediction &a = was->at(label.id), &b = is->at(label.id);
      if (a.flag == b.flag && a.categories == b.categories) continue;
      ++changed;
      json.Object().Field("id", label.id).Field("before", a.flag).Field("after", b.flag).EndObject();
      out += std::string(!a.flag && b.flag ? "now flagged      " : a.flag && !b.flag ? "no longer flagged" : "other category   ") + " " + ForTerminal(label.id) + "  " + Join(b.flag ? b.rules : a.rules, ", ") + "\n";
    }
    out += std::to_string(changed) + " of " + std::to_string(labels->size()) + " verdicts differ\n";
    json.EndArray().Field("posts", static_cast<std::uint64_t>(labels->size()));
  }
  Print(arguments.json ? json.EndObject().Take() + "\n" : out);
  return kExitDone;
}

int RunLexiconRecord(const Arguments& arguments) {
  std::optional<Config> config;
  const auto folder = Folder(arguments, config);
  if (!folder) return Complain(folder.error());
  if (!config) return Complain(Error{Fault::kNotFound, "the record is kept with the school's posts; name its configuration with --config FILE"});
  const auto lexicon = ReadLexicon(*folder);
  if (!lexicon) return Complain(lexicon.error());
  const auto store = OpenStore(DataFolder(arguments.locations, *config), Access::kRead);
  if (!store) return Complain(store.error());
  const auto records = (*store)->RuleRecords(arguments.school.empty() ? std::vector<std::string>{} : std::vector<std::string>{arguments.school});
  if (!records) return Complain(records.error());
  const auto paused = (*store)->PausedRules();
  if (!paused) return Complain(paused.error());
  const auto status_of = [&](const std::string& rule) {
    for (const auto& one : *paused)
      if (one.rule == rule) return std::string("paused");
    const Entry* entry = lexicon->Find(rule);
    return entry ? std::string(ToString(entry->status)) : std::string("gone");
  };
  // Those people disagree with most come first: they are what an editor wants to see.
  std::vector<std::pair<std::string, RuleRecord>> rows(records->begin(), records->end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.second.dismissed, a.second.fired + a.second.silent) > std::tuple(b.second.dismissed, b.second.fired + b.second.silent);
  });
  if (arguments.json) {
    JsonWriter out;
    out.Object().Key("paused").Array();
    for (const auto& one : *paused) out.Object().Field("rule", one.rule).Field("at", FormatRfc3339(one.at)).Field("fired", one.fired).Field("posts", one.posts).EndObject();
    out.EndArray().Key("rules").Array();
    for (const auto& [rule, record] : rows) {
      const Share share = ShareRight(record);
      out.Object().Field("id", rule).Field("status", status_of(rule)).Field("fired", record.fired).Field("silent", record.silent);
      out.Field("upheld", record.upheld).Field("dismissed", record.dismissed).Field("right_low", share.low).Field("right_high", share.high).EndObject();
    }
    Print(out.EndArray().EndObject().Take() + "\n");
    return kExitDone;
  }
  std::string out;
  const std::size_t width = std::max<std::size_t>(TerminalWidth(), 120);
  for (const auto& one : *paused)
    out += Wrap("paused since " + FormatLocal(one.at) + ": " + one.rule + " suddenly fired on " + std::to_string(one.fired) + " of " + std::to_string(one.posts) + " posts; " +
                    arguments.program + " lexicon resume " + one.rule + " lets it count again", width, "  ");
  if (!paused->empty()) out += "\n";
  Table table({"entry", "status", "fired", "silent", "upheld", "dismissed", "how right"});
  for (const auto& [rule, record] : rows)
    table.Row({rule, status_of(rule), std::to_string(record.fired), std::to_string(record.silent), std::to_string(record.upheld), std::to_string(record.dismissed), ToString(ShareRight(record))});
  Print(out + (table.empty() ? "No rule has fired on a kept post yet.\n" : table.Text(width)));
  return kExitDone;
}

int RunLexiconResume(const Arguments& arguments) {
  const auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const std::string data = DataFolder(arguments.locations, *config), &rule = arguments.words[0];
  JsonWriter request;
  request.Object().Field("do", "resume").Field("rule", rule).EndObject();
  const auto resumed = ServerOrStore(
      data, request.Take(),
      [](const std::string& answer) -> Result<std::uint64_t> {
        JsonParser parser;
        const Json root = HEED_TRY(parser.Parse(answer));
        return static_cast<std::uint64_t>(root["opened"].Int().value_or(0));
      },
      [&](Store& store) -> Result<std::uint64_t> {
        const auto lexicons = HEED_TRY(LexiconFolder(arguments.locations, &*config));
        LiveJudge live(HEED_TRY(OpenJudge(lexicons, config->schools, data)));
        return ResumeRule(store, live, rule, SystemClock().Now());
      });
  if (!resumed) return Complain(resumed.error());
  const std::uint64_t opened = *resumed;
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("rule", rule).Field("opened", opened).EndObject();
    Print(out.Take() + "\n");
  } else {
    Print("\"" + ForTerminal(rule) + "\" counts again; " + std::to_string(opened) + (opened == 1 ? " post" : " posts") + " it would have queued meanwhile " + (opened == 1 ? "is" : "are") + " in the queue now.\n");
  }
  return kExitDone;
}

int RunLexiconReload(const Arguments& arguments) {
  const auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const auto answer = AskServer(DataFolder(arguments.locations, *config), R"({"do":"reload"})");
  if (!answer) return Complain(answer.error());
  if (!*answer) return Complain(Error{Fault::kNotFound, "no heed serve runs here, so there is nothing to reload: every command reads the lexicons when it starts"});
  if (arguments.json) {
    Print(**answer + "\n");
    return kExitDone;
  }
  JsonParser parser;
  const auto root = parser.Parse(**answer);
  Print("The running heed uses the lexicons as they are now: " + std::to_string(root ? (*root)["entries"].Int().value_or(0) : 0) + " entries.\n");
  return kExitDone;
}

}  // namespace heed
