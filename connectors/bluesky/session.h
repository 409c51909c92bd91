// A signed-in session at the school account's own Bluesky server (PDS).
//
// Sources: lexicons com.atproto.server.createSession and refreshSession; docs.bsky.app/docs/advanced-guides/rate-limits.  Sign-ins
// are rationed (30 in 5 minutes, 300 a day), so a session lives as long as its connector.  One thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "src/base/result.h"
#include "src/net/http.h"

namespace heed {

class BlueskySession {
 public:
  // `service`: origin where the account signs in.  `handle` empty: nobody signs in.
  BlueskySession(std::string service, std::string handle, std::string password, ConnectorTools tools);

  bool has_account() const { return !handle_.empty(); }
  const std::string& service() const { return service_; }

  // Calls `ask` with the server to ask and the token to show, after signing in where there is no session; once more with fresh
  // tokens where the first ones were refused (then the request was not looked at).  Any other status is the answer.  `what` names
  // the request for people.
  using Asking = std::function<Result<HttpResponse>(const std::string& server, const std::string& token)>;
  Result<HttpResponse> Ask(const Asking& ask, std::string_view what);

 private:
  struct Tokens {
    std::string access, refresh, server;
  };
  Done SignIn();
  Result<bool> Refresh();
  Result<Tokens> Read(const HttpResponse& response) const;

  std::string service_, handle_, password_;
  ConnectorTools tools_;
  std::optional<Tokens> tokens_;
};

// An XRPC error body: {"error": "ExpiredToken", "message": "Token has expired"}.
struct BlueskyRefusal {
  std::string name, message;
};
BlueskyRefusal ReadBlueskyRefusal(const HttpResponse& response);
// Whether the answer says that the tokens are no good (any more).
bool BlueskyTokenRefused(const HttpResponse& response);

}  // namespace heed
