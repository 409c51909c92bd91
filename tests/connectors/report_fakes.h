// Lemmy, Reddit, YouTube, Discourse, NodeBB, Facebook and Instagram as far as reports, hiding and re-checks need them.
#pragma once

#include <memory>
#include <string>

#include "connectors/discourse/discourse.h"
#include "connectors/facebook/facebook.h"
#include "connectors/instagram/instagram.h"
#include "connectors/lemmy/lemmy.h"
#include "connectors/nodebb/nodebb.h"
#include "connectors/reddit/reddit.h"
#include "connectors/youtube/youtube.h"
#include "tests/connectors/report_conformance.h"

namespace heed {

inline Answer WithStatus(int status, std::string body) {
  auto answer = Answer::Json(std::move(body));
  answer.status = status;
  return answer;
}

inline std::string BareHost(const HttpServer& server) { return server.Origin().substr(7); }

class LemmyReporting : public ReportImitation {
 public:
  explicit LemmyReporting(bool comment) : comment_(comment) {}
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    SourceSpec spec{"lemmy", school.id, "lemmy", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["username"] = std::string("oakmoor-school");
    spec.settings["password"] = std::string("secret");
    return kLemmyCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer& server) const override {
    Post post;
    post.platform = "lemmy";
    post.instance = BareHost(server);
    post.native_id = comment_ ? "comment/7" : "post/7";
    post.global_id = Address();
    post.version_id = "2031-03-02T07:00:00Z";
    post.text = "about Oakmoor School";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "in-words"}; }
  std::string Platform() const override { return "lemmy"; }
  std::string ReportReference() const override { return "88123"; }
  bool IsReport(const SeenRequest& request) const override { return request.path == "/api/v3/" + Kind_() + "/report"; }
  bool IsLook(const SeenRequest& request) const override { return request.path == "/api/v3/" + Kind_(); }

  Answer Serve(const SeenRequest& request) override {
    if (request.path == "/api/v3/user/login") return request.body == R"({"password":"secret","username_or_email":"oakmoor-school"})" ? Answer::Json(R"({"jwt":")" + token + R"("})") : WithStatus(400, R"({"error":"incorrect_login"})");
    const bool signed_in = request.Header("authorization") == "Bearer " + token;
    if (IsReport(request)) {
      last = request;
      if (!signed_in) return WithStatus(401, R"({"error":"not_logged_in"})");
      return Answer::Json(comment_ ? R"({"comment_report_view":{"comment_report":{"id":88123,"resolved":false}}})" : R"({"post_report_view":{"post_report":{"id":88123,"resolved":false}}})");
    }
    if (request.path == "/api/v3/resolve_object") return !signed_in ? WithStatus(401, R"({"error":"incorrect_login"})") : Answer::Json("{\"" + Kind_() + "\":" + View() + "}");
    if (IsLook(request)) return removed ? WithStatus(404, R"({"error":"couldnt_find_)" + Kind_() + "\"}") : Answer::Json("{\"" + Kind_() + "_view\":" + View() + "}");
    if (request.path == "/api/v3/modlog") return Answer::Json(modlog);
    return WithStatus(404, R"({"error":"not_found"})");
  }

  std::string token = "jwt1", modlog = "{}", flags;
  SeenRequest last;

 private:
  std::string Kind_() const { return comment_ ? "comment" : "post"; }
  std::string Address() const { return "https://l.example/" + Kind_() + "/1234"; }
  std::string View() const {
    return "{\"" + Kind_() + R"(":{"id":7,"ap_id":")" + Address() + R"(","published":"2031-03-02T07:00:00Z")" + (edited ? R"(,"updated":"2031-03-02T07:30:00Z")" : "") + flags + R"(},"creator":{"name":"ann"},"community":{}})";
  }
  bool comment_;
};

