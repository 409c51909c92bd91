// `heed report` and `heed recheck`: what goes to platforms, what came of it, and what people do by hand.  Through the running
// `heed serve` when there is one.
#include "src/app/reports.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/server_or_store.h"
#include "src/cli/table.h"

namespace heed {
namespace {

constexpr std::uint64_t kMaxText = 64 * 1024;

// An installation to read from.
struct Desk {
  Config config;
  std::string data;
  std::unique_ptr<Store> store;
  std::unique_ptr<HttpClient> http;
  SystemClock clock;
  std::unique_ptr<Outbox> outbox;

  static Result<std::unique_ptr<Desk>> Open(const Arguments& arguments) {
    auto desk = std::make_unique<Desk>();
    desk->config = HEED_TRY(OpenConfig(arguments.locations));
    desk->data = DataFolder(arguments.locations, desk->config);
    desk->store = HEED_TRY(OpenStore(desk->data, Access::kRead));
    desk->http = std::make_unique<HttpClient>(HttpClient::Options{.user_agent = UserAgent(desk->config), .ca_file = {}});
    desk->outbox = std::make_unique<Outbox>(*desk->store, *desk->http, desk->clock, ReportChannels(desk->config, desk->data), KeepRechecks());
    return desk;
  }
  const School& SchoolOf(const Case& c) const {
    for (const auto& school : config.schools)
      if (school.id == c.school) return school;
    static const School none;
    return none;
  }
};

// By the running server, or here where none runs.
Result<std::vector<OutboxStep>> Ask(const Arguments& arguments, const OutboxRequest& request) {
  const Config config = HEED_TRY(OpenConfig(arguments.locations));
  const std::string data = DataFolder(arguments.locations, config);
  return ServerOrStore(data, ToJson(request), &ParseOutboxSteps, [&](Store& store) -> Result<std::vector<OutboxStep>> {
    HttpClient http({.user_agent = UserAgent(config), .ca_file = {}});
    const SystemClock clock;
    Outbox outbox(store, http, clock, ReportChannels(config, data), KeepRechecks());
    auto steps = HEED_TRY(outbox.Recover());
    auto done = HEED_TRY(Do(outbox, request));
    steps.insert(steps.end(), done.begin(), done.end());
    return steps;
  });
}

Result<std::string> Act_(const Arguments& arguments, const Act& act) {
  const Config config = HEED_TRY(OpenConfig(arguments.locations));
  return DoAct(DataFolder(arguments.locations, config), act, SystemClock().Now());
}

int PrintSteps(const Arguments& arguments, const std::vector<OutboxStep>& steps, std::string_view nothing) {
  bool problem = false;
  for (const auto& step : steps) problem = problem || step.problem;
  if (arguments.json) {
    Print(ToJson(steps) + "\n");
  } else if (steps.empty()) {
    Print(std::string(nothing) + "\n");
  } else {
    std::string out;
    for (const auto& step : steps)
      out += (step.case_id ? "Case " + std::to_string(step.case_id) + (step.response ? ", report " + std::to_string(step.response) : std::string()) + ": " : std::string()) + ForTerminal(step.what) + "\n";
    Print(out);
  }
  return problem ? kExitPartly : kExitDone;
}

// The report of a case that is meant: the one named, else its last.
Result<const Response*> Meant(const Case& c, std::uint32_t number) {
  if (number != 0) {
    if (const auto* response = c.FindResponse(number)) return response;
    return Fail(Fault::kNotFound, "case " + std::to_string(c.id) + " has no response " + std::to_string(number));
  }
  for (auto response = c.responses.rbegin(); response != c.responses.rend(); ++response)
    if (response->kind == ResponseKind::kReport) return &*response;
  return nullptr;
}

std::string Presence_(const Case& c) {
  if (c.presence.empty()) return "";
  const bool gone = IsGone(ParsePresence(c.presence).value_or(Presence::kUnknown));
  return c.presence + (gone && !c.presence_confirmed ? " (once)" : "");
}

}  // namespace

int RunReportList(const Arguments& arguments) {
  const auto desk = Desk::Open(arguments);
  if (!desk) return Complain(desk.error());
  const Instant now = (*desk)->clock.Now();
  const auto rows = ReadReports(*(*desk)->store, *(*desk)->outbox, now);
  if (!rows) return Complain(rows.error());
  const auto reminders = ReadReminders(*rows, *(*desk)->outbox, now);
  if (arguments.json) {
    JsonWriter out;
    out.Object().Key("reports").Array();
    for (const auto& row : *rows) {
      const auto& r = row.response;
      out.Object().Field("case", row.c.id).Field("response", r.number).Field("kind", ToString(r.kind)).Field("to", r.to).Field("state", ToString(r.state)).Field("by_hand", row.by_hand);
      out.Field("waits", row.waits).Field("reference", r.reference).Field("answer", r.note).Field("presence", row.c.presence).Field("confirmed", row.c.presence_confirmed);
      out.Field("permalink", row.permalink).EndObject();
    }
    out.EndArray().Key("reminders").Array();
    for (const auto& [id, reminder] : reminders)
      out.Object().Field("case", id).Field("kind", ToString(reminder.kind)).Field("due", FormatRfc3339(reminder.due)).Field("response", reminder.response).Field("words", reminder.words).EndObject();
    out.EndArray().EndObject();
    Print(out.Take() + "\n");
    return kExitDone;
  }
  if (rows->empty()) {
    Print("No report is under way. `heed report propose CASE` proposes one.\n");
    return kExitDone;
  }
  const std::size_t width = TerminalWidth();
  Table table({"case", "report", "to", "state", "number", "post"});
  for (const auto& row : *rows)
    table.Row({std::to_string(row.c.id), std::to_string(row.response.number), ForTerminal(row.response.to), std::string(ToString(row.response.state)), ForTerminal(row.response.reference), Presence_(row.c)});
  std::string out = table.Text(width);
  for (const auto& row : *rows)
    if (!row.waits.empty()) out += Wrap("case " + std::to_string(row.c.id) + ", report " + std::to_string(row.response.number) + ": " + ForTerminal(row.waits), width, "  ");
  if (!reminders.empty()) out += "\nTo do:\n";
  for (const auto& [id, reminder] : reminders) out += Wrap("case " + std::to_string(id) + ": " + ForTerminal(reminder.words), width, "  ");
  Print(out);
  return kExitDone;
}

int RunReportShow(const Arguments& arguments) {
  const auto opened = Desk::Open(arguments);
  if (!opened) return Complain(opened.error());
  auto& desk = **opened;
  const auto c = desk.store->FindCase(arguments.act.case_id);
  if (!c) return Complain(c.error());
  const auto meant = Meant(*c, arguments.act.details.response);
  if (!meant) return Complain(meant.error());
  const Response* response = *meant;
  const auto stored = desk.store->PostOf(*c);
  if (!stored) return Complain(stored.error());
  const Post post = stored->Version(c->worst).post;
  const Response none{.kind = ResponseKind::kReport, .to = post.platform};
  const auto* channel = desk.outbox->ChannelFor(*c, response ? *response : none);
  const Guide& guide = GuideFor(post);
  const auto category = CategoryOf(*c);

  std::optional<ReportForm> form;
  std::string trouble;
  if (channel && !response) {
    auto read = desk.outbox->Form(*c);
    if (read) form = *std::move(read);
    else if (read.error().fault() == Fault::kUnsupported) channel = nullptr;
    else trouble = read.error().message();
  }
  const std::size_t most = form ? form->max_text : channel ? 0 : guide.most;
  const std::string text = response ? response->text : DraftReport(*c, post, desk.SchoolOf(*c), most);
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("case", c->id).Field("by_hand", channel == nullptr).Field("permalink", post.permalink).Field("text", text);
    if (response) {
      out.Field("response", response->number).Field("to", response->to).Field("state", ToString(response->state)).Field("reference", response->reference).Field("answer", response->note);
      out.Field("waits", desk.outbox->WhyHeld(*c, *response));
    }
    if (form) {
      out.Key("reasons").Array();
      for (const auto& reason : form->reasons) out.Object().Field("id", reason.id).Field("label", reason.label).Field("help", reason.help).EndObject();
      out.EndArray().Field("suggested", form->suggested).Field("max_text", static_cast<std::uint64_t>(form->max_text)).Field("offers_forward", form->offers_forward).Key("notes").Array();
      for (const auto& note : form->notes) out.String(note);
      out.EndArray();
    }
    if (!channel) {
      out.Key("guide").Object().Field("platform", guide.platform).Field("form", guide.form).Field("form_tried", guide.form_tried);
      out.Field("reason", category ? guide.ReasonFor(*category) : "").Key("steps").Array();
      for (const auto step : guide.steps) out.String(step);
      out.EndArray().Key("attach").Array();
      for (const auto what : guide.attach) out.String(what);
      out.EndArray().Field("answer", guide.answer).Field("next", guide.next).EndObject();
    }
    if (!trouble.empty()) out.Field("trouble", trouble);
    out.EndObject();
    Print(out.Take() + "\n");
    return trouble.empty() ? kExitDone : kExitPartly;
  }
  const std::size_t width = TerminalWidth();
  std::string out = "Case " + std::to_string(c->id) + (response ? ", report " + std::to_string(response->number) + " to " + ForTerminal(response->to) + ": " + std::string(ToString(response->state)) : std::string(": no report yet")) + "\n";
  out += "Post: " + ForTerminal(post.permalink) + "\n";
  if (response) {
    const auto choice = ParseReportChoice(response->options);
    if (choice && !choice->reason.empty()) out += "Reason: " + ForTerminal(choice->reason) + (choice->forward ? ", forwarded to the author's own server" : "") + "\n";
    if (const auto waits = desk.outbox->WhyHeld(*c, *response); !waits.empty()) out += Wrap("Waits: " + ForTerminal(waits), width, "  ");
    if (!response->reference.empty()) out += "Number: " + ForTerminal(response->reference) + "\n";
    if (!response->note.empty()) out += Wrap("Answer: " + ForTerminal(response->note), width, "  ");
    if (!c->presence.empty() && c->checked_at) out += "Post when last looked at, " + FormatLocal(*c->checked_at) + ": " + Presence_(*c) + "\n";
  }
  if (form) {
    out += "\nReasons the platform takes (* suggested; a person chooses):\n";
    for (const auto& reason : form->reasons)
      out += Wrap(std::string(reason.id == form->suggested ? "* " : "  ") + ForTerminal(reason.id) + ": " + ForTerminal(reason.label) + (reason.help.empty() ? "" : " (" + ForTerminal(reason.help) + ")"), width, "    ");
    for (const auto& note : form->notes) out += Wrap("Note: " + ForTerminal(note), width, "  ");
  }
  if (!trouble.empty()) out += Wrap("The platform's form could not be read: " + ForTerminal(trouble), width, "  ");
  if (!channel) {
    out += "\nBy hand: " + std::string(guide.name) + "\n";
    out += Wrap("Where: " + std::string(guide.form) + (guide.form_tried ? "" : " (look whether this is still the address)"), width, "  ");
    const auto reason = category ? guide.ReasonFor(*category) : std::string_view();
    out += Wrap("Pick: " + (reason.empty() ? std::string("nothing there fits; say so in the text") : std::string(reason)), width, "  ");
    for (const auto what : guide.attach) out += Wrap("Attach: " + std::string(what), width, "  ");
    for (const auto step : guide.steps) out += Wrap("[ ] " + std::string(step), width, "    ");
    if (!guide.reference.empty()) out += Wrap("Its number: " + std::string(guide.reference), width, "  ");
    if (!guide.answer.empty()) out += Wrap("The answer comes: " + std::string(guide.answer), width, "  ");
    out += Wrap("If nothing comes of it: " + std::string(guide.next), width, "  ");
    if (response) out += "Then: " + arguments.program + " report answer " + std::to_string(c->id) + " " + std::to_string(response->number) + " --outcome done --reference NUMBER --note \"what it said\"\n";
  }
  out += response ? "\nText, exactly as it leaves:\n" : "\nText to start from:\n";
  out += Wrap(ForTerminal(text), width, "");
  Print(out);
  return trouble.empty() ? kExitDone : kExitPartly;
}

