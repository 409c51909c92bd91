// Lists of the queue, somebody's own or shared by a school's staff: saved under a name, renamed, shared, deleted; and whether covered words show by
// pointing at them.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/console/asked.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

constexpr Roles kReads = Only(Role::kTriage, Role::kHead, Role::kLegal), kWorks = Only(Role::kTriage, Role::kHead);
constexpr std::size_t kLongestName = 60;

// What is wrong with a name for a list; "" = nothing.  `but`: the list that bears it already.
std::string WrongName(const std::vector<SavedView>& views, std::string_view name, std::string_view but = {}) {
  if (name.empty()) return "Give the list a name";
  if (Visible(name) != name) return "Use letters that can be seen, and none that turn others round";
  std::size_t length = 0;
  for (std::size_t at = 0; at < name.size(); ++length) NextChar(name, at);
  if (length > kLongestName) return "A name has at most " + std::to_string(kLongestName) + " characters";
  for (const auto& view : views)
    if (view.name != but && EqualsIgnoreCase(view.name, name)) return "There is a list of that name already";
  return {};
}

// The filters of a form as the queue writes them; nullopt where they are none of the queue's, or another's school.
std::optional<std::string> CleanQuery(const Visit& visit, const std::string& query) {
  const auto fields = http::ParseUrlEncoded(query);
  if (!fields || query.size() > 2000) return std::nullopt;
  const Asked asked(*fields);
  if (!asked.IsKnown() || visit.Chosen(asked.school).empty()) return std::nullopt;
  return asked.Query();
}

bool MayShare(const Visit& visit, const std::string& school, const std::string& query) {
  const std::string only = AskedOf(query).school;
  return visit.FindSchool(school) && (visit.person().At(school) & kWorks) != 0 && (only.empty() || only == school);
}

// Schools whose staff a list can be shared with; none where all it shows is another one's.
std::vector<Slots> ShareChoices(const Visit& visit, const std::string& query, std::string_view chosen) {
  std::vector<Slots> choices;
  for (const auto& school : visit.parts.schools)
    if (MayShare(visit, school.id, query)) choices.push_back(Slots().Set("id", school.id).Set("name", school.name).Set("selected", school.id == chosen));
  return choices;
}

Slots ViewRow(const Visit& visit, const SavedView& view, std::size_t number) {
  return Slots().Set("number", number).Set("name", view.name).Set("filters", FilterWords(visit, AskedOf(view.query))).Set("href", "/queue" + (view.query.empty() ? "" : "?" + view.query));
}

http::Response ShowViews(Visit& visit) {
  const auto mine = visit.parts.store.PreferencesOf(visit.person().id);
  if (!mine) return visit.SayError(mine.error());
  std::vector<Slots> rows, shared;
  std::size_t number = 0;
  for (const auto& view : mine->views) {
    auto choices = ShareChoices(visit, view.query, "");
    rows.push_back(ViewRow(visit, view, ++number).Set("can_share", !choices.empty()).Set("choices", std::move(choices)));
  }
  for (const auto& school : visit.parts.schools) {
    if (!(visit.person().At(school.id) & kReads)) continue;
    const auto views = visit.parts.store.SharedViews(school.id);
    if (!views) return visit.SayError(views.error());
    for (const auto& view : *views)
      shared.push_back(ViewRow(visit, view, ++number).Set("school", school.id).Set("school_name", school.name).Set("by", view.by == visit.person().id ? "you" : visit.PersonName(view.by)).Set("can_remove", (visit.person().At(school.id) & kWorks) != 0));
  }
  Slots view;
  view.Set("has_views", !rows.empty()).Set("views", std::move(rows)).Set("has_shared", !shared.empty()).Set("shared", std::move(shared));
  // From the queue: what is to be saved.
  const auto offered = CleanQuery(visit, visit.request.method == "POST" ? visit.form.Get("query") : visit.request.query);
  if (offered && !offered->empty()) {
    auto choices = ShareChoices(visit, *offered, visit.form.Get("share"));
    view.Set("offered", Slots().Set("query", *offered).Set("filters", FilterWords(visit, AskedOf(*offered))).Set("typed", visit.form.Get("name")).Set("can_share", !choices.empty()).Set("choices", std::move(choices)));
  }
  return visit.Show("Lists", "views", std::move(view));
}

AuditRow Noted(const Visit& visit, std::string_view action, const std::string& school, std::string_view list) {
  AuditRow row;
  row.at = visit.now, row.actor = visit.person().id, row.action = action, row.school = school, row.subject = "list " + std::string(list);
  return row;
}

// Adds a list to those that a school's staff share.  Returns what is wrong with it; "" = nothing.
Result<std::string> AddShared(const Visit& visit, const std::string& school, const std::string& name, const std::string& query) {
  Asked asked = AskedOf(query);
  if (visit.parts.schools.size() > 1) asked.school = school;  // it is that school's list, whoever looks at it
  std::string wrong;
  const auto change = [&](std::vector<SavedView>& views) -> Done {
    wrong = WrongName(views, name);
    if (wrong.empty() && views.size() >= Preferences::kMostViews) wrong = "The school shares " + std::to_string(Preferences::kMostViews) + " lists, which is as many as there can be: remove one first";
    if (!wrong.empty()) return Fail(Fault::kInvalid, wrong);
    views.push_back({name, asked.Query(), visit.person().id});
    return {};
  };
  const auto saved = visit.parts.store.ChangeSharedViews(school, change, Noted(visit, "list-shared", school, name));
  if (!saved && wrong.empty()) return Fail(saved.error());
  return wrong;
}

