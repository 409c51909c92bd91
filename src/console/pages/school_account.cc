// Signing in with a school account, and which account is whose.
//
// The browser is sent to the sign-in service by a link (a form's way out would need a wider content policy) and comes back with a code.  The
// cookie of the attempt ties the two together; it lasts minutes and is used once.
#include <array>

#include "src/base/log.h"
#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

constexpr Roles kAdministers = Only(Role::kAdministrator);

std::string AttemptCookieName(bool secure) { return secure ? "__Host-heed-school" : "heed-school"; }

std::string AttemptCookie(const std::string& value, bool secure) {
  const auto age = value.empty() ? seconds{0} : seconds{OidcClient::kAttempt};
  return AttemptCookieName(secure) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(age.count()) + (secure ? "; Secure" : "");
}

http::Response NotSetUp(Visit& visit) {
  return visit.Say(404, "School accounts are not set up", {"Sign in with your user name and password. An administrator can set school accounts up in heed's configuration."}, "/sign-in", "Sign in");
}

http::Response Failed(Visit& visit, const Error& error, const std::string& next) {
  const std::string again = "/sign-in" + (next == "/" ? std::string() : "?next=" + http::PercentEncode(next));
  switch (error.fault()) {
    case Fault::kGone: return visit.Say(400, "Please sign in again", {Capital(error.message()) + "."}, again, "Sign in");
    case Fault::kCancelled: return visit.Say(403, "You are not signed in", {Capital(error.message()) + "."}, again, "Sign in");
    case Fault::kSignIn: return visit.Say(403, "You cannot come in", {Capital(error.message()) + "."}, again, "Sign in another way");
    case Fault::kBusy: return visit.SayError(error);
    case Fault::kUnavailable: {
      LogWarning("signing in with a school account: " + error.message());
      return visit.Say(503, "School accounts do not work at the moment", {Capital(error.message()) + ".", "You can sign in with your user name and password meanwhile, if you have chosen one."}, again, "Sign in another way");
    }
    default: break;
  }
  LogWarning("signing in with a school account: " + error.message());
  return visit.Say(403, "You are not signed in", {"What the sign-in service sent does not hold: " + error.message() + ".", "If that happens again, tell your administrator."}, again, "Sign in another way");
}

http::Response Leave(Visit& visit) {
  OidcClient* client = visit.parts.school_accounts;
  if (!client) return NotSetUp(visit);
  const std::string next = NextOf(visit.query);
  if (visit.Is(Stage::kIn)) return visit.Go(next);
  // Somebody who came by another of heed's names would come back without the cookie.
  const std::string& back = client->settings().redirect_uri;
  const std::string own = back.substr(0, back.size() - kOidcReturn.size());
  if (own.substr(own.find("://") + 3) != visit.request.Header("host")) {
    const auto host = http::HostName(visit.request.Header("host")), ours = http::HostName(own.substr(own.find("://") + 3));
    if (host != ours) return visit.Go(own + "/sign-in/school" + (next == "/" ? "" : "?next=" + http::PercentEncode(next)));
  }
  const auto start = client->Begin(next, visit.now);
  if (!start) return Failed(visit, start.error(), next);
  visit.cookies.push_back(AttemptCookie(start->token, visit.secure));
  return visit.Go(start->address);
}

http::Response ComeBack(Visit& visit) {
  OidcClient* client = visit.parts.school_accounts;
  if (!client) return NotSetUp(visit);
  OidcClient::Return back;
  back.cookie = http::Cookie(visit.request.Header("cookie"), AttemptCookieName(visit.secure)).value_or("");
  back.state = visit.query.Get("state");
  back.code = visit.query.Get("code");
  back.issuer = visit.query.Get("iss");
  back.has_issuer = visit.query.Has("iss");
  back.error = visit.query.Get("error");
  // Said twice, they could mean one thing to us and another to somebody in between.
  for (const char* name : {"state", "code", "iss", "error"})
    if (visit.query.All(name).size() > 1) return Failed(visit, Error{Fault::kGone, "the answer of the sign-in service cannot be read"}, "/");
  visit.cookies.push_back(AttemptCookie("", visit.secure));
  const auto arrival = client->Finish(back, visit.now);
  if (!arrival) return Failed(visit, arrival.error(), "/");
  // It was checked when the attempt began; it is a path of ours or "/".
  const std::string& next = arrival->next;
  const auto entry = visit.parts.gate.WithSchoolAccount(arrival->account, visit.from);
  if (!entry && entry.error().fault() == Fault::kSignIn)
    return visit.Say(403, "You cannot come in", {entry.error().message() + ".", "What your administrator may need to know: the account's name is " + arrival->account.subject +
                                                 (arrival->account.mail.empty() ? ", and the sign-in service vouches for no mail address." : ", its mail address " + arrival->account.mail + ".")}, "/sign-in", "Sign in another way");
  if (!entry) return visit.SayError(entry.error());
  // The session of before, if there was one, is not this person's any more.
  if (visit.visitor) (void)visit.parts.gate.SignOut(*visit.visitor);
  visit.visitor.reset();
  visit.Enter(*entry);
  return visit.Go(AfterStage(entry->stage, next));
}

// Which account is whose: on the person's page.
http::Response SaveAccount(Visit& visit) {
  const std::string& id = visit.path.Get("person");
  const std::string mail(Trim(visit.form.Get("mail"))), subject(Trim(visit.form.Get("subject")));
  const OidcClient* client = visit.parts.school_accounts;
  if (!client) return NotSetUp(visit);
  const std::string back = "/people/" + http::PercentEncode(id);
  const auto saved = visit.parts.gate.SetSchoolAccount(id, mail, subject.empty() ? "" : client->settings().issuer + " " + subject, visit.person().id);
  if (!saved && (saved.error().fault() == Fault::kInvalid || saved.error().fault() == Fault::kExists)) return visit.Say(422, "It is not saved", {Capital(saved.error().message()) + "."}, back, "Go back");
  if (!saved) return visit.SayError(saved.error());
  return visit.Go(back, mail.empty() && subject.empty() ? saved->name + " comes in with no school account any more" : "The school account of " + saved->name + " is saved");
}

constexpr std::array kPages = {
    WebPage{"GET", "/sign-in/school", Reach::kPublic, 0, &Leave},
    WebPage{"GET", kOidcReturn, Reach::kPublic, 0, &ComeBack},
    WebPage{"POST", "/people/{person}/school-account", Reach::kEverywhere, kAdministers, &SaveAccount},
};

}  // namespace

std::span<const WebPage> SchoolAccountPages() { return kPages; }

}  // namespace heed
