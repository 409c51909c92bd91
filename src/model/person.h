// A member of staff who may sign in: what they may do, where, and how they prove who they are.
//
// Nothing here is about the people who post.  Numbers are stored: append only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/hash.h"
#include "src/base/time.h"

namespace heed {

enum class Role : std::uint8_t {
  kTriage = 1,         // works the queue
  kHead = 2,           // decides responses, approves what leaves the school
  kLexicon = 3,        // words and rules
  kLegal = 4,          // reads cases and evidence, changes nothing
  kAdministrator = 5,  // people, sources, settings; sees no case
  kAuditor = 6,        // reads the audit trail; sees no case
};
inline constexpr std::array kRoles = {Role::kTriage, Role::kHead, Role::kLexicon, Role::kLegal, Role::kAdministrator, Role::kAuditor};

// "triage", "head", "lexicon-editor", "legal", "administrator", "auditor".
std::string_view ToString(Role role);
std::optional<Role> ParseRole(std::string_view name);
// For people: "Headteacher", "Administrator" ...
std::string_view Title(Role role);

// A set of roles.
using Roles = std::uint8_t;
constexpr Roles Only(Role role) { return static_cast<Roles>(1u << static_cast<unsigned>(role)); }
template <typename... More>
constexpr Roles Only(Role first, More... more) {
  return static_cast<Roles>(Only(first) | Only(more...));
}
constexpr bool Holds(Roles roles, Role role) { return (roles & Only(role)) != 0; }

// A role at one school, or at every school (`school` empty).
struct Grant {
  Role role = Role::kTriage;
  std::string school;

  bool operator==(const Grant&) const = default;
};

// A link somebody was given, that works once and for a while.
enum class LinkKind : std::uint8_t {
  kInvitation = 1,  // choose a first password
  kRecovery = 2,    // choose a new one
  kSignIn = 3,      // signed in by it alone: made only by whoever can reach the data folder
};
inline constexpr std::array kLinkKinds = {LinkKind::kInvitation, LinkKind::kRecovery, LinkKind::kSignIn};

struct Link {
  LinkKind kind = LinkKind::kInvitation;
  Digest token{};  // SHA-256 of what stands in the link
  Instant until{};

  bool operator==(const Link&) const = default;
};

struct Person {
  std::string id;    // stable, [a-z0-9-]{1,40}; what they type to sign in, and the actor of their events
  std::string name;  // as colleagues know them
  std::vector<Grant> grants;
  bool locked = false;  // by an administrator: cannot sign in
  Instant created_at{};
  std::optional<Instant> signed_in_at;  // last

  std::string password;             // HashPassword(); empty: none yet
  std::string second_factor;        // the TOTP key, raw; empty: none yet
  std::string second_factor_draft;  // shown and not yet confirmed
  std::uint64_t last_code = 0;      // the time step of the code used last: none is taken twice
  std::vector<Digest> recovery;     // SHA-256 of the recovery codes that are left
  std::optional<Link> link;         // the one link that works

  // How a school account (src/access/oidc.h) is known to be theirs.  An administrator writes down one of the two; the account itself is
  // remembered at the first sign-in, and from then on the mail address, which may pass to somebody else, counts for nothing.
  std::string mail;     // in small letters; empty: none
  std::string account;  // "https://login.example 1234": issuer, space, the issuer's name for them; empty: not known yet

  bool mask_words = true;  // cover hurtful words until asked

  // The roles at one school.
  Roles At(std::string_view school) const;
  // The roles at any school.
  Roles Anywhere() const;

  bool operator==(const Person&) const = default;
};

// How far somebody has come with signing in.
enum class Stage : std::uint8_t {
  kIn = 1,            // signed in
  kSecondFactor = 2,  // the password was right, the code is still to come
  kEnrol = 3,         // the password was right, and a second factor is to be set up first
  kPassword = 4,      // came by an invitation or recovery link, and is to choose a password
};
inline constexpr std::array kStages = {Stage::kIn, Stage::kSecondFactor, Stage::kEnrol, Stage::kPassword};

// Kept under the digest of what stands in the cookie.
struct Session {
  std::string person;  // Person::id
  Stage stage = Stage::kIn;
  Instant made_at{}, seen_at{};

  bool operator==(const Session&) const = default;
};

// Something a person did or saw that is no event of a case, in a chain of its own (src/store/audit.h).
struct AuditRow {
  std::uint64_t sequence = 0;  // given by the store
  Instant at{};
  std::string actor;    // Person::id, or "heed"
  std::string action;   // "signed-in", "author-viewed" ...
  std::string school;   // "" where it concerns the installation
  std::string subject;  // what it was done to: "case 12", "person amina-khan"
  std::string details;  // plain words; no strangers' words
  Digest previous{}, hash{};  // given by the store

  bool operator==(const AuditRow&) const = default;
};

}  // namespace heed
