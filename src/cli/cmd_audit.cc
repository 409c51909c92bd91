// `heed audit`: the installation's own custody chain.
#include <cstdio>

#include "src/app/anchors.h"
#include "src/app/head_mail.h"
#include "src/app/installation.h"
#include "src/app/packs.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"

namespace heed {

int RunAuditVerify(const Arguments& arguments) {
  std::vector<WrittenHead> heads;
  for (const auto& text : arguments.heads) {
    const auto head = ParseHead(text);
    if (!head) {
      std::fprintf(stderr, "heed: --head %s is no head; it reads 123:64 hexadecimal digits, as it was mailed\n", ForTerminal(text).c_str());
      return kExitUsage;
    }
    heads.push_back(*head);
  }
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const std::string data = DataFolder(arguments.locations, *config);
  auto store = OpenStore(data, Access::kRead);
  if (!store) return Complain(store.error());
  const auto report = (*store)->VerifyChain();
  if (!report) return Complain(report.error());
  const std::string& certificates = arguments.certificates.empty() ? config->evidence.certificates : arguments.certificates;
  const auto anchors = CheckAnchors(arguments.anchors.empty() ? AnchorFolder(data) : arguments.anchors, **store, certificates);
  if (!anchors) return Complain(anchors.error());
  // What people did and looked at beside cases is a chain of its own.
  const auto trail = (*store)->VerifyAudit();
  if (!trail) return Complain(trail.error());
  // Of a chain that does not hold nothing else is asked.
  const auto clock = report->broken ? Result<ClockFindings>() : CheckClockOf(**store, *anchors);
  if (!clock) return Complain(clock.error());
  std::vector<std::string> lost;
  for (const auto& head : heads) {
    std::optional<Digest> there;
    if (head.sequence > 0)
      if (const auto found = (*store)->EachEvent(head.sequence, head.sequence, [&](const Event& event) { there = event.hash; }); !found) return Complain(found.error());
    if (!there) lost.push_back("event " + std::to_string(head.sequence) + " was written down, and the chain no longer has it: it was cut short or taken back");
    else if (*there != head.hash) lost.push_back("event " + std::to_string(head.sequence) + " is not the one that was written down: the chain was written anew");
  }
  bool good = !report->broken && !trail->broken && clock->flaws.empty() && lost.empty();
  for (const auto& anchor : *anchors) good = good && anchor.stamp;
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("ok", good).Field("events", report->events).Field("erased", report->erased).Field("head", Hex(report->head)).Field("broken", report->broken.value_or("")).Field("trail", trail->events).Field("trail_broken", trail->broken.value_or("")).Key("clock").Array();
    for (const auto& flaw : clock->flaws) out.String(flaw);
    out.EndArray().Key("clock_set").Array();
    for (const auto& note : clock->notes) out.String(note);
    out.EndArray().Key("lost").Array();
    for (const auto& flaw : lost) out.String(flaw);
    out.EndArray().Key("anchors").Array();
    for (const auto& anchor : *anchors) {
      out.Object().Field("file", anchor.file).Field("event", anchor.sequence).Field("flaw", anchor.flaw);
      if (anchor.stamp) out.Field("at", FormatRfc3339(anchor.stamp->at)).Field("authority", anchor.stamp->authority).Field("trusted", anchor.stamp->not_trusted.empty());
      out.EndObject();
    }
    out.EndArray().EndObject();
    Print(out.Take() + "\n");
    return good ? kExitDone : kExitPartly;
  }
  std::string out;
  if (report->broken) out += "THE CHAIN DOES NOT HOLD: " + ForTerminal(*report->broken) + "\nKeep the data folder as it is, and restore a backup into another one to compare.\n";
  else out += "The chain holds: " + std::to_string(report->events) + " events, " + std::to_string(report->erased) + " of them without details because their time was up.\n";
  if (trail->broken) out += "THE AUDIT TRAIL DOES NOT HOLD: " + ForTerminal(*trail->broken) + "\nKeep the data folder as it is.\n";
  else out += "The audit trail holds: " + std::to_string(trail->events) + (trail->events == 1 ? " entry.\n" : " entries.\n");
  for (const auto& anchor : *anchors) {
    if (!anchor.stamp) out += "ANCHOR " + ForTerminal(anchor.file) + " DOES NOT HOLD: " + ForTerminal(anchor.flaw) + "\n";
    else
      out += "Event " + std::to_string(anchor.sequence) + " and all before it were written by " + FormatRfc3339(anchor.stamp->at) + ", says " + ForTerminal(anchor.stamp->authority) +
             (anchor.stamp->not_trusted.empty() ? ".\n" : ", which is not trusted here.\n");
  }
  for (const auto& flaw : lost) out += "THE CHAIN IS ANOTHER: " + flaw + "\n";
  if (!heads.empty() && lost.empty() && !report->broken) out += heads.size() == 1 ? "It leads to the head that was written down.\n" : "It leads to each head that was written down.\n";
  for (const auto& flaw : clock->flaws) out += "THE CLOCK WAS WRONG: " + ForTerminal(flaw) + "\n";
  for (const auto& note : clock->notes) out += "Note: " + ForTerminal(note) + "\n";
  out += "The chain's head is " + ToString(WrittenHead{report->events, report->head}) + "\n";
  out += anchors->empty() ? "Nobody has time-stamped it yet. Write the head down somewhere else, or have it stamped with `heed audit anchor`: then nobody can take the chain back unseen.\n"
                          : "Keep copies of the anchors somewhere else: whoever can take the store back can take them along.\n";
  Print(out);
  return good ? kExitDone : kExitPartly;
}

int RunAuditAnchor(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const std::string data = DataFolder(arguments.locations, *config);
  auto store = OpenStore(data, Access::kRead);
  if (!store) return Complain(store.error());
  const auto anchoring = AnchorChain(*config, data, **store);
  if (!anchoring) return Complain(anchoring.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("event", anchoring->sequence).Key("made").Array();
    for (const auto& anchor : anchoring->made)
      out.Object().Field("file", anchor.file).Field("at", FormatRfc3339(anchor.stamp->at)).Field("authority", anchor.stamp->authority).Field("trusted", anchor.stamp->not_trusted.empty()).EndObject();
    out.EndArray().Key("failed").Array();
    for (const auto& [url, error] : anchoring->failed) out.String(error.message());
    out.EndArray().EndObject();
    Print(out.Take() + "\n");
  } else {
    std::string out;
    if (anchoring->sequence == 0) out += "The chain is empty: there is nothing to time-stamp.\n";
    for (const auto& anchor : anchoring->made)
      out += "Event " + std::to_string(anchor.sequence) + " time-stamped " + FormatRfc3339(anchor.stamp->at) + " by " + ForTerminal(anchor.stamp->authority) +
             (anchor.stamp->not_trusted.empty() ? "" : ", which is not trusted here") + ": anchors/" + anchor.file + "\n";
    for (const auto& [url, error] : anchoring->failed) out += "Not time-stamped: " + ForTerminal(error.message()) + "; run this again later\n";
    Print(out);
  }
  return anchoring->failed.empty() ? kExitDone : kExitPartly;
}

}  // namespace heed
