#include "src/report/handover.h"

#include <algorithm>

#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/model/report.h"

namespace heed {
namespace {

constexpr hours kPatience{48};

bool WasTold(const Response& response) {
  const bool asks = response.kind == ResponseKind::kReport || response.kind == ResponseKind::kAskAuthor;
  return asks && (response.state == ResponseState::kDone || response.state == ResponseState::kRefused || response.state == ResponseState::kUncertain);
}

Instant When(const Response& response) { return response.done_at.value_or(response.decided_at.value_or(response.proposed_at)); }

}  // namespace

std::optional<Category> CategoryOf(const Case& c) {
  if (c.decision && c.decision->category) return c.decision->category;
  return c.assessment.categories.empty() ? std::nullopt : std::optional(c.assessment.categories.front());
}

std::vector<const Helpline*> HelplinesFor(const Case& c) {
  std::vector<const Helpline*> lines;
  const auto category = CategoryOf(c);
  for (const auto& line : Helplines())
    if (category != Category::kDefamation || line.takes_defamation) lines.push_back(&line);
  return lines;
}

std::optional<Instant> HelplineFrom(const Case& c) {
  std::optional<Instant> first;
  for (const auto& response : c.responses)
    if (response.kind == ResponseKind::kReport && WasTold(response)) first = std::min(first.value_or(When(response)), When(response));
  return first ? std::optional(*first + kPatience) : std::nullopt;
}

std::string HandOverText(const Case& c, const Post& post, const School& school) {
  const auto safe = [](std::string_view text) { return ForTerminal(ClipUtf8(text, 600)); };
  std::string out = "Address: " + safe(post.permalink) + "\nPlatform: " + safe(post.platform) + "\n";
  if (post.created_at) out += "Posted: " + FormatLocal(*post.created_at) + "\n";
  out += "First seen by the school: " + FormatLocal(c.opened_at) + "\nSchool: " + safe(school.name) + "\n";
  if (const auto category = CategoryOf(c)) out += "What it does: " + std::string(ToString(*category)) + (c.decision && c.decision->severity ? ", severity " + std::to_string(c.decision->severity) + " of 4" : std::string()) + "\n";
  out += "Tried so far:\n";
  bool tried = false;
  for (const auto& response : c.responses) {
    if (!WasTold(response)) continue;
    tried = true;
    out += "- " + std::string(response.kind == ResponseKind::kReport ? "report" : "asked the author") + (response.to.empty() || response.kind != ResponseKind::kReport ? "" : " to " + safe(response.to)) + ", " + FormatLocal(When(response)) + ": " +
           (response.state == ResponseState::kDone ? "made" : response.state == ResponseState::kRefused ? "refused" : "may have arrived");
    if (!response.reference.empty()) out += ", number " + safe(response.reference);
    if (!response.note.empty()) out += ", answer: " + safe(response.note);
    out += "\n";
  }
  if (!tried) out += "- nothing yet\n";
  if (c.checked_at && !c.presence.empty()) out += "When last looked at, " + FormatLocal(*c.checked_at) + ": " + c.presence + (IsGone(ParsePresence(c.presence).value_or(Presence::kUnknown)) && !c.presence_confirmed ? " (said once)" : "") + "\n";
  return out + "Screenshots made by a person are attached.\n";
}

}  // namespace heed
