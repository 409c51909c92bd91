// Flags for a NodeBB forum's moderators, and whether a flagged post is still up.
//
// Sources: NodeBB's public/openapi/write (flags.yaml, posts/pid.yaml) and src/flags.js.
//
// NodeBB lists no reasons: the moderators read the words.  Whoever is no moderator gets no number.  Re-checks read as a stranger does, to whom it says "no
// such post" also of what only members may see: where there is an account, that is asked before anything is called gone.
#pragma once

#include <string>

#include "connectors/connector.h"
#include "src/model/report.h"

namespace heed {

class NodebbReports {
 public:
  // `server`: origin and, where the forum lies below one, its path.  `token` empty: looks only.
  NodebbReports(std::string server, std::string token, ConnectorTools tools) : server_(std::move(server)), token_(std::move(token)), tools_(tools) {}

  Result<ReportForm> Form(Category category) const;
  ReportOutcome Submit(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  HttpRequest Question(const Post& post, bool member) const;

  std::string server_, token_;
  ConnectorTools tools_;
};

}  // namespace heed
