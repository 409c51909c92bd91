// The texts letters start from, edited by administrators; and a letter as PDF.
#include <algorithm>
#include <array>

#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/letters.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kEdits = Only(Role::kAdministrator), kReadsLetters = Only(Role::kTriage, Role::kHead, Role::kLegal);

// A letter on A4; the program that makes the PDF is given this page and nothing else.
constexpr std::string_view kLetterStyle = R"(@page { size: A4; margin: 25mm 25mm 22mm; @bottom-center { content: counter(page) " of " counter(pages); font-size: 9pt; color: #444; } }
body { font: 11pt/1.45 "Noto Sans", "DejaVu Sans", sans-serif; color: #111; }
header { border-bottom: 1.5pt solid #12436d; padding-bottom: 4mm; margin-bottom: 10mm; }
header strong { display: block; font-size: 15pt; }
p { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 4mm; orphans: 3; widows: 3; }
.draft { border: 1.5pt solid #b10e1e; color: #b10e1e; padding: 3mm; font-weight: bold; }
)";

// Whose texts are meant: one school's, or every school's (""); nullopt where that is not theirs to change.
std::optional<std::string> SchoolOf(const Visit& visit, const http::Fields& fields) {
  std::string school = fields.Get("school");
  const bool everywhere = (visit.person().At("") & kEdits) != 0;
  if (school.empty() && !everywhere && !visit.schools.empty() && !fields.Has("school")) school = visit.schools.front();
  if (school.empty() ? !everywhere : std::ranges::find(visit.schools, school) == visit.schools.end()) return std::nullopt;
  return school;
}

http::Response NotYours(Visit& visit) { return visit.Say(404, "There is no such text", {"Or it is not yours to change."}, "/letters", "The texts of letters"); }

std::vector<Slots> SchoolChoices(const Visit& visit, const std::string& chosen) {
  std::vector<Slots> schools;
  if (visit.person().At("") & kEdits) schools.push_back(Slots().Set("value", "").Set("name", "Every school").Set("selected", chosen.empty()));
  for (const auto& id : visit.schools) schools.push_back(Slots().Set("value", id).Set("name", visit.SchoolName(id)).Set("selected", id == chosen));
  return schools;
}

http::Response Letters(Visit& visit) {
  const auto school = SchoolOf(visit, visit.query);
  if (!school) return NotYours(visit);
  std::vector<Slots> rows;
  for (const auto kind : kResponseKinds) {
    const auto newest = visit.parts.store.NewestPaper(LetterPaper(kind, *school));
    if (!newest) return visit.SayError(newest.error());
    const bool own = *newest && !(*newest)->text.empty();
    Slots row;
    row.Set("kind", ToString(kind)).Set("title", LetterFor(kind).title).Set("school", http::PercentEncode(*school)).Set("own", own);
    row.Set("state", own ? "Changed " + FormatLocal((*newest)->at) + " by " + (*newest)->by : school->empty() ? std::string("As heed comes with it") : std::string("As for every school"));
    rows.push_back(std::move(row));
  }
  return visit.Show("Texts of letters", "letters", Slots().Set("several_schools", visit.parts.schools.size() > 1).Set("schools", SchoolChoices(visit, *school)).Set("letters", std::move(rows)));
}

// A case nobody has, to show what a text becomes.
std::string Example(const Visit& visit, std::string_view text, const std::string& school_id) {
  Case c;
  c.school = !school_id.empty() ? school_id : visit.parts.schools.empty() ? "" : visit.parts.schools.front().id;
  c.posted_at = visit.now - days{1};
  Decision decision;
  decision.finding = Finding::kBreach;
  decision.category = Category::kAbuse;
  if (const School* school = visit.FindSchool(c.school))
    if (const auto clause = school->clauses.find(Category::kAbuse); clause != school->clauses.end()) decision.clause = clause->second;
  c.decision = std::move(decision);
  return FillLetter(text, c, visit.FindSchool(c.school), "Mastodon");
}

http::Response EditForm(Visit& visit) {
  const auto kind = ParseResponseKind(visit.path.Get("kind"));
  const bool posted = visit.request.method == "POST";
  const auto school = SchoolOf(visit, posted ? visit.form : visit.query);
  if (!kind || !school) return NotYours(visit);
  const Letter& letter = LetterFor(*kind);
  const auto versions = visit.parts.store.PaperVersions(LetterPaper(*kind, *school));
  if (!versions) return visit.SayError(versions.error());
  const auto in_use = LetterText(visit.parts.store, *kind, *school);
  if (!in_use) return visit.SayError(in_use.error());
  std::string text = posted ? visit.form.Get("text") : *in_use;
  const std::string& wanted = visit.query.Get("version");
  std::vector<Slots> earlier;
  for (auto version = versions->rbegin(); version != versions->rend(); ++version) {
    if (!posted && wanted == std::to_string(version->number) && !version->text.empty()) text = version->text;
    earlier.push_back(Slots().Set("number", version->number).Set("at", FormatLocal(version->at)).Set("by", version->by).Set("text", Visible(version->text)).Set("reset", version->text.empty())
                          .Set("kind", ToString(*kind)).Set("school", http::PercentEncode(*school)));
  }
  Slots view;
  view.Set("title", letter.title).Set("kind", ToString(*kind)).Set("school", *school).Set("school_query", http::PercentEncode(*school));
  view.Set("for_school", school->empty() ? "every school" : visit.SchoolName(*school)).Set("text", text);
  view.Set("number", versions->empty() ? 0 : versions->back().number).Set("edited", !versions->empty() && !versions->back().text.empty());
  std::vector<Slots> needs;
  for (const auto need : letter.needs)
    if (!need.empty()) needs.push_back(Slots().Set("text", need));
  view.Set("has_needs", !needs.empty()).Set("needs", std::move(needs)).Set("has_earlier", !earlier.empty()).Set("earlier", std::move(earlier));
  if (visit.form.Get("do") == "preview" && visit.problems.empty()) view.Set("preview", Visible(Example(visit, text, *school)));
  return visit.Show(std::string(letter.title), "letter-edit", std::move(view));
}

AuditRow RowFor(const Visit& visit, std::string action, ResponseKind kind, const std::string& school, std::uint32_t number) {
  AuditRow row;
  row.at = visit.now;
  row.actor = visit.person().id;
  row.action = std::move(action);
  row.school = school;
  row.subject = "letter " + std::string(ToString(kind));
  row.details = "version " + std::to_string(number);
  return row;
}

// The version the form was made from, so that two people never overwrite each other.
std::optional<std::uint32_t> NextNumber(const Visit& visit) {
  const std::string& text = visit.form.Get("number");
  if (text.empty() || text.size() > 6 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return static_cast<std::uint32_t>(std::stoul(text)) + 1;
}

http::Response SavePaper(Visit& visit, std::string text, std::string action, std::string_view done) {
  const auto kind = ParseResponseKind(visit.path.Get("kind"));
  const auto school = SchoolOf(visit, visit.form);
  if (!kind || !school) return NotYours(visit);
  const std::string here = "/letters/" + std::string(ToString(*kind)) + "?school=" + http::PercentEncode(*school);
  const auto number = NextNumber(visit);
  if (!number) return visit.Say(422, "It is not saved", {"The form does not say what it was made from. Open it again."}, here, "Open it again");
  const auto saved = visit.parts.store.SavePaper({LetterPaper(*kind, *school), *number, visit.now, visit.person().id, std::move(text)}, RowFor(visit, std::move(action), *kind, *school, *number));
  if (!saved && saved.error().fault() == Fault::kExists)
    return visit.Say(409, "Somebody was quicker", {"The text was changed while you wrote. Yours was not saved, and nothing of theirs was overwritten: go back to copy your words, then open it again."}, here, "Open it again");
  if (!saved) return visit.SayError(saved.error());
  return visit.Go("/letters?school=" + http::PercentEncode(*school), done);
}

http::Response Edit(Visit& visit) {
  const auto kind = ParseResponseKind(visit.path.Get("kind"));
  if (!kind || !SchoolOf(visit, visit.form)) return NotYours(visit);
  std::string text;
  for (const char c : visit.form.Get("text"))
    if (c != '\r') text += c;
  text = std::string(Trim(text)) + "\n";
  for (auto& problem : CheckLetterText(LetterFor(*kind), text)) visit.Complain("text", std::move(problem));
  if (!visit.problems.empty() || visit.form.Get("do") == "preview") return EditForm(visit);
  return SavePaper(visit, std::move(text), "letter-changed", "The text is saved. New letters start from it; those proposed already stay as they are.");
}

http::Response Reset(Visit& visit) { return SavePaper(visit, "", "letter-reset", "The text is again the one from before it was changed."); }

http::Response LetterPdf(Visit& visit) {
  const Case& c = *visit.c;
  const std::string& text = visit.path.Get("number");
  const bool digits = !text.empty() && text.size() <= 6 && std::ranges::all_of(text, [](char d) { return d >= '0' && d <= '9'; });
  const Response* response = digits ? c.FindResponse(static_cast<std::uint32_t>(std::stoul(text))) : nullptr;
  const std::string back = "/cases/" + std::to_string(c.id) + (response ? "/responses/" + text : "");
  if (!response || !IsLetter(response->kind)) return visit.Say(404, "There is no such letter", {"The case has none of that number."}, back, "Back");
  if (!visit.parts.pdf) return visit.Say(404, "PDFs are not made here", {"Print the page instead."}, back, "Back to the letter");
  const bool waiting = response->state == ResponseState::kProposed || response->state == ResponseState::kSentBack || response->state == ResponseState::kDeclined || response->state == ResponseState::kCancelled;
  const bool held = response->state == ResponseState::kHeld && response->leaves_at && visit.now < *response->leaves_at;
  std::vector<Slots> paragraphs;
  std::string paragraph;
  const std::string visible = Visible(response->text);
  for (const auto line : Split(visible, '\n')) {
    if (!Trim(line).empty()) {
      paragraph += (paragraph.empty() ? "" : "\n") + std::string(line);
      continue;
    }
    if (!paragraph.empty()) paragraphs.push_back(Slots().Set("text", std::move(paragraph)));
    paragraph.clear();
  }
  if (!paragraph.empty()) paragraphs.push_back(Slots().Set("text", paragraph));
  const Instant at = response->decided_at.value_or(response->proposed_at);
  const std::string local = FormatLocal(at);
  Slots view;
  view.Set("school", visit.SchoolName(c.school)).Set("organisation", visit.parts.organisation);
  view.Set("date", local.substr(0, local.rfind(' '))).Set("paragraphs", std::move(paragraphs));
  if (waiting) view.Set("draft", "Draft. Not approved: do not send.");
  else if (held) view.Set("draft", "Approved, and can still be cancelled: do not send before " + FormatLocal(*response->leaves_at) + ".");
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Letter</title>\n<style>\n";
  html.append(kLetterStyle).append("</style>\n</head>\n<body>\n").append(Fill("letter-pdf", view)).append("</body>\n</html>\n");
  auto pdf = visit.parts.pdf(html, at);
  if (!pdf && pdf.error().fault() == Fault::kNotFound)
    return visit.Say(503, "A PDF cannot be made now", {Capital(pdf.error().message()) + ". Your administrator can install it; until then print the page from your browser, where \"Save as PDF\" is offered too."}, back, "Back to the letter");
  if (!pdf && pdf.error().fault() == Fault::kUnavailable) return visit.Say(503, "A PDF cannot be made now", {Capital(pdf.error().message()) + ". Print the page from your browser instead."}, back, "Back to the letter");
  if (!pdf) return visit.SayError(pdf.error());
  http::Response answer;
  answer.With("Content-Type", "application/pdf").With("Content-Disposition", "attachment; filename=\"letter-case-" + std::to_string(c.id) + "-" + text + ".pdf\"");
  answer.body = *std::move(pdf);
  return answer;
}

constexpr std::array kPages = {
    WebPage{"GET", "/letters", Reach::kSomeSchool, kEdits, &Letters},
    WebPage{"GET", "/letters/{kind}", Reach::kSomeSchool, kEdits, &EditForm},
    WebPage{"POST", "/letters/{kind}", Reach::kSomeSchool, kEdits, &Edit},
    WebPage{"POST", "/letters/{kind}/reset", Reach::kSomeSchool, kEdits, &Reset},
    WebPage{"GET", "/cases/{case}/responses/{number}/letter.pdf", Reach::kCase, kReadsLetters, &LetterPdf},
};

}  // namespace

std::span<const WebPage> TemplatePages() { return kPages; }

}  // namespace heed
