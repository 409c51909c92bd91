#include "src/app/head_mail.h"

#include <algorithm>
#include <utility>

#include "src/app/alarm.h"
#include "src/app/anchors.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/net/pace.h"

namespace heed {
namespace {

std::string Schools(const Config& config) {
  if (!config.console.organisation.empty()) return config.console.organisation;
  std::string all;
  for (const auto& school : config.schools) all += (all.empty() ? "" : ", ") + school.name;
  return all;
}

Mail AMail(const Config& config, const WrittenHead& head, Instant now) {
  const std::string event = std::to_string(head.sequence), written = ToString(head);
  Mail mail{.from = config.alarm.mail_from, .to = config.evidence.heads_to, .subject = "heed: the custody chain up to event " + event, .text = {}, .date = now, .id = "heed-head-" + Sha256Hex(written).substr(0, 32)};
  mail.text = "At " + FormatLocal(now) + " the custody chain of heed at " + Schools(config) + " had " + event + (head.sequence == 1 ? " event" : " events") + ", and its head was\n\n  " + written + "\n\n" +
              "Please keep this message. The head is a fingerprint of everything that was written down until then: if any of it is ever changed,\n"
              "removed or put in another order, the chain no longer leads to this head. It holds nobody's words and nobody's name.\n\n"
              "Whether the chain still leads there is checked where heed runs, with\n\n  heed audit verify --head " + written + "\n\n" +
              "heed writes again when something has happened since, at most every " + FormatDuration(*config.evidence.anchor_every) + ".\n";
  return mail;
}

}  // namespace

std::string ToString(const WrittenHead& head) { return std::to_string(head.sequence) + ":" + Hex(head.hash); }

std::optional<WrittenHead> ParseHead(std::string_view text) {
  const auto colon = text.find(':');
  const auto digits = text.substr(0, colon);
  if (colon == std::string_view::npos || digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto bytes = FromHex(text.substr(colon + 1));
  WrittenHead head;
  if (!bytes || bytes->size() != head.hash.size()) return std::nullopt;
  head.sequence = std::stoull(std::string(digits));
  std::ranges::copy(*bytes, head.hash.begin());
  return head;
}

HeadMail::HeadMail(const Config& config, std::string data, const Store& store, const Clock& clock, MailSender mail)
    : config_(config), data_(std::move(data)), store_(store), clock_(clock), mail_(std::move(mail)) {}

Result<std::uint64_t> HeadMail::Look() {
  if (config_.evidence.heads_to.empty() || !config_.evidence.anchor_every) return 0u;
  const Instant now = clock_.Now();
  const std::string note = AnchorFolder(data_) + "/mailed.json";
  if (!read_) {
    if (Exists(note)) {
      const std::string text = HEED_TRY(ReadFile(note, 1 << 16));
      JsonParser parser;
      const Json mailed = HEED_TRY(parser.Parse(text));
      last_ = ParseRfc3339(mailed["at"].StringOr(""));
      sequence_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, mailed["event"].Int().value_or(0)));
    }
    read_ = true;
  }
  if (now < not_before_ || (last_ && now < *last_ + *config_.evidence.anchor_every && *last_ < now + kClockSlack)) return 0u;
  WrittenHead head;
  HEED_TRY(store_.EachEventBack([&](const Event& event) {
    head = {event.sequence, event.hash};
    return false;
  }));
  if (head.sequence == 0 || head.sequence == sequence_) return 0u;
  if (const auto sent = mail_(MailServerOf(config_.alarm), AMail(config_, head, now)); !sent) {
    not_before_ = now + BackOff(++failures_, Hash64("head mail"));
    return Fail(sent.error());
  }
  failures_ = 0;
  last_ = now;
  sequence_ = head.sequence;
  JsonWriter out;
  out.Object().Field("at", FormatRfc3339(now)).Field("event", head.sequence).EndObject();
  HEED_TRY(MakeFolder(AnchorFolder(data_)));
  HEED_TRY(WriteFile(note, out.Take(), 0600));
  return head.sequence;
}

}  // namespace heed
