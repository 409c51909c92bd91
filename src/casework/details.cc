#include "src/casework/details.h"

#include <algorithm>
#include <limits>

#include "src/base/json.h"

namespace heed {
namespace {

Error Bad(std::string_view key) {
  return Error{Fault::kMalformed, "event details: \"" + std::string(key) + "\" is missing or wrong"};
}

Result<std::string> Text(Json object, std::string_view key) {
  const auto value = object[key].String();
  if (!value) return Fail(Bad(key));
  return std::string(*value);
}

template <typename Number>
Result<Number> Whole(Json object, std::string_view key) {
  const auto value = object[key].Int();
  if (!value || *value < std::numeric_limits<Number>::min() || *value > std::numeric_limits<Number>::max()) return Fail(Bad(key));
  return static_cast<Number>(*value);
}

Result<bool> YesNo(Json object, std::string_view key) {
  const auto value = object[key].Bool();
  if (!value) return Fail(Bad(key));
  return *value;
}

void Write(JsonWriter& out, const Assessment& assessment) {
  out.Object().Key("categories").Array();
  for (const auto category : assessment.categories) out.String(ToString(category));
  out.EndArray().Key("characteristics").Array();
  for (const auto characteristic : assessment.characteristics) out.String(ToString(characteristic));
  out.EndArray().Field("could_not_judge", assessment.could_not_judge).Field("flag", assessment.flag).Key("hits").Array();
  for (const auto& hit : assessment.hits)
    out.Object()
        .Field("begin", hit.begin)
        .Field("category", ToString(hit.category))
        .Field("end", hit.end)
        .Field("rule", hit.rule)
        .Field("severity", static_cast<int>(hit.severity))
        .Field("view", ToString(hit.view))
        .Field("why", hit.why)
        .EndObject();
  out.EndArray().Key("mention").Object().Key("evidence").Array();
  for (const auto& piece : assessment.mention.evidence)
    out.Object().Field("begin", piece.begin).Field("end", piece.end).Field("weight", piece.weight).Field("what", piece.what).EndObject();
  out.EndArray().Field("mentions", assessment.mention.mentions).Field("score", assessment.mention.score).EndObject();
  out.Field("priority", assessment.priority).Field("severity", static_cast<int>(assessment.severity));
  if (!assessment.silent.empty()) {
    out.Key("silent").Array();
    for (const auto& rule : assessment.silent) out.String(rule);
    out.EndArray();
  }
  out.EndObject();
}

Result<Hit> ReadHit(Json in) {
  Hit hit;
  hit.rule = HEED_TRY(Text(in, "rule"));
  hit.why = HEED_TRY(Text(in, "why"));
  hit.begin = HEED_TRY(Whole<std::uint32_t>(in, "begin"));
  hit.end = HEED_TRY(Whole<std::uint32_t>(in, "end"));
  hit.severity = HEED_TRY(Whole<std::uint8_t>(in, "severity"));
  const auto category = ParseCategory(in["category"].StringOr(""));
  if (!category) return Fail(Bad("category"));
  hit.category = *category;
  const auto view = in["view"].StringOr("");
  if (view != ToString(View::kPlain) && view != ToString(View::kSqueezed)) return Fail(Bad("view"));
  hit.view = view == ToString(View::kPlain) ? View::kPlain : View::kSqueezed;
  return hit;
}

Result<MentionEvidence> ReadEvidence(Json in) {
  MentionEvidence piece;
  piece.what = HEED_TRY(Text(in, "what"));
  piece.weight = HEED_TRY(Whole<std::int32_t>(in, "weight"));
  piece.begin = HEED_TRY(Whole<std::uint32_t>(in, "begin"));
  piece.end = HEED_TRY(Whole<std::uint32_t>(in, "end"));
  return piece;
}

Result<Assessment> ReadAssessment(Json in) {
  Assessment out;
  for (const auto* list : {"categories", "characteristics", "hits"})
    if (!in[list].IsArray()) return Fail(Bad(list));
  for (std::size_t i = 0; i < in["categories"].size(); ++i) {
    const auto category = ParseCategory(in["categories"][i].StringOr(""));
    if (!category) return Fail(Bad("categories"));
    out.categories.push_back(*category);
  }
  for (std::size_t i = 0; i < in["characteristics"].size(); ++i) {
    const auto characteristic = ParseCharacteristic(in["characteristics"][i].StringOr(""));
    if (!characteristic) return Fail(Bad("characteristics"));
    out.characteristics.push_back(*characteristic);
  }
  out.could_not_judge = HEED_TRY(Text(in, "could_not_judge"));
  out.flag = HEED_TRY(YesNo(in, "flag"));
  for (std::size_t i = 0; i < in["hits"].size(); ++i) out.hits.push_back(HEED_TRY(ReadHit(in["hits"][i])));
  const Json mention = in["mention"];
  if (!mention["evidence"].IsArray()) return Fail(Bad("evidence"));
  for (std::size_t i = 0; i < mention["evidence"].size(); ++i)
    out.mention.evidence.push_back(HEED_TRY(ReadEvidence(mention["evidence"][i])));
  out.mention.mentions = HEED_TRY(YesNo(mention, "mentions"));
  out.mention.score = HEED_TRY(Whole<std::int32_t>(mention, "score"));
  out.priority = HEED_TRY(Whole<std::uint32_t>(in, "priority"));
  out.severity = HEED_TRY(Whole<std::uint8_t>(in, "severity"));
  in["silent"].Each([&](Json rule) { out.silent.emplace_back(rule.StringOr("")); });
  return out;
}

// Reads what may be absent; what is there and wrong is an error.
template <typename T, typename Read>
Done Maybe(Json object, std::string_view key, T& to, Read read) {
  if (!object[key]) return {};
  auto value = read(object, key);
  if (!value) return Fail(std::move(value).error());
  to = *std::move(value);
  return {};
}

// A name of one of heed's lists.
template <typename Parse>
auto NamedBy(Parse parse) {
  return [parse](Json object, std::string_view key) -> Result<decltype(parse(""))> {
    auto value = parse(object[key].StringOr(""));
    if (!value) return Fail(Bad(key));
    return value;
  };
}

}  // namespace

std::string WriteFacts(EventKind kind, const Facts& facts) {
  const bool opened = kind == EventKind::kOpened;
  JsonWriter out;
  out.Object().Key("assessment");
  Write(out, facts.assessment);
  if (opened && facts.backlog) out.Field("backlog", true);
  if (opened) out.Field("global_id", facts.global_id).Field("posted_at", FormatRfc3339(facts.posted_at)).Field("school", facts.school);
  out.Field("source", facts.source).Field("version", facts.version).Field("versions", facts.versions).EndObject();
  return out.Take();
}

Result<Facts> ReadFacts(EventKind kind, std::string_view details) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(details));
  Facts facts;
  if (kind == EventKind::kOpened) {
    facts.school = HEED_TRY(Text(in, "school"));
    facts.global_id = HEED_TRY(Text(in, "global_id"));
    const auto posted_at = ParseRfc3339(in["posted_at"].StringOr(""));
    if (!posted_at) return Fail(Bad("posted_at"));
    facts.posted_at = *posted_at;
    if (in["backlog"]) facts.backlog = HEED_TRY(YesNo(in, "backlog"));
  }
  facts.source = HEED_TRY(Text(in, "source"));
  facts.version = HEED_TRY(Text(in, "version"));
  facts.versions = HEED_TRY(Whole<std::uint32_t>(in, "versions"));
  facts.assessment = HEED_TRY(ReadAssessment(in["assessment"]));
  return facts;
}

