#include "connectors/trustpilot/trustpilot.h"

#include <algorithm>
#include <charconv>

#include "connectors/fields.h"
#include "connectors/reporting.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {

using namespace fields;

Result<TrustpilotReviews> ParseTrustpilotReviews(std::string_view body) {
  JsonParser parser;
  const auto whole = HEED_TRY(parser.Parse(body));
  const auto reviews = whole["reviews"];
  if (!reviews.IsArray()) return Fail(Fault::kMalformed, "the answer is not a list of reviews");
  TrustpilotReviews page;
  page.given = reviews.size();
  Skipped skipped;
  reviews.Each([&](Json review) {
    const auto created = TimeOf(review["createdAt"]), updated = TimeOf(review["updatedAt"]);
    if (created) page.newest = std::max(page.newest.value_or(*created), *created);
    const auto id = review["id"].Id().value_or("");
    if (id.empty()) return skipped.Add("", "it has no id");
    if (review["status"].StringOr("active") != "active") return;
    Post post;
    post.platform = "trustpilot";
    post.native_id = id;
    post.global_id = "trustpilot:" + id;
    post.permalink = "https://uk.trustpilot.com/reviews/" + UrlEncode(id);
    post.author = {review["consumer"]["id"].Id().value_or(""), "", std::string(review["consumer"]["displayName"].StringOr(""))};
    post.title = review["title"].StringOr("");
    post.text = review["text"].StringOr("");
    if (post.title.empty() && post.text.empty()) return;
    post.language = review["language"].StringOr("");
    post.created_at = created;
    if (updated && updated != created) post.edited_at = updated;
    if (const auto at = std::max(created, updated)) post.version_id = FormatRfc3339(*at);
    post.counts.likes = CountOf(review["numberOfLikes"]);
    page.entries.push_back({std::move(post), std::max(created, updated)});
  });
  skipped.Tell(page.notes);
  return page;
}

namespace {

struct Options {
  std::string server;  // origin
  std::string key;
  std::string domain, unit;  // one of them
  std::string language;
  std::int64_t page_size;
};

class Trustpilot final : public Connector {
 public:
  Trustpilot(Options options, ListReader::Options lists, ConnectorTools tools) : options_(std::move(options)), reader_(std::move(lists)), tools_(tools) {}

  Result<Page> Fetch(const Cursor& cursor) override {
    static const std::vector<Listing> kRoots = {{.key = "the school's reviews", .about = "r"}};
    return reader_.Read(cursor, kRoots, tools_.clock.Now(), [&](const ListQuestion& question) { return Ask(question); });
  }
  PresenceCheck Recheck(const Post& post) override;

 private:
  Result<ListAnswer> Ask(const ListQuestion& question);
  Result<std::string> Unit(ListMemo& memo);
  Result<HttpResponse> Get(const std::string& path, const std::string& what);

  Options options_;
  ListReader reader_;
  ConnectorTools tools_;
};

Result<HttpResponse> Trustpilot::Get(const std::string& path, const std::string& what) {
  HttpRequest request;
  request.url = options_.server + path;
  request.headers = {{"accept", "application/json"}, {"apikey", options_.key}};
  auto response = tools_.http.Send(request);
  if (!response) return Fail(std::move(response).error().While(what));
  if (response->status == 200 || response->status == 404) return response;
  auto error = StatusError(*response, what, tools_.clock.Now());
  std::string_view next;
  if (response->status == 401) next = ": the key is not good: in Trustpilot Business, Integrations, Developers, APIs, copy the app's API key into the key's file";
  else if (response->status == 403) next = ": the app's plan does not include this; ask Trustpilot";
  else return Fail(std::move(error));
  return Fail(Error(error.fault(), error.message() + std::string(next)));
}

PresenceCheck Trustpilot::Recheck(const Post& post) {
  PresenceCheck check;
  HttpRequest request;
  request.url = options_.server + "/v1/reviews/" + UrlEncode(post.native_id);
  request.headers = {{"accept", "application/json"}, {"apikey", options_.key}};
  const auto response = SendLook(tools_.http, std::move(request), check);
  if (!response) return check;
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  // A page somebody put in between is no answer of Trustpilot's.
  const bool speaks = body && body->IsObject();
  if (response->status == 404 && speaks) {
    check.presence = Presence::kGoneUnknown;
    return check;
  }
  if (response->status != 200 || !speaks || (*body)["id"].Id().value_or("") != post.native_id) {
    check.wait = AskedWait(*response, tools_.clock.Now());
    return check;
  }
  if ((*body)["status"].StringOr("active") != "active") check.presence = Presence::kUpLimited;  // hidden while a flag is looked into
  else check.presence = (*body)["title"].StringOr("") != post.title || (*body)["text"].StringOr("") != post.text ? Presence::kUpEdited : Presence::kUp;
  return check;
}

// Trustpilot's id of the school's entry, asked for once.
Result<std::string> Trustpilot::Unit(ListMemo& memo) {
  if (!options_.unit.empty()) return options_.unit;
  if (const auto known = memo.find("unit"); known != memo.end() && !known->second.empty()) return known->second;
  const auto what = "looking for " + options_.domain + " on Trustpilot";
  const auto response = HEED_TRY(Get("/v1/business-units/find?name=" + UrlEncode(options_.domain), what));
  if (response.status == 404) return Fail(Fault::kInvalid, "Trustpilot has no entry for " + options_.domain + ": check `domain`, or take this source out");
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body) return Fail(Error(body.error()).While(what));
  const auto id = (*body)["id"].Id().value_or("");
  if (id.empty() || id.size() > 64) return Fail(Fault::kMalformed, what + ": the answer names no entry");
  memo["unit"] = id;
  return id;
}

