// The chain that audit rows form, like the events' (src/store/chain.h) and apart from it.
//
//   hash = SHA-256(previous canonical)
//   canonical = {"action":...,"actor":...,"at":...,"details":...,"school":...,"sequence":...,"subject":...}
//
// canonical is JSON with sorted keys and no white space; `previous` is 32 bytes.  The oldest rows go when their time is up;
// what is left still follows from the first that is left.  DO NOT CHANGE: hashes written down elsewhere would differ.
#pragma once

#include "src/model/person.h"

namespace heed {

Digest AuditHash(const AuditRow& row);

}  // namespace heed
