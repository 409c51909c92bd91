#include "src/access/oidc.h"

#include <algorithm>

#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/base/secret.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr int kMostWaiting = 2;         // requests at once: the console's other pages go on meanwhile
constexpr hours kProviderLasts{24};
constexpr std::size_t kMostOfCode = 4096;

// Everything but RFC 3986's unreserved characters.
std::string Encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) out += c;
    else out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

std::string Query(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += (out.empty() ? "" : "&") + name + "=" + Encoded(value);
  return out;
}

std::string_view AsText(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// The host and port of an address, "" where there is none.
std::string_view Authority(std::string_view url) {
  const auto slashes = url.find("://");
  if (slashes == std::string_view::npos) return {};
  const std::string_view rest = url.substr(slashes + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

bool IsLoopback(std::string_view authority) {
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (!StartsWithIgnoreCase(authority, host)) continue;
    const std::string_view port = authority.substr(host.size());
    if (port.empty() || (port.front() == ':' && std::ranges::all_of(port.substr(1), [](char c) { return c >= '0' && c <= '9'; }))) return true;
  }
  return false;
}

Error Unreachable(std::string_view why) { return Error{Fault::kUnavailable, "the school's sign-in service cannot be asked now: " + std::string(why)}; }

}  // namespace

bool IsSafeAddress(std::string_view url) {
  if (url.size() > 2000 || std::ranges::any_of(url, [](char c) { return c <= 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '#'; })) return false;
  const std::string_view authority = Authority(url);
  if (authority.empty() || authority.find('@') != std::string_view::npos) return false;
  return url.starts_with("https://") || (url.starts_with("http://") && IsLoopback(authority));
}

std::vector<std::pair<std::string, std::string>> CheckOidcSettings(const OidcSettings& settings) {
  std::vector<std::pair<std::string, std::string>> wrong;
  if (!settings.issuer.empty() && (!IsSafeAddress(settings.issuer) || settings.issuer.find('?') != std::string::npos))
    wrong.emplace_back("issuer", "\"" + settings.issuer + "\" is not an address heed may ask; write the service's own, as \"https://login.oakmoor.example\" (https, no \"?\")");
  if (settings.issuer.ends_with("/.well-known/openid-configuration"))
    wrong.emplace_back("issuer", "write the address without \"/.well-known/openid-configuration\"; heed adds that");
  for (const std::string_view many : {"/common", "/organizations", "/consumers"})
    if (settings.issuer.find("login.microsoftonline.com") != std::string::npos && settings.issuer.find(many) != std::string::npos)
      wrong.emplace_back("issuer", "this address lets in accounts of every organisation; write the school's own: \"https://login.microsoftonline.com/<the tenant's id>/v2.0\"");
  if (std::ranges::any_of(settings.client_id, [](char c) { return c <= 0x20 || c >= 0x7f; })) wrong.emplace_back("client_id", "the client's id holds a space or a letter it cannot hold");
  if (settings.subject_claim.empty() || !std::ranges::all_of(settings.subject_claim, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }))
    wrong.emplace_back("subject_claim", "write the name of the claim that people are known by: \"sub\", or \"oid\" for Microsoft Entra");
  else if (settings.subject_claim == "email" || settings.subject_claim == "name" || settings.subject_claim == "preferred_username" || settings.subject_claim == "upn")
    wrong.emplace_back("subject_claim", "\"" + settings.subject_claim + "\" passes to somebody else, or can be changed by its owner; write \"sub\", or \"oid\" for Microsoft Entra");
  if (!settings.redirect_uri.empty() && !IsSafeAddress(settings.redirect_uri))
    wrong.emplace_back("issuer", "people come back to " + settings.redirect_uri + ", which is not https: write url = \"https://...\" under [console]");
  return wrong;
}

Result<OidcAnswer> OidcClient::Ask(const OidcRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= kMostWaiting) return Fail(Error{Fault::kBusy, "several people are signing in at this moment; try again in a few seconds"}.RetryAfter(seconds{5}));
    ++waiting_;
  }
  auto answer = fetch_(request);
  const std::lock_guard lock(mutex_);
  --waiting_;
  return answer;
}

