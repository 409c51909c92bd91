// The tables of pages, one a file of pages/, and what those files share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "src/console/page.h"

namespace heed {

std::span<const WebPage> EntryPages();     // signing in and out, passwords, second factor, links
std::span<const WebPage> SchoolAccountPages();  // signing in with a school account; which account is whose
std::span<const WebPage> HomePages();      // start, settings, notice, sources
std::span<const WebPage> QueuePages();     // the queue, its bursts
std::span<const WebPage> BulkPages();      // several cases at once
std::span<const WebPage> ViewPages();      // one's own lists of the queue
std::span<const WebPage> CasePages();      // one case, to be read
std::span<const WebPage> WorkPages();      // deciding, responding, approving
std::span<const WebPage> TipPages();       // handing in what staff were sent
std::span<const WebPage> EvidencePages();  // files kept with a case, holds, packs
std::span<const WebPage> ReportPages();    // reports to platforms, by interface and by hand; what comes of them
std::span<const WebPage> NoticePages();    // section 5 notices, notices of illegal content, helplines
std::span<const WebPage> LexiconPages();   // words, rules, their record; insights
std::span<const WebPage> EntryWordsPages();   // one entry: shadow, back-test, publishing, retiring
std::span<const WebPage> ProposePages();      // proposing words or a rule; word groups
std::span<const WebPage> TemplatePages();  // the templates of letters; a letter as PDF
std::span<const WebPage> AccessRequestPages();  // what is kept about one person who asks
std::span<const WebPage> PeoplePages();    // people and audit trail

// "a sexual image of a child", as it stands behind "found to be".
std::string_view FindingWords(Finding finding);

// A response for a list or a page of its own: number, what, to, state, colour, proposed, proposed_by, ruled, ruled_by, note, reference.
Slots ResponseSlots(const Visit& visit, const Case& c, const Response& response);

// Writes into the audit trail that the visitor sees whose account the post of their case is from, before it is shown: what cannot be written down is not
// shown.  `where` says on which page: "the post's address".
Done NoteAuthor(const Visit& visit, std::string_view where);
// The same where what is `shown` leads to the account: an address with its name in it, most often.
Done NoteAuthorIn(const Visit& visit, const Post& post, std::string_view shown, std::string_view where);

// The response that was sent back and is now changed, by the query's "from"; nullptr where there is none of that kind.
const Response* ProposedBefore(const Visit& visit, ResponseKind kind);
std::string WhySentBack(const Visit& visit, const Response& response);
// "2026-11-02 08:15" in the school's time (the process's time zone is the configured one), or RFC 3339 with a zone.
std::optional<Instant> ReadSchoolTime(std::string_view text);

// Where somebody goes who has come this far with signing in.
std::string AfterStage(Stage stage, const std::string& next);
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
