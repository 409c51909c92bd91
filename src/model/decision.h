// What a person decides about a case, and the responses that follow from it.
//
// Numbers are stored; names are printed and stand in events.  Append only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/time.h"
#include "src/model/category.h"

namespace heed {

// The questions a person is asked, in this order: the first that is answered "yes" is the finding.
enum class Finding : std::uint8_t {
  kDanger = 1,        // somebody is in immediate danger: police on 999 and the safeguarding lead, now
  kChildImage = 2,    // a sexual image of a child: no copy, no view; police and the IWF
  kSafeguarding = 3,  // may be a genuine allegation or whistle-blowing: the safeguarding lead; platform reports are locked
  kAnonymity = 4,     // identifies a teacher under allegation or somebody with anonymity: head and legal advice
  kCriticism = 5,     // opinion, complaint, satire, campaign: not reportable
  kBreach = 6,        // crosses the line of the code of conduct
  kNotOurs = 7,       // not about this school, a duplicate, or gone: says nothing about the words
};
inline constexpr std::array kFindings = {Finding::kDanger,    Finding::kChildImage, Finding::kSafeguarding, Finding::kAnonymity,
                                         Finding::kCriticism, Finding::kBreach,     Finding::kNotOurs};
std::string_view ToString(Finding finding);  // "danger", "child-image", "safeguarding", "anonymity", "criticism", "breach", "not-ours"
std::optional<Finding> ParseFinding(std::string_view name);

// What a finding says of the rules that flagged the post: they were right, they were wrong, or nothing.
enum class Ruling : std::uint8_t { kNone, kUpheld, kDismissed };
Ruling RulingOf(Finding finding);

struct Decision {
  Finding finding = Finding::kCriticism;
  std::optional<Category> category;  // of a breach
  std::uint8_t severity = 0;         // of a breach, 1..4
  std::string clause;                // of the school's code of conduct
  std::string why;
  std::string by;                    // a person's id
  Instant at{};

  bool operator==(const Decision&) const = default;
};

enum class ResponseKind : std::uint8_t {
  kAskAuthor = 1,   // ask the author to remove it
  kReport = 2,      // the platform's abuse report
  kLetter = 3,      // letter asking that it stops
  kMeeting = 4,     // invitation to meet the headteacher
  kRestrict = 5,    // limits on how the school answers messages
  kBan = 6,         // time-limited ban from the site
  kBullying = 7,    // handled as a serious incident of bullying; stays in the school
  kHelpline = 8,    // POSH, Report Harmful Content, IWF
  kPolice = 9,
  kLegal = 10,      // legal or local-authority advice
  kComplaints = 11, // points the author to the complaints procedure
  kHide = 12,       // hides a comment or reply at a place of the school's own: its channel, its Page
};
inline constexpr std::array kResponseKinds = {
    ResponseKind::kAskAuthor, ResponseKind::kReport,   ResponseKind::kLetter, ResponseKind::kMeeting, ResponseKind::kRestrict,   ResponseKind::kBan,
    ResponseKind::kBullying,  ResponseKind::kHelpline, ResponseKind::kPolice, ResponseKind::kLegal,   ResponseKind::kComplaints, ResponseKind::kHide};
std::string_view ToString(ResponseKind kind);  // "ask-author", "report", "letter", "meeting", "restrict", "ban", "bullying", "helpline", "police", "legal", "complaints", "hide"
std::optional<ResponseKind> ParseResponseKind(std::string_view name);
// What heed itself can carry out through a platform's interface, once it is approved: a report, hiding.
bool LeavesByInterface(ResponseKind kind);

// Whether a finding leaves room for a response: criticism is answered with the complaints procedure and nothing else; where
// reporting is locked there is no report.
bool Allows(Finding finding, ResponseKind kind);

// Whether a second person must approve it.  Everything that leaves the school, but for what cannot wait: the police when
// somebody is in danger; police and helpline for a sexual image of a child.  A serious incident of bullying stays inside.
bool NeedsApproval(Finding finding, ResponseKind kind);

enum class ResponseState : std::uint8_t {
  kProposed = 1,    // waits for a second person
  kHeld = 2,        // approved; may be cancelled until leaves_at
  kSending = 3,     // written down before it was sent: what became of it may be unknown after a crash
  kDone = 4,        // sent, handed over or carried out
  kSentBack = 5,    // to whoever proposed it, with a reason
  kDeclined = 6,
  kCancelled = 7,
  kUncertain = 8,   // may have been sent: a person finds out, heed does not try again
  kRefused = 9,     // the other side did not take it: a person decides what next
};
inline constexpr std::array kResponseStates = {
    ResponseState::kProposed, ResponseState::kHeld,      ResponseState::kSending,   ResponseState::kDone,   ResponseState::kSentBack,
    ResponseState::kDeclined, ResponseState::kCancelled, ResponseState::kUncertain, ResponseState::kRefused};
std::string_view ToString(ResponseState state);  // "proposed", "held", "sending", "done", "sent-back", "declined", "cancelled", "uncertain", "refused"
std::optional<ResponseState> ParseResponseState(std::string_view name);
// Whether something may still happen to it: proposed, held, sending, uncertain.
bool IsLive(ResponseState state);

// One response of a case.  `text` is exactly what would leave the school.
struct Response {
  std::uint32_t number = 0;  // 1, 2, 3 ... within its case
  ResponseKind kind = ResponseKind::kLetter;
  ResponseState state = ResponseState::kProposed;
  std::string to;            // whom it is for: a platform, "the author", "police"
  std::string text;
  std::string options;       // JSON of what the kind needs beside the text (a platform's reason ...); empty = nothing
  std::string proposed_by;
  Instant proposed_at{};
  std::string decided_by;    // who approved, sent back, declined or cancelled
  std::optional<Instant> decided_at;
  std::optional<Instant> leaves_at;  // the end of the hold, or of a wait before the next try
  std::optional<Instant> done_at;
  std::string reference;     // the platform's id, a crime number, a letter's file
  std::string note;          // the last words said about it: why it was sent back, what was answered
  std::optional<Instant> appeal_by;  // of a refused one: until when it can be appealed, where the answer said so

  bool operator==(const Response&) const = default;
};

}  // namespace heed
