// The command line's words: what every command is, and what they share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/app/act.h"
#include "src/app/check.h"
#include "src/app/installation.h"
#include "src/app/lexicon_desk.h"
#include "src/app/source_desk.h"
#include "src/base/result.h"
#include "src/model/report.h"

namespace heed {

// Exit codes, printed by `heed --help` and in the README.
enum Exit : int {
  kExitDone = 0,
  kExitPartly = 1,   // done, but something could not be read or judged: the message says what
  kExitUsage = 2,    // the command line is wrong
  kExitConfig = 3,   // the configuration or a lexicon is wrong
  kExitStore = 4,    // the store is in use, or cannot be read or written
  kExitMissing = 5,  // what was asked for is not there
};
int ExitFor(Fault fault);

// Everything the command line can say, whichever command it is for.
struct Arguments {
  std::string program = "heed";  // as it was started: what a person can type again
  Locations locations;
  bool json = false;
  bool quiet = false;
  bool any = false;      // match, explain
  bool reveal = false;   // queue, show, scan
  std::string school;    // queue, explain
  std::size_t limit = 50;
  bool backlog = false;
  std::size_t threads = 1;  // match
  std::uint64_t case_id = 0;
  std::vector<std::string> words;  // scan's sources, explain's text, files of eval, lexicon test and diff
  std::string by;                  // eval, tip
  std::string from, note;                 // tip
  std::vector<std::string> links, texts;  // tip
  std::size_t errors = 0;          // eval
  std::string status, category, language, search;  // lexicon list
  std::string with;                // lexicon backtest
  std::string posts;               // lexicon diff
  std::string why;                 // lexicon retire
  NewEntry term;                    // lexicon add
  Act act;                         // case
  std::string finding, breach_category, kind, outcome, until, hold, text_file;  // case: as typed
  std::vector<std::string> roles, schools;  // people add, roles
  std::string id;                  // people add
  std::string mail, subject;       // people add and account
  std::string link;                // serve
  std::string output;              // pack, open
  std::vector<std::uint64_t> cases;  // pack
  bool working = false, evidence = false, redact = false, pdf = false, no_pdf = false, no_stamp = false;  // pack
  std::vector<std::string> mask;   // pack
  std::string mask_file, purpose, seal_for;  // pack
  std::string passphrase_file;     // pack, open, verify
  std::string certificates, key;   // verify; audit verify
  std::string anchors;             // audit verify
  std::vector<std::string> heads;  // audit verify: "EVENT:HASH"
  std::string how, address, taken_at;  // capture add
  std::string as;                  // who acts; default: the login name
  bool catalogue = false;          // sources
  bool ask = false;                // sources add
  NewSource source;                // sources add
  std::vector<std::string> sets, secret_files, secret_envs;  // sources add: "KEY=VALUE"
  ReportChoice choice;             // report propose
  bool content_notice = false;
  std::string found;               // recheck
};

// One command: name, help and function in one value.  A function returns an Exit.
struct Command {
  std::string_view name, help;
  int (*run)(const Arguments& arguments);
};

int RunScan(const Arguments& arguments);
int RunServe(const Arguments& arguments);
int RunTip(const Arguments& arguments);
int RunAlarm(const Arguments& arguments);
int RunQueue(const Arguments& arguments);
int RunShow(const Arguments& arguments);
int RunExplain(const Arguments& arguments);
int RunMatch(const Arguments& arguments);
int RunCheck(const Arguments& arguments);
int RunSources(const Arguments& arguments);
int RunSourcesAdd(const Arguments& arguments);
int RunEval(const Arguments& arguments);

int RunPack(const Arguments& arguments);
int RunOpen(const Arguments& arguments);
int RunStamp(const Arguments& arguments);
int RunExport(const Arguments& arguments);
int RunVerify(const Arguments& arguments);
int RunAuditVerify(const Arguments& arguments);
int RunAuditAnchor(const Arguments& arguments);
int RunCaptureAdd(const Arguments& arguments);

int RunLexiconCheck(const Arguments& arguments);
int RunLexiconList(const Arguments& arguments);
int RunLexiconStats(const Arguments& arguments);
int RunLexiconTest(const Arguments& arguments);
int RunLexiconBacktest(const Arguments& arguments);
int RunLexiconAdd(const Arguments& arguments);
int RunLexiconRetire(const Arguments& arguments);
int RunLexiconDiff(const Arguments& arguments);
int RunLexiconRecord(const Arguments& arguments);
int RunLexiconResume(const Arguments& arguments);
int RunLexiconReload(const Arguments& arguments);

// `heed case VERB`: arguments.act.verb says which.
int RunCase(const Arguments& arguments);

int RunReportList(const Arguments& arguments);
int RunReportShow(const Arguments& arguments);
int RunReportPropose(const Arguments& arguments);
int RunReportHide(const Arguments& arguments);
int RunReportSend(const Arguments& arguments);
int RunReportCancel(const Arguments& arguments);
int RunReportAnswer(const Arguments& arguments);
int RunReportNotice(const Arguments& arguments);
int RunReportHelpline(const Arguments& arguments);
int RunRecheck(const Arguments& arguments);

// The login name of whoever runs this: who acts, unless said otherwise.
std::string LoginName();

int RunPeopleList(const Arguments& arguments);
int RunPeopleAdd(const Arguments& arguments);
int RunPeopleInvite(const Arguments& arguments);
int RunPeopleRecover(const Arguments& arguments);
int RunPeopleLink(const Arguments& arguments);
int RunPeopleLock(const Arguments& arguments);
int RunPeopleUnlock(const Arguments& arguments);
int RunPeopleReset(const Arguments& arguments);
int RunPeopleAccount(const Arguments& arguments);
int RunPeopleRoles(const Arguments& arguments);

// What a check found, for people or as JSON, and its exit code.  `all_of`: what was looked at, for when all is well.
int PrintCheck(const CheckReport& report, bool json, const std::string& all_of);

// A judge for the configuration's schools; for none, where --any is said and there is no configuration.
Result<Judge> JudgeFor(const Arguments& arguments, std::optional<Config>& config);

// Who acts: --as, else the login name.
std::string WhoAmI(const Arguments& arguments);

// Says what went wrong on standard error and returns the exit code for it.
int Complain(const Error& error);

// Standard output, whole; a reader that went away (head) is no failure.
void Print(std::string_view text);

// Tells how many cases wait in the backlog; "" when none does.
std::string BacklogLine(const QueueCounts& counts);
// The text with the words of its hits hidden but for their first letters, unless `reveal`.
std::string Masked(std::string_view text, const std::vector<Hit>& hits, bool reveal);

}  // namespace heed
