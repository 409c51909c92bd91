// What a report to a platform is made of: the form a platform offers, what people chose on it, what became of it, and
// whether the post is still up.
//
// An ApprovedReport is the one thing a connector can submit, and casework alone can make one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/decision.h"
#include "src/model/post.h"

namespace heed {

struct Case;
struct Event;

// --- the form

struct ReportReason {
  std::string id;     // the platform's own; "rule:3" is a rule of a server
  std::string label;  // as people read it
  std::string help;   // when to take it; may be empty
  bool takes_text = true;  // false: with it the platform takes no words, and the text stays in the school

  bool operator==(const ReportReason&) const = default;
};

// What a platform asks of whoever reports, read from the platform where it tells.
struct ReportForm {
  std::vector<ReportReason> reasons;
  std::string suggested;         // id of the reason heed would take; a person chooses.  "" = heed suggests none
  std::size_t max_text = 1000;   // characters
  bool offers_forward = false;   // the report can be sent on to the author's own server
  std::vector<std::string> notes;  // what a person should know: where the list comes from, what the platform does not judge
};

// What a person chose on the form: Response::options of a report, or of hiding.
struct ReportChoice {
  std::string reason;   // ReportReason::id
  bool forward = false;
  std::string channel;  // SourceSpec::id of the account it leaves through; "" = the one that found the post, or the school's first
  std::string label;    // ReportReason::label, for whoever approves it
  bool silent = false;  // that reason takes no text: the words stay in the school
  std::string notice;   // "section-5" or "content": a notice (src/report/notice.h), which a person sends, never heed

  bool operator==(const ReportChoice&) const = default;
};
std::string ToJson(const ReportChoice& choice);
// "" reads as nothing chosen; kInvalid when it is not such an object.
Result<ReportChoice> ParseReportChoice(std::string_view json);

// --- what leaves

// A report that a person proposed, another one approved, whose hold is over and that is recorded as being sent.
class ApprovedReport {
 public:
  std::uint64_t case_id() const { return case_id_; }
  std::uint32_t response() const { return response_; }
  ResponseKind kind() const { return kind_; }            // kReport or kHide
  const Post& post() const { return post_; }             // in the version people decided about
  const std::string& text() const { return text_; }      // exactly what leaves
  const ReportChoice& choice() const { return choice_; }
  const std::string& approved_by() const { return approved_by_; }
  const std::string& key() const { return key_; }        // the same for the same report for ever, and tells nothing about the case

 private:
  friend Result<ApprovedReport> AdmitReport(const Case&, const std::vector<Event>&, std::uint32_t, const Post&, Instant);
  ApprovedReport() = default;

  std::uint64_t case_id_ = 0;
  std::uint32_t response_ = 0;
  ResponseKind kind_ = ResponseKind::kReport;
  Post post_;
  std::string text_, approved_by_, key_;
  ReportChoice choice_;
};

// What became of an attempt to report.
enum class Fate : std::uint8_t {
  kAccepted,   // the platform has it
  kRefused,    // the platform has read it and does not take it, or heed could not send it as it is: a person decides
  kUncertain,  // it may have been read: nobody sends it again before a person has found out
  kNotSent,    // it cannot have been read, or the platform said that it was not: may be tried again
};
std::string_view ToString(Fate fate);  // "accepted", "refused", "uncertain", "not-sent"

struct ReportOutcome {
  Fate fate = Fate::kUncertain;
  std::string reference;           // the platform's id
  std::string answer;              // raw, cut to kMostAnswer bytes
  std::string message;             // in plain words, for what is not kAccepted
  std::optional<seconds> wait;     // of kNotSent: not before this long
  static constexpr std::size_t kMostAnswer = 4000;
};

// --- whether the post is still up

enum class Presence : std::uint8_t {
  kUp = 1,
  kUpEdited = 2,
  kUpLimited = 3,      // behind a warning or a click, or hidden from some
  kGoneByAuthor = 4,
  kGoneByPlatform = 5,
  kGoneUnknown = 6,    // gone; nobody says by whom
  kAccountGone = 7,
  kNotVisible = 8,     // a login wall, a block, made private
  kUnknown = 9,        // could not look: never "gone"
};
inline constexpr std::array kPresences = {Presence::kUp,          Presence::kUpEdited,   Presence::kUpLimited,  Presence::kGoneByAuthor, Presence::kGoneByPlatform,
                                          Presence::kGoneUnknown, Presence::kAccountGone, Presence::kNotVisible, Presence::kUnknown};
// "up", "up_edited", "up_limited", "gone_by_author", "gone_by_platform", "gone_unknown", "account_gone", "not_visible_to_us", "unknown".
std::string_view ToString(Presence presence);
std::optional<Presence> ParsePresence(std::string_view name);
bool IsGone(Presence presence);

struct PresenceCheck {
  Presence presence = Presence::kUnknown;
  std::string answer;           // what was asked and raw what was answered, cut to ReportOutcome::kMostAnswer bytes
  std::optional<seconds> wait;  // of kUnknown: the platform asks to be left alone this long
  std::optional<Post> now = {}; // of kUpEdited: the post as it stands now, where the connector reads it whole; first_seen_at is left out
};

// --- when to look

// When the post of a case is to be looked at again: 1 h, 1 d, 3 d, 7 d and 30 d after a request to remove it went out, or it was hidden; ten minutes
// after a first "gone", which counts only when it is said twice; an hour after a look that failed.  nullopt: not any more, or
// never.
std::optional<Instant> NextCheck(const Case& c);
// The first time something is due in the outbox: what is held leaves, or NextCheck().  nullopt: nothing.
std::optional<Instant> NextInOutbox(const Case& c);

}  // namespace heed
