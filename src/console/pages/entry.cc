// Coming in and going out: signing in, second factor, one-time links, passwords.
#include <array>

#include "src/access/qr.h"
#include "src/access/totp.h"
#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

Slots SignInSlots(const Visit& visit, const std::string& next) {
  Slots view;
  view.Set("next", next).Set("name", visit.form.Get("name"));
  if (visit.parts.school_accounts)
    view.Set("school_account", "Sign in with " + visit.parts.school_accounts->settings().label).Set("school_address", "/sign-in/school" + (next == "/" ? std::string() : "?next=" + http::PercentEncode(next)));
  return view;
}

http::Response SignInForm(Visit& visit) {
  if (visit.Is(Stage::kIn)) return visit.Go(NextOf(visit.query));
  visit.visitor.reset();
  visit.csrf.clear();
  visit.NeedToken();
  const auto& from = visit.request.method == "POST" ? visit.form : visit.query;
  return visit.Show("Sign in", "sign-in", SignInSlots(visit, NextOf(from)));
}

http::Response SignIn(Visit& visit) {
  const auto entry = visit.parts.gate.SignIn(visit.form.Get("name"), visit.form.Get("password"), visit.from);
  if (!entry && (entry.error().fault() == Fault::kSignIn || entry.error().fault() == Fault::kBusy)) {
    visit.Complain("name", entry.error().message());
    auto response = SignInForm(visit);
    if (entry.error().fault() == Fault::kBusy) response.status = 429;
    return response;
  }
  if (!entry) return visit.SayError(entry.error());
  // The session of before, if there was one, is not this person's any more.
  if (visit.visitor) (void)visit.parts.gate.SignOut(*visit.visitor);
  visit.visitor.reset();
  visit.Enter(*entry);
  return visit.Go(AfterStage(entry->stage, NextOf(visit.form)));
}

http::Response CodeForm(Visit& visit) {
  if (!visit.Is(Stage::kSecondFactor)) return visit.Go(AfterStage(visit.visitor->session.stage, "/"));
  const auto& from = visit.request.method == "POST" ? visit.form : visit.query;
  return visit.Show("Enter your code", "code", Slots().Set("next", NextOf(from)));
}

http::Response Code(Visit& visit) {
  if (!visit.Is(Stage::kSecondFactor)) return visit.Go(AfterStage(visit.visitor->session.stage, "/"));
  const auto entry = visit.parts.gate.SecondFactor(*visit.visitor, visit.form.Get("code"), visit.from);
  if (!entry && entry.error().fault() == Fault::kSignIn) return visit.Go("/sign-in");
  if (!entry && (entry.error().fault() == Fault::kInvalid || entry.error().fault() == Fault::kBusy)) {
    visit.Complain("code", entry.error().message());
    return CodeForm(visit);
  }
  if (!entry) return visit.SayError(entry.error());
  visit.Enter(*entry);
  return visit.Go(NextOf(visit.form));
}

http::Response SignOut(Visit& visit) {
  if (const auto done = visit.parts.gate.SignOut(*visit.visitor); !done) return visit.SayError(done.error());
  visit.Leave();
  return visit.Go("/sign-in");
}

http::Response LinkForm(Visit& visit) {
  const auto person = visit.parts.gate.Whose(visit.path.Get("token"));
  if (!person && person.error().fault() == Fault::kGone)
    return visit.Say(404, "This link does not work", {person.error().message() + ".", "Ask your administrator for a new one."}, "/sign-in", "Sign in");
  if (!person) return visit.SayError(person.error());
  visit.visitor.reset();  // whoever is signed in here, the link is about somebody who may be somebody else
  visit.csrf.clear();
  visit.NeedToken();
  Slots view;
  view.Set("action", "/link/" + http::PercentEncode(visit.path.Get("token")));
  if (person->link->kind == LinkKind::kSignIn) {
    view.Set("heading", "Sign in as " + person->name).Set("words", "This link signs you in once, without a password.").Set("button", "Sign in");
    return visit.Show("Sign in", "link", std::move(view));
  }
  view.Set("heading", "Welcome, " + person->name).Set("words", "Next you choose a password, and then set up a code on your phone. It takes about three minutes.").Set("button", "Begin");
  return visit.Show("Welcome", "link", std::move(view));
}

http::Response UseLink(Visit& visit) {
  const auto entry = visit.parts.gate.UseLink(visit.path.Get("token"), visit.from);
  if (!entry && entry.error().fault() == Fault::kGone)
    return visit.Say(404, "This link does not work", {entry.error().message() + ".", "Ask your administrator for a new one."}, "/sign-in", "Sign in");
  if (!entry) return visit.SayError(entry.error());
  if (visit.visitor) (void)visit.parts.gate.SignOut(*visit.visitor);
  visit.visitor.reset();
  visit.Enter(*entry);
  return visit.Go(AfterStage(entry->stage, "/"));
}

// By link a password is chosen without knowing the one before; by somebody who is in, only with it.
bool AsksForCurrent(const Visit& visit) { return visit.Is(Stage::kIn) && !visit.person().password.empty(); }

