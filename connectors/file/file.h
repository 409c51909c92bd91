// Posts from files of JSON Lines: imports, replays, demonstrations, and whatever another tool collected.
//
// A line is one post:
//   {"global_id": "...", "text": "...", "author": {"id","handle","display_name"} or "handle", "created_at": "2026-11-01T09:00:00Z",
//    "platform","instance","native_id","version_id","permalink","title","warning","text_format": "plain|html|markdown",
//    "lang","edited_at","in_reply_to","thread_root","media": [{"kind","url","description"}],
//    "counts": {"reply","repost","like","quote"}, "visibility": "public"}
// Only `text` and one id are necessary: `global_id`, `native_id`, `id` or `permalink`.  Unknown members are
// ignored, a known one of the wrong type reads as absent.  A post whose visibility is given and not "public" is
// left out.
//
// Lines appended later are picked up; the last line counts once it ends or parses.  A file that was replaced or
// became shorter is read from its beginning, which costs nothing but time: posts already known are known.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "connectors/connector.h"
#include "src/base/json.h"
#include "src/base/result.h"
#include "src/model/post.h"

namespace heed {

extern const ConnectorCard kFileCard;

// Pure.  The post of one line (without its line break); nullopt when it is not a public one; kMalformed with
// the reason when it is not a post at all.  first_seen_at is left to whoever has a clock.
Result<std::optional<Post>> ParsePostLine(std::string_view line, JsonParser& parser);

}  // namespace heed
