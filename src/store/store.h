// The store: what heed keeps, in one folder, and the only door to it.  The only host of RocksDB.
//
// One transition is one synced batch: a page's posts, their cases, events and queue rows and the source's
// cursor become durable together or not at all, so a crash repeats work and never loses a post.  Nothing is
// kept by author: there is no such key.  Grammar of the rows: src/store/keys.h.
//
// Thread-safe.  Reads run beside each other and beside the one writer; each sees one moment.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/batch.h"
#include "src/model/case.h"
#include "src/model/category.h"
#include "src/model/likeness.h"
#include "src/model/paper.h"
#include "src/model/person.h"
#include "src/model/post.h"
#include "src/model/preferences.h"
#include "src/model/rule_record.h"
#include "src/model/source.h"
#include "src/model/told.h"
#include "src/store/glance.h"

namespace rocksdb {
class Env;
}

namespace heed {

// A post that mentions its school (or could not be judged), with what the pipeline thinks of it.
struct KeptPost {
  std::string school;  // School::id
  Post post;
  Assessment assessment;
  std::optional<Event> capture;  // of the exchange that brought it; kept when this sighting changes its case
  bool backlog = false;          // as Sighting::backlog
  std::optional<Likeness> words;  // of what was judged; for its case's burst, where it gets one
};

// What one page changes.  `posts` in the page's order; duplicates are fine, posts known already too.
struct PageCommit {
  std::string source;  // SourceSpec::id
  SourceState state;   // as it is after this page
  std::vector<KeptPost> posts;
  Instant at{};        // our clock
};

// What became of a page's posts.
struct Committed {
  std::uint64_t new_posts = 0;
  std::uint64_t new_versions = 0;  // of posts known already
  std::uint64_t unchanged = 0;     // seen before
  std::uint64_t opened = 0, edited = 0, reopened = 0;  // cases
  std::uint64_t backlog = 0;       // of the opened, those that wait in the backlog
  std::vector<PausedRule> paused;  // rules that this page made stop (model/rule_record.h)
};

struct StoredVersion {
  Post post;
  Assessment assessment;
  std::string source;  // SourceSpec::id that brought it
  Instant seen_at{};
};

// A post with every version seen, oldest first.  Never empty.
struct StoredPost {
  std::string school;
  std::vector<StoredVersion> versions;
  std::size_t newest = 0;        // index of the version seen last: authors go back to earlier words
  std::optional<CaseId> case_id;

  // The version with that ContentVersion(); the newest when there is none.
  const StoredVersion& Version(std::string_view version) const;
};

struct QueueFilter {
  std::vector<std::string> schools;  // empty: every school
  std::size_t limit = 50;
  std::optional<CaseState> state;    // only cases in it
  std::string after;                 // only what stands behind this place (PlaceInQueue()); empty: from the front
  std::function<bool(const Glance&)> may_be_wanted;  // empty: all; what it refuses is not even read
  std::function<bool(const Case&)> wanted;  // empty: all; cases it refuses do not count towards `limit`
  std::size_t most_looked_at = 200'000;     // the walk ends when so many were read, `limit` reached or not
};

// Where a case stands in the queue, for QueueFilter::after: hex, the same over all schools.
std::string PlaceInQueue(const Case& c);

// One line of a queue in which the cases of a burst (model/likeness.h) that wait for a decision stand together, at the place of the worst.
struct QueueLine {
  Case c;
  std::uint64_t like_it = 0;                         // how many more of its burst wait, asleep ones apart
  std::map<std::uint8_t, std::uint64_t> severities;  // QueueRank() -> how many of the burst, `c` included; empty where it is alone
  std::vector<Tie> ties;                             // what holds it together, each once
};

struct QueuePage {
  std::vector<QueueLine> lines;
  bool cut_short = false;  // most_looked_at was reached before the limit and the end: there may be more
};

struct BurstMember {
  CaseId id = 0;
  std::optional<Tie> tie;  // what brought it in; absent for the one that began it
};

// A case that has something in common with another one.
struct AlikeCase {
  Case c;
  std::vector<Tie> ties;  // each once
};

// Open cases: all but closed ones and, unless it says so, those in the backlog.
struct QueueCounts {
  std::uint64_t open = 0;
  std::uint64_t backlog = 0;
  std::uint64_t unjudged = 0;                    // could not be judged
  std::map<Category, std::uint64_t> categories;  // a case counts in each of its categories
  std::map<CaseState, std::uint64_t> states;     // the backlog too
  std::map<std::string, std::uint64_t> platforms;

