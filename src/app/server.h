// `heed serve`: keeps the schedules, watches the lexicons, serves the console, and does on request what needs the store while it holds it.
//
// One process writes.  It listens on a socket in the data folder, which only the folder's owner can reach.  A request is one line of JSON
// with "do"; the answer is one line or more, then the end of the stream:
//
//   {"do":"scan","sources":["id",...]}   (no sources: all)  a line per source run (app/runner.h), in the order they end
//   {"do":"reload"}                      {"ok":true,"version":...,"entries":n}
//   {"do":"resume","rule":"id"}          {"ok":true,"opened":n}
//   {"do":"act", ...}                    (app/act.h) {"ok":true,"case":id,"state":"closed"}
//   {"do":"people", ...}                 (app/people.h)
//   {"do":"tip","tip":"id"}              (app/tips.h) a TipReport; this and its like are in ServeOptions::also
//   {"do":"outbox","what":"send" or "look", ...}   (app/reports.h) {"ok":true,"steps":[...]}, once it is done
//
// What did not work is {"fault":"invalid","message":"..."}.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/app/config.h"
#include "src/app/live_judge.h"
#include "src/app/people.h"
#include "src/app/reports.h"
#include "src/app/runner.h"
#include "src/app/web.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/store/store.h"

namespace heed {

struct ServeOptions {
  std::string data;           // the socket lies here
  std::size_t at_once = 4;    // sources scanned side by side; one source never twice at once
  std::function<void()> console_is_up;  // called once the console answers
  // Other requests by their "do", each answered with one line on a thread of its own, so that it may take long.
  std::map<std::string, std::function<std::string(std::string_view request)>, std::less<>> also;
  std::function<void(Instant now)> daily;  // beside the store's own upkeep; may be empty
};

// What a server serves.  All outlive it.
struct ServeParts {
  const Config& config;
  Runner& runner;
  LiveJudge& judge;
  Reloader& reloader;
  Store& store;
  HttpClient& http;
  const Clock& clock;
  Gate& gate;
  Web* web = nullptr;  // the console; nullptr: none
  Outbox* outbox = nullptr;  // nullptr: nothing is sent nor looked at
};

// SIGTERM, SIGINT and SIGHUP wait for Serve() from here on.  To be called before anything starts a thread (the store does): a
// thread that does not hold them back would end the process at once.
void HoldStopSignals();

// Runs until SIGTERM or SIGINT, then lets running pages end and returns.  SIGHUP reads the lexicons again; so does a change of
// their files.  kExists when another one serves here.
Done Serve(const ServeParts& parts, const ServeOptions& options);

// Asks the server of `data` to scan.  `each` is called for every run that ends.  kNotFound when no server answers.
Done AskServerToScan(const std::string& data, const std::vector<std::string>& sources, const std::function<void(const SourceRun&)>& each);
// Asks the server of `data` for anything else: the line it answers, or the failure it tells of; nullopt when no server runs.
Result<std::optional<std::string>> AskServer(const std::string& data, std::string_view request);

}  // namespace heed