http::Response PasswordForm(Visit& visit) {
  if (!visit.Is(Stage::kIn) && !visit.Is(Stage::kPassword)) return visit.Go(AfterStage(visit.visitor->session.stage, "/"));
  return visit.Show("Choose a password", "password",
                    Slots().Set("id", visit.person().id).Set("least", visit.parts.gate.rules().least_password).Set("ask_current", AsksForCurrent(visit)));
}

http::Response Password(Visit& visit) {
  if (!visit.Is(Stage::kIn) && !visit.Is(Stage::kPassword)) return visit.Go(AfterStage(visit.visitor->session.stage, "/"));
  if (AsksForCurrent(visit) && !visit.parts.gate.IsPasswordOf(visit.person(), visit.form.Get("current"))) visit.Complain("current", "That is not your password");
  if (visit.form.Get("password") != visit.form.Get("again")) visit.Complain("again", "The two passwords are not the same");
  if (!visit.problems.empty()) return PasswordForm(visit);
  const auto entry = visit.parts.gate.ChoosePassword(*visit.visitor, visit.form.Get("password"));
  if (!entry && entry.error().fault() == Fault::kInvalid) {
    visit.Complain("password", entry.error().message());
    return PasswordForm(visit);
  }
  if (!entry) return visit.SayError(entry.error());
  visit.Enter(*entry);
  return visit.Go(AfterStage(entry->stage, "/"), "Your password is saved");
}

bool MayEnrol(const Visit& visit) { return visit.Is(Stage::kIn) || visit.Is(Stage::kEnrol); }

http::Response FactorForm(Visit& visit) {
  if (!MayEnrol(visit)) return visit.Go(AfterStage(visit.visitor->session.stage, "/"));
  const auto key = visit.parts.gate.DraftSecondFactor(*visit.visitor);
  if (!key) return visit.SayError(key.error());
  std::string grouped;
  for (const char c : Base32(*key)) grouped += (grouped.size() % 5 == 4 ? " " : "") + std::string(1, c);
  return visit.Show("Set up your second factor", "second-factor", Slots().Set("key", grouped));
}

http::Response FactorPicture(Visit& visit) {
  if (!MayEnrol(visit)) return visit.Say(404, "It is not there", {"There is nothing to set up now."});
  const auto key = visit.parts.gate.DraftSecondFactor(*visit.visitor);
  if (!key) return visit.SayError(key.error());
  http::Response response;
  response.With("Content-Type", "image/svg+xml");
  response.body = QrSvg(TotpAddress(*key, "heed", visit.person().id));
  return response;
}

http::Response Factor(Visit& visit) {
  if (!MayEnrol(visit)) return visit.Go(AfterStage(visit.visitor->session.stage, "/"));
  const auto enrolled = visit.parts.gate.ConfirmSecondFactor(*visit.visitor, visit.form.Get("code"));
  if (!enrolled && enrolled.error().fault() == Fault::kInvalid) {
    visit.Complain("code", enrolled.error().message());
    return FactorForm(visit);
  }
  if (!enrolled) return visit.SayError(enrolled.error());
  visit.Enter(enrolled->entry);
  std::vector<Slots> codes;
  for (const auto& code : enrolled->recovery_codes) codes.push_back(Slots().Set("code", code));
  return visit.Show("Keep these recovery codes", "recovery-codes", Slots().Set("codes", std::move(codes)));
}

constexpr std::array kPages = {
    WebPage{"GET", "/sign-in", Reach::kPublic, 0, &SignInForm},
    WebPage{"POST", "/sign-in", Reach::kPublic, 0, &SignIn},
    WebPage{"GET", "/sign-in/code", Reach::kEntering, 0, &CodeForm},
    WebPage{"POST", "/sign-in/code", Reach::kEntering, 0, &Code},
    WebPage{"POST", "/sign-out", Reach::kEntering, 0, &SignOut},
    WebPage{"GET", "/link/{token}", Reach::kPublic, 0, &LinkForm},
    WebPage{"POST", "/link/{token}", Reach::kPublic, 0, &UseLink},
    WebPage{"GET", "/password", Reach::kEntering, 0, &PasswordForm},
    WebPage{"POST", "/password", Reach::kEntering, 0, &Password},
    WebPage{"GET", "/second-factor", Reach::kEntering, 0, &FactorForm},
    WebPage{"GET", "/second-factor/picture", Reach::kEntering, 0, &FactorPicture},
    WebPage{"POST", "/second-factor", Reach::kEntering, 0, &Factor},
};

}  // namespace

std::string AfterStage(Stage stage, const std::string& next) {
  const std::string with = next == "/" ? "" : "?next=" + http::PercentEncode(next);
  switch (stage) {
    case Stage::kIn: return next;
    case Stage::kSecondFactor: return "/sign-in/code" + with;
    case Stage::kEnrol: return "/second-factor";
    case Stage::kPassword: return "/password";
  }
  return "/";
}

std::span<const WebPage> EntryPages() { return kPages; }

}  // namespace heed
