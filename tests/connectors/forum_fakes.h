// Forums of the tests' own, played for the conformance suite and for each connector's tests: what they hold are the
// suite's invented posts.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/discourse/discourse.h"
#include "connectors/lemmy/lemmy.h"
#include "connectors/nodebb/nodebb.h"
#include "connectors/reddit/reddit.h"
#include "connectors/telegram/telegram.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "tests/connectors/conformance.h"

namespace heed {

// What the fakes share: the posts, newest first, and a source's settings.
class FakeForum : public Imitation {
 public:
  using Settings = std::map<std::string, SettingValue, std::less<>>;
  Settings settings;     // added to, and in place of, the fake's own
  bool ignores_pages = false;  // sends the newest page whatever is asked for

  void Hold(std::vector<InventedPost> posts) override {
    std::ranges::reverse(posts);
    held_ = std::move(posts);
  }
  bool AsksForPosts(const SeenRequest&) const override { return true; }
  int PageSize() const override { return 3; }

 protected:
  Result<std::unique_ptr<Connector>> MakeFrom(const ConnectorCard& card, const School& school, Settings own, int max_pages, ConnectorTools tools) const {
    SourceSpec spec{"forum", school.id, std::string(card.name), settings};
    own.try_emplace("max_pages", std::int64_t{max_pages});
    for (auto& [key, value] : own) spec.settings.try_emplace(key, value);
    return card.make(spec, school, tools);
  }
  static Answer Json(int status, std::string body) {
    auto answer = Answer::Json(std::move(body));
    answer.status = status;
    return answer;
  }
  static std::int64_t Number(const std::string& text, std::int64_t otherwise) {
    return text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != text.npos ? otherwise : std::atoll(text.c_str());
  }
  static std::string When(const InventedPost& post) { return FormatRfc3339(post.at); }
  static bool Holds(const InventedPost& post, std::string_view words) { return LowerAscii(post.text).find(LowerAscii(words)) != std::string::npos; }
  static std::string Words(std::string text) {
    std::erase(text, '"');
    return text;
  }
  // The page of that number, from 1.
  template <typename T>
  std::vector<T> PageOf(const std::vector<T>& all, std::int64_t number, std::int64_t size) const {
    if (ignores_pages) number = 1;
    const auto begin = std::min<std::int64_t>(static_cast<std::int64_t>(all.size()), std::max<std::int64_t>(0, number - 1) * size);
    const auto end = std::min<std::int64_t>(static_cast<std::int64_t>(all.size()), begin + size);
    return {all.begin() + begin, all.begin() + end};
  }

  std::vector<InventedPost> held_;  // newest first
};

// Odd numbers are posts, even ones comments below a post that is not held.
class FakeLemmy : public FakeForum {
 public:
  explicit FakeLemmy(bool communities = false) : communities_(communities) {}

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    Settings own{{"server", server.Origin()}, {"page_size", std::int64_t{PageSize()}}};
    if (communities_) {
      own["queries"] = std::vector<std::string>{};
      own["communities"] = std::vector<std::string>{"!brackwell"};
    }
    return MakeFrom(kLemmyCard, school, std::move(own), max_pages, tools);
  }

  Answer Serve(const SeenRequest& request) override {
    const bool search = request.path == "/api/v3/search";
    const bool comments = search ? request.Query("type_") == "Comments" : request.path == "/api/v3/comment/list";
    if (!search && !comments && request.path != "/api/v3/post/list") return Json(404, R"({"error":"not_found"})");
    if (!search && request.Query("community_name") != "brackwell") return Json(400, R"({"error":"couldnt_find_community"})");
    std::vector<InventedPost> found;
    for (const auto& post : held_)
      if ((post.number % 2 == 0) == comments && (!search || Holds(post, request.Query("q")))) found.push_back(post);
    JsonWriter out;
    out.Object().Key(comments ? "comments" : "posts").Array();
    for (const auto& post : PageOf(found, Number(request.Query("page"), 1), Number(request.Query("limit"), 10))) out.Raw(View(post));
    out.EndArray().EndObject();
    return Answer::Json(out.Take());
  }
  bool SearchesByTerm() const override { return !communities_; }
  std::string TermOf(const SeenRequest& request) const override { return request.Query("q"); }
  std::string ErrorBody() const override { return R"({"error":"unknown"})"; }

