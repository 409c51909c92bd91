// A Graph API of the tests' own: a Page's feed, tags and comments, an Instagram account's, hashtags, debug_token, and errors.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "src/base/json.h"
#include "tests/fakes/http_server.h"

namespace heed {

class FakeGraph {
 public:
  // A post, a comment or a medium: what is empty is left out.
  struct Item {
    std::string id, text, at;
    std::string from = "";       // id
    std::string name = "";
    std::string audience = "";   // privacy.value
    bool hidden = false;
    std::string username = "";
    std::string parent = "";
  };

  std::string token = "token";
  std::map<std::string, std::vector<Item>> lists;  // "1000/feed", "1000_1/comments", "17841/tags", "900/recent_media": newest first
  std::map<std::string, std::string> hashtags;     // name -> id
  std::string debug = R"({"data":{"is_valid":true,"expires_at":0,"data_access_expires_at":0}})";
  std::map<std::string, std::pair<int, std::string>> refuse;  // path without the version -> status and body
  std::vector<std::pair<std::string, std::string>> headers;   // of every list
  std::size_t page = 0;                                       // entries on a page at most, 0 = as asked

  FakeGraph() = default;
  explicit FakeGraph(HttpServer& server) {
    server.Otherwise([this](const SeenRequest& request) { return Serve(request); });
  }

  static std::string Error(int code, int subcode = 0, std::string_view message = "no") {
    return R"({"error":{"message":")" + std::string(message) + R"(","type":"OAuthException","code":)" + std::to_string(code) + R"(,"error_subcode":)" + std::to_string(subcode) + R"(,"fbtrace_id":"x"}})";
  }
  static Answer Json(int status, std::string body) {
    auto answer = Answer::Json(std::move(body));
    answer.status = status;
    return answer;
  }

  Answer Serve(const SeenRequest& request) {
    const auto slash = request.path.find('/', 1);
    const auto path = slash == request.path.npos ? "" : request.path.substr(slash + 1);
    if (request.Header("authorization") != "Bearer " + token) return Json(400, Error(190, 463, "Session has expired"));
    if (const auto refused = refuse.find(path); refused != refuse.end()) return Json(refused->second.first, refused->second.second);
    if (path == "debug_token") return Answer::Json(debug);
    if (path == "ig_hashtag_search") {
      const auto found = hashtags.find(request.Query("q"));
      if (found == hashtags.end()) return Json(400, Error(24, 2207024, "The requested resource does not exist"));
      return Answer::Json(R"({"data":[{"id":")" + found->second + R"("}]})");
    }
    const auto list = lists.find(path);
    if (list == lists.end()) {
      if (path.ends_with("/comments")) return Json(400, Error(100, 33, "Unsupported get request. Object with ID does not exist"));
      return Answer::Json(R"({"data":[]})");
    }
    const auto number = [&](std::string_view name, std::size_t otherwise) {
      const auto text = request.Query(name);
      return text.empty() || text.find_first_not_of("0123456789") != text.npos ? otherwise : static_cast<std::size_t>(std::atoll(text.c_str()));
    };
    auto size = number("limit", 25);
    if (page > 0) size = std::min(size, page);
    const auto& items = list->second;
    const auto begin = std::min(items.size(), number("after", 0)), end = std::min(items.size(), begin + size);
    const bool instagram = request.Query("fields").find("timestamp") != std::string::npos;
    std::string body = R"({"data":[)";
    for (auto i = begin; i < end; ++i) body += (i > begin ? "," : "") + (instagram ? Medium(items[i]) : View(items[i]));
    body += R"(],"paging":{"cursors":{"before":"0","after":")" + std::to_string(end) + "\"}";
    if (end < items.size()) body += R"(,"next":"https://graph.facebook.com/v25.0/)" + path + "?access_token=secret&after=" + std::to_string(end) + "\"";
    auto answer = Answer::Json(body + "}}");
    answer.headers.insert(answer.headers.end(), headers.begin(), headers.end());
    return answer;
  }

 private:
  static std::string View(const Item& item) {
    JsonWriter out;
    out.Object().Field("id", std::string_view(item.id)).Field("message", std::string_view(item.text)).Field("created_time", std::string_view(item.at));
    out.Field("permalink_url", std::string_view("https://www.facebook.com/" + item.id));
    if (!item.from.empty()) out.Key("from").Object().Field("id", std::string_view(item.from)).Field("name", std::string_view(item.name)).EndObject();
    if (!item.audience.empty()) out.Key("privacy").Object().Field("value", std::string_view(item.audience)).EndObject();
    if (!item.parent.empty()) out.Key("parent").Object().Field("id", std::string_view(item.parent)).EndObject();
    out.Field("is_hidden", item.hidden).EndObject();
    return out.Take();
  }
  static std::string Medium(const Item& item) {
    JsonWriter out;
    out.Object().Field("id", std::string_view(item.id)).Field("text", std::string_view(item.text)).Field("caption", std::string_view(item.text));
    out.Field("timestamp", std::string_view(item.at)).Field("hidden", item.hidden).Field("permalink", std::string_view("https://www.instagram.com/p/" + item.id + "/"));
    if (!item.username.empty()) out.Field("username", std::string_view(item.username));
    out.EndObject();
    return out.Take();
  }
};

}  // namespace heed
