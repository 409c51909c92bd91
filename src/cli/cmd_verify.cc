// `heed verify`: checks a pack on any machine, without store or network.
#include "src/app/packs.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"

namespace heed {
namespace {

void PutStamps(JsonWriter& out, std::string_view key, const std::vector<SeenStamp>& stamps) {
  out.Key(key).Array();
  for (const auto& seen : stamps)
    out.Object().Field("file", seen.file).Field("at", FormatRfc3339(seen.stamp.at)).Field("authority", seen.stamp.authority).Field("serial", seen.stamp.serial).Field("policy", seen.stamp.policy)
        .Field("trusted", seen.stamp.not_trusted.empty()).EndObject();
  out.EndArray();
}

}  // namespace

int RunVerify(const Arguments& arguments) {
  CheckOrder order;
  order.path = arguments.words.at(0);
  order.options.certificates = arguments.certificates;
  order.options.key = std::string(Trim(arguments.key));
  if (!arguments.passphrase_file.empty()) {
    auto passphrase = PassphraseFrom(arguments.passphrase_file);
    if (!passphrase) return Complain(passphrase.error());
    order.passphrase = *std::move(passphrase);
  }
  const auto report = CheckPack(order);
  if (!report) return Complain(report.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("ok", report->ok()).Field("pack", report->id).Field("kind", report->kind).Field("key_fingerprint", report->fingerprint).Field("sealed_for", report->recipient);
    out.Field("files", report->files).Field("bytes", report->bytes).Field("events", report->events).Field("captures", report->captures).Field("chain_head", report->chain_head).Key("cases").Array();
    for (const auto id : report->cases) out.Int(static_cast<std::int64_t>(id));
    out.EndArray();
    PutStamps(out, "time_stamps", report->stamps);
    PutStamps(out, "anchors", report->anchors);
    out.Key("faults").Array();
    for (const auto& fault : report->faults) out.Object().Field("file", fault.file).Field("what", fault.what).EndObject();
    out.EndArray().Key("notes").Array();
    for (const auto& note : report->notes) out.String(note);
    out.EndArray().EndObject();
    Print(out.Take() + "\n");
    return report->ok() ? kExitDone : kExitPartly;
  }
  std::string out;
  if (report->ok()) {
    out += "All of it holds: pack " + ForTerminal(report->id) + " (" + ForTerminal(report->kind) + "), " + std::to_string(report->cases.size()) + " cases, " + std::to_string(report->files) + " files, " +
           std::to_string(report->events) + " events in the custody chain";
    out += report->captures > 0 ? ", " + std::to_string(report->captures) + " captures.\n" : ".\n";
  } else {
    out += "THIS PACK DOES NOT HOLD: " + std::to_string(report->faults.size()) + (report->faults.size() == 1 ? " fault.\n" : " faults.\n");
    for (const auto& fault : report->faults) out += "  " + (fault.file.empty() ? std::string("the pack") : fault.file) + ": " + ForTerminal(fault.what) + "\n";
  }
  if (!report->recipient.empty()) out += "Sealed for " + ForTerminal(report->recipient) + ".\n";
  if (!report->fingerprint.empty())
    out += "Signed with the key " + report->fingerprint + (order.options.key.empty() ? "\n  Compare it with the one the school tells you by another way; anybody can sign with a key of their own.\n" : ", the one expected.\n");
  for (const auto& seen : report->stamps)
    out += "Time-stamped " + FormatRfc3339(seen.stamp.at) + " by " + ForTerminal(seen.stamp.authority) + (seen.stamp.not_trusted.empty() ? ", which is trusted here.\n" : ", which is not trusted here.\n");
  for (const auto& seen : report->anchors)
    out += "The chain was time-stamped " + FormatRfc3339(seen.stamp.at) + " by " + ForTerminal(seen.stamp.authority) + " (" + seen.file + ").\n";
  for (const auto& note : report->notes) out += "Note: " + ForTerminal(note) + "\n";
  Print(out);
  return report->ok() ? kExitDone : kExitPartly;
}

}  // namespace heed
