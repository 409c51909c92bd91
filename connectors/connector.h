// What every connector is: a card that describes it, a Fetch that reads one page, and for some platforms how a post is reported
// and looked up again.
//
// A connector keeps no position of its own: Fetch takes a Cursor and returns the next one, and the runner
// stores posts and cursor in one batch.  It cannot see the store, the lexicons or the other sources.
// It searches for the school, never for a person.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/cursor.h"
#include "src/model/category.h"
#include "src/model/post.h"
#include "src/model/report.h"
#include "src/model/school.h"
#include "src/model/source.h"
#include "src/net/http.h"

namespace heed {

struct Page {
  std::vector<Post> posts;          // public ones only; duplicates of earlier pages are fine
  Cursor next;                      // stored with the posts
  bool more = false;                // ask again at once with `next`; false = up to date
  std::optional<Gap> gap;           // something could not be read
  std::vector<std::string> notes;   // for the source's health page: "2 posts skipped: no id"
  std::optional<seconds> wait;      // leave the server alone this long (quota used up, ttl); the page itself is good
  std::optional<double> progress;   // 0..1 where it can be known
  // Everything on it was left at the school's own place (its page, its reviews, below a video named for it): it
  // is about the school whether it names it or not.
  bool about_school = false;
  // When the token or key stops working, where the platform has just said so; Instant::max() = never.
  std::optional<Instant> sign_in_ends;
  std::string quota;                // what is left of the allowance, in plain words: "9,400 of 10,000 units left today"
};

class Connector {
 public:
  virtual ~Connector() = default;

  // Reads one page.  On failure nothing was consumed: the same cursor may be tried again.  Called by one
  // thread at a time.
  //   kSignIn, kDenied, kGone, kInvalid: a person must act.  kBusy, kUnavailable: try later.
  //   kMalformed, kTooLarge: the other side answers rubbish; try later, and show it.
  virtual Result<Page> Fetch(const Cursor& cursor) = 0;

  // The rest is for connectors whose card says `reports`, `hides` or `rechecks`; the others refuse.  Same thread rule.

  // What the platform asks of a report about this post, read from the platform where it tells; suggests a reason for a breach of
  // that kind.  Faults as of Fetch.
  virtual Result<ReportForm> ReportReasons(const Post& post, Category category);
  // Tells the platform, once.  Never tries again by itself, and never says kNotSent of what may have been read.
  virtual ReportOutcome Submit(const ApprovedReport& report);
  // What may be done with a comment or reply at a place of the school's own, as a form whose reasons are the ways to hide it.  kUnsupported
  // where the post does not stand at such a place.
  virtual Result<ReportForm> HideForm(const Post& post);
  // Hides it there, once; otherwise as Submit.
  virtual ReportOutcome Hide(const ApprovedReport& report);
  // Whether the post, as it was in that version, is still up.  A failed request is kUnknown.
  virtual PresenceCheck Recheck(const Post& post);
};

enum class SettingKind { kText, kNumber, kYesNo, kList, kPath, kSecret, kDuration };

// One key a [[source]] of this connector may have.  Secrets are never written in the configuration: for a
// secret `token` the keys are `token_file` or `token_env`.
struct Setting {
  std::string_view key;
  SettingKind kind;
  bool required;
  std::string_view default_value;  // "" = none
  std::string_view help;
};

// Keeps count of what a source asks of its platform beside reading posts, looks and forms, where the platform counts or bills that
// together with the reading.  In the platform's own unit: the connector's to say.  Shared by every process of the installation; thread-safe.
class Tally {
 public:
  virtual ~Tally() = default;
  // Kept before it returns, so that what is counted before it is asked is counted whatever happens.
  virtual Done Add(std::int64_t amount) = 0;
  virtual Result<std::int64_t> Since(Instant since) const = 0;
};

// What a connector needs from the world.  Outlives the connector.
struct ConnectorTools {
  HttpClient& http;
  const Clock& clock;
  // How many reports and hidings left through this source since then, whichever process sent them: for platforms that count them in the allowance
  // that reading uses too.  Empty: none.  What it fails with is the store's.
  std::function<Result<std::uint32_t>(Instant since)> left = {};
  Tally* beside = nullptr;  // nullptr: nothing is counted
  // The source's cursor as it was stored last: what reading has cost, for a connector that counts that there.  Empty: not known.
  std::function<Result<Cursor>()> cursor = {};
};

// One value holds all that help, `heed check`, `heed sources` and the docs say about a connector.
struct ConnectorCard {
  std::string_view name;        // the `connector = "..."` of a [[source]]
  std::string_view summary;     // one line
  std::string_view terms;       // what the platform asks of us, in plain words
  bool terms_must_be_accepted;  // true: off until the source says accept_terms = true
  std::vector<Setting> settings;
  bool collects, reports, rechecks;  // what it can do
  Result<std::unique_ptr<Connector>> (*make)(const SourceSpec& spec, const School& school, ConnectorTools tools);
  bool hides = false;  // what stands at the school's own place
  bool (*rechecks_post)(const Post& post) = nullptr;  // pure: which posts of its platform `rechecks` holds for; nullptr = all
  std::string_view rechecks_if = "";  // the yes/no setting that `rechecks` waits for; "" = none
  hours gone_within{0};  // what is gone there has to go here in that time, once it is known; 0 = the platform names none
  days keep_at_most{0};  // what is read may be stored so long without leave of its author; 0 = the platform names no time
};

// Queries a connector may send for a school: names, abbreviations, nicknames, hashtags (with '#'), handles
// and domains, in that order.  Never a person's name.
std::vector<std::string> InstitutionTerms(const School& school);

// kInvalid unless `query`, and each of its alternatives ("a OR b"), contains one of the school's own terms as
// whole words that no "-" excludes; kInvalid too when it holds an operator that names an account (from:,
// author:, to:, by:, user:, account:, mentions:).  A query that names only a person is refused here.
Done CheckQuery(std::string_view query, const School& school);

}  // namespace heed
