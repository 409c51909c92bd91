// The tables of pages, one a file of pages/, and what those files share.
#pragma once

#include <span>
#include <string>

#include "src/console/page.h"

namespace heed {

std::span<const WebPage> EntryPages();     // signing in and out, passwords, second factor, links
std::span<const WebPage> HomePages();      // start, settings, notice, sources
std::span<const WebPage> CasePages();      // queue and case
std::span<const WebPage> PeoplePages();    // people and audit trail

// The form's or query's "next" when it is a path of ours, else "/".
std::string NextOf(const http::Fields& fields);

}  // namespace heed