namespace {

// What a person typed is not right: exit status 2.  Else the error's own.
struct Wrong {
  Error error;
  bool typed = false;
};
std::optional<Wrong> Typed(std::string message) { return Wrong{Error{Fault::kInvalid, std::move(message)}, true}; }

// Takes over what the form says of the reason that was chosen.
std::optional<Wrong> Choose(const ReportForm& form, std::string_view option, std::string_view what, ReportChoice& choice) {
  std::string all;
  for (const auto& reason : form.reasons) {
    if (reason.id == choice.reason) {
      choice.label = reason.label;
      choice.silent = !reason.takes_text;
      return std::nullopt;
    }
    all += "\n  " + reason.id + ": " + reason.label + (reason.id == form.suggested ? "   (suggested)" : "");
  }
  return Typed((choice.reason.empty() ? std::string(option) + " is missing" : "the platform has no " + std::string(what) + " \"" + choice.reason + "\"") + "; it takes:" + all);
}

std::optional<Wrong> DraftOf(Desk& desk, const Case& c, const StoredVersion& shown, const Arguments& arguments, ReportChoice& choice, ActDetails& details) {
  if (details.to.empty()) details.to = shown.post.platform;
  if (!arguments.text_file.empty()) {
    auto text = ReadFile(arguments.text_file, kMaxText);
    if (!text) return Wrong{text.error()};
    details.text = std::string(Trim(*text));
  }
  const Response draft{.kind = ResponseKind::kReport, .to = details.to, .options = ToJson(choice)};
  std::size_t most = GuideFor(shown.post).most;
  const bool has_account = desk.outbox->ChannelFor(c, draft) != nullptr;
  const auto form = has_account ? desk.outbox->Form(c) : Result<ReportForm>(Fail(Fault::kUnsupported, "by hand"));
  if (form) {
    most = form->max_text;
    if (auto wrong = Choose(*form, "--reason", "reason", choice)) return wrong;
    if (choice.forward && !form->offers_forward) return Typed("this report cannot be forwarded: the author is on the same server, or the platform has no such thing");
  } else if (form.error().fault() != Fault::kUnsupported) {
    return Wrong{Error(form.error()).While("reading the platform's form")};
  } else if (has_account) {
    details.to += ", by hand";  // some posts of a platform are reported by people only, although heed has an account there
  } else if (!choice.channel.empty()) {
    return Typed("source \"" + choice.channel + "\" cannot report to " + details.to);
  }
  if (details.text.empty()) details.text = DraftReport(c, shown.post, desk.SchoolOf(c), most);
  if (const auto fine = CheckReportText(details.text, shown.post, shown.assessment, most); !fine) return Wrong{fine.error(), true};
  return std::nullopt;
}

std::optional<Wrong> HidingOf(Desk& desk, const Case& c, const StoredVersion& shown, const Arguments&, ReportChoice& choice, ActDetails& details) {
  const auto form = desk.outbox->Form(c, ResponseKind::kHide);
  if (!form) return Wrong{Error(form.error()).While("hiding it")};
  if (auto wrong = Choose(*form, "--how", "way", choice)) return wrong;
  choice.silent = true;
  details.to = shown.post.platform;
  if (details.text.empty()) details.text = "It is hidden at the school's own place because it breaks the code of conduct.";
  return std::nullopt;
}

int Propose(const Arguments& arguments, ResponseKind kind) {
  Act act = arguments.act;
  act.verb = "propose";
  act.details.kind = kind;
  {
    const auto opened = Desk::Open(arguments);
    if (!opened) return Complain(opened.error());
    auto& desk = **opened;
    const auto c = desk.store->FindCase(act.case_id);
    if (!c) return Complain(c.error());
    const auto stored = desk.store->PostOf(*c);
    if (!stored) return Complain(stored.error());
    ReportChoice choice = arguments.choice;
    if (const auto wrong = (kind == ResponseKind::kHide ? HidingOf : DraftOf)(desk, *c, stored->Version(c->worst), arguments, choice, act.details)) {
      const int status = Complain(wrong->error);
      return wrong->typed ? kExitUsage : status;
    }
    act.details.options = ToJson(choice);
  }
  if (act.actor.empty()) act.actor = LoginName();
  const auto state = Act_(arguments, act);
  if (!state) return Complain(state.error());
  Print("Proposed by " + ForTerminal(act.actor) + ". Case " + std::to_string(act.case_id) + " is " + *state + " now: somebody else approves it with `" + arguments.program + " case approve`.\n");
  return kExitDone;
}

}  // namespace