  bool operator==(const QueueCounts&) const = default;
};

struct ChainReport {
  std::uint64_t events = 0;
  std::uint64_t erased = 0;  // of them, without details by way of retention
  Digest head{};             // hash of the last event: what to write down elsewhere
  // The first place where the chain does not hold, in plain words; nullopt = it holds.
  std::optional<std::string> broken;
};

// How long each class of data is kept.
struct ExpiryLimits {
  days unflagged{30};      // posts that mention the school and were not flagged; from when last changed
  days closed{365};        // closed cases, their posts and the details of their events; from closing
  days gone{14};           // words, and what was received, of posts that are gone from their platform, unless under a legal hold; from when that was certain
  days decide_within{30};  // open cases older than this are overdue; they are never dropped
};

struct ExpiryReport {
  std::uint64_t posts_forgotten = 0;
  std::uint64_t cases_erased = 0;
  std::uint64_t withdrawn = 0;  // cases that stay without their post's words: it is gone from its platform
  std::uint64_t overdue = 0;  // open cases waiting for a decision longer than they should
};

// Newest first.
struct AuditFilter {
  std::uint64_t before = 0;  // only rows of a smaller sequence; 0: from the newest
  std::size_t limit = 50;
  std::function<bool(const AuditRow&)> wanted;  // empty: all
};

inline constexpr std::uint64_t kLastEvent = ~std::uint64_t{0};

class Store {
 public:
  // Version of the rows' grammar.
  static constexpr std::uint32_t kSchema = 4;

  struct Options {
    bool read_only = false;       // beside a running heed too: sees what was committed when it was opened
    rocksdb::Env* env = nullptr;  // tests bring a disk that fails; outlives the store
  };

  // The store in `folder`/store, made when there is none.
  //   kBusy         another heed has it open for writing
  //   kUnsupported  written by a newer heed; names both versions.  An older store is brought up to date when it is opened for
  //                 writing, and refused with that advice for reading only
  //   kNotFound     read_only, and there is none yet
  //   kMalformed    something is there that heed did not write, or it is damaged
  //   kIo           the disk
  static Result<std::unique_ptr<Store>> Open(const std::string& folder, Options options);
  static Result<std::unique_ptr<Store>> Open(const std::string& folder) { return Open(folder, Options{}); }
  ~Store();

  // --- for the runner

  // What is known of a source; a fresh SourceState for one never seen.
  Result<SourceState> Source(std::string_view id) const;
  Result<std::map<std::string, SourceState>> Sources() const;
  // Where nothing was read: failures, back-off.
  Done SaveSource(std::string_view id, const SourceState& state);

  // Keeps a page: posts, cases, events, queue rows and the source's state in one synced batch.  Decides by
  // (school, global id, ContentVersion) what is new, asks `observe` what that does to the post's case, and
  // gives out case ids, event numbers and hashes.  A post must mention its school, be one that could not
  // be judged, or carry no words at all (see Knows): anything else here is our own mistake (HEED_CHECK).
  //
  // After a failure (kIo, "disk is full") nothing of it is visible.  Reads go on; the next write first reopens
  // the store, and refuses until that works.  A crash or reopening may show that a failed commit reached the
  // disk after all, always whole: committing the page again is right in both cases.
  Result<Committed> Commit(const PageCommit& page, const Observer& observe);

  // For each id whether a post of the school with that global id is kept.  An edit that takes the school's name
  // out of a post is only of interest where we keep that post; it is committed without its words.
  Result<std::vector<bool>> Knows(std::string_view school, const std::vector<std::string_view>& global_ids) const;

  // --- for staff

