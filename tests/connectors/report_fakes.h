// Every platform that takes reports or hides, as far as reports, hiding and re-checks need them.
#pragma once

#include <memory>
#include <string>

#include "connectors/bluesky/bluesky.h"
#include "connectors/bluesky/report.h"
#include "connectors/discourse/discourse.h"
#include "connectors/facebook/facebook.h"
#include "connectors/instagram/instagram.h"
#include "connectors/lemmy/lemmy.h"
#include "connectors/mastodon/mastodon.h"
#include "connectors/nodebb/nodebb.h"
#include "connectors/reddit/reddit.h"
#include "connectors/x/replies.h"
#include "connectors/x/x.h"
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
      const bool member = !request.Header("authorization").empty();
      if (member && refuses_members) return WithStatus(401, R"({"status":{"code":"not-authorised","message":"[[error:api.401]]"},"response":{}})");
      if (removed && flags.empty() && !(member && members_see_it)) return WithStatus(404, R"({"status":{"code":"not-found","message":"Post does not exist"},"response":{}})");
      return Answer::Json(R"({"status":{"code":"ok","message":"OK"},"response":{"pid":12,"uid":7,"timestampISO":"2031-03-02T07:00:00.000Z","editedISO":")" + std::string(edited ? "2031-03-02T07:30:00.000Z" : "") + R"(","deleted":)" +
                          (removed && !flags.empty() ? "1" : "0") + flags + "}}");
    }
    return WithStatus(404, R"({"status":{"code":"not-found"}})");
  }

  bool members_see_it = false, refuses_members = false;
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
  bool IsReport(const SeenRequest& request) const override { return request.method == "POST"; }
  bool IsLook(const SeenRequest& request) const override { return request.method == "GET"; }

  Answer Serve(const SeenRequest& request) override {
    if (request.Header("authorization") != "Bearer token") return WithStatus(400, R"({"error":{"code":190,"message":"Invalid OAuth access token"}})");
    if (IsReport(request)) {
      last = request;
      return Answer::Json(R"({"success":true,"padding":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})");
    }
    if (request.path == "/v25.0/1000") return reads_owner ? Answer::Json(R"({"id":"1000"})") : WithStatus(400, kMissing);
    if (request.path == "/v25.0/1000/tags") return Answer::Json(tags);
    if (removed) return WithStatus(400, kMissing);
    return Answer::Json(R"({"id":")" + std::string(instagram_ ? "17900000000000001" : "2000_3000") + R"(",")" + (instagram_ ? "text" : "message") + R"(":")" + (edited ? "other words" : "words") + R"(",")" + (instagram_ ? "hidden" : "is_hidden") +
                        R"(":)" + (hidden ? "true" : "false") + (instagram_ ? "" : std::string(R"(,"can_hide":)") + (can_hide ? "true" : "false")) + "}");
  }

  bool hidden = false, can_hide = true, reads_owner = true;
  std::string tags = R"({"data":[]})";
  SeenRequest last;

 private:
  static constexpr const char* kMissing = R"({"error":{"code":100,"error_subcode":33,"message":"Unsupported get request."}})";
  bool instagram_;
};

