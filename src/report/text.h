// The words of a report: a draft to start from, and a check that they describe what was written instead of repeating it.
//
// Some platforms refuse a report that holds a slur, and nobody at the school should have to type one.  Pure.
#pragma once

#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/model/assessment.h"
#include "src/model/case.h"
#include "src/model/post.h"
#include "src/model/school.h"

namespace heed {

// kInvalid when the text is empty, longer than `most` characters (0: no limit), or repeats words of the post that the rules found:
// each passage as a whole, and of short passages of abuse and discrimination each word that is not an ordinary one.  The message
// says which, hidden but for its first letter, and what to do.
Done CheckReportText(std::string_view text, const Post& post, const Assessment& assessment, std::size_t most);

// What heed would write: what the post is, where, since when, whom it is about and what it does, in a few sentences without anybody's
// name and without its words.  Cut to `most` characters (0: no limit).
std::string DraftReport(const Case& c, const Post& post, const School& school, std::size_t most);

}  // namespace heed
