// `heed case`: what staff do to a case, for those who work without the console.  Through the running `heed serve` when there is one.
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/server_or_store.h"

namespace heed {
namespace {

constexpr std::uint64_t kMaxText = 64 * 1024;

template <typename T, typename List, typename Parse>
Result<std::optional<T>> Named(std::string_view what, const std::string& typed, const List& known, Parse parse) {
  if (typed.empty()) return std::optional<T>();
  if (const auto value = parse(typed)) return std::optional<T>(*value);
  std::vector<std::string_view> names;
  for (const auto one : known) names.push_back(ToString(one));
  return Fail(Fault::kInvalid, "there is no " + std::string(what) + " \"" + typed + "\"" + DidYouMean(typed, names));
}

// What was typed, as the act needs it.
Result<Act> Read(const Arguments& arguments, Instant now) {
  Act act = arguments.act;
  ActDetails& details = act.details;
  if (act.actor.empty()) act.actor = LoginName();
  details.finding = HEED_TRY(Named<Finding>("finding", arguments.finding, kFindings, ParseFinding));
  details.category = HEED_TRY(Named<Category>("category", arguments.breach_category, kCategories, ParseCategory));
  details.kind = HEED_TRY(Named<ResponseKind>("kind of response", arguments.kind, kResponseKinds, ParseResponseKind));
  details.outcome = HEED_TRY(Named<ResponseState>("outcome", arguments.outcome, kResponseStates, ParseResponseState));
  if (!arguments.until.empty()) {
    if (const auto length = ParseDuration(arguments.until)) details.until = now + *length;
    else if (const auto at = ParseRfc3339(arguments.until)) details.until = *at;
    else return Fail(Fault::kInvalid, "\"" + arguments.until + "\" is no time: 2026-11-30, 2026-11-30T08:00:00Z, 2d or 4h");
  }
  if (!arguments.hold.empty()) {
    const auto hold = arguments.hold == "0" ? std::optional(seconds{0}) : ParseDuration(arguments.hold);
    if (!hold) return Fail(Fault::kInvalid, "\"" + arguments.hold + "\" is no length of time: 5m, 1h or 0");
    act.hold = *hold;
  }
  if (!arguments.text_file.empty()) details.text = HEED_TRY(ReadFile(arguments.text_file, kMaxText));
  return act;
}

// The code's words for what was decided, where nobody typed others.
void AddClause(Act& act, const Case& c, const Config& config) {
  if (act.details.finding != Finding::kBreach || !act.details.clause.empty()) return;
  const auto category = act.details.category ? act.details.category : c.assessment.categories.empty() ? std::nullopt : std::optional(c.assessment.categories.front());
  for (const auto& school : config.schools)
    if (school.id == c.school && category)
      if (const auto clause = school.clauses.find(*category); clause != school.clauses.end()) act.details.clause = clause->second;
}

}  // namespace

int RunCase(const Arguments& arguments) {
  const auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  const std::string data = DataFolder(arguments.locations, *config);
  const Instant now = SystemClock().Now();
  auto act = Read(arguments, now);
  if (!act) {
    Complain(act.error());
    return kExitUsage;
  }
  {
    const auto store = OpenStore(data, Access::kRead);
    if (!store) return Complain(store.error());
    const auto c = (*store)->FindCase(act->case_id);
    if (!c) return Complain(c.error());
    AddClause(*act, *c, *config);
  }
  const auto state = DoAct(data, *act, now);
  if (!state) return Complain(state.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("case", act->case_id).Field("state", *state).EndObject();
    Print(out.Take() + "\n");
  } else {
    Print("Case " + std::to_string(act->case_id) + " is " + *state + " now (" + act->verb + " by " + ForTerminal(act->actor) + ").\n");
  }
  return kExitDone;
}

}  // namespace heed
