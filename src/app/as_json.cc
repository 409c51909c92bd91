#include "src/app/as_json.h"

#include "src/base/hash.h"
#include "src/evidence/item.h"

namespace heed {
namespace {

void PutDecision(JsonWriter& out, const Decision& decision) {
  out.Key("decision").Object().Field("finding", ToString(decision.finding)).Field("by", decision.by).Field("at", FormatRfc3339(decision.at)).Field("why", decision.why);
  if (decision.category) out.Field("category", ToString(*decision.category)).Field("severity", static_cast<int>(decision.severity)).Field("clause", decision.clause);
  out.EndObject();
}

void PutResponse(JsonWriter& out, const Response& response) {
  out.Object().Field("number", response.number).Field("kind", ToString(response.kind)).Field("state", ToString(response.state)).Field("to", response.to).Field("text", response.text);
  if (!response.options.empty()) out.Key("options").Raw(response.options);
  out.Field("proposed_by", response.proposed_by).Field("proposed_at", FormatRfc3339(response.proposed_at)).Field("decided_by", response.decided_by);
  out.Time("decided_at", response.decided_at);
  out.Time("leaves_at", response.leaves_at);
  out.Time("appeal_by", response.appeal_by);
  out.Time("done_at", response.done_at);
  out.Field("reference", response.reference).Field("note", response.note).EndObject();
}

}  // namespace

void PutAssessment(JsonWriter& out, const Assessment& assessment) {
  out.Field("flag", assessment.flag).Field("severity", static_cast<int>(assessment.severity)).Field("priority", assessment.priority);
  out.Key("categories").Array();
  for (const auto category : assessment.categories) out.String(ToString(category));
  out.EndArray().Key("protected").Array();
  for (const auto characteristic : assessment.characteristics) out.String(ToString(characteristic));
  out.EndArray().Key("hits").Array();
  for (const auto& hit : assessment.hits)
    out.Object().Field("rule", hit.rule).Field("category", ToString(hit.category)).Field("severity", static_cast<int>(hit.severity)).Field("start", hit.begin)
        .Field("end", hit.end).Field("view", ToString(hit.view)).Field("why", hit.why).EndObject();
  out.EndArray().Key("mention").Object().Field("mentions", assessment.mention.mentions).Field("score", static_cast<int>(assessment.mention.score)).Key("evidence").Array();
  for (const auto& evidence : assessment.mention.evidence)
    out.Object().Field("what", evidence.what).Field("weight", static_cast<int>(evidence.weight)).Field("start", evidence.begin).Field("end", evidence.end).EndObject();
  out.EndArray().EndObject();
  if (!assessment.could_not_judge.empty()) out.Field("could_not_judge", assessment.could_not_judge);
}

void PutCase(JsonWriter& out, const Case& c) {
  out.Field("id", c.id).Field("global_id", c.global_id).Field("school", c.school).Field("source", c.source).Field("state", ToString(c.state));
  PutAssessment(out, c.assessment);
  out.Field("posted_at", FormatRfc3339(c.posted_at)).Field("opened_at", FormatRfc3339(c.opened_at));
  out.Time("closed_at", c.closed_at);
  out.Field("versions", c.versions).Field("events", c.events).Field("holder", c.holder).Field("assigned_to", c.assigned_to);
  out.Time("held_until", c.held_until);
  out.Time("snoozed_until", c.snoozed_until);
  if (c.decision) PutDecision(out, *c.decision);
  out.Key("responses").Array();
  for (const auto& response : c.responses) PutResponse(out, response);
  out.EndArray();
  if (!c.presence.empty()) out.Field("presence", c.presence).Field("presence_confirmed", c.presence_confirmed);
  out.Time("checked_at", c.checked_at);
  if (c.hold) out.Key("legal_hold").Object().Field("purpose", c.hold->purpose).Field("by", c.hold->by).Field("since", FormatRfc3339(c.hold->since)).Field("review_at", FormatRfc3339(c.hold->review_at)).EndObject();
  out.Time("withdrawn_at", c.withdrawn_at);
}

void PutPost(JsonWriter& out, const Post& post) {
  out.Field("platform", post.platform).Field("instance", post.instance).Field("native_id", post.native_id).Field("global_id", post.global_id).Field("permalink", post.permalink);
  out.Key("author").Object().Field("id", post.author.id).Field("handle", post.author.handle).Field("display_name", post.author.display_name).EndObject();
  out.Field("title", post.title).Field("warning", post.warning).Field("words", post.text).Field("raw", post.raw).Field("raw_format", ToString(post.raw_format)).Field("language", post.language);
  PutAround(out, post);
  if (!post.handed_in) return;
  const HandedIn& handed = *post.handed_in;
  out.Key("handed_in").Object().Field("by", handed.by).Field("from", handed.from).Field("note", handed.note).Field("kind", handed.kind).Field("item", handed.item);
  out.Field("digest", handed.digest).Field("kept", handed.kept);
  if (handed.confidence) out.Field("confidence", *handed.confidence);
  out.EndObject();
}

void PutEvent(JsonWriter& out, const Event& event) {
  out.Object().Field("sequence", event.sequence).Field("kind", ToString(event.kind)).Field("at", FormatRfc3339(event.at)).Field("actor", event.actor);
  if (!event.erased) out.Key("details").Raw(event.details);
  out.Field("hash", Hex(event.hash)).EndObject();
}

}  // namespace heed
