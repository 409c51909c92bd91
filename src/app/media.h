// Pictures of posts: fetched once a person has decided that the post is a breach, and kept as captures of its case.
//
// Not before.  What a stranger's picture shows is not known until somebody has looked, and heed must not make itself a copy of a sexual
// image of a child; that finding, and an open safeguarding route, come before "breach" in the order of the questions.  A case
// that is decided otherwise later on shows no picture, and packs of such a case hold none.
//
// The address comes from the platform's answer and is a stranger's all the same: it goes through the address guard (net/guard.h), one
// picture at a time, capped in bytes and time.  Only what is a picture by its first bytes is kept; videos stay told of by address and
// description.  The bytes lie once per digest and school among the originals (app/originals.h); the chain has an event of it
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

inline constexpr std::uint64_t kMaxPicture = 8ull << 20;
inline constexpr std::size_t kMaxPictures = 8;  // of one case

// What became of one picture.
struct PictureStep {
  CaseId case_id = 0;
  std::string address;
  std::string problem;  // "": it is kept
  bool final = false;   // it is not tried again
};

class MediaDesk {
 public:
  // All outlive it.
  MediaDesk(Store& store, HttpClient& http, const Clock& clock, std::string data, AddressGuard guard = AddressGuard());

  // Fetches what cases decided since the last look, or that failed then, are waiting for.  The first look goes back two weeks.
  Result<std::vector<PictureStep>> Look();

 private:
  PictureStep Fetch(CaseId id, const std::string& address);
  Done Keep(CaseId id, const std::string& address, const std::string& bytes, Instant at);

  struct Waiting {
    std::uint32_t failures = 0;
    Instant not_before{};
  };
  Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  const std::string data_;
  const AddressGuard guard_;
  std::uint64_t seen_ = 0;  // events up to it were looked at
  std::map<std::pair<CaseId, std::string>, Waiting> waiting_;
};

// For a LookThread: looks, and tells the log what is not kept; the same failure once.
std::function<void()> Fetching(MediaDesk& desk);

}  // namespace heed
