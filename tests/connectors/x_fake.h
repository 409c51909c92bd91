// An X of the tests' own: recent search by id or by time, in pages, billed by the post.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "tests/fakes/http_server.h"

namespace heed {

class FakeX {
 public:
  struct Item {
    std::int64_t id = 0;
    std::string text, at;
    std::int64_t first = 0;  // of an edited post: the id it had at first
  };
  std::vector<Item> posts;  // any order
  std::string token = "token";
  std::size_t page = 0;            // entries on a page at most, 0 = as asked
  std::int64_t oldest_known = 0;   // a since_id below it is refused
  std::size_t sent = 0;            // posts, as billed

  FakeX() = default;
  explicit FakeX(HttpServer& server) {
    server.Otherwise([this](const SeenRequest& request) { return Serve(request); });
  }

  static Answer Problem(int status, std::string_view title, std::string_view detail) {
    auto answer = Answer::Json(R"({"title":")" + std::string(title) + R"(","detail":")" + std::string(detail) + R"(","type":"https://api.twitter.com/2/problems/x"})");
    answer.status = status;
    return answer;
  }

  Answer Serve(const SeenRequest& request) {
    if (request.Header("authorization") != "Bearer " + token) return Problem(401, "Unauthorized", "Unauthorized");
    if (request.path != "/2/tweets/search/recent") return Answer::Status(404);
    const auto number = [&](std::string_view name) {
      const auto text = request.Query(name);
      return text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != text.npos ? 0 : std::atoll(text.c_str());
    };
    const auto since = number("since_id");
    if (request.HasQuery("since_id") && since < oldest_known) return Problem(400, "Invalid Request", "'since_id' must be a tweet id created after [...]");
    std::vector<Item> found;
    for (const auto& post : posts)
      if (post.id > since && post.at >= request.Query("start_time")) found.push_back(post);
    std::ranges::sort(found, [](const Item& a, const Item& b) { return a.id > b.id; });
    auto size = static_cast<std::size_t>(number("max_results"));
    if (page > 0) size = std::min(size, page);
    const auto begin = std::min(found.size(), static_cast<std::size_t>(number("next_token"))), end = std::min(found.size(), begin + size);
    JsonWriter out;
    out.Object();
    if (begin < end) out.Key("data").Array();
    for (auto i = begin; i < end; ++i) {
      const auto id = std::to_string(found[i].id);
      out.Object().Field("id", std::string_view(id)).Field("text", std::string_view(found[i].text)).Field("author_id", "42").Field("created_at", std::string_view(found[i].at));
      out.Field("conversation_id", std::string_view(id)).Key("edit_history_tweet_ids").Array();
      if (found[i].first) out.String(std::to_string(found[i].first));
      out.String(id).EndArray().EndObject();
    }
    if (begin < end) out.EndArray();
    if (begin < end && request.HasQuery("expansions"))
      out.Key("includes").Object().Key("users").Array().Object().Field("id", "42").Field("username", "sam").Field("name", "Sam").EndObject().EndArray().EndObject();
    out.Key("meta").Object().Field("result_count", static_cast<std::uint64_t>(end - begin));
    if (begin < end) out.Field("newest_id", std::string_view(std::to_string(found[begin].id))).Field("oldest_id", std::string_view(std::to_string(found[end - 1].id)));
    if (end < found.size()) out.Field("next_token", std::string_view(std::to_string(end)));
    out.EndObject().EndObject();
    sent += end - begin;
    return Answer::Json(out.Take());
  }
};

}  // namespace heed
