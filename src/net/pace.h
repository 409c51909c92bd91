// How long to leave a server alone: reads what it says in its headers, and backs off when it says nothing.
//
// Pure: takes the time as an argument; a reset time is measured against the answer's own Date where it has one,
// so a wrong clock here does no harm.  Understood (all from real answers):
//   Retry-After            seconds or an HTTP date                       RFC 9110 10.2.3
//   ratelimit-remaining/-reset      epoch seconds                       Bluesky
//   x-ratelimit-remaining/-reset    ISO 8601 (Mastodon), seconds left (Reddit), epoch seconds (others)
//   x-rate-limit-remaining/-reset   epoch seconds                       X
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/net/http.h"

namespace heed {

// What the answer's headers ask for, from now; nullopt when they ask for nothing (a limit with requests
// remaining asks for nothing).  Never negative, never more than kLongestWait.
std::optional<seconds> AskedWait(const HttpResponse& response, Instant now);
inline constexpr seconds kLongestWait = hours{24};

// What the answer's headers say is left of the allowance, for people: "2,950 of 3,000 requests left, new ones in 4 min"; "" where they
// do not say.
std::string AllowanceLeft(const HttpResponse& response, Instant now);

// 30 s doubling to 15 min, and up to a quarter more taken from `dice` (any random number); 0 after no failure.
seconds BackOff(std::uint32_t failures_in_a_row, std::uint64_t dice);

// Turns a status that is not 2xx/304 into the Error a connector returns: 401 kSignIn, 403 kDenied,
// 404 kNotFound, 410 kGone, 429 kBusy, 408 and 5xx kUnavailable, 413 kTooLarge, else kMalformed.  retry_after is set from the
// headers where they ask.  `what` names the request for people: "searching Bluesky for \"Oakmoor\"".
Error StatusError(const HttpResponse& response, std::string_view what, Instant now);

}  // namespace heed
