#include "src/access/gate.h"

#include <algorithm>

#include "src/access/totp.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr std::size_t kMaxTries = 20'000, kMaxPassword = 1024, kRecoveryCodes = 10;
constexpr seconds kSeenEvery{60};  // a session's last use is written down at most so often

constexpr const char* kNotRight = "The user name or the password is not right";

std::string Clipped(std::string_view id) { return LowerAscii(Trim(id).substr(0, 64)); }

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 40 && std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

// "Amina Khan-O'Neill" -> "amina-khan-o-neill"
std::string IdFrom(std::string_view name) {
  std::string id;
  for (const char c : LowerAscii(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) id += c;
    else if (!id.empty() && id.back() != '-') id += '-';
  }
  id.resize(std::min<std::size_t>(id.size(), 40));
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id;
}

std::string GrantsInWords(const std::vector<Grant>& grants) {
  std::vector<std::string> parts;
  for (const auto& grant : grants) parts.push_back(std::string(ToString(grant.role)) + " at " + (grant.school.empty() ? "every school" : grant.school));
  return Join(parts, ", ");
}

std::size_t Characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) NextChar(text, at);
  return count;
}

// "k7fq-2mzd": 40 random bits in letters that are not mistaken for digits.
std::string NewRecoveryCode() {
  std::string code = LowerAscii(Base32(RandomBytes(5)));
  code.insert(4, 1, '-');
  return code;
}

Digest RecoveryDigest(std::string_view code) {
  std::string plain;
  for (const char c : LowerAscii(code))
    if (c != ' ' && c != '-') plain += c;
  return Sha256("recovery " + plain);
}

bool IsAdministrator(const Person& person) { return !person.locked && Holds(person.At(""), Role::kAdministrator); }

}  // namespace

