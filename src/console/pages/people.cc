// People and their roles, for administrators; the audit trail, for auditors.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

constexpr std::size_t kPageOfTrail = 100;

std::string GrantsInWords(const Visit& visit, const std::vector<Grant>& grants) {
  std::vector<std::string> parts;
  for (const auto& grant : grants) parts.push_back(std::string(Title(grant.role)) + (grant.school.empty() ? ", every school" : ", " + visit.SchoolName(grant.school)));
  return Join(parts, "; ");
}

http::Response People(Visit& visit) {
  const auto people = visit.parts.store.People();
  if (!people) return visit.SayError(people.error());
  std::vector<Slots> rows;
  for (const auto& person : *people) {
    Slots row;
    row.Set("id", person.id).Set("name", person.name).Set("locked", person.locked).Set("grants", GrantsInWords(visit, person.grants));
    row.Set("with", person.password.empty()         ? (person.link && person.link->until > visit.now ? "a link, not used yet" : "nothing yet")
                    : person.second_factor.empty() ? "a password"
                                                   : "a password and a code");
    row.Set("last", person.signed_in_at ? FormatLocal(*person.signed_in_at) : "never");
    rows.push_back(std::move(row));
  }
  return visit.Show("People", "people", Slots().Set("people", std::move(rows)));
}

// Check boxes "role" (every school) and "role school" for what is held; another school is added by two lists, however many there are.
std::vector<Slots> Choices(const Visit& visit, const std::vector<Grant>& grants) {
  std::vector<Slots> choices;
  const bool several = visit.parts.schools.size() > 1;
  const auto add = [&](Role role, const std::string& school) {
    const std::string value = std::string(ToString(role)) + (school.empty() ? "" : " " + school);
    const bool checked = std::ranges::any_of(grants, [&](const Grant& grant) { return grant.role == role && grant.school == school; });
    choices.push_back(Slots().Set("field", choices.empty() ? std::string("grants") : "grant-" + std::to_string(choices.size())).Set("value", value).Set("checked", checked)
                          .Set("label", std::string(Title(role)) + (school.empty() ? (several ? ", every school" : "") : ", " + visit.SchoolName(school))));
  };
  for (const auto role : kRoles) {
    add(role, "");
    for (const auto& school : visit.parts.schools) {
      const bool held = std::ranges::any_of(grants, [&](const Grant& grant) { return grant.role == role && grant.school == school.id; });
      if (held) add(role, school.id);
    }
  }
  return choices;
}

// The lists for one more role at one school; only where there are several schools.
void AddLists(const Visit& visit, Slots& slots) {
  if (visit.parts.schools.size() < 2) return;
  std::vector<Slots> roles, schools;
  const std::string &role = visit.form.Get("add_role"), &school = visit.form.Get("add_school");
  for (const auto each : kRoles)
    if (each != Role::kAdministrator) roles.push_back(Slots().Set("value", ToString(each)).Set("name", Title(each)).Set("selected", role == ToString(each)));
  for (const auto& each : visit.parts.schools) schools.push_back(Slots().Set("value", each.id).Set("name", each.name).Set("selected", school == each.id));
  slots.Set("several_schools", true).Set("add_roles", std::move(roles)).Set("add_schools", std::move(schools));
}

std::optional<std::vector<Grant>> ReadGrants(const Visit& visit) {
  std::vector<Grant> grants;
  for (const auto& value : visit.form.All("grant")) {
    const auto space = std::min(value.find(' '), value.size());
    const auto role = ParseRole(std::string_view(value).substr(0, space));
    const std::string school = space < value.size() ? value.substr(space + 1) : "";
    if (!role || (!school.empty() && !visit.FindSchool(school))) return std::nullopt;
    grants.push_back({*role, school});
  }
  const std::string &add_role = visit.form.Get("add_role"), &add_school = visit.form.Get("add_school");
  if (!add_role.empty() && !add_school.empty()) {
    const auto role = ParseRole(add_role);
    if (!role || !visit.FindSchool(add_school)) return std::nullopt;
    const Grant grant{*role, add_school};
    if (std::ranges::find(grants, grant) == grants.end()) grants.push_back(grant);
  }
  return grants;
}

http::Response NewForm(Visit& visit) {
  Slots slots;
  slots.Set("name", visit.form.Get("name")).Set("id", visit.form.Get("id")).Set("choices", Choices(visit, ReadGrants(visit).value_or(std::vector<Grant>{})));
  AddLists(visit, slots);
  return visit.Show("Add somebody", "person-new", std::move(slots));
}

