// The outbox: sends what people approved, once, and looks whether the post came down.
//
//   held -StartSending, on disk-> sending -Submit-> done | refused | uncertain, on disk
//                                    \- not sent, for certain -> held again, not before ...
//
// "Sending" is on disk before the first byte leaves.  A crash in between leaves it there; at the next start Recover() turns it into
// "uncertain", and nobody sends it again before a person has found out.  A post has no other way to a platform than through
// AdmitReport() (src/casework/report.h), which wants a second person's approval.
//
// Nothing goes to a platform whose terms the configuration does not accept, nor more in a day through one account than it allows.
//
// Thread-safe; one round at a time.  No other process may write to the store meanwhile, and none can.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/case.h"
#include "src/model/report.h"
#include "src/model/school.h"
#include "src/net/http.h"
#include "src/net/recording.h"
#include "src/store/store.h"

namespace heed {

// An account that reports can leave through: a source, as configured.
struct ReportChannel {
  SourceSpec spec;
  const ConnectorCard* card = nullptr;
  School school;
  bool enabled = true;          // the source is on
  bool terms_accepted = false;  // accept_terms = true
  std::uint32_t per_day = 20;   // reports in any 24 hours
  std::shared_ptr<Tally> beside;  // of looks and forms, where the platform counts them; may be empty
};

// What became of one response or look, for logs and pages.
struct OutboxStep {
  CaseId case_id = 0;
  std::uint32_t response = 0;  // 0: a look
  std::string what;            // "sent to bluesky as 4711"
  bool problem = false;        // a person should know
};

struct OutboxRound {
  std::vector<OutboxStep> steps;
  std::optional<Error> trouble;  // the store's: the round ended early
};

// Reports and hidings that left since then, by account (SourceSpec::id); those that came back unsent do not count.
Result<std::map<std::string, std::uint32_t>> LeftSince(const Store& store, Instant since);

class Outbox {
 public:
  // Makes the event that keeps what was answered to a look (src/evidence, which this room cannot see); nullopt: nothing of it is kept.
  using Keeper = std::function<std::optional<Event>(const Post& post, const std::vector<HttpExchange>& exchanges, std::string_view presence)>;

  // Takes a post as it stands now in, as a reading of its source would: judged and kept as a new version.
  using Taker = std::function<Done(const Case& c, const ReportChannel& channel, Post now)>;

  // All outlive it.
  Outbox(Store& store, HttpClient& http, const Clock& clock, std::vector<ReportChannel> channels, Keeper keep = {}, Taker take = {});
  ~Outbox();

  // Once, before the first round: what was being sent when heed ended is uncertain now.
  Result<std::vector<OutboxStep>> Recover();

  // Sends what is due and looks at what is due.  `stop` is asked between one and the next.  `only`: a single case.
  OutboxRound Run(const std::function<bool()>& stop = {}, std::optional<CaseId> only = std::nullopt);
  // Looks at a case's post now, due or not.
  Result<OutboxStep> Look(CaseId id);
  // Whether the account that would look has been asked to be left alone for now.
  bool IsPaused(const ReportChannel& channel) const { return PausedUntil(channel.spec.id).has_value(); }

  // What the platform asks of a report about a case's post, or of hiding it.  kUnsupported: there is no account for it.
  Result<ReportForm> Form(const Case& c, ResponseKind kind = ResponseKind::kReport);
  // Why a held report has not left, in plain words, or "" when it leaves in the next round.  `now` decides what is due.
  std::string WhyHeld(const Case& c, const Response& response) const;
  // The account a report leaves through, or by which something is hidden; nullptr: a person does it by hand (src/report/guide.h).
  const ReportChannel* ChannelFor(const Case& c, const Response& response) const;
  // Every account that could be it, the one heed would take first.
  std::vector<const ReportChannel*> ChannelsFor(const Case& c, ResponseKind kind) const;
  // Whether heed can look at the case's post by itself.
  const ReportChannel* WatcherOf(const Case& c) const;

 private:
  const ReportChannel* WatcherOf(const Case& c, const Post& post) const;
  enum class Ability { kReports, kHides, kLooks };
  static Ability AbilityFor(ResponseKind kind) { return kind == ResponseKind::kHide ? Ability::kHides : Ability::kReports; }
  std::vector<const ReportChannel*> Able(std::string_view school, std::string_view platform, std::string_view preferred, std::string_view found_by, Ability ability) const;
  const ReportChannel* Find(std::string_view school, std::string_view platform, std::string_view preferred, std::string_view found_by, Ability ability) const;
  Result<Connector*> Open(const ReportChannel& channel);
  Result<std::map<std::string, std::uint32_t>> SentToday() const { return LeftSince(store_, clock_.Now() - hours{24}); }
  std::string Blocked(const ReportChannel& channel, const std::map<std::string, std::uint32_t>& sent) const;
  Result<std::optional<OutboxStep>> Send(Case c, std::uint32_t number, std::map<std::string, std::uint32_t>& sent);
  Result<OutboxStep> Finish(CaseId id, std::uint32_t number, const ReportOutcome& outcome, const std::string& channel);
  Result<OutboxStep> LookAt(const Case& c);
  Result<StoredVersion> Shown(const Case& c) const;
  // Reads the case, applies, records; again when somebody else was quicker.
  Result<Case> Change_(CaseId id, const std::function<Result<Change>(const Case&)>& act);

  void Pause(const std::string& channel, Instant until);
  std::optional<Instant> PausedUntil(const std::string& channel) const;

  Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  const std::vector<ReportChannel> channels_;
  const Keeper keep_;
  const Taker take_;
  mutable std::mutex mutex_;  // one round at a time; guards what follows
  std::map<std::string, std::unique_ptr<Connector>> connectors_;  // by channel: they hold sign-ins, which are rationed
  // Outcomes that could not be written down (disk full): written in the next round, so that only a crash makes them uncertain.
  std::map<std::pair<CaseId, std::uint32_t>, std::pair<ReportOutcome, std::string>> unwritten_;
  mutable std::mutex pauses_mutex_;  // guards pauses_ alone: a page may ask while a round is at a slow server
  std::map<std::string, Instant> pauses_;  // by channel: its platform asked to be left alone until then
};

}  // namespace heed
