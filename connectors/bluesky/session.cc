#include "connectors/bluesky/session.h"

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/pace.h"

namespace heed {
namespace {

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

BlueskyRefusal ReadBlueskyRefusal(const HttpResponse& response) {
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body) return {};
  return {std::string((*body)["error"].StringOr("")), ForTerminal(ClipUtf8((*body)["message"].StringOr(""), 200))};
}

bool BlueskyTokenRefused(const HttpResponse& response) {
  if (response.status == 401) return true;
  if (response.status != 400) return false;
  const auto name = ReadBlueskyRefusal(response).name;
  return name == "ExpiredToken" || name == "InvalidToken";
}

BlueskySession::BlueskySession(std::string service, std::string handle, std::string password, ConnectorTools tools)
    : service_(std::move(service)), handle_(std::move(handle)), password_(std::move(password)), tools_(tools) {}

Result<HttpResponse> BlueskySession::Ask(const Asking& ask, std::string_view what) {
  if (!has_account()) return Fail(Fault::kSignIn, std::string(what) + ": add `handle` and password_file of the school's account");
  const bool fresh = !tokens_;
  if (fresh) HEED_TRY(SignIn());
  auto response = HEED_TRY(ask(tokens_->server, tokens_->access));
  if (!BlueskyTokenRefused(response)) return response;
  // Tokens last two hours; both are replaced by a refresh.  Where that is refused too (a restored server, a
  // revoked session), the password decides, once.
  if (!fresh) {
    const bool refreshed = HEED_TRY(Refresh());
    if (!refreshed) HEED_TRY(SignIn());
    response = HEED_TRY(ask(tokens_->server, tokens_->access));
    if (!BlueskyTokenRefused(response)) return response;
  }
  tokens_.reset();
  const auto refusal = ReadBlueskyRefusal(response);
  return Fail(Fault::kSignIn, std::string(what) + " as " + Quoted(handle_) + ": signed in, but the server refuses the session" +
                                  (refusal.message.empty() ? "" : " (" + refusal.message + ")") +
                                  ": make a new app password and put it in place of the old one");
}

// com.atproto.server.createSession.  Limited to 30 in 5 minutes and 300 a day: kept for the connector's life.
Done BlueskySession::SignIn() {
  tokens_.reset();
  JsonWriter body;
  body.Object().Field("identifier", std::string_view(handle_)).Field("password", std::string_view(password_)).EndObject();
  HttpRequest request;
  request.method = "POST";
  request.url = service_ + "/xrpc/com.atproto.server.createSession";
  request.headers = {{"accept", "application/json"}, {"content-type", "application/json"}};
  request.body = body.Take();
  const auto what = "signing in to " + service_ + " as " + Quoted(handle_);
  auto response = tools_.http.Send(request);
  if (!response) return Fail(std::move(response).error().While(what));
  if (response->status == 400 || response->status == 401) {
    const auto refusal = ReadBlueskyRefusal(*response);
    if (refusal.name == "AuthFactorTokenRequired")
      return Fail(Fault::kSignIn, what + ": the account asks for a second factor; use an app password (Settings, Privacy and security, App passwords)");
    return Fail(Fault::kSignIn, what + ": refused" + (refusal.message.empty() ? "" : " (" + refusal.message + ")") +
                                    ": check `handle`, and make a new app password if need be");
  }
  if (response->status != 200) return Fail(StatusError(*response, what, tools_.clock.Now()));
  auto session = Read(*response);
  if (!session) return Fail(std::move(session).error().While(what));
  tokens_ = *std::move(session);
  return {};
}

// com.atproto.server.refreshSession.  false = refused: sign in again.
Result<bool> BlueskySession::Refresh() {
  HttpRequest request;
  request.method = "POST";
  request.url = tokens_->server + "/xrpc/com.atproto.server.refreshSession";
  request.headers = {{"accept", "application/json"}, {"authorization", "Bearer " + tokens_->refresh}};
  const std::string what = "renewing the session at " + tokens_->server;
  auto response = tools_.http.Send(request);
  if (!response) return Fail(std::move(response).error().While(what));
  if (response->status == 400 || response->status == 401) return false;
  if (response->status != 200) return Fail(StatusError(*response, what, tools_.clock.Now()));
  auto session = Read(*response);
  if (!session) return Fail(std::move(session).error().While(what));
  // A refresh need not repeat the DID document.
  if (session->server == service_) session->server = tokens_->server;
  tokens_ = *std::move(session);
  return true;
}

// The account's own server (PDS) is named in its DID document; the address configured may be an entryway.
Result<BlueskySession::Tokens> BlueskySession::Read(const HttpResponse& response) const {
  JsonParser parser;
  const auto body = HEED_TRY(parser.Parse(response.body));
  Tokens session{std::string(body["accessJwt"].StringOr("")), std::string(body["refreshJwt"].StringOr("")), service_};
  if (session.access.empty() || session.refresh.empty()) return Fail(Fault::kMalformed, "the answer has no tokens");
  if (body["active"].Bool() == false)
    return Fail(Fault::kDenied, "the account is " + Quoted(ForTerminal(ClipUtf8(body["status"].StringOr("inactive"), 40))) + ": look at it in the Bluesky app");
  const bool safe_only = StartsWithIgnoreCase(service_, "https://");
  body["didDoc"]["service"].Each([&](Json service) {
    const auto id = service["id"].StringOr("");
    constexpr std::string_view kPds = "#atproto_pds";
    if (id.size() < kPds.size() || id.substr(id.size() - kPds.size()) != kPds) return;
    const auto origin = UrlOrigin(service["serviceEndpoint"].StringOr(""));
    // A token never goes from an encrypted server to one that is not.
    if (origin && (!safe_only || StartsWithIgnoreCase(*origin, "https://"))) session.server = *origin;
  });
  return session;
}

}  // namespace heed
