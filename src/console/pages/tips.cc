// Handing in what staff were sent: a link, pasted words, screenshots, an exported chat.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kHandsIn = Only(Role::kTriage, Role::kHead);
constexpr std::size_t kMostCasesNamed = 10, kLongestNote = 2000, kMostLinks = 20;

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : Split(text, '\n'))
    if (!Trim(line).empty()) lines.emplace_back(Trim(line));
  return lines;
}

bool IsWebAddress(std::string_view link) {
  return (StartsWithIgnoreCase(link, "https://") || StartsWithIgnoreCase(link, "http://")) && link.size() <= 2000 && link.find_first_of(" \t\r\n") == std::string_view::npos;
}

http::Response TipForm(Visit& visit) {
  Slots view;
  std::vector<Slots> schools;
  for (const auto& id : visit.schools) schools.push_back(Slots().Set("id", id).Set("name", visit.SchoolName(id)).Set("selected", id == visit.form.Get("school")));
  view.Set("several_schools", schools.size() > 1).Set("schools", std::move(schools));
  for (const char* field : {"from", "note", "links", "text"}) view.Set(field, visit.form.Get(field));
  view.Set("most", std::to_string(kMaxHandedIn >> 20) + " MB");
  return visit.Show("Hand in what you were sent", "tip", std::move(view));
}

http::Response HandIn(Visit& visit) {
  TipGiven tip;
  const auto chosen = visit.Chosen(visit.form.Get("school"));
  if (chosen.size() == 1) tip.school = chosen.front();
  else visit.Complain("school", "Choose the school it is about");
  tip.by = visit.person().id;
  tip.from = Trim(visit.form.Get("from"));
  tip.note = Trim(visit.form.Get("note"));
  if (tip.from.empty()) visit.Complain("from", "Say who sent it and how, for example: a parent of year 8, by mail");
  if (tip.from.size() > kLongestNote) visit.Complain("from", "Say it in fewer words");
  if (tip.note.size() > kLongestNote) visit.Complain("note", "Say it in fewer words");
  tip.links = LinesOf(visit.form.Get("links"));
  for (const auto& link : tip.links)
    if (!IsWebAddress(link)) {
      visit.Complain("links", "Give whole addresses, one in a line: https://...");
      break;
    }
  if (tip.links.size() > kMostLinks) visit.Complain("links", "Give at most " + std::to_string(kMostLinks) + " addresses at once");
  if (const std::string text(Trim(visit.form.Get("text"))); !text.empty()) tip.texts.push_back(text);
  // What a browser sends for a file field that was left empty has neither name nor bytes.
  for (auto& upload : visit.uploads)
    if (upload.field == "files" && !(upload.filename.empty() && upload.content.empty())) tip.files.push_back({RepairUtf8(upload.filename), std::move(upload.content)});
  if (tip.files.empty() && tip.texts.empty() && tip.links.empty()) visit.Complain("files", "Add a file, an address or some words");
  if (!visit.problems.empty()) {
    // A browser does not send chosen files twice.
    if (!tip.files.empty()) visit.Complain("files", "Choose the files again: browsers forget them");
    return TipForm(visit);
  }
  const auto id = visit.parts.evidence.hand_in(tip);
  if (!id && id.error().fault() == Fault::kInvalid) {
    visit.Complain("", Capital(id.error().message()));
    return TipForm(visit);
  }
  if (!id) return visit.SayError(id.error());
  AuditRow row;
  row.actor = visit.person().id;
  row.action = "tip-handed-in";
  row.school = tip.school;
  row.subject = "tip " + *id;
  row.details = std::to_string(tip.files.size()) + " files, " + std::to_string(tip.texts.size()) + " texts, " + std::to_string(tip.links.size()) + " links";
  if (const auto noted = visit.parts.gate.Note(std::move(row)); !noted) return visit.SayError(noted.error());
  return visit.Go("/tips/" + *id);
}