// Checks each signature by making it again.
class XHiding : public ReportImitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    origin_ = server.Origin();
    SourceSpec spec{"x", school.id, "x", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["token"] = std::string("bearer");
    spec.settings["confirmed_by"] = std::string("J. Example, 2026-11-02");
    spec.settings["look_again"] = looks;
    spec.settings["monthly_cap"] = std::int64_t{1};
    if (!reads_only) {
      for (const auto* key : {"api_key", "api_secret", "access_token", "access_token_secret"}) spec.settings[key] = std::string(key) + "+";
    }
    return kXCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer&) const override {
    Post post;
    post.platform = "x";
    post.native_id = "1990000000000000002";
    post.global_id = "x:1990000000000000002";
    post.thread_root = post.in_reply_to = "x:1990000000000000001";
    post.text = "@oakmoorschool words";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "hide", .silent = true}; }
  ResponseKind Kind() const override { return ResponseKind::kHide; }
  std::string Platform() const override { return "x"; }
  std::string ReportReference() const override { return ""; }
  bool AsksBefore() const override { return false; }
  bool IsReport(const SeenRequest& request) const override { return request.method == "PUT"; }
  bool IsLook(const SeenRequest& request) const override { return request.path == "/2/tweets" && request.Query("ids") == "1990000000000000002"; }

  Answer Serve(const SeenRequest& request) override {
    if (IsLook(request)) {
      if (request.Header("authorization") != "Bearer bearer") return WithStatus(401, R"({"title":"Unauthorized","detail":"Unauthorized","status":401})");
      if (removed) return Answer::Json(R"({"errors":[{"value":"1990000000000000002","resource_id":"1990000000000000002","title":"Not Found Error","type":"https://api.twitter.com/2/problems/)" + problem + R"("}]})");
      return Answer::Json(R"({"data":[{"id":"1990000000000000002","text":"words")" + withheld + R"(,"edit_history_tweet_ids":["1990000000000000002")" + std::string(edited ? R"(,"1990000000000000009")" : "") + "]}]}");
    }
    if (!Signed(request)) return WithStatus(401, R"({"title":"Unauthorized","detail":"Unauthorized","status":401})");
    if (IsReport(request)) {
      last = request;
      if (request.path != "/2/tweets/1990000000000000002/hidden" || request.body != R"({"hidden":true})") return WithStatus(400, R"({"title":"Invalid Request"})");
      return Answer::Json(R"({"data":{"hidden":)" + std::string(hides ? "true" : "false") + R"(},"padding":"xxxxxxxxxxxxxxxxxxxxxxxxxx"})");
    }
    if (request.path == "/2/users/me") return Answer::Json(R"({"data":{"id":"42","username":"oakmoorschool","name":"Oakmoor School"}})");
    if (request.path == "/2/tweets" && request.Query("ids") == "1990000000000000001,1990000000000000002") {
      if (removed) return Answer::Json(R"({"errors":[{"resource_id":"1990000000000000002","type":"https://api.twitter.com/2/problems/resource-not-found"}]})");
      return Answer::Json(R"({"data":[{"id":"1990000000000000001","author_id":")" + began_by + R"(","conversation_id":"1990000000000000001"},{"id":"1990000000000000002","author_id":"77","conversation_id":"1990000000000000001"}]})");
    }
    return WithStatus(404, R"({"title":"Not Found"})");
  }

  bool reads_only = false, hides = true, looks = true;
  std::string began_by = "42", problem = "resource-not-found", withheld;
  SeenRequest last;

 private:
  bool Signed(const SeenRequest& request) const {
    const auto header = request.Header("authorization");
    const auto part = [&](const std::string& name) {
      const auto at = header.find(name + "=\"");
      if (at == header.npos) return std::string();
      const auto begin = at + name.size() + 2;
      return header.substr(begin, header.find('"', begin) - begin);
    };
    const auto at = part("oauth_timestamp"), nonce = part("oauth_nonce");
    if (nonce.size() < 16 || at.size() != 10) return false;
    return header == OAuth1Header({"api_key+", "api_secret+", "access_token+", "access_token_secret+"}, request.method, origin_ + request.target, nonce, Instant{seconds{std::atoll(at.c_str())}});
  }
  std::string origin_;
};

inline constexpr std::string_view kDid = "did:plc:exampleaaaa1111";
inline constexpr std::string_view kUri = "at://did:plc:exampleaaaa1111/app.bsky.feed.post/3kexample2a";

class BlueskyReporting : public ReportImitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    origin_ = server.Origin();
    SourceSpec spec{"bluesky", school.id, "bluesky", {}};
    for (const auto* key : {"appview", "service", "directory"}) spec.settings[key] = server.Origin();
    spec.settings["moderation"] = std::string("did:plc:moderation");
    spec.settings["handle"] = std::string("school.example");
    spec.settings["password"] = std::string("app-pass-word");
    return kBlueskyCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer&) const override {
    Post post;
    post.platform = "bluesky";
    post.global_id = kUri;
    post.version_id = "bafy-1";
    post.text = "about Oakmoor School";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "tools.ozone.report.defs#reasonViolenceThreats"}; }
  std::string Platform() const override { return "bluesky"; }
  std::string ReportReference() const override { return "4711"; }
  bool IsReport(const SeenRequest& request) const override { return request.path == "/xrpc/com.atproto.moderation.createReport"; }
  bool IsLook(const SeenRequest& request) const override { return request.path == "/xrpc/app.bsky.feed.getPosts"; }

  Answer Serve(const SeenRequest& request) override {
    if (request.path == "/xrpc/com.atproto.server.createSession" || request.path == "/xrpc/com.atproto.server.refreshSession")
      return Answer::Json(R"({"accessJwt":")" + token + R"(","refreshJwt":"r","active":true})");
    if (IsReport(request)) {
      last = request;
      if (request.Header("authorization") != "Bearer " + token) return Status(401, R"({"error":"ExpiredToken"})");
      return Answer::Json(R"({"id":4711,"reasonType":"x","reportedBy":"did:plc:school","createdAt":"2031-03-02T08:00:00Z"})");
    }
    if (request.path == "/xrpc/app.bsky.labeler.getServices") return Answer::Json(services);
    if (IsLook(request))
      return Answer::Json(removed ? std::string(R"({"posts":[]})")
                                  : R"({"posts":[{"uri":")" + std::string(kUri) + R"(","cid":")" + (edited ? "bafy-2" : "bafy-1") + R"(","labels":[)" + labels + "]}]}");
    if (request.path == "/" + std::string(kDid))
      return Answer::Json(R"({"id":")" + std::string(kDid) + R"(","service":[{"id":"#atproto_pds","serviceEndpoint":")" + origin_ + R"("}]})");
    if (request.path == "/xrpc/com.atproto.sync.getRepoStatus") return repo;
    if (request.path == "/xrpc/com.atproto.repo.getRecord") return record;
    return Status(501, R"({"error":"MethodNotImplemented"})");
  }
  static Answer Status(int status, std::string body) {
    auto answer = Answer::Json(std::move(body));
    answer.status = status;
    return answer;
  }

  std::string token = "a1", labels, services = R"({"views":[{"reasonTypes":["tools.ozone.report.defs#reasonViolenceThreats","tools.ozone.report.defs#reasonHarassmentTargeted",)"
                                               R"("tools.ozone.report.defs#reasonHarassmentHateSpeech","tools.ozone.report.defs#reasonChildSafetyHarassment",)"
                                               R"("tools.ozone.report.defs#reasonHarassmentDoxxing","tools.ozone.report.defs#reasonOther"]}]})";
  Answer repo = Answer::Json(R"({"did":"did:plc:exampleaaaa1111","active":true})");
  Answer record = Status(400, R"({"error":"RecordNotFound"})");
  SeenRequest last;

 private:
  std::string origin_;
};

