// Captures: what is kept beside the words of a post, and how it is told of in the custody chain.
//
// heed's own: the exchange with the platform that brought a flagged post.  A page holds many people's posts, and those that do
// not mention the school must be forgotten (promise 2), so an exchange is not kept whole.  Kept are both heads, the other side's
// certificate, the size and digest of the body, and that part of the body which is the flagged post itself.  What is lost by
// it: nobody can recompute the body's digest from the part.  The part can be compared with a later answer of the platform.
//
// A post's pictures and videos, fetched by digest (app/media.h): the bytes lie beside the store, not in it.
//
// Staff's: a picture, a video, a PDF, a saved page, with a statement of how it was made.
//
// The bytes are kept by the store beside the event that tells of them (EventKind::kCaptured); its details are this:
//   {"address","bytes","clock","extension","how","media_type","name","sha256","taken_at","tool","whose"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/case.h"
#include "src/model/post.h"
#include "src/net/recording.h"

namespace heed {

struct Capture {
  std::string whose;       // "heed", "media" or "staff"
  std::string name;        // of the file as it was given
  std::string extension;   // "warc", "png", ...: chosen by heed
  std::string media_type;
  std::string address;     // of the page, where known
  std::string how;         // in words: a statement
  std::string clock;       // what is known of the clock that gave the time
  std::string tool;
  std::optional<Instant> taken_at;  // staff's: when they say it was made
  std::string sha256;      // hex
  std::uint64_t bytes = 0;
};

std::string WriteCapture(const Capture& capture);
Result<Capture> ReadCapture(std::string_view details);  // kMalformed

// "system clock, kept right over the network (error below 12 ms)": what the kernel knows of it.
std::string AboutTheClock();

struct CapturedPost {
  Capture capture;
  std::string bytes;
};

// The exchange that brought the post, as WARC; nullopt where none of them holds it.
std::optional<CapturedPost> CaptureExchange(const Post& post, const std::vector<HttpExchange>& exchanges, const std::string& clock);

// What a platform answered when it was asked whether the post is still there, as WARC: one record pair for each exchange that asks for
// this post by its address or holds it.  A short answer that is not a page of posts is kept whole, because "there is no such post" is the
// evidence; of any other the post's own part.  nullopt where no exchange is about the post.  `found`: the finding, in words.
std::optional<CapturedPost> CaptureRecheck(const Post& post, const std::vector<HttpExchange>& exchanges, std::string_view found, const std::string& clock);

// The post's own part of a page of JSON or XML (RSS, Atom); empty where it cannot be told apart.  Points into `body`.
std::string_view PartOf(std::string_view body, const Post& post);

// A file of staff's: known by its first bytes, not by its name.  kInvalid for a kind heed does not take, kTooLarge.
inline constexpr std::uint64_t kMaxCapture = 24 << 20;
Result<CapturedPost> CaptureFile(const std::string& name, std::string bytes, std::string how, std::string address, std::optional<Instant> taken_at);

// A picture as a WARC resource record, the date being when it was fetched.
std::string PictureWarc(const Capture& capture, std::string_view bytes, Instant at);

// What a person signs for a capture of theirs.
std::string CaptureStatement(const Capture& capture, CaseId id, std::string_view by, Instant added_at);

}  // namespace heed
