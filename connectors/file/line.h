// The obvious way to read a line, for the tests that hold the fast way to it.
#pragma once

#include <optional>
#include <string_view>

#include "src/base/json.h"
#include "src/base/result.h"
#include "src/model/post.h"

namespace heed {

// As ParsePostLine (file.h), always by the JSON parser.
Result<std::optional<Post>> ParsePostLinePlainly(std::string_view line, JsonParser& parser);

}  // namespace heed
