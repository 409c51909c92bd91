// Google's requests: an access token from the refresh token, then the reviews of each location.
#include "connectors/google/google.h"

#include <algorithm>

#include "connectors/fields.h"
#include "connectors/listing/google_sign_in.h"
#include "connectors/reporting.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

struct Options {
  std::string server;  // origin
  GoogleSignIn::Options sign_in;
  std::vector<Listing> roots;
  std::int64_t page_size;
};

class Google final : public Connector {
 public:
  Google(Options options, ListReader::Options lists, ConnectorTools tools) : options_(std::move(options)), reader_(std::move(lists)), tools_(tools), sign_in_(options_.sign_in, tools) {}

  Result<Page> Fetch(const Cursor& cursor) override {
    auto page = HEED_TRY(reader_.Read(cursor, options_.roots, tools_.clock.Now(), [&](const ListQuestion& question) { return Ask(question); }));
    page.sign_in_ends = sign_in_.ends();
    return page;
  }
  PresenceCheck Recheck(const Post& post) override;

 private:
  Result<ListAnswer> Ask(const ListQuestion& question);
  Result<HttpResponse> Get(const std::string& path, const std::string& what);
  Error Refused(const HttpResponse& response, const std::string& what) const;

  Options options_;
  ListReader reader_;
  ConnectorTools tools_;
  GoogleSignIn sign_in_;
};

// Any status but a refused token's.
Result<HttpResponse> Google::Get(const std::string& path, const std::string& what) {
  for (const bool again : {false, true}) {
    const auto token = HEED_TRY(sign_in_.Token(again));
    HttpRequest request;
    request.url = options_.server + path;
    request.headers = {{"accept", "application/json"}, {"authorization", "Bearer " + token}};
    auto response = tools_.http.Send(request);
    if (!response) return Fail(std::move(response).error().While(what));
    if (response->status != 401) return response;
  }
  return Fail(Fault::kSignIn, what + ": signed in, but Google refuses the sign-in: " + std::string(GoogleSignIn::Help()));
}

Error Google::Refused(const HttpResponse& response, const std::string& what) const {
  auto error = StatusError(response, what, tools_.clock.Now());
  std::string_view next;
  if (response.status == 403) next = ": the account that signed in must own or manage this profile, and the project must have the Business Profile APIs switched on (Google Cloud console, APIs and services)";
  else if (response.status == 429) next = ": a project that Google has not approved for the Business Profile APIs has a quota of 0; ask for access on their page \"Prerequisites\"";
  else if (response.status == 404) next = ": check the names in `locations`, and that the place is verified";
  else return error;
  Error longer(error.fault(), error.message() + std::string(next));
  return error.retry_after() ? std::move(longer).RetryAfter(*error.retry_after()) : longer;
}

PresenceCheck Google::Recheck(const Post& post) {
  PresenceCheck check;
  constexpr std::string_view kPlatform = "google:accounts/";
  const auto odd = [](char c) { return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '-' || c == '_' || c == '='); };
  if (!post.global_id.starts_with(kPlatform) || std::ranges::any_of(post.global_id.substr(kPlatform.size()), odd)) {
    check.answer = "no review of Google's";
    return check;
  }
  const auto name = post.global_id.substr(std::string_view("google:").size());
  const auto response = Get("/v4/" + name, "looking at a review on Google");
  AddAnswer(check.answer, "GET " + options_.server + "/v4/" + name, response);
  if (!response) {
    check.wait = response.error().retry_after();
    return check;
  }
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  if (response->status == 404) {
    // Google's own answer, not somebody's page.
    if (body && (*body)["error"]["code"].Int() == 404) check.presence = Presence::kGoneUnknown;
    return check;
  }
  if (response->status != 200 || !body || (*body)["name"].StringOr("") != name) {
    check.wait = AskedWait(*response, tools_.clock.Now());
    return check;
  }
  const auto updated = TimeOf((*body)["updateTime"]);
  check.presence = updated && !post.version_id.empty() && FormatRfc3339(*updated) != post.version_id ? Presence::kUpEdited : Presence::kUp;
  if (check.presence == Presence::kUpEdited) {
    // The words are what the list of reviews would have them.
    auto page = ParseGoogleReviews("{\"reviews\":[" + response->body + "]}", "");
    if (page && page->entries.size() == 1) check.now = std::move(page->entries[0].post);
  }
  return check;
}

