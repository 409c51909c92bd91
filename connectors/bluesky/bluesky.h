// Bluesky: finds public posts that mention the school through the network's own search.
//
// Sources: lexicons app.bsky.feed.searchPosts, app.bsky.feed.defs#postView, app.bsky.embed.*,
// com.atproto.server.createSession and refreshSession; docs.bsky.app/docs/advanced-guides/timestamps and
// rate-limits.
//
// What it never does: read an author's feed, follow the stream of everybody's posts, or ask for a person.
//
// A run reads every query newest first, down to where its last finished reading began less `overlap`, because
// search indexes lag.  A post dated back further than that sorts below it and is not seen: Bluesky sorts by
// the earlier of the author's date and its own.
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

extern const ConnectorCard kBlueskyCard;

// One answer of searchPosts.
struct BlueskyPage {
  struct Entry {
    Post post;                          // first_seen_at is left to whoever has a clock
    std::optional<Instant> indexed_at;  // the server's clock
    // Where the server sorts it: the earlier of created_at and indexed_at; nullopt when neither can be read.
    std::optional<Instant> SortAt() const;
  };
  std::vector<Entry> entries;      // in the server's order, unreadable ones left out
  std::size_t given = 0;           // how many the server sent, unreadable ones included
  std::string cursor;              // "" = the server names no next page
  std::vector<std::string> notes;  // what was left out and why, with addresses
};

// Pure.  kMalformed when `body` is not JSON or has no list of posts; a single post that cannot be read is
// left out with a note and the rest is kept.
//
// A post's text is the author's own: a quoted post's words stay out.  Hashtags the author set beside the text
// are added as a last line.  A link whose target is not readable in the text becomes a "link" medium with the
// target as its description, so that a hidden address is judged too.
Result<BlueskyPage> ParseBlueskyPage(std::string_view body);

// The spellings of `query` that a server telling capitals from small letters has to be asked for: itself
// first, then all small, all capitals and, of several words, with only the first letter a capital.  Only
// ASCII letters change; addresses (with a dot and no space) stay as they are.
std::vector<std::string> CaseVariants(std::string_view query);

}  // namespace heed
