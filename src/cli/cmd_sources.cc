// `heed sources add`: asks for what a platform needs, says where to find it, tries it, and only then writes it down.
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "src/app/desk.h"
#include "src/app/source_desk.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

// What is typed is not shown while this lives, where standard input is a terminal.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &was_) != 0) return;
    termios quiet = was_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet) == 0;
  }
  ~NoEcho() {
    if (!changed_) return;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &was_);
    std::fputs("\n", stderr);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios was_{};
  bool changed_ = false;
};

// Questions go to standard error, so that standard output holds the answer alone.
class Interview {
 public:
  bool over() const { return over_; }  // standard input has ended

  // A line end in front sets it apart.
  void Tell(std::string_view text, std::string_view indent = "") const {
    if (text.starts_with('\n')) std::fputs("\n", stderr), text.remove_prefix(1);
    std::fputs(Wrap(text, TerminalWidth(), indent).c_str(), stderr);
  }

  // Until `wrong` has nothing to say; Enter gives `otherwise`.
  template <typename Wrong>
  std::string Ask(std::string_view question, const std::string& otherwise, const Wrong& wrong, bool hidden = false) {
    for (;;) {
      std::fputs((std::string(question) + (otherwise.empty() || hidden ? "" : " [" + ForTerminal(otherwise) + "]") + ": ").c_str(), stderr);
      std::string line;
      {
        std::optional<NoEcho> quiet;
        if (hidden) quiet.emplace();
        over_ = !std::getline(std::cin, line);
      }
      if (over_) return "";
      std::string answer(Trim(line));
      if (answer.empty()) answer = otherwise;
      const std::string why = wrong(answer);
      if (why.empty()) return answer;
      Tell(why + ".", "  ");
    }
  }

  bool AskYesNo(std::string_view question) {
    const auto answer = Ask(std::string(question) + " (yes or no)", "", [](const std::string& text) {
      for (const auto* known : {"yes", "y", "no", "n"})
        if (EqualsIgnoreCase(text, known)) return std::string();
      return std::string("write yes or no");
    });
    return StartsWithIgnoreCase(answer, "y");
  }

 private:
  bool over_ = false;
};

// Which settings are worth a question; the others keep their defaults and can be given with --set.
bool IsAsked(const Setting& setting) { return setting.required || setting.default_value.empty() || setting.key == "look_back"; }

void AskSetting(Interview& interview, const Setting& setting, NewSource& source) {
  const std::string key(setting.key);
  const bool secret = setting.kind == SettingKind::kSecret;
  std::string known(setting.default_value);
  if (const auto typed = source.settings.find(key); typed != source.settings.end()) known = typed->second;
  if (const auto file = source.secret_files.find(key); file != source.secret_files.end()) known = "@" + file->second;
  if (const auto variable = source.secret_envs.find(key); variable != source.secret_envs.end()) known = "$" + variable->second;
  interview.Tell("\n" + key + ": " + std::string(setting.help) + ".");
  std::string question = "  " + key;
  if (secret) question += known.empty() ? " (is not shown; or @FILE that holds it, or $NAME of an environment variable)" : " (Enter keeps the one given)";
  if (setting.kind == SettingKind::kList) question += " (with commas between)";
  if (!setting.required && known.empty()) question += " (Enter leaves it out)";
  const auto answer = interview.Ask(question, known, [&](const std::string& text) { return text.empty() && !setting.required ? std::string() : WrongAnswer(setting, text); }, secret);
  source.settings.erase(key), source.secret_files.erase(key), source.secret_envs.erase(key);
  if (answer.empty() || (answer == setting.default_value && !setting.required)) return;
  if (secret && answer.starts_with('@')) source.secret_files[key] = answer.substr(1);
  else if (secret && answer.starts_with('$')) source.secret_envs[key] = answer.substr(1);
  else source.settings[key] = answer;
}

