// An Explanation as JSON, for `heed explain --json`.
#include "pipeline/judge.h"
#include "src/base/json.h"

namespace heed {

std::string ToJson(const Explanation& e) {
  JsonWriter json;
  const auto words = [&json](std::string_view key, const std::vector<Explanation::ShownWord>& list) {
    json.Key(key).Array();
    for (const auto& word : list) {
      json.Object().Field("word", word.word).Field("start", word.begin).Field("end", word.end).Field("sentence", word.sentence).Field("quoted", word.quoted).EndObject();
    }
    json.EndArray();
  };
  json.Object();
  json.Field("school", e.school);
  json.Field("folded", e.folded);
  json.Field("squeezed", e.squeezed);
  words("words", e.words);
  words("squeezed_words", e.squeezed_words);

  const Mention& mention = e.assessment.mention;
  json.Key("mention").Object().Field("mentions", mention.mentions).Field("score", mention.score);
  json.Key("evidence").Array();
  for (const MentionEvidence& evidence : mention.evidence) {
    json.Object().Field("what", evidence.what).Field("weight", evidence.weight).Field("start", evidence.begin).Field("end", evidence.end).EndObject();
  }
  json.EndArray().EndObject();

  json.Key("concepts").Array();
  for (const auto& c : e.concepts) {
    json.Object().Field("concept", c.concept_id).Field("words", c.words).Field("start", c.begin).Field("end", c.end);
    json.Field("view", ToString(c.view)).Field("misspelt", c.misspelt).EndObject();
  }
  json.EndArray();

  json.Key("rules").Array();
  for (const auto& rule : e.rules) {
    json.Object().Field("rule", rule.rule).Field("status", ToString(rule.status)).Field("start", rule.begin).Field("end", rule.end).Field("view", ToString(rule.view));
    json.Key("elements").Array();
    for (const std::string& element : rule.elements) json.String(element);
    json.EndArray();
    json.Field("counts", rule.counts());
    if (!rule.lacks.empty()) json.Field("lacks", rule.lacks);
    if (!rule.blocked_by.empty()) json.Field("blocked_by", rule.blocked_by).Field("blocked_words", rule.blocked_words);
    json.EndObject();
  }
  json.EndArray();

  if (!e.weighed.empty()) {
    json.Key("wording").Object().Field("sum", e.wording_sum).Field("from", e.wording_from).Field("below", e.wording_below).Field("reads_as", e.wording_reads);
    json.Key("insists").Array();
    for (const int severity : e.wording_insists) json.Int(severity);
    json.EndArray();
    json.Key("words").Array();
    for (const auto& one : e.weighed) {
      json.Object().Field("words", one.words).Field("start", one.begin).Field("end", one.end).Field("points", one.points);
      if (one.category) json.Field("category", ToString(*one.category));
      if (!one.concept_id.empty()) json.Field("concept", one.concept_id);
      json.EndObject();
    }
    json.EndArray().EndObject();
  }

  json.Key("arithmetic").Array();
  for (const std::string& step : e.arithmetic) json.String(step);
  json.EndArray();

  const Assessment& a = e.assessment;
  json.Field("flag", a.flag).Field("priority", a.priority).Field("severity", static_cast<int>(a.severity));
  json.Key("categories").Array();
  for (const Category category : a.categories) json.String(ToString(category));
  json.EndArray().Key("protected").Array();
  for (const Characteristic characteristic : a.characteristics) json.String(ToString(characteristic));
  json.EndArray().Key("hits").Array();
  for (const Hit& hit : a.hits) {
    json.Object().Field("rule", hit.rule).Field("category", ToString(hit.category)).Field("severity", static_cast<int>(hit.severity));
    json.Field("start", hit.begin).Field("end", hit.end).Field("view", ToString(hit.view)).Field("why", hit.why).EndObject();
  }
  json.EndArray();
  if (!a.could_not_judge.empty()) json.Field("could_not_judge", a.could_not_judge);
  json.Field("lexicon_version", e.lexicon_version).EndObject();
  return json.Take();
}

}  // namespace heed