Result<OidcClient::Provider> OidcClient::Discover(Instant now) {
  {
    const std::lock_guard lock(mutex_);
    if (provider_ && now - provider_->at < kProviderLasts && now >= provider_->at) return *provider_;
  }
  std::string address = settings_.issuer;
  while (address.ends_with('/')) address.pop_back();
  const auto answer = Ask({false, address + "/.well-known/openid-configuration", {{"accept", "application/json"}}, ""});
  if (!answer) return Fail(answer.error().fault() == Fault::kBusy ? answer.error() : Unreachable(answer.error().message()));
  if (answer->status != 200) return Fail(Unreachable("it answered with status " + std::to_string(answer->status)));
  JsonParser parser;
  const auto root = parser.Parse(answer->body);
  if (!root || !root->IsObject()) return Fail(Fault::kMalformed, "what the school's sign-in service says of itself cannot be read");
  // Another issuer's document would have another issuer's tokens taken.
  if ((*root)["issuer"].StringOr("") != settings_.issuer)
    return Fail(Fault::kDenied, "the sign-in service calls itself \"" + ForTerminal(ClipUtf8((*root)["issuer"].StringOr(""), 200)) + "\", not \"" + settings_.issuer + "\"; they must be the same, to the letter");
  Provider provider;
  provider.at = now;
  provider.authorization = (*root)["authorization_endpoint"].StringOr("");
  provider.token = (*root)["token_endpoint"].StringOr("");
  provider.keys = (*root)["jwks_uri"].StringOr("");
  for (const auto* endpoint : {&provider.authorization, &provider.token, &provider.keys}) {
    const bool downgraded = settings_.issuer.starts_with("https://") && !endpoint->starts_with("https://");
    if (!IsSafeAddress(*endpoint) || downgraded) return Fail(Fault::kDenied, "the sign-in service names an address that is not https");
  }
  provider.says_issuer = (*root)["authorization_response_iss_parameter_supported"].Bool().value_or(false);
  bool basic = false, posted = false;
  (*root)["token_endpoint_auth_methods_supported"].Each([&](Json method) {
    basic = basic || method.StringOr("") == "client_secret_basic";
    posted = posted || method.StringOr("") == "client_secret_post";
  });
  provider.basic = basic || !posted;
  const std::lock_guard lock(mutex_);
  provider_ = provider;
  return provider;
}

Result<std::vector<IssuerKey>> OidcClient::Keys(const Provider& provider, bool afresh, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    const bool good = keys_at_ && now - *keys_at_ < kKeysLast && now >= *keys_at_;
    const bool just_tried = keys_tried_ && now - *keys_tried_ < kKeysEvery && now >= *keys_tried_;
    if (good && (!afresh || just_tried)) return keys_;
    if (just_tried) return Fail(Unreachable("its keys could not be had; heed tries again within a minute"));
    keys_tried_ = now;
  }
  const auto answer = Ask({false, provider.keys, {{"accept", "application/json"}}, ""});
  if (!answer) {
    const std::lock_guard lock(mutex_);
    if (answer.error().fault() == Fault::kBusy) keys_tried_.reset();
    return Fail(answer.error().fault() == Fault::kBusy ? answer.error() : Unreachable(answer.error().message()));
  }
  if (answer->status != 200) return Fail(Unreachable("its keys are not there (status " + std::to_string(answer->status) + ")"));
  auto keys = HEED_TRY(ReadIssuerKeys(answer->body));
  const std::lock_guard lock(mutex_);
  keys_ = keys;
  keys_at_ = now;
  return keys;
}

Result<OidcClient::Start> OidcClient::Begin(std::string_view next, Instant now) {
  const Provider provider = HEED_TRY(Discover(now));
  Attempt attempt{NewToken(), NewToken(), NewToken(), std::string(next), now};
  Start start;
  start.token = NewToken();
  std::vector<std::pair<std::string, std::string>> fields = {
      {"response_type", "code"}, {"client_id", settings_.client_id}, {"redirect_uri", settings_.redirect_uri}, {"scope", "openid email profile"},
      {"state", attempt.state},  {"nonce", attempt.nonce},           {"code_challenge", Base64Url(AsText(Sha256(attempt.verifier)))}, {"code_challenge_method", "S256"}};
  if (!settings_.acr_values.empty()) fields.emplace_back("acr_values", settings_.acr_values);
  start.address = provider.authorization + (provider.authorization.find('?') == std::string::npos ? "?" : "&") + Query(fields);
  const std::lock_guard lock(mutex_);
  if (attempts_.size() >= kMostAttempts) std::erase_if(attempts_, [&](const auto& entry) { return now - entry.second.at > kAttempt; });
  if (attempts_.size() >= kMostAttempts) attempts_.erase(std::ranges::min_element(attempts_, {}, [](const auto& entry) { return entry.second.at; }));
  attempts_[Sha256(start.token)] = std::move(attempt);
  return start;
}

