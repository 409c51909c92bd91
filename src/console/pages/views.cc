// A person's own lists of the queue: saved under a name, renamed, deleted; and whether covered words show by pointing at them.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/console/asked.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

constexpr Roles kReads = Only(Role::kTriage, Role::kHead, Role::kLegal);
constexpr std::size_t kLongestName = 60;

// What is wrong with a name for a list; "" = nothing.  `but`: the list that bears it already.
std::string WrongName(const Preferences& mine, std::string_view name, std::string_view but = {}) {
  if (name.empty()) return "Give the list a name";
  std::size_t length = 0;
  for (std::size_t at = 0; at < name.size(); ++length) NextChar(name, at);
  if (length > kLongestName) return "A name has at most " + std::to_string(kLongestName) + " characters";
  for (const auto& view : mine.views)
    if (view.name != but && EqualsIgnoreCase(view.name, name)) return "You have a list of that name already";
  return {};
}

// The filters in words: "threat, severity 4, nobody's".
std::string FilterWords(const Visit& visit, const std::string& query) {
  const auto fields = http::ParseUrlEncoded(query);
  if (!fields) return {};
  const Asked asked(*fields);
  std::vector<std::string> words;
  if (!asked.school.empty()) words.push_back(visit.SchoolName(asked.school));
  if (!asked.category.empty()) words.push_back(asked.category);
  if (!asked.severity.empty()) words.push_back(asked.severity == "unjudged" ? "could not be judged" : "severity " + asked.severity);
  if (!asked.state.empty()) words.push_back(asked.state == "snoozed" ? "left for later" : asked.state == "backlog" ? "older finds to skim" : asked.state);
  if (!asked.whose.empty()) words.push_back(asked.whose == "mine" ? "mine" : asked.whose == "nobody" ? "nobody's" : "with " + asked.whose);
  if (!asked.due.empty()) words.push_back(asked.due == "soon" ? "due by the end of the next working day" : asked.due == "later" ? "due later" : "overdue");
  if (!asked.text.empty()) words.push_back("“" + Visible(asked.text) + "” in the post");
  if (!asked.platform.empty()) words.push_back("on " + Visible(asked.platform));
  if (!asked.age.empty()) words.push_back("here for " + asked.age + (asked.age == "1" ? " day" : " days") + " or longer");
  if (!asked.rule.empty()) words.push_back("rule " + Visible(asked.rule));
  return words.empty() ? "everything that is open" : Join(words, ", ");
}

// The filters of a form as the queue writes them; nullopt where they are none of the queue's, or another's school.
std::optional<std::string> CleanQuery(const Visit& visit, const std::string& query) {
  const auto fields = http::ParseUrlEncoded(query);
  if (!fields || query.size() > 2000) return std::nullopt;
  const Asked asked(*fields);
  if (!asked.IsKnown() || visit.Chosen(asked.school).empty()) return std::nullopt;
  return asked.Query();
}

http::Response ShowViews(Visit& visit) {
  const auto mine = visit.parts.store.PreferencesOf(visit.person().id);
  if (!mine) return visit.SayError(mine.error());
  std::vector<Slots> rows;
  std::size_t number = 0;
  for (const auto& view : mine->views)
    rows.push_back(Slots().Set("number", ++number).Set("name", view.name).Set("filters", FilterWords(visit, view.query)).Set("href", "/queue" + (view.query.empty() ? "" : "?" + view.query)));
  Slots view;
  view.Set("has_views", !rows.empty()).Set("views", std::move(rows));
  // From the queue: what is to be saved.
  const auto offered = CleanQuery(visit, visit.request.method == "POST" ? visit.form.Get("query") : visit.request.query);
  if (offered && !offered->empty()) view.Set("offered", Slots().Set("query", *offered).Set("filters", FilterWords(visit, *offered)).Set("typed", visit.form.Get("name")));
  return visit.Show("My lists", "views", std::move(view));
}

