// Hiding a comment on the school's own Facebook Page or below its own Instagram posts, and whether it is still there.
//
// Sources: developers.facebook.com/docs/graph-api reference comment (is_hidden, can_hide) and docs/instagram-api reference ig-comment (hide).
//
// A hidden comment is not deleted; its author and the author's friends may still see it.  Meta takes reports from people only.  It answers in the same
// way about what is gone and about what a token may not see, so a re-check that is told "missing" asks for the account itself too.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "connectors/listing/graph.h"
#include "src/model/report.h"

namespace heed {

class GraphComments {
 public:
  struct Kind {
    std::string_view platform;   // "Facebook"
    std::string_view fields;     // of a comment
    std::string_view words;      // the field that holds its words
    std::string_view hidden;     // the field that says whether it is hidden
    std::string_view can_hide;   // "" = it does not say
    std::string_view parameter;  // that hides it: "is_hidden=true"
  };
  // `owner`: the number of the Page or account, which the token must be able to read.
  GraphComments(Graph::Options options, Kind kind, std::string owner, ConnectorTools tools) : graph_(std::move(options), tools), kind_(kind), owner_(std::move(owner)), tools_(tools) {}

  // Whether Recheck() can look at it: it has a number that Meta knows it by.
  static bool CanLookAt(const Post& post);

  Result<ReportForm> Form(const Post& post);
  ReportOutcome Hide(const ApprovedReport& report);
  PresenceCheck Recheck(const Post& post);

 private:
  // Whether the token still reads what is the school's own.
  bool ReadsOwner(std::string& answer);

  Graph graph_;
  Kind kind_;
  std::string owner_;
  ConnectorTools tools_;
};

extern const GraphComments::Kind kFacebookComments, kInstagramComments;

}  // namespace heed
