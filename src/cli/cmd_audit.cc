// `heed audit`: the installation's own custody chain.
#include "src/app/installation.h"
#include "src/app/packs.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"

namespace heed {

int RunAuditVerify(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  auto store = OpenStore(DataFolder(arguments.locations, *config), Access::kRead);
  if (!store) return Complain(store.error());
  const auto report = (*store)->VerifyChain();
  if (!report) return Complain(report.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("ok", !report->broken).Field("events", report->events).Field("erased", report->erased).Field("head", Hex(report->head)).Field("broken", report->broken.value_or("")).EndObject();
    Print(out.Take() + "\n");
    return report->broken ? kExitPartly : kExitDone;
  }
  std::string out;
  if (report->broken) out += "THE CHAIN DOES NOT HOLD: " + ForTerminal(*report->broken) + "\nKeep the data folder as it is, and restore a backup into another one to compare.\n";
  else out += "The chain holds: " + std::to_string(report->events) + " events, " + std::to_string(report->erased) + " of them without details because their time was up.\n";
  out += "Its head is " + Hex(report->head) + "\nWrite it down somewhere else: then nobody can take the chain back to before it unseen.\n";
  Print(out);
  return report->broken ? kExitPartly : kExitDone;
}

}  // namespace heed
