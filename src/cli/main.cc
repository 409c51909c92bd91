// heed: the command line.  Every command is one row of the table below.
#include <CLI/CLI.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <span>

#include "src/base/log.h"
#include "src/base/text.h"
#include "src/cli/command.h"

namespace heed {
namespace {

constexpr std::array kCommands = {
    Command{"scan", "read the sources once and queue what needs a person", &RunScan},
    Command{"serve", "keep the sources' schedules and serve the console until stopped", &RunServe},
    Command{"tip", "hand in what staff were sent: files, links, pasted words", &RunTip},
    Command{"queue", "list the cases that wait for a person, worst first", &RunQueue},
    Command{"case", "work on a case: claim, decide, propose, approve ...", nullptr},
    Command{"report", "what goes to platforms: list, propose, send, and what came of it", nullptr},
    Command{"recheck", "look whether reported posts are still up: those that are due, or CASE now", &RunRecheck},
    Command{"show", "show one case: the words, why, its versions and history", &RunShow},
    Command{"explain", "show every step of judging one text", &RunExplain},
    Command{"match", "judge JSON Lines {\"id\", \"text\"} from standard input", &RunMatch},
    Command{"check", "check the configuration and the lexicons, and run their examples", &RunCheck},
    Command{"sources", "list what can be read, how each source is doing, and its gaps", &RunSources},
    Command{"alarm", "who is told when heed cannot do its work: test it, list what was told", &RunAlarm},
    Command{"eval", "compare verdicts with labels: [PREDICTIONS] LABELS...", &RunEval},
    Command{"pack", "make an evidence pack of cases, for a person without heed", &RunPack},
    Command{"verify", "check an evidence pack: no store, no network", &RunVerify},
    Command{"open", "open a sealed evidence pack", &RunOpen},
    Command{"stamp", "add time stamps to an evidence pack that was made without, or with few", &RunStamp},
    Command{"export", "take out everything heed keeps, in open formats", &RunExport},
    Command{"capture", "add a picture or a saved page to a case", nullptr},
    Command{"audit", "check the custody chain, and have it time-stamped", nullptr},
    Command{"lexicon", "look at the words and rules, try them, change them", nullptr},
    Command{"people", "who may sign in to the console, and their one-time links", nullptr},
};

// `heed lexicon ...`
constexpr std::array kLexiconCommands = {
    Command{"check", "read every file and run every entry's examples", &RunLexiconCheck},
    Command{"list", "the entries: id, status, category, severity, language, why", &RunLexiconList},
    Command{"stats", "how much there is of what", &RunLexiconStats},
    Command{"test", "judge the lines of a file (text, or JSON Lines with or without labels) and say what fired", &RunLexiconTest},
    Command{"backtest", "what drafts, or another folder, would change among the posts that are kept", &RunLexiconBacktest},
    Command{"add", "add a term, as a draft unless said otherwise", &RunLexiconAdd},
    Command{"retire", "take an entry out of use; old cases keep its name", &RunLexiconRetire},
    Command{"diff", "what changed between two folders", &RunLexiconDiff},
    Command{"record", "how often each rule fired, and how often people agreed; which are paused", &RunLexiconRecord},
    Command{"resume", "let a rule that paused itself count again", &RunLexiconResume},
    Command{"reload", "have the running `heed serve` read the lexicons again, and hear how it went", &RunLexiconReload},
};

// `heed people ...`
constexpr std::array kPeopleCommands = {
    Command{"list", "who may sign in, and what they may do", &RunPeopleList},
    Command{"add", "add somebody, and print their invitation link once", &RunPeopleAdd},
    Command{"invite", "a new invitation link", &RunPeopleInvite},
    Command{"recover", "a link to choose a new password with", &RunPeopleRecover},
    Command{"link", "a link that signs somebody in once, without a password", &RunPeopleLink},
    Command{"roles", "change what somebody may do", &RunPeopleRoles},
    Command{"account", "by which school account somebody comes in, where [console.oidc] is set up", &RunPeopleAccount},
    Command{"lock", "sign somebody out everywhere and let them in no more", &RunPeopleLock},
    Command{"unlock", "let them in again", &RunPeopleUnlock},
    Command{"reset", "forget password and second factor, and print a new invitation link", &RunPeopleReset},
};

// `heed audit ...`
constexpr std::array kAuditCommands = {
    Command{"verify", "recompute every event, and say where the chain does not hold", &RunAuditVerify},
    Command{"anchor", "have the chain's head time-stamped by the configured authorities", &RunAuditAnchor},
};

// `heed sources` lists them; `heed sources add` adds one.
constexpr Command kSourcesAdd{"add", "set up a source: asks for what it needs, tries it, then writes it down", &RunSourcesAdd};
// `heed capture ...`
constexpr std::array kCaptureCommands = {
    Command{"add", "keep a file with a case, and say how it was made", &RunCaptureAdd},
};

void AddOwnOfCapture(CLI::App& app, std::string_view, Arguments& arguments) {
  app.add_option("CASE", arguments.case_id, "the case's number")->check(CLI::PositiveNumber)->required();
  app.add_option("FILE", arguments.words, "a picture, a PDF, a saved page, a web archive")->required()->expected(1);
  app.add_option("--how", arguments.how, "how it was made: who saw what, on which device, with which program")->required();
  app.add_option("--address", arguments.address, "the page's address as typed")->type_name("URL");
  app.add_option("--taken-at", arguments.taken_at, "when it was made: 2026-11-02T08:15:00Z")->type_name("TIME");
  app.add_option("--as", arguments.as, "who adds it (default: your login name)")->type_name("NAME");
}

void AddOwnOfAudit(CLI::App& app, std::string_view name, Arguments& arguments) {
  if (name != "verify") return;
  app.add_option("--anchors", arguments.anchors, "a folder with copies of anchors, kept elsewhere (default: the data folder's)")->type_name("DIR");
  app.add_option("--head", arguments.heads, "a head that was written down or mailed, as EVENT:HASH; may be given several times")->type_name("HEAD")->allow_extra_args(false);
  app.add_option("--certificates", arguments.certificates, "PEM file of trusted authorities (default: the configuration's, or the system's)")->type_name("FILE");
}

void AddCommon(CLI::App& app, Arguments& arguments) {
  app.add_option("--config", arguments.locations.config, "the configuration (default: ./heed.toml, /etc/heed/heed.toml)")->type_name("FILE");
  app.add_option("--data", arguments.locations.data, "the folder heed keeps its store in (default: the configuration's)")->type_name("DIR");
  app.add_option("--lexicons", arguments.locations.lexicons, "the folder of lexicons (default: the configuration's, or heed's own)")->type_name("DIR");
  app.add_flag("--json", arguments.json, "JSON on standard output");
  app.add_flag("-q,--quiet", arguments.quiet, "say nothing but the answer and errors");
}

void AddOwn(CLI::App& app, std::string_view name, Arguments& arguments) {
  if (name == "scan") app.add_option("SOURCE", arguments.words, "ids of sources (default: all)");
  if (name == "serve") app.add_option("--link", arguments.link, "print a link that signs this person in once, when the console is up")->type_name("USER");
  if (name == "explain") app.add_option("TEXT", arguments.words, "the text (default: standard input)");
  if (name == "recheck") {
    app.add_option("CASE", arguments.act.case_id, "the case's number (default: all that are due)")->check(CLI::PositiveNumber);
    app.add_option("--found", arguments.found, "what a person saw, where heed cannot look: up, gone_by_author, gone_unknown ...");
    app.add_option("--note", arguments.act.details.why, "of what a person saw");
    app.add_option("--as", arguments.act.actor, "who looked (default: your login name)")->type_name("NAME");
  }
  if (name == "eval") {
    app.add_option("FILES", arguments.words, "labelled files; or what `heed match` printed, then the labels")->required();
    app.add_option("--by", arguments.by, "a table by this field of the labels: kind, category, row ...")->type_name("FIELD");
    app.add_option("--errors", arguments.errors, "print so many misses and false alarms")->type_name("N");
  }
  if (name == "alarm") app.add_option("WHAT", arguments.words, "test: send a test message; list: what people were told of and is not over")->required()->expected(1)->check(CLI::IsMember({"test", "list"}));
  if (name == "tip") {
    app.add_option("FILE", arguments.words, "chat exports (WhatsApp, Telegram), Facebook, Instagram or TikTok downloads, saved pages, mails, PDFs, pictures");
    app.add_option("--link", arguments.links, "a page to fetch; may be given several times")->type_name("URL")->allow_extra_args(false);
    app.add_option("--text", arguments.texts, "the words themselves, or - to read them from standard input")->type_name("TEXT")->allow_extra_args(false);
    app.add_option("--school", arguments.school, "the id of the school it is about")->type_name("ID");
    app.add_option("--from", arguments.from, "who sent it, and how: \"a parent, by mail\"")->required();
    app.add_option("--note", arguments.note, "anything else worth knowing");
    app.add_option("--by", arguments.by, "who hands it in (default: your login name)")->type_name("PERSON");
  }
  if (name == "show") app.add_option("CASE", arguments.case_id, "the case's number")->check(CLI::NonNegativeNumber)->required();
  if (name == "queue" || name == "explain") app.add_option("--school", arguments.school, "the id of one school")->type_name("ID");
  if (name == "queue") app.add_flag("--backlog", arguments.backlog, "the older finds of first readings, which wait to be skimmed");
  if (name == "queue") app.add_option("--limit", arguments.limit, "at most so many cases")->type_name("N")->check(CLI::NonNegativeNumber)->capture_default_str();
  if (name == "sources") app.add_flag("--catalogue", arguments.catalogue, "a page about every connector, as Markdown");
  if (name == "match" || name == "explain") app.add_flag("--any", arguments.any, "do not ask whether the text mentions the school");
  if (name == "match") app.add_option("--threads", arguments.threads, "judge on so many threads")->type_name("N")->check(CLI::Range(1, 256))->capture_default_str();
  if (name == "queue" || name == "show" || name == "scan") app.add_flag("--reveal", arguments.reveal, "show hurtful words in full");
}

void AddOwnOfEvidence(CLI::App& app, std::string_view name, Arguments& arguments) {
  if (name == "pack") {
    app.add_option("CASE", arguments.cases, "the cases' numbers")->required()->check(CLI::PositiveNumber);
    app.add_option("--output", arguments.output, "the file to make")->type_name("FILE")->required();
    app.add_flag("--evidence", arguments.evidence, "whole, for a solicitor, a court, the police (the default)");
    app.add_flag("--working", arguments.working, "masked: children and third parties are taken out as far as a program can");
    app.add_flag("--redact", arguments.redact, "the same as --working");
    app.add_option("--mask", arguments.mask, "a name to be masked too; may be given several times")->type_name("NAME")->allow_extra_args(false);
    app.add_option("--mask-file", arguments.mask_file, "names to be masked too, one a line")->type_name("FILE");
    app.add_flag("--pdf", arguments.pdf, "make the PDF however many items there are");
    app.add_flag("--no-pdf", arguments.no_pdf, "leave the PDF out");
    app.add_flag("--no-stamp", arguments.no_stamp, "do not ask the time-stamp authorities");
    app.add_option("--purpose", arguments.purpose, "why it is made; kept in the custody chain");
    app.add_option("--seal-for", arguments.seal_for, "seal it for this person")->type_name("NAME");
    app.add_option("--as", arguments.as, "who makes it (default: your login name)")->type_name("NAME");
  }
  if (name == "verify") {
    app.add_option("PACK", arguments.words, "the file, or the folder it was unpacked into")->required()->expected(1);
    app.add_option("--certificates", arguments.certificates, "PEM file of trusted time-stamp authorities (default: the system's)")->type_name("FILE")->check(CLI::ExistingFile);
    app.add_option("--key", arguments.key, "the fingerprint of the key it must be signed with")->type_name("HEX");
  }
  if (name == "open") {
    app.add_option("SEALED", arguments.words, "the sealed file")->required()->expected(1);
    app.add_option("--output", arguments.output, "the zip to make")->type_name("FILE")->required();
  }
  if (name == "export") {
    app.add_option("--output", arguments.output, "the folder to make")->type_name("DIR")->required();
    app.add_option("--as", arguments.as, "who takes it out (default: your login name)")->type_name("NAME");
  }
  if (name == "stamp") {
    app.add_option("PACK", arguments.words, "a pack of this installation's")->required()->expected(1);
    app.add_option("--output", arguments.output, "the zip to make")->type_name("FILE")->required();
  }
  if (name == "pack" || name == "verify" || name == "open" || name == "stamp") {
    auto* file = app.add_option("--passphrase-file", arguments.passphrase_file, "a file whose first line is the passphrase")->type_name("FILE");
    if (name == "open") file->required();
  }
}

void AddOwnOfSourcesAdd(CLI::App& app, Arguments& arguments) {
  app.add_option("CONNECTOR", arguments.source.connector, "what to read: bluesky, youtube, ...; `heed sources` lists them");
  app.add_option("--id", arguments.source.id, "a short name for the source (default: the connector's)");
  app.add_option("--school", arguments.source.school, "the id of the school it is for (default: the only one)")->type_name("ID");
  app.add_option("--every", arguments.source.every, "how often to read it (default: 30m)")->type_name("TIME");
  app.add_option("--set", arguments.sets, "a setting; a list has commas; may be given several times")->type_name("KEY=VALUE")->allow_extra_args(false);
  app.add_option("--secret-file", arguments.secret_files, "a file that holds a secret; may be given several times")->type_name("KEY=FILE")->allow_extra_args(false);
  app.add_option("--secret-env", arguments.secret_envs, "an environment variable that holds a secret; may be given several times")->type_name("KEY=NAME")->allow_extra_args(false);
  app.add_flag("--accept-terms", arguments.source.accept_terms, "the school accepts the platform's terms");
  app.add_flag("--ask", arguments.ask, "ask for what is missing (the default at a terminal)");
}

void AddOwnOfLexicon(CLI::App& app, std::string_view name, Arguments& arguments) {
  if (name == "list") {
    app.add_option("--status", arguments.status, "draft, shadow, live or retired");
    app.add_option("--category", arguments.category, "one of the six");
    app.add_option("--language", arguments.language, "en, pl, ...");
    app.add_option("TEXT", arguments.search, "only entries whose id, words or reason hold this");
  }
  if (name == "test") app.add_option("FILE", arguments.words, "the file")->required()->expected(1);
  if (name == "backtest") {
    app.add_option("--with", arguments.with, "a folder of lexicons to try (default: the present one, its drafts live)")->type_name("DIR");
    app.add_flag("--reveal", arguments.reveal, "show hurtful words in full");
  }
  if (name == "diff") {
    app.add_option("OLD NEW", arguments.words, "two folders")->required()->expected(2);
    app.add_option("--posts", arguments.posts, "JSON Lines with texts: also say whose verdict changes")->type_name("FILE");
  }
  if (name == "record") app.add_option("--school", arguments.school, "of one school")->type_name("ID");
  if (name == "resume") app.add_option("ID", arguments.words, "the rule's id")->required()->expected(1);
  if (name == "retire") {
    app.add_option("ID", arguments.words, "the entry's id")->required()->expected(1);
    app.add_option("--why", arguments.why, "why, for the next editor")->required();
  }
  if (name == "add") {
    NewEntry& term = arguments.term;
    app.add_option("--id", term.id, "a name for good, as \"abuse.numpty\"")->required();
    app.add_option("--phrase", term.phrases, "what to look for; may be given several times")->required()->allow_extra_args(false);
    app.add_option("--category", term.category, "threat, discrimination, abuse, defamation, bullying or incitement")->required();
    app.add_option("--severity", term.severity, "1 unkind, 2 a clear breach, 3 serious, 4 grave")->capture_default_str();
    app.add_option("--why", term.why, "one plain sentence for staff")->required();
    app.add_option("--matches", term.matches, "a text it must find; may be given several times")->required()->allow_extra_args(false);
    app.add_option("--ignores", term.ignores, "a near miss it must not find; may be given several times")->required()->allow_extra_args(false);
    app.add_option("--language", term.language, "of the phrases")->capture_default_str();
    app.add_option("--status", term.status, "draft, shadow or live")->capture_default_str();
    app.add_option("--author", term.author, "who adds it (default: your login name)");
    app.add_option("--rationale", term.rationale, "why it is needed");
    app.add_option("--source", term.source, "where the word is documented");
  }
}

void AddOwnOfCase(CLI::App& app, std::string_view name, Arguments& arguments) {
  ActDetails& details = arguments.act.details;
  app.add_option("CASE", arguments.act.case_id, "the case's number")->check(CLI::PositiveNumber)->required();
  app.add_option("--as", arguments.act.actor, "who does it (default: your login name)")->type_name("NAME");
  const bool of_response = name == "approve" || name == "send-back" || name == "decline" || name == "cancel" || name == "done";
  if (of_response) app.add_option("RESPONSE", details.response, "the response's number in its case")->check(CLI::PositiveNumber)->required();
  const bool must_say_why = name == "decide" || name == "undo" || name == "close" || name == "send-back" || name == "decline" || name == "note" || name == "hold" || name == "end-hold";
  if (must_say_why) app.add_option("--why", details.why, name == "note" ? "the note" : name == "hold" ? "its purpose: which claim, which report to the police" : "the reason, for colleagues and for the record")->required();
  if (name == "assign" || name == "snooze" || name == "cancel" || name == "done") app.add_option("--why", details.why, "a note");
  if (name == "assign") app.add_option("--to", details.to, "whose it is now; empty: everybody's")->type_name("NAME");
  if (name == "snooze") app.add_option("--until", arguments.until, "a date (2026-11-30), a time (RFC 3339) or a length from now (2d, 4h)")->required();
  if (name == "hold") app.add_option("--until", arguments.until, "when it is looked at again: a date, a time or a length from now (default and most: 183d)");
  if (name == "decide") {
    app.add_option("--finding", arguments.finding, "danger, child-image, safeguarding, anonymity, criticism, breach or not-ours: the first that is true")->required();
    app.add_option("--category", arguments.breach_category, "of a breach (default: what the rules said)");
    app.add_option("--severity", details.severity, "of a breach, 1 to 4 (default: what the rules said)");
    app.add_option("--clause", details.clause, "of the code of conduct (default: the configuration's for the category)");
    app.add_flag("--close", arguments.act.close, "nothing more is to be done about it");
  }
  if (name == "propose") {
    app.add_option("--kind", arguments.kind, "ask-author, report, letter, meeting, restrict, ban, bullying, helpline, police, legal, complaints or hide")->required();
    app.add_option("--to", details.to, "whom it is for");
    app.add_option("--text", details.text, "exactly what would leave the school");
    app.add_option("--text-file", arguments.text_file, "the same from a file")->type_name("FILE");
  }
  if (name == "approve") app.add_option("--hold", arguments.hold, "how long it can still be cancelled (default: 5m)");
  if (name == "found") app.add_option("--presence", details.presence, "up, up_edited, up_limited, gone_by_author, gone_by_platform, gone_unknown, account_gone, not_visible_to_us or unknown")->required();
  if (name == "done") {
    app.add_option("--outcome", arguments.outcome, "done or refused (default: done)");
    app.add_option("--reference", details.reference, "the other side's number for it");
  }
}

// `heed report ...`
constexpr std::array kReportCommands = {
    Command{"list", "reports under way, what they wait for, and what people should do", &RunReportList},
    Command{"show", "a report's exact text and state; by hand, the form step by step; before there is one, the platform's reasons and a draft", &RunReportShow},
    Command{"propose", "a report, with a reason of the platform's; somebody else approves it", &RunReportPropose},
    Command{"hide", "hide a comment at the school's own place (its channel, its Page); somebody else approves it", &RunReportHide},
    Command{"send", "send what is due now: approved, and past its hold", &RunReportSend},
    Command{"cancel", "take a report back before it leaves", &RunReportCancel},
    Command{"answer", "write down what a platform answered, or what became of a report made by hand", &RunReportAnswer},
    Command{"notice", "write a notice under section 5 of the Defamation Act, or --content of illegal content, from a JSON file; refused while an item is missing", &RunReportNotice},
    Command{"helpline", "what POSH or Report Harmful Content need to know about a case", &RunReportHelpline},
};

void AddOwnOfReport(CLI::App& app, std::string_view name, Arguments& arguments) {
  ActDetails& details = arguments.act.details;
  if (name == "notice") {
    app.add_option("FILE", arguments.words, "the notice's items, JSON")->required()->expected(1);
    app.add_flag("--content", arguments.content_notice, "a notice of illegal content, with the items of Article 16 of the Digital Services Act");
  }
  if (name == "list" || name == "notice") return;
  auto* of_case = app.add_option("CASE", arguments.act.case_id, "the case's number")->check(CLI::PositiveNumber);
  if (name != "send") of_case->required();
  if (name == "send" || name == "helpline") return;
  if (name != "propose" && name != "hide") {
    auto* number = app.add_option("REPORT", details.response, "the report's number in its case")->check(CLI::PositiveNumber);
    if (name != "show") number->required();
  }
  if (name == "show") return;
  app.add_option("--as", arguments.act.actor, "who does it (default: your login name)")->type_name("NAME");
  if (name == "cancel") app.add_option("--why", details.why, "a note");
  if (name == "answer") {
    app.add_option("--outcome", arguments.outcome, "done or refused (default: done)");
    app.add_option("--reference", details.reference, "the platform's number for it");
    app.add_option("--note", details.why, "the answer, in its own words");
    app.add_option("--appeal-by", arguments.until, "of what was refused: the last day on which it can be appealed, where the answer says so: 2026-12-24")->type_name("DAY");
  }
  if (name == "hide") {
    app.add_option("--how", arguments.choice.reason, "one of the platform's ways, listed when left out");
    app.add_option("--text", details.text, "why, for the school's own record");
  }
  if (name == "propose") {
    app.add_option("--reason", arguments.choice.reason, "one of the platform's: `heed report show CASE` lists them");
    app.add_flag("--forward", arguments.choice.forward, "send it on to the author's own server too, where that is offered");
    app.add_option("--through", arguments.choice.channel, "the source whose account it leaves through (default: the one that found the post)")->type_name("SOURCE");
    app.add_option("--to", details.to, "the platform (default: the post's)");
    app.add_option("--text", details.text, "exactly what would leave (default: heed's draft)");
    app.add_option("--text-file", arguments.text_file, "the same from a file")->type_name("FILE");
  }
}

// `heed case`'s verbs are ActVerbs(): the same list that does them.
const std::vector<Command>& CaseCommands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> all;
    for (const auto& verb : ActVerbs()) all.push_back({verb.name, verb.help, &RunCase});
    return all;
  }();
  return commands;
}