http::Response ShowPerson(Visit& visit, const Person& person, const std::string& link = "", Instant until = {}) {
  Slots view;
  std::vector<Slots> rows;
  const auto row = [&](std::string_view key, std::string value) { rows.push_back(Slots().Set("key", key).Set("value", std::move(value))); };
  row("User name", person.id);
  row("Added", FormatLocal(person.created_at));
  row("Last signed in", person.signed_in_at ? FormatLocal(*person.signed_in_at) : "never");
  row("Password", person.password.empty() ? "none yet" : "set");
  row("Second factor", person.second_factor.empty() ? "none yet" : "set up");
  if (const OidcClient* client = visit.parts.school_accounts) {
    row("School account", !person.account.empty() ? "known" : !person.mail.empty() ? "by the mail address, at the first sign-in" : "none");
    const std::string issuer = client->settings().issuer + " ";
    view.Set("school_accounts", true).Set("mail", person.mail).Set("subject", person.account.starts_with(issuer) ? person.account.substr(issuer.size()) : "");
  }
  if (person.locked) row("Locked", "cannot sign in");
  view.Set("id", person.id).Set("name", person.name).Set("locked", person.locked).Set("rows", std::move(rows));
  view.Set("choices", Choices(visit, person.grants)).Set("link_button", person.password.empty() ? "Make an invitation link" : "Make a link for a new password");
  AddLists(visit, view);
  if (!link.empty()) view.Set("fresh_link", link).Set("fresh_until", FormatLocal(until));
  return visit.Show(person.name, "person", std::move(view));
}

http::Response PersonPage(Visit& visit) {
  const auto person = visit.parts.store.FindPerson(visit.path.Get("person"));
  if (!person) return visit.SayError(person.error());
  return ShowPerson(visit, *person);
}

// A new link is shown once, in the answer to the form that made it.
http::Response MakeLink(Visit& visit, const std::string& id) {
  const auto before = visit.parts.store.FindPerson(id);
  if (!before) return visit.SayError(before.error());
  const auto text = visit.parts.gate.MakeLink(id, before->password.empty() ? LinkKind::kInvitation : LinkKind::kRecovery, visit.person().id);
  if (!text) return visit.SayError(text.error());
  const auto person = visit.parts.store.FindPerson(id);
  if (!person) return visit.SayError(person.error());
  return ShowPerson(visit, *person, Address(visit.parts, visit.request, "/link/" + *text), person->link ? person->link->until : visit.now);
}

http::Response New(Visit& visit) {
  const auto grants = ReadGrants(visit);
  if (!grants) return visit.Say(400, "The form could not be read", {"It names a role or a school that is not there. Nothing was changed."});
  auto person = visit.parts.gate.Add(visit.form.Get("name"), visit.form.Get("id"), *grants, visit.person().id);
  if (!person && (person.error().fault() == Fault::kInvalid || person.error().fault() == Fault::kExists)) {
    const std::string& message = person.error().message();
    visit.Complain(message.find("role") != std::string::npos ? "grants" : message.find("user name") != std::string::npos || person.error().fault() == Fault::kExists ? "id" : "name", Capital(message));
    return NewForm(visit);
  }
  if (!person) return visit.SayError(person.error());
  return MakeLink(visit, person->id);
}

http::Response SaveRoles(Visit& visit) {
  const auto grants = ReadGrants(visit);
  if (!grants) return visit.Say(400, "The form could not be read", {"It names a role or a school that is not there. Nothing was changed."});
  const std::string& id = visit.path.Get("person");
  const auto person = visit.parts.gate.SetGrants(id, *grants, visit.person().id);
  if (!person && person.error().fault() == Fault::kInvalid) {
    const auto known = visit.parts.store.FindPerson(id);
    if (!known) return visit.SayError(known.error());
    visit.Complain("grants", person.error().message());
    return ShowPerson(visit, *known);
  }
  if (!person) return visit.SayError(person.error());
  return visit.Go("/people/" + id, "What " + person->name + " may do is saved");
}

http::Response NewLink(Visit& visit) { return MakeLink(visit, visit.path.Get("person")); }

http::Response After(Visit& visit, const Result<Person>& person, std::string_view what) {
  if (!person) return visit.SayError(person.error());
  return visit.Go("/people/" + person->id, person->name + std::string(what));
}

http::Response Reset(Visit& visit) {
  return After(visit, visit.parts.gate.Reset(visit.path.Get("person"), visit.person().id), " has no password and no second factor any more, and needs a new link");
}
http::Response Lock(Visit& visit) { return After(visit, visit.parts.gate.Lock(visit.path.Get("person"), true, visit.person().id), " is locked and signed out"); }
http::Response Unlock(Visit& visit) { return After(visit, visit.parts.gate.Lock(visit.path.Get("person"), false, visit.person().id), " may sign in again"); }

