// The tables of pages, one a file of pages/, and what those files share.
#pragma once

#include <span>
#include <string>

#include "src/console/page.h"

namespace heed {

std::span<const WebPage> EntryPages();     // signing in and out, passwords, second factor, links
std::span<const WebPage> HomePages();      // start, settings, notice, sources
std::span<const WebPage> CasePages();      // queue and case
std::span<const WebPage> WorkPages();      // deciding, responding, approving
std::span<const WebPage> ReportPages();    // reports to platforms, by interface and by hand; what comes of them
std::span<const WebPage> NoticePages();    // section 5 notices, notices of illegal content, helplines
std::span<const WebPage> LexiconPages();   // words, rules, their record; insights
std::span<const WebPage> PeoplePages();    // people and audit trail

// A response for a list or a page of its own: number, what, to, state, colour, proposed, proposed_by, ruled, ruled_by, note, reference.
Slots ResponseSlots(const Case& c, const Response& response);

// "/cases/12".
std::string CasePath(const Visit& visit);
// The form was made from the case as it is.
bool IsFreshForm(const Visit& visit);
http::Response MovedOn(Visit& visit);
// Records a change and goes on to a page; or says why not.
http::Response FinishChange(Visit& visit, const Result<Change>& change, std::string_view where, std::string_view done);

// What is to be done about a case's reports by when, and whether its post is still up: for templates/watch.mustache.
void AddWatch(const Visit& visit, Slots& view);
// How many such things there are over these schools' open cases; of many cases the worst hundred are counted.
Result<std::size_t> CountDue(const Visit& visit, const std::vector<std::string>& schools);
// What a report's page shows beyond other responses: the reason chosen, what it waits for, where a person carries it out.
void AddReport(const Visit& visit, const Response& response, Slots& view);

// The form's or query's "next" when it is a path of ours, else "/".
std::string NextOf(const http::Fields& fields);

}  // namespace heed
