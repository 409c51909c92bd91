// What YouTube answers, as posts; and its day.  Pure.
#include <algorithm>

#include "connectors/markup/html.h"
#include "connectors/fields.h"
#include "connectors/youtube/youtube.h"
#include "src/base/text.h"

namespace heed {
namespace {

using namespace fields;

std::string Text(Json value) { return std::string(value.StringOr("")); }

std::string VideoAddress(std::string_view id) { return "https://www.youtube.com/watch?v=" + UrlEncode(id); }

// "@sam" is a handle, anything else a name.
void ReadAuthor(std::string_view shown, std::string_view id, Author& author) {
  author.id = id;
  if (shown.starts_with('@')) author.handle = shown.substr(1);
  else author.display_name = shown;
}

class Reader {
 public:
  Reader(const School& school, std::string_view video, YouTubePage& page) : school_(school), video_(video), page_(page) {}
  void End() { skipped_.Tell(page_.notes); }

  void Found(Json item) {
    const auto id = Text(item["id"]["videoId"]);
    if (id.empty()) return;  // a channel or a playlist
    See(TimeOf(item["snippet"]["publishedAt"]));
    page_.videos.push_back({id, std::nullopt});
  }

  void Video(Json item) {
    const auto status = item["status"]["privacyStatus"].StringOr("public");
    if (status != "public") return;
    AddVideo(Text(item["id"]), item["snippet"], TimeOf(item["snippet"]["publishedAt"]), item["statistics"]);
  }

  void Upload(Json item) {
    const auto snippet = item["snippet"], content = item["contentDetails"];
    // Private and deleted videos stay in the list as husks without a date of publication.
    const auto published = TimeOf(content["videoPublishedAt"]);
    See(published ? published : TimeOf(snippet["publishedAt"]));
    if (!published || item["status"]["privacyStatus"].StringOr("public") != "public") return;
    auto id = Text(content["videoId"]);
    if (id.empty()) id = Text(snippet["resourceId"]["videoId"]);
    AddVideo(std::move(id), snippet, published, Json());
  }

  void Thread(Json item) {
    const auto snippet = item["snippet"], top = snippet["topLevelComment"];
    See(TimeOf(top["snippet"]["publishedAt"]));
    if (snippet["isPublic"].Bool() == false) return;
    auto video = Text(snippet["videoId"]);
    if (video.empty()) video = video_;
    const auto channel = Text(snippet["channelId"]);
    if (!AddComment(top, video, channel, "", CountOf(snippet["totalReplyCount"]))) return;
    const auto parent = *top["id"].Id();
    const auto replies = item["replies"]["comments"];
    replies.Each([&](Json reply) { AddComment(reply, video, channel, parent, std::nullopt); });
    if (CountOf(snippet["totalReplyCount"]).value_or(0) > replies.size()) page_.replies.push_back({parent, video});
  }

  void Reply(Json item) { AddComment(item, video_, "", Text(item["snippet"]["parentId"]), std::nullopt); }

 private:
  void See(std::optional<Instant> at) {
    if (at) page_.newest = std::max(page_.newest.value_or(*at), *at);
  }

  void AddVideo(std::string id, Json snippet, std::optional<Instant> at, Json statistics) {
    if (id.empty()) return skipped_.Add("", "it has no id");
    if (!snippet["title"].String()) return skipped_.Add(id, "it has no title");
    Post post;
    post.platform = "youtube";
    post.native_id = id;
    post.global_id = "youtube:" + id;
    post.permalink = VideoAddress(id);
    post.author = {Text(snippet["channelId"]), "", Text(snippet["channelTitle"])};
    if (const auto owner = Text(snippet["videoOwnerChannelTitle"]); !owner.empty()) post.author = {Text(snippet["videoOwnerChannelId"]), "", owner};
    post.title = Text(snippet["title"]);
    post.text = Text(snippet["description"]);
    post.language = snippet["defaultAudioLanguage"].StringOr(snippet["defaultLanguage"].StringOr(""));
    post.created_at = at;
    post.counts.likes = CountOf(statistics["likeCount"]);
    post.counts.replies = CountOf(statistics["commentCount"]);
    const bool titled = NamesSchool(post.title, school_);
    page_.videos.push_back({std::move(id), at, titled || NamesSchool(post.text, school_), titled});
    page_.entries.push_back({std::move(post), at});
  }

