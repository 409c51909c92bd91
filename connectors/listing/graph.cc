#include "connectors/listing/graph.h"

#include <algorithm>

#include "connectors/fields.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr seconds kLookAgain = hours{12};
constexpr double kNearlyUsedUp = 95;  // per cent

bool IsSafeValue(std::string_view text) {
  return !text.empty() && text.size() <= 1'000 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~' || c == '%';
  });
}

// What the headers say is used, of whichever allowance has least left.
struct Usage {
  bool told = false;
  double most = 0;  // per cent
  std::int64_t minutes_to_wait = 0;
};

Usage ReadUsage(const HttpResponse& response) {
  Usage sum;
  const auto look = [&](Json usage) {
    for (const auto name : {"call_count", "total_cputime", "total_time"}) {
      const auto share = usage[name].Number();
      sum.told = sum.told || share.has_value();
      sum.most = std::max(sum.most, share.value_or(0));
    }
    sum.minutes_to_wait = std::max(sum.minutes_to_wait, usage["estimated_time_to_regain_access"].Int().value_or(0));
  };
  JsonParser parser;
  for (const auto name : {"x-app-usage", "x-page-usage", "x-business-use-case-usage"}) {
    const auto usage = parser.Parse(response.Header(name));
    if (!usage) continue;
    look(*usage);
    usage->EachMember([&](std::string_view, Json cases) { cases.Each(look); });
  }
  return sum;
}

}  // namespace

std::optional<GraphError> ReadGraphError(std::string_view body) {
  JsonParser parser;
  const auto whole = parser.Parse(body);
  if (!whole) return std::nullopt;
  const auto error = (*whole)["error"];
  const auto code = error["code"].Int();
  if (!code) return std::nullopt;
  return GraphError{*code, error["error_subcode"].Int().value_or(0), Named(error["message"].StringOr(""))};
}

