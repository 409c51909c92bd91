// The list of connectors.  A new one is added here, and nowhere else.
#include "connectors/catalogue.h"

#include "connectors/bluesky/bluesky.h"
#include "connectors/feed/feed.h"
#include "connectors/file/file.h"
#include "connectors/mastodon/mastodon.h"
#include "connectors/youtube/youtube.h"

namespace heed {

const std::vector<const ConnectorCard*>& Catalogue() {
  static const std::vector<const ConnectorCard*> list = {
      &kFileCard,
      &kFeedCard,
      &kBlueskyCard,
      &kMastodonCard,
      &kYouTubeCard,
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
