// Bluesky's stream of everybody's new posts (Jetstream), for those who run heed for many schools.
//
// Source: github.com/bluesky-social/jetstream, docs/README.md (version 1: /subscribe).  The server cannot search: all
// posts arrive, and what does not name the school is dropped as raw bytes, unparsed and unstored.
//
// A run reads from where the last one ended to the present and hangs up.  The server keeps about 36 hours and starts an
// older position silently at the oldest it has: a hole between two frames is recorded as a Gap.  It is "at least
// once": duplicates are normal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "src/base/result.h"
#include "src/model/post.h"

namespace heed {

extern const ConnectorCard kBlueskyStreamCard;

// A frame's "time_us", microseconds since 1970, without parsing it; nullopt when there is none.
std::optional<std::int64_t> JetstreamTime(std::string_view frame);

// Pure.  The post that a frame creates or changes; nullopt when it is about anything else.  kMalformed when it is not a
// frame, or its post cannot be read.  A frame names its author by DID only.
Result<std::optional<Post>> ParseJetstreamFrame(std::string_view frame);

}  // namespace heed
