// Handing in a tip: what staff were sent becomes posts, is judged, and goes the same way as any page.
//
//   bytes, words, links -> readers (connectors/tip) -> judge -> store (one synced batch) -> report for whoever handed it in
//
// What is kept, and why it may be kept (promise 2 forgets posts that do not mention the school):
//
//   the whole of it is meant     pasted words, a link, a picture, a PDF, a page, a mail without attachments: always a case.
//                                That a member of staff says "look at this" is the link to the school, and stands among the
//                                evidence as "handed in by staff".  Found harmless, it waits behind all but the mildest.
//   an export of many messages   a message the lexicons flag: a case, with the same evidence.  One that only names the school: a
//                                post without a case, forgotten like any other.  The rest is forgotten at once and counted.  That
//                                the chat's own name names the school is shown with what is kept; it keeps nothing by itself.
//
// The file itself is kept (app/originals.h) when the whole of it is meant: the picture is the evidence, not the words read from
// it.  Of an export, which holds others' words too, only the digest is kept, so that a file produced later can be told to be the one.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/tip/outside.h"
#include "connectors/tip/tip.h"
#include "src/app/config.h"
#include "src/app/live_judge.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/case.h"
#include "src/net/guard.h"
#include "src/net/http.h"
#include "src/store/store.h"

namespace heed {

struct TipFile {
  std::string name;   // as it was called; only shown
  std::string bytes;
};

// What one person hands in at one time.
struct Tip {
  std::string school;  // School::id
  std::string by;      // who hands it in: a person's id or login name
  std::string from;    // who sent it, and how: "a parent, by mail to the office"
  std::string note;    // anything else; may be empty
  std::vector<TipFile> files;
  std::vector<std::string> texts, links;
};

// What became of one thing that was handed in, or that lay in it.
struct TipItemReport {
  std::string name, kind, place;
  bool collection = false;
  std::uint64_t messages = 0;       // with words
  std::uint64_t flagged = 0;        // kept as cases, those known before included
  std::uint64_t naming = 0;         // kept without a case, because they name the school
  std::uint64_t forgotten = 0;      // neither
  std::uint64_t left_out = 0;       // flagged, but past what one tip may bring (kMaxTipCases)
  std::uint64_t without_words = 0;
  bool original_kept = false;
  std::vector<CaseId> cases;        // worst first
  std::vector<std::string> notes;
  std::string unsure;               // why a person should look though heed may have found nothing
};

struct TipReport {
  std::vector<TipItemReport> items;
  std::vector<TipTrouble> not_read;
  std::uint64_t opened = 0, edited = 0, reopened = 0, known = 0;  // cases; posts that were kept before

  bool complete() const;  // everything could be read
};

// What became of a tip that was put down; told for kTipTold, after a restart too.
struct TipOutcome {
  std::string school, by;
  bool waiting = false;
  std::string message;  // why it failed
  TipReport report;
};

std::string ToJson(const TipReport& report);
Result<TipReport> ParseTipReport(std::string_view json);

// Of one tip; worst first.  More than that is no tip but a collection to be cut into parts by whoever knows what matters.
inline constexpr std::size_t kMaxTipCases = 500, kMaxTipNaming = 5'000;
// How long what became of one that was put down is told.
inline constexpr days kTipTold{7};
// The source that tips are stored under; no [[source]] may have it.
inline constexpr std::string_view kTipSource = "tip";

// Thread-safe.
class TipDesk {
 public:
  // All outlive the desk.  `data`: the data folder, for originals and for tips on their way.
  TipDesk(const Config& config, const LiveJudge& judge, Store& store, HttpClient& http, const Clock& clock, std::string data, TipTools tools = OutsideTools(), AddressGuard guard = AddressGuard());

  // kInvalid, as HandIn(): no such school, nobody said who sent it, nothing is handed in.
  Done Check(const Tip& tip) const;
  // kInvalid: see Check().  kIo: the disk; nothing is kept then, and handing
  // it in again is right.  What could not be read is no failure: the report says so.
  Result<TipReport> HandIn(const Tip& tip);

  // The same for one that was put down by PutDownTip(), which is removed when it is done with and what became of it is written
  // down.  kNotFound.
  Result<TipReport> HandInPutDown(const std::string& id);
  // kNotFound: none such, or its time is over.
  Result<TipOutcome> Outcome(const std::string& id) const;
  // Forgets outcomes whose time is over.
  Done Tidy(Instant now);
  // Those that a server which ended early has left; failures stay where they are and are logged.  How many were done.
  std::uint64_t HandInLeftOver();

 private:
  TipItem Fetch(const std::string& link, std::vector<TipTrouble>& not_read, std::vector<TipItem>& more) const;

  const Config& config_;
  const LiveJudge& judge_;
  Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  const std::string data_;
  const TipTools tools_;
  const AddressGuard guard_;
  std::mutex mutex_;  // the source's state is read and written back
};

// Puts a tip down in the data folder for the heed that has the store open, and returns its id.  One process writes the store.
Result<std::string> PutDownTip(const std::string& data, const Tip& tip);

}  // namespace heed