class MastodonReporting : public ReportImitation {
 public:
  explicit MastodonReporting(bool remote) : remote_(remote) {}
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, ConnectorTools tools) override {
    SourceSpec spec{"mastodon", school.id, "mastodon", {}};
    spec.settings["server"] = server.Origin();
    if (!stranger) spec.settings["token"] = std::string("token");
    return kMastodonCard.make(spec, school, tools);
  }
  Post ThePost(const HttpServer& server) const override {
    Post post;
    post.platform = "mastodon";
    post.instance = server.Origin().substr(7);
    post.native_id = "01LOCAL";
    post.global_id = Uri(server.Origin());
    post.version_id = "2031-03-02T07:00:00Z";
    post.text = "about Oakmoor School";
    return post;
  }
  ReportChoice AChoice() const override { return {.reason = "rule:2", .forward = remote_}; }
  std::string Platform() const override { return "mastodon"; }
  std::string ReportReference() const override { return "48914"; }
  bool IsReport(const SeenRequest& request) const override { return request.path == "/api/v1/reports"; }
  bool IsLook(const SeenRequest& request) const override { return request.path == "/api/v1/statuses/01LOCAL" || request.path == "/api/v2/search"; }

  Answer Serve(const SeenRequest& request) override {
    const auto origin = "http://" + request.Header("host");
    if (!stranger && request.Header("authorization") != "Bearer token") return Status(401, R"({"error":"The access token is invalid"})");
    if (IsReport(request)) {
      last = request;
      return Answer::Json(R"({"id":"48914","action_taken":false,"category":"violation","status_ids":["01LOCAL"]})");
    }
    if (request.path == "/api/v1/instance/rules") return Answer::Json(R"([{"id":"1","text":"Be kind","hint":""},{"id":"2","text":"No threats","hint":"Of any kind"}])");
    if (request.path == "/api/v1/statuses/01LOCAL") return removed ? Status(404, R"({"error":"Record not found"})") : Answer::Json(View(origin));
    if (request.path == "/api/v2/search") {
      const bool found = !(removed && !still_at_origin) && request.Query("q") == Uri(origin) && request.Query("resolve") == "true";
      return Answer::Json(R"({"accounts":[],"statuses":[)" + (found ? View(origin) : "") + "]}");
    }
    return Status(404, R"({"error":"Record not found"})");
  }
  static Answer Status(int status, std::string body) { return BlueskyReporting::Status(status, std::move(body)); }

  bool stranger = false, still_at_origin = false;
  std::string account = R"("id":"77")";
  SeenRequest last;

 private:
  std::string Uri(const std::string& origin) const { return (remote_ ? "https://elsewhere.example" : origin) + "/users/sam/statuses/1"; }
  std::string View(const std::string& origin) const {
    return R"({"id":"01LOCAL","uri":")" + Uri(origin) + R"(","created_at":"2031-03-02T07:00:00.000Z","edited_at":)" + (edited ? R"("2031-03-02T07:30:00.000Z")" : "null") +
           R"(,"account":{)" + account + "}}";
  }
  bool remote_;
};

template <typename Imitation, auto... arguments>
std::unique_ptr<ReportImitation> MakeIt() {
  return std::make_unique<Imitation>(arguments...);
}

// Every way something leaves by a platform's interface.
inline constexpr ReportEntry kReportEntries[] = {
    {"bluesky", &MakeIt<BlueskyReporting>},
    {"mastodon", &MakeIt<MastodonReporting, false>},
    {"mastodon_remote", &MakeIt<MastodonReporting, true>},
    {"lemmy_post", &MakeIt<LemmyReporting, false>},
    {"lemmy_comment", &MakeIt<LemmyReporting, true>},
    {"reddit", &MakeIt<RedditReporting>},
    {"youtube_video", &MakeIt<YouTubeReporting, false, false>},
    {"discourse", &MakeIt<DiscourseReporting>},
    {"nodebb", &MakeIt<NodebbReporting>},
    {"youtube_hide", &MakeIt<YouTubeReporting, true, true>},
    {"facebook_hide", &MakeIt<MetaHiding, false>},
    {"instagram_hide", &MakeIt<MetaHiding, true>},
    {"x_hide", &MakeIt<XHiding>},
};

}  // namespace heed
