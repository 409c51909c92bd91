// What somebody at a command line (or a page) does to a case, as one value: the same whether this process has the store or asks the
// running server to do it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/base/json.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/casework/details.h"
#include "src/model/case.h"
#include "src/store/store.h"

namespace heed {

struct Act {
  std::string verb;   // one of ActVerbs()
  CaseId case_id = 0;
  std::string actor;  // a person's id
  ActDetails details; // what the verb needs; see src/casework/acts.h
  bool close = false; // decide: close in the same breath
  seconds hold{300};  // approve: how long it can still be cancelled

  bool operator==(const Act&) const = default;
};

struct ActVerb {
  std::string_view name, help;
};
const std::vector<ActVerb>& ActVerbs();

std::string ToJson(const Act& act);
Result<Act> ParseAct(Json json);

// Reads the case, does it, records it.  kExists: somebody else was quicker; look again.
Result<Case> Perform(Store& store, const Act& act, Instant now);

}  // namespace heed