Result<ListAnswer> Trustpilot::Ask(const ListQuestion& question) {
  const auto unit = HEED_TRY(Unit(question.memo));
  const std::string what = "reading the school's reviews on Trustpilot";
  std::int64_t number = 1;
  const auto& next = question.sweep.next;
  std::from_chars(next.data(), next.data() + next.size(), number);
  std::string path = "/v1/business-units/" + UrlEncode(unit) + "/reviews?orderBy=createdat.desc&perPage=" + std::to_string(options_.page_size) + "&page=" + std::to_string(number);
  if (!options_.language.empty()) path += "&language=" + UrlEncode(options_.language);
  const auto response = HEED_TRY(Get(path, what));
  if (response.status != 200) return Fail(StatusError(response, what, tools_.clock.Now()));
  auto page = ParseTrustpilotReviews(response.body);
  if (!page) return Fail(std::move(page).error().While(what));
  ListAnswer answer;
  answer.about_school = true;
  answer.entries = std::move(page->entries);
  answer.given = page->given;
  answer.newest = page->newest;
  answer.notes = std::move(page->notes);
  answer.wait = AskedWait(response, tools_.clock.Now());
  answer.quota = AllowanceLeft(response, tools_.clock.Now());
  // Pages are numbered and none says that it is the last: one that is not full is.
  if (static_cast<std::int64_t>(answer.given) >= options_.page_size) answer.next = std::to_string(number + 1);
  return answer;
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server", "https://api.trustpilot.com"));
  options.key = Trim(spec.String("key"));
  if (options.key.empty()) return Fail(Fault::kInvalid, "`key` is missing: add key_file");
  options.unit = Trim(spec.String("unit"));
  options.domain = Trim(spec.String("domain"));
  if (options.domain.empty() && options.unit.empty() && !school.domains.empty()) options.domain = school.domains.front();
  if (options.domain.empty() && options.unit.empty()) return Fail(Fault::kInvalid, "`domain` is missing: the school's own, as Trustpilot lists it");
  if (options.unit.empty()) HEED_TRY(CheckQuery(options.domain, school));
  options.language = spec.String("language");
  options.page_size = spec.Int("page_size", 100);
  if (options.page_size < 1 || options.page_size > 100) return Fail(Fault::kInvalid, "page_size must be 1 to 100");
  auto lists = HEED_TRY(ReadListOptions(spec, options.server + " " + options.domain + " " + options.unit, days{30}, days{30}));
  return std::make_unique<Trustpilot>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kTrustpilotCard = {
    .name = "trustpilot",
    .summary = "public reviews of the school's own entry on Trustpilot",
    .terms = "Trustpilot's API terms: the school's own entry only, shown as Trustpilot's, no bulk export. heed asks for public reviews and never for reviewers' e-mail addresses. Reviews are "
             "flagged by hand in Trustpilot Business; flagging what is merely critical breaks its rules.",
    .terms_must_be_accepted = true,
    .settings =
        {
            {"key", SettingKind::kSecret, true, "", "the API key of an app: in Trustpilot Business, Integrations, Developers, APIs"},
            {"domain", SettingKind::kText, false, "", "the school's web domain as Trustpilot lists it; the school's first one when left out"},
            {"unit", SettingKind::kText, false, "", "Trustpilot's id of the entry (business unit), where the domain does not find it"},
            {"language", SettingKind::kText, false, "", "read reviews in this language only, e.g. en; all when left out"},
            {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back"},
            {"overlap", SettingKind::kDuration, false, "30d", "how much is read again every time: changed reviews stay where they were"},
            {"page_size", SettingKind::kNumber, false, "100", "reviews asked for at a time, 1 to 100"},
            {"max_pages", SettingKind::kNumber, false, "20", "pages read in one run; more is recorded as a gap"},
            {"server", SettingKind::kText, false, "https://api.trustpilot.com", "where Trustpilot's API is"},
        },
    .collects = true,
    .reports = false,
    .rechecks = true,
    .make = &Make,
};

}  // namespace heed