http::Response Trail(Visit& visit) {
  // Rows of the installation (people, signing in) are for those who audit every school.
  const bool everywhere = Holds(visit.person().At(""), Role::kAuditor);
  AuditFilter filter;
  filter.limit = kPageOfTrail + 1;
  const std::string& before = visit.query.Get("before");
  if (!before.empty() && before.size() <= 18 && std::ranges::all_of(before, [](char c) { return c >= '0' && c <= '9'; })) filter.before = std::stoull(before);
  filter.wanted = [&](const AuditRow& row) {
    return row.school.empty() ? everywhere : everywhere || std::ranges::find(visit.schools, row.school) != visit.schools.end();
  };
  auto trail = visit.parts.store.AuditTrail(filter);
  if (!trail) return visit.SayError(trail.error());
  Slots view;
  if (trail->size() > kPageOfTrail) {
    trail->resize(kPageOfTrail);
    view.Set("older", trail->back().sequence);
  }
  std::vector<Slots> entries;
  for (const auto& row : *trail) {
    std::string action = row.action;
    std::ranges::replace(action, '-', ' ');
    entries.push_back(Slots().Set("at", FormatLocal(row.at)).Set("actor", row.actor).Set("action", Capital(action)).Set("subject", row.subject)
                          .Set("school", row.school.empty() ? "" : visit.SchoolName(row.school)).Set("details", row.details));
  }
  // Each view looks at what is new since the trail was last found whole; all of it is looked at by the button.
  const auto chain = visit.parts.store.VerifyNewAudit();
  if (!chain) return visit.SayError(chain.error());
  view.Set("chain", chain->broken ? "THE TRAIL IS NOT WHOLE: " + *chain->broken + "." : "The trail is whole as far as it was checked: entries since the last full check follow from it, and none is missing.");
  view.Set("has_entries", !entries.empty()).Set("entries", std::move(entries));
  return visit.Show("Audit trail", "audit", std::move(view));
}

// All of it, from the first entry.  That somebody looked is an entry itself.
http::Response VerifyTrail(Visit& visit) {
  const auto chain = visit.parts.store.VerifyAudit();
  if (!chain) return visit.SayError(chain.error());
  AuditRow row;
  row.actor = visit.person().id;
  row.action = "trail-checked";
  row.subject = "audit trail";
  row.details = chain->broken ? "NOT WHOLE: " + *chain->broken : std::to_string(chain->events) + " entries, whole";
  if (const auto noted = visit.parts.gate.Note(std::move(row)); !noted) return visit.SayError(noted.error());
  if (chain->broken) return visit.Say(200, "The trail is not whole", {Capital(*chain->broken) + ".", "Somebody may have changed what is on the disk. Keep the disk as it is, and tell whoever answers for heed."}, "/audit", "Audit trail");
  return visit.Go("/audit", "All " + std::to_string(chain->events) + " entries were checked: none was changed, and none is missing.");
}

constexpr Roles kAdministers = Only(Role::kAdministrator);
constexpr std::array kPages = {
    WebPage{"GET", "/people", Reach::kEverywhere, kAdministers, &People},
    WebPage{"GET", "/people/new", Reach::kEverywhere, kAdministers, &NewForm},
    WebPage{"POST", "/people/new", Reach::kEverywhere, kAdministers, &New},
    WebPage{"GET", "/people/{person}", Reach::kEverywhere, kAdministers, &PersonPage},
    WebPage{"POST", "/people/{person}/roles", Reach::kEverywhere, kAdministers, &SaveRoles},
    WebPage{"POST", "/people/{person}/link", Reach::kEverywhere, kAdministers, &NewLink},
    WebPage{"POST", "/people/{person}/reset", Reach::kEverywhere, kAdministers, &Reset},
    WebPage{"POST", "/people/{person}/lock", Reach::kEverywhere, kAdministers, &Lock},
    WebPage{"POST", "/people/{person}/unlock", Reach::kEverywhere, kAdministers, &Unlock},
    WebPage{"GET", "/audit", Reach::kSomeSchool, Only(Role::kAuditor), &Trail},
    WebPage{"POST", "/audit/verify", Reach::kSomeSchool, Only(Role::kAuditor), &VerifyTrail},
};

}  // namespace

std::span<const WebPage> PeoplePages() { return kPages; }

}  // namespace heed
