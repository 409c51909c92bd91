#include "src/cli/server_or_store.h"

#include "src/base/json.h"

namespace heed {

Result<std::string> DoAct(const std::string& data, const Act& act, Instant now) {
  return ServerOrStore(
      data, ToJson(act),
      [](const std::string& answer) -> Result<std::string> {
        JsonParser parser;
        const Json root = HEED_TRY(parser.Parse(answer));
        return std::string(root["state"].StringOr(""));
      },
      [&](Store& store) -> Result<std::string> {
        const Case after = HEED_TRY(Perform(store, act, now));
        return std::string(ToString(after.state));
      });
}

}  // namespace heed
