#include "connectors/x/replies.h"

#include <algorithm>
#include <vector>

#include "connectors/fields.h"
#include "connectors/reporting.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr std::string_view kHide = "hide";
constexpr std::string_view kPlatform = "x:";  // what global ids start with

bool IsNumber(std::string_view text) { return !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789") == text.npos; }

// The number of the post that a conversation began with; "" of what is no reply.
std::string Root(const Post& post) { return post.thread_root.starts_with(kPlatform) ? post.thread_root.substr(kPlatform.size()) : std::string(); }

Error NeedsAccount() {
  return Error{Fault::kSignIn, "hiding replies needs the school's own account: add api_key_file, api_secret_file, access_token_file and access_token_secret_file to the source"};
}

constexpr std::string_view kTokenHelp =
    ": look at this machine's clock, then, in X's developer console, under the app's Keys and tokens, make a new Access Token and Secret with leave to read and write, and put both into their files";

std::string Says(std::string_view body) {
  JsonParser parser;
  const auto read = parser.Parse(body);
  const auto detail = read ? Named((*read)["detail"].StringOr("")) : std::string();
  return detail.empty() ? "" : " (X says: " + detail + ")";
}

}  // namespace

std::string OAuth1Header(const OAuth1Keys& keys, std::string_view method, std::string_view url, std::string_view nonce, Instant at) {
  std::vector<std::pair<std::string, std::string>> given = {
      {"oauth_consumer_key", UrlEncode(keys.key)},
      {"oauth_nonce", UrlEncode(nonce)},
      {"oauth_signature_method", "HMAC-SHA1"},
      {"oauth_timestamp", std::to_string(std::chrono::floor<seconds>(at).time_since_epoch().count())},
      {"oauth_token", UrlEncode(keys.token)},
      {"oauth_version", "1.0"},
  };
  auto all = given;
  const auto question = std::min(url.find('?'), url.size());
  if (question < url.size()) {
    for (const auto part : Split(url.substr(question + 1), '&')) {
      const auto equals = std::min(part.find('='), part.size());
      all.emplace_back(UrlEncode(UrlDecode(part.substr(0, equals))), UrlEncode(UrlDecode(part.substr(std::min(equals + 1, part.size())))));
    }
  }
  std::ranges::sort(all);  // by name, then by value, each as encoded (RFC 5849, 3.4.1.3.2)
  std::string parameters;
  for (const auto& [name, value] : all) parameters += (parameters.empty() ? "" : "&") + name + "=" + value;
  const auto base = std::string(method) + "&" + UrlEncode(url.substr(0, question)) + "&" + UrlEncode(parameters);
  given.emplace_back("oauth_signature", UrlEncode(Base64(HmacSha1(UrlEncode(keys.secret) + "&" + UrlEncode(keys.token_secret), base))));
  std::string header = "OAuth ";
  for (const auto& [name, value] : given) header += (header.size() == 6 ? "" : ", ") + name + "=\"" + value + "\"";
  return header;
}