Result<std::string> OidcClient::FetchToken(const Provider& provider, std::string_view code, const Attempt& attempt) {
  std::vector<std::pair<std::string, std::string>> fields = {
      {"grant_type", "authorization_code"}, {"code", std::string(code)}, {"redirect_uri", settings_.redirect_uri}, {"code_verifier", attempt.verifier}};
  OidcRequest request{true, provider.token, {{"content-type", "application/x-www-form-urlencoded"}, {"accept", "application/json"}}, ""};
  if (!settings_.client_secret.empty() && provider.basic) {
    request.headers.emplace_back("authorization", "Basic " + Base64(Encoded(settings_.client_id) + ":" + Encoded(settings_.client_secret)));
  } else {
    fields.emplace_back("client_id", settings_.client_id);
    if (!settings_.client_secret.empty()) fields.emplace_back("client_secret", settings_.client_secret);
  }
  request.body = Query(fields);
  const auto answer = Ask(request);
  if (!answer) return Fail(answer.error().fault() == Fault::kBusy ? answer.error() : Unreachable(answer.error().message()));
  JsonParser parser;
  const auto root = parser.Parse(answer->body);
  if (answer->status >= 500) return Fail(Unreachable("it answered with status " + std::to_string(answer->status)));
  if (answer->status != 200) {
    // "invalid_client": the administrator's to mend; anything else: this attempt is over.
    const bool our_fault = root && ((*root)["error"].StringOr("") == "invalid_client" || (*root)["error"].StringOr("") == "unauthorized_client");
    return Fail(Fault::kDenied, our_fault ? "the sign-in service does not know heed by this client id and secret; tell your administrator" : "the sign-in service did not accept this attempt to sign in");
  }
  const auto token = root ? (*root)["id_token"].String() : std::nullopt;
  if (!token) return Fail(Fault::kMalformed, "the sign-in service sent no token");
  return std::string(*token);
}

Result<OidcClient::Arrival> OidcClient::Finish(const Return& back, Instant now) {
  const Error again{Fault::kGone, "this attempt to sign in has been used, is too old, or was begun in another browser"};
  Attempt attempt;
  {
    const std::lock_guard lock(mutex_);
    const auto found = attempts_.find(Sha256(back.cookie));
    if (back.cookie.empty() || found == attempts_.end()) return Fail(again);
    attempt = std::move(found->second);
    attempts_.erase(found);
  }
  if (now - attempt.at > kAttempt || now < attempt.at || !SameSecret(back.state, attempt.state)) return Fail(again);
  const Provider provider = HEED_TRY(Discover(now));
  // An answer that another service sent on to us, for a code of ours to be shown to it or one of its to us.
  if (back.has_issuer ? back.issuer != settings_.issuer : provider.says_issuer) return Fail(Fault::kDenied, "the answer is from another sign-in service");
  if (!back.error.empty()) {
    if (back.error == "access_denied" || back.error == "login_required" || back.error == "interaction_required" || back.error == "consent_required")
      return Fail(Fault::kCancelled, "you did not sign in there, or it did not let you");
    return Fail(Fault::kUnavailable, "the sign-in service could not do it; if that stays so, tell your administrator");
  }
  if (back.code.empty() || back.code.size() > kMostOfCode) return Fail(again);
  const std::string compact = HEED_TRY(FetchToken(provider, back.code, attempt));
  const UncheckedToken token = HEED_TRY(ParseToken(compact));
  TokenExpectation expected;
  expected.issuer = settings_.issuer;
  expected.client_id = settings_.client_id;
  expected.nonce = attempt.nonce;
  expected.now = now;
  expected.subject_claim = settings_.subject_claim;
  expected.second_factor = settings_.second_factor;
  auto claims = CheckToken(token, HEED_TRY(Keys(provider, false, now)), expected);
  // A key that is not there may be new.
  if (!claims && claims.error().fault() == Fault::kNotFound) claims = CheckToken(token, HEED_TRY(Keys(provider, true, now)), expected);
  if (!claims) return Fail(claims.error().fault() == Fault::kNotFound ? Error{Fault::kDenied, claims.error().message()} : claims.error());
  Arrival arrival;
  arrival.next = attempt.next;
  arrival.account.key = settings_.issuer + " " + claims->subject;
  arrival.account.subject = claims->subject;
  if (claims->mail_verified || settings_.trust_mail) arrival.account.mail = claims->mail;
  arrival.account.second_factor = !settings_.second_factor.empty();
  return arrival;
}

}  // namespace heed
