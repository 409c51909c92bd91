#include "connectors/mastodon/report.h"

#include <algorithm>

#include "connectors/reporting.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::size_t kMostText = 1000;  // characters; Mastodon's default
constexpr std::string_view kRule = "rule:";

std::string Short(std::string_view text) { return ForTerminal(ClipUtf8(text, 300)); }

// When a version of it was written, as Post::version_id has it.
std::string VersionOf(Json status) {
  for (const auto* key : {"edited_at", "created_at"})
    if (const auto at = ParseRfc3339(status[key].StringOr(""))) return FormatRfc3339(*at);
  return "";
}

bool IsRemote(const Post& post, const std::string& server) {
  const auto home = UrlOrigin(post.global_id);
  return home && *home != server;
}

}  // namespace

Result<HttpResponse> MastodonReports::Get(const std::string& path) {
  HttpRequest request;
  request.url = server_ + path;
  request.headers.emplace_back("accept", "application/json");
  request.timeout = milliseconds{30'000};
  request.max_body = 4 << 20;
  if (!token_.empty()) request.headers.emplace_back("authorization", "Bearer " + token_);
  return tools_.http.Send(request);
}

Error MastodonReports::Refused(const HttpResponse& response, const std::string& what) const {
  auto error = StatusError(response, what, tools_.clock.Now());
  std::string_view next;
  if (response.status == 401) next = token_.empty() ? ": add token_file" : ": the token is no longer good: make a new one in the account's settings, under Development";
  if (response.status == 403) next = ": the token lacks a permission (read:search, read:statuses, write:reports)";
  if (next.empty()) return error;
  return Error(error.fault(), error.message() + std::string(next));
}

Result<ReportForm> MastodonReports::Form(const Post& post, Category category) {
  ReportForm form;
  form.max_text = kMostText;
  form.offers_forward = IsRemote(post, server_);
  const std::string what = "asking " + Host() + " for its rules";
  auto response = HEED_TRY(Get("/api/v1/instance/rules"));
  JsonParser parser;
  const auto rules = parser.Parse(response.body);
  if (response.status == 200 && rules && rules->IsArray()) {
    rules->Each([&](Json rule) {
      const auto id = rule["id"].Id();
      if (id && !id->empty()) form.reasons.push_back({std::string(kRule) + *id, "Breaks a rule of " + Host() + ": " + Short(rule["text"].StringOr("")), Short(rule["hint"].StringOr(""))});
    });
    if (form.reasons.empty()) form.notes.push_back(Host() + " lists no rules of its own");
  } else if (response.status == 404 || response.status == 405) {
    form.notes.push_back(Host() + " does not list its rules");
  } else if (response.status != 200) {
    return Fail(Refused(response, what));
  } else {
    return Fail(Fault::kMalformed, what + ": its answer cannot be read");
  }
  form.reasons.push_back({"violation", "Breaks the server's rules", "without naming one"});
  form.reasons.push_back({"legal", "Illegal", "breaks the law; say which, and why, in the text"});
  form.reasons.push_back({"spam", "Spam", ""});
  form.reasons.push_back({"other", "Something else", "explain it in the text"});
  // Which of a server's rules it breaks is a person's to say: only they have read them.
  form.suggested = category == Category::kDefamation ? "other" : "violation";
  if (form.reasons.front().id.starts_with(kRule)) form.notes.push_back("naming the rule it breaks helps most: read them before taking \"" + form.suggested + "\"");
  if (form.offers_forward) form.notes.push_back("the author is on another server: forwarding sends the report to its moderators too, under " + Host() + "'s name");
  if (category == Category::kDefamation) form.notes.push_back("moderators judge their own rules, not whether a statement is true; the server's contact address takes legal notices");
  return form;
}

// kNotFound: the server does not have it and cannot get it.
Result<MastodonReports::Local> MastodonReports::Find(const Post& post) {
  const std::string what = "looking the post up at " + Host();
  const auto read = [](Json status) {
    return Local{status["id"].Id().value_or(""), status["account"]["id"].Id().value_or(""), VersionOf(status), status["account"]["limited"].Bool().value_or(false),
                 status["account"]["suspended"].Bool().value_or(false)};
  };
  JsonParser parser;
  // By its address first, which every server knows it by; "resolve" has the server fetch what it does not have.
  if (!token_.empty()) {
    const auto response = HEED_TRY(Get("/api/v2/search?type=statuses&resolve=true&limit=5&q=" + UrlEncode(post.global_id)));
    if (response.status == 200) {
      const auto body = parser.Parse(response.body);
      if (!body || !(*body)["statuses"].IsArray()) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
      Local found;
      (*body)["statuses"].Each([&](Json status) {
        if (status["uri"].StringOr("") == post.global_id && found.id.empty()) found = read(status);
      });
      if (!found.id.empty()) return found;
    } else if (response.status != 404 && response.status != 405) {
      return Fail(Refused(response, what));
    }
  }
  if (!IsOurs(post)) return Fail(Fault::kNotFound, what + ": " + Host() + " does not find it" + (token_.empty() ? " (looking up other servers' posts needs a token)" : ""));
  const auto response = HEED_TRY(Get("/api/v1/statuses/" + UrlEncode(post.native_id)));
  if (response.status != 200) return Fail(Refused(response, what));
  const auto body = parser.Parse(response.body);
  if (!body || !body->IsObject()) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
  if ((*body)["uri"].StringOr("") != post.global_id) return Fail(Fault::kNotFound, what + ": " + Host() + " has another post under its number");
  return read(*body);
}

ReportOutcome MastodonReports::Submit(const ApprovedReport& report) {
  const Post& post = report.post();
  const auto& reason = report.choice().reason;
  const std::string what = "reporting to " + Host();
  const bool rule = reason.starts_with(kRule) && reason.size() > kRule.size();
  if (!rule && reason != "violation" && reason != "legal" && reason != "spam" && reason != "other") return CannotSend("no reason of Mastodon's was chosen (\"" + Short(reason) + "\")");
  if (CountCharacters(report.text()) > kMostText) return CannotSend("the text is longer than " + std::to_string(kMostText) + " characters");
  if (token_.empty()) return NotSentBecause(Error{Fault::kSignIn, "reporting needs an account: add token_file (permissions read:search, write:reports) to the source"});
  const auto local = Find(post);
  if (!local) return NotSentBecause(local.error());
  if (local->id.empty() || local->account.empty()) return NotSentBecause(Error{Fault::kMalformed, what + ": the server's answer names no account"});

  std::string form = "account_id=" + UrlEncode(local->account) + "&status_ids%5B%5D=" + UrlEncode(local->id) + "&comment=" + UrlEncode(report.text());
  form += "&category=" + std::string(rule ? "violation" : reason) + "&forward=" + (report.choice().forward ? "true" : "false");
  if (rule) form += "&rule_ids%5B%5D=" + UrlEncode(reason.substr(kRule.size()));
  HttpRequest request;
  request.method = "POST";
  request.url = server_ + "/api/v1/reports";
  request.headers = {{"accept", "application/json"}, {"content-type", "application/x-www-form-urlencoded"}, {"authorization", "Bearer " + token_}};
  request.body = std::move(form);
  const auto [response, begun] = SendOnce(tools_.http, std::move(request));
  auto outcome = OutcomeOf(response, begun, what, tools_.clock.Now());
  if (response && (response->status == 401 || response->status == 403)) outcome.message = Refused(*response, what).message();
  if (response && response->status == 403) {
    // A permission that the token lacks: nobody has judged the report.
    outcome.fate = Fate::kNotSent;
    outcome.wait = hours{1};
  }
  if (outcome.fate != Fate::kAccepted) return outcome;
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  const auto id = answer ? (*answer)["id"].Id() : std::nullopt;
  if (!id) {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as Mastodon does; it may have been read";
    return outcome;
  }
  outcome.reference = *id;
  return outcome;
}

PresenceCheck MastodonReports::Recheck(const Post& post) {
  PresenceCheck check;
  const auto judge = [&](Json status) {
    if (status["account"]["suspended"].Bool().value_or(false)) return Presence::kAccountGone;
    if (status["account"]["limited"].Bool().value_or(false)) return Presence::kUpLimited;
    const auto version = VersionOf(status);
    return !post.version_id.empty() && !version.empty() && version != post.version_id ? Presence::kUpEdited : Presence::kUp;
  };
  const auto failed = [&](const Result<HttpResponse>& response) {
    check.wait = response ? AskedWait(*response, tools_.clock.Now()) : response.error().retry_after();
    return check;
  };
  JsonParser parser;
  bool missing = false;
  if (IsOurs(post)) {
    const std::string path = "/api/v1/statuses/" + UrlEncode(post.native_id);
    const auto response = Get(path);
    AddAnswer(check.answer, "GET " + server_ + path, response);
    if (!response) return failed(response);
    const auto body = parser.Parse(response->body);
    if (response->status == 200) {
      if (!body || (*body)["uri"].StringOr("") != post.global_id) return check;
      check.presence = judge(*body);
      return check;
    }
    if (response->status == 401 || response->status == 403) {
      if (body && (*body)["error"].String()) check.presence = Presence::kNotVisible;
      return failed(response);
    }
    // The API's own "Record not found", and not something in front of it.
    missing = (response->status == 404 || response->status == 410) && body && (*body)["error"].String().has_value();
    if (!missing) return failed(response);
    if (!IsRemote(post, server_)) {
      check.presence = Presence::kGoneUnknown;  // deleted by the author, by the server, or made private: it does not say
      return check;
    }
  }
  // Another server's post: ours may have dropped its copy while the original is up, and "resolve" has it look there.
  if (token_.empty()) {
    check.presence = missing ? Presence::kNotVisible : Presence::kUnknown;
    if (!missing) check.answer += (check.answer.empty() ? "" : "\n") + std::string("looking up other servers' posts needs a token");
    return check;
  }
  const std::string path = "/api/v2/search?type=statuses&resolve=true&limit=5&q=" + UrlEncode(post.global_id);
  const auto response = Get(path);
  AddAnswer(check.answer, "GET " + server_ + path, response);
  if (!response || response->status != 200) return failed(response);
  const auto body = parser.Parse(response->body);
  if (!body || !(*body)["statuses"].IsArray()) return check;
  check.presence = missing ? Presence::kGoneUnknown : Presence::kUnknown;  // not found alone may mean that the other server was down
  (*body)["statuses"].Each([&](Json status) {
    if (status["uri"].StringOr("") == post.global_id) check.presence = missing ? Presence::kUpLimited : judge(status);
  });
  return check;
}

}  // namespace heed
