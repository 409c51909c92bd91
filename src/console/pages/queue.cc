// The queue, and one burst of it.
#include <algorithm>
#include <array>

#include "src/base/seal.h"
#include "src/base/text.h"
#include "src/casework/bulk.h"
#include "src/console/asked.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

constexpr Roles kReads = Only(Role::kTriage, Role::kHead, Role::kLegal), kWorksOn = Only(Role::kTriage, Role::kHead);
constexpr std::size_t kMostCounted = 2'000;  // cases looked at for the counts beside saved views

std::vector<Slots> Options(std::initializer_list<std::pair<std::string_view, std::string_view>> all, std::string_view chosen) {
  std::vector<Slots> list;
  for (const auto& [value, name] : all) list.push_back(Slots().Set("value", value).Set("name", name).Set("selected", value == chosen));
  return list;
}

bool MayWork(const Visit& visit) { return std::ranges::any_of(visit.schools, [&](const std::string& school) { return (visit.person().At(school) & kWorksOn) != 0; }); }

// "same words and same link"
std::string TieWords(const std::vector<Tie>& ties) {
  std::vector<std::string> words;
  for (const auto tie : ties) words.emplace_back(ToString(tie));
  return words.empty() ? "alike" : Join(words, " or ");
}

// "severity 4: 2, severity 3: 10"
std::string SeverityWords(const std::map<std::uint8_t, std::uint64_t>& severities) {
  std::string words;
  for (auto it = severities.rbegin(); it != severities.rend(); ++it) words += (words.empty() ? "severity " : ", severity ") + std::to_string(it->first) + ": " + std::to_string(it->second);
  return words;
}

// The person's own lists and those their schools share, each with how many cases are in it as far as was looked.
Result<std::vector<Slots>> ViewSlots(const Visit& visit, const std::string& here) {
  std::vector<SavedView> views = HEED_TRY(visit.parts.store.PreferencesOf(visit.person().id)).views;
  const std::size_t own = views.size();
  std::vector<std::string> of_school;  // of those behind one's own
  for (const auto& school : visit.schools)
    for (auto& view : HEED_TRY(visit.parts.store.SharedViews(school))) {
      views.push_back(std::move(view));
      of_school.push_back(visit.SchoolName(school));
    }
  struct Counting {
    QueueSieve sieve;
    std::uint64_t count = 0;
  };
  std::vector<std::unique_ptr<Counting>> counting;
  for (const auto& view : views) counting.push_back(std::make_unique<Counting>(Counting{QueueSieve(visit, AskedOf(view.query)), 0}));
  std::size_t looked = 0;
  if (!counting.empty()) {
    QueueFilter filter;
    filter.schools = visit.schools;
    filter.most_looked_at = kMostCounted;
    filter.limit = kMostCounted;
    filter.may_be_wanted = [&](const Glance& glance) { return std::ranges::any_of(counting, [&](const auto& one) { return one->sieve.MayKeep(glance); }); };
    filter.wanted = [&](const Case& c) {
      ++looked;
      for (auto& one : counting) one->count += one->sieve.Keeps(c);
      return false;
    };
    HEED_TRY(visit.parts.store.Queue(filter));
  }
  std::vector<Slots> rows;
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (!counting[i]->sieve.trouble().empty()) return Fail(Fault::kIo, counting[i]->sieve.trouble());
    rows.push_back(Slots().Set("name", Visible(views[i].name)).Set("href", "/queue" + (views[i].query.empty() ? "" : "?" + views[i].query)).Set("here", views[i].query == here).Set("shared", i < own ? std::string() : of_school[i - own])
                       .Set("count", std::to_string(counting[i]->count) + (looked >= kMostCounted ? " or more" : "")));
  }
  return rows;
}