int RunReportPropose(const Arguments& arguments) { return Propose(arguments, ResponseKind::kReport); }
int RunReportHide(const Arguments& arguments) { return Propose(arguments, ResponseKind::kHide); }

int RunReportSend(const Arguments& arguments) {
  OutboxRequest request;
  if (arguments.act.case_id != 0) request.case_id = arguments.act.case_id;
  const auto steps = Ask(arguments, request);
  if (!steps) return Complain(steps.error());
  return PrintSteps(arguments, *steps, "Nothing is due. `heed report list` says what waits for what.");
}

int RunReportCancel(const Arguments& arguments) {
  Act act = arguments.act;
  act.verb = "cancel";
  if (act.actor.empty()) act.actor = LoginName();
  const auto state = Act_(arguments, act);
  if (!state) return Complain(state.error());
  Print("Cancelled by " + ForTerminal(act.actor) + "; nothing has left. Case " + std::to_string(act.case_id) + " is " + *state + " now.\n");
  return kExitDone;
}

int RunReportAnswer(const Arguments& arguments) {
  Act act = arguments.act;
  act.verb = "done";
  if (act.actor.empty()) act.actor = LoginName();
  const auto outcome = ParseResponseState(arguments.outcome.empty() ? "done" : arguments.outcome);
  if (outcome != ResponseState::kDone && outcome != ResponseState::kRefused) {
    Complain(Error{Fault::kInvalid, "--outcome is done or refused"});
    return kExitUsage;
  }
  act.details.outcome = outcome;
  if (!arguments.until.empty()) {
    const auto day = arguments.until.size() == 10 ? ParseRfc3339(arguments.until + "T00:00:00Z") : std::nullopt;
    if (!day || outcome != ResponseState::kRefused) {
      Complain(Error{Fault::kInvalid, day ? "--appeal-by goes with --outcome refused" : "--appeal-by is a day, as year, month, day: 2026-12-24"});
      return kExitUsage;
    }
    act.details.until = *day + days{1};  // that day included
  }
  {
    const auto desk = Desk::Open(arguments);
    if (!desk) return Complain(desk.error());
    const auto c = (*desk)->store->FindCase(act.case_id);
    if (!c) return Complain(c.error());
    const auto* response = c->FindResponse(act.details.response);
    if (response && response->state == ResponseState::kSending) return Complain(Error{Fault::kBusy, "it is being sent at this moment: look again in a minute"});
    if (response && response->state == ResponseState::kHeld && (*desk)->outbox->ChannelFor(*c, *response))
      return Complain(Error{Fault::kInvalid, "heed sends this one by itself: cancel it first if somebody has reported it by hand"});
  }
  const auto state = Act_(arguments, act);
  if (!state) return Complain(state.error());
  Print("Written down by " + ForTerminal(act.actor) + ". Case " + std::to_string(act.case_id) + " is " + *state + " now.\n");
  return kExitDone;
}

