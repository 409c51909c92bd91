// `heed scan`: every source once, or those named.  Beside a running `heed serve` it asks that one to do it.
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>

#include "src/app/alarm.h"
#include "src/app/anchors.h"
#include "src/app/clock_watch.h"
#include "src/app/desk.h"
#include "src/app/evidence_desk.h"
#include "src/app/head_mail.h"
#include "src/app/look_thread.h"
#include "src/app/media.h"
#include "src/app/originals.h"
#include "src/app/refresh.h"
#include "src/app/report_desk.h"
#include "src/app/runner.h"
#include "src/app/server.h"
#include "src/app/web.h"
#include "src/app/tips.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

HttpClient* running_http = nullptr;  // for the signal handler: Stop() only sets a flag

void StopScan(int) {
  if (running_http) running_http->Stop();
}

std::string Categories(const QueueCounts& counts) {
  std::string out;
  for (const auto& [category, count] : counts.categories)
    if (count > 0) out += (out.empty() ? "" : ", ") + std::string(ToString(category)) + " " + std::to_string(count);
  if (counts.unjudged > 0) out += (out.empty() ? "" : ", ") + std::string("could not be judged ") + std::to_string(counts.unjudged);
  return out;
}

void PutJson(const std::vector<SourceRun>& runs, const QueueCounts& counts) {
  JsonWriter out;
  out.Object().Key("runs").Array();
  for (const auto& run : runs) out.Raw(ToJson(run));
  out.EndArray().Key("queue").Object().Field("open", counts.open).Field("unjudged", counts.unjudged).Key("categories").Object();
  for (const auto& [category, count] : counts.categories) out.Field(ToString(category), count);
  out.EndObject().EndObject().EndObject();
  Print(out.Take() + "\n");
}

// How each source did, then what waits, then what to type next.
Done PutSummary(const Arguments& arguments, const std::vector<SourceRun>& runs, const Store& store) {
  SourceRun all;
  Table table({"source", "read", "mention", "new", "edited", "result"});
  for (const auto& run : runs) {
    all.read += run.read;
    all.mentioning += run.mentioning;
    all.opened += run.opened;
    all.backlog += run.backlog;
    all.edited += run.edited + run.reopened;
    std::string result = "up to date";
    if (!run.skipped.empty()) result = "not run: see below";
    else if (run.fault) result = std::string(ToString(*run.fault)) + ": see below";
    else if (!run.gaps.empty()) result = "up to date but for a gap: see below";
    table.Row({run.source, std::to_string(run.read), std::to_string(run.mentioning), std::to_string(run.opened),
               std::to_string(run.edited + run.reopened), result});
  }
  const std::size_t width = TerminalWidth();
  std::string out = table.Text(width);
  // In full, never cut to a column: what went wrong has its next step at the end.
  for (const auto& run : runs) {
    const auto tell = [&](std::string_view words) { out += Wrap(run.source + ": " + std::string(words), width, "  "); };
    if (!run.skipped.empty()) tell(run.skipped);
    if (run.fault) tell(run.message);
    for (const auto& gap : run.gaps) tell("not read: " + gap.why);
    for (const auto& rule : run.paused)
      tell("rule " + rule + " suddenly fired on too many posts and is paused: it counts and queues nothing until somebody looks; heed lexicon record shows how often, heed lexicon resume " + rule + " lets it go on");
    for (const auto& note : run.notes) tell(note);
  }
  out += "\n";
  out += std::to_string(all.read) + " posts read, " + std::to_string(all.mentioning) + " mention the school, " + std::to_string(all.opened - all.backlog) +
         " new in the queue";
  if (all.backlog > 0) out += ", " + std::to_string(all.backlog) + " older in the backlog";
  if (all.edited > 0) out += ", " + std::to_string(all.edited) + " edited";
  out += ".\n";
  const QueueCounts counts = HEED_TRY(store.Count({}));
  out += "Waiting for a person: " + std::to_string(counts.open) + (counts.open == 1 ? " case" : " cases");
  const std::string categories = Categories(counts);
  out += categories.empty() ? ".\n" : " (" + categories + ").\n";
  out += BacklogLine(counts);
  const auto worst = HEED_TRY(ReadQueue(store, "", 5));
  if (!worst.empty()) {
    Table rows({"case", "severity", "category", "posted", "words"});
    for (const auto& item : worst)
      rows.Row({std::to_string(item.c.id), std::to_string(item.c.assessment.severity), CategoryList(item.c.assessment.categories),
                FormatLocal(item.c.posted_at), Masked(item.text, item.c.assessment.hits, arguments.reveal)});
    out += "\nThe worst " + std::string(worst.size() == 1 ? "one" : std::to_string(worst.size())) + ":\n" + rows.Text(width);
  }
  std::string flags;
  if (!arguments.locations.config.empty()) flags += " --config " + arguments.locations.config;
  if (!arguments.locations.data.empty()) flags += " --data " + arguments.locations.data;
  out += "\nNext:\n";
  if (!worst.empty()) out += "  " + arguments.program + " show " + std::to_string(worst.front().c.id) + flags + "    why it is in the queue, and its history\n";
  out += "  " + arguments.program + " queue" + flags + "    the whole queue; --reveal shows hurtful words in full\n";
  out += "  " + arguments.program + " serve" + flags + "    keep scanning on the sources' schedules\n";
  Print(out);
  return {};
}

