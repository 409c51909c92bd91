// Flags for a Discourse forum's moderators, and whether a flagged post is still up.
//
// Sources: docs.discourse.org (POST /post_actions.json, GET /posts/{id}.json), the server's PostActionTypeSerializer for /site.json.
//
// A forum's kinds of flags are its own and are read from it.  Its staff see who flagged.  Re-checks read as a stranger does.
#pragma once

#include <string>

#include "connectors/connector.h"
#include "src/model/report.h"

namespace heed {

class DiscourseReports {
 public:
  struct Account {
    std::string user_api_key;       // one made by an ordinary member; or
    std::string api_key, username;  // one made by the forum's admin for the school's account
  };
  DiscourseReports(std::string server, Account account, ConnectorTools tools) : server_(std::move(server)), account_(std::move(account)), tools_(tools) {}

  Result<ReportForm> Form(const Post& post, Category category);
  ReportOutcome Submit(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  bool has_account() const { return !account_.user_api_key.empty() || !account_.api_key.empty(); }
  void SignIn(HttpRequest& request) const;

  std::string server_;
  Account account_;
  ConnectorTools tools_;
};

}  // namespace heed
