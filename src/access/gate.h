// Who may come in: people, passwords, second factors, one-time links, sessions, and waiting after wrong tries.
//
// It knows no HTTP.  What it refuses it refuses in the same words and the same time whether the person exists or not.
// Everything it lets happen to a person or a session is in the audit trail.  Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/access/oidc.h"
#include "src/base/result.h"
#include "src/base/secret.h"
#include "src/base/time.h"
#include "src/model/person.h"
#include "src/store/store.h"

namespace heed {

struct GateRules {
  seconds idle = minutes{30};       // a session nobody used for so long ends
  seconds absolute = hours{12};     // and any after so long
  seconds invitation = hours{72};
  seconds recovery = hours{24};
  seconds sign_in_link = hours{1};
  bool second_factor = true;        // whoever signs in with a password needs a code, too
  std::size_t least_password = 12;  // characters
  int free_tries = 5;               // wrong ones before waiting begins
  seconds first_wait = minutes{1};  // doubles with each further wrong try ...
  seconds longest_wait = hours{1};  // ... up to this
  seconds forget_tries = hours{24}; // after so long without one
  Effort effort = Effort::kNormal;
};

// Somebody whose cookie was recognised.
struct Visitor {
  Person person;
  Session session;
  Digest key{};      // of the session
  std::string csrf;  // what every form of this session carries
};

// A new session: the old one of the same browser is gone.
struct Admission {
  std::string token;  // for the cookie; kept nowhere else
  Stage stage = Stage::kIn;
};

class Gate {
 public:
  // Both outlive the gate.
  Gate(Store& store, const Clock& clock, GateRules rules);

  const GateRules& rules() const { return rules_; }

  // --- people.  `actor` is a Person::id, or "heed" for whoever can reach the data folder.

  // `name` as colleagues know them; the id is made of it where none is given.  kInvalid names what is wrong, kExists.
  Result<Person> Add(std::string_view name, std::string_view id, std::vector<Grant> grants, std::string_view actor);
  // The text for a link that works once; any older link of this person stops working.  Nobody can see it again.
  Result<std::string> MakeLink(std::string_view id, LinkKind kind, std::string_view actor);
  // Cannot sign in any more, and is signed out everywhere; or may again.  kInvalid: nobody would be left who may administer.
  Result<Person> Lock(std::string_view id, bool locked, std::string_view actor);
  // Forgets password, second factor and sessions; the person needs a new link.
  Result<Person> Reset(std::string_view id, std::string_view actor);
  Result<Person> SetGrants(std::string_view id, std::vector<Grant> grants, std::string_view actor);

  // --- signing in.  `from` is an address, for the audit trail.

  // kSignIn: name or password is not right (in one message).  kBusy with retry_after: too many wrong tries.
  Result<Admission> SignIn(std::string_view id, std::string_view password, std::string_view from);
  // A code of the app, or one of the recovery codes.  Faults as above.
  Result<Admission> SecondFactor(const Visitor& visitor, std::string_view code, std::string_view from);
  // Whose link this is, without using it up.  kGone when it was used, is too old or never was.
  Result<Person> Whose(std::string_view token) const;
  Result<Admission> UseLink(std::string_view token, std::string_view from);
  // For somebody whom a reverse proxy vouches for.  kSignIn when there is no such person, or they are locked.
  Result<Admission> Vouched(std::string_view id, std::string_view from);
  // For somebody whom the school's sign-in service has named.  It stands in place of the password: the code is asked for as ever, unless the
  // service asked for a second factor of its own and the configuration says so.  Nobody is made by this: kSignIn where no person is known by
  // the account, nor by its mail address with no account remembered yet, or they are locked.
  Result<Admission> WithSchoolAccount(const SchoolAccount& account, std::string_view from);
  // By which school account a person comes in: a mail address, or the account itself; empty: by none, and what was remembered is forgotten.
  // kInvalid; kExists: somebody else has it.
  Result<Person> SetSchoolAccount(std::string_view id, std::string_view mail, std::string_view account, std::string_view actor);
  // kInvalid says what is wrong with the new password.  Every other session of the person ends.
  Result<Admission> ChoosePassword(const Visitor& visitor, std::string_view password);
  bool IsPasswordOf(const Person& person, std::string_view password) const;

  // A new key to be put into an app; it counts once a code of it was given.  The same key again until then.
  Result<std::string> DraftSecondFactor(const Visitor& visitor);
  struct Enrolled {
    Admission entry;
    std::vector<std::string> recovery_codes;  // to be shown once
  };
  Result<Enrolled> ConfirmSecondFactor(const Visitor& visitor, std::string_view code);

  // --- sessions

  // nullopt: no such session, or it has ended.  A failure to look is an error, never "nobody".
  Result<std::optional<Visitor>> Recognise(std::string_view token);
  Done SignOut(const Visitor& visitor);
  // Every other session of the same person; how many.
  Result<std::size_t> SignOutElsewhere(const Visitor& visitor);
  // Sessions that have ended are forgotten; how many.
  Result<std::size_t> Tidy();

  Result<Person> SetMask(std::string_view id, bool mask_words);
  Done Note(AuditRow row);  // fills in the time

 private:
  Result<Admission> Open(const Person& person, Stage stage, const std::optional<Digest>& instead_of);
  Stage StageAfterPassword(const Person& person) const;
  AuditRow Row(std::string_view actor, std::string_view action, std::string_view about, std::string details = "") const;
  Done EndSessions(std::string_view id, const std::optional<Digest>& but);
  // One who may administer everywhere, apart from `but`.
  Result<bool> AnotherAdministrator(std::string_view but) const;

  // Wrong tries by what was tried ("p:" or "c:" and the id as typed), people who do not exist included.
  struct Tries {
    int wrong = 0;
    Instant last{}, wait_until{};
  };
  Done MayTry(const std::string& key);
  void Wrong(const std::string& key, std::string_view id, std::string_view from);
  void Right(const std::string& key);

  Store& store_;
  const Clock& clock_;
  const GateRules rules_;
  const std::string nobodys_password_;  // checked where there is no such person, so that it takes as long
  std::mutex mutex_;                    // guards tries_
  std::map<std::string, Tries> tries_;
};

// What every form of a session carries, made of what stands in its cookie.
std::string CsrfToken(std::string_view session_token);

}  // namespace heed
