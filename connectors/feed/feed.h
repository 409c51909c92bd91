// Feeds: RSS (0.9x, 1.0, 2.0), Atom and JSON Feed 1.1, a Google Alert delivered as a feed among them.
//
// Sources: RSS 2.0 at rssboard.org, RDF Site Summary 1.0, RFC 4287 (Atom), RFC 5005 (paging), RFC 4685 (threads),
// jsonfeed.org/version/1.1, RFC 9110 and 9111 (conditional requests, freshness), RFC 7303 (charset of XML).
//
// A feed is a window on the newest few items.  An item that is no longer in it is not deleted, and a window
// that shares nothing with the last one means that items were missed: that is a gap, and said.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/post.h"

namespace heed {

extern const ConnectorCard kFeedCard;

// One document.
struct ParsedFeed {
  std::string title;
  std::vector<Post> posts;         // in the feed's order; first_seen_at is left to whoever has a clock
  std::string next_url;            // where older items are, or ""
  std::optional<seconds> ttl;      // how long the feed asks to be left alone
  std::vector<std::string> notes;  // what was repaired or left out
};

// Pure.  `feed_url` is the configured address and part of an item's identity where its own id is not unique
// in the world; `document_url` is what links are relative to; `content_type` as the server sent it, which may
// name the charset.  kMalformed when the bytes are no feed; a web page is named as such.
//
// An item's identity is its guid or id, else its link, else a digest of title, link and date.  A guid that several
// different items of one document share is no identity.  A date that cannot be read is absent, never now.
Result<ParsedFeed> ParseFeed(std::string_view bytes, std::string_view content_type, std::string_view feed_url,
                             std::string_view document_url);

// Pure.  What the web page of an item says of it: kUp where it still holds the item's words, kUpEdited where it has the title and not the words,
// kUnknown where it has neither: pages that are made by scripts, or ask for consent first.
Presence ReadFeedLook(std::string_view html, const Post& post);

}  // namespace heed