 private:
  static std::string View(const InventedPost& post) {
    const bool comment = post.number % 2 == 0;
    const auto number = std::to_string(post.number);
    JsonWriter out;
    const auto thing = [&](std::string_view kind, std::string_view id) {
      out.Field("id", std::int64_t{post.number}).Field("ap_id", std::string_view("https://lemmy.example/" + std::string(kind) + "/" + std::string(id)));
      out.Field("published", std::string_view(When(post))).Field("deleted", false).Field("removed", !post.is_public);
      if (post.edits) out.Field("updated", std::string_view(FormatRfc3339(post.edited_at)));
    };
    out.Object();
    if (comment) {
      out.Key("comment").Object().Field("content", std::string_view(post.text)).Field("path", std::string_view("0." + number));
      thing("comment", number);
      out.EndObject().Key("post").Object().Field("id", 1000).Field("name", "A thread").Field("ap_id", "https://lemmy.example/post/1000").EndObject();
    } else {
      out.Key("post").Object().Field("name", "A post").Field("body", std::string_view(post.text));
      thing("post", number);
      out.EndObject();
    }
    out.Key("creator").Object().Field("name", "sam").Field("actor_id", "https://lemmy.example/u/sam").EndObject();
    out.Key("community").Object().Field("name", "brackwell").Field("visibility", "Public").EndObject().EndObject();
    return out.Take();
  }

  bool communities_;
};

// Every topic holds three posts; ids are twenty apart, so that an answer of 50 ids has two or three.
class FakeDiscourse : public FakeForum {
 public:
  explicit FakeDiscourse(bool latest = false) : latest_(latest) {}
  bool needs_login = false;

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    Settings own{{"server", server.Origin()}};
    if (latest_) {
      own["queries"] = std::vector<std::string>{};
      own["latest"] = true;
    }
    return MakeFrom(kDiscourseCard, school, std::move(own), max_pages, tools);
  }

  Answer Serve(const SeenRequest& request) override {
    if (needs_login) return Json(403, R"({"errors":["You need to be logged in to do that."],"error_type":"not_logged_in"})");
    JsonWriter out;
    out.Object();
    if (request.path == "/search.json") {
      const auto q = request.Query("q");
      const auto words = Words(q.substr(0, q.find(" after:")));
      std::vector<InventedPost> found;
      for (const auto& post : held_)
        if (Holds(post, words)) found.push_back(post);
      const auto number = Number(request.Query("page"), 1);
      out.Key("posts").Array();
      for (const auto& post : PageOf(found, number, PageSize()))
        out.Object().Field("id", Id(post)).Field("topic_id", Topic(post)).Field("created_at", std::string_view(When(post))).Field("blurb", "... School").EndObject();
      out.EndArray().Key("topics").Array().Object().Field("id", 1).Field("title", "Schools & other matters").EndObject().EndArray();
      out.Key("grouped_search_result").Object();
      out.Field("more_full_page_results", ignores_pages || number * PageSize() < static_cast<std::int64_t>(found.size())).EndObject();
    } else if (request.path.starts_with("/t/")) {
      out.Key("post_stream").Object().Key("posts").Array();
      for (const auto& post : held_)
        for (const auto& [key, value] : request.query)
          if (key == "post_ids[]" && value == std::to_string(Id(post)) && request.path == "/t/" + std::to_string(Topic(post)) + "/posts.json") Write(post, out);
      out.EndArray().EndObject();
    } else if (request.path == "/posts.json") {
      const auto before = ignores_pages ? 0 : Number(request.Query("before"), 0);
      std::int64_t last = before;
      for (const auto& post : held_)
        if (before == 0) last = std::max(last, Id(post));
      out.Key("latest_posts").Array();
      for (const auto& post : held_)
        if (Id(post) <= last && Id(post) > last - 50) Write(post, out);
      out.EndArray();
    } else {
      return Json(404, R"({"errors":["The requested URL or resource could not be found."],"error_type":"not_found"})");
    }
    out.EndObject();
    return Answer::Json(out.Take());
  }
  bool SearchesByTerm() const override { return !latest_; }
  std::string TermOf(const SeenRequest& request) const override {
    return request.path == "/search.json" ? request.Query("q") : "Oakmoor School";  // the posts of a topic that such a search named
  }

 private:
  static std::int64_t Id(const InventedPost& post) { return post.number * 20; }
  static std::int64_t Topic(const InventedPost& post) { return 1 + post.number / 3; }
  static void Write(const InventedPost& post, JsonWriter& out) {
    out.Object().Field("id", Id(post)).Field("topic_id", Topic(post)).Field("topic_slug", "a-topic").Field("post_number", 1 + post.number % 3);
    out.Field("username", "sam").Field("user_id", 9).Field("cooked", std::string_view("<p>" + post.text + "</p>")).Field("created_at", std::string_view(When(post)));
    out.Field("updated_at", std::string_view(post.edits ? FormatRfc3339(post.edited_at) : When(post))).Field("version", 1 + post.edits);
    out.Field("post_type", 1).Field("hidden", !post.is_public).EndObject();
  }

  bool latest_;
};

