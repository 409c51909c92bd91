// What a helpline is told of a case, and when its time has come.
//
// POSH (staff) and Report Harmful Content ask that the platform is told first, and given 48 hours, unless a child may be in danger.
// Source: swgfl.org.uk; src/report/guide.h has the helplines.  Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/model/case.h"
#include "src/model/post.h"
#include "src/model/school.h"
#include "src/report/guide.h"

namespace heed {

// What the case is about: as people decided, else as the rules flagged it.
std::optional<Category> CategoryOf(const Case& c);

// Those that take such a case.
std::vector<const Helpline*> HelplinesFor(const Case& c);
// 48 hours after the platform was first told, by a report that is done, refused or perhaps arrived; nullopt: it has not been told.
std::optional<Instant> HelplineFrom(const Case& c);
// Everything they need, ready to be read out or sent: address, dates, what was tried with its references and answers.  Without the
// post's words.
std::string HandOverText(const Case& c, const Post& post, const School& school);

}  // namespace heed
