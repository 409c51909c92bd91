// The one door to an ApprovedReport, and what a case's reports still need from people.
//
// Pure.  Nothing here sends anything.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/case.h"
#include "src/model/post.h"
#include "src/model/report.h"

namespace heed {

// The report that response `number` of a case has become, ready to be submitted: its events say that one person proposed exactly
// this text, that another one approved it afterwards, that the hold is over and that sending it was written down last.
// `history` is the case's, oldest first; `post` is in the version the case shows.  kDenied says what is missing; then nothing may leave.
Result<ApprovedReport> AdmitReport(const Case& c, const std::vector<Event>& history, std::uint32_t number, const Post& post, Instant now);

// Something about a case's responses that a person should do by a certain time.
enum class ReminderKind : std::uint8_t {
  kFindOut,       // nobody knows whether a report arrived
  kRefused,       // a report was not taken
  kByAuthor,      // the author was asked to remove it 48 hours ago, and it is still up
  kHelpline,      // the platform has had a report for 48 hours, and it is still up: POSH, Report Harmful Content
  kLookByHand,    // heed cannot look whether it is up: a person opens it
  kLimitation,    // of a libel claim: one year from publication
  kAppeal,        // a refusal can be appealed until the time its answer named
  kNotice,        // a step of a section 5 notice that the operator should have taken by now
};
std::string_view ToString(ReminderKind kind);  // "find-out", "refused", "author-silent", "helpline", "look", "limitation", "appeal", "notice"

struct Reminder {
  ReminderKind kind = ReminderKind::kFindOut;
  std::uint32_t response = 0;  // 0: of the case
  Instant due{};               // from when on it is shown; of kLimitation the end of the year, of kAppeal the last moment
  std::string words;           // what to do, in plain words
};

// What is due now, soonest first.  `can_look`: heed re-checks posts of this platform by itself.
std::vector<Reminder> Reminders(const Case& c, Instant now, bool can_look);

// The end of the year in which a claim for libel can be brought (Limitation Act 1980 s.4A), from first publication; and whether
// staff are to be reminded: 6, 9 and 11 months on.  The same day a year later, 28 February for the 29th.
Instant LimitationEnds(Instant published);

// --- clocks of a section 5 notice (Defamation (Operators of Websites) Regulations 2013)

// 48 hours "skip" Saturdays, Sundays, Good Friday, Christmas Day and bank holidays in England and Wales (reg. 1(3)).  Days are those
// of the process's time zone.  Bank holidays proclaimed for one year only are not known here: then the time is a day short.
bool IsSkipped(Instant at);
Instant AfterWorkingHours(Instant from, seconds length);
// The same where other days are skipped, and the other way round: how much of the time from `from` until `until` counts.
using Skips = std::function<bool(Instant)>;
Instant AfterWorkingHours(Instant from, seconds length, const Skips& skips);
seconds WorkingHoursBetween(Instant from, Instant until, const Skips& skips);

struct NoticeClocks {
  Instant acknowledged_by;   // the operator has told the poster, and the complainant that it did: 48 hours
  Instant poster_by;         // midnight at the end of the fifth day after the poster was told, if that was at the last moment
  Instant removed_by;        // where the poster keeps silent: 48 hours after that
};
NoticeClocks ClocksOfNotice(Instant sent);

}  // namespace heed