Result<ListAnswer> Google::Ask(const ListQuestion& question) {
  const auto& location = question.list.about;
  const auto what = "reading " + question.list.key + " on Google";
  ListAnswer answer;
  answer.about_school = true;
  std::string path = "/v4/" + location + "/reviews?pageSize=" + std::to_string(options_.page_size) + "&orderBy=updateTime%20desc";
  if (!question.sweep.next.empty()) path += "&pageToken=" + UrlEncode(question.sweep.next);
  const auto response = HEED_TRY(Get(path, what));
  if (response.status == 400 && !question.sweep.next.empty()) {
    answer.start_over = true;  // the page's token is too old
    return answer;
  }
  if (response.status != 200) return Fail(Refused(response, what));
  auto page = ParseGoogleReviews(response.body, location);
  if (!page) return Fail(std::move(page).error().While(what));
  answer.entries = std::move(page->entries);
  answer.given = page->given;
  answer.next = page->next;
  answer.newest = page->newest;
  answer.notes.insert(answer.notes.end(), page->notes.begin(), page->notes.end());
  answer.wait = AskedWait(response, tools_.clock.Now());
  return answer;
}

// "accounts/1/locations/2"
bool IsLocation(std::string_view name) {
  const auto parts = Split(name, '/');
  if (parts.size() != 4 || parts[0] != "accounts" || parts[2] != "locations") return false;
  return std::ranges::all_of(std::string(parts[1]) + std::string(parts[3]), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }) && !parts[1].empty() && !parts[3].empty();
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School&, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server", "https://mybusiness.googleapis.com"));
  options.sign_in.server = HEED_TRY(ReadServer(spec, "auth_server", "https://oauth2.googleapis.com"));
  options.sign_in.client_id = Trim(spec.String("client_id"));
  options.sign_in.client_secret = Trim(spec.String("client_secret"));
  options.sign_in.refresh_token = Trim(spec.String("refresh_token"));
  if (options.sign_in.client_id.empty()) return Fail(Fault::kInvalid, "`client_id` is missing");
  if (options.sign_in.client_secret.empty()) return Fail(Fault::kInvalid, "the client's secret is missing: add client_secret_file");
  if (options.sign_in.refresh_token.empty()) return Fail(Fault::kInvalid, "the sign-in is missing: add refresh_token_file");
  options.page_size = spec.Int("page_size", 50);
  if (options.page_size < 1 || options.page_size > 50) return Fail(Fault::kInvalid, "page_size must be 1 to 50");
  for (const auto& location : spec.Strings("locations")) {
    if (!IsLocation(location)) return Fail(Fault::kInvalid, "locations: \"" + ForTerminal(location) + "\" is not a place's name, such as \"accounts/123/locations/456\"");
    options.roots.push_back({.key = "the reviews of " + location, .about = location});
  }
  if (options.roots.empty()) return Fail(Fault::kInvalid, "`locations` is empty: name the school's own place, such as \"accounts/123/locations/456\"");
  auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{30}, days{7}));
  return std::make_unique<Google>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kGoogleCard = {
    .name = "google",
    .summary = "reviews of the school's own, verified place on Google Maps and Search",
    .terms = "Google's API terms and Business Profile API policies: only places the school owns and has verified, only through a project that Google has approved for these APIs; show reviews as "
             "Google's, and keep them no longer than needed. Google removes reviews for breaking its policies, not for being wrong: its owner reports them by hand.",
    .terms_must_be_accepted = true,
    .settings =
        {
            {"locations", SettingKind::kList, true, "", "the school's places by name, \"accounts/123/locations/456\": the API's accounts.list and locations.list answer them"},
            {"client_id", SettingKind::kText, true, "", "of an OAuth client: Google Cloud console, APIs and services, Credentials, Create credentials, OAuth client ID (Desktop app)"},
            {"client_secret", SettingKind::kSecret, true, "", "the secret shown beside that client ID"},
            {"refresh_token", SettingKind::kSecret, true, "", "what Google gives once the profile's owner has agreed to the scope business.manage for that client, e.g. in Google's OAuth 2.0 Playground with your own client"},
            {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back"},
            {"overlap", SettingKind::kDuration, false, "7d", "how much is read again every time"},
            {"page_size", SettingKind::kNumber, false, "50", "reviews asked for at a time, 1 to 50"},
            {"max_pages", SettingKind::kNumber, false, "20", "pages read of one place in one run; more is recorded as a gap"},
            {"server", SettingKind::kText, false, "https://mybusiness.googleapis.com", "where the Business Profile API is"},
            {"auth_server", SettingKind::kText, false, "https://oauth2.googleapis.com", "where Google signs in"},
        },
    .collects = true,
    .reports = false,
    .rechecks = true,
    .make = &Make,
};

}  // namespace heed
