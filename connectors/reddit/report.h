// Reports to a subreddit's moderators, and whether a reported post or comment is still up on Reddit.
//
// Sources: POST /api/report as the server's source of 2017 (github.com/reddit-archive/reddit, r2/controllers/api.py) reads it and PRAW
// (models/reddit/mixins/reportable.py) sends it; /r/{sub}/about/rules; /api/info.
//
// Reddit takes a rule, or words of one's own of 100 characters; never both, and it gives no number.  What was reported is hidden from the
// reporting account, which changes nothing of what /api/info says.
#pragma once

#include "connectors/connector.h"
#include "connectors/reddit/session.h"
#include "src/model/report.h"

namespace heed {

class RedditReports {
 public:
  // `api`: origin.  `session` outlives this.
  RedditReports(std::string api, RedditSession& session, ConnectorTools tools) : api_(std::move(api)), session_(session), tools_(tools) {}

  Result<ReportForm> Form(const Post& post, Category category);
  ReportOutcome Submit(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  Result<HttpResponse> Get(const std::string& path, const std::string& what);

  std::string api_;
  RedditSession& session_;
  ConnectorTools tools_;
};

}  // namespace heed