Result<std::vector<SourceRun>> ScanHere(const Arguments& arguments, const Config& config, const std::string& data, Store& store,
                                        const std::vector<const SourceEntry*>& wanted) {
  const std::string lexicons = HEED_TRY(LexiconFolder(arguments.locations, &config));
  auto judge = HEED_TRY(OpenJudge(lexicons, config.schools, data));
  HttpClient http({.user_agent = UserAgent(config), .ca_file = {}});
  running_http = &http;
  ::signal(SIGTERM, StopScan);
  ::signal(SIGINT, StopScan);
  SystemClock clock;
  LiveJudge live(std::move(judge), HEED_TRY(PausedIds(store)));
  Runner runner(config, live, store, http, clock, data);
  ProgressLine line;
  std::vector<SourceRun> runs;
  for (const auto* source : wanted) {
    runs.push_back(runner.Run(*source, [&](const RunProgress& progress) {
      if (arguments.quiet) return;
      line.Show(progress.source + ": " + std::to_string(progress.read) + " read, " + std::to_string(progress.mentioning) + " mention the school, " +
                    std::to_string(progress.opened) + " queued",
                progress.fraction.value_or(-1));
    }));
    line.Clear();
  }
  if (!http.stopped()) {
    HttpClient reports({.user_agent = UserAgent(config), .ca_file = {}});
    Outbox outbox(store, reports, clock, ReportChannels(config, data), KeepRechecks(), Takes(config, runner));
    RefreshDesk refresh(config, store, outbox, clock);
    Refreshing(refresh, http)();
  }
  running_http = nullptr;
  ClockWatch watch(store, data);
  LookAtTheClock(watch);
  HEED_TRY(store.Expire(clock.Now(), config.retention));
  HEED_TRY(ForgetOriginals(data, store, clock.Now()));
  return runs;
}

}  // namespace

int RunScan(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  std::vector<const SourceEntry*> wanted;
  if (arguments.words.empty())
    for (const auto& source : config->sources) wanted.push_back(&source);
  std::vector<std::string_view> ids;
  for (const auto& source : config->sources) ids.push_back(source.spec.id);
  for (const auto& id : arguments.words) {
    const auto* source = config->FindSource(id);
    if (!source) return Complain(Error{Fault::kNotFound, "there is no source \"" + id + "\" in " + config->file + DidYouMean(id, ids)});
    wanted.push_back(source);
  }
  const std::string data = DataFolder(arguments.locations, *config);

  std::vector<SourceRun> runs;
  auto store = OpenStore(data, Access::kWrite);
  if (!store && store.error().fault() == Fault::kBusy) {
    std::vector<std::string> names;
    for (const auto* source : wanted) names.push_back(source->spec.id);
    const auto asked = AskServerToScan(data, names, [&](const SourceRun& run) { runs.push_back(run); });
    if (!asked && asked.error().fault() == Fault::kNotFound) return Complain(store.error());
    if (!asked) return Complain(asked.error());
    store = OpenStore(data, Access::kRead);
    if (!store) return Complain(store.error());
  } else if (!store) {
    return Complain(store.error());
  } else {
    auto here = ScanHere(arguments, *config, data, **store, wanted);
    if (!here) return Complain(here.error());
    runs = *std::move(here);
  }

  bool complete = runs.size() == wanted.size();
  for (const auto& run : runs) complete = complete && !run.fault && run.unjudged == 0 && (run.skipped.empty() || !config->FindSource(run.source)->enabled);
  if (arguments.json) {
    const auto counts = (*store)->Count({});
    if (!counts) return Complain(counts.error());
    PutJson(runs, *counts);
  } else if (const auto shown = PutSummary(arguments, runs, **store); !shown) {
    return Complain(shown.error());
  }
  return complete ? kExitDone : kExitPartly;
}

