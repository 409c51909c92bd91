#include "src/model/decision.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace heed {
namespace {

template <typename Enum>
using Names = std::pair<Enum, std::string_view>;

constexpr Names<Finding> kFindingNames[] = {
    {Finding::kDanger, "danger"},       {Finding::kChildImage, "child-image"}, {Finding::kSafeguarding, "safeguarding"}, {Finding::kAnonymity, "anonymity"},
    {Finding::kCriticism, "criticism"}, {Finding::kBreach, "breach"},          {Finding::kNotOurs, "not-ours"}};

constexpr Names<ResponseKind> kKindNames[] = {
    {ResponseKind::kAskAuthor, "ask-author"}, {ResponseKind::kReport, "report"},     {ResponseKind::kLetter, "letter"},     {ResponseKind::kMeeting, "meeting"},
    {ResponseKind::kRestrict, "restrict"},    {ResponseKind::kBan, "ban"},           {ResponseKind::kBullying, "bullying"}, {ResponseKind::kHelpline, "helpline"},
    {ResponseKind::kPolice, "police"},        {ResponseKind::kLegal, "legal"},       {ResponseKind::kComplaints, "complaints"}, {ResponseKind::kHide, "hide"}};

constexpr Names<ResponseState> kStateNames[] = {
    {ResponseState::kProposed, "proposed"},  {ResponseState::kHeld, "held"},         {ResponseState::kSending, "sending"},
    {ResponseState::kDone, "done"},          {ResponseState::kSentBack, "sent-back"}, {ResponseState::kDeclined, "declined"},
    {ResponseState::kCancelled, "cancelled"}, {ResponseState::kUncertain, "uncertain"}, {ResponseState::kRefused, "refused"}};

template <typename Enum, std::size_t N>
std::string_view NameOf(const Names<Enum> (&names)[N], Enum value) {
  const auto at = std::find_if(std::begin(names), std::end(names), [&](const auto& name) { return name.first == value; });
  return at == std::end(names) ? "unknown" : at->second;
}

template <typename Enum, std::size_t N>
std::optional<Enum> ValueOf(const Names<Enum> (&names)[N], std::string_view wanted) {
  const auto at = std::find_if(std::begin(names), std::end(names), [&](const auto& name) { return name.second == wanted; });
  return at == std::end(names) ? std::nullopt : std::optional(at->first);
}

}  // namespace

std::string_view ToString(Finding finding) { return NameOf(kFindingNames, finding); }
std::optional<Finding> ParseFinding(std::string_view name) { return ValueOf(kFindingNames, name); }
std::string_view ToString(ResponseKind kind) { return NameOf(kKindNames, kind); }
std::optional<ResponseKind> ParseResponseKind(std::string_view name) { return ValueOf(kKindNames, name); }
bool LeavesByInterface(ResponseKind kind) { return kind == ResponseKind::kReport || kind == ResponseKind::kHide; }
std::string_view ToString(ResponseState state) { return NameOf(kStateNames, state); }
std::optional<ResponseState> ParseResponseState(std::string_view name) { return ValueOf(kStateNames, name); }

Ruling RulingOf(Finding finding) {
  if (finding == Finding::kBreach || finding == Finding::kDanger) return Ruling::kUpheld;
  return finding == Finding::kCriticism ? Ruling::kDismissed : Ruling::kNone;
}

bool Allows(Finding finding, ResponseKind kind) {
  using Kind = ResponseKind;
  switch (finding) {
    case Finding::kBreach: return true;
    case Finding::kDanger: return kind != Kind::kComplaints;
    case Finding::kChildImage: return kind == Kind::kPolice || kind == Kind::kHelpline || kind == Kind::kLegal;
    case Finding::kSafeguarding: return kind == Kind::kPolice || kind == Kind::kLegal || kind == Kind::kBullying || kind == Kind::kMeeting || kind == Kind::kComplaints;
    case Finding::kAnonymity: return kind == Kind::kLegal || kind == Kind::kPolice || kind == Kind::kAskAuthor || kind == Kind::kReport || kind == Kind::kHide || kind == Kind::kLetter;
    case Finding::kCriticism: return kind == Kind::kComplaints || kind == Kind::kMeeting;
    case Finding::kNotOurs: return false;
  }
  return false;
}

bool NeedsApproval(Finding finding, ResponseKind kind) {
  if (kind == ResponseKind::kBullying) return false;
  if (kind == ResponseKind::kPolice) return finding != Finding::kDanger && finding != Finding::kChildImage;
  if (kind == ResponseKind::kHelpline) return finding != Finding::kChildImage;
  return true;
}

bool IsLive(ResponseState state) {
  return state == ResponseState::kProposed || state == ResponseState::kHeld || state == ResponseState::kSending || state == ResponseState::kUncertain;
}

}  // namespace heed
