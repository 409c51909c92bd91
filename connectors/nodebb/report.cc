#include "connectors/nodebb/report.h"

#include <algorithm>

#include "connectors/fields.h"
#include "connectors/reporting.h"
#include "connectors/listing/listing.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::size_t kMostReason = 500;  // characters; NodeBB names no limit, moderators read it in a list
constexpr std::string_view kInWords = "in-words";

// {"status": {"code": "not-found", "message": "..."}}: the forum itself, and not something in front of it; "" = not that.
std::string CodeOf(const Result<Json>& body) { return body ? Named((*body)["status"]["code"].StringOr("")) : std::string(); }

// What it says, as people read it: it sends the name of its words, "[[error:too-many-posts-newbie, 120, 3]]".
std::string SaysOf(Json body) {
  auto says = Named(body["status"]["message"].StringOr(""));
  if (!says.starts_with("[[") || !says.ends_with("]]")) return says;
  says = says.substr(2, says.size() - 4);
  says = says.substr(0, says.find(','));
  says.erase(0, says.find(':') + 1);  // none: npos + 1
  std::ranges::replace(says, '-', ' ');
  return says;
}

std::string HostOfForum(const std::string& server) {
  const std::string place = HostOf(server);
  return place.substr(0, place.find('/'));
}

std::optional<Instant> DateOf(Json post, std::string_view key) {
  if (const auto at = TimeOf(post[std::string(key) + "ISO"])) return at;
  const auto at = EpochOf(post[key], 1e3);
  return at && *at == Instant{} ? std::nullopt : at;  // edited: 0 = never
}

}  // namespace

Result<ReportForm> NodebbReports::Form(Category category) const {
  ReportForm form;
  form.max_text = kMostReason;
  form.reasons = {{std::string(kInWords), "In your own words", "the forum's moderators read them"}};
  form.suggested = kInWords;
  form.notes.push_back("NodeBB lists no reasons. A forum takes flags only from members of some standing, and only so many a day");
  if (category == Category::kDefamation) form.notes.push_back("moderators judge the forum's rules, not whether a statement is true; a UK board usually follows section 5 of the Defamation Act");
  return form;
}

ReportOutcome NodebbReports::Submit(const ApprovedReport& report) {
  const Post& post = report.post();
  const std::string what = "flagging at " + HostOfForum(server_);
  if (report.choice().reason != kInWords) return CannotSend("no reason was chosen");
  if (post.instance != HostOfForum(server_) || post.native_id.empty()) return CannotSend("it is no post of " + HostOfForum(server_));
  if (CountCharacters(report.text()) > kMostReason) return CannotSend("the text is longer than " + std::to_string(kMostReason) + " characters");
  if (token_.empty()) return NotSentBecause(Error{Fault::kSignIn, "flagging needs an account: add token_file to the source"});
  const bool number = post.native_id.size() <= 15 && post.native_id.find_first_not_of("0123456789") == std::string::npos;
  JsonWriter body;
  body.Object().Key("id");
  if (number) body.Raw(post.native_id);
  else body.String(post.native_id);  // of another server's post
  body.Field("reason", report.text()).Field("type", "post").EndObject();
  HttpRequest request;
  request.method = "POST";
  request.url = server_ + "/api/v3/flags";
  request.headers = {{"accept", "application/json"}, {"content-type", "application/json"}, {"authorization", "Bearer " + token_}};
  request.body = body.Take();
  const auto [response, begun] = SendOnce(tools_.http, std::move(request));
  auto outcome = OutcomeOf(response, begun, what, tools_.clock.Now());
  if (!response) return outcome;
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  if (outcome.fate != Fate::kAccepted) {
    if (outcome.fate == Fate::kRefused && !CodeOf(answer).empty()) outcome.message = what + ": the forum does not take it";
    if (const auto says = answer ? SaysOf(*answer) : std::string(); !says.empty()) outcome.message += " (" + says + ")";
    return outcome;
  }
  if (CodeOf(answer) != "ok") {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as NodeBB does; it may have been read";
    return outcome;
  }
  outcome.reference = (*answer)["response"]["flagId"].Id().value_or("");
  return outcome;
}

HttpRequest NodebbReports::Question(const Post& post, bool member) const {
  HttpRequest request;
  request.url = server_ + "/api/v3/posts/" + UrlEncode(post.native_id);
  request.headers.emplace_back("accept", "application/json");
  if (member) request.headers.emplace_back("authorization", "Bearer " + token_);
  return request;
}

PresenceCheck NodebbReports::Recheck(const Post& post) {
  PresenceCheck check;
  if (post.instance != HostOfForum(server_) || post.native_id.empty()) {
    check.answer = "it was found on another forum: " + post.instance;
    return check;
  }
  const auto response = SendLook(tools_.http, Question(post, false), check);
  if (!response) return check;
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  const auto code = CodeOf(body);
  if (response->status == 200 && code == "ok" && (*body)["response"]["pid"].Id().value_or("") == post.native_id) {
    const auto shown = (*body)["response"];
    if (Set(shown["deleted"])) {
      const auto deleter = shown["deleterUid"].Id().value_or(""), author = shown["uid"].Id().value_or("");
      check.presence = deleter.empty() || deleter == "0" || author.empty() ? Presence::kGoneUnknown : deleter == author ? Presence::kGoneByAuthor : Presence::kGoneByPlatform;
    } else {
      const auto edited = DateOf(shown, "edited"), version = Later(DateOf(shown, "timestamp"), edited);
      // Its lists tell no edits: then those count that came after the post was read.
      const bool changed = post.version_id.empty() ? edited && *edited > post.first_seen_at : version && FormatRfc3339(*version) != post.version_id;
      check.presence = changed ? Presence::kUpEdited : Presence::kUp;
    }
  } else if ((response->status == 404 || response->status == 410) && code == "not-found") {
    if (token_.empty()) {
      check.presence = Presence::kGoneUnknown;
      return check;
    }
    const auto inside = SendLook(tools_.http, Question(post, true), check);
    const auto said = inside ? parser.Parse(inside->body) : Result<Json>(Fail(Fault::kUnavailable, ""));
    const auto told = CodeOf(said);
    if (inside && inside->status == 200 && told == "ok" && (*said)["response"]["pid"].Id().value_or("") == post.native_id) check.presence = Presence::kUpLimited;  // for members
    else if (inside && inside->status == response->status && told == code) check.presence = Presence::kGoneUnknown;
    else if (inside) check.wait = AskedWait(*inside, tools_.clock.Now());
  } else if ((response->status == 403 || response->status == 401) && !code.empty()) {
    check.presence = Presence::kNotVisible;
  } else {
    check.wait = AskedWait(*response, tools_.clock.Now());
  }
  return check;
}

}  // namespace heed
