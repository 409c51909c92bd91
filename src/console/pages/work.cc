// Working on a case: claiming, handing over, deciding, proposing, approving.
//
// Every form says which moment of the case it was made from; a case that has moved on since is shown again instead of changed.
#include <algorithm>
#include <array>
#include <ctime>

#include "src/base/text.h"
#include "src/casework/acts.h"
#include "src/console/console.h"
#include "src/console/letters.h"
#include "src/console/pages.h"
#include "src/console/words.h"
#include "src/model/report.h"

namespace heed {
namespace {

constexpr Roles kWorks = Only(Role::kTriage, Role::kHead);
constexpr Roles kApproves = Only(Role::kHead);
constexpr seconds kHold = minutes{5};
constexpr std::size_t kMostListed = 100;
constexpr days kLongestSnooze{31};
constexpr const char* kMorning = " 08:00";  // when a case comes back that was left until a day

std::string PathOf(const Visit& visit) { return CasePath(visit); }

std::optional<std::uint64_t> Number(std::string_view text) {
  if (text.empty() || text.size() > 9 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return std::stoull(std::string(text));
}

bool IsFresh(const Visit& visit) { return IsFreshForm(visit); }

http::Response Finish(Visit& visit, const Result<Change>& change, std::string_view where, std::string_view done) { return FinishChange(visit, change, where, done); }

// --- who works on it

http::Response DoClaim(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  return Finish(visit, Claim(*visit.c, visit.person().id, visit.now), PathOf(visit), "The case is yours for half an hour. Others see that, and can still read it.");
}

http::Response DoRelease(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  return Finish(visit, Release(*visit.c, visit.person().id, visit.now), PathOf(visit), "You no longer hold the case.");
}

http::Response DoAssign(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  const std::string& to = visit.form.Get("to");
  if (!to.empty()) {
    const auto person = visit.parts.store.FindPerson(to);
    if (!person || person->locked || !(person->At(visit.c->school) & kWorks)) return visit.Say(422, "They cannot have it", {"There is nobody of that name who works on this school's cases."}, PathOf(visit), "Back to the case");
  }
  return Finish(visit, Assign(*visit.c, visit.person().id, to, visit.form.Get("note"), visit.now), PathOf(visit), to.empty() ? "The case is everybody's again." : "Handed over.");
}

http::Response DoSnooze(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  std::optional<Instant> until;
  if (const std::string day(Trim(visit.form.Get("until"))); !day.empty()) until = ReadSchoolTime(day + kMorning);
  else if (const auto length = ParseDuration(visit.form.Get("for"))) until = visit.now + *length;
  if (!until || *until <= visit.now || *until > visit.now + kLongestSnooze) return visit.Say(422, "Choose how long", {"A case can be left until a day that is still to come, for up to a month. Nothing was changed."}, PathOf(visit), "Back to the case");
  return Finish(visit, Snooze(*visit.c, visit.person().id, *until, visit.form.Get("note"), visit.now), "/queue", "Left until " + FormatLocal(*until) + ". It comes back by itself, or when the post changes.");
}

http::Response DoWake(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  return Finish(visit, Wake(*visit.c, visit.person().id, "", visit.now), PathOf(visit), "The case is in the queue again.");
}

http::Response DoTake(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  return Finish(visit, Take(*visit.c, visit.person().id, visit.now), PathOf(visit), "The case waits with the others now.");
}

http::Response DoNote(Visit& visit) {
  if (Trim(visit.form.Get("note")).empty()) return visit.Say(422, "A note needs words", {"Nothing was written."}, PathOf(visit), "Back to the case");
  return Finish(visit, AddNote(*visit.c, visit.person().id, Trim(visit.form.Get("note")), visit.now), PathOf(visit), "Noted.");
}

http::Response DoUndo(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  return Finish(visit, Undo(*visit.c, visit.person().id, visit.form.Get("why"), visit.now), PathOf(visit), "The decision is taken back. The case is in the queue again.");
}

http::Response DoClose(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  return Finish(visit, Close(*visit.c, visit.person().id, visit.form.Get("why"), visit.now), "/queue", "Case " + std::to_string(visit.c->id) + " is closed.");
}

// --- deciding

// The questions in their order, each with what follows from a yes.
struct Question {
  Finding finding;
  std::string_view ask, then;
};
constexpr Question kQuestions[] = {
    {Finding::kDanger, "Is somebody in immediate danger?", "Ring 999 now, then tell the safeguarding lead. Come back and write down what you did: nothing here waits for an approval."},
    {Finding::kChildImage, "Is there a sexual image of a child?", "Stop: do not look, copy, save or forward it. heed covers the post and locks reporting from here. Tell the police and the safeguarding lead; the IWF takes reports of such images."},
    {Finding::kSafeguarding, "May it be a genuine safeguarding allegation, or whistle-blowing?", "It goes to the safeguarding lead. Reporting the post to the platform is locked: the words may be evidence, and the person may be telling the truth."},
    {Finding::kAnonymity, "Does it identify a teacher under allegation, or somebody who may not be named?", "The headteacher and legal advice decide what next. Do not answer the post."},
    {Finding::kCriticism, "Is it criticism, opinion, a complaint, satire or a campaign?", "It is not reportable and the case closes. You may offer the complaints procedure."},
    {Finding::kBreach, "Does it break the code of conduct?", "Choose category, severity and the code's words. Then propose what to do; the headteacher approves what leaves the school."},
    {Finding::kNotOurs, "None of these: not about this school, a duplicate, or gone already", "The case closes. It says nothing about the rules that found it."},
};

std::string ClauseOf(const Visit& visit, Category category) {
  const School* school = visit.FindSchool(visit.c->school);
  if (!school) return {};
  const auto clause = school->clauses.find(category);
  return clause == school->clauses.end() ? std::string() : clause->second;
}

http::Response ShowDecide(Visit& visit) {
  const Case& c = *visit.c;
  if (c.decision) return visit.Say(409, "It is decided", {"Case " + std::to_string(c.id) + " was decided by " + visit.PersonName(c.decision->by) + ". Take that back first, on the case's page, if it was wrong."}, PathOf(visit), "Back to the case");
  const auto post = visit.parts.store.PostOf(c);
  if (!post) return visit.SayError(post.error());
  std::string scratch;
  const StoredVersion& shown = post->Version(c.worst);
  const std::string text(JudgedText(shown.post, scratch));
  Slots view;
  view.Set("id", c.id).Set("moment", c.events).Set("words", OneLine(text, shown.assessment.hits, visit.person().mask_words ? Words::kCovered : Words::kShown, 600));
  std::vector<Slots> questions;
  int number = 0;
  for (const auto& question : kQuestions)
    questions.push_back(Slots().Set("value", ToString(question.finding)).Set("ask", question.ask).Set("then", question.then).Set("number", ++number).Set("checked", visit.form.Get("finding") == ToString(question.finding)).Set("breach", question.finding == Finding::kBreach));
  view.Set("questions", std::move(questions));
  const std::string& typed = visit.form.Get("category");
  std::optional<Category> chosen = ParseCategory(typed);
  if (!chosen && !c.assessment.categories.empty()) chosen = c.assessment.categories.front();
  std::vector<Slots> categories;
  for (const auto category : kCategories)
    categories.push_back(Slots().Set("value", ToString(category)).Set("name", Capital(ToString(category))).Set("clause", ClauseOf(visit, category)).Set("selected", chosen == category));
  view.Set("categories", std::move(categories));
  static constexpr const char* kSeverities[] = {"1: unkind", "2: a clear breach", "3: serious", "4: grave"};
  const auto severity = Number(visit.form.Get("severity")).value_or(std::max<std::uint64_t>(1, c.assessment.severity));
  std::vector<Slots> severities;
  for (std::uint64_t i = 1; i <= 4; ++i) severities.push_back(Slots().Set("value", i).Set("name", kSeverities[i - 1]).Set("selected", i == severity));
  view.Set("severities", std::move(severities)).Set("why", visit.form.Get("why"));
  const std::string clause = visit.form.Get("clause");
  view.Set("clause", !clause.empty() ? clause : chosen ? ClauseOf(visit, *chosen) : std::string());
  return visit.Show("Decide on case " + std::to_string(c.id), "decide", std::move(view));
}

http::Response DoDecide(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  const auto finding = ParseFinding(visit.form.Get("finding"));
  if (!finding) visit.Complain("finding-1", "Answer the questions: choose the first that is true");
  if (Trim(visit.form.Get("why")).empty()) visit.Complain("why", "Say why, in a sentence colleagues will understand in a year");
  NewDecision decision;
  if (finding) decision.finding = *finding;
  decision.why = Trim(visit.form.Get("why"));
  if (finding == Finding::kBreach) {
    decision.category = ParseCategory(visit.form.Get("category"));
    decision.severity = static_cast<std::uint8_t>(std::min<std::uint64_t>(Number(visit.form.Get("severity")).value_or(0), 9));
    decision.clause = Trim(visit.form.Get("clause"));
    if (!decision.category) visit.Complain("category", "Choose a category");
    if (decision.severity < 1 || decision.severity > 4) visit.Complain("severity", "Choose a severity from 1 to 4");
    // The prefilled words are those of the category the rules chose; another choice brings its own.
    if (decision.category && !visit.c->assessment.categories.empty() && *decision.category != visit.c->assessment.categories.front() && decision.clause == ClauseOf(visit, visit.c->assessment.categories.front()))
      decision.clause = ClauseOf(visit, *decision.category);
  }
  if (!visit.problems.empty()) return ShowDecide(visit);
  const auto change = Decide(*visit.c, visit.person().id, decision, visit.now);
  const bool goes_on = change && change->after.state != CaseState::kClosed;
  return Finish(visit, change, goes_on ? PathOf(visit) + "/respond" : "/queue",
                goes_on ? "Decided. Now choose what to do about it." : "Decided, and case " + std::to_string(visit.c->id) + " is closed. You can take that back on its page.");
}

// --- responding

http::Response ShowRespond(Visit& visit) {
  const Case& c = *visit.c;
  if (!c.decision || c.state == CaseState::kClosed) return visit.Say(409, "Decide first", {"What to do follows from what it is."}, PathOf(visit), "Back to the case");
  std::vector<Slots> kinds;
  for (const auto kind : kResponseKinds) {
    if (!Allows(c.decision->finding, kind)) continue;
    if (kind == ResponseKind::kHide && visit.parts.reports.Offer(c, kind).accounts.empty()) continue;  // only where the school owns the place
    const Letter& letter = LetterFor(kind);
    kinds.push_back(Slots().Set("kind", ToString(kind)).Set("title", letter.title).Set("consequence", letter.consequence).Set("approval", NeedsApproval(c.decision->finding, kind)).Set("case", c.id));
  }
  const bool notices = Allows(c.decision->finding, ResponseKind::kReport);
  return visit.Show("What to do about case " + std::to_string(c.id), "respond", Slots().Set("notices", notices).Set("id", c.id).Set("finding", FindingWords(c.decision->finding)).Set("has_kinds", !kinds.empty()).Set("kinds", std::move(kinds)));
}

// A fresh one; or, with ?from=its number, one that was sent back.
http::Response ShowPropose(Visit& visit) {
  const Case& c = *visit.c;
  const auto kind = ParseResponseKind(visit.path.Get("kind"));
  if (!kind || !c.decision || c.state == CaseState::kClosed || !Allows(c.decision->finding, *kind))
    return visit.Say(404, "That is no response to this case", {"The case's finding leaves room for other responses."}, PathOf(visit), "Back to the case");
  // These have pages of their own.
  const Response* before = ProposedBefore(visit, *kind);
  const std::string again = before ? "?from=" + std::to_string(before->number) : "";
  if (LeavesByInterface(*kind)) return visit.Go(PathOf(visit) + (*kind == ResponseKind::kHide ? "/hide" : "/report") + again);
  if (*kind == ResponseKind::kHelpline && c.decision->finding != Finding::kChildImage && visit.request.method == "GET") return visit.Go(PathOf(visit) + "/helpline" + again);
  const auto post = visit.parts.store.PostOf(c);
  if (!post) return visit.SayError(post.error());
  const Letter& letter = LetterFor(*kind);
  const std::string platform = Visible(post->Version(c.worst).post.platform);
  const auto from = LetterText(visit.parts.store, *kind, c.school);
  if (!from) return visit.SayError(from.error());
  Slots view;
  view.Set("id", c.id).Set("moment", c.events).Set("kind", ToString(*kind)).Set("title", letter.title).Set("consequence", letter.consequence);
  const bool posted = visit.request.method == "POST";
  view.Set("to", posted ? visit.form.Get("to") : before ? before->to : std::string(letter.to));
  view.Set("text", posted ? visit.form.Get("text") : before ? before->text : FillLetter(*from, c, visit.FindSchool(c.school), platform));
  if (before) view.Set("before", WhySentBack(visit, *before));
  view.Set("approval", NeedsApproval(c.decision->finding, *kind));
  return visit.Show(std::string(letter.title), "propose", std::move(view));
}

http::Response DoPropose(Visit& visit) {
  if (!IsFresh(visit)) return MovedOn(visit);
  const auto kind = ParseResponseKind(visit.path.Get("kind"));
  if (!kind || !visit.c->decision || !Allows(visit.c->decision->finding, *kind) || LeavesByInterface(*kind)) return ShowPropose(visit);
  const std::string text(Trim(visit.form.Get("text")));
  if (text.empty()) visit.Complain("text", "Write what would leave the school");
  const auto places = OpenPlaces(text);
  if (!places.empty()) visit.Complain("text", "Fill in " + Join(places, ", ") + ", or take it out");
  if (Trim(visit.form.Get("to")).empty()) visit.Complain("to", "Say whom it is for");
  if (!visit.problems.empty()) return ShowPropose(visit);
  const auto change = Propose(*visit.c, visit.person().id, {*kind, std::string(Trim(visit.form.Get("to"))), text, ""}, visit.now);
  return Finish(visit, change, PathOf(visit), NeedsApproval(visit.c->decision->finding, *kind) ? "Proposed. The headteacher sees it under Approvals; nothing leaves before that." : "Written down as done.");
}

// --- approving

struct StateWords {
  ResponseState state;
  std::string_view words, colour;
};
constexpr StateWords kStates[] = {
    {ResponseState::kProposed, "Waits for approval", "yellow"}, {ResponseState::kHeld, "Approved, on hold", "blue"},     {ResponseState::kSending, "Being sent", "blue"},
    {ResponseState::kDone, "Done", "green"},                    {ResponseState::kSentBack, "Sent back", "orange"},       {ResponseState::kDeclined, "Declined", "grey"},
    {ResponseState::kCancelled, "Cancelled", "grey"},           {ResponseState::kUncertain, "Perhaps sent: find out", "red"}, {ResponseState::kRefused, "Refused by the other side", "red"},
};

http::Response ShowResponse(Visit& visit) {
  const Case& c = *visit.c;
  const auto number = Number(visit.path.Get("number"));
  const Response* response = number ? c.FindResponse(static_cast<std::uint32_t>(*number)) : nullptr;
  if (!response) return visit.Say(404, "There is no such response", {"The case has none of that number."}, PathOf(visit), "Back to the case");
  const auto post = visit.parts.store.PostOf(c);
  if (!post) return visit.SayError(post.error());
  const StoredVersion& shown = post->Version(c.worst);
  std::string scratch;
  const std::string words(JudgedText(shown.post, scratch));
  const bool head = (visit.person().At(c.school) & kApproves) != 0, works = (visit.person().At(c.school) & kWorks) != 0;
  const bool own = response->proposed_by == visit.person().id;
  const bool waiting = response->state == ResponseState::kProposed, held = response->state == ResponseState::kHeld;
  const bool over = held && response->leaves_at && visit.now >= *response->leaves_at;
  Slots view = ResponseSlots(visit, c, *response);
  view.Set("id", c.id).Set("moment", c.events).Set("text", Visible(response->text)).Set("title", LetterFor(response->kind).title).Set("consequence", LetterFor(response->kind).consequence);
  // A sexual image of a child is not viewed again, neither here.
  const bool locked = c.decision && c.decision->finding == Finding::kChildImage;
  view.Set("words", locked ? "(not to be viewed)" : OneLine(words, shown.assessment.hits, visit.person().mask_words ? Words::kCovered : Words::kShown, 600));
  if (const auto noted = NoteAuthorIn(visit, shown.post, response->text, "the text of a response"); !noted) return visit.SayError(noted.error());
  if (c.decision) view.Set("finding", Capital(FindingWords(c.decision->finding))).Set("finding_why", Visible(c.decision->why)).Set("decided_by", visit.PersonName(c.decision->by));
  view.Set("can_approve", head && waiting && !own).Set("own", waiting && own && head).Set("waits_for_head", waiting && !head);
  // What heed sends by itself nobody else settles meanwhile.
  const bool by_itself = visit.parts.reports.ByItself(c, *response);
  view.Set("can_cancel", works && ((waiting && !(head && !own)) || (held && (!over || by_itself)))).Set("can_finish", works && ((over && !by_itself) || response->state == ResponseState::kUncertain || (response->state == ResponseState::kSending && !by_itself)));
  AddReport(visit, *response, view);
  view.Set("hold", FormatDuration(kHold)).Set("pdf", IsLetter(response->kind) && visit.parts.pdf != nullptr);
  // What was sent back is changed and proposed again, as long as the finding still leaves room for it and nobody has yet.
  const bool changed = std::ranges::any_of(c.responses, [&](const Response& other) { return other.kind == response->kind && other.number > response->number; });
  if (works && response->state == ResponseState::kSentBack && !changed && c.decision && c.state != CaseState::kClosed && Allows(c.decision->finding, response->kind)) {
    const auto choice = response->kind == ResponseKind::kReport ? ParseReportChoice(response->options) : Result<ReportChoice>(ReportChoice{});
    view.Set("again", PathOf(visit) + (!choice || choice->notice.empty() ? "/respond/" + std::string(ToString(response->kind)) + "?from=" + std::to_string(response->number) : choice->notice == "section-5" ? std::string("/section-5") : std::string("/illegal-content")));
  }
  if (held && response->leaves_at) view.Set("leaves", FormatLocal(*response->leaves_at)).Set("over", over);
  return visit.Show(std::string(LetterFor(response->kind).title), "response", std::move(view));
}

std::optional<std::uint32_t> ResponseNumber(const Visit& visit) {
  const auto number = Number(visit.path.Get("number"));
  if (!number || !visit.c->FindResponse(static_cast<std::uint32_t>(*number))) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// The acts on one response, by the last part of the path.
http::Response OnResponse(Visit& visit, std::string_view done, std::string_view where, Result<Change> (*act)(const Visit&, std::uint32_t)) {
  const auto number = ResponseNumber(visit);
  if (!number) return visit.Say(404, "There is no such response", {"The case has none of that number."}, PathOf(visit), "Back to the case");
  if (!IsFresh(visit)) return MovedOn(visit);
  return Finish(visit, act(visit, *number), where, done);
}

http::Response DoApprove(Visit& visit) {
  return OnResponse(visit, "Approved. It can be cancelled for " + FormatDuration(kHold) + ".", "/approvals",
                    [](const Visit& v, std::uint32_t n) { return Approve(*v.c, v.person().id, n, kHold, v.now); });
}
http::Response DoSendBack(Visit& visit) {
  return OnResponse(visit, "Sent back.", "/approvals", [](const Visit& v, std::uint32_t n) { return SendBack(*v.c, v.person().id, n, v.form.Get("why"), v.now); });
}
http::Response DoDecline(Visit& visit) {
  return OnResponse(visit, "Declined.", "/approvals", [](const Visit& v, std::uint32_t n) { return Decline(*v.c, v.person().id, n, v.form.Get("why"), v.now); });
}
http::Response DoCancel(Visit& visit) {
  return OnResponse(visit, "Cancelled: it does not leave the school.", PathOf(visit), [](const Visit& v, std::uint32_t n) { return Cancel(*v.c, v.person().id, n, v.form.Get("why"), v.now); });
}
http::Response DoFinish(Visit& visit) {
  return OnResponse(visit, "Written down.", PathOf(visit), [](const Visit& v, std::uint32_t n) -> Result<Change> {
    const Response& response = *v.c->FindResponse(n);
    if (response.state != ResponseState::kUncertain && v.parts.reports.ByItself(*v.c, response))
      return Fail(Fault::kInvalid, response.state == ResponseState::kSending ? "it is being sent at this moment: look again in a minute" : "heed sends this one by itself: cancel it first if somebody has done it by hand");
    const auto outcome = ParseResponseState(v.form.Get("outcome"));
    if (outcome != ResponseState::kDone && outcome != ResponseState::kRefused) return Fail(Fault::kInvalid, "say whether it was done or refused");
    return FinishSending(*v.c, v.person().id, n, {*outcome, std::string(Trim(v.form.Get("reference"))), std::string(Trim(v.form.Get("why")))}, v.now);
  });
}

http::Response Approvals(Visit& visit) {
  // States beyond "queued" stand behind it in the queue; what waits is few, and found by walking it in pages.
  std::vector<Slots> waiting, held;
  QueueFilter filter;
  filter.schools = visit.schools;
  filter.limit = kMostListed;
  for (const auto state : {CaseState::kApproval, CaseState::kResponding}) {
    filter.state = state;
    const auto cases = visit.parts.store.Queue(filter);
    if (!cases) return visit.SayError(cases.error());
    for (const auto& c : *cases)
      for (const auto& response : c.responses) {
        if (response.state != ResponseState::kProposed && response.state != ResponseState::kHeld) continue;
        Slots row = ResponseSlots(visit, c, response);
        row.Set("id", c.id).Set("school", visit.SchoolName(c.school)).Set("title", LetterFor(response.kind).title).Set("own", response.proposed_by == visit.person().id);
        if (response.leaves_at) row.Set("leaves", FormatLocal(*response.leaves_at));
        (response.state == ResponseState::kProposed ? waiting : held).push_back(std::move(row));
      }
  }
  return visit.Show("Approvals", "approvals", Slots().Set("has_waiting", !waiting.empty()).Set("waiting", std::move(waiting)).Set("has_held", !held.empty()).Set("held", std::move(held)));
}

constexpr std::array kPages = {
    WebPage{"POST", "/cases/{case}/claim", Reach::kCase, kWorks, &DoClaim},
    WebPage{"POST", "/cases/{case}/release", Reach::kCase, kWorks, &DoRelease},
    WebPage{"POST", "/cases/{case}/assign", Reach::kCase, kWorks, &DoAssign},
    WebPage{"POST", "/cases/{case}/snooze", Reach::kCase, kWorks, &DoSnooze},
    WebPage{"POST", "/cases/{case}/wake", Reach::kCase, kWorks, &DoWake},
    WebPage{"POST", "/cases/{case}/take", Reach::kCase, kWorks, &DoTake},
    WebPage{"POST", "/cases/{case}/note", Reach::kCase, kWorks, &DoNote},
    WebPage{"POST", "/cases/{case}/undo", Reach::kCase, kWorks, &DoUndo},
    WebPage{"POST", "/cases/{case}/close", Reach::kCase, kWorks, &DoClose},
    WebPage{"GET", "/cases/{case}/decide", Reach::kCase, kWorks, &ShowDecide},
    WebPage{"POST", "/cases/{case}/decide", Reach::kCase, kWorks, &DoDecide},
    WebPage{"GET", "/cases/{case}/respond", Reach::kCase, kWorks, &ShowRespond},
    WebPage{"GET", "/cases/{case}/respond/{kind}", Reach::kCase, kWorks, &ShowPropose},
    WebPage{"POST", "/cases/{case}/respond/{kind}", Reach::kCase, kWorks, &DoPropose},
    WebPage{"GET", "/cases/{case}/responses/{number}", Reach::kCase, Only(Role::kTriage, Role::kHead, Role::kLegal), &ShowResponse},
    WebPage{"POST", "/cases/{case}/responses/{number}/approve", Reach::kCase, kApproves, &DoApprove},
    WebPage{"POST", "/cases/{case}/responses/{number}/send-back", Reach::kCase, kApproves, &DoSendBack},
    WebPage{"POST", "/cases/{case}/responses/{number}/decline", Reach::kCase, kApproves, &DoDecline},
    WebPage{"POST", "/cases/{case}/responses/{number}/cancel", Reach::kCase, kWorks, &DoCancel},
    WebPage{"POST", "/cases/{case}/responses/{number}/finish", Reach::kCase, kWorks, &DoFinish},
    WebPage{"GET", "/approvals", Reach::kSomeSchool, kApproves, &Approvals},
};

}  // namespace

std::string_view FindingWords(Finding finding) {
  switch (finding) {
    case Finding::kDanger: return "immediate danger";
    case Finding::kChildImage: return "a sexual image of a child";
    case Finding::kSafeguarding: return "a possible safeguarding allegation";
    case Finding::kAnonymity: return "about somebody who may not be named";
    case Finding::kCriticism: return "criticism or opinion";
    case Finding::kBreach: return "a breach";
    case Finding::kNotOurs: return "none of ours";
  }
  return "unknown";
}

Slots ResponseSlots(const Visit& visit, const Case& c, const Response& response) {
  Slots row;
  row.Set("case", c.id).Set("number", response.number).Set("kind", ToString(response.kind)).Set("what", LetterFor(response.kind).title).Set("to", Visible(response.to));
  row.Set("proposed_by", visit.PersonName(response.proposed_by)).Set("proposed", FormatLocal(response.proposed_at)).Set("ruled_by", visit.PersonName(response.decided_by)).Set("note", Visible(response.note)).Set("reference", Visible(response.reference));
  if (response.decided_at) row.Set("ruled", FormatLocal(*response.decided_at));
  for (const auto& known : kStates)
    if (known.state == response.state) row.Set("state", known.words).Set("colour", known.colour);
  return row;
}

const Response* ProposedBefore(const Visit& visit, ResponseKind kind) {
  const auto number = Number(visit.query.Get("from"));
  const Response* response = number ? visit.c->FindResponse(static_cast<std::uint32_t>(*number)) : nullptr;
  return response && response->kind == kind && response->state == ResponseState::kSentBack ? response : nullptr;
}

std::string WhySentBack(const Visit& visit, const Response& response) {
  return "Sent back by " + visit.PersonName(response.decided_by) + (response.note.empty() ? "." : ": " + Visible(response.note)) + " The text is the one from then: change it and propose it again.";
}

std::string CasePath(const Visit& visit) { return "/cases/" + std::to_string(visit.c->id); }

bool IsFreshForm(const Visit& visit) { return Number(visit.form.Get("moment")) == visit.c->events; }

http::Response MovedOn(Visit& visit) {
  return visit.Say(409, "Somebody was quicker", {"Case " + std::to_string(visit.c->id) + " was changed while you looked at it. Nothing of yours was lost from it, and nothing of theirs was overwritten: look at it again, then decide."},
                   CasePath(visit), "Look at the case again");
}

http::Response FinishChange(Visit& visit, const Result<Change>& change, std::string_view where, std::string_view done) {
  if (!change && change.error().fault() == Fault::kBusy) return visit.Say(409, "Somebody works on it", {Capital(change.error().message()) + "."}, CasePath(visit), "Back to the case");
  if (!change && change.error().fault() == Fault::kDenied) return visit.Say(403, "That needs somebody else", {Capital(change.error().message()) + "."}, CasePath(visit), "Back to the case");
  if (!change) return visit.Say(422, "That cannot be done", {Capital(change.error().message()) + "."}, CasePath(visit), "Back to the case");
  const auto recorded = visit.parts.store.Record(*change);
  if (!recorded && recorded.error().fault() == Fault::kExists) return MovedOn(visit);
  if (!recorded) return visit.SayError(recorded.error());
  return visit.Go(where, done);
}

std::optional<Instant> ReadSchoolTime(std::string_view text) {
  if (text.size() != 16) return ParseRfc3339(text);
  const auto checked = ParseRfc3339(std::string(text) + ":00Z");
  if (!checked) return std::nullopt;
  const std::time_t as_utc = std::chrono::floor<seconds>(*checked).time_since_epoch().count();
  std::tm fields{};
  ::gmtime_r(&as_utc, &fields);
  fields.tm_isdst = -1;
  const std::time_t at = ::mktime(&fields);
  return at < 0 ? std::nullopt : std::optional(Instant{seconds{at}});
}

std::span<const WebPage> WorkPages() { return kPages; }

}  // namespace heed
