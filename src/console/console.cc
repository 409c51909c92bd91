#include "src/console/console.h"

#include <algorithm>

#include "src/base/hash.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/console/embedded.h"

namespace heed {
namespace {

constexpr std::uint64_t kFormBytes = 1024 * 1024;
constexpr std::size_t kMostFlashes = 5000;

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string CookieName(bool secure) { return secure ? "__Host-heed" : "heed"; }
std::string FormCookieName(bool secure) { return secure ? "__Host-heed-form" : "heed-form"; }

std::string MakeCookie(const std::string& name, const std::string& value, bool secure, bool gone = false) {
  return name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "") + (gone ? "; Max-Age=0" : "");
}

// Part of every asset's address, so that a new heed is never shown with an old one's styles.
const std::string& AssetVersion() {
  static const std::string version = [] {
    std::string all;
    for (const auto& file : AllEmbedded())
      if (file.name.starts_with("assets/")) all += Sha256Hex(file.bytes);
    return Sha256Hex(all).substr(0, 12);
  }();
  return version;
}

std::string_view ContentType(std::string_view name) {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  if (name.ends_with(".woff2")) return "font/woff2";
  return "application/octet-stream";
}

struct NavItem {
  std::string_view path, text;
  Roles who;  // 0: everybody
};
constexpr NavItem kNav[] = {
    {"/", "Home", 0},
    {"/queue", "Queue", Only(Role::kTriage, Role::kHead, Role::kLegal)},
    {"/approvals", "Approvals", Only(Role::kHead)},
    {"/tips", "Hand in", Only(Role::kTriage, Role::kHead)},
    {"/packs", "Evidence packs", Only(Role::kTriage, Role::kHead, Role::kLegal)},
    {"/reports", "Reports", Only(Role::kTriage, Role::kHead, Role::kLegal)},
    {"/lexicon", "Words and rules", Only(Role::kTriage, Role::kHead, Role::kLexicon)},
    {"/insights", "Insights", Only(Role::kTriage, Role::kHead, Role::kLegal)},
    {"/sources", "Sources", Only(Role::kTriage, Role::kHead, Role::kAdministrator)},
    {"/people", "People", Only(Role::kAdministrator)},
    {"/audit", "Audit trail", Only(Role::kAuditor)},
    {"/settings", "Settings", 0},
};

void Harden(http::Response& response, bool secure) {
  response.With("Content-Security-Policy", kPolicy).With("X-Content-Type-Options", "nosniff").With("X-Frame-Options", "DENY");
  // Not "no-referrer": browsers then send forms with "Origin: null", and nobody can tell whose they are.
  response.With("Referrer-Policy", "same-origin").With("Cross-Origin-Opener-Policy", "same-origin").With("Cross-Origin-Resource-Policy", "same-origin");
  response.With("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
  if (response.Header("Cache-Control").empty()) response.With("Cache-Control", "no-store");
  if (secure) response.With("Strict-Transport-Security", "max-age=31536000");
}

// A path of ours to go on to, or "/".
std::string LocalPath(const std::string& next) {
  const auto target = http::ParseTarget(next);
  return target && target->path.starts_with('/') && next.find('\n') == std::string::npos ? next : "/";
}

std::string_view StagePath(Stage stage) {
  switch (stage) {
    case Stage::kSecondFactor: return "/sign-in/code";
    case Stage::kEnrol: return "/second-factor";
    case Stage::kPassword: return "/password";
    case Stage::kIn: break;
  }
  return "/";
}

// Schools at which one of the roles is held.
std::vector<std::string> SchoolsOf(const ConsoleParts& parts, const Person& person, Roles who) {
  std::vector<std::string> schools;
  for (const auto& school : parts.schools)
    if (person.At(school.id) & who) schools.push_back(school.id);
  return schools;
}

// Cases with something for a headteacher to approve; 0 too where that cannot be told, which the page itself says.
std::uint64_t WaitingForApproval(const ConsoleParts& parts, const Person& person) {
  const auto schools = SchoolsOf(parts, person, Only(Role::kHead));
  if (schools.empty()) return 0;
  const auto counts = parts.store.Count(schools);
  if (!counts) return 0;
  const auto found = counts->states.find(CaseState::kApproval);
  return found == counts->states.end() ? 0 : found->second;
}

}  // namespace

std::string Address(const ConsoleParts& parts, const http::Request& request, std::string_view path) {
  if (!parts.url.empty()) return parts.url + std::string(path);
  return "http://" + std::string(request.Header("host")) + std::string(path);
}

std::string Capital(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

// --- Visit

const School* Visit::FindSchool(std::string_view id) const {
  for (const auto& school : parts.schools)
    if (school.id == id) return &school;
  return nullptr;
}

std::string Visit::SchoolName(std::string_view id) const {
  const School* school = FindSchool(id);
  return school ? school->name : std::string(id);
}

std::string Visit::PersonName(const std::string& id) const {
  if (!names) {
    names.emplace();
    if (const auto people = parts.store.People())
      for (const auto& person : *people) {
        const bool alone = std::ranges::count(*people, person.name, &Person::name) == 1;
        (*names)[person.id] = alone ? person.name : person.name + " (" + person.id + ")";
      }
  }
  const auto found = names->find(id);
  return found == names->end() ? id : found->second;
}

std::vector<std::string> Visit::Chosen(const std::string& school) const {
  if (school.empty()) return schools;
  if (std::ranges::find(schools, school) == schools.end()) return {};
  return {school};
}

void Visit::NeedToken() {
  if (!csrf.empty()) return;
  const std::string name = FormCookieName(secure);
  auto token = http::Cookie(request.Header("cookie"), name);
  if (!token || token->size() != 43) {
    token = NewToken();
    cookies.push_back(MakeCookie(name, *token, secure));
  }
  csrf = CsrfToken(*token);
}

void Visit::Enter(const Admission& entry) {
  cookies.push_back(MakeCookie(CookieName(secure), entry.token, secure));
  csrf = CsrfToken(entry.token);
  if (!visitor) return;
  visitor->session.stage = entry.stage;
  visitor->key = Sha256(entry.token);
}

void Visit::Leave() { cookies.push_back(MakeCookie(CookieName(secure), "", secure, true)); }

http::Response Visit::Show(std::string_view title, std::string_view page_template, Slots view, int status) {
  if (!problems.empty() && status == 200) status = 422;
  Slots layout;
  std::vector<Slots> errors;
  for (const auto& problem : problems) {
    errors.push_back(Slots().Set("field", problem.field).Set("message", problem.message));
    if (!problem.field.empty()) view.Set("error_" + problem.field, problem.message);
  }
  view.Set("csrf", csrf);
  if (visitor) view.Set("person_name", visitor->person.name);
  layout.Set("content", Fill(page_template, view));
  layout.Set("title", title).Set("version", AssetVersion()).Set("csrf", csrf).Set("flash", flash);
  std::string organisation = parts.organisation;
  if (organisation.empty() && parts.schools.size() == 1) organisation = parts.schools.front().name;
  layout.Set("organisation", organisation);
  layout.Set("has_errors", !errors.empty()).Set("errors_head", !errors.empty()).Set("errors", std::move(errors));
  if (visitor) {
    layout.Set("person", true).Set("person_name", visitor->person.name);
    std::vector<Slots> nav;
    const Roles roles = visitor->person.Anywhere();
    for (const auto& item : kNav) {
      if (visitor->session.stage != Stage::kIn || (item.who != 0 && !(roles & item.who))) continue;
      // What only those for every school may see is not offered to others.
      if (item.path == "/people" && !Holds(visitor->person.At(""), Role::kAdministrator)) continue;
      std::string text(item.text);
      if (item.path == "/approvals")
        if (const auto waiting = WaitingForApproval(parts, visitor->person); waiting > 0) text += " (" + std::to_string(waiting) + ")";
      const bool current = item.path == "/" ? request.path == "/" : request.path == item.path || request.path.starts_with(std::string(item.path) + "/");
      nav.push_back(Slots().Set("href", item.path).Set("text", text).Set("current", current || (item.path == "/queue" && request.path.starts_with("/cases/"))));
    }
    layout.Set("has_nav", !nav.empty()).Set("nav", std::move(nav));
  }
  http::Response response;
  response.status = status;
  response.With("Content-Type", "text/html; charset=utf-8");
  response.body = Fill("layout", layout);
  return response;
}

http::Response Visit::Go(std::string_view where, std::string_view done) {
  http::Response response;
  response.status = 303;
  response.With("Location", where);
  flash = done;  // the console keeps it for the next page
  return response;
}

http::Response Visit::Say(int status, std::string_view heading, std::vector<std::string> paragraphs, std::string_view link, std::string_view link_text) {
  Slots view;
  std::vector<Slots> texts;
  for (auto& text : paragraphs) texts.push_back(Slots().Set("text", std::move(text)));
  view.Set("heading", heading).Set("paragraphs", std::move(texts));
  if (!link.empty()) view.Set("link", Slots().Set("href", link).Set("text", link_text));
  problems.clear();
  return Show(heading, "message", std::move(view), status);
}

http::Response Visit::SayError(const Error& error) {
  switch (error.fault()) {
    case Fault::kNotFound:
    case Fault::kGone: return Say(404, "It is not there", {Capital(error.message()) + "."}, "/", "Go to the start");
    case Fault::kExists: return Say(409, "Somebody was quicker", {Capital(error.message()) + "."}, "/", "Go to the start");
    case Fault::kInvalid: return Say(422, "That cannot be done", {Capital(error.message()) + "."}, "/", "Go to the start");
    case Fault::kBusy: {
      auto response = Say(429, "Wait a moment", {Capital(error.message()) + "."});
      if (error.retry_after()) response.With("Retry-After", std::to_string(error.retry_after()->count()));
      return response;
    }
    default: break;
  }
  LogError("the console, " + request.method + " " + request.path + ": " + error.message());
  return Say(500, "heed could not do that", {"Nothing was lost. Try again in a minute; if it stays like this, tell your administrator what you were doing and when.",
                                             "What heed says about it: " + error.message() + "."}, "/", "Go to the start");
}

// --- Console

Console::Console(ConsoleParts parts)
    : parts_(std::move(parts)),
      by_address_(parts_.requests_per_second * 10, microseconds{static_cast<std::int64_t>(5e5 / parts_.requests_per_second)}),
      by_person_(parts_.requests_per_second * 5, microseconds{static_cast<std::int64_t>(1e6 / parts_.requests_per_second)}),
      entering_(20, seconds{6}) {}

Console::~Console() = default;

bool Console::IsTrusted(std::string_view address) const {
  return std::ranges::find(parts_.trusted_proxies, address) != parts_.trusted_proxies.end();
}

// The nearest address that is not one of the school's own proxies: what stands further left anybody can make up.
std::string Console::AddressOf(const http::Request& request) const {
  std::string address = request.peer;
  if (!IsTrusted(address)) return address;
  auto hops = Split(request.Header("x-forwarded-for"), ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const std::string_view named = Trim(*hop);
    if (named.empty() || named.size() > 45) break;
    address = named;
    if (!IsTrusted(named)) break;
  }
  return address;
}

std::uint64_t Console::BodyLimit(const http::Request& head) const {
  http::Fields parts;
  bool found = false;
  const WebPage* page = FindPage(head.method, head.path, parts, found);
  if (!page || page->body <= kFormBytes) return page && page->body > 0 ? page->body : kFormBytes;
  const auto token = http::Cookie(head.Header("cookie"), CookieName(parts_.url.starts_with("https://")));
  if (!token) return kFormBytes;
  const auto visitor = parts_.gate.Recognise(*token);
  return visitor && *visitor && (*visitor)->session.stage == Stage::kIn && ((*visitor)->person.Anywhere() & page->who) ? page->body : kFormBytes;
}

http::Response Console::Refuse(int status) const {
  http::Request nothing;
  Visit visit{.request = nothing, .parts = parts_};
  const char* words = status == 413   ? "What was sent is too large."
                      : status == 431 ? "The request's headers are too large. Removing this website's cookies may help."
                      : status == 500 ? "heed could not do that. Try again in a minute."
                                      : "The request could not be understood.";
  auto response = visit.Say(status, "That did not work", {words}, "/", "Go to the start");
  Harden(response, false);
  return response;
}

http::Response Console::Answer(const http::Request& request) {
  auto response = Route(request);
  Harden(response, parts_.url.starts_with("https://"));
  return response;
}

http::Response Console::Asset(const http::Request& request) const {
  const Embedded* file = FindEmbedded(request.path.substr(1));
  Visit visit{.request = request, .parts = parts_};
  if (!file) return visit.Say(404, "It is not there", {"There is no such file."});
  if (request.method != "GET" && request.method != "HEAD") return visit.Say(405, "That cannot be done here", {"Files can only be read."}).With("Allow", "GET, HEAD");
  static const auto tags = [] {
    std::map<std::string_view, std::string> all;
    for (const auto& each : AllEmbedded()) all[each.name] = "\"" + Sha256Hex(each.bytes).substr(0, 24) + "\"";
    return all;
  }();
  const std::string& tag = tags.at(file->name);
  http::Response response;
  response.With("ETag", tag).With("Cache-Control", request.query == "v=" + AssetVersion() ? "public, max-age=31536000, immutable" : "public, max-age=300");
  for (const auto one : Split(request.Header("if-none-match"), ',')) {
    if (Trim(one) != tag && Trim(one) != "W/" + tag && Trim(one) != "*") continue;
    response.status = 304;
    return response;
  }
  response.With("Content-Type", ContentType(file->name));
  response.body = file->bytes;
  return response;
}

http::Response Console::Route(const http::Request& request) {
  Visit visit{.request = request, .parts = parts_};
  visit.now = parts_.clock.Now();
  visit.from = AddressOf(request);
  visit.secure = parts_.url.starts_with("https://");

  // A website elsewhere may call itself by a name that leads here (DNS rebinding); its pages are not ours.
  const auto host = http::HostName(request.Header("host"));
  const auto own = parts_.url.empty() ? std::nullopt : http::HostName(std::string_view(parts_.url).substr(parts_.url.find("//") + 2));
  const bool known = host && (*host == "127.0.0.1" || *host == "localhost" || *host == "::1" || host == own || std::ranges::find(parts_.hosts, *host) != parts_.hosts.end());
  if (!known) return visit.Say(421, "Wrong address", {"This heed is not reached by that name. Ask your administrator for its address."});

  if (const auto wait = by_address_.Take(visit.from, visit.now))
    return visit.Say(429, "Wait a moment", {"Too much is asked from here at once."}).With("Retry-After", std::to_string(wait->count()));
  if (request.path.starts_with("/assets/")) return Asset(request);

  bool path_found = false;
  visit.page = FindPage(request.method == "HEAD" ? "GET" : request.method, request.path, visit.path, path_found);

  // Who is it?
  const std::string cookie_name = CookieName(visit.secure);
  if (const auto token = http::Cookie(request.Header("cookie"), cookie_name)) {
    auto recognised = parts_.gate.Recognise(*token);
    if (!recognised) return visit.SayError(recognised.error());
    visit.visitor = *std::move(recognised);
    if (visit.visitor) visit.csrf = visit.visitor->csrf;
  }
  if (!parts_.sign_in_header.empty() && IsTrusted(request.peer)) {
    const std::string_view vouched = request.CountOf(parts_.sign_in_header) == 1 ? request.Header(parts_.sign_in_header) : std::string_view();
    if (visit.visitor && visit.visitor->person.id != LowerAscii(vouched)) {
      visit.visitor.reset();
      visit.csrf.clear();
    }
    if (!visit.visitor && !vouched.empty() && !(visit.page && visit.page->reach == Reach::kPublic)) {
      const auto entry = parts_.gate.Vouched(vouched, visit.from);
      if (!entry && entry.error().fault() == Fault::kSignIn) return visit.Say(403, "You cannot come in", {entry.error().message() + "."});
      if (!entry) return visit.SayError(entry.error());
      auto recognised = parts_.gate.Recognise(entry->token);
      if (!recognised) return visit.SayError(recognised.error());
      visit.visitor = *std::move(recognised);
      visit.Enter(*entry);
    }
  }

  if (visit.visitor && request.method == "GET") {
    const std::lock_guard lock(mutex_);
    if (const auto found = flashes_.find(Hex(visit.visitor->key)); found != flashes_.end()) {
      visit.flash = std::move(found->second);
      flashes_.erase(found);
    }
  }

  http::Response response;
  if (!visit.page && path_found) {
    http::Fields unused;
    const bool read = FindPage("GET", request.path, unused, path_found), written = FindPage("POST", request.path, unused, path_found);
    response = visit.Say(405, "That cannot be done here", {"This address does not take that kind of request."}, "/", "Go to the start");
    response.With("Allow", read && written ? "GET, HEAD, POST" : read ? "GET, HEAD" : "POST");
  }
  else if (!visit.page) response = visit.Say(404, "There is no such page", {"If you typed the address, check that it is right."}, "/", "Go to the start");
  else response = Admit(visit);

  for (const auto& cookie : visit.cookies) response.With("Set-Cookie", cookie);
  if (response.status == 303 && !visit.flash.empty() && visit.visitor) {
    const std::lock_guard lock(mutex_);
    if (flashes_.size() >= kMostFlashes) flashes_.clear();
    flashes_[Hex(visit.visitor->key)] = visit.flash;
  }
  return response;
}

std::optional<http::Response> Console::ReadForm(Visit& visit) const {
  const auto& request = visit.request;
  const auto strange = [&] {
    return visit.Say(403, "Please try again", {"This form was open for too long, or was not one of heed's. Nothing was changed.", "Go back, reload the page and send it again."}, "/", "Go to the start");
  };
  // Browsers say where a form comes from; what comes from elsewhere is refused before anything is looked at.
  const std::string_view origin = request.Header("origin"), site = request.Header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return strange();
  if (!origin.empty()) {
    const std::size_t slashes = origin.find("://");
    const std::string_view own_host = parts_.url.empty() ? request.Header("host") : std::string_view(parts_.url).substr(parts_.url.find("//") + 2);
    if (slashes == std::string_view::npos || (origin.substr(slashes + 3) != own_host && origin.substr(slashes + 3) != request.Header("host"))) return strange();
  }
  const std::string_view type = request.Header("content-type");
  Result<http::Multipart> read = Fail(Fault::kMalformed, "The form is of a kind heed does not know");
  if (StartsWithIgnoreCase(type, "application/x-www-form-urlencoded")) {
    if (auto fields = http::ParseUrlEncoded(request.body)) read = http::Multipart{*std::move(fields), {}};
    else read = Fail(fields.error());
  } else if (const auto boundary = http::MultipartBoundary(type)) {
    read = http::ParseMultipart(request.body, *boundary);
  }
  if (!read) return visit.Say(400, "The form could not be read", {Capital(read.error().message()) + ". Nothing was changed."}, "/", "Go to the start");
  visit.form = std::move(read->fields);
  visit.uploads = std::move(read->uploads);
  if (visit.csrf.empty()) {
    // Nobody is signed in: the form's own cookie, which it must have come with.
    if (const auto token = http::Cookie(request.Header("cookie"), FormCookieName(visit.secure)); token && token->size() == 43) visit.csrf = CsrfToken(*token);
  }
  if (visit.csrf.empty() || !SameSecret(visit.form.Get("csrf"), visit.csrf)) return strange();
  return std::nullopt;
}

http::Response Console::Admit(Visit& visit) {
  const WebPage& page = *visit.page;
  const auto& request = visit.request;
  const bool form = page.method == "POST";
  if (auto query = http::ParseUrlEncoded(request.query)) visit.query = *std::move(query);
  else return visit.Say(400, "The address is broken", {Capital(query.error().message()) + "."}, "/", "Go to the start");

  if (page.reach != Reach::kPublic) {
    if (!visit.visitor) {
      if (form) return visit.Say(403, "You have been signed out", {"Nothing was changed. Sign in again and repeat what you did."}, "/sign-in", "Sign in");
      const std::string here = request.path + (request.query.empty() ? "" : "?" + request.query);
      return visit.Go(here == "/" ? "/sign-in" : "/sign-in?next=" + http::PercentEncode(here));
    }
    const Stage stage = visit.visitor->session.stage;
    if (stage != Stage::kIn && page.reach != Reach::kEntering) {
      if (form) return visit.Say(403, "You are not signed in yet", {"Finish signing in first. Nothing was changed."}, StagePath(stage), "Go on signing in");
      return visit.Go(StagePath(stage));
    }
    if (const auto wait = by_person_.Take(visit.person().id, visit.now))
      return visit.Say(429, "Wait a moment", {"You are asking for too much at once."}).With("Retry-After", std::to_string(wait->count()));
  }

  const auto not_yours = [&] {
    return visit.Say(403, "This is not for your role", {"If you need it, ask your administrator."}, "/", "Go to the start");
  };
  switch (page.reach) {
    case Reach::kPublic:
    case Reach::kEntering:
    case Reach::kSignedIn: break;
    case Reach::kEverywhere:
      if (!(visit.person().At("") & page.who)) return not_yours();
      for (const auto& school : parts_.schools) visit.schools.push_back(school.id);
      break;
    case Reach::kSomeSchool:
      visit.schools = SchoolsOf(parts_, visit.person(), page.who);
      if (visit.schools.empty()) return not_yours();
      break;
    case Reach::kCase: {
      if (!(visit.person().Anywhere() & page.who)) return not_yours();
      const std::string& text = visit.path.Get("case");
      const auto missing = [&] { return visit.Say(404, "There is no such case", {"It may have been erased, or belong to another school."}, "/queue", "Go to the queue"); };
      if (text.empty() || text.size() > 18 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return missing();
      auto found = parts_.store.FindCase(std::stoull(text));
      if (!found && found.error().fault() != Fault::kNotFound && found.error().fault() != Fault::kGone) return visit.SayError(found.error());
      if (!found || !(visit.person().At(found->school) & page.who)) return missing();
      visit.c = *std::move(found);
      visit.schools = {visit.c->school};
      break;
    }
  }
  if (form) {
    if (page.reach == Reach::kPublic)
      if (const auto wait = entering_.Take(visit.from, visit.now))
        return visit.Say(429, "Wait a moment", {"There were too many tries from here. Wait a minute, then try again."}).With("Retry-After", std::to_string(wait->count()));
    if (auto refused = ReadForm(visit)) return *std::move(refused);
  }
  return page.answer(visit);
}

// --- the table

std::string NextOf(const http::Fields& fields) { return LocalPath(fields.Get("next")); }

}  // namespace heed
