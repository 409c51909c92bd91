// Bluesky, played for the conformance suite: read anonymously at an AppView, and signed in through a PDS.
#include "connectors/bluesky/bluesky.h"
#include "tests/connectors/bluesky_fake.h"
#include "tests/connectors/conformance.h"

namespace heed {
namespace {

class BlueskyImitation : public Imitation {
 public:
  explicit BlueskyImitation(bool signed_in) { network_.needs_sign_in = signed_in; }

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    SourceSpec spec{"bluesky", school.id, "bluesky", {}};
    spec.settings["appview"] = server.Origin();
    spec.settings["service"] = server.Origin();
    spec.settings["page_size"] = PageSize();
    spec.settings["max_pages"] = max_pages;
    if (network_.needs_sign_in) {
      spec.settings["handle"] = std::string("school.example");
      spec.settings["password"] = std::string("app-pass-word");
    }
    return kBlueskyCard.make(spec, school, tools);
  }

  void Hold(std::vector<InventedPost> posts) override {
    network_.posts.clear();
    for (auto post = posts.rbegin(); post != posts.rend(); ++post)
      network_.posts.push_back({"k" + std::to_string(post->number), post->text, FormatRfc3339(post->at), "", "cid-" + std::to_string(post->edits)});
  }

  Answer Serve(const SeenRequest& request) override { return network_.Serve(request); }
  bool AsksForPosts(const SeenRequest& request) const override { return request.path == "/xrpc/app.bsky.feed.searchPosts"; }
  int PageSize() const override { return 3; }
  bool SendsNonPublicPosts() const override { return false; }  // there are none on this network
  std::string TermOf(const SeenRequest& request) const override { return request.Query("q"); }

 private:
  FakeBluesky network_;
};

std::unique_ptr<Imitation> Anonymous() { return std::make_unique<BlueskyImitation>(false); }
std::unique_ptr<Imitation> SignedIn() { return std::make_unique<BlueskyImitation>(true); }

INSTANTIATE_TEST_SUITE_P(Bluesky, Conformance, testing::Values(ConformanceEntry{"anonymous", &Anonymous}, ConformanceEntry{"signed_in", &SignedIn}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
