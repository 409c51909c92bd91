#include "connectors/listing/rounds.h"

namespace heed {
namespace {

constexpr seconds kLongRound = minutes{30};

}  // namespace

bool Rounds::Begin(Instant now) {
  if (running) return false;
  ++run;
  running = true;
  began = now;
  return true;
}

bool Rounds::End(Instant now) {
  running = false;
  return now - began > kLongRound;
}

Rounds ReadRounds(Json cursor) {
  const auto began = ReadTime(cursor["began"]);
  return {cursor["run"].Int().value_or(0), began && cursor["running"].Bool().value_or(false), began.value_or(Instant{})};
}

void PutRounds(JsonWriter& out, const Rounds& rounds) {
  out.Field("run", rounds.run).Field("running", rounds.running);
  PutTime(out, "began", rounds.began);
}

std::optional<Instant> ReadTime(Json value) {
  const auto text = value.String();
  return text ? ParseRfc3339(*text) : std::nullopt;
}

void PutTime(JsonWriter& out, std::string_view key, std::optional<Instant> at) {
  if (at) out.Field(key, std::string_view(FormatRfc3339(*at)));
}

}  // namespace heed