http::Response Queue(Visit& visit) {
  const Asked asked(visit.query);
  QueueFilter filter;
  filter.schools = visit.Chosen(asked.school);
  filter.limit = kPageOfQueue + 1;  // one more tells whether there is another page
  filter.after = visit.query.Get("after");
  if (filter.schools.empty()) return visit.Say(404, "There is no such school", {"Or you have no role there."}, "/queue", "Go to the queue");
  if (!asked.IsKnown() || !FromHex(filter.after)) return visit.Say(400, "There is no such list", {"The address asks for something the queue does not know."}, "/queue", "Go to the queue");
  QueueSieve sieve(visit, asked);
  sieve.Set(filter);
  const auto counts = visit.parts.store.Count(filter.schools);
  if (!counts) return visit.SayError(counts.error());
  auto page = visit.parts.store.QueueByBurst(filter, visit.now);
  if (!page) return visit.SayError(page.error());
  if (!sieve.trouble().empty()) return visit.SayError(Error{Fault::kIo, sieve.trouble()});
  std::vector<QueueLine>& lines = page->lines;
  const bool more = lines.size() > kPageOfQueue;
  if (more) lines.pop_back();
  const auto looking = LookingOf(visit);
  if (!looking) return visit.SayError(looking.error());
  const bool works = MayWork(visit);
  std::vector<Slots> rows;
  std::uint64_t cases = 0;
  for (const auto& line : lines) {
    auto row = CaseRow(visit, line.c, looking->how, looking->peek);
    if (!row) return visit.SayError(row.error());
    if (!*row) continue;
    cases += 1 + line.like_it;
    const std::string more_like_it = std::to_string(line.like_it);
    (*row)->Set("selectable", works && (visit.person().At(line.c.school) & kWorksOn) != 0);
    if (line.like_it > 0)
      (*row)->Set("burst", Slots().Set("more", more_like_it).Set("all", line.like_it + 1).Set("ties", TieWords(line.ties)).Set("severities", SeverityWords(line.severities)).Set("works", works));
    rows.push_back(*std::move(*row));
  }

  Slots view;
  const auto views = ViewSlots(visit, asked.Query());
  if (!views) return visit.SayError(views.error());
  view.Set("has_views", !views->empty()).Set("views", *views);
  std::vector<Slots> schools;
  for (const auto& id : visit.schools) schools.push_back(Slots().Set("id", id).Set("name", visit.SchoolName(id)).Set("selected", id == asked.school));
  view.Set("several_schools", visit.schools.size() > 1).Set("schools", std::move(schools));
  std::vector<Slots> categories;
  for (const auto each : kCategories) {
    const auto count = counts->categories.find(each);
    categories.push_back(Slots().Set("value", ToString(each)).Set("name", Capital(ToString(each)) + " (" + std::to_string(count == counts->categories.end() ? 0 : count->second) + ")").Set("selected", asked.category == ToString(each)));
  }
  view.Set("categories", std::move(categories));
  view.Set("severities", Options({{"4", "4: grave"}, {"3", "3: serious"}, {"2", "2: a clear breach"}, {"1", "1: unkind"}, {"unjudged", "Could not be judged"}}, asked.severity));
  view.Set("states", Options({{"queued", "Waiting for a decision"}, {"approval", "Waiting for approval"}, {"responding", "Responding"}, {"backlog", "Older finds to skim"}, {"snoozed", "Left for later"}}, asked.state));
  std::vector<Slots> whoses = Options({{"mine", "Mine"}, {"nobody", "Nobody's"}}, asked.whose);
  const auto people = visit.parts.store.People();
  if (!people) return visit.SayError(people.error());
  for (const auto& person : *people)
    if (person.id != visit.person().id && std::ranges::any_of(filter.schools, [&](const std::string& school) { return (person.At(school) & kWorksOn) != 0; }))
      whoses.push_back(Slots().Set("value", person.id).Set("name", person.name).Set("selected", person.id == asked.whose));
  view.Set("whoses", std::move(whoses));
  std::vector<Slots> platforms;
  for (const auto& [platform, count] : counts->platforms)
    if (Visible(platform) == platform)  // a name that hides something came from a file, and goes into no form
      platforms.push_back(Slots().Set("value", platform).Set("name", platform + " (" + std::to_string(count) + ")").Set("selected", platform == asked.platform));
  if (!asked.platform.empty() && !counts->platforms.contains(asked.platform) && Visible(asked.platform) == asked.platform) platforms.push_back(Slots().Set("value", asked.platform).Set("name", asked.platform).Set("selected", true));
  view.Set("platforms", std::move(platforms));
  view.Set("ages", Options({{"1", "A day or longer"}, {"7", "A week or longer"}, {"30", "A month or longer"}}, asked.age));
  view.Set("dues", Options({{"overdue", "Overdue"}, {"soon", "By the end of the next working day"}, {"later", "Later"}}, asked.due));
  const std::string query = asked.Query();
  view.Set("text", asked.text).Set("rule", asked.rule).Set("filtered", !query.empty()).Set("query", query).Set("filters", FilterWords(visit, asked));
  view.Set("summary", std::to_string(cases) + (cases == 1 ? " case here" : " cases here") + " of " + std::to_string(counts->open) + " open.");
  if (counts->backlog > 0 && filter.state != CaseState::kBacklog) view.Set("backlog", BacklogWords(counts->backlog));
  view.Set("grouped", cases != rows.size());
  view.Set("masked_note", looking->how == Words::kCovered ? looking->peek ? "Hurtful words are covered: point at them, or hold v." : "Hurtful words are covered." : "");
  view.Set("works", works && !rows.empty()).Set("has_cases", !rows.empty()).Set("cases", std::move(rows));
  view.Set("cut_short", page->cut_short);
  if (more) view.Set("next", "/queue?" + query + (query.empty() ? "" : "&") + "after=" + PlaceInQueue(lines.back().c));
  if (!filter.after.empty()) view.Set("first", "/queue" + (query.empty() ? "" : "?" + query));
  bool trouble = true;
  if (const auto sources = visit.parts.sources())
    trouble = std::ranges::any_of(*sources, [&](const SourceHealth& source) { return source.trouble && std::ranges::find(filter.schools, source.school) != filter.schools.end(); });
  view.Set("has_troubles", trouble);
  return visit.Show("Queue", "queue", std::move(view));
}

