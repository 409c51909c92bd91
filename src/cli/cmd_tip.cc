// `heed tip`: hands in what staff were sent.  Beside a running `heed serve` it puts the tip down for that one to take up.
#include <pwd.h>
#include <unistd.h>

#include <cstdio>

#include "src/app/server.h"
#include "src/app/tips.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

constexpr std::size_t kMaxPasted = 4u << 20;

std::string Plural(std::uint64_t count, std::string_view one) { return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s"); }

Result<std::string> ReadInput() {
  std::string all;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0) return Fail(Fault::kIo, "reading standard input failed");
    if (got == 0) return all;
    all.append(buffer, static_cast<std::size_t>(got));
    if (all.size() > kMaxPasted) return Fail(Fault::kTooLarge, "the text on standard input is over " + std::to_string(kMaxPasted >> 20) + " MB: hand it in as a file");
  }
}

std::string Base(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

Result<Tip> Collect(const Arguments& arguments, const Config& config) {
  Tip tip;
  tip.school = arguments.school;
  if (tip.school.empty() && config.schools.size() == 1) tip.school = config.schools.front().id;
  if (tip.school.empty()) return Fail(Fault::kInvalid, "several schools are configured: say which one it is about with --school ID");
  tip.by = arguments.by;
  if (tip.by.empty())
    if (const passwd* who = ::getpwuid(::geteuid()); who && who->pw_name) tip.by = who->pw_name;
  tip.from = arguments.from;
  tip.note = arguments.note;
  tip.links = arguments.links;
  for (const auto& text : arguments.texts) tip.texts.push_back(HEED_TRY(text == "-" ? ReadInput() : Result<std::string>(text)));
  for (const auto& path : arguments.words) {
    auto bytes = ReadFile(path, kMaxTipBytes + 1);
    if (!bytes && bytes.error().fault() == Fault::kTooLarge) bytes = std::string();
    if (!bytes) return Fail(std::move(bytes).error());
    tip.files.push_back({Base(path), *std::move(bytes)});
  }
  return tip;
}

void PutReport(const Arguments& arguments, const TipReport& report) {
  const std::size_t width = TerminalWidth();
  std::string out;
  for (const auto& item : report.items) {
    std::string head = item.name + ": " + item.kind;
    if (!item.place.empty()) head += ", \"" + item.place + "\"";
    out += Wrap(head, width, "");
    std::string cases;
    for (std::size_t i = 0; i < item.cases.size() && i < 10; ++i) cases += (i ? ", " : "") + std::to_string(item.cases[i]);
    if (item.cases.size() > 10) cases += " and " + std::to_string(item.cases.size() - 10) + " more";
    if (item.collection) {
      std::string line = Plural(item.messages, "message") + " with words: " + std::to_string(item.flagged) + " flagged";
      if (!cases.empty()) line += std::string(item.cases.size() == 1 ? " (case " : " (cases ") + cases + ")";
      line += ", " + std::to_string(item.naming) + " more name the school, " + std::to_string(item.forgotten) + " forgotten";
      out += Wrap(line, width, "  ");
      if (item.flagged + item.naming == 0) out += Wrap("Nothing of it was kept. If you mean particular messages, paste them with --text - or hand in a screenshot.", width, "  ");
      if (item.left_out > 0)
        out += Wrap("NOT KEPT: " + std::to_string(item.left_out) + " more flagged messages: one tip brings at most " + std::to_string(kMaxTipCases) + " cases, the worst ones. Export a shorter stretch of the chat.", width, "  ");
    } else if (!cases.empty()) {
      out += Wrap("case " + cases + (item.original_kept ? ", the file itself kept" : ""), width, "  ");
    }
    if (!item.unsure.empty()) out += Wrap("A person must look: " + item.unsure, width, "  ");
    for (const auto& note : item.notes) out += Wrap("Note: " + note, width, "  ");
  }
  for (const auto& trouble : report.not_read) out += Wrap("NOT READ: " + trouble.name + " " + trouble.why, width, "");
  std::string line = Plural(report.opened, "new case");
  if (report.edited + report.reopened > 0) line += ", " + std::to_string(report.edited + report.reopened) + " changed";
  if (report.known > 0) line += ", " + std::to_string(report.known) + " of the posts were known already";
  out += "\n" + line + ".\n";
  for (const auto& item : report.items) {
    if (item.cases.empty()) continue;
    std::string flags;
    if (!arguments.locations.config.empty()) flags += " --config " + arguments.locations.config;
    if (!arguments.locations.data.empty()) flags += " --data " + arguments.locations.data;
    out += "Next: " + arguments.program + " show " + std::to_string(item.cases.front()) + flags + "\n";
    break;
  }
  Print(out);
}

Result<TipReport> HandInHere(const Arguments& arguments, const Config& config, const std::string& data, Store& store, const Tip& tip) {
  const std::string lexicons = HEED_TRY(LexiconFolder(arguments.locations, &config));
  auto judge = HEED_TRY(OpenJudge(lexicons, config.schools, data));
  HttpClient http({.user_agent = UserAgent(config), .ca_file = {}});
  SystemClock clock;
  const LiveJudge live(std::move(judge), HEED_TRY(PausedIds(store)));
  TipDesk desk(config, live, store, http, clock, data, OutsideTools());
  return desk.HandIn(tip);
}

}  // namespace

int RunTip(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  auto tip = Collect(arguments, *config);
  if (!tip) {
    Complain(tip.error());
    return tip.error().fault() == Fault::kNotFound ? kExitMissing : kExitUsage;
  }
  const std::string data = DataFolder(arguments.locations, *config);
  auto store = OpenStore(data, Access::kWrite);
  Result<TipReport> report = Fail(Fault::kIo, "");
  if (store) {
    report = HandInHere(arguments, *config, data, **store, *tip);
  } else if (store.error().fault() == Fault::kBusy) {
    const auto id = PutDownTip(data, *tip);
    if (!id) return Complain(id.error());
    JsonWriter request;
    request.Object().Field("do", "tip").Field("tip", *id).EndObject();
    const auto answer = AskServer(data, request.Take());
    if (answer && !*answer) {
      std::fprintf(stderr, "heed: the tip is put down and will be taken up when heed serve starts\n");
      return Complain(store.error());
    }
    report = answer.and_then([](const std::optional<std::string>& line) { return ParseTipReport(*line); });
  } else {
    return Complain(store.error());
  }
  if (!report) {
    Complain(report.error());
    return report.error().fault() == Fault::kInvalid ? kExitUsage : ExitFor(report.error().fault());
  }
  if (arguments.json) Print(ToJson(*report) + "\n");
  else PutReport(arguments, *report);
  return report->complete() ? kExitDone : kExitPartly;
}

}  // namespace heed
