// Signing in with a school account: OpenID Connect, authorization code flow with PKCE.
//
//   Begin()   where to send the browser, and a token for its cookie    -> the sign-in service asks who they are
//   Finish()  what the browser brought back, and that cookie           -> who the service says it is
//
// It knows neither HTTP servers nor clients: what must be fetched goes through a function it is given.  It says who somebody is at the
// sign-in service; whether they may come in is Gate's to say.  What it keeps (attempts under way, the service's keys) is in memory, bounded,
// and good for minutes or hours.  Thread-safe.
//
// Sources: OpenID Connect Core 1.0 and Discovery 1.0; RFC 6749, 7636 (PKCE), 9207 (issuer in the answer), 9700 (best current practice).
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/access/token.h"
#include "src/base/hash.h"
#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// Where the service sends people back to, after the console's own address.
inline constexpr std::string_view kOidcReturn = "/sign-in/school/back";

// [console.oidc], as checked by CheckOidcSettings().
struct OidcSettings {
  std::string issuer;        // "https://login.oakmoor.example", as the service writes itself
  std::string client_id;
  std::string client_secret; // empty: a public client, PKCE alone
  std::string redirect_uri;  // where the service sends people back to; never taken from a request
  std::string label = "your school account";  // "Sign in with ..."
  std::string subject_claim = "sub";          // "oid" for Microsoft Entra
  bool trust_mail = false;   // take "email" for verified though the service does not say so
  std::vector<std::string> second_factor;     // "amr" or "acr" values that stand for one; empty: heed asks for its own code
  std::string acr_values;    // asked of the service; empty: nothing
};

// What is wrong, by key of the configuration, and what would be right.
std::vector<std::pair<std::string, std::string>> CheckOidcSettings(const OidcSettings& settings);

// https, or http to this machine itself, which tests use; no name or password, no fragment.
bool IsSafeAddress(std::string_view url);

struct OidcRequest {
  bool post = false;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
struct OidcAnswer {
  int status = 0;
  std::string body;
};
// Follows no redirects, and takes at most kOidcMostBytes and kOidcPatience.
using OidcFetch = std::function<Result<OidcAnswer>(const OidcRequest&)>;
inline constexpr std::uint64_t kOidcMostBytes = 512 * 1024;
inline constexpr seconds kOidcPatience{10};

// Who somebody is at the sign-in service: checked.
struct SchoolAccount {
  std::string key;            // Person::account
  std::string subject;        // the part of it after the issuer, which an administrator may write down
  std::string mail;           // empty unless it is verified
  bool second_factor = false; // the service asked for one
};

class OidcClient {
 public:
  OidcClient(OidcSettings settings, OidcFetch fetch) : settings_(std::move(settings)), fetch_(std::move(fetch)) {}

  const OidcSettings& settings() const { return settings_; }

  struct Start {
    std::string address;  // of the sign-in service, for the browser
    std::string token;    // for its cookie
  };
  // `next` is a path of ours, kept and handed back.  kUnavailable: the service cannot be reached; kMalformed or kDenied: what it says of itself
  // is not right; kBusy: too many wait for it.
  Result<Start> Begin(std::string_view next, Instant now);

  // What the service put into the address it sent the browser back to, and the cookie's token.
  struct Return {
    std::string cookie, state, code, issuer, error;  // issuer: "iss"
    bool has_issuer = false;
  };
  struct Arrival {
    SchoolAccount account;
    std::string next;
  };
  // An attempt is used up by this, whatever comes of it.  kGone: there is no such attempt, it is too old or used up, or the answer belongs to
  // another: begin again.  kCancelled: the service says that they did not sign in.  kSignIn: no second factor was asked for.  kDenied: what
  // came does not hold.  Otherwise as Begin().
  Result<Arrival> Finish(const Return& back, Instant now);

  static constexpr minutes kAttempt{10};
  static constexpr std::size_t kMostAttempts = 5000;
  static constexpr seconds kKeysEvery{60};  // the keys are fetched again for an unknown one at most so often
  static constexpr hours kKeysLast{24};     // and count for so long

 private:
  struct Attempt {
    std::string state, nonce, verifier, next;
    Instant at{};
  };
  // What the service says of itself.
  struct Provider {
    std::string authorization, token, keys;
    bool says_issuer = false, basic = true;  // how it wants the secret: in a header, else in the body
    Instant at{};
  };
  Result<Provider> Discover(Instant now);
  Result<std::vector<IssuerKey>> Keys(const Provider& provider, bool afresh, Instant now);
  Result<OidcAnswer> Ask(const OidcRequest& request);
  Result<std::string> FetchToken(const Provider& provider, std::string_view code, const Attempt& attempt);

  const OidcSettings settings_;
  const OidcFetch fetch_;
  std::mutex mutex_;  // guards everything below; never held while something is fetched
  std::map<Digest, Attempt> attempts_;  // by the SHA-256 of what stands in the cookie
  std::optional<Provider> provider_;
  std::vector<IssuerKey> keys_;
  std::optional<Instant> keys_at_, keys_tried_;
  int waiting_ = 0;
};

}  // namespace heed
