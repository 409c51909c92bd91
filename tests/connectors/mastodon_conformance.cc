// A Mastodon server, played for the conformance suite: the school's hashtag read by a stranger, and the search
// with a token.
#include "connectors/mastodon/mastodon.h"
#include "tests/connectors/conformance.h"
#include "tests/connectors/mastodon_fake.h"

namespace heed {
namespace {

class MastodonImitation : public Imitation {
 public:
  explicit MastodonImitation(bool searches) : searches_(searches) {
    if (searches) host_.token = "token";
  }

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    host_.origin = server.Origin();
    SourceSpec spec{"mastodon", school.id, "mastodon", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["page_size"] = PageSize();
    spec.settings["max_pages"] = max_pages;
    if (searches_) {
      spec.settings["token"] = std::string("token");
      spec.settings["hashtags"] = std::vector<std::string>{};
    }
    return kMastodonCard.make(spec, school, tools);
  }

  void Hold(std::vector<InventedPost> posts) override {
    host_.statuses.clear();
    for (auto post = posts.rbegin(); post != posts.rend(); ++post)
      host_.statuses.push_back({"01ID" + std::to_string(post->number), post->text, FormatRfc3339(post->at), post->edits ? FormatRfc3339(post->edited_at) : "",
                                post->is_public ? "public" : "private"});
  }

  Answer Serve(const SeenRequest& request) override { return host_.Serve(request); }
  bool AsksForPosts(const SeenRequest& request) const override { return request.path.find("/instance") == request.path.npos; }
  int PageSize() const override { return 3; }
  std::string TermOf(const SeenRequest& request) const override {
    constexpr std::string_view kTag = "/api/v1/timelines/tag/";
    return request.path.starts_with(kTag) ? "#" + request.path.substr(kTag.size()) : request.Query("q");
  }
  std::string ErrorBody() const override { return R"({"error":"something went wrong"})"; }

 private:
  bool searches_;
  FakeMastodon host_;
};

std::unique_ptr<Imitation> Hashtag() { return std::make_unique<MastodonImitation>(false); }
std::unique_ptr<Imitation> Search() { return std::make_unique<MastodonImitation>(true); }

INSTANTIATE_TEST_SUITE_P(Mastodon, Conformance, testing::Values(ConformanceEntry{"hashtag", &Hashtag}, ConformanceEntry{"search", &Search}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
