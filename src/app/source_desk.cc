#include "src/app/source_desk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "connectors/catalogue.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/base/toml.h"

namespace heed {
namespace {

std::vector<std::string> ListOf(std::string_view typed) {
  std::vector<std::string> out;
  for (const auto part : Split(typed, ','))
    if (const auto item = Trim(part); !item.empty()) out.emplace_back(item);
  return out;
}

bool IsYes(std::string_view text) { return EqualsIgnoreCase(text, "yes") || EqualsIgnoreCase(text, "y") || EqualsIgnoreCase(text, "true"); }
bool IsNo(std::string_view text) { return EqualsIgnoreCase(text, "no") || EqualsIgnoreCase(text, "n") || EqualsIgnoreCase(text, "false"); }

bool IsWholeNumber(std::string_view text) { return !text.empty() && text.size() <= 12 && text.find_first_not_of("0123456789") == text.npos && text != "0"; }

// A path counts from the configuration's folder; what was typed at a prompt may count from where the person stands.
std::string PathFor(const std::string& folder, const std::string& typed) {
  if (typed.starts_with('/') || Exists(Resolve(folder, typed)) || !Exists(typed)) return typed;
  char here[4096];
  return ::getcwd(here, sizeof here) ? Resolve(here, typed) : typed;
}

std::string ValueOf(const Setting& setting, const std::string& typed, const std::string& folder) {
  switch (setting.kind) {
    case SettingKind::kNumber: return typed;
    case SettingKind::kYesNo: return IsYes(typed) ? "true" : "false";
    case SettingKind::kList: return TomlList(ListOf(typed));
    case SettingKind::kPath: return TomlText(PathFor(folder, typed));
    default: return TomlText(typed);
  }
}

// The block; `secret` writes the line for a secret that was typed.
template <typename Secret>
std::string BlockOf(const NewSource& source, const ConnectorCard& card, const std::string& folder, const Secret& secret) {
  std::string out = "\n[[source]]\n";
  const auto line = [&](std::string_view key, const std::string& value) { out.append(key).append(" = ").append(value) += "\n"; };
  line("id", TomlText(source.id));
  line("school", TomlText(source.school));
  line("connector", TomlText(source.connector));
  if (!source.every.empty()) line("every", TomlText(source.every));
  if (source.accept_terms && card.terms_must_be_accepted) line("accept_terms", "true");
  for (const Setting& setting : card.settings) {
    const std::string key(setting.key);
    if (const auto file = source.secret_files.find(key); file != source.secret_files.end()) line(key + "_file", TomlText(PathFor(folder, file->second)));
    if (const auto variable = source.secret_envs.find(key); variable != source.secret_envs.end()) line(key + "_env", TomlText(variable->second));
    const auto typed = source.settings.find(key);
    if (typed == source.settings.end()) continue;
    if (setting.kind == SettingKind::kSecret) secret(key, line);
    else line(key, ValueOf(setting, std::string(Trim(typed->second)), folder));
  }
  return out;
}

std::string TellError(const std::vector<Mistake>& mistakes) {
  std::string all;
  for (const auto& mistake : mistakes) all += (all.empty() ? "" : "\n") + mistake.what;
  return all;
}

// Every answer that cannot stand, one a line.
std::string WrongAnswers(const NewSource& source, const ConnectorCard& card) {
  std::string wrong;
  const auto add = [&](const std::string& line) { wrong += (wrong.empty() ? "" : "\n") + line; };
  std::vector<std::string_view> keys;
  for (const Setting& setting : card.settings) keys.push_back(setting.key);
  for (const auto* given : {&source.settings, &source.secret_files, &source.secret_envs}) {
    for (const auto& [key, value] : *given) {
      const auto setting = std::ranges::find(card.settings, key, &Setting::key);
      if (setting == card.settings.end()) {
        add(std::string(card.name) + " has no setting \"" + ForTerminal(key) + "\"" + DidYouMean(key, keys));
      } else if (given != &source.settings && setting->kind != SettingKind::kSecret) {
        add("\"" + key + "\" is no secret: say --set " + key + "=VALUE");
      } else if (given == &source.settings) {
        if (auto why = WrongAnswer(*setting, value); !why.empty()) add(key + ": " + why);
      }
    }
  }
  for (const Setting& setting : card.settings) {
    const std::string key(setting.key);
    if (!setting.required || source.settings.contains(key) || source.secret_files.contains(key) || source.secret_envs.contains(key)) continue;
    add("\"" + key + "\" is missing: " + std::string(setting.help));
  }
  if (card.terms_must_be_accepted && !source.accept_terms) add("the terms of " + std::string(card.name) + " are not accepted: read them in `heed sources`, then say --accept-terms");
  return wrong;
}

}  // namespace

std::string WrongAnswer(const Setting& setting, std::string_view answer) {
  const auto text = Trim(answer);
  if (text.empty() && setting.kind != SettingKind::kList) return "nothing was given";
  if (text.find_first_of("\r\n") != text.npos) return "it has more than one line";
  switch (setting.kind) {
    case SettingKind::kNumber: return IsWholeNumber(text) ? "" : "write a whole number, 1 or more";
    case SettingKind::kYesNo: return IsYes(text) || IsNo(text) ? "" : "write yes or no";
    case SettingKind::kDuration: return ParseDuration(text) ? "" : "write a length of time: 15m, 2h or 7d";
    case SettingKind::kList: return setting.required && ListOf(text).empty() ? "nothing was given" : "";
    default: return "";
  }
}

std::string FreeSourceId(const Config& config, std::string_view connector) {
  std::string id(connector);
  for (int number = 2; config.FindSource(id); ++number) id = std::string(connector) + "-" + std::to_string(number);
  return id;
}

Result<AddedSource> AddSource(const std::string& config_file, const NewSource& asked, HttpClient& http, const Clock& clock, const Environment& environment) {
  const std::string before = HEED_TRY(ReadFile(config_file, 4 << 20));
  const auto present = ReadConfig(before, config_file, environment);
  if (!present.config) return Fail(Fault::kInvalid, config_file + " has mistakes; put them right first (heed check):\n" + TellError(present.mistakes));
  const Config& config = *present.config;

  NewSource source = asked;
  const ConnectorCard* card = FindConnector(source.connector);
  if (!card) {
    std::vector<std::string_view> names;
    for (const auto* one : Catalogue()) names.push_back(one->name);
    return Fail(Fault::kInvalid, "there is no connector \"" + ForTerminal(source.connector) + "\"" + DidYouMean(source.connector, names) + "; `heed sources` lists them");
  }
  if (source.id.empty()) source.id = FreeSourceId(config, source.connector);
  if (source.school.empty() && config.schools.size() == 1) source.school = config.schools.front().id;
  if (source.school.empty()) return Fail(Fault::kInvalid, "there are several schools: say which one with --school ID");
  if (auto wrong = WrongAnswers(source, *card); !wrong.empty()) return Fail(Fault::kInvalid, std::move(wrong));

  // As it will be read, but with the secrets that were typed still in memory.
  const std::string gap = before.empty() || before.ends_with('\n') ? "" : "\n";
  const auto trial_variable = [](const std::string& key) { return "heed typed secret " + key; };  // no variable can have this name
  const std::string trial = BlockOf(source, *card, config.folder, [&](const std::string& key, const auto& line) { line(key + "_env", TomlText(trial_variable(key))); });
  const auto reading = ReadConfig(before + gap + trial, config_file, [&](const std::string& name) -> std::optional<std::string> {
    for (const Setting& setting : card->settings) {
      const std::string key(setting.key);
      const auto typed = source.settings.find(key);
      if (setting.kind == SettingKind::kSecret && typed != source.settings.end() && name == trial_variable(key)) return typed->second;
    }
    return environment(name);
  });
  if (!reading.config) return Fail(Fault::kInvalid, TellError(reading.mistakes));
  const SourceEntry* entry = reading.config->FindSource(source.id);
  if (!entry || !entry->enabled) return Fail(Fault::kInvalid, "the source would be off: " + (entry ? entry->off_because : "it cannot be read back"));

  // One page: enough to know that it can be reached, signed in to and understood.
  AddedSource added{.id = source.id, .block = {}, .secret_files = {}, .notes = {}};
  auto connector = HEED_TRY(card->make(entry->spec, reading.config->schools[entry->school], ConnectorTools{http, clock}));
  auto page = connector->Fetch(Cursor{});
  if (!page) return Fail(std::move(page).error().While("the test did not work, so nothing was written"));
  added.posts = page->posts.size();
  added.notes = std::move(page->notes);
  if (page->gap) added.gap = true, added.notes.push_back("not read: " + page->gap->why);

  const auto secret_path = [&](const std::string& key) { return "secrets/" + source.id + "-" + key; };
  added.block = BlockOf(source, *card, config.folder, [&](const std::string& key, const auto& line) { line(key + "_file", TomlText(secret_path(key))); });
  const auto give_up = [&](Error error) {
    for (const auto& file : added.secret_files) ::unlink(file.c_str());
    return Fail(std::move(error).While("nothing was changed"));
  };
  for (const Setting& setting : card->settings) {
    const std::string key(setting.key);
    const auto typed = source.settings.find(key);
    if (setting.kind != SettingKind::kSecret || typed == source.settings.end()) continue;
    const std::string file = Resolve(config.folder, secret_path(key));
    if (Exists(file)) return give_up(Error{Fault::kExists, file + " is there already; move it away, or name it with --secret-file " + key + "=PATH"});
    if (auto made = MakeFolder(FolderOf(file)); !made) return give_up(made.error());
    if (auto written = WriteFile(file, std::string(Trim(typed->second)) + "\n", 0600); !written) return give_up(written.error());
    added.secret_files.push_back(file);
  }
  struct stat was {};
  const unsigned mode = ::stat(config_file.c_str(), &was) == 0 ? was.st_mode & 0777u : 0644u;
  if (auto written = WriteFile(config_file, before + gap + added.block, mode); !written) return give_up(written.error());
  return added;
}

}  // namespace heed