// From a case to the one behind it in the queue; from one that does not wait any more, to the front.
http::Response Next(Visit& visit) {
  const Case& c = *visit.c;
  const bool waits = c.state == CaseState::kQueued && !IsAsleep(c, visit.now);
  Asked waiting;
  waiting.state = ToString(CaseState::kQueued);
  QueueSieve sieve(visit, waiting);
  QueueFilter filter;
  for (const auto& school : visit.parts.schools)
    if (visit.person().At(school.id) & kReads) filter.schools.push_back(school.id);
  filter.limit = 1;
  if (waits) filter.after = PlaceInQueue(c);
  sieve.Set(filter);
  const auto page = visit.parts.store.QueueByBurst(filter, visit.now);
  if (!page) return visit.SayError(page.error());
  if (page->lines.empty()) return visit.Go("/queue", waits ? "That was the last case that waits for a decision" : "No case waits for a decision");
  return visit.Go("/cases/" + std::to_string(page->lines.front().c.id));
}

// Every case of a burst that waits, one by one.
http::Response Burst(Visit& visit) {
  const auto members = visit.parts.store.BurstOf(*visit.c, visit.now);
  if (!members) return visit.SayError(members.error());
  const auto looking = LookingOf(visit);
  if (!looking) return visit.SayError(looking.error());
  const bool works = (visit.person().At(visit.c->school) & kWorksOn) != 0;
  std::vector<Slots> rows;
  for (const auto& member : *members) {
    const auto c = visit.parts.store.FindCase(member.id);
    if (!c && (c.error().fault() == Fault::kNotFound || c.error().fault() == Fault::kGone)) continue;
    if (!c) return visit.SayError(c.error());
    auto row = CaseRow(visit, *c, looking->how, looking->peek);
    if (!row) return visit.SayError(row.error());
    if (!*row) continue;
    (*row)->Set("selectable", works).Set("tie", member.tie ? Capital(ToString(*member.tie)) : std::string());
    rows.push_back(*std::move(*row));
  }
  Slots view;
  view.Set("id", visit.c->id).Set("count", rows.size()).Set("several", rows.size() > 1).Set("works", works && !rows.empty()).Set("has_cases", !rows.empty()).Set("cases", std::move(rows));
  view.Set("masked_note", looking->how == Words::kCovered ? "Hurtful words are covered." : "");
  return visit.Show("Cases like case " + std::to_string(visit.c->id), "burst", std::move(view));
}

constexpr std::array kPages = {
    WebPage{"GET", "/queue", Reach::kSomeSchool, kReads, &Queue},
    WebPage{"GET", "/queue/bursts/{case}", Reach::kCase, kReads, &Burst},
    WebPage{"GET", "/cases/{case}/next", Reach::kCase, kReads, &Next},
};

}  // namespace

std::span<const WebPage> QueuePages() { return kPages; }

}  // namespace heed