int RunReportNotice(const Arguments& arguments) {
  const auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const auto file = ReadFile(arguments.words.front(), kMaxText);
  if (!file) return Complain(file.error());
  if (arguments.content_notice) {
    const auto items = ParseContentNotice(*file);
    if (!items) return Complain(Error(items.error()).While(arguments.words.front()));
    const auto written = WriteNotice(*items);
    if (!written) return Complain(written.error());
    Print(*written);
    return kExitDone;
  }
  const auto notice = ParseNotice(*file);
  if (!notice) return Complain(Error(notice.error()).While(arguments.words.front()));
  std::vector<std::string> names;
  for (const auto& school : config->schools) names.insert(names.end(), school.names.begin(), school.names.end());
  const auto text = WriteNotice(*notice, names);
  if (!text) return Complain(text.error());
  Print(*text);
  const auto clocks = ClocksOfNotice(SystemClock().Now());
  if (!arguments.quiet)
    std::fprintf(stderr,
                 "If it is sent now: the operator acknowledges it by %s; the poster has until %s at the latest; without an answer it is down by %s.\n"
                 "48 hours skip weekends and bank holidays. It leaves like any report: heed case propose --kind report --to \"section 5: SITE\" --text-file FILE, then approval.\n",
                 FormatLocal(clocks.acknowledged_by).c_str(), FormatLocal(clocks.poster_by).c_str(), FormatLocal(clocks.removed_by).c_str());
  return kExitDone;
}

