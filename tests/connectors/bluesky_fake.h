// A Bluesky of the tests' own: sign-in and searchPosts over a list of posts, with the manners of the servers
// met so far to choose from.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "tests/fakes/http_server.h"

namespace heed {

class FakeBluesky {
 public:
  struct Written {
    std::string rkey, text, at;      // `at`: where it sorts, and when it was indexed
    std::string created = "";        // the author's date where that differs
    std::string cid = "cid-1";       // another after an edit
  };

  // Manners.  As set here: bsky.app's.
  bool ignores_dates = false;
  bool minds_capitals = false;
  bool needs_sign_in = false;
  std::size_t deepest = 1'000'000;   // no cursor after this many results
  int lost_cursor = 0;               // answers this to any cursor, when not 0
  std::string access = "access-1", refresh = "refresh-1";  // the tokens that are good now
  bool refresh_refused = false;
  std::string did_doc = "";          // service list, JSON
  std::vector<Written> posts;        // newest first

  FakeBluesky() = default;
  explicit FakeBluesky(HttpServer& server) {
    server.Otherwise([this](const SeenRequest& request) { return Serve(request); });
  }

  Answer Serve(const SeenRequest& request) {
    if (request.path == "/xrpc/app.bsky.feed.searchPosts") return Search(request);
    if (request.path == "/xrpc/com.atproto.server.createSession") return SignIn(request);
    if (request.path == "/xrpc/com.atproto.server.refreshSession") return Refresh(request);
    return Json(501, Error("MethodNotImplemented", "Method Not Implemented"));
  }

  int sign_ins = 0, refreshes = 0;

  static std::string View(const Written& post) {
    JsonWriter out;
    const std::string did = "did:plc:exampleaaaa1111";
    out.Object().Field("uri", std::string_view("at://" + did + "/app.bsky.feed.post/" + post.rkey)).Field("cid", std::string_view(post.cid));
    out.Key("author").Object().Field("did", std::string_view(did)).Field("handle", "sam.example").EndObject();
    out.Key("record").Object().Field("text", std::string_view(post.text)).Field("createdAt", std::string_view(post.created.empty() ? post.at : post.created)).EndObject();
    out.Field("indexedAt", std::string_view(post.at)).EndObject();
    return out.Take();
  }

  static std::string Error(std::string_view name, std::string_view message) {
    JsonWriter out;
    out.Object().Field("error", name).Field("message", message).EndObject();
    return out.Take();
  }

 private:
  // Strangers ask for anything: what is no number is `otherwise`.
  static std::size_t Number(const std::string& text, std::size_t otherwise) {
    return text.empty() || text.find_first_not_of("0123456789") != text.npos ? otherwise : static_cast<std::size_t>(std::atoll(text.c_str()));
  }

  Answer Search(const SeenRequest& request) {
    if (needs_sign_in && request.Header("authorization").empty()) return Json(401, Error("AuthMissing", "Authentication Required"));
    if (needs_sign_in && request.Header("authorization") != "Bearer " + access) return Json(400, Error("ExpiredToken", "Token has expired"));
    std::size_t begin = 0;
    if (request.HasQuery("cursor")) {
      if (lost_cursor) return Json(lost_cursor, Error("InternalServerError", "Internal Server Error"));
      begin = Number(request.Query("cursor"), 0);
    }
    const auto words = request.Query("q");
    std::vector<const Written*> found;
    for (const auto& post : posts) {
      const bool matches = minds_capitals ? post.text.find(words) != post.text.npos : LowerAscii(post.text).find(LowerAscii(words)) != post.text.npos;
      const auto sorts = *ParseRfc3339(post.at);
      const auto since = ParseRfc3339(request.Query("since")), until = ParseRfc3339(request.Query("until"));
      const bool in_time = ignores_dates || ((!since || sorts >= *since) && (!until || sorts < *until));
      if (matches && in_time) found.push_back(&post);
    }
    const auto limit = Number(request.Query("limit"), 20);
    const auto end = std::min({found.size(), begin + limit, deepest});
    std::string body = "{\"posts\":[";
    for (auto i = begin; i < end; ++i) body += (i > begin ? "," : "") + View(*found[i]);
    body += "]";
    if (end < found.size() && end < deepest) body += ",\"cursor\":\"" + std::to_string(end) + "\"";
    return Answer::Json(body + "}");
  }

  static Answer Json(int status, std::string body) {
    auto answer = Answer::Json(std::move(body));
    answer.status = status;
    return answer;
  }

  Answer Session() {
    JsonWriter out;
    out.Object().Field("accessJwt", std::string_view(access)).Field("refreshJwt", std::string_view(refresh)).Field("active", true);
    if (!did_doc.empty()) out.Key("didDoc").Object().Key("service").Raw(did_doc).EndObject();
    out.EndObject();
    return Answer::Json(out.Take());
  }

  Answer SignIn(const SeenRequest& request) {
    ++sign_ins;
    JsonParser parser;
    const auto body = parser.Parse(request.body);
    if (!body || (*body)["password"].StringOr("") != "app-pass-word") return Json(401, Error("AuthenticationRequired", "Invalid identifier or password"));
    return Session();
  }

  Answer Refresh(const SeenRequest& request) {
    ++refreshes;
    if (refresh_refused || request.Header("authorization") != "Bearer " + refresh) return Json(400, Error("ExpiredToken", "Token has expired"));
    access += "+";
    refresh += "+";
    return Session();
  }
};

}  // namespace heed
