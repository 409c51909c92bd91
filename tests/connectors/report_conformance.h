// What every connector that reports must do, whatever its platform: the platform hears of it once or not at all, and the outcome says
// which.  What every connector that re-checks must do: a failed look is never "gone".
//
//   INSTANTIATE_TEST_SUITE_P(Bluesky, ReportConformance, testing::Values(ReportEntry{"pds", &MakeIt}));
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>

#include "connectors/connector.h"
#include "tests/fakes/approved.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"

namespace heed {

// One platform with one post on it, played for one test.  Called on the server's thread, one request at a time.
class ReportImitation {
 public:
  virtual ~ReportImitation() = default;
  virtual Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) = 0;
  virtual Post ThePost(const HttpServer& server) const = 0;
  virtual ReportChoice AChoice() const = 0;
  virtual std::string Platform() const = 0;
  // What leaves: a report, or that something is hidden at the school's own place.
  virtual ResponseKind Kind() const { return ResponseKind::kReport; }
  // Whether anything is asked of it before what leaves (a sign-in, a look-up); whether heed looks there again.
  virtual bool AsksBefore() const { return true; }
  virtual bool Rechecks() const { return true; }

  // The platform in good health; files a report when it is asked to.
  virtual Answer Serve(const SeenRequest& request) = 0;
  virtual bool IsReport(const SeenRequest& request) const = 0;
  // Whether this is what tells a re-check that a post is (not) there.
  virtual bool IsLook(const SeenRequest& request) const = 0;
  virtual std::string ReportReference() const = 0;

  bool removed = false, edited = false;
};

struct ReportEntry {
  const char* name;
  std::unique_ptr<ReportImitation> (*make)();
};
inline void PrintTo(const ReportEntry& entry, std::ostream* out) { *out << entry.name; }

}  // namespace heed