http::Response NotShared(Visit& visit) { return visit.Say(404, "It cannot be shared there", {"A list can be shared with a school at which you work on cases, if it shows cases of that school. Nothing was changed."}, "/queue/views", "Lists"); }

http::Response SaveView(Visit& visit) {
  const auto query = CleanQuery(visit, visit.form.Get("query"));
  if (!query || query->empty()) return visit.Say(422, "There is nothing to save", {"Narrow the queue first, then save what it shows."}, "/queue", "Go to the queue");
  const std::string name(Trim(visit.form.Get("name")));
  if (const std::string& school = visit.form.Get("share"); !school.empty()) {
    if (!MayShare(visit, school, *query)) return NotShared(visit);
    const auto wrong = AddShared(visit, school, name, *query);
    if (!wrong) return visit.SayError(wrong.error());
    if (wrong->empty()) return visit.Go("/queue?" + *query, "“" + name + "” is saved. It stands above the queue of everybody who reads the cases of " + visit.SchoolName(school) + ".");
    visit.Complain("name", *wrong);
    return ShowViews(visit);
  }
  std::string wrong;
  const auto saved = visit.parts.store.ChangePreferences(visit.person().id, [&](Preferences& mine) -> Done {
    wrong = WrongName(mine.views, name);
    if (wrong.empty() && mine.views.size() >= Preferences::kMostViews) wrong = "You have " + std::to_string(Preferences::kMostViews) + " lists, which is as many as there can be: delete one first";
    if (!wrong.empty()) return Fail(Fault::kInvalid, wrong);
    mine.views.push_back({name, *query, {}});
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
  if (!saved && saved.error().fault() == Fault::kNotFound) return visit.Say(409, "That list is not there", {"It was renamed or deleted in another window."}, "/queue/views", "Lists");
  if (!saved) return visit.SayError(saved.error());
  return visit.Go("/queue/views", done);
}

http::Response RenameView(Visit& visit) {
  const std::string name(Trim(visit.form.Get("name"))), old = visit.form.Get("view");
  return OnView(visit, "The list is renamed.", [&](Preferences& mine, std::vector<SavedView>::iterator view) -> Done {
    if (const auto wrong = WrongName(mine.views, name, old); !wrong.empty()) return Fail(Fault::kInvalid, wrong);
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

// One's own list becomes one of the school's.
http::Response ShareView(Visit& visit) {
  const std::string name = visit.form.Get("view"), school = visit.form.Get("school");
  const auto mine = visit.parts.store.PreferencesOf(visit.person().id);
  if (!mine) return visit.SayError(mine.error());
  const auto view = std::ranges::find(mine->views, name, &SavedView::name);
  if (view == mine->views.end()) return visit.Say(409, "That list is not there", {"It was renamed or deleted in another window."}, "/queue/views", "Lists");
  if (!MayShare(visit, school, view->query)) return NotShared(visit);
  const auto wrong = AddShared(visit, school, name, view->query);
  if (!wrong) return visit.SayError(wrong.error());
  if (!wrong->empty()) {
    visit.Complain("", *wrong);
    return ShowViews(visit);
  }
  return OnView(visit, "“" + name + "” stands above the queue of everybody who reads the cases of " + visit.SchoolName(school) + " now.", [](Preferences& own, std::vector<SavedView>::iterator it) -> Done {
    own.views.erase(it);
    return {};
  });
}

http::Response RemoveShared(Visit& visit) {
  const std::string& name = visit.form.Get("view");
  const std::string& school = visit.form.Get("school");
  if (!school.empty() && visit.Chosen(school).empty()) return visit.Say(404, "There is no such school", {"Or you do not work on its cases. Nothing was changed."}, "/queue/views", "Lists");
  const auto gone = [&] { return visit.Say(409, "That list is not there", {"A colleague has removed it already."}, "/queue/views", "Lists"); };
  if (school.empty()) return gone();
  const auto change = [&](std::vector<SavedView>& views) -> Done {
    if (std::erase_if(views, [&](const SavedView& view) { return view.name == name; }) == 0) return Fail(Fault::kNotFound, "that list is no longer there");
    return {};
  };
  const auto saved = visit.parts.store.ChangeSharedViews(school, change, Noted(visit, "list-removed", school, name));
  if (!saved && saved.error().fault() == Fault::kNotFound) return gone();
  if (!saved) return visit.SayError(saved.error());
  return visit.Go("/queue/views", "The list is removed for everybody. No case was changed.");
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
    WebPage{"POST", "/queue/views/share", Reach::kSomeSchool, kWorks, &ShareView},
    WebPage{"POST", "/queue/views/unshare", Reach::kSomeSchool, kWorks, &RemoveShared},
    WebPage{"POST", "/settings/peek", Reach::kSignedIn, 0, &SetPeek},
};

}  // namespace

std::span<const WebPage> ViewPages() { return kPages; }

}  // namespace heed