std::string CsrfToken(std::string_view session_token) {
  const Digest digest = Blake2b("form " + std::string(session_token));
  return Base64Url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Gate::Gate(Store& store, const Clock& clock, GateRules rules)
    : store_(store), clock_(clock), rules_(rules), nobodys_password_(HashPassword(NewToken(), rules.effort)) {}

AuditRow Gate::Row(std::string_view actor, std::string_view action, std::string_view about, std::string details) const {
  AuditRow row;
  row.at = clock_.Now();
  row.actor = actor;
  row.action = action;
  row.subject = "person " + std::string(about);
  row.details = std::move(details);
  return row;
}

Done Gate::Note(AuditRow row) {
  row.at = clock_.Now();
  return store_.Audit({std::move(row)});
}

// --- people

Result<Person> Gate::Add(std::string_view name, std::string_view id, std::vector<Grant> grants, std::string_view actor) {
  Person person;
  person.name = Trim(name);
  person.id = id.empty() ? IdFrom(name) : std::string(id);
  person.grants = std::move(grants);
  person.created_at = clock_.Now();
  if (person.name.empty() || person.name.size() > 100) return Fail(Fault::kInvalid, "Enter a name of at most 100 characters");
  if (!IsId(person.id) || person.id == "heed") return Fail(Fault::kInvalid, "Enter a user name of small letters, digits and hyphens, at most 40");
  if (person.grants.empty()) return Fail(Fault::kInvalid, "Choose at least one role");
  HEED_TRY(store_.AddPerson(person, Row(actor, "person-added", person.id, GrantsInWords(person.grants))));
  return person;
}

Result<std::string> Gate::MakeLink(std::string_view id, LinkKind kind, std::string_view actor) {
  const std::string token = NewToken();
  const Instant now = clock_.Now();
  const char* action = kind == LinkKind::kInvitation ? "invited" : kind == LinkKind::kRecovery ? "recovery-link-made" : "sign-in-link-made";
  HEED_TRY(store_.ChangePerson(
      id,
      [&](Person& person) -> Done {
        if (person.locked) return Fail(Fault::kInvalid, person.name + " is locked; unlock them first");
        const seconds lasts = kind == LinkKind::kInvitation ? rules_.invitation : kind == LinkKind::kRecovery ? rules_.recovery : rules_.sign_in_link;
        person.link = Link{kind, Sha256(token), now + lasts};
        return {};
      },
      Row(actor, action, id)));
  // The id in front finds the person; the rest proves the link.
  return std::string(id) + "." + token;
}

Result<bool> Gate::AnotherAdministrator(std::string_view but) const {
  const auto people = HEED_TRY(store_.People());
  return std::ranges::any_of(people, [&](const Person& person) { return person.id != but && IsAdministrator(person); });
}

Result<Person> Gate::Lock(std::string_view id, bool locked, std::string_view actor) {
  if (locked && actor != "heed" && !HEED_TRY(AnotherAdministrator(id)) && IsAdministrator(HEED_TRY(store_.FindPerson(id))))
    return Fail(Fault::kInvalid, "Nobody else could administer heed: make another administrator first");
  auto person = HEED_TRY(store_.ChangePerson(
      id,
      [&](Person& p) -> Done {
        p.locked = locked;
        if (locked) p.link.reset();
        return {};
      },
      Row(actor, locked ? "locked" : "unlocked", id)));
  if (locked) HEED_TRY(EndSessions(id, std::nullopt));
  return person;
}

Result<Person> Gate::Reset(std::string_view id, std::string_view actor) {
  auto person = HEED_TRY(store_.ChangePerson(
      id,
      [&](Person& p) -> Done {
        p.password.clear();
        p.second_factor.clear();
        p.second_factor_draft.clear();
        p.recovery.clear();
        p.link.reset();
        return {};
      },
      Row(actor, "sign-in-reset", id)));
  HEED_TRY(EndSessions(id, std::nullopt));
  return person;
}

Result<Person> Gate::SetGrants(std::string_view id, std::vector<Grant> grants, std::string_view actor) {
  if (grants.empty()) return Fail(Fault::kInvalid, "Choose at least one role");
  const auto administers = [](const Grant& grant) { return grant.role == Role::kAdministrator && grant.school.empty(); };
  if (actor != "heed" && std::ranges::none_of(grants, administers) && IsAdministrator(HEED_TRY(store_.FindPerson(id))) && !HEED_TRY(AnotherAdministrator(id)))
    return Fail(Fault::kInvalid, "Nobody else could administer heed: make another administrator first");
  const std::string words = GrantsInWords(grants);
  return store_.ChangePerson(
      id,
      [&](Person& person) -> Done {
        person.grants = std::move(grants);
        return {};
      },
      Row(actor, "roles-changed", id, words));
}

Result<Person> Gate::SetMask(std::string_view id, bool mask_words) {
  return store_.ChangePerson(
      id,
      [&](Person& person) -> Done {
        person.mask_words = mask_words;
        return {};
      },
      std::nullopt);
}

// --- wrong tries

Done Gate::MayTry(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = tries_.find(key);
  if (found == tries_.end()) return {};
  const Instant now = clock_.Now();
  if (now - found->second.last > rules_.forget_tries) {
    tries_.erase(found);
    return {};
  }
  if (found->second.wait_until <= now) return {};
  const auto wait = std::chrono::ceil<seconds>(found->second.wait_until - now);
  const auto in_minutes = std::chrono::ceil<minutes>(wait).count();
  return Fail(Error{Fault::kBusy, "Too many wrong tries. Try again in " + std::to_string(in_minutes) + (in_minutes == 1 ? " minute" : " minutes")}.RetryAfter(wait));
}

void Gate::Wrong(const std::string& key, std::string_view id, std::string_view from) {
  const Instant now = clock_.Now();
  bool waits = false;
  {
    const std::lock_guard lock(mutex_);
    if (tries_.size() >= kMaxTries) std::erase_if(tries_, [&](const auto& entry) { return entry.second.wait_until <= now; });
    Tries& tries = tries_[key];
    ++tries.wrong;
    tries.last = now;
    if (tries.wrong >= rules_.free_tries) {
      seconds wait = rules_.first_wait;
      for (int i = rules_.free_tries; i < tries.wrong && wait < rules_.longest_wait; ++i) wait *= 2;
      tries.wait_until = now + std::min(wait, rules_.longest_wait);
      waits = true;
    }
  }
  // People who exist only: what is typed into the field may be a password.
  if (!store_.FindPerson(id)) return;
  (void)store_.Audit({Row(id, waits ? "locked-out-for-a-while" : key.starts_with("c:") ? "wrong-code" : "wrong-password", id, "from " + std::string(from))});
}

void Gate::Right(const std::string& key) {
  const std::lock_guard lock(mutex_);
  tries_.erase(key);
}

// --- signing in

Stage Gate::StageAfterPassword(const Person& person) const {
  if (!person.second_factor.empty()) return Stage::kSecondFactor;
  return rules_.second_factor ? Stage::kEnrol : Stage::kIn;
}

Result<Admission> Gate::Open(const Person& person, Stage stage, const std::optional<Digest>& instead_of) {
  Admission entry{NewToken(), stage};
  const Instant now = clock_.Now();
  HEED_TRY(store_.SaveSession(Sha256(entry.token), Session{person.id, stage, now, now}));
  if (instead_of) HEED_TRY(store_.DropSession(*instead_of));
  if (stage == Stage::kIn)
    HEED_TRY(store_.ChangePerson(
        person.id,
        [&](Person& p) -> Done {
          p.signed_in_at = now;
          return {};
        },
        std::nullopt));
  return entry;
}

Result<Admission> Gate::SignIn(std::string_view typed, std::string_view password, std::string_view from) {
  const std::string id = Clipped(typed), key = "p:" + id;
  HEED_TRY(MayTry(key));
  const auto person = store_.FindPerson(id);
  if (!person && person.error().fault() != Fault::kNotFound) return Fail(person.error());
  const bool has_password = person && !person->password.empty();
  const bool right = password.size() <= kMaxPassword && IsPassword(password, has_password ? person->password : nobodys_password_);
  if (!right || !has_password || person->locked) {
    Wrong(key, id, from);
    return Fail(Fault::kSignIn, kNotRight);
  }
  Right(key);
  const Stage stage = StageAfterPassword(*person);
  if (stage == Stage::kIn) HEED_TRY(store_.Audit({Row(id, "signed-in", id, "with a password, from " + std::string(from))}));
  return Open(*person, stage, std::nullopt);
}

Result<Admission> Gate::SecondFactor(const Visitor& visitor, std::string_view code, std::string_view from) {
  const std::string& id = visitor.person.id;
  const std::string key = "c:" + id;
  HEED_TRY(MayTry(key));
  const Instant now = clock_.Now();
  bool by_recovery = false;
  const auto person = store_.ChangePerson(
      id,
      [&](Person& p) -> Done {
        if (p.locked || p.second_factor.empty()) return Fail(Fault::kSignIn, "Sign in again");
        if (const auto step = CheckTotp(p.second_factor, code, now, p.last_code)) {
          p.last_code = *step;
          return {};
        }
        const auto spent = std::ranges::find(p.recovery, RecoveryDigest(code));
        if (spent == p.recovery.end()) return Fail(Fault::kInvalid, "The code is not right, or was used already. Wait for the next one");
        p.recovery.erase(spent);
        by_recovery = true;
        return {};
      },
      Row(id, "signed-in", id, "with a code, from " + std::string(from)));
  if (!person) {
    if (person.error().fault() == Fault::kInvalid) Wrong(key, id, from);
    return Fail(person.error());
  }
  Right(key);
  if (by_recovery) HEED_TRY(store_.Audit({Row(id, "recovery-code-used", id, std::to_string(person->recovery.size()) + " left")}));
  return Open(*person, Stage::kIn, visitor.key);
}

Result<Person> Gate::Whose(std::string_view text) const {
  const Error gone{Fault::kGone, "This link has been used, is too old, or was replaced by a newer one"};
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || !IsId(text.substr(0, dot))) return Fail(gone);
  auto person = store_.FindPerson(text.substr(0, dot));
  if (!person && person.error().fault() == Fault::kNotFound) return Fail(gone);
  if (!person) return person;
  if (!person->link || person->locked || person->link->until <= clock_.Now() || person->link->token != Sha256(text.substr(dot + 1))) return Fail(gone);
  return person;
}