std::string WriteAct(const ActDetails& details) {
  JsonWriter out;
  const auto text = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) out.Field(key, value);
  };
  out.Object();
  text("batch", details.batch);
  if (details.category) out.Field("category", ToString(*details.category));
  text("clause", details.clause);
  if (details.finding) out.Field("finding", ToString(*details.finding));
  if (details.kind) out.Field("kind", ToString(*details.kind));
  text("options", details.options);
  if (details.outcome) out.Field("outcome", ToString(*details.outcome));
  text("presence", details.presence);
  text("reference", details.reference);
  if (details.response != 0) out.Field("response", details.response);
  if (details.severity != 0) out.Field("severity", static_cast<int>(details.severity));
  text("text", details.text);
  text("to", details.to);
  if (details.until) out.Field("until", FormatRfc3339(*details.until));
  text("why", details.why);
  out.EndObject();
  return out.Take();
}

Result<ActDetails> ReadAct(std::string_view details) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(details));
  if (!in.IsObject()) return Fail(Fault::kMalformed, "event details: not an object");
  ActDetails out;
  for (const auto& [key, to] : {std::pair("why", &out.why), std::pair("to", &out.to), std::pair("clause", &out.clause), std::pair("text", &out.text),
                                std::pair("options", &out.options), std::pair("reference", &out.reference), std::pair("presence", &out.presence),
                                std::pair("batch", &out.batch)})
    HEED_TRY(Maybe(in, key, *to, Text));
  HEED_TRY(Maybe(in, "severity", out.severity, Whole<std::uint8_t>));
  HEED_TRY(Maybe(in, "response", out.response, Whole<std::uint32_t>));
  HEED_TRY(Maybe(in, "finding", out.finding, NamedBy(ParseFinding)));
  HEED_TRY(Maybe(in, "category", out.category, NamedBy(ParseCategory)));
  HEED_TRY(Maybe(in, "kind", out.kind, NamedBy(ParseResponseKind)));
  HEED_TRY(Maybe(in, "outcome", out.outcome, NamedBy(ParseResponseState)));
  HEED_TRY(Maybe(in, "until", out.until, NamedBy(ParseRfc3339)));
  return out;
}

}  // namespace heed
