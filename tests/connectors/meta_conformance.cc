// Facebook and Instagram, played for the conformance suite: what visitors post on the Page, comments there, comments below the
// account's own post, and a hashtag.
#include "connectors/facebook/facebook.h"
#include "connectors/instagram/instagram.h"
#include "tests/connectors/conformance.h"
#include "tests/connectors/meta_fake.h"

namespace heed {
namespace {

enum class Play { kVisitors, kComments, kInstagramComments, kHashtag };

class MetaImitation : public Imitation {
 public:
  explicit MetaImitation(Play play) : play_(play) { host_.page = static_cast<std::size_t>(PageSize()); }

  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    SourceSpec spec{"meta", school.id, OnFacebook() ? "facebook" : "instagram", {}};
    spec.settings["server"] = server.Origin();
    spec.settings["token"] = std::string("token");
    spec.settings["max_pages"] = max_pages;
    if (OnFacebook()) {
      spec.settings["page"] = std::string("1000");
      spec.settings["comments"] = play_ == Play::kComments;
      return kFacebookCard.make(spec, school, tools);
    }
    spec.settings["account"] = std::string("17841");
    spec.settings["tags"] = false;
    spec.settings["comments"] = play_ == Play::kInstagramComments;
    if (play_ == Play::kInstagramComments) spec.settings["hashtags"] = std::vector<std::string>{};
    return kInstagramCard.make(spec, school, tools);
  }

  void Hold(std::vector<InventedPost> posts) override {
    host_.lists.clear();
    host_.hashtags = {{"OakmoorSchool", "900"}};
    std::vector<FakeGraph::Item> items;
    for (auto post = posts.rbegin(); post != posts.rend(); ++post) {
      FakeGraph::Item item{"55" + std::to_string(post->number), post->text, FormatRfc3339(post->at)};
      if (play_ == Play::kVisitors && !post->is_public) item.audience = "SELF";
      else item.hidden = !post->is_public;
      if (OnFacebook()) item.from = "777", item.name = "A Visitor";
      else item.username = play_ == Play::kHashtag ? "" : "visitor";
      items.push_back(item);
    }
    const FakeGraph::Item own{"1000_1", "Welcome back", "2031-03-01T08:00:00+0000", "1000", "Oakmoor School", "EVERYONE", false, "oakmoor"};
    switch (play_) {
      case Play::kVisitors: host_.lists["1000/feed"] = items; break;
      case Play::kComments: host_.lists = {{"1000/feed", {own}}, {"1000_1/comments", items}}; break;
      case Play::kInstagramComments: host_.lists = {{"17841/media", {own}}, {"1000_1/comments", items}}; break;
      case Play::kHashtag: host_.lists["900/recent_media"] = items; break;
    }
  }

  Answer Serve(const SeenRequest& request) override { return host_.Serve(request); }
  bool AsksForPosts(const SeenRequest& request) const override { return !request.path.ends_with("/debug_token"); }
  int PageSize() const override { return 3; }
  bool SearchesByTerm() const override { return play_ == Play::kHashtag; }
  bool SendsNonPublicPosts() const override { return play_ != Play::kHashtag; }
  // A list is asked for by the number that belongs to the hashtag.
  std::string TermOf(const SeenRequest& request) const override { return "#" + (request.path.ends_with("900/recent_media") ? "OakmoorSchool" : request.Query("q")); }
  std::string ErrorBody() const override { return FakeGraph::Error(1, 0, "something went wrong"); }

 private:
  bool OnFacebook() const { return play_ == Play::kVisitors || play_ == Play::kComments; }

  Play play_;
  FakeGraph host_;
};

template <Play play>
std::unique_ptr<Imitation> Played() {
  return std::make_unique<MetaImitation>(play);
}

INSTANTIATE_TEST_SUITE_P(Meta, Conformance,
                         testing::Values(ConformanceEntry{"facebook_visitors", &Played<Play::kVisitors>}, ConformanceEntry{"facebook_comments", &Played<Play::kComments>},
                                         ConformanceEntry{"instagram_comments", &Played<Play::kInstagramComments>}, ConformanceEntry{"instagram_hashtag", &Played<Play::kHashtag>}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
