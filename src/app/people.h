// `heed people`: what whoever can reach the data folder may do about who may sign in, here or through a running `heed serve`.
//
// On the server's socket a request is {"do":"people","act":"add","id":..,"name":..,"grants":[{"role":..,"school":..}]} and the answer
// {"people":[...],"link":..,"until":..,"url":..} or {"fault":..,"message":..}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/access/gate.h"
#include "src/base/json.h"
#include "src/base/result.h"
#include "src/store/store.h"

namespace heed {

struct PeopleRequest {
  // "list", "add" (then an invitation), "invite", "recover", "link" (signs in by itself), "lock", "unlock", "reset", "roles",
  // "account" (mail or account, or neither: by which school account they come in)
  std::string act;
  std::string id, name;
  std::vector<Grant> grants;
  std::string mail, account;  // Person's; with "add" too
};

// One person without anything secret.
struct PersonRow {
  std::string id, name;
  std::vector<Grant> grants;
  bool locked = false, password = false, second_factor = false;
  std::optional<Instant> signed_in_at;
};

struct PeopleAnswer {
  std::vector<PersonRow> people;  // all for "list", else the one it was about
  std::string link;               // "/link/..." where one was made: shown once
  std::optional<Instant> until;
  std::string url;                // of the running console; "" where none runs
};

// kInvalid, kExists, kNotFound as Gate's.
Result<PeopleAnswer> PeopleDesk(Gate& gate, Store& store, const PeopleRequest& request);

std::string ToJson(const PeopleRequest& request);
Result<PeopleRequest> ParsePeopleRequest(Json root);
// One line; an error becomes {"fault","message"}.
std::string PeopleAnswerToJson(const Result<PeopleAnswer>& answer, const std::string& url);
Result<PeopleAnswer> ParsePeopleAnswer(std::string_view json);

}  // namespace heed
