// Playlists of videos that are served in parts (HTTP Live Streaming, RFC 8216): which parts make one video, in which order.
//
// Pure reading of a stranger's bytes.  Parts that follow each other make a file that players play: MPEG-TS can be joined as it is, fragmented
// MP4 behind its head (EXT-X-MAP).  Several ranges of one file are that file, fetched once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

struct HlsPlaylist {
  struct Variant {
    std::uint64_t bits_per_second = 0;  // as it says; 0: it does not
    std::string url;
  };
  std::vector<Variant> variants;   // not empty: a list of the same video in several sizes, and nothing else
  std::vector<std::string> parts;  // addresses, head first
  seconds length{0};               // of all parts, as it says
  bool whole = false;              // it has an end: no broadcast that goes on
  bool locked = false;             // its parts are encrypted
};

inline constexpr std::size_t kMaxHlsParts = 2'000;

bool IsHls(std::string_view body);
// `url`: where it was found.  kMalformed when it is none; kTooLarge for more parts than that; kInvalid for an address that is not http(s).
Result<HlsPlaylist> ParseHls(std::string_view body, std::string_view url);

}  // namespace heed
