// The list of connectors.  A new one is added here, and nowhere else.
#include "connectors/catalogue.h"

#include "connectors/bluesky/bluesky.h"
#include "connectors/facebook/facebook.h"
#include "connectors/feed/feed.h"
#include "connectors/file/file.h"
#include "connectors/google/google.h"
#include "connectors/instagram/instagram.h"
#include "connectors/mastodon/mastodon.h"
#include "connectors/trustpilot/trustpilot.h"
#include "connectors/x/x.h"
#include "connectors/youtube/youtube.h"

namespace heed {

const std::vector<const ConnectorCard*>& Catalogue() {
  static const std::vector<const ConnectorCard*> list = {
      &kFileCard,
      &kFeedCard,
      &kBlueskyCard,
      &kMastodonCard,
      &kYouTubeCard,
      &kFacebookCard,
      &kInstagramCard,
      &kGoogleCard,
      &kTrustpilotCard,
      &kXCard,
  };
  return list;
}

const ConnectorCard* FindConnector(std::string_view name) {
  for (const ConnectorCard* card : Catalogue()) {
    if (card->name == name) return card;
  }
  return nullptr;
}

}  // namespace heed
