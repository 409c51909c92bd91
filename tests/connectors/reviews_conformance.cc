// Google's reviews and Trustpilot, played for the conformance suite.
#include "connectors/google/google.h"
#include "connectors/trustpilot/trustpilot.h"
#include "tests/connectors/conformance.h"
#include "tests/connectors/reviews_fake.h"

namespace heed {
namespace {

std::vector<FakeReview> Reviews(const std::vector<InventedPost>& posts) {
  std::vector<FakeReview> reviews;
  for (const auto& post : posts)
    reviews.push_back({"r" + std::to_string(post.number), post.text, FormatRfc3339(post.at), post.edits ? FormatRfc3339(post.edited_at) : "", post.is_public});
  return reviews;
}

class GoogleImitation : public Imitation {
 public:
  GoogleImitation() { host_.page = static_cast<std::size_t>(PageSize()); }
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    SourceSpec spec{"google", school.id, "google", {}};
    spec.settings["server"] = spec.settings["auth_server"] = server.Origin();
    spec.settings["client_id"] = std::string("client");
    spec.settings["client_secret"] = std::string("secret");
    spec.settings["refresh_token"] = std::string("refresh");
    spec.settings["locations"] = std::vector<std::string>{"accounts/1/locations/2"};
    spec.settings["max_pages"] = max_pages;
    return kGoogleCard.make(spec, school, tools);
  }
  void Hold(std::vector<InventedPost> posts) override { host_.reviews = Reviews(posts); }
  Answer Serve(const SeenRequest& request) override { return host_.Serve(request); }
  bool AsksForPosts(const SeenRequest& request) const override { return request.path != "/token"; }
  int PageSize() const override { return 3; }
  bool SearchesByTerm() const override { return false; }
  bool SendsNonPublicPosts() const override { return false; }

 private:
  FakeGoogle host_;
};

class TrustpilotImitation : public Imitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    SourceSpec spec{"trustpilot", school.id, "trustpilot", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["key"] = std::string("key");
    spec.settings["unit"] = std::string("b1");
    spec.settings["page_size"] = std::int64_t{PageSize()};
    spec.settings["max_pages"] = max_pages;
    return kTrustpilotCard.make(spec, school, tools);
  }
  void Hold(std::vector<InventedPost> posts) override { host_.reviews = Reviews(posts); }
  Answer Serve(const SeenRequest& request) override { return host_.Serve(request); }
  bool AsksForPosts(const SeenRequest&) const override { return true; }
  int PageSize() const override { return 3; }
  bool SearchesByTerm() const override { return false; }

 private:
  FakeTrustpilot host_;
};

std::unique_ptr<Imitation> Google() { return std::make_unique<GoogleImitation>(); }
std::unique_ptr<Imitation> Trustpilot() { return std::make_unique<TrustpilotImitation>(); }

INSTANTIATE_TEST_SUITE_P(Reviews, Conformance, testing::Values(ConformanceEntry{"google", &Google}, ConformanceEntry{"trustpilot", &Trustpilot}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
