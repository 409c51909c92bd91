// Pictures and videos of posts: fetched once a person has decided that the post is a breach, and kept as captures of its case.
//
// Not before.  What a stranger's picture shows is not known until somebody has looked, and heed must not make itself a copy of a sexual
// image of a child; that finding, and an open safeguarding route, come before "breach" in the order of the questions.  A case
// that is decided otherwise later on shows no picture, and packs of such a case hold none.
//
// The address comes from the platform's answer and is a stranger's all the same: it goes through the address guard (net/guard.h), one
// at a time, capped in bytes and time.  Only what is a picture or a video by its first bytes is kept.  A video that is served in parts
// (net/hls.h) is fetched part by part, in the largest size that fits, and kept as the file the parts make; heed plays nothing and draws no still of
// it.  What cannot be kept stays told of by address and description.  The bytes lie once per digest and school among the originals (app/originals.h); the chain has an event of it
// (EventKind::kCaptured, "whose":"media") with digest, address and time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "src/app/config.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/net/guard.h"
#include "src/net/http.h"
#include "src/store/store.h"

namespace heed {

inline constexpr std::uint64_t kMaxPicture = 8ull << 20, kMaxVideo = 64ull << 20;  // bytes
inline constexpr std::size_t kMaxPictures = 8, kMaxVideos = 2;                       // of one case

struct MediaWanted {
  bool pictures = true, videos = true;
};

// What became of one picture or video.
struct MediaStep {
  CaseId case_id = 0;
  std::string address;
  std::string problem;  // "": it is kept
  bool final = false;   // it is not tried again
  bool video = false;
};

class MediaDesk {
 public:
  // All outlive it.
  MediaDesk(Store& store, HttpClient& http, const Clock& clock, std::string data, MediaWanted wanted = {}, AddressGuard guard = AddressGuard());

  // Fetches what cases decided since the last look, or that failed then, are waiting for.  The first look goes back two weeks.
  Result<std::vector<MediaStep>> Look();

 private:
  // What an address gave: a file, from so many parts.
  struct Got {
    std::string bytes;
    std::size_t parts = 1;
  };
  MediaStep Fetch(CaseId id, const std::string& address, bool video);
  Result<std::string> Get(const std::string& address, bool video, std::uint64_t most);
  Result<Got> GetVideo(const std::string& address);
  Result<Got> Join(std::string playlist, std::string url);
  Done Keep(CaseId id, const std::string& address, const Got& got, Instant at);

  struct Waiting {
    bool video = false;
    std::uint32_t failures = 0;
    Instant not_before{};
  };
  Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  const std::string data_;
  const MediaWanted wanted_;
  const AddressGuard guard_;
  std::uint64_t seen_ = 0;  // events up to it were looked at
  std::map<std::pair<CaseId, std::string>, Waiting> waiting_;
};

// For a LookThread: looks, and tells the log what is not kept; the same failure once.
std::function<void()> Fetching(MediaDesk& desk);

}  // namespace heed
