// What changes the store, from the command line: by the running `heed serve` of the data folder, or here where none runs.
#pragma once

#include <string>
#include <string_view>

#include "src/app/act.h"
#include "src/app/installation.h"
#include "src/app/server.h"
#include "src/base/result.h"

namespace heed {

// `parse` makes of the server's answer what `here` makes of the store, opened for writing; both return a Result of the same.
template <typename Parse, typename Here>
auto ServerOrStore(const std::string& data, std::string_view request, Parse&& parse, Here&& here) -> decltype(parse(std::string())) {
  if (const auto answer = HEED_TRY(AskServer(data, request))) return parse(*answer);
  // Opening for writing would make a store where there is none.
  HEED_TRY(OpenStore(data, Access::kRead));
  const auto store = HEED_TRY(OpenStore(data, Access::kWrite));
  return here(*store);
}

// Does to a case what a person asked for; what it is then ("decided").
Result<std::string> DoAct(const std::string& data, const Act& act, Instant now);

}  // namespace heed
