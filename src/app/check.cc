#include "src/app/check.h"

#include <memory>

#include "connectors/connector.h"

namespace heed {
namespace {

// Adds what is wrong with the lexicons of a folder; `lexicon` is what they hold, when it can be read.
Done CheckExamplesOf(const std::string& folder, CheckReport& report, std::shared_ptr<const Lexicon>& lexicon) {
  const auto files = HEED_TRY(ReadLexiconFiles(folder));
  auto loaded = LoadLexicon(files);
  if (!loaded) {
    report.mistakes.insert(report.mistakes.end(), loaded.error().begin(), loaded.error().end());
    return {};
  }
  report.entries = loaded->entries.size();
  lexicon = std::make_shared<const Lexicon>(*std::move(loaded));
  JudgeOptions options;
  options.dictionary = ReadDictionary();
  options.drafts = true;
  if (options.dictionary.empty())
    report.advice.push_back({Place{folder, 0, 0}, "no British word list is installed (Debian: wbritish), so misspellings of strong words are not looked for"});
  const auto examples = HEED_TRY(Judge::Make(lexicon, {ExampleSchool()}, options));
  for (auto& mistake : CheckExamples(examples)) report.mistakes.push_back(std::move(mistake));
  return {};
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
    }
  }

  const auto folder = LexiconFolder(locations, config ? &*config : nullptr);
  if (!folder) return wrong("heed", folder.error()), report;
  std::shared_ptr<const Lexicon> lexicon;
  if (const auto checked = CheckExamplesOf(*folder, report, lexicon); !checked) return wrong(*folder, checked.error()), report;
  if (config && lexicon) {
    JudgeOptions options;
    options.dictionary = ReadDictionary();
    options.drafts = true;
    if (const auto judge = Judge::Make(lexicon, config->schools, options); !judge) wrong(config->file, judge.error());
  }
  return report;
}

Result<CheckReport> CheckLexicon(const std::string& folder) {
  CheckReport report;
  std::shared_ptr<const Lexicon> lexicon;
  HEED_TRY(CheckExamplesOf(folder, report, lexicon));
  return report;
}

}  // namespace heed
