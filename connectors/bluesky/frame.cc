// One frame of Jetstream as a post.  Pure: bytes in, a post out.
#include <charconv>

#include "connectors/bluesky/bluesky.h"
#include "connectors/bluesky/stream.h"
#include "src/base/json.h"

namespace heed {

std::optional<std::int64_t> JetstreamTime(std::string_view frame) {
  // Within a string the quotation mark would be escaped, and no colon follow it: this is a key wherever it stands.
  constexpr std::string_view kKey = "\"time_us\":";
  const auto at = frame.find(kKey);
  if (at == frame.npos) return std::nullopt;
  std::int64_t time = 0;
  const auto* begin = frame.data() + at + kKey.size();
  const auto read = std::from_chars(begin, frame.data() + frame.size(), time);
  if (read.ec != std::errc() || read.ptr == begin || time <= 0) return std::nullopt;
  return time;
}

Result<std::optional<Post>> ParseJetstreamFrame(std::string_view frame) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(frame));
  if (!whole["did"].String() || !whole["kind"].String()) return Fail(Fault::kMalformed, "it is not a frame of the stream");
  const auto commit = whole["commit"];
  const auto operation = commit["operation"].StringOr("");
  if (whole["kind"].StringOr("") != "commit" || commit["collection"].StringOr("") != "app.bsky.feed.post") return std::nullopt;
  if (operation != "create" && operation != "update") return std::nullopt;

  // The same as one view of a search's answer; what is said there of records holds here.
  const auto did = whole["did"].StringOr("");
  JsonWriter view;
  view.Object().Key("posts").Array().Object();
  view.Field("uri", std::string_view("at://" + std::string(did) + "/app.bsky.feed.post/" + std::string(commit["rkey"].StringOr("")))).Field("cid", commit["cid"].StringOr(""));
  view.Key("author").Object().Field("handle", did).EndObject();
  if (commit["record"]) view.Key("record").Raw(commit["record"].Dump());
  view.EndObject().EndArray().EndObject();
  auto page = HEED_TRY(ParseBlueskyPage(view.text()));
  if (page.entries.empty()) return Fail(Fault::kMalformed, page.notes.empty() ? "it holds no post" : page.notes[0]);
  return std::move(page.entries[0].post);
}

}  // namespace heed
