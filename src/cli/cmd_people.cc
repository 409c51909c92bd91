// `heed people`: who may sign in to the console.  Beside a running `heed serve` it asks that one to do it.
#include "src/app/people.h"
#include "src/app/server.h"
#include "src/app/web.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

Result<PeopleAnswer> Ask(const Arguments& arguments, const Config& config, const PeopleRequest& request) {
  const std::string data = DataFolder(arguments.locations, config);
  const bool reads = request.act == "list";
  auto store = OpenStore(data, reads ? Access::kRead : Access::kWrite);
  if (!store && store.error().fault() == Fault::kBusy) {
    const auto told = HEED_TRY(AskServer(data, ToJson(request)));
    if (!told) return Fail(store.error());
    return ParsePeopleAnswer(*told);
  }
  if (!store && reads && store.error().fault() == Fault::kNotFound) return PeopleAnswer{};
  if (!store) return Fail(store.error());
  SystemClock clock;
  Gate gate(**store, clock, GateRulesOf(config));
  return PeopleDesk(gate, **store, request);
}

std::string GrantsInWords(const std::vector<Grant>& grants) {
  std::vector<std::string> parts;
  for (const auto& grant : grants) parts.push_back(std::string(ToString(grant.role)) + (grant.school.empty() ? "" : " (" + grant.school + ")"));
  return Join(parts, ", ");
}

int Run(const Arguments& arguments, PeopleRequest request) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  for (const auto& name : arguments.roles) {
    const auto role = ParseRole(name);
    if (!role) {
      std::vector<std::string_view> names;
      std::vector<std::string> all;
      for (const auto known : kRoles) names.push_back(ToString(known)), all.emplace_back(ToString(known));
      const std::string meant = DidYouMean(name, names);
      return Complain(Error{Fault::kInvalid, "there is no role \"" + name + "\"" + (meant.empty() ? "; there are: " + Join(all, ", ") : meant)});
    }
    if (arguments.schools.empty()) request.grants.push_back({*role, ""});
    for (const auto& school : arguments.schools) request.grants.push_back({*role, school});
  }
  std::vector<std::string_view> ids;
  for (const auto& school : config->schools) ids.push_back(school.id);
  for (const auto& school : arguments.schools)
    if (std::find(ids.begin(), ids.end(), school) == ids.end())
      return Complain(Error{Fault::kNotFound, "there is no school with the id \"" + school + "\"" + DidYouMean(school, ids)});
  auto answer = Ask(arguments, *config, request);
  if (!answer) return Complain(answer.error());
  if (answer->url.empty()) {
    const auto& console = config->console;
    answer->url = console.url.empty() ? "http://" + console.address + ":" + std::to_string(console.port) : console.url;
  }
  if (arguments.json) {
    const std::string url = answer->url;
    Print(PeopleAnswerToJson(answer, url) + "\n");
    return kExitDone;
  }
  std::string out;
  if (request.act == "list") {
    if (answer->people.empty()) {
      Print("Nobody can sign in yet. `heed people add \"Your Name\" --role administrator` makes the first.\n");
      return kExitDone;
    }
    Table table({"user name", "name", "signs in with", "last", "may"});
    for (const auto& person : answer->people)
      table.Row({person.id, person.name, person.locked ? "locked" : !person.password ? "nothing yet" : person.second_factor ? "password and code" : "password",
                 person.signed_in_at ? FormatLocal(*person.signed_in_at) : "never", GrantsInWords(person.grants)});
    Print(table.Text(TerminalWidth()));
    return kExitDone;
  }
  const PersonRow& person = answer->people.front();
  out += person.name + " (" + person.id + "): " + (person.locked ? "locked" : GrantsInWords(person.grants)) + "\n";
  if (!answer->link.empty()) {
    out += "\nThis link works once" + (answer->until ? ", until " + FormatLocal(*answer->until) : "") + ", and is not shown again. Whoever has it can sign in as " + person.name + ":\n\n  ";
    out += answer->url + answer->link + "\n";
  }
  Print(out);
  return kExitDone;
}

PeopleRequest About(const Arguments& arguments, std::string act) {
  PeopleRequest request;
  request.act = std::move(act);
  if (!arguments.words.empty()) request.id = arguments.words.front();
  return request;
}

}  // namespace

int RunPeopleList(const Arguments& arguments) { return Run(arguments, About(arguments, "list")); }
int RunPeopleAdd(const Arguments& arguments) {
  PeopleRequest request;
  request.act = "add";
  request.name = arguments.words.front();
  request.id = arguments.id;
  request.mail = arguments.mail;
  return Run(arguments, std::move(request));
}
int RunPeopleInvite(const Arguments& arguments) { return Run(arguments, About(arguments, "invite")); }
int RunPeopleRecover(const Arguments& arguments) { return Run(arguments, About(arguments, "recover")); }
int RunPeopleLink(const Arguments& arguments) { return Run(arguments, About(arguments, "link")); }
int RunPeopleLock(const Arguments& arguments) { return Run(arguments, About(arguments, "lock")); }
int RunPeopleUnlock(const Arguments& arguments) { return Run(arguments, About(arguments, "unlock")); }
int RunPeopleReset(const Arguments& arguments) { return Run(arguments, About(arguments, "reset")); }
int RunPeopleAccount(const Arguments& arguments) {
  auto request = About(arguments, "account");
  request.mail = arguments.mail;
  if (!arguments.subject.empty()) {
    const auto config = OpenConfig(arguments.locations);
    if (!config) return Complain(config.error());
    if (!config->console.oidc) return Complain(Error{Fault::kInvalid, "no sign-in service is set up: write [console.oidc] in " + config->file + " first"});
    request.account = config->console.oidc->issuer + " " + arguments.subject;
  }
  return Run(arguments, std::move(request));
}
int RunPeopleRoles(const Arguments& arguments) { return Run(arguments, About(arguments, "roles")); }

}  // namespace heed
