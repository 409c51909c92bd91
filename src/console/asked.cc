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
    {"school", &Asked::school}, {"category", &Asked::category}, {"severity", &Asked::severity}, {"state", &Asked::state}, {"whose", &Asked::whose}, {"due", &Asked::due}, {"text", &Asked::text}, {"rule", &Asked::rule}, {"platform", &Asked::platform}, {"age", &Asked::age},
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
  const auto is_id = [](const std::string& value) { return value.size() <= 40 && std::ranges::all_of(value, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }); };
  return (category.empty() || ParseCategory(category)) && (state.empty() || state == "snoozed" || ParseCaseState(state)) && (due.empty() || ParseDue(due)) && is_id(whose) &&
         one_of(severity, {"1", "2", "3", "4", "unjudged"}) && one_of(age, {"1", "7", "30"});
}

Asked AskedOf(const std::string& query) { return Asked(http::ParseUrlEncoded(query).value_or(http::Fields{})); }

std::string FilterWords(const Visit& visit, const Asked& asked) {
  std::vector<std::string> words;
  if (!asked.school.empty()) words.push_back(visit.SchoolName(asked.school));
  if (!asked.category.empty()) words.push_back(asked.category);
  if (!asked.severity.empty()) words.push_back(asked.severity == "unjudged" ? "could not be judged" : "severity " + asked.severity);
  if (!asked.state.empty()) words.push_back(asked.state == "snoozed" ? "left for later" : asked.state == "backlog" ? "older finds to skim" : asked.state == "queued" ? "waiting for a decision" : asked.state == "approval" ? "waiting for approval" : asked.state);
  if (!asked.whose.empty()) words.push_back(asked.whose == "mine" ? "mine" : asked.whose == "nobody" ? "nobody's" : "with " + visit.PersonName(asked.whose));
  if (!asked.due.empty()) words.push_back(asked.due == "soon" ? "due by the end of the next working day" : asked.due == "later" ? "due later" : "overdue");
  if (!asked.text.empty()) words.push_back("“" + Visible(asked.text) + "” in the post");
  if (!asked.platform.empty()) words.push_back("on " + Visible(asked.platform));
  if (!asked.age.empty()) words.push_back("here for " + asked.age + (asked.age == "1" ? " day" : " days") + " or longer");
  if (!asked.rule.empty()) words.push_back("rule " + Visible(asked.rule));
  return words.empty() ? "everything that is open" : Join(words, ", ");
}

const std::vector<Term>& TermsOf(const Visit& visit, const std::string& school) {
  static const std::vector<Term> none;
  const School* found = visit.FindSchool(school);
  return found ? found->terms : none;
}

QueueSieve::QueueSieve(const Visit& visit, Asked asked)
    : visit_(visit), asked_(std::move(asked)), needle_(LowerAscii(asked_.text)), letters_(needle_), category_(ParseCategory(asked_.category)), due_(ParseDue(asked_.due)),
      whose_(NameMark(asked_.whose == "mine" ? visit.person().id : asked_.whose)), rule_(NameMark(asked_.rule)) {
  for (const auto& [age, old] : {std::pair{"1", days{1}}, {"7", days{7}}, {"30", days{30}}})
    if (asked_.age == age) opened_by_ = visit.now - old;
}

bool QueueSieve::Fits(std::string_view school, CaseState state, bool asleep, std::uint8_t severity, Instant opened) {
  if (asleep != (asked_.state == "snoozed")) return false;
  if (state == CaseState::kBacklog && asked_.state != "backlog") return false;  // skimmed apart
  if (!asked_.school.empty() && school != asked_.school) return false;
  if (!asked_.state.empty() && asked_.state != "snoozed" && ToString(state) != asked_.state) return false;
  if (!asked_.severity.empty() && asked_.severity != "unjudged" && asked_.severity[0] != '0' + severity) return false;
  if (opened_by_ && opened > *opened_by_) return false;
  if (!due_) return true;
  if (state != CaseState::kQueued) return false;  // the clock is for deciding
  auto sorter = sorters_.find(school);
  if (sorter == sorters_.end()) sorter = sorters_.emplace(school, DueSorter(visit_.now, TermsOf(visit_, std::string(school)))).first;
  return sorter->second.Sort(opened) == *due_;
}

bool QueueSieve::MayKeep(const Glance& glance) {
  if (!Fits(glance.school, glance.state, glance.snoozed_until && visit_.now < *glance.snoozed_until, glance.severity, glance.opened_at)) return false;
  if (asked_.severity == "unjudged" && !glance.unjudged) return false;
  if (category_ && !glance.Has(*category_)) return false;
  const std::uint32_t holder = glance.held_until && visit_.now < *glance.held_until ? glance.holder : 0;
  if (asked_.whose == "nobody" ? holder != 0 || glance.assigned != 0 : !asked_.whose.empty() && holder != whose_ && glance.assigned != whose_) return false;
  if (rule_ != 0 && !glance.MayHaveRule(rule_)) return false;
  if (!asked_.platform.empty() && glance.platform != asked_.platform.substr(0, 255)) return false;
  return letters_.MayBeIn(glance.letters);
}

bool QueueSieve::Keeps(const Case& c) {
  const Instant now = visit_.now;
  if (!Fits(c.school, c.state, IsAsleep(c, now), c.assessment.severity, c.opened_at)) return false;
  if (asked_.severity == "unjudged" && c.assessment.could_not_judge.empty()) return false;
  if (category_ && std::ranges::find(c.assessment.categories, *category_) == c.assessment.categories.end()) return false;
  const std::string_view holder = HolderAt(c, now), who = asked_.whose == "mine" ? std::string_view(visit_.person().id) : asked_.whose;
  if (asked_.whose == "nobody" ? !holder.empty() || !c.assigned_to.empty() : !who.empty() && holder != who && c.assigned_to != who) return false;
  if (!asked_.rule.empty() && std::ranges::none_of(c.assessment.hits, [&](const Hit& hit) { return hit.rule == asked_.rule; })) return false;
  if (needle_.empty() && asked_.platform.empty()) return true;
  const auto post = visit_.parts.store.PostOf(c);
  if (!post) {
    if (post.error().fault() != Fault::kNotFound) trouble_ = post.error().message();
    return false;
  }
  const Post& shown = post->Version(c.worst).post;
  if (!asked_.platform.empty() && shown.platform != asked_.platform) return false;
  return needle_.empty() || LowerAscii(TextOf(shown)).find(needle_) != std::string::npos;
}

void QueueSieve::Set(QueueFilter& filter) {
  filter.state = ParseCaseState(asked_.state);
  filter.may_be_wanted = [this](const Glance& glance) { return MayKeep(glance); };
  filter.wanted = [this](const Case& c) { return Keeps(c); };
  if (!needle_.empty()) filter.most_looked_at = kMostPostsRead;
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
  if (!holder.empty()) row.Set("who", "Being worked on by " + std::string(holder == visit.person().id ? "you" : visit.PersonName(std::string(holder))));
  else if (!c.assigned_to.empty()) row.Set("who", "Assigned to " + (c.assigned_to == visit.person().id ? "you" : visit.PersonName(c.assigned_to)));
  if (c.state == CaseState::kApproval) row.Set("state", "Waits for approval");
  if (c.state == CaseState::kResponding) row.Set("state", "Responding");
  if (c.state == CaseState::kClosed) row.Set("state", "Closed");
  return std::optional(std::move(row));
}

}  // namespace heed
