// Reports to platforms: proposed with the platform's own reasons, carried out by hand where there is no interface, watched afterwards.
//
// Nothing here sends anything.  What is proposed waits for a second person, then for the outbox, or for a person who goes through the form.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/casework/acts.h"
#include "src/casework/report.h"
#include "src/console/console.h"
#include "src/console/letters.h"
#include "src/console/pages.h"
#include "src/console/words.h"
#include "src/report/guide.h"
#include "src/report/handover.h"
#include "src/report/text.h"

namespace heed {
namespace {

constexpr Roles kReportReaders = Only(Role::kTriage, Role::kHead, Role::kLegal), kReporters = Only(Role::kTriage, Role::kHead);
constexpr std::string_view kByHand = ", by hand";  // after a platform's name in Response::to: heed has an account there and does not use it
constexpr std::size_t kMostRows = 100;

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

struct PresenceWords {
  Presence presence;
  std::string_view words;
};
constexpr PresenceWords kPresenceWords[] = {
    {Presence::kUp, "It is up"},
    {Presence::kUpEdited, "It is up, and was changed"},
    {Presence::kUpLimited, "It is up behind a warning, or hidden from some"},
    {Presence::kGoneByAuthor, "It is gone: the author took it down"},
    {Presence::kGoneByPlatform, "It is gone: the platform took it down"},
    {Presence::kGoneUnknown, "It is gone; nobody says by whom"},
    {Presence::kAccountGone, "The account is gone"},
    {Presence::kNotVisible, "It cannot be seen from here: a login, a block, made private"},
    {Presence::kUnknown, "The last look failed: that says nothing about the post"},
};

// "It is gone: the author took it down; to be confirmed", or "" when nobody has looked.
std::string PresenceOf(const Case& c) {
  if (c.presence.empty()) return "";
  const auto presence = ParsePresence(c.presence).value_or(Presence::kUnknown);
  std::string words;
  for (const auto& known : kPresenceWords)
    if (known.presence == presence) words = known.words;
  if (IsGone(presence)) words += c.presence_confirmed ? ", said twice" : "; heed says so once it is said twice";
  return words;
}

bool Watches(const Case& c) {
  return std::ranges::any_of(c.responses, [](const Response& r) { return (LeavesByInterface(r.kind) || r.kind == ResponseKind::kAskAuthor) && r.state == ResponseState::kDone; });
}

std::string When(const Reminder& reminder) {
  const bool end = reminder.kind == ReminderKind::kLimitation || reminder.kind == ReminderKind::kAppeal;
  return (end ? "until " : "since ") + FormatLocal(reminder.due);
}

// --- proposing

struct Draft {
  StoredPost stored;
  const StoredVersion* shown = nullptr;
  ReportOffer offer;
  bool by_hand = false;
};

// What the case's report starts from; a page of refusal where there is none.
std::optional<http::Response> Begin(Visit& visit, ResponseKind kind, Draft& draft) {
  const Case& c = *visit.c;
  if (!c.decision || c.state == CaseState::kClosed) return visit.Say(409, "Decide first", {"What to do follows from what it is."}, CasePath(visit), "Back to the case");
  if (!Allows(c.decision->finding, kind)) return visit.Say(409, "That is no response to this case", {"The case's finding leaves room for other responses."}, CasePath(visit), "Back to the case");
  auto post = visit.parts.store.PostOf(c);
  if (!post) return visit.SayError(post.error());
  draft.stored = *std::move(post);
  draft.shown = &draft.stored.Version(c.worst);
  draft.offer = visit.parts.reports.Offer(c, kind);
  const bool chosen = visit.form.Get("by") == "hand" || visit.query.Get("by") == "hand";
  draft.by_hand = kind == ResponseKind::kReport && (draft.offer.accounts.empty() || chosen || draft.offer.unsupported);
  if (kind == ResponseKind::kHide && (draft.offer.accounts.empty() || draft.offer.unsupported))
    return visit.Say(409, "heed cannot hide this", {draft.offer.trouble.empty() ? "It does not stand at a place of the school's own that heed has an account for." : Capital(draft.offer.trouble) + "."}, CasePath(visit) + "/respond", "Choose something else");
  return std::nullopt;
}

http::Response Propose_(Visit& visit, ResponseKind kind, const Draft& draft) {
  const Case& c = *visit.c;
  const bool hide = kind == ResponseKind::kHide, posted = visit.request.method == "POST";
  const Post& post = draft.shown->post;
  std::string scratch;
  const std::string action = CasePath(visit) + (hide ? "/hide" : "/report");
  Slots view;
  view.Set("id", c.id).Set("moment", c.events).Set("title", LetterFor(kind).title).Set("platform", Visible(post.platform.empty() ? "the platform" : post.platform)).Set("action", action).Set("again", action);
  view.Set("words", OneLine(JudgedText(post, scratch), draft.shown->assessment.hits, visit.person().mask_words ? Words::kCovered : Words::kShown, 600));
  view.Set("may_by_hand", !hide).Set("legend", hide ? "How to hide it" : "Which of its rules it breaks").Set("text_label", hide ? "Why, for the school's own record (it does not leave the school)" : "The exact text that leaves");
  const Guide& guide = GuideFor(post);
  const auto& offer = draft.offer;
  std::size_t most = 0;
  std::vector<Slots> notes;
  if (draft.by_hand) {
    const auto category = CategoryOf(c);
    most = guide.most;
    view.Set("by_hand", true).Set("has_account", !offer.accounts.empty()).Set("guide", guide.name).Set("where", guide.form).Set("untried", !guide.form_tried).Set("pick", category ? guide.ReasonFor(*category) : std::string_view());
    view.Set("has_form", true);
    view.Set("after", "The headteacher approves it. Then heed leads whoever does it through the form: address, reason, text to copy, and a tick for each step.");
  } else if (offer.form) {
    most = offer.form->max_text;
    view.Set("has_form", true).Set("has_reasons", !offer.form->reasons.empty()).Set("read_at", FormatLocal(offer.read_at));
    std::string chosen = visit.form.Get("reason");
    std::vector<Slots> reasons;
    for (const auto& reason : offer.form->reasons) {
      // Only a person chooses: what heed suggests is marked and not ticked.
      reasons.push_back(Slots().Set("number", reasons.size() + 1).Set("value", reason.id).Set("label", Visible(reason.label)).Set("help", Visible(reason.help)).Set("suggested", reason.id == offer.form->suggested).Set("checked", reason.id == chosen)
                            .Set("silent", !reason.takes_text && !hide));
    }
    view.Set("reasons", std::move(reasons));
    for (const auto& note : offer.form->notes) notes.push_back(Slots().Set("text", Capital(Visible(note)) + "."));
    view.Set("offers_forward", offer.form->offers_forward).Set("forward", visit.form.Get("forward") == "yes");
    std::vector<Slots> accounts;
    for (const auto& account : offer.accounts) accounts.push_back(Slots().Set("value", account.id).Set("name", account.id + (account.terms_accepted ? "" : " (terms not accepted)")).Set("selected", account.id == visit.form.Get("channel")));
    view.Set("several_accounts", accounts.size() > 1).Set("accounts", std::move(accounts));
    if (!offer.accounts.front().terms_accepted) view.Set("terms", offer.accounts.front().id);
    view.Set("after", hide ? "The headteacher approves it. After the hold heed hides it, once, through the school's own account. It is not deleted, and its author may still see it."
                           : "The headteacher approves it. After the hold heed sends it by itself, once, and keeps the answer.");
  } else {
    view.Set("asking", offer.asking).Set("trouble", Visible(offer.trouble));
  }
  std::string text = visit.form.Get("text");
  const Response* before = ProposedBefore(visit, kind);
  if (before) view.Set("before", WhySentBack(visit, *before));
  if (!posted && before) {
    text = before->text;
  } else if (!posted) {
    const School none, *school = visit.FindSchool(c.school);
    text = hide ? "It is hidden at the school's own place because it breaks the code of conduct" + (c.decision->clause.empty() ? std::string() : ": " + c.decision->clause) + "." : DraftReport(c, post, school ? *school : none, most);
  }
  if (const auto noted = NoteAuthorIn(visit, post, text, "the text of a report"); !noted) return visit.SayError(noted.error());
  view.Set("has_notes", !notes.empty()).Set("notes", std::move(notes)).Set("text", text).Set("length", Characters(text));
  if (most > 0 && !hide) view.Set("most", most);
  return visit.Show(std::string(LetterFor(kind).title), "report", std::move(view));
}

http::Response ShowReport(Visit& visit) {
  Draft draft;
  if (auto refused = Begin(visit, ResponseKind::kReport, draft)) return *std::move(refused);
  return Propose_(visit, ResponseKind::kReport, draft);
}

http::Response ShowHide(Visit& visit) {
  Draft draft;
  if (auto refused = Begin(visit, ResponseKind::kHide, draft)) return *std::move(refused);
  return Propose_(visit, ResponseKind::kHide, draft);
}

http::Response DoPropose_(Visit& visit, ResponseKind kind) {
  if (!IsFreshForm(visit)) return MovedOn(visit);
  Draft draft;
  if (auto refused = Begin(visit, kind, draft)) return *std::move(refused);
  const bool hide = kind == ResponseKind::kHide;
  const Post& post = draft.shown->post;
  const std::string text(Trim(visit.form.Get("text")));
  ReportChoice choice;
  std::string to = post.platform;
  std::size_t most = GuideFor(post).most;
  if (draft.by_hand) {
    if (to.empty()) to = GuideFor(post).platform;
    if (!draft.offer.accounts.empty()) to += kByHand;
  } else {
    if (!draft.offer.form) {  // asked again while this page was open
      visit.Complain("", "The platform has not answered yet, so nothing was proposed: send the form again in a moment");
      return Propose_(visit, kind, draft);
    }
    most = draft.offer.form->max_text;
    choice.reason = visit.form.Get("reason");
    const auto& reasons = draft.offer.form->reasons;
    const auto reason = std::ranges::find(reasons, choice.reason, &ReportReason::id);
    if (reason == reasons.end()) {
      visit.Complain("reason-1", "Choose one of the platform's reasons");
    } else {
      choice.label = reason->label;
      choice.silent = hide || !reason->takes_text;
    }
    choice.forward = visit.form.Get("forward") == "yes" && draft.offer.form->offers_forward;
    choice.channel = visit.form.Get("channel");
    const bool known = std::ranges::any_of(draft.offer.accounts, [&](const auto& account) { return account.id == choice.channel; });
    if (!choice.channel.empty() && !known) visit.Complain("channel", "Choose one of the school's accounts");
    // The page shows the terms of the first one.
    if (choice.channel.empty() && draft.offer.accounts.size() > 1) choice.channel = draft.offer.accounts.front().id;
  }
  if (const auto fine = CheckReportText(text, post, draft.shown->assessment, choice.silent ? 0 : most); !fine) visit.Complain("text", Capital(fine.error().message()));
  if (!visit.problems.empty()) return Propose_(visit, kind, draft);
  const auto change = Propose(*visit.c, visit.person().id, {kind, to, text, draft.by_hand ? std::string() : ToJson(choice)}, visit.now);
  return FinishChange(visit, change, CasePath(visit), "Proposed. The headteacher sees it under Approvals; nothing leaves before that.");
}

http::Response DoReport(Visit& visit) { return DoPropose_(visit, ResponseKind::kReport); }
http::Response DoHide(Visit& visit) { return DoPropose_(visit, ResponseKind::kHide); }

// --- carrying it out by hand

// What a person does for a response, step by step.
struct ByHand {
  std::string where, pick, number_from, answer_from, next;
  bool tried = true;
  std::size_t most = 0;
  std::vector<std::string> attach, steps;
};

ByHand GuideOf(const Case& c, const Response& response, const Post& post) {
  ByHand hand;
  const auto choice = ParseReportChoice(response.options);
  if (choice && !choice->notice.empty()) {
    hand.where = "the address for legal notices on the website's contact, imprint or legal page; " + response.to;
    hand.steps = {"Find the website's address for legal notices", "Send the notice from the address that stands in it, as text of a mail and not as a picture", "Keep the sent mail, with its time, with the case", "Write down here when it was sent"};
    hand.number_from = "their acknowledgement";
    hand.answer_from = "at the address in the notice";
    hand.next = choice->notice == "section-5" ? "the clocks are on the response's page from the moment it is sent: take legal advice when they run out" : "a complaint to the service under s.21 of the Online Safety Act; Ofcom takes information, and decides no single case";
    return hand;
  }
  if (response.kind == ResponseKind::kAskAuthor) {
    hand.where = "the way the school chose to reach the author";
    hand.steps = {"Send or say what was approved, and nothing else", "Write down here when, and how"};
    hand.answer_from = "from the author";
    hand.next = "after two days heed reminds you to report it to the platform";
    return hand;
  }
  const Guide& guide = GuideFor(post);
  const auto category = CategoryOf(c);
  hand.where = guide.form;
  hand.pick = category ? std::string(guide.ReasonFor(*category)) : std::string();
  hand.tried = guide.form_tried;
  hand.most = guide.most;
  for (const auto what : guide.attach) hand.attach.emplace_back(what);
  for (const auto step : guide.steps) hand.steps.emplace_back(step);
  hand.number_from = guide.reference;
  hand.answer_from = guide.answer;
  hand.next = guide.next;
  return hand;
}

// Whether a person carries it out, now: approved, past its hold, and nothing heed sends.
bool IsByHandNow(const Visit& visit, const Response& response) {
  const bool over = response.state == ResponseState::kHeld && response.leaves_at && visit.now >= *response.leaves_at;
  const bool guided = response.kind == ResponseKind::kReport || response.kind == ResponseKind::kAskAuthor;
  return guided && (over || response.state == ResponseState::kUncertain) && !visit.parts.reports.ByItself(*visit.c, response);
}

const Response* ResponseOf(const Visit& visit) {
  const std::string& text = visit.path.Get("number");
  if (text.empty() || text.size() > 9 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return nullptr;
  return visit.c->FindResponse(static_cast<std::uint32_t>(std::stoul(text)));
}

std::optional<http::Response> NotByHand(Visit& visit, const Response* response) {
  if (!response) return visit.Say(404, "There is no such response", {"The case has none of that number."}, CasePath(visit), "Back to the case");
  if (visit.c->decision && visit.c->decision->finding == Finding::kChildImage) return visit.Say(409, "This is not done by hand here", {"The police and the IWF look at it, nobody else."}, CasePath(visit), "Back to the case");
  if (!IsByHandNow(visit, *response))
    return visit.Say(409, "This is not done by hand now", {"A report or a request is carried out once it is approved and its hold is over, where heed does not send it by itself."}, CasePath(visit) + "/responses/" + std::to_string(response->number), "Back to the response");
  return std::nullopt;
}

http::Response ShowByHand(Visit& visit) {
  const Response* response = ResponseOf(visit);
  if (auto refused = NotByHand(visit, response)) return *std::move(refused);
  const Case& c = *visit.c;
  const auto stored = visit.parts.store.PostOf(c);
  if (!stored) return visit.SayError(stored.error());
  const auto history = visit.parts.store.History(c.id);
  if (!history) return visit.SayError(history.error());
  const Post& post = stored->Version(c.worst).post;
  if (const auto noted = NoteAuthorIn(visit, post, response->text, "the text of a report"); !noted) return visit.SayError(noted.error());
  const ByHand hand = GuideOf(c, *response, post);
  const bool posted = visit.request.method == "POST";
  const auto done = posted ? std::vector<std::size_t>() : StepsDone(*history, response->number);
  const auto ticked = posted ? visit.form.All("step") : std::vector<std::string>();
  Slots view = ResponseSlots(visit, c, *response);
  view.Set("id", c.id).Set("moment", c.events).Set("title", std::string(LetterFor(response->kind).title) + ", by hand").Set("has_address", !post.permalink.empty()).Set("text", Visible(response->text)).Set("length", Characters(response->text));
  view.Set("where", Visible(hand.where)).Set("untried", !hand.tried).Set("pick", hand.pick).Set("number_from", hand.number_from).Set("answer_from", hand.answer_from).Set("next", hand.next);
  if (hand.most > 0) view.Set("most", hand.most);
  std::vector<Slots> attach, steps;
  for (const auto& what : hand.attach) attach.push_back(Slots().Set("text", what));
  for (std::size_t i = 0; i < hand.steps.size(); ++i) {
    const bool is_done = std::ranges::find(done, i) != done.end() || std::ranges::find(ticked, std::to_string(i)) != ticked.end();
    steps.push_back(Slots().Set("number", i + 1).Set("value", i).Set("text", hand.steps[i]).Set("done", is_done));
  }
  view.Set("has_attach", !attach.empty()).Set("attach", std::move(attach)).Set("steps", std::move(steps));
  view.Set("reference_typed", visit.form.Get("reference")).Set("why_typed", visit.form.Get("why")).Set("appeal_typed", visit.form.Get("appeal"));
  view.Set("may", (visit.person().At(c.school) & kReporters) != 0);
  return visit.Show("Step by step", "by-hand", std::move(view));
}

http::Response DoByHand(Visit& visit) {
  if (!IsFreshForm(visit)) return MovedOn(visit);
  const Response* response = ResponseOf(visit);
  if (auto refused = NotByHand(visit, response)) return *std::move(refused);
  const auto stored = visit.parts.store.PostOf(*visit.c);
  if (!stored) return visit.SayError(stored.error());
  const std::size_t count = GuideOf(*visit.c, *response, stored->Version(visit.c->worst).post).steps.size();
  std::vector<std::size_t> steps;
  for (const auto& ticked : visit.form.All("step"))
    for (std::size_t i = 0; i < count; ++i)
      if (ticked == std::to_string(i) && std::ranges::find(steps, i) == steps.end()) steps.push_back(i);
  const std::string here = CasePath(visit) + "/responses/" + std::to_string(response->number);
  const std::string& outcome = visit.form.Get("outcome");
  if (outcome == "later") return FinishChange(visit, Progress(*visit.c, visit.person().id, response->number, steps, visit.now), here + "/by-hand", "Kept. Come back when you go on.");
  Sent sent;
  sent.outcome = outcome == "refused" ? ResponseState::kRefused : ResponseState::kDone;
  sent.reference = Trim(visit.form.Get("reference"));
  sent.answer = Trim(visit.form.Get("why"));
  if (outcome == "done" && steps.size() < count) visit.Complain("step-1", "Tick each step that is done; what you left out, say in the answer and tick it as settled");
  if (const auto appeal = std::string(Trim(visit.form.Get("appeal"))); !appeal.empty() && outcome == "refused") {
    // The end of that day.
    const auto day = ParseRfc3339(appeal + "T00:00:00Z");
    if (!day || appeal.size() != 10) visit.Complain("appeal", "Write the day as year, month, day: 2026-12-24");
    else sent.appeal_by = *day + days{1};
  }
  if (!visit.problems.empty()) return ShowByHand(visit);
  return FinishChange(visit, FinishSending(*visit.c, visit.person().id, response->number, sent, visit.now), here,
                      sent.outcome == ResponseState::kDone ? "Written down. heed watches whether it comes down, or reminds you to look." : "Written down. Decide what next.");
}

// --- what comes of it

http::Response DoLook(Visit& visit) {
  const std::string next = visit.form.Get("next") == "/reports" ? "/reports" : CasePath(visit);
  if (!visit.parts.reports.look || !visit.parts.reports.CanLook(*visit.c))
    return visit.Say(422, "heed cannot look there", {"Open the post yourself, and write down what you see on the case's page."}, CasePath(visit), "Back to the case");
  if (visit.c->decision && visit.c->decision->finding == Finding::kChildImage) return visit.Say(409, "It is not to be viewed", {"Not by heed either."}, CasePath(visit), "Back to the case");
  const auto found = visit.parts.reports.look(*visit.c);
  if (!found) return visit.Go(next, "heed is looking. Load this page again in a moment.");
  if (!*found) return visit.SayError(found->error());
  const auto after = visit.parts.store.FindCase(visit.c->id);
  return visit.Go(next, "Looked: " + (after ? PresenceOf(*after) : **found) + ".");
}

http::Response DoFound(Visit& visit) {
  if (!IsFreshForm(visit)) return MovedOn(visit);
  return FinishChange(visit, Checked(*visit.c, visit.person().id, visit.form.Get("presence"), Trim(visit.form.Get("note")), visit.now), CasePath(visit), "Written down.");
}

// --- all of them

struct ReportLine {
  Case c;
  const Response* response = nullptr;
};

http::Response Reports(Visit& visit) {
  std::vector<Case> cases;
  QueueFilter filter;
  filter.schools = visit.schools;
  filter.limit = kMostRows + 1;
  filter.wanted = [](const Case& c) {
    return std::ranges::any_of(c.responses, [](const Response& r) { return LeavesByInterface(r.kind) || r.kind == ResponseKind::kAskAuthor; });
  };
  bool cut = false;
  for (const auto state : {CaseState::kApproval, CaseState::kResponding}) {
    filter.state = state;
    auto some = visit.parts.store.Queue(filter);
    if (!some) return visit.SayError(some.error());
    cut = cut || some->size() > kMostRows;
    if (some->size() > kMostRows) some->pop_back();
    for (auto& c : *some) cases.push_back(std::move(c));
  }
  // Closed cases whose post is still watched.
  const auto watched = visit.parts.store.OutboxDue(visit.now + days{3650});
  if (!watched) return visit.SayError(watched.error());
  std::size_t closed = 0;
  for (const auto& c : *watched) {
    if (c.state != CaseState::kClosed || std::ranges::find(visit.schools, c.school) == visit.schools.end()) continue;
    if (++closed > kMostRows) cut = true;
    else cases.push_back(c);
  }
  std::ranges::sort(cases, {}, &Case::id);

  std::vector<Slots> rows, due;
  for (const auto& c : cases) {
    const bool can_look = visit.parts.reports.CanLook(c), works = (visit.person().At(c.school) & kReporters) != 0;
    for (const auto& reminder : Reminders(c, visit.now, can_look)) due.push_back(Slots().Set("case", c.id).Set("when", When(reminder)).Set("words", Visible(reminder.words)));
    const auto next = NextCheck(c);
    for (const auto& response : c.responses) {
      if (!LeavesByInterface(response.kind) && response.kind != ResponseKind::kAskAuthor) continue;
      Slots row = ResponseSlots(visit, c, response);
      row.Set("case", c.id).Set("moment", c.events).Set("waits", Visible(visit.parts.reports.WhyHeld(c, response)));
      if (visit.schools.size() > 1) row.Set("school", visit.SchoolName(c.school));
      if (const auto choice = ParseReportChoice(response.options)) row.Set("reason", Visible(choice->label.empty() ? choice->reason : choice->label));
      const bool by_itself = visit.parts.reports.ByItself(c, response), over = response.leaves_at && visit.now >= *response.leaves_at;
      row.Set("can_cancel", works && (response.state == ResponseState::kProposed || (response.state == ResponseState::kHeld && (!over || by_itself))));
      row.Set("hand", works && response.state == ResponseState::kHeld && over && !by_itself && response.kind != ResponseKind::kHide);
      row.Set("presence", PresenceOf(c));
      if (c.checked_at) row.Set("checked", FormatLocal(*c.checked_at));
      const bool watch = response.state == ResponseState::kDone && Watches(c);
      if (watch && next && can_look) row.Set("next", FormatLocal(std::max(*next, visit.now)));
      row.Set("can_look", works && watch && can_look);
      rows.push_back(std::move(row));
    }
  }
  Slots view;
  view.Set("has_due", !due.empty()).Set("due", std::move(due)).Set("has_rows", !rows.empty()).Set("rows", std::move(rows));
  if (cut) view.Set("cut", "There are more than can be shown here: the worst cases of each state are. The others are in the queue.");
  return visit.Show("Reports", "reports", std::move(view));
}

constexpr std::array kPages = {
    WebPage{"GET", "/reports", Reach::kSomeSchool, kReportReaders, &Reports},
    WebPage{"GET", "/cases/{case}/report", Reach::kCase, kReporters, &ShowReport},
    WebPage{"POST", "/cases/{case}/report", Reach::kCase, kReporters, &DoReport},
    WebPage{"GET", "/cases/{case}/hide", Reach::kCase, kReporters, &ShowHide},
    WebPage{"POST", "/cases/{case}/hide", Reach::kCase, kReporters, &DoHide},
    WebPage{"GET", "/cases/{case}/responses/{number}/by-hand", Reach::kCase, kReporters, &ShowByHand},
    WebPage{"POST", "/cases/{case}/responses/{number}/by-hand", Reach::kCase, kReporters, &DoByHand},
    WebPage{"POST", "/cases/{case}/look", Reach::kCase, kReporters, &DoLook},
    WebPage{"POST", "/cases/{case}/found", Reach::kCase, kReporters, &DoFound},
};

}  // namespace

void AddWatch(const Visit& visit, Slots& view) {
  const Case& c = *visit.c;
  const bool works = (visit.person().At(c.school) & kReporters) != 0, can_look = visit.parts.reports.CanLook(c);
  std::vector<Slots> reminders;
  for (const auto& reminder : Reminders(c, visit.now, can_look)) {
    Slots one;
    one.Set("when", When(reminder)).Set("words", Visible(reminder.words));
    if (works && reminder.kind == ReminderKind::kHelpline) one.Set("link", Slots().Set("href", CasePath(visit) + "/helpline").Set("text", "Hand it over"));
    if (works && reminder.kind == ReminderKind::kByAuthor) one.Set("link", Slots().Set("href", CasePath(visit) + "/report").Set("text", "Report it"));
    reminders.push_back(std::move(one));
  }
  view.Set("has_reminders", !reminders.empty()).Set("reminders", std::move(reminders));
  const bool child = c.decision && c.decision->finding == Finding::kChildImage;
  view.Set("watched", Watches(c) && !child).Set("presence", PresenceOf(c)).Set("can_watch", works).Set("can_look", can_look).Set("no_look", !can_look);
  if (c.checked_at) view.Set("checked", FormatLocal(*c.checked_at));
  if (!can_look)
    if (const auto post = visit.parts.store.PostOf(c)) view.Set("look_how", GuideFor(post->Version(c.worst).post).look);
  const auto next = NextCheck(c);
  if (next && can_look) view.Set("next", *next <= visit.now ? std::string("within a minute") : FormatLocal(*next));
  view.Set("over", !next && can_look);
  std::vector<Slots> presences;
  for (const auto& known : kPresenceWords)
    if (known.presence != Presence::kUnknown) presences.push_back(Slots().Set("value", ToString(known.presence)).Set("name", known.words));
  view.Set("presences", std::move(presences));
}

Result<std::size_t> CountDue(const Visit& visit, const std::vector<std::string>& schools) {
  QueueFilter filter;
  filter.schools = schools;
  filter.state = CaseState::kResponding;
  filter.limit = kMostRows;
  std::size_t count = 0;
  const auto cases = HEED_TRY(visit.parts.store.Queue(filter));
  for (const auto& c : cases) count += Reminders(c, visit.now, visit.parts.reports.CanLook(c)).size();
  return count;
}

void AddReport(const Visit& visit, const Response& response, Slots& view) {
  AddWatch(visit, view);
  const Case& c = *visit.c;
  if (!LeavesByInterface(response.kind) && response.kind != ResponseKind::kAskAuthor) {
    view.Set("watched", false).Set("has_reminders", false);
    return;
  }
  const auto choice = ParseReportChoice(response.options);
  const bool by_itself = visit.parts.reports.ByItself(c, response);
  if (choice && !choice->reason.empty()) view.Set("reason", Visible(choice->label.empty() ? choice->reason : choice->label)).Set("forward", choice->forward);
  view.Set("silent", response.kind == ResponseKind::kHide || (choice && choice->silent));
  view.Set("through", by_itself ? (response.kind == ResponseKind::kHide ? "heed hides it by itself, after the hold" : "heed sends it by itself, after the hold") : "a person carries it out; heed sends nothing");
  view.Set("waits", Visible(visit.parts.reports.WhyHeld(c, response)));
  if (response.state == ResponseState::kRefused && response.appeal_by) view.Set("appeal", FormatLocal(*response.appeal_by));
  if (choice && choice->notice == "section-5" && response.done_at) {
    const auto clocks = ClocksOfNotice(*response.done_at);
    view.Set("clocks", Slots().Set("acknowledged", FormatLocal(clocks.acknowledged_by)).Set("poster", FormatLocal(clocks.poster_by)).Set("removed", FormatLocal(clocks.removed_by)));
  }
  if (IsByHandNow(visit, response) && (visit.person().At(c.school) & kReporters) != 0) view.Set("by_hand", true).Set("can_finish", false);
}

std::span<const WebPage> ReportPages() { return kPages; }

}  // namespace heed