class FakeNodebb : public FakeForum {
 public:
  explicit FakeNodebb(bool latest = false) : latest_(latest) {}
  bool has_search = true, tells_pages = true;

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    Settings own{{"server", server.Url("/forum/")}, {"page_size", std::int64_t{PageSize()}}};
    if (latest_) {
      own["queries"] = std::vector<std::string>{};
      own["latest"] = true;
    }
    return MakeFrom(kNodebbCard, school, std::move(own), max_pages, tools);
  }

  Answer Serve(const SeenRequest& request) override {
    const bool search = request.path == "/forum/api/search";
    if (!(search && has_search) && !request.path.starts_with("/forum/api/recent/posts/")) return Json(404, R"({"path":"/api/search"})");
    std::vector<InventedPost> found;
    for (const auto& post : held_)
      if (!search || Holds(post, request.Query("term"))) found.push_back(post);
    const auto size = search ? Number(request.Query("itemsPerPage"), 10) : PageSize();
    JsonWriter out;
    if (search) out.Object().Key("posts");
    out.Array();
    for (const auto& post : PageOf(found, Number(request.Query("page"), 1), size)) {
      out.Object().Field("pid", std::int64_t{post.number}).Field("tid", 4).Field("uid", 7).Field("content", std::string_view("<p>" + post.text + "</p>\n"));
      out.Field("timestampISO", std::string_view(When(post))).Field("deleted", post.is_public ? 0 : 1);
      out.Field("edited", post.edits ? std::int64_t{post.edited_at.time_since_epoch().count() / 1000} : std::int64_t{0});
      out.Key("user").Object().Field("uid", 7).Field("username", "lee").EndObject().Key("topic").Object().Field("title", "School &amp; more").EndObject().EndObject();
    }
    out.EndArray();
    if (search && tells_pages) out.Field("pageCount", (static_cast<std::int64_t>(found.size()) + size - 1) / size);
    if (search) out.EndObject();
    return Answer::Json(out.Take());
  }
  bool SearchesByTerm() const override { return !latest_; }
  std::string TermOf(const SeenRequest& request) const override { return request.Query("term"); }

 private:
  bool latest_;
};

// With subreddits, odd numbers are posts and even ones comments.
class FakeReddit : public FakeForum {
 public:
  explicit FakeReddit(bool subreddits = false) : subreddits_(subreddits) {}
  std::string token = "token-1";
  int tokens_made = 0;
  std::int64_t depth = 1'000;  // entries that a listing ends after

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    Settings own{{"site", server.Origin()},       {"api", server.Origin()},          {"client_id", std::string("app")}, {"client_secret", std::string("secret\n")},
                 {"username", std::string("oakmoor_school")}, {"page_size", std::int64_t{PageSize()}}};
    if (subreddits_) {
      own["queries"] = std::vector<std::string>{};
      own["subreddits"] = std::vector<std::string>{"brackwell"};
    }
    return MakeFrom(kRedditCard, school, std::move(own), max_pages, tools);
  }

  Answer Serve(const SeenRequest& request) override {
    if (request.path == "/api/v1/access_token") {
      if (request.method != "POST" || request.Header("authorization") != "Basic YXBwOnNlY3JldA==") return Json(401, R"({"message":"Unauthorized","error":401})");
      ++tokens_made;
      return Answer::Json(R"({"access_token":")" + token + R"(","token_type":"bearer","expires_in":3600,"scope":"*"})");
    }
    if (request.Header("authorization") != "Bearer " + token) return Json(401, R"({"message":"Unauthorized","error":401})");
    const bool search = request.path == "/search", comments = request.path == "/r/brackwell/comments";
    if (request.path.starts_with("/r/closed/")) return Json(403, R"({"reason":"private","message":"Forbidden","error":403})");
    if (!search && !comments && request.path != "/r/brackwell/new") return Json(404, R"({"message":"Not Found","error":404})");
    std::vector<std::pair<std::string, InventedPost>> found;
    for (const auto& post : held_) {
      if (search ? Holds(post, Words(request.Query("q"))) : (post.number % 2 == 0) == comments)
        found.emplace_back((comments ? "t1_a" : "t3_a") + std::to_string(post.number), post);
    }
    auto at = ignores_pages || !request.HasQuery("after") ? found.begin() : std::ranges::find(found, request.Query("after"), &std::pair<std::string, InventedPost>::first);
    if (at != found.end() && !ignores_pages && request.HasQuery("after")) ++at;
    const auto left = found.end() - at;
    const auto end = at + std::min<std::int64_t>(left, Number(request.Query("limit"), 25));
    JsonWriter out;
    out.Object().Field("kind", "Listing").Key("data").Object().Key("children").Array();
    const bool more = end != found.end() && end - found.begin() < depth;
    const std::string last = at == end ? "" : (end - 1)->first;
    for (; at != end; ++at) Write(at->first, at->second, comments, out);
    out.EndArray().Key("after");
    if (more || (ignores_pages && !last.empty())) out.String(last);
    else out.Null();
    out.EndObject().EndObject();
    return Answer::Json(out.Take());
  }
  bool AsksForPosts(const SeenRequest& request) const override { return request.path != "/api/v1/access_token"; }
  bool SearchesByTerm() const override { return !subreddits_; }
  std::string TermOf(const SeenRequest& request) const override { return request.Query("q"); }
  std::string ErrorBody() const override { return R"({"message":"Internal Server Error","error":500})"; }

 private:
  static void Write(const std::string& name, const InventedPost& post, bool comment, JsonWriter& out) {
    out.Object().Field("kind", comment ? "t1" : "t3").Key("data").Object().Field("name", std::string_view(name)).Field("author", "some_user");
    out.Field("author_fullname", "t2_abc").Field("subreddit", "brackwell").Field("created_utc", static_cast<double>(post.at.time_since_epoch().count()) / 1e6);
    if (comment) out.Field("body", std::string_view(post.text)).Field("link_id", "t3_thread").Field("parent_id", "t3_thread");
    else out.Field("title", "A post").Field("selftext", std::string_view(post.text)).Field("is_self", true);
    out.Field("permalink", std::string_view("/r/brackwell/comments/" + name.substr(3) + "/x/")).Key("edited");
    if (post.edits) out.Number(static_cast<double>(post.edited_at.time_since_epoch().count()) / 1e6);
    else out.Bool(false);
    if (!post.is_public) out.Field("removed_by_category", "moderator");
    out.EndObject().EndObject();
  }

  bool subreddits_;
};

