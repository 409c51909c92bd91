// YouTube: finds videos whose title or description names the school, and reads the comments below them and on
// the school's own channels.
//
// Sources: developers.google.com/youtube/v3/docs search/list, videos/list, playlistItems/list, commentThreads/list,
// comments/list, determine_quota_cost and errors.
//
// There is no search of comments: they are read below videos already found, for as long as those are followed.  Threads come by
// the time they were begun, so a reply to a thread begun more than `overlap` ago is not seen.
//
// Every request costs units of a daily quota that starts again at midnight Pacific time and that YouTube never
// shows: heed counts it in the cursor and stops before the cap.  Units of requests that failed are counted in memory until a page is
// stored; a crash in between forgets them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"

namespace heed {

extern const ConnectorCard kYouTubeCard;

enum class YouTubeList {
  kFound,     // search.list: ids only, because it cuts descriptions short
  kVideos,    // videos.list
  kUploads,   // playlistItems.list
  kThreads,   // commentThreads.list, with the first replies
  kReplies,   // comments.list
};

struct YouTubePage {
  struct Video {
    std::string id;
    std::optional<Instant> at;
    bool names_school = false;  // title or description do
    bool titled = false;        // the title does
  };
  struct Replies {
    std::string parent, video;  // a thread with more replies than came with it
  };
  std::vector<ListEntry> entries;
  std::vector<Video> videos;
  std::vector<Replies> replies;
  std::size_t given = 0;
  std::string next;               // nextPageToken
  std::optional<Instant> newest;  // begun, of comments
  std::vector<std::string> notes;
};

// Pure.  kMalformed when `body` is not such a list; one entry that cannot be read is left out with a note, one that is
// not public without.  `video` completes comments that do not say what they stand below.
Result<YouTubePage> ParseYouTubePage(std::string_view body, YouTubeList list, const School& school, std::string_view video = "");

// "quotaExceeded", "commentsDisabled", ...: the reason of an error the API itself gave, or "".
std::string YouTubeReason(std::string_view body);

// The quota's day, "2026-11-26", when it began and when the next begins: midnight in Los Angeles, by the United States' rule for summer time since 2007.
std::string PacificDay(Instant now);
Instant PacificMidnight(Instant now);
Instant NextPacificMidnight(Instant now);

}  // namespace heed
