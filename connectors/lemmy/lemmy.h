// Lemmy: finds public posts and comments that mention the school through a server's search, and reads the
// communities that the school names.
//
// Sources: lemmy-js-client's types of API v3 (0.18, 0.19; a 1.0 server still answers it), the server's routes.
//
// It reads as a stranger does, so that nothing which needs an account is ever seen.  A search covers what that
// server knows: its own communities and those its members follow elsewhere.  There is no "since": sorted by
// New, it is read down to the lower bound.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"
#include "src/base/result.h"

namespace heed {

extern const ConnectorCard kLemmyCard;

enum class LemmyList {
  kPosts,     // {"posts": [PostView]}         /api/v3/search?type_=Posts, /api/v3/post/list
  kComments,  // {"comments": [CommentView]}   /api/v3/search?type_=Comments, /api/v3/comment/list
};

// Pure.  `instance` is the host the page came from.  kMalformed when `body` is not JSON or not such a list; an
// entry that cannot be read is left out with a note.  `next` is the server's own name of the next page, if it
// gives one.
//
// What its author deleted, a moderator removed or only members may see is left out.  A post's text is its
// Markdown as a reader sees it; the address it links to, with the preview's words, is a medium.  A comment's text is
// its own: the words of the post above it stay out.
Result<ListAnswer> ParseLemmyPage(std::string_view body, LemmyList list, std::string_view instance);

}  // namespace heed