class FakeTelegram : public FakeForum {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    return MakeFrom(kTelegramCard, school, {{"site", server.Origin()}, {"channels", std::vector<std::string>{"BrackwellNews"}}}, max_pages, tools);
  }

  Answer Serve(const SeenRequest& request) override {
    if (request.path == "/brackwell_private") return Answer::Of(ContentType(), R"(<html><body><div class="tgme_page"><div class="tgme_page_title">Private</div></div></body></html>)");
    if (request.path == "/s/brackwell_private") return Answer::Redirect(302, "/brackwell_private");
    if (request.path != "/s/brackwellnews") return Answer::Status(404);
    const auto before = ignores_pages ? 1'000'000 : Number(request.Query("before"), 1'000'000);
    std::vector<InventedPost> page;
    for (const auto& post : held_)
      if (post.number < before && static_cast<int>(page.size()) < PageSize()) page.push_back(post);
    std::ranges::reverse(page);
    std::string html = "<!DOCTYPE html>\n<html><head><title>Brackwell News</title></head><body><div class=\"tgme_channel_info\">x</div><section class=\"tgme_channel_history js-message_history\">";
    for (const auto& post : page) {
      html += "<div class=\"tgme_widget_message_wrap js-widget_message_wrap\"><div class=\"tgme_widget_message text_not_supported_wrap js-widget_message\" data-post=\"BrackwellNews/" +
              std::to_string(post.number) + "\"><div class=\"tgme_widget_message_text js-message_text\" dir=\"auto\">" + post.text +
              "</div><a class=\"tgme_widget_message_date\" href=\"https://t.me/BrackwellNews/" + std::to_string(post.number) + "\"><time datetime=\"" + When(post) +
              "\" class=\"time\">08:00</time></a></div></div>";
    }
    return Answer::Of(ContentType(), html + "</section></body></html>\n<!-- page generated in 15.3ms -->\n");
  }
  bool SearchesByTerm() const override { return false; }
  bool SendsNonPublicPosts() const override { return false; }
  bool RepairsUtf8() const override { return true; }
  std::string ContentType() const override { return "text/html; charset=utf-8"; }
  std::string ErrorBody() const override { return "<!DOCTYPE html><html><body>Internal server error</body></html>"; }
  std::string DeepBody(int levels) const override {
    std::string body = "<html>";
    for (int i = 0; i < levels; ++i) body += "<b>";
    for (int i = 0; i < levels; ++i) body += "</b>";
    return body + "</html>";
  }
};

}  // namespace heed
