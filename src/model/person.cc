#include "src/model/person.h"

namespace heed {

std::string_view ToString(Role role) {
  switch (role) {
    case Role::kTriage: return "triage";
    case Role::kHead: return "head";
    case Role::kLexicon: return "lexicon-editor";
    case Role::kLegal: return "legal";
    case Role::kAdministrator: return "administrator";
    case Role::kAuditor: return "auditor";
  }
  return "unknown";
}

std::optional<Role> ParseRole(std::string_view name) {
  for (const auto role : kRoles)
    if (ToString(role) == name) return role;
  return std::nullopt;
}

std::string_view Title(Role role) {
  switch (role) {
    case Role::kTriage: return "Triage";
    case Role::kHead: return "Headteacher";
    case Role::kLexicon: return "Lexicon editor";
    case Role::kLegal: return "Legal adviser (reads)";
    case Role::kAdministrator: return "Administrator";
    case Role::kAuditor: return "Auditor";
  }
  return "Unknown";
}

Roles Person::At(std::string_view school) const {
  Roles roles = 0;
  for (const auto& grant : grants)
    if (grant.school.empty() || grant.school == school) roles |= Only(grant.role);
  return roles;
}

Roles Person::Anywhere() const {
  Roles roles = 0;
  for (const auto& grant : grants) roles |= Only(grant.role);
  return roles;
}

}  // namespace heed
