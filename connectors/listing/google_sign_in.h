// An hour's access to a Google account, for a refresh token that its owner gave to the school's own client.
//
// Source: developers.google.com/identity/protocols/oauth2/web-server#offline.  One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

class GoogleSignIn {
 public:
  struct Options {
    std::string server;  // origin
    std::string client_id, client_secret, refresh_token;
  };
  GoogleSignIn(Options options, ConnectorTools tools) : options_(std::move(options)), tools_(tools) {}

  bool has_account() const { return !options_.refresh_token.empty(); }
  // The access token; a new one where the last has ended, or `anew` because it was refused.  kSignIn says what to do.
  Result<std::string> Token(bool anew);
  // When the refresh token itself ends, as Page::sign_in_ends: told with each new access token.
  std::optional<Instant> ends() const { return ends_; }
  // What to do when Google refuses a token it has just given.
  static std::string_view Help();

 private:
  Done SignIn();

  struct Access {
    std::string token;
    Instant until;
  };
  Options options_;
  ConnectorTools tools_;
  std::optional<Access> access_;
  std::optional<Instant> ends_;
};

}  // namespace heed
