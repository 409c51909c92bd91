// The list of connectors.  A new one is added here, and nowhere else.
#include "connectors/catalogue.h"

#include "connectors/bluesky/bluesky.h"
#include "connectors/bluesky/stream.h"
#include "connectors/discourse/discourse.h"
#include "connectors/facebook/facebook.h"
#include "connectors/feed/feed.h"
#include "connectors/file/file.h"
#include "connectors/google/google.h"
#include "connectors/instagram/instagram.h"
#include "connectors/lemmy/lemmy.h"
#include "connectors/mastodon/mastodon.h"
#include "connectors/nodebb/nodebb.h"
#include "connectors/reddit/reddit.h"
#include "connectors/telegram/telegram.h"
#include "connectors/trustpilot/trustpilot.h"
#include "connectors/x/x.h"
#include "connectors/youtube/youtube.h"

namespace heed {

const std::vector<const ConnectorCard*>& Catalogue() {
  static const std::vector<const ConnectorCard*> list = {
      &kFileCard,
      &kFeedCard,
      &kBlueskyCard,
      &kBlueskyStreamCard,
      &kMastodonCard,
      &kLemmyCard,
      &kDiscourseCard,
      &kNodebbCard,
      &kRedditCard,
      &kTelegramCard,
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
