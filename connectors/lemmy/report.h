// Reports to a Lemmy server's and community's moderators, and whether a reported post or comment is still up there.
//
// Sources: lemmy-js-client's types of API v3 (CreatePostReport, CreateCommentReport, ResolveObject, GetPost, GetModlog); the server's
// check_report_reason: 1,000 characters, and its own filter of slurs runs over them.
//
// A report names what it is about by the number it has on the account's own server, so that is looked up first.  Re-checks read as a
// stranger does; the modlog, which is public, says whether a moderator removed something.
#pragma once

#include <string>

#include "connectors/connector.h"
#include "src/model/report.h"

namespace heed {

class LemmyReports {
 public:
  // `server`: origin.  `username` empty: looks only.
  LemmyReports(std::string server, std::string username, std::string password, ConnectorTools tools)
      : server_(std::move(server)), username_(std::move(username)), password_(std::move(password)), tools_(tools) {}

  Result<ReportForm> Form(Category category) const;
  ReportOutcome Submit(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  struct Local {
    bool comment = false;
    std::string id;
  };
  Done SignIn();
  Result<Local> Resolve(const Post& post);
  Result<HttpResponse> Get(const std::string& path, bool signed_in);
  bool RemovedByModerator(const Local& local, std::string& answers);

  std::string server_, username_, password_;
  ConnectorTools tools_;
  std::string token_;
};

}  // namespace heed