HttpRequest XReplies::Request(std::string_view method, const std::string& path) const {
  HttpRequest request;
  request.method = method;
  request.url = server_ + path;
  request.headers = {{"accept", "application/json"}, {"authorization", OAuth1Header(keys_, method, request.url, Hex(RandomBytes(16)), tools_.clock.Now())}};
  request.timeout = milliseconds{30'000};
  request.max_body = 1 << 20;
  request.max_redirects = 0;  // another address would want another signature
  return request;
}

Result<std::string> XReplies::Get(const std::string& path, std::int64_t cost, const std::string& what) {
  HEED_TRY(spend_(cost, what));
  auto response = tools_.http.Send(Request("GET", path));
  if (!response) return Fail(std::move(response).error().While(what));
  if (response->status == 200) return std::move(response->body);
  const auto error = StatusError(*response, what, tools_.clock.Now());
  Error longer(error.fault(), error.message() + std::string(response->status == 401 ? kTokenHelp : "") + Says(response->body));
  return Fail(error.retry_after() ? std::move(longer).RetryAfter(*error.retry_after()) : longer);
}

Result<std::string> XReplies::Account(const std::string& what) {
  if (account_) return *account_;
  const auto body = HEED_TRY(Get("/2/users/me", prices_.user, what));
  JsonParser parser;
  const auto read = parser.Parse(body);
  const auto id = read ? (*read)["data"]["id"].Id().value_or("") : "";
  if (!IsNumber(id)) return Fail(Fault::kMalformed, what + ": X does not say whose token this is");
  account_ = id;
  return id;
}

Result<ReportForm> XReplies::Form(const Post& post) {
  const std::string what = "asking X where the reply stands";
  const auto root = Root(post);
  if (root.empty()) return Fail(Fault::kUnsupported, "only replies below the school's own posts can be hidden, and this is none");
  if (!IsNumber(root) || !IsNumber(post.native_id)) return Fail(Fault::kUnsupported, "the reply has no number that X knows it by");
  if (keys_.token.empty()) return Fail(NeedsAccount());
  const auto account = HEED_TRY(Account(what));
  const auto body = HEED_TRY(Get("/2/tweets?ids=" + root + "%2C" + post.native_id + "&tweet.fields=author_id%2Cconversation_id", 2 * prices_.post, what));
  JsonParser parser;
  const auto read = parser.Parse(body);
  // All of them missing: errors alone.
  if (!read || (!(*read)["data"].IsArray() && !(*read)["errors"].IsArray())) return Fail(Fault::kMalformed, what + ": its answer cannot be read");
  std::string began_by;
  bool there = false;
  (*read)["data"].Each([&](Json one) {
    const auto id = one["id"].Id().value_or("");
    if (id == root) began_by = one["author_id"].Id().value_or("");
    if (id == post.native_id) there = one["conversation_id"].Id().value_or(root) == root;
  });
  if (!there) return Fail(Fault::kGone, what + ": X does not show it any more");
  if (began_by != account) return Fail(Fault::kUnsupported, "the reply does not stand below a post of the school's own account: X lets an account hide only those");
  ReportForm form;
  form.reasons = {{std::string(kHide), "Hide it", "readers find it behind \"View hidden replies\"; its author is not told", false}};
  form.suggested = kHide;
  form.notes.push_back("it is not deleted, and anybody can still open it; the account can show it again");
  form.notes.push_back("X asks money for looking (a cent or two) and for hiding (half a cent); both are counted against monthly_cap");
  return form;
}

ReportOutcome XReplies::Hide(const ApprovedReport& report) {
  const Post& post = report.post();
  if (report.choice().reason != kHide) return CannotSend("no way of hiding was chosen (\"" + Named(report.choice().reason) + "\")");
  if (Root(post).empty() || !IsNumber(post.native_id)) return CannotSend("it is no reply");
  if (keys_.token.empty()) return NotSentBecause(NeedsAccount());
  if (const auto paid = spend_(prices_.change, "hiding a reply on X"); !paid) return NotSentBecause(paid.error());
  auto request = Request("PUT", "/2/tweets/" + post.native_id + "/hidden");
  request.headers.emplace_back("content-type", "application/json");
  request.body = R"({"hidden":true})";
  const auto [response, begun] = SendOnce(tools_.http, std::move(request));
  auto outcome = OutcomeOf(response, begun, "hiding a reply on X", tools_.clock.Now());
  if (!response) return outcome;
  if (outcome.fate != Fate::kAccepted) {
    if (response->status == 401) outcome.message += kTokenHelp;
    if (response->status == 402) {  // turned away before it was read
      outcome.fate = Fate::kNotSent;
      outcome.wait = hours{1};
      outcome.message += ": there is no credit left at X: buy some in the developer console";
    }
    outcome.message += Says(response->body);
    return outcome;
  }
  JsonParser parser;
  const auto answer = parser.Parse(response->body);
  const auto hidden = answer ? (*answer)["data"]["hidden"].Bool() : std::nullopt;
  if (hidden == false) {
    outcome.fate = Fate::kRefused;
    outcome.message = "X answers that it is not hidden";
  } else if (!hidden) {
    outcome.fate = Fate::kUncertain;
    outcome.message = "what answered does not speak as X does; it may have been done";
  }
  return outcome;
}

}  // namespace heed
