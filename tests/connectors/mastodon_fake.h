// A Mastodon server of the tests' own: hashtag timelines, search and mentions over lists of statuses, with the
// manners of the servers met so far to choose from.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "tests/fakes/http_server.h"

namespace heed {

class FakeMastodon {
 public:
  struct Status {
    std::string id, text, at;
    std::string edited = "";  // when
    std::string visibility = "public";
  };
  enum class Paging { kMastodon, kIgnoresMinId, kIgnoresEverything };
  enum class Links { kOwn, kNone, kElsewhere };

  // Manners.  As set here: Mastodon's.
  Paging paging = Paging::kMastodon;
  Links links = Links::kOwn;
  std::string token = "";  // what strangers lack, "" = none needed
  bool has_v2 = true, has_v1 = true, has_search = true;
  int unknown_id = 0;      // answers this to a min_id it does not know, when not 0
  std::string access = "";  // of timelines_access.hashtag_feeds, JSON
  std::string extra = R"(,"source_url":"https://github.com/mastodon/mastodon")";
  std::string origin;      // the server's address, for its Link headers
  std::vector<Status> statuses;  // newest first: what hashtags, search and mentions all hold

  FakeMastodon() = default;
  explicit FakeMastodon(HttpServer& server) : origin(server.Origin()) {
    server.Otherwise([this](const SeenRequest& request) { return Serve(request); });
  }

  static std::string View(const Status& status) {
    JsonWriter out;
    out.Object().Field("id", std::string_view(status.id)).Field("created_at", std::string_view(status.at));
    out.Key("edited_at");
    if (status.edited.empty()) out.Null();
    else out.String(status.edited);
    const auto address = "https://social.example/@sam/" + status.id;
    out.Field("uri", std::string_view(address)).Field("url", std::string_view(address)).Field("visibility", std::string_view(status.visibility));
    out.Field("content", std::string_view("<p>" + status.text + "</p>")).Key("reblog").Null();
    out.Key("account").Object().Field("acct", "sam").Field("url", "https://social.example/@sam").EndObject().EndObject();
    return out.Take();
  }

  Answer Serve(const SeenRequest& request) {
    if (request.path == "/api/v2/instance") {
      if (!has_v2) return Json(404, R"({"error":"Record not found"})");
      return Answer::Json(R"({"domain":"social.example","version":"4.6.4")" + extra + R"(,"configuration":{)" +
                          (access.empty() ? "" : R"("timelines_access":{"hashtag_feeds":)" + access + "}") + "}}");
    }
    if (request.path == "/api/v1/instance") {
      if (!has_v1) return Answer::Status(404, "<html>Not here</html>");
      return Answer::Json(R"j({"uri":"https://social.example","version":"2.7.2 (compatible; Akkoma 3.10.4)"})j");
    }
    if (!token.empty() && request.Header("authorization") != "Bearer " + token) return Json(401, R"({"error":"The access token is invalid"})");
    if (request.path == "/api/v2/search") return has_search ? Search(request) : Json(404, R"({"error":"Record not found"})");
    if (request.path == "/api/v1/notifications" || request.path.starts_with("/api/v1/timelines/tag/")) return Timeline(request);
    return Json(404, R"({"error":"Record not found"})");
  }

  static Answer Json(int status, std::string body) {
    auto answer = Answer::Json(std::move(body));
    answer.status = status;
    return answer;
  }

 private:
  // Strangers ask for anything: what is no number is `otherwise`.
  static std::size_t Number(const std::string& text, std::size_t otherwise) {
    return text.empty() || text.find_first_not_of("0123456789") != text.npos ? otherwise : static_cast<std::size_t>(std::atoll(text.c_str()));
  }

  std::size_t IndexOf(const std::string& id) const {
    return static_cast<std::size_t>(std::ranges::find(statuses, id, &Status::id) - statuses.begin());
  }

  Answer Timeline(const SeenRequest& request) {
    const auto limit = Number(request.Query("limit"), 20);
    std::size_t begin = 0, end = statuses.size();
    if (request.HasQuery("max_id") && paging != Paging::kIgnoresEverything) begin = std::min(end, IndexOf(request.Query("max_id")) + 1);
    if (request.HasQuery("min_id") && paging == Paging::kMastodon) {
      end = IndexOf(request.Query("min_id"));
      if (end == statuses.size() && unknown_id) return Json(unknown_id, R"({"error":"no such id"})");
      if (end == statuses.size()) end = 0;
      if (end > limit) begin = end - limit;  // the page next to it
    }
    end = std::min(end, begin + limit);
    const bool notices = request.path == "/api/v1/notifications";
    std::string body = "[";
    for (auto i = begin; i < end; ++i) {
      body += i > begin ? "," : "";
      body += notices ? R"({"id":")" + statuses[i].id + R"(","type":"mention","created_at":")" + statuses[i].at + R"(","status":)" + View(statuses[i]) + "}" : View(statuses[i]);
    }
    auto answer = Answer::Json(body + "]");
    if (begin == end || links == Links::kNone) return answer;
    const auto base = (links == Links::kOwn ? origin : "https://elsewhere.example") + request.target.substr(0, request.target.find('?')) +
                      "?limit=" + request.Query("limit") + (notices ? "&types%5B%5D=mention" : "");
    return std::move(answer).With("link", "<" + base + "&max_id=" + statuses[end - 1].id + ">; rel=\"next\", <" + base + "&min_id=" + statuses[begin].id + ">; rel=\"prev\"");
  }

  Answer Search(const SeenRequest& request) {
    std::vector<const Status*> found;
    auto words = request.Query("q");
    std::erase(words, '"');
    for (const auto& status : statuses)
      if (LowerAscii(status.text).find(LowerAscii(words)) != status.text.npos) found.push_back(&status);
    std::size_t begin = 0;
    if (request.HasQuery("offset") && paging != Paging::kIgnoresEverything) begin = std::min(found.size(), Number(request.Query("offset"), 0));
    const auto end = std::min(found.size(), begin + Number(request.Query("limit"), 20));
    std::string body = R"({"accounts":[],"hashtags":[],"statuses":[)";
    for (auto i = begin; i < end; ++i) body += (i > begin ? "," : "") + View(*found[i]);
    return Answer::Json(body + "]}");
  }
};

}  // namespace heed
