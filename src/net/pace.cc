// Reads what a server's headers ask of us.
#include "src/net/pace.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

// "30", "598.0"; nullopt for anything else, a negative number included.
std::optional<double> ReadNumber(std::string_view text) {
  text = Trim(text);
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

// Rounded up: never a moment early.
seconds Clamp(double wait) {
  if (!(wait > 0)) return seconds{0};
  return seconds{static_cast<std::int64_t>(std::min(std::ceil(wait), static_cast<double>(kLongestWait.count())))};
}
seconds Clamp(microseconds wait) { return Clamp(static_cast<double>(wait.count()) / 1e6); }

// A time on the server's clock is measured against the server's clock where it shows it, so that a machine
// whose own clock is wrong still waits as long as it was asked to.
Instant ServersNow(const HttpResponse& response, Instant now) {
  return ParseRfc822(response.Header("date")).value_or(now);
}

std::optional<seconds> WaitUntilReset(const HttpResponse& response, std::string_view reset, Instant now) {
  if (const auto at = ParseRfc3339(Trim(reset))) return Clamp(*at - ServersNow(response, now));
  const auto number = ReadNumber(reset);
  if (!number) return std::nullopt;
  // Nobody asks for thirty years: a number this large is an instant, in seconds or in milliseconds.
  constexpr double kSmallestEpoch = 1e9, kSmallestEpochMillis = 1e12;
  if (*number < kSmallestEpoch) return Clamp(*number);
  const double epoch = *number >= kSmallestEpochMillis ? *number / 1000 : *number;
  return Clamp(epoch - static_cast<double>(ServersNow(response, now).time_since_epoch().count()) / 1e6);
}

constexpr double kMostRequests = 1e12;  // more is no count of requests

// "12,345"
std::string WithThousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

// The reason a server gives in its own words, in the shapes our platforms use; "" where there is none.
std::string ServersReason(const HttpResponse& response) {
  constexpr std::size_t kLongest = 200;
  if (response.Header("content-type").find("json") == std::string_view::npos) return "";
  JsonParser parser;
  const auto json = parser.Parse(response.body);
  if (!json) return "";
  for (const std::string_view key : {"message", "error_description", "error", "detail"}) {
    const std::string_view reason = Trim((*json)[key].StringOr(""));
    if (!reason.empty()) return ForTerminal(ClipUtf8(reason, kLongest));
  }
  return "";
}

}  // namespace

std::optional<seconds> AskedWait(const HttpResponse& response, Instant now) {
  if (const std::string_view asked = Trim(response.Header("retry-after")); !asked.empty()) {
    if (const auto wait = ReadNumber(asked)) return Clamp(*wait);
    if (const auto at = ParseRfc822(asked)) return Clamp(*at - ServersNow(response, now));
  }
  std::optional<seconds> longest;
  for (const std::string prefix : {"ratelimit-", "x-ratelimit-", "x-rate-limit-"}) {
    const std::string_view reset = response.Header(prefix + "reset");
    if (reset.empty()) continue;
    const auto remaining = ReadNumber(response.Header(prefix + "remaining"));
    // Without a count, the reset of an ordinary answer is only information; of a 429 it is the answer.
    const bool used_up = remaining ? *remaining < 1 : response.status == 429;
    if (!used_up) continue;
    if (const auto wait = WaitUntilReset(response, reset, now)) longest = std::max(longest.value_or(seconds{0}), *wait);
  }
  return longest;
}

std::string AllowanceLeft(const HttpResponse& response, Instant now) {
  for (const std::string prefix : {"ratelimit-", "x-ratelimit-", "x-rate-limit-"}) {
    const auto remaining = ReadNumber(response.Header(prefix + "remaining"));
    if (!remaining || *remaining > kMostRequests) continue;
    const auto limit = ReadNumber(response.Header(prefix + "limit"));
    std::string text = WithThousands(static_cast<std::uint64_t>(*remaining));
    if (limit && *limit <= kMostRequests) text += " of " + WithThousands(static_cast<std::uint64_t>(*limit));
    text += " requests left";
    const auto reset = WaitUntilReset(response, response.Header(prefix + "reset"), now);
    if (reset && *reset > seconds{0}) text += ", new ones in " + FormatDuration(*reset);
    return text;
  }
  return "";
}

seconds BackOff(std::uint32_t failures_in_a_row, std::uint64_t dice) {
  if (failures_in_a_row == 0) return seconds{0};
  constexpr seconds kFirst{30}, kMost{minutes{15}};
  const std::uint32_t doublings = std::min(failures_in_a_row - 1, 5u);
  const seconds base = std::min(kFirst * (1 << doublings), kMost);
  return base + seconds{static_cast<std::int64_t>(dice % static_cast<std::uint64_t>(base.count() / 4 + 1))};
}

Error StatusError(const HttpResponse& response, std::string_view what, Instant now) {
  const int status = response.status;
  Fault fault = Fault::kMalformed;
  std::string_view meaning = "an answer heed does not know what to do with";
  if (status == 401) {
    fault = Fault::kSignIn, meaning = "it wants a valid sign-in; renew the credentials";
  } else if (status == 403) {
    fault = Fault::kDenied, meaning = "it refuses; check permissions and terms";
  } else if (status == 404) {
    fault = Fault::kNotFound, meaning = "there is nothing at this address";
  } else if (status == 410) {
    fault = Fault::kGone, meaning = "it is gone for good";
  } else if (status == 413) {
    fault = Fault::kTooLarge, meaning = "it finds the request too large";
  } else if (status == 429) {
    fault = Fault::kBusy, meaning = "it was asked too often";
  } else if (status == 408 || (status >= 500 && status < 600)) {
    fault = Fault::kUnavailable, meaning = "it has trouble of its own";
  } else if (status >= 300 && status < 400) {
    meaning = "it sends us elsewhere, where heed does not follow";
  }
  std::string message(what);
  message += ": status " + std::to_string(status) + ", " + std::string(meaning);
  if (const std::string reason = ServersReason(response); !reason.empty()) message += " (it says: " + reason + ")";
  const auto wait = AskedWait(response, now);
  if (wait && (fault == Fault::kBusy || fault == Fault::kUnavailable)) message += "; it asks to be left alone for " + FormatDuration(*wait);
  Error error(fault, std::move(message));
  return wait ? std::move(error).RetryAfter(*wait) : error;
}

}  // namespace heed