// false: the person stopped; why has been said.
bool AskAll(Interview& interview, const Config& config, NewSource& source) {
  const auto& cards = Connectors();
  const auto find = [&](std::string_view name) { return std::ranges::find(cards, name, [](const ConnectorCard* card) { return card->name; }); };
  if (find(source.connector) == cards.end()) {
    std::vector<std::string_view> names;
    interview.Tell("What can be read:");
    for (const auto* card : cards) {
      names.push_back(card->name);
      interview.Tell(std::string(card->name) + ": " + std::string(card->summary), "  ");
    }
    source.connector = interview.Ask("Which one", "", [&](const std::string& name) {
      return find(name) != cards.end() ? std::string() : "there is no connector \"" + ForTerminal(name) + "\"" + DidYouMean(name, names);
    });
    if (interview.over()) return false;
  }
  const ConnectorCard& card = **find(source.connector);
  interview.Tell("\n" + std::string(card.name) + ": " + std::string(card.summary) + ".");
  interview.Tell("Terms: " + std::string(card.terms));
  if (card.terms_must_be_accepted && !source.accept_terms) {
    source.accept_terms = interview.AskYesNo("Does the school accept these terms");
    if (!source.accept_terms) {
      if (!interview.over()) interview.Tell("Then nothing is written.");
      return false;
    }
  }
  if (source.school.empty() && config.schools.size() > 1) {
    std::vector<std::string_view> ids;
    for (const auto& school : config.schools) ids.push_back(school.id);
    source.school = interview.Ask("Which school's id", "", [&](const std::string& id) {
      return std::ranges::find(ids, id) != ids.end() ? std::string() : "there is no school with the id \"" + ForTerminal(id) + "\"" + DidYouMean(id, ids);
    });
    if (interview.over()) return false;
  }
  if (source.id.empty())
    source.id = interview.Ask("A short name for the source", FreeSourceId(config, card.name), [&](const std::string& id) { return config.FindSource(id) ? std::string("that name is taken") : std::string(); });
  for (const auto& setting : card.settings) {
    if (interview.over()) return false;
    if (IsAsked(setting)) AskSetting(interview, setting, source);
  }
  return !interview.over();
}

// "KEY=VALUE" of --set and its like.  false: complained.
bool TakePairs(const std::vector<std::string>& pairs, std::string_view option, std::map<std::string, std::string>& into) {
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::fprintf(stderr, "heed: %s wants KEY=VALUE, not \"%s\"\n", std::string(option).c_str(), ForTerminal(pair).c_str());
      return false;
    }
    into[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return true;
}

std::optional<std::string> FromEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

void PutAdded(const Arguments& arguments, const AddedSource& added, const std::string& file) {
  if (arguments.json) {
    JsonWriter out;
    out.Object().Field("id", added.id).Field("block", added.block).Field("posts", static_cast<std::uint64_t>(added.posts)).Field("complete", !added.gap);
    for (const auto& [key, list] : {std::pair{"notes", &added.notes}, {"secret_files", &added.secret_files}}) {
      out.Key(key).Array();
      for (const auto& one : *list) out.String(one);
      out.EndArray();
    }
    out.EndObject();
    Print(out.Take() + "\n");
    return;
  }
  const std::size_t width = TerminalWidth();
  std::string out = "The test worked: " + std::to_string(added.posts) + (added.posts == 1 ? " post" : " posts") + " on the first page.\n";
  for (const auto& note : added.notes) out += Wrap(note, width, "  ");
  out += "Written at the end of " + file + ":\n" + added.block;
  for (const auto& secret : added.secret_files) out += "\nThe secret is in " + secret + ", which only you can read.";
  out += added.secret_files.empty() ? "\n" : "\n\n";
  out += "Next:\n  " + arguments.program + " scan " + added.id + "    read it now\n  a running `heed serve` takes it up when it is started again\n";
  Print(out);
}

}  // namespace

int RunSourcesAdd(const Arguments& arguments) {
  const auto file = FindConfig(arguments.locations);
  if (!file) return Complain(file.error());
  const auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  NewSource source = arguments.source;
  if (!TakePairs(arguments.sets, "--set", source.settings) || !TakePairs(arguments.secret_files, "--secret-file", source.secret_files) ||
      !TakePairs(arguments.secret_envs, "--secret-env", source.secret_envs))
    return kExitUsage;
  const bool asks = arguments.ask || (::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO) && !arguments.json && !arguments.quiet);
  HttpClient http({.user_agent = UserAgent(*config), .ca_file = {}});
  SystemClock clock;
  Interview interview;
  for (;;) {
    if (asks && !AskAll(interview, *config, source)) {
      if (!interview.over()) return kExitDone;
      std::fputs("\nheed: the answers ended early; nothing was written\n", stderr);
      return kExitUsage;
    }
    if (source.connector.empty()) {
      std::fputs("heed: say which connector: heed sources add CONNECTOR; `heed sources` lists them\n", stderr);
      return kExitUsage;
    }
    if (asks) interview.Tell("\nReading one page as a test ...");
    const auto added = AddSource(*file, source, http, clock, FromEnvironment);
    if (added) {
      PutAdded(arguments, *added, *file);
      return kExitDone;
    }
    const int code = Complain(added.error());
    if (!asks || !interview.AskYesNo("Try again with other answers")) return code;
  }
}

}  // namespace heed
