// Reports of videos to YouTube, hiding of comments on the school's own channels, and whether either is still up.
//
// Sources: developers.google.com/youtube/v3/docs videos/reportAbuse, videoAbuseReportReasons/list, comments/setModerationStatus,
// comments/list, videos/list and errors.
//
// Comments are reported by people only: comments.markAsSpam was taken away in 2023.  Requests here cost units of the day's quota that reading
// posts uses too: 50 a report or a hiding, counted from the custody chain; 1 a form or a look, counted in the source's tally before it is asked.  A
// look is left for another day when the day's units are used up.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/google_sign_in.h"
#include "src/model/report.h"

namespace heed {

class YouTubeReports {
 public:
  // `server`: origin.  `key` reads; `own`: the school's own channels.
  // `used`: units of today, of all kinds, as far as they are known.
  YouTubeReports(std::string server, std::string key, GoogleSignIn::Options sign_in, std::vector<std::string> own, School school, std::int64_t daily_units, std::function<Result<std::int64_t>()> used, ConnectorTools tools)
      : server_(std::move(server)), key_(std::move(key)), own_(std::move(own)), school_(std::move(school)), daily_units_(daily_units), used_(std::move(used)), sign_in_(std::move(sign_in), tools), tools_(tools) {}

  Result<ReportForm> Form(const Post& post, Category category);
  ReportOutcome Submit(const ApprovedReport& report);
  Result<ReportForm> HideForm(const Post& post);
  ReportOutcome Hide(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  // As the account where there is one, else with the key.
  Result<HttpResponse> Get(const std::string& path, bool signed_in);
  std::optional<Post> AsItIs(std::string_view body, const Post& post) const;
  ReportOutcome Send(const std::string& path, std::string body, const std::string& what);

  std::string server_, key_;
  std::vector<std::string> own_;
  School school_;
  std::int64_t daily_units_;
  std::function<Result<std::int64_t>()> used_;
  GoogleSignIn sign_in_;
  ConnectorTools tools_;
  bool refused_ = false;  // the last token: the next one is made anew
};

}  // namespace heed
