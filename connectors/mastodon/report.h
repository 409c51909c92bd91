// Reports to a Mastodon server's moderators, and whether a reported post is still up there.
//
// Sources: docs.joinmastodon.org methods/reports, methods/search (resolve), methods/statuses, methods/instance (rules),
// entities/Status and entities/Account.
//
// A report names accounts and posts by the ids they have on the school's own server, which are looked up first: that is how the
// server gets to know a post that somebody else's server holds.  Nobody can read back what became of a report.
#pragma once

#include <optional>
#include <string>

#include "connectors/connector.h"
#include "src/model/report.h"

namespace heed {

class MastodonReports {
 public:
  // `server`: origin.  `token` empty: looks only.
  MastodonReports(std::string server, std::string token, ConnectorTools tools) : server_(std::move(server)), token_(std::move(token)), tools_(tools) {}

  Result<ReportForm> Form(const Post& post, Category category);
  ReportOutcome Submit(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  // A post as this server knows it.
  struct Local {
    std::string id, account, version;
    bool limited = false, suspended = false;
  };
  std::string Host() const { return server_.substr(server_.find("//") + 2); }
  bool IsOurs(const Post& post) const { return post.instance == Host() && !post.native_id.empty(); }
  Result<HttpResponse> Get(const std::string& path);
  Result<Local> Find(const Post& post);
  Error Refused(const HttpResponse& response, const std::string& what) const;

  std::string server_, token_;
  ConnectorTools tools_;
};

}  // namespace heed
