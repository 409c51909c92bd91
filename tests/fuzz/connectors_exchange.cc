// Whole connectors against a platform that answers anything: reading page after page, forms, reports, hiding and looking again.  Never a
// crash; every post kept is sound, and nothing is called gone, hidden or accepted by a platform that said nothing.
// The first byte chooses the connector, the second what is asked of it.  The rest are the platform's answers, one after the other, parted by
// byte 1E: a byte for the status, lines of "name: value" until an empty one, the body.  When they are used up nobody answers any more.
#include <array>
#include <cstddef>
#include <cstdint>

#include "connectors/catalogue.h"
#include "src/base/check.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "tests/fakes/approved.h"
#include "tests/fakes/fake_clock.h"

namespace heed {
namespace {

class HostilePlatform final : public HttpClient {
 public:
  explicit HostilePlatform(std::string_view answers) : HttpClient(Options{}), answers_(Split(answers, '\x1e')) {}

  Result<HttpResponse> Send(const HttpRequest& request) override {
    HEED_CHECK(UrlOrigin(request.url).has_value());
    if (request.begun) *request.begun = next_ < answers_.size();
    if (next_ == answers_.size()) return Fail(Fault::kUnavailable, "nobody answers");
    std::string_view answer = answers_[next_++];
    constexpr std::array kStatuses = {200, 200, 200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 410, 413, 429, 500, 503};
    HttpResponse response{.status = kStatuses[answer.empty() ? 0 : static_cast<unsigned char>(answer.front()) % kStatuses.size()]};
    response.final_url = request.url;
    if (!answer.empty()) answer.remove_prefix(1);
    while (!answer.empty()) {
      const auto line = answer.substr(0, answer.find('\n'));
      answer.remove_prefix(std::min(answer.size(), line.size() + 1));
      if (line.empty()) break;
      if (const auto colon = line.find(':'); colon != line.npos) response.headers.emplace_back(LowerAscii(Trim(line.substr(0, colon))), Trim(line.substr(colon + 1)));
    }
    response.body = answer;
    return response;
  }
  std::size_t answered() const { return next_; }
  bool silent() const { return next_ == answers_.size(); }

