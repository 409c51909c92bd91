// Jetstream, played: events in the order they arrived, then one about nobody, which is the present.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/bluesky/stream.h"
#include "src/base/json.h"
#include "tests/connectors/conformance.h"
#include "tests/fakes/websocket_server.h"

namespace heed {

inline std::string JetstreamFrame(std::int64_t time, std::string_view rkey, std::string_view cid, std::string_view text, std::string_view operation = "create",
                                  std::string_view created = "2026-11-20T08:00:00Z") {
  JsonWriter out;
  out.Object().Field("did", "did:plc:aaaabbbbccccddddeeeeffff").Field("time_us", time).Field("kind", "commit").Key("commit").Object().Field("rev", "3k");
  out.Field("operation", operation).Field("collection", "app.bsky.feed.post").Field("rkey", rkey);
  if (operation != "delete") {
    out.Key("record").Object().Field("$type", "app.bsky.feed.post").Field("text", text).Field("createdAt", created).EndObject();
    out.Field("cid", cid);
  }
  out.EndObject().EndObject();
  return out.Take();
}

class FakeJetstream {
 public:
  struct Event {
    std::int64_t time;
    std::string frame;
  };
  std::vector<Event> events;  // in order of time
  bool dense = true;          // something happens all the time: a frame about nobody every minute
  bool live = true;           // and one at the present
  Talk::End end = Talk::End::kStay;
  std::int64_t oldest = 0;    // older positions start here, silently
  const Clock* clock = nullptr;

  WebSocketServer server{[this](const std::string& target) {
    const auto at = target.find("cursor=");
    auto cursor = std::max<std::int64_t>(oldest, at == target.npos ? 0 : std::atoll(target.c_str() + at + 7));
    const auto now = clock->Now().time_since_epoch().count();
    std::vector<Event> all;
    for (const auto& event : events)
      if (event.time > cursor) all.push_back(event);
    for (auto time = cursor + 1; dense && time < now - 60'000'000; time += 60'000'000) all.push_back({time, JetstreamFrame(time, "3knobody", "bafy0", "of nobody")});
    if (live) all.push_back({now, JetstreamFrame(now, "3knobody", "bafy0", "of nobody")});
    std::ranges::stable_sort(all, {}, &Event::time);
    Talk talk{.end = end};
    for (auto& event : all) talk.texts.push_back(std::move(event.frame));
    return talk;
  }};
};

}  // namespace heed
