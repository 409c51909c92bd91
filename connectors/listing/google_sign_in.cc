#include "connectors/listing/google_sign_in.h"

#include <algorithm>

#include "connectors/fields.h"
#include "connectors/listing/listing.h"
#include "src/base/json.h"
#include "src/net/pace.h"

namespace heed {

std::string_view GoogleSignIn::Help() {
  return "sign in again as the owner and put the new refresh token into its file (Google ends it after seven days while the app's consent screen is in testing: publish the app)";
}

Done GoogleSignIn::SignIn() {
  access_.reset();
  const std::string what = "signing in to Google";
  HttpRequest request;
  request.method = "POST";
  request.url = options_.server + "/token";
  request.headers = {{"accept", "application/json"}, {"content-type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=refresh_token&client_id=" + UrlEncode(options_.client_id) + "&client_secret=" + UrlEncode(options_.client_secret) + "&refresh_token=" + UrlEncode(options_.refresh_token);
  const auto response = tools_.http.Send(request);
  if (!response) return Fail(Error(response.error()).While(what));
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  if (response->status == 400 || response->status == 401) {
    const auto error = body ? fields::Named((*body)["error"].StringOr("")) : std::string();
    if (error == "invalid_client") return Fail(Fault::kSignIn, what + ": Google does not know client_id with this client_secret: compare them with the Google Cloud console, under APIs and services, Credentials");
    return Fail(Fault::kSignIn, what + ": refused" + (error.empty() ? "" : " (" + error + ")") + ": " + std::string(Help()));
  }
  if (response->status != 200) return Fail(StatusError(*response, what, tools_.clock.Now()));
  if (!body) return Fail(Error(body.error()).While(what));
  const auto token = (*body)["access_token"].StringOr("");
  if (token.empty()) return Fail(Fault::kMalformed, what + ": the answer has no token");
  const auto now = tools_.clock.Now();
  access_ = Access{std::string(token), now + seconds{std::clamp<std::int64_t>((*body)["expires_in"].Int().value_or(3'600), 60, 86'400)} - seconds{30}};
  // Told only of refresh tokens that end.
  const auto left = (*body)["refresh_token_expires_in"].Int();
  ends_ = left && *left >= 0 && *left < 1'000'000'000 ? now + seconds{*left} : Instant::max();
  return {};
}

Result<std::string> GoogleSignIn::Token(bool anew) {
  if (!access_ || access_->until <= tools_.clock.Now() || anew) HEED_TRY(SignIn());
  return access_->token;
}

}  // namespace heed