http::Response SaveView(Visit& visit) {
  const auto query = CleanQuery(visit, visit.form.Get("query"));
  if (!query || query->empty()) return visit.Say(422, "There is nothing to save", {"Narrow the queue first, then save what it shows."}, "/queue", "Go to the queue");
  const std::string name(Trim(visit.form.Get("name")));
  std::string wrong;
  const auto saved = visit.parts.store.ChangePreferences(visit.person().id, [&](Preferences& mine) -> Done {
    wrong = WrongName(mine, name);
    if (wrong.empty() && mine.views.size() >= Preferences::kMostViews) wrong = "You have " + std::to_string(Preferences::kMostViews) + " lists, which is as many as there can be: delete one first";
    if (!wrong.empty()) return Fail(Fault::kInvalid, wrong);
    mine.views.push_back({name, *query});
    return {};
  });
  if (!wrong.empty()) {
    visit.Complain("name", wrong);
    return ShowViews(visit);
  }
  if (!saved) return visit.SayError(saved.error());
  return visit.Go("/queue?" + *query, "“" + name + "” is saved. It stands above the queue, for you alone.");
}

// Changes the list that the form names; it may have been renamed or deleted in another window.
http::Response OnView(Visit& visit, std::string_view done, const std::function<Done(Preferences&, std::vector<SavedView>::iterator)>& change) {
  const std::string& old = visit.form.Get("view");
  const auto saved = visit.parts.store.ChangePreferences(visit.person().id, [&](Preferences& mine) -> Done {
    const auto view = std::ranges::find(mine.views, old, &SavedView::name);
    if (view == mine.views.end()) return Fail(Fault::kNotFound, "that list is no longer there");
    return change(mine, view);
  });
  if (!saved && saved.error().fault() == Fault::kInvalid) {
    visit.Complain("", saved.error().message());
    return ShowViews(visit);
  }
  if (!saved && saved.error().fault() == Fault::kNotFound) return visit.Say(409, "That list is not there", {"It was renamed or deleted in another window."}, "/queue/views", "My lists");
  if (!saved) return visit.SayError(saved.error());
  return visit.Go("/queue/views", done);
}

http::Response RenameView(Visit& visit) {
  const std::string name(Trim(visit.form.Get("name"))), old = visit.form.Get("view");
  return OnView(visit, "The list is renamed.", [&](Preferences& mine, std::vector<SavedView>::iterator view) -> Done {
    if (const auto wrong = WrongName(mine, name, old); !wrong.empty()) return Fail(Fault::kInvalid, wrong);
    view->name = name;
    return {};
  });
}

http::Response DeleteView(Visit& visit) {
  return OnView(visit, "The list is deleted. No case was changed.", [](Preferences& mine, std::vector<SavedView>::iterator view) -> Done {
    mine.views.erase(view);
    return {};
  });
}

http::Response SetPeek(Visit& visit) {
  const std::string& peek = visit.form.Get("peek");
  if (peek != "yes" && peek != "no") return visit.Say(422, "Choose one", {"Nothing was changed."}, "/settings", "Back to your settings");
  const auto saved = visit.parts.store.ChangePreferences(visit.person().id, [&](Preferences& mine) -> Done {
    mine.peek = peek == "yes";
    return {};
  });
  if (!saved) return visit.SayError(saved.error());
  return visit.Go("/settings", peek == "yes" ? "Covered words will show while you point at them" : "Covered words will stay covered until you ask");
}

constexpr std::array kPages = {
    WebPage{"GET", "/queue/views", Reach::kSomeSchool, kReads, &ShowViews},
    WebPage{"POST", "/queue/views", Reach::kSomeSchool, kReads, &SaveView},
    WebPage{"POST", "/queue/views/rename", Reach::kSomeSchool, kReads, &RenameView},
    WebPage{"POST", "/queue/views/delete", Reach::kSomeSchool, kReads, &DeleteView},
    WebPage{"POST", "/settings/peek", Reach::kSignedIn, 0, &SetPeek},
};

}  // namespace

std::span<const WebPage> ViewPages() { return kPages; }

}  // namespace heed
