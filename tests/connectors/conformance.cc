// The suite's stage: posts, the platform behind the HTTP server, and the hands that break its answers.
#include "tests/connectors/conformance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "src/base/utf8.h"

namespace heed {
namespace {

// HttpClient with a test's limits, whatever the connector asks for.
class LimitedClient final : public HttpClient {
 public:
  explicit LimitedClient(const milliseconds& patience) : HttpClient(Options{}), patience_(patience) {}
  Result<HttpResponse> Send(const HttpRequest& request) override {
    HttpRequest limited = request;
    limited.timeout = patience_;
    limited.max_body = 1 << 20;
    return HttpClient::Send(limited);
  }

 private:
  const milliseconds& patience_;
};

}  // namespace

std::string Imitation::DeepBody(int levels) const {
  return std::string(static_cast<std::size_t>(levels), '[') + std::string(static_cast<std::size_t>(levels), ']');
}

Reading ReadAll(Connector& connector, Cursor cursor, int most) {
  Reading reading;
  reading.cursor = std::move(cursor);
  for (bool more = true; more;) {
    if (reading.pages == most) {
      ADD_FAILURE() << "still more to read after " << most << " pages";
      return reading;
    }
    auto page = connector.Fetch(reading.cursor);
    if (!page) {
      reading.error = page.error();
      return reading;
    }
    ++reading.pages;
    std::move(page->posts.begin(), page->posts.end(), std::back_inserter(reading.posts));
    std::move(page->notes.begin(), page->notes.end(), std::back_inserter(reading.notes));
    if (page->gap) reading.gaps.push_back(*page->gap);
    reading.cursor = page->next;
    more = page->more;
  }
  return reading;
}

School Conformance::TheSchool() {
  return {.id = "oakmoor",
          .name = "Oakmoor School",
          .names = {"Oakmoor School"},
          .hashtags = {"OakmoorSchool"},
          .places = {"Brackwell"},
          .others = {{"Oakmoor School, Leeds", {"Leeds"}}},
          .staff_roles = {"head of year"},
          .staff = {{"Ms Adeyemi", "2026-09-01"}}};
}

Conformance::Conformance() : http(std::make_unique<LimitedClient>(patience)), platform(GetParam().make()) {
  server.Otherwise([this](const SeenRequest& request) {
    const std::lock_guard lock(mutex_);
    Answer healthy = platform->Serve(request);
    if (!platform->AsksForPosts(request)) return healthy;
    ++requests_for_posts_;
    return fault_ ? fault_(std::move(healthy)) : healthy;
  });
}

std::vector<InventedPost> Conformance::Invent(int count, int first) const {
  std::vector<InventedPost> posts;
  for (int i = 0; i < count; ++i) {
    const int number = first + i;
    posts.push_back({.number = number,
                     .text = "Invented post " + std::to_string(number) + " about Oakmoor School",
                     .at = clock.Now() - hours{2} + minutes{number}});
  }
  return posts;
}

void Conformance::Hold(std::vector<InventedPost> posts) {
  const std::lock_guard lock(mutex_);
  held = std::move(posts);
  platform->Hold(held);
}

std::unique_ptr<Connector> Conformance::Fresh(int max_pages) {
  auto made = platform->Make(TheSchool(), server, max_pages, {*http, clock});
  if (!made) {
    ADD_FAILURE() << "the connector could not be made: " << made.error().message();
    std::abort();
  }
  return *std::move(made);
}

void Conformance::Break(std::function<Answer(Answer)> fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void Conformance::Heal() {
  const std::lock_guard lock(mutex_);
  fault_ = nullptr;
}

int Conformance::requests_for_posts() const {
  const std::lock_guard lock(mutex_);
  return requests_for_posts_;
}

Conformance::Keys Conformance::KeysOf(const std::vector<Post>& posts) {
  Keys keys;
  for (const auto& post : posts) keys.emplace(post.global_id, ContentVersion(post));
  return keys;
}

std::size_t Conformance::PublicPosts() const {
  return static_cast<std::size_t>(std::count_if(held.begin(), held.end(), [](const InventedPost& post) { return post.is_public; }));
}

void Conformance::ExpectAllRead(const std::vector<Post>& posts) const {
  EXPECT_EQ(KeysOf(posts).size(), PublicPosts());
  std::set<std::string> global_ids;
  for (const auto& invented : held) {
    const auto found = std::find_if(posts.begin(), posts.end(), [&](const Post& post) {
      std::string scratch;
      return JudgedText(post, scratch).find(invented.text) != std::string_view::npos;
    });
    if (!invented.is_public) {
      EXPECT_EQ(found, posts.end()) << "post " << invented.number << " is not public";
    } else if (found == posts.end()) {
      ADD_FAILURE() << "post " << invented.number << " was not read";
    } else {
      EXPECT_TRUE(global_ids.insert(found->global_id).second) << "two posts are \"" << found->global_id << "\"";
    }
  }
}

}  // namespace heed