class RedditReporting : public ReportImitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    SourceSpec spec{"reddit", school.id, "reddit", {}};
    spec.settings["site"] = spec.settings["api"] = server.Origin();
    spec.settings["client_id"] = std::string("id");
    spec.settings["client_secret"] = std::string("shh");
    spec.settings["username"] = std::string("oakmoor_school");
    if (!application_alone) spec.settings["password"] = std::string("secret");
    return kRedditCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer&) const override {
    Post post;
    post.platform = "reddit";
    post.native_id = "t3_1exampl";
    post.global_id = "reddit:t3_1exampl";
    post.permalink = "https://www.reddit.com/r/brackwell/comments/1exampl/x/";
    post.version_id = "2031-03-02T07:00:00Z";
    post.title = "Oakmoor School";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "site:Threatening, harassing, or inciting violence", .silent = true}; }
  std::string Platform() const override { return "reddit"; }
  std::string ReportReference() const override { return ""; }
  bool IsReport(const SeenRequest& request) const override { return request.path == "/api/report"; }
  bool IsLook(const SeenRequest& request) const override { return request.path == "/api/info"; }

  Answer Serve(const SeenRequest& request) override {
    if (request.path == "/api/v1/access_token") return Answer::Json(R"({"access_token":")" + token + R"(","expires_in":3600})");
    if (request.Header("authorization") != "Bearer " + token) return WithStatus(401, R"({"message":"Unauthorized","error":401})");
    if (IsReport(request)) {
      last = request;
      return Answer::Json(answer);
    }
    if (request.path == "/r/brackwell/about/rules")
      return Answer::Json(R"({"rules":[{"kind":"all","short_name":"Be kind","violation_reason":"Unkind","description":"No personal attacks"},{"kind":"comment","short_name":"Comments only"}],)"
                          R"("site_rules":["Spam","Threatening, harassing, or inciting violence"]})");
    if (IsLook(request)) return Answer::Json(R"({"kind":"Listing","data":{"children":[)" + (empty ? std::string() : Entry()) + "]}}");
    return WithStatus(404, R"({"message":"Not Found","error":404})");
  }

  bool application_alone = false, empty = false;
  std::string token = "t1", answer = R"({"json":{"errors":[]}})", category = "moderator";
  SeenRequest last;

 private:
  std::string Entry() const {
    return R"({"kind":"t3","data":{"name":"t3_1exampl","author":"sam","title":"Oakmoor School","selftext":")" + std::string(removed ? "[removed]" : "words") + R"(","created_utc":)" + kPosted + R"(,"edited":)" +
           (edited ? kChanged : "false") + (removed && !category.empty() ? R"(,"removed_by_category":")" + category + "\"" : "") + "}}";
  }
  // 2031-03-02T07:00:00Z, and half an hour later
  static constexpr const char *kPosted = "1930201200.0", *kChanged = "1930203000.0";
};

class YouTubeReporting : public ReportImitation {
 public:
  YouTubeReporting(bool comment, bool hide) : comment_(comment), hide_(hide) {}
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    SourceSpec spec{"youtube", school.id, "youtube", {}};
    spec.settings["server"] = spec.settings["auth_server"] = server.Origin();
    spec.settings["key"] = std::string("key");
    spec.settings["channels"] = std::vector<std::string>{"UCaaaaaaaaaaaaaaaaaaaaaa"};
    if (!reads_only) {
      spec.settings["client_id"] = std::string("client");
      spec.settings["client_secret"] = std::string("shh");
      spec.settings["refresh_token"] = std::string("refresh");
    }
    return kYouTubeCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer&) const override {
    Post post;
    post.platform = "youtube";
    post.native_id = comment_ ? "UgxEXAMPLE" : "abcDEF12345";
    post.global_id = "youtube:" + post.native_id;
    post.permalink = std::string("https://www.youtube.com/watch?v=abcDEF12345") + (comment_ ? "&lc=UgxEXAMPLE" : "");
    post.title = comment_ ? "" : "Oakmoor School";
    post.text = "words";
    if (comment_) post.version_id = "2031-03-02T07:00:00Z";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = hide_ ? "heldForReview" : "V/37", .silent = hide_}; }
  ResponseKind Kind() const override { return hide_ ? ResponseKind::kHide : ResponseKind::kReport; }
  std::string Platform() const override { return "youtube"; }
  std::string ReportReference() const override { return ""; }
  bool IsReport(const SeenRequest& request) const override { return request.path == (hide_ ? "/youtube/v3/comments/setModerationStatus" : "/youtube/v3/videos/reportAbuse"); }
  bool IsLook(const SeenRequest& request) const override { return request.path == (comment_ ? "/youtube/v3/comments" : "/youtube/v3/videos"); }

  Answer Serve(const SeenRequest& request) override {
    if (request.path == "/token") return Answer::Json(R"({"access_token":"a1","expires_in":3600})");
    const bool owner = request.Header("authorization") == "Bearer a1";
    if (!owner && request.Header("x-goog-api-key") != "key") return WithStatus(401, R"({"error":{"code":401,"status":"UNAUTHENTICATED"}})");
    if (IsReport(request)) {
      last = request;
      if (!owner) return WithStatus(401, R"({"error":{"code":401,"status":"UNAUTHENTICATED"}})");
      auto done = Answer::Status(204);
      done.headers.emplace_back("x-padding", std::string(60, 'x'));
      return done;
    }
    if (request.path == "/youtube/v3/videoAbuseReportReasons")
      return Answer::Json(R"({"items":[{"id":"S","snippet":{"label":"Spam or misleading","secondaryReasons":[{"id":"27","label":"Mass advertising"},{"id":"31","label":"Other"}]}},)"
                          R"({"id":"V","snippet":{"label":"Violent, hateful, or dangerous","secondaryReasons":[{"id":"35","label":"Promotes violence or hatred"},{"id":"37","label":"Bullying or abusing vulnerable individuals"}]}}]})");
    if (IsLook(request)) {
      if (removed) return Answer::Json(R"({"items":[]})");
      if (comment_)
        return Answer::Json(R"({"items":[{"id":"UgxEXAMPLE","snippet":{"channelId":")" + channel + R"(","updatedAt":")" + (edited ? "2031-03-02T07:30:00Z" : "2031-03-02T07:00:00Z") + R"(")" + held + "}}]}");
      return Answer::Json(R"({"items":[{"id":"abcDEF12345","snippet":{"title":"Oakmoor School","description":")" + std::string(edited ? "other words" : "words") + R"("},"status":{"privacyStatus":")" + privacy + R"("}}]})");
    }
    return WithStatus(404, R"({"error":{"code":404}})");
  }

  bool reads_only = false;
  std::string channel = "UCaaaaaaaaaaaaaaaaaaaaaa", held, privacy = "public";
  SeenRequest last;

 private:
  bool comment_, hide_;
};

