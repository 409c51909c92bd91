// Discourse forums: finds public posts that mention the school through a forum's search, or reads all new ones.
//
// Sources: docs.discourse.org (search, posts.json, t/{id}/posts.json); what /posts.json does with `before` is the
// server's app/controllers/posts_controller.rb: the posts of the 50 ids up to it.
//
// It reads as a stranger does, so that a category for members only is never seen.  A search answers with
// excerpts; the posts themselves are then asked for, one topic at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"
#include "src/base/result.h"

namespace heed {

extern const ConnectorCard kDiscourseCard;

// What a search found: which posts to ask for.
struct DiscourseFinds {
  struct Topic {
    std::string title;                // "" = not said
    std::vector<std::int64_t> posts;  // ids, in the server's order
  };
  std::map<std::int64_t, Topic> topics;  // by id
  std::size_t given = 0;
  std::optional<Instant> newest;
  bool more = false;
  std::string mark;
};

// Pure.  kMalformed when `body` is not JSON or no answer of /search.json.  No posts at all is an answer too.
Result<DiscourseFinds> ParseDiscourseSearch(std::string_view body);

enum class DiscourseList {
  kLatest,  // {"latest_posts": [post]}          /posts.json
  kTopic,   // {"post_stream": {"posts": [..]}}  /t/{id}/posts.json, /t/{id}.json
};

// Pure.  kMalformed when it is not such a list; a post that cannot be read is left out with a note.  Hidden
// and deleted posts are left out, and so are the forum's own ("moved this topic").  `last_id` is the lowest id.
//
// A topic's first post carries the topic's title: the answer's, or else `title`.
Result<ListAnswer> ParseDiscoursePosts(std::string_view body, DiscourseList list, std::string_view host, std::string_view title = "");

}  // namespace heed
