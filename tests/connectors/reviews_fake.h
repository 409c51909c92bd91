// Google's Business Profile and Trustpilot of the tests' own: reviews in pages, a sign-in that can be refused.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "src/base/json.h"
#include "tests/fakes/http_server.h"

namespace heed {

struct FakeReview {
  std::string id, text, at;
  std::string updated = "";
  bool shown = true;
};

class FakeGoogle {
 public:
  std::vector<FakeReview> reviews;  // oldest first
  std::string refresh_token = "refresh", access = "access";
  std::string token_extra;      // put into the answer of a sign-in
  std::string token_error;      // refuses it
  std::size_t page = 0;
  int sign_ins = 0;

  FakeGoogle() = default;
  explicit FakeGoogle(HttpServer& server) {
    server.Otherwise([this](const SeenRequest& request) { return Serve(request); });
  }

  Answer Serve(const SeenRequest& request) {
    if (request.path == "/token") {
      ++sign_ins;
      if (!token_error.empty() || request.body.find("refresh_token=" + refresh_token) == std::string::npos) {
        auto answer = Answer::Json(R"({"error":")" + (token_error.empty() ? "invalid_grant" : token_error) + R"(","error_description":"Token has been expired or revoked."})");
        answer.status = token_error == "invalid_client" ? 401 : 400;
        return answer;
      }
      return Answer::Json(R"({"access_token":")" + access + R"(","expires_in":3599,"token_type":"Bearer")" + token_extra + "}");
    }
    if (request.Header("authorization") != "Bearer " + access) return Answer::Status(401);
    if (!request.path.ends_with("/reviews")) return Answer::Status(404);
    auto sorted = reviews;
    std::ranges::stable_sort(sorted, [](const FakeReview& a, const FakeReview& b) { return std::max(a.at, a.updated) > std::max(b.at, b.updated); });
    const auto number = [&](std::string_view name, std::size_t otherwise) {
      const auto text = request.Query(name);
      return text.empty() || text.find_first_not_of("0123456789") != text.npos ? otherwise : static_cast<std::size_t>(std::atoll(text.c_str()));
    };
    auto size = number("pageSize", 50);
    if (page > 0) size = std::min(size, page);
    const auto begin = std::min(sorted.size(), number("pageToken", 0)), end = std::min(sorted.size(), begin + size);
    if (sorted.empty()) return Answer::Json("{}");
    JsonWriter out;
    out.Object().Key("reviews").Array();
    for (auto i = begin; i < end; ++i) {
      const auto& review = sorted[i];
      out.Object().Field("name", std::string_view("accounts/1/locations/2/reviews/" + review.id)).Field("reviewId", std::string_view(review.id));
      out.Key("reviewer").Object().Field("displayName", "A Parent").EndObject().Field("starRating", "ONE").Field("comment", std::string_view(review.text));
      out.Field("createTime", std::string_view(review.at)).Field("updateTime", std::string_view(review.updated.empty() ? review.at : review.updated)).EndObject();
    }
    out.EndArray().Field("totalReviewCount", static_cast<std::uint64_t>(sorted.size()));
    if (end < sorted.size()) out.Field("nextPageToken", std::string_view(std::to_string(end)));
    out.EndObject();
    return Answer::Json(out.Take());
  }
};

class FakeTrustpilot {
 public:
  std::vector<FakeReview> reviews;  // oldest first
  std::string key = "key", domain = "oakmoor.example";

  FakeTrustpilot() = default;
  explicit FakeTrustpilot(HttpServer& server) {
    server.Otherwise([this](const SeenRequest& request) { return Serve(request); });
  }

  Answer Serve(const SeenRequest& request) {
    if (request.Header("apikey") != key) return Answer::Status(401);
    if (request.path == "/v1/business-units/find") return request.Query("name") == domain ? Answer::Json(R"({"id":"b1","displayName":"Oakmoor School"})") : Answer::Status(404);
    if (request.path != "/v1/business-units/b1/reviews") return Answer::Status(404);
    const auto number = [&](std::string_view name, std::size_t otherwise) {
      const auto text = request.Query(name);
      return text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != text.npos ? otherwise : static_cast<std::size_t>(std::atoll(text.c_str()));
    };
    const auto size = number("perPage", 20);
    const auto begin = std::min(reviews.size(), (std::max<std::size_t>(1, number("page", 1)) - 1) * size), end = std::min(reviews.size(), begin + size);
    JsonWriter out;
    out.Object().Key("links").Array().EndArray().Key("reviews").Array();
    for (auto i = begin; i < end; ++i) {
      const auto& review = reviews[reviews.size() - 1 - i];
      out.Object().Field("id", std::string_view(review.id)).Field("stars", 1).Field("title", "").Field("text", std::string_view(review.text)).Field("language", "en");
      out.Field("createdAt", std::string_view(review.at)).Key("updatedAt");
      if (review.updated.empty()) out.Null();
      else out.String(review.updated);
      out.Key("consumer").Object().Field("id", "c1").Field("displayName", "A Parent").EndObject().Field("status", review.shown ? "active" : "archived").EndObject();
    }
    out.EndArray().EndObject();
    return Answer::Json(out.Take());
  }
};

}  // namespace heed