  bool AddComment(Json comment, std::string_view video, std::string_view channel, std::string_view parent, std::optional<std::uint64_t> replies) {
    const auto id = comment["id"].Id().value_or("");
    const auto snippet = comment["snippet"];
    // textDisplay is HTML only where nobody asked for textFormat=plainText.
    const auto text = snippet["textOriginal"] ? snippet["textOriginal"].String() : snippet["textDisplay"].String();
    if (id.empty() || !text) {
      skipped_.Add(id, id.empty() ? "it has no id" : "it has no text");
      return false;
    }
    Post post;
    post.platform = "youtube";
    post.native_id = id;
    post.global_id = "youtube:" + id;
    std::string below(video);
    if (below.empty()) below = Text(snippet["videoId"]);
    post.permalink = below.empty() ? "https://www.youtube.com/channel/" + UrlEncode(channel) + "/discussion?lc=" + UrlEncode(id) : VideoAddress(below) + "&lc=" + UrlEncode(id);
    ReadAuthor(snippet["authorDisplayName"].StringOr(""), snippet["authorChannelId"]["value"].StringOr(""), post.author);
    post.text = *text;
    post.created_at = TimeOf(snippet["publishedAt"]);
    const auto updated = TimeOf(snippet["updatedAt"]);
    if (updated && updated != post.created_at) post.edited_at = updated;
    if (updated) post.version_id = FormatRfc3339(*updated);
    if (!parent.empty()) post.in_reply_to = "youtube:" + std::string(parent);
    if (!below.empty()) post.thread_root = "youtube:" + below;
    post.counts.likes = CountOf(snippet["likeCount"]);
    post.counts.replies = replies;
    // A reply is kept however old: its thread was young enough.
    const auto at = parent.empty() ? std::max(post.created_at, updated) : std::nullopt;
    page_.entries.push_back({std::move(post), at});
    return true;
  }

  const School& school_;
  std::string_view video_;
  YouTubePage& page_;
  Skipped skipped_;
};

// From the second Sunday in March, 2:00, to the first in November, 2:00, the clock is an hour ahead.
hours PacificOffset(Instant now) {
  using namespace std::chrono;
  const auto year = year_month_day(floor<days>(now - hours{8})).year();
  const auto begins = sys_days(year / March / Sunday[2]) + hours{10};
  const auto ends = sys_days(year / November / Sunday[1]) + hours{9};
  return now >= begins && now < ends ? hours{-7} : hours{-8};
}

// When that day begins there.  The hour changes at two in the morning, so it is the offset at midnight itself that counts.
Instant AtPacificMidnight(std::chrono::sys_days day) { return PacificOffset(day + hours{7}) == hours{-7} ? day + hours{7} : day + hours{8}; }

}  // namespace

Result<YouTubePage> ParseYouTubePage(std::string_view body, YouTubeList list, const School& school, std::string_view video) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto items = whole["items"];
  if (!items.IsArray()) return Fail(Fault::kMalformed, "the answer is not one of YouTube's lists");
  YouTubePage page;
  page.given = items.size();
  page.next = whole["nextPageToken"].StringOr("");
  Reader reader(school, video, page);
  items.Each([&](Json item) {
    switch (list) {
      case YouTubeList::kFound: return reader.Found(item);
      case YouTubeList::kVideos: return reader.Video(item);
      case YouTubeList::kUploads: return reader.Upload(item);
      case YouTubeList::kThreads: return reader.Thread(item);
      case YouTubeList::kReplies: return reader.Reply(item);
    }
  });
  reader.End();
  return page;
}

std::string YouTubeReason(std::string_view body) {
  JsonParser parser;
  const auto whole = parser.Parse(body);
  if (!whole) return "";
  const auto error = (*whole)["error"];
  std::string reason;
  // Newer answers name it in details, older ones in errors; both may be there.
  error["details"].Each([&](Json detail) {
    if (reason.empty()) reason = Text(detail["reason"]);
  });
  const auto older = error["errors"][0]["reason"].StringOr("");
  if (reason.empty() || older == "quotaExceeded") reason = older;
  if (reason.empty()) reason = Text(error["status"]);
  return Named(reason);
}

std::string PacificDay(Instant now) { return FormatRfc3339(std::chrono::floor<days>(now + PacificOffset(now))).substr(0, 10); }

Instant PacificMidnight(Instant now) { return AtPacificMidnight(std::chrono::floor<days>(now + PacificOffset(now))); }

Instant NextPacificMidnight(Instant now) { return AtPacificMidnight(std::chrono::floor<days>(now + PacificOffset(now)) + days{1}); }

}  // namespace heed