  // Open cases, worst first, then oldest first; over several schools, merged in that order.
  Result<std::vector<Case>> Queue(const QueueFilter& filter) const;
  // The same with bursts together; `filter.limit` counts lines.  A line stands where the first case stands that `filter` wants; `like_it` counts
  // the whole burst.  `now`: what is snoozed beyond it is asleep.
  Result<QueuePage> QueueByBurst(const QueueFilter& filter, Instant now) const;
  // The cases of its burst that wait now, worst first, then oldest; with `c` where it waits, too.  At most kMostInBurst.
  Result<std::vector<BurstMember>> BurstOf(const Case& c, Instant now) const;
  // Other cases of its school, closed ones too, that say nearly the same or share a link; newest first.
  Result<std::vector<AlikeCase>> Alike(const Case& c, std::size_t most) const;
  // Other posts kept for the school that answer it, that it answers, or that answer the same; oldest first.  Only what heed keeps anyway.
  Result<std::vector<StoredPost>> Thread(std::string_view school, const Post& post, std::size_t most) const;
  // Empty: every school.  A school's part of the queue is walked the first time; what is written then moves its counts along.
  Result<QueueCounts> Count(const std::vector<std::string>& schools) const;
  // kNotFound; kGone when it was erased.
  Result<Case> FindCase(CaseId id) const;
  // kNotFound when it was never kept, or is forgotten.
  Result<StoredPost> FindPost(std::string_view school, std::string_view global_id) const;
  // Every post kept for a school (empty: for every school), in no order a person would know; one moment of the store.  `each` must not use the store.
  Done EachPost(std::string_view school, const std::function<void(const StoredPost&)>& each) const;
  Result<StoredPost> PostOf(const Case& c) const { return FindPost(c.school, c.global_id); }
  // Every case of these schools (empty: every school), closed ones too, oldest first; one moment of the store.  `each` must not use the store.
  Done EachCase(const std::vector<std::string>& schools, const std::function<void(const Case&)>& each) const;
  // What made a case, oldest first; without details once it is erased.  kNotFound for a case that never was.
  Result<std::vector<Event>> History(CaseId id) const;
  // Every event from `first` to `last` (both included; kLastEvent: to the end), oldest first; one moment of the store.  `each` must not use the store.
  Done EachEvent(std::uint64_t first, std::uint64_t last, const std::function<void(const Event&)>& each) const;
  // The bytes kept beside an event.  kNotFound: there are none, or they are erased.
  Result<std::string> Attachment(CaseId id, std::uint64_t sequence) const;
  // Writes what a person did to a case.  kExists when the case has moved on since `change` was made from it:
  // read it again (after a failed Record, that may be because it reached the disk after all).  Returns the row
  // as written.
  Result<Case> Record(const Change& change);

  // Writes an event of the installation itself, which belongs to no case, and returns it as it stands in the chain; History(0) gives them.
  Result<Event> RecordOfInstallation(Event event);

  // Cases under a legal hold (LegalHold), closed ones too, whose review is due by then; the longest due first.
  Result<std::vector<Case>> HoldsToReview(Instant by) const;
  // Writes what a person did to several cases, each once, in one synced batch with `batch`, whose items stand beside `changes`.  A case that has moved on
  // is not touched and moves from the items to those left out.  A batch that `undoes` another marks that one; kExists when it was taken back
  // already.  Returns the batch as written.  Batches are forgotten after kBatchKept.
  Result<Batch> RecordAll(const std::vector<Change>& changes, Batch batch);
  static constexpr days kBatchKept{30};
  Result<Batch> FindBatch(std::string_view id) const;  // kNotFound

  // --- for the outbox

  // Cases, closed ones too, with something due in the outbox by then (NextInOutbox, model/report.h), longest due first.
  Result<std::vector<Case>> OutboxDue(Instant by) const;
  // Events, newest first, until `each` says false.  One moment of the store; `each` must not use it.
  Done EachEventBack(const std::function<bool(const Event&)>& each) const;

  // --- the rules' record (model/rule_record.h): counted in the batch of the page or decision that it tells of

  // Of the schools together (empty: every school); rules that never fired are not in it.
  Result<std::map<std::string, RuleRecord>> RuleRecords(const std::vector<std::string>& schools) const;
  Result<std::vector<PausedRule>> PausedRules() const;
  // Lets a paused rule count again, and measures all rules afresh.  kNotFound: it is not paused.
  Done ResumeRule(std::string_view rule);
  // New assessments of posts kept without a case, by the version given in `posts`: after a resumed rule, or new words.  What is flagged
  // now gets its case; a post that has one already, has changed meanwhile or is gone is left alone.
  Result<Committed> Rejudge(const std::vector<KeptPost>& posts, Instant at, const Observer& observe);