class DiscourseReporting : public ReportImitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    SourceSpec spec{"discourse", school.id, "discourse", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["user_api_key"] = std::string("key");
    return kDiscourseCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer& server) const override {
    Post post;
    post.platform = "discourse";
    post.instance = BareHost(server);
    post.native_id = "501";
    post.global_id = "discourse:" + post.instance + ":501";
    post.version_id = "1";
    post.text = "about Oakmoor School";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "7"}; }
  std::string Platform() const override { return "discourse"; }
  std::string ReportReference() const override { return ""; }
  bool AsksBefore() const override { return false; }
  bool IsReport(const SeenRequest& request) const override { return request.path == "/post_actions.json"; }
  bool IsLook(const SeenRequest& request) const override { return request.path == "/posts/501.json"; }

  Answer Serve(const SeenRequest& request) override {
    if (IsReport(request)) {
      last = request;
      return request.Header("user-api-key") == "key" ? Answer::Json(R"({"id":501,"actions_summary":[{"id":7,"acted":true}]})") : WithStatus(403, R"({"errors":["You need to be logged in"],"error_type":"not_logged_in"})");
    }
    if (request.path == "/site.json")
      return Answer::Json(R"({"post_action_types":[{"id":2,"name_key":"like","name":"Like","is_flag":false},{"id":3,"name_key":"off_topic","name":"Off-Topic","is_flag":true},)"
                          R"({"id":4,"name_key":"inappropriate","name":"Inappropriate","description":"offensive, abusive, or against <a href=\"/guidelines\">our guidelines</a>","is_flag":true,"applies_to":["Post","Topic"]},)"
                          R"({"id":6,"name_key":"notify_user","name":"Message","is_flag":true,"require_message":true},{"id":7,"name_key":"notify_moderators","name":"Something Else","is_flag":true,"require_message":true},)"
                          R"({"id":20,"name_key":"custom_chat","name":"Chat only","is_flag":true,"applies_to":["Chat::Message"]},{"id":21,"name_key":"custom_off","name":"Switched off","is_flag":true,"enabled":false}]})");
    if (IsLook(request)) {
      if (removed) return WithStatus(404, R"({"errors":["The requested URL or resource could not be found."],"error_type":"not_found"})");
      return Answer::Json(R"({"id":501,"version":)" + std::string(edited ? "2" : "1") + R"(,"hidden":false)" + flags + "}");
    }
    return WithStatus(404, R"({"errors":["not found"]})");
  }

  std::string flags;
  SeenRequest last;
};

