#include "src/console/asked.h"

#include <algorithm>

#include "src/base/text.h"
#include "src/console/console.h"

namespace heed {
namespace {

// "3 days": how long it has waited, as people say it.
std::string Waiting(Instant since, Instant now) {
  const auto hours_waiting = std::chrono::floor<hours>(now - since).count();
  if (hours_waiting < 1) return "less than an hour";
  if (hours_waiting < 48) return std::to_string(hours_waiting) + (hours_waiting == 1 ? " hour" : " hours");
  return std::to_string(hours_waiting / 24) + " days";
}

constexpr std::pair<std::string_view, std::string Asked::*> kFilters[] = {
    {"school", &Asked::school}, {"category", &Asked::category}, {"severity", &Asked::severity}, {"state", &Asked::state}, {"whose", &Asked::whose}, {"due", &Asked::due}, {"text", &Asked::text}, {"rule", &Asked::rule},
};

}  // namespace

bool IsAsleep(const Case& c, Instant now) { return c.snoozed_until && now < *c.snoozed_until; }

std::string TextOf(const Post& post) {
  std::string scratch;
  return std::string(JudgedText(post, scratch));
}

Asked::Asked(const http::Fields& query) {
  for (const auto& [name, member] : kFilters) this->*member = Trim(query.Get(name));
}

std::string Asked::Query() const {
  std::string out;
  for (const auto& [name, member] : kFilters)
    if (!(this->*member).empty()) out += (out.empty() ? "" : "&") + std::string(name) + "=" + http::PercentEncode(this->*member);
  return out;
}

bool Asked::IsKnown() const {
  const auto one_of = [](const std::string& value, std::initializer_list<std::string_view> known) { return value.empty() || std::ranges::find(known, value) != known.end(); };
  return (category.empty() || ParseCategory(category)) && (state.empty() || state == "snoozed" || ParseCaseState(state)) && (due.empty() || ParseDue(due)) && one_of(whose, {"mine", "nobody"}) &&
         one_of(severity, {"1", "2", "3", "4"});
}

const std::vector<Term>& TermsOf(const Visit& visit, const std::string& school) {
  static const std::vector<Term> none;
  const School* found = visit.FindSchool(school);
  return found ? found->terms : none;
}

QueueSieve::QueueSieve(const Visit& visit, Asked asked)
    : visit_(visit), asked_(std::move(asked)), needle_(LowerAscii(asked_.text)), category_(ParseCategory(asked_.category)), due_(ParseDue(asked_.due)) {}

bool QueueSieve::Keeps(const Case& c) {
  const Instant now = visit_.now;
  if (IsAsleep(c, now) != (asked_.state == "snoozed")) return false;
  if (c.state == CaseState::kBacklog && asked_.state != "backlog") return false;  // skimmed apart
  if (!asked_.school.empty() && c.school != asked_.school) return false;
  if (!asked_.state.empty() && asked_.state != "snoozed" && ToString(c.state) != asked_.state) return false;
  if (category_ && std::ranges::find(c.assessment.categories, *category_) == c.assessment.categories.end()) return false;
  if (!asked_.severity.empty() && std::to_string(c.assessment.severity) != asked_.severity) return false;
  if (asked_.whose == "mine" && HolderAt(c, now) != visit_.person().id && c.assigned_to != visit_.person().id) return false;
  if (asked_.whose == "nobody" && (!HolderAt(c, now).empty() || !c.assigned_to.empty())) return false;
  if (!asked_.rule.empty() && std::ranges::none_of(c.assessment.hits, [&](const Hit& hit) { return hit.rule == asked_.rule; })) return false;
  if (due_) {
    if (c.state != CaseState::kQueued) return false;  // the clock is for deciding
    auto sorter = sorters_.find(c.school);
    if (sorter == sorters_.end()) sorter = sorters_.emplace(c.school, DueSorter(now, TermsOf(visit_, c.school))).first;
    if (sorter->second.Sort(c.opened_at) != *due_) return false;
  }
  if (needle_.empty()) return true;
  const auto post = visit_.parts.store.PostOf(c);
  if (!post) {
    if (post.error().fault() != Fault::kNotFound) trouble_ = post.error().message();
    return false;
  }
  return LowerAscii(TextOf(post->Version(c.worst).post)).find(needle_) != std::string::npos;
}

Result<Looking> LookingOf(const Visit& visit) {
  if (!visit.person().mask_words) return Looking{Words::kShown, false};
  return Looking{Words::kCovered, HEED_TRY(visit.parts.store.PreferencesOf(visit.person().id)).peek};
}

Result<std::optional<Slots>> CaseRow(const Visit& visit, const Case& c, Words how, bool peek, std::size_t line) {
  const auto post = visit.parts.store.PostOf(c);
  // Closed or erased between two looks: it is not waiting any more.
  if (!post && post.error().fault() == Fault::kNotFound) return std::optional<Slots>();
  if (!post) return Fail(post.error());
  const Post& shown = post->Version(c.worst).post;
  const bool unjudged = !c.assessment.could_not_judge.empty(), locked = c.decision && c.decision->finding == Finding::kChildImage;
  Slots row;
  row.Set("id", c.id).Set("school", visit.SchoolName(c.school)).Set("platform", Visible(shown.platform)).Set("posted", FormatLocal(c.posted_at)).Set("moment", c.events);
  row.Set("severity", unjudged ? "?" : std::to_string(c.assessment.severity));
  row.Set("categories", unjudged ? "Could not be judged" : Capital(CategoryList(c.assessment.categories)));
  const std::string text = TextOf(shown);
  const std::string words = locked ? "(not to be viewed)" : text.empty() ? "(no words)" : OneLine(text, c.assessment.hits, how, line);
  row.Set("words", words);
  if (peek && how == Words::kCovered && !locked)
    if (const std::string bare = OneLine(text, {}, Words::kShown, line); bare != words) row.Set("bare", bare);
  row.Set("waiting", Waiting(c.opened_at, visit.now));
  if (c.state == CaseState::kQueued) {
    const std::string due = DueWords(c.opened_at, visit.now, TermsOf(visit, c.school));
    row.Set("due", Capital(due)).Set("overdue", due.starts_with("overdue"));
  }
  const auto holder = HolderAt(c, visit.now);
  if (!holder.empty()) row.Set("who", "Being worked on by " + std::string(holder == visit.person().id ? "you" : holder));
  else if (!c.assigned_to.empty()) row.Set("who", "Assigned to " + (c.assigned_to == visit.person().id ? "you" : c.assigned_to));
  if (c.state == CaseState::kApproval) row.Set("state", "Waits for approval");
  if (c.state == CaseState::kResponding) row.Set("state", "Responding");
  if (c.state == CaseState::kClosed) row.Set("state", "Closed");
  return std::optional(std::move(row));
}

}  // namespace heed
