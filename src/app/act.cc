#include "src/app/act.h"

#include <algorithm>
#include <map>

#include "src/base/text.h"
#include "src/casework/acts.h"

namespace heed {
namespace {

using Doing = Result<Change> (*)(const Case&, const Act&, Instant);

struct Row {
  ActVerb verb;
  Doing doing;
};

Result<Change> DoDecide(const Case& c, const Act& act, Instant now) {
  if (!act.details.finding) return Fail(Fault::kInvalid, "a decision needs a finding");
  NewDecision decision;
  decision.finding = *act.details.finding;
  decision.category = act.details.category;
  decision.severity = act.details.severity;
  if (decision.finding == Finding::kBreach) {
    // What the rules said, unless the person says otherwise.
    if (!decision.category && !c.assessment.categories.empty()) decision.category = c.assessment.categories.front();
    if (decision.severity == 0) decision.severity = c.assessment.severity;
  }
  decision.clause = act.details.clause;
  decision.why = act.details.why;
  decision.close = act.close;
  return Decide(c, act.actor, decision, now);
}

Result<Change> DoPropose(const Case& c, const Act& act, Instant now) {
  if (!act.details.kind) return Fail(Fault::kInvalid, "a proposal needs its kind: letter, report, meeting ...");
  return Propose(c, act.actor, {*act.details.kind, act.details.to, act.details.text, act.details.options}, now);
}

Result<Change> DoSnooze(const Case& c, const Act& act, Instant now) {
  if (!act.details.until) return Fail(Fault::kInvalid, "snoozing needs to know until when");
  return Snooze(c, act.actor, *act.details.until, act.details.why, now);
}

Result<Change> DoDone(const Case& c, const Act& act, Instant now) {
  return FinishSending(c, act.actor, act.details.response, {act.details.outcome.value_or(ResponseState::kDone), act.details.reference, act.details.why, act.details.until}, now);
}

Result<Change> DoHold(const Case& c, const Act& act, Instant now) {
  return PlaceHold(c, act.actor, act.details.why, act.details.until.value_or(now + kLongestHold), now);
}

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {{"claim", "work on it: nobody else decides it for half an hour"}, [](const Case& c, const Act& a, Instant now) { return Claim(c, a.actor, now); }},
      {{"release", "stop working on it"}, [](const Case& c, const Act& a, Instant now) { return Release(c, a.actor, now); }},
      {{"assign", "hand it to somebody, with a note"}, [](const Case& c, const Act& a, Instant now) { return Assign(c, a.actor, a.details.to, a.details.why, now); }},
      {{"snooze", "leave it until a time"}, &DoSnooze},
      {{"take", "out of the backlog of a first reading, to wait with the others"}, [](const Case& c, const Act& a, Instant now) { return Take(c, a.actor, now); }},
      {{"note", "words for colleagues"}, [](const Case& c, const Act& a, Instant now) { return AddNote(c, a.actor, a.details.why, now); }},
      {{"decide", "say what it is: a breach, criticism, something for the safeguarding lead ..."}, &DoDecide},
      {{"undo", "take the decision back"}, [](const Case& c, const Act& a, Instant now) { return Undo(c, a.actor, a.details.why, now); }},
      {{"close", "nothing more is to be done"}, [](const Case& c, const Act& a, Instant now) { return Close(c, a.actor, a.details.why, now); }},
      {{"propose", "a response, with the exact text that would leave the school"}, &DoPropose},
      {{"approve", "a response somebody else proposed; it leaves after the hold"},
       [](const Case& c, const Act& a, Instant now) { return Approve(c, a.actor, a.details.response, a.hold, now); }},
      {{"send-back", "a proposed response, to be written again"}, [](const Case& c, const Act& a, Instant now) { return SendBack(c, a.actor, a.details.response, a.details.why, now); }},
      {{"decline", "a proposed response"}, [](const Case& c, const Act& a, Instant now) { return Decline(c, a.actor, a.details.response, a.details.why, now); }},
      {{"cancel", "a response that waits or is on hold"}, [](const Case& c, const Act& a, Instant now) { return Cancel(c, a.actor, a.details.response, a.details.why, now); }},
      {{"done", "what became of a response carried out by hand"}, &DoDone},
      {{"hold", "keep it beyond its time, for a purpose, until a review (at most half a year ahead)"}, &DoHold},
      {{"end-hold", "let it expire again"}, [](const Case& c, const Act& a, Instant now) { return ReleaseHold(c, a.actor, a.details.why, now); }},
      {{"found", "whether the post is still up, where a person has looked"},
       [](const Case& c, const Act& a, Instant now) { return Checked(c, a.actor, a.details.presence, a.details.why, now); }},
  };
  return rows;
}

}  // namespace

const std::vector<ActVerb>& ActVerbs() {
  static const std::vector<ActVerb> verbs = [] {
    std::vector<ActVerb> all;
    for (const auto& row : Rows()) all.push_back(row.verb);
    return all;
  }();
  return verbs;
}

std::string ToJson(const Act& act) {
  JsonWriter out;
  out.Object().Field("actor", act.actor).Field("case", act.case_id).Field("close", act.close).Key("details").Raw(WriteAct(act.details));
  out.Field("do", "act").Field("hold", static_cast<std::int64_t>(act.hold.count())).Field("verb", act.verb).EndObject();
  return out.Take();
}

Result<Act> ParseAct(Json json) {
  Act act;
  act.verb = json["verb"].StringOr("");
  act.actor = json["actor"].StringOr("");
  const auto id = json["case"].Int().value_or(0);
  if (id <= 0) return Fail(Fault::kInvalid, "an act needs a case");
  act.case_id = static_cast<CaseId>(id);
  act.close = json["close"].Bool().value_or(false);
  act.hold = seconds{std::clamp<std::int64_t>(json["hold"].Int().value_or(0), 0, 7 * 86400)};
  act.details = HEED_TRY(ReadAct(json["details"].Dump()));
  return act;
}

Result<Case> Perform(Store& store, const Act& act, Instant now) {
  const auto& rows = Rows();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.verb.name == act.verb; });
  if (row == rows.end()) return Fail(Fault::kInvalid, "there is no act \"" + act.verb + "\"");
  const Case before = HEED_TRY(store.FindCase(act.case_id));
  const Change change = HEED_TRY(row->doing(before, act, now));
  return store.Record(change);
}

}  // namespace heed
