#include "connectors/discourse/report.h"

#include <algorithm>

#include "connectors/fields.h"
#include "connectors/markup/html.h"
#include "connectors/reporting.h"
#include "connectors/listing/listing.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::size_t kMostMessage = 500;  // characters; what the forum's own form takes

bool IsNumber(std::string_view text) { return !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == text.npos; }

// {"errors": [...]}: the forum itself, and not something in front of it.
std::optional<std::string> ForumError(const Result<Json>& body) {
  if (!body || !(*body)["errors"].IsArray()) return std::nullopt;
  return Named((*body)["errors"][0].StringOr("no reason given"));
}

}  // namespace

void DiscourseReports::SignIn(HttpRequest& request) const {
  if (!account_.user_api_key.empty()) {
    request.headers.emplace_back("user-api-key", account_.user_api_key);
  } else if (!account_.api_key.empty()) {
    request.headers.emplace_back("api-key", account_.api_key);
    request.headers.emplace_back("api-username", account_.username);
  }
}

Result<ReportForm> DiscourseReports::Form(const Post&, Category category) {
  const std::string what = "asking " + HostOf(server_) + " for its kinds of flags";
  HttpRequest request;
  request.url = server_ + "/site.json";
  request.headers.emplace_back("accept", "application/json");
  SignIn(request);
  const auto response = HEED_TRY(tools_.http.Send(request));
  if (response.status != 200) return Fail(StatusError(response, what, tools_.clock.Now()));
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body || !(*body)["post_action_types"].IsArray()) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
  ReportForm form;
  form.max_text = kMostMessage;
  std::string to_moderators;
  (*body)["post_action_types"].Each([&](Json type) {
    const auto id = type["id"].Id().value_or("");
    const auto key = type["name_key"].StringOr("");
    if (!IsNumber(id) || !Set(type["is_flag"]) || type["enabled"].Bool() == false || key == "notify_user") return;
    if (const auto to = type["applies_to"]; to.IsArray()) {
      bool posts = false;
      to.Each([&](Json one) { posts = posts || one.StringOr("") == "Post"; });
      if (!posts) return;
    }
    const bool words = Set(type["require_message"]) || Set(type["is_custom_flag"]);
    auto label = Named(HtmlToText(type["name"].StringOr("")));
    if (label.empty()) label = Named(key);
    if (key == "notify_moderators") to_moderators = id;
    form.reasons.push_back({id, label, Named(HtmlToText(type["description"].StringOr(""))), words});
  });
  if (form.reasons.empty()) return Fail(Fault::kMalformed, what + ": it names none");
  form.suggested = SuggestByLabel(form.reasons, category);
  if (form.suggested.empty()) form.suggested = to_moderators.empty() ? form.reasons.front().id : to_moderators;
  form.notes.push_back("the forum's staff see that the school's account flagged it; a forum takes only so many flags a day from a new member");
  if (category == Category::kDefamation) form.notes.push_back("moderators judge the forum's rules, not whether a statement is true; a UK board usually follows section 5 of the Defamation Act");
  return form;
}

ReportOutcome DiscourseReports::Submit(const ApprovedReport& report) {
  const Post& post = report.post();
  const auto& choice = report.choice();
  const std::string what = "flagging at " + HostOf(server_);
  if (!IsNumber(choice.reason)) return CannotSend("no kind of flag was chosen (\"" + Named(choice.reason) + "\")");
  if (post.instance != HostOf(server_) || !IsNumber(post.native_id)) return CannotSend("it is no post of " + HostOf(server_));
  if (CountCharacters(report.text()) > kMostMessage && !choice.silent) return CannotSend("the text is longer than " + std::to_string(kMostMessage) + " characters");
  if (!has_account()) return NotSentBecause(Error{Fault::kSignIn, "flagging needs an account: add user_api_key_file to the source"});
  JsonWriter body;
  body.Object().Key("id").Raw(post.native_id);
  if (!choice.silent) body.Field("message", report.text());
  body.Key("post_action_type_id").Raw(choice.reason).EndObject();
  HttpRequest request;
  request.method = "POST";
  request.url = server_ + "/post_actions.json";
  request.headers = {{"accept", "application/json"}, {"content-type", "application/json"}};
  SignIn(request);
  request.body = body.Take();
  const auto [response, begun] = SendOnce(tools_.http, std::move(request));
  auto outcome = OutcomeOf(response, begun, what, tools_.clock.Now());
  if (!response) return outcome;
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  if (const auto error = ForumError(answer); error && outcome.fate != Fate::kAccepted) {
    outcome.message += " (" + *error + ")";
    if (const auto wait = (*answer)["extras"]["wait_seconds"].Int(); wait && *wait >= 0 && outcome.fate == Fate::kNotSent && !outcome.wait) outcome.wait = std::min<seconds>(seconds{*wait}, kLongestWait);
  }
  if (outcome.fate != Fate::kAccepted) return outcome;
  // The post itself comes back.
  if (!answer || (*answer)["id"].Id().value_or("") != post.native_id) {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as Discourse does; it may have been read";
  }
  return outcome;
}

PresenceCheck DiscourseReports::Recheck(const Post& post) {
  PresenceCheck check;
  if (post.instance != HostOf(server_) || !IsNumber(post.native_id)) {
    check.answer = "it was found on another forum: " + post.instance;
    return check;
  }
  HttpRequest request;
  request.url = server_ + "/posts/" + post.native_id + ".json";
  request.headers.emplace_back("accept", "application/json");
  const auto response = SendLook(tools_.http, std::move(request), check);
  if (!response) return check;
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  const bool forum = ForumError(body).has_value();
  if (response->status == 200 && body && (*body)["id"].Id().value_or("") == post.native_id) {
    const auto version = (*body)["version"].Int().value_or(1);
    if (Set((*body)["user_deleted"])) check.presence = Presence::kGoneByAuthor;
    else if ((*body)["deleted_at"].String()) check.presence = Presence::kGoneByPlatform;
    else if (Set((*body)["hidden"])) check.presence = Presence::kUpLimited;
    else check.presence = !post.version_id.empty() && std::to_string(version) != post.version_id ? Presence::kUpEdited : Presence::kUp;
  } else if ((response->status == 404 || response->status == 410) && forum) {
    check.presence = Presence::kGoneUnknown;
  } else if ((response->status == 403 || response->status == 401) && forum) {
    check.presence = Presence::kNotVisible;
  } else {
    check.wait = AskedWait(*response, tools_.clock.Now());
  }
  return check;
}

}  // namespace heed