Result<Admission> Gate::UseLink(std::string_view text, std::string_view from) {
  const Person known = HEED_TRY(Whose(text));
  const LinkKind kind = known.link->kind;
  const std::string details = std::string(kind == LinkKind::kInvitation ? "an invitation" : kind == LinkKind::kRecovery ? "a recovery link" : "a sign-in link") +
                              ", from " + std::string(from);
  const auto person = HEED_TRY(store_.ChangePerson(
      known.id,
      [&](Person& p) -> Done {
        if (p.link != known.link) return Fail(Fault::kGone, "This link has just been used");
        p.link.reset();
        return {};
      },
      Row(known.id, "link-used", known.id, details)));
  return Open(person, kind == LinkKind::kSignIn ? Stage::kIn : Stage::kPassword, std::nullopt);
}

Result<Admission> Gate::Vouched(std::string_view id, std::string_view from) {
  const auto person = store_.FindPerson(Clipped(id));
  if (!person && person.error().fault() != Fault::kNotFound) return Fail(person.error());
  if (!person || person->locked) return Fail(Fault::kSignIn, "Your school account is not known to heed. Ask your administrator to add you");
  HEED_TRY(store_.Audit({Row(person->id, "signed-in", person->id, "by the reverse proxy, from " + std::string(from))}));
  return Open(*person, Stage::kIn, std::nullopt);
}

