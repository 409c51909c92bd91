// NodeBB forums: finds public posts that mention the school through a forum's search, or reads all new ones.
//
// Sources: NodeBB's public/openapi/read.yaml (search, recent/posts) and src/controllers/search.js.
//
// It reads as a stranger does, so that a category for members only is never seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"
#include "src/base/result.h"

namespace heed {

extern const ConnectorCard kNodebbCard;

// Pure.  An answer of /api/search ({"posts": [...], "pageCount": 3}) or /api/recent/posts ([...]).  `origin` is the
// forum's address with its path.  kMalformed when it is neither; a post that cannot be read is left out with a note,
// deleted posts and topics are left out.  `next` is "more" where the answer itself says that a page `number`
// (from 1) has others behind it.
Result<ListAnswer> ParseNodebbPage(std::string_view body, std::string_view origin, std::int64_t number = 1);

}  // namespace heed
