#include "connectors/listing/graph_hide.h"

#include "connectors/fields.h"
#include "connectors/listing/listing.h"
#include "connectors/reporting.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::string_view kHide = "hide";

// "123_456" and "123".
bool IsCommentId(std::string_view id) { return !id.empty() && id.size() <= 80 && id.find_first_not_of("0123456789_") == id.npos; }

}  // namespace

const GraphComments::Kind kFacebookComments = {"Facebook", "id,message,is_hidden,can_hide", "message", "is_hidden", "can_hide", "is_hidden=true"};
const GraphComments::Kind kInstagramComments = {"Instagram", "id,text,hidden", "text", "hidden", "", "hide=true"};

Result<ReportForm> GraphComments::Form(const Post& post) {
  const std::string what = "looking at the comment on " + std::string(kind_.platform);
  if (post.in_reply_to.empty() && post.thread_root.empty()) return Fail(Fault::kUnsupported, "only comments at the school's own place can be hidden, and this is none");
  if (!IsCommentId(post.native_id)) return Fail(Fault::kUnsupported, "the comment has no number that " + std::string(kind_.platform) + " knows it by");
  const auto response = HEED_TRY(graph_.Get(post.native_id + "?fields=" + std::string(kind_.fields), what));
  if (response.status != 200) return Fail(graph_.Refused(response, what));
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body || (*body)["id"].Id().value_or("") != post.native_id) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
  if (!kind_.can_hide.empty() && (*body)[kind_.can_hide].Bool() == false) return Fail(Fault::kUnsupported, std::string(kind_.platform) + " does not let this comment be hidden");
  ReportForm form;
  form.reasons = {{std::string(kHide), "Hide it", "nobody but its author, the author's friends and the account's owner sees it", false}};
  form.suggested = kHide;
  form.notes.push_back("it is not deleted: whoever runs the account finds it there and can show it again");
  if ((*body)[kind_.hidden].Bool() == true) form.notes.push_back("it is hidden already");
  return form;
}

ReportOutcome GraphComments::Hide(const ApprovedReport& report) {
  const Post& post = report.post();
  const std::string what = "hiding a comment on " + std::string(kind_.platform);
  if (report.choice().reason != kHide) return CannotSend("no way of hiding was chosen (\"" + fields::Named(report.choice().reason) + "\")");
  if (!IsCommentId(post.native_id) || (post.in_reply_to.empty() && post.thread_root.empty())) return CannotSend("it is no comment");
  auto request = graph_.Request("POST", post.native_id + "?" + std::string(kind_.parameter));
  const auto [response, begun] = SendOnce(tools_.http, std::move(request));
  auto outcome = OutcomeOf(response, begun, what, tools_.clock.Now());
  if (!response) return outcome;
  if (outcome.fate == Fate::kRefused && ReadGraphError(response->body)) {
    const Error error = graph_.Refused(*response, what);
    outcome.message = error.message();
    // Turned away before anything was done.
    if (error.fault() == Fault::kSignIn || error.fault() == Fault::kBusy || (error.fault() == Fault::kDenied && !ReadGraphError(response->body)->IsMissing())) {
      outcome.fate = Fate::kNotSent;
      outcome.wait = error.retry_after().value_or(hours{1});
    }
  }
  if (outcome.fate != Fate::kAccepted) return outcome;
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  if (!answer || (*answer)["success"].Bool() != true) {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as " + std::string(kind_.platform) + " does; it may have been done";
  }
  return outcome;
}

bool GraphComments::CanLookAt(const Post& post) { return IsCommentId(post.native_id); }

bool GraphComments::ReadsOwner(std::string& answer) {
  const auto request = graph_.Request("GET", owner_ + "?fields=id");
  const auto response = tools_.http.Send(request);
  AddAnswer(answer, "GET " + request.url, response);
  if (!response || response->status != 200) return false;
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  return body && (*body)["id"].Id().value_or("") == owner_;
}

PresenceCheck GraphComments::Recheck(const Post& post) {
  PresenceCheck check;
  if (!IsCommentId(post.native_id)) {
    check.answer = "it has no number that " + std::string(kind_.platform) + " knows it by";
    return check;
  }
  auto request = graph_.Request("GET", post.native_id + "?fields=" + (post.thread_root.empty() ? std::string("id,") + std::string(kind_.words) + "," + std::string(kind_.hidden) : std::string(kind_.fields)));
  const auto response = SendLook(tools_.http, std::move(request), check);
  if (!response) return check;
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  if (response->status == 200 && body && (*body)["id"].Id().value_or("") == post.native_id) {
    const auto words = (*body)[kind_.words].String();
    if ((*body)[kind_.hidden].Bool() == true) check.presence = Presence::kUpLimited;
    else check.presence = words && *words != post.text ? Presence::kUpEdited : Presence::kUp;
    return check;
  }
  if (const auto error = response->status == 200 ? std::nullopt : ReadGraphError(response->body)) {
    if (error->IsMissing()) check.presence = ReadsOwner(check.answer) ? Presence::kGoneUnknown : Presence::kUnknown;
    else if (error->code == 10 || (error->code >= 200 && error->code < 300)) check.presence = Presence::kNotVisible;
  }
  check.wait = std::max(GraphWait(*response), AskedWait(*response, tools_.clock.Now()));
  return check;
}

}  // namespace heed
