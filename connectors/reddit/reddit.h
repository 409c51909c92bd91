// Reddit: finds public posts that mention the school through the site's search, and reads the posts and comments
// of the subreddits that the school names.
//
// Sources: Reddit's API as PRAW (github.com/praw-dev/praw) uses it: /api/v1/access_token, /search, /r/{sub}/new,
// /r/{sub}/comments; the listings' fields as recorded.
//
// Comments cannot be searched: those of a subreddit are read whole and what does not mention the school is
// forgotten at once.  Listings end after about 1,000 entries; what lies behind is a Gap and not nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"
#include "src/base/result.h"

namespace heed {

extern const ConnectorCard kRedditCard;

// Pure.  A Listing of posts (t3) and comments (t1).  kMalformed when it is none; an entry that cannot be read is left
// out with a note.  Deleted and removed entries, and those of subreddits that not everybody may read, are left
// out.  `next` is the listing's "after", `last_id` the last entry's name.  With `site` = "https://www.reddit.com".
Result<ListAnswer> ParseRedditListing(std::string_view body, std::string_view site = "https://www.reddit.com");

}  // namespace heed
