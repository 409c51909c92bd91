#include "connectors/youtube/report.h"

#include <algorithm>
#include <utility>

#include "connectors/fields.h"
#include "connectors/listing/listing.h"
#include "connectors/reporting.h"
#include "connectors/youtube/youtube.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::size_t kMostComments = 500;  // characters; YouTube names no limit, its own form has this one

bool IsComment(const Post& post) { return post.permalink.find("lc=") != std::string::npos; }

Error NeedsAccount() {
  return Error{Fault::kSignIn, "that needs the school's own Google account: add client_id, client_secret_file and refresh_token_file to the source (scope youtube.force-ssl)"};
}

}  // namespace

Result<HttpResponse> YouTubeReports::Get(const std::string& path, bool signed_in) {
  HttpRequest request;
  request.url = server_ + "/youtube/v3/" + path;
  request.headers = {{"accept", "application/json"}};
  request.timeout = milliseconds{30'000};
  request.max_body = 4 << 20;
  if (signed_in && sign_in_.has_account()) {
    const auto token = HEED_TRY(sign_in_.Token(std::exchange(refused_, false)));
    request.headers.emplace_back("authorization", "Bearer " + token);
  } else {
    request.headers.emplace_back("x-goog-api-key", key_);
  }
  if (tools_.beside) HEED_TRY(tools_.beside->Add(1));
  auto response = tools_.http.Send(request);
  if (response && response->status == 401) refused_ = true;
  return response;
}

Result<ReportForm> YouTubeReports::Form(const Post& post, Category category) {
  if (IsComment(post)) return Fail(Fault::kUnsupported, "YouTube takes reports of comments from people only, in its own form");
  if (!sign_in_.has_account()) return Fail(NeedsAccount());
  const std::string what = "asking YouTube for its reasons";
  const auto response = HEED_TRY(Get("videoAbuseReportReasons?part=snippet&hl=en", true));
  if (response.status != 200) return Fail(StatusError(response, what, tools_.clock.Now()));
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body || !(*body)["items"].IsArray()) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
  ReportForm form;
  form.max_text = kMostComments;
  (*body)["items"].Each([&](Json item) {
    const auto id = item["id"].Id().value_or("");
    const auto label = fields::Named(item["snippet"]["label"].StringOr(""));
    if (id.empty() || label.empty()) return;
    std::size_t inner = 0;
    item["snippet"]["secondaryReasons"].Each([&](Json second) {
      const auto second_id = second["id"].Id().value_or("");
      const auto second_label = fields::Named(second["label"].StringOr(""));
      if (second_id.empty() || second_label.empty()) return;
      ++inner;
      form.reasons.push_back({id + "/" + second_id, label + ": " + second_label, ""});
    });
    if (inner == 0) form.reasons.push_back({id, label, ""});
  });
  if (form.reasons.empty()) return Fail(Fault::kMalformed, what + ": it names none");
  form.suggested = SuggestByLabel(form.reasons, category);
  if (form.suggested.empty()) {
    const auto other = std::ranges::find_if(form.reasons, [](const ReportReason& reason) { return LowerAscii(reason.label).find("other") != std::string::npos; });
    form.suggested = other == form.reasons.end() ? form.reasons.back().id : other->id;
  }
  form.notes.push_back("YouTube gives no number: what became of it stands in the account's report history (youtube.com/reporthistory)");
  if (category == Category::kDefamation) form.notes.push_back("for a false statement that does serious harm YouTube has a legal form: https://support.google.com/youtube/answer/6154230");
  return form;
}

// What is accepted is answered with 204 and nothing else.
ReportOutcome YouTubeReports::Send(const std::string& path, std::string body, const std::string& what) {
  if (!sign_in_.has_account()) return NotSentBecause(NeedsAccount());
  const auto token = sign_in_.Token(std::exchange(refused_, false));
  if (!token) return NotSentBecause(token.error());
  const Instant now = tools_.clock.Now();
  HttpRequest request;
  request.method = "POST";
  request.url = server_ + "/youtube/v3/" + path;
  request.headers = {{"accept", "application/json"}, {"content-type", "application/json"}, {"authorization", "Bearer " + *token}};
  request.body = std::move(body);
  const auto [response, begun] = SendOnce(tools_.http, std::move(request));
  auto outcome = OutcomeOf(response, begun, what, now);
  if (!response) return outcome;
  if (response->status == 401) {
    refused_ = true;
    outcome.wait = minutes{1};
  }
  if (outcome.fate == Fate::kAccepted && response->status != 204) {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as YouTube does; it may have been read";
  }
  if (outcome.fate != Fate::kRefused) return outcome;
  const auto reason = YouTubeReason(response->body);
  if (!reason.empty()) outcome.message += " (YouTube says: " + reason + ")";
  const auto is = [&](std::initializer_list<std::string_view> reasons) { return std::ranges::find(reasons, reason) != reasons.end(); };
  // Turned away before anybody judged it.
  if (is({"quotaExceeded", "dailyLimitExceeded"})) {
    outcome.fate = Fate::kNotSent;
    outcome.wait = std::chrono::ceil<seconds>(NextPacificMidnight(now) - now);
  } else if (is({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})) {
    outcome.fate = Fate::kNotSent;
    outcome.wait = hours{1};
  } else if (is({"insufficientPermissions", "accessNotConfigured", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})) {
    outcome.fate = Fate::kNotSent;
    outcome.wait = hours{1};
    outcome.message += ": the refresh token needs the scope youtube.force-ssl, and the project the YouTube Data API v3";
  }
  return outcome;
}

ReportOutcome YouTubeReports::Submit(const ApprovedReport& report) {
  const Post& post = report.post();
  const auto& reason = report.choice().reason;
  if (IsComment(post)) return CannotSend("YouTube takes reports of comments from people only, in its own form");
  const auto known = [](std::string_view id) { return !id.empty() && id.size() <= 40 && id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == id.npos; };
  const auto slash = std::min(reason.find('/'), reason.size());
  const std::string first = reason.substr(0, slash), second = reason.substr(std::min(slash + 1, reason.size()));
  if (!known(first) || (slash < reason.size() && !known(second))) return CannotSend("no reason of YouTube's was chosen (\"" + fields::Named(reason) + "\")");
  if (CountCharacters(report.text()) > kMostComments) return CannotSend("the text is longer than " + std::to_string(kMostComments) + " characters");
  JsonWriter body;
  body.Object().Field("comments", report.text()).Field("language", "en").Field("reasonId", first);
  if (!second.empty()) body.Field("secondaryReasonId", second);
  body.Field("videoId", post.native_id).EndObject();
  return Send("videos/reportAbuse", body.Take(), "reporting to YouTube");
}

Result<ReportForm> YouTubeReports::HideForm(const Post& post) {
  if (!IsComment(post)) return Fail(Fault::kUnsupported, "only comments can be hidden, and only on the school's own channel");
  if (!sign_in_.has_account()) return Fail(NeedsAccount());
  const std::string what = "asking YouTube where the comment stands";
  const auto response = HEED_TRY(Get("comments?part=snippet&textFormat=plainText&id=" + UrlEncode(post.native_id), true));
  if (response.status != 200) return Fail(StatusError(response, what, tools_.clock.Now()));
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body || !(*body)["items"].IsArray()) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
  if ((*body)["items"].size() == 0) return Fail(Fault::kGone, what + ": it is not there any more");
  const auto item = (*body)["items"][0];
  const auto channel = item["snippet"]["channelId"].StringOr("");
  if (item["id"].Id().value_or("") != post.native_id) return Fail(Fault::kMalformed, what + ": the answer is about another one");
  if (std::ranges::find(own_, channel) == own_.end())
    return Fail(Fault::kUnsupported, "the comment does not stand on one of the school's own channels (`channels` of the source)");
  ReportForm form;
  form.reasons = {{"heldForReview", "Hold it for review", "nobody but its author and the channel's owner sees it until somebody publishes it again; its replies go with it", false},
                  {"rejected", "Reject it", "nobody else sees it, nor its replies; the author is not told", false}};
  form.suggested = "heldForReview";
  form.notes.push_back("it is not deleted: the channel's owner finds it in YouTube Studio and can publish it again");
  return form;
}

