// HEED_CHECK: for our own impossible things.  Strangers' bytes, networks and people's files never come here.
#pragma once

namespace heed::internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}

#define HEED_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::heed::internal::CheckFailed(__FILE__, __LINE__, #condition))