  // --- people, sessions and the audit trail

  Result<std::vector<Person>> People() const;  // by id
  Result<Person> FindPerson(std::string_view id) const;  // kNotFound
  // kExists when the id is taken.  `why` joins the audit trail in the same batch.
  Done AddPerson(const Person& person, const AuditRow& why);
  // Reads, changes and writes while nobody else does; what `change` returns as an error is handed on and nothing is written.
  // `change` must not use the store.
  Result<Person> ChangePerson(std::string_view id, const std::function<Done(Person&)>& change, const std::optional<AuditRow>& why);

  // How somebody likes to work; as new where they never said.
  Result<Preferences> PreferencesOf(std::string_view person) const;
  // Reads, changes and writes while nobody else does; see ChangePerson().
  Result<Preferences> ChangePreferences(std::string_view person, const std::function<Done(Preferences&)>& change);

  // Lists of the queue that a school's staff share, in the order they were shared.
  Result<std::vector<SavedView>> SharedViews(std::string_view school) const;
  // See ChangePerson(); `why` joins the audit trail in the same batch.
  Done ChangeSharedViews(std::string_view school, const std::function<Done(std::vector<SavedView>&)>& change, const AuditRow& why);

  // By the SHA-256 of what stands in the cookie.
  Done SaveSession(const Digest& key, const Session& session);
  Result<Session> FindSession(const Digest& key) const;  // kNotFound
  // Moves on when it was last used; nothing where it has been dropped meanwhile.
  Done TouchSession(const Digest& key, Instant seen_at);
  Done DropSession(const Digest& key);
  Result<std::size_t> DropSessions(const std::function<bool(const Digest& key, const Session& session)>& which);

  Done Audit(std::vector<AuditRow> rows);  // sequence and hashes are given here
  Result<std::vector<AuditRow>> AuditTrail(const AuditFilter& filter) const;
  // The whole of it.
  Result<ChainReport> VerifyAudit() const;
  // Only what was written since the last look (either kind) that found the trail whole; the whole of it where there was none since
  // the store was opened.  Cheap enough for every page view; what it cannot see is an old row changed on disk meanwhile.
  Result<ChainReport> VerifyNewAudit() const;
  Result<std::uint64_t> ForgetAudit(Instant before);  // how many rows went

  // --- papers (model/paper.h)

  Result<std::vector<Paper>> PaperVersions(std::string_view name) const;  // oldest first; empty: never edited
  Result<std::optional<Paper>> NewestPaper(std::string_view name) const;
  Result<std::vector<Paper>> Papers() const;  // every version of every one
  // kExists when `paper.number` is not the one after the newest: somebody was quicker.  `why` joins the audit trail in the same batch.
  Done SavePaper(const Paper& paper, const AuditRow& why);

  // --- for alarms

  // What people were told of (app/alarm.h); a few rows at most, written whole.
  Result<std::vector<Told>> AllTold() const;
  Done SaveTold(const std::vector<Told>& told);

  // --- upkeep

  // Walks all events, oldest first, and recomputes what they say.  An error means "could not look".
  Result<ChainReport> VerifyChain() const;
  // Forgets what has been kept long enough, in batches, then has the files rewritten so that the bytes are
  // gone too.  Safe to cut short and to repeat.
  Result<ExpiryReport> Expire(Instant now, const ExpiryLimits& limits);
  // Erases one post before its time, because somebody asked and it was decided so: a post without a case with all its versions; one whose case
  // is closed with the case, as Expire() does.  `reason` stands in the tombstone for good, so it names no person: "request 2031/7".  The
  // bytes leave the files with the next Expire().  kNotFound: it is not kept; kInvalid: its case is open and must be decided first.
  Done Erase(std::string_view school, std::string_view global_id, std::string_view actor, std::string_view reason, Instant now);

  // Takes away what a platform's interface gave of a case's post before Expire() would: the terms do not let it be kept any longer.  The case stays,
  // with what staff did and captured.  `why` stands in the tombstone.  kNotFound; kInvalid: a legal hold keeps it, or nothing is left.
  Done Withdraw(CaseId id, std::string_view why, Instant now);

  struct Impl;  // src/store/impl.h

 private:
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed
