#include "connectors/lemmy/report.h"

#include "connectors/fields.h"
#include "connectors/reporting.h"
#include "connectors/listing/listing.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::size_t kMostReason = 1000;  // characters
constexpr std::string_view kInWords = "in-words";

// {"error": "couldnt_find_post"}: the API itself, and not something in front of it; or "".
std::string ErrorName(const HttpResponse& response) {
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  return body ? Named((*body)["error"].StringOr("")) : "";
}

bool SaysMissing(std::string_view name) { return name == "couldnt_find_post" || name == "couldnt_find_comment" || name == "couldnt_find_object" || name == "not_found"; }

Json EitherKey(Json object, std::string_view key) {
  const auto value = object[key];
  return value ? value : object[std::string(key) + "_at"];  // as API v4 has it
}

}  // namespace

Result<ReportForm> LemmyReports::Form(Category category) const {
  ReportForm form;
  form.max_text = kMostReason;
  form.reasons = {{std::string(kInWords), "In your own words", "goes to the community's moderators and to the administrators of the author's server and ours"}};
  form.suggested = kInWords;
  form.notes.push_back("Lemmy lists no reasons: the moderators read your words. A server turns away a report that repeats a slur, so describe it");
  if (category == Category::kDefamation) form.notes.push_back("moderators judge their own rules, not whether a statement is true; a server's administrators take legal notices");
  return form;
}

