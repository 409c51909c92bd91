#include "src/casework/report.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "src/base/hash.h"
#include "src/casework/details.h"

namespace heed {
namespace {

std::string Name(const Case& c, std::uint32_t number) { return "case " + std::to_string(c.id) + ", response " + std::to_string(number); }

constexpr hours kPatience{48};

// --- days in the process's time zone

std::tm Local(Instant at) {
  const std::time_t seconds_ = std::chrono::floor<seconds>(at).time_since_epoch().count();
  std::tm out{};
  ::localtime_r(&seconds_, &out);
  return out;
}

Instant FromLocal(std::tm parts) {
  parts.tm_isdst = -1;
  return Instant{seconds{std::mktime(&parts)}};
}

// Midnight at the end of the day, `days` days on.
Instant EndOfDay(Instant at, int days_on = 0) {
  std::tm day = Local(at);
  day.tm_mday += 1 + days_on;
  day.tm_hour = day.tm_min = day.tm_sec = 0;
  return FromLocal(day);
}

using std::chrono::sys_days;
using std::chrono::year;

// The anonymous Gregorian computus (Meeus, Astronomical Algorithms, ch. 8).
sys_days EasterSunday(int y) {
  const int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  const int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;
  return sys_days{year{y} / month / day};
}

// England and Wales: Banking and Financial Dealings Act 1971 sch. 1, with the substitute days that are proclaimed every year.
bool IsBankHoliday(sys_days day) {
  using namespace std::chrono;
  const year_month_day date{day};
  const auto y = date.year();
  const sys_days easter = EasterSunday(static_cast<int>(y));
  if (day == easter - days{2} || day == easter + days{1}) return true;
  if (day == sys_days{y / May / Monday[1]} || day == sys_days{y / May / Monday[last]} || day == sys_days{y / August / Monday[last]}) return true;
  const auto moved = [](sys_days holiday) {
    const auto on = weekday{holiday};
    return on == Saturday ? holiday + days{2} : on == Sunday ? holiday + days{1} : holiday;
  };
  if (day == moved(sys_days{y / January / 1})) return true;
  const sys_days christmas{y / December / 25};
  const auto on = weekday{christmas};
  // Christmas and Boxing Day push each other on: Sat+Sun -> Mon, Tue; Sun+Mon -> Tue, Mon; Fri+Sat -> Fri, Mon.
  if (on == Saturday || on == Sunday) return day == sys_days{y / December / 25} || day == sys_days{y / December / 26} || day == sys_days{y / December / 27} || (on == Saturday && day == sys_days{y / December / 28});
  return day == christmas || day == moved(sys_days{y / December / 26});
}

sys_days DateOf(Instant at) {
  const std::tm parts = Local(at);
  return sys_days{year{parts.tm_year + 1900} / (parts.tm_mon + 1) / parts.tm_mday};
}

bool StillThere(const Case& c) { return !c.presence_confirmed; }

}  // namespace

Result<ApprovedReport> AdmitReport(const Case& c, const std::vector<Event>& history, std::uint32_t number, const Post& post, Instant now) {
  const auto refuse = [&](std::string_view why) { return Fail(Fault::kDenied, Name(c, number) + " must not leave: " + std::string(why)); };
  const Response* response = c.FindResponse(number);
  if (!response || !LeavesByInterface(response->kind)) return refuse("it is no report");
  if (response->state != ResponseState::kSending) return refuse("it is " + std::string(ToString(response->state)) + ", and not written down as being sent");
  if (!c.decision || !Allows(c.decision->finding, response->kind)) return refuse("the case's decision does not allow it");
  if (post.global_id != c.global_id || ContentVersion(post) != c.worst) return refuse("the post is not the one that people decided about");

  const Event *proposed = nullptr, *approved = nullptr, *sending = nullptr;
  Instant until{};
  for (const auto& event : history) {
    if (event.case_id != c.id || event.erased) return refuse("its history is not whole");
    const bool about = event.kind == EventKind::kProposed || event.kind == EventKind::kApproved || event.kind == EventKind::kSending || event.kind == EventKind::kSent ||
                       event.kind == EventKind::kPostponed || event.kind == EventKind::kSentBack || event.kind == EventKind::kDeclined || event.kind == EventKind::kCancelled;
    if (!about) continue;
    const ActDetails details = HEED_TRY(ReadAct(event.details));
    if (details.response != number) continue;
    if (event.kind == EventKind::kProposed) {
      if (proposed || details.kind != response->kind || details.text != response->text || details.options != response->options || details.to != response->to)
        return refuse("its events tell of another text");
      proposed = &event;
    } else if (event.kind == EventKind::kApproved) {
      approved = &event;
      until = details.until.value_or(Instant::max());
      sending = nullptr;
    } else {
      sending = event.kind == EventKind::kSending ? &event : nullptr;
    }
  }
  if (!proposed || proposed->actor.empty()) return refuse("nobody proposed it");
  if (!approved || approved->actor.empty() || approved->actor == "heed") return refuse("no person has approved it");
  if (approved->actor == proposed->actor) return refuse("whoever proposed it approved it");
  if (until > now) return refuse("its hold is not over");
  if (!sending) return refuse("its last event is not that it is being sent");

  ApprovedReport report;
  report.case_id_ = c.id;
  report.response_ = number;
  report.kind_ = response->kind;
  report.post_ = post;
  report.text_ = response->text;
  report.choice_ = HEED_TRY(ParseReportChoice(response->options));
  if (!report.choice_.notice.empty()) return refuse("a person sends notices");
  report.approved_by_ = approved->actor;
  report.key_ = Sha256Hex("heed report\n" + c.school + "\n" + c.global_id + "\n" + std::to_string(number) + "\n" + FormatRfc3339(approved->at)).substr(0, 32);
  return report;
}

std::string_view ToString(ReminderKind kind) {
  switch (kind) {
    case ReminderKind::kFindOut: return "find-out";
    case ReminderKind::kRefused: return "refused";
    case ReminderKind::kByAuthor: return "author-silent";
    case ReminderKind::kHelpline: return "helpline";
    case ReminderKind::kLookByHand: return "look";
    case ReminderKind::kLimitation: return "limitation";
    case ReminderKind::kAppeal: return "appeal";
    case ReminderKind::kNotice: return "notice";
  }
  return "unknown";
}

std::vector<Reminder> Reminders(const Case& c, Instant now, bool can_look) {
  std::vector<Reminder> due;
  const auto add = [&](ReminderKind kind, std::uint32_t response, Instant at, std::string words) {
    if (at <= now) due.push_back({kind, response, at, std::move(words)});
  };
  const auto proposed_since = [&](ResponseKind kind, Instant at) {
    return std::any_of(c.responses.begin(), c.responses.end(), [&](const Response& other) {
      return other.kind == kind && other.proposed_at >= at && (IsLive(other.state) || other.state == ResponseState::kDone);
    });
  };
  std::optional<Instant> asked;  // when removal was last asked for
  for (const auto& response : c.responses) {
    if (!c.decision || response.proposed_at < c.decision->at) continue;  // of an earlier opening
    const bool report = response.kind == ResponseKind::kReport, author = response.kind == ResponseKind::kAskAuthor;
    if (response.state == ResponseState::kUncertain)
      add(ReminderKind::kFindOut, response.number, response.decided_at.value_or(now),
          "it may have been sent: look at the account's messages or the platform, then record what you find; heed does not send it again");
    if (report && response.state == ResponseState::kRefused && !proposed_since(ResponseKind::kReport, response.decided_at.value_or(now)))
      add(ReminderKind::kRefused, response.number, response.decided_at.value_or(now), "the platform did not take it" + (response.note.empty() ? "" : ": " + response.note) + "; decide what next");
    if (response.state == ResponseState::kRefused && response.appeal_by && now < *response.appeal_by)
      due.push_back({ReminderKind::kAppeal, response.number, *response.appeal_by, "the refusal can be appealed until " + FormatLocal(*response.appeal_by) + ": its guide says how; an appeal is one more report, proposed and approved anew"});
    const bool asks = report || author || response.kind == ResponseKind::kHide;
    if (!asks || response.state != ResponseState::kDone || !response.done_at) continue;
    asked = std::max(asked.value_or(Instant{}), *response.done_at);
    if (!StillThere(c)) continue;
    if (const auto choice = ParseReportChoice(response.options); choice && choice->notice == "section-5") {
      const auto clocks = ClocksOfNotice(*response.done_at);
      if (clocks.acknowledged_by <= now && now < clocks.removed_by)
        add(ReminderKind::kNotice, response.number, clocks.acknowledged_by, "the operator had until " + FormatLocal(clocks.acknowledged_by) + " to acknowledge the section 5 notice and to tell the poster; without the poster's answer the words must be down by " + FormatLocal(clocks.removed_by) + ". Write down what came");
      add(ReminderKind::kNotice, response.number, clocks.removed_by, "the time of the section 5 notice is over (" + FormatLocal(clocks.removed_by) + ") and the words are still up: unless the poster stood by them with name and address, the operator has lost this defence. Take legal advice");
      continue;
    }
    const Instant patience_ends = *response.done_at + kPatience;
    if (author && !proposed_since(ResponseKind::kReport, *response.done_at))
      add(ReminderKind::kByAuthor, response.number, patience_ends, "the author was asked to remove it two days ago and it is still up: report it to the platform");
    if (report && !proposed_since(ResponseKind::kHelpline, *response.done_at))
      add(ReminderKind::kHelpline, response.number, patience_ends,
          "the platform has had the report for two days: POSH (staff) or Report Harmful Content can take it up; the hand-over page (or `heed report helpline`) has what they need");
  }
  if (asked && StillThere(c) && !can_look) {
    // By hand as heed would: while a look is due.
    if (const auto look = NextCheck(c)) add(ReminderKind::kLookByHand, 0, *look, "heed cannot look at this platform: open the post, and record whether it is still up");
  }
  const bool libel = c.decision && c.decision->finding == Finding::kBreach && c.decision->category == Category::kDefamation;
  if (libel && c.state != CaseState::kClosed) {
    const Instant end = LimitationEnds(c.posted_at);
    std::string since;
    for (const int months : {6, 9, 11}) {
      std::tm at = Local(c.posted_at);
      at.tm_mon += months;
      if (FromLocal(at) <= now) since = std::to_string(months);
    }
    if (!since.empty())
      due.push_back({ReminderKind::kLimitation, 0, end,
                     now < end ? "more than " + since + " months since it was published: a claim for libel must be brought by " + FormatLocal(end) + "; take legal advice now if one is thought of"
                               : std::string("the year in which a claim for libel can be brought is over, unless a court allows more")});
  }
  std::ranges::stable_sort(due, {}, &Reminder::due);
  return due;
}

Instant LimitationEnds(Instant published) {
  using namespace std::chrono;
  const sys_days day = DateOf(published);
  const year_month_day date{day};
  year_month_day end{date.year() + years{1}, date.month(), date.day()};
  if (!end.ok()) end = year_month_day{sys_days{end.year() / end.month() / last}};
  std::tm parts{};
  parts.tm_year = static_cast<int>(end.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(end.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(end.day()));
  return FromLocal(parts);
}

bool IsSkipped(Instant at) {
  const sys_days day = DateOf(at);
  const std::chrono::weekday on{day};
  return on == std::chrono::Saturday || on == std::chrono::Sunday || IsBankHoliday(day);
}

Instant AfterWorkingHours(Instant from, seconds length) { return AfterWorkingHours(from, length, IsSkipped); }

seconds WorkingHoursBetween(Instant from, Instant until, const Skips& skips) {
  microseconds sum{0};
  for (Instant at = from; at < until;) {
    const Instant end = std::min(EndOfDay(at), until);
    if (!skips(at)) sum += end - at;
    at = end;
  }
  return std::chrono::floor<seconds>(sum);
}

Instant AfterWorkingHours(Instant from, seconds length, const Skips& skips) {
  microseconds left = length;
  Instant at = from;
  for (;;) {
    const Instant end = EndOfDay(at);
    if (skips(at)) {
      at = end;
    } else if (end - at >= left) {
      return at + left;
    } else {
      left -= end - at;
      at = end;
    }
  }
}

NoticeClocks ClocksOfNotice(Instant sent) {
  NoticeClocks clocks;
  clocks.acknowledged_by = AfterWorkingHours(sent, hours{48});
  clocks.poster_by = EndOfDay(clocks.acknowledged_by, 5);
  clocks.removed_by = AfterWorkingHours(clocks.poster_by, hours{48});
  return clocks;
}

}  // namespace heed
