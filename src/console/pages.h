// The tables of pages, one a file of pages/, and what those files share.
#pragma once

#include <span>
#include <string>

#include "src/console/page.h"

namespace heed {

std::span<const WebPage> EntryPages();     // signing in and out, passwords, second factor, links
std::span<const WebPage> HomePages();      // start, settings, notice, sources
std::span<const WebPage> QueuePages();     // the queue, its bursts
std::span<const WebPage> BulkPages();      // several cases at once
std::span<const WebPage> ViewPages();      // one's own lists of the queue
std::span<const WebPage> CasePages();      // one case, to be read
std::span<const WebPage> WorkPages();      // deciding, responding, approving
std::span<const WebPage> LexiconPages();   // words, rules, their record; insights
std::span<const WebPage> PeoplePages();    // people and audit trail

// A response for a list or a page of its own: number, what, to, state, colour, proposed, proposed_by, ruled, ruled_by, note, reference.
Slots ResponseSlots(const Case& c, const Response& response);

// The form's or query's "next" when it is a path of ours, else "/".
std::string NextOf(const http::Fields& fields);

}  // namespace heed
