// X, played for the conformance suite.
#include "connectors/x/x.h"
#include "tests/connectors/conformance.h"
#include "tests/connectors/x_fake.h"

namespace heed {
namespace {

class XImitation : public Imitation {
 public:
  XImitation() { host_.page = static_cast<std::size_t>(PageSize()); }
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    SourceSpec spec{"x", school.id, "x", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["token"] = std::string("token");
    spec.settings["confirmed_by"] = std::string("J. Example, 2026-11-02");
    spec.settings["max_pages"] = max_pages;
    return kXCard.make(spec, school, tools);
  }
  void Hold(std::vector<InventedPost> posts) override {
    host_.posts.clear();
    for (const auto& post : posts) {
      // An edit gives a post a new id, as of now.
      const auto edited = post.edits > 0;
      host_.posts.push_back({edited ? 1'000 * post.edits + post.number : post.number, post.text, FormatRfc3339(edited ? post.edited_at : post.at), edited ? post.number : 0});
    }
  }
  Answer Serve(const SeenRequest& request) override { return host_.Serve(request); }
  bool AsksForPosts(const SeenRequest&) const override { return true; }
  int PageSize() const override { return 3; }
  bool SendsNonPublicPosts() const override { return false; }
  std::string TermOf(const SeenRequest& request) const override { return request.Query("query"); }
  std::string ErrorBody() const override { return R"({"errors":[{"title":"Internal Error","detail":"something went wrong"}]})"; }

 private:
  FakeX host_;
};

std::unique_ptr<Imitation> Recent() { return std::make_unique<XImitation>(); }

INSTANTIATE_TEST_SUITE_P(X, Conformance, testing::Values(ConformanceEntry{"recent", &Recent}), [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
