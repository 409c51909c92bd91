#include "src/app/people.h"

namespace heed {
namespace {

PersonRow RowOf(const Person& person) {
  return {person.id, person.name, person.grants, person.locked, !person.password.empty(), !person.second_factor.empty(), person.signed_in_at};
}

void PutGrants(JsonWriter& out, const std::vector<Grant>& grants) {
  out.Key("grants").Array();
  for (const auto& grant : grants) out.Object().Field("role", ToString(grant.role)).Field("school", grant.school).EndObject();
  out.EndArray();
}

Result<std::vector<Grant>> ReadGrants(Json list) {
  std::vector<Grant> grants;
  bool known = true;
  list.Each([&](Json grant) {
    const auto role = ParseRole(grant["role"].StringOr(""));
    known = known && role;
    if (role) grants.push_back({*role, std::string(grant["school"].StringOr(""))});
  });
  if (!known) return Fail(Fault::kInvalid, "a role is not one heed knows");
  return grants;
}

}  // namespace

Result<PeopleAnswer> PeopleDesk(Gate& gate, Store& store, const PeopleRequest& request) {
  constexpr std::string_view kActor = "heed";
  PeopleAnswer answer;
  if (request.act == "list") {
    for (const auto& person : HEED_TRY(store.People())) answer.people.push_back(RowOf(person));
    return answer;
  }
  std::string id = request.id;
  const auto link = [&](LinkKind kind) -> Done {
    answer.link = "/link/" + HEED_TRY(gate.MakeLink(id, kind, kActor));
    return {};
  };
  if (request.act == "add") {
    id = HEED_TRY(gate.Add(request.name, request.id, request.grants, kActor)).id;
    if (!request.mail.empty()) HEED_TRY(gate.SetSchoolAccount(id, request.mail, "", kActor));
    HEED_TRY(link(LinkKind::kInvitation));
  } else if (request.act == "invite") {
    HEED_TRY(link(LinkKind::kInvitation));
  } else if (request.act == "recover") {
    HEED_TRY(link(LinkKind::kRecovery));
  } else if (request.act == "link") {
    HEED_TRY(link(LinkKind::kSignIn));
  } else if (request.act == "lock" || request.act == "unlock") {
    HEED_TRY(gate.Lock(id, request.act == "lock", kActor));
  } else if (request.act == "reset") {
    HEED_TRY(gate.Reset(id, kActor));
    HEED_TRY(link(LinkKind::kInvitation));
  } else if (request.act == "account") {
    HEED_TRY(gate.SetSchoolAccount(id, request.mail, request.account, kActor));
  } else if (request.act == "roles") {
    HEED_TRY(gate.SetGrants(id, request.grants, kActor));
  } else {
    return Fail(Fault::kInvalid, "\"" + request.act + "\" is nothing that can be done with people");
  }
  const Person person = HEED_TRY(store.FindPerson(id));
  answer.people.push_back(RowOf(person));
  if (!answer.link.empty() && person.link) answer.until = person.link->until;
  return answer;
}

std::string ToJson(const PeopleRequest& request) {
  JsonWriter out;
  out.Object().Field("do", "people").Field("act", request.act).Field("id", request.id).Field("name", request.name).Field("mail", request.mail).Field("account", request.account);
  PutGrants(out, request.grants);
  out.EndObject();
  return out.Take();
}

Result<PeopleRequest> ParsePeopleRequest(Json root) {
  PeopleRequest request;
  request.act = root["act"].StringOr("");
  request.id = root["id"].StringOr("");
  request.name = root["name"].StringOr("");
  request.mail = root["mail"].StringOr("");
  request.account = root["account"].StringOr("");
  request.grants = HEED_TRY(ReadGrants(root["grants"]));
  return request;
}

std::string PeopleAnswerToJson(const Result<PeopleAnswer>& answer, const std::string& url) {
  JsonWriter out;
  out.Object();
  if (!answer) {
    out.Field("fault", ToString(answer.error().fault())).Field("message", answer.error().message()).EndObject();
    return out.Take();
  }
  out.Key("people").Array();
  for (const auto& person : answer->people) {
    out.Object().Field("id", person.id).Field("name", person.name).Field("locked", person.locked).Field("password", person.password);
    out.Field("second_factor", person.second_factor);
    PutGrants(out, person.grants);
    if (person.signed_in_at) out.Field("signed_in_at", FormatRfc3339(*person.signed_in_at));
    out.EndObject();
  }
  out.EndArray();
  if (!answer->link.empty()) out.Field("link", answer->link);
  if (answer->until) out.Field("until", FormatRfc3339(*answer->until));
  if (!url.empty()) out.Field("url", url);
  out.EndObject();
  return out.Take();
}

Result<PeopleAnswer> ParsePeopleAnswer(std::string_view json) {
  JsonParser parser;
  const Json root = HEED_TRY(parser.Parse(json));
  if (root["fault"]) return Fail(ParseFault(root["fault"].StringOr("")).value_or(Fault::kIo), std::string(root["message"].StringOr("the running heed serve could not do that")));
  PeopleAnswer answer;
  std::optional<Error> wrong;
  root["people"].Each([&](Json person) {
    PersonRow row;
    row.id = person["id"].StringOr("");
    row.name = person["name"].StringOr("");
    row.locked = person["locked"].Bool().value_or(false);
    row.password = person["password"].Bool().value_or(false);
    row.second_factor = person["second_factor"].Bool().value_or(false);
    row.signed_in_at = ParseRfc3339(person["signed_in_at"].StringOr(""));
    auto grants = ReadGrants(person["grants"]);
    if (grants) row.grants = *std::move(grants);
    else wrong = grants.error();
    answer.people.push_back(std::move(row));
  });
  if (wrong) return Fail(*std::move(wrong));
  answer.link = root["link"].StringOr("");
  answer.until = ParseRfc3339(root["until"].StringOr(""));
  answer.url = root["url"].StringOr("");
  return answer;
}

}  // namespace heed
