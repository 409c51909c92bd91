#include "connectors/reporting.h"

#include <algorithm>
#include <span>
#include <utility>

#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/pace.h"

namespace heed {

OnceAnswer SendOnce(HttpClient& http, HttpRequest request) {
  bool begun = false;
  request.begun = &begun;
  request.timeout = std::min(request.timeout, milliseconds{30'000});
  auto response = http.Send(request);
  return {std::move(response), begun};
}

ReportOutcome OutcomeOf(const Result<HttpResponse>& response, bool begun, std::string_view what, Instant now) {
  ReportOutcome outcome;
  if (!response) {
    outcome.fate = begun ? Fate::kUncertain : Fate::kNotSent;
    outcome.message = response.error().message() + (begun ? "; it may have been read" : "; nothing of it was sent");
    outcome.wait = begun ? std::nullopt : response.error().retry_after();
    return outcome;
  }
  outcome.answer = "status " + std::to_string(response->status) + " " + std::string(ClipUtf8(response->body, ReportOutcome::kMostAnswer - 20));
  const int status = response->status;
  if (status >= 200 && status < 300) {
    outcome.fate = Fate::kAccepted;
    return outcome;
  }
  outcome.message = StatusError(*response, what, now).message();
  const bool turned_away = status == 429 || (status == 503 && !response->Header("retry-after").empty());
  if (turned_away || status == 401) {
    outcome.fate = Fate::kNotSent;
    outcome.wait = AskedWait(*response, now);
    if (status == 401) outcome.wait = hours{1};
  } else if (status >= 500 || status < 200 || status == 408) {
    outcome.fate = Fate::kUncertain;
    outcome.message += "; it may have been read";
  } else {
    outcome.fate = Fate::kRefused;
  }
  return outcome;
}

ReportOutcome NotSentBecause(const Error& error) {
  ReportOutcome outcome;
  outcome.message = error.message();
  switch (error.fault()) {
    case Fault::kNotFound:
    case Fault::kGone:
    case Fault::kInvalid:
    case Fault::kUnsupported: outcome.fate = Fate::kRefused; break;
    case Fault::kSignIn:
    case Fault::kDenied:
      outcome.fate = Fate::kNotSent;
      outcome.wait = hours{1};
      break;
    default:
      outcome.fate = Fate::kNotSent;
      outcome.wait = error.retry_after();
  }
  return outcome;
}

ReportOutcome CannotSend(std::string why) {
  ReportOutcome outcome;
  outcome.fate = Fate::kRefused;
  outcome.message = "heed did not send it: " + std::move(why);
  return outcome;
}

void AddAnswer(std::string& all, std::string_view asked, const Result<HttpResponse>& response) {
  if (!all.empty()) all += "\n";
  all += std::string(asked) + " -> ";
  if (response) all += std::to_string(response->status) + " " + std::string(ClipUtf8(response->body, 1500));
  else all += response.error().message();
  if (all.size() > ReportOutcome::kMostAnswer) all = std::string(ClipUtf8(all, ReportOutcome::kMostAnswer));
}

std::optional<HttpResponse> SendLook(HttpClient& http, HttpRequest request, PresenceCheck& check) {
  request.timeout = std::min(request.timeout, milliseconds{30'000});
  request.max_body = std::min<std::uint64_t>(request.max_body, 4 << 20);
  auto response = http.Send(request);
  AddAnswer(check.answer, request.method + " " + request.url, response);
  if (response) return *std::move(response);
  check.wait = response.error().retry_after();
  return std::nullopt;
}

std::string SuggestByLabel(const std::vector<ReportReason>& reasons, Category category) {
  static constexpr std::string_view kThreat[] = {"threat", "violen"}, kHate[] = {"hate", "hateful", "racis", "discriminat"}, kAbuse[] = {"harass", "bully", "abus", "inappropriate", "offensive", "civil"},
                                    kBullying[] = {"bully", "minor", "harass", "abus", "inappropriate", "offensive", "civil"}, kIncite[] = {"personal", "private", "confidential", "dox", "brigad", "violen", "harass", "inappropriate"};
  std::span<const std::string_view> words;
  switch (category) {
    case Category::kThreat: words = kThreat; break;
    case Category::kDiscrimination: words = kHate; break;
    case Category::kAbuse: words = kAbuse; break;
    case Category::kBullying: words = kBullying; break;
    case Category::kIncitement: words = kIncite; break;
    case Category::kDefamation: break;  // no platform's rules judge what is true
  }
  for (const auto word : words)
    for (const auto& reason : reasons)
      if (LowerAscii(reason.label).find(word) != std::string::npos) return reason.id;
  return "";
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace heed
