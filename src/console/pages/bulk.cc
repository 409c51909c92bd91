// Acting on several cases at once: choose them, see what would happen to each, confirm, and take it back together.
//
// What is confirmed is what was shown: each case stands in the form with the moment it was shown at, and one that has moved on since is left out
// and named.  What may be done in bulk at all is said in src/casework/bulk.h.
#include <algorithm>
#include <array>

#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/casework/bulk.h"
#include "src/console/asked.h"
#include "src/console/console.h"
#include "src/console/pages.h"

namespace heed {
namespace {

constexpr Roles kActs = Only(Role::kTriage, Role::kHead);
constexpr std::size_t kLineOfBulk = 400;

std::optional<std::uint64_t> WholeNumber(std::string_view text) {
  if (text.empty() || text.size() > 18 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return std::stoull(std::string(text));
}

// A case that was chosen, as it is now.
struct Chosen {
  Case c;
  std::uint64_t moment = 0;  // the case's events when the form was made
};

// One of the visitor's schools' cases; nullopt for any other, whether it is there or not.
Result<std::optional<Case>> OwnCase(const Visit& visit, CaseId id) {
  auto c = visit.parts.store.FindCase(id);
  if (!c && (c.error().fault() == Fault::kNotFound || c.error().fault() == Fault::kGone)) return std::optional<Case>();
  if (!c) return Fail(c.error());
  if (std::ranges::find(visit.schools, c->school) == visit.schools.end()) return std::optional<Case>();
  return std::optional(*std::move(c));
}

// "case" and "burst" of an address: the cases named, and all that wait of the bursts.
Result<std::vector<Chosen>> ReadChoice(const Visit& visit, bool& too_many) {
  std::vector<CaseId> ids;
  const auto add = [&](CaseId id) {
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  };
  for (const auto& text : visit.query.All("case"))
    if (const auto id = WholeNumber(text)) add(*id);
  for (const auto& text : visit.query.All("burst")) {
    const auto id = WholeNumber(text);
    const auto first = id ? HEED_TRY(OwnCase(visit, *id)) : std::optional<Case>();
    if (!first) continue;
    const auto members = HEED_TRY(visit.parts.store.BurstOf(*first, visit.now));
    for (const auto& member : members) add(member.id);
    if (members.empty()) add(first->id);
  }
  too_many = ids.size() > kMostInBulk;
  if (too_many) ids.resize(kMostInBulk);
  std::vector<Chosen> chosen;
  for (const auto id : ids) {
    auto c = HEED_TRY(OwnCase(visit, id));
    if (!c) continue;
    const std::uint64_t moment = c->events;
    chosen.push_back({*std::move(c), moment});
  }
  return chosen;
}

// "item" of a form: "12:3" is case 12 as it was after its third event.
Result<std::vector<Chosen>> ReadItems(const Visit& visit) {
  std::vector<Chosen> chosen;
  for (const auto& text : visit.form.All("item")) {
    const auto colon = std::min(text.find(':'), text.size());
    const auto id = WholeNumber(std::string_view(text).substr(0, colon)), moment = WholeNumber(std::string_view(text).substr(std::min(colon + 1, text.size())));
    if (!id || !moment || chosen.size() == kMostInBulk || std::ranges::any_of(chosen, [&](const Chosen& one) { return one.c.id == *id; })) continue;
    auto c = HEED_TRY(OwnCase(visit, *id));
    if (c) chosen.push_back({*std::move(c), *moment});
  }
  return chosen;
}

// What the form asks for; complaints stand in visit.problems.
BulkAct ReadBulkAct(Visit& visit) {
  BulkAct act;
  const auto verb = ParseBulkVerb(visit.form.Get("verb"));
  if (!verb || *verb == BulkVerb::kUndo) {
    visit.Complain("verb-decide", "Choose what to do with them");
    return act;
  }
  act.verb = *verb;
  if (*verb == BulkVerb::kAssign) {
    act.to = visit.form.Get("to");
    act.why = Trim(visit.form.Get("note"));
    if (!act.to.empty())
      if (const auto person = visit.parts.store.FindPerson(act.to); !person || person->locked) visit.Complain("to", "Choose somebody who works here");
  }
  if (*verb == BulkVerb::kSnooze) {
    const auto length = ParseDuration(visit.form.Get("for"));
    if (!length || *length > days{31}) visit.Complain("for", "Choose for how long, up to a month");
    else act.until = std::chrono::ceil<minutes>(visit.now) + *length;
  }
  if (*verb == BulkVerb::kDecide) {
    const auto finding = ParseFinding(visit.form.Get("finding"));
    if (!finding || std::ranges::find(kBulkFindings, *finding) == kBulkFindings.end()) visit.Complain("finding", "Choose what they are");
    else act.decision.finding = *finding;
    act.decision.why = Trim(visit.form.Get("why"));
    if (act.decision.why.empty()) visit.Complain("why", "Say why, in a sentence colleagues will understand in a year");
    if (finding == Finding::kBreach) {
      act.decision.category = ParseCategory(visit.form.Get("category"));
      act.decision.severity = static_cast<std::uint8_t>(std::min<std::uint64_t>(WholeNumber(visit.form.Get("severity")).value_or(0), 9));
      if (!act.decision.category) visit.Complain("category", "Choose a category");
      if (act.decision.severity < 1 || act.decision.severity > 4) visit.Complain("severity", "Choose a severity from 1 to 4");
    }
  }
  return act;
}

// The change for one chosen case, with the code's words of its own school.
Result<Change> ChangeFor(const Visit& visit, const Chosen& one, BulkAct act, std::string_view batch) {
  if (one.c.events != one.moment) return Fail(Fault::kExists, "was changed meanwhile");
  if (act.verb == BulkVerb::kAssign && !act.to.empty()) {
    const auto person = visit.parts.store.FindPerson(act.to);
    if (!person || !(person->At(one.c.school) & kActs)) return Fail(Fault::kInvalid, "belongs to a school where " + act.to + " does not work");
  }
  if (act.verb == BulkVerb::kDecide && act.decision.category)
    if (const School* school = visit.FindSchool(one.c.school))
      if (const auto clause = school->clauses.find(*act.decision.category); clause != school->clauses.end()) act.decision.clause = clause->second;
  return DoInBulk(one.c, act, visit.person().id, visit.now, batch);
}

std::string Cases(std::size_t count) { return std::to_string(count) + (count == 1 ? " case" : " cases"); }

http::Response NothingChosen(Visit& visit) { return visit.Say(422, "No case is chosen", {"Tick some in the queue first."}, "/queue", "Go to the queue"); }

http::Response ShowChoose(Visit& visit, const std::vector<Chosen>& chosen, bool too_many) {
  const auto looking = LookingOf(visit);
  if (!looking) return visit.SayError(looking.error());
  std::vector<Slots> rows;
  for (const auto& one : chosen) {
    auto row = CaseRow(visit, one.c, looking->how, looking->peek, kLineOfBulk);
    if (!row) return visit.SayError(row.error());
    if (*row) rows.push_back(*std::move(*row));
  }
  if (rows.empty()) return NothingChosen(visit);
  Slots view;
  const std::string verb = visit.form.Get("verb");
  for (const auto each : kBulkVerbs) view.Set("is_" + std::string(ToString(each)), verb == ToString(each));
  const auto options = [](std::initializer_list<std::pair<std::string_view, std::string_view>> all, std::string_view picked) {
    std::vector<Slots> list;
    for (const auto& [value, name] : all) list.push_back(Slots().Set("value", value).Set("name", name).Set("selected", value == picked));
    return list;
  };
  view.Set("findings", options({{"", "Choose"}, {"criticism", "Criticism, opinion, a complaint, satire or a campaign: they close"}, {"breach", "A breach of the code of conduct"}, {"not-ours", "Not about this school, duplicates, or gone already: they close"}}, visit.form.Get("finding")));
  std::vector<Slots> categories;
  for (const auto category : kCategories)
    categories.push_back(Slots().Set("value", ToString(category)).Set("name", Capital(ToString(category))).Set("selected", visit.form.Get("category") == ToString(category)));
  view.Set("categories", std::move(categories));
  view.Set("severities", options({{"1", "1: unkind"}, {"2", "2: a clear breach"}, {"3", "3: serious"}, {"4", "4: grave"}}, visit.form.Get("severity")));
  view.Set("fors", options({{"4h", "4 hours"}, {"1d", "1 day"}, {"3d", "3 days"}, {"7d", "a week"}}, visit.form.Has("for") ? visit.form.Get("for") : "1d"));
  view.Set("why", visit.form.Get("why")).Set("note", visit.form.Get("note"));
  const auto people = visit.parts.store.People();
  if (!people) return visit.SayError(people.error());
  std::vector<Slots> staff;
  for (const auto& person : *people)
    if (!person.locked && std::ranges::any_of(chosen, [&](const Chosen& one) { return (person.At(one.c.school) & kActs) != 0; }))
      staff.push_back(Slots().Set("id", person.id).Set("name", person.name).Set("selected", person.id == visit.form.Get("to")));
  view.Set("staff", std::move(staff));
  view.Set("heading", "What to do with " + Cases(rows.size())).Set("several_schools", visit.schools.size() > 1).Set("cases", std::move(rows));
  if (too_many) view.Set("too_many", std::to_string(kMostInBulk));
  return visit.Show("What to do with several cases", "bulk", std::move(view));
}

http::Response Choose(Visit& visit) {
  bool too_many = false;
  const auto chosen = ReadChoice(visit, too_many);
  if (!chosen) return visit.SayError(chosen.error());
  return ShowChoose(visit, *chosen, too_many);
}

http::Response Preview(Visit& visit) {
  const auto chosen = ReadItems(visit);
  if (!chosen) return visit.SayError(chosen.error());
  if (chosen->empty()) return NothingChosen(visit);
  const BulkAct act = ReadBulkAct(visit);
  if (!visit.problems.empty()) return ShowChoose(visit, *chosen, false);
  const auto looking = LookingOf(visit);
  if (!looking) return visit.SayError(looking.error());
  std::vector<Slots> done, left_out;
  for (const auto& one : *chosen) {
    auto row = CaseRow(visit, one.c, looking->how, looking->peek, kLineOfBulk);
    if (!row) return visit.SayError(row.error());
    if (!*row) continue;
    const auto change = ChangeFor(visit, one, act, "");
    (*row)->Set("outcome", Capital(change ? InWords(act, one.c) : change.error().message()));
    (change ? done : left_out).push_back(*std::move(*row));
  }
  Slots view;
  std::vector<Slots> kept;
  for (const char* name : {"verb", "to", "note", "for", "finding", "why", "category", "severity"})
    if (visit.form.Has(name)) kept.push_back(Slots().Set("name", name).Set("value", visit.form.Get(name)));
  view.Set("kept", std::move(kept)).Set("several_schools", visit.schools.size() > 1).Set("why", act.verb == BulkVerb::kDecide ? Visible(act.decision.why) : Visible(act.why));
  std::string back = "/queue/bulk?";
  for (const auto& one : *chosen) back += (back.ends_with('?') ? "case=" : "&case=") + std::to_string(one.c.id);
  view.Set("back", back).Set("heading", done.empty() ? std::string("Nothing can be done with these cases") : "This would happen to " + Cases(done.size())).Set("button", done.size() == 1 ? std::string("Do it") : "Do it with all " + std::to_string(done.size()));
  view.Set("has_done", !done.empty()).Set("done", std::move(done)).Set("has_left_out", !left_out.empty()).Set("left_out", std::move(left_out));
  return visit.Show("What would happen", "bulk-preview", std::move(view));
}

std::string WhatWasDone(const BulkAct& act) {
  switch (act.verb) {
    case BulkVerb::kClaim: return "claimed for half an hour";
    case BulkVerb::kRelease: return "no longer held";
    case BulkVerb::kAssign: return act.to.empty() ? "everybody's again" : "handed over to " + act.to;
    case BulkVerb::kSnooze: return "left until " + FormatLocal(*act.until);
    case BulkVerb::kDecide: return "decided as " + std::string(ToString(act.decision.finding)) + (act.decision.category ? ": " + std::string(ToString(*act.decision.category)) + ", severity " + std::to_string(act.decision.severity) : "");
    case BulkVerb::kUndo: break;
  }
  return "taken back";
}

// Records what could be made of each, and goes to the page that tells.
http::Response Carry(Visit& visit, const std::vector<Change>& changes, Batch batch) {
  const auto recorded = visit.parts.store.RecordAll(changes, std::move(batch));
  if (!recorded && recorded.error().fault() == Fault::kExists) return visit.Say(409, "Somebody was quicker", {Capital(recorded.error().message()) + "."}, "/queue", "Go to the queue");
  if (!recorded) return visit.SayError(recorded.error());
  return visit.Go("/queue/batches/" + recorded->id, recorded->items.empty() ? "" : Cases(recorded->items.size()) + " " + recorded->what + ".");
}

http::Response DoBulk(Visit& visit) {
  const auto chosen = ReadItems(visit);
  if (!chosen) return visit.SayError(chosen.error());
  if (chosen->empty()) return NothingChosen(visit);
  const BulkAct act = ReadBulkAct(visit);
  if (!visit.problems.empty()) return ShowChoose(visit, *chosen, false);
  Batch batch;
  batch.id = Hex(RandomBytes(8));
  batch.verb = act.verb;
  batch.by = visit.person().id;
  batch.at = visit.now;
  batch.what = WhatWasDone(act);
  std::vector<Change> changes;
  for (const auto& one : *chosen) {
    auto change = ChangeFor(visit, one, act, batch.id);
    if (!change) {
      batch.left_out.push_back({one.c.id, change.error().message()});
      continue;
    }
    batch.items.push_back({one.c.id, 0, one.c.assigned_to, one.c.snoozed_until});
    changes.push_back(*std::move(change));
  }
  return Carry(visit, changes, std::move(batch));
}

// Of the visitor; nobody else's is there.
Result<Batch> OwnBatch(const Visit& visit) {
  Batch batch = HEED_TRY(visit.parts.store.FindBatch(visit.path.Get("batch")));
  if (batch.by != visit.person().id) return Fail(Fault::kNotFound, "that is no longer known as one act; each case tells what was done to it");
  return batch;
}

http::Response ShowBatch(Visit& visit) {
  const auto batch = OwnBatch(visit);
  if (!batch) return visit.SayError(batch.error());
  std::vector<Slots> done, left_out;
  for (const auto& item : batch->items) done.push_back(Slots().Set("id", item.id));
  for (const auto& one : batch->left_out) left_out.push_back(Slots().Set("id", one.id).Set("why", one.why));
  Slots view;
  view.Set("id", batch->id).Set("heading", batch->items.empty() ? std::string("Nothing was done") : Cases(batch->items.size()) + " " + batch->what).Set("at", FormatLocal(batch->at));
  view.Set("can_undo", batch->verb != BulkVerb::kUndo && batch->undone_by.empty() && !batch->items.empty()).Set("undone", batch->undone_by);
  view.Set("button", batch->items.size() == 1 ? std::string("Take it back") : "Take all " + std::to_string(batch->items.size()) + " back");
  view.Set("has_done", !done.empty()).Set("done", std::move(done)).Set("has_left_out", !left_out.empty()).Set("left_out", std::move(left_out));
  return visit.Show("What was done", "batch", std::move(view));
}

http::Response UndoBatch(Visit& visit) {
  const auto batch = OwnBatch(visit);
  if (!batch) return visit.SayError(batch.error());
  if (batch->verb == BulkVerb::kUndo) return visit.Say(422, "That cannot be taken back", {"Act on the cases again instead."}, "/queue", "Go to the queue");
  Batch undo;
  undo.id = Hex(RandomBytes(8));
  undo.verb = BulkVerb::kUndo;
  undo.by = visit.person().id;
  undo.at = visit.now;
  undo.what = "taken back";
  undo.undoes = batch->id;
  std::vector<Change> changes;
  for (const auto& item : batch->items) {
    const auto c = OwnCase(visit, item.id);
    if (!c) return visit.SayError(c.error());
    auto change = *c ? UndoInBulk(**c, *batch, item, visit.person().id, visit.now, undo.id) : Result<Change>(Fail(Fault::kNotFound, "is no longer kept, or belongs to a school where you have no role"));
    if (!change) {
      undo.left_out.push_back({item.id, change.error().message()});
      continue;
    }
    undo.items.push_back({item.id, 0, "", std::nullopt});
    changes.push_back(*std::move(change));
  }
  return Carry(visit, changes, std::move(undo));
}

constexpr std::array kPages = {
    WebPage{"GET", "/queue/bulk", Reach::kSomeSchool, kActs, &Choose},
    WebPage{"POST", "/queue/bulk/preview", Reach::kSomeSchool, kActs, &Preview},
    WebPage{"POST", "/queue/bulk", Reach::kSomeSchool, kActs, &DoBulk},
    WebPage{"GET", "/queue/batches/{batch}", Reach::kSomeSchool, kActs, &ShowBatch},
    WebPage{"POST", "/queue/batches/{batch}/undo", Reach::kSomeSchool, kActs, &UndoBatch},
};

}  // namespace

std::span<const WebPage> BulkPages() { return kPages; }

}  // namespace heed
