// Instagram: comments below the school's own posts, posts that tag the school's account, and posts under its hashtags.
//
// Sources: developers.facebook.com/docs/instagram-platform ig-user/media, ig-user/tags, ig-media/comments,
// ig-hashtag-search and ig-hashtag/recent-media.
//
// Nothing else of Instagram can be read.  A mention of the account in words ("@oakmoor") is told to a web hook only, which heed
// does not have: posts that tag it are found.  Instagram lets one account ask for 30 different hashtags in seven days; heed
// counts them in the cursor.  Of a hashtag it shows the last 24 hours, without authors.
//
// A comment is looked at again by its number; somebody else's post only by whether it is still among those that tag the account, so that it is
// never called gone; what was found under a hashtag not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"

namespace heed {

extern const ConnectorCard kInstagramCard;

enum class InstagramList { kOwnMedia, kMedia, kComments };

// What comments stand below.
struct InstagramMedia {
  std::string id, username, permalink;
  std::optional<Instant> at;
};

struct InstagramPage {
  std::vector<ListEntry> entries;     // none of kOwnMedia: the school's own words
  std::vector<InstagramMedia> media;  // of kOwnMedia
  std::size_t given = 0;
  std::string next;               // as GraphNext
  std::optional<Instant> newest;  // written
  std::vector<std::string> notes;
};

// Pure.  kMalformed when `body` is not such a list; one entry that cannot be read is left out with a note, and without one: what is
// hidden, what the account wrote itself, what has no words.
Result<InstagramPage> ParseInstagramPage(std::string_view body, InstagramList list, const InstagramMedia& below = {});

}  // namespace heed
