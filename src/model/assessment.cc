#include "src/model/assessment.h"

namespace heed {

std::string_view ToString(View view) { return view == View::kSqueezed ? "squeezed" : "plain"; }

}  // namespace heed
