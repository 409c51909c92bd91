#include "connectors/reddit/report.h"

#include <algorithm>

#include "connectors/fields.h"
#include "connectors/reporting.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::size_t kMostReason = 100;  // characters
constexpr std::string_view kRule = "rule:", kSite = "site:", kOther = "other";

// "brackwell" of https://www.reddit.com/r/brackwell/comments/..., or "".
std::string SubredditOf(const Post& post) {
  const auto at = post.permalink.find("/r/");
  if (at == std::string::npos) return "";
  const auto name = std::string_view(post.permalink).substr(at + 3);
  const auto end = name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
  return std::string(name.substr(0, end));
}

bool IsThing(std::string_view name) {
  return (name.starts_with("t1_") || name.starts_with("t3_")) && name.size() > 3 && name.size() <= 32 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", 3) == name.npos;
}

// The last choices of the tree that Reddit's own form walks.
void Leaves(Json steps, std::vector<std::string>& out, int depth = 0) {
  steps.Each([&](Json step) {
    if (depth < 6 && step["nextStepReasons"].IsArray()) return Leaves(step["nextStepReasons"], out, depth + 1);
    if (const auto reason = step["reasonText"].StringOr(""); !reason.empty()) out.emplace_back(reason);
  });
}

}  // namespace

Result<HttpResponse> RedditReports::Get(const std::string& path, const std::string& what) {
  return session_.Ask(
      [&](const std::string& token) {
        HttpRequest request;
        request.url = api_ + path;
        request.headers = {{"accept", "application/json"}, {"user-agent", session_.UserAgent()}, {"authorization", "Bearer " + token}};
        request.timeout = milliseconds{30'000};
        request.max_body = 4 << 20;
        return tools_.http.Send(request);
      },
      what);
}

Result<ReportForm> RedditReports::Form(const Post& post, Category category) {
  ReportForm form;
  form.max_text = kMostReason;
  const auto sub = SubredditOf(post);
  if (sub.empty()) {
    form.notes.push_back("which subreddit it stands in is not known, so its rules could not be read");
  } else {
    const std::string what = "asking for the rules of r/" + sub;
    const auto response = HEED_TRY(Get("/r/" + sub + "/about/rules?raw_json=1", what));
    if (response.status != 200) return Fail(StatusError(response, what, tools_.clock.Now()));
    JsonParser parser;
    const auto body = parser.Parse(response.body);
    if (!body || !(*body)["rules"].IsArray()) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
    const bool comment = post.native_id.starts_with("t1_");
    (*body)["rules"].Each([&](Json rule) {
      const auto kind = rule["kind"].StringOr("all");
      if (kind == (comment ? "link" : "comment")) return;
      auto reason = rule["violation_reason"].StringOr("");
      if (reason.empty()) reason = rule["short_name"].StringOr("");
      if (reason.empty() || CountCharacters(reason) > kMostReason) return;
      form.reasons.push_back({std::string(kRule) + std::string(reason), "Breaks a rule of r/" + sub + ": " + Named(reason), Named(rule["description"].StringOr("")), false});
    });
    std::vector<std::string> site;
    (*body)["site_rules"].Each([&](Json rule) {
      if (const auto text = rule.StringOr(""); !text.empty()) site.emplace_back(text);
    });
    if (site.empty()) Leaves((*body)["site_rules_flow"], site);
    for (const auto& text : site) {
      const bool known = std::ranges::any_of(form.reasons, [&](const ReportReason& reason) { return reason.id == std::string(kSite) + text; });
      if (!known && CountCharacters(text) <= kMostReason) form.reasons.push_back({std::string(kSite) + text, "Breaks a rule of Reddit's: " + Named(text), "goes to Reddit as well as to the moderators", false});
    }
  }
  form.suggested = SuggestByLabel(form.reasons, category);
  form.reasons.push_back({std::string(kOther), "In your own words", "100 characters; the moderators read them"});
  if (form.suggested.empty()) form.suggested = kOther;
  form.notes.push_back("Reddit takes a rule, or 100 characters of your own, and gives no number");
  if (category == Category::kDefamation) form.notes.push_back("moderators judge rules, not whether a statement is true: for that take legal advice, or a section 5 notice");
  return form;
}

ReportOutcome RedditReports::Submit(const ApprovedReport& report) {
  const Post& post = report.post();
  const auto& reason = report.choice().reason;
  const bool rule = reason.starts_with(kRule) && reason.size() > kRule.size(), site = reason.starts_with(kSite) && reason.size() > kSite.size(), other = reason == kOther;
  if (!rule && !site && !other) return CannotSend("no reason of Reddit's was chosen (\"" + Named(reason) + "\")");
  if (!IsThing(post.native_id)) return CannotSend("\"" + Named(post.native_id) + "\" is no post or comment of Reddit's");
  if (other && CountCharacters(report.text()) > kMostReason) return CannotSend("the text is longer than " + std::to_string(kMostReason) + " characters");
  if (!session_.has_account()) return NotSentBecause(Error{Fault::kSignIn, "reporting needs the account's password: add password_file to the source; an application alone can only read"});

  std::string form = "api_type=json&thing_id=" + UrlEncode(post.native_id);
  if (rule) form += "&reason=" + UrlEncode(reason.substr(kRule.size()));
  if (site) form += "&reason=site_reason_selected&site_reason=" + UrlEncode(reason.substr(kSite.size()));
  if (other) form += "&reason=other&other_reason=" + UrlEncode(report.text());
  const std::string what = "reporting to Reddit";
  // What the last attempt says about what has been read; a refused token was looked at before anything else.
  bool begun = false;
  const auto response = session_.Ask(
      [&](const std::string& token) -> Result<HttpResponse> {
        HttpRequest request;
        request.method = "POST";
        request.url = api_ + "/api/report";
        request.headers = {{"accept", "application/json"}, {"content-type", "application/x-www-form-urlencoded"}, {"user-agent", session_.UserAgent()}, {"authorization", "Bearer " + token}};
        request.body = form;
        auto sent = SendOnce(tools_.http, std::move(request));
        begun = sent.begun && !(sent.response && sent.response->status == 401);
        return std::move(sent.response);
      },
      what);
  if (!response && !begun) return NotSentBecause(response.error());
  auto outcome = OutcomeOf(response, begun, what, tools_.clock.Now());
  if (outcome.fate != Fate::kAccepted) return outcome;
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  const auto errors = answer ? (*answer)["json"]["errors"] : Json();
  const bool told = errors.IsArray() || (answer && (*answer)["success"].Bool() == true);
  if (!told) {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as Reddit does; it may have been read";
  } else if (errors.size() > 0) {
    const auto name = Named(errors[0][0].StringOr("")), says = Named(errors[0][1].StringOr(""));
    outcome.fate = name == "RATELIMIT" ? Fate::kNotSent : Fate::kRefused;
    outcome.message = "Reddit did not take it: " + name + (says.empty() ? "" : ", " + says);
    if (outcome.fate == Fate::kNotSent) outcome.wait = seconds{static_cast<std::int64_t>(std::clamp((*answer)["json"]["ratelimit"].Number().value_or(600), 60.0, 3600.0))};
  }
  return outcome;
}

PresenceCheck RedditReports::Recheck(const Post& post) {
  PresenceCheck check;
  if (!IsThing(post.native_id)) {
    check.answer = "no post or comment of Reddit's";
    return check;
  }
  const std::string path = "/api/info?raw_json=1&id=" + UrlEncode(post.native_id);
  const auto response = Get(path, "looking at a post on Reddit");
  AddAnswer(check.answer, "GET " + api_ + path, response);
  if (!response) {
    check.wait = response.error().retry_after();
    return check;
  }
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  const auto children = body ? (*body)["data"]["children"] : Json();
  if (response->status != 200 || !children.IsArray()) {
    check.wait = AskedWait(*response, tools_.clock.Now());
    return check;
  }
  if (children.size() == 0) {
    check.presence = Presence::kGoneUnknown;  // left out: deleted for good, or in a subreddit that closed
    return check;
  }
  const auto entry = children[0]["data"];
  if (entry["name"].StringOr("") != post.native_id) return check;
  const auto words = entry[post.native_id.starts_with("t1_") ? "body" : "selftext"].StringOr("");
  const auto category = entry["removed_by_category"].StringOr("");
  if (words == "[deleted]" || category == "deleted" || category == "author") {
    check.presence = Presence::kGoneByAuthor;
  } else if (words == "[removed]" || !category.empty() || entry["banned_by"].String()) {
    check.presence = Presence::kGoneByPlatform;
  } else if (Set(entry["quarantine"])) {
    check.presence = Presence::kUpLimited;
  } else {
    const auto version = Later(EpochOf(entry["created_utc"], 1), EpochOf(entry["edited"], 1));
    check.presence = version && !post.version_id.empty() && FormatRfc3339(*version) != post.version_id ? Presence::kUpEdited : Presence::kUp;
  }
  return check;
}

}  // namespace heed
