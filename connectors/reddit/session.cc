#include "connectors/reddit/session.h"

#include <algorithm>
#include <cstdint>

#include "connectors/fields.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? kLetters[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace

Result<HttpResponse> RedditSession::Ask(const Asking& ask, const std::string& what) {
  const auto send = [&]() -> Result<HttpResponse> {
    auto response = ask(token_->value);
    if (!response) return Fail(std::move(response).error().While(what));
    return response;
  };
  const bool fresh = !token_ || token_->until <= tools_.clock.Now();
  if (fresh) HEED_TRY(SignIn());
  auto response = HEED_TRY(send());
  if (response.status != 401) return response;
  if (!fresh) {
    HEED_TRY(SignIn());
    response = HEED_TRY(send());
    if (response.status != 401) return response;
  }
  token_.reset();
  return Fail(Fault::kSignIn, what + ": signed in, but Reddit refuses the token: look at the application at " + site_ + "/prefs/apps");
}

Done RedditSession::SignIn() {
  token_.reset();
  HttpRequest request{.method = "POST", .url = site_ + "/api/v1/access_token"};
  request.headers = {{"accept", "application/json"},
                     {"content-type", "application/x-www-form-urlencoded"},
                     {"user-agent", UserAgent()},
                     {"authorization", "Basic " + Base64(account_.client_id + ":" + account_.client_secret)}};
  request.body = account_.password.empty() ? "grant_type=client_credentials" : "grant_type=password&username=" + UrlEncode(account_.username) + "&password=" + UrlEncode(account_.password);
  request.max_redirects = 0;
  const std::string what = "signing in to Reddit";
  auto response = tools_.http.Send(request);
  if (!response) return Fail(std::move(response).error().While(what));
  if (response->status == 400 || response->status == 401 || response->status == 403)
    return Fail(Fault::kSignIn, what + ": refused: check client_id and the client_secret file; the application must have been approved by Reddit");
  if (response->status != 200) return Fail(StatusError(*response, what, tools_.clock.Now()));
  JsonParser parser;
  auto body = parser.Parse(response->body);
  if (!body) return Fail(std::move(body).error().While(what));
  // A wrong password answers 200 {"error": "invalid_grant"}.
  if (const auto error = (*body)["error"].String()) return Fail(Fault::kSignIn, what + ": refused (" + Named(*error) + "): check username and password");
  Token token{TextOf((*body)["access_token"]), tools_.clock.Now()};
  if (token.value.empty()) return Fail(Fault::kMalformed, what + ": the answer has no token");
  token.until += std::clamp<seconds>(seconds{(*body)["expires_in"].Int().value_or(3600)}, seconds{120}, hours{24}) - minutes{1};
  token_ = std::move(token);
  return {};
}

}  // namespace heed
