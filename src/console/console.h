// The review console: takes a request, finds the page, lets in whom it should, and dresses the answer.
//
// Reads and writes only through the store and the gate.  Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/judge.h"
#include "src/access/gate.h"
#include "src/console/page.h"
#include "src/http/message.h"
#include "src/http/rate.h"
#include "src/model/school.h"
#include "src/store/store.h"

namespace heed {

// How one source is doing, in words.
struct SourceHealth {
  std::string id, school, connector, schedule;
  std::string summary;  // the connector's: "public posts on Bluesky"
  std::string state;    // "ok", "off", "never run", "waiting", or a fault's name
  std::string message;  // what is the matter; "" = nothing
  std::string todo;     // what to do about it; "" = nothing need be done
  std::string quota;    // what is left of the platform's allowance; "" = not told
  std::string lag;      // how long ago it was last read to the end: "3m"; "" = never
  std::optional<Instant> sign_in_ends;
  std::optional<Instant> last_success, next;
  std::uint64_t read = 0, mentioning = 0;
  std::vector<std::string> gaps;  // one sentence each
  bool trouble = false;           // posts may be missing
};

// One entry of the lexicons, for a list.
struct EntryLine {
  std::string id, status, category, language, why;
  int severity = 0;
};

// The words and rules in use, and what somebody may do with them.  All functions may be called from several threads.
struct LexiconDoor {
  std::function<std::vector<EntryLine>()> entries;                     // by id
  std::function<Result<Explanation>(std::string_view text)> explain;   // as `heed explain --any`
  std::function<Result<std::uint64_t>(std::string_view rule)> resume;  // lets a paused rule count again: how many cases that opened
  std::function<std::string()> trouble;  // "" or why the lexicons on disk are not those in use
};

struct ConsoleParts {
  Store& store;
  Gate& gate;
  const Clock& clock;
  std::vector<School> schools;
  std::string organisation;  // in the header; "" = the only school's name, or nothing
  std::string contact;       // for the notice
  std::string url;           // how browsers reach it, "https://heed.oakmoor.example"; "" = as they came
  std::vector<std::string> hosts;            // other names it answers to; loopback always
  std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For and sign-in header count
  std::string sign_in_header;                // "" = off
  ExpiryLimits retention;
  LexiconDoor lexicon;
  std::function<Result<std::vector<SourceHealth>>()> sources;
  double requests_per_second = 20;  // an address and a person, each; five times as many at once
};

class Console {
 public:
  explicit Console(ConsoleParts parts);
  ~Console();

  http::Response Answer(const http::Request& request);
  // The page for a request that could not be read.
  http::Response Refuse(int status) const;
  // Bytes the body of this request may have.
  std::uint64_t BodyLimit(const http::Request& head) const;

  const ConsoleParts& parts() const { return parts_; }

 private:
  http::Response Route(const http::Request& request);
  http::Response Asset(const http::Request& request) const;
  http::Response Admit(Visit& visit);
  // Reads the form and checks that it comes from one of our pages; a response where it does not.
  std::optional<http::Response> ReadForm(Visit& visit) const;
  std::string AddressOf(const http::Request& request) const;
  bool IsTrusted(std::string_view address) const;

  const ConsoleParts parts_;
  http::RateLimit by_address_, by_person_, entering_;
  std::mutex mutex_;  // guards flashes_
  std::map<std::string, std::string> flashes_;  // by session
};

// The address to give people: a page's path after the console's own address.
std::string Address(const ConsoleParts& parts, const http::Request& request, std::string_view path);

}  // namespace heed