int RunReportHelpline(const Arguments& arguments) {
  const auto opened = Desk::Open(arguments);
  if (!opened) return Complain(opened.error());
  auto& desk = **opened;
  const auto c = desk.store->FindCase(arguments.act.case_id);
  if (!c) return Complain(c.error());
  const auto stored = desk.store->PostOf(*c);
  if (!stored) return Complain(stored.error());
  const Post post = stored->Version(c->worst).post;
  const std::size_t width = TerminalWidth();
  std::string out;
  for (const auto* line : HelplinesFor(*c)) out += Wrap(std::string(line->name) + ", for " + std::string(line->who) + ": " + std::string(line->how) + ". " + std::string(line->when) + ".", width, "  ");
  const auto from = HelplineFrom(*c);
  if (!from) out += "They ask that the platform is told first, unless a child may be in danger.\n";
  else if (desk.clock.Now() < *from) out += "They ask that the platform is given 48 hours: until " + FormatLocal(*from) + ", unless a child may be in danger.\n";
  out += "\nWhat they need:\n" + HandOverText(*c, post, desk.SchoolOf(*c));
  Print(out);
  return kExitDone;
}

int RunRecheck(const Arguments& arguments) {
  if (arguments.act.case_id == 0) {
    const auto steps = Ask(arguments, {});
    if (!steps) return Complain(steps.error());
    return PrintSteps(arguments, *steps, "Nothing is due to be looked at.");
  }
  if (!arguments.found.empty()) {
    Act act = arguments.act;
    act.verb = "found";
    act.details.presence = arguments.found;
    if (act.actor.empty()) act.actor = LoginName();
    const auto state = Act_(arguments, act);
    if (!state) return Complain(state.error());
    Print("Written down by " + ForTerminal(act.actor) + ".\n");
    return kExitDone;
  }
  const auto steps = Ask(arguments, {.look = true, .case_id = arguments.act.case_id});
  if (!steps) return Complain(steps.error());
  return PrintSteps(arguments, *steps, "");
}

}  // namespace heed