std::string GraphNext(Json paging) {
  const auto next = paging["next"].StringOr("");
  if (next.empty()) return "";
  if (const auto after = paging["cursors"]["after"].StringOr(""); !after.empty() && after.size() <= 1'000) return "after=" + UrlEncode(after);
  // Lists paged by time name no cursor: what moves the page is taken from the address, and nothing else of it.
  std::string parameters;
  const auto question = next.find('?');
  if (question == next.npos) return "";
  for (const auto pair : Split(next.substr(question + 1), '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = pair.substr(0, equals);
    if (name != "after" && name != "until" && name != "__paging_token") continue;
    if (!IsSafeValue(pair.substr(std::min(equals + 1, pair.size())))) continue;
    parameters.append(parameters.empty() ? "" : "&").append(pair);
  }
  return parameters;
}

std::optional<seconds> GraphWait(const HttpResponse& response) {
  const Usage usage = ReadUsage(response);
  if (usage.most < kNearlyUsedUp && usage.minutes_to_wait == 0) return std::nullopt;
  return std::clamp<seconds>(minutes{std::min<std::int64_t>(usage.minutes_to_wait, 24 * 60)}, minutes{10}, kLongestWait);
}

std::string GraphQuota(const HttpResponse& response) {
  const Usage usage = ReadUsage(response);
  if (!usage.told || !(usage.most >= 0)) return "";
  return std::to_string(static_cast<int>(std::min(usage.most, 999.0))) + " % of Meta's allowance for now is used";
}

std::optional<GraphToken> ReadGraphToken(std::string_view body) {
  JsonParser parser;
  const auto whole = parser.Parse(body);
  if (!whole || !(*whole)["data"].IsObject()) return std::nullopt;
  const auto data = (*whole)["data"];
  GraphToken token;
  token.valid = data["is_valid"].Bool().value_or(true);
  for (const auto name : {"expires_at", "data_access_expires_at"}) {
    const auto at = data[name].Int().value_or(0);  // 0 = never
    const auto time = at > 0 ? TimeOf(data[name]) : std::nullopt;
    if (time && (!token.ends || *time < *token.ends)) token.ends = time;
  }
  token.why = Named(data["error"]["message"].StringOr(""));
  return token;
}

bool IsGraphId(std::string_view text) { return !text.empty() && text.size() <= 40 && text.find_first_not_of("0123456789") == text.npos; }

HttpRequest Graph::Request(std::string_view method, const std::string& path) const {
  HttpRequest request;
  request.method = method;
  request.url = options_.server + "/" + options_.version + "/" + path;
  // In a header, so that it stands in no address.
  request.headers = {{"accept", "application/json"}, {"authorization", "Bearer " + options_.token}};
  return request;
}

Result<HttpResponse> Graph::Get(const std::string& path, const std::string& what) {
  auto response = tools_.http.Send(Request("GET", path));
  if (!response) return Fail(std::move(response).error().While(what));
  return response;
}

Error Graph::Refused(const HttpResponse& response, const std::string& what) const {
  const auto error = ReadGraphError(response.body);
  if (!error) return StatusError(response, what, tools_.clock.Now());
  const auto code = error->code;
  const std::string says = error->message.empty() ? "" : " (Meta says: " + error->message + ")";
  if (code == 190 || code == 102) {
    const std::string_view why = error->subcode == 463 ? "the token has ended" : error->subcode == 460 ? "the token ended when a password was changed" : error->subcode == 458 ? "the app was removed from the account" : "the token is not good";
    return Error(Fault::kSignIn, what + ": " + std::string(why) + ": " + std::string(options_.token_help) + says);
  }
  if (code == 4 || code == 17 || code == 32 || code == 613 || (code >= 80'000 && code <= 80'014)) {
    auto busy = Error(Fault::kBusy, what + ": it was asked too often" + says);
    if (const auto wait = std::max(GraphWait(response), AskedWait(response, tools_.clock.Now()))) return std::move(busy).RetryAfter(*wait);
    return busy;
  }
  if (code == 3 || code == 10 || (code >= 200 && code < 300))
    return Error(Fault::kDenied, what + ": the token lacks a permission; it needs " + std::string(options_.permissions) + ", each granted for this account" + says);
  if (code == 368) return Error(Fault::kDenied, what + ": Meta has blocked the account for a while: sign in there and see why" + says);
  if (code == 1 || code == 2) return Error(Fault::kUnavailable, what + ": Meta has trouble of its own" + says);
  if (error->IsMissing()) return Error(Fault::kDenied, what + ": it is not there, or not for this token: check the number, and that the token was made for this account" + says);
  return StatusError(response, what, tools_.clock.Now());
}

Done Graph::LookAtToken(std::optional<Instant>& ends) {
  const auto now = tools_.clock.Now();
  if (looked_ && now - *looked_ < kLookAgain) return {};
  const std::string what = "asking when the token ends";
  const auto response = Get("debug_token?input_token=" + UrlEncode(options_.token), what);
  // Reading has just worked: not being told when it will end is no reason to stop.
  if (!response) return response.error().fault() == Fault::kCancelled ? Done(Fail(response.error())) : Done();
  if (response->status != 200) return {};
  const auto token = ReadGraphToken(response->body);
  if (!token) return {};
  looked_ = now;
  if (!token->valid)
    return Fail(Fault::kSignIn, "the token is not good any more: " + std::string(options_.token_help) + (token->why.empty() ? "" : " (Meta says: " + token->why + ")"));
  ends = token->ends.value_or(Instant::max());
  return {};
}

Result<Page> ReadWithToken(const ListReader& reader, Graph& graph, const Cursor& cursor, const std::vector<Listing>& roots, Instant now, const ListReader::Ask& ask) {
  auto page = HEED_TRY(reader.Read(cursor, roots, now, ask));
  if (!page.more) HEED_TRY(graph.LookAtToken(page.sign_in_ends));
  return page;
}

Result<ListReader::Options> ReadGraphLists(const SourceSpec& spec, std::string place) {
  auto lists = HEED_TRY(ReadListOptions(spec, std::move(place), days{30}, days{7}));
  lists.max_found = static_cast<std::size_t>(std::clamp<std::int64_t>(spec.Int("follow_posts", 200), 1, 5'000));
  return lists;
}

Result<Graph::Options> ReadGraphOptions(const SourceSpec& spec) {
  Graph::Options options;
  options.server = HEED_TRY(ReadServer(spec, "server", "https://graph.facebook.com"));
  options.version = spec.String("version");
  if (options.version.empty()) options.version = "v25.0";
  if (options.version.size() > 8 || options.version.front() != 'v' || options.version.find_first_not_of("0123456789.", 1) != std::string::npos)
    return Fail(Fault::kInvalid, "version = \"" + ForTerminal(options.version) + "\" is not one of the Graph API's, such as \"v25.0\"");
  options.token = Trim(spec.String("token"));
  if (options.token.empty()) return Fail(Fault::kInvalid, "`token` is missing: add token_file");
  return options;
}

}  // namespace heed
