// `heed capture`: a person's own picture or saved page, added to a case.
#include "src/app/packs.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"

namespace heed {

int RunCaptureAdd(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  CaptureOrder order;
  order.case_id = arguments.case_id;
  order.file = arguments.words.at(0);
  order.how = arguments.how;
  order.address = arguments.address;
  order.actor = WhoAmI(arguments);
  if (!arguments.taken_at.empty()) {
    order.taken_at = ParseRfc3339(arguments.taken_at);
    if (!order.taken_at) return Complain(Error{Fault::kInvalid, "\"" + arguments.taken_at + "\" is not a time; write 2026-11-02T08:15:00Z"});
  }
  const auto added = AddStaffCapture(DataFolder(arguments.locations, *config), order, SystemClock{});
  if (!added) return Complain(added.error());
  if (arguments.json) Print(WriteCapture(*added) + "\n");
  else Print("Added to case " + std::to_string(order.case_id) + ": " + added->name + " (" + added->media_type + "), SHA-256 " + added->sha256 + "\nA pack of the case holds it, with a statement for you to sign.\n");
  return kExitDone;
}

}  // namespace heed