class NodebbReporting : public ReportImitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    SourceSpec spec{"nodebb", school.id, "nodebb", {}};
    spec.settings["server"] = server.Origin() + "/forum";
    spec.settings["token"] = std::string("token");
    return kNodebbCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer& server) const override {
    Post post;
    post.platform = "nodebb";
    post.instance = BareHost(server);
    post.native_id = "12";
    post.global_id = "nodebb:" + post.instance + "/forum:12";
    post.version_id = "2031-03-02T07:00:00Z";
    post.text = "about Oakmoor School";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "in-words"}; }
  std::string Platform() const override { return "nodebb"; }
  std::string ReportReference() const override { return ""; }
  bool AsksBefore() const override { return false; }
  bool IsReport(const SeenRequest& request) const override { return request.path == "/forum/api/v3/flags"; }
  bool IsLook(const SeenRequest& request) const override { return request.path == "/forum/api/v3/posts/12"; }

  Answer Serve(const SeenRequest& request) override {
    if (IsReport(request)) {
      last = request;
      return request.Header("authorization") == "Bearer token" ? Answer::Json(R"({"status":{"code":"ok","message":"OK"},"response":{}})") : WithStatus(401, R"({"status":{"code":"not-authorised","message":"no"}})");
    }
    if (IsLook(request)) {
      if (removed && flags.empty()) return WithStatus(404, R"({"status":{"code":"not-found","message":"Post does not exist"},"response":{}})");
      return Answer::Json(R"({"status":{"code":"ok","message":"OK"},"response":{"pid":12,"uid":7,"timestampISO":"2031-03-02T07:00:00.000Z","editedISO":")" + std::string(edited ? "2031-03-02T07:30:00.000Z" : "") + R"(","deleted":)" +
                          (removed ? "1" : "0") + flags + "}}");
    }
    return WithStatus(404, R"({"status":{"code":"not-found"}})");
  }

  std::string flags;
  SeenRequest last;
};

class MetaHiding : public ReportImitation {
 public:
  explicit MetaHiding(bool instagram) : instagram_(instagram) {}
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    SourceSpec spec{Platform(), school.id, Platform(), {}};
    spec.settings["server"] = server.Origin();
    spec.settings["token"] = std::string("token");
    spec.settings[instagram_ ? "account" : "page"] = std::string("1000");
    return (instagram_ ? kInstagramCard : kFacebookCard).make(spec, school, tools);
  }
  Post ThePost(const HttpServer&) const override {
    Post post;
    post.platform = Platform();
    post.native_id = instagram_ ? "17900000000000001" : "2000_3000";
    post.global_id = Platform() + ":" + post.native_id;
    post.thread_root = Platform() + ":2000";
    post.text = "words";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "hide", .silent = true}; }
  ResponseKind Kind() const override { return ResponseKind::kHide; }
  std::string Platform() const override { return instagram_ ? "instagram" : "facebook"; }
  std::string ReportReference() const override { return ""; }
  bool AsksBefore() const override { return false; }
  bool Rechecks() const override { return !instagram_; }
  bool IsReport(const SeenRequest& request) const override { return request.method == "POST"; }
  bool IsLook(const SeenRequest& request) const override { return request.method == "GET"; }

  Answer Serve(const SeenRequest& request) override {
    if (request.Header("authorization") != "Bearer token") return WithStatus(400, R"({"error":{"code":190,"message":"Invalid OAuth access token"}})");
    if (IsReport(request)) {
      last = request;
      return Answer::Json(R"({"success":true,"padding":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})");
    }
    if (removed) return WithStatus(400, R"({"error":{"code":100,"error_subcode":33,"message":"Unsupported get request."}})");
    return Answer::Json(R"({"id":")" + std::string(instagram_ ? "17900000000000001" : "2000_3000") + R"(",")" + (instagram_ ? "text" : "message") + R"(":")" + (edited ? "other words" : "words") + R"(",")" + (instagram_ ? "hidden" : "is_hidden") +
                        R"(":)" + (hidden ? "true" : "false") + (instagram_ ? "" : std::string(R"(,"can_hide":)") + (can_hide ? "true" : "false")) + "}");
  }

  bool hidden = false, can_hide = true;
  SeenRequest last;

 private:
  bool instagram_;
};

}  // namespace heed