Result<HttpResponse> LemmyReports::Get(const std::string& path, bool signed_in) {
  HttpRequest request;
  request.url = server_ + path;
  request.headers.emplace_back("accept", "application/json");
  if (signed_in) request.headers.emplace_back("authorization", "Bearer " + token_);
  request.timeout = milliseconds{30'000};
  request.max_body = 4 << 20;
  return tools_.http.Send(request);
}

Done LemmyReports::SignIn() {
  token_.clear();
  const std::string what = "signing in to " + HostOf(server_);
  JsonWriter body;
  body.Object().Field("password", password_).Field("username_or_email", username_).EndObject();
  HttpRequest request;
  request.method = "POST";
  request.url = server_ + "/api/v3/user/login";
  request.headers = {{"accept", "application/json"}, {"content-type", "application/json"}};
  request.body = body.Take();
  const auto response = tools_.http.Send(request);
  if (!response) return Fail(Error(response.error()).While(what));
  const auto name = ErrorName(*response);
  if (response->status != 200) {
    if (name == "rate_limit_error") return Fail(Error(Fault::kBusy, what + ": asked too often").RetryAfter(AskedWait(*response, tools_.clock.Now()).value_or(minutes{1})));
    if (name == "missing_totp_token" || name == "incorrect_totp_token") return Fail(Fault::kSignIn, what + ": the account has a second factor: use one without, for reports only");
    if (response->status == 400 || response->status == 401 || response->status == 404 || response->status == 403)
      return Fail(Fault::kSignIn, what + ": refused" + (name.empty() ? "" : " (" + name + ")") + ": check username and the password's file");
    return Fail(StatusError(*response, what, tools_.clock.Now()));
  }
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  if (!answer) return Fail(Error(answer.error()).While(what));
  token_ = TextOf((*answer)["jwt"]);
  if (token_.empty()) return Fail(Fault::kMalformed, what + ": the answer has no token; a new account must be approved there first");
  return {};
}

// kNotFound: the server does not have it and cannot get it, or it is gone.
Result<LemmyReports::Local> LemmyReports::Resolve(const Post& post) {
  const std::string what = "looking the post up at " + HostOf(server_);
  if (!StartsWithIgnoreCase(post.global_id, "http")) return Fail(Fault::kNotFound, what + ": it has no address of its own");
  for (const bool again : {false, true}) {
    if (token_.empty() || again) HEED_TRY(SignIn());
    const auto response = HEED_TRY(Get("/api/v3/resolve_object?q=" + UrlEncode(post.global_id), true));
    const auto name = ErrorName(response);
    const bool token_refused = response.status == 401 || name == "not_logged_in" || name == "incorrect_login";
    if (token_refused && !again) continue;
    if (token_refused) return Fail(Fault::kSignIn, what + ": signed in, but the server refuses the token");
    if (name == "rate_limit_error") return Fail(Error(Fault::kBusy, what + ": asked too often").RetryAfter(AskedWait(response, tools_.clock.Now()).value_or(minutes{1})));
    if (SaysMissing(name)) return Fail(Fault::kNotFound, what + ": it is not there any more");
    if (response.status != 200) return Fail(StatusError(response, what, tools_.clock.Now()));
    JsonParser parser;
    const auto body = parser.Parse(response.body);
    if (!body) return Fail(Error(body.error()).While(what));
    for (const bool comment : {false, true}) {
      const auto kind = comment ? "comment" : "post";
      const auto thing = (*body)[kind][kind];
      const auto id = thing["id"].Id();
      if (!id || id->empty() || id->find_first_not_of("0123456789") != std::string::npos || thing["ap_id"].StringOr("") != post.global_id) continue;
      if (Set(thing["deleted"]) || Set(thing["removed"])) return Fail(Fault::kGone, what + ": it is gone already");
      return Local{comment, *id};
    }
    return Fail(Fault::kMalformed, what + ": the answer names neither post nor comment");
  }
  return Fail(Fault::kSignIn, what + ": the server refuses the token");
}

ReportOutcome LemmyReports::Submit(const ApprovedReport& report) {
  const std::string what = "reporting to " + HostOf(server_);
  if (report.choice().reason != kInWords) return CannotSend("no reason was chosen");
  if (CountCharacters(report.text()) > kMostReason) return CannotSend("the text is longer than " + std::to_string(kMostReason) + " characters");
  if (username_.empty() || password_.empty()) return NotSentBecause(Error{Fault::kSignIn, "reporting needs an account: add username and password_file to the source"});
  const auto local = Resolve(report.post());
  if (!local) return NotSentBecause(local.error());

  JsonWriter body;
  body.Object().Key(local->comment ? "comment_id" : "post_id").Raw(local->id).Field("reason", report.text()).EndObject();
  HttpRequest request;
  request.method = "POST";
  request.url = server_ + (local->comment ? "/api/v3/comment/report" : "/api/v3/post/report");
  request.headers = {{"accept", "application/json"}, {"content-type", "application/json"}, {"authorization", "Bearer " + token_}};
  request.body = body.Take();
  const auto [response, begun] = SendOnce(tools_.http, std::move(request));
  auto outcome = OutcomeOf(response, begun, what, tools_.clock.Now());
  if (response && response->status == 401) {
    token_.clear();
    outcome.wait = minutes{1};
  }
  if (outcome.fate == Fate::kRefused) {
    const auto name = ErrorName(*response);
    if (name == "rate_limit_error") {  // with status 400 on servers before 0.19
      outcome.fate = Fate::kNotSent;
      outcome.wait = AskedWait(*response, tools_.clock.Now()).value_or(minutes{1});
    } else if (name == "slurs") {
      outcome.message = "the server's filter found a slur in the text: describe the word instead of repeating it";
    } else if (!name.empty()) {
      outcome.message += " (" + name + ")";
    }
  }
  if (outcome.fate != Fate::kAccepted) return outcome;
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  const auto id = !answer ? std::nullopt : local->comment ? (*answer)["comment_report_view"]["comment_report"]["id"].Id() : (*answer)["post_report_view"]["post_report"]["id"].Id();
  if (!id) {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as Lemmy does; it may have been read";
    return outcome;
  }
  outcome.reference = *id;
  return outcome;
}

// The modlog is public; that it cannot be read says nothing.
bool LemmyReports::RemovedByModerator(const Local& local, std::string& answers) {
  const std::string of = local.comment ? "comment_id" : "post_id";
  const std::string path = std::string("/api/v3/modlog?type_=") + (local.comment ? "ModRemoveComment" : "ModRemovePost") + "&limit=50&" + of + "=" + local.id;
  const auto response = Get(path, false);
  AddAnswer(answers, "GET " + server_ + path, response);
  if (!response || response->status != 200) return false;
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  if (!body) return false;
  bool removed = false, told = false;  // newest first: what was removed may have been put back
  (*body)[local.comment ? "removed_comments" : "removed_posts"].Each([&](Json entry) {
    const auto act = entry[local.comment ? "mod_remove_comment" : "mod_remove_post"];
    if (told || act[of].Id().value_or("") != local.id) return;  // old servers do not know the filter
    told = true;
    removed = Set(act["removed"]);
  });
  return removed;
}

PresenceCheck LemmyReports::Recheck(const Post& post) {
  PresenceCheck check;
  const auto slash = post.native_id.find('/');
  Local local{post.native_id.starts_with("comment/"), slash == std::string::npos ? std::string() : post.native_id.substr(slash + 1)};
  if (post.instance != HostOf(server_) || local.id.empty() || local.id.find_first_not_of("0123456789") != std::string::npos) {
    check.answer = "it was found on another server: " + post.instance;
    return check;
  }
  const std::string kind = local.comment ? "comment" : "post", path = "/api/v3/" + kind + "?id=" + local.id;
  const auto response = Get(path, false);
  AddAnswer(check.answer, "GET " + server_ + path, response);
  if (!response) {
    check.wait = response.error().retry_after();
    return check;
  }
  const auto name = ErrorName(*response);
  if (response->status == 200 && name.empty()) {
    JsonParser parser;
    const auto body = parser.Parse(response->body);
    const auto view = body ? (*body)[kind + "_view"] : Json();
    const auto thing = view[kind];
    const auto address = thing["ap_id"].StringOr("");
    if (thing["id"].Id().value_or("") != local.id || (StartsWithIgnoreCase(post.global_id, "http") && address != post.global_id)) return check;
    if (Set(thing["deleted"])) check.presence = Set(view["creator"]["deleted"]) ? Presence::kAccountGone : Presence::kGoneByAuthor;
    else if (Set(thing["removed"]) || Set(view["community"]["removed"])) check.presence = Presence::kGoneByPlatform;
    else {
      const auto version = Later(TimeOf(EitherKey(thing, "published")), TimeOf(EitherKey(thing, "updated")));
      check.presence = version && !post.version_id.empty() && FormatRfc3339(*version) != post.version_id ? Presence::kUpEdited : Presence::kUp;
    }
    return check;
  }
  if (SaysMissing(name)) {
    check.presence = RemovedByModerator(local, check.answer) ? Presence::kGoneByPlatform : Presence::kGoneUnknown;
    return check;
  }
  if (name == "instance_is_private" || name == "not_logged_in" || name == "incorrect_login") check.presence = Presence::kNotVisible;
  check.wait = AskedWait(*response, tools_.clock.Now());
  return check;
}

}  // namespace heed
