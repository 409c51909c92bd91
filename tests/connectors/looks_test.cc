// Whether a review, a message or an article is still up, where the platform takes no reports: what is gone, changed, hidden, and what says nothing.
#include <gmock/gmock.h>

#include "connectors/feed/feed.h"
#include "connectors/google/google.h"
#include "connectors/telegram/telegram.h"
#include "connectors/trustpilot/trustpilot.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"

namespace heed {
namespace {

using testing::HasSubstr;

Answer WithStatus(int status, std::string json) {
  Answer answer = Answer::Json(std::move(json));
  answer.status = status;
  return answer;
}

class Looks : public testing::Test {
 protected:
  School Oakmoor() {
    School school;
    school.id = "oakmoor";
    school.name = "Oakmoor School";
    school.names = {"Oakmoor School"};
    school.domains = {"oakmoor.example"};
    return school;
  }
  std::unique_ptr<Connector> Make(const ConnectorCard& card, std::map<std::string, SettingValue, std::less<>> settings) {
    EXPECT_TRUE(card.rechecks);
    SourceSpec spec{"src", "oakmoor", std::string(card.name), std::move(settings)};
    auto made = card.make(spec, Oakmoor(), {http, clock});
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  // Nothing that went wrong on the way is "gone".
  void ExpectFailuresToSayNothing(Connector& connector, const Post& post, const std::string& path, std::vector<int> statuses) {
    for (const int status : statuses) {
      server.Route(path, Answer::Status(status, "<html>somebody else's page</html>"));
      EXPECT_EQ(connector.Recheck(post).presence, Presence::kUnknown) << status;
    }
    for (const char* body : {"", "null", "[]", "{}", "<html></html>", "{\"id\":"}) {
      server.Route(path, Answer::Json(body));
      EXPECT_EQ(connector.Recheck(post).presence, Presence::kUnknown) << body;
    }
    server.Route(path, Answer::Hangup());
    EXPECT_EQ(connector.Recheck(post).presence, Presence::kUnknown);
  }
  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  HttpClient http{HttpClient::Options{}};
};

TEST_F(Looks, AtAReviewOnGoogle) {
  server.Route("/token", Answer::Json(R"({"access_token":"a1","expires_in":3600})"));
  const auto connector = Make(kGoogleCard, {{"server", server.Origin()}, {"auth_server", server.Origin()}, {"client_id", std::string("c")}, {"client_secret", std::string("s")}, {"refresh_token", std::string("r")}, {"locations", std::vector<std::string>{"accounts/1/locations/2"}}});
  ASSERT_TRUE(connector);
  Post post;
  post.platform = "google";
  post.native_id = "AbC";
  post.global_id = "google:accounts/1/locations/2/reviews/AbC";
  post.version_id = "2031-03-01T09:00:00Z";
  post.text = "words";
  const std::string path = "/v4/accounts/1/locations/2/reviews/AbC";
  const auto review = [](const std::string& updated) { return Answer::Json(R"({"name":"accounts/1/locations/2/reviews/AbC","reviewId":"AbC","comment":"other words","createTime":"2031-03-01T09:00:00Z","updateTime":")" + updated + R"("})"); };
  server.Route(path, review("2031-03-01T09:00:00Z"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUp);
  server.Route(path, review("2031-03-02T07:00:00Z"));
  const auto edited = connector->Recheck(post);
  EXPECT_EQ(edited.presence, Presence::kUpEdited);
  ASSERT_TRUE(edited.now);
  EXPECT_EQ(edited.now->text, "other words");
  EXPECT_EQ(edited.now->global_id, post.global_id);
  server.Route(path, WithStatus(404, R"({"error":{"code":404,"status":"NOT_FOUND"}})"));
  const auto gone = connector->Recheck(post);
  EXPECT_EQ(gone.presence, Presence::kGoneUnknown);
  EXPECT_THAT(gone.answer, HasSubstr("GET "));
  ExpectFailuresToSayNothing(*connector, post, path, {400, 403, 404, 410, 429, 500, 503});
  auto odd = post;
  odd.global_id = "google:accounts/1/../../secrets?x";
  EXPECT_EQ(connector->Recheck(odd).presence, Presence::kUnknown);
}

TEST_F(Looks, AtAReviewOnTrustpilot) {
  const auto connector = Make(kTrustpilotCard, {{"server", server.Origin()}, {"key", std::string("k")}, {"domain", std::string("oakmoor.example")}});
  ASSERT_TRUE(connector);
  Post post;
  post.platform = "trustpilot";
  post.native_id = "64aexample";
  post.title = "Title";
  post.text = "words";
  const std::string path = "/v1/reviews/64aexample";
  const auto review = [](const std::string& text, const std::string& status) { return Answer::Json(R"({"id":"64aexample","title":"Title","text":")" + text + R"(","status":")" + status + R"("})"); };
  server.Route(path, review("words", "active"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUp);
  server.Route(path, review("other words", "active"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUpEdited);
  server.Route(path, review("words", "hidden"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUpLimited);
  server.Route(path, WithStatus(404, R"({"message":"Not found"})"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kGoneUnknown);
  ExpectFailuresToSayNothing(*connector, post, path, {400, 401, 403, 404, 410, 429, 500, 503});
}

TEST_F(Looks, AtAMessageOnTelegram) {
  const auto connector = Make(kTelegramCard, {{"site", server.Origin()}, {"channels", std::vector<std::string>{"brackwellnews"}}});
  ASSERT_TRUE(connector);
  Post post;
  post.platform = "telegram";
  post.global_id = "telegram:brackwellnews/12";
  post.permalink = "https://t.me/brackwellnews/12";
  post.text = "words about the school";
  const std::string path = "/brackwellnews/12";
  const auto page = [](const std::string& inside) { return Answer::Of("text/html", "<!DOCTYPE html><html><body>" + inside + "</body></html>"); };
  const auto message = [](const std::string& text) { return R"(<div class="tgme_widget_message" data-post="brackwellnews/12"><div class="tgme_widget_message_text">)" + text + R"(</div><time datetime="2031-03-01T09:00:00+00:00"></time></div>)"; };
  server.Route(path, page(message("words about the school")));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUp);
  server.Route(path, page(message("other words")));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUpEdited);
  server.Route(path, page(R"(<div class="tgme_widget_message_error">Post not found</div>)"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kGoneUnknown);
  server.Route(path, page(R"(<div class="tgme_page">a channel</div>)"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown);
  server.Route(path, Answer::Of("text/html", R"(<html><div class="tgme_widget_message_error">Post not)"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown) << "half a page";
  ExpectFailuresToSayNothing(*connector, post, path, {403, 404, 410, 429, 500, 503});
  post.permalink = "https://t.me/brackwellnews/12/../x";
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown);
}

TEST_F(Looks, AtAnArticleOfAFeed) {
  const auto connector = Make(kFeedCard, {{"url", server.Url("/feed.xml")}});
  ASSERT_TRUE(connector);
  Post post;
  post.platform = "feed";
  post.permalink = server.Url("/a");
  post.title = "Parents protest at Oakmoor School";
  post.text = "Oakmoor School is \"run by fools\", parents said on Monday ...";
  const auto page = [](const std::string& inside) { return Answer::Of("text/html", "<html><head><title>News</title></head><body>" + inside + "</body></html>"); };
  server.Route("/a", page("<h1>Parents protest at Oakmoor School</h1><p>Oakmoor School is &ldquo;run by\n fools&rdquo;, parents said on Monday. More</p>"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUp);
  server.Route("/a", page("<h1>Parents protest at Oakmoor School</h1><p>This article was corrected.</p>"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUpEdited);
  server.Route("/a", page("<p>Please accept cookies</p>"));
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown);
  for (const int status : {404, 410}) {
    server.Route("/a", Answer::Status(status));
    EXPECT_EQ(connector->Recheck(post).presence, Presence::kGoneUnknown) << status;
  }
  for (const int status : {400, 401, 403, 429, 500, 503}) {
    server.Route("/a", Answer::Status(status));
    EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown) << status;
  }
  server.Route("/a", Answer::Hangup());
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown);
}

TEST_F(Looks, NoArticleHasTheSchoolsOwnNetworkAsked) {
  const auto connector = Make(kFeedCard, {{"url", std::string("https://news.example/feed.xml")}});
  ASSERT_TRUE(connector);
  Post post;
  post.permalink = server.Url("/admin");
  EXPECT_EQ(connector->Recheck(post).presence, Presence::kUnknown);
  EXPECT_EQ(server.request_count(), 0u);
}

}  // namespace
}  // namespace heed