Result<Admission> Gate::WithSchoolAccount(const SchoolAccount& account, std::string_view from) {
  const Error unknown{Fault::kSignIn, "This school account is not known to heed. Ask your administrator to add you"};
  if (account.key.empty()) return Fail(unknown);
  // The account itself; else the address an administrator wrote down, where no account was remembered for it yet.  What fits two people fits
  // none.
  std::vector<Person> known, invited;
  for (auto& person : HEED_TRY(store_.People())) {
    if (person.account == account.key) known.push_back(person);
    else if (!account.mail.empty() && person.account.empty() && person.mail == account.mail) invited.push_back(person);
  }
  const auto& fit = known.empty() ? invited : known;
  if (fit.size() != 1 || fit.front().locked) return Fail(unknown);
  const std::string& id = fit.front().id;
  if (known.empty())
    HEED_TRY(store_.ChangePerson(
        id,
        [&](Person& p) -> Done {
          if (p.locked || !p.account.empty() || p.mail != account.mail) return Fail(unknown);
          p.account = account.key;
          return {};
        },
        Row(id, "school-account-linked", id, "by the mail address an administrator wrote down")));
  const Stage stage = account.second_factor ? Stage::kIn : StageAfterPassword(fit.front());
  HEED_TRY(store_.Audit({Row(id, stage == Stage::kIn ? "signed-in" : "school-account-shown", id, std::string("with a school account") + (account.second_factor ? " and its second factor" : "") + ", from " + std::string(from))}));
  return Open(fit.front(), stage, std::nullopt);
}

Result<Person> Gate::SetSchoolAccount(std::string_view id, std::string_view typed, std::string_view account, std::string_view actor) {
  const std::string mail = LowerAscii(Trim(typed));
  const auto at = mail.find('@');
  const auto printable = [](char c) { return c > 0x20 && c != 0x7f; };
  if (!mail.empty() && (at == std::string::npos || at == 0 || at + 1 == mail.size() || mail.find('@', at + 1) != std::string::npos || mail.size() > 254 || !std::ranges::all_of(mail, printable)))
    return Fail(Fault::kInvalid, "Enter a mail address, as amina@oakmoor.example");
  if (account.size() > 600) return Fail(Fault::kInvalid, "The account's name is too long");
  for (const auto& other : HEED_TRY(store_.People())) {
    if (other.id == id) continue;
    if (!mail.empty() && other.mail == mail) return Fail(Fault::kExists, other.name + " has this mail address already");
    if (!account.empty() && other.account == account) return Fail(Fault::kExists, other.name + " has this account already");
  }
  const std::string details = mail.empty() && account.empty() ? "none any more" : account.empty() ? "by mail address" : "by the account's own name";
  auto person = HEED_TRY(store_.ChangePerson(
      id,
      [&](Person& p) -> Done {
        p.mail = mail;
        p.account = account;
        return {};
      },
      Row(actor, "school-account-set", id, details)));
  return person;
}

bool Gate::IsPasswordOf(const Person& person, std::string_view password) const {
  return !person.password.empty() && password.size() <= kMaxPassword && IsPassword(password, person.password);
}

Result<Admission> Gate::ChoosePassword(const Visitor& visitor, std::string_view password) {
  const Person& person = visitor.person;
  if (Characters(password) < rules_.least_password)
    return Fail(Fault::kInvalid, "Use at least " + std::to_string(rules_.least_password) + " characters; three or four words are easy to remember");
  if (password.size() > kMaxPassword) return Fail(Fault::kInvalid, "Use at most 1,000 characters");
  const std::string lower = LowerAscii(password);
  if (std::ranges::count(password, password.front()) == static_cast<std::ptrdiff_t>(password.size()) || lower.find(person.id) != std::string::npos ||
      lower == LowerAscii(person.name) || lower.starts_with("password") || lower.starts_with("12345"))
    return Fail(Fault::kInvalid, "That is too easy to guess; choose something that does not hold your name or \"password\"");
  std::string hash = HashPassword(password, rules_.effort);
  const auto changed = HEED_TRY(store_.ChangePerson(
      person.id,
      [&](Person& p) -> Done {
        p.password = std::move(hash);
        return {};
      },
      Row(person.id, "password-chosen", person.id)));
  HEED_TRY(EndSessions(person.id, visitor.key));
  return Open(changed, visitor.session.stage == Stage::kIn ? Stage::kIn : StageAfterPassword(changed), visitor.key);
}

