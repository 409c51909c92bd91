// Reports to Bluesky's moderation service, and whether a reported post is still up.
//
// Sources: lexicons com.atproto.moderation.createReport and defs, tools.ozone.report.defs, app.bsky.labeler.getServices,
// app.bsky.feed.getPosts, com.atproto.repo.getRecord, com.atproto.sync.getRepoStatus; docs.bsky.app/docs/advanced-guides/api-directory.
//
// The report names the version that people saw (its CID).  Nobody can read back what became of a report: re-checks and the account's
// messages tell.  To learn who removed a post its author's own server is asked, without any credentials, over https, and never at an address that is not public.
#pragma once

#include <string>
#include <string_view>

#include "connectors/bluesky/session.h"
#include "connectors/connector.h"
#include "src/model/report.h"
#include "src/net/guard.h"

namespace heed {

inline constexpr std::string_view kBlueskyModeration = "did:plc:ar7c4by46qjdydhdevvrndac";

class BlueskyReports {
 public:
  struct Places {
    std::string appview;     // origin asked for posts, without signing in
    std::string directory;   // origin of the account directory
    std::string moderation;  // did of the service that gets the reports
  };
  // `session` outlives it.
  BlueskyReports(BlueskySession& session, Places places, ConnectorTools tools) : session_(session), places_(std::move(places)), tools_(tools) {}

  Result<ReportForm> Form(const Post& post, Category category);
  ReportOutcome Submit(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  Result<HttpResponse> Get(const std::string& url, std::string& answers, const AddressGuard* guard = nullptr);
  std::string ServerOfAuthor(const std::string& did, std::string& answers);
  Presence WhoRemoved(const Post& post, std::string& answers);

  BlueskySession& session_;
  Places places_;
  ConnectorTools tools_;
  AddressGuard guard_;  // a stranger names the server of their account
};

// "did:plc:x" and "3k..." of "at://did:plc:x/app.bsky.feed.post/3k..."; both empty when it is no such address.
struct BlueskyAddress {
  std::string did, rkey;
};
BlueskyAddress ReadBlueskyAddress(std::string_view global_id);

// The reasons of a service that lists `offered` ("all": it did not say, and takes any), and the one for a category.  Pure.
ReportForm BlueskyForm(const std::vector<std::string>& offered, bool all, Category category);

}  // namespace heed
