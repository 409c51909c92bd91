// A token of Reddit's for the school's own application, renewed when it ends.
//
// Source: RFC 6749 4.4 (the application alone) and 4.3 (a "script", for its owner's account), as PRAW (github.com/praw-dev/praw) uses them.
// One thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

class RedditSession {
 public:
  struct Account {
    std::string client_id, client_secret, username, password;  // password empty: the application alone, which reads and cannot report
  };
  // `site`: origin where tokens are made.
  RedditSession(std::string site, Account account, ConnectorTools tools) : site_(std::move(site)), account_(std::move(account)), tools_(tools) {}

  bool has_account() const { return !account_.password.empty(); }
  // As Reddit wants every program to call itself.
  std::string UserAgent() const { return "linux:heed:" HEED_VERSION " (by /u/" + account_.username + ")"; }

  // Calls `ask` with a token; once more with a new one where the first was refused (then the request was not looked at).  Any other status is
  // the answer.  `what` names the request for people.
  using Asking = std::function<Result<HttpResponse>(const std::string& token)>;
  Result<HttpResponse> Ask(const Asking& ask, const std::string& what);

 private:
  struct Token {
    std::string value;
    Instant until;
  };
  Done SignIn();

  std::string site_;
  Account account_;
  ConnectorTools tools_;
  std::optional<Token> token_;
};

}  // namespace heed