Result<std::string> Gate::DraftSecondFactor(const Visitor& visitor) {
  if (!visitor.person.second_factor_draft.empty()) return visitor.person.second_factor_draft;
  const std::string fresh = RandomBytes(20);
  const auto person = HEED_TRY(store_.ChangePerson(
      visitor.person.id,
      [&](Person& p) -> Done {
        if (p.second_factor_draft.empty()) p.second_factor_draft = fresh;
        return {};
      },
      std::nullopt));
  return person.second_factor_draft;
}

Result<Gate::Enrolled> Gate::ConfirmSecondFactor(const Visitor& visitor, std::string_view code) {
  const std::string& id = visitor.person.id;
  const Instant now = clock_.Now();
  Enrolled enrolled;
  std::vector<Digest> digests;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    enrolled.recovery_codes.push_back(NewRecoveryCode());
    digests.push_back(RecoveryDigest(enrolled.recovery_codes.back()));
  }
  const auto person = HEED_TRY(store_.ChangePerson(
      id,
      [&](Person& p) -> Done {
        const auto step = p.second_factor_draft.empty() ? std::nullopt : CheckTotp(p.second_factor_draft, code, now, 0);
        if (!step) return Fail(Fault::kInvalid, "The code is not right. Check that the clock of your phone is, and type the code it shows now");
        p.second_factor = p.second_factor_draft;
        p.second_factor_draft.clear();
        p.last_code = *step;
        p.recovery = digests;
        return {};
      },
      Row(id, "second-factor-set-up", id)));
  HEED_TRY(EndSessions(id, visitor.key));
  enrolled.entry = HEED_TRY(Open(person, Stage::kIn, visitor.key));
  return enrolled;
}

// --- sessions

Result<std::optional<Visitor>> Gate::Recognise(std::string_view token) {
  if (token.size() != 43) return std::optional<Visitor>();
  const Digest key = Sha256(token);
  const auto session = store_.FindSession(key);
  if (!session && session.error().fault() == Fault::kNotFound) return std::optional<Visitor>();
  if (!session) return Fail(session.error());
  const Instant now = clock_.Now();
  if (now - session->seen_at > rules_.idle || now - session->made_at > rules_.absolute) return std::optional<Visitor>();
  auto person = store_.FindPerson(session->person);
  if (!person && person.error().fault() == Fault::kNotFound) return std::optional<Visitor>();
  if (!person) return Fail(person.error());
  if (person->locked) return std::optional<Visitor>();
  Visitor visitor{*std::move(person), *session, key, CsrfToken(token)};
  if (now - session->seen_at > kSeenEvery) {
    visitor.session.seen_at = now;
    // A full disk is no reason to send staff away; the session then ends sooner.
    (void)store_.TouchSession(key, now);
  }
  return std::optional<Visitor>(std::move(visitor));
}

Done Gate::EndSessions(std::string_view id, const std::optional<Digest>& but) {
  HEED_TRY(store_.DropSessions([&](const Digest& key, const Session& session) { return session.person == id && (!but || key != *but); }));
  return {};
}

Done Gate::SignOut(const Visitor& visitor) {
  HEED_TRY(store_.DropSession(visitor.key));
  return store_.Audit({Row(visitor.person.id, "signed-out", visitor.person.id)});
}

Result<std::size_t> Gate::SignOutElsewhere(const Visitor& visitor) {
  const auto dropped = HEED_TRY(store_.DropSessions([&](const Digest& key, const Session& session) { return session.person == visitor.person.id && key != visitor.key; }));
  HEED_TRY(store_.Audit({Row(visitor.person.id, "signed-out-elsewhere", visitor.person.id, std::to_string(dropped) + " sessions")}));
  return dropped;
}

Result<std::size_t> Gate::Tidy() {
  const Instant now = clock_.Now();
  return store_.DropSessions([&](const Digest&, const Session& session) { return now - session.seen_at > rules_.idle || now - session.made_at > rules_.absolute; });
}

}  // namespace heed