ReportOutcome YouTubeReports::Hide(const ApprovedReport& report) {
  const auto& reason = report.choice().reason;
  if (!IsComment(report.post())) return CannotSend("only comments can be hidden");
  if (reason != "heldForReview" && reason != "rejected") return CannotSend("no way of hiding was chosen (\"" + fields::Named(reason) + "\")");
  return Send("comments/setModerationStatus?id=" + UrlEncode(report.post().native_id) + "&moderationStatus=" + reason + "&banAuthor=false", "", "hiding a comment on YouTube");
}

// The post as an answer about it alone has it; what was known of its place stays.
std::optional<Post> YouTubeReports::AsItIs(std::string_view body, const Post& post) const {
  const bool comment = IsComment(post);
  const auto video = post.permalink.find("v=");
  auto page = ParseYouTubePage(body, comment ? YouTubeList::kReplies : YouTubeList::kVideos, school_, comment && video != post.permalink.npos ? std::string_view(post.permalink).substr(video + 2, post.permalink.find('&', video) - video - 2) : std::string_view());
  if (!page || page->entries.size() != 1 || page->entries[0].post.global_id != post.global_id) return std::nullopt;
  Post now = std::move(page->entries[0].post);
  now.permalink = post.permalink;
  now.in_reply_to = post.in_reply_to;
  now.thread_root = post.thread_root;
  return now;
}

PresenceCheck YouTubeReports::Recheck(const Post& post) {
  PresenceCheck check;
  const bool comment = IsComment(post);
  const auto used = used_();
  if (!used || *used >= daily_units_) {
    const Instant now = tools_.clock.Now();
    check.answer = used ? "not asked: today's " + std::to_string(daily_units_) + " units of YouTube's quota are used" : "not asked: " + used.error().message();
    check.wait = used ? std::chrono::ceil<seconds>(NextPacificMidnight(now) - now) : seconds{hours{1}};
    return check;
  }
  // Its owner sees a comment that is held; anybody else does not, and would take it for gone.
  const std::string path = (comment ? "comments?part=snippet&textFormat=plainText&id=" : "videos?part=snippet,status&id=") + UrlEncode(post.native_id);
  const auto response = Get(path, comment);
  AddAnswer(check.answer, "GET " + server_ + "/youtube/v3/" + path, response);
  if (!response) {
    check.wait = response.error().retry_after();
    return check;
  }
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  const auto items = body ? (*body)["items"] : Json();
  if (response->status != 200 || !items.IsArray()) {
    const auto reason = YouTubeReason(response->body);
    const Instant now = tools_.clock.Now();
    check.wait = reason == "quotaExceeded" ? std::optional(std::chrono::ceil<seconds>(NextPacificMidnight(now) - now)) : AskedWait(*response, now);
    return check;
  }
  if (items.size() == 0) {
    check.presence = Presence::kGoneUnknown;  // deleted, held, made private or the account closed: it does not say
    return check;
  }
  const auto item = items[0];
  if (item["id"].Id().value_or("") != post.native_id) return check;
  const auto snippet = item["snippet"];
  if (comment) {
    const auto held = snippet["moderationStatus"].StringOr("published");
    if (held == "heldForReview" || held == "likelySpam" || held == "rejected") {
      check.presence = Presence::kUpLimited;
      return check;
    }
    const auto updated = fields::TimeOf(snippet["updatedAt"]);
    check.presence = updated && !post.version_id.empty() && FormatRfc3339(*updated) != post.version_id ? Presence::kUpEdited : Presence::kUp;
    if (check.presence == Presence::kUpEdited) check.now = AsItIs(response->body, post);
    return check;
  }
  const auto upload = item["status"]["uploadStatus"].StringOr("processed"), privacy = item["status"]["privacyStatus"].StringOr("public");
  if (upload == "rejected") check.presence = Presence::kGoneByPlatform;
  else if (upload == "deleted") check.presence = Presence::kGoneUnknown;
  else if (privacy == "private") check.presence = Presence::kNotVisible;
  else if (privacy == "unlisted") check.presence = Presence::kUpLimited;
  else check.presence = snippet["title"].StringOr("") != post.title || snippet["description"].StringOr("") != post.text ? Presence::kUpEdited : Presence::kUp;
  if (check.presence == Presence::kUpEdited) check.now = AsItIs(response->body, post);
  return check;
}

}  // namespace heed
