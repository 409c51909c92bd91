#include "src/model/report.h"

#include <algorithm>

#include "src/base/json.h"
#include "src/model/case.h"

namespace heed {
namespace {

constexpr std::array<seconds, 5> kLooks = {hours{1}, days{1}, days{3}, days{7}, days{30}};
constexpr seconds kSayItTwice = minutes{10}, kAfterFailure = hours{1};

bool AsksForRemoval(const Response& response) {
  return LeavesByInterface(response.kind) || response.kind == ResponseKind::kAskAuthor;
}

constexpr std::pair<Presence, std::string_view> kPresenceNames[] = {
    {Presence::kUp, "up"},
    {Presence::kUpEdited, "up_edited"},
    {Presence::kUpLimited, "up_limited"},
    {Presence::kGoneByAuthor, "gone_by_author"},
    {Presence::kGoneByPlatform, "gone_by_platform"},
    {Presence::kGoneUnknown, "gone_unknown"},
    {Presence::kAccountGone, "account_gone"},
    {Presence::kNotVisible, "not_visible_to_us"},
    {Presence::kUnknown, "unknown"},
};

}  // namespace

std::string ToJson(const ReportChoice& choice) {
  JsonWriter out;
  out.Object();
  if (!choice.channel.empty()) out.Field("channel", choice.channel);
  if (choice.forward) out.Field("forward", true);
  if (!choice.label.empty()) out.Field("label", choice.label);
  if (!choice.notice.empty()) out.Field("notice", choice.notice);
  if (!choice.reason.empty()) out.Field("reason", choice.reason);
  if (choice.silent) out.Field("silent", true);
  out.EndObject();
  return out.Take();
}

Result<ReportChoice> ParseReportChoice(std::string_view json) {
  if (json.empty()) return ReportChoice{};
  JsonParser parser;
  const auto root = parser.Parse(json);
  if (!root || !root->IsObject()) return Fail(Fault::kInvalid, "the report's options are not a JSON object such as {\"reason\":\"other\"}");
  ReportChoice choice;
  choice.reason = (*root)["reason"].StringOr("");
  choice.channel = (*root)["channel"].StringOr("");
  choice.label = (*root)["label"].StringOr("");
  choice.notice = (*root)["notice"].StringOr("");
  choice.forward = (*root)["forward"].Bool().value_or(false);
  choice.silent = (*root)["silent"].Bool().value_or(false);
  return choice;
}

std::string_view ToString(Fate fate) {
  switch (fate) {
    case Fate::kAccepted: return "accepted";
    case Fate::kRefused: return "refused";
    case Fate::kUncertain: return "uncertain";
    case Fate::kNotSent: return "not-sent";
  }
  return "unknown";
}

std::string_view ToString(Presence presence) {
  for (const auto& [value, name] : kPresenceNames)
    if (value == presence) return name;
  return "unknown";
}

std::optional<Presence> ParsePresence(std::string_view name) {
  for (const auto& [value, known] : kPresenceNames)
    if (known == name) return value;
  return std::nullopt;
}

bool IsGone(Presence presence) {
  return presence == Presence::kGoneByAuthor || presence == Presence::kGoneByPlatform || presence == Presence::kGoneUnknown || presence == Presence::kAccountGone;
}

std::optional<Instant> NextCheck(const Case& c) {
  if (c.presence_confirmed) return std::nullopt;
  std::optional<Instant> next, end;
  for (const auto& response : c.responses) {
    if (!AsksForRemoval(response) || response.state != ResponseState::kDone || !response.done_at) continue;
    end = std::max(end.value_or(Instant{}), *response.done_at + kLooks.back() + days{1});
    for (const auto after : kLooks) {
      const Instant at = *response.done_at + after;
      if (c.checked_at && *c.checked_at >= at) continue;
      if (!next || at < *next) next = at;
      break;
    }
  }
  if (!end || !c.checked_at || *c.checked_at >= *end) return next;
  const auto presence = ParsePresence(c.presence).value_or(Presence::kUnknown);
  std::optional<Instant> sooner;
  if (IsGone(presence)) sooner = *c.checked_at + kSayItTwice;
  else if (presence == Presence::kUnknown) sooner = *c.checked_at + kAfterFailure;
  if (sooner && (!next || *sooner < *next)) next = sooner;
  return next;
}

std::optional<Instant> NextInOutbox(const Case& c) {
  auto next = NextCheck(c);
  for (const auto& response : c.responses) {
    const bool waits = response.state == ResponseState::kHeld || response.state == ResponseState::kSending;
    if (!LeavesByInterface(response.kind) || !waits || !response.leaves_at) continue;
    if (!next || *response.leaves_at < *next) next = response.leaves_at;
  }
  return next;
}

}  // namespace heed
