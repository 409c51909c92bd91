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
#include "src/access/oidc.h"
#include "src/console/evidence_door.h"
#include "src/console/page.h"
#include "src/console/report_door.h"
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

// One entry, all of it, as its file says now.
struct EntryView {
  EntryLine line;
  bool is_rule = false;
  bool in_use = false;  // the judge in use has it with this status; a change takes some seconds
  std::vector<std::string> phrases;    // a term's
  std::vector<std::vector<std::string>> parts;  // a rule's: word groups, or "=" and words
  bool ordered = true;
  std::optional<std::uint32_t> within;
  std::string scope;                   // "sentence", "next", "post"
  bool has_more = false;               // it says things that the form does not know, so it cannot be copied there
  std::vector<std::string> unless;     // what takes it away
  std::vector<std::string> matches, ignores;
  std::string rationale, source, author, added, place;
};

// What somebody proposes: a term, or where it has parts a rule.
struct EntryDraft {
  std::string id, category, why, language = "en", rationale, source;
  std::int64_t severity = 2;
  std::vector<std::string> phrases, matches, ignores;
  std::vector<std::vector<std::string>> parts;  // word groups, or "=" and words
  bool ordered = true;
  std::optional<std::int64_t> within;
  std::string scope;
  std::vector<std::string> unless;  // as a lexicon writes it: "negator:before:4"
};

// What is wrong with one: the key of a lexicon's table ("sequence", "matches"), "" for none of them.
struct DraftMistake {
  std::string key, what;
};

// Words that mean the same kind of thing, by one name (a lexicon's concept).
struct WordGroup {
  std::string id, language;
  std::uint64_t phrases = 0;
  std::vector<std::string> some;  // the first few
};

// What an entry would change among the kept posts of some schools if it counted.
struct BacktestView {
  std::uint64_t posts = 0, flagged_before = 0, flagged_after = 0, fired = 0;
  struct Line {
    std::string school;
    std::optional<CaseId> case_id;
    std::vector<std::string> words;  // those the entry stood on
  };
  std::vector<Line> newly;       // flagged then and not now; the first hundred
  std::uint64_t all_newly = 0;
};

// The words and rules in use, and what somebody may do with them.  All functions may be called from several threads.
struct LexiconDoor {
  std::function<std::vector<EntryLine>()> entries;                     // by id
  std::function<Result<Explanation>(std::string_view text)> explain;   // as `heed explain --any`
  std::function<Result<std::uint64_t>(std::string_view rule)> resume;  // lets a paused rule count again: how many cases that opened
  std::function<Result<EntryView>(std::string_view id)> entry;         // kNotFound
  std::function<std::vector<WordGroup>()> groups;                      // by id
  // Puts a draft into the lexicons' folder, if the whole of them, with it, reads and passes every example.  Returns what is wrong; nothing is changed then.
  std::function<Result<std::vector<DraftMistake>>(const EntryDraft& draft, std::string_view author)> propose;
  // "draft", "shadow", "live" or "retired".  kNotFound; kExists: it is that already; kInvalid: the lexicons would not be right any more.
  std::function<Done(std::string_view id, std::string_view status, std::string_view why)> set_status;
  // Takes seconds; kBusy: another one runs.
  std::function<Result<BacktestView>(std::string_view id, const std::vector<std::string>& schools)> backtest;
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
  EvidenceDoor evidence;
  std::function<Result<std::vector<SourceHealth>>()> sources;
  // What is to be known of the computer heed runs on: words, and what to do.
  std::function<Result<std::vector<std::pair<std::string, std::string>>>()> computer = {};
  ReportDoor reports;
  OidcClient* school_accounts = nullptr;  // nullptr: off
  // A PDF of a page that needs nothing from elsewhere.  kNotFound: the program for it is not installed; kBusy: another one is made.
  std::function<Result<std::string>(const std::string& html, Instant at)> pdf;
  // Searches for a person (pages/access_request.cc), by who searches: twenty at once, then one every three minutes.
  std::shared_ptr<http::RateLimit> person_searches = std::make_shared<http::RateLimit>(20.0, minutes{3});
  double requests_per_second = 20;  // an address and a person, each; five times as many at once
};

class Console {
 public:
  explicit Console(ConsoleParts parts);
  ~Console();

  http::Response Answer(const http::Request& request);
  // The page for a request that could not be read.
  http::Response Refuse(int status) const;
  // Bytes the body of this request may have: more than a form only for pages that take files, and from who is signed in.
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
