// What reporting and re-checking have in common: how an answer is read when nothing may be done twice.
//
// The rule: "accepted" only for an answer that is the platform's own; "not sent" only where the request cannot have been read or the
// platform says that it was turned away unread (429; 503 with a time to come back); what is left is "uncertain".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/category.h"
#include "src/model/report.h"
#include "src/net/http.h"

namespace heed {

// Sends what must not arrive twice.  `begun` as in HttpRequest.
struct OnceAnswer {
  Result<HttpResponse> response;
  bool begun;
};
OnceAnswer SendOnce(HttpClient& http, HttpRequest request);

// The outcome of such a request.  kAccepted for any 2xx, with the raw answer: the caller looks whether it is one of the platform's.
ReportOutcome OutcomeOf(const Result<HttpResponse>& response, bool begun, std::string_view what, Instant now);

// Nothing was asked yet, and `error` (a sign-in, a look-up) is why.  kRefused where trying again would be no use.
ReportOutcome NotSentBecause(const Error& error);
ReportOutcome CannotSend(std::string why);

// "GET https://... -> 404 {"error":...}", for a re-check's raw answer; cut to ReportOutcome::kMostAnswer bytes over all.
void AddAnswer(std::string& all, std::string_view asked, const Result<HttpResponse>& response);

// Sends what a re-check asks, and keeps question and answer in `check`.  nullopt: no answer came, and check.wait says how long to leave it.
std::optional<HttpResponse> SendLook(HttpClient& http, HttpRequest request, PresenceCheck& check);

// The first of a platform's own reasons whose label speaks of such a breach, "" when none does: what is suggested where the platform names
// its reasons as it likes.
std::string SuggestByLabel(const std::vector<ReportReason>& reasons, Category category);

// Characters (code points) of UTF-8 text.
std::size_t CountCharacters(std::string_view text);

}  // namespace heed
