// A YouTube of the tests' own: search, videos, uploads, comment threads and replies, with its errors to choose from.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "tests/fakes/http_server.h"

namespace heed {

class FakeYouTube {
 public:
  struct Video {
    std::string id, title, description, at;
    std::string channel = "UCtheTownPaperAAAAAAAAAA";
    std::string privacy = "public";
  };
  struct Comment {
    std::string id, text, at;
    std::string updated = "";
    std::string video = "", channel = "", parent = "";
    bool is_public = true;
  };

  std::string key = "key";
  std::vector<Video> videos;      // newest first
  std::vector<Comment> comments;  // newest first, replies too
  std::set<std::string> disabled;  // videos without comments
  std::set<std::string> unknown;   // channels
  std::size_t page = 0;            // entries on a page at most, 0 = as asked
  std::size_t inlined = 1;         // replies that come with a thread
  std::map<std::string, std::string> refuse;  // method -> body of a 403

  FakeYouTube() = default;
  explicit FakeYouTube(HttpServer& server) {
    server.Otherwise([this](const SeenRequest& request) { return Serve(request); });
  }

  static Answer Error(int status, std::string_view reason) {
    auto answer = Answer::Json(R"({"error":{"code":)" + std::to_string(status) + R"(,"message":"no","errors":[{"message":"no","domain":"youtube","reason":")" + std::string(reason) + R"("}]}})");
    answer.status = status;
    return answer;
  }

  Answer Serve(const SeenRequest& request) {
    if (request.Header("x-goog-api-key") != key) return Error(400, "keyInvalid");
    const auto method = request.path.substr(request.path.rfind('/') + 1);
    if (const auto refused = refuse.find(method); refused != refuse.end()) {
      auto answer = Answer::Json(refused->second);
      answer.status = 403;
      return answer;
    }
    std::vector<std::string> items;
    if (method == "search") {
      auto words = LowerAscii(request.Query("q"));
      std::erase(words, '"');
      for (const auto& video : videos)
        if (video.at >= request.Query("publishedAfter") && LowerAscii(video.title + video.description).find(words) != std::string::npos) items.push_back(Found(video));
    } else if (method == "videos") {
      const auto wanted = "," + request.Query("id") + ",";
      for (const auto& video : videos)
        if (wanted.find("," + video.id + ",") != wanted.npos) items.push_back(View(video));
      return Answer::Json(List(items, 0, items.size()));
    } else if (method == "playlistItems") {
      for (const auto& video : videos)
        if ("UU" + video.channel.substr(2) == request.Query("playlistId")) items.push_back(Upload(video));
      if (items.empty()) return Error(404, "playlistNotFound");
    } else if (method == "commentThreads") {
      const auto video = request.Query("videoId"), channel = request.Query("allThreadsRelatedToChannelId");
      if (disabled.contains(video)) return Error(403, "commentsDisabled");
      if (!video.empty() && std::ranges::find(videos, video, &Video::id) == videos.end()) return Error(404, "videoNotFound");
      if (unknown.contains(channel)) return Error(404, "channelNotFound");
      for (const auto& comment : comments)
        if (comment.parent.empty() && (video.empty() ? comment.channel == channel : comment.video == video)) items.push_back(Thread(comment));
    } else if (method == "comments") {
      for (const auto& comment : comments)
        if (comment.parent == request.Query("parentId")) items.push_back(View(comment));
    } else {
      return Error(404, "notFound");
    }
    const auto number = [&](std::string_view name, std::size_t otherwise) {
      const auto text = request.Query(name);
      return text.empty() || text.find_first_not_of("0123456789") != text.npos ? otherwise : static_cast<std::size_t>(std::atoll(text.c_str()));
    };
    auto size = number("maxResults", 5);
    if (page > 0) size = std::min(size, page);
    const auto begin = std::min(items.size(), number("pageToken", 0));
    return Answer::Json(List(items, begin, std::min(items.size(), begin + size)));
  }

 private:
  static std::string List(const std::vector<std::string>& items, std::size_t begin, std::size_t end) {
    std::string body = R"({"kind":"youtube#listResponse","items":[)";
    for (auto i = begin; i < end; ++i) body += (i > begin ? "," : "") + items[i];
    return body + "]" + (end < items.size() ? R"(,"nextPageToken":")" + std::to_string(end) + "\"" : "") + "}";
  }
  static std::string Found(const Video& video) {
    JsonWriter out;
    out.Object().Key("id").Object().Field("kind", "youtube#video").Field("videoId", std::string_view(video.id)).EndObject();
    out.Key("snippet").Object().Field("publishedAt", std::string_view(video.at)).Field("title", "cut short").EndObject().EndObject();
    return out.Take();
  }
  static void Snippet(JsonWriter& out, const Video& video) {
    out.Key("snippet").Object().Field("publishedAt", std::string_view(video.at)).Field("channelId", std::string_view(video.channel)).Field("channelTitle", "The Town Paper");
    out.Field("title", std::string_view(video.title)).Field("description", std::string_view(video.description)).EndObject();
    out.Key("status").Object().Field("privacyStatus", std::string_view(video.privacy)).EndObject();
  }
  static std::string View(const Video& video) {
    JsonWriter out;
    out.Object().Field("id", std::string_view(video.id));
    Snippet(out, video);
    out.Key("statistics").Object().Field("likeCount", "7").Field("commentCount", "2").EndObject().EndObject();
    return out.Take();
  }
  static std::string Upload(const Video& video) {
    JsonWriter out;
    out.Object().Field("id", std::string_view("item" + video.id));
    Snippet(out, video);
    out.Key("contentDetails").Object().Field("videoId", std::string_view(video.id)).Field("videoPublishedAt", std::string_view(video.at)).EndObject().EndObject();
    return out.Take();
  }
  static std::string View(const Comment& comment) {
    JsonWriter out;
    out.Object().Field("id", std::string_view(comment.id)).Key("snippet").Object();
    if (!comment.video.empty()) out.Field("videoId", std::string_view(comment.video));
    if (!comment.parent.empty()) out.Field("parentId", std::string_view(comment.parent));
    out.Field("authorDisplayName", "@sam").Key("authorChannelId").Object().Field("value", "UCsam").EndObject();
    out.Field("textDisplay", std::string_view(comment.text)).Field("likeCount", 0).Field("publishedAt", std::string_view(comment.at));
    out.Field("updatedAt", std::string_view(comment.updated.empty() ? comment.at : comment.updated)).EndObject().EndObject();
    return out.Take();
  }
  std::string Thread(const Comment& comment) const {
    std::vector<std::string> replies;
    for (const auto& one : comments)
      if (one.parent == comment.id) replies.push_back(View(one));
    JsonWriter out;
    out.Object().Field("id", std::string_view(comment.id)).Key("snippet").Object();
    if (!comment.video.empty()) out.Field("videoId", std::string_view(comment.video));
    out.Key("topLevelComment").Raw(View(comment)).Field("totalReplyCount", static_cast<std::uint64_t>(replies.size())).Field("isPublic", comment.is_public).EndObject();
    if (!replies.empty()) {
      out.Key("replies").Object().Key("comments").Array();
      for (std::size_t i = 0; i < std::min(inlined, replies.size()); ++i) out.Raw(replies[i]);
      out.EndArray().EndObject();
    }
    out.EndObject();
    return out.Take();
  }
};

}  // namespace heed
