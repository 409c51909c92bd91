// A sign-in service (OpenID Connect) on 127.0.0.1 that a test scripts: it issues tokens with real signatures, and any forgery asked for.
//
//   SignInService service("heed-client", "secret");
//   service.person = {{"sub", "1234"}, {"email", "amina@oakmoor.example"}};
//   service.forge = Forgery::kNoAlgorithm;
//   ... send a browser to the address Begin() gave; service.Approve(address) says where it is sent back to ...
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "src/access/oidc.h"
#include "src/base/time.h"
#include "src/net/http.h"
#include "tests/fakes/http_server.h"

namespace heed {

enum class Forgery {
  kNone,
  kNoAlgorithm,        // "alg": "none", no signature
  kNoAlgorithmSigned,  // "alg": "none" and a signature
  kSharedSecret,       // HS256, keyed with the public key's own PEM
  kSharedModulus,      // HS256, keyed with the bytes of the modulus
  kUnknownKey,         // signed by another key, under a name that is not published
  kStolenName,         // signed by another key, under the published name
  kOtherKind,          // RS256 in the header under the name of the P-256 key
  kNoName,             // signed rightly, but with no "kid", while several keys fit
  kBrokenSignature,
  kChangedClaims,      // the claims were changed after signing
  kOtherIssuer,
  kOtherClient,
  kManyClients,        // ours among others, and nobody named as the one it was made for
  kOtherParty,         // "azp" names another
  kExpired,
  kNoExpiry,
  kFromTheFuture,
  kNotYet,
  kTooOld,
  kOtherNonce,
  kNoNonce,
  kNoSubject,
  kDoubledClaim,       // "sub" twice
  kCritical,           // a header that must be understood, and is not
  kEmbeddedKey,        // a key of the forger's in the header
};

// How tokens are signed.
enum class SignedWith { kRs256, kPs256, kEs256 };

class SignInService {
 public:
  SignInService(std::string client_id, std::string secret);
  ~SignInService();

  const std::string& issuer() const { return issuer_; }
  HttpServer& server() { return server_; }

  // Claims of whoever signs in, as JSON values: {"sub", "\"1234\""}.
  std::map<std::string, std::string> person;
  Forgery forge = Forgery::kNone;
  SignedWith signed_with = SignedWith::kRs256;
  std::string says_issuer;        // in its document; "" = its own
  std::string answers_issuer;     // "iss" of the answer; "" = none
  bool promises_issuer = false;   // its document says that answers carry "iss"
  bool basic = true;              // takes the secret in a header, else in the body
  Instant now{};                  // what its clock says

  // New keys, under new names; tokens are signed with them from now on, and they are published at once or not at all.
  void RotateKeys(bool published = true);
  void PublishKeys();

  // A person signs in at `address` and is sent back: the path and query of that.  Empty when the request is not as the standard wants it.
  std::string Approve(std::string_view address);
  // Why not, where Approve() or an exchange was refused.
  std::string refused;

  std::size_t key_fetches() const;

 private:
  struct Keys;
  struct Code {
    std::string redirect_uri, nonce, challenge;
    bool used = false;
  };
  Answer Exchange(const SeenRequest& request);
  std::string Token(const Code& code);

  const std::string client_id_, secret_;
  std::unique_ptr<Keys> keys_;
  std::string published_;
  std::mutex mutex_;
  std::map<std::string, Code> codes_;
  HttpServer server_;  // behind all that its handlers use
  std::string issuer_;
};

// How an OidcClient of the tests asks it.
inline OidcFetch FetchThrough(HttpClient& http) {
  return [&http](const OidcRequest& asked) -> Result<OidcAnswer> {
    HttpRequest request;
    request.method = asked.post ? "POST" : "GET";
    request.url = asked.url;
    request.headers = asked.headers;
    request.body = asked.body;
    request.max_redirects = 0;
    auto answer = HEED_TRY(http.Send(request));
    return OidcAnswer{answer.status, std::move(answer.body)};
  };
}

}  // namespace heed