// One case that came of it, as the person reading the page likes words.
Slots CaseSlots(const Visit& visit, CaseId id, const std::string& school) {
  Slots one;
  one.Set("id", id);
  const auto c = visit.parts.store.FindCase(id);
  if (!c || c->school != school) return one;
  const auto post = visit.parts.store.PostOf(*c);
  if (!post || (c->decision && c->decision->finding == Finding::kChildImage)) return one;
  const StoredVersion& shown = post->Version(c->worst);
  std::string scratch;
  const Words how = visit.person().mask_words ? Words::kCovered : Words::kShown;
  one.Set("words", OneLine(JudgedText(shown.post, scratch), shown.assessment.hits, how, 300));
  if (shown.post.handed_in && shown.post.handed_in->confidence) one.Set("confidence", *shown.post.handed_in->confidence);
  return one;
}

http::Response ShowTip(Visit& visit) {
  const auto told = visit.parts.evidence.tip(visit.path.Get("tip"));
  const bool theirs = told && std::ranges::find(visit.schools, told->school) != visit.schools.end();
  if (!theirs) {
    if (!told && told.error().fault() != Fault::kNotFound) return visit.SayError(told.error());
    return visit.Say(404, "What became of it is no longer known here", {"It is told for a week. What was handed in is not lost: it has been read, and its cases stand in the queue."}, "/queue", "Go to the queue");
  }
  Slots view;
  view.Set("id", visit.path.Get("tip")).Set("school", visit.SchoolName(told->school));
  view.Set("waiting", told->state == JobState::kWaiting).Set("failed", told->state == JobState::kFailed ? Capital(told->message) : "").Set("done", told->state == JobState::kDone);
  std::vector<Slots> lines;
  for (const auto& line : told->lines) {
    Slots one;
    one.Set("name", OneLine(line.name, {}, Words::kShown, 200)).Set("kind", line.kind).Set("place", OneLine(line.place, {}, Words::kShown, 200)).Set("collection", line.collection);
    one.Set("messages", line.messages).Set("flagged", line.flagged).Set("naming", line.naming).Set("forgotten", line.forgotten).Set("left_out", line.left_out > 0 ? std::to_string(line.left_out) : "");
    one.Set("nothing_kept", line.collection && line.flagged + line.naming == 0).Set("original_kept", line.original_kept).Set("unsure", Visible(line.unsure));
    std::vector<Slots> cases, notes;
    for (std::size_t i = 0; i < line.cases.size() && i < kMostCasesNamed; ++i) cases.push_back(CaseSlots(visit, line.cases[i], told->school));
    if (line.cases.size() > kMostCasesNamed) one.Set("more_cases", line.cases.size() - kMostCasesNamed);
    for (const auto& note : line.notes) notes.push_back(Slots().Set("text", Visible(note)));
    one.Set("has_cases", !cases.empty()).Set("cases", std::move(cases)).Set("has_notes", !notes.empty()).Set("notes", std::move(notes));
    lines.push_back(std::move(one));
  }
  view.Set("lines", std::move(lines));
  std::vector<Slots> not_read;
  for (const auto& [what, why] : told->not_read) not_read.push_back(Slots().Set("what", OneLine(what, {}, Words::kShown, 200)).Set("why", Visible(why)));
  view.Set("has_not_read", !not_read.empty()).Set("not_read", std::move(not_read));
  view.Set("opened", std::to_string(told->opened) + (told->opened == 1 ? " new case" : " new cases")).Set("changed", told->changed > 0 ? std::to_string(told->changed) : "");
  view.Set("known", told->known > 0 ? std::to_string(told->known) : "");
  return visit.Show("What became of it", "tip-told", std::move(view));
}

constexpr std::array kPages = {
    WebPage{"GET", "/tips", Reach::kSomeSchool, kHandsIn, &TipForm},
    WebPage{"POST", "/tips", Reach::kSomeSchool, kHandsIn, &HandIn, kMaxHandedIn + (1u << 20)},
    WebPage{"GET", "/tips/{tip}", Reach::kSomeSchool, kHandsIn, &ShowTip},
};

}  // namespace

std::span<const WebPage> TipPages() { return kPages; }

}  // namespace heed
