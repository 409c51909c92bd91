// YouTube, played for the conformance suite: videos found by searching, and the comments on the school's channel.
#include "connectors/youtube/youtube.h"
#include "tests/connectors/conformance.h"
#include "tests/connectors/youtube_fake.h"

namespace heed {
namespace {

constexpr const char* kChannel = "UCoakmoorSchoolAAAAAAAAA";

class YouTubeImitation : public Imitation {
 public:
  explicit YouTubeImitation(bool searches) : searches_(searches) { host_.page = static_cast<std::size_t>(PageSize()); }

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    SourceSpec spec{"youtube", school.id, "youtube", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["key"] = std::string("key");
    spec.settings["max_pages"] = max_pages;
    spec.settings["search_every"] = std::string("1s");   // the suite does not wait six hours
    spec.settings["daily_units"] = std::int64_t{10'000'000};  // nor till tomorrow
    if (searches_) {
      spec.settings["queries"] = std::vector<std::string>{"Oakmoor School"};
      spec.settings["comments"] = false;
    } else {
      spec.settings["queries"] = std::vector<std::string>{};
      spec.settings["channels"] = std::vector<std::string>{kChannel};
    }
    return kYouTubeCard.make(spec, school, tools);
  }

  void Hold(std::vector<InventedPost> posts) override {
    host_.videos.clear();
    host_.comments.clear();
    for (auto post = posts.rbegin(); post != posts.rend(); ++post) {
      const auto id = "id" + std::to_string(post->number), at = FormatRfc3339(post->at);
      if (searches_) host_.videos.push_back({id, post->text, "", at, kChannel, post->is_public ? "public" : "private"});
      else host_.comments.push_back({id, post->text, at, post->edits ? FormatRfc3339(post->edited_at) : "", "video", kChannel, "", post->is_public});
    }
  }

  Answer Serve(const SeenRequest& request) override { return host_.Serve(request); }
  bool AsksForPosts(const SeenRequest&) const override { return true; }
  int PageSize() const override { return 3; }
  bool SearchesByTerm() const override { return searches_; }
  std::string TermOf(const SeenRequest& request) const override {
    return request.path.ends_with("/search") ? request.Query("q") : "Oakmoor School";  // videos.list asks for what was just found
  }
  std::string ErrorBody() const override { return R"({"error":{"code":500,"message":"backend error"}})"; }

 private:
  bool searches_;
  FakeYouTube host_;
};

std::unique_ptr<Imitation> Videos() { return std::make_unique<YouTubeImitation>(true); }
std::unique_ptr<Imitation> Comments() { return std::make_unique<YouTubeImitation>(false); }

INSTANTIATE_TEST_SUITE_P(YouTube, Conformance, testing::Values(ConformanceEntry{"videos", &Videos}, ConformanceEntry{"comments", &Comments}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
