// The review console as one installation serves it: the pages (src/console) behind the HTTP server (src/http).
#pragma once

#include <memory>
#include <string>

#include "src/access/gate.h"
#include "src/app/config.h"
#include "src/app/live_judge.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/console/evidence_door.h"
#include "src/console/report_door.h"
#include "src/net/http.h"
#include "src/store/store.h"

namespace heed {

// What the configuration says of signing in.
GateRules GateRulesOf(const Config& config);

// What the console asks of other desks.
struct WebDoors {
  EvidenceDoor evidence;
  ReportDoor reports;
};

class Web {
 public:
  // All outlive it.
  // `http` asks the sign-in service of school accounts; `lexicons` is the folder that editors change.
  Web(const Config& config, Store& store, Gate& gate, LiveJudge& judge, Reloader& reloader, HttpClient& http, const std::string& lexicons, const Clock& clock, WebDoors doors);
  ~Web();

  // kBusy: the port is taken.
  Done Start();
  void Stop();
  // As people type it: the configured address, else http://127.0.0.1:8420.
  std::string url() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed
