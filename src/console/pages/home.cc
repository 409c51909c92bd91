// The start, one's own settings, how the sources are doing, and what the public is told.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/console/asked.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kWorksCases = Only(Role::kTriage, Role::kHead, Role::kLegal);

// Sources of these schools; `only_trouble`: those that may have missed posts.
std::vector<SourceHealth> SourcesOf(const Visit& visit, const std::vector<std::string>& schools, bool only_trouble, std::string& failed) {
  auto all = visit.parts.sources();
  if (!all) {
    failed = all.error().message();
    return {};
  }
  std::erase_if(*all, [&](const SourceHealth& source) {
    return std::ranges::find(schools, source.school) == schools.end() || (only_trouble && !source.trouble);
  });
  return *std::move(all);
}

void ShowTroubles(Slots& view, const Visit& visit, const std::vector<std::string>& schools) {
  std::string failed;
  std::vector<Slots> troubles;
  for (const auto& source : SourcesOf(visit, schools, true, failed)) troubles.push_back(Slots().Set("id", source.id).Set("message", Visible(source.message)));
  if (!failed.empty()) troubles.push_back(Slots().Set("id", "Sources").Set("message", failed));
  view.Set("has_troubles", !troubles.empty()).Set("troubles", std::move(troubles));
}

struct Own {
  std::uint64_t mine = 0, overdue = 0;
};

// Of the cases of these schools, told from the queue's rows alone.
Result<Own> CountOwn(const Visit& visit, const std::vector<std::string>& schools) {
  Asked with_me, late;
  with_me.whose = "mine";
  late.due = ToString(Due::kOverdue);
  QueueSieve mine(visit, with_me), overdue(visit, late);
  Own own;
  QueueFilter filter;
  filter.schools = schools;
  filter.may_be_wanted = [&](const Glance& glance) {
    own.mine += mine.MayKeep(glance);
    own.overdue += overdue.MayKeep(glance);
    return false;
  };
  HEED_TRY(visit.parts.store.Queue(filter));
  return own;
}

http::Response Home(Visit& visit) {
  Slots view;
  std::vector<std::string> working, any;
  for (const auto& school : visit.parts.schools) {
    if (visit.person().At(school.id) & kWorksCases) working.push_back(school.id);
    if (visit.person().At(school.id) & Only(Role::kTriage, Role::kHead, Role::kAdministrator)) any.push_back(school.id);
  }
  view.Set("may_work", !working.empty());
  if (!working.empty()) {
    const auto counts = visit.parts.store.Count(working);
    if (!counts) return visit.SayError(counts.error());
    std::vector<Slots> categories;
    for (const auto category : kCategories)
      if (const auto found = counts->categories.find(category); found != counts->categories.end() && found->second > 0)
        categories.push_back(Slots().Set("name", ToString(category)).Set("count", found->second));
    view.Set("open", counts->open).Set("categories", std::move(categories));
    const auto own = CountOwn(visit, working);
    if (!own) return visit.SayError(own.error());
    if (own->overdue > 0) view.Set("overdue", own->overdue);
    if (own->mine > 0) view.Set("mine", own->mine);
    if (const auto found = counts->states.find(CaseState::kApproval); found != counts->states.end() && found->second > 0)
      view.Set("approvals", found->second).Set("approvals_at", visit.person().Anywhere() & Only(Role::kHead) ? "/approvals" : "/queue?state=approval");
    if (counts->unjudged > 0) view.Set("unjudged", counts->unjudged);
    if (counts->backlog > 0) view.Set("backlog", BacklogWords(counts->backlog));
    const auto due = CountDue(visit, working);
    if (!due) return visit.SayError(due.error());
    if (*due > 0) view.Set("due", *due == 1 ? "One thing about a report is due" : std::to_string(*due) + " things about reports are due");
  }
  ShowTroubles(view, visit, any);
  const auto holds = visit.parts.store.HoldsToReview(visit.now);
  if (!holds) return visit.SayError(holds.error());
  const auto reviews = std::ranges::count_if(*holds, [&](const Case& c) { return std::ranges::find(working, c.school) != working.end(); });
  if (reviews > 0) view.Set("reviews", std::to_string(reviews) + (reviews == 1 ? " legal hold is" : " legal holds are"));
  return visit.Show("Home", "home", std::move(view));
}

http::Response Settings(Visit& visit) {
  const Person& person = visit.person();
  const auto mine = visit.parts.store.PreferencesOf(person.id);
  if (!mine) return visit.SayError(mine.error());
  std::vector<Slots> grants;
  for (const auto& grant : person.grants)
    grants.push_back(Slots().Set("role", Title(grant.role)).Set("school", grant.school.empty() ? "every school" : visit.SchoolName(grant.school)));
  const bool administers = (person.Anywhere() & Only(Role::kAdministrator)) != 0;
  return visit.Show("Settings", "settings",
                    Slots().Set("covered", person.mask_words).Set("peek", mine->peek).Set("id", person.id).Set("has_password", !person.password.empty())
                        .Set("has_factor", !person.second_factor.empty()).Set("codes_left", person.recovery.size()).Set("grants", std::move(grants))
                        .Set("school_accounts", visit.parts.school_accounts != nullptr).Set("has_account", !person.account.empty()).Set("mail", person.mail).Set("administers", administers)
                        .Set("idle", FormatDuration(visit.parts.gate.rules().idle)).Set("absolute", FormatDuration(visit.parts.gate.rules().absolute)));
}

http::Response SetWords(Visit& visit) {
  const std::string& words = visit.form.Get("words");
  if (words != "covered" && words != "shown") {
    visit.Complain("words-covered", "Choose how hurtful words are shown");
    return Settings(visit);
  }
  if (const auto saved = visit.parts.gate.SetMask(visit.person().id, words == "covered"); !saved) return visit.SayError(saved.error());
  return visit.Go("/settings", words == "covered" ? "Hurtful words will be covered" : "Hurtful words will be shown");
}

http::Response SignOutElsewhere(Visit& visit) {
  const auto ended = visit.parts.gate.SignOutElsewhere(*visit.visitor);
  if (!ended) return visit.SayError(ended.error());
  return visit.Go("/settings", *ended == 0 ? "You were signed in nowhere else" : "You are signed out in " + std::to_string(*ended) + (*ended == 1 ? " other browser" : " other browsers"));
}

http::Response Sources(Visit& visit) {
  std::string failed;
  std::vector<Slots> rows, words;
  for (const auto& source : SourcesOf(visit, visit.schools, false, failed)) {
    Slots row;
    row.Set("id", source.id).Set("connector", source.connector).Set("school", visit.SchoolName(source.school)).Set("schedule", source.schedule);
    row.Set("state", source.state).Set("colour", source.trouble ? "red" : source.state == "ok" ? "green" : "grey");
    row.Set("last", source.last_success ? FormatLocal(*source.last_success) : "never");
    if (!source.lag.empty()) row.Set("lag", source.lag);
    row.Set("quota", source.quota.empty() ? "not told" : Visible(source.quota));
    if (source.sign_in_ends) row.Set("sign_in_ends", FormatLocal(*source.sign_in_ends));
    row.Set("next", !source.next ? "when somebody acts" : *source.next <= visit.now ? "now" : FormatLocal(*source.next));
    row.Set("read", source.read).Set("mentioning", source.mentioning);
    rows.push_back(std::move(row));
    if (!source.message.empty()) {
      Slots& said = words.emplace_back().Set("id", source.id).Set("text", Visible(source.message));
      if (!source.todo.empty()) said.Set("todo", Visible(Capital(source.todo)));
    }
    for (const auto& gap : source.gaps) words.push_back(Slots().Set("id", source.id).Set("text", Visible(gap)));
  }
  if (!failed.empty()) return visit.SayError(Error{Fault::kIo, failed});
  if (visit.parts.computer) {
    const auto told = visit.parts.computer();
    if (!told) return visit.SayError(told.error());
    for (const auto& [text, todo] : *told) words.push_back(Slots().Set("id", "This computer").Set("text", Visible(text)).Set("todo", Visible(Capital(todo))));
  }
  return visit.Show("Sources", "sources", Slots().Set("sources", std::move(rows)).Set("has_words", !words.empty()).Set("words", std::move(words)));
}

http::Response Notice(Visit& visit) {
  std::vector<std::string> schools;
  for (const auto& school : visit.parts.schools) schools.push_back(school.name);
  std::vector<Slots> places;
  std::string failed;
  if (const auto all = visit.parts.sources()) {
    std::vector<std::string> seen;
    for (const auto& source : *all) {
      if (source.state == "off" || std::ranges::find(seen, source.summary) != seen.end()) continue;
      seen.push_back(source.summary);
      places.push_back(Slots().Set("text", Capital(source.summary)));
    }
  }
  Slots view;
  view.Set("organisation", !visit.parts.organisation.empty() ? visit.parts.organisation : schools.size() == 1 ? schools.front() : "This organisation");
  view.Set("schools", Join(schools, ", ")).Set("places", std::move(places)).Set("contact", visit.parts.contact);
  view.Set("unflagged", visit.parts.retention.unflagged.count()).Set("closed", visit.parts.retention.closed.count()).Set("gone", visit.parts.retention.gone.count());
  return visit.Show("What is collected, and how to object", "notice", std::move(view));
}

http::Response Health(Visit&) {
  http::Response response;
  response.With("Content-Type", "text/plain; charset=utf-8");
  response.body = "ok\n";
  return response;
}

constexpr std::array kPages = {
    WebPage{"GET", "/", Reach::kSignedIn, 0, &Home},
    WebPage{"GET", "/settings", Reach::kSignedIn, 0, &Settings},
    WebPage{"POST", "/settings/words", Reach::kSignedIn, 0, &SetWords},
    WebPage{"POST", "/settings/sign-out-elsewhere", Reach::kSignedIn, 0, &SignOutElsewhere},
    WebPage{"GET", "/sources", Reach::kSomeSchool, Only(Role::kTriage, Role::kHead, Role::kAdministrator), &Sources},
    WebPage{"GET", "/notice", Reach::kPublic, 0, &Notice},
    WebPage{"GET", "/health", Reach::kPublic, 0, &Health},
};

}  // namespace

std::span<const WebPage> HomePages() { return kPages; }

}  // namespace heed
