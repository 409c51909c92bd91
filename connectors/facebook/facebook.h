// Facebook: what visitors write on the school's own Page: posts, comments and, if wanted, recommendations, and
// public posts that tag the Page.
//
// Sources: developers.facebook.com/docs/graph-api/reference page/feed, page/tagged, page/ratings, object/comments.
//
// Nothing else of Facebook can be read: there is no search of public posts, of groups or of profiles.  The Page's own words are left
// out; the comments below them are read for as long as a post is followed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"

namespace heed {

extern const ConnectorCard kFacebookCard;

enum class FacebookList { kPosts, kComments, kRecommendations };

struct FacebookPage {
  struct Thread {
    std::string id;
    std::optional<Instant> at;
  };
  std::vector<ListEntry> entries;
  std::vector<Thread> threads;  // public posts, the Page's own included: comments may stand below them
  std::size_t given = 0;
  std::string next;               // as GraphNext
  std::optional<Instant> newest;  // written
  std::vector<std::string> notes;
};

// Pure.  kMalformed when `body` is not such a list; one entry that cannot be read is left out with a note, and without one: what is not
// public, what is hidden, what `page` wrote itself, what has no words.  `post` is what comments stand below.
Result<FacebookPage> ParseFacebookPage(std::string_view body, FacebookList list, std::string_view page, std::string_view post = "");

}  // namespace heed