 private:
  std::vector<std::string_view> answers_;
  std::size_t next_ = 0;
};

struct Platform {
  const ConnectorCard* card;
  SourceSpec spec;
  Post post;
  ReportChoice report, hide;
};

Platform Make(const char* name, std::map<std::string, SettingValue, std::less<>> settings, Post post, std::string reason = "in-words", std::string hide = "hide") {
  post.platform = name;
  if (post.text.empty()) post.text = "about Oakmoor School";
  post.version_id = "2031-03-02T07:00:00Z";
  return {FindConnector(name), {name, "oakmoor", name, std::move(settings)}, std::move(post), {.reason = std::move(reason)}, {.reason = std::move(hide), .silent = true}};
}

using Texts = std::vector<std::string>;

const std::vector<Platform>& Platforms() {
  const auto text = [](const char* words) { return SettingValue(std::string(words)); };
  static const std::vector<Platform> made = {
      Make("bluesky", {{"handle", text("school.example")}, {"password", text("app-pass-word")}},
           {.native_id = "at://did:plc:exampleaaaa1111/app.bsky.feed.post/3kexample", .global_id = "at://did:plc:exampleaaaa1111/app.bsky.feed.post/3kexample"}, "tools.ozone.report.defs#reasonViolenceThreats"),
      Make("mastodon", {{"server", text("https://social.example")}, {"token", text("token")}, {"mentions", true}},
           {.instance = "social.example", .native_id = "01LOCAL", .global_id = "https://elsewhere.example/users/sam/statuses/1"}, "rule:2"),
      Make("lemmy", {{"server", text("https://l.example")}, {"username", text("school")}, {"password", text("secret")}, {"communities", Texts{"brackwell"}}},
           {.instance = "l.example", .native_id = "comment/7", .global_id = "https://l.example/comment/7"}),
      Make("discourse", {{"server", text("https://forum.example")}, {"user_api_key", text("key")}, {"latest", true}}, {.instance = "forum.example", .native_id = "501", .global_id = "discourse:forum.example:501"}, "7"),
      Make("nodebb", {{"server", text("https://forum.example")}, {"token", text("token")}, {"latest", true}}, {.instance = "forum.example", .native_id = "12", .global_id = "nodebb:forum.example:12"}),
      Make("reddit", {{"client_id", text("id")}, {"client_secret", text("shh")}, {"username", text("school")}, {"password", text("secret")}, {"subreddits", Texts{"brackwell"}}},
           {.native_id = "t3_1exampl", .global_id = "reddit:t3_1exampl", .permalink = "https://www.reddit.com/r/brackwell/comments/1exampl/x/"}, "site:Spam"),
      Make("telegram", {{"channels", Texts{"brackwellnews"}}}, {.native_id = "brackwellnews/12", .global_id = "telegram:brackwellnews/12", .permalink = "https://t.me/brackwellnews/12"}),
      Make("youtube", {{"key", text("key")}, {"channels", Texts{"UCaaaaaaaaaaaaaaaaaaaaaa"}}, {"client_id", text("c")}, {"client_secret", text("s")}, {"refresh_token", text("r")}},
           {.native_id = "UgxEXAMPLE", .global_id = "youtube:UgxEXAMPLE", .permalink = "https://www.youtube.com/watch?v=abcDEF12345&lc=UgxEXAMPLE"}, "V/37", "heldForReview"),
      Make("youtube", {{"key", text("key")}, {"client_id", text("c")}, {"client_secret", text("s")}, {"refresh_token", text("r")}},
           {.native_id = "abcDEF12345", .global_id = "youtube:abcDEF12345", .permalink = "https://www.youtube.com/watch?v=abcDEF12345"}, "V/37"),
      Make("facebook", {{"page", text("1000")}, {"token", text("token")}, {"recommendations", true}}, {.native_id = "2000_3000", .global_id = "facebook:2000_3000", .thread_root = "facebook:2000"}),
      Make("instagram", {{"account", text("1000")}, {"token", text("token")}}, {.native_id = "17900000000000001", .global_id = "instagram:17900000000000001", .thread_root = "instagram:2000"}),
      Make("google", {{"locations", Texts{"accounts/1/locations/2"}}, {"client_id", text("c")}, {"client_secret", text("s")}, {"refresh_token", text("r")}}, {.native_id = "AbC", .global_id = "google:accounts/1/locations/2/reviews/AbC"}),
      Make("trustpilot", {{"key", text("k")}, {"domain", text("oakmoor.example")}}, {.native_id = "64aexample", .global_id = "trustpilot:64aexample"}),
      Make("x", {{"token", text("bearer")}, {"confirmed_by", text("J. Example, 2026-11-02")}, {"look_again", true}, {"authors", true}, {"api_key", text("a")}, {"api_secret", text("b")}, {"access_token", text("c")}, {"access_token_secret", text("d")}},
           {.native_id = "1990000000000000002", .global_id = "x:1990000000000000002", .in_reply_to = "x:1990000000000000001", .thread_root = "x:1990000000000000001"}),
      Make("feed", {{"url", text("https://news.example/feed")}}, {.native_id = "1", .global_id = "feed:1", .permalink = "https://news.example/a/1"}),
  };
  return made;
}

School Oakmoor() {
  School school;
  school.id = "oakmoor";
  school.name = "Oakmoor School";
  school.names = {school.name};
  school.hashtags = {"oakmoor"};
  school.domains = {"oakmoor.example"};
  school.handles = {"@oakmoorschool"};
  return school;
}

// Words for people: there, and text.
void CheckWords(const std::string& words) { HEED_CHECK(!words.empty() && IsUtf8(words)); }

void Read(Connector& connector, const HostilePlatform& platform) {
  Cursor cursor;
  for (int pages = 0; pages < 40; ++pages) {
    const auto page = connector.Fetch(cursor);
    if (!page) return CheckWords(page.error().message());
    std::string scratch;
    for (const auto& post : page->posts) {
      HEED_CHECK(!post.global_id.empty() && !post.native_id.empty() && !post.platform.empty());
      HEED_CHECK(IsUtf8(post.global_id) && IsUtf8(post.permalink) && IsUtf8(post.raw) && IsUtf8(post.author.handle) && IsUtf8(post.author.display_name));
      HEED_CHECK(IsUtf8(JudgedText(post, scratch)));
    }
    for (const auto& note : page->notes) CheckWords(note);
    if (page->gap) CheckWords(page->gap->why);
    HEED_CHECK(IsUtf8(page->next.value) && IsUtf8(page->quota) && (!page->wait || *page->wait >= seconds{0}));
    if (!page->more || platform.silent()) return;
    cursor = page->next;
  }
}

void CheckForm(const Result<ReportForm>& form) {
  if (!form) return CheckWords(form.error().message());
  for (const auto& reason : form->reasons) HEED_CHECK(!reason.id.empty() && IsUtf8(reason.id) && IsUtf8(reason.label) && IsUtf8(reason.help));
}

void CheckOutcome(const ReportOutcome& outcome, const HostilePlatform& platform) {
  HEED_CHECK(outcome.answer.size() <= ReportOutcome::kMostAnswer);
  HEED_CHECK(IsUtf8(outcome.reference));
  if (outcome.fate != Fate::kAccepted) CheckWords(outcome.message);
  else HEED_CHECK(platform.answered() > 0);
}

}  // namespace
}  // namespace heed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  if (size < 2) return 0;
  static const FakeClock clock{"2031-03-02 08:00"};
  static const School school = Oakmoor();
  const Platform& platform = Platforms()[data[0] % Platforms().size()];
  HostilePlatform http(std::string_view(reinterpret_cast<const char*>(data) + 2, size - 2));
  const auto made = platform.card->make(platform.spec, school, {http, clock});
  HEED_CHECK(made.has_value());
  Connector& connector = **made;
  const auto leaving = [&](ResponseKind kind, const ReportChoice& choice) { return AnApprovedReport(platform.post, platform.spec.connector, choice, "It threatens a member of staff at Oakmoor School.", clock.Now(), kind); };
  switch (data[1] % 6) {
    case 0: Read(connector, http); break;
    case 1: CheckForm(connector.ReportReasons(platform.post, Category::kThreat)); break;
    case 2: CheckOutcome(connector.Submit(leaving(ResponseKind::kReport, platform.report)), http); break;
    case 3: CheckForm(connector.HideForm(platform.post)); break;
    case 4: CheckOutcome(connector.Hide(leaving(ResponseKind::kHide, platform.hide)), http); break;
    default: {
      const auto look = connector.Recheck(platform.post);
      HEED_CHECK(look.answer.size() <= ReportOutcome::kMostAnswer);
      if (http.answered() == 0) HEED_CHECK(look.presence == Presence::kUnknown);
      std::string scratch;
      if (look.now) HEED_CHECK(look.presence == Presence::kUpEdited && IsUtf8(JudgedText(*look.now, scratch)));
    }
  }
  return 0;
}
