#include "src/app/check.h"

#include <memory>

#include "connectors/connector.h"

namespace heed {
namespace {

// As lexicons are checked: with misspellings, drafts too.
JudgeOptions CheckingOptions() {
  JudgeOptions options;
  options.dictionary = ReadDictionary();
  options.drafts = true;
  return options;
}

// Adds what is wrong with these files to the report; returns what they hold, nullptr when they cannot be read.
Result<std::shared_ptr<const Lexicon>> CheckFiles(const std::vector<LexiconFile>& files, const JudgeOptions& options, CheckReport& report) {
  auto loaded = LoadLexicon(files);
  if (!loaded) {
    report.mistakes.insert(report.mistakes.end(), loaded.error().begin(), loaded.error().end());
    return nullptr;
  }
  report.entries = loaded->entries.size();
  const auto lexicon = std::make_shared<const Lexicon>(*std::move(loaded));
  if (options.dictionary.empty())
    report.advice.push_back({Place{"the lexicons", 0, 0}, "no British word list is installed (Debian: wbritish), so misspellings of strong words are not looked for"});
  const auto judge = HEED_TRY(Judge::Make(lexicon, {ExampleSchool()}, options));
  for (auto& mistake : CheckExamples(judge)) report.mistakes.push_back(std::move(mistake));
  return lexicon;
}

}  // namespace

CheckReport Check(const Locations& locations) {
  CheckReport report;
  const auto wrong = [&](const std::string& file, const Error& error) {
    report.missing = report.missing || error.fault() == Fault::kNotFound;
    report.mistakes.push_back({{file, 0, 0}, error.message()});
  };
  std::optional<Config> config;
  if (const auto file = FindConfig(locations); !file) {
    wrong("heed", file.error());
  } else if (auto reading = LoadConfig(*file); !reading) {
    wrong(*file, reading.error());
  } else {
    report.mistakes = std::move(reading->mistakes);
    report.advice = std::move(reading->advice);
    config = std::move(reading->config);
  }
  if (config) {
    report.schools = config->schools.size();
    report.sources = config->sources.size();
    HttpClient http({.user_agent = {}, .ca_file = {}});
    SystemClock clock;
    for (const auto& source : config->sources) {
      if (!source.enabled) {
        report.advice.push_back({source.place, "source \"" + source.spec.id + "\" is off: " + source.off_because});
        continue;
      }
      const auto made = source.card->make(source.spec, config->schools[source.school], ConnectorTools{http, clock});
      if (!made) report.mistakes.push_back({source.place, "source \"" + source.spec.id + "\": " + made.error().message()});
      if (const auto back = ParseDuration(source.spec.String("look_back")))
        report.facts.push_back({source.place, "source \"" + source.spec.id + "\": its first reading goes back " + FormatDuration(*back) + " (look_back)"});
    }
  }

  const auto folder = LexiconFolder(locations, config ? &*config : nullptr);
  if (!folder) return wrong("heed", folder.error()), report;
  const auto files = ReadLexiconFiles(*folder);
  if (!files) return wrong(*folder, files.error()), report;
  const JudgeOptions options = CheckingOptions();
  const auto lexicon = CheckFiles(*files, options, report);
  if (!lexicon) return wrong(*folder, lexicon.error()), report;
  if (config && *lexicon)
    if (const auto judge = Judge::Make(*lexicon, config->schools, options); !judge) wrong(config->file, judge.error());
  return report;
}

Result<CheckReport> CheckLexicon(const std::string& folder) { return CheckLexicon(HEED_TRY(ReadLexiconFiles(folder))); }

Result<CheckReport> CheckLexicon(const std::vector<LexiconFile>& files) {
  CheckReport report;
  HEED_TRY(CheckFiles(files, CheckingOptions(), report));
  return report;
}

}  // namespace heed