void AddOwnOfPeople(CLI::App& app, std::string_view name, Arguments& arguments) {
  const bool add = name == "add";
  if (name != "list") app.add_option(add ? "NAME" : "USER", arguments.words, add ? "as colleagues know them" : "their user name")->required()->expected(1);
  if (add) app.add_option("--id", arguments.id, "the user name (default: made of the name)");
  if (add || name == "account") app.add_option("--mail", arguments.mail, "the mail address of their school account, by which they are known at the first sign-in")->type_name("ADDRESS");
  if (name == "account") app.add_option("--subject", arguments.subject, "or the account's own name at the sign-in service; neither: no school account any more")->type_name("NAME");
  if (!add && name != "roles") return;
  app.add_option("--role", arguments.roles, "triage, head, lexicon-editor, legal, administrator or auditor; may be given several times")->required()->allow_extra_args(false);
  app.add_option("--school", arguments.schools, "at this school only (its id); may be given several times (default: every school)")->allow_extra_args(false);
}

int Main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  Arguments arguments;
  if (argc > 0) arguments.program = argv[0];
  CLI::App app{"heed finds public posts that mention a school and cross the line of its code of conduct, and queues them for a person."};
  app.set_version_flag("--version", std::string("heed ") + HEED_VERSION);
  app.footer(
      "Exit status: 0 done; 1 done, but something could not be read or judged; 2 command line wrong;\n"
      "3 configuration or lexicon wrong; 4 store in use, unreadable or full; 5 what was asked for is not there.");
  app.require_subcommand(1);
  AddCommon(app, arguments);
  const Command* chosen = nullptr;
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.help));
    AddOwn(*sub, command.name, arguments);
    AddOwnOfEvidence(*sub, command.name, arguments);
    if (command.run == &RunSources) {
      CLI::App* below = sub->add_subcommand(std::string(kSourcesAdd.name), std::string(kSourcesAdd.help));
      AddOwnOfSourcesAdd(*below, arguments);
      below->fallthrough();
      sub->fallthrough();
      sub->callback([&chosen, &command, below] { chosen = below->parsed() ? &kSourcesAdd : &command; });
      continue;
    }
    sub->fallthrough();  // --config and its like may stand before or after the command
    if (command.run) {
      sub->callback([&chosen, &command] { chosen = &command; });
      continue;
    }
    sub->require_subcommand(1);
    const auto add = [&](const auto& commands, auto&& add_own) {
      for (const Command& own : commands) {
        CLI::App* below = sub->add_subcommand(std::string(own.name), std::string(own.help));
        add_own(*below, own.name, arguments);
        below->fallthrough();
        below->callback([&chosen, &own, &arguments] {
          chosen = &own;
          arguments.act.verb = own.name;
        });
      }
    };
    if (command.name == "people") add(kPeopleCommands, AddOwnOfPeople);
    else if (command.name == "case") add(CaseCommands(), AddOwnOfCase);
    else if (command.name == "audit") add(kAuditCommands, AddOwnOfAudit);
    else if (command.name == "capture") add(kCaptureCommands, AddOwnOfCapture);
    else if (command.name == "report") add(kReportCommands, AddOwnOfReport);
    else add(kLexiconCommands, AddOwnOfLexicon);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Said by CLI11 as "a subcommand is required", which is of no help to whoever mistyped one.
    const auto unknown = app.remaining();
    if (app.get_subcommands().empty() && !unknown.empty() && !unknown.front().starts_with('-')) {
      std::vector<std::string_view> names;
      for (const Command& command : kCommands) names.push_back(command.name);
      std::fprintf(stderr, "heed: there is no command \"%s\"%s; heed --help lists them\n", ForTerminal(unknown.front()).c_str(), DidYouMean(unknown.front(), names).c_str());
      return kExitUsage;
    }
    const int code = app.exit(error, std::cout, std::cerr);
    return code == 0 ? kExitDone : kExitUsage;
  }
  if (arguments.quiet) SetLogLevel(LogLevel::kError);
  return chosen->run(arguments);
}

}  // namespace
}  // namespace heed

int main(int argc, char** argv) { return heed::Main(argc, argv); }
