// The catalogue as a page for people: connectors/README.md, made from the cards and never written by hand.
#include "connectors/catalogue.h"
#include "src/base/text.h"

namespace heed {
namespace {

std::string_view YesNo(bool yes) { return yes ? "yes" : "no"; }

std::string_view KindOf(SettingKind kind) {
  switch (kind) {
    case SettingKind::kText: return "text";
    case SettingKind::kNumber: return "number";
    case SettingKind::kYesNo: return "true or false";
    case SettingKind::kList: return "list";
    case SettingKind::kPath: return "path";
    case SettingKind::kSecret: return "secret";
    case SettingKind::kDuration: return "length of time";
  }
  return "";
}

// A cell of a table: no line ends, no bars.
std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : text) c == '|' ? out += "\\|" : c == '\n' ? out += ' ' : out += c;
  return out;
}

std::string KeyOf(const Setting& setting) {
  const std::string key(setting.key);
  return setting.kind == SettingKind::kSecret ? "`" + key + "_file` or `" + key + "_env`" : "`" + key + "`";
}

}  // namespace

std::string CataloguePage() {
  std::string out =
      "# Where posts come from\n\n"
      "This page is made from the connectors' cards: `heed sources --catalogue > connectors/README.md`. Each folder beside it is one platform, but for what they share.\n\n"
      "heed reads public posts, searches for the school and never for a person, and reads nothing that needs joining, a borrowed account or getting round a limit. \"Off until accepted\": the source does "
      "nothing until its configuration says `accept_terms = true`; read the terms first, the school answers for them. `heed sources add` walks through a set-up and tests it.\n\n"
      "\"Hides\": what stands at the school's own place, its channel or Page. Whatever leaves, a second person approves it first.\n\n"
      "| connector | what it reads | reports abuse | hides | checks again | terms |\n|---|---|---|---|---|---|\n";
  for (const ConnectorCard* card : Catalogue()) {
    const std::string name(card->name);
    out += "| [" + name + "](#" + name + ") | " + Cell(card->summary) + " | " + std::string(YesNo(card->reports)) + " | " + std::string(YesNo(card->hides)) + " | " + (card->rechecks && !card->rechecks_if.empty() ? "with `" + std::string(card->rechecks_if) + "`" : std::string(YesNo(card->rechecks))) + " | " +
           (card->terms_must_be_accepted ? "off until accepted" : "see below") + " |\n";
  }
  for (const ConnectorCard* card : Catalogue()) {
    out += "\n## " + std::string(card->name) + "\n" + std::string(card->summary) + ".\n\n**Terms.** " + std::string(card->terms) + "\n\n";
    out += "| setting | | left out | |\n|---|---|---|---|\n";
    for (const Setting& setting : card->settings) {
      const std::string otherwise = setting.required ? "**needed**" : setting.default_value.empty() ? "" : "`" + std::string(setting.default_value) + "`";
      out += "| " + KeyOf(setting) + " | " + std::string(KindOf(setting.kind)) + " | " + otherwise + " | " + Cell(setting.help) + " |\n";
    }
  }
  return out;
}

}  // namespace heed
