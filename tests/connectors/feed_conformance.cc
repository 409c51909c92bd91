// A web site with feeds, played for the conformance suite: RSS with conditional requests, Atom, and JSON Feed
// with pages.
#include <algorithm>

#include "connectors/feed/feed.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "tests/connectors/conformance.h"

namespace heed {
namespace {

class FeedImitation : public Imitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages, ConnectorTools tools) override {
    origin_ = server.Origin();
    SourceSpec spec{"news", school.id, "feed", {}};
    spec.settings["url"] = server.Url("/feed");
    spec.settings["max_pages"] = std::int64_t{max_pages};
    return kFeedCard.make(spec, school, tools);
  }
  void Hold(std::vector<InventedPost> posts) override {
    std::reverse(posts.begin(), posts.end());
    posts_ = std::move(posts);
  }
  bool AsksForPosts(const SeenRequest&) const override { return true; }
  bool SendsNonPublicPosts() const override { return false; }
  bool SearchesByTerm() const override { return false; }
  bool RepairsUtf8() const override { return true; }
  std::string ContentType() const override { return "application/xml"; }
  std::string ErrorBody() const override { return "<?xml version=\"1.0\"?><error><code>500</code></error>"; }
  std::string DeepBody(int levels) const override {
    std::string body;  // under the limit of 1 MiB
    for (int i = 0; i < levels; ++i) body += "<a>";
    for (int i = 0; i < levels; ++i) body += "</a>";
    return body;
  }

 protected:
  std::string LinkOf(const InventedPost& post) const { return origin_ + "/posts/" + std::to_string(post.number); }

  std::vector<InventedPost> posts_;  // newest first
  std::string origin_;
};

class RssImitation final : public FeedImitation {
 public:
  Answer Serve(const SeenRequest& request) override {
    std::string body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Brackwell News</title>\n";
    for (const auto& post : posts_) {
      body += "<item><guid isPermaLink=\"false\">n-" + std::to_string(post.number) + "</guid><link>" + LinkOf(post) + "</link><pubDate>" +
              FormatRfc3339(post.at) + "</pubDate><description>&lt;p&gt;" + post.text + "&lt;/p&gt;</description></item>\n";
    }
    body += "</channel></rss>";
    const std::string etag = "\"" + Sha256Hex(body).substr(0, 8) + "\"";
    if (request.Header("if-none-match") == etag) return Answer::Status(304).With("ETag", etag);
    return Answer::Of("application/rss+xml", std::move(body)).With("ETag", etag);
  }
};

class AtomImitation final : public FeedImitation {
 public:
  Answer Serve(const SeenRequest&) override {
    std::string body = "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Brackwell Forum</title>";
    for (const auto& post : posts_) {
      body += "<entry><id>tag:forum.example,2031:" + std::to_string(post.number) + "</id><link href=\"" + LinkOf(post) + "\"/><published>" +
              FormatRfc3339(post.at) + "</published><updated>" + FormatRfc3339(post.edits ? post.edited_at : post.at) +
              "</updated><title>A post</title><content type=\"html\">" + post.text + "</content></entry>";
    }
    return Answer::Of("application/atom+xml; charset=utf-8", body + "</feed>");
  }
};

class JsonFeedImitation final : public FeedImitation {
 public:
  int PageSize() const override { return 3; }
  bool RepairsUtf8() const override { return false; }
  std::string ContentType() const override { return "application/feed+json"; }
  std::string ErrorBody() const override { return Imitation::ErrorBody(); }
  std::string DeepBody(int levels) const override { return Imitation::DeepBody(levels); }
  Answer Serve(const SeenRequest& request) override {
    const auto size = static_cast<std::size_t>(PageSize());
    const std::string number = request.Query("page");
    const std::size_t page = number.empty() ? 0 : std::stoul(number);
    JsonWriter out;
    out.Object().Field("version", "https://jsonfeed.org/version/1.1").Field("title", "Brackwell Blog");
    if ((page + 1) * size < posts_.size()) out.Field("next_url", "/feed?page=" + std::to_string(page + 1));
    out.Key("items").Array();
    for (std::size_t i = page * size; i < std::min(posts_.size(), (page + 1) * size); ++i) {
      out.Object().Field("id", posts_[i].number).Field("url", LinkOf(posts_[i])).Field("content_text", posts_[i].text);
      out.Field("date_published", FormatRfc3339(posts_[i].at)).EndObject();
    }
    out.EndArray().EndObject();
    return Answer::Of("application/feed+json", out.Take());
  }
};

template <typename T>
std::unique_ptr<Imitation> New() {
  return std::make_unique<T>();
}

INSTANTIATE_TEST_SUITE_P(Feed, Conformance,
                         testing::Values(ConformanceEntry{"rss", &New<RssImitation>}, ConformanceEntry{"atom", &New<AtomImitation>},
                                         ConformanceEntry{"json", &New<JsonFeedImitation>}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
