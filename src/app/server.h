// `heed serve`: keeps the schedules, and scans on request of `heed scan` while it holds the store.
//
// One process writes.  It listens on a socket in the data folder, which only the folder's owner can reach; a
// request is one line of JSON, {"do":"scan","sources":["id",...]} (no sources: all), and the answer is one line per source run
// (app/runner.h) in the order they end, then the end of the stream.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/app/config.h"
#include "src/app/runner.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/store/store.h"

namespace heed {

struct ServeOptions {
  std::string data;           // the socket lies here
  std::size_t at_once = 4;    // sources scanned side by side; one source never twice at once
};

// SIGTERM and SIGINT wait for Serve() from here on.  To be called before anything starts a thread (the store does): a
// thread that does not hold them back would end the process at once.
void HoldStopSignals();

// Runs until SIGTERM or SIGINT, then lets running pages end and returns.  kExists when another one serves here.
Done Serve(const Config& config, Runner& runner, Store& store, HttpClient& http, const Clock& clock, const ServeOptions& options);

// Asks the server of `data` to scan.  `each` is called for every run that ends.  kNotFound when no server answers.
Done AskServerToScan(const std::string& data, const std::vector<std::string>& sources, const std::function<void(const SourceRun&)>& each);

}  // namespace heed
