// Formal notices that a person sends, and the hand-over to a helpline.
//
// A notice in which something is missing is not written.  What is written is proposed like any report, approved by a second person, and then
// sent by a person: heed sends none.
#include <algorithm>
#include <array>
#include <map>

#include "src/base/text.h"
#include "src/casework/acts.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"
#include "src/report/guide.h"
#include "src/report/handover.h"
#include "src/report/notice.h"
#include "src/report/text.h"

namespace heed {
namespace {

constexpr Roles kNotifiers = Only(Role::kTriage, Role::kHead);
constexpr std::size_t kMostNotice = 30'000;  // bytes of what is typed into one field

enum class FieldKind { kLine, kText, kTick, kChoice };
struct NoticeField {
  std::string_view key;
  FieldKind kind;
  std::string_view label, hint;
};

constexpr NoticeField kSection5[] = {
    {"to", FieldKind::kLine, "Which website, and where its notices go", "Its name and, where it gives one, the address for legal notices."},
    {"complainant", FieldKind::kLine, "Who complains", "The full name of the person the words are about. A school cannot complain in this way."},
    {"complainant_agreed", FieldKind::kTick, "That person has agreed to this notice in writing", ""},
    {"email", FieldKind::kLine, "E-mail address at which that person is reached", ""},
    {"statement", FieldKind::kText, "The words complained of", "Exactly as they stand there. The law asks for them."},
    {"locations", FieldKind::kText, "Every address where they stand, one a line", "Only those listed have to be removed."},
    {"why_defamatory", FieldKind::kText, "Why the words are defamatory of that person", ""},
    {"meaning", FieldKind::kText, "What that person says the words mean", ""},
    {"inaccurate", FieldKind::kText, "What in them is factually wrong, one point a line", "One of this and the next is needed."},
    {"unsupported", FieldKind::kText, "Which opinions no fact supports, one a line", ""},
    {"poster_unknown", FieldKind::kTick, "The complainant does not know enough about the poster to bring proceedings", "Where the poster is known there is no section 5 notice: speak to them, or take legal advice."},
    {"name_may_be_given", FieldKind::kChoice, "May the poster be told the complainant's name?", ""},
    {"email_may_be_given", FieldKind::kChoice, "May the poster be told the complainant's e-mail address?", ""},
    {"earlier", FieldKind::kText, "Dates of earlier notices about the same words by the same poster, one a line", "Only where there were two or more."},
};

constexpr NoticeField kContent[] = {
    {"to", FieldKind::kLine, "Which platform, and where its notices go", "Its name and, where it gives one, the address for such notices."},
    {"law", FieldKind::kText, "Which law, or which rule of the platform, it breaks", "For example: Online Safety Act 2023 s.181 (threatening communications)."},
    {"facts", FieldKind::kText, "What is said or shown, about whom and to whom", "Facts and no adjectives; describe slurs."},
    {"intent", FieldKind::kText, "What shows that it was meant, or known to be false", ""},
    {"no_defence", FieldKind::kText, "Why no defence is apparent", "That it is true, a joke, fair comment ..."},
    {"locations", FieldKind::kText, "Every exact address, one a line", ""},
    {"found", FieldKind::kText, "What else tells it from others", "The date, the account, \"the third reply\". May stay empty."},
    {"affected", FieldKind::kLine, "Who is affected", "A member of staff, a pupil, a group: no name needed."},
    {"notifier", FieldKind::kLine, "Who sends the notice", "A name."},
    {"email", FieldKind::kLine, "E-mail address at which they are reached", ""},
    {"earlier", FieldKind::kText, "Earlier reports and their numbers", "May stay empty."},
    {"good_faith", FieldKind::kTick, "They believe in good faith that all this is accurate and complete", ""},
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : Split(std::string_view(text), '\n'))
    if (const auto trimmed = Trim(line); !trimmed.empty()) lines.emplace_back(trimmed);
  return lines;
}

std::optional<bool> YesOrNo(const std::string& text) {
  if (text == "yes") return true;
  return text == "no" ? std::optional(false) : std::nullopt;
}

std::optional<http::Response> NoNotice(Visit& visit) {
  const Case& c = *visit.c;
  if (!c.decision || c.state == CaseState::kClosed) return visit.Say(409, "Decide first", {"What to do follows from what it is."}, CasePath(visit), "Back to the case");
  if (!Allows(c.decision->finding, ResponseKind::kReport)) return visit.Say(409, "That is no response to this case", {"The case's finding leaves room for other responses."}, CasePath(visit), "Back to the case");
  return std::nullopt;
}

// What a form starts with.
std::map<std::string, std::string> Prefilled(const Visit& visit, const Post& post) {
  std::map<std::string, std::string> values;
  const Guide& guide = GuideFor(post);
  values["to"] = guide.platform == "other" ? post.platform : std::string(guide.name);
  if (StartsWithIgnoreCase(post.permalink, "http")) values["locations"] = post.permalink;
  if (post.created_at) values["found"] = "Posted " + FormatRfc3339(*post.created_at).substr(0, 10) + ".";
  std::string earlier;
  for (const auto& response : visit.c->responses) {
    if (response.kind != ResponseKind::kReport || (response.state != ResponseState::kDone && response.state != ResponseState::kRefused)) continue;
    earlier += "Reported to " + response.to + (response.done_at ? " on " + FormatLocal(*response.done_at) : std::string()) + (response.reference.empty() ? "" : ", number " + response.reference) + ".\n";
  }
  values["report_history"] = earlier;
  return values;
}

template <std::size_t N>
http::Response ShowForm(Visit& visit, const NoticeField (&fields)[N], std::string_view title, std::string_view path, std::vector<std::string> paragraphs, const std::map<std::string, std::string>& prefilled) {
  const bool posted = visit.request.method == "POST";
  const auto error_of = [&](std::string_view key) {
    for (const auto& problem : visit.problems)
      if (problem.field == key) return problem.message;
    return std::string();
  };
  std::vector<Slots> list;
  for (const auto& field : fields) {
    Slots one;
    std::string value = posted ? visit.form.Get(field.key) : std::string();
    if (!posted)
      if (const auto known = prefilled.find(std::string(field.key)); known != prefilled.end()) value = known->second;
    const std::string error = error_of(field.key);
    std::string described;
    if (!field.hint.empty() && (field.kind == FieldKind::kLine || field.kind == FieldKind::kText)) described = std::string(field.key) + "-hint";
    if (!error.empty()) described += (described.empty() ? "" : " ") + std::string(field.key) + "-error";
    one.Set("key", field.key).Set("label", field.label).Set("hint", field.hint).Set("error", error).Set("described", described).Set("value", value);
    one.Set("is_text", field.kind == FieldKind::kLine || field.kind == FieldKind::kText).Set("long", field.kind == FieldKind::kText).Set("rows", 3);
    one.Set("is_tick", field.kind == FieldKind::kTick).Set("checked", value == "yes").Set("is_choice", field.kind == FieldKind::kChoice).Set("yes", value == "yes").Set("no", value == "no");
    list.push_back(std::move(one));
  }
  std::vector<Slots> texts;
  for (auto& text : paragraphs) texts.push_back(Slots().Set("text", std::move(text)));
  Slots view;
  view.Set("id", visit.c->id).Set("moment", visit.c->events).Set("title", title).Set("action", CasePath(visit) + std::string(path)).Set("paragraphs", std::move(texts)).Set("fields", std::move(list));
  return visit.Show(title, "legal-notice", std::move(view));
}

// "email: an address ..." points at the field of that name.
void ComplainOf(Visit& visit, const std::vector<std::string>& missing) {
  for (const auto& one : missing) {
    const auto colon = one.find(':');
    std::string key = one.substr(0, colon);
    if (key == "inaccurate or unsupported") key = "inaccurate";
    visit.Complain(key, Capital(one.substr(std::min(colon + 2, one.size()))));
  }
}

bool TooLong(const Visit& visit) {
  return std::ranges::any_of(visit.form.all(), [](const auto& field) { return field.second.size() > kMostNotice; });
}

http::Response ProposeNotice(Visit& visit, std::string_view kind, const Result<std::string>& text) {
  if (!text) return visit.SayError(text.error());
  ReportChoice choice;
  choice.notice = kind;
  const std::string to = (kind == "section-5" ? "section 5 notice: " : "notice of illegal content: ") + std::string(Trim(visit.form.Get("to")));
  const auto change = Propose(*visit.c, visit.person().id, {ResponseKind::kReport, to, *text, ToJson(choice)}, visit.now);
  return FinishChange(visit, change, CasePath(visit), "The notice is written and proposed. Somebody else approves it; then a person sends it.");
}

http::Response ShowSection5(Visit& visit) {
  if (auto refused = NoNotice(visit)) return *std::move(refused);
  const auto post = visit.parts.store.PostOf(*visit.c);
  if (!post) return visit.SayError(post.error());
  auto values = Prefilled(visit, post->Version(visit.c->worst).post);
  if (const auto noted = NoteAuthorIn(visit, post->Version(visit.c->worst).post, values["locations"], "the form of a notice"); !noted) return visit.SayError(noted.error());
  return ShowForm(visit, kSection5, "Section 5 notice of complaint", "/section-5",
                  {"Defamation Act 2013, section 5. For a person whose reputation the words do serious harm to, where nobody knows who wrote them. A large platform may prefer its own legal form.",
                   "heed says that words may be defamatory, never that they are. Take legal advice first if you can. A claim must be brought within a year of publication."},
                  values);
}

http::Response DoSection5(Visit& visit) {
  if (auto refused = NoNotice(visit)) return *std::move(refused);
  if (!IsFreshForm(visit)) return MovedOn(visit);
  const auto& form = visit.form;
  Section5Notice notice;
  notice.complainant = Trim(form.Get("complainant"));
  notice.email = Trim(form.Get("email"));
  notice.statement = Trim(form.Get("statement"));
  notice.locations = Lines(form.Get("locations"));
  notice.why_defamatory = Trim(form.Get("why_defamatory"));
  notice.meaning = Trim(form.Get("meaning"));
  notice.inaccurate = Lines(form.Get("inaccurate"));
  notice.unsupported = Lines(form.Get("unsupported"));
  notice.earlier = Lines(form.Get("earlier"));
  notice.complainant_agreed = form.Get("complainant_agreed") == "yes";
  if (form.Get("poster_unknown") == "yes") notice.poster_unknown = true;
  notice.name_may_be_given = YesOrNo(form.Get("name_may_be_given"));
  notice.email_may_be_given = YesOrNo(form.Get("email_may_be_given"));
  std::vector<std::string> names;
  for (const auto& school : visit.parts.schools) {
    names.push_back(school.name);
    names.insert(names.end(), school.names.begin(), school.names.end());
  }
  if (Trim(form.Get("to")).empty()) visit.Complain("to", "Say which website it is for");
  if (TooLong(visit)) visit.Complain("", "One of the fields is longer than heed takes");
  ComplainOf(visit, MissingFrom(notice, names));
  if (!visit.problems.empty()) return ShowSection5(visit);
  return ProposeNotice(visit, "section-5", WriteNotice(notice, names));
}

http::Response ShowContent(Visit& visit) {
  if (auto refused = NoNotice(visit)) return *std::move(refused);
  const auto post = visit.parts.store.PostOf(*visit.c);
  if (!post) return visit.SayError(post.error());
  auto values = Prefilled(visit, post->Version(visit.c->worst).post);
  values["earlier"] = values["report_history"];
  if (const auto noted = NoteAuthorIn(visit, post->Version(visit.c->worst).post, values["locations"], "the form of a notice"); !noted) return visit.SayError(noted.error());
  return ShowForm(visit, kContent, "Notice of illegal content", "/illegal-content",
                  {"Everything a platform needs to decide: the items of Article 16 of the EU's Digital Services Act, which serve every platform, and what section 192 of the Online Safety Act 2023 has a provider weigh.",
                   "It is for offences, such as threats, hate or stalking. Defamation by itself is none: that is what a section 5 notice is for."},
                  values);
}

http::Response DoContent(Visit& visit) {
  if (auto refused = NoNotice(visit)) return *std::move(refused);
  if (!IsFreshForm(visit)) return MovedOn(visit);
  const auto& form = visit.form;
  ContentNotice notice;
  for (const auto& [key, to] : {std::pair<std::string_view, std::string*>{"law", &notice.law}, {"facts", &notice.facts}, {"intent", &notice.intent}, {"no_defence", &notice.no_defence}, {"found", &notice.found},
                                {"affected", &notice.affected}, {"notifier", &notice.notifier}, {"email", &notice.email}, {"earlier", &notice.earlier}})
    *to = Trim(form.Get(key));
  notice.locations = Lines(form.Get("locations"));
  notice.good_faith = form.Get("good_faith") == "yes";
  if (Trim(form.Get("to")).empty()) visit.Complain("to", "Say which platform it is for");
  if (TooLong(visit)) visit.Complain("", "One of the fields is longer than heed takes");
  ComplainOf(visit, MissingFrom(notice));
  if (!visit.problems.empty()) return ShowContent(visit);
  return ProposeNotice(visit, "content", WriteNotice(notice));
}

// --- helplines

std::optional<http::Response> NoHelpline(Visit& visit) {
  const Case& c = *visit.c;
  if (!c.decision || c.state == CaseState::kClosed) return visit.Say(409, "Decide first", {"What to do follows from what it is."}, CasePath(visit), "Back to the case");
  if (!Allows(c.decision->finding, ResponseKind::kHelpline) || c.decision->finding == Finding::kChildImage)
    return visit.Say(409, "That is no response to this case", {"The case's finding leaves room for other responses."}, CasePath(visit) + "/respond", "Choose something else");
  return std::nullopt;
}

http::Response ShowHelpline(Visit& visit) {
  if (auto refused = NoHelpline(visit)) return *std::move(refused);
  const Case& c = *visit.c;
  const auto stored = visit.parts.store.PostOf(c);
  if (!stored) return visit.SayError(stored.error());
  const School none, *school = visit.FindSchool(c.school);
  const auto from = HelplineFrom(c);
  Slots view;
  view.Set("id", c.id).Set("moment", c.events);
  view.Set("time", !from ? std::string("The platform has not been told yet. The helplines ask that it is told first, unless a child may be in danger: then ring them now.")
                   : visit.now < *from ? "The helplines ask that the platform is given 48 hours: until " + FormatLocal(*from) + ". Ring them now all the same if a child may be in danger."
                                       : "The platform has had its 48 hours. Now is the time.");
  std::vector<Slots> lines;
  for (const auto* line : HelplinesFor(c))
    lines.push_back(Slots().Set("id", line->id).Set("name", line->name).Set("who", line->who).Set("how", line->how).Set("when", Capital(line->when)).Set("selected", visit.form.Get("line") == line->id));
  view.Set("lines", std::move(lines));
  const Post& post = stored->Version(c.worst).post;
  const Response* before = ProposedBefore(visit, ResponseKind::kHelpline);
  if (before) view.Set("before", WhySentBack(visit, *before));
  const std::string text = visit.request.method == "POST" ? visit.form.Get("text") : before ? before->text : HandOverText(c, post, school ? *school : none);
  if (const auto noted = NoteAuthorIn(visit, post, text, "what a helpline is handed"); !noted) return visit.SayError(noted.error());
  view.Set("text", text);
  return visit.Show("Hand it to a helpline", "helpline", std::move(view));
}

http::Response DoHelpline(Visit& visit) {
  if (auto refused = NoHelpline(visit)) return *std::move(refused);
  if (!IsFreshForm(visit)) return MovedOn(visit);
  const auto stored = visit.parts.store.PostOf(*visit.c);
  if (!stored) return visit.SayError(stored.error());
  const std::string text(Trim(visit.form.Get("text")));
  const Helpline* chosen = nullptr;
  for (const auto* line : HelplinesFor(*visit.c))
    if (visit.form.Get("line") == line->id) chosen = line;
  if (!chosen) visit.Complain("line", "Choose a helpline");
  const auto& shown = stored->Version(visit.c->worst);
  if (const auto fine = CheckReportText(text, shown.post, shown.assessment, kMostNotice); !fine) visit.Complain("text", Capital(fine.error().message()));
  if (!visit.problems.empty()) return ShowHelpline(visit);
  const auto change = Propose(*visit.c, visit.person().id, {ResponseKind::kHelpline, std::string(chosen->name), text, ""}, visit.now);
  return FinishChange(visit, change, CasePath(visit), "Proposed. Once it is approved, ring or write to them, and write down what they say.");
}

constexpr std::array kPages = {
    WebPage{"GET", "/cases/{case}/section-5", Reach::kCase, kNotifiers, &ShowSection5},
    WebPage{"POST", "/cases/{case}/section-5", Reach::kCase, kNotifiers, &DoSection5},
    WebPage{"GET", "/cases/{case}/illegal-content", Reach::kCase, kNotifiers, &ShowContent},
    WebPage{"POST", "/cases/{case}/illegal-content", Reach::kCase, kNotifiers, &DoContent},
    WebPage{"GET", "/cases/{case}/helpline", Reach::kCase, kNotifiers, &ShowHelpline},
    WebPage{"POST", "/cases/{case}/helpline", Reach::kCase, kNotifiers, &DoHelpline},
};

}  // namespace

std::span<const WebPage> NoticePages() { return kPages; }

}  // namespace heed
