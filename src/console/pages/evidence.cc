// What is kept with a case: captures, originals, pictures, how long; and evidence packs made of one case or several.
//
// Nothing here opens a stranger's file: it is handed over as a download, and only pictures are shown, blurred until asked for.
#include <algorithm>
#include <array>

#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/casework/acts.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kReads = Only(Role::kTriage, Role::kHead, Role::kLegal), kKeeps = Only(Role::kTriage, Role::kHead), kReleases = Only(Role::kHead);
constexpr std::size_t kMostCases = 1000, kMostMasked = 500;

std::string CaseAddress(const Visit& visit) { return "/cases/" + std::to_string(visit.c->id); }
std::string EvidenceAddress(const Visit& visit) { return CaseAddress(visit) + "/evidence"; }

std::string SizeInWords(std::uint64_t bytes) {
  if (bytes < 10'000) return std::to_string(bytes) + " bytes";
  if (bytes < 10'000'000) return std::to_string(bytes / 1000) + " kB";
  return std::to_string(bytes / 1'000'000) + " MB";
}

bool IsLocked(const Case& c) { return c.decision && c.decision->finding == Finding::kChildImage; }
// Pictures may be what a child must be kept from being seen in; they are not shown while that is open.
bool HidesPictures(const Case& c) { return c.decision && (c.decision->finding == Finding::kChildImage || c.decision->finding == Finding::kSafeguarding); }

// Written down before it is shown: what cannot be written down is not shown.
Done Note(Visit& visit, std::string action, std::string school, std::string subject, std::string details = "") {
  AuditRow row;
  row.actor = visit.person().id;
  row.action = std::move(action);
  row.school = std::move(school);
  row.subject = std::move(subject);
  row.details = std::move(details);
  return visit.parts.gate.Note(std::move(row));
}

// A name for the visitor's own disk: letters, digits, dots and hyphens, nothing a shell or a header would read as more.
std::string DownloadName(std::string_view name) {
  std::string out;
  for (const char c : name) out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ? c : '_';
  while (out.starts_with('.')) out.erase(0, 1);
  if (out.size() > 80) out = out.substr(out.size() - 80);
  return out.empty() ? "file" : out;
}

// "1 Nov 2026".
std::string DayInWords(Instant at) {
  const std::string whole = FormatLocal(at);
  return whole.substr(0, whole.rfind(' '));
}

// --- one case

http::Response ShowEvidence(Visit& visit) {
  const Case& c = *visit.c;
  if (IsLocked(c))
    return visit.Say(403, "Nothing of it is kept to be looked at", {"The case was found to be about a sexual image of a child. No copy is made and none is shown. The police and the IWF look at it, nobody else."}, CaseAddress(visit), "Back to the case");
  const auto files = visit.parts.evidence.files(c);
  if (!files) return visit.SayError(files.error());
  const bool keeps = (visit.person().At(c.school) & kKeeps) != 0, shown = visit.query.Get("pictures") == "shown";
  Slots view;
  std::vector<Slots> rows;
  bool pictures = false;
  for (const auto& file : *files) {
    Slots row;
    row.Set("key", file.key).Set("case", c.id).Set("name", OneLine(file.name, {}, Words::kShown, 120)).Set("media_type", file.media_type).Set("size", SizeInWords(file.bytes)).Set("sha256", file.sha256);
    row.Set("how", Visible(file.how)).Set("address", OneLine(file.address, {}, Words::kShown, 300)).Set("by", visit.PersonName(file.by)).Set("gone", file.gone).Set("here", file.gone.empty());
    if (file.at) row.Set("at", FormatLocal(*file.at));
    row.Set("what", file.what == "original" ? "As it was handed in" : file.what == "media" ? (file.media_type.starts_with("video/") ? "Video of the post" : "Picture of the post") : file.whose == "staff" ? "Capture by staff" : "Exchange with the platform");
    if (file.picture && file.gone.empty() && !HidesPictures(c)) row.Set("picture", true).Set("shown", shown);
    pictures = pictures || (file.picture && !HidesPictures(c));
    rows.push_back(std::move(row));
  }
  view.Set("id", c.id).Set("moment", c.events).Set("keeps", keeps).Set("has_files", !rows.empty()).Set("files", std::move(rows)).Set("has_pictures", pictures).Set("pictures_shown", shown);
  view.Set("pictures_hidden", HidesPictures(c));
  if (c.hold) {
    view.Set("hold", Slots().Set("purpose", Visible(c.hold->purpose)).Set("by", visit.PersonName(c.hold->by)).Set("since", FormatLocal(c.hold->since)).Set("review", DayInWords(c.hold->review_at)).Set("overdue", visit.now >= c.hold->review_at));
    view.Set("can_release", (visit.person().At(c.school) & kReleases) != 0);
  }
  view.Set("ends", c.state == CaseState::kClosed && c.closed_at ? DayInWords(*c.closed_at + visit.parts.retention.closed) : "");
  view.Set("kept_days", visit.parts.retention.closed.count());
  // "form_": a file and a hold have a purpose, an address and a how of their own.
  for (const char* field : {"purpose", "review", "how", "address", "taken_at"}) view.Set(std::string("form_") + field, visit.form.Get(field));
  if (visit.form.Get("review").empty()) view.Set("form_review", FormatRfc3339(visit.now + days{90}).substr(0, 10));
  view.Set("why", visit.form.Get("why"));
  view.Set("latest", FormatRfc3339(visit.now + kLongestHold).substr(0, 10));
  view.Set("most", std::to_string(24) + " MB");
  return visit.Show("Evidence of case " + std::to_string(c.id), "evidence", std::move(view));
}

// The form was made from the case as it is.
bool IsCurrent(const Visit& visit) { return visit.form.Get("moment") == std::to_string(visit.c->events); }

http::Response After(Visit& visit, const Result<Change>& change, std::string_view done) {
  if (!change) {
    visit.Complain("", Capital(change.error().message()));
    return ShowEvidence(visit);
  }
  const auto recorded = visit.parts.store.Record(*change);
  if (recorded) return visit.Go(EvidenceAddress(visit), done);
  if (recorded.error().fault() == Fault::kExists)
    return visit.Say(409, "Somebody was quicker", {"The case was changed while you looked at it. Nothing was overwritten: look at it again."}, EvidenceAddress(visit), "Look again");
  return visit.SayError(recorded.error());
}

http::Response DoHold(Visit& visit) {
  if (!IsCurrent(visit)) return visit.Say(409, "Somebody was quicker", {"The case was changed while you looked at it. Nothing was overwritten: look at it again."}, EvidenceAddress(visit), "Look again");
  const auto review = ParseRfc3339(Trim(visit.form.Get("review")));
  if (Trim(visit.form.Get("purpose")).empty()) visit.Complain("purpose", "Say what it is kept for: which claim, which report to the police");
  if (!review) visit.Complain("review", "Give the day it is looked at again, for example " + FormatRfc3339(visit.now + days{90}).substr(0, 10));
  else if (*review <= visit.now || *review > visit.now + kLongestHold) visit.Complain("review", "Choose a day that is still to come, and not later than " + FormatRfc3339(visit.now + kLongestHold).substr(0, 10));
  if (!visit.problems.empty()) return ShowEvidence(visit);
  return After(visit, PlaceHold(*visit.c, visit.person().id, visit.form.Get("purpose"), *review, visit.now), "The case is kept until somebody releases it. It is to be looked at again on " + FormatRfc3339(*review).substr(0, 10) + ".");
}

http::Response DoRelease(Visit& visit) {
  if (!IsCurrent(visit)) return visit.Say(409, "Somebody was quicker", {"The case was changed while you looked at it. Nothing was overwritten: look at it again."}, EvidenceAddress(visit), "Look again");
  if (Trim(visit.form.Get("why")).empty()) visit.Complain("why", "Say why it need not be kept any longer");
  if (!visit.problems.empty()) return ShowEvidence(visit);
  return After(visit, ReleaseHold(*visit.c, visit.person().id, visit.form.Get("why"), visit.now), "The hold is released: the case goes when its time is over.");
}

http::Response AddCapture(Visit& visit) {
  CaptureGiven given;
  given.case_id = visit.c->id;
  given.by = visit.person().id;
  given.how = Trim(visit.form.Get("how"));
  given.address = Trim(visit.form.Get("address"));
  if (given.how.empty()) visit.Complain("how", "Say how it was made: what you saw, on which device, with which program");
  if (const std::string taken(Trim(visit.form.Get("taken_at"))); !taken.empty()) {
    given.taken_at = ReadSchoolTime(taken);
    if (!given.taken_at) visit.Complain("taken_at", "Give day and time, for example 2026-11-02 08:15");
  }
  bool chosen = false;
  for (auto& upload : visit.uploads)
    if (upload.field == "file" && !upload.filename.empty() && !chosen) given.file = {RepairUtf8(upload.filename), std::move(upload.content)}, chosen = true;
  if (!chosen) visit.Complain("file", "Choose the file");
  if (!visit.problems.empty()) {
    if (chosen) visit.Complain("file", "Choose the file again: browsers forget it");
    return ShowEvidence(visit);
  }
  const auto kept = visit.parts.evidence.capture(std::move(given));
  if (!kept && (kept.error().fault() == Fault::kInvalid || kept.error().fault() == Fault::kTooLarge)) {
    visit.Complain("file", Capital(kept.error().message()));
    return ShowEvidence(visit);
  }
  if (!kept && kept.error().fault() == Fault::kDenied) return visit.Say(403, "No copy of it is kept", {Capital(kept.error().message()) + "."}, CaseAddress(visit), "Back to the case");
  if (!kept) return visit.SayError(kept.error());
  return visit.Go(EvidenceAddress(visit), "Kept with the case. A pack of it holds the file and a statement for you to sign.");
}

http::Response GetFile(Visit& visit) {
  const auto found = visit.parts.evidence.file(*visit.c, visit.path.Get("key"));
  if (!found && found.error().fault() == Fault::kDenied) return visit.Say(403, "It is not to be viewed", {Capital(found.error().message()) + "."}, CaseAddress(visit), "Back to the case");
  if (!found) return visit.SayError(found.error());
  const bool inline_picture = visit.query.Get("as") == "picture" && found->about.picture && !HidesPictures(*visit.c);
  if (!inline_picture)
    if (const auto noted = Note(visit, "evidence-file-taken", visit.c->school, "case " + std::to_string(visit.c->id), found->about.key + " " + found->about.sha256.substr(0, 16)); !noted) return visit.SayError(noted.error());
  http::Response response;
  response.With("Content-Type", inline_picture ? found->about.media_type : "application/octet-stream");
  if (!inline_picture) response.With("Content-Disposition", "attachment; filename=\"case-" + std::to_string(visit.c->id) + "-" + DownloadName(found->about.name) + "\"");
  response.body = found->bytes;
  return response;
}

// --- packs

// The cases a form or an address names: "1, 2 7"; a complaint for what is not theirs.  Whether it belongs to another school is not told.
std::vector<Case> NamedCases(Visit& visit, const std::string& text) {
  std::vector<Case> cases;
  std::string plain = text;
  std::ranges::replace_if(plain, [](char c) { return c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t'; }, ' ');
  for (const auto word : Split(plain, ' ')) {
    if (word.empty()) continue;
    const bool number = word.size() <= 18 && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
    auto c = number ? visit.parts.store.FindCase(std::stoull(std::string(word))) : Result<Case>(Fail(Fault::kNotFound, ""));
    if (!c || std::ranges::find(visit.schools, c->school) == visit.schools.end()) {
      visit.Complain("cases", "There is no case " + OneLine(word, {}, Words::kShown, 20));
      return {};
    }
    if (std::ranges::find(cases, c->id, &Case::id) == cases.end()) cases.push_back(*std::move(c));
    if (cases.size() > kMostCases) {
      visit.Complain("cases", "One pack holds at most " + std::to_string(kMostCases) + " cases");
      return {};
    }
  }
  return cases;
}

std::string CaseList(const std::vector<CaseId>& cases) {
  std::string out;
  for (std::size_t i = 0; i < cases.size() && i < 30; ++i) out += (out.empty() ? "" : ", ") + std::to_string(cases[i]);
  if (cases.size() > 30) out += " and " + std::to_string(cases.size() - 30) + " more";
  return out;
}

bool IsTheirs(const Visit& visit, const PackTold& pack) {
  return !pack.schools.empty() && std::ranges::all_of(pack.schools, [&](const std::string& school) { return std::ranges::find(visit.schools, school) != visit.schools.end(); });
}

http::Response PackForm(Visit& visit) {
  const bool post = visit.request.method == "POST";
  Slots view;
  view.Set("cases", post ? visit.form.Get("cases") : visit.query.Get("cases"));
  const std::string copy = visit.form.Get("copy");
  view.Set("working", copy != "evidence").Set("evidence", copy == "evidence");
  for (const char* field : {"mask", "recipient", "purpose"}) view.Set(field, visit.form.Get(field));
  view.Set("shortest", kShortestPassphrase);
  return visit.Show("Make an evidence pack", "pack-new", std::move(view));
}

http::Response NewPack(Visit& visit) { return PackForm(visit); }

http::Response MakeAPack(Visit& visit) {
  PackAsked asked;
  const auto cases = NamedCases(visit, visit.form.Get("cases"));
  if (cases.empty() && visit.problems.empty()) visit.Complain("cases", "Name the cases, for example 12, 15");
  for (const auto& c : cases) {
    asked.cases.push_back(c.id);
    if (std::ranges::find(asked.schools, c.school) == asked.schools.end()) asked.schools.push_back(c.school);
  }
  const std::string& copy = visit.form.Get("copy");
  asked.whole = copy == "evidence";
  if (copy != "evidence" && copy != "working") visit.Complain("copy-working", "Choose which copy");
  asked.by = visit.person().id;
  asked.purpose = Trim(visit.form.Get("purpose"));
  if (asked.purpose.empty()) visit.Complain("purpose", "Say what it is for and who gets it");
  for (const auto line : Split(visit.form.Get("mask"), '\n'))
    if (!Trim(line).empty()) asked.names_to_mask.emplace_back(Trim(line));
  if (asked.names_to_mask.size() > kMostMasked) visit.Complain("mask", "At most " + std::to_string(kMostMasked) + " names can be masked");
  if (asked.whole && !asked.names_to_mask.empty()) visit.Complain("mask", "Nothing is masked in an evidence copy: choose the working copy, or empty the list");
  asked.recipient = Trim(visit.form.Get("recipient"));
  asked.passphrase = visit.form.Get("passphrase");
  if (asked.recipient.empty() && !asked.passphrase.empty()) visit.Complain("recipient", "Say for whom it is sealed");
  if (!asked.recipient.empty() && asked.passphrase.size() < kShortestPassphrase) visit.Complain("passphrase", "Type a passphrase of at least " + std::to_string(kShortestPassphrase) + " characters");
  else if (!asked.recipient.empty() && asked.passphrase != visit.form.Get("again")) visit.Complain("again", "Type the same passphrase twice");
  if (asked.whole && asked.recipient.empty()) visit.Complain("recipient", "An evidence copy is sealed: say for whom");
  if (!visit.problems.empty()) return PackForm(visit);
  for (const auto& school : asked.schools)
    if (const auto noted = Note(visit, "pack-made", school, "cases " + CaseList(asked.cases), std::string(asked.whole ? "evidence copy" : "working copy") + (asked.recipient.empty() ? "" : ", sealed for " + asked.recipient) + "; " + asked.purpose); !noted)
      return visit.SayError(noted.error());
  const auto id = visit.parts.evidence.pack(asked);
  if (!id) return visit.SayError(id.error());
  return visit.Go("/packs/" + *id);
}

Slots PackSlots(const Visit& visit, const PackTold& pack) {
  Slots row;
  row.Set("id", pack.id).Set("cases", CaseList(pack.cases)).Set("by", visit.PersonName(pack.by)).Set("asked", FormatLocal(pack.asked_at)).Set("purpose", Visible(pack.purpose)).Set("recipient", Visible(pack.recipient));
  row.Set("copy", pack.whole ? "Evidence copy" : "Working copy").Set("whole", pack.whole).Set("waiting", pack.state == JobState::kWaiting).Set("failed", pack.state == JobState::kFailed ? Capital(pack.message) : "");
  row.Set("ready", pack.state == JobState::kDone).Set("state", pack.state == JobState::kWaiting ? "Being made" : pack.state == JobState::kFailed ? "Could not be made" : "Ready");
  row.Set("colour", pack.state == JobState::kWaiting ? "blue" : pack.state == JobState::kFailed ? "red" : "green");
  if (pack.gone_at) row.Set("gone", FormatLocal(*pack.gone_at));
  return row;
}

http::Response ListPacks(Visit& visit) {
  std::vector<Slots> rows;
  for (const auto& pack : visit.parts.evidence.packs())
    if (IsTheirs(visit, pack)) rows.push_back(PackSlots(visit, pack));
  Slots view;
  view.Set("makes", (visit.person().Anywhere() & kKeeps) != 0).Set("has_packs", !rows.empty()).Set("packs", std::move(rows)).Set("lies", kPackLies.count());
  const auto holds = visit.parts.store.HoldsToReview(visit.now + kLongestHold + days{1});
  if (!holds) return visit.SayError(holds.error());
  std::vector<Slots> held;
  for (const auto& c : *holds)
    if (std::ranges::find(visit.schools, c.school) != visit.schools.end())
      held.push_back(Slots().Set("id", c.id).Set("school", visit.SchoolName(c.school)).Set("purpose", Visible(c.hold->purpose)).Set("by", visit.PersonName(c.hold->by)).Set("since", DayInWords(c.hold->since)).Set("review", DayInWords(c.hold->review_at)).Set("overdue", visit.now >= c.hold->review_at));
  view.Set("has_holds", !held.empty()).Set("holds", std::move(held));
  return visit.Show("Evidence packs", "packs", std::move(view));
}

// The pack of the address, if it is theirs.
std::optional<PackTold> PackOf(const Visit& visit) {
  auto pack = visit.parts.evidence.find_pack(visit.path.Get("pack"));
  if (!pack || !IsTheirs(visit, *pack)) return std::nullopt;
  return *std::move(pack);
}

http::Response NoSuchPack(Visit& visit) { return visit.Say(404, "There is no such pack", {"Packs lie ready for " + std::to_string(kPackLies.count()) + " days. One that is gone can be made again: the same cases make the same pack."}, "/packs", "Go to the packs"); }

http::Response ShowPack(Visit& visit) {
  const auto pack = PackOf(visit);
  if (!pack) return NoSuchPack(visit);
  Slots view = PackSlots(visit, *pack);
  view.Set("pack", pack->pack).Set("manifest", pack->manifest).Set("fingerprint", pack->fingerprint).Set("items", pack->items).Set("size", SizeInWords(pack->bytes));
  view.Set("stamps", pack->stamps > 0 ? std::to_string(pack->stamps) : "");
  std::vector<Slots> masked, notes;
  for (const auto& name : pack->names_to_mask) masked.push_back(Slots().Set("name", OneLine(name, {}, Words::kShown, 100)));
  for (const auto& note : pack->notes) notes.push_back(Slots().Set("text", Visible(note)));
  view.Set("has_masked", !masked.empty()).Set("masked", std::move(masked)).Set("has_notes", !notes.empty()).Set("notes", std::move(notes));
  return visit.Show("Evidence pack", "pack", std::move(view));
}

http::Response TakePack(Visit& visit) {
  const auto pack = PackOf(visit);
  if (!pack) return NoSuchPack(visit);
  const std::string file = pack->state == JobState::kDone ? visit.parts.evidence.pack_file(pack->id) : "";
  if (file.empty()) return NoSuchPack(visit);
  for (const auto& school : pack->schools)
    if (const auto noted = Note(visit, "pack-taken", school, "cases " + CaseList(pack->cases), "pack " + pack->pack + ", manifest " + pack->manifest.substr(0, 32)); !noted) return visit.SayError(noted.error());
  http::Response response;
  response.With("Content-Type", "application/octet-stream");
  response.With("Content-Disposition", "attachment; filename=\"heed-pack-" + DownloadName(pack->pack) + (pack->recipient.empty() ? ".zip\"" : ".sealed\""));
  response.file = file;
  return response;
}

constexpr std::array kPages = {
    WebPage{"GET", "/cases/{case}/evidence", Reach::kCase, kReads, &ShowEvidence},
    WebPage{"GET", "/cases/{case}/files/{key}", Reach::kCase, kReads, &GetFile},
    WebPage{"POST", "/cases/{case}/captures", Reach::kCase, kKeeps, &AddCapture, (24u << 20) + (1u << 20)},
    WebPage{"POST", "/cases/{case}/hold", Reach::kCase, kKeeps, &DoHold},
    WebPage{"POST", "/cases/{case}/hold/release", Reach::kCase, kReleases, &DoRelease},
    WebPage{"GET", "/packs", Reach::kSomeSchool, kReads, &ListPacks},
    WebPage{"GET", "/packs/new", Reach::kSomeSchool, kKeeps, &NewPack},
    WebPage{"POST", "/packs/new", Reach::kSomeSchool, kKeeps, &MakeAPack},
    WebPage{"GET", "/packs/{pack}", Reach::kSomeSchool, kReads, &ShowPack},
    WebPage{"POST", "/packs/{pack}/file", Reach::kSomeSchool, kReads, &TakePack},
};

}  // namespace

std::span<const WebPage> EvidencePages() { return kPages; }

}  // namespace heed
