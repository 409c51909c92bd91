// `heed alarm`: try out who is told when heed cannot do its work, and see what they were told of.
#include <cstdio>

#include "src/app/alarm.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

int TestAlarm(const Config& config) {
  HttpClient http({.user_agent = UserAgent(config), .ca_file = {}});
  SystemClock clock;
  const auto wrong = Alarms::Test(config, http, clock);
  if (!wrong) return Complain(wrong.error());
  std::string told;
  const auto add = [&](const AlarmPeople& people) {
    for (const auto& address : people.mail_to) told += (told.empty() ? "" : ", ") + address;
    if (!people.webhook.empty()) told += (told.empty() ? "" : ", ") + people.webhook;
  };
  add(config.alarm.everything);
  for (const auto& people : config.alarm.for_schools) add(people);
  for (const auto& one : *wrong) std::fprintf(stderr, "heed: %s\n", ForTerminal(one).c_str());
  if (!wrong->empty()) return kExitPartly;
  Print("A test message was sent: " + told + ". See that it arrives.\n");
  return kExitDone;
}

}  // namespace

int RunAlarm(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  if (arguments.words.front() == "test") return TestAlarm(*config);

  auto store = OpenStore(DataFolder(arguments.locations, *config), Access::kRead);
  if (!store) return Complain(store.error());
  const auto told = (*store)->AllTold();
  if (!told) return Complain(told.error());
  if (arguments.json) {
    JsonWriter out;
    out.Array();
    for (const auto& one : *told) {
      out.Object().Field("key", one.key).Field("since", FormatRfc3339(one.since)).Field("words", one.words).Field("todo", one.todo).Field("over", one.over).Key("told_by").Array();
      for (const auto& channel : one.warned) out.String(channel);
      out.EndArray().EndObject();
    }
    out.EndArray();
    Print(out.Take() + "\n");
    return kExitDone;
  }
  const std::size_t width = TerminalWidth();
  std::string out;
  for (const auto& one : *told) {
    out += Wrap(one.words, width, "");
    out += Wrap("since " + FormatLocal(one.since) + (one.over ? "; it is over" : "") + (one.warned.empty() ? "; nobody could be told yet" : "; told by " + Join(one.warned, " and ")), width, "  ");
    if (!one.todo.empty() && !one.over) out += Wrap("What to do: " + one.todo, width, "  ");
  }
  Print(out.empty() ? "Nothing is the matter that anybody was told of.\n" : out);
  return kExitDone;
}

}  // namespace heed
