// Hiding replies below the school's own posts on X.
//
// Sources: docs.x.com: hide replies, users/me, post lookup; RFC 5849 (OAuth 1.0a), which X takes for all three.
//
// It signs with OAuth 1.0a and not with OAuth 2.0: X's OAuth 2.0 tokens last two hours, and each renewal replaces the token that renews, which
// somebody would have to keep, and could lose.  Those of OAuth 1.0a stay as they are until the school takes them back, so nothing is kept here.
//
// A hidden reply is not deleted: anybody finds it behind "View hidden replies".  X takes reports from people only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/connector.h"
#include "src/model/report.h"

namespace heed {

// The keys of the school's app, and what they were given for the school's own account.
struct OAuth1Keys {
  std::string key, secret;              // of the app
  std::string token, token_secret;      // of the account
};

// Pure.  The value of an Authorization header for a request without a form in its body; `url` with its query as it is sent.  `nonce` is anything that
// was not used before in that second.
std::string OAuth1Header(const OAuth1Keys& keys, std::string_view method, std::string_view url, std::string_view nonce, Instant at);

class XReplies {
 public:
  struct Prices {
    std::int64_t post = 5'000, user = 10'000, change = 5'000;  // millionths of a US dollar
  };
  // What costs so much may be asked: it is within the month's cap, and counted; kBusy where it is not.
  using Spend = std::function<Done(std::int64_t millionths, const std::string& what)>;
  // `keys` empty: hides nothing.
  XReplies(std::string server, OAuth1Keys keys, Prices prices, Spend spend, ConnectorTools tools) : server_(std::move(server)), keys_(std::move(keys)), prices_(prices), spend_(std::move(spend)), tools_(tools) {}

  Result<ReportForm> Form(const Post& post);
  ReportOutcome Hide(const ApprovedReport& report);

 private:
  HttpRequest Request(std::string_view method, const std::string& path) const;
  // The answer's body, of a question that changes nothing.
  Result<std::string> Get(const std::string& path, std::int64_t cost, const std::string& what);
  // The number of the account the token was given for.
  Result<std::string> Account(const std::string& what);

  std::string server_;  // origin
  OAuth1Keys keys_;
  Prices prices_;
  Spend spend_;
  ConnectorTools tools_;
  std::optional<std::string> account_;
};

}  // namespace heed
