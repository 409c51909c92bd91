// What heed keeps, as JSON: what `heed queue --json`, `heed show --json` and `heed export` print.  Times are RFC 3339 in UTC, offsets
// are bytes of the judged text (JudgedText), names of states and kinds are those of src/model.
#pragma once

#include <optional>
#include <string_view>

#include "src/base/json.h"
#include "src/base/time.h"
#include "src/model/case.h"
#include "src/store/store.h"

namespace heed {

// Members of the object that is open:
void PutAssessment(JsonWriter& out, const Assessment& assessment);
void PutCase(JsonWriter& out, const Case& c);
void PutPost(JsonWriter& out, const Post& post);
// A value: what is known of an event, its details as the JSON they are.
void PutEvent(JsonWriter& out, const Event& event);

}  // namespace heed