int RunServe(const Arguments& arguments) {
  HoldStopSignals();
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const std::string data = DataFolder(arguments.locations, *config);
  const auto lexicons = LexiconFolder(arguments.locations, &*config);
  if (!lexicons) return Complain(lexicons.error());
  auto store = OpenStore(data, Access::kWrite);
  if (!store) return Complain(store.error());
  auto judge = OpenJudge(*lexicons, config->schools, data);
  if (!judge) return Complain(judge.error());
  HttpClient http({.user_agent = UserAgent(*config), .ca_file = {}});
  SystemClock clock;
  const auto paused = PausedIds(**store);
  if (!paused) return Complain(paused.error());
  LiveJudge live(*std::move(judge), *paused);
  Reloader reloader(live, *lexicons, data);
  Runner runner(*config, live, **store, http, clock, data);
  Gate gate(**store, clock, GateRulesOf(*config));
  if (!arguments.link.empty())
    if (const auto person = (*store)->FindPerson(arguments.link); !person) return Complain(person.error());
  TipDesk tips(*config, live, **store, http, clock, data, OutsideTools());
  EvidenceDesk evidence(*config, **store, tips, clock, data);
  // Its own client: a report that is on its way is not broken off when heed is told to stop.
  HttpClient reports({.user_agent = UserAgent(*config), .ca_file = {}});
  Outbox outbox(**store, reports, clock, ReportChannels(*config, data), KeepRechecks(), Takes(*config, runner));
  ReportDesk report_desk(outbox, clock);
  Web web(*config, **store, gate, live, reloader, http, *lexicons, clock, {.evidence = evidence.Door(), .reports = report_desk.Door()});
  ServeOptions options;
  options.data = data;
  options.console_is_up = [&] {
    if (const auto people = (*store)->People(); people && people->empty())
      LogWarning("nobody can sign in yet: `heed people add \"Your Name\" --role administrator` makes the first person");
    if (arguments.link.empty()) return;
    const auto link = gate.MakeLink(arguments.link, LinkKind::kSignIn, "heed");
    if (!link) return LogError("making the sign-in link: " + link.error().message());
    Print("\nThe console: " + web.url() + "\nSign in once, within an hour, with this link:\n\n  " + web.url() + "/link/" + *link + "\n\nCtrl-C stops it.\n");
  };
  evidence.Answer(options);
  if (const auto left = tips.HandInLeftOver(); left > 0) LogInfo(std::to_string(left) + " tips taken up that were put down earlier");
  options.also["tip"] = [&](std::string_view request) {
    JsonParser parser;
    const auto asked = parser.Parse(request);
    const auto report = tips.HandInPutDown(std::string(asked ? (*asked)["tip"].StringOr("") : ""));
    if (report) return ToJson(*report);
    JsonWriter failed;
    failed.Object().Field("fault", ToString(report.error().fault())).Field("message", report.error().message()).EndObject();
    return failed.Take();
  };
  options.daily = [&](Instant now) {
    if (const auto forgotten = ForgetOriginals(data, **store, now); !forgotten) LogError("removing originals that nothing points to: " + forgotten.error().message());
    if (const auto tidied = evidence.Tidy(now); !tidied) LogError("removing packs that have lain long enough: " + tidied.error().message());
  };
  ClockWatch watch(**store, data);
  const LookThread watching(seconds{10}, [&] { LookAtTheClock(watch); });
  AnchorKeeper anchors(*config, data, **store, http, clock);
  HeadMail heads(*config, data, **store, clock);
  const LookThread anchoring(seconds{60}, KeepingAnchored(anchors, heads));
  MediaDesk media(**store, http, clock, data, {.pictures = config->evidence.pictures, .videos = config->evidence.videos});
  std::optional<LookThread> pictures;
  if (config->evidence.pictures || config->evidence.videos) pictures.emplace(seconds{30}, Fetching(media));
  RefreshDesk refresh(*config, **store, outbox, clock);
  const LookThread refreshing(minutes{10}, Refreshing(refresh, http));
  Alarms alarms(*config, **store, http, clock, data, SendMail, [&] { return refresh.Troubles(); });
  const LookThread telling(milliseconds{10'000}, Telling(alarms));
  const ServeParts parts{*config, runner, live, reloader, **store, http, clock, gate, config->console.enabled ? &web : nullptr, &outbox};
  if (const auto served = Serve(parts, options); !served) return Complain(served.error());
  return kExitDone;
}

}  // namespace heed
