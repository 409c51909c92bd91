// Mastodon and the servers that speak its API: reads hashtag timelines, and with a token also search and the
// mentions of the school's own account.
//
// Sources: docs.joinmastodon.org methods/timelines, methods/search, methods/notifications, entities/Status,
// entities/Instance, api/guidelines (paging) and api/rate-limits.
//
// There is no search of the whole fediverse: a server knows the posts that reached it, and its full-text
// search only those whose authors agreed to be found.  Hashtags and mentions are the reliable ways.  An
// author's `indexable` and `noindex` settings are about search engines and archives: they do not take a post
// out of a public hashtag timeline, and heed keeps such a post no longer than its case.
//
// Ids are opaque and never compared for order: order is the server's own, in the Link header and in its lists.
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

extern const ConnectorCard kMastodonCard;

// What a page is a list of.
enum class MastodonList {
  kStatuses,       // [status]                    /api/v1/timelines/tag/...
  kSearch,         // {"statuses": [status]}      /api/v2/search
  kNotifications,  // [{"status": status}]        /api/v1/notifications
};

// Whose page it is and what to keep of it.
struct MastodonReading {
  std::string instance;   // host the page came from, with its port: "social.example"
  std::string domain;     // completes local account names: "sam" is "sam@social.example"
  bool unlisted = false;  // keep posts of visibility "unlisted" too; never any other than those two
};

struct MastodonPage {
  struct Entry {
    Post post;                  // first_seen_at is left to whoever has a clock
    std::optional<Instant> at;  // written, edited or, of a mention, arrived: the latest of these
  };
  std::vector<Entry> entries;      // in the server's order; boosts, posts that are not public and unreadable ones left out
  std::vector<std::string> ids;    // of everything the server sent, in its order; of notifications the notification's
  std::optional<Instant> newest;   // the latest date in it, whatever was left out; nullopt when something had none
  std::vector<std::string> notes;  // what could not be read
};

// Pure.  kMalformed when `body` is not JSON or not such a list; one status that cannot be read is left out
// with a note.
//
// A post's text is its HTML as a reader sees it, then a poll's choices, then hashtags the server lists that
// the text does not show, each on a line.
Result<MastodonPage> ParseMastodonPage(std::string_view body, MastodonList list, const MastodonReading& reading);

// What a server says of itself at /api/v2/instance or, older, /api/v1/instance.
struct MastodonInstance {
  enum class Access { kPublic, kMembers, kOff };  // "public" (or not said), "authenticated", "disabled"
  std::string domain;                             // as in its accounts' names; may differ from its web address
  std::string version;                            // "4.6.4", "2.7.2 (compatible; Akkoma 3.10.4)"
  Access local_hashtags = Access::kPublic, remote_hashtags = Access::kPublic;
  bool knows_phrases = false;                     // its search takes "exact phrases"
};

// Pure.  kMalformed when it is not such a description.
Result<MastodonInstance> ParseMastodonInstance(std::string_view body);

// The target of a Link header's relation ("next", "prev"), or "".  RFC 8288, as far as servers use it.
std::string LinkTarget(std::string_view header, std::string_view relation);

}  // namespace heed
